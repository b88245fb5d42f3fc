"""What the demonstration's two work centers have to do, and the directories that go with it."""

from __future__ import annotations

from decimal import Decimal

from simulators.mes.plan import Order, Plan, Reason


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
