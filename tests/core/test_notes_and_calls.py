"""Notes for the next crew and calls for help: what is open is open once, bounded, and ends when somebody says so."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from agent.core.facts import CallAnswered, CallRaised, FactCorrected, ShiftNoteClosed, ShiftNoteRecorded
from agent.core.handover.board_view import CallView, NoteView
from agent.core.observations import ClockStep
from tests.core.build import (
    WC,
    Story,
    a_manual_station,
    by_supervisor,
    clock,
    entry,
    instant,
    started,
    types,
)
from tests.core.test_checks import code_of
from tests.core.test_handover import a_day, seen

DUE = clock(7200.0)


def notes(story: Story) -> tuple[NoteView, ...]:
    return seen(story, 0.0).notes


def calls(story: Story) -> tuple[CallView, ...]:
    return seen(story, 0.0).calls


def restarted(story: Story) -> Story:
    story.station = a_manual_station().restored(story.station.snapshot())
    return story


# Notes.


def test_a_note_is_written_down_and_closed() -> None:
    story = a_day()
    text = "  Valve 3\n leaks "
    assert code_of(story, entry(1.0, "add_note", text=text, owner="maintenance", due=DUE)) == "ok"
    (recorded,) = story.of(ShiftNoteRecorded)
    assert isinstance(recorded, ShiftNoteRecorded)
    assert (recorded.text, recorded.owner, recorded.due) == ("Valve 3 leaks", "maintenance", DUE)
    assert (recorded.actor, recorded.keys.wc_id) == ("anna", WC)
    (note,) = notes(restarted(story))
    assert (note.text, note.owner, note.due) == ("Valve 3 leaks", "maintenance", DUE)
    assert (note.by, note.since, note.note_id) == ("anna", clock(1.0), recorded.note_id)
    closing = by_supervisor(entry(2.0, "close_note", note_id=note.note_id, comment="New seal"))
    assert code_of(story, closing) == "ok"
    (closed,) = story.of(ShiftNoteClosed)
    assert isinstance(closed, ShiftNoteClosed)
    assert (closed.note_id, closed.text, closed.written_by) == (note.note_id, "Valve 3 leaks", "anna")
    assert (closed.since, closed.comment, closed.actor) == (clock(1.0), "New seal", "boris")
    assert notes(story) == ()
    assert code_of(story, closing) == "UNKNOWN_NOTE"


def test_what_no_screen_shows_as_it_is_is_not_kept() -> None:
    story = a_day()
    assert code_of(story, entry(1.0, "add_note", text="Valve\x003 \x1b[2Jleaks")) == "ok"
    assert [one.text for one in notes(story)] == ["Valve 3 [2Jleaks"]


def test_nine_notes_can_be_open_and_the_oldest_is_shown_first() -> None:
    story = a_day()
    for number in range(9):
        assert code_of(story, entry(float(number), "add_note", text=f"note {number}")) == "ok"
    before = story.station
    assert code_of(story, entry(9.0, "add_note", text="one more")) == "NOTES_FULL"
    assert story.station == before
    assert [one.text for one in notes(story)] == [f"note {number}" for number in range(9)]
    story.hear(entry(10.0, "close_note", note_id=notes(story)[4].note_id))
    assert code_of(story, entry(11.0, "add_note", text="one more")) == "ok"
    assert [one.text for one in notes(story)][-2:] == ["note 8", "one more"]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({}, "MISSING_ARGUMENT"),
        ({"text": " \n "}, "MISSING_ARGUMENT"),
        ({"text": "x" * 121}, "TOO_LONG"),
        ({"text": "\U0001f527" * 61}, "TOO_LONG"),
        ({"text": "\x00\x1b\n"}, "MISSING_ARGUMENT"),
        ({"text": "x", "owner": "y" * 65}, "TOO_LONG"),
        ({"text": "x", "due": "tomorrow"}, "BAD_TIME"),
        ({"text": "x", "due": clock(0.0)}, "BAD_TIME"),
        ({"text": "x", "due": "2026-03-05T05:00:00"}, "BAD_TIME"),
    ],
)
def test_a_note_that_cannot_be_kept_is_refused(arguments: dict[str, str], code: str) -> None:
    story = a_day()
    assert code_of(story, entry(1.0, "add_note", **arguments)) == code
    assert notes(story) == ()


def test_whoever_has_a_name_too_long_to_keep_is_refused() -> None:
    story = a_day()
    for one in (entry(1.0, "add_note", text="x"), entry(1.0, "call", role="quality"), entry(1.0, "sign_handover")):
        assert code_of(story, replace(one, actor="a" * 65)) == "TOO_LONG"


def test_the_last_word_on_a_note_is_taken_back() -> None:
    story = a_day()
    story.hear(entry(1.0, "add_note", text="Valve 3 leaks", owner="maintenance", due=DUE))
    written = notes(story)
    story.hear(entry(5.0, "close_note", note_id=written[0].note_id))
    assert types(story.hear(entry(6.0, "undo_last"))) == ["fact.corrected"]
    assert notes(restarted(story)) == written
    story.hear(entry(7.0, "add_note", text="Wrong line"))
    story.hear(entry(8.0, "undo_last"))
    assert notes(story) == written
    voided = [data.target_type for data in story.of(FactCorrected) if isinstance(data, FactCorrected)]
    assert voided == ["shift.note_closed", "shift.note_recorded"]


def test_a_note_that_somebody_else_closed_is_not_taken_back() -> None:
    story = a_day()
    story.hear(entry(1.0, "add_note", text="Valve 3 leaks"))
    story.hear(by_supervisor(entry(2.0, "close_note", note_id=notes(story)[0].note_id)))
    assert code_of(story, entry(3.0, "undo_last")) == "NOT_OPEN_NOW"
    assert notes(story) == ()


def test_a_closing_is_not_taken_back_where_there_is_no_room_for_the_note() -> None:
    story = a_day()
    for number in range(9):
        story.hear(entry(float(number), "add_note", text=f"note {number}"))
    story.hear(by_supervisor(entry(10.0, "close_note", note_id=notes(story)[0].note_id)))
    story.hear(entry(11.0, "add_note", text="one more"))
    assert code_of(story, by_supervisor(entry(12.0, "undo_last"))) == "NOTES_FULL"
    assert len(notes(story)) == 9


def corrected(story: Story, at: float, action: str, about: str = "shift.note_recorded", **arguments: str) -> str:
    """Correct the first fact of a type."""
    position = types(story.facts).index(about)
    target = {"target_id": str(story.facts[position].id), "target_sequence": str(position + 1)}
    return code_of(story, by_supervisor(entry(at, action, reason="SLIP", **target, **arguments)))


def test_a_corrected_note_says_so() -> None:
    story = a_day()
    story.hear(entry(1.0, "add_note", text="Valve 4 leaks"))
    assert corrected(story, 2.0, "replace_fact", set='{"text": "Valve 3 leaks"}') == "ok"
    assert [one.text for one in notes(story)] == ["Valve 3 leaks"]
    assert corrected(story, 3.0, "replace_fact", set=f'{{"text": "{"x" * 121}"}}') == "TOO_LONG"
    assert corrected(story, 4.0, "replace_fact", set='{"text": ""}') == "MISSING_ARGUMENT"
    assert corrected(story, 5.0, "amend_fact", set=f'{{"due": "{DUE}", "owner": "quality"}}') == "ok"
    assert [(one.text, one.due, one.owner) for one in notes(story)] == [("Valve 3 leaks", DUE, "quality")]


def test_a_void_note_that_is_brought_back_hangs_there_again() -> None:
    story = a_day()
    story.hear(entry(1.0, "add_note", text="Valve 3 leaks"))
    written = notes(story)
    assert corrected(story, 2.0, "void_fact") == "ok"
    assert notes(story) == ()
    assert corrected(story, 3.0, "replace_fact", set="{}") == "ok"
    assert notes(story) == written


def test_a_note_is_not_closed_by_two_facts_that_hold() -> None:
    story = a_day()
    story.hear(entry(1.0, "add_note", text="Valve 3 leaks"))
    close = entry(2.0, "close_note", note_id=notes(story)[0].note_id)
    story.hear(close, entry(3.0, "undo_last"), close)
    assert corrected(story, 4.0, "replace_fact", about="shift.note_closed", set="{}") == "NOT_OPEN_NOW"
    assert notes(story) == ()


def test_correcting_the_text_of_a_closed_note_does_not_open_it() -> None:
    story = a_day()
    story.hear(entry(1.0, "add_note", text="Valve 4 leaks"))
    story.hear(entry(2.0, "close_note", note_id=notes(story)[0].note_id))
    assert corrected(story, 3.0, "replace_fact", set='{"text": "Valve 3 leaks"}') == "ok"
    assert notes(story) == ()


# Calls.


def test_somebody_is_called_and_comes() -> None:
    story = a_day()
    assert code_of(story, entry(1.0, "call", role="maintenance", comment="Gripper")) == "ok"
    (raised,) = story.of(CallRaised)
    assert isinstance(raised, CallRaised)
    assert (raised.role, raised.comment, raised.actor) == ("maintenance", "Gripper", "anna")
    (call,) = calls(restarted(story))
    assert (call.call_id, call.role, call.since, call.by) == (raised.call_id, "maintenance", clock(1.0), "anna")
    assert call.comment == "Gripper"
    assert code_of(story, by_supervisor(entry(91.5, "answer_call", role="maintenance", comment="Belt"))) == "ok"
    (answered,) = story.of(CallAnswered)
    assert isinstance(answered, CallAnswered)
    assert (answered.call_id, answered.role, answered.called_by) == (raised.call_id, "maintenance", "anna")
    assert (answered.called_for, answered.since, answered.waited_s) == ("Gripper", clock(1.0), Decimal("90.5"))
    assert (answered.comment, answered.actor) == ("Belt", "boris")
    assert calls(story) == ()


def test_a_role_is_called_once_and_others_beside_it() -> None:
    story = a_day()
    assert code_of(story, entry(0.0, "call", role="quality")) == "ok"
    outcome = story.observe(entry(125.0, "call", role="quality"))
    assert outcome.reply is not None
    assert (outcome.reply.code, outcome.facts) == ("CALL_OPEN", ())
    assert outcome.reply.values == {"minutes": "2", "role": "quality"}
    assert code_of(story, entry(126.0, "call", role="logistics")) == "ok"
    assert [one.role for one in calls(story)] == ["quality", "logistics"]
    assert code_of(story, entry(127.0, "answer_call", call_id=calls(story)[0].call_id)) == "ok"
    assert code_of(story, entry(128.0, "call", role="quality")) == "ok"
    assert [one.role for one in calls(story)] == ["logistics", "quality"]


@pytest.mark.parametrize(
    ("action", "arguments", "code"),
    [
        ("call", {}, "UNKNOWN_WORD"),
        ("call", {"role": "cook"}, "UNKNOWN_WORD"),
        ("call", {"role": "quality", "comment": "x" * 121}, "TOO_LONG"),
        ("answer_call", {}, "UNKNOWN_WORD"),
        ("answer_call", {"role": "quality"}, "UNKNOWN_CALL"),
        ("answer_call", {"call_id": "call-none"}, "UNKNOWN_CALL"),
    ],
)
def test_a_call_that_makes_no_sense_is_refused(action: str, arguments: dict[str, str], code: str) -> None:
    story = a_day()
    story.hear(entry(0.0, "call", role="supervisor"))
    before = story.station
    assert code_of(story, entry(1.0, action, **arguments)) == code
    assert story.station == before


def test_the_last_word_on_a_call_is_taken_back() -> None:
    story = a_day()
    story.hear(entry(1.0, "call", role="quality", comment="Colour"))
    called = calls(story)
    story.hear(entry(5.0, "answer_call", role="quality"), entry(6.0, "undo_last"))
    assert calls(restarted(story)) == called
    story.hear(entry(7.0, "call", role="logistics"), entry(8.0, "undo_last"))
    assert calls(story) == called


def test_an_answer_is_not_taken_back_once_the_role_is_called_again() -> None:
    story = a_day()
    story.hear(entry(1.0, "call", role="quality"), by_supervisor(entry(2.0, "answer_call", role="quality")))
    assert code_of(story, entry(3.0, "call", role="quality")) == "ok"
    assert code_of(story, by_supervisor(entry(4.0, "undo_last"))) == "CALL_OPEN"
    assert len(calls(story)) == 1


def test_a_call_that_was_answered_is_not_taken_back() -> None:
    story = a_day()
    story.hear(entry(1.0, "call", role="quality"), by_supervisor(entry(2.0, "answer_call", role="quality")))
    assert code_of(story, entry(3.0, "undo_last")) == "NOT_OPEN_NOW"


def test_a_call_waits_as_long_as_it_truly_does_when_the_clock_is_set() -> None:
    story = a_day()
    story.hear(entry(10.0, "call", role="quality"), entry(11.0, "add_note", text="x", due=DUE))
    story.hear(ClockStep(WC, 3590.0, instant(3610.0)))
    assert code_of(story, entry(3620.0, "answer_call", role="quality")) == "ok"
    (answered,) = story.of(CallAnswered)
    assert isinstance(answered, CallAnswered)
    assert answered.waited_s == Decimal(20)
    assert [(one.since, one.due) for one in notes(story)] == [(clock(11.0), DUE)]


def test_a_station_of_a_former_version_has_nothing_hanging() -> None:
    story = a_day()
    story.hear(started(1.0))
    assert (notes(story), calls(story), seen(story, 1.0).handover) == ((), (), None)
