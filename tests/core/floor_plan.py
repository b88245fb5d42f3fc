"""A plant of two work centers, a line that counts and a bench by serials: its configuration, and what its MES sends."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from agent.core.codes.badges import digest
from agent.core.settings import Settings
from tests.core.build import SITE_KEY, clock

LINE, BENCH = "LINE-1", "BENCH-1"
CENTERS = (LINE, BENCH)
ORDERS = {LINE: ("PO-1", "PO-2", "PO-3"), BENCH: ("PO-4", "PO-5")}
STRANGE_ORDERS = ("PO-9", "PO-4", "PO-1")
LOTS = {"CAP-1": "CAP", "CAP-2": "CAP", "LID-1": "LID", "GLUE-1": "GLUE", "LABEL-1": "LABEL", "MOTOR-1": "MOTOR"}
UOMS = {"GLUE": "KG"}
LEFT = {"CAP-1": "12", "GLUE-1": "4", "MOTOR-1": "6"}
"""What is in them, where the MES says so."""
GTINS = {
    "CAP": ("19501101530000", "5"),
    "GLUE": ("09501101530010", None),
    "BOTTLE": ("09501101530027", None),
    "PUMP": ("09501101530034", None),
}
"""What labels call items, and how much of them a package holds."""
PLATE = "106141412345678908"
"""Of a pallet with six of lot CAP-2."""
PEOPLE = {"OP-1": "operator", "OP-2": "supervisor", "OP-3": "quality", "OP-4": "operator"}
BADGES = {"OP-1": "one", "OP-2": "two"}
LONG_AGO = clock(-86_400.0 * 30)
SHIFTS: list[dict[str, Any]] = [
    {"id": "early", "start": "04:00", "end": "05:20", "break": [{"name": "tea", "start": "05:05", "end": "05:08"}]},
    {"id": "late", "start": "05:20", "end": "06:30", "crew": "B"},
    {"id": "long", "start": "07:00", "end": "18:00", "break": [{"name": "lunch", "start": "12:00", "end": "12:30"}]},
]
DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


def _node(key: str, **more: object) -> dict[str, object]:
    return {"key": key, "role": key, "node": f"nsu=urn:line;s={key}", **more}


LINE_MACHINE: dict[str, Any] = {
    "work_center": LINE,
    "opcua": {"endpoint": "opc.tcp://plc:4840/"},
    "signal": [_node("packml_state"), _node("mode"), _node("total"), _node("scrap")],
    "condition": {"setup_modes": [4]},
    "output": {"cycle_s": 1.0},
    "people": {"rights_need_sign_on": False},
}
BENCH_MACHINE: dict[str, Any] = {
    "work_center": BENCH,
    "manual": True,
    "output": {"count_by": "serial"},
    "people": {"rights_need_sign_on": False},
}


NO_OTHERS: Mapping[str, Mapping[str, float]] = {}


def a_site(wc_id: str = "", thresholds: Mapping[str, Mapping[str, float]] = NO_OTHERS) -> Settings:
    """Both work centers, one of them with other thresholds."""
    machines = [
        {**one, **{name: {**one.get(name, {}), **table} for name, table in thresholds.items()}}
        if one["work_center"] == wc_id
        else one
        for one in (LINE_MACHINE, BENCH_MACHINE)
    ]
    return Settings.model_validate(
        {
            "agent": {"enterprise": "acme", "site": "ala1", "area": "packing", "id": "line-a"},
            "mes": {
                "host": "mes",
                "commands": ["replay", "message", "resolve", "settle", "correct", "reconcile"],
            },
            "machine": machines,
            "calendar": {"shift": [{**shift, "days": DAYS} for shift in SHIFTS]},
            "discrepancies": {"order_not_released": {"due_h": 1}},
        }
    )


def _said(rev: str = "1", /, **fields: object) -> bytes:
    return json.dumps({"rev": rev, **fields}).encode()


def an_order(order_id: str, rev: str = "1", **fields: object) -> bytes:
    line = order_id in ORDERS[LINE]
    base: dict[str, object] = {
        "order_id": order_id,
        "op_no": "10",
        "item_id": "BOTTLE" if line else "PUMP",
        "qty_planned": "20",
        "uom": "EA",
        "release_status": "planned" if order_id == "PO-2" else "released",
        "bom_version": "B1",
    }
    if order_id == "PO-3":
        base |= {"trace": {"serials": True, "serial_range": {"prefix": "M", "first": 1, "last": 30, "digits": 3}}}
    return _said(rev, **{**base, **fields})


def _line(line: str, item_id: str, qty_per: str, mode: str, **more: object) -> dict[str, object]:
    return {"line": line, "item_id": item_id, "qty_per": qty_per, "uom": UOMS.get(item_id, "EA"), "mode": mode, **more}


LID = {"item_id": "LID", "coefficient": "2", "reason_required": False}
BOTTLE_LINES = (
    _line("10", "CAP", "1", "by_output", substitutes=[LID]),
    _line("20", "GLUE", "0.25", "by_output", lot_required=False),
    _line("30", "LABEL", "1", "entered", tolerance_pct="10"),
)
PUMP_LINES = (_line("10", "MOTOR", "1", "unit"), _line("20", "CAP", "2", "unit", lot_required=False))


def boms(*versions: tuple[str, str]) -> bytes:
    """The bottle's, in versions that begin at these instants."""
    told = [
        {"bom_version": name, "effective_from": since, "lines": BOTTLE_LINES[: 2 if name == "B2" else 3]}
        for name, since in (("B1", LONG_AGO), *versions)
    ]
    return _said(versions[-1][0] if versions else "1", item_id="BOTTLE", versions=told)


def a_lot(lot_id: str, rev: str = "1", **fields: object) -> bytes:
    item_id = LOTS[lot_id]
    more = {} if lot_id not in LEFT else {"qty": LEFT[lot_id]}
    return _said(rev, **{"lot_id": lot_id, "item_id": item_id, "uom": UOMS.get(item_id, "EA"), **more, **fields})


def _check(check_id: str, kind: str, sampling: str, **more: object) -> dict[str, object]:
    return {"check_id": check_id, "kind": kind, "sampling": sampling, **more}


def _checks(item_id: str, *checks: dict[str, object]) -> bytes:
    return _said(item_id=item_id, versions=[{"limits_version": "L1", "effective_from": LONG_AGO, "checks": checks}])


def _codes(*codes: str) -> bytes:
    return _said(codes=[{"code": code} for code in codes])


def everything() -> list[tuple[str | None, str, bytes]]:
    """Work center, name and payload of all that the MES sends first."""
    pump = [{"bom_version": "B1", "effective_from": LONG_AGO, "lines": PUMP_LINES}]
    weight = _check("WEIGHT", "in_process", "every_n", every=6, mandatory=True, uom="KG", lower="1", upper="2")
    look, leak = _check("LOOK", "in_process", "first_piece"), _check("LEAK", "final", "every_unit")
    people = [
        {
            "operator_id": name,
            "name": name,
            "roles": [role],
            "badge_hmac": digest(SITE_KEY, BADGES[name]) if name in BADGES else None,
        }
        for name, role in PEOPLE.items()
    ]
    items: dict[str, dict[str, object]] = {
        name: {"lot_issuer": "external", "uom": UOMS.get(name, "EA")} for name in {*LOTS.values(), "BOTTLE"}
    }
    items["PUMP"] = {"lot_issuer": "agent", "uom": "EA"}
    for name, (gtin, holds) in GTINS.items():
        items[name] = {**items[name], "gtins": [{"gtin": gtin, "holds": holds}]}
    return [
        *((None, f"items/{name}", _said(item_id=name, **fields)) for name, fields in sorted(items.items())),
        *((wc_id, f"orders/{name}", an_order(name)) for wc_id in CENTERS for name in ORDERS[wc_id]),
        (None, "boms/BOTTLE", boms()),
        (None, "boms/PUMP", _said(item_id="PUMP", versions=pump)),
        *((None, f"lots/{name}", a_lot(name)) for name in LOTS),
        (None, f"lpns/{PLATE}", _said(lpn=PLATE, item_id="CAP", lot_id="CAP-2", qty="6", uom="EA")),
        (None, "checks/BOTTLE", _checks("BOTTLE", weight, look)),
        (None, "checks/PUMP", _checks("PUMP", leak)),
        (None, "reasons", _said(reasons=[{"code": code, "text": {}} for code in ("JAM", "BROKEN")])),
        (None, "defects", _codes("DENT", "CRACK")),
        (None, "corrections", _codes("TYPO", "RECOUNT")),
        (None, "operators", _said(operators=people)),
    ]
