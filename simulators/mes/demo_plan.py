"""What the demonstration's two work centers have to do, and the directories that go with it."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from simulators.mes.credentials import DEMO_KEY, badge_hmac, pin_scrypt
from simulators.mes.plan import Document, Order, Plan, Published, Reason

_SINCE = "2026-01-01T00:00:00Z"


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
BOTTLE, PREFORM, CAP = "BOTTLE-05L", "PREFORM-05", "CAP-28"
GTINS = {BOTTLE: "09501101530003", PREFORM: "09501234567891", CAP: "09521234543213"}
"""What GS1 labels call them, by the piece."""
BOX_OF_CAPS = "19521234543210"
"""What they call a box of 500."""
PALLET = "106141412345678908"
"""License plate of a pallet with boxes of caps."""
LOT_ON_PALLET = "CP-2210"
FILL_LEVEL = "FILL-LEVEL"
"""What is checked of a bottle."""
FILLER_OPERATOR, PRESS_OPERATOR = "OP-17", "OP-21"
FILLER_BADGE = "0417"

_TEXTS = {
    BOTTLE: ("Bottle 0.5 l, still water", "Бутылка 0,5 л, негазированная вода", "0,5 л бөтелке, газсыз су"),
    PREFORM: ("Preform 0.5 l", "Преформа 0,5 л", "0,5 л преформа"),
    CAP: ("Cap 28 mm", "Крышка 28 мм", "28 мм қақпақ"),
    FILL_LEVEL: ("Fill level", "Уровень налива", "Құю деңгейі"),
}
_LISTS = {
    "defects": (
        ("UNDERFILL", "Filled too low", "Недолив", "Толық құйылмаған"),
        ("NO_CAP", "No cap", "Нет крышки", "Қақпағы жоқ"),
        ("SHORT_SHOT", "Cap not filled out", "Недолив крышки", "Қақпақ толық құйылмаған"),
        ("OTHER_DEFECT", "Another defect", "Другой дефект", "Басқа ақау"),
    ),
    "deviations": (
        ("SHORTAGE", "The component is short", "Нет компонента", "Құрамдас жетіспейді"),
        ("REPAIR", "Used for a repair", "Израсходовано на ремонт", "Жөндеуге жұмсалды"),
    ),
    "skips": (
        ("NO_DEVICE", "The device is missing", "Нет прибора", "Аспап жоқ"),
        ("NO_TIME", "No time", "Нет времени", "Уақыт жоқ"),
    ),
    "interruptions": (
        ("BREAK", "Break", "Перерыв", "Үзіліс"),
        ("OTHER_ORDER", "Another order first", "Сначала другой заказ", "Алдымен басқа тапсырыс"),
    ),
    "corrections": (
        ("MISCOUNT", "Counted wrongly", "Ошибка счёта", "Есеп қатесі"),
        ("WRONG_ORDER", "Belongs to another order", "Другой заказ", "Басқа тапсырыс"),
    ),
    "holds": (("SUSPECT", "Suspected of a defect", "Подозрение на брак", "Ақау күдігі"),),
    "returns": (("LEFT_OVER", "Left over", "Остаток", "Қалдық"),),
}


def lot_label(item_id: str, lot_id: str) -> str:
    """What a reader sends of the GS1 DataMatrix on a box: item, last day and lot."""
    return f"]d201{GTINS[item_id]}1729123110{lot_id}"


def boxes_label(boxes: int, lot_id: str) -> str:
    """What it sends of the label on so many boxes of caps."""
    return f"]d202{BOX_OF_CAPS}37{boxes}\x1d10{lot_id}"


def unit_label(serial: str) -> str:
    """What it sends of the GS1 DataMatrix on a bottle."""
    return f"]d201{GTINS[BOTTLE]}21{serial}"


def _texts(en: str, ru: str, kk: str) -> dict[str, str]:
    return {"en": en, "ru": ru, "kk": kk}


def _objects() -> Iterator[Published]:
    for name, codes in _LISTS.items():
        yield Published(name, {"rev": "1", "codes": [{"code": code, "text": _texts(*texts)} for code, *texts in codes]})
    for item_id in (BOTTLE, PREFORM, CAP):
        text = _texts(*_TEXTS[item_id])
        item = {"rev": "1", "item_id": item_id, "text": text, "uom": "EA", **_labelled(item_id)}
        yield Published(f"items/{item_id}", item)
    yield Published(f"boms/{BOTTLE}", {"rev": "1", "item_id": BOTTLE, "versions": [_bom()]})
    yield Published(f"checks/{BOTTLE}", {"rev": "1", "item_id": BOTTLE, "versions": [_checks()]})
    for lot_id, item_id in (("PF-7781", PREFORM), ("PF-7782", PREFORM), ("CP-2209", CAP), ("CP-2210", CAP)):
        lot = {"rev": "1", "lot_id": lot_id, "item_id": item_id, "qty": "5000", "uom": "EA", "owner": "WMS"}
        yield Published(f"lots/{lot_id}", lot)
    plate = {"lpn": PALLET, "item_id": CAP, "lot_id": LOT_ON_PALLET, "qty": "2500", "uom": "EA", "owner": "WMS"}
    yield Published(f"lpns/{PALLET}", {"rev": "1", **plate})
    yield Published("operators", {"rev": "1", "operators": list(_people())})


def _labelled(item_id: str) -> Document:
    """What its labels say of it."""
    packages = [{"gtin": GTINS[item_id]}]
    if item_id == CAP:
        packages.append({"gtin": BOX_OF_CAPS, "holds": "500"})
    # Without it B00101 may as well be B00 and the lot 1, (10), behind a separator that was lost.
    pattern = "[A-Z][0-9]{5}" if item_id == BOTTLE else None
    return {"gtins": packages, "serial_pattern": pattern}


def _bom() -> Document:
    lines = [
        {"line": line, "item_id": item_id, "qty_per": "1", "uom": "EA", "op_no": "20", "mode": "by_output"}
        for line, item_id in (("10", PREFORM), ("20", CAP))
    ]
    return {"bom_version": "3", "effective_from": _SINCE, "lines": lines}


def _checks() -> Document:
    limits = {"uom": "ml", "lower": "495", "target": "500", "upper": "510"}
    text = _texts(*_TEXTS[FILL_LEVEL])
    check = {"check_id": FILL_LEVEL, "kind": "in_process", "text": text, "op_no": "20", "sampling": "once", **limits}
    return {"limits_version": "1", "effective_from": _SINCE, "checks": [check]}


def _people() -> Iterator[Document]:
    key = DEMO_KEY.encode()
    for operator_id, name, roles, badge, pin in (
        (FILLER_OPERATOR, "Aigerim S.", ["operator"], FILLER_BADGE, None),
        (PRESS_OPERATOR, "Viktor P.", ["operator"], "0421", None),
        ("SV-1", "Dana K.", ["operator", "supervisor", "quality"], "0001", "2468"),
    ):
        known = {"badge_hmac": badge_hmac(key, badge)}
        known |= {} if pin is None else {"pin_scrypt": pin_scrypt(key, operator_id, pin)}
        yield {"operator_id": operator_id, "name": name, "roles": roles, "crew_id": "A", **known}


DEMO_PLAN = Plan(
    orders=(
        Order(
            "hall-1",
            "FILL-1",
            "PO-1001",
            "20",
            BOTTLE,
            _TEXTS[BOTTLE][0],
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
            BOTTLE,
            _TEXTS[BOTTLE][0],
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
            CAP,
            _TEXTS[CAP][0],
            Decimal(3000),
            Decimal("1.5"),
            due="2027-01-15T18:00:00.000Z",
            priority=1,
        ),
    ),
    reasons=REASONS,
    reasons_rev="14",
    objects=tuple(_objects()),
)
"""What the demonstration's two work centers have to do."""
