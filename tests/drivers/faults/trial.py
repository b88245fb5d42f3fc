"""One fault after the other under a driver's eyes, and what became of it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import asdict, dataclass
from typing import Any, Final

from agent.acquisition import Opener
from drivers.modbus_lines import Lines
from drivers.registry import open_machine
from simulators.faults.kinds import Fault, Kind
from tests.drivers.faults.opcua_plant import FaultyOpcUa
from tests.drivers.faults.plant import PATIENCE_S, TIMEOUT_S, FaultyPlant
from tests.drivers.faults.truth import Truth
from tests.drivers.faults.watching import until, watched

BACK_S: Final = 3.0
"""Within so many seconds of the server's return there are right values again (the issue's own figure)."""
NOTICED_S: Final = 4 * TIMEOUT_S + 2.0
"""Within so many a driver says that it has lost a server that is not there."""
ANSWERING_S: Final = 30.0

MUST_BE_NOTICED: Final = frozenset(
    {"kill", "freeze", "sessions", "subscriptions", "silently", "reorder", Kind.HALF_OPEN, Kind.CUT, Kind.RESET}
)
"""Faults that leave no connection that could go on: the driver has to say so."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one fault."""

    fault: str
    struck: int
    """How often it hit something; one that hit nothing proves nothing."""
    noticed: bool
    """Whether the driver said that the link was lost."""
    back_s: float | None
    """From the moment from which a stranger was answered again to fresh values of every signal; None where they did
    not come in time."""

    @property
    def problems(self) -> list[str]:
        """What is wrong with it."""
        found = []
        if not self.struck:
            found.append(f"{self.fault}: it was over before it hit anything, so it proves nothing")
        if self.fault in MUST_BE_NOTICED and not self.noticed:
            found.append(f"{self.fault}: nobody said that the link was lost")
        if self.back_s is None:
            found.append(f"{self.fault}: no right values within {BACK_S:g} s of the server's return")
        return found


class Trial:
    """A plant and what a driver says of it."""

    def __init__(self, plant: FaultyPlant, opener: Opener | None = None) -> None:
        """Not yet watched.

        Args:
            plant: which runs.
            opener: opens the driver; the agent's own without it.
        """
        self.plant = plant
        lines = Lines()
        self._opener = opener or (lambda machine, now: open_machine(machine, now, lines=lines))
        signals = [signal.key for signal in plant.machine.signal]
        self.truth = Truth(plant.clocks, plant.numbers, signals, PATIENCE_S)

    def watched(self) -> AbstractAsyncContextManager[None]:
        """Watch the machine while open."""
        return watched(self.plant.machine, self.truth, self._opener)

    async def settled(self) -> bool:
        """Whether the driver says fresh values of everything now, without a fault."""
        since = time.monotonic()
        return await until(lambda: self.truth.back_since(since), self.truth, 10.0)

    async def suffer(self, fault: Fault | str, lasts_s: float = 0.0) -> Outcome:
        """One fault until it has hit, was noticed where it must be, and has lasted so long; then until it is over.

        Args:
            fault: of the line, or one of the server's own.
            lasts_s: how long it lasts at least; a fault of the line says it itself.
        """
        name = str(fault.kind) if isinstance(fault, Fault) else fault
        losses = self.truth.losses
        applied = self._on_the_line(fault) if isinstance(fault, Fault) else self._on_the_server(fault)
        async with applied as strikes:
            await asyncio.sleep(fault.seconds if isinstance(fault, Fault) else lasts_s)
            if name in MUST_BE_NOTICED:
                await until(lambda: self.truth.losses > losses, self.truth, NOTICED_S)
            ended = time.monotonic()
        returned = await self._returned()
        # What is fresh was the server's after the fault was over, whenever the stranger was answered.
        in_time = await until(lambda: self.truth.back_since(ended), self.truth, BACK_S)
        if not in_time and (stalled_s := await self._others_stalled()):
            in_time = await until(lambda: self.truth.back_since(ended), self.truth, stalled_s)
        back_s = max(0.0, time.monotonic() - returned) if in_time else None
        return Outcome(name, strikes[0], self.truth.losses > losses, back_s)

    @asynccontextmanager
    async def _on_the_line(self, fault: Fault) -> AsyncIterator[list[int]]:
        strikes = [0]
        await self._ask_relay(begin=asdict(fault))
        try:
            yield strikes
            await self._struck()
        finally:
            strikes[0] = (await self._ask_relay(end=True))["strikes"]

    async def _struck(self) -> None:
        """Wait until something was hit, as far as that does not take too long."""
        with suppress(TimeoutError):
            async with asyncio.timeout(NOTICED_S):
                while not (await self._ask_relay())["strikes"]:  # noqa: ASYNC110 - the relay is another process
                    await asyncio.sleep(0.02)

    @asynccontextmanager
    async def _on_the_server(self, fault: str) -> AsyncIterator[list[int]]:
        server = self.plant.server
        if fault in {"kill", "reorder"}:
            await asyncio.to_thread(server.kill)
            if isinstance(self.plant, FaultyOpcUa) and fault == "reorder":
                self.plant.reorder()
            yield [1]
            self.plant.launch()
            await asyncio.to_thread(self.plant.until_ready)
        elif fault == "freeze":
            server.freeze()
            yield [1]
            server.thaw()
        elif fault == "clock":
            self.truth.offsets.add((await asyncio.to_thread(server.ask, clock="2000"))["offset"])
            yield [1]
            await asyncio.to_thread(server.ask, clock="right")
        else:
            yield [await asyncio.to_thread(self.plant.harm, fault)]

    async def _returned(self) -> float:
        """When a stranger was answered again."""
        deadline = time.monotonic() + ANSWERING_S
        while not await asyncio.to_thread(self.plant.answers):
            assert time.monotonic() < deadline, "the server is not back though its fault is over"
            await asyncio.sleep(0.01)
        return time.monotonic()

    async def _others_stalled(self) -> float:
        """How long the machine stood still of late, as the server and the relay saw it."""
        server = await asyncio.to_thread(self.plant.server.ask)
        relay = await self._ask_relay()
        return float(server["stalled_s"] + relay["stalled_s"])

    async def _ask_relay(self, **what: Any) -> dict[str, Any]:  # noqa: ANN401 - whatever JSON can say
        return await asyncio.to_thread(lambda: self.plant.relay.ask(**what))
