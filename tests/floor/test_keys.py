"""The keys on every fact of a busy stretch of work: two operations of an order, with all that happens at a bench."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.floor.busy import LINES, LOTS, MOVEMENTS, ORDER, WC
from tests.floor.plant import Document, Floor
from tests.floor.scenes import an_order, versions

AGENTS = ("agent.", "link.", "storage.", "clock.", "detail.")
"""Families about the agent itself."""


def kind(event: Document) -> str:
    """Such as `lot.loaded`."""
    return ".".join(event["type"].split(".")[-3:-1])


def keys(event: Document, *names: str) -> tuple[str | None, ...]:
    return tuple(event["data"]["keys"][name] for name in names)


def of_stretch(busy: Floor, op_no: str) -> list[Document]:
    """All that was told from the start of an operation to its end."""
    events = busy.events()
    (first,) = [number for number, one in enumerate(events) if is_step(one, "operation.started", op_no)]
    (last,) = [number for number, one in enumerate(events) if is_step(one, "operation.completed", op_no)]
    return events[first : last + 1]


def is_step(event: Document, type_: str, op_no: str) -> bool:
    return kind(event) == type_ and keys(event, "op_no") == (op_no,)


@pytest.mark.requirement(46)
@pytest.mark.requirement(47)
def test_every_fact_that_is_bound_to_an_order_names_order_and_operation(busy: Floor) -> None:
    told = of_stretch(busy, "10")
    unbound = [kind(one) for one in told if keys(one, "order_id", "op_no") != (ORDER, "10")]
    # A lot is held whatever order it is used for, and a pause is nobody's work on an order.
    assert unbound == ["hold.placed", "hold.released", "labor.recorded", "labor.recorded"]
    bound = {kind(one).split(".")[0] for one in told} - {"hold"}
    assert bound == {
        *("operation", "scan", "lot", "quality", "genealogy", "material", "output", "nc", "rework", "scrap", "stop"),
        *("machine", "labor", "discrepancy"),
    }
    assert {keys(one, "order_id", "op_no") for one in of_stretch(busy, "20")} == {(ORDER, "20")}


@pytest.mark.requirement(53)
def test_each_fact_leads_to_its_execution_the_operation_and_the_order_as_the_mes_sent_it(busy: Floor) -> None:
    executions = {one["op_execution_id"]: one["keys"] for one in busy.mes("operation.started")}
    assert len(executions) == 2
    published = {one["name"] for one in busy.mes("agent.directory_applied") if one["outcome"] == "applied"}
    made = ("output.", "scrap.", "rework.", "material.consumed", "nc.", "quality.", "genealogy.", "operation.")
    followed = [one for one in busy.events() if kind(one).startswith(made)]
    assert len(followed) > 30
    for event in followed:
        order_id, op_no = keys(event, "order_id", "op_no")
        start = executions[event["correlationid"]]
        assert (start["order_id"], start["op_no"]) == (order_id, op_no), event
        assert f"orders/{order_id}/{op_no}" in published
        assert event["subject"] == f"{WC}/{order_id}/{op_no}"


@pytest.mark.requirement(48)
def test_consumed_and_produced_material_names_its_item(busy: Floor) -> None:
    used = ("material.", "lot.")
    for event in busy.events():
        item, lot = keys(event, "item_id", "lot_id")
        if kind(event).startswith(used):
            assert item == LOTS[str(lot)][0], event
        elif kind(event).startswith(("output.", "scrap.", "rework.", "nc.", "genealogy.")):
            assert item == "PUMP", event
    assert {keys(one, "item_id") for one in busy.events() if kind(one) == "material.consumed"} == {
        ("BOARD",),
        ("CABLE",),
        ("LABEL-B",),
    }
    children = [child for one in busy.mes("genealogy.linked", op_no="10") for child in one["children"]]
    assert {(child["item_id"], child["lot_id"]) for child in children} == {("BOARD", "B-1"), ("CABLE", "C-1")}


@pytest.mark.requirement(49)
def test_every_fact_of_a_machine_or_a_line_names_its_work_center(busy: Floor) -> None:
    named = {keys(one, "wc_id") for one in busy.events() if not kind(one).startswith(AGENTS)}
    assert named == {(WC,)}
    assert {"machine.condition_changed", "stop.opened", "stop.closed"} <= {kind(one) for one in busy.events()}


@pytest.mark.requirement(50)
def test_what_is_about_a_lot_names_the_lot(busy: Floor) -> None:
    told = {(kind(one), keys(one, "lot_id")[0]) for one in busy.events() if keys(one, "lot_id") != (None,)}
    assert told == {
        *((each, lot_id) for each in ("lot.loaded", "lot.unloaded", "material.consumed") for lot_id in LOTS),
        *((each, "C-1") for each in ("lot.moved", "material.movement_settled", *MOVEMENTS)),
        ("deviation.recorded", "A-1"),
        *((each, "B-1") for each in ("quality.checked", "hold.placed", "hold.released")),
    }
    assert [one for one in busy.events() if kind(one).startswith("lot.") and keys(one, "lot_id") == (None,)] == []


@pytest.mark.requirement(51)
def test_what_is_about_a_unit_names_its_serial(busy: Floor) -> None:
    told = [(kind(one), keys(one, "serial")[0]) for one in of_stretch(busy, "10") if keys(one, "serial") != (None,)]
    of_rework = ["quality.checked", "nc.raised", "rework.recorded", "nc.dispositioned"]
    assert [each for each, serial in told if serial == "U-1"] == [
        "genealogy.linked",
        "output.recorded",
        "quality.checked",
    ]
    assert [each for each, serial in told if serial == "U-2"] == [
        *("genealogy.linked", "output.recorded", *of_rework),
        *("rework.started", "genealogy.linked", "output.recorded", "quality.checked"),
    ]
    assert [each for each, serial in told if serial == "U-3"] == [
        *("genealogy.linked", "output.recorded", "nc.raised", "rework.recorded", "nc.dispositioned", "scrap.recorded")
    ]
    parents = {one["parent_serial"] for one in busy.mes("material.consumed")}
    assert parents == {"U-1", "U-2", "U-3"}


def quantities(document: object) -> Iterator[Document]:
    """Every part of a fact that says a quantity."""
    if isinstance(document, dict):
        said = {
            name for name in document if name.startswith(("qty", "cum_", "norm_qty", "over_qty")) or name == "delta"
        }
        if any(document[name] is not None for name in said):
            yield document
        for part in document.values():
            yield from quantities(part)
    elif isinstance(document, list):
        for part in document:
            yield from quantities(part)


@pytest.mark.requirement(52)
def test_no_quantity_is_without_its_unit_and_units_are_those_of_the_directories(busy: Floor) -> None:
    told = [part for one in busy.mes() for part in quantities(one)]
    assert len(told) > 30
    assert {part.get("uom") for part in told} == {"EA", "M"}
    used = busy.mes("material.consumed", item_id="CABLE")
    assert {one["uom"] for one in used} == {"M"}


@pytest.mark.requirement(52)
def test_a_quantity_without_a_unit_or_in_another_one_is_refused(busy: Floor) -> None:
    loaded = {"lot_id": "C-1", "item_id": "CABLE", "qty": "94"}
    assert busy.try_to(WC, "issue_material", item_id="GLUE", qty="1")["code"] == "NO_UOM"
    assert busy.try_to(WC, "issue_material", **loaded, uom="KM")["code"] == "WRONG_UOM"
    for name, document in (
        ("items/GLUE", {"item_id": "GLUE"}),
        ("boms/GLUE", {"item_id": "GLUE", "versions": versions("bom_version", "1", lines=[{**LINES[0], "uom": ""}])}),
    ):
        busy.publish(name, document)
        answer = [one for one in busy.mes("agent.directory_applied") if one["name"] == name]
        assert [(one["outcome"], "uom" in one["detail"]) for one in answer] == [("refused", True)]
    order = an_order("PO-52", item_id="PUMP")
    del order["uom"]
    busy.publish("orders/PO-52", order, wc=WC)
    assert busy.mes("agent.directory_applied")[-1]["outcome"] == "refused"
    assert "PO-52" not in {one["order_id"] for one in busy.center(WC)["orders"]}
