"""`lineside tui`: the operator's terminal, a process of its own."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from agent import collector
from agent.commands.extras import needs
from agent.commands.options import DEFAULT_CONFIG, ConfigOption
from agent.configuration import load
from agent.core.errors import ConfigurationError
from agent.core.terminal_settings import TerminalSettings, ThemeName

_PROGRAM = (sys.executable, "-P", "-m", "agent", "tui")


def tui(  # noqa: PLR0913 - a command's options are its arguments
    config: ConfigOption = DEFAULT_CONFIG,
    *,
    socket: Annotated[Path | None, typer.Option(help="Socket of the agent, instead of the configuration's.")] = None,
    work_center: Annotated[str | None, typer.Option(help="Work center to begin with.")] = None,
    language: Annotated[str | None, typer.Option(help="en, ru or kk, instead of the configuration's.")] = None,
    theme: Annotated[ThemeName | None, typer.Option(help="Instead of the configuration's.")] = None,
    kiosk: Annotated[bool, typer.Option("--kiosk", help="No key closes it; the service manager keeps it.")] = False,
    demo: Annotated[bool, typer.Option("--demo", help="Try it before a simulated line; nothing is kept.")] = False,
    serve: Annotated[
        str | None, typer.Option(help="Serve the same screens to browsers at this host:port of this PC.")
    ] = None,
    behind: Annotated[
        str | None, typer.Option(help="With --serve: where people see them, through the plant's own proxy.")
    ] = None,
    badge: Annotated[str | None, typer.Option(hidden=True, help="Badge to suggest to whoever tries it.")] = None,
) -> None:
    """Open the operator's terminal; it finds the agent by itself, also again."""
    if behind is not None and serve is None:
        raise ConfigurationError("--behind says where a proxy shows what --serve serves; expected both")
    same = {"--work-center": work_center, "--language": language, "--theme": theme, "--kiosk": kiosk}
    if demo:
        needs("tui --demo", "pymodbus", "simulation")
        from simulators.demo.trial import try_out
        from simulators.demo.trial_plan import BADGE

        tried = _words(same | {"--serve": serve, "--behind": behind, "--badge": BADGE})
        raise typer.Exit(try_out(lambda made: (*_PROGRAM, "-c", str(made), *tried)))
    if socket is None or config.exists():
        settings = load(config)
        path, terminal = socket or settings.agent.socket, settings.terminal
    else:
        path, terminal = socket, TerminalSettings()
    if serve is not None:
        where = {"--config": config.absolute() if config.exists() else None, "--socket": path.absolute()}
        _serve(serve, behind, [*_PROGRAM, *_words(where | same | {"--badge": badge})])
        return
    from agent.tui.app import run_terminal

    collector.settle()
    terminal = terminal.model_copy(update={"theme": theme or terminal.theme, "kiosk": kiosk or terminal.kiosk})
    raise typer.Exit(run_terminal(path, work_center, language or terminal.language, terminal, badge=badge))


def _words(options: Mapping[str, object]) -> list[str]:
    """Options as another process of this command is given them."""
    given = {name: value for name, value in options.items() if value not in {None, False}}
    return [name if value is True else f"{name}={value}" for name, value in given.items()]


def _serve(address: str, behind: str | None, command: list[str]) -> None:
    if find_spec("textual_serve") is None:
        raise ConfigurationError("--serve needs the package textual-serve: pip install 'lineside[browser]'")
    from agent.tui.browser import Pages

    pages = Pages(address, command, behind)
    try:
        asyncio.run(pages.run())
    except OSError as error:
        raise ConfigurationError(f"--serve: cannot listen at {address}: {error.strerror}") from error
