"""Lots, output, scrap and quality entered at a terminal before a real agent."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import pytest

from agent.tui.wedge import APART_S
from tests.tui.operating import Operator, operating, type_slowly
from tests.tui.real_agent import HAND, a_real_agent
from tests.tui.real_floor import BADGES, OPERATOR

SCRATCH_AT_THE_TOP = "1  Scratch"


async def at_line(operator: Operator, text: str) -> str:
    """The digit of the line that says this."""
    await operator.sees(text)
    found = re.search(rf"^ *([1-9])  .*{re.escape(text)}", operator.screen(), re.MULTILINE)
    assert found is not None, operator.screen()
    return found[1]


async def test_a_lot_is_scanned_unloaded_with_what_is_left_and_returned(tmp_path: Path) -> None:
    async with a_real_agent(tmp_path) as agent, operating(agent.socket) as operator:
        await agent.begins("PO-1")
        await operator.sees("PO-1")
        await operator.press("f3")
        await operator.sees("! MISSING  GRANULATE")
        operator.scan("LOT:G-1:GRANULATE")
        await operator.sees("√  GRANULATE  500 / 1 KGM  G-1")
        await operator.press("1")
        await operator.press(await at_line(operator, "Return to the store"))
        await operator.sees("how much goes back to the store?")
        await operator.press("5", "enter")
        await operator.sees("1  Left over")
        await operator.press("1")
        await operator.sees("… Return G-1  5 KGM: not confirmed yet")
        await operator.press("1")
        await operator.press(await at_line(operator, "Unload it"))
        await operator.sees("Enter: 495 KGM")
        await operator.press("enter")
        await operator.sees("! MISSING  GRANULATE")
        (returned,), (unloaded,) = await agent.facts("material.returned"), await agent.facts("lot.unloaded")
        assert (returned["qty"], returned["reason"]["code"], returned["state"]) == ("5", "LEFT_OVER", "proposed")
        assert (unloaded["qty_left"], unloaded["uom"]) == ("495", "KGM")


async def test_the_next_lot_takes_the_place_of_the_first_though_the_agent_is_killed_before_it_is_scanned(
    tmp_path: Path,
) -> None:
    async with a_real_agent(tmp_path) as agent, operating(agent.socket) as operator:
        await agent.begins("PO-1")
        await operator.sees("PO-1")
        operator.scan("LOT:G-1:GRANULATE")
        await operator.sees("Lot G-1 loaded.")
        await operator.press("f3")
        await operator.press(await at_line(operator, "G-1"))
        await operator.sees("Enter: The next lot takes its place")
        await operator.press("enter")
        await operator.sees("Scan the lot that takes the place of G-1")
        await agent.stop()
        await agent.start()
        operator.scan("LOT:G-2:GRANULATE")
        await operator.sees("√ ACCEPTED  Lot G-2 loaded.")
        await operator.sees("Lots, left / needed: scan one to load it")
        (gone,) = await agent.facts("lot.unloaded")
        assert (gone["cause"], gone["keys"]["lot_id"], agent.center.lots) == ("swap", "G-1", ("G-2",))


async def test_a_unit_is_scrapped_by_scanning_it_and_is_not_taken_as_good(tmp_path: Path) -> None:
    async with a_real_agent(tmp_path, hand=True) as agent, operating(agent.socket, center=HAND) as operator:
        await agent.enter("start_operation", HAND, order_id="PO-1")
        await operator.sees("PO-1 / 10")
        operator.scan("SN:1")
        await operator.sees("Last serial: 1")
        await operator.press("f5")
        await operator.sees("0: a unit, by scanning it.")
        await operator.press("0", "enter")
        await operator.sees("Scrap 1 unit: which defect?")
        await operator.press("2")
        await operator.sees("Scan the unit that is scrap: Crack")
        await asyncio.sleep(APART_S)  # nobody goes from the keys to the scanner sooner
        operator.scan("SN:2")
        await operator.sees("√ ACCEPTED  Scrap 1 EA taken")
        (scrapped,), (linked,) = await agent.facts("scrap.recorded"), await agent.facts("genealogy.linked")
        assert (scrapped["keys"]["serial"], scrapped["defect_code"]) == ("2", "CRACK")
        assert linked["keys"]["serial"] == "1"


async def test_a_part_is_scrapped_with_three_keys_and_is_no_longer_good(tmp_path: Path) -> None:
    async with a_real_agent(tmp_path) as agent, operating(agent.socket) as operator:
        await agent.begins("PO-1")
        await agent.runs(parts=5)
        await operator.sees("GOOD  5")
        await operator.press("f5", "enter", "1")
        await operator.sees("√ ACCEPTED  Scrap 1 EA taken")
        await operator.sees("GOOD  4")
        (scrapped,) = await agent.facts("scrap.recorded")
        assert (scrapped["defect_code"], scrapped["qty_from_good"], scrapped["place"]) == ("SCRATCH", "1", "PRESS-1")
        assert scrapped["disposition"] is None


async def test_scrap_says_where_and_what_becomes_of_it(tmp_path: Path) -> None:
    async with a_real_agent(tmp_path) as agent, operating(agent.socket) as operator:
        await agent.begins("PO-1")
        await agent.runs(parts=5)
        await operator.sees("GOOD  5")
        await operator.press("f5", "2", "enter")
        await operator.sees("Enter: First say where")
        await operator.press("enter")
        await operator.sees("Where was it rejected?")
        await operator.press("2")
        await operator.sees("What becomes of it?")
        await operator.press("3")
        await operator.sees("Place: 10   Write it off")
        await operator.press("2")
        await operator.sees("√ ACCEPTED  Scrap 2 EA taken")
        (scrapped,) = await agent.facts("scrap.recorded")
        assert [scrapped[name] for name in ("defect_code", "place", "disposition")] == ["CRACK", "10", "write_off"]


async def test_what_the_agent_refuses_is_said_and_nothing_is_recorded(tmp_path: Path) -> None:
    async with a_real_agent(tmp_path) as agent, operating(agent.socket) as operator:
        await agent.begins("PO-1")
        await agent.runs(parts=2)
        await operator.sees("GOOD  2")
        await operator.press("f5", "7", "enter", "1")
        await operator.sees("× REFUSED  7 parts are more than there are: 2 good and 0 rejects without a")
        assert await agent.facts("scrap.recorded") == []


@pytest.mark.parametrize("killed", ["agent", "terminal"])
async def test_an_agent_or_a_terminal_that_dies_in_the_midst_loses_nothing_and_records_nothing_twice(
    tmp_path: Path, killed: str
) -> None:
    async with a_real_agent(tmp_path) as agent:
        await agent.begins("PO-1")
        await agent.runs(parts=5)
        async with operating(agent.socket) as operator:
            await operator.sees("GOOD  5")
            await operator.press("f5", "2", "enter")
            await operator.sees(SCRATCH_AT_THE_TOP)
            if killed == "agent":
                await agent.stop()
                await operator.press("1")
                await operator.sees("Scrap 2 EA")
                await agent.start()
                await operator.sees("√ ACCEPTED  Scrap 2 EA taken")
        async with operating(agent.socket) as operator:
            if killed == "terminal":
                await operator.sees("GOOD  5")
                await operator.press("f5", "2", "enter", "1")
            await operator.sees("GOOD  3")
        assert [fact["qty_from_good"] for fact in await agent.facts("scrap.recorded")] == ["2"]


async def test_good_parts_are_reported_where_nobody_counts_them_and_put_right(tmp_path: Path) -> None:
    async with a_real_agent(tmp_path, hand=True) as agent, operating(agent.socket, center=HAND) as operator:
        await agent.enter("start_operation", HAND, order_id="PO-1")
        await operator.sees("PO-1 / 10")
        await operator.press("f4")
        await operator.sees("Good parts: how many?")
        await operator.press("7", "enter")
        await operator.sees("√ ACCEPTED  Good 7 EA taken.")
        await operator.press("f4")
        await operator.sees("Enter: Setup parts, serials, lots,")
        await operator.press("enter")
        await operator.sees("Correct a quantity")
        await operator.press(await at_line(operator, "Correct a quantity"))
        await operator.sees("1  Good: 7")
        await operator.press("1")
        await operator.sees("by how much is it wrong?")
        await type_slowly(operator, "-2")
        await operator.press("enter")
        await operator.sees("Why is it corrected?")
        await type_slowly(operator, "MISCOUNT")
        await operator.press("enter")
        await operator.sees("√ ACCEPTED  Quantity good adjusted by -2 EA.")
        (adjusted,) = await agent.facts("quantity.adjusted")
        assert (adjusted["category"], adjusted["delta"], adjusted["reason"]) == ("good", "-2", "MISCOUNT")
        assert agent.center_of(HAND).qty_good == 5


async def test_a_check_is_measured_another_fails_and_parts_are_kept_apart_and_pass_again(tmp_path: Path) -> None:
    async with a_real_agent(tmp_path) as agent, operating(agent.socket) as operator:
        await agent.begins("PO-1")
        await agent.runs(parts=5)
        await operator.sees("GOOD  5")
        await operator.press("f6")
        await operator.sees("27.5 … 28.5 mm   Width")
        await operator.press(await at_line(operator, "Width"))
        await operator.sees("Value in mm")
        await type_slowly(operator, "28,1")
        await operator.press("enter")
        await operator.sees("√ PASSED  28.1 mm  Width")
        await operator.press(await at_line(operator, "Look"))
        await operator.sees("2  Failed")
        await operator.press("2")
        await operator.sees("how many parts do not conform?")
        await operator.press("2", "enter")
        await operator.sees("which defect?")
        await operator.press("1")
        await operator.sees("× FAILED  Look")
        await operator.press(await at_line(operator, "Kept apart: 1"))
        await operator.sees("? NOT DECIDED   Scratch")
        await operator.press("1")
        await operator.sees("Enter: All 2")
        await operator.press("enter")
        await operator.sees("1  Repair it")
        await operator.press("1")
        await operator.sees("2   Repair it   Scratch")
        await operator.press("1")
        await operator.sees("Enter: All 2")
        await operator.press("enter")
        await operator.sees("Enter: It passed: good again")
        await operator.press("enter")
        await operator.sees("Nothing is kept apart.")
        width, look = await agent.facts("quality.checked")
        assert (width["value"], width["result"], look["result"]) == ("28.1", "pass", "fail")
        assert (str(agent.center.qty_good), str(agent.center.qty_rework), agent.center.open_nc) == ("5", "0", 0)


async def test_a_lot_is_held_and_cannot_be_loaded_until_somebody_with_the_right_releases_it(tmp_path: Path) -> None:
    async with a_real_agent(tmp_path) as agent, operating(agent.socket) as operator:
        await agent.begins("PO-1")
        await operator.sees("PO-1")
        operator.scan(BADGES[OPERATOR])
        await operator.sees("Тіл")
        await operator.press("f11")  # whose badge it is reads Kazakh
        await operator.sees("Language")
        operator.scan("LOT:G-1:GRANULATE")
        await operator.sees("Lot G-1 loaded.")
        await operator.press("f6")
        await operator.sees("On hold: 0")
        await operator.press(await at_line(operator, "On hold: 0"))
        await operator.sees("Enter: Put something on hold")
        await operator.press("enter")
        await operator.sees("Lot G-1")
        await operator.press(await at_line(operator, "Lot G-1"))
        await operator.sees("1  Suspected of a defect")
        await operator.press("1")
        await operator.sees("× NO RIGHT  Lot G-1")
        await operator.press("1")
        await operator.sees("Enter: × NO RIGHT  Release")
        await operator.press("enter")
        await operator.sees("× REFUSED")
        assert [hold.target_id for hold in agent.center.quality.holds] == ["G-1"]
