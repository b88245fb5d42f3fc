"""A terminal that is locked, asks for a PIN, or asks a question of a command card."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from agent.core.views import EntryBody, Reply, ScanBody, SignOnBody
from agent.core.work_center_view import ScanView
from agent.tui.meanings import Typed
from agent.tui.sheets.sheet import Page
from tests.tui.fake_agent import FakeAgent
from tests.tui.operating import eventually, operating, type_slowly
from tests.tui.views import ASKING, CENTER, LOCKED, NOON, PIN_ASKED, STOPPED, VIEW, showing


def entries(agent: FakeAgent) -> list[tuple[str, dict[str, str]]]:
    return [(body.action, body.arguments) for body in agent.received if isinstance(body, EntryBody)]


# --- Locked ---


async def test_a_locked_work_center_says_so_and_still_shows_its_machine(socket: Path) -> None:
    async with FakeAgent(showing(LOCKED)).serving(socket), operating(socket) as operator:
        await operator.sees("Locked: scan your badge")
        await operator.sees("since 11:51:10")
        assert "Why? Press a digit" not in operator.screen()


@pytest.mark.parametrize("key", ["f2", "f7", "enter"])
async def test_keys_of_production_do_nothing_at_a_locked_work_center_but_say_so(socket: Path, key: str) -> None:
    agent = FakeAgent(showing(LOCKED))
    async with agent.serving(socket), operating(socket) as operator:
        await operator.sees("Locked: scan your badge")
        await operator.press(key)
        await operator.sees("! NOTE  Locked: scan your badge first.")
        assert operator.terminal.desk.shown is Page.LOCKED
        assert agent.received == []


async def test_a_digit_gives_no_reason_at_a_locked_work_center(socket: Path) -> None:
    agent = FakeAgent(showing(LOCKED))
    async with agent.serving(socket), operating(socket) as operator:
        await operator.sees("Locked: scan your badge")
        await operator.press("3")
        await operator.sees("› 3▏")
        assert agent.received == []


async def test_a_scan_at_a_locked_work_center_goes_to_the_agent_which_knows_badges(socket: Path) -> None:
    agent = FakeAgent(showing(LOCKED))
    async with agent.serving(socket), operating(socket) as operator:
        await operator.sees("Locked: scan your badge")
        operator.scan("BDG:4711")
        await eventually(lambda: len(agent.received) == 1, "the badge is sent")
        agent.show(showing(CENTER))
        await operator.sees_no_more("Locked")


async def test_f10_locks(socket: Path) -> None:
    agent = FakeAgent(VIEW)
    async with agent.serving(socket), operating(socket) as operator:
        await operator.sees("F10 Lock")
        await operator.press("f7", "f10")
        await eventually(lambda: entries(agent) == [("lock", {})], "the lock is sent")
        agent.show(showing(LOCKED))
        await operator.sees("Locked: scan your badge")
        agent.show(showing(CENTER))
        await operator.sees("GOOD  1,240")


async def test_help_opens_at_a_locked_work_center(socket: Path) -> None:
    async with FakeAgent(showing(LOCKED)).serving(socket), operating(socket) as operator:
        await operator.sees("Locked: scan your badge")
        await operator.press("f1")
        await operator.sees("F10 locks until a badge is scanned")
        await operator.press("escape")
        await operator.sees("Locked: scan your badge")


# --- PIN ---


async def test_a_pin_is_sent_to_sign_on_and_stands_nowhere(socket: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    agent = FakeAgent(showing(PIN_ASKED))
    async with agent.serving(socket), operating(socket) as operator:
        await operator.sees("Asel: type your PIN and press Enter")
        await type_slowly(operator, "8642")
        await operator.sees("› ••••▏")
        await operator.press("enter")
        await eventually(lambda: len(agent.received) == 1, "the PIN is sent")
        (body,) = agent.received
        assert isinstance(body, SignOnBody)
        assert (body.wc_id, body.operator_id, body.pin) == ("WC-12", "OP-7", "8642")
        await operator.sees("√ ACCEPTED")
        assert "8642" not in operator.screen() + caplog.text + repr(body) + repr(Typed("8642"))


async def test_half_a_pin_is_dropped_when_its_time_is_over(socket: Path) -> None:
    agent = FakeAgent(showing(PIN_ASKED))
    async with agent.serving(socket), operating(socket) as operator:
        await operator.sees("Asel: type your PIN and press Enter")
        await type_slowly(operator, "86")
        await operator.sees("› ••▏")
        agent.show(showing(LOCKED))
        await operator.sees("› Scan your badge, or type your number and press Enter")
        assert operator.terminal.desk.wedge.line == ""
        await operator.press("enter")
        assert agent.received == []


async def test_a_pin_that_comes_in_one_lump_as_through_ssh_is_a_pin_all_the_same(socket: Path) -> None:
    agent = FakeAgent(showing(PIN_ASKED))
    async with agent.serving(socket), operating(socket) as operator:
        await operator.sees("Asel: type your PIN and press Enter")
        operator.scan("8642")
        await eventually(lambda: len(agent.received) == 1, "the PIN is sent")
        (body,) = agent.received
        assert isinstance(body, SignOnBody)
        operator.scan("BDG:8642")
        await eventually(lambda: len(agent.received) == 2, "another badge is sent")
        assert isinstance(agent.received[1], ScanBody)


async def test_what_is_typed_at_a_locked_work_center_may_be_a_pin_and_goes_nowhere(socket: Path) -> None:
    agent = FakeAgent(showing(LOCKED).model_copy(update={"badge_pattern": "BDG:(?P<badge>.+)"}))
    async with agent.serving(socket), operating(socket) as operator:
        await operator.sees("Locked: scan your badge")
        await type_slowly(operator, "8642")
        await operator.press("enter")
        await operator.sees("› Type your PIN and press Enter")
        assert "8642" not in operator.screen()
        assert agent.received == []
        await operator.press("escape")
        await operator.sees("Locked: scan your badge")
        await type_slowly(operator, "BDG:47")
        await operator.press("enter")
        await eventually(lambda: len(agent.received) == 1, "a typed badge is sent")


async def test_the_first_digit_of_a_pin_picks_nothing(socket: Path) -> None:
    agent = FakeAgent(showing(STOPPED.model_copy(update={"pin_asked": PIN_ASKED.pin_asked})))
    async with agent.serving(socket), operating(socket) as operator:
        await operator.sees("Asel: type your PIN and press Enter")
        await operator.press("3")
        await operator.sees("› •▏")
        assert agent.received == []


async def test_a_typed_badge_is_hidden_while_it_is_typed(socket: Path) -> None:
    agent = FakeAgent(VIEW.model_copy(update={"badge_pattern": "BDG:(?P<badge>.+)"}))
    async with agent.serving(socket), operating(socket) as operator:
        await operator.sees("ONLINE")
        await type_slowly(operator, "BDG:47")
        await operator.sees("› BDG:••▏")


# --- Questions ---


async def test_a_question_of_a_card_is_shown_in_the_operators_language_and_enter_answers_it(socket: Path) -> None:
    agent = FakeAgent(showing(ASKING))
    async with agent.serving(socket), operating(socket, language="ru") as operator:
        await operator.sees("Завершить заказ PO-1001? Сканируйте OK или CANCEL.")
        await operator.sees("Enter: Да")
        await operator.press("enter", "enter")
        await eventually(lambda: entries(agent) == [("confirm", {})], "the answer is sent")
        await operator.sees_no_more("Enter: Да")
        agent.show(showing(CENTER))
        await operator.sees("ГОДНЫЕ  1\N{NO-BREAK SPACE}240")
        assert entries(agent) == [("confirm", {})]


async def test_escape_says_no(socket: Path) -> None:
    agent = FakeAgent(showing(ASKING))
    async with agent.serving(socket), operating(socket) as operator:
        await operator.sees("Finish order PO-1001?")
        await operator.press("escape")
        await eventually(lambda: entries(agent) == [("cancel", {})], "the answer is sent")


async def test_an_answer_that_was_refused_leaves_the_question_there(socket: Path) -> None:
    refused = Reply(accepted=False, code="NEEDS_SUPERVISOR", message="Only supervisor may do this.")
    agent = FakeAgent(showing(ASKING), reply=refused)
    async with agent.serving(socket), operating(socket) as operator:
        await operator.sees("Finish order PO-1001?")
        await operator.press("enter")
        await operator.sees("× REFUSED  Only supervisor may do this.")
        await operator.sees("Finish order PO-1001?")


@pytest.mark.parametrize("view", [showing(ASKING), showing(LOCKED), showing(PIN_ASKED)])
async def test_a_scan_goes_through_whatever_is_asked_and_its_enter_answers_nothing(socket: Path, view: object) -> None:
    agent = FakeAgent(VIEW)
    async with agent.serving(socket), operating(socket) as operator:
        await operator.sees("ONLINE")
        agent.show(view)  # type: ignore[arg-type]
        await eventually(lambda: operator.terminal.desk.shown is not Page.RUN, "something is asked")
        operator.scan("1234567\r")
        await eventually(lambda: len(agent.received) == 1, "the scan is sent")
        assert agent.received[0].model_dump(include={"text", "manual"}) == {"text": "1234567", "manual": False}
        await operator.sees("√ ACCEPTED")
        assert len(agent.received) == 1


async def test_a_finger_answers_a_question(socket: Path) -> None:
    agent = FakeAgent(showing(ASKING))
    async with agent.serving(socket), operating(socket) as operator:
        await operator.sees("Finish order PO-1001?")
        await operator.pilot.click("#sheet-primary")
        await eventually(lambda: entries(agent) == [("confirm", {})], "the answer is sent")


async def test_the_help_card_opens_help_over_a_question_and_escape_leads_back_to_it(socket: Path) -> None:
    agent = FakeAgent(showing(ASKING), reply=Reply(accepted=True, code="HELP", message="Help is shown on the screen."))
    async with agent.serving(socket), operating(socket) as operator:
        await operator.sees("Finish order PO-1001?")
        operator.scan("%EA%HELP")
        await operator.sees("A refusal changes nothing.")
        await operator.press("escape")
        await operator.sees("Finish order PO-1001?")
        assert entries(agent) == []


async def test_the_help_card_at_another_reader_opens_help_too(socket: Path) -> None:
    agent = FakeAgent(VIEW)
    async with agent.serving(socket), operating(socket) as operator:
        await operator.sees("ONLINE")
        scan = ScanView(time=NOON, text="%EA%HELP", reader="gun", accepted=True, code="HELP", message="Help is shown.")
        agent.show(showing(CENTER.model_copy(update={"last_scan": scan})))
        await operator.sees("A refusal changes nothing.")


# --- What is said ---


@pytest.mark.parametrize(
    ("code", "accepted", "sign"), [("ECHO", True, "!"), ("ECHO", False, "!"), ("ALREADY_LOADED", True, "!")]
)
async def test_what_was_there_before_is_a_notice_and_rings_not(
    socket: Path, code: str, sign: str, *, accepted: bool
) -> None:
    reply = Reply(accepted=accepted, code=code, message="It counts once.")
    async with FakeAgent(VIEW, reply=reply).serving(socket), operating(socket) as operator:
        rings: list[bool] = []
        operator.terminal.desk._ring = lambda: rings.append(True)
        await operator.sees("ONLINE")
        operator.scan("SN:0001")
        await operator.sees(f"{sign} NOTE  It counts once.")
        assert rings == []


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "'X␝1' is no code of this site. Scan the label again."),
        ("ru", "Код «X␝1» здесь неизвестен. Сканируйте этикетку ещё раз."),
        ("kk", "«X␝1» коды мұнда белгісіз. Жапсырманы қайта сканерлеңіз."),
    ],
)
async def test_an_answer_is_said_in_the_operators_language(socket: Path, language: str, said: str) -> None:
    reply = Reply(
        accepted=False,
        code="UNKNOWN_CODE",
        message="'X\x1d1' is no code of this site. Scan the label again.",
        pattern="'{text}' is no code of this site. Scan the label again.",
        values={"text": "X\x1d1"},
    )
    async with FakeAgent(VIEW, reply=reply).serving(socket), operating(socket, language=language) as operator:  # type: ignore[arg-type]
        await eventually(lambda: operator.terminal.desk.scene(0.0) is not None, "the agent is found")
        operator.scan("X-1X-1")
        await operator.sees(said)


async def test_an_answer_that_this_terminal_does_not_know_is_said_in_english(socket: Path) -> None:
    reply = Reply(accepted=True, code="ok", message="Robot R2 fed.", pattern="Robot {name} fed.", values={"name": "R2"})
    async with FakeAgent(VIEW, reply=reply).serving(socket), operating(socket, language="ru") as operator:
        await operator.sees("НА СВЯЗИ")
        operator.scan("SN:0001")
        await operator.sees("√ ПРИНЯТО  Robot R2 fed.")
