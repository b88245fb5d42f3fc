"""The terminal at work, against an agent on a real socket."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal

import pytest
from textual import events

from agent.core.errors import ConfigurationError
from agent.core.terminal_settings import TerminalSettings
from agent.core.views import EntryBody, Reply, ScanBody
from agent.core.work_center_view import ScanView
from agent.tui.app import run_terminal
from agent.tui.hand import HELD_S
from agent.tui.meanings import Scanned
from agent.tui.sheets.sheet import Page
from tests.tui.fake_agent import FakeAgent
from tests.tui.operating import Operator, eventually, operating, settled, type_slowly
from tests.tui.views import CENTER, NOON, OTHER, REASONS, STOP, STOPPED, UNRELEASED, VIEW, showing

REFUSED = Reply(accepted=False, code="UNKNOWN_CODE", message="'X-1' is no code of this site. Scan the label again.")


def sent(agent: FakeAgent) -> list[tuple[object, ...]]:
    """What the agent was sent, without the ids."""
    return [
        (body.wc_id, body.action, body.arguments)
        if isinstance(body, EntryBody)
        else (body.wc_id, body.text, "manual" if body.manual else "scanned")
        for body in agent.received
        if isinstance(body, EntryBody | ScanBody)
    ]


async def until_sent(agent: FakeAgent, *expected: tuple[object, ...]) -> None:
    await eventually(lambda: len(agent.received) >= len(expected), f"the agent gets {expected}")
    assert sent(agent) == list(expected)


async def test_the_run_page_says_where_what_how_many_and_since_when(socket: Path) -> None:
    async with FakeAgent(VIEW).serving(socket), operating(socket) as operator:
        for text in ("WC-12   PO-1001 / 20", "● ONLINE", "since 11:47:33", "GOOD  1,240", "SCRAP  8", "62 %"):
            await operator.sees(text)
        await operator.sees("Lots: P-001, CABLE-77   Last serial: SN000123")
        await operator.sees("11:57:12  Lot loaded  CABLE-77")


async def test_a_scan_is_sent_word_for_word_with_its_separators(socket: Path) -> None:
    agent = FakeAgent(VIEW)
    async with agent.serving(socket), operating(socket) as operator:
        await operator.sees("ONLINE")
        operator.scan("]d2010952123454321310P-001\x1d21SN000123")
        await until_sent(agent, ("WC-12", "]d2010952123454321310P-001\x1d21SN000123", "scanned"))
        await operator.sees("√ ACCEPTED  done")


async def test_a_code_that_is_cut_off_is_refused_aloud_and_not_sent(socket: Path) -> None:
    agent = FakeAgent(VIEW)
    async with agent.serving(socket), operating(socket) as operator:
        rings: list[bool] = []
        operator.terminal.desk._ring = lambda: rings.append(True)
        await operator.sees("ONLINE")
        operator.scan("LOT:P-0", suffix="")
        await operator.sees("× REFUSED  The code was cut off, nothing of it was taken. Scan it again.")
        assert (rings, agent.received) == ([True], [])


async def test_pasted_text_is_refused_since_terminals_drop_separators_from_it(socket: Path) -> None:
    agent = FakeAgent(VIEW)
    async with agent.serving(socket), operating(socket) as operator:
        await operator.sees("ONLINE")
        operator.terminal.post_message(events.Paste("0109521234543213\x1d10AB"))
        await operator.sees("× REFUSED  Pasted text is not taken, since it may lack characters.")
        operator.scan("SN:0001")
        await until_sent(agent, ("WC-12", "SN:0001", "scanned"))


async def test_a_code_longer_than_any_label_is_refused(socket: Path) -> None:
    agent = FakeAgent(VIEW)
    async with agent.serving(socket), operating(socket) as operator:
        await operator.sees("ONLINE")
        operator.terminal.desk.take(Scanned("10" + "AB" * 2048), 0.0)
        operator.terminal.draw()
        await operator.sees("A code of 4098 characters is no label, nothing was taken.")
        assert agent.received == []


@pytest.mark.parametrize("key", ["f8", "f2", "left", "backspace", "escape"])
async def test_a_key_in_the_midst_of_a_code_makes_it_doubtful(socket: Path, key: str) -> None:
    agent = FakeAgent(VIEW)
    async with agent.serving(socket), operating(socket) as operator:
        await operator.sees("ONLINE")
        operator.scan("0109521234543213", suffix="")
        operator.terminal.post_message(events.Key(key, None))
        operator.scan("10AB")
        await operator.sees("× REFUSED  A key came in the midst of the code, nothing was taken.")
        assert agent.received == []


@pytest.mark.parametrize(("prefix", "key"), [("\x02", "ctrl+b"), ("f13", "f13")])
async def test_with_a_prefix_a_code_is_a_code_whatever_its_pace(socket: Path, prefix: str, key: str) -> None:
    agent = FakeAgent(showing(STOPPED))
    settings = TerminalSettings(scan_by="prefix", scan_prefix=prefix)
    async with agent.serving(socket), operating(socket, settings=settings) as operator:
        await operator.sees("Why? Press a digit")
        await operator.press(key, "3", "7", "ctrl+right_square_bracket", "2", "enter")
        await until_sent(agent, ("WC-12", "37\x1d2", "scanned"))
        await operator.press("2")
        await until_sent(
            agent,
            ("WC-12", "37\x1d2", "scanned"),
            ("WC-12", "set_reason", {"code": "TECH", "stop_id": "stop-7"}),
        )


@pytest.mark.parametrize("key", ["f1", "f2", "f7"])
async def test_a_scan_is_a_scan_on_every_page_and_its_letters_and_digits_are_no_commands(
    socket: Path, key: str
) -> None:
    agent = FakeAgent(showing(STOPPED))
    async with agent.serving(socket), operating(socket) as operator:
        await operator.sees("Why? Press a digit")
        await operator.press(key)
        operator.scan("123456q7")
        await until_sent(agent, ("WC-12", "123456q7", "scanned"))
        assert operator.terminal.desk.path.page is not Page.RUN


async def test_a_typed_code_stands_in_its_line_and_goes_on_enter_as_manual(socket: Path) -> None:
    agent = FakeAgent(VIEW)
    async with agent.serving(socket), operating(socket) as operator:
        await operator.sees("ONLINE")
        await type_slowly(operator, "P-02")
        await operator.press("backspace", "1")
        await operator.sees("› P-01▏")
        await operator.press("enter")
        await until_sent(agent, ("WC-12", "P-01", "manual"))
        await operator.sees("› Scan a code")


async def test_escape_clears_the_typed_line(socket: Path) -> None:
    async with FakeAgent(VIEW).serving(socket), operating(socket) as operator:
        await operator.sees("ONLINE")
        await type_slowly(operator, "AB")
        await operator.sees("› AB▏")
        await operator.press("escape")
        await operator.sees("› Scan a code")


async def test_a_refusal_is_shown_and_rings(socket: Path) -> None:
    async with FakeAgent(VIEW, reply=REFUSED).serving(socket), operating(socket) as operator:
        rings: list[bool] = []
        operator.terminal.desk._ring = lambda: rings.append(True)
        await operator.sees("ONLINE")
        operator.scan("X-1X-1")
        await operator.sees("× REFUSED  'X-1' is no code of this site. Scan the label again.")
        assert rings == [True]


async def test_a_scan_by_a_reader_of_the_agent_is_shown_and_that_of_this_terminal_not_twice(socket: Path) -> None:
    agent = FakeAgent(VIEW, reply=REFUSED)
    async with agent.serving(socket), operating(socket) as operator:
        rings: list[bool] = []
        operator.terminal.desk._ring = lambda: rings.append(True)
        await operator.sees("ONLINE")
        operator.scan("X-1X-1")
        await operator.sees("REFUSED")
        own = ScanView(time=NOON, text="X-1X-1", reader="terminal", accepted=False, code="UNKNOWN_CODE", message="own")
        agent.show(showing(CENTER.model_copy(update={"last_scan": own})))
        other = own.model_copy(update={"text": "Y-1", "message": "'Y-1' is no code of this site."})
        agent.show(showing(CENTER.model_copy(update={"last_scan": other})))
        await operator.sees("× REFUSED  'Y-1' is no code of this site.")
        assert rings == [True, True]


async def test_a_reader_is_heard_with_a_code_that_was_scanned_here_before_too(socket: Path) -> None:
    agent = FakeAgent(VIEW, reply=REFUSED)
    async with agent.serving(socket), operating(socket) as operator:
        await operator.sees("ONLINE")
        operator.scan("X-1X-1")
        await operator.sees("REFUSED")
        scan = ScanView(time=NOON, text="X-1X-1", reader="gun", accepted=False, code="NO_ORDER", message="Start one.")
        agent.show(showing(CENTER.model_copy(update={"last_scan": scan})))
        await operator.sees("× REFUSED  Start one.")


async def test_a_badge_is_sent_but_its_text_is_never_on_the_screen(socket: Path) -> None:
    agent = FakeAgent(VIEW.model_copy(update={"badge_pattern": "BDG:(?P<badge>.+)"}), lose_answers=9)
    async with agent.serving(socket), operating(socket) as operator:
        await operator.sees("ONLINE")
        operator.scan("BDG:4711")
        await operator.sees("(badge): ")
        assert "4711" not in operator.screen()


async def test_a_stop_that_wants_its_reason_appears_by_itself_and_a_digit_gives_it(socket: Path) -> None:
    agent = FakeAgent(VIEW)
    async with agent.serving(socket), operating(socket, language="ru") as operator:
        await operator.sees("НА СВЯЗИ")
        assert "Почему?" not in operator.screen()
        agent.show(showing(STOPPED))
        await operator.sees("■ Простой с 11:51   Почему? Нажмите цифру")
        await operator.sees("4  Износ или поломка инструмента")
        await operator.press("4")
        await until_sent(agent, ("WC-12", "set_reason", {"code": "TOOL", "stop_id": "stop-7"}))
        explained = STOP.model_copy(update={"reason_code": "TOOL"})
        agent.show(showing(STOPPED.model_copy(update={"stop": explained})))
        await operator.sees("Причина: Износ или поломка инструмента")
        await operator.sees_no_more("Почему?")


async def test_reasons_beyond_nine_stand_on_the_next_sheet(socket: Path) -> None:
    tenth = REASONS[0].model_copy(update={"code": "TEN", "text": {"en": "The tenth"}})
    agent = FakeAgent(showing(STOPPED).model_copy(update={"reasons": (*REASONS, tenth)}))
    async with agent.serving(socket), operating(socket) as operator:
        await operator.sees("F2: more")
        await operator.press("f2")
        await operator.sees("0: more")
        await operator.press("0")
        await operator.sees("1  The tenth")
        await operator.press("1")
        await until_sent(agent, ("WC-12", "set_reason", {"code": "TEN", "stop_id": "stop-7"}))


async def test_without_a_stop_there_is_nothing_to_explain(socket: Path) -> None:
    agent = FakeAgent(VIEW)
    async with agent.serving(socket), operating(socket) as operator:
        await operator.sees("ONLINE")
        await operator.press("f2")
        await operator.sees("! NOTE  There is no stop to explain.")
        assert agent.received == []


async def test_finishing_an_operation_asks_first(socket: Path) -> None:
    agent = FakeAgent(VIEW)
    async with agent.serving(socket), operating(socket) as operator:
        await operator.sees("ONLINE")
        await operator.press("f7")
        await operator.sees("Enter: Finish PO-1001 / 20")
        await operator.press("enter")
        await operator.sees("Good 1,240, scrap 8, planned 2,000 pcs.")
        assert agent.received == []
        # As a person reads it; sooner it would be a key held down.
        await operator.pilot.pause(2 * HELD_S)
        await operator.press("enter")
        await until_sent(agent, ("WC-12", "complete_operation", {"order_id": "PO-1001", "op_no": "20"}))
        assert operator.terminal.desk.path.page is Page.RUN


async def test_the_enter_of_a_scan_never_answers_a_question(socket: Path) -> None:
    agent = FakeAgent(VIEW)
    async with agent.serving(socket), operating(socket) as operator:
        await operator.sees("ONLINE")
        await operator.press("f7", "enter")
        await operator.sees("Finish PO-1001 / 20?")
        operator.scan("SN:0001\r")
        await until_sent(agent, ("WC-12", "SN:0001", "scanned"))
        await operator.sees("Finish PO-1001 / 20?")


async def test_a_digit_picks_an_order_and_enter_starts_it(socket: Path) -> None:
    agent = FakeAgent(showing(CENTER.model_copy(update={"order": None})))
    async with agent.serving(socket), operating(socket) as operator:
        await operator.sees("No order")
        await operator.press("f7")
        await operator.sees("! NOT RELEASED")
        await operator.press("2")
        await operator.sees("Enter: Start PO-1003 / 20")
        await operator.press("enter")
        await until_sent(agent, ("WC-12", "start_operation", {"order_id": UNRELEASED.order_id, "op_no": "20"}))


async def touched(operator: Operator, selector: str) -> None:
    """Touches a line once it stands still: its height and its place follow the room that is left."""
    line = operator.terminal.screen.query_one(selector)
    places = [line.region]
    while len(places) < 5 or len(set(places[-5:])) > 1 or not line.region.height:
        await settled(operator.terminal)
        places.append(line.region)
    await operator.pilot.click(selector)


async def test_a_finger_does_what_keys_do(socket: Path) -> None:
    agent = FakeAgent(VIEW)
    async with agent.serving(socket), operating(socket) as operator:
        await operator.sees("ONLINE")
        await operator.pilot.click("#key-f7")
        await operator.sees("Enter: Finish")
        await touched(operator, "#sheet-primary")
        await operator.sees("Finish PO-1001 / 20?")
        await touched(operator, "#sheet-primary")
        await until_sent(agent, ("WC-12", "complete_operation", {"order_id": "PO-1001", "op_no": "20"}))


@pytest.mark.parametrize("key", ["tab", "f12"])
async def test_a_key_switches_the_work_center_and_scans_go_to_the_one_shown(
    socket: Path, key: Literal["tab", "f12"]
) -> None:
    agent = FakeAgent(showing(CENTER, OTHER))
    async with agent.serving(socket), operating(socket) as operator:
        await operator.sees("WC-12 (1/2)")
        await operator.press(key)
        await operator.sees("WC-13 (2/2)")
        operator.scan("SN:0001")
        await until_sent(agent, ("WC-13", "SN:0001", "scanned"))


async def test_an_unknown_work_center_takes_no_scans(socket: Path) -> None:
    agent = FakeAgent(showing(CENTER, OTHER))
    async with agent.serving(socket), operating(socket, center="WC-99") as operator:
        await operator.sees("This agent has no work center 'WC-99'. F12 shows those it has.")
        operator.scan("SN:0001")
        await operator.sees("SN:0001: not taken, no work center is shown.")
        await operator.press("f12")
        await operator.sees("WC-12 (1/2)")
        assert agent.received == []


async def test_the_language_changes_at_once(socket: Path) -> None:
    async with FakeAgent(VIEW).serving(socket), operating(socket) as operator:
        await operator.sees("ONLINE")
        await operator.press("f11")
        await operator.sees("НА СВЯЗИ")
        await operator.press("f11")
        await operator.sees("БАЙЛАНЫСТА")


async def test_a_lost_agent_is_shown_over_the_last_picture_and_found_again(socket: Path) -> None:
    agent = FakeAgent(VIEW)
    async with operating(socket) as operator:
        await operator.sees("Looking for the agent…")
        async with agent.serving(socket):
            await operator.sees("GOOD  1,240")
            await operator.sees_no_more("Looking for the agent…")
        await operator.sees("— nothing is lost that was confirmed")
        assert re.search(r"AGENT NOT REACHABLE since 12:00:\d\d", operator.screen())
        await operator.sees("GOOD  1,240")
        async with agent.serving(socket):
            await operator.sees_no_more("NOT REACHABLE")


async def test_a_scan_made_while_the_agent_is_away_waits_and_is_delivered_once(socket: Path) -> None:
    agent = FakeAgent(VIEW, lose_answers=1)
    async with operating(socket, center="WC-12") as operator:
        async with FakeAgent(VIEW).serving(socket):
            await operator.sees("ONLINE")
        await operator.sees("NOT REACHABLE")
        operator.scan("SN:0001")
        await operator.sees("… WAITING  SN:0001: waiting for the agent… It will be repeated. Esc gives up.")
        async with agent.serving(socket):
            await operator.sees("√ ACCEPTED")
    first, second = agent.received
    assert isinstance(first, ScanBody)
    assert first == second


async def test_giving_up_says_that_it_is_not_known(socket: Path) -> None:
    async with operating(socket) as operator:
        async with FakeAgent(VIEW).serving(socket):
            await operator.sees("ONLINE")
        await operator.sees("NOT REACHABLE")
        operator.scan("SN:0001")
        await operator.sees("waiting for the agent…")
        await operator.press("escape")
        await operator.sees("? NOT KNOWN  SN:0001: it is not known whether the agent has it.")


async def test_the_terminal_does_not_quit_while_an_entry_waits(socket: Path) -> None:
    async with operating(socket) as operator:
        async with FakeAgent(VIEW).serving(socket):
            await operator.sees("ONLINE")
        await operator.sees("NOT REACHABLE")
        operator.scan("SN:0001")
        await operator.sees("waiting for the agent…")
        await operator.press("ctrl+q")
        await operator.sees("! NOTE  Not yet: entries without an answer: 1. Esc gives up.")
        await operator.press("escape")
        await operator.sees("NOT KNOWN")
        await operator.press("ctrl+q")
        await eventually(lambda: operator.terminal._exit, "the terminal ends")


def test_an_unknown_language_is_refused_with_those_there_are(socket: Path) -> None:
    with pytest.raises(ConfigurationError, match="does not speak 'de'; expected one of en, ru, kk"):
        run_terminal(socket, None, "de")
