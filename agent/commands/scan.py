"""`lineside scan`: what a reader sends, what its codes say and what they would do. For who commissions a reader."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from agent import site_key
from agent.commands.client import is_answered
from agent.commands.options import DEFAULT_CONFIG, ConfigOption, JsonOption
from agent.configuration import load
from agent.core.codes.code_settings import CodeSettings, ScannerSettings, is_keyboard
from agent.core.errors import ConfigurationError
from agent.core.settings import Settings
from agent.core.terminal_settings import TerminalSettings


def scan(  # noqa: PLR0913 - a command's options are its arguments
    config: ConfigOption = DEFAULT_CONFIG,
    *,
    reader: Annotated[str | None, typer.Option(help="Only this reader of the configuration.")] = None,
    device: Annotated[
        Path | None, typer.Option(help="Serial device, or Linux input device, of a reader that is not configured.")
    ] = None,
    tcp: Annotated[
        str | None, typer.Option(metavar="HOST:PORT", help="Address of a network reader that is not configured.")
    ] = None,
    text: Annotated[str | None, typer.Option(help=r"Explain this text and end; `\x1d` or ␝ in it is GS.")] = None,
    wc: Annotated[
        str | None, typer.Option("--wc", help="Work center where a running agent is asked what a text would do.")
    ] = None,
    json: JsonOption = False,
) -> None:
    """Show what is scanned: its bytes, what it says, what it does here, and what to mend at the reader. Ctrl+C ends.

    While an agent runs, its readers are shown as it took them, with its answers; without one they are opened here. A
    scanner that types like a keyboard is tried in this terminal. Where standard input is no terminal, each line of it
    is a code. A badge's text is never shown.
    """
    from agent.commands.scanning.explained import NO_KEY
    from agent.commands.scanning.showing import Showing
    from agent.core.codes.badges import Badges

    named = _named(device, tcp)
    is_piped = reader is None and not sys.stdin.isatty()
    is_needed = config != DEFAULT_CONFIG or (named is None and text is None and not is_piped)
    settings = load(config) if is_needed or config.exists() else None
    running = settings is not None and is_answered(settings.agent.socket)
    center = None if settings is None else _work_center(settings, wc)
    asked = (settings.agent.socket, center) if settings is not None and running and center is not None else None
    key = None if settings is None else site_key.at_hand(settings)
    badges = Badges(key or NO_KEY, CodeSettings() if settings is None else settings.codes)
    terminal = TerminalSettings() if settings is None else settings.terminal
    showing = Showing(badges, asked, terminal, as_json=json)
    if text is not None:
        from agent.commands.scanning import words

        showing.texts([words.meant(text)])
    elif named is not None:
        showing.readers([named])
    elif is_piped:
        # Lines end at LF alone: a code may hold any other control character.
        showing.texts(line.rstrip(b"\r\n").decode(errors="replace") for line in sys.stdin.buffer)
    else:
        assert settings is not None
        readers = [one for one in settings.scanner if reader in {None, one.name}]
        if reader is not None and not readers:
            names = ", ".join(one.name for one in settings.scanner) or "none at all"
            raise ConfigurationError(f"{config}: there is no reader '{reader}'; expected one of {names}")
        if running:
            showing.agent(settings.agent.socket, only=reader)
        else:
            showing.readers(readers)


def _named(device: Path | None, tcp: str | None) -> ScannerSettings | None:
    """A reader that is named by its place alone."""
    if device is not None:
        place = {"input" if is_keyboard(device) else "device": device}
        return ScannerSettings(name="reader", work_center="here", **place)
    if tcp is None:
        return None
    host, colon, port = tcp.rpartition(":")
    if not (colon and host and port.isdecimal() and 0 < int(port) < 65_536):
        raise ConfigurationError(f"--tcp: found '{tcp}'; expected HOST:PORT, such as 192.168.1.20:9004")
    return ScannerSettings(name="reader", work_center="here", host=host.strip("[]"), port=int(port))


def _work_center(settings: Settings, wanted: str | None) -> str | None:
    """Where a text would be scanned; None where nobody said it."""
    centers = [machine.work_center for machine in settings.machine]
    if wanted is not None and wanted not in centers:
        raise ConfigurationError(f"--wc: there is no work center '{wanted}'; expected one of {', '.join(centers)}")
    return wanted or (centers[0] if len(centers) == 1 else None)
