from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from simulators.broker import Broker
from simulators.mes.control import ask
from simulators.mes.demo_plan import DEMO_PLAN
from simulators.mes.link import Address
from simulators.mes.service import serve_mes
from tests.simulators.floor_facts import SHIFT, Story
from tests.simulators.mes_facts import BATCHES, EVT, payload
from tests.simulators.test_mes_service import AGENT, PLACE, Agent, an_agent

SITE = "lineside/v1/acme/ala1"
FILLER = f"{SITE}/hall-1/FILL-1/dir"


@pytest.fixture
async def broker(tmp_path: Path) -> AsyncIterator[Broker]:
    async with Broker(folder=tmp_path / "broker", kind="mosquitto") as running:
        yield running


@asynccontextmanager
async def a_mes(broker: Broker, folder: Path) -> AsyncIterator[Path]:
    """A running MES; the path at which it is controlled."""
    ready, control = asyncio.Event(), folder / "mes.sock"
    serving = asyncio.create_task(
        serve_mes(
            broker=Address(broker.host, broker.port, broker.protocol),
            place=PLACE,
            store=folder / "mes.sqlite",
            plan=DEMO_PLAN,
            ready=ready.set,
            control=control,
        ),
        name="mes",
    )
    try:
        async with asyncio.timeout(10):
            await ready.wait()
        yield control
    finally:
        serving.cancel()
        with suppress(asyncio.CancelledError):
            await serving


async def published(agent: Agent, topic: str) -> Any:  # noqa: ANN401 - whatever JSON it was
    return await agent.hears(lambda heard, _: heard == topic)


async def test_objects_are_published_and_withdrawn_by_hand(broker: Broker, tmp_path: Path) -> None:
    async with a_mes(broker, tmp_path) as control, an_agent(broker) as agent:
        lot = {"rev": "1", "lot_id": "A/7", "item_id": "CAP-28"}
        answer = await ask(control, do="publish", name="lots/A%2F7", document=lot)
        assert answer == {"ok": True, "topic": f"{SITE}/-/-/dir/lots/A%2F7"}
        assert await published(agent, answer["topic"]) == lot
        await ask(control, do="publish", name="calendar", document={"rev": "2"}, wc_id="FILL-1")
        assert await published(agent, f"{FILLER}/calendar") == {"rev": "2"}
        assert (await ask(control, do="publish", name="alarms", document={}, wc_id="NOWHERE"))["ok"] is False


async def test_an_order_is_released_late_changed_and_withdrawn(broker: Broker, tmp_path: Path) -> None:
    topic = f"{FILLER}/orders/PO-1001"
    async with a_mes(broker, tmp_path) as control, an_agent(broker) as agent:
        await ask(control, do="change", order_id="PO-1001", changes={"release_status": "planned", "bom_version": "4"})
        changed = await agent.hears(lambda heard, said: heard == topic and said["rev"] == "2")
        assert (changed["release_status"], changed["bom_version"]) == ("planned", "4")
        await ask(control, do="release", order_id="PO-1001")
        released = await agent.hears(lambda heard, said: heard == topic and said["rev"] == "3")
        assert (released["release_status"], released["bom_version"]) == ("released", "4")
        mine = {"rev": "a", "order_id": "PO-8", "op_no": "10", "release_status": "planned"}
        await ask(control, do="publish", name="orders/PO-8", document=mine, wc_id="FILL-1")
        await ask(control, do="release", order_id="PO-8")
        by_hand = f"{FILLER}/orders/PO-8"
        released = await agent.hears(lambda heard, said: heard == by_hand and said["rev"] == "a.1")
        assert released["release_status"] == "released"
        assert "PO-9 is not" in (await ask(control, do="release", order_id="PO-9"))["error"].replace("'", "")


async def test_a_command_is_answered_by_the_agent(broker: Broker, tmp_path: Path) -> None:
    async with a_mes(broker, tmp_path) as control, an_agent(broker) as agent:
        agent.say(EVT, payload(Story().output("1")))
        await agent.acked(1)
        asked = asyncio.create_task(
            ask(control, do="command", name="correct", fields={"target_id": "x", "actor": "erp"})
        )
        command = await agent.hears(lambda topic, _: topic == f"{AGENT}/cmd/correct")
        assert (command["target_id"], command["actor"]) == ("x", "erp")
        assert command["issued_at"] < command["expires_at"]
        answer = {"command_id": command["command_id"], "outcome": "refused", "detail": "no such fact"}
        agent.say(f"{AGENT}/res", json.dumps(answer).encode())
        assert await asked == {"ok": True, "answer": answer}
        silent = await ask(control, do="command", name="message", within_s=0.1)
        assert silent == {"ok": False, "error": "no answer"}


@pytest.mark.parametrize(
    ("request_", "error"),
    [
        ({"do": "dance"}, "'dance' is nothing that can be done here"),
        ({"do": "release"}, "'order_id' is missing"),
        ({"do": "command", "name": "message"}, "which agent?"),
    ],
)
async def test_a_request_that_cannot_be_carried_out_says_why(
    broker: Broker, tmp_path: Path, request_: dict[str, Any], error: str
) -> None:
    async with a_mes(broker, tmp_path) as control:
        answer = await ask(control, **request_)
        assert answer["ok"] is False
        assert error in answer["error"]


def issued(story: Story, movement_id: str, item: str) -> dict[str, Any]:
    fields: dict[str, Any] = {"state": "proposed", "qty": "5", "uom": "EA", "reason": None, "actor": "7"}
    fields |= {"from_place": "store", "to_place": "FILL-1", "bom_line": None, "keys": {"item_id": item, "lot_id": "L"}}
    return story.tell("material.issued", movement_id=movement_id, **fields)


async def test_movements_are_confirmed_or_rejected_by_their_owner(broker: Broker, tmp_path: Path) -> None:
    story = Story()
    async with a_mes(broker, tmp_path) as control, an_agent(broker) as agent:
        await ask(control, do="settling", after_s=0.01, rejected_items=["CABLE"])
        agent.say(BATCHES, payload(issued(story, "m1", "CAP"), issued(story, "m2", "CABLE")))
        settled = [await published(agent, f"{AGENT}/cmd/settle") for _ in range(2)]
        assert {one["movement_id"]: one["state"] for one in settled} == {"m1": "confirmed", "m2": "rejected"}
        assert all(one["actor"] == "erp" and one["reason"] and "issued_at" in one for one in settled)


async def test_a_movement_nobody_answered_is_settled_after_a_restart_under_the_same_command(
    broker: Broker, tmp_path: Path
) -> None:
    story = Story()
    async with an_agent(broker) as agent:
        async with a_mes(broker, tmp_path) as control:
            await ask(control, do="settling", after_s=0.01)
            agent.say(BATCHES, payload(issued(story, "m1", "CAP"), issued(story, "m2", "CAP")))
            first = {(await published(agent, f"{AGENT}/cmd/settle"))["command_id"] for _ in range(2)}
            answered = {"movement_id": "m1", "state": "confirmed", "reason": "", "actor": "erp"}
            agent.say(EVT, payload(story.tell("material.movement_settled", **answered)))
            await agent.acked(3)
        async with a_mes(broker, tmp_path):
            again = await published(agent, f"{AGENT}/cmd/settle")
    assert (again["movement_id"], again["command_id"] in first) == ("m2", True)


def summary(story: Story, **told: Any) -> dict[str, Any]:  # noqa: ANN401 - fields of the fact
    fields: dict[str, Any] = {"start": "", "end": "", "qty_good": "0", "qty_scrap": "0", "uom": "EA", "orders": []}
    return story.tell("shift.summary", **(fields | {"stops": 0, "uncoded": 0, "uncoded_s": "0"} | told))


async def test_a_shift_that_was_summed_up_is_answered_with_figures(broker: Broker, tmp_path: Path) -> None:
    story = Story()
    topic = f"{FILLER}/figures/2026-03-04/early"
    async with a_mes(broker, tmp_path) as control, an_agent(broker) as agent:
        story.output("60", lot_out="OUT-1")
        story.scrap("2", "2")
        story.operation("started", "in_progress")
        story.consume("CABLE", "L-1", "61", "60", "1")
        summary(story)
        first, *behind = story.events
        agent.say(EVT, payload(*behind))
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.5):
                await published(agent, topic)
        agent.say(EVT, payload(first))
        said = await published(agent, topic)
        assert (said["business_date"], said["shift_id"], said["through"]) == ("2026-03-04", "early", 5)
        told = {(row["lot_id"], row["status"], row["consumed"].get("CABLE")) for row in said["rows"]}
        assert told == {("OUT-1", "in_progress", None), (None, "in_progress", "61")}
        made = {(row["order_id"], row["lot_id"]): (row["qty_good"], row["qty_scrap"]) for row in said["rows"]}
        assert made == {("PO-1", "OUT-1"): ("60", "0"), ("PO-1", None): ("-2", "2")}
        await ask(control, do="wrong_figures", by="5")
        digest: dict[str, Any] = {"scope": "day", "start": "", "end": "", "ranges": [], "facts": 0, "by_type": {}}
        digest |= {"rows": [{"shift": SHIFT}], "ids_chain": "", "complete": True}
        agent.say(EVT, payload(story.tell("reconciliation.digest", **digest)))
        said = await agent.hears(lambda heard, _: heard == topic)
        assert (said["through"], said["rows"][0]["qty_good"]) == (6, "65")
