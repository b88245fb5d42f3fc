"""A real agent behind a terminal under test: its journal, its API on its socket; no machine, no broker.

What the machine says and how time passes is for the test to say:

    async with a_real_agent(tmp_path) as agent, operating(agent.socket) as operator:
        await agent.begins("PO-1")
        await agent.halts(minutes=10)
        await operator.sees("Why?")
"""

from __future__ import annotations

import asyncio
import secrets
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from agent import local_api
from agent.app import delivering
from agent.clock import Clock
from agent.core import station_view
from agent.core.observations import Directive, Entry, Image, Instant, Link, Quality, Signal, SignalValue
from agent.core.settings import Settings
from agent.core.shifts.calendar_settings import DAYS
from agent.core.times import epoch
from agent.core.views import Reply
from agent.core.work_center_view import WorkCenterView
from agent.in_force import InForce
from agent.intake import Intake
from agent.journal.journal import Journal, open_journal
from tests.core.build import SITE_KEY
from tests.tui import real_floor
from tests.tui.operating import eventually

PRESS, HAND = "PRESS-1", "HAND-1"
"""The machine, and the work center without one where a test wants it."""
START = "2026-03-04T07:00:00Z"
"""Noon in the plant, when its agent first starts; the shift began at 06:00."""


class TestClock(Clock):
    """Plant time that begins at noon, and on which a test lets time pass."""

    __test__ = False
    passed_s = 0.0

    def now(self) -> Instant:
        at = super().now()
        return Instant(at.wall + self.passed_s, at.monotonic + self.passed_s)


@dataclass
class RealAgent:
    """An agent, the machine before it and the MES behind it."""

    folder: Path
    socket: Path
    configuration: Mapping[str, Any]
    clock: TestClock = field(default_factory=lambda: TestClock(1.0, time.time(), epoch(START)))
    counted: int = 0
    """What the machine's counter shows."""
    _stack: AsyncExitStack | None = None
    _intake: Intake | None = None
    _journal: Journal | None = None
    _runs: bool = True
    _entered: int = 0

    @property
    def _desk(self) -> Intake:
        assert self._intake is not None, "the agent is stopped"
        return self._intake

    async def start(self) -> None:
        """Begins, or begins again on the same journal."""
        settings = Settings.model_validate(self.configuration)
        async with AsyncExitStack() as stack:
            listener = stack.enter_context(local_api.listening(self.socket))
            opening = open_journal(settings.agent.data, secrets.token_hex(4), self.clock.now().wall)
            self._journal = await stack.enter_async_context(opening)
            working = delivering(InForce.of(settings, self.folder), self._journal, self.clock, secrets.token_hex(4))
            delivery = await stack.enter_async_context(working)
            self._intake = delivery.desk
            await stack.enter_async_context(local_api.serving(delivery.api, listener))
            self._stack = stack.pop_all()

    async def stop(self) -> None:
        """Ends; the terminal stays."""
        assert self._stack is not None
        await self._stack.aclose()
        self._intake = self._journal = self._stack = None

    @property
    def is_up(self) -> bool:
        """Whether it is started."""
        return self._stack is not None

    @property
    def center(self) -> WorkCenterView:
        """The press as it is shown."""
        return self.center_of(PRESS)

    def center_of(self, wc_id: str) -> WorkCenterView:
        """A work center as it is shown."""
        present, now = self._desk.present, self.clock.now().wall
        return station_view.view(present.stations[wc_id], present.desk.directories, now)

    async def facts(self, *types: str) -> list[dict[str, Any]]:
        """Data of the facts of these types, or of all, in order; each with its `type`."""
        assert self._journal is not None
        rows = [row for row in await self._journal.latest(10_000) if not types or row.type in types]
        return [{"type": row.type, **orjson.loads(row.data)} for row in rows]

    async def facts_of(self, type_: str, count: int) -> list[dict[str, Any]]:
        """Waits until there are so many facts of a type; those that there are."""
        try:
            async with asyncio.timeout(10):
                while len(found := await self.facts(type_)) < count:  # noqa: ASYNC110 - the journal tells no event
                    await asyncio.sleep(0.02)
        except TimeoutError:
            raise AssertionError(f"not {count} times within 10 s: {type_}") from None
        return found

    async def publish(self, name: str, document: Mapping[str, Any], wc_id: str | None = None) -> None:
        """The MES says something of one of its objects."""
        await self._desk.submit(Directive(wc_id, name, orjson.dumps(document), self.clock.now()))

    async def enter(self, action: str, /, wc_id: str = PRESS, **arguments: str) -> Reply:
        """Somebody elsewhere enters something; it is accepted."""
        self._entered += 1
        entry = Entry(wc_id, action, arguments, self.clock.now(), f"elsewhere-{self._entered:04}")
        reply = await self._desk.submit(entry)
        assert reply is not None
        assert reply.accepted, reply.message
        return reply

    async def begins(self, order_id: str) -> None:
        """Work on an order begins, and its setup is over."""
        await self.enter("start_operation", order_id=order_id)
        if self.center.setting_up:
            await self.enter("end_setup")

    async def runs(self, minutes: float = 1, parts: int = 1) -> None:
        """The machine runs, makes some parts, and time passes."""
        self._runs = True
        await self.says()
        self.counted += parts
        await self.passes(minutes)

    async def halts(self, minutes: float = 10, alarm: str = "0") -> None:
        """The machine stands for so long."""
        self._runs = False
        await self.says(alarm=alarm)
        await self.passes(minutes)

    async def passes(self, minutes: float) -> None:
        """Time passes; the machine says that all is as it was."""
        self.clock.passed_s += minutes * 60
        await self.says()
        # A second image later than the first is what tells a machine that it is over.
        self.clock.passed_s += 5
        await self.says()

    async def says(self, **more: SignalValue) -> None:
        """The whole press as it is now."""
        at = self.clock.now()
        values: dict[str, SignalValue] = {"run": self._runs, "total": self.counted, "alarm": "0", **more}
        signals = tuple(Signal(PRESS, key, value, Quality.GOOD, at.wall, at) for key, value in values.items())
        await self._desk.take([Image(PRESS, signals, at)])

    async def connects(self) -> None:
        """The machine can be reached."""
        await self._desk.take([Link(PRESS, "plc", up=True, observed=self.clock.now())])
        await self.says()

    async def shows(self, condition: Callable[[WorkCenterView], bool], what: str, wc_id: str = PRESS) -> None:
        """Waits until a work center is so."""
        await eventually(lambda: condition(self.center_of(wc_id)), what)


@asynccontextmanager
async def a_real_agent(
    folder: Path, *, hand: bool = False, machine: Mapping[str, Any] | None = None, published: bool = True
) -> AsyncIterator[RealAgent]:
    """An agent that watches a press that runs; nothing is in progress, nobody is signed on.

    Args:
        folder: of its journal.
        hand: there is a work center without a machine too.
        machine: more tables of the press's configuration.
        published: the MES has said what stands in `real_floor`.
    """
    # The name of a Unix socket is at most 107 octets long.
    with tempfile.TemporaryDirectory() as short:
        agent = RealAgent(
            folder, Path(short) / "agent.sock", _configuration(folder, Path(short), machine or {}, hand=hand)
        )
        await agent.start()
        try:
            if published:
                await _publish(agent, [PRESS, HAND] if hand else [PRESS])
            await agent.connects()
            await agent.runs()
            await agent.shows(lambda center: center.condition == "RUNNING", "the press runs")
            yield agent
        finally:
            if agent.is_up:
                await agent.stop()


async def _publish(agent: RealAgent, wc_ids: list[str]) -> None:
    for name, document in real_floor.site():
        await agent.publish(name, document)
    for wc_id in wc_ids:
        for name, document in real_floor.orders():
            await agent.publish(name, document, wc_id)


def _configuration(folder: Path, short: Path, machine: Mapping[str, Any], *, hand: bool) -> dict[str, Any]:
    key = short / "site-key"
    key.touch(0o600)
    key.write_bytes(SITE_KEY)
    shift = {"id": "1", "start": "06:00", "end": "06:00", "days": list(DAYS)}
    # The test says how time passes: silence of the machine means nothing.
    press = {
        "work_center": PRESS,
        "modbus": {"host": "127.0.0.1", "port": 1},
        "signal": [
            {"key": "run", "role": "run", "table": "discrete", "address": 0, "type": "bit"},
            {"key": "total", "role": "total", "table": "input", "address": 0, "type": "uint32"},
            {"key": "alarm", "role": "alarm", "table": "input", "address": 2, "type": "uint16"},
        ],
        "stop": {"comm_timeout_s": 86_400},
        **machine,
    }
    return {
        "agent": {
            "enterprise": "acme",
            "site": "ala1",
            "area": "hall-1",
            "id": "edge-1",
            "data": folder / "journal",
            "socket": short / "agent.sock",
            "time_zone": "Asia/Almaty",
            "tick_s": 0.2,
        },
        "mes": {"host": "127.0.0.1", "port": 1},
        "journal": {"reserve_mb": 1},
        "calendar": {"shift": [shift]},
        "people": {"key_file": key},
        "codes": {"rescan_ms": 0},
        "machine": [press, *([{"work_center": HAND, "manual": True}] if hand else [])],
    }
