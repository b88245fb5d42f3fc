"""What people do about stops and orders at a terminal, to the facts that come of it at a real agent."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.tui.operating import operating, type_slowly
from tests.tui.real_agent import HAND, PRESS, RealAgent, a_real_agent

JAM = ("1", "1")
"""Keys of the group of the machine's reasons and of the first of them."""
WHY = "Why? Press a digit"


async def until_given(agent: RealAgent, *codes: str) -> list[dict[str, Any]]:
    """Waits until these reasons were given, in order."""
    given = await agent.facts_of("stop.reason_set", len(codes))
    assert [fact["reason"]["code"] for fact in given] == list(codes)
    return given


async def test_the_stop_that_asks_is_given_its_reason_in_two_keys_without_opening_a_page(tmp_path: Path) -> None:
    async with a_real_agent(tmp_path) as agent, operating(agent.socket) as operator:
        await agent.begins("PO-1")
        await agent.halts(minutes=10)
        await operator.sees(WHY)
        await operator.sees("Machine …")
        await operator.enter(*JAM)
        (given,) = await until_given(agent, "JAM")
        assert given["late"] is False
        await operator.sees("√ ACCEPTED  Reason JAM taken.")


async def test_the_alarms_suggestion_stands_first_and_is_taken_by_one_key(tmp_path: Path) -> None:
    async with a_real_agent(tmp_path) as agent, operating(agent.socket) as operator:
        await agent.begins("PO-1")
        await agent.halts(minutes=10, alarm="204")
        await operator.sees("1  ► Jam in the feeder")
        await operator.enter("1")
        await until_given(agent, "JAM")


async def test_a_generic_reason_is_entered_with_its_comment_alone(tmp_path: Path) -> None:
    async with a_real_agent(tmp_path) as agent, operating(agent.socket) as operator:
        await agent.begins("PO-1")
        await agent.halts(minutes=10)
        await operator.sees(WHY)
        await operator.enter("3", "4")
        await operator.sees("That says nothing by itself.")
        await type_slowly(operator, "belt torn")
        await operator.press("enter")
        (given,) = await until_given(agent, "OTHER")
        assert given["comment"] == "belt torn"


async def test_a_reason_is_changed_once_the_stop_is_over(tmp_path: Path) -> None:
    async with a_real_agent(tmp_path) as agent, operating(agent.socket) as operator:
        await agent.begins("PO-1")
        await agent.halts(minutes=10)
        await operator.sees(WHY)
        await operator.enter(*JAM)
        await until_given(agent, "JAM")
        await agent.runs(parts=3)
        await operator.sees("Stop over")
        await operator.enter("f2")
        await operator.sees("Stops with a reason")
        await operator.enter("1", "enter")
        await operator.sees("1  Jam in the feeder")  # a favourite by now
        await operator.enter("2", "2")
        _, changed = await until_given(agent, "JAM", "TOOL")
        assert changed["prev_reason"]["code"] == "JAM"


async def test_all_stops_of_the_shift_get_one_reason_by_four_keys_and_it_is_said_how_many(tmp_path: Path) -> None:
    async with a_real_agent(tmp_path) as agent, operating(agent.socket) as operator:
        await agent.begins("PO-1")
        for _ in range(3):
            await agent.halts(minutes=5)
            await agent.runs(minutes=3, parts=3)
        await agent.shows(lambda center: center.uncoded == 3 and center.stop is None, "three are not explained")
        await operator.sees("Not explained: 3")
        await operator.enter("f2")
        await operator.sees("Enter: One reason for all of them: 3")
        await operator.enter("enter", *JAM)
        given = await until_given(agent, "JAM", "JAM", "JAM")
        assert len({fact["stop_id"] for fact in given}) == 3
        await operator.sees("3 of 3 taken.")
        await agent.shows(lambda center: center.uncoded == 0, "all are explained")
        await operator.sees("GOOD")


async def test_a_stop_is_split_and_each_part_is_given_its_reason(tmp_path: Path) -> None:
    async with a_real_agent(tmp_path) as agent, operating(agent.socket) as operator:
        await agent.begins("PO-1")
        await agent.halts(minutes=30)
        await operator.sees(WHY)
        await operator.enter("f2", "enter")
        await operator.sees("Split it in two")
        await operator.enter("1")
        await operator.sees("10 min ago")
        await operator.enter("5")
        await operator.sees("The stop is split.")
        await operator.sees("Parts of the stop")
        await operator.enter("enter", *JAM)
        await until_given(agent, "JAM")
        await operator.sees("Jam in the feeder")
        await operator.enter("enter", "2", "1")
        first, second = await until_given(agent, "JAM", "NO_MAT")
        assert (first["segment_id"][-2:], second["segment_id"][-2:]) == (".1", ".2")
        (cut,) = await agent.facts("stop.segmented")
        assert cut["cause"] == "split"


async def test_a_reason_that_comes_after_the_shift_says_before_and_after_that_it_is_late(tmp_path: Path) -> None:
    async with a_real_agent(tmp_path) as agent, operating(agent.socket) as operator:
        await agent.begins("PO-1")
        await agent.halts(minutes=10)
        await agent.runs(minutes=18 * 60 + 30, parts=3)
        await agent.shows(lambda center: any(stop.late for stop in center.closed_stops), "it would be late")
        await operator.sees("Stop over")
        await operator.enter("f2")
        await operator.sees("! counts as late")
        await operator.enter("1")
        await operator.sees("Why did it stop?")
        await operator.sees("! counts as late")
        await operator.enter(*JAM)
        (given,) = await until_given(agent, "JAM")
        assert given["late"] is True


async def test_a_reason_given_while_the_agent_is_away_is_recorded_once_when_it_is_back(tmp_path: Path) -> None:
    async with a_real_agent(tmp_path) as agent, operating(agent.socket) as operator:
        await agent.begins("PO-1")
        await agent.halts(minutes=10)
        await operator.sees(WHY)
        await agent.stop()
        await operator.enter(*JAM)
        await operator.sees("waiting for the agent")
        await agent.start()
        await until_given(agent, "JAM")
        await operator.sees("√ ACCEPTED  Reason JAM taken.")
        assert len(await agent.facts("stop.reason_set")) == 1


async def test_an_order_is_started_paused_gone_on_with_and_finished(tmp_path: Path) -> None:
    async with a_real_agent(tmp_path) as agent, operating(agent.socket) as operator:
        await operator.sees(PRESS)
        await operator.enter("f7")
        await operator.sees("Enter: Start PO-1 / 10")
        await operator.enter("enter")
        await agent.facts_of("operation.started", 1)
        await operator.sees("PO-1 / 10")
        await operator.enter("f7", "1", "1", "1")
        (paused,) = await agent.facts_of("operation.paused", 1)
        assert paused["reason"]["code"] == "BREAK"
        await operator.sees("Order PO-1 paused.")
        await operator.enter("f7")
        await operator.sees("Enter: Go on with PO-1 / 10")
        await operator.enter("enter")
        await agent.facts_of("operation.resumed", 1)
        await operator.sees("Order PO-1 goes on.")
        await operator.enter("f7", "enter")
        await operator.sees("Finish PO-1 / 10?")
        await operator.enter("enter")
        await agent.facts_of("operation.completed", 1)


async def test_an_order_out_of_its_sequence_is_started_with_the_reason_why(tmp_path: Path) -> None:
    async with a_real_agent(tmp_path) as agent, operating(agent.socket) as operator:
        await operator.sees(PRESS)
        await operator.enter("f7", "2")
        await operator.sees("! Not completed before it, by the MES: 5.")
        await operator.enter("enter", "1")
        (told,) = await agent.facts_of("deviation.recorded", 1)
        assert (told["deviation"]["kind"], told["deviation"]["reason"]["code"]) == ("sequence", "RUSH")


async def test_scrap_that_was_just_recorded_is_taken_back_and_void(tmp_path: Path) -> None:
    async with a_real_agent(tmp_path) as agent, operating(agent.socket) as operator:
        await agent.begins("PO-1")
        await agent.runs(parts=5)
        await agent.shows(lambda center: center.qty_good >= 5, "parts are counted")
        await agent.enter("report_scrap", qty="2", defect_code="CRACK")
        await operator.sees("Del takes back: Scrap")
        await operator.enter("delete")
        await operator.sees("It stays on record and counts no more.")
        await operator.enter("enter")
        (void,) = await agent.facts_of("fact.corrected", 1)
        assert (void["action"], void["target_type"]) == ("void", "scrap.recorded")
        await operator.sees_no_more("Del takes back")


async def test_where_no_machine_is_a_stop_is_begun_and_ended_by_f2(tmp_path: Path) -> None:
    async with a_real_agent(tmp_path, hand=True) as agent, operating(agent.socket, center=HAND) as operator:
        await operator.sees(HAND)
        await operator.enter("f2")
        await operator.sees("It stops now. Why?")
        await operator.enter(*JAM)
        (begun,) = await agent.facts_of("stop.opened", 1)
        await agent.shows(lambda center: center.stop is not None, "it stands", HAND)
        await operator.sees("Reason: Jam in the feeder")
        await operator.enter("f2")
        await operator.sees("Enter: The stop is over.")
        await operator.enter("enter")
        (over,) = await agent.facts_of("stop.closed", 1)
        assert (over["stop_id"], over["segments"][0]["reason"]["code"]) == (begun["stop_id"], "JAM")
