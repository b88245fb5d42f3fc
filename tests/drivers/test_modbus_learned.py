"""One address that a device does not have costs no neighbour its value, and what was learned of it is not forgotten."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.core.machine_settings import Role, SignalSettings, TelemetrySettings
from agent.core.sources.modbus_settings import ModbusSettings
from drivers.modbus_learned import EXTRA, PAUSES_S, LearnedPlan
from drivers.modbus_plan import Request, plan

PAUSE_POLLS = math.ceil(PAUSES_S[0] / 0.2)
Refuses = Callable[[range], int]


def registers(*addresses: int, width: int = 1) -> list[SignalSettings]:
    kind = {1: "uint16", 2: "uint32"}[width]
    return [
        SignalSettings.model_validate(
            {"key": f"s{address}", "role": Role.RUN, "table": "holding", "address": address, "type": kind}
        )
        for address in addresses
    ]


class Device:
    """A device that refuses some spans, and what a connection makes of it."""

    def __init__(self, signals: list[SignalSettings], refuses: Refuses, *more: TelemetrySettings, gap: int = 8) -> None:
        self.refuses = refuses
        self.asked: list[range] = []
        device = ModbusSettings(host="plc", gap=gap)
        self.planned = len(plan((*signals, *more), device))
        self.plan = LearnedPlan((*signals, *more), device)

    def poll(self) -> set[int]:
        """The addresses of the signals that were read."""
        self.asked, good = [], set()
        poll = self.plan.poll()
        for request in poll:
            good |= self._ask(poll.answered, poll.refused, request)
        return good

    def _ask(
        self, answered: Callable[[Request], None], refused: Callable[[Request, int], bool], request: Request
    ) -> set[int]:
        span = range(request.address, request.end)
        self.asked.append(span)
        if code := self.refuses(span):
            refused(request, code)
            return set()
        answered(request)
        return {one.address for one in request.signals if one.address is not None}


def missing(*addresses: int, code: int = 2) -> Refuses:
    return lambda span: code if set(addresses) & set(span) else 0


@pytest.mark.parametrize("code", [2, 3])
def test_the_neighbours_of_an_address_that_is_not_there_are_read_in_the_very_first_poll(code: int) -> None:
    device = Device(registers(*range(16)), missing(5, code=code))
    assert device.poll() == set(range(16)) - {5}


def test_what_was_learned_is_kept_and_what_is_readable_is_put_together_again() -> None:
    device = Device(registers(*range(16)), missing(5))
    device.poll()
    for _ in range(5):
        assert device.poll() == set(range(16)) - {5}
        assert device.asked == [range(5), range(5, 6), range(6, 16)]


def test_an_unused_address_that_is_not_there_costs_one_more_request() -> None:
    device = Device(registers(*range(0, 32, 2)), missing(13))
    assert device.poll() == set(range(0, 32, 2))
    device.poll()
    assert device.poll() == set(range(0, 32, 2))
    assert len(device.asked) <= 3


def test_a_device_with_borders_of_its_own_is_asked_within_them() -> None:
    device = Device(registers(*range(20)), lambda span: 2 if span[0] // 10 != span[-1] // 10 else 0)
    for _ in range(4):
        assert device.poll() == set(range(20))
    assert device.asked == [range(10), range(10, 20)]


def test_a_device_that_gives_less_than_it_is_believed_to_is_asked_for_less() -> None:
    device = Device(registers(*range(100)), lambda span: 3 if len(span) > 16 else 0)
    for _ in range(4):
        assert device.poll() == set(range(100))
    assert len(device.asked) == 8


def test_what_is_there_again_is_read_again() -> None:
    device = Device(registers(*range(4)), missing(2))
    device.poll()
    device.refuses = missing()
    assert device.poll() == set(range(4))


def test_telemetry_is_asked_for_apart_once_it_spoilt_a_fact_and_stays_so() -> None:
    telemetry = TelemetrySettings(key="t", table="holding", address=1)
    device = Device(registers(0, 2), missing(1, code=4), telemetry)
    assert device.poll() == {0, 2}
    device.refuses = missing()
    assert device.poll() == {0, 1, 2}
    assert device.asked == [range(1), range(1, 2), range(2, 3)]


@pytest.mark.parametrize("code", [5, 6, 8, 10, 11])
def test_a_device_that_is_busy_is_not_asked_more(code: int) -> None:
    telemetry = TelemetrySettings(key="t", table="holding", address=1)
    device = Device(registers(*range(2, 20)), missing(5, code=code), telemetry)
    assert device.poll() == set()
    assert len(device.asked) == 1


def test_a_device_that_refuses_everything_is_taken_apart_more_and_more_seldom() -> None:
    device = Device(registers(*range(100)), lambda _: 2)
    requests = []
    for _ in range(16 * PAUSE_POLLS):
        assert device.poll() == set()
        requests.append(len(device.asked))
    assert max(requests) <= 1 + EXTRA
    apart = [poll for poll, asked in enumerate(requests) if asked > 1]
    pauses = [later - earlier for earlier, later in pairwise(apart)]
    assert pauses[: len(PAUSES_S)] == [math.ceil(one / 0.2) for one in PAUSES_S]
    assert set(pauses[len(PAUSES_S) :]) == {pauses[-1]}


def test_a_device_that_gives_no_two_values_at_once_is_asked_for_each_before_long() -> None:
    device = Device(registers(*range(100)), lambda span: 2 if len(span) > 1 else 0)
    for _ in range(PAUSE_POLLS + 20):
        device.poll()
    assert device.poll() == set(range(100))
    assert len(device.asked) == 100


def test_what_was_learned_outlasts_a_time_in_which_everything_is_refused() -> None:
    device = Device(registers(*range(16)), missing(5))
    device.poll()
    device.refuses = lambda _: 2
    for _ in range(2 * PAUSE_POLLS):
        assert device.poll() == set()
    device.refuses = missing(5)
    assert device.poll() == set(range(16)) - {5}


@given(
    st.sets(st.integers(0, 80), min_size=1, max_size=40),
    st.sets(st.integers(0, 80), max_size=4),
    st.sampled_from((1, 2)),
    st.integers(0, 20),
)
def test_whatever_few_addresses_are_not_there_all_others_are_read_and_no_traffic_grows(
    wanted: set[int], lacking: set[int], width: int, gap: int
) -> None:
    device = Device(registers(*wanted, width=width), missing(*lacking), gap=gap)
    readable = {one for one in wanted if not lacking & set(range(one, one + width))}
    for _ in range(6):
        device.poll()
        assert len(device.asked) <= device.planned + EXTRA + 3 * len(lacking) * width
    settled = device.asked
    if readable:
        assert device.poll() == readable
        assert device.asked == settled
