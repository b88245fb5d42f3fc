"""Every signal in exactly one request, within the protocol's limits; answers decoded as their types say."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.core.machine_settings import Role, SignalSettings
from drivers.modbus_plan import Request, decode, plan

WORD_TYPES = ("uint16", "int16", "uint32", "int32")


def a_signal(key: str, table: str, address: int, kind: str = "uint16", **more: Any) -> SignalSettings:  # noqa: ANN401 - fields
    fields = {"key": key, "role": Role.RUN, "table": table, "address": address, "type": kind, **more}
    return SignalSettings.model_validate(fields)


@st.composite
def signals(draw: st.DrawFn) -> list[SignalSettings]:
    words = st.tuples(st.sampled_from(("holding", "input")), st.integers(0, 700), st.sampled_from(WORD_TYPES))
    bits = st.tuples(st.sampled_from(("coil", "discrete")), st.integers(0, 9000), st.just("bit"))
    drawn = draw(st.lists(st.one_of(words, bits), max_size=40))
    return [a_signal(f"s{number}", *each) for number, each in enumerate(drawn)]


@given(signals(), st.integers(0, 100))
def test_every_signal_stands_in_exactly_one_request(wanted: list[SignalSettings], gap: int) -> None:
    planned = [signal.key for request in plan(wanted, gap) for signal in request.signals]
    assert sorted(planned) == sorted(signal.key for signal in wanted)


@given(signals(), st.integers(0, 100))
def test_a_value_is_never_split_across_requests(wanted: list[SignalSettings], gap: int) -> None:
    for request in plan(wanted, gap):
        for signal in request.signals:
            assert signal.table == request.table
            assert signal.address is not None
            assert request.address <= signal.address
            assert signal.address + signal.width <= request.address + request.count


@given(signals(), st.integers(0, 100))
def test_no_request_is_longer_than_the_protocol_allows(wanted: list[SignalSettings], gap: int) -> None:
    for request in plan(wanted, gap):
        assert 0 < request.count <= (125 if request.table in {"holding", "input"} else 2000)


@given(signals(), st.integers(0, 100))
def test_no_more_than_the_gap_is_read_along(wanted: list[SignalSettings], gap: int) -> None:
    for request in plan(wanted, gap):
        end = request.address
        for signal in request.signals:
            assert signal.address is not None
            assert signal.address - end <= gap
            end = max(end, signal.address + signal.width)
        assert end == request.address + request.count


def test_neighbours_share_a_request_up_to_the_gap() -> None:
    near, far, farther = (
        a_signal("a", "holding", 10, "uint32"),
        a_signal("b", "holding", 15),
        a_signal("c", "holding", 20),
    )
    assert plan([farther, near, far], gap=3) == (
        Request("holding", 10, 6, (near, far)),
        Request("holding", 20, 1, (farther,)),
    )


def test_a_32_bit_value_at_the_limit_of_a_request_starts_another() -> None:
    first, last = a_signal("a", "input", 0), a_signal("b", "input", 124, "uint32")
    assert plan([first, last], gap=200) == (Request("input", 0, 1, (first,)), Request("input", 124, 2, (last,)))


def test_tables_never_share_a_request() -> None:
    holding, other = a_signal("a", "holding", 0), a_signal("b", "input", 1)
    assert plan([holding, other], gap=8) == (Request("holding", 0, 1, (holding,)), Request("input", 1, 1, (other,)))


@pytest.mark.parametrize(
    ("kind", "order", "answer", "value"),
    [
        ("uint16", "big", [0xFFFE], 65_534),
        ("int16", "big", [0xFFFE], -2),
        ("int16", "big", [0x7FFF], 32_767),
        ("uint32", "big", [0x0001, 0x0002], 65_538),
        ("uint32", "little", [0x0002, 0x0001], 65_538),
        ("uint32", "big", [0xFFFF, 0xFFFF], 4_294_967_295),
        ("int32", "big", [0xFFFF, 0xFFFE], -2),
        ("int32", "little", [0xFFFE, 0xFFFF], -2),
    ],
)
def test_registers_become_numbers(kind: str, order: str, answer: list[int], value: int) -> None:
    signal = a_signal("a", "holding", 12, kind, word_order=order)
    request = Request("holding", 10, 2 + len(answer), (signal,))
    assert decode(signal, request, [9, 9, *answer]) == value


def test_a_bit_becomes_a_bool() -> None:
    signal = a_signal("a", "coil", 3, "bit")
    assert decode(signal, Request("coil", 2, 2, (signal,)), [0, 1]) is True
