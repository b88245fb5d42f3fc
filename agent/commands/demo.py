"""`lineside demo`: ninety minutes of a simulated line in ninety seconds, with everything going wrong that can."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from agent.commands.extras import needs


def demo(
    *,
    headless: Annotated[bool, typer.Option("--headless", help="Plain progress instead of the terminal.")] = False,
    broker: Annotated[str | None, typer.Option(help="host:port of a broker to use instead of starting one.")] = None,
    kind: Annotated[Literal["auto", "mosquitto", "embedded"], typer.Option(help="Broker to start.")] = "auto",
    folder: Annotated[Path | None, typer.Option(help="Where to keep journal, truth and MES; a new one.")] = None,
) -> None:
    """Play the simulated line from PLC to MES and say whether everything arrived exactly once."""
    needs("demo", "pymodbus", "simulation")
    from simulators.demo.play import play

    raise typer.Exit(play(headless=headless, broker=broker, kind=kind, folder=folder))
