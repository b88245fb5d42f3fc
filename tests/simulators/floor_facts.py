"""Facts of the floor, written out by hand, and what they come to."""
# ruff: noqa: ANN401 - a fact may say anything

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from simulators.mes.facts import StoredFact
from simulators.mes.figures import WorkCenterFigures
from simulators.mes.folding import Told, figures
from simulators.mes.folding.contradictions import discrepancies
from simulators.mes.folding.effective import effective
from tests.simulators.mes_facts import START, fact, iso

SHIFT = {"shift_id": "early", "business_date": "2026-03-04", "crew_id": "A", "planned": None}
LATE = SHIFT | {"shift_id": "late", "crew_id": "B"}
RUN = "op-1"
"""The execution that most facts belong to."""


class Story:
    """Facts one after the other, each a second later."""

    def __init__(self, order: str | None = "PO-1", op: str | None = "20", shift: Mapping[str, Any] = SHIFT) -> None:
        self.events: list[dict[str, Any]] = []
        self.order, self.op, self.shift = order, op, shift

    def tell(self, fact_type: str, /, **data: Any) -> dict[str, Any]:
        number = len(self.events) + 1
        keys, run = data.pop("keys", {}), data.pop("run", RUN)
        if self.op is not None:
            keys = {"op_no": self.op} | keys
        data["shift"] = dict(self.shift)
        event = fact(number, fact_type, at=number, order=self.order, keys=keys, data=data)
        self.events.append(event | {"correlationid": run})
        return self.events[-1]

    def output(self, good: str, **more: Any) -> dict[str, Any]:
        fields: dict[str, Any] = {"qty_good": good, "uom": "EA", "cum_good": "0", "counter": None, "interval": None}
        return self.tell("output.recorded", **(fields | {"lots_in": []} | more))

    def scrap(self, qty: str, from_good: str, **more: Any) -> dict[str, Any]:
        fields: dict[str, Any] = {"qty_scrap": qty, "qty_from_good": from_good, "uom": "EA", "defect_code": "D1"}
        fields |= {"cum_good": "0", "cum_scrap": "0", "counter": None, "interval": None, "place": "FILL-1"}
        return self.tell("scrap.recorded", **(fields | more))

    def rework(self, qty: str, from_good: str, **more: Any) -> dict[str, Any]:
        fields: dict[str, Any] = {"qty_rework": qty, "qty_from_good": from_good, "uom": "EA", "counter": None}
        return self.tell("rework.recorded", **(fields | {"interval": None, "defect_code": "D1"} | more))

    def correct(self, target: dict[str, Any], number: int, action: str, **after: str | None) -> dict[str, Any]:
        changed = {path.replace("__", "."): value for path, value in after.items()}
        return self.tell(
            "fact.corrected",
            action=action,
            target_id=target["id"],
            target_type=target["type"],
            target_sequence=int(target["sequence"]),
            target_dedupkey=target["dedupkey"],
            before=dict.fromkeys(changed),
            after=changed,
            reason=reason("MISCOUNT", "corrections"),
            actor="sv",
            correction_no=number,
            initiator="local",
        )

    def consume(self, item: str, lot: str, qty: str, norm: str, over: str = "0", **more: Any) -> dict[str, Any]:
        fields: dict[str, Any] = {"qty": qty, "uom": "EA", "bom_line": "1", "mode": "by_output", "norm_qty": norm}
        fields |= {"cum_qty": qty, "over_qty": over, "reason": None, "is_substitute": False, "substitute_for": None}
        return self.tell("material.consumed", **(fields | {"keys": {"item_id": item, "lot_id": lot}} | more))

    def operation(self, name: str, to_status: str, **more: Any) -> dict[str, Any]:
        fields: dict[str, Any] = {"from_status": "waiting", "to_status": to_status, "transition_no": 1, "uom": "EA"}
        fields |= {"op_execution_id": RUN, "qty_good": "0", "qty_scrap": "0", "qty_planned": "50", "times": None}
        return self.tell(f"operation.{name}", **(fields | {"performers": [], "release_status_seen": "released"} | more))

    def link(self, serial: str | None, *children: dict[str, object], **more: Any) -> dict[str, Any]:
        fields: dict[str, Any] = {"parent_serial": serial, "parent_lot": None, "child_lots": [], "removed": []}
        return self.tell("genealogy.linked", **(fields | {"children": list(children)} | more))

    def facts(self) -> tuple[StoredFact, ...]:
        return tuple(_stored(event) for event in self.events)

    def figures(self) -> WorkCenterFigures:
        """What a work center without a plan comes to."""
        facts = self.facts()
        told = Told(facts, effective(facts), discrepancies(facts).get("FILL-1", ()))
        return figures(told, [], (START, START))


def reason(code: str, directory: str) -> dict[str, object]:
    return {"code": code, "dir": directory, "rev": "1"}


def child(item: str, lot: str | None, qty: str | None = "1", serial: str | None = None) -> dict[str, object]:
    return {"item_id": item, "lot_id": lot, "serial": serial, "qty": qty, "uom": "EA", "bom_line": None}


def segment(number: int, start: float, end: float | None, **more: Any) -> dict[str, object]:
    fields: dict[str, Any] = {"segment_id": f"s1.{number}", "segment_class": "down", "start": iso(start)}
    fields |= {"end": None if end is None else iso(end), "shift": SHIFT, "order_id": "PO-1", "op_no": "20"}
    return fields | {"reason": None, "inherited": None} | more


def _stored(event: dict[str, Any]) -> StoredFact:
    return StoredFact(
        event["type"].removeprefix("io.lineside.edge.").removesuffix(".v1"),
        datetime.fromisoformat(event["time"]),
        event["data"],
        event["id"],
        event["source"],
        int(event["sequence"]),
        event["correlationid"],
    )
