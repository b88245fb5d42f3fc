"""Versions of norms, routes, bills of materials and checks: switched by effectivity alone, and part of the data."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from hashlib import sha256

import pytest

from agent.commands.client import get
from tests.floor.plant import Document, Floor, Made, a_floor
from tests.floor.scenes import an_order, codes, versions

WC = "BENCH-1"
BENCH: Document = {"work_center": WC, "manual": True}
NOTED = {"attribute": [{"object": "routes/CRATE", "name": "instruction", "value": "Wear gloves at the saw."}]}
APPLIED = "agent.directory_applied"
LINE = {"line": "10", "item_id": "PLANK", "qty_per": "2", "uom": "EA", "mode": "by_output", "lot_required": False}
NORM = {"op_no": "10", "cycle_s": "3"}
UNVERSIONED = {"bom_version": None, "route_version": None, "norm_version": None}


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Floor]:
    made = Made(machines=(BENCH,), speed=30.0, beside=NOTED)
    with a_floor(made, tmp_path_factory.mktemp("versions")) as floor:
        yield floor


def told(bench: Floor, name: str) -> Document:
    """What became of the last message about an object."""
    return [one for one in bench.mes(APPLIED) if one["name"] == name][-1]


def norms(*more: Document, **edit: str) -> Document:
    return {"item_id": "CRATE", "versions": [*versions("norm_version", "N1", **{**NORM, **edit}), *more]}


@pytest.mark.requirement(61)
@pytest.mark.requirement(62)
def test_new_norms_hold_from_their_date_on_and_never_by_an_edit(bench: Floor) -> None:
    bench.publish("norms/CRATE", {"rev": "1", **norms()})
    bench.publish("orders/PO-61", an_order("PO-61", item_id="CRATE", **UNVERSIONED), wc=WC)
    bench.enter(WC, "start_operation", order_id="PO-61")
    bench.publish("norms/CRATE", {"rev": "2", **norms(cycle_s="9")})
    assert (told(bench, "norms/CRATE")["outcome"], told(bench, "norms/CRATE")["rev"]) == ("refused", None)
    at = bench.clock.now() + timedelta(seconds=90)
    new = {"norm_version": "N2", "op_no": "10", "cycle_s": "5", "effective_from": at.isoformat()}
    bench.publish("norms/CRATE", {"rev": "3", **norms(new)})
    assert told(bench, "norms/CRATE")["outcome"] == "applied"
    shown = bench.center(WC)["order"]
    assert (shown["norm_cycle_s"], bench.mes("discrepancy.raised", order_id="PO-61")) == ("3.0", [])
    # In the middle of the work another version comes into force, with no message and no restart: that is reported.
    raised = bench.one("discrepancy.raised", order_id="PO-61")
    assert (raised["code"], raised["start"] >= told_at(at)) == ("stale_version", True)
    assert raised["evidence"] == {"object": "norm", "works_with": "N1", "in_force": "N2"}
    bench.enter(WC, "report_good", qty="1")
    bench.enter(WC, "partial_operation")
    bench.enter(WC, "start_operation", order_id="PO-61")
    bench.enter(WC, "report_good", qty="1")
    bench.enter(WC, "complete_operation")
    bench.delivered()
    made = [one["versions"]["norm_version"] for one in bench.mes("output.recorded", order_id="PO-61")]
    assert made == ["N1", "N2"], "what is taken up again goes by what is in force by then"


def told_at(at: object) -> str:
    return str(at).replace(" ", "T")[:19]


@pytest.mark.requirement(59)
@pytest.mark.requirement(63)
def test_versions_of_all_objects_of_an_item_stand_on_the_facts_and_their_names_are_told_apart(bench: Floor) -> None:
    steps = [{"op_no": "10", "work_centers": [WC]}]
    checks = [{"check_id": "WIDTH", "kind": "final", "uom": "MM", "lower": "9", "upper": "11"}]
    for name, document in (
        ("boms/CHEST", {"versions": versions("bom_version", "B7", lines=[LINE])}),
        ("routes/CHEST", {"versions": versions("route_version", "R7", steps=steps)}),
        ("norms/CHEST", {"versions": versions("norm_version", "N7", **NORM)}),
        ("checks/CHEST", {"versions": versions("limits_version", "L7", checks=checks)}),
    ):
        bench.publish(name, {"item_id": "CHEST", "owner": "ERP", **document})
        assert (told(bench, name)["outcome"], told(bench, name)["owner"]) == ("applied", "ERP")
        (version,) = document["versions"]
        again = {**version, "effective_from": "2026-02-01T00:00:00Z"}
        named = next(key for key in version if key.endswith("_version"))
        bench.publish(
            name, {"item_id": "CHEST", "rev": "2", "versions": [version, {**again, named: version[named].lower()}]}
        )
        assert (told(bench, name)["outcome"], "differ only by case" in told(bench, name)["detail"]) == ("refused", True)
    bench.publish("orders/PO-63", an_order("PO-63", item_id="CHEST", **UNVERSIONED), wc=WC)
    bench.enter(WC, "start_operation", order_id="PO-63")
    bench.enter(WC, "report_good", qty="1")
    bench.enter(WC, "record_check", check_id="WIDTH", value="10", uom="MM")
    bench.enter(WC, "complete_operation")
    bench.delivered()
    found = {tuple(one["versions"][name] for name in UNVERSIONED) for one in bench.mes(order_id="PO-63")}
    assert found == {("B7", "R7", "N7")}
    assert bench.one("quality.checked", order_id="PO-63")["limits"]["version"] == "L7"


@pytest.mark.requirement(64)
def test_an_instruction_is_added_beside_and_what_differs_from_the_norm_goes_back_to_its_owner(bench: Floor) -> None:
    route = {"rev": "1", "item_id": "CRATE", "versions": versions("route_version", "2", steps=[{"op_no": "10"}])}
    bench.publish("routes/CRATE", route)
    bench.publish("boms/CRATE", {"item_id": "CRATE", "versions": versions("bom_version", "3", lines=[LINE])})
    bench.publish("deviations", codes("BROKEN"))
    bench.publish("orders/PO-64", an_order("PO-64", item_id="CRATE", norm_version="N2"), wc=WC)
    before = copies(bench)
    bench.enter(WC, "start_operation", order_id="PO-64")
    bench.enter(WC, "report_good", qty="1")
    bench.enter(WC, "load_lot", lot_id="P-1", item_id="PLANK", qty="9", uom="EA")
    bench.enter(WC, "consume", lot_id="P-1", qty="1", reason="BROKEN")
    for action in ("edit_norm", "edit_route", "change_bom", "set_norm"):
        assert bench.try_to(WC, action, item_id="CRATE", qty_per="3")["code"] == "UNKNOWN_ACTION"
    bench.enter(WC, "complete_operation")
    assert copies(bench) == before, "nothing that people do changes a norm"
    added = before["routes/CRATE"]
    assert added["attributes"] == [{"name": "instruction", "value": "Wear gloves at the saw."}]
    assert added["in_force"]["sha256"] == sha256(json.dumps(route).encode()).hexdigest(), "the master is as it was sent"
    bench.delivered()
    over = [one for one in bench.mes("material.consumed", order_id="PO-64") if one["over_qty"] != "0"]
    assert [(one["over_qty"], one["reason"]["code"]) for one in over] == [("1", "BROKEN")]
    (raised,) = bench.mes("discrepancy.raised", order_id="PO-64")
    assert (raised["code"], raised["owner_role"]) == ("consumption_over_norm", "supervisor")


def copies(bench: Floor) -> dict[str, Document]:
    found = json.loads(get(bench.folder / "agent.sock", "/v1/directories"))["directories"]
    return {one["name"]: one for one in found if not one["name"].startswith("orders/")}
