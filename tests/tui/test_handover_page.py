"""Handing the shift over, and notes for the next crew."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from agent.core.facts import ShiftKeys
from agent.core.handover.board_view import EndedShiftView
from agent.core.shifts.shift_view import StripView
from agent.core.times import epoch
from agent.core.views import EntryBody
from agent.core.work_center_view import WorkCenterView
from agent.tui.scene import Scene
from agent.tui.sheets import handover, notes
from agent.tui.sheets.sheet import Note, Page, Send, Sheet, Show
from agent.tui.texts import Language
from agent.tui.wording import Wording
from tests.tui.fake_agent import FakeAgent
from tests.tui.operating import eventually, operating, type_slowly
from tests.tui.people import ACKNOWLEDGED, MANNED, MARAT, NOTE, OVERDUE, SIGNED
from tests.tui.views import CENTER, NOON, SHIFT, STOP, showing


def scene(center: WorkCenterView, language: Language = "en", let_in: str | None = None) -> Scene:
    words = Wording(language, ZoneInfo("Asia/Almaty"))
    return Scene(words, showing(center), center, epoch(NOON), None, let_in)


def page(center: WorkCenterView, let_in: str | None = None) -> Sheet:
    return handover.handover(scene(center, let_in=let_in), {})


def sent(sheet: Sheet) -> str | None:
    """The action that Enter enters."""
    deed = sheet.primary.deed if sheet.primary else None
    return deed.action if isinstance(deed, Send) else None


# --- Handover ---


def test_the_outgoing_crew_signs_what_stands() -> None:
    center = MANNED.model_copy(
        update={"shift_figures": SHIFT, "uncoded": 2, "stop": STOP, "open_nc": 2, "notes": (NOTE,)}
    )
    sheet = page(center)
    assert sheet.lines == (
        "Shift: good 1,234, scrap 17. OEE 74 %.",
        "Open stop since 11:51.  Not conforming: 2.",
        "Lots: P-001, CABLE-77",
    )
    assert [choice.label for choice in sheet.choices] == [
        "Add a note",
        "Not explained: 2",
        "Technician, by 04.03 16:00  The feeder jams at the third nozzle when the bottles are wet",
    ]
    assert sent(sheet) == "sign_handover"


def test_the_incoming_crew_reads_what_was_signed_and_acknowledges_it() -> None:
    sheet = page(MANNED.model_copy(update={"handover": SIGNED, "shift_figures": SHIFT}), let_in=MARAT.operator_id)
    assert sheet.lines[:2] == ("Signed: Asel, 04.03 11:50.", "Shift: good 1,100, scrap 12.")
    assert sent(sheet) == "acknowledge_handover"


def test_what_was_signed_is_read_with_its_shift_and_its_comment() -> None:
    early = ShiftKeys(shift_id="early", business_date="2026-03-04", crew_id="A")
    late = early.model_copy(update={"shift_id": "late", "crew_id": "B"})
    signed = SIGNED.model_copy(update={"shift": early, "comment": "Look at valve 3"})
    sheet = page(MANNED.model_copy(update={"handover": signed, "shift": late}), let_in=MARAT.operator_id)
    assert sheet.lines[1:3] == ("Look at valve 3", "Shift early: good 1,100, scrap 12.")


def test_a_shift_that_has_just_ended_is_shown_to_whoever_signs_for_it() -> None:
    early = ShiftKeys(shift_id="early", business_date="2026-03-04", crew_id="A")
    nothing, made = Decimal(0), {"qty_good": Decimal(900), "qty_scrap": Decimal(7)}
    ended = EndedShiftView(shift=early, **made, qty_rework=nothing, uncoded=0, uncoded_s=nothing)
    center = MANNED.model_copy(update={"shift_figures": SHIFT, "ended_shift": ended})
    assert page(center).lines[0] == "Shift early: good 900, scrap 7."


def test_whoever_signed_does_not_acknowledge_but_may_sign_anew() -> None:
    sheet = page(MANNED.model_copy(update={"handover": SIGNED}))
    assert (sheet.title, sent(sheet)) == ("Handover: signed, not acknowledged yet", "sign_handover")


def test_after_the_acknowledgement_the_next_handover_can_be_signed() -> None:
    sheet = page(MANNED.model_copy(update={"handover": ACKNOWLEDGED}))
    assert sheet.lines[0] == "Signed: Asel, 04.03 11:50. Acknowledged: Marat, 04.03 11:55."
    assert sent(sheet) == "sign_handover"


def test_nobody_signs_where_nobody_is_signed_on() -> None:
    sheet = page(CENTER.model_copy(update={"handover": SIGNED}))
    assert (sheet.lines[0], sheet.primary) == ("Nobody is signed on here. Scan your badge first.", None)


def test_more_lots_than_a_line_holds_are_counted() -> None:
    lots = tuple(f"LOT-{number}" for number in range(6))
    assert page(MANNED.model_copy(update={"lots": lots})).lines[-1] == "Lots: LOT-0, LOT-1, LOT-2, LOT-3 +2"


def test_more_notes_than_the_page_has_room_for_have_their_own() -> None:
    many = tuple(NOTE.model_copy(update={"note_id": f"note-{number}"}) for number in range(5))
    center = MANNED.model_copy(update={"notes": many})
    assert [(choice.label, choice.deed) for choice in page(center).choices[1:]] == [("Notes: 5", Show(Page.NOTES))]
    assert len(notes.notes(scene(center), {}).choices) == 5


@pytest.mark.parametrize(
    ("center", "said"),
    [
        (MANNED, ""),
        (MANNED.model_copy(update={"handover": ACKNOWLEDGED}), ""),
        (MANNED.model_copy(update={"handover": SIGNED}), "! Handover of Asel, 11:50, waits: F9"),
    ],
)
def test_a_handover_that_waits_is_told_in_one_line(center: WorkCenterView, said: str) -> None:
    assert handover.told(scene(center)) == said


# --- Notes ---


def test_an_overdue_note_is_marked() -> None:
    center = MANNED.model_copy(update={"notes": (NOTE, OVERDUE)})
    assert [choice.marked for choice in notes.choices(scene(center))] == [False, True]


def test_a_note_is_shown_in_full_and_enter_closes_it() -> None:
    sheet = notes.note(scene(MANNED.model_copy(update={"notes": (NOTE,)})), {"note_id": "note-1"})
    assert isinstance(sheet, Sheet)
    assert sheet.lines == (NOTE.text, "Technician, by 04.03 16:00", "Written: Asel, 04.03 10:00.")
    assert sent(sheet) == "close_note"


def test_a_note_that_somebody_closed_meanwhile_is_left() -> None:
    assert notes.note(scene(MANNED), {"note_id": "note-1"}) == Note("This note is closed.")


def test_the_times_that_are_offered_end_with_the_shifts_as_far_as_anybody_knows() -> None:
    strip = StripView(since="2026-03-04T03:00:00.000Z", cell_s=60, cells="R", good_s=60, good=())
    center = MANNED.model_copy(update={"shift_end": "2026-03-04T15:00:00.000Z", "strip": strip})
    known = {"text": "x", "owner": "quality"}
    assert [choice.label for choice in notes.add_note(scene(center), known).choices] == [
        "This shift: 04.03 20:00",
        "Next shift: 05.03 08:00",
        "Tomorrow: 05.03 23:59",
        "No time is set",
    ]
    assert [choice.label for choice in notes.add_note(scene(MANNED), known).choices] == [
        "Tomorrow: 05.03 23:59",
        "No time is set",
    ]


def test_a_note_that_is_too_long_is_not_taken_before_the_rest_is_asked() -> None:
    field = notes.add_note(scene(MANNED), {}).field
    assert field is not None
    assert isinstance(field.take("x" * 121), Note)
    assert isinstance(field.take("   "), Note)
    assert field.take("  two   words ") == Show(Page.ADD_NOTE, {"text": "two words"})


async def test_a_note_is_typed_and_two_digits_say_who_and_until_when(socket: Path) -> None:
    agent = FakeAgent(showing(MANNED))
    async with agent.serving(socket), operating(socket) as operator:
        await operator.sees("ONLINE")
        await operator.press("f9", "1")
        await operator.sees("What must the next crew know?")
        await type_slowly(operator, "жам 3")
        await operator.press("enter")
        await operator.sees("Who is to do it?")
        await operator.press("3")
        await operator.sees("Until when?")
        await operator.press("2")
        await eventually(lambda: len(agent.received) == 1, "the note is sent")
        (body,) = agent.received
        assert isinstance(body, EntryBody)
        assert (body.action, body.arguments) == ("add_note", {"text": "жам 3", "owner": "supervisor"})
        await operator.sees("Add a note")


async def test_f9_and_enter_hand_over_and_a_second_enter_does_nothing(socket: Path) -> None:
    agent = FakeAgent(showing(MANNED))
    async with agent.serving(socket), operating(socket) as operator:
        await operator.sees("ONLINE")
        await operator.press("f9")
        await operator.sees("Enter: Sign: I hand the shift over")
        await operator.press("enter", "enter")
        await operator.sees("√ ACCEPTED")
        assert [body.action for body in agent.received if isinstance(body, EntryBody)] == ["sign_handover"]
