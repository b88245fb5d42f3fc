"""`lineside run`: the agent itself, in the foreground."""

from __future__ import annotations

import asyncio
import logging
import sys

from agent.commands.options import DEFAULT_CONFIG, ConfigOption
from agent.configuration import load


def run(config: ConfigOption = DEFAULT_CONFIG) -> None:
    """Watch the machines and deliver facts until told to stop (SIGTERM or Ctrl+C)."""
    settings = load(config)
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    from agent import app

    asyncio.run(app.run(settings))
