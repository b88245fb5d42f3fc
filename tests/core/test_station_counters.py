"""Histories of counters that cannot be read, begin anew or are read out of order: K1, K4, K8 to K10, R24."""

from decimal import Decimal

import pytest

from agent.core.facts import (
    Counter,
    DiscrepancyRaised,
    OutputRecorded,
)
from agent.core.machine.conditions import Condition
from agent.core.machine_settings import Role
from agent.core.observations import Quality
from agent.core.station import Station
from tests.core.build import (
    EXECUTE,
    IDLE,
    WC,
    a_station,
    a_story,
    alive,
    bad,
    down,
    image,
    read,
    said,
    signal,
    tick,
    types,
    up,
    watched,
)
from tests.core.histories import RUNNING, STANDING, a_running_machine, changes, output


@pytest.mark.parametrize("quality_of_reading", [Quality.BAD, Quality.UNCERTAIN])
def test_a_bad_counter_reading_is_no_reading_and_nothing_made_meanwhile_is_lost(quality_of_reading: Quality) -> None:
    # K10: the machine is watched and runs, but its counter cannot be read for ten minutes.
    story = a_running_machine()
    story.hear(image(21.0, bad("total", 21.0, quality_of_reading)), *alive(21.0, 620.0))
    story.hear(read(621.0, total=700), *alive(621.0, 625.0))
    assert [data.qty_good for data in story.of(OutputRecorded) if isinstance(data, OutputRecorded)] == [Decimal(600)]
    assert story.of(DiscrepancyRaised) == []


@pytest.mark.parametrize("value", [float("nan"), float("inf"), "101", None, 100.5])
def test_a_counter_that_reads_no_whole_number_counts_nothing(value: float | str | None) -> None:
    story = a_running_machine()
    assert story.hear(read(21.0, total=value), tick(23.0)) == []
    assert types(story.hear(read(24.0, total=101))) == ["output.recorded"]


def test_a_whole_number_in_a_float_is_a_count() -> None:
    assert types(a_running_machine().hear(read(21.0, total=101.0))) == ["output.recorded"]


def test_a_boot_word_is_heard_before_the_counter_of_the_same_instant() -> None:  # K8
    station = a_station(Role.PACKML_STATE, Role.TOTAL, Role.BOOT)
    story = a_story(*watched(packml_state=EXECUTE, total=5, boot=1), *alive(0.0, 20.0), station=station)
    facts = story.hear(read(21.0, total=8, boot=2), tick(23.0))
    assert types(facts) == ["output.recorded", "discrepancy.raised"]
    data = facts[0].data
    assert isinstance(data, OutputRecorded)
    assert (data.qty_good, data.lower_bound) == (Decimal(3), True)


def test_what_was_counted_before_a_reset_is_told_of_the_run_it_belongs_to() -> None:  # K4b, K17
    story = a_running_machine()
    story.hear(read(20.1, total=101), read(20.3, total=103), read(20.6, total=2), tick(22.0))
    told = story.of(OutputRecorded)
    assert [(data.qty_good, data.counter, data.lower_bound) for data in told] == [
        (Decimal(1), Counter(name="total", counter_run=1, raw_from=100, raw_to=101), False),
        (Decimal(2), Counter(name="total", counter_run=1, raw_from=101, raw_to=103), False),
        (Decimal(2), Counter(name="total", counter_run=2, raw_from=103, raw_to=2), True),
    ]


def test_a_wrap_while_nobody_watched_is_counted() -> None:  # K4a
    story = a_story(
        *watched(packml_state=EXECUTE, total=65_500), *alive(0.0, 5.0), station=a_station(counter={"modulus": 65_536})
    )
    story.hear(down(6.0), read(100.0, packml_state=EXECUTE, total=30), up(100.0))
    assert [data.qty_good for data in story.of(OutputRecorded) if isinstance(data, OutputRecorded)] == [Decimal(66)]
    assert story.of(DiscrepancyRaised) == []


@pytest.mark.parametrize(("before", "after"), [(32_766, -32_767), (-2, 1)])
def test_a_sixteen_bit_register_wraps_without_being_told_so(before: int, after: int) -> None:  # K1, K9
    signals = [
        {"key": "run", "role": "run", "table": "coil", "address": 0, "type": "bit"},
        {"key": "total", "role": "total", "table": "holding", "address": 0, "type": "int16"},
    ]
    machine = {"work_center": WC, "modbus": {"host": "plc"}, "signal": signals}
    base = a_station()
    station = Station.new(type(base.setup.machine).model_validate(machine), base.setup.codes, base.setup.provenance)
    story = a_story(*watched(run=True, total=before), read(1.0, total=after), station=station)
    assert story.station.state.counters[Role.TOTAL].count == 3


def test_a_wall_clock_set_back_loses_no_parts_and_no_fact_goes_back_in_time() -> None:  # R24
    story = a_running_machine()
    back = -3600.0
    for number in range(1, 11):
        story.hear(read(back + 5.0 * number, total=100 + 10 * number), up(back + 5.0 * number))
    story.hear(read(back + 60.0, packml_state=IDLE), *alive(back + 60.0, back + 80.0))
    assert sum(data.qty_good for data in story.of(OutputRecorded) if isinstance(data, OutputRecorded)) == 100
    times = [at for at, _, _ in changes(story.facts)]
    assert times == sorted(times)
    assert story.of(DiscrepancyRaised) == []


def test_late_and_doubled_samples_count_once() -> None:
    story = a_running_machine()
    story.hear(image(21.0, signal("total", 102, 20.9, seen=21.0), signal("total", 101, 20.5, seen=21.0)))
    story.hear(image(21.1, signal("total", 102, 20.9, seen=21.1)), tick(23.0))
    assert said(story.facts)[2:] == [(20.9, output(2, 2, (100, 102), (10.0, 20.9)))]


def test_a_late_word_never_dates_a_condition_before_the_one_it_follows() -> None:
    station = a_station(Role.PACKML_STATE, Role.TOTAL, Role.FAULT)
    story = a_story(*watched(packml_state=EXECUTE, total=100, fault=False), *alive(0.0, 20.0), station=station)
    story.hear(read(21.0, packml_state=IDLE), image(21.1, signal("fault", value=True, at=20.9, seen=21.1)))
    assert changes(story.facts)[1:] == [(21.0, RUNNING, STANDING), (21.0, STANDING, Condition.FAULTED)]
