from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from simulators.mes.contract import PROMISED
from simulators.mes.events import Event, Rejected, read
from tests.simulators.floor_facts import Story
from tests.simulators.mes_facts import fact, payload

SCHEMAS = Path(__file__).resolve().parents[2] / "docs" / "schemas"


def arrived(event: dict[str, Any]) -> Event | Rejected:
    (found,) = read(payload(event))
    assert isinstance(found, Event | Rejected)
    return found


def refused(event: dict[str, Any]) -> str:
    found = arrived(event)
    assert isinstance(found, Rejected)
    return found.reason


def test_what_a_type_cannot_do_without_is_asked_for_and_other_types_are_taken() -> None:
    story = Story()
    used = story.consume("CABLE", "L-1", "1.5", "1")
    assert isinstance(arrived(used), Event)
    del used["data"]["over_qty"], used["data"]["bom_line"]
    assert refused(used) == "data of material.consumed lacks bom_line, over_qty"
    assert isinstance(arrived(fact(9, "robot.danced", data={"qty": "1"})), Event)


def test_a_quantity_is_a_decimal_written_as_a_text_with_its_unit() -> None:
    story = Story()
    assert "qty is 5; expected a text" in refused(story.consume("CABLE", "L-1", 5, "1"))  # type: ignore[arg-type]
    assert "qty is '5 m'; expected the form" in refused(story.consume("CABLE", "L-1", "5 m", "1"))
    assert "uom is None; expected a text" in refused(story.consume("CABLE", "L-1", "5", "1", uom=None))
    nothing = story.consume("CABLE", "L-1", "5", "1")
    nothing["data"]["qty"] = None
    assert "qty is None; expected a text" in refused(nothing)


def test_of_some_quantities_nothing_needs_to_be_known() -> None:
    story = Story()
    keys = {"item_id": "CABLE", "lot_id": "L-1"}
    assert isinstance(arrived(story.tell("lot.loaded", keys=keys, scan_text="L-1", qty=None, uom=None)), Event)
    assert isinstance(arrived(story.consume("CABLE", "L-1", "5", "1", norm_qty=None)), Event)


@pytest.mark.parametrize("name", sorted(PROMISED))
def test_the_published_contract_promises_what_is_asked_for(name: str) -> None:
    schema = json.loads((SCHEMAS / f"{name}.v1.json").read_text(encoding="utf-8"))
    assert PROMISED[name] <= schema["properties"].keys()
