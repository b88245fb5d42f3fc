"""`lineside run`: the agent itself, in the foreground."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from agent.commands.options import DEFAULT_CONFIG, ConfigOption
from agent.configuration import read
from agent.driver_checks import check_drivers
from agent.logs import setup


def run(
    config: ConfigOption = DEFAULT_CONFIG,
    *,
    record: Annotated[
        Path | None,
        typer.Option(
            help="Record everything that reaches the agent in this folder, for `lineside retune`: "
            "scanned texts and operators' names too."
        ),
    ] = None,
    record_mb: Annotated[
        int, typer.Option("--record-mb", min=10, help="Space for the recording; the oldest goes first.")
    ] = 100,
) -> None:
    """Watch the machines and deliver facts until told to stop (SIGTERM or Ctrl+C)."""
    with setup.begun():
        found = read(config)
        check_drivers(found)
        # Not before the configuration is known to be right.
        from agent import app
        from agent.in_force import InForce
        from agent.logs.events import Event
        from agent.logs.telling import tell
        from agent.recording import MB, Wish

        for warning in found.warnings:
            tell(Event.CONFIG_OLD_FORM, "%s; see lineside check --migrate", warning)
        wish = None if record is None else Wish(record, record_mb * MB)
        asyncio.run(app.run(InForce.of(found.settings, config), wish))
