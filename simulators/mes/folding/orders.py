"""Plan against fact: each operation of an order at its work center."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from simulators.mes.facts import Operation, StoredFact
from simulators.mes.figures import OperationTimes, OrderFigures
from simulators.mes.folding.quantities import MADE, total
from simulators.mes.plan import Order

_STATUS = "operation."
_ENDS = frozenset({"completed", "aborted", "stopped", "partially_completed"})


def orders(facts: Sequence[StoredFact], planned: Sequence[Order]) -> tuple[OrderFigures, ...]:
    """What was planned, begun or made, in the order in which it was planned, the rest behind."""
    found: dict[Operation, OrderFigures] = {
        Operation(order.order_id, order.op_no): OrderFigures(
            order.order_id, order.item_id, order.qty_planned, op_no=order.op_no, uom=order.uom
        )
        for order in planned
    }
    own: dict[Operation, list[StoredFact]] = {}
    for fact in facts:
        if fact.type in MADE or _is_status(fact) or fact.type == "labor.recorded":
            own.setdefault(fact.operation, []).append(fact)
    for operation, told in own.items():
        known = found.get(operation)
        if known is None:
            known = OrderFigures(operation.order_id, told[0].key("item_id"), None, op_no=operation.op_no)
        found[operation] = _folded(known, told)
    return tuple(found.values())


def _is_status(fact: StoredFact) -> bool:
    return fact.type.startswith(_STATUS) and "to_status" in fact.data


def _folded(known: OrderFigures, facts: Sequence[StoredFact]) -> OrderFigures:
    made = total(facts)
    labor = [fact for fact in facts if fact.type == "labor.recorded"]
    worked: list[str] = []
    for fact in facts:
        if _is_status(fact):
            known = _with_status(known, fact)
            worked += fact.data.get("performers", ())
        elif fact.type == "labor.recorded":
            worked.append(fact.data["operator_id"])
        elif fact.type in MADE and known.uom is None:
            known = replace(known, uom=fact.data["uom"])
    return replace(
        known,
        good=made.good,
        scrap=made.scrap,
        rework=made.rework,
        setup_pieces=made.setup,
        labor_s=sum((fact.number("duration_s") for fact in labor), Decimal(0)),
        performers=tuple(dict.fromkeys(worked)),
    )


def _with_status(known: OrderFigures, fact: StoredFact) -> OrderFigures:
    status = fact.data["to_status"]
    planned = fact.number("qty_planned") if known.planned is None else known.planned
    return replace(
        known,
        planned=planned,
        item_id=known.item_id or fact.key("item_id"),
        status=status,
        started=known.started or fact.time,
        ended=fact.time if status in _ENDS else None,
        executions=_one_more(known.executions, fact.data.get("op_execution_id")),
        release_status_seen=fact.data.get("release_status_seen"),
        bom_version=_version(fact.data, "bom_version"),
        route_version=_version(fact.data, "route_version"),
        times=_times(fact.data.get("times")) or known.times,
    )


def _one_more(executions: tuple[str, ...], execution: str | None) -> tuple[str, ...]:
    return executions if execution is None or execution in executions else (*executions, execution)


def _version(data: Mapping[str, Any], name: str) -> str | None:
    version: str | None = data.get("versions", {}).get(name)
    return version


def _times(block: Mapping[str, Any] | None) -> OperationTimes | None:
    if block is None:
        return None
    seconds = {name: None if value is None else Decimal(value) for name, value in block.items()}
    return OperationTimes(
        elapsed_s=Decimal(block["elapsed_s"]),
        run_s=Decimal(block["run_s"]),
        setup_s=Decimal(block["setup_s"]),
        delay_s=Decimal(block["delay_s"]),
        labor_s=Decimal(block["labor_s"]),
        norm_run_s=seconds.get("norm_run_s"),
        norm_setup_s=seconds.get("norm_setup_s"),
    )
