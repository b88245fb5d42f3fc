"""`lineside run`: the agent itself, in the foreground."""

from __future__ import annotations

import asyncio
import logging
import sys
from pathlib import Path
from typing import Annotated

import typer

from agent.commands.options import DEFAULT_CONFIG, ConfigOption
from agent.configuration import load


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
    settings = load(config)
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    from agent import app
    from agent.recording import MB, Wish

    asyncio.run(app.run(settings, None if record is None else Wish(record, record_mb * MB)))
