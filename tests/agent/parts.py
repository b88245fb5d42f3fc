"""What the tests of the shell are made of: settings, facts, and intakes on real files."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from agent.alarms import Alarms
from agent.app import restored
from agent.clock import Clock
from agent.core.codes.badges import Badges
from agent.core.observations import Directive, Entry, Image, Instant, Link, Quality, Scan, Signal, Started
from agent.core.settings import Settings
from agent.intake import Intake, running
from agent.journal.journal import Journal, open_journal
from agent.recording import Recorder, Run, Wish
from tests.core.build import SITE_KEY

CLOCK = Clock()
SITE = "lineside/v1/acme/ala1"
AGENT = f"{SITE}/agents/edge-1"


async def eventually(condition: Callable[[], bool], what: str, within: float = 10.0) -> None:
    """Waits until the condition holds; fails naming `what` after `within` seconds."""
    try:
        async with asyncio.timeout(within):
            while not condition():  # noqa: ASYNC110 - files, logs and other processes tell no event
                await asyncio.sleep(0.01)
    except TimeoutError:
        raise AssertionError(f"not within {within} s: {what}") from None


def settings(folder: Path, **mes: Any) -> Settings:  # noqa: ANN401 - whatever TOML can hold
    """One press over Modbus at a port where nobody is, and an MES at a port where nobody is unless told otherwise."""
    return Settings.model_validate(document(folder, **mes))


def document(folder: Path, **mes: Any) -> dict[str, Any]:  # noqa: ANN401 - likewise
    return {
        "agent": {
            "enterprise": "acme",
            "site": "ala1",
            "area": "hall-1",
            "id": "edge-1",
            "data": folder / "journal",
            "socket": folder / "agent.sock",
            "tick_s": 0.2,
        },
        "mes": {"host": "127.0.0.1", "port": 1, **mes},
        "machine": [
            {
                "work_center": "PRESS-1",
                "modbus": {"host": "127.0.0.1", "port": 1},
                "signal": [
                    {"key": "run", "role": "run", "table": "discrete", "address": 0, "type": "bit"},
                    {"key": "total", "role": "total", "table": "input", "address": 0, "type": "uint32"},
                ],
            }
        ],
        "codes": {"rescan_ms": 0},
    }


def now() -> Instant:
    return CLOCK.now()


def scan(text: str, client_id: str | None = None) -> Scan:
    return Scan("PRESS-1", text, now(), "terminal", client_id=client_id)


def reading(total: int, *, run: bool = True) -> Image:
    """The whole press at this instant."""
    at = now()
    signals = (
        Signal("PRESS-1", "run", run, Quality.GOOD, at.wall, at),
        Signal("PRESS-1", "total", total, Quality.GOOD, at.wall, at),
    )
    return Image("PRESS-1", signals, at)


def start_order(client_id: str = "start-order-1") -> Entry:
    return Entry("PRESS-1", "start_operation", {"order_id": "PO-1"}, now(), client_id)


def order() -> Directive:
    payload = {"rev": "1", "order_id": "PO-1", "op_no": "10", "item_id": "CAP", "qty_planned": "100", "uom": "EA"}
    return Directive("PRESS-1", "orders/PO-1", orjson.dumps({**payload, "release_status": "released"}), now())


@dataclass(frozen=True, slots=True)
class Running:
    """An intake on its journal."""

    intake: Intake
    journal: Journal
    alarms: Alarms
    recorder: Recorder | None = None

    async def types(self) -> list[str]:
        return [row.type for row in await self.journal.latest(100_000)]


@asynccontextmanager
async def an_intake(
    folder: Path,
    epoch: str = "e1",
    *,
    writing: bool = True,
    wish: Wish | None = None,
    instance: str = "i1",
    **mes: Any,  # noqa: ANN401 - any TOML
) -> AsyncIterator[Running]:
    """An intake as the agent runs it; without `writing` the test commits by itself. A recorded one tells no time."""
    configured = settings(folder, **mes)
    tick_s = configured.agent.tick_s if wish is None else 1000.0
    async with open_journal(configured.agent.data, epoch, time.time()) as journal:
        alarms = Alarms(lambda: CLOCK.now().wall)
        stand, recorder = restored(configured, journal), None
        if wish is not None:
            run = Run(configured, instance, journal.marks.epoch, journal.restored.directories)
            recorder = Recorder(wish, run, stand, alarms, CLOCK.now().wall)
        intake = Intake(journal, stand, CLOCK, Badges(SITE_KEY, configured.codes), alarms, recorder)
        async with recorder or nullcontext():
            if not writing:
                yield Running(intake, journal, alarms, recorder)
                return
            async with running(intake, tick_s):
                yield Running(intake, journal, alarms, recorder)


async def with_order(running: Running) -> None:
    """The order PO-1 is in progress."""
    await running.intake.submit(order())
    reply = await running.intake.submit(start_order())
    assert reply is not None
    assert reply.accepted


async def watched(running: Running) -> None:
    """The press runs and is watched."""
    await running.intake.submit(Started("PRESS-1", now(), "i1"))
    await running.intake.take([reading(0), Link("PRESS-1", "plc", up=True, observed=now())])
    await eventually(lambda: running.intake.present.stations["PRESS-1"].state.watch.link_up, "watched")
