"""The checks of `test_contract_faults.py` and of `make soak-drivers` see what they are there for.

Each driver here is a real one with one thing broken about it, under real faults; the checks must say what it is.
"""

from __future__ import annotations

import asyncio
import math
import socket
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import replace
from types import TracebackType
from typing import Self

import pytest

from agent.acquisition import Opener
from agent.core.errors import DeviceError
from agent.core.observations import Controller, Instant, Link, Quality, Scan, Signal
from drivers.contract import Batch, Driver
from drivers.registry import open_machine
from simulators.faults.kinds import Fault, Kind
from tests.drivers.faults.held import Held, nothing_more
from tests.drivers.faults.plants import PATIENCE_S, FaultyModbus, FaultyOpcUa, FaultyPlant
from tests.drivers.faults.stalls import Stalls
from tests.drivers.faults.ticks import SPAN, Clocks
from tests.drivers.faults.trial import Outcome, Trial
from tests.drivers.faults.truth import Truth
from tests.drivers.faults.watching import until
from tests.drivers.plants import now


@pytest.fixture(scope="module")
def modbus() -> Iterator[FaultyModbus]:
    plant = FaultyModbus()
    plant.start()
    yield plant
    plant.stop()


@pytest.fixture(scope="module")
def opcua() -> Iterator[FaultyOpcUa]:
    plant = FaultyOpcUa()
    plant.start()
    yield plant
    plant.stop()


class Broken:
    """A driver that says something else than the one that it wraps."""

    def __init__(self, driver: Driver) -> None:
        self.driver = driver
        self.turns_by = math.inf
        self.said: list[Signal] = []

    async def __aenter__(self) -> Self:
        await self.driver.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.driver.__aexit__(kind, error, trace)

    async def __aiter__(self) -> AsyncIterator[Batch]:
        async for batch in self.driver:
            self.said = [*self.said, *(one for one in batch if isinstance(one, Signal))][-100:]
            yield [changed for one in batch for changed in self.told(one)]

    def told(self, one: Signal | Link | Controller | Scan) -> Sequence[Signal | Link | Controller | Scan]:
        return [one]

    def rest(self) -> Batch:
        return ()


class TellsAnOldValueAgain(Broken):
    """As new, when the server has fallen silent; it never says that it has."""

    async def __aiter__(self) -> AsyncIterator[Batch]:
        while True:
            try:
                async for batch in super().__aiter__():
                    yield batch
            except DeviceError:
                for _ in range(20):
                    await asyncio.sleep(PATIENCE_S / 10)
                    yield [replace(signal, observed=now()) for signal in self.said[-2:]]
                raise


class TakesALateAnswer(Broken):
    """For that to its next question."""

    def told(self, one: Signal | Link | Controller | Scan) -> Sequence[Signal | Link | Controller | Scan]:
        earlier = [signal for signal in self.said[:-8] if isinstance(one, Signal) and signal.key == one.key]
        return [one, *(replace(signal, observed=one.observed) for signal in earlier[:1])]


class MixesUpTwo(Broken):
    def told(self, one: Signal | Link | Controller | Scan) -> Sequence[Signal | Link | Controller | Scan]:
        names = {"s1": "s2", "s2": "s1"}
        return [replace(one, key=names.get(one.key, one.key)) if isinstance(one, Signal) else one]


class StampsWithItsOwnTime(Broken):
    def told(self, one: Signal | Link | Controller | Scan) -> Sequence[Signal | Link | Controller | Scan]:
        return [replace(one, source_time=one.observed.wall) if isinstance(one, Signal) else one]


class StaysUpInSilence(Broken):
    """It says that the link is up, and nothing else any more."""

    def told(self, one: Signal | Link | Controller | Scan) -> Sequence[Signal | Link | Controller | Scan]:
        return [one] if isinstance(one, Link) or len(self.said) <= 24 else []


class IsUpTooSoon(Broken):
    def told(self, one: Signal | Link | Controller | Scan) -> Sequence[Signal | Link | Controller | Scan]:
        assert not isinstance(one, Scan)
        return [Link(one.wc_id, "plc", up=True, observed=one.observed), one]


class NeverComesBack(Broken):
    """It hangs on its second connection."""

    connections = 0

    async def __aenter__(self) -> Self:
        NeverComesBack.connections += 1
        if NeverComesBack.connections > 1:
            await asyncio.Event().wait()
        return await super().__aenter__()


class IsCancelledByItsLibrary(Broken):
    """On its second connection."""

    connections = 0

    async def __aenter__(self) -> Self:
        IsCancelledByItsLibrary.connections += 1
        if IsCancelledByItsLibrary.connections > 1:
            raise asyncio.CancelledError
        return await super().__aenter__()


class LeavesSomethingBehind(Broken):
    """A socket and a task for each connection."""

    left: list[tuple[socket.socket, asyncio.Task[bool]]] = []  # noqa: RUF012 - of all of them

    async def __aenter__(self) -> Self:
        task = asyncio.create_task(asyncio.Event().wait(), name="left behind")
        LeavesSomethingBehind.left.append((socket.socket(), task))
        return await super().__aenter__()

    @classmethod
    async def clear(cls) -> None:
        for sock, task in cls.left:
            sock.close()
            task.cancel()
        await asyncio.gather(*(task for _, task in cls.left), return_exceptions=True)
        cls.left.clear()


def instead(broken: Callable[[Driver], Broken]) -> Opener:
    return lambda machine, clock: broken(open_machine(machine, clock))


async def said_of(plant: FaultyPlant, opener: Opener) -> list[str]:
    """What is wrong with what a driver says of a machine that is well."""
    trial = Trial(plant, opener)
    async with trial.watched():
        await until(lambda: bool(trial.truth.violations), trial.truth, 10.0)
    return trial.truth.violations


async def outcome_of(plant: FaultyPlant, opener: Opener, fault: Fault | str) -> tuple[Outcome, Truth]:
    trial = Trial(plant, opener)
    async with trial.watched():
        await trial.settled()
        return await trial.suffer(fault, 0.3), trial.truth


async def test_the_same_without_anything_broken_is_right(modbus: FaultyModbus) -> None:
    outcome, truth = await outcome_of(modbus, instead(Broken), "freeze")
    assert outcome.problems == []
    assert truth.violations == []
    assert truth.told >= 16


async def test_an_old_value_told_as_new_is_seen(modbus: FaultyModbus) -> None:
    _, truth = await outcome_of(modbus, instead(TellsAnOldValueAgain), "freeze")
    assert any("s old when it was told as of now" in violation for violation in truth.violations)


async def test_a_late_answer_taken_for_another_is_seen(modbus: FaultyModbus) -> None:
    assert any("after it had been of" in violation for violation in await said_of(modbus, instead(TakesALateAnswer)))


async def test_a_value_of_another_signal_is_seen(modbus: FaultyModbus) -> None:
    violations = await said_of(modbus, instead(MixesUpTwo))
    assert any(violation.startswith("'s1' was told with 2") for violation in violations)
    assert any(violation.endswith("which is of s1") for violation in violations)


async def test_a_link_that_stays_up_in_silence_is_seen(modbus: FaultyModbus) -> None:
    assert any(
        "up while 's1' had not moved for" in violation for violation in await said_of(modbus, instead(StaysUpInSilence))
    )


async def test_a_link_that_is_up_before_its_signals_is_seen(modbus: FaultyModbus) -> None:
    assert any("up before 's5' was told" in violation for violation in await said_of(modbus, instead(IsUpTooSoon)))


async def test_a_driver_that_does_not_come_back_is_seen(modbus: FaultyModbus) -> None:
    NeverComesBack.connections = 0
    outcome, _ = await outcome_of(modbus, instead(NeverComesBack), Fault(Kind.CUT, 0.1))
    assert outcome.problems == ["cut: no right values within 3 s of the server's return"]


async def test_a_watching_that_ends_by_itself_is_seen(modbus: FaultyModbus) -> None:
    IsCancelledByItsLibrary.connections = 0
    outcome, truth = await outcome_of(modbus, instead(IsCancelledByItsLibrary), Fault(Kind.CUT, 0.1))
    assert any(violation.startswith("the watching of the driver ended") for violation in truth.violations)
    assert outcome.problems == ["cut: no right values within 3 s of the server's return"]


async def test_what_is_left_behind_is_seen(modbus: FaultyModbus) -> None:
    before = Held.now()
    await outcome_of(modbus, instead(LeavesSomethingBehind), Fault(Kind.CUT, 0.1))
    more = await nothing_more(before, 0.2)
    await LeavesSomethingBehind.clear()
    assert len(more) == 2
    assert more[0].endswith(" tasks")
    assert more[1].endswith(" socket:")
    assert await nothing_more(before) == []


async def test_a_time_that_is_not_the_sources_is_seen(opcua: FaultyOpcUa) -> None:
    assert any(
        "was told with a time that is +" in violation
        for violation in await said_of(opcua, instead(StampsWithItsOwnTime))
    )


async def test_a_namespace_taken_for_another_is_seen(opcua: FaultyOpcUa) -> None:
    """The other namespace has nodes of the same names, and its values are of no signal."""
    signals = [
        one.model_copy(update={"node": (one.node or "").replace("/line", "/other")}) for one in opcua.machine.signal
    ]
    wrong = opcua.machine.model_copy(update={"signal": tuple(signals)})
    violations = await said_of(opcua, lambda _, clock: open_machine(wrong, clock))
    assert any("which is of none of this machine" in violation for violation in violations)


async def test_a_fault_that_hit_nothing_proves_nothing() -> None:
    assert Outcome("latency", 0, noticed=False, back_s=0.1).problems == [
        "latency: it was over before it hit anything, so it proves nothing"
    ]


async def test_a_loss_that_nobody_told_is_seen() -> None:
    assert Outcome("kill", 1, noticed=False, back_s=0.1).problems == ["kill: nobody said that the link was lost"]
    assert Outcome("drip", 1, noticed=False, back_s=0.1).problems == []


async def test_a_server_that_is_not_back_answers_no_stranger(modbus: FaultyModbus) -> None:
    assert await asyncio.to_thread(modbus.answers)
    modbus.server.freeze()
    frozen = await asyncio.to_thread(modbus.answers)
    modbus.server.thaw()
    assert not frozen
    modbus.server.kill()
    assert not await asyncio.to_thread(modbus.answers)
    modbus.start()
    assert await asyncio.to_thread(modbus.answers)


async def test_what_the_machine_takes_is_metered() -> None:
    stalls = Stalls()
    metering = asyncio.create_task(stalls.run())
    await asyncio.sleep(0.05)
    quiet = stalls.recent_s
    time.sleep(0.5)  # noqa: ASYNC251 - that is what is metered
    await asyncio.sleep(0.05)
    metering.cancel()
    assert stalls.recent_s - quiet >= 0.5


def test_a_machine_that_stands_still_is_not_the_drivers_doing() -> None:
    truth = Truth(Clocks(100.0, 1000.0), {"s1": 1}, ["s1"], 2.0)
    late = Signal("WC-1", "s1", SPAN + 1000, Quality.GOOD, None, Instant(0.0, 104.0))
    truth.stalled_s = 1.5
    truth.see([late])
    assert truth.violations == []
    truth.stalled_s = 0.0
    truth.see([late])
    assert truth.violations == ["'s1' was 3.000 s old when it was told as of now"]


def test_values_from_before_a_fault_do_not_say_that_a_driver_is_back() -> None:
    truth = Truth(Clocks(100.0, 1000.0), {"s1": 1, "s2": 2}, ["s1", "s2"], 2.0)
    at = time.monotonic()
    truth.clocks = Clocks(at - 10.0, 1000.0)
    up = Link("WC-1", "plc", up=True, observed=Instant(0.0, at + 0.1))
    fresh, old = (
        [Signal("WC-1", f"s{n}", n * SPAN + tick, Quality.GOOD, None, Instant(0.0, at + 0.1)) for n in (1, 2)]
        for tick in (10_050, 9_950)
    )
    truth.see([*old, up])
    assert not truth.back_since(at)
    truth.see([fresh[0], up])
    assert not truth.back_since(at)
    truth.see([fresh[1]])
    assert truth.back_since(at)
    truth.see([Link("WC-1", "plc", up=False, observed=Instant(0.0, at + 0.2))])
    assert not truth.back_since(at)
