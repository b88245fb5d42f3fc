"""What goes to the MES at once and what in batches is configuration: batches alone as a first step, then by type."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from functools import partial

import pytest

from agent.commands.client import get
from tests.floor.looking import Wire, listening
from tests.floor.plant import Document, Floor, Made, a_floor

WC = "BENCH-1"
FAR_AWAY = "05:59"
"""Of the day to come: a batch that these tests do not see."""
SHIFTS = [{"id": "1", "start": "00:00", "end": "23:59", "days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]}]
AHEAD = timedelta(minutes=6)
"""Plant time until a batch: twelve real seconds, in which the agent starts anew and some things are entered."""
KEY_EVENTS = ("operation.started", "operation.completed", "output.recorded", "scrap.recorded")


def exchange(*online: str, batch_at: str = FAR_AWAY) -> Document:
    return {"mes": {"exchange": {"online": list(online), "batch_at": [batch_at]}}, "calendar": {"shift": SHIFTS}}


@pytest.fixture(scope="module")
def plant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Floor]:
    """A plant that begins with batches alone."""
    made = Made(machines=({"work_center": WC, "manual": True},), beside=exchange(), speed=30.0)
    with a_floor(made, tmp_path_factory.mktemp("exchange")) as floor:
        yield floor


def goes_online(plant: Floor, *online: str) -> None:
    """Change the configuration and start anew."""
    plant.reconfigure(beside=exchange(*online))
    plant.until(lambda view: view["uplink"]["state"] in {"online", "sending"}, "the MES is reached")


def told(plant: Floor, order_id: str) -> list[str]:
    """Types of the facts of an order at the MES, in their order, without detail of the machine."""
    types = [".".join(one["type"].split(".")[-3:-1]) for one in plant.events(order_id=order_id)]
    return [one for one in types if one.partition(".")[0] in {"operation", "output", "scrap", "stop"}]


def has(plant: Floor, order_id: str, facts: int) -> bool:
    return len(told(plant, order_id)) == facts


def held(plant: Floor, facts: int) -> Document:
    """So many facts at least wait for a batch to come, and none goes before it; how delivery goes."""
    view = plant.until(lambda view: view["uplink"]["held"] >= facts, f"{facts} facts are held")
    assert view["uplink"]["next_batch"] > view["plant_time"]
    return dict(view["uplink"])


def work(plant: Floor, order_id: str) -> None:
    plant.enter(WC, "start_operation", order_id=order_id)
    plant.enter(WC, "report_good", qty="5")
    plant.enter(WC, "start_stop", code="TOOL")
    plant.enter(WC, "end_stop")


@pytest.mark.requirement(88)
@pytest.mark.requirement(90)
def test_batches_alone_work_as_a_first_step_with_shift_summary_and_downtime_in_them(plant: Floor) -> None:
    at = plant.clock.now() + AHEAD
    ends = at - timedelta(minutes=1)
    shifts = [{**SHIFTS[0], "end": f"{ends:%H:%M}"}]
    plant.reconfigure(beside={**exchange(batch_at=f"{at:%H:%M}"), "calendar": {"shift": shifts}})
    with listening(plant) as wire:
        work(plant, "PO-1")
        plant.enter(WC, "complete_operation")
        due = held(plant, 8)["next_batch"]
        assert due == f"{at:%Y-%m-%dT%H:%M}:00.000Z"
        plant.until(lambda view: view["plant_time"] > f"{ends:%Y-%m-%dT%H:%M}:05", "the shift is over")
        assert plant.events() == [], "nothing goes before it is due"
        plant.delivered()
        assert plant.view()["plant_time"] >= due
        assert len(wire.to("evt")) <= 2, "all that waited goes in a batch"
    assert told(plant, "PO-1") == [
        *("operation.started", "output.recorded", "stop.opened", "stop.closed", "operation.completed"),
    ]
    assert plant.one("shift.summary", wc_id=WC)["stops"] >= 1
    arrived = plant.sequences()
    assert arrived == list(range(1, len(arrived) + 1))


@pytest.mark.requirement(89)
@pytest.mark.requirement(90)
def test_then_one_type_after_the_other_goes_online_by_configuration(plant: Floor) -> None:
    goes_online(plant, "operation.*")
    plant.enter(WC, "start_operation", order_id="PO-2")
    plant.wait(lambda: told(plant, "PO-2") == ["operation.started"], "it is at the MES")
    plant.enter(WC, "report_good", qty="5")
    held(plant, 1)
    assert told(plant, "PO-2") == ["operation.started"], "output is not online yet"
    plant.enter(WC, "complete_operation")
    plant.wait(lambda: len(told(plant, "PO-2")) == 3, "what waited goes along, as the sequence has no holes")
    goes_online(plant, "operation.*", "output.*")
    plant.enter(WC, "start_operation", order_id="PO-3")
    plant.enter(WC, "report_good", qty="5")
    plant.wait(lambda: told(plant, "PO-3") == ["operation.started", "output.recorded"], "now output goes at once too")
    plant.enter(WC, "start_stop", code="TOOL")
    plant.enter(WC, "end_stop")
    held(plant, 2)
    assert told(plant, "PO-3") == ["operation.started", "output.recorded"], "downtime still goes in batches"
    plant.enter(WC, "complete_operation")


@pytest.mark.requirement(97)
def test_the_exchange_can_be_limited_to_four_key_events_first(plant: Floor) -> None:
    goes_online(plant, *KEY_EVENTS)
    plant.enter(WC, "sign_on", operator_id="OP-1")
    plant.enter(WC, "place_hold", target="lot", target_id="L-1", reason="SUSPECT")
    plant.enter(WC, "start_stop", code="TOOL")
    plant.enter(WC, "end_stop")
    held(plant, 4)
    assert plant.mes("labor.signed_on", "hold.placed") == [], "nothing else opens the way"
    for number, (action, arguments, type_) in enumerate(
        (
            ("start_operation", {"order_id": "PO-4"}, "operation.started"),
            ("report_good", {"qty": "5"}, "output.recorded"),
            ("report_scrap", {"qty": "1", "defect_code": "DENT"}, "scrap.recorded"),
            ("complete_operation", {}, "operation.completed"),
        ),
        1,
    ):
        plant.enter(WC, action, **arguments)
        plant.wait(partial(has, plant, "PO-4", number), f"{type_} goes at once")
        assert told(plant, "PO-4")[-1] == type_


@pytest.mark.requirement(87)
def test_statuses_and_key_facts_are_at_the_mes_within_a_second_or_two(plant: Floor) -> None:
    goes_online(plant, "*")
    plant.delivered()
    with listening(plant) as wire:
        plant.enter(WC, "start_operation", order_id="PO-5")
        plant.enter(WC, "report_good", qty="5")
        plant.enter(WC, "issue_material", lot_id="L-5", item_id="LID", qty="5", uom="EA")
        plant.enter(WC, "complete_operation")
        plant.wait(lambda: "operation.completed" in told(plant, "PO-5"), "they are at the MES", within=5.0)
        live = {one.place[1:] for one in wire.to("evt") if one.place[0] != "agents"}
    assert {(WC, "evt", "operation"), (WC, "evt", "output"), (WC, "evt", "material")} <= live
    late = [plant.delay(one) for one in plant.events(order_id="PO-5")]
    assert late
    assert max(late) < 2.0


def sent(wire: Wire, lot_id: str) -> list[str]:
    """Ids of what was said on the broker about a lot, each time that it was said."""
    said = [one for heard in wire.to("evt") for one in heard.documents]
    return [one["id"] for one in said if one["data"]["keys"]["lot_id"] == lot_id]


@pytest.mark.requirement(91)
@pytest.mark.requirement(92)
@pytest.mark.requirement(96)
def test_what_nobody_confirms_is_sent_again_is_at_the_mes_once_and_people_see_since_when(plant: Floor) -> None:
    plant.delivered()
    plant.stop_mes()
    last = plant.view()["uplink"]["last_ack"]
    with listening(plant) as wire:
        plant.enter(WC, "place_hold", target="lot", target_id="L-91", reason="SUSPECT")
        plant.wait(lambda: len(sent(wire, "L-91")) > 1, "it is sent again")
        assert len(set(sent(wire, "L-91"))) == 1, "as the same fact"
        view = plant.until(lambda view: view["uplink"]["state"] == "not_confirming", "people see that nobody confirms")
        assert view["uplink"]["last_ack"] == last < view["plant_time"]
        assert "mes_not_confirming" in {one["code"] for one in view["alarms"]}
        older = plant.until(lambda view: view["uplink"]["oldest_age_s"] > 120, "what waits grows older")
        assert older["uplink"]["last_ack"] == last, "nothing was exchanged since"
    plant.start_mes()
    plant.delivered()
    assert plant.one("hold.placed", lot_id="L-91")["keys"]["lot_id"] == "L-91"
    view = plant.until(lambda view: view["uplink"]["state"] == "online", "it confirms again")
    assert view["uplink"]["last_ack"] > last


def of_mes(plant: Floor) -> list[Document]:
    return [one for one in plant.mes("discrepancy.raised") if one["code"] == "rejected_by_mes"]


@pytest.mark.requirement(93)
def test_without_the_mes_facts_wait_here_and_what_it_does_not_take_is_somebodys_to_resolve(plant: Floor) -> None:
    plant.delivered()
    plant.stop_mes()
    plant.enter(WC, "place_hold", target="lot", target_id="L-93", reason="SUSPECT")
    view = plant.until(lambda view: view["uplink"]["state"] == "not_confirming", "people see that nobody confirms")
    assert view["uplink"]["waiting"] == 1
    (last,) = json.loads(get(plant.folder / "agent.sock", "/v1/facts?last=1"))
    number = int(last["sequence"])
    plant.acknowledge(number, {"sequence": number, "reason": "unknown lot", "retryable": False})
    view = plant.until(lambda view: view["uplink"]["parked"] == 1, "what is rejected is put aside and shown")
    plant.start_mes()
    plant.delivered()
    plant.wait(lambda: bool(of_mes(plant)), "it is raised")
    (raised,) = of_mes(plant)
    assert (raised["owner_role"], raised["due"] > view["plant_time"]) == ("mes_administrator", True)
    assert raised["evidence"]["sequence"] == str(number)
