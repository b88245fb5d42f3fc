"""What ERP is told: aggregates by operation and shift, in tables of the MES's own file, made anew on demand.

The detail stays in the MES: no unit, no lot, no single fact goes up (requirement 94), and no money anywhere.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from decimal import Decimal
from pathlib import Path

from simulators.mes.facts import Operation, ShiftKey, StoredFact
from simulators.mes.figures import Downtime
from simulators.mes.folding.effective import effective
from simulators.mes.folding.orders import orders
from simulators.mes.folding.rows import by_operation_and_shift, rows
from simulators.mes.folding.stops import downtimes, stops
from simulators.mes.reading import by_work_center, read_facts

_TABLES = """
DROP TABLE IF EXISTS erp_operation_shift;
DROP TABLE IF EXISTS erp_consumption;
DROP TABLE IF EXISTS erp_downtime;
CREATE TABLE erp_operation_shift (
    wc_id TEXT NOT NULL, order_id TEXT, op_no TEXT, item_id TEXT, business_date TEXT, shift_id TEXT, status TEXT,
    qty_good TEXT NOT NULL, qty_scrap TEXT NOT NULL, qty_rework TEXT NOT NULL, uom TEXT, labor_s TEXT NOT NULL,
    setup_s TEXT NOT NULL, stop_s TEXT NOT NULL, facts INTEGER NOT NULL
) STRICT;
CREATE TABLE erp_consumption (
    wc_id TEXT NOT NULL, order_id TEXT, op_no TEXT, business_date TEXT, shift_id TEXT, item_id TEXT NOT NULL,
    qty TEXT NOT NULL
) STRICT;
CREATE TABLE erp_downtime (
    wc_id TEXT NOT NULL, order_id TEXT, op_no TEXT, business_date TEXT, shift_id TEXT, stop_class TEXT, reason TEXT,
    seconds REAL NOT NULL, segments INTEGER NOT NULL
) STRICT;
"""
_ADD_OPERATION = "INSERT INTO erp_operation_shift VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_ADD_CONSUMPTION = "INSERT INTO erp_consumption VALUES (?, ?, ?, ?, ?, ?, ?)"
_ADD_DOWNTIME = "INSERT INTO erp_downtime VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"


def tell_erp(store: Path) -> None:
    """Make the tables anew out of all facts, in one transaction; a running MES goes on meanwhile.

    Args:
        store: The MES's SQLite file.

    Raises:
        sqlite3.Error: there is no such file, or it is no MES store.
    """
    with closing(sqlite3.connect(f"{store.resolve().as_uri()}?mode=rw", uri=True, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        told = by_work_center(read_facts(connection))
        for statement in filter(str.strip, _TABLES.split(";")):
            connection.execute(statement)
        for wc_id, facts in told.items():
            connection.executemany(_ADD_OPERATION, _operations(wc_id, facts))
            connection.executemany(_ADD_CONSUMPTION, _consumption(wc_id, facts))
            connection.executemany(_ADD_DOWNTIME, (_downtime(wc_id, one) for one in downtimes(stops(effective(facts)))))
        connection.execute("COMMIT")


def _operations(wc_id: str, facts: list[StoredFact]) -> Iterator[tuple[object, ...]]:
    known = {Operation(order.order_id, order.op_no): order for order in orders(effective(facts), [])}
    for (operation, shift), row in by_operation_and_shift(rows(facts)).items():
        order = known.get(operation)
        if order is None and not any((row.consumed, row.labor_s, row.setup_s, row.stop_s)):
            continue
        item, status = (None, None) if order is None else (order.item_id, order.status)
        made = (str(row.made.good), str(row.made.scrap), str(row.made.rework), row.uom)
        times = (str(row.labor_s), str(row.setup_s), str(row.stop_s))
        yield (wc_id, *operation, item, *_shift(shift), status, *made, *times, row.facts)


def _consumption(wc_id: str, facts: list[StoredFact]) -> Iterator[tuple[object, ...]]:
    for (operation, shift), row in by_operation_and_shift(rows(facts)).items():
        used: Mapping[str, Decimal] = row.consumed
        for item, qty in used.items():
            yield (wc_id, *operation, *_shift(shift), item, str(qty))


def _downtime(wc_id: str, one: Downtime) -> tuple[object, ...]:
    return (wc_id, *one.operation, *_shift(one.shift), one.stop_class, one.reason, one.seconds, one.segments)


def _shift(shift: ShiftKey | None) -> tuple[str | None, str | None]:
    return (None, None) if shift is None else (shift.business_date, shift.shift_id)
