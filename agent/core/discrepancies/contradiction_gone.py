"""When a contradiction with the MES's objects is gone: then a discrepancy is resolved by rule (domain.md G4)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

from agent.core.directories import CODE_LISTS, Directories, Order
from agent.core.directories.unknown import stands
from agent.core.discrepancies.concern import Concern
from agent.core.facts import DiscrepancyCode, Resolution

ORDERED = {"items", "uoms", "resources"}
"""Directories whose codes orders name."""
Rule: TypeAlias = Callable[[Concern, Directories], Resolution | None]


def resolution(concern: Concern, directories: Directories) -> Resolution | None:
    """What it comes to by what the MES says now; None as long as it stands."""
    rule = RULES.get(concern.code)
    return None if rule is None else rule(concern, directories)


def _released(concern: Concern, directories: Directories) -> Resolution | None:
    orders = _orders(concern, directories)
    return "released" if any(order.release_status == "released" for order in orders) else None


def _order_known(concern: Concern, directories: Directories) -> Resolution | None:
    return "known" if _orders(concern, directories) else None


def _lot_known(concern: Concern, directories: Directories) -> Resolution | None:
    return "known" if concern.about in directories.lots else None


def _plate_known(concern: Concern, directories: Directories) -> Resolution | None:
    return "known" if concern.about in directories.lpns else None


def _code_known(concern: Concern, directories: Directories) -> Resolution | None:
    name, _, code = concern.about.partition("/")
    orders = [order for order in directories.orders.values() if order.order_id == concern.keys.order_id]
    if name in ORDERED and orders:
        return None if any(stands(directories, order, code) for order in orders) else "known"
    if name == "operators":
        known = directories.operator(code) is not None
    elif name in CODE_LISTS:
        codes = directories.lists.get(name)
        known = codes is not None and any(entry.code == code for entry in codes.codes)
    else:
        known = directories.reason_known(code)
    return "known" if known else None


def _orders(concern: Concern, directories: Directories) -> list[Order]:
    return [
        order
        for (wc_id, _), order in directories.orders.items()
        if wc_id == concern.keys.wc_id and order.order_id == concern.about
    ]


RULES: Mapping[DiscrepancyCode, Rule] = {
    "order_not_released": _released,
    "order_unknown": _order_known,
    "lot_unresolved": _lot_known,
    "lpn_unresolved": _plate_known,
    "directory_code_unknown": _code_known,
}
