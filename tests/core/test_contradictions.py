"""The machine's state against its counter: R2."""

from dataclasses import replace

import pytest

from agent.core.facts import SignalContradiction
from agent.core.machine.conditions import Condition
from agent.core.machine.contradictions import Account, Contradiction, busy, counted, quiet, says
from agent.core.machine_settings import Role
from tests.core.build import EXECUTE, IDLE, Story, a_station, a_story, alive, bad, clock, down, image, read, up, watched
from tests.core.histories import STANDING, changes

RUNS, STANDS = Account(running=True, since=100.0), Account(running=False, since=100.0)


def told(story: Story) -> list[tuple[float, str, str, int | None]]:
    return [
        (round(fact.time - 1_772_600_400.0, 3), fact.data.kind, fact.data.since, fact.data.parts)
        for fact in story.facts
        if isinstance(fact.data, SignalContradiction)
    ]


@pytest.mark.parametrize(("until", "found"), [(160.0, False), (160.001, True)])
def test_a_run_is_doubted_once_it_made_nothing_for_longer_than_the_limit(until: float, found: bool) -> None:  # noqa: FBT001 - a case
    expected = Contradiction("running_without_parts", 100.0, 160.0, None) if found else None
    assert quiet(RUNS, None, until, 60.0) == expected


def test_the_time_without_parts_begins_with_the_last_one() -> None:
    assert quiet(RUNS, 130.0, 190.0, 60.0) is None
    assert quiet(RUNS, 130.0, 191.0, 60.0) == Contradiction("running_without_parts", 130.0, 190.0, None)
    assert quiet(RUNS, 30.0, 161.0, 60.0) == Contradiction("running_without_parts", 100.0, 160.0, None)


def test_a_part_ends_a_contradiction_that_was_told() -> None:
    assert counted(replace(RUNS, told=True), 1, 130.0, 60.0) == RUNS


def test_a_standstill_is_doubted_by_two_counts_apart_once_it_has_lasted() -> None:
    once = counted(STANDS, 3, 170.0, 60.0)
    assert busy(once, 60.0) is None
    assert busy(counted(once, 1, 170.0, 60.0), 60.0) is None
    assert busy(counted(once, 1, 171.0, 60.0), 60.0) == Contradiction("parts_while_standing", 170.0, 171.0, 4)


def test_parts_right_after_a_standstill_began_do_not_contradict_it() -> None:
    account = counted(counted(STANDS, 1, 101.0, 60.0), 1, 103.0, 60.0)
    assert busy(account, 60.0) is None


def test_counts_far_apart_are_two_stories() -> None:
    account = counted(counted(STANDS, 1, 120.0, 60.0), 1, 181.0, 60.0)
    assert busy(account, 60.0) is None


def test_what_the_machine_goes_on_saying_begins_nothing_anew() -> None:
    account = counted(STANDS, 1, 120.0, 60.0)
    assert says(account, running=False, at=150.0) is account
    assert says(account, running=True, at=150.0) == Account(running=True, since=150.0)


def test_a_run_without_parts_is_told_once_while_it_lasts() -> None:  # R2
    story = a_story(*watched(packml_state=EXECUTE, total=5), *alive(0.0, 300.0))
    assert told(story) == [(60.0, "running_without_parts", clock(0.0), None)]
    (data,) = story.of(SignalContradiction)
    assert isinstance(data, SignalContradiction)
    assert (data.counter, data.condition) == ("total", Condition.RUNNING)


def test_it_is_told_again_after_a_part_has_ended_it() -> None:  # R2
    story = a_story(*watched(packml_state=EXECUTE, total=5), *alive(0.0, 100.0), read(100.0, total=6))
    story.hear(*alive(100.0, 200.0))
    assert [at for at, *_ in told(story)] == [60.0, 160.0]


def test_six_long_cycles_are_waited_for() -> None:  # R2
    station = a_station(output={"cycle_s": 20.0})
    story = a_story(*watched(packml_state=EXECUTE, total=5), *alive(0.0, 120.0), station=station)
    assert told(story) == []
    story.hear(*alive(120.0, 122.0))
    assert told(story) == [(120.0, "running_without_parts", clock(0.0), None)]


def test_parts_of_a_standing_machine_are_told_once_and_its_state_is_believed() -> None:  # R2
    story = a_story(*watched(packml_state=IDLE, total=0), *alive(0.0, 60.0))
    for number in range(1, 8):
        at = 60.0 + 5.0 * number
        story.hear(read(at, total=number), *alive(at, at + 4.0))
    assert told(story) == [(70.0, "parts_while_standing", clock(65.0), 2)]
    assert changes(story.facts)[-1][2] is STANDING


def test_a_gap_is_neither_running_nor_standing() -> None:
    story = a_story(*watched(packml_state=EXECUTE, total=5), *alive(0.0, 50.0), down(51.0))
    story.hear(read(400.0, packml_state=EXECUTE, total=5), up(400.0), *alive(400.0, 450.0))
    assert told(story) == []


def test_a_run_inferred_for_a_gap_is_no_run_without_parts() -> None:  # R15
    story = a_story(*watched(packml_state=EXECUTE, total=5), *alive(0.0, 10.0), down(11.0))
    story.hear(read(400.0, packml_state=EXECUTE, total=300), up(400.0), *alive(400.0, 450.0))
    assert told(story) == []


def test_a_counter_that_cannot_be_read_contradicts_nothing() -> None:  # K10
    story = a_story(*watched(packml_state=EXECUTE, total=5), image(1.0, bad("total", 1.0)), *alive(1.0, 200.0))
    assert told(story) == []


@pytest.mark.parametrize("mode", [2, 3, 4])
def test_a_machine_that_is_not_meant_to_produce_may_run_without_parts(mode: int) -> None:  # R10
    station = a_station(Role.PACKML_STATE, Role.TOTAL, Role.MODE, condition={"setup_modes": [4]})
    story = a_story(*watched(packml_state=EXECUTE, total=5, mode=mode), *alive(0.0, 200.0), station=station)
    assert told(story) == []


def test_a_machine_without_a_counter_contradicts_nothing() -> None:
    story = a_story(*watched(run=True), *alive(0.0, 200.0), station=a_station(Role.RUN))
    assert told(story) == []
