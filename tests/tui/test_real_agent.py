"""The agent behind the terminal's tests is a real one."""

from __future__ import annotations

from pathlib import Path

from tests.tui.operating import operating
from tests.tui.real_agent import a_real_agent
from tests.tui.real_floor import BADGES, OPERATOR


async def test_a_stop_on_the_machine_asks_on_the_screen_and_its_reason_is_a_fact(tmp_path: Path) -> None:
    async with a_real_agent(tmp_path) as agent, operating(agent.socket) as operator:
        await agent.begins("PO-1")
        await operator.sees("PO-1")
        await agent.halts(minutes=10)
        await operator.sees("Why? Press a digit")
        (opened,) = await agent.facts("stop.opened")
        await agent.enter("set_reason", code="JAM")
        await operator.sees("Reason: Jam in the feeder")
        (given,) = await agent.facts("stop.reason_set")
        assert (given["stop_id"], given["reason"]["code"]) == (opened["stop_id"], "JAM")
        await agent.runs(parts=3)
        await agent.shows(lambda center: center.stop is None, "it runs again")
        (closed,) = await agent.facts("stop.closed")
        assert closed["stop_id"] == opened["stop_id"]


async def test_it_begins_again_on_its_journal_and_the_terminal_finds_it(tmp_path: Path) -> None:
    async with a_real_agent(tmp_path) as agent, operating(agent.socket) as operator:
        await operator.sees("PRESS-1")
        operator.scan(BADGES[OPERATOR])
        await agent.shows(lambda center: bool(center.crew), "somebody is signed on")
        await agent.begins("PO-1")
        before = await agent.facts()
        await agent.stop()
        await agent.start()
        await operator.sees("PO-1")
        assert [person.operator_id for person in agent.center.crew] == [OPERATOR]
        assert (await agent.facts())[: len(before)] == before


async def test_what_the_mes_said_is_known(tmp_path: Path) -> None:
    async with a_real_agent(tmp_path, hand=True) as agent:
        assert [order.order_id for order in agent.center.orders] == ["PO-1", "PO-2", "PO-3"]
        await agent.enter("load_lot", lot_id="G-1", item_id="GRANULATE")
        assert agent.center.lots == ("G-1",)
        await agent.enter("report_scrap", qty="1", defect_code="CRACK")
        raised = {fact["code"] for fact in await agent.facts("discrepancy.raised")}
        assert raised <= {"no_order_running"}, "the press runs meanwhile, and how long is for the machine to say"
