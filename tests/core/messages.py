"""Messages of an MES about its objects, as small as they may be."""

from __future__ import annotations

import json

from tests.core.build import clock

SINCE = clock(-86_400.0)


def message(rev: str = "1", /, **fields: object) -> bytes:
    return json.dumps({"rev": rev, **fields}).encode()


def order(order_id: str, rev: str = "1", **fields: object) -> bytes:
    planned = {"qty_planned": "100", "uom": "EA", "release_status": "released"}
    return message(rev, **{"order_id": order_id, "op_no": "10", "item_id": "BOTTLE", **planned, **fields})


def reasons(*codes: str, rev: str = "1", **fields: object) -> bytes:
    return message(rev, reasons=[{"code": code, "text": {"en": code}} for code in codes], **fields)


def code_list(*codes: str, rev: str = "1", **fields: object) -> bytes:
    return message(rev, codes=[{"code": code} for code in codes], **fields)


def item(item_id: str, rev: str = "1", **fields: object) -> bytes:
    return message(rev, **{"item_id": item_id, "uom": "EA", **fields})


def lot(lot_id: str, **fields: object) -> bytes:
    return message(lot_id=lot_id, item_id="CAP-28", **fields)


def operators(*ids: str, rev: str = "1") -> bytes:
    return message(rev, operators=[{"operator_id": one, "name": one} for one in ids])


def resources(kind: str, *ids: str) -> bytes:
    return message(resources=[{"resource_id": one, "kind": kind} for one in ids])


def bom(item_id: str, *components: str) -> bytes:
    lines = [
        {"line": str(10 * number), "item_id": one, "qty_per": "1", "uom": "EA"}
        for number, one in enumerate(components or ("CAP-28",), 1)
    ]
    return message(item_id=item_id, versions=[{"bom_version": "1", "effective_from": SINCE, "lines": lines}])


def route(item_id: str, *operations: str) -> bytes:
    steps = [{"op_no": one} for one in operations]
    return message(item_id=item_id, versions=[{"route_version": "1", "effective_from": SINCE, "steps": steps}])
