"""What the MES has said to the agent that stands behind a terminal under test, and who works there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

from agent.core.codes.badges import digest
from agent.core.people.pins import PinDigest
from tests.core.build import SITE_KEY
from tests.core.test_pins import text_of

Document: TypeAlias = Mapping[str, Any]

OPERATOR, FITTER, SUPERVISOR = "OP-17", "MT-5", "SV-1"
BADGES = {OPERATOR: "BDG:0017", FITTER: "BDG:0005", SUPERVISOR: "BDG:0001"}
PINS = {OPERATOR: "1717", FITTER: "5500", SUPERVISOR: "2468"}

REASON_GROUPS = {
    "MACHINE": ("Machine", "Оборудование", "Жабдық"),
    "MATERIAL": ("Material", "Материалы", "Материалдар"),
    "PEOPLE": ("People and orders", "Люди и задания", "Адамдар мен тапсырмалар"),
}
REASONS = (
    ("JAM", "MACHINE", "Jam in the feeder", "Затор в питателе", "Қоректендіргіштегі кептеліс"),
    ("TOOL", "MACHINE", "Tool worn or broken", "Износ инструмента", "Құрал тозған"),
    ("SENSOR", "MACHINE", "Sensor fault", "Отказ датчика", "Датчик ақауы"),
    ("POWER", "MACHINE", "No power or air", "Нет питания или воздуха", "Қуат не ауа жоқ"),
    ("TECH", "MACHINE", "Waiting for a technician", "Ожидание наладчика", "Баптаушыны күту"),
    ("NO_MAT", "MATERIAL", "No material", "Нет материала", "Материал жоқ"),
    ("BAD_MAT", "MATERIAL", "Material is bad", "Негодный материал", "Материал жарамсыз"),
    ("NO_CREW", "PEOPLE", "Crew not complete", "Неполная бригада", "Бригада толық емес"),
    ("NO_TASK", "PEOPLE", "No task", "Нет задания", "Тапсырма жоқ"),
    ("CLEAN", "PEOPLE", "Cleaning", "Уборка", "Тазалау"),
    ("OTHER", "PEOPLE", "Something else", "Другое", "Басқа"),
)
"""Code, group and texts; OTHER says nothing by itself."""
LISTS = {
    "defects": (
        ("SCRATCH", "Scratch", "Царапина", "Сызат"),
        ("CRACK", "Crack", "Трещина", "Жарық"),
        ("SHORT", "Not filled", "Недолив", "Толмаған"),
    ),
    "interruptions": (
        ("BREAK", "Break", "Перерыв", "Үзіліс"),
        ("OTHER_ORDER", "Another order first", "Сначала другой заказ", "Алдымен басқа тапсырыс"),
    ),
    "deviations": (
        ("RUSH", "Urgent order", "Срочный заказ", "Шұғыл тапсырыс"),
        ("PLANNER", "The planner said so", "Так сказал плановик", "Жоспарлаушы айтты"),
    ),
    "skips": (("NO_TIME", "No time", "Нет времени", "Уақыт жоқ"),),
    "causes": (("WEAR", "Wear", "Износ", "Тозу"),),
    "holds": (("SUSPECT", "Suspected of a defect", "Подозрение на брак", "Ақау күдігі"),),
    "returns": (("LEFT_OVER", "Left over", "Остаток", "Қалдық"),),
}
ALARM = "204"
"""Suggests JAM."""
_SINCE = "2026-01-01T00:00:00Z"
_CHEAP = PinDigest(4096, 8, 1, b"salt of a person", bytes(32))


def orders() -> Iterator[tuple[str, Document]]:
    """PO-1 and PO-2 are released, PO-3 is not; all make caps of lots of granulate."""
    for number, status in ((1, "released"), (2, "released"), (3, "planned")):
        order_id = f"PO-{number}"
        made = {"item_id": "CAP", "description": "Cap 28 mm", "qty_planned": "100", "uom": "EA", "bom_version": "1"}
        steps = [{"op_no": "5", "status": "waiting"}] if number == 2 else []
        yield (
            f"orders/{order_id}",
            {"rev": "1", "order_id": order_id, "op_no": "10", "release_status": status, "route": steps, **made},
        )


def site() -> Iterator[tuple[str, Document]]:
    """The directories of the site, by their names."""
    yield "reasons", _reasons()
    yield "alarms", {"rev": "1", "alarms": [{"alarm": ALARM, "reason": "JAM"}]}
    yield "operators", {"rev": "1", "operators": list(_people())}
    for name, codes in LISTS.items():
        yield name, {"rev": "1", "codes": [{"code": code, "text": _texts(*texts)} for code, *texts in codes]}
    for item_id in ("CAP", "GRANULATE"):
        yield f"items/{item_id}", {"rev": "1", "item_id": item_id, "uom": "EA" if item_id == "CAP" else "KGM"}
    yield "boms/CAP", {"rev": "1", "item_id": "CAP", "versions": [_bom()]}
    yield "checks/CAP", {"rev": "1", "item_id": "CAP", "versions": [_checks()]}
    for lot_id in ("G-1", "G-2"):
        yield f"lots/{lot_id}", {"rev": "1", "lot_id": lot_id, "item_id": "GRANULATE", "qty": "500", "uom": "KGM"}


def _reasons() -> Document:
    entries = [
        {"code": code, "group": group, "text": _texts(*texts), "generic": code == "OTHER"}
        for code, group, *texts in REASONS
    ]
    return {"rev": "1", "reasons": entries, "groups": {code: _texts(*texts) for code, texts in REASON_GROUPS.items()}}


def _people() -> Iterator[Document]:
    for operator_id, name, roles, language in (
        (OPERATOR, "Aigerim S.", ["operator"], "kk"),
        (FITTER, "Sergey M.", ["operator", "maintenance"], "ru"),
        (SUPERVISOR, "Dana K.", ["operator", "supervisor", "quality"], None),
    ):
        yield {
            "operator_id": operator_id,
            "name": name,
            "roles": roles,
            "badge_hmac": digest(SITE_KEY, BADGES[operator_id].removeprefix("BDG:")),
            "pin_scrypt": text_of(PINS[operator_id], _CHEAP),
            "language": language,
        }


def _bom() -> Document:
    line = {"line": "10", "item_id": "GRANULATE", "qty_per": "0.01", "uom": "KGM", "op_no": "10"}
    return {"bom_version": "1", "effective_from": _SINCE, "lines": [line]}


def _checks() -> Document:
    limits = {"uom": "mm", "lower": "27.5", "target": "28", "upper": "28.5"}
    checks = [
        {"check_id": "WIDTH", "kind": "in_process", "op_no": "10", "text": _texts("Width", "Ширина", "Ені"), **limits},
        {"check_id": "LOOK", "kind": "in_process", "op_no": "10", "text": _texts("Look", "Вид", "Түрі")},
    ]
    return {"limits_version": "1", "effective_from": _SINCE, "checks": checks}


def _texts(en: str, ru: str, kk: str) -> dict[str, str]:
    return {"en": en, "ru": ru, "kk": kk}
