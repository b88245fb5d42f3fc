"""The simulated MES as a process of its own."""

from __future__ import annotations

import asyncio
import signal
import sqlite3
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from simulators.mes.demo_plan import DEMO_PLAN
from simulators.mes.erp import tell_erp
from simulators.mes.floor_tables import print_floor
from simulators.mes.json_report import as_json
from simulators.mes.link import Address
from simulators.mes.plan import Plan
from simulators.mes.plan_file import read_plan
from simulators.mes.report import print_table, read_report
from simulators.mes.security import Security
from simulators.mes.service import announce_ready, serve_mes
from simulators.mes.topics import Place

NARROWEST = 100
"""Columns that the tables need."""


@dataclass(frozen=True, slots=True)
class Files:
    """What the MES reads and writes."""

    store: Path
    """Its SQLite file."""
    plan: Path | None = None
    """What it hands out; the demonstration's plan if None."""
    control: Path | None = None
    """Where it listens to `simulators.mes.control`."""

    def read_plan(self) -> Plan:
        """The plan.

        Raises:
            OSError: the file cannot be read.
            ValueError: it is no plan.
        """
        return DEMO_PLAN if self.plan is None else read_plan(self.plan)


def broker_at(host: str, port: int, protocol: str, security: Security) -> Address:
    """The broker to connect to.

    Raises:
        ValueError: there is no such protocol.
    """
    if protocol not in {"5", "3.1.1"}:
        raise ValueError(f"the MQTT protocol is '{protocol}'; expected 5 or 3.1.1")
    return Address(host, port, "5" if protocol == "5" else "3.1.1", security)


def run_mes(files: Files, *, broker: Address, place: Place) -> None:
    """Be the MES of one site until SIGTERM or SIGINT.

    At a terminal it ends with plan against fact; anybody else is told by a JSON line when it is ready.

    Raises:
        ValueError: the plan is none.
        OSError: a file cannot be used.
    """
    plan = files.read_plan()
    person = sys.stdout.isatty()
    asyncio.run(_serve(broker, place, files, plan, announce=not person))
    if person:
        print_table(read_report(files.store, plan), Console())


def print_report(files: Files, *, json: bool) -> None:
    """Plan against fact out of the store, for people or as JSON; ERP's tables are made anew.

    Raises:
        ValueError: the store is none, or the plan is none.
        OSError: a file cannot be read.
    """
    plan = files.read_plan()
    try:
        tell_erp(files.store)
        report = read_report(files.store, plan)
    except sqlite3.Error as error:
        raise ValueError(f"store {files.store}: {error}; expected the file of a simulated MES") from None
    if json:
        sys.stdout.write(as_json(report) + "\n")
        return
    console = Console()
    console = console if console.width >= NARROWEST else Console(width=NARROWEST)
    print_table(report, console)
    print_floor(report, console)


async def _serve(broker: Address, place: Place, files: Files, plan: Plan, *, announce: bool) -> None:
    loop = asyncio.get_running_loop()
    ready = announce_ready if announce else None
    serving = asyncio.ensure_future(
        serve_mes(broker=broker, place=place, store=files.store, plan=plan, ready=ready, control=files.control)
    )
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, serving.cancel)
    with suppress(asyncio.CancelledError):
        await serving
