"""The checks of `test_contract_faults.py` and of `make soak-drivers` see what they are there for.

Each driver here is a real one with one thing broken about it, under real faults; the checks must say what it is.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator

import pytest

from agent.acquisition import Opener
from agent.core.observations import Instant, Link, Quality, Signal
from drivers.contract import Driver
from drivers.registry import open_machine
from simulators.faults.kinds import Fault, Kind
from tests.drivers.faults.broken import (
    Broken,
    IsCancelledByItsLibrary,
    IsUpTooSoon,
    LeavesSomethingBehind,
    MixesUpTwo,
    NeverComesBack,
    StampsWithItsOwnTime,
    StaysUpInSilence,
    TakesALateAnswer,
    TellsAnOldValueAgain,
)
from tests.drivers.faults.held import Held, nothing_more
from tests.drivers.faults.modbus_plants import FaultyModbus
from tests.drivers.faults.opcua_plant import FaultyOpcUa
from tests.drivers.faults.plant import FaultyPlant
from tests.drivers.faults.stalls import Stalls
from tests.drivers.faults.ticks import SPAN, Clocks
from tests.drivers.faults.trial import Outcome, Trial
from tests.drivers.faults.truth import Truth
from tests.drivers.faults.watching import until


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
