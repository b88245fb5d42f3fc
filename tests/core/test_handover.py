"""What one crew tells the next: it is signed by one person, acknowledged by another, and stays until it is."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from agent.core.context import Context
from agent.core.directories import Operators
from agent.core.discrepancies.concern import Concern
from agent.core.discrepancies.register import Register
from agent.core.facts import (
    CallRaised,
    HandoverNote,
    Keys,
    NcRaised,
    ShiftHandover,
    ShiftHandoverAcknowledged,
    ShiftNoteRecorded,
    ShiftSummary,
    StopOpened,
)
from agent.core.handover.board_view import HandoverView
from agent.core.observations import ClockStep, Entry
from agent.core.station_view import view
from agent.core.stops.closed_stops import LAST_STOPS
from agent.core.times import epoch
from agent.core.work_center_view import WorkCenterView
from tests.core.build import (
    ABORTED,
    EXECUTE,
    T0,
    WC,
    Story,
    a_manual_station,
    a_pattern,
    a_plan,
    a_shift,
    a_station,
    a_story,
    alive,
    an_order,
    clock,
    entry,
    instant,
    quiet,
    read,
    started,
    tick,
    types,
    wall,
    watched,
)
from tests.core.test_checks import code_of

SHIFTS = a_pattern(a_shift("1", "05:00", "14:00", crew="A"), a_shift("2", "14:00", "22:00", crew="B"))
PLAN = a_plan(an_order("PO-1"), reasons=("JAM",))


def a_day(**tables: object) -> Story:
    return a_story(started(0.0), station=a_manual_station(SHIFTS, **tables), plan=PLAN)


def by(who: str | None, entered: Entry) -> Entry:
    return replace(entered, actor=who)


def sign(story: Story, at: float, who: str | None = "anna", **arguments: str) -> str:
    return code_of(story, by(who, entry(at, "sign_handover", **arguments)))


def acknowledge(story: Story, at: float, who: str | None = "boris", **arguments: str) -> str:
    return code_of(story, by(who, entry(at, "acknowledge_handover", **arguments)))


def signed(story: Story) -> ShiftHandover:
    data = story.of(ShiftHandover)[-1]
    assert isinstance(data, ShiftHandover)
    return data


def seen(story: Story, at: float) -> WorkCenterView:
    return view(story.station, story.plan, T0 + at)


def shown(story: Story, at: float = 0.0) -> HandoverView:
    found = seen(story, at).handover
    assert found is not None
    return found


def a_busy_morning() -> Story:
    """Good, scrap, a lot, a stop without a reason, one with a reason that is open, a note, a call, a bad unit."""
    story = a_day(orders=True)
    story.hear(by("anna", entry(1.0, "sign_on", operator_id="anna")), entry(2.0, "sign_on", operator_id="carl"))
    story.hear(entry(10.0, "start_operation", order_id="PO-1"), entry(20.0, "load_lot", lot_id="L-1", item_id="CAP"))
    story.hear(entry(60.0, "report_good", qty="12"), entry(70.0, "report_scrap", qty="2", defect_code="DENT"))
    story.hear(entry(100.0, "add_note", text="Valve 3 leaks", owner="maintenance", due=clock(90_000.0)))
    story.hear(entry(110.0, "call", role="maintenance"), entry(120.0, "raise_nc", serial="7", defect_code="DENT"))
    story.hear(entry(200.0, "start_stop", code="JAM"), tick(900.0))
    return story


def test_what_stands_is_signed() -> None:
    story = a_busy_morning()
    assert sign(story, 1000.0, comment="A quiet morning") == "ok"
    data = signed(story)
    assert (data.actor, data.crew, data.replaces, data.comment) == ("anna", ("anna", "carl"), None, "A quiet morning")
    assert data.shift is not None
    assert (data.shift.shift_id, data.shift.crew_id, data.start) == ("1", "A", clock(0.0))
    assert (data.keys.order_id, data.qty_good, data.qty_scrap, data.uom) == ("PO-1", Decimal(12), Decimal(2), "EA")
    assert [(one.order_id, one.qty_good) for one in data.orders if one.order_id] == [("PO-1", Decimal(12))]
    (opened,), (raised,) = story.of(StopOpened), story.of(NcRaised)
    assert isinstance(opened, StopOpened)
    assert isinstance(raised, NcRaised)
    assert (data.open_stop_id, data.stops) == (opened.stop_id, 1)
    assert (data.lots, data.open_nc, data.nc_ids) == (("L-1",), 1, (raised.nc_id,))
    (note,), (call,) = story.of(ShiftNoteRecorded), story.of(CallRaised)
    assert isinstance(note, ShiftNoteRecorded)
    assert isinstance(call, CallRaised)
    told = HandoverNote(
        note_id=note.note_id,
        text="Valve 3 leaks",
        owner="maintenance",
        due=clock(90_000.0),
        actor="anna",
        since=clock(100.0),
    )
    assert (data.notes, data.calls) == ((told,), (call.call_id,))
    assert (data.quality.origin, data.quality.entry) == ("operator", "manual")


def test_stops_that_nobody_has_explained_are_signed_however_many_came_after_them() -> None:
    story = a_day()
    for number in range(LAST_STOPS + 2):
        at = 100.0 + 600.0 * number
        story.hear(entry(at, "start_stop"), tick(at + 300.0), entry(at + 301.0, "end_stop"))
        if number > 1:
            story.hear(entry(at + 302.0, "set_reason", code="JAM"))
    assert sign(story, 10_000.0) == "ok"
    opened = [one.stop_id for one in story.of(StopOpened) if isinstance(one, StopOpened)]
    assert signed(story).unexplained_stops == tuple(reversed(opened[:2]))


def test_what_is_signed_is_what_the_shift_has_come_to_by_then() -> None:
    story = a_day()
    story.hear(entry(60.0, "report_good", qty="12"))
    sign(story, 100.0)
    story.hear(entry(200.0, "report_good", qty="3"))
    sign(story, 300.0)
    story.hear(tick(wall("14:00:01")))
    first, second = (one.qty_good for one in story.of(ShiftHandover) if isinstance(one, ShiftHandover))
    (summary,) = story.of(ShiftSummary)
    assert isinstance(summary, ShiftSummary)
    assert (first, second, summary.qty_good) == (Decimal(12), Decimal(15), Decimal(15))


def test_a_stop_that_nobody_explained_is_in_it() -> None:
    story = a_busy_machine()
    assert sign(story, 500.0) == "ok"
    data = signed(story)
    (opened,) = story.of(StopOpened)
    assert isinstance(opened, StopOpened)
    assert (data.open_stop_id, data.uncoded, data.uncoded_s) == (opened.stop_id, 1, Decimal(480))
    assert (shown(story).uncoded, shown(story).uncoded_s) == (1, Decimal(480))


def a_busy_machine(until: float = 500.0) -> Story:
    """It runs, and stands without a reason from second 20 on."""
    story = a_story(*watched(packml_state=EXECUTE, total=100), station=a_station(pattern=SHIFTS), plan=PLAN)
    story.hear(*alive(0.0, 20.0), read(20.0, packml_state=ABORTED), *quiet(20.0, until))
    return story


def test_open_discrepancies_of_this_work_center_are_in_it_the_newest_first() -> None:
    story, here = a_day(), [f"dsc-{number}" for number in range(25)]
    live = unresolved(*here) | unresolved("dsc-elsewhere", wc_id="WC-2")
    register = Register(live, {WC: 25, "WC-2": 1})
    observation = entry(10.0, "sign_handover")
    story.take(story.station.observe(observation, story.next_ids(), Context(PLAN, {}, register=register)))
    assert signed(story).open_discrepancies == 25
    assert signed(story).discrepancy_ids == tuple(here[::-1][:20])


def unresolved(*names: str, wc_id: str = WC) -> dict[str, Concern]:
    return {one: Concern(one, "order_unknown", Keys(wc_id=wc_id), "PO-9", "planner", T0) for one in names}


def test_somebody_else_acknowledges_it() -> None:
    story = a_day()
    assert sign(story, 100.0) == "ok"
    waiting = shown(story)
    assert (waiting.signed_by, waiting.signed_at) == ("anna", clock(100.0))
    assert (waiting.acknowledged_by, waiting.acknowledged_at) == (None, None)
    before = story.station
    assert acknowledge(story, 110.0, "anna") == "SAME_PERSON"
    assert story.station == before
    assert acknowledge(story, 120.0, "boris", comment="Read") == "ok"
    (data,) = story.of(ShiftHandoverAcknowledged)
    assert isinstance(data, ShiftHandoverAcknowledged)
    assert (data.handover_id, data.signed_by, data.signed_at) == (waiting.handover_id, "anna", clock(100.0))
    assert (data.actor, data.comment) == ("boris", "Read")
    assert (shown(story).acknowledged_by, shown(story).acknowledged_at) == ("boris", clock(120.0))
    assert acknowledge(story, 130.0, "carl") == "NOTHING_TO_ACKNOWLEDGE"


def test_nothing_is_acknowledged_that_nobody_signed() -> None:
    assert acknowledge(a_day(), 1.0) == "NOTHING_TO_ACKNOWLEDGE"


def test_nobody_in_particular_signs_nothing() -> None:
    story = a_day()
    assert sign(story, 1.0, None) == "NOT_SIGNED_ON"
    assert sign(story, 2.0) == "ok"
    assert acknowledge(story, 3.0, None) == "NOT_SIGNED_ON"


def test_whoever_signed_on_last_signs_where_nobody_is_named() -> None:
    story = a_day()
    story.hear(entry(1.0, "sign_on", operator_id="anna"))
    assert sign(story, 2.0, None) == "ok"
    assert acknowledge(story, 3.0, None) == "SAME_PERSON"
    story.hear(entry(4.0, "sign_on", operator_id="boris"))
    assert acknowledge(story, 5.0, None) == "ok"
    assert (shown(story).signed_by, shown(story).acknowledged_by) == ("anna", "boris")


def test_signing_again_takes_the_place_of_what_nobody_acknowledged() -> None:
    story = a_day()
    assert [sign(story, 1.0), sign(story, 2.0, "carl")] == ["ok", "ok"]
    first, second = story.of(ShiftHandover)
    assert isinstance(first, ShiftHandover)
    assert isinstance(second, ShiftHandover)
    assert (first.replaces, second.replaces) == (None, first.handover_id)
    assert (shown(story).handover_id, shown(story).signed_by) == (second.handover_id, "carl")
    assert acknowledge(story, 3.0, "anna") == "ok"
    assert sign(story, 4.0) == "ok"
    assert signed(story).replaces is None


def test_a_handover_that_nobody_acknowledged_stays_over_shifts_and_restarts() -> None:
    story = a_day()
    sign(story, 1.0, comment="Look at valve 3")
    story.station = a_manual_station(SHIFTS).restored(story.station.snapshot())
    story.hear(started(100.0, 90.0), tick(wall("14:00:01")), tick(wall("22:00:01")))
    assert (shown(story).acknowledged_by, shown(story).comment) == (None, "Look at valve 3")
    shift = shown(story).shift
    assert shift is not None
    assert shift.shift_id == "1"
    assert acknowledge(story, wall("22:05")) == "ok"


def test_a_shift_is_handed_over_for_half_an_hour_after_it_ended() -> None:
    story = a_day()
    story.hear(entry(60.0, "report_good", qty="12"), entry(70.0, "report_scrap", qty="2", defect_code="DENT"))
    story.hear(tick(wall("14:00:01")), entry(wall("14:05"), "report_good", qty="5"))
    over = seen(story, wall("14:10")).ended_shift
    assert over is not None
    assert (over.shift.shift_id, over.shift.crew_id, over.qty_good, over.qty_scrap) == (
        "1",
        "A",
        Decimal(12),
        Decimal(2),
    )
    assert seen(story, wall("14:31")).ended_shift is None
    assert sign(story, wall("14:10")) == "ok"
    data = signed(story)
    assert data.handed_over == over.shift == shown(story).shift
    assert (data.start, data.qty_good, data.qty_scrap, data.orders) == (clock(0.0), Decimal(12), Decimal(2), ())
    assert data.shift is not None
    assert data.shift.shift_id == "2"


def test_signed_again_it_is_about_the_same_shift_until_somebody_acknowledged_it() -> None:
    story = a_day()
    story.hear(entry(60.0, "report_good", qty="12"))
    sign(story, wall("13:55"))
    story.hear(tick(wall("14:00:01")), entry(wall("14:05"), "report_good", qty="5"))
    sign(story, wall("14:06"), "carl")
    acknowledge(story, wall("14:07"))
    assert seen(story, wall("14:08")).ended_shift is None
    sign(story, wall("14:09"))
    signatures = [one for one in story.of(ShiftHandover) if isinstance(one, ShiftHandover)]
    about = [(one.handed_over and one.handed_over.shift_id, one.qty_good) for one in signatures]
    assert about == [("1", Decimal(12)), ("1", Decimal(12)), ("2", Decimal(5))]


def test_a_handover_in_the_middle_of_a_shift_is_not_that_of_its_end() -> None:
    story = a_day()
    sign(story, wall("10:00"))
    acknowledge(story, wall("10:01"))
    story.hear(entry(wall("11:00"), "report_good", qty="12"), tick(wall("14:00:01")))
    assert sign(story, wall("14:05")) == "ok"
    assert (shown(story).shift, shown(story).qty_good) == (signed(story).handed_over, Decimal(12))


def test_what_the_ended_shift_did_not_explain_is_handed_over_until_somebody_does() -> None:
    story = a_busy_machine(until=wall("13:50"))
    story.hear(*quiet(wall("13:50"), wall("14:10")))
    over = seen(story, wall("14:10")).ended_shift
    assert over is not None
    assert (over.uncoded, over.uncoded_s) == (1, Decimal(wall("14:00") - 20.0))
    (opened,) = story.of(StopOpened)
    assert isinstance(opened, StopOpened)
    story.hear(entry(wall("14:11"), "set_reason", code="JAM", segment_id=f"{opened.stop_id}.1"))
    assert sign(story, wall("14:12")) == "ok"
    assert (signed(story).uncoded, signed(story).stops, signed(story).open_stop_id) == (0, 1, opened.stop_id)


def test_a_signature_is_not_taken_back() -> None:
    story = a_day()
    story.hear(entry(1.0, "report_good", qty="1"))
    fact = story.facts[-1]
    assert sign(story, 2.0) == "ok"
    handover = story.facts[-1]
    target = {"target_id": str(handover.id), "target_sequence": str(len(story.facts))}
    outcome = story.observe(entry(3.0, "void_fact", reason="OOPS", **target))
    assert outcome.reply is not None
    assert (outcome.reply.code, outcome.facts) == ("NOT_CORRECTABLE", ())
    assert "Sign it anew" in outcome.reply.message
    assert types(story.hear(entry(4.0, "undo_last"))) == ["fact.corrected"]
    assert fact.data.TYPE == "output.recorded"


def test_a_clock_that_is_set_leaves_the_time_of_a_signature() -> None:
    story = a_day()
    sign(story, 1.0)
    story.hear(ClockStep(WC, 3600.0, instant(3602.0)))
    assert shown(story).signed_at == clock(1.0)


@pytest.mark.parametrize("action", ["sign_handover", "acknowledge_handover"])
def test_a_comment_that_is_too_long_is_refused(action: str) -> None:
    story = a_day()
    sign(story, 1.0)
    assert code_of(story, by("boris", entry(2.0, action, comment="x" * 121))) == "TOO_LONG"
    assert code_of(story, by("boris", entry(2.0, action, comment="ж" * 120))) == "ok"
    assert epoch(shown(story).signed_at) >= T0


def test_names_of_the_directory_are_shown_beside_the_ids() -> None:
    story = a_day()
    sign(story, 1.0)
    assert acknowledge(story, 2.0) == "ok"
    known = Operators.model_validate(
        {"rev": "1", "operators": [{"operator_id": "anna", "name": "Anna K.", "roles": ["operator"]}]}
    )
    story.plan = replace(story.plan, operators=known)
    assert (shown(story).signed_by_name, shown(story).acknowledged_by_name) == ("Anna K.", "boris")
