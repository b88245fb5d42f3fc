"""Reads a plan out of a TOML or JSON file, whose tables are named as the directories of the contract are.

`orders` and `reasons` are lists; `reason_groups` are texts by group; `items`, `boms`, `norms`, `routes`, `checks`,
`lots` and `lpns` are tables by id; `operators`, `resources`, `calendar`, `alarms` and the lists of codes are one
object each. A `rev` that is left out is 1. Operators may be written with their `badge` and `pin`; what is published
is their digests under the key in `site_key_file`, a path from the plan.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from dataclasses import MISSING, fields
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from simulators.mes.credentials import badge_hmac, pin_scrypt, read_key
from simulators.mes.plan import Order, Plan, Published, Reason
from simulators.mes.topics import named

OF_IDS = {
    "items": "item_id",
    "boms": "item_id",
    "norms": "item_id",
    "routes": "item_id",
    "checks": "item_id",
    "lots": "lot_id",
    "lpns": "lpn",
}
"""Directories with an object for each id, and how they call it."""
WHOLE = frozenset(
    {
        "operators", "resources", "calendar", "alarms", "defects", "causes", "corrections", "deviations", "skips",
        "holds", "interruptions", "returns", "uoms", "operations",
    }
)  # fmt: skip
"""Directories that are one object."""
_NUMBERS = frozenset({"qty_planned", "norm_cycle_s"})


def read_plan(path: Path) -> Plan:
    """The plan in a file.

    Raises:
        OSError: the file cannot be read.
        ValueError: it is no plan; the message names the place and what was expected there.
    """
    text = path.read_text(encoding="utf-8")
    # Decimals stay as they are written.
    try:
        read = tomllib.loads if path.suffix == ".toml" else json.loads
        found = read(text, parse_float=str)
    except ValueError as error:
        raise ValueError(f"plan {path}: {error}; expected TOML in a file called .toml, else JSON") from None
    try:
        return _plan(found, path.parent)
    except ValueError as error:
        raise ValueError(f"plan {path}: {error}") from None


def _plan(found: Any, folder: Path) -> Plan:  # noqa: ANN401 - whatever stands in the file
    tables = _table(_plain(found), "the file")
    expected = {"orders", "reasons", "reasons_rev", "reason_groups", "site_key_file", *OF_IDS, *WHOLE}
    if unknown := tables.keys() - expected:
        raise ValueError(f"unknown table {', '.join(sorted(unknown))}; expected {', '.join(sorted(expected))}")
    named = tables.get("site_key_file")
    key = None if named is None else read_key(folder / str(named))
    return Plan(
        orders=tuple(_order(one) for one in _list(tables.get("orders", []), "orders")),
        reasons=tuple(_reason(one) for one in _list(tables.get("reasons", []), "reasons")),
        reasons_rev=str(tables.get("reasons_rev", "1")),
        objects=tuple(_objects(tables, key)),
        reason_groups=_table(tables.get("reason_groups", {}), "reason_groups"),
    )


def _objects(tables: dict[str, Any], key: bytes | None) -> Iterator[Published]:
    for head, identity in OF_IDS.items():
        for name, document in _table(tables.get(head, {}), head).items():
            whole = {"rev": "1", identity: name, **_table(document, f"{head}.{name}")}
            yield Published(named(head, name), whole)
    for name in sorted(WHOLE & tables.keys()):
        document = {"rev": "1", **_table(tables[name], name)}
        if name == "operators":
            people = _list(document.get("operators", []), "operators.operators")
            document["operators"] = [_operator(one, key) for one in people]
        yield Published(name, document)


def _order(told: Any) -> Order:  # noqa: ANN401 - likewise
    given = _table(told, "an order")
    known = {one.name: one for one in fields(Order) if one.name != "more"}
    needed = {name for name, one in known.items() if one.default is MISSING} - {"description", "due"}
    if missing := needed - given.keys():
        raise ValueError(f"order {given.get('order_id', '?')}: {', '.join(sorted(missing))} is missing")
    own: dict[str, Any] = {"description": "", "due": None}
    own |= {name: value for name, value in given.items() if name in known}
    for name in _NUMBERS:
        own[name] = _number(own[name], f"order {own['order_id']}: {name}")
    return Order(**own, more={name: value for name, value in given.items() if name not in known})


def _reason(told: Any) -> Reason:  # noqa: ANN401 - likewise
    given = _table(told, "a reason")
    if not given.get("code"):
        raise ValueError(f"a reason without a code: {given}")
    more = {name: value for name, value in given.items() if name not in {"code", "text"}}
    return Reason(given["code"], given.get("text", {"en": given["code"]}), more)


def _operator(told: Any, key: bytes | None) -> dict[str, Any]:  # noqa: ANN401 - likewise
    given = dict(_table(told, "an operator"))
    badge, pin = given.pop("badge", None), given.pop("pin", None)
    if badge is None and pin is None:
        return given
    if key is None:
        raise ValueError("an operator with a badge or PIN needs site_key_file, the key under which agents know them")
    if badge is not None:
        given["badge_hmac"] = badge_hmac(key, str(badge))
    if pin is not None:
        given["pin_scrypt"] = pin_scrypt(key, str(given.get("operator_id")), str(pin))
    return given


def _number(value: Any, where: str) -> Decimal:  # noqa: ANN401 - likewise
    try:
        return Decimal(str(value))
    except InvalidOperation:
        raise ValueError(f"{where} is '{value}'; expected a number") from None


def _table(value: Any, where: str) -> dict[str, Any]:  # noqa: ANN401 - likewise
    if not isinstance(value, dict):
        raise ValueError(f"{where} is {value!r}; expected a table")  # noqa: TRY004 - a flaw of the file
    return value


def _list(value: Any, where: str) -> list[Any]:  # noqa: ANN401 - likewise
    if not isinstance(value, list):
        raise ValueError(f"{where} is {value!r}; expected a list")  # noqa: TRY004 - a flaw of the file
    return value


def _plain(value: Any) -> Any:  # noqa: ANN401 - likewise
    """What TOML knows and JSON does not, as the contract writes it: times as texts."""
    match value:
        case dict():
            return {name: _plain(one) for name, one in value.items()}
        case list():
            return [_plain(one) for one in value]
        case datetime():
            return (value if value.tzinfo else value.replace(tzinfo=UTC)).isoformat()
        case date():
            return value.isoformat()
    return value
