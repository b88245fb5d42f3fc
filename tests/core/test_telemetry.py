from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from agent.core.contract.published import telemetry_schema
from agent.core.machine_settings import MachineSettings, Role, SignalSettings, TelemetrySettings
from agent.core.observations import Instant, Quality, Signal, SignalValue
from agent.core.sources.modbus_settings import ModbusSettings
from agent.core.telemetry import BATCH_BYTES, LONGEST_TEXT, Channel, Sample, Sieve, encoded, portions

START = 1_700_000_000.0
FOR_EVER = 1e9


def a_sieve(**settings: Any) -> Sieve:  # noqa: ANN401 - any TOML
    one = TelemetrySettings(key="temp", table="input", address=9, **settings)
    run = SignalSettings(key="run", role=Role.RUN, table="coil", address=0, type="bit")
    modbus = ModbusSettings(host="plc")
    return Sieve(MachineSettings(work_center="WC-1", modbus=modbus, signal=(run,), telemetry=(one,)), one)


def signal(at: float, value: SignalValue, *, good: bool = True, source: float | None = None) -> Signal:
    quality = Quality.GOOD if good else Quality.BAD
    return Signal("WC-1", "temp", value, quality, source, Instant(START + at, 500.0 + at))


def kept(sieve: Sieve, *readings: tuple[float, SignalValue]) -> list[tuple[float, SignalValue]]:
    """What is kept of values read at these seconds; None is a bad one."""
    found = [
        sample for at, value in readings for sample in sieve.observe(signal(at, value, good=value is not None))
    ] + list(sieve.rest(FOR_EVER))
    return [(round(sample.time - START, 6), sample.value) for sample in found]


def test_any_change_is_kept_where_there_is_neither_deadband_nor_interval() -> None:
    assert kept(a_sieve(interval_s=0), (0, 1), (0.1, 1), (0.2, 2), (0.3, 1)) == [(0, 1), (0.2, 2), (0.3, 1)]


def test_what_differs_by_no_more_than_the_deadband_from_what_was_kept_is_not_kept() -> None:
    slow_drift = [(float(at), 10.0 + at * 0.25) for at in range(9)]
    assert kept(a_sieve(interval_s=0, deadband=0.5), *slow_drift) == [(0, 10.0), (3, 10.75), (6, 11.5)]


def test_of_each_stretch_the_last_value_is_kept() -> None:
    readings = [(0.0, 0), (0.4, 4), (0.9, 9), (1.2, 12), (5.0, 50), (5.5, 55)]
    assert kept(a_sieve(interval_s=1), *readings) == [(0, 0), (0.9, 9), (1.2, 12), (5, 50), (5.5, 55)]


def test_a_peak_within_a_stretch_that_ends_where_it_began_is_not_kept() -> None:
    assert kept(a_sieve(interval_s=1), (0, 7), (0.2, 8), (0.5, 7)) == [(0, 7)]


def test_what_a_signal_came_to_rest_at_is_kept_when_its_stretch_is_over_and_not_before() -> None:
    sieve = a_sieve(interval_s=1)
    assert len(sieve.observe(signal(0.0, 1))) == 1
    assert sieve.observe(signal(0.5, 2)) == ()
    assert sieve.rest(500.9) == ()
    assert sieve.rest(501.0) == (Sample(START + 0.5, 2, good=True),)
    assert sieve.rest(FOR_EVER) == ()


def test_bad_is_kept_once_without_a_value_and_what_comes_after_it_at_once() -> None:
    readings = [(0.0, 1), (0.1, 2), (0.2, None), (0.3, None), (0.4, 2)]
    assert kept(a_sieve(interval_s=10), *readings) == [(0, 1), (0.1, 2), (0.2, None), (0.4, 2)]


def test_an_uncertain_value_is_unknown() -> None:
    uncertain = Signal("WC-1", "temp", 3.5, Quality.UNCERTAIN, None, Instant(START, 0.0))
    assert a_sieve().observe(uncertain) == (Sample(START, None, good=False),)


def test_a_machine_out_of_reach_makes_its_values_unknown_once() -> None:
    sieve = a_sieve()
    assert sieve.lose(Instant(START, 0.0)) == ()
    sieve.observe(signal(0, 1))
    assert sieve.lose(Instant(START + 1, 501.0)) == (Sample(START + 1, None, good=False),)
    assert sieve.lose(Instant(START + 2, 502.0)) == ()


def test_truths_and_texts_pass_any_deadband() -> None:
    readings: list[tuple[float, SignalValue]] = [(0, False), (1, True), (2, "a"), (3, "b"), (4, "b")]
    assert kept(a_sieve(interval_s=0, deadband=5), *readings) == [(0, False), (1, True), (2, "a"), (3, "b")]


def test_a_text_too_long_is_no_value() -> None:
    assert kept(a_sieve(), (0, "x" * (LONGEST_TEXT + 1))) == [(0, None)]


@pytest.mark.parametrize(("source", "time"), [(START - 3, START - 3), (0.0, START), (START + 86_400, START)])
def test_a_sources_time_counts_unless_its_clock_is_wrong(source: float, time: float) -> None:
    assert a_sieve().observe(signal(0, 1, source=source)) == (Sample(time, 1, good=True),)


def test_a_clock_that_was_set_back_does_not_silence_a_signal() -> None:
    assert kept(a_sieve(interval_s=1), (3600, 1), (0, 2), (0.5, 3), (2, 4)) == [(3600, 1), (0, 2), (0.5, 3), (2, 4)]


STEPS = st.floats(min_value=0.001, max_value=3)
VALUES = st.one_of(st.none(), st.integers(-8, 8), st.floats(-8, 8), st.booleans())
READINGS = st.lists(st.tuples(STEPS, VALUES), min_size=1, max_size=60)


def in_time(readings: list[tuple[float, SignalValue]]) -> list[tuple[float, SignalValue]]:
    at = 0.0
    found = []
    for step, value in readings:
        at = round(at + step, 6)
        found.append((at, value))
    return found


def differ(before: SignalValue, value: SignalValue, deadband: float) -> bool:
    numbers = isinstance(before, int | float) and isinstance(value, int | float)
    if deadband and numbers and not isinstance(value, bool):
        assert isinstance(before, int | float)
        assert isinstance(value, int | float)
        return abs(value - before) > deadband
    return value != before


@given(READINGS, st.sampled_from([0.0, 0.5, 2.0]), st.sampled_from([0.0, 0.25, 1.0, 2.5]))
def test_whatever_is_read_what_is_kept_is_true_in_order_sparse_and_up_to_date(
    steps: list[tuple[float, SignalValue]], deadband: float, interval_s: float
) -> None:
    readings = in_time(steps)
    found = kept(a_sieve(deadband=deadband, interval_s=interval_s), *readings)
    assert set(found) <= set(readings)
    assert found == sorted(found, key=lambda one: one[0])
    assert found[0] == readings[0]
    for (_, before), (_, value) in pairwise(found):
        assert (before is None) != (value is None) or differ(before, value, deadband)
    for (began, first), (_, middle), (ended, last) in zip(found, found[1:], found[2:], strict=False):
        if None not in (first, middle, last):
            assert ended - began >= interval_s - 1e-6, "more than one a stretch"
    last, present = found[-1][1], readings[-1][1]
    assert (last is None) == (present is None)
    assert last is None or not differ(last, present, deadband), "what it came to rest at is not known"


@given(st.lists(st.one_of(st.floats(-1e6, 1e6), st.text(max_size=LONGEST_TEXT)), max_size=800))
def test_portions_are_whole_in_order_and_small(values: list[SignalValue]) -> None:
    samples = [Sample(START + index, value, good=True) for index, value in enumerate(values)]
    found = list(portions(samples))
    assert [sample for portion in found for sample in portion] == samples
    assert all(found)


def test_a_message_of_many_values_is_no_larger_than_promised_and_as_published() -> None:
    channel = Channel("WC-1", "temp", "Cel")
    samples = [Sample(START + index / 7, -index / 7.0, good=True) for index in range(3000)]
    samples.append(Sample(START + 500, None, good=False))
    messages = [encoded("urn:lineside:s:a:r", channel, 1, 0, portion) for portion in portions(samples)]
    assert len(messages) < 12
    assert max(map(len, messages)) < 1.5 * BATCH_BYTES
    for message in messages:
        Draft202012Validator(telemetry_schema()).validate(json.loads(message))
    assert json.loads(messages[-1])["values"][-1] == ["2023-11-14T22:21:40.000Z", None, "bad"]
