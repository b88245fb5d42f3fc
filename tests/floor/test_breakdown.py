"""What was made and used, broken down by lot, by serial and by workstation, out of the MES's own tables alone."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest

from tests.floor.plant import Document, Floor, Made, a_floor
from tests.floor.scenes import an_order, codes, versions

FIRST, SECOND, THIRD = "BENCH-1", "BENCH-2", "BENCH-3"
ORDER = "PO-41"
BENCHES: tuple[Document, ...] = (
    {"work_center": FIRST, "manual": True},
    {"work_center": SECOND, "manual": True, "output": {"count_by": "serial"}},
    {"work_center": THIRD, "manual": True},
)
LINE: Document = {"line": "10", "item_id": "LID", "qty_per": "2", "uom": "EA"}
BOARD: Document = {"line": "20", "item_id": "BOARD", "qty_per": "1", "uom": "EA", "mode": "unit"}


@pytest.fixture(scope="module")
def plant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Floor]:
    with a_floor(Made(machines=BENCHES, speed=10.0), tmp_path_factory.mktemp("breakdown")) as floor:
        floor.publish("defects", codes("DENT"))
        for item, lines in (("BOX", [LINE]), ("UNIT", [BOARD])):
            floor.publish(f"boms/{item}", {"item_id": item, "versions": versions("bom_version", "3", lines=lines)})
        floor.publish("items/BOX", {"item_id": "BOX", "uom": "EA", "lot_issuer": "external"})
        floor.publish("items/UNIT", {"item_id": "UNIT", "uom": "EA", "serial_issuer": "external"})
        for lot_id, item in (("L-1", "LID"), ("L-2", "LID"), ("B-1", "BOARD"), ("B-2", "BOARD")):
            floor.publish(f"lots/{lot_id}", {"lot_id": lot_id, "item_id": item, "qty": "100", "uom": "EA"})
        make_parts(floor)
        make_lots(floor)
        make_units(floor)
        floor.delivered()
        yield floor


def make_parts(floor: Floor) -> None:
    """Nine blanks at the first of two operations, and seven of them finished at the second."""
    for op_no, good in (("10", "9"), ("20", "7")):
        floor.publish(f"orders/PO-17/{op_no}", an_order("PO-17", op_no=op_no, item_id="LEVER"), wc=THIRD)
        floor.enter(THIRD, "start_operation", order_id="PO-17")
        floor.enter(THIRD, "report_good", qty=good)
        floor.enter(THIRD, "complete_operation")


def make_lots(floor: Floor) -> None:
    """Two lots of boxes out of two lots of lids."""
    floor.publish(f"orders/{ORDER}", an_order(ORDER), wc=FIRST)
    floor.enter(FIRST, "start_operation", order_id=ORDER)
    for made, used, good in (("P-1", "L-1", "6"), ("P-2", "L-2", "4")):
        floor.enter(FIRST, "start_lot", lot_id=made)
        assert floor.scan(FIRST, f"LOT:{used}:LID")["accepted"]
        floor.enter(FIRST, "report_good", qty=good)
        floor.enter(FIRST, "unload_lot", lot_id=used)
    floor.enter(FIRST, "report_scrap", qty="1", defect_code="DENT")
    floor.enter(FIRST, "complete_operation")


def make_units(floor: Floor) -> None:
    """Three units, the last one of another lot of boards; one of them is written off."""
    floor.publish("orders/PO-42", an_order("PO-42", item_id="UNIT", trace={"serials": True}), wc=SECOND)
    floor.enter(SECOND, "start_operation", order_id="PO-42")
    assert floor.scan(SECOND, "LOT:B-1:BOARD")["accepted"]
    assert floor.scan(SECOND, "SN:U-1")["accepted"]
    assert floor.scan(SECOND, "SN:U-2")["accepted"]
    floor.enter(SECOND, "load_lot", lot_id="B-2", item_id="BOARD", swap="B-1")
    assert floor.scan(SECOND, "SN:U-3")["accepted"]
    floor.enter(SECOND, "report_scrap", serial="U-2", defect_code="DENT")
    floor.enter(SECOND, "complete_operation")


SUMS = """
SELECT json_extract(payload, ?) AS name, sum(json_extract(payload, ?))
FROM events WHERE type = ? AND name IS NOT NULL GROUP BY name
"""


def table(floor: Floor, by: str, what: str, type_: str) -> dict[str, int]:
    """Sums of a field of facts of a type, grouped by another field, as anybody asks the MES's file."""
    with closing(sqlite3.connect(f"{floor.store.as_uri()}?mode=ro", uri=True)) as connection:
        asked = (f"$.data.{by}", f"$.data.{what}", type_)
        return {name: int(amount) for name, amount in connection.execute(SUMS, asked)}


@pytest.mark.requirement(17)
def test_what_is_half_finished_is_good_output_of_its_own_operation(plant: Floor) -> None:
    told = [(one["keys"]["op_no"], one["qty_good"], one["uom"]) for one in plant.mes("output.recorded", wc_id=THIRD)]
    assert told == [("10", "9", "EA"), ("20", "7", "EA")]
    done = {one["keys"]["op_no"]: one["qty_good"] for one in plant.mes("operation.completed", wc_id=THIRD)}
    assert done == {"10": "9", "20": "7"}


@pytest.mark.requirement(41)
def test_quantities_are_broken_down_by_workstation(plant: Floor) -> None:
    assert table(plant, "keys.wc_id", "qty_good", "output.recorded") == {FIRST: 10, SECOND: 3, THIRD: 16}
    assert table(plant, "keys.wc_id", "qty_scrap", "scrap.recorded") == {FIRST: 1, SECOND: 1}
    assert table(plant, "keys.wc_id", "qty", "material.consumed") == {FIRST: 22, SECOND: 3}


@pytest.mark.requirement(41)
def test_quantities_are_broken_down_by_the_lot_that_was_made_and_by_the_lots_that_were_used(plant: Floor) -> None:
    assert table(plant, "lot_out", "qty_good", "output.recorded") == {"P-1": 6, "P-2": 4}
    assert table(plant, "lot_out", "qty_scrap", "scrap.recorded") == {"P-2": 1}
    used = table(plant, "keys.lot_id", "qty", "material.consumed")
    assert {lot: used[lot] for lot in ("L-1", "L-2", "B-1", "B-2")} == {"L-1": 12, "L-2": 8, "B-1": 2, "B-2": 1}
    into = {(one["parent_lot"], lot) for one in plant.mes("genealogy.linked", wc_id=FIRST) for lot in one["child_lots"]}
    assert into == {("P-1", "L-1"), ("P-2", "L-2")}


@pytest.mark.requirement(41)
def test_quantities_are_broken_down_by_serial(plant: Floor) -> None:
    made = [(one["serials"], one["qty_good"]) for one in plant.mes("output.recorded", wc_id=SECOND)]
    assert made == [(["U-1"], "1"), (["U-2"], "1"), (["U-3"], "1")]
    assert table(plant, "keys.serial", "qty_scrap", "scrap.recorded") == {"U-2": 1}
    into = {one["parent_serial"]: one["keys"]["lot_id"] for one in plant.mes("material.consumed", wc_id=SECOND)}
    assert into == {"U-1": "B-1", "U-2": "B-1", "U-3": "B-2"}
