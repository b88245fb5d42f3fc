"""Who works here, signing on without a badge, and what whoever acts has no right to."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent.core.people.crew import LetIn
from agent.core.views import EntryBody, Reply, ScanBody, SignOnBody
from agent.core.work_center_view import WorkCenterView
from agent.tui.sheets import crew, rights
from agent.tui.sheets.sheet import Choice, Note, Page, Primary, Send, Sheet, Show, SignOn
from tests.tui.fake_agent import FakeAgent
from tests.tui.operating import eventually, operating, type_slowly
from tests.tui.people import ASEL, MANNED, MARAT
from tests.tui.test_handover_page import scene
from tests.tui.views import CENTER, LOCKED, PIN_ASKED, showing

# --- The crew ---


def test_who_acts_is_marked_and_everybody_can_leave_at_once() -> None:
    sheet = crew.crew(scene(MANNED), {})
    assert [(choice.label, choice.marked) for choice in sheet.choices] == [
        ("Marat   other work   since 11:30", False),
        ("Asel   works on the order   since 06:00", True),
        ("Everybody signs off", False),
    ]
    assert sheet.primary == Primary("Sign on by PIN", Show(Page.SIGN_ON))


def test_who_showed_a_badge_at_this_terminal_acts_here() -> None:
    marked = [choice.marked for choice in crew.crew(scene(MANNED, let_in="OP-8"), {}).choices]
    assert marked == [True, False, False]


def test_who_was_let_in_and_left_acts_no_more() -> None:
    assert scene(MANNED, let_in="OP-9").acting == ASEL
    assert scene(CENTER, let_in="OP-9").acting is None


def test_one_says_for_oneself_alone_what_one_works_on_and_anybody_can_be_signed_off() -> None:
    own = crew.person(scene(MANNED), {"operator_id": "OP-7"})
    other = crew.person(scene(MANNED), {"operator_id": "OP-8"})
    assert isinstance(own, Sheet)
    assert isinstance(other, Sheet)
    change = Send("Asel: other work", "sign_on", {"operator_id": "OP-7", "activity": "indirect"}, Show(Page.CREW))
    assert own.choices == (Choice("Asel: other work", change),)
    assert other.choices == ()
    leave = Send("Sign off Marat", "sign_off", {"operator_id": "OP-8"}, Show(Page.CREW))
    assert other.primary == Primary("Sign off Marat", leave)


def test_somebody_who_left_meanwhile_has_no_page() -> None:
    assert isinstance(crew.person(scene(MANNED), {"operator_id": "OP-9"}), Note)


def test_a_pin_is_in_no_text_of_a_deed() -> None:
    field = crew.sign_on(scene(MANNED), {"operator_id": "OP-7"}).field
    assert field is not None
    deed = field.take("8642")
    assert deed == SignOn("OP-7", "8642")
    assert "8642" not in repr(deed)


# --- By PIN, without a badge ---


@pytest.mark.parametrize("center", [LOCKED.model_copy(update={"crew": (ASEL,)}), LOCKED])
async def test_at_the_lock_a_number_and_a_pin_unlock_and_the_pin_stands_nowhere(
    socket: Path, center: WorkCenterView
) -> None:
    agent = FakeAgent(showing(center))
    async with agent.serving(socket), operating(socket) as operator:
        await operator.sees("› Scan your badge, or type your number and press Enter")
        await type_slowly(operator, "2002")
        await operator.press("enter")
        await operator.sees("› Type your PIN and press Enter")
        assert "2002" not in operator.screen(), "it may have been a PIN"
        await type_slowly(operator, "8642")
        await operator.sees("› ••••▏")
        await operator.press("enter")
        await eventually(lambda: len(agent.received) == 1, "the PIN is sent")
        (body,) = agent.received
        assert isinstance(body, SignOnBody)
        assert (body.operator_id, body.pin) == ("2002", "8642")
        assert "8642" not in operator.screen()


async def test_escape_at_the_pin_leads_back_to_the_lock(socket: Path) -> None:
    agent = FakeAgent(showing(LOCKED))
    async with agent.serving(socket), operating(socket) as operator:
        await operator.sees("Locked: scan your badge")
        await type_slowly(operator, "2002")
        await operator.press("enter")
        await operator.sees("› Type your PIN")
        await type_slowly(operator, "86")
        await operator.press("escape", "escape")
        await operator.sees("Locked: scan your badge")
        assert (operator.terminal.desk.wedge.line, agent.received) == ("", [])


async def test_half_a_pin_is_dropped_when_somebody_elses_is_asked_for(socket: Path) -> None:
    agent = FakeAgent(showing(LOCKED))
    async with agent.serving(socket), operating(socket) as operator:
        await operator.sees("Locked: scan your badge")
        await type_slowly(operator, "2002")
        await operator.press("enter")
        await type_slowly(operator, "86")
        await operator.sees("› ••▏")
        agent.show(showing(PIN_ASKED))
        await operator.sees("› Asel: type your PIN and press Enter")
        assert operator.terminal.desk.wedge.line == ""


async def test_after_a_wrong_pin_only_the_pin_is_asked_for_again(socket: Path) -> None:
    wrong = Reply(accepted=False, code="PIN_WRONG", message="That is not the PIN.")
    agent = FakeAgent(showing(LOCKED), reply=wrong)
    async with agent.serving(socket), operating(socket) as operator:
        await operator.sees("Locked: scan your badge")
        await type_slowly(operator, "2002")
        await operator.press("enter")
        await type_slowly(operator, "1")
        await operator.press("enter")
        await operator.sees("× REFUSED  That is not the PIN.")
        await operator.sees("› Type your PIN and press Enter")
        await type_slowly(operator, "2")
        await operator.press("enter")
        await eventually(lambda: len(agent.received) == 2, "another PIN is sent")
        assert [body.operator_id for body in agent.received if isinstance(body, SignOnBody)] == ["2002", "2002"]


async def test_a_badge_at_the_pin_is_a_badge(socket: Path) -> None:
    agent = FakeAgent(showing(LOCKED))
    async with agent.serving(socket), operating(socket) as operator:
        await operator.sees("Locked: scan your badge")
        await type_slowly(operator, "2002")
        await operator.press("enter")
        await operator.sees("› Type your PIN")
        operator.scan("BDG:4711")
        await eventually(lambda: len(agent.received) == 1, "the badge is sent")
        assert isinstance(agent.received[0], ScanBody)


async def test_who_is_let_in_at_this_terminal_acts_until_it_is_locked(socket: Path) -> None:
    let_in = LetIn(operator_id="OP-8", number=1)
    agent = FakeAgent(showing(MANNED), reply=Reply(accepted=True, code="ok", message="", let_in=let_in))
    async with agent.serving(socket), operating(socket) as operator:
        await operator.sees("ONLINE")
        acting = operator.terminal.desk

        def who() -> str | None:
            now = acting.scene(0.0)
            return now.acting.operator_id if now and now.acting else None

        operator.scan("BDG:4711")
        await eventually(lambda: who() == MARAT.operator_id, "Marat acts")
        agent.show(showing(MANNED.model_copy(update={"locked": True})))
        await operator.sees("Locked: scan your badge")
        agent.show(showing(MANNED))
        await eventually(lambda: who() == ASEL.operator_id, "who signed on last acts")


# --- Rights ---


def test_what_whoever_acts_has_no_right_to_is_marked_and_can_be_tried_all_the_same() -> None:
    deed, free = Send("Abort", "abort_operation", {}), Send("Start", "start_operation", {})
    sheet = Sheet("", choices=(Choice("Abort", deed), Choice("Start", free)), primary=Primary("Abort", deed))
    marked = rights.marked(sheet, scene(MANNED.model_copy(update={"barred": ("abort_operation",)})))
    assert [(choice.label, choice.deed) for choice in marked.choices] == [
        ("× NO RIGHT  Abort", deed),
        ("Start", free),
    ]
    assert marked.primary == Primary("× NO RIGHT  Abort", deed)
    assert rights.marked(sheet, scene(MANNED)) is sheet


async def test_every_page_shows_what_is_barred(socket: Path) -> None:
    agent = FakeAgent(showing(MANNED.model_copy(update={"barred": ("sign_handover",)})))
    async with agent.serving(socket), operating(socket) as operator:
        await operator.sees("ONLINE")
        await operator.press("f9")
        await operator.sees("Enter: × NO RIGHT  Sign: I hand the shift over")
        await operator.press("enter")
        await eventually(lambda: len(agent.received) == 1, "it is tried")
        assert isinstance(agent.received[0], EntryBody)
