"""What people may do with stops, and until when (R20, R21, R22)."""

from __future__ import annotations

from typing import Any

import pytest

from agent.core.directories import PublishedCalendar
from agent.core.facts import StopClosed, StopEdited, StopMerged, StopOpened, StopReasonSet, StopSegmented, StopUpgraded
from agent.core.machine.conditions import Mode
from agent.core.observations import Entry
from agent.core.shifts.calendar_settings import CalendarSettings
from agent.core.stops.standstill import STOP, stop_claim
from agent.core.views import Reply
from tests.core.build import (
    EXECUTE,
    IDLE,
    WC,
    Story,
    a_manual_station,
    a_pattern,
    a_plan,
    a_shift,
    a_station,
    alive,
    an_order,
    by_supervisor,
    clock,
    entry,
    published,
    quiet,
    read,
    scan,
    started,
    stop_ids,
    tick,
    wall,
    watched,
)
from tests.core.folding import folded, the_stop, the_stops

DAY = a_pattern(a_shift("day", "05:00", "06:00"), a_shift("late", "06:00", "05:00"))
PLAN = a_plan(an_order("PO-1"), an_order("PO-2"), reasons=["JAM", "AIR", "TOOL"])


def runs(pattern: CalendarSettings | None = None, **tables: Any) -> Story:  # noqa: ANN401 - tables of the settings
    story = Story(a_station(pattern=pattern, **tables), PLAN)
    story.hear(*watched(packml_state=EXECUTE, total=100))
    return story


def stood(story: Story, since: float, until: float, total: int = 101) -> str:
    """It stood for a while; the id of that stop."""
    story.hear(*quiet(since - 20.0, since), read(since, packml_state=IDLE), *quiet(since, until))
    story.hear(read(until, packml_state=EXECUTE), read(until + 1.0, total=total), *alive(until + 1.0, until + 5.0))
    return stop_ids(story.facts)[-1]


def reply(story: Story, entered: Entry) -> Reply:
    """What the operator reads; a refusal tells nothing of any stop."""
    told = folded(story.facts)
    answer = story.observe(entered).reply
    assert answer is not None
    if not answer.accepted:
        assert folded(story.facts) == told
    return answer


def split(at: float, segment_id: str, where: float) -> Entry:
    return entry(at, "split_stop", segment_id=segment_id, at=clock(where))


# R19: comments.


def test_comments_on_a_stop_are_remembered_as_far_as_there_is_room_and_told_in_full() -> None:
    story = runs()
    stop_id = stood(story, 20.0, 420.0)
    for number, where in enumerate((80.0, 140.0, 200.0), 1):
        story.hear(split(430.0, f"{stop_id}.{number}", where))
    said = [letter * 200 for letter in "abcd"]
    for number, comment in enumerate(said, 1):
        entered = entry(440.0, "set_reason", segment_id=f"{stop_id}.{number}", code="JAM", comment=comment)
        assert reply(story, entered).code == "ok"
    other = entry(450.0, "set_reason", segment_id=f"{stop_id}.4", code="JAM", comment="no room, and yet told")
    assert reply(story, other).code == "ok"
    assert [fact.comment for fact in story.of(StopReasonSet) if isinstance(fact, StopReasonSet)] == [
        *said,
        "no room, and yet told",
    ]
    kept = STOP.validate_json(story.claims[stop_claim(WC, stop_id)])
    assert [part.comment for part in kept.segments] == [said[0], said[1], "", ""]


# R20: split.


@pytest.mark.parametrize(
    ("where", "code"),
    [
        (79.999, "TOO_SHORT"),
        (80.0, "ok"),
        (360.0, "ok"),
        (360.001, "TOO_SHORT"),
        (20.0, "TOO_SHORT"),
        (9.0, "TOO_SHORT"),
    ],
)
def test_each_part_of_a_split_stop_lasts_split_min_s_at_least(where: float, code: str) -> None:
    story = runs()
    stop_id = stood(story, 20.0, 420.0)
    assert reply(story, split(430.0, f"{stop_id}.1", where)).code == code
    assert the_stop(story).spans[-1][2] == 420.0


def test_a_split_says_who_and_what_it_was_before_and_the_later_part_is_uncoded() -> None:
    story = runs()
    stop_id = stood(story, 20.0, 420.0)
    story.hear(entry(425.0, "set_reason", code="JAM"))
    story.hear(entry(430.0, "split_stop", segment_id=f"{stop_id}.1", at=clock(100.0), comment="first the jam"))
    (told,) = story.of(StopSegmented)
    assert isinstance(told, StopSegmented)
    assert (told.cause, told.actor, told.comment) == ("split", "anna", "first the jam")
    assert [part.segment_id for part in told.before] == [f"{stop_id}.1"]
    assert the_stop(story).codes == ["JAM", "UNCODED"]


def test_an_open_stop_is_split_up_to_now_and_goes_on() -> None:
    story = runs()
    story.hear(*quiet(0.0, 20.0), read(20.0, packml_state=IDLE), *quiet(20.0, 200.0))
    stop_id = stop_ids(story.facts)[-1]
    assert reply(story, split(200.0, f"{stop_id}.1", 140.001)).code == "TOO_SHORT"
    assert reply(story, split(200.0, f"{stop_id}.1", 140.0)).code == "ok"
    assert the_stop(story).spans == [("down", 20.0, 140.0), ("down", 140.0, None)]


def test_an_open_stop_split_behind_a_run_that_turns_out_to_be_its_end_has_no_part_behind_its_end() -> None:
    story = runs(stop={"run_confirm_s": 300.0})
    story.hear(*quiet(0.0, 20.0), read(20.0, packml_state=IDLE), *quiet(20.0, 200.0))
    story.hear(read(200.0, packml_state=EXECUTE), read(201.0, total=101), *quiet(201.0, 400.0))
    stop_id = stop_ids(story.facts)[-1]
    story.hear(split(400.0, f"{stop_id}.1", 300.0), *quiet(400.0, 510.0))
    assert the_stop(story).spans == [("down", 20.0, 200.0)]


@pytest.mark.parametrize(
    "where", ["", "yesterday", "2026-03-04T05:02:00", "nan", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "-1"]
)
def test_a_split_at_no_time_or_at_one_far_away_is_refused(where: str) -> None:
    story = runs(DAY)
    stop_id = stood(story, 20.0, 420.0)
    answer = reply(story, entry(430.0, "split_stop", segment_id=f"{stop_id}.1", at=where))
    assert answer.code in {"BAD_TIME", "MISSING_ARGUMENT"}


@pytest.mark.parametrize(
    "segment_id", ["", ".", "1", "stop-x.1", "{id}.9", "{id}.01", "{id}", "{id}.1.1", "x" * 100_000]
)
def test_a_part_that_nobody_knows_is_refused(segment_id: str) -> None:
    story = runs()
    stop_id = stood(story, 20.0, 420.0)
    named = segment_id.replace("{id}", stop_id)
    for action in ("split_stop", "merge_segments", "set_reason"):
        if action == "set_reason" and not named:
            continue
        answer = reply(story, entry(430.0, action, segment_id=named, at=clock(100.0), code="JAM"))
        assert answer.code in {"NO_SEGMENT", "NO_STOP", "MISSING_ARGUMENT"}


def test_a_stop_of_another_work_center_is_not_to_be_explained_here() -> None:
    story = runs()
    stop_id = stood(story, 20.0, 420.0)
    elsewhere = Story(a_station(), PLAN)
    elsewhere.claims = {key.replace("WC-1", "WC-2"): value for key, value in story.claims.items()}
    answer = reply(elsewhere, entry(430.0, "set_reason", stop_id=stop_id, code="JAM"))
    assert answer.code == "NO_STOP"


def test_a_stop_is_split_into_no_more_parts_than_are_remembered() -> None:
    story = runs()
    stop_id = stood(story, 20.0, 4000.0)
    codes = [reply(story, split(4010.0, f"{stop_id}.{number}", 20.0 + 60.0 * number)).code for number in range(1, 20)]
    assert codes == ["ok"] * 15 + ["TOO_MANY_PARTS"] + ["NO_SEGMENT"] * 3
    assert len(the_stop(story).spans) == 16


# R20: merge.


def test_neighbouring_parts_are_merged_with_the_reason_of_the_first() -> None:
    story = runs()
    stop_id = stood(story, 20.0, 420.0)
    story.hear(split(430.0, f"{stop_id}.1", 100.0), split(430.0, f"{stop_id}.2", 200.0))
    story.hear(entry(440.0, "set_reason", segment_id=f"{stop_id}.1", code="JAM"))
    story.hear(entry(440.0, "set_reason", segment_id=f"{stop_id}.2", code="AIR"))
    assert reply(story, entry(450.0, "merge_segments", segment_id=f"{stop_id}.1")).code == "ok"
    assert [(end, code) for (_, _, end), code in zip(the_stop(story).spans, the_stop(story).codes, strict=True)] == [
        (200.0, "JAM"),
        (420.0, "UNCODED"),
    ]
    assert reply(story, entry(460.0, "merge_segments", segment_id=f"{stop_id}.2")).code == "NO_SEGMENT"
    assert reply(story, entry(460.0, "merge_segments", segment_id=f"{stop_id}.3")).code == "NOTHING_TO_MERGE"


def test_a_number_that_was_merged_away_is_not_given_again() -> None:
    story = runs()
    stop_id = stood(story, 20.0, 420.0)
    story.hear(split(430.0, f"{stop_id}.1", 100.0), entry(431.0, "merge_segments", segment_id=f"{stop_id}.1"))
    story.hear(split(432.0, f"{stop_id}.1", 200.0))
    assert [part.segment_id for part in the_stop(story).segments] == [f"{stop_id}.1", f"{stop_id}.3"]


def test_parts_of_two_shifts_stay_two() -> None:
    story = runs(DAY)
    stop_id = stood(story, wall("05:50"), wall("06:10"))
    answer = reply(story, entry(wall("06:11"), "merge_segments", segment_id=f"{stop_id}.1"))
    assert answer.code == "BOUNDARY"


def test_parts_of_two_orders_stay_two() -> None:
    story = runs(orders=True, setup={"on_order_change": False})
    story.hear(scan(1.0, "ORD:PO-1"), *quiet(1.0, 20.0), read(20.0, packml_state=IDLE), *quiet(20.0, 100.0))
    story.hear(entry(100.0, "complete_operation"), scan(100.0, "ORD:PO-2"), *quiet(100.0, 200.0))
    stop_id = stop_ids(story.facts)[-1]
    assert reply(story, entry(200.0, "merge_segments", segment_id=f"{stop_id}.1")).code == "BOUNDARY"


def test_a_setup_and_a_downtime_stay_two_and_a_downtime_is_told_once() -> None:  # R5, R10
    story = runs()
    story.hear(*quiet(0.0, 20.0), read(20.0, packml_state=IDLE), *quiet(20.0, 40.0), entry(40.0, "start_setup"))
    story.hear(*quiet(40.0, 60.0), entry(60.0, "end_setup"), *quiet(60.0, 300.0))
    stop_id = stop_ids(story.facts)[-1]
    assert reply(story, entry(300.0, "merge_segments", segment_id=f"{stop_id}.1")).code == "BOUNDARY"
    assert reply(story, entry(300.0, "merge_segments", segment_id=f"{stop_id}.2")).code == "BOUNDARY"
    story.hear(*quiet(300.0, 600.0))
    assert len(story.of(StopUpgraded)) == 1


# R20: two stops made one.


def two_stops(story: Story, apart: float = 50.0, lasting: float = 50.0) -> tuple[str, str]:
    one = stood(story, 20.0, 20.0 + lasting)
    begin = 20.0 + lasting + apart
    story.hear(*quiet(25.0 + lasting, begin), read(begin, packml_state=IDLE), *quiet(begin, begin + lasting))
    end = begin + lasting
    story.hear(read(end, packml_state=EXECUTE), read(end + 1.0, total=102), *alive(end + 1.0, end + 5.0))
    return one, stop_ids(story.facts)[-1]


def joining(at: float, one: str, other: str) -> Entry:
    return by_supervisor(entry(at, "merge_stops", stop_id=one, other_stop_id=other, comment="same jam"))


@pytest.mark.parametrize(("apart", "code"), [(10.0, "ok"), (60.0, "ok"), (60.5, "TOO_FAR_APART")])
def test_a_supervisor_makes_one_of_two_stops_no_farther_apart_than_merge_gap_s(apart: float, code: str) -> None:
    story = runs()
    one, other = two_stops(story, apart)
    assert reply(story, joining(300.0, other, one)).code == code
    spans = [stop.spans for stop in the_stops(story)]
    assert (spans[0][-1][2] == 120.0 + apart) is (code == "ok")


def test_the_run_between_two_stops_that_are_made_one_is_a_test_run_of_it() -> None:
    story = runs()
    one, other = two_stops(story, 30.0)
    story.hear(joining(300.0, one, other))
    stop = story.station.state.floor.closed_stops[0]
    claim = STOP.validate_json(story.claims[stop_claim(WC, stop.stop_id)])
    assert claim.test_run_s == pytest.approx(30.0)


def test_an_operator_does_not_make_two_stops_one() -> None:
    story = runs()
    one, other = two_stops(story)
    operator = entry(300.0, "merge_stops", stop_id=one, other_stop_id=other)
    assert reply(story, operator).code == "NEEDS_SUPERVISOR"


def test_a_stop_that_is_void_is_no_stop_any_more() -> None:
    story = runs()
    one, other = two_stops(story)
    story.hear(joining(300.0, one, other))
    assert reply(story, joining(310.0, one, other)).code == "NO_STOP"
    assert reply(story, entry(310.0, "set_reason", stop_id=other, code="JAM")).code == "NO_STOP"
    assert set(folded(story.facts)) == {one}


def test_a_stop_is_not_made_one_with_itself_nor_with_one_that_is_open() -> None:
    story = runs()
    one = stood(story, 20.0, 70.0)
    story.hear(*quiet(75.0, 100.0), read(100.0, packml_state=IDLE), *quiet(100.0, 120.0))
    other = stop_ids(story.facts)[-1]
    assert reply(story, joining(120.0, one, one)).code == "NOT_CLOSED"
    assert reply(story, joining(120.0, one, other)).code == "NOT_CLOSED"


def test_two_minor_stops_that_are_one_downtime_are_a_downtime() -> None:  # R5
    story = runs()
    one, other = two_stops(story, 50.0, 100.0)
    story.hear(joining(400.0, one, other))
    (told,) = story.of(StopMerged)
    assert isinstance(told, StopMerged)
    assert (the_stop(story).spans, the_stop(story).codes) == (
        [("down", 20.0, 170.0), ("down", 170.0, 270.0)],
        ["UNCODED", "UNCODED"],
    )


def test_two_stops_made_one_across_a_shift_change_are_cut_at_it() -> None:  # R8
    story = runs(DAY)
    one = stood(story, wall("05:59"), wall("05:59:40"))
    other = stood(story, wall("06:00:20"), wall("06:01"), 102)
    assert reply(story, joining(wall("06:02"), one, other)).code == "ok"
    assert [(end, shift) for (_, _, end), shift in zip(the_stop(story).spans, the_stop(story).shifts, strict=True)] == [
        (wall("06:00"), "day"),
        (wall("06:01"), "late"),
    ]


def test_two_stops_made_one_across_an_order_change_are_cut_at_it() -> None:  # R9
    story = runs(orders=True, setup={"on_order_change": False})
    story.hear(scan(1.0, "ORD:PO-1"))
    one = stood(story, 30.0, 70.0)
    story.hear(entry(80.0, "complete_operation"), scan(80.0, "ORD:PO-2"))
    other = stood(story, 100.0, 140.0, 102)
    assert reply(story, joining(150.0, one, other)).code == "ok"
    assert [(end, order) for (_, _, end), order in zip(the_stop(story).spans, the_stop(story).orders, strict=True)] == [
        (80.0, "PO-1"),
        (140.0, "PO-2"),
    ]


def test_two_stops_with_a_third_between_them_are_not_made_one() -> None:
    story = runs()
    one = stood(story, 20.0, 40.0)
    stood(story, 60.0, 70.0, 102)
    last = stood(story, 90.0, 110.0, 103)
    assert reply(story, joining(120.0, one, last)).code == "OTHER_STOP"


# R21: until when.

GRACE = 24 * 3600.0


@pytest.mark.parametrize(("after", "code"), [(0.0, "ok"), (GRACE, "ok"), (GRACE + 1.0, "TOO_LATE")])
def test_an_operator_explains_a_stop_until_a_day_after_the_end_of_its_shift(after: float, code: str) -> None:
    story = runs(DAY)
    stop_id = stood(story, wall("05:30"), wall("05:40"))
    entered = entry(wall("06:00") + after, "set_reason", stop_id=stop_id, code="JAM")
    assert reply(story, entered).code == code
    if code != "ok":
        assert reply(story, by_supervisor(entered)).code == "ok"


def test_a_reason_after_the_end_of_the_shift_says_that_it_is_late() -> None:
    story = runs(DAY)
    stop_id = stood(story, wall("05:30"), wall("05:40"))
    story.hear(entry(wall("05:50"), "set_reason", stop_id=stop_id, code="JAM"))
    story.hear(entry(wall("06:01"), "set_reason", stop_id=stop_id, code="AIR"))
    assert [data.late for data in story.of(StopReasonSet) if isinstance(data, StopReasonSet)] == [False, True]


def two_shifts(*, closed: bool) -> PublishedCalendar:
    """The MES's calendar of the first day; its first shift is closed or not."""
    day, late = clock(0.0), clock(wall("06:00"))
    return published(
        {"shift_id": "day", "business_date": "2026-03-04", "start": day, "end": late, "closed": closed},
        {"shift_id": "late", "business_date": "2026-03-04", "start": late, "end": clock(wall("14:00"))},
    )


def closing(*, closed: bool) -> Story:
    """A stop over two shifts of the MES's calendar, of which the first is closed or not."""
    story = runs()
    story.plan = a_plan(reasons=["JAM", "AIR"], calendar=two_shifts(closed=False))
    stood(story, wall("05:30"), wall("06:30"))
    story.plan = a_plan(reasons=["JAM", "AIR"], calendar=two_shifts(closed=closed))
    return story


def test_nobody_edits_a_part_of_a_shift_that_the_mes_has_closed() -> None:
    story = closing(closed=True)
    (stop_id,) = set(stop_ids(story.facts))
    at = wall("07:00")
    for entered in (
        entry(at, "set_reason", segment_id=f"{stop_id}.1", code="JAM"),
        split(at, f"{stop_id}.1", wall("05:40")),
    ):
        assert reply(story, by_supervisor(entered)).code == "SHIFT_CLOSED"
    assert reply(story, entry(at, "set_reason", segment_id=f"{stop_id}.2", code="AIR")).code == "ok"
    assert the_stop(story).codes == ["UNCODED", "AIR"]


def test_until_the_mes_closes_the_shift_a_supervisor_edits_it() -> None:
    story = closing(closed=False)
    (stop_id,) = set(stop_ids(story.facts))
    at = wall("07:00") + 5 * GRACE
    assert reply(story, entry(at, "set_reason", segment_id=f"{stop_id}.1", code="JAM")).code == "TOO_LATE"
    entered = by_supervisor(entry(at, "set_reason", segment_id=f"{stop_id}.1", code="JAM"))
    assert reply(story, entered).code == "ok"


def test_two_stops_are_not_made_one_where_either_lies_in_a_closed_shift() -> None:
    story = runs()
    story.plan = a_plan(calendar=two_shifts(closed=False))
    one = stood(story, wall("05:59"), wall("05:59:40"))
    other = stood(story, wall("06:00:20"), wall("06:01"), 102)
    story.plan = a_plan(calendar=two_shifts(closed=True))
    assert reply(story, joining(wall("06:02"), one, other)).code == "SHIFT_CLOSED"
    assert reply(story, joining(wall("06:02"), other, one)).code == "SHIFT_CLOSED"


# R20, R22: the times of a machine are its own; where there is no machine, people say.


def test_the_times_of_a_machines_stop_are_nobodys_to_edit() -> None:
    story = runs()
    stop_id = stood(story, 20.0, 420.0)
    entered = entry(430.0, "edit_stop", stop_id=stop_id, start=clock(0.0), end=clock(420.0), comment="earlier")
    assert reply(story, by_supervisor(entered)).code == "TIMES_ARE_FIXED"
    assert reply(story, entry(430.0, "start_stop")).code == "MACHINE_DECIDES"


def by_hand(pattern: CalendarSettings | None = None, **tables: Any) -> Story:  # noqa: ANN401 - tables of the settings
    story = Story(a_manual_station(pattern, **tables), PLAN)
    story.hear(started(0.0))
    return story


def ticks(since: float, until: float) -> list[Any]:
    return [tick(since + number) for number in range(1, int(until - since) + 1)]


def test_where_there_is_no_machine_people_begin_and_end_stops() -> None:
    story = by_hand()
    story.hear(*ticks(0.0, 10.0), entry(10.0, "start_stop", code="JAM"), *ticks(10.0, 300.0), entry(300.0, "end_stop"))
    opened, closed = story.of(StopOpened, StopClosed)
    assert isinstance(opened, StopOpened)
    assert isinstance(closed, StopClosed)
    assert {opened.quality.origin, closed.quality.origin} == {"operator"}
    assert (the_stop(story).spans, the_stop(story).codes) == ([("down", 10.0, 300.0)], ["JAM"])


def test_a_second_tap_on_begin_or_end_of_a_stop_is_refused() -> None:
    story = by_hand()
    codes = [reply(story, entry(10.0 + number, "start_stop")).code for number in range(2)]
    codes += [reply(story, entry(20.0 + number, "end_stop")).code for number in range(2)]
    assert codes == ["ok", "STOP_OPEN", "ok", "NO_STOP"]


def test_a_stop_that_ends_as_it_begins_lasts_nothing_and_sums_to_nothing() -> None:
    story = by_hand()
    story.hear(entry(10.0, "start_stop"), entry(10.0, "end_stop"))
    assert the_stop(story).spans == [("minor", 10.0, 10.0)]


def test_a_stop_that_a_person_began_is_cut_at_the_shift_change_even_where_nothing_ticks() -> None:  # R8
    story = by_hand(DAY)
    story.hear(entry(wall("05:50"), "start_stop", code="JAM"), entry(wall("06:10"), "end_stop"))
    assert the_stop(story).shifts == ["day", "late"]
    assert [end for _, _, end in the_stop(story).spans] == [wall("06:00"), wall("06:10")]


def test_times_that_a_person_entered_are_edited_with_a_reason_and_what_they_were_is_said() -> None:
    story = by_hand(DAY)
    story.hear(entry(wall("05:50"), "start_stop", code="JAM"), entry(wall("05:55"), "end_stop"))
    (stop_id,) = set(stop_ids(story.facts))
    times = {"stop_id": stop_id, "start": clock(wall("05:45")), "end": clock(wall("06:05"))}
    assert reply(story, entry(wall("06:10"), "edit_stop", **times)).code == "COMMENT_NEEDED"
    assert reply(story, entry(wall("06:10"), "edit_stop", comment="forgot", **times)).code == "ok"
    (told,) = story.of(StopEdited)
    assert isinstance(told, StopEdited)
    assert (told.start_before, told.end_before) == (clock(wall("05:50")), clock(wall("05:55")))
    assert the_stop(story).spans == [("down", wall("05:45"), wall("06:00")), ("down", wall("06:00"), wall("06:05"))]
    assert the_stop(story).codes == ["JAM", "JAM"]


def test_edited_times_across_a_break_make_the_break_planned_and_the_length_decides_on_the_class() -> None:  # R5, R7
    story = by_hand(a_pattern(a_shift("day", "05:00", "06:00", ("05:20", "05:30"))))
    story.hear(entry(wall("05:10"), "start_stop"), entry(wall("05:11"), "end_stop"))
    (stop_id,) = set(stop_ids(story.facts))
    times = {"stop_id": stop_id, "start": clock(wall("05:10")), "end": clock(wall("05:40"))}
    story.hear(entry(wall("05:50"), "edit_stop", comment="longer", **times))
    assert [kind for kind, _, _ in the_stop(story).spans] == ["down", "planned", "down"]
    assert the_stop(story).codes == ["UNCODED", "BREAK", "UNCODED"]


@pytest.mark.parametrize(
    ("start", "end", "code"),
    [
        (200.0, 100.0, "BAD_TIME"),
        (150.0, 150.0, "BAD_TIME"),
        (100.0, 601.0, "BAD_TIME"),
        (-400 * 86_400.0, 150.0, "BAD_TIME"),
        (20.0, 150.0, "OTHER_STOP"),
        (100.0, 450.0, "OTHER_STOP"),
        (60.0, 400.0, "ok"),
    ],
)
def test_edited_times_are_in_order_not_of_the_future_not_far_away_and_in_no_other_stop(
    start: float, end: float, code: str
) -> None:
    story = by_hand(DAY)
    for begin, over in ((10.0, 60.0), (100.0, 200.0)):
        story.hear(entry(begin, "start_stop"), entry(over, "end_stop"))
    stop_id = stop_ids(story.facts)[-1]
    story.hear(entry(400.0, "start_stop"))
    times = {"stop_id": stop_id, "start": clock(start), "end": clock(end), "comment": "wrong"}
    assert reply(story, by_supervisor(entry(600.0, "edit_stop", **times))).code == code
    assert len(the_stops(story)) == 3


def test_edited_times_over_very_many_shifts_are_refused_at_once() -> None:
    story = by_hand(DAY)
    story.hear(entry(100.0, "start_stop"), entry(200.0, "end_stop"))
    (stop_id,) = set(stop_ids(story.facts))
    times = {"stop_id": stop_id, "start": clock(-300 * 86_400.0), "end": clock(150.0), "comment": "wrong"}
    assert reply(story, by_supervisor(entry(600.0, "edit_stop", **times))).code == "TOO_MANY_PARTS"


def test_times_are_not_moved_into_a_shift_that_the_mes_has_closed() -> None:
    story = by_hand()
    story.plan = a_plan(calendar=two_shifts(closed=True))
    story.hear(entry(wall("06:10"), "start_stop"), entry(wall("06:20"), "end_stop"))
    (stop_id,) = set(stop_ids(story.facts))
    times = {"stop_id": stop_id, "start": clock(wall("05:50")), "end": clock(wall("06:20")), "comment": "earlier"}
    assert reply(story, by_supervisor(entry(wall("06:30"), "edit_stop", **times))).code == "SHIFT_CLOSED"


def test_an_agent_that_was_down_leaves_the_stop_that_a_person_began_open() -> None:  # R17, R22
    story = by_hand(DAY)
    story.hear(entry(wall("05:50"), "start_stop", code="JAM"))
    story.station = a_manual_station(DAY).restored(story.station.snapshot())
    story.hear(started(wall("06:10"), wall("05:51")), entry(wall("06:20"), "end_stop"))
    assert [(kind, end) for kind, _, end in the_stop(story).spans] == [
        ("down", wall("06:00")),
        ("down", wall("06:20")),
    ]


def test_good_parts_that_a_person_reports_end_the_setup_that_an_order_began() -> None:  # R10, R22
    story = by_hand(orders=True)
    story.hear(scan(10.0, "ORD:PO-1"), entry(20.0, "start_stop"), entry(50.0, "report_good", qty="1"))
    assert the_stop(story).spans == [("setup", 20.0, 50.0), ("minor", 50.0, None)]
    story.hear(entry(60.0, "end_stop"), entry(100.0, "start_stop"))
    assert [told.spans for told in the_stops(story)][-1] == [("minor", 100.0, None)]


def test_a_stop_that_a_person_began_is_of_the_mode_in_which_people_work() -> None:  # R22
    story = by_hand()
    story.hear(entry(10.0, "start_stop"))
    (opened,) = story.of(StopOpened)
    assert isinstance(opened, StopOpened)
    assert opened.mode is Mode.PRODUCTION
