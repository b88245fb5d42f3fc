"""Plan against fact of an order with the reasons, out of the facts of one work center (requirement 100).

Quantities and labor are those of the reckoning that reads the same facts; what is told here is why they are others than
planned.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from agent.core.contract.envelope import Row
from agent.core.directories import Directories, Order
from agent.core.directories.orders import in_order
from agent.core.facts import DigestRow
from agent.core.reconciliation.amendments import Data
from agent.core.reconciliation.deviation_view import DeviationReport, OpenView, OperationView, StandstillView
from agent.core.reconciliation.told_operation import ToldOperation
from agent.core.reconciliation.told_stops import ToldStops
from agent.core.times import epoch

NONE: Final = Decimal(0)


@dataclass(slots=True)
class _Made:
    """What an operation made, in all shifts and lots."""

    good: Decimal = NONE
    scrap: Decimal = NONE
    rework: Decimal = NONE
    labor_s: Decimal = NONE
    uom: str | None = None

    @property
    def is_anything(self) -> bool:
        """Whether there is any of it."""
        return any((self.good, self.scrap, self.rework, self.labor_s))

    def add(self, row: DigestRow) -> None:
        self.good += row.qty_good
        self.scrap += row.qty_scrap
        self.rework += row.qty_rework
        self.labor_s += row.labor_s
        self.uom = self.uom or row.uom


@dataclass(slots=True)
class PlanAgainstFact:
    """What was taken in so far of an order."""

    order_id: str
    _operations: dict[str | None, ToldOperation] = field(default_factory=dict)
    _stops: ToldStops = field(default_factory=ToldStops)
    _raised: dict[str, OpenView] = field(default_factory=dict)

    def take(self, row: Row, told: Data) -> None:
        """One fact that is not void, and what it says by now."""
        self._stops.take(row.type, told)
        if row.type.startswith("discrepancy."):
            self._settle(row.type, told)
        elif told["keys"].get("order_id") == self.order_id:
            self._operations.setdefault(told["keys"].get("op_no"), ToldOperation()).take(row, told)

    def report(
        self, rows: Iterable[DigestRow], directories: Directories, planned: Iterable[Order], since: str
    ) -> DeviationReport:
        """All of it.

        Args:
            rows: what the same facts add up to.
            directories: the MES's copies, for norms of labor.
            planned: the order's operations here, so that one that has not begun is shown too.
            since: from when on facts were looked at.
        """
        plan = {one.op_no: one for one in planned}
        made: dict[str | None, _Made] = {}
        for row in rows:
            if row.order_id == self.order_id:
                made.setdefault(row.op_no, _Made()).add(row)
        stops = self._stopped()
        told = {name for name, one in self._operations.items() if one.is_told}
        names = {*plan, *stops, *told, *(name for name, one in made.items() if one.is_anything)}
        operations = tuple(
            self._operation(name, made.get(name, _Made()), directories, plan.get(name or ""), stops.get(name, ()))
            for name in sorted(names, key=lambda name: in_order(name or ""))
        )
        return DeviationReport(
            order_id=self.order_id,
            since=since,
            operations=operations,
            open_discrepancies=tuple(self._raised.values()),
        )

    def _operation(
        self,
        op_no: str | None,
        made: _Made,
        directories: Directories,
        order: Order | None,
        stops: tuple[StandstillView, ...],
    ) -> OperationView:
        told = self._operations.get(op_no, ToldOperation())
        changed: Data = told.changed or {}
        item_id = changed.get("keys", {}).get("item_id") or (None if order is None else order.item_id)
        planned = changed.get("qty_planned") or (None if order is None else order.qty_planned)
        waiting = None if told.is_told or made.is_anything or stops else "waiting"
        total = made.good + made.scrap + made.rework
        labor_s = _norm_labor(directories, item_id, op_no, changed.get("versions", {}).get("norm_version"))
        return OperationView(
            op_no=op_no,
            item_id=item_id,
            status=changed.get("to_status", waiting),
            planned=None if planned is None else Decimal(planned),
            good=made.good,
            scrap=made.scrap,
            rework=made.rework,
            uom=made.uom or changed.get("uom") or (None if order is None else order.uom),
            labor_s=made.labor_s,
            times=told.times(None if labor_s is None else labor_s * total),
            scrapped=told.scrapped,
            materials=told.materials,
            over=told.over,
            deviations=told.deviations,
            interruptions=told.interruptions,
            stops=stops,
            skipped=told.skipped,
        )

    def _settle(self, kind: str, told: Data) -> None:
        """Follow a discrepancy of the order."""
        name = told["discrepancy_id"]
        match kind:
            case "discrepancy.raised":
                if self.order_id in {told["keys"].get("order_id"), told["evidence"].get("order_id")}:
                    self._raised[name] = OpenView(
                        discrepancy_id=name,
                        code=told["code"],
                        op_no=told["keys"].get("op_no"),
                        owner_role=told["owner_role"],
                        due=told["due"],
                        status="open",
                        evidence=told["evidence"],
                    )
            case "discrepancy.resolved":
                self._raised.pop(name, None)
            case _ if name in self._raised:
                status = kind.removeprefix("discrepancy.")
                self._raised[name] = self._raised[name].model_copy(update={"status": status})

    def _stopped(self) -> Mapping[str | None, tuple[StandstillView, ...]]:
        """Stops of each operation, the longest first; what the calendar plans is none."""
        found: dict[str | None, dict[tuple[str, str | None], list[tuple[str, Data]]]] = {}
        for stop_id, one in self._stops.segments():
            if one["order_id"] == self.order_id and one["segment_class"] != "planned":
                kind = one["segment_class"], (one["reason"] or {}).get("code")
                found.setdefault(one["op_no"], {}).setdefault(kind, []).append((stop_id, one))
        return {
            op_no: tuple(sorted((_stop(kind, parts) for kind, parts in kinds.items()), key=lambda one: -one.seconds))
            for op_no, kinds in found.items()
        }


def _stop(kind: tuple[str, str | None], parts: list[tuple[str, Data]]) -> StandstillView:
    stop_class, reason = kind
    over = [part for _, part in parts if part["end"] is not None]
    milliseconds = sum(round((epoch(part["end"]) - epoch(part["start"])) * 1000) for part in over)
    return StandstillView.model_validate(
        {
            "stop_class": stop_class,
            "reason": reason,
            "stops": len({stop_id for stop_id, _ in parts}),
            "seconds": Decimal(milliseconds).scaleb(-3),
            "still_open": len(parts) - len(over),
        }
    )


def _norm_labor(
    directories: Directories, item_id: str | None, op_no: str | None, version: str | None
) -> Decimal | None:
    """Planned labor for one item, by the norm that the operation worked with."""
    norms = None if item_id is None else directories.norms.get(item_id)
    if norms is None or op_no is None:
        return None
    return next((one.labor_s for one in norms.of(op_no) if one.norm_version == version), None)
