"""What the MES hands out to people who try the terminal: the demonstration's plan, with more to choose from."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from simulators.demo.configuration import FILL, PRESS
from simulators.demo.trial_defects import trial_defects
from simulators.mes.demo_plan import BOTTLE, DEMO_PLAN, FILL_LEVEL, FILLER_BADGE, FILLER_OPERATOR, PRESS_OPERATOR
from simulators.mes.plan import Document

BADGE = f"BDG:{FILLER_BADGE}"
"""Of the filler's operator, as the label on it reads."""
KEY_FILE = "site-key"
LABEL = "LABEL"
"""A check of what sticks on the bottle, without a value."""

_DUE_H = {"PO-1001": 2, "PO-1002": 5, "PO-1003": 9, "PO-2001": 4, "PO-2002": 8}
_GROUPS = {
    "MACHINE": ("Machine", "Оборудование", "Жабдық"),
    "MATERIAL": ("Material", "Материалы", "Материалдар"),
    "PLANNED": ("Planned work", "Плановые работы", "Жоспарлы жұмыстар"),
    "PEOPLE": ("People and orders", "Люди и задания", "Адамдар мен тапсырмалар"),
}
_GROUP_OF = {
    "WAIT_TECH": "MACHINE",
    "JAM": "MACHINE",
    "TOOL": "MACHINE",
    "SENSOR": "MACHINE",
    "POWER": "MACHINE",
    "NO_MATERIAL": "MATERIAL",
    "BAD_MATERIAL": "MATERIAL",
    "CHANGEOVER": "PLANNED",
    "CLEANING": "PLANNED",
    "QUALITY": "PLANNED",
    "NO_OPERATOR": "PEOPLE",
    "NO_TASK": "PEOPLE",
}
_MORE_REASONS = {
    "SENSOR": ("Sensor or drive fault", "Отказ датчика или привода", "Датчик не жетек ақауы"),
    "POWER": ("No power or air", "Нет питания или воздуха", "Қуат не ауа жоқ"),
    "BAD_MATERIAL": ("Material is bad", "Негодный материал", "Материал жарамсыз"),
    "NO_TASK": ("No task", "Нет задания", "Тапсырма жоқ"),
}
_ALARMS = {"204": "JAM", "117": "WAIT_TECH", "31": "TOOL"}
_SINCE = "2026-01-01T00:00:00Z"


def trial_plan(begins: datetime) -> Document:
    """The plan as `lineside simulate mes --plan` reads it; its orders are due in the hours behind `begins`."""
    tables: dict[str, Any] = {}
    for one in DEMO_PLAN.objects:
        head, _, name = one.name.partition("/")
        if name:
            tables.setdefault(head, {})[name] = one.document
        else:
            tables[head] = one.document
    return tables | {
        "site_key_file": KEY_FILE,
        "orders": list(_orders(begins)),
        "reasons": list(_reasons()),
        "reason_groups": {code: _text(*texts) for code, texts in _GROUPS.items()},
        "alarms": {"alarms": [{"alarm": alarm, "reason": reason} for alarm, reason in _ALARMS.items()]},
        "defects": trial_defects(),
        "checks": {BOTTLE: {"versions": [_checks()]}},
        "operators": {"operators": list(_people())},
    }


def _orders(begins: datetime) -> Iterator[Document]:
    first, _, press = DEMO_PLAN.orders
    for wc_id, order_id, likeness, qty in (
        (FILL, "PO-1001", first, 1200),
        (FILL, "PO-1002", first, 1000),
        (FILL, "PO-1003", first, 600),
        (PRESS, "PO-2001", press, 3000),
        (PRESS, "PO-2002", press, 1500),
    ):
        due = begins + timedelta(hours=_DUE_H[order_id])
        told = {**likeness.directory(), "area": likeness.area, "wc_id": wc_id, "order_id": order_id}
        yield told | {"qty_planned": str(Decimal(qty)), "due": due.isoformat(timespec="milliseconds")}


def _reasons() -> Iterator[Document]:
    texts = {reason.code: dict(reason.text) for reason in DEMO_PLAN.reasons}
    texts |= {code: _text(*words) for code, words in _MORE_REASONS.items()}
    for code, text in texts.items():
        yield {"code": code, "text": text, "group": _GROUP_OF[code]}


def _checks() -> Document:
    level = _text("Fill level", "Уровень налива", "Құю деңгейі")
    label = _text("Label sits straight", "Этикетка ровная", "Жапсырма түзу")
    limits = {"uom": "ml", "lower": "495", "target": "500", "upper": "510"}
    checks = [
        {"check_id": FILL_LEVEL, "kind": "in_process", "text": level, "op_no": "20", "sampling": "once", **limits},
        {"check_id": LABEL, "kind": "in_process", "text": label, "op_no": "20", "sampling": "once"},
    ]
    return {"limits_version": "1", "effective_from": _SINCE, "checks": checks}


def _people() -> Iterator[Document]:
    for operator_id, name, roles, badge, pin, language in (
        (FILLER_OPERATOR, "Aigerim S.", ("operator",), FILLER_BADGE, "1717", None),
        (PRESS_OPERATOR, "Viktor P.", ("operator",), "0421", "2121", "ru"),
        ("OP-33", "Erlan T.", ("operator",), "0433", "3333", "kk"),
        ("MT-1", "Sergey M.", ("operator", "maintenance"), "0500", "5500", "ru"),
        ("SV-1", "Dana K.", ("operator", "supervisor", "quality"), "0001", "2468", None),
    ):
        yield {
            "operator_id": operator_id,
            "name": name,
            "roles": list(roles),
            "crew_id": "A",
            "badge": badge,
            "pin": pin,
            "language": language,
        }


def _text(en: str, ru: str, kk: str) -> dict[str, str]:
    return {"en": en, "ru": ru, "kk": kk}
