"""What people do about people, notes, calls and handovers, to the fact, before a real agent."""

from __future__ import annotations

from pathlib import Path

from agent.tui.sheets.sheet import Page
from agent.tui.texts import translate
from agent.tui.wedge import LATE_SUFFIX_S
from tests.tui.operating import Operator, eventually, operating, type_slowly
from tests.tui.real_agent import RealAgent, a_real_agent
from tests.tui.real_floor import BADGES, OPERATOR, PINS, SUPERVISOR


async def signed_on(agent: RealAgent, operator: Operator, who: str) -> None:
    """Somebody scans a badge."""
    operator.scan(BADGES[who])
    await agent.shows(lambda center: center.crew[-1:] != () and center.crew[-1].operator_id == who, "signed on")


async def test_who_has_no_badge_signs_on_by_number_and_pin_at_the_lock(tmp_path: Path) -> None:
    async with a_real_agent(tmp_path) as agent, operating(agent.socket) as operator:
        await operator.sees("PRESS-1")
        await signed_on(agent, operator, OPERATOR)
        await operator.press("f10")
        await agent.shows(lambda center: center.locked, "it is locked")
        await eventually(lambda: operator.terminal.desk.shown is Page.LOCKED, "the lock is shown")
        await type_slowly(operator, OPERATOR)
        await operator.press("enter")
        await eventually(lambda: operator.terminal.desk.path.page is Page.SIGN_ON, "the PIN is asked for")
        await type_slowly(operator, PINS[OPERATOR])
        assert PINS[OPERATOR] not in operator.screen()
        await operator.press("enter")
        await agent.shows(lambda center: not center.locked, "it is open again")
        given = await agent.facts("labor.signed_on")
        assert [one["operator_id"] for one in given] == [OPERATOR]


async def test_who_signs_on_is_greeted_in_their_own_language(tmp_path: Path) -> None:
    async with a_real_agent(tmp_path) as agent, operating(agent.socket) as operator:
        await operator.sees("PRESS-1")
        await signed_on(agent, operator, OPERATOR)
        await operator.sees(translate("kk", "{name} signed on.").format(name="Aigerim S."))


async def test_a_call_is_one_digit_and_its_answer_another(tmp_path: Path) -> None:
    async with a_real_agent(tmp_path) as agent, operating(agent.socket) as operator:
        await operator.sees("PRESS-1")
        await signed_on(agent, operator, OPERATOR)
        await operator.press("f8", "1")
        (raised,) = await agent.facts_of("call.raised", 1)
        assert raised["role"] == "maintenance"
        await operator.press("f8", "5")
        (answered,) = await agent.facts_of("call.answered", 1)
        assert answered["call_id"] == raised["call_id"]
        await agent.shows(lambda center: center.calls == (), "nobody is called any more")


async def test_one_crew_signs_with_a_note_and_another_acknowledges_after_a_restart_of_the_agent(tmp_path: Path) -> None:
    async with a_real_agent(tmp_path) as agent, operating(agent.socket) as operator:
        await operator.sees("PRESS-1")
        await signed_on(agent, operator, OPERATOR)
        await operator.press("f9", "1")
        await eventually(lambda: operator.terminal.desk.path.page is Page.ADD_NOTE, "a note is asked for")
        await type_slowly(operator, "Look at valve 3")
        await operator.enter("enter", "1", "1")
        (note,) = await agent.facts_of("shift.note_recorded", 1)
        assert note["text"] == "Look at valve 3"
        await operator.press("f9")
        await operator.sees(translate("kk", "Sign: I hand the shift over"))
        await operator.enter("enter")
        (signed,) = await agent.facts_of("shift.handover", 1)
        await agent.stop()
        await agent.start()
        await signed_on(agent, operator, SUPERVISOR)
        await operator.press("f9")
        await operator.sees("Acknowledge: I have read it")
        # As a person reads it; sooner it would be one more suffix of the badge.
        await operator.pilot.pause(1.1 * LATE_SUFFIX_S)
        await operator.enter("enter")
        (read,) = await agent.facts_of("shift.handover_acknowledged", 1)
        assert read["handover_id"] == signed["handover_id"]
        assert len(await agent.facts("shift.handover")) == 1


async def test_the_crew_is_seen_from_help_and_everybody_signs_off(tmp_path: Path) -> None:
    async with a_real_agent(tmp_path) as agent, operating(agent.socket) as operator:
        await operator.sees("PRESS-1")
        await signed_on(agent, operator, OPERATOR)
        await signed_on(agent, operator, SUPERVISOR)
        await operator.press("f1", "5")
        await operator.sees("Crew")
        await operator.sees("Everybody signs off")
        await operator.press("3")
        await agent.shows(lambda center: center.crew == (), "nobody is signed on")
        assert len(await agent.facts("labor.signed_off")) == 2
