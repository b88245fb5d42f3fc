"""`lineside tui`: the operator's terminal, a process of its own."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from agent.commands.options import DEFAULT_CONFIG, ConfigOption
from agent.configuration import load
from agent.core.terminal_settings import TerminalSettings, ThemeName


def tui(  # noqa: PLR0913 - a command's options are its arguments
    config: ConfigOption = DEFAULT_CONFIG,
    *,
    socket: Annotated[Path | None, typer.Option(help="Socket of the agent, instead of the configuration's.")] = None,
    work_center: Annotated[str | None, typer.Option(help="Work center to begin with.")] = None,
    language: Annotated[str | None, typer.Option(help="en, ru or kk, instead of the configuration's.")] = None,
    theme: Annotated[ThemeName | None, typer.Option(help="Instead of the configuration's.")] = None,
    kiosk: Annotated[bool, typer.Option("--kiosk", help="No key closes it; the service manager keeps it.")] = False,
    demo: Annotated[bool, typer.Option("--demo", help="Try it before a simulated line; nothing is kept.")] = False,
    badge: Annotated[str | None, typer.Option(hidden=True, help="Badge to suggest to whoever tries it.")] = None,
) -> None:
    """Open the operator's terminal; it finds the agent by itself, also again."""
    if demo:
        chosen = {"--language": language, "--theme": theme}
        raise typer.Exit(_try_out([f"{name}={value}" for name, value in chosen.items() if value is not None]))
    if socket is None or config.exists():
        settings = load(config)
        path, terminal = socket or settings.agent.socket, settings.terminal
    else:
        path, terminal = socket, TerminalSettings()
    from agent.tui.app import run_terminal

    terminal = terminal.model_copy(update={"theme": theme or terminal.theme, "kiosk": kiosk or terminal.kiosk})
    raise typer.Exit(run_terminal(path, work_center, language or terminal.language, terminal, badge=badge))


def _try_out(options: list[str]) -> int:
    from simulators.demo.trial import try_out
    from simulators.demo.trial_plan import BADGE

    program = (sys.executable, "-P", "-m", "agent", "tui")
    return try_out(lambda config: (*program, "-c", str(config), "--badge", BADGE, *options))
