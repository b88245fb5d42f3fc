"""A machine of which nothing but its counter tells whether it runs: R4."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.core.facts import ConditionChanged, StopClosed, StopOpened
from agent.core.machine.conditions import Condition
from agent.core.machine.pulses import confirm_s, patience_s, standing_since
from agent.core.machine_settings import Role
from agent.core.station import Station, StationObservation
from agent.core.stops.stop_settings import StopSettings
from tests.core.build import (
    T0,
    Story,
    a_plan,
    a_station,
    a_story,
    alive,
    an_order,
    bad,
    down,
    image,
    moved,
    read,
    said,
    scan,
    started,
    stop,
    stop_ids,
    tick,
    up,
    watched,
)
from tests.core.histories import RUNNING, STANDING, UNKNOWN, changes

STOP = StopSettings()


def a_press(*more: Role) -> Station:
    """It counts, and a part takes two seconds."""
    return a_station(Role.TOTAL, *more, output={"cycle_s": 2.0})


def pulses(*instants: float, first: int = 1) -> list[StationObservation]:
    """A part at each instant."""
    return [read(at, total=number) for number, at in enumerate(instants, first)]


def a_running_press() -> Story:
    """Parts at 2, 4, 6, 8 and 10."""
    story = a_story(*watched(total=0), station=a_press())
    for number, at in enumerate((2.0, 4.0, 6.0, 8.0, 10.0), 1):
        story.hear(*alive(at - 2.0, at), read(at, total=number))
    return story


@pytest.mark.parametrize(("cycle_s", "patience"), [(0.5, 5.0), (2.0, 5.0), (10.0, 17.0)])
def test_a_machine_is_waited_for_a_slow_cycle_and_at_least_stop_confirm_s(cycle_s: float, patience: float) -> None:
    assert patience_s(cycle_s, STOP) == patience
    assert confirm_s(None, cycle_s, STOP) == patience
    assert confirm_s(100.0, cycle_s, STOP) == patience - cycle_s


@pytest.mark.parametrize(("until", "since"), [(117.0, None), (117.001, 110.0), (500.0, 110.0)])
def test_it_stands_from_its_last_pulse_and_one_cycle_on(until: float, since: float | None) -> None:  # R4
    assert standing_since(100.0, until, 10.0, STOP) == since


@given(
    pulse=st.floats(1e9, 2e9),
    waited=st.floats(0.0, 500.0),
    cycle_s=st.floats(0.1, 100.0),
    confirm=st.floats(0.5, 30.0),
    factor=st.floats(1.0, 5.0),
)
def test_a_standstill_that_is_concluded_is_a_stop_at_once(
    pulse: float, waited: float, cycle_s: float, confirm: float, factor: float
) -> None:
    settings = StopSettings(stop_confirm_s=confirm, slow_factor=factor)
    since = standing_since(pulse, pulse + waited, cycle_s, settings)
    if since is not None:
        assert pulse + waited - since >= confirm_s(pulse, cycle_s, settings)
    else:
        assert waited <= patience_s(cycle_s, settings) + 1e-5


def test_before_its_first_pulse_it_stands() -> None:  # R4
    story = a_story(*watched(total=70), station=a_press())
    assert changes(story.facts) == [(0.0, UNKNOWN, STANDING)]


def test_a_pulse_makes_it_run_from_its_own_instant() -> None:  # R4
    story = a_story(*watched(total=70), *alive(0.0, 3.0), read(3.5, total=71), station=a_press())
    assert changes(story.facts)[1:] == [(3.5, STANDING, RUNNING)]


def test_it_stands_a_cycle_after_its_last_pulse_and_the_stop_opens_as_soon_as_that_is_known() -> None:  # R4
    story = a_running_press()
    assert story.hear(*alive(10.0, 15.0), tick(15.25)) == []
    facts = story.hear(up(15.3), tick(15.6))
    (stop_id,) = stop_ids(facts)
    assert said(facts) == [(12.0, moved(RUNNING, STANDING)), (12.0, stop(StopOpened, stop_id, 12.0))]


def test_a_slow_cycle_is_no_standstill() -> None:  # R4
    story = a_running_press()
    story.hear(*alive(10.0, 14.0), read(15.0, total=6), *alive(15.0, 19.0), read(20.0, total=7))
    assert changes(story.facts)[-1] == (2.0, STANDING, RUNNING)


def test_a_standstill_that_no_tick_saw_is_concluded_before_the_pulse_that_ends_it() -> None:  # R4
    facts = a_running_press().hear(up(30.0), read(30.0, total=6))
    (stop_id,) = dict.fromkeys(stop_ids(facts))
    assert [(at, data) for at, data in said(facts) if isinstance(data, ConditionChanged | StopOpened)] == [
        (12.0, moved(RUNNING, STANDING)),
        (12.0, stop(StopOpened, stop_id, 12.0)),
        (30.0, moved(STANDING, RUNNING)),
    ]


def test_a_stop_ends_with_the_first_pulse_of_a_run_that_lasts() -> None:  # R3, R4
    story = a_running_press()
    story.hear(*alive(10.0, 29.0), *pulses(30.0, 32.0, 34.0, first=6), *alive(34.0, 37.0))
    (stop_id,) = dict.fromkeys(stop_ids(story.facts))
    assert story.of(StopOpened, StopClosed) == [
        stop(StopOpened, stop_id, 12.0),
        stop(StopClosed, stop_id, 12.0, 30.0),
    ]


def test_a_single_pulse_is_too_short_a_run_to_end_a_stop() -> None:  # R3, R4: it counts as one cycle, two seconds
    story = a_running_press()
    story.hear(*alive(10.0, 29.0), *pulses(30.0, first=6), *alive(30.0, 60.0))
    assert story.of(StopClosed) == []
    assert changes(story.facts)[-2:] == [(30.0, STANDING, RUNNING), (32.0, RUNNING, STANDING)]


def test_the_order_says_how_long_a_cycle_is() -> None:  # R4
    plan = a_plan(an_order("PO-1", norm_cycle_s="10"))
    story = a_story(*watched(total=0), scan(1.0, "ORD:PO-1"), station=a_press(), plan=plan)
    story.hear(*alive(1.0, 4.0), read(5.0, total=1), *alive(5.0, 22.0))
    assert changes(story.facts)[-1] == (5.0, STANDING, RUNNING)
    story.hear(*alive(22.0, 23.0))
    assert changes(story.facts)[-1] == (15.0, RUNNING, STANDING)


def test_it_may_still_be_running_after_a_gap_without_a_pulse_and_is_waited_for() -> None:  # R4, R15
    story = a_running_press()
    facts = story.hear(down(11.0), read(12.0, total=5), up(12.0))
    assert changes(facts) == [(10.0, RUNNING, UNKNOWN), (12.0, UNKNOWN, STANDING)]
    assert stop_ids(story.hear(*alive(12.0, 17.0))) == []
    assert said(story.hear(*alive(17.0, 18.0)))[0][0] == 12.0


def test_parts_made_in_a_gap_let_it_run_after_it() -> None:  # R4, R15
    story = a_running_press()
    facts = story.hear(down(11.0), read(60.0, total=15), up(60.0))
    assert changes(facts) == [(10.0, RUNNING, UNKNOWN), (40.0, UNKNOWN, RUNNING), (60.0, RUNNING, RUNNING)]
    assert changes(story.hear(*alive(60.0, 70.0))) == [(62.0, RUNNING, STANDING)]


def test_a_counter_that_cannot_be_read_is_unknown_and_never_a_standstill() -> None:  # K10, R4
    story = a_running_press()
    facts = story.hear(image(11.0, bad("total", 11.0)), *alive(11.0, 60.0), read(61.0, total=30))
    assert stop_ids(facts) == []
    assert changes(facts) == [(10.0, RUNNING, UNKNOWN), (11.0, UNKNOWN, RUNNING), (61.0, RUNNING, RUNNING)]


def test_flags_explain_why_no_pulse_comes() -> None:  # R1, R11
    story = a_story(*watched(total=0, starved=False), station=a_press(Role.STARVED))
    story.hear(read(2.0, total=1), *alive(2.0, 3.0), read(4.0, starved=True), *alive(4.0, 10.0))
    assert changes(story.facts)[1:] == [(2.0, STANDING, RUNNING), (4.0, RUNNING, Condition.STARVED)]


def test_a_late_pulse_does_not_turn_the_timeline_back() -> None:
    story = a_running_press()
    story.hear(*alive(10.0, 18.0), read(11.0, total=6))
    assert changes(story.facts)[-2:] == [(12.0, RUNNING, STANDING), (12.0, STANDING, RUNNING)]


def test_rejects_counted_beside_good_parts_are_pulses_too() -> None:
    station = a_station(Role.GOOD, Role.SCRAP, output={"cycle_s": 2.0})
    story = a_story(*watched(good=0, scrap=0), *alive(0.0, 3.0), read(3.5, scrap=1), station=station)
    assert changes(story.facts)[1:] == [(3.5, STANDING, RUNNING)]


@given(steps=st.lists(st.tuples(st.sampled_from(["part", "wait", "crash", "lost"]), st.floats(0.1, 20.0)), max_size=20))
def test_the_conditions_tile_time_and_a_snapshot_forgets_nothing(steps: list[tuple[str, float]]) -> None:
    station = a_press()
    story = a_story(*watched(total=0), station=station)
    now, total = 0.0, 0
    for kind, pause in steps:
        seen = alive(now, now + pause)
        now += pause
        if kind == "part":
            total += 1
            seen.append(read(now, total=total))
        elif kind in {"lost", "crash"}:
            seen.append(down(now) if kind == "lost" else started(now))
            seen += [read(now + 1.0, total=total), up(now + 1.0)]
            now += 1.0
        for one in seen:
            story.station = station.restored(story.station.snapshot())
            story.hear(one)
    told = [(fact.time, fact.data) for fact in story.facts if isinstance(fact.data, ConditionChanged)]
    assert [at for at, _ in told] == sorted(at for at, _ in told)
    assert all(before.to_condition is after.from_condition for (_, before), (_, after) in pairwise(told))
    assert all(at <= T0 + now for at, _ in told)


def test_what_is_shorter_than_a_machine_is_waited_for_is_no_stop_before_its_first_pulse_either() -> None:  # R3, R4
    story = a_story(*watched(total=0), *alive(0.0, 4.0), read(4.0, total=1), station=a_press())
    for number, at in enumerate((6.0, 8.0, 10.0), 2):
        story.hear(*alive(at - 2.0, at), read(at, total=number))
    assert stop_ids(story.facts) == []
    late = a_story(*watched(total=0), read(5.5, total=1), station=a_press())
    assert [fact.data.start for fact in late.facts if isinstance(fact.data, StopOpened)] == ["2026-03-04T05:00:00.000Z"]
