"""Material is brought to the line and back; whoever accounts for it confirms or rejects (requirements 11, 25, 26)."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from agent.core.desk.desk import Desk, DeskOutcome
from agent.core.facts import CommandRun, DiscrepancyRaised, MaterialIssued, MaterialReturned, MovementSettled
from agent.core.materials.materials import MOST_MOVEMENTS
from agent.core.observations import Directive
from tests.core.build import FIRST_ID, PROVENANCE, WC, instant
from tests.core.floor import Floor, a_floor, a_line, a_lot

BOARD = a_line("10", "BOARD")
LOTS = (a_lot("B1", "BOARD", qty="10"), a_lot("K1", "CABLE", uom="M"))


def a_place() -> Floor:
    floor = Floor(a_floor(BOARD, lots=LOTS, items=[("GLUE", "KG")]))
    floor.start()
    return floor


def a_desk() -> Desk:
    return Desk("1.0", PROVENANCE, ("settle",), a_floor())


def settle(floor: Floor, movement_id: str, state: str, reason: str = "") -> DeskOutcome:
    """What the MES's word comes to, told to the station as the agent does."""
    message = {
        "command_id": "command-1",
        "issued_at": "2026-03-04T05:00:00Z",
        "actor": "WMS",
        "movement_id": movement_id,
        "state": state,
        "reason": reason,
    }
    directive = Directive(None, "cmd/settle", json.dumps(message).encode(), instant(floor.at), "cmd-command-1")
    needed = Desk.claims_needed(directive)
    known = {key: floor.story.claims[key] for key in needed if key in floor.story.claims}
    outcome = a_desk().observe(directive, FIRST_ID, None, known)
    floor.story.claims.update(outcome.claims)
    floor.story.station = floor.story.station.told(outcome.facts)
    return outcome


def proposed(floor: Floor) -> str:
    return floor.story.station.state.materials.movements[-1].movement_id


def test_material_that_is_brought_to_the_line_is_proposed() -> None:
    floor = a_place()
    reply = floor.say("issue_material", lot_id="B1", qty="4", from_place="STORE")
    assert reply.message == "4 EA of B1 brought here; the MES has still to confirm it."
    (fact,) = floor.story.of(MaterialIssued)
    assert isinstance(fact, MaterialIssued)
    assert (fact.keys.item_id, fact.keys.lot_id, fact.qty, fact.uom) == ("BOARD", "B1", Decimal(4), "EA")
    assert (fact.from_place, fact.to_place, fact.bom_line, fact.state) == ("STORE", WC, "10", "proposed")
    assert fact.movement_id == proposed(floor)


def test_material_that_is_brought_back_leaves_the_lot_with_less() -> None:
    floor = a_place()
    floor.say("load_lot", lot_id="B1")
    floor.make(3)
    floor.say("return_material", lot_id="B1", qty="5", to_place="STORE", reason="SURPLUS")
    (fact,) = floor.story.of(MaterialReturned)
    assert isinstance(fact, MaterialReturned)
    assert (fact.from_place, fact.to_place, fact.reason and fact.reason.dir) == (WC, "STORE", "returns")
    lot = floor.story.station.state.materials.lot("B1")
    assert lot is not None
    assert lot.left == Decimal(2)


def test_a_movement_says_what_it_is_of_and_in_which_unit() -> None:
    floor = a_place()
    assert floor.say("issue_material", qty="1").code == "MISSING_ARGUMENT"
    assert floor.say("issue_material", item_id="BOARD", lot_id="K1", qty="1").code == "WRONG_ITEM"
    assert floor.say("issue_material", item_id="TAPE", qty="1").code == "NO_UOM"
    assert floor.say("issue_material", item_id="GLUE", qty="1", uom="L").code == "WRONG_UOM"
    assert floor.say("issue_material", item_id="GLUE", qty="0").code == "NO_QUANTITY"
    assert floor.story.of(MaterialIssued) == []


@pytest.mark.parametrize(("state", "shown"), [("confirmed", []), ("rejected", [("rejected", "NO STOCK")])])
def test_its_owner_settles_it_once(state: str, shown: list[tuple[str, str]]) -> None:
    floor = a_place()
    floor.say("issue_material", lot_id="B1", qty="4")
    movement_id = proposed(floor)
    told = settle(floor, movement_id, state, "NO STOCK")
    settled, run = (fact.data for fact in told.facts)
    assert isinstance(settled, MovementSettled)
    assert isinstance(run, CommandRun)
    assert (settled.movement_id, settled.state) == (movement_id, state)
    assert (settled.reason, settled.actor) == ("NO STOCK", "WMS")
    assert (settled.keys.wc_id, settled.keys.order_id, settled.keys.lot_id) == (WC, "PO-1", "B1")
    assert run.outcome == "done"
    assert [(one.state, one.answer) for one in floor.story.station.state.materials.movements] == shown
    again = settle(floor, movement_id, "confirmed")
    assert again.reply is not None
    assert (again.reply.accepted, again.reply.code) == (False, "ALREADY_SETTLED")
    assert [type(fact.data) for fact in again.facts] == [CommandRun]


def test_a_movement_that_nobody_proposed_is_refused_in_the_answer() -> None:
    told = settle(a_place(), "mov-none", "confirmed")
    assert told.reply is not None
    assert (told.reply.accepted, told.reply.code) == (False, "UNKNOWN_MOVEMENT")


def test_a_rejection_takes_nothing_back_and_raises_nothing() -> None:
    floor = a_place()
    floor.say("issue_material", lot_id="B1", qty="4")
    floor.say("load_lot", lot_id="B1")
    told = settle(floor, proposed(floor), "rejected", "WRONG LOT")
    assert floor.story.station.state.materials.lots == ("B1",)
    assert not [fact for fact in told.facts if isinstance(fact.data, DiscrepancyRaised)]


def test_of_too_many_movements_those_that_are_settled_are_shown_no_more() -> None:
    floor = a_place()
    floor.say("issue_material", lot_id="B1", qty="1")
    first = proposed(floor)
    floor.say("issue_material", lot_id="B1", qty="2")
    settle(floor, proposed(floor), "rejected")
    for _ in range(MOST_MOVEMENTS - 1):
        floor.say("issue_material", lot_id="B1", qty="3")
    shown = floor.story.station.state.materials.movements
    assert len(shown) == MOST_MOVEMENTS
    assert shown[0].movement_id == first
    assert all(one.state == "proposed" for one in shown)
