"""Copies of what others own: whose they are, where they come from, how they change and what they were before."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator

import pytest

from tests.floor.looking import ask, copies
from tests.floor.plant import Document, Floor, Made, a_floor
from tests.floor.scenes import an_order, codes, versions

WC = "BENCH-1"
LINE: Document = {"line": "10", "item_id": "LID", "qty_per": "1", "uom": "EA"}
ATTRIBUTES = [
    {"object": "items/BOX", "name": "line_code", "value": "7"},
    {"object": "orders/PO-1", "work_center": WC, "name": "workstation", "value": "east"},
]
ITEM: Document = {"item_id": "BOX", "uom": "EA", "owner": "ERP", "rev": "17"}
ORDER: Document = an_order("PO-1", owner="ERP", rev="3")
SITE: dict[str, Document] = {
    "items/BOX": ITEM,
    "boms/BOX": {
        "item_id": "BOX",
        "owner": "ERP",
        "rev": "8",
        "versions": versions("bom_version", "3", lines=[LINE]),
    },
    "norms/BOX": {
        "item_id": "BOX",
        "owner": "PLM",
        "rev": "4",
        "versions": versions("norm_version", "1", op_no="10", cycle_s="3"),
    },
    "defects": {**codes("DENT"), "owner": "QMS", "rev": "2"},
    "reasons": {"reasons": [{"code": "JAM", "text": {"en": "Jam"}}], "owner": "MES", "rev": "5"},
}
OWNERS = {"items/BOX": "ERP", "boms/BOX": "ERP", "norms/BOX": "PLM", "defects": "QMS", "reasons": "MES"}


@pytest.fixture(scope="module")
def plant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Floor]:
    made = Made(machines=({"work_center": WC, "manual": True},), beside={"attribute": ATTRIBUTES}, speed=10.0)
    with a_floor(made, tmp_path_factory.mktemp("ownership")) as floor:
        for name, document in SITE.items():
            floor.publish(name, document)
        floor.publish("orders/PO-1", ORDER, wc=WC)
        yield floor


def history(plant: Floor, name: str) -> list[Document]:
    """What became of each message about an object, the first first."""
    status, answer = ask(plant, f"/v1/directories/history?name={name}")
    assert status == 200, answer
    return list(reversed(answer["history"]))


@pytest.mark.requirement(5)
@pytest.mark.requirement(7)
def test_each_copy_says_its_owner_its_revision_when_it_came_and_what_came(plant: Floor) -> None:
    held = copies(plant)
    assert held.keys() == SITE.keys() | {"orders/PO-1"}
    assert {name: held[name]["in_force"]["owner"] for name in SITE} == OWNERS
    assert {name: held[name]["in_force"]["rev"] for name in SITE} == {name: SITE[name]["rev"] for name in SITE}
    order = held["orders/PO-1"]
    assert (order["wc_id"], order["in_force"]["owner"], order["in_force"]["rev"]) == (WC, "ERP", "3")
    for name, document in SITE.items():
        sent = json.dumps({"rev": "1", **document}, default=str).encode()
        assert held[name]["in_force"]["sha256"] == hashlib.sha256(sent).hexdigest()
        assert held[name]["in_force"]["received"]
    # The same can be audited in the MES's own tables, and each fact says who told it.
    for name, owner in OWNERS.items():
        told = next(one for one in plant.mes("agent.directory_applied") if one["name"] == name)
        assert (told["owner"], told["rev"], told["outcome"]) == (owner, SITE[name]["rev"], "applied")
        assert told["sha256"] == held[name]["in_force"]["sha256"]
    assert {event["source"].rpartition(":")[0] for event in plant.events()} == {"urn:lineside:ala1:edge-1"}


@pytest.mark.requirement(5)
@pytest.mark.requirement(6)
def test_nobody_on_the_floor_changes_a_copy_and_its_owner_does(plant: Floor) -> None:
    before = copies(plant)
    changed = {**ITEM, "uom": "KG"}
    for path in ("/v1/directories", "/v1/directories/items/BOX", "/v1/directories/history?name=items/BOX"):
        for method in ("POST", "PUT", "PATCH", "DELETE"):
            status, answer = ask(plant, path, method, changed)
            assert status in {404, 405}, (method, path, status, answer)
    for action in ("edit_item", "set_directory", "edit_order", "set_qty_planned", "withdraw_order"):
        refused = plant.try_to(WC, action, order_id="PO-1", qty_planned="5", actor="BOSS-1", role="supervisor")
        assert refused["code"] == "UNKNOWN_ACTION"
    assert copies(plant) == before
    plant.publish("orders/PO-1", {**ORDER, "rev": "4", "qty_planned": "60"}, wc=WC)
    held = copies(plant)
    assert held["orders/PO-1"]["in_force"]["rev"] == "4"
    assert {name: one for name, one in held.items() if name != "orders/PO-1"} == {name: before[name] for name in SITE}
    shown = plant.until_center(WC, lambda center: center["orders"][0]["qty_planned"] == "60", "the new quantity")
    assert [one["order_id"] for one in shown["orders"]] == ["PO-1"]


@pytest.mark.requirement(8)
def test_local_attributes_stand_beside_a_copy_and_never_in_it(plant: Floor) -> None:
    held = copies(plant)
    assert held["items/BOX"]["attributes"] == [{"name": "line_code", "value": "7"}]
    assert held["orders/PO-1"]["attributes"] == [{"name": "workstation", "value": "east"}]
    kept = json.loads(history(plant, "items/BOX")[-1]["payload"])
    assert kept == {"rev": "1", **ITEM}
    # They outlive another revision of what they are noted beside.
    plant.publish("items/BOX", {**ITEM, "rev": "18"})
    again = copies(plant)["items/BOX"]
    assert (again["in_force"]["rev"], again["attributes"]) == ("18", [{"name": "line_code", "value": "7"}])


@pytest.mark.requirement(13)
def test_a_directory_has_one_owner_and_each_change_of_it_stays_in_its_history(plant: Floor) -> None:
    plant.publish("causes", {**codes("SUPPLIER"), "owner": "QMS", "rev": "1"})
    plant.publish("causes", {**codes("SUPPLIER", "WEAR"), "owner": "QMS", "rev": "2"})
    plant.publish("causes", {"codes": "none", "owner": "QMS", "rev": "3"})
    later = {**codes("WEAR"), "owner": "QMS", "rev": "4", "effective_from": "2031-01-01T00:00:00Z"}
    plant.publish("causes", later)
    held = copies(plant)["causes"]
    assert (held["in_force"]["owner"], held["in_force"]["rev"]) == ("QMS", "2")
    assert [(one["rev"], one["effective_from"]) for one in held["scheduled"]] == [("4", "2031-01-01T00:00:00.000Z")]
    told = history(plant, "causes")
    assert [(one["rev"], one["outcome"], one["supersedes"]) for one in told] == [
        ("1", "applied", None),
        ("2", "applied", "1"),
        (None, "refused", None),
        ("4", "scheduled", "2"),
    ]
    assert {one["owner"] for one in told if one["outcome"] != "refused"} == {"QMS"}
    assert "codes" in told[2]["detail"]
    assert json.loads(told[0]["payload"])["codes"] == codes("SUPPLIER")["codes"]
    plant.publish("causes", None)
    assert history(plant, "causes")[-1]["outcome"] == "withdrawn"
    assert "causes" not in {name for name, one in copies(plant).items() if one["in_force"]}
