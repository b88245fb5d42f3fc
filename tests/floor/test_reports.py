"""What is made of the facts above the floor: aggregates for ERP, and a report of plan against fact with its reasons."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from decimal import Decimal

import pytest

from simulators.mes.erp import tell_erp
from simulators.mes.figures import MesReport, WorkCenterFigures
from simulators.mes.report import read_report
from tests.floor.busy import LOTS, ORDER, UNITS, WC
from tests.floor.plant import Floor

TABLES = ("erp_operation_shift", "erp_consumption", "erp_downtime")


@pytest.fixture(scope="module")
def erp(busy: Floor) -> Iterator[sqlite3.Connection]:
    """The tables that ERP is told, in the MES's own file."""
    tell_erp(busy.store)
    with closing(sqlite3.connect(f"{busy.store.as_uri()}?mode=ro", uri=True)) as connection:
        connection.row_factory = sqlite3.Row
        yield connection


@pytest.fixture(scope="module")
def report(busy: Floor) -> MesReport:
    return read_report(busy.store)


@pytest.fixture(scope="module")
def center(report: MesReport) -> WorkCenterFigures:
    return report.work_centers[WC]


@pytest.mark.requirement(94)
def test_aggregates_by_operation_and_shift_go_up_and_no_unit_or_lot_with_them(
    busy: Floor, erp: sqlite3.Connection
) -> None:
    rows = {one["op_no"]: one for one in erp.execute("SELECT * FROM erp_operation_shift WHERE order_id = ?", [ORDER])}
    assert rows.keys() == {"10", "20"}
    assert [tuple(rows["10"])[i] for i in (0, 1, 3)] == [WC, ORDER, "PUMP"]
    quantities = ("status", "qty_good", "qty_scrap", "qty_rework", "uom")
    assert [rows["10"][name] for name in quantities] == ["completed", "2", "1", "0", "EA"]
    detail = [one for one in busy.mes(order_id=ORDER, op_no="10") if "qty_good" in one or "qty_scrap" in one]
    assert len(detail) > 4, "what was added up stays where it was told"
    used = {one["item_id"]: one["qty"] for one in erp.execute("SELECT * FROM erp_consumption")}
    assert used == {"BOARD": "3", "CABLE": "6.0", "LABEL-B": "2"}
    up = json.dumps([tuple(row) for table in TABLES for row in erp.execute(f"SELECT * FROM {table}")])  # noqa: S608
    assert [name for name in (*LOTS, *UNITS) if f'"{name}"' in up] == []
    below = json.dumps(busy.mes(order_id=ORDER))
    assert [name for name in (*LOTS, *UNITS) if f'"{name}"' not in below] == []


@pytest.mark.requirement(94)
def test_the_agent_itself_tells_what_an_operation_came_to(busy: Floor) -> None:
    done = busy.one("operation.completed", order_id=ORDER, op_no="10")
    assert (done["qty_good"], done["qty_scrap"], done["qty_rework"]) == ("2", "1", "0")
    assert Decimal(done["times"]["labor_s"]) > 0


@pytest.mark.requirement(100)
def test_plan_and_fact_stand_side_by_side_and_what_differs_has_its_reason(center: WorkCenterFigures) -> None:
    (order,) = [one for one in center.orders if (one.order_id, one.op_no) == (ORDER, "10")]
    assert [str(one) for one in (order.planned, order.good, order.scrap)] == ["3", "2", "1"]
    (scrapped,) = [one for one in center.floor.nonconformances if one.serial == "U-3"]
    assert (scrapped.defect_code, scrapped.dispositions) == ("DEAD", ("write_off",))
    (cable,) = [one for one in center.floor.norms if one.item_id == "CABLE"]
    assert (cable.norm, cable.used, cable.over) == (Decimal("4.5"), Decimal(6), Decimal("1.5"))
    (lot,) = [one for one in center.floor.consumption if one.item_id == "CABLE"]
    assert lot.reasons == ("REPAIR",)
    (label,) = [one for one in center.floor.deviations if one.kind == "substitution"]
    assert (label.expected, label.actual, label.reason) == ("LABEL-A", "LABEL-B", "SHORTAGE")
    assert [one.reason for one in center.downtime if one.reason is not None] == ["TOOL"]
    assert [one.code for one in center.discrepancies] == ["consumption_over_norm"]
