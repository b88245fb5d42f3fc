"""What the MES owns and hands out: orders, reasons of stops, and every other object of the published contract."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal, TypeAlias

ReleaseStatus: TypeAlias = Literal["released", "planned", "closed"]
Document: TypeAlias = Mapping[str, Any]
"""An object as it is published."""


@dataclass(frozen=True, slots=True)
class Order:
    """One operation of a production order, planned for one work center."""

    area: str
    wc_id: str
    order_id: str
    op_no: str
    item_id: str
    description: str
    qty_planned: Decimal
    norm_cycle_s: Decimal
    """Planned seconds per part."""
    due: str
    """RFC 3339 instant in UTC."""
    release_status: ReleaseStatus = "released"
    priority: int = 5
    rev: str = "1"
    uom: str = "EA"
    bom_version: str | None = "3"
    route_version: str | None = "2"
    norm_version: str | None = "1"
    more: Document = field(default_factory=dict)
    """What else the contract knows of an order: predecessors on the route, traceability, crew, instructions."""

    def directory(self) -> dict[str, object]:
        """The order as the agent is told of it."""
        return {
            "rev": self.rev,
            "order_id": self.order_id,
            "op_no": self.op_no,
            "item_id": self.item_id,
            "description": self.description,
            "qty_planned": str(self.qty_planned),
            "uom": self.uom,
            "release_status": self.release_status,
            "priority": self.priority,
            "due": self.due,
            "norm_cycle_s": str(self.norm_cycle_s),
            "bom_version": self.bom_version,
            "route_version": self.route_version,
            "norm_version": self.norm_version,
            **self.more,
        }


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a machine may stand still."""

    code: str
    text: Mapping[str, str]
    """Language to wording."""
    more: Document = field(default_factory=dict)
    """Whether it is sticky, or explains nothing by itself."""


@dataclass(frozen=True, slots=True)
class Published:
    """One object of the MES besides orders and reasons."""

    name: str
    """The topic behind `dir/`, such as `items/CAP-28`, `defects` or `operators`."""
    document: Document
    wc_id: str | None = None
    """None is the whole site."""


@dataclass(frozen=True, slots=True)
class Plan:
    """All that the MES hands out."""

    orders: tuple[Order, ...]
    reasons: tuple[Reason, ...]
    reasons_rev: str
    objects: tuple[Published, ...] = ()
    reason_groups: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """What each group of reasons is called, by language."""

    def reasons_directory(self) -> dict[str, object]:
        """The reasons as the agents are told of them."""
        return {
            "rev": self.reasons_rev,
            "reasons": [{"code": reason.code, "text": dict(reason.text), **reason.more} for reason in self.reasons],
            "groups": {code: dict(text) for code, text in self.reason_groups.items()},
        }


NO_PLAN = Plan((), (), "0")
