"""What a machine's own history corrects of a gap, and what it never touches: R15, R17, R21."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

from agent.core.backfill.recalled import Past
from agent.core.backfill.reckoning import MOST_MOMENTS
from agent.core.directories import PublishedCalendar
from agent.core.facts import (
    ConditionChanged,
    ConditionCorrected,
    Fact,
    OutputRecorded,
    StopClosed,
    StopCorrected,
    StopData,
    StopOpened,
    StopReasonSet,
    StopVoided,
)
from agent.core.machine_settings import Role
from agent.core.observations import ClockStep
from agent.core.times import epoch
from tests.core.backfill_world import (
    Machine,
    a_recalling_station,
    conditions,
    past,
    recall_all,
    recalled,
    watched_story,
)
from tests.core.build import (
    ABORTED,
    EXECUTE,
    IDLE,
    T0,
    WC,
    Story,
    a_plan,
    a_story,
    alive,
    an_order,
    bad,
    clock,
    down,
    entry,
    image,
    instant,
    published,
    read,
    scan,
    started,
    tick,
    up,
    watched,
)
from tests.core.folding import the_stops

RUN_THROUGH = (past(21.0, "total", 101), past(398.0, "total", 299), past(399.0, "total", 300))
A_STOP = (*RUN_THROUGH, past(100.0, "packml_state", ABORTED), past(150.0, "packml_state", EXECUTE))


def states(*told: tuple[float, int]) -> list[Past]:
    return [past(at, "packml_state", state) for at, state in told]


def a_gap(before: int, after: int, made: int, *roles: Role, start: float = 20.0, end: float = 400.0) -> Story:
    """Watched up to `start`, and again from `end` on."""
    story = a_story(*watched(packml_state=EXECUTE, total=100), station=a_recalling_station(*roles))
    if before == EXECUTE:
        story.hear(*alive(0.0, start))
    else:
        story.hear(*alive(0.0, 9.0), read(10.0, packml_state=before), *alive(10.0, start))
    story.hear(down(start + 1.0), read(end, packml_state=after, total=100 + made), up(end), *alive(end, end + 15.0))
    return story


def on_clock(text: str | None) -> float | None:
    return None if text is None else round(epoch(text) - T0, 3)


def spans(story: Story) -> list[tuple[str, float | None, float | None]]:
    """What was told of the gap since."""
    told = [one for data in story.of(ConditionCorrected) for one in data.conditions]
    return [(f"{one.condition}{' inferred' * one.inferred}", on_clock(one.start), on_clock(one.end)) for one in told]


def of_stops(facts: Iterable[Fact]) -> list[tuple[str, float | None, float | None]]:
    """What facts say of stops: type, start and end."""
    return [
        (fact.data.TYPE, on_clock(fact.data.start), on_clock(fact.data.end))
        for fact in facts
        if isinstance(fact.data, StopData | StopVoided)
    ]


def test_a_run_through_a_gap_was_no_stop() -> None:
    story = a_gap(EXECUTE, EXECUTE, made=200)
    (lost,) = {data.stop_id for data in story.of(StopOpened)}
    facts = story.hear(recalled(story, *RUN_THROUGH, at=420.0))
    assert spans(story) == [("RUNNING", 20.0, 400.0)]
    assert of_stops(facts) == [("stop.voided", 20.0, 200.0)]
    assert [(data.stop_id, data.goes_on_in) for data in story.of(StopVoided)] == [(lost, None)]


def test_a_correction_says_what_it_corrects_by_whom_and_why() -> None:
    story = a_gap(EXECUTE, EXECUTE, made=200)
    unknown, inferred, _ = [fact for fact in story.facts if isinstance(fact.data, ConditionChanged)][1:]
    (fact,) = [one for one in story.hear(recalled(story, *A_STOP, at=420.0)) if one.data.TYPE.startswith("machine")]
    assert isinstance(fact.data, ConditionCorrected)
    assert fact.data.target_ids == (str(unknown.id), str(inferred.id))
    assert (fact.data.actor, fact.data.correction_reason.code) == ("rule:backfill", "HISTORY_READ")
    assert (fact.data.cause, fact.data.quality.origin) == ("link_lost", "rule")
    assert {data.actor for data in story.of(StopVoided)} == {"rule:backfill"}


def test_a_stop_that_nobody_saw_is_told_with_the_time_that_it_had() -> None:
    story = a_gap(EXECUTE, EXECUTE, made=200)
    facts = story.hear(recalled(story, *A_STOP, at=420.0))
    assert spans(story) == [("RUNNING", 20.0, 100.0), ("FAULTED", 100.0, 150.0), ("RUNNING", 150.0, 400.0)]
    assert of_stops(facts) == [
        ("stop.voided", 20.0, 200.0),
        ("stop.opened", 100.0, 150.0),
        ("stop.closed", 100.0, 150.0),
    ]


def test_a_standstill_too_short_to_be_a_stop_is_none_here_either() -> None:
    story = a_gap(EXECUTE, EXECUTE, made=200)
    facts = story.hear(recalled(story, *RUN_THROUGH, *states((100.0, ABORTED), (104.9, EXECUTE)), at=420.0))
    assert spans(story)[1] == ("FAULTED", 100.0, 104.9)
    assert of_stops(facts) == [("stop.voided", 20.0, 200.0)]


def test_a_standstill_that_began_before_the_gap_is_the_same_stop() -> None:
    story = a_gap(ABORTED, EXECUTE, made=20)
    stop_id = story.of(StopOpened)[0].stop_id
    later = [past(301.0, "total", 101), past(399.0, "total", 120)]
    facts = story.hear(recalled(story, *states((300.0, EXECUTE)), *later, at=420.0))
    assert spans(story) == [("FAULTED", 20.0, 300.0), ("RUNNING", 300.0, 400.0)]
    assert of_stops(facts) == [("stop.voided", 20.0, 380.0), ("stop.corrected", 10.0, 300.0)]
    (corrected,) = story.of(StopCorrected)
    assert (corrected.stop_id, corrected.end_uncertain, corrected.stop_class) == (stop_id, False, "down")


def test_a_standstill_that_goes_on_behind_the_gap_is_one_stop() -> None:
    story = a_gap(EXECUTE, ABORTED, made=30)
    (opened,) = [data.stop_id for data in story.of(StopOpened) if data.stop_class != "unknown"]
    facts = story.hear(recalled(story, *states((50.0, ABORTED)), past(49.0, "total", 130), at=420.0))
    assert spans(story) == [("RUNNING", 20.0, 50.0), ("FAULTED", 50.0, 400.0)]
    assert of_stops(facts) == [("stop.corrected", 50.0, None), ("stop.voided", 20.0, 370.0)]
    assert [data.stop_id for data in story.of(StopCorrected)] == [opened]
    story.hear(read(430.0, packml_state=EXECUTE), read(431.0, total=131), *alive(431.0, 440.0))
    assert [(on_clock(one.start), on_clock(one.end)) for one in the_stops(story)] == [(50.0, 430.0)]


def test_a_standstill_on_both_sides_of_a_gap_is_one_stop_though_it_was_told_as_two() -> None:
    station = a_recalling_station(Role.PACKML_STATE)
    story = a_story(*watched(packml_state=EXECUTE), *alive(0.0, 9.0), station=station)
    story.hear(read(10.0, packml_state=IDLE), *alive(10.0, 20.0), down(21.0))
    # Nothing is counted here, and it stands as something else.
    story.hear(read(200.0, packml_state=ABORTED), up(200.0), *alive(200.0, 220.0))
    first, lost, second = [data.stop_id for data in story.of(StopOpened)]
    told = recalled(story, *states((90.0, ABORTED)), at=221.0, keys=("packml_state",))
    facts = story.hear(told)
    assert [(data.stop_id, data.goes_on_in) for data in story.of(StopVoided)] == [(second, first), (lost, None)]
    assert of_stops(facts)[1] == ("stop.corrected", 10.0, None)
    story.hear(read(230.0, packml_state=EXECUTE), *alive(230.0, 240.0))
    assert [(on_clock(one.start), on_clock(one.end)) for one in the_stops(story)] == [(10.0, 230.0)]


def test_a_bridged_stop_stays_what_it_is() -> None:
    story = a_gap(ABORTED, ABORTED, made=0)
    facts = story.hear(recalled(story, at=420.0))
    assert spans(story) == [("FAULTED", 20.0, 400.0)]
    assert of_stops(facts) == []


def test_what_a_history_does_not_hold_stays_unknown() -> None:
    story = a_gap(EXECUTE, EXECUTE, made=200)
    values = [past(100.0, "packml_state", None, good=False), *states((300.0, EXECUTE))]
    counted = [past(99.0, "total", 120), past(300.0, "total", 160), past(399.0, "total", 170)]
    story.hear(recalled(story, *values, *counted, at=420.0))
    assert spans(story) == [
        ("RUNNING", 20.0, 100.0),
        ("UNKNOWN", 100.0, 260.0),
        ("RUNNING inferred", 260.0, 300.0),
        ("RUNNING", 300.0, 400.0),
    ]
    assert [(one.stop_class, on_clock(one.start), on_clock(one.end)) for one in the_stops(story)] == [
        ("unknown", 100.0, 260.0)
    ]


def test_nothing_is_known_behind_the_end_of_a_history() -> None:
    story = a_gap(EXECUTE, EXECUTE, made=200)
    story.hear(recalled(story, past(100.0, "total", 120), at=420.0, until=T0 + 100.0))
    assert spans(story)[0] == ("RUNNING", 20.0, 100.0)
    assert spans(story)[1][:2] == ("UNKNOWN", 100.0)


def test_a_history_that_does_not_lead_to_what_was_seen_is_not_believed_to_its_end() -> None:
    story = a_gap(EXECUTE, EXECUTE, made=200)
    story.hear(recalled(story, *states((100.0, ABORTED)), past(99.0, "total", 150), at=420.0))
    assert [one[:2] for one in spans(story)[:2]] == [("RUNNING", 20.0), ("UNKNOWN", 100.0)]


def test_what_was_before_a_restart_of_its_server_is_not_believed() -> None:
    story = a_gap(EXECUTE, EXECUTE, made=200)
    values = [*states((60.0, ABORTED), (310.0, EXECUTE)), past(311.0, "total", 250), past(399.0, "total", 300)]
    story.hear(recalled(story, *values, at=420.0, restarted=T0 + 300.0))
    assert spans(story)[0][0] == "UNKNOWN"
    assert spans(story)[-1] == ("RUNNING", 310.0, 400.0)


@pytest.mark.parametrize(
    "more",
    [{"keys": ("total",)}, {"keys": ()}, {"at": 90_000.0}],
    ids=["not_of_all_words", "cannot_be_had", "too_late"],
)
def test_nothing_is_told_and_nothing_asked_again(more: dict[str, Any]) -> None:
    story = a_gap(EXECUTE, EXECUTE, made=200)
    assert [
        one for one in story.hear(recalled(story, *A_STOP, **{"at": 420.0, **more})) if "correct" in one.data.TYPE
    ] == []
    assert story.station.state.watch.unwatched == ()


def test_a_history_that_was_not_kept_meanwhile_says_nothing() -> None:
    story = a_gap(EXECUTE, EXECUTE, made=200)
    assert story.hear(recalled(story, at=420.0)) == []


def test_a_counter_without_a_history_leaves_the_conditions_to_be_told() -> None:
    story = a_gap(EXECUTE, EXECUTE, made=200)
    story.hear(recalled(story, *states((100.0, ABORTED), (150.0, EXECUTE)), at=420.0, keys=("packml_state",)))
    assert spans(story) == [("RUNNING", 20.0, 100.0), ("FAULTED", 100.0, 150.0), ("RUNNING", 150.0, 400.0)]


def test_quantities_stay() -> None:
    story = a_gap(EXECUTE, EXECUTE, made=200)
    before = story.of(OutputRecorded)
    story.hear(recalled(story, *A_STOP, at=420.0))
    assert story.of(OutputRecorded) == before


def test_it_is_told_once() -> None:
    story = a_gap(EXECUTE, EXECUTE, made=200)
    told = recalled(story, *A_STOP, at=420.0)
    assert story.hear(told)
    assert story.hear(told) == []


def test_the_wish_survives_the_agent() -> None:
    story = a_gap(EXECUTE, EXECUTE, made=200)
    story.station = a_recalling_station().restored(story.station.snapshot())
    story.hear(started(425.0, 414.0), read(426.0, packml_state=EXECUTE, total=300), up(426.0), *alive(426.0, 430.0))
    story.hear(recalled(story, *A_STOP, at=431.0))
    assert spans(story)[1] == ("FAULTED", 100.0, 150.0)


def test_what_the_agent_itself_slept_through_is_filled_in_too() -> None:  # R17
    story = a_story(*watched(packml_state=EXECUTE, total=100), *alive(0.0, 20.0), station=a_recalling_station())
    story.hear(started(400.0, 20.0), read(400.0, packml_state=EXECUTE, total=300), up(400.0), *alive(400.0, 415.0))
    story.hear(recalled(story, *A_STOP, at=420.0))
    assert story.of(ConditionCorrected)[0].cause == "agent_down"
    assert spans(story)[1] == ("FAULTED", 100.0, 150.0)


def test_what_a_person_has_said_of_the_gap_stays() -> None:
    story = a_gap(EXECUTE, EXECUTE, made=200)
    (lost,) = {data.stop_id for data in story.of(StopOpened)}
    story.hear(entry(416.0, "set_reason", stop_id=lost, code="JAM"))
    assert [data.reason.code for data in story.of(StopReasonSet)] == ["JAM"]
    assert story.hear(recalled(story, *A_STOP, at=420.0)) == []


def test_what_a_person_has_split_stays() -> None:
    story = a_gap(EXECUTE, EXECUTE, made=200)
    (lost,) = {data.stop_id for data in story.of(StopOpened)}
    reply = story.observe(entry(416.0, "split_stop", segment_id=f"{lost}.1", at=clock(100.0))).reply
    assert reply is not None
    assert reply.accepted, reply.message
    assert story.hear(recalled(story, *A_STOP, at=420.0)) == []


def test_a_reason_that_a_person_gave_goes_with_the_stop() -> None:
    story = a_gap(ABORTED, EXECUTE, made=20)
    stop_id = story.of(StopOpened)[0].stop_id
    story.hear(entry(416.0, "set_reason", stop_id=stop_id, code="JAM"))
    later = [past(301.0, "total", 101), past(399.0, "total", 120)]
    story.hear(recalled(story, *states((300.0, EXECUTE)), *later, at=420.0))
    (corrected,) = story.of(StopCorrected)
    assert corrected.reason is not None
    assert corrected.reason.code == "JAM"


def a_calendar(*, closed: bool) -> PublishedCalendar:
    shift = {
        "shift_id": "early",
        "business_date": "2026-03-04",
        "start": clock(-3600.0),
        "end": clock(300.0),
        "closed": closed,
    }
    late = {**shift, "shift_id": "late", "start": clock(300.0), "end": clock(7200.0), "closed": False}
    return published(shift, late)


@pytest.mark.parametrize("closed", [False, True])
def test_nothing_of_a_shift_that_is_closed_is_told_otherwise(closed: bool) -> None:  # noqa: FBT001 - a case
    story = a_gap(EXECUTE, EXECUTE, made=200)
    story.plan = a_plan(calendar=a_calendar(closed=closed))
    story.hear(tick(419.0))
    facts = story.hear(recalled(story, *A_STOP, at=420.0))
    assert bool(facts) is not closed


def test_nothing_of_an_order_that_is_closed_is_told_otherwise() -> None:
    station = a_recalling_station(orders=True)
    story = a_story(*watched(packml_state=EXECUTE, total=100), station=station, plan=a_plan(an_order("PO-1")))
    story.hear(scan(1.0, "ORD:PO-1"), *alive(1.0, 20.0), down(21.0))
    story.hear(read(400.0, packml_state=EXECUTE, total=300), up(400.0), *alive(400.0, 415.0))
    story.plan = a_plan(an_order("PO-1", release_status="closed"))
    assert [one for one in story.hear(recalled(story, *A_STOP, at=420.0)) if "correct" in one.data.TYPE] == []


def test_a_clock_that_was_set_leaves_nothing_to_be_found_in_a_history() -> None:
    story = a_gap(EXECUTE, EXECUTE, made=200)
    story.hear(ClockStep(WC, 3600.0, instant(416.0 + 3600.0)))
    assert story.station.state.watch.unwatched == ()


def test_machines_without_a_history_are_asked_for_none() -> None:
    story = a_story(*watched(packml_state=EXECUTE, total=100), *alive(0.0, 20.0), down(21.0))
    story.hear(read(400.0, packml_state=EXECUTE, total=300), up(400.0), *alive(400.0, 415.0))
    assert story.station.state.watch.unwatched == ()


def test_pulses_alone_are_asked_for_none() -> None:
    station = a_recalling_station(Role.TOTAL)
    story = a_story(*watched(total=100), *alive(0.0, 20.0), down(21.0), station=station)
    story.hear(read(400.0, total=300), up(400.0), *alive(400.0, 415.0))
    assert story.station.state.watch.unwatched == ()


def test_a_history_in_any_order_twice_and_by_a_clock_that_stood_at_2000_says_the_same() -> None:
    one, other = a_gap(EXECUTE, EXECUTE, made=200), a_gap(EXECUTE, EXECUTE, made=200)
    at_2000 = [Past("packml_state", 946_684_805.0, ABORTED), Past("total", 946_684_805.0, 7)]
    one.hear(recalled(one, *A_STOP, at=420.0))
    other.hear(recalled(other, *at_2000, *reversed(A_STOP), *A_STOP, at=420.0))
    assert spans(one) == spans(other)


def test_two_values_at_one_instant_are_not_believed() -> None:
    story = a_gap(EXECUTE, EXECUTE, made=200)
    story.hear(recalled(story, *RUN_THROUGH, *states((100.0, ABORTED), (100.0, IDLE), (150.0, EXECUTE)), at=420.0))
    assert spans(story)[1][0] == "UNKNOWN"


def test_a_controller_whose_heartbeat_stood_still_tells_nothing() -> None:
    station = a_recalling_station(Role.PACKML_STATE, Role.HEARTBEAT)
    story = a_story(*watched(packml_state=EXECUTE, heartbeat=1), station=station)
    for second in range(1, 21):
        story.hear(read(float(second), heartbeat=second + 1), up(float(second)), tick(float(second)))
    story.hear(down(21.0), read(100.0, packml_state=EXECUTE, heartbeat=99), up(100.0))
    beats = [past(float(second), "heartbeat", second) for second in (*range(21, 50), *range(80, 100))]
    story.hear(recalled(story, *beats, at=120.0, keys=("packml_state", "heartbeat")))
    assert spans(story) == [("RUNNING", 20.0, 49.0), ("UNKNOWN", 49.0, 80.0), ("RUNNING", 80.0, 100.0)]


def test_words_that_cannot_be_read_leave_a_gap_that_can_be_filled_in() -> None:
    story = a_story(*watched(packml_state=EXECUTE, total=100), *alive(0.0, 20.0), station=a_recalling_station())
    story.hear(image(21.0, bad("packml_state", 21.0)), *alive(21.0, 60.0))
    story.hear(read(61.0, packml_state=EXECUTE, total=140), *alive(61.0, 75.0))
    story.hear(recalled(story, *states((30.0, IDLE), (40.0, EXECUTE)), past(41.0, "total", 120), at=76.0))
    assert [one[0] for one in spans(story)] == ["RUNNING", "IDLE", "RUNNING"]


def test_a_standstill_that_ends_just_behind_the_gap_is_a_stop_as_long_as_it_lasted() -> None:
    machine = Machine(((EXECUTE, 30.0), (ABORTED, 12.0), (EXECUTE, 60.0)))
    whole, story = watched_story(machine), watched_story(machine, [(24.25, 38.75)])
    recall_all(story, machine)
    assert [(one.start, one.end) for one in the_stops(story)] == [(one.start, one.end) for one in the_stops(whole)]
    assert conditions(story.facts, machine.lasted) == conditions(whole.facts, machine.lasted)


def test_the_last_stop_that_closed_is_told_closed_once() -> None:
    story = a_gap(EXECUTE, EXECUTE, made=200)
    story.hear(recalled(story, *A_STOP, at=420.0))
    keys = [fact.natural_key for fact in story.facts]
    assert len(keys) == len(set(keys))
    assert len(story.of(StopClosed)) == 2


def test_a_stop_that_is_open_again_is_a_downtime_in_the_figures_from_its_beginning_on() -> None:
    machine = Machine(((EXECUTE, 180.0), (IDLE, 40.0), (ABORTED, 150.0), (IDLE, 60.0)))
    roles = (Role.PACKML_STATE,)
    whole = watched_story(machine, station=a_recalling_station(*roles))
    story = watched_story(machine, [(203.25, 280.75)], a_recalling_station(*roles))
    recall_all(story, machine)
    at = T0 + machine.lasted
    total, expected = (one.station.figures(at).shifts[-1].total for one in (story, whole))
    assert (round(total.idle, 3), round(total.free_run, 3)) == (round(expected.idle, 3), round(expected.free_run, 3))


def test_a_very_long_history_is_gone_through_to_its_most_and_not_further() -> None:
    story = a_gap(EXECUTE, EXECUTE, made=0, end=12_000.0)
    changes = states(*((30.0 + 10.0 * number, (ABORTED, EXECUTE)[number % 2]) for number in range(1000)))
    facts = story.hear(recalled(story, *changes, at=12_100.0))
    told = spans(story)
    assert len(told) == MOST_MOMENTS + 2
    assert told[-1] == ("UNKNOWN", 30.0 + 10.0 * MOST_MOMENTS, 12_000.0)
    assert max(len(fact.data.model_dump_json()) for fact in facts) < 64 * 1024
    assert len(story.station.snapshot()) <= 16_384
