"""Histories of one machine: what is seen goes in, whole facts come out."""

from decimal import Decimal
from uuid import UUID

from agent.core.facts import (
    Fact,
    LinkRestored,
    StopClosed,
    StopOpened,
    StopUpgraded,
)
from agent.core.machine.conditions import Condition
from agent.core.machine_settings import Role
from agent.core.stops.reasons import UNCODED
from tests.core.build import (
    EXECUTE,
    FIRST_ID,
    IDLE,
    T0,
    WC,
    a_station,
    a_story,
    alive,
    down,
    moved,
    read,
    said,
    started,
    stop,
    stop_ids,
    tick,
    types,
    up,
    watched,
)
from tests.core.histories import RUNNING, STANDING, UNKNOWN, a_running_machine, a_stopped_machine, changes, link, output


def test_a_first_start_makes_the_first_reading_the_baseline() -> None:  # K2
    assert said(a_running_machine().facts) == [(0.0, link(LinkRestored)), (0.0, moved(UNKNOWN, RUNNING))]


def test_a_fact_carries_its_id_its_times_and_its_natural_key() -> None:
    fact = a_story(*watched(packml_state=EXECUTE)).facts[-1]
    assert fact == Fact(
        id=UUID(int=FIRST_ID.int + (2 << 12) + 1),
        data=moved(UNKNOWN, RUNNING),
        time=T0,
        observed=T0,
        natural_key=f"cond:e1:{WC}:2",
    )


def test_time_before_any_reading_tells_nothing() -> None:
    assert a_story(tick(0.0), started(1.0), *[tick(float(at)) for at in range(2, 400)]).facts == []


def test_readings_before_the_link_is_up_wait_for_it() -> None:
    story = a_story(started(0.0), read(1.0, packml_state=EXECUTE, total=7))
    assert story.facts == []
    assert types(story.hear(up(2.0))) == ["link.restored", "machine.condition_changed"]


def test_a_second_start_before_any_reading_is_like_the_first() -> None:
    story = a_story(started(0.0), down(1.0), started(50.0), read(60.0, packml_state=EXECUTE), up(60.0))
    assert said(story.facts) == [(60.0, link(LinkRestored)), (60.0, moved(UNKNOWN, RUNNING))]


def test_parts_become_facts_at_once_and_then_every_flush_s() -> None:  # K18
    story = a_running_machine()
    first = story.hear(read(20.1, total=101))
    second = story.hear(read(20.4, total=102), read(20.7, total=103), tick(21.0))
    third = story.hear(tick(21.1))
    assert said(first) == [(20.1, output(1, 1, (100, 101), (10.0, 20.1)))]
    assert second == []
    assert said(third) == [(20.7, output(2, 3, (101, 103), (20.1, 20.7)))]


def test_a_standstill_becomes_a_stop_dated_back_and_ends_where_the_run_began() -> None:  # R3, R5, R6
    story = a_stopped_machine()
    story.hear(*alive(20.0, 140.0), read(141.0, packml_state=EXECUTE), *alive(141.0, 142.0))
    story.hear(read(143.0, total=101), *alive(143.0, 150.0))
    (stop_id,) = set(stop_ids(story.facts))
    assert said(story.facts)[2:] == [
        (10.0, moved(RUNNING, STANDING)),
        (10.0, stop(StopOpened, stop_id, 10.0)),
        (130.0, stop(StopUpgraded, stop_id, 10.0, stop_class="down")),
        (141.0, moved(STANDING, RUNNING)),
        (143.0, output(1, 1, (100, 101), (132.0, 143.0))),
        (141.0, stop(StopClosed, stop_id, 10.0, 141.0, stop_class="down", reason=UNCODED)),
    ]


def test_flicker_changes_conditions_but_makes_no_stop() -> None:  # R3
    story = a_running_machine()
    story.hear(*[read(20.0 + at, packml_state=IDLE if at % 2 else EXECUTE) for at in range(1, 21)], *alive(40.0, 60.0))
    assert len(changes(story.facts)) == 1 + 20
    assert stop_ids(story.facts) == []


def test_a_state_and_the_flag_that_explains_it_are_one_condition() -> None:
    roles = (Role.PACKML_STATE, Role.STARVED, Role.TOTAL)
    story = a_story(*watched(packml_state=EXECUTE, starved=False, total=0), station=a_station(*roles))
    facts = story.hear(read(5.0, starved=True, packml_state=IDLE))
    assert said(facts) == [(5.0, moved(RUNNING, Condition.STARVED))]


def test_a_duration_is_the_difference_of_its_written_ends() -> None:
    story = a_story(*watched(packml_state=EXECUTE, total=100), *alive(0.0, 9.0))
    story.hear(read(10.0006, packml_state=IDLE), *alive(10.0, 30.0))
    story.hear(read(31.0014, packml_state=EXECUTE, total=101), read(31.5, total=102), *alive(31.0, 40.0))
    (closed,) = story.of(StopClosed)
    assert closed == stop(StopClosed, stop_ids(story.facts)[0], 10.0006, 31.0014, duration_s=Decimal("21.000"))
