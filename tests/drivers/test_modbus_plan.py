"""Every signal in exactly one request, within what the device takes, and in no more requests than there must be."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.core.machine_settings import Role, SignalSettings, TelemetrySettings
from agent.core.sources.modbus_settings import ModbusSettings
from drivers.modbus_plan import Request, finer, plan, raw_of

KINDS = ("uint16", "int16", "uint32", "float32", "uint64", "bcd32")


def a_signal(key: str, table: str, address: int, kind: str = "uint16", **more: Any) -> SignalSettings:  # noqa: ANN401 - fields
    fields = {"key": key, "role": Role.RUN, "table": table, "address": address, "type": kind, **more}
    return SignalSettings.model_validate(fields)


def a_device(**fields: Any) -> ModbusSettings:  # noqa: ANN401 - fields
    return ModbusSettings.model_validate({"host": "plc", **fields})


@st.composite
def devices(draw: st.DrawFn, last: int = 9000, most: int = 125) -> ModbusSettings:
    spans = st.tuples(st.sampled_from(("holding", "coil")), st.integers(0, last), st.integers(0, last // 20))
    return a_device(
        gap=draw(st.integers(0, min(100, last))),
        max_registers=draw(st.integers(4, most)),
        max_bits=draw(st.integers(1, 2000)),
        forbidden=[
            {"table": table, "first": first, "last": first + more}
            for table, first, more in draw(st.lists(spans, max_size=4))
        ],
    )


@st.composite
def signals(draw: st.DrawFn, device: ModbusSettings, last: int = 700, most: int = 40) -> list[SignalSettings]:
    """Any that this device lets be read."""
    words = st.tuples(st.sampled_from(("holding", "input")), st.integers(0, last), st.sampled_from(KINDS))
    bits = st.tuples(st.sampled_from(("coil", "discrete")), st.integers(0, 12 * last), st.just("bit"))
    drawn = draw(st.lists(st.one_of(words, bits), max_size=most))
    wanted = [a_signal(f"s{number}", *each) for number, each in enumerate(drawn)]
    return [one for one in wanted if not device.obstacle(one)]


@st.composite
def machines(draw: st.DrawFn) -> tuple[ModbusSettings, list[SignalSettings]]:
    device = draw(devices())
    return device, draw(signals(device))


@st.composite
def small_machines(draw: st.DrawFn) -> tuple[ModbusSettings, list[SignalSettings]]:
    device = draw(devices(last=20, most=8))
    kinds = st.sampled_from(("uint16", "uint32", "uint64"))
    places = draw(st.lists(st.tuples(st.just("holding"), st.integers(0, 20), kinds), max_size=7))
    wanted = [a_signal(f"s{number}", *each) for number, each in enumerate(places)]
    return device, [one for one in wanted if not device.obstacle(one)]


def addresses(request: Request) -> range:
    return range(request.address, request.address + request.count)


def own(signal: SignalSettings) -> range:
    assert signal.address is not None
    return range(signal.address, signal.address + signal.width)


@given(machines())
def test_every_signal_stands_whole_in_exactly_one_request(machine: tuple[ModbusSettings, list[SignalSettings]]) -> None:
    device, wanted = machine
    requests = plan(wanted, device)
    assert sorted(one.key for request in requests for one in request.signals) == sorted(one.key for one in wanted)
    for request in requests:
        for signal in request.signals:
            assert isinstance(signal, SignalSettings)
            assert signal.table == request.table
            assert set(own(signal)) <= set(addresses(request))


@given(machines())
def test_no_request_is_more_than_the_device_takes(machine: tuple[ModbusSettings, list[SignalSettings]]) -> None:
    device, wanted = machine
    for request in plan(wanted, device):
        is_bits = request.table in {"coil", "discrete"}
        assert 0 < request.count <= (device.max_bits if is_bits else device.max_registers)
        for one in device.forbidden:
            assert one.table != request.table or not set(addresses(request)) & set(range(one.first, one.last + 1))


@given(machines())
def test_no_more_than_the_gap_is_read_along(machine: tuple[ModbusSettings, list[SignalSettings]]) -> None:
    device, wanted = machine
    for request in plan(wanted, device):
        assert longest_unused(request.signals) <= device.gap
        assert {request.address, request.end - 1} <= used(request.signals)


@given(machines(), st.randoms())
def test_the_order_in_which_signals_are_configured_makes_no_difference(
    machine: tuple[ModbusSettings, list[SignalSettings]],
    random: Any,  # noqa: ANN401 - the library's
) -> None:
    device, wanted = machine
    shuffled = list(wanted)
    random.shuffle(shuffled)
    assert plan(shuffled, device) == plan(wanted, device)


@given(small_machines())
def test_there_is_no_plan_of_fewer_requests(machine: tuple[ModbusSettings, list[SignalSettings]]) -> None:
    device, wanted = machine
    assert len(plan(wanted, device)) == fewest(wanted, device)


def used(wanted: Sequence[Any]) -> set[int]:
    return {address for one in wanted for address in own(one)}


def longest_unused(wanted: Sequence[Any]) -> int:
    taken = sorted(used(wanted))
    return max((later - earlier - 1 for earlier, later in pairwise(taken)), default=0)


def fewest(wanted: Sequence[SignalSettings], device: ModbusSettings) -> int:
    """By trying all ways to put signals of one table together."""

    def fits(group: int) -> bool:
        members = [one for number, one in enumerate(wanted) if group >> number & 1]
        taken = used(members)
        span = range(min(taken), max(taken) + 1)
        if len(span) > device.max_registers or longest_unused(members) > device.gap:
            return False
        return not any(one.touches("holding", span[0], span[-1]) for one in device.forbidden)

    @cache
    def best(left: int) -> int:
        if not left:
            return 0
        first = left & -left
        rest, group, found = left & ~first, left & ~first, len(wanted)
        while True:
            if fits(group | first):
                found = min(found, 1 + best(left & ~(group | first)))
            if not group:
                return found
            group = (group - 1) & rest

    return best((1 << len(wanted)) - 1)


def test_neighbours_share_a_request_up_to_the_gap() -> None:
    near, far, farther = (
        a_signal("a", "holding", 10, "uint32"),
        a_signal("b", "holding", 15),
        a_signal("c", "holding", 20),
    )
    assert plan([farther, near, far], a_device(gap=3)) == (
        Request("holding", 10, 6, (near, far)),
        Request("holding", 20, 1, (farther,)),
    )


def test_a_forbidden_address_is_not_read_along() -> None:
    near, far = a_signal("a", "holding", 10), a_signal("b", "holding", 13)
    forbidden = [{"table": "holding", "first": 11, "last": 11}]
    assert len(plan([near, far], a_device(gap=8))) == 1
    assert len(plan([near, far], a_device(gap=8, forbidden=forbidden))) == 2
    assert len(plan([near, far], a_device(gap=8, forbidden=[{**forbidden[0], "table": "input"}]))) == 1


def test_a_value_of_several_registers_at_the_limit_of_a_request_starts_another() -> None:
    first, last = a_signal("a", "input", 0), a_signal("b", "input", 9, "uint32")
    assert plan([first, last], a_device(gap=20, max_registers=10)) == (
        Request("input", 0, 1, (first,)),
        Request("input", 9, 2, (last,)),
    )


def test_bits_of_one_register_are_read_with_it_once() -> None:
    word = a_signal("w", "holding", 5)
    bits = [a_signal(f"b{number}", "holding", 5, "bit", bit=number) for number in range(16)]
    [request] = plan([word, *bits], a_device())
    assert (request.address, request.count, len(request.signals)) == (5, 1, 17)
    assert [raw_of(one, request, [7]) for one in request.signals] == [[7]] * 17


def test_tables_never_share_a_request() -> None:
    holding, other = a_signal("a", "holding", 0), a_signal("b", "input", 1)
    assert plan([holding, other], a_device()) == (
        Request("holding", 0, 1, (holding,)),
        Request("input", 1, 1, (other,)),
    )


def test_a_value_is_cut_out_of_the_answer_to_its_request() -> None:
    signal = a_signal("a", "holding", 12, "uint32")
    assert raw_of(signal, Request("holding", 10, 5, (signal,)), [1, 2, 3, 4, 5]) == [3, 4]


def parts(*wanted: SignalSettings | TelemetrySettings, gap: int = 8) -> list[list[str]]:
    device = a_device(gap=gap)
    [request] = plan(wanted, device)
    return [[one.key for one in part.signals] for part in finer(request, device)]


def test_a_refused_request_is_parted_where_most_is_unused_then_in_the_middle() -> None:
    a, b, c, d = (a_signal(key, "holding", address) for key, address in zip("abcd", (0, 3, 4, 5), strict=True))
    assert parts(a, b, c, d) == [["a"], ["b", "c", "d"]]
    assert parts(b, c, d) == [["b"], ["c", "d"]]
    assert parts(c, d) == [["c"], ["d"]]
    assert parts(d) == []


def test_facts_are_parted_from_telemetry_first() -> None:
    telemetry = TelemetrySettings(key="t", table="holding", address=1)
    assert parts(a_signal("a", "holding", 0), telemetry, a_signal("b", "holding", 2)) == [["a"], ["b"], ["t"]]


def test_bits_of_one_register_are_not_parted_and_overlapping_values_are() -> None:
    bits = [a_signal(f"b{number}", "holding", 5, "bit", bit=number) for number in range(3)]
    assert parts(*bits) == []
    assert parts(*bits, a_signal("w", "holding", 5, "uint32")) == [["b0", "b1", "b2"], ["w"]]


@given(machines())
def test_parts_are_of_the_same_signals_and_ever_smaller(machine: tuple[ModbusSettings, list[SignalSettings]]) -> None:
    device, wanted = machine
    for request in plan(wanted, device):
        divided = finer(request, device)
        if divided:
            assert len(divided) >= 2
            assert sorted(one.key for part in divided for one in part.signals) == sorted(
                one.key for one in request.signals
            )
            assert all(len(part.signals) < len(request.signals) for part in divided)


@pytest.mark.parametrize("table", ["coil", "discrete"])
def test_bits_have_a_limit_of_their_own(table: str) -> None:
    wanted = [a_signal("a", table, 0, "bit"), a_signal("b", table, 8, "bit")]
    assert len(plan(wanted, a_device(gap=20, max_bits=8, max_registers=125))) == 2
    assert len(plan(wanted, a_device(gap=20, max_bits=9, max_registers=4))) == 1
