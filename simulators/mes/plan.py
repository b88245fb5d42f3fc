"""What the MES owns and hands out: orders and the reasons of stops."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, TypeAlias

ReleaseStatus: TypeAlias = Literal["released", "planned", "closed"]


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
    bom_version: str = "3"
    route_version: str = "2"
    norm_version: str = "1"

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
        }


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a machine may stand still."""

    code: str
    text: Mapping[str, str]
    """Language to wording."""


@dataclass(frozen=True, slots=True)
class Plan:
    """All that the MES hands out."""

    orders: tuple[Order, ...]
    reasons: tuple[Reason, ...]
    reasons_rev: str

    def reasons_directory(self) -> dict[str, object]:
        """The reasons as the agents are told of them."""
        return {
            "rev": self.reasons_rev,
            "reasons": [{"code": reason.code, "text": dict(reason.text)} for reason in self.reasons],
        }


def _reason(code: str, en: str, ru: str, kk: str) -> Reason:
    return Reason(code, {"en": en, "ru": ru, "kk": kk})


REASONS = (
    _reason("WAIT_TECH", "Waiting for a technician", "Ожидание наладчика", "Реттеушіні күту"),
    _reason("NO_MATERIAL", "No material", "Нет материала", "Материал жоқ"),
    _reason("JAM", "Jam", "Затор", "Кептеліс"),
    _reason("CHANGEOVER", "Changeover", "Переналадка", "Қайта баптау"),
    _reason("CLEANING", "Cleaning", "Чистка", "Тазалау"),
    _reason("QUALITY", "Quality check", "Контроль качества", "Сапаны бақылау"),
    _reason("NO_OPERATOR", "No operator", "Нет оператора", "Оператор жоқ"),
    _reason("TOOL", "Tool worn or broken", "Износ или поломка инструмента", "Құралдың тозуы немесе сынуы"),
)

_BOTTLE = "Bottle 0.5 l, still water"

DEMO_PLAN = Plan(
    orders=(
        Order(
            "hall-1",
            "FILL-1",
            "PO-1001",
            "20",
            "BOTTLE-05L",
            _BOTTLE,
            Decimal(1200),
            Decimal("2.0"),
            due="2027-01-15T14:00:00.000Z",
            priority=1,
        ),
        Order(
            "hall-1",
            "FILL-1",
            "PO-1002",
            "20",
            "BOTTLE-05L",
            _BOTTLE,
            Decimal(1000),
            Decimal("2.0"),
            due="2027-01-15T20:00:00.000Z",
            priority=2,
        ),
        Order(
            "hall-1",
            "PRESS-1",
            "PO-2001",
            "10",
            "CAP-28",
            "Cap 28 mm",
            Decimal(3000),
            Decimal("1.5"),
            due="2027-01-15T18:00:00.000Z",
            priority=1,
        ),
    ),
    reasons=REASONS,
    reasons_rev="14",
)
"""What the demonstration's two work centers have to do."""
