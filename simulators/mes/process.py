"""The simulated MES as a process of its own."""

from __future__ import annotations

import asyncio
import signal
import sys
from contextlib import suppress
from pathlib import Path

from rich.console import Console

from simulators.mes.link import Address
from simulators.mes.plan import DEMO_PLAN
from simulators.mes.report import print_table, read_report
from simulators.mes.service import announce_ready, serve_mes
from simulators.mes.topics import Place


def run_mes(*, store: Path, host: str, port: int, protocol: str, enterprise: str, site: str) -> None:
    """Be the MES of one site, with the demonstration's plan, until SIGTERM or SIGINT.

    At a terminal it ends with plan against fact; anybody else is told by a JSON line when it is ready.

    Raises:
        ValueError: there is no such protocol.
    """
    if protocol not in {"5", "3.1.1"}:
        raise ValueError(f"the MQTT protocol is '{protocol}'; expected 5 or 3.1.1")
    broker = Address(host, port, "5" if protocol == "5" else "3.1.1")
    person = sys.stdout.isatty()
    asyncio.run(_serve(broker, Place(enterprise, site), store, announce=not person))
    if person:
        print_table(read_report(store, DEMO_PLAN), Console())


async def _serve(broker: Address, place: Place, store: Path, *, announce: bool) -> None:
    loop = asyncio.get_running_loop()
    serving = asyncio.ensure_future(
        serve_mes(broker=broker, place=place, store=store, plan=DEMO_PLAN, ready=announce_ready if announce else None)
    )
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, serving.cancel)
    with suppress(asyncio.CancelledError):
        await serving
