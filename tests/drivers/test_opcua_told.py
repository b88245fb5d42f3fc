"""What was told last, and the way of batches to whoever takes them."""

import asyncio
from typing import Any

import pytest
from asyncua import ua

from agent.core.machine_settings import MachineSettings, Role, SignalSettings, TelemetrySettings
from agent.core.observations import Quality, Signal
from agent.core.sources.opcua_settings import OpcUaSettings
from drivers.opcua_told import Mailbox, Post, Told
from tests.drivers.plants import now

MACHINE = MachineSettings(
    work_center="WC-1",
    opcua=OpcUaSettings(endpoint="opc.tcp://127.0.0.1:4840", security="none"),
    signal=(SignalSettings(key="run", role=Role.RUN, node="i=1"),),
    telemetry=(TelemetrySettings(key="heat", node="i=2", deadband=1.0, scale=0.1),),
)


def data(value: Any, status: str = "Good") -> ua.DataValue:  # noqa: ANN401 - what machines say
    return ua.DataValue(ua.Variant(value), ua.StatusCode(status))  # type: ignore[arg-type]  # names are taken as well


def values(signals: list[Signal]) -> list[tuple[str, object, str]]:
    return [(one.key, one.value, one.status) for one in signals]


def test_a_poll_tells_only_what_is_another_value_or_another_quality() -> None:
    told = Told(MACHINE)
    assert values(told.changes([(0, data(True)), (1, data(215))], now())) == [("run", True, ""), ("heat", 21.5, "")]
    assert told.changes([(0, data(True)), (1, data(215))], now()) == []
    assert values(told.changes([(0, data(True, "UncertainLastUsableValue")), (1, data(216))], now())) == [
        ("run", True, "UncertainLastUsableValue"),
        ("heat", 21.6, ""),
    ]
    [bad] = told.changes([(0, data(True, "BadSensorFailure")), (1, data(216))], now())
    assert (bad.value, bad.quality, bad.status) == (None, Quality.BAD, "BadSensorFailure")
    assert told.changes([(0, data(False, "BadSensorFailure"))], now()) == []


def test_a_truth_is_another_value_than_the_number_1() -> None:
    told = Told(MACHINE)
    told.news([(0, data(True))], now())
    assert told.differs(0, data(1))


@pytest.mark.parametrize(("read", "differs"), [(224, False), (226, True), (204, True)])
def test_what_moved_within_a_deadband_is_as_it_was_told(read: int, differs: bool) -> None:  # noqa: FBT001
    told = Told(MACHINE)
    told.news([(1, data(215))], now())
    assert told.differs(1, data(read), deadband=1.0) is differs


def test_an_overflow_before_a_value_makes_it_no_other_one() -> None:
    told = Told(MACHINE)
    told.news([(0, ua.DataValue(ua.Variant(True), ua.StatusCode(ua.UInt32(0x480))))], now())
    assert not told.differs(0, data(True))


def test_a_reading_that_cannot_be_had_is_told_once_for_each_reason() -> None:
    told = Told(MACHINE)
    told.news([(0, data(True, "BadNodeIdUnknown"))], now())
    assert told.refused({0: "BadNodeIdUnknown"}, now()) == []
    assert values(told.refused({0: "BadUserAccessDenied"}, now())) == [("run", None, "BadUserAccessDenied")]
    assert told.refused({0: "BadUserAccessDenied"}, now()) == []


async def test_the_sign_of_life_waits_for_every_signal_and_for_no_telemetry() -> None:
    told = Told(MACHINE)
    assert told.life(now()) == []
    told.refused({0: "BadNodeIdUnknown"}, now())
    [link] = told.life(now())
    assert link.up
    assert told.life(now()) == []


async def test_batches_come_in_their_order_and_the_error_after_all_of_them() -> None:
    mailbox = Mailbox(2)
    await mailbox.put(Post([], [1]))
    await mailbox.put(Post([], [2]))
    mailbox.end(ValueError("first"))
    mailbox.end(ValueError("second"))
    assert [(await mailbox.get()).numbers, (await mailbox.get()).numbers] == [[1], [2]]
    for _ in range(2):
        with pytest.raises(ValueError, match="first"):
            await mailbox.get()


async def test_who_brings_more_than_there_is_room_for_waits_and_is_let_go_at_the_end() -> None:
    mailbox = Mailbox(1)
    mailbox.put_now(Post([], [1]))
    mailbox.put_now(Post([], [2]))
    waiting = asyncio.create_task(mailbox.put(Post([], [3])))
    await asyncio.sleep(0)
    assert not waiting.done()
    await mailbox.get()
    await asyncio.sleep(0)
    assert not waiting.done()
    await mailbox.get()
    await waiting
    late = asyncio.create_task(mailbox.put(Post([], [4])))
    await asyncio.sleep(0)
    mailbox.end(ValueError("over"))
    await late
    assert (await mailbox.get()).numbers == [3]
