"""Read-only copies of what the MES owns: orders, items, lists of codes, lots, people, calendars, a file for each kind.

Applied whole or refused whole, never edited here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias, TypeVar

from pydantic import ValidationError

from agent.core.directories.calendars import PublishedCalendar
from agent.core.directories.copies import in_force
from agent.core.directories.floor import Figures, Lot, Operator, Operators, Resources
from agent.core.directories.items import Bom, CheckPlan, Item, Norms, Route
from agent.core.directories.orders import Order
from agent.core.directories.reasons import (
    CODE_LISTS,
    NO_ALARMS,
    NO_REASONS,
    AlarmReasons,
    AlarmRule,
    CodeList,
    ReasonEntry,
    Reasons,
)
from agent.core.errors import InvalidMessageError
from agent.core.values import replace

K = TypeVar("K")
V = TypeVar("V")
__all__ = [
    "CODE_LISTS",
    "NO_ALARMS",
    "NO_REASONS",
    "AlarmReasons",
    "AlarmRule",
    "Bom",
    "CheckPlan",
    "CodeList",
    "Directories",
    "Figures",
    "Item",
    "Lot",
    "Norms",
    "Operator",
    "Operators",
    "Order",
    "PublishedCalendar",
    "Reasons",
    "Resources",
    "Route",
    "applied",
    "in_force",
]


@dataclass(frozen=True, slots=True)
class Directories:
    """Everything the MES told us, as values shared by all stations."""

    orders: Mapping[tuple[str, str], Order] = field(default_factory=dict)
    """By work center and the rest of the topic: the order's id, or `{order_id}/{op_no}`."""
    reasons: Reasons = NO_REASONS
    calendars: Mapping[str | None, PublishedCalendar] = field(default_factory=dict)
    """By work center; None is the site's."""
    alarms: Mapping[str | None, AlarmReasons] = field(default_factory=dict)
    """By work center; None is the site's."""
    items: Mapping[str, Item] = field(default_factory=dict)
    boms: Mapping[str, Bom] = field(default_factory=dict)
    """By item, as norms, routes and check plans."""
    norms: Mapping[str, Norms] = field(default_factory=dict)
    routes: Mapping[str, Route] = field(default_factory=dict)
    checks: Mapping[str, CheckPlan] = field(default_factory=dict)
    lots: Mapping[str, Lot] = field(default_factory=dict)
    lists: Mapping[str, CodeList] = field(default_factory=dict)
    """By name, one of `CODE_LISTS`."""
    operators: Operators | None = None
    resources: Resources | None = None
    figures: Mapping[tuple[str, str], Figures] = field(default_factory=dict)
    """By work center and `{business_date}/{shift_id}`."""

    def alarms_of(self, wc_id: str) -> AlarmReasons:
        """What alarms mean at a work center: its own table if it has one, else the site's."""
        return self.alarms.get(wc_id) or self.alarms.get(None) or NO_ALARMS

    def reason(self, code: str) -> ReasonEntry | None:
        """The reason in the directory."""
        return next((entry for entry in self.reasons.reasons if entry.code == code), None)

    def orders_of(self, wc_id: str) -> tuple[Order, ...]:
        """The orders of a work center, the one to begin with first."""
        mine = [order for (center, _), order in self.orders.items() if center == wc_id]
        return tuple(sorted(mine, key=lambda order: (order.priority, order.order_id, order.op_no)))

    def calendar_of(self, wc_id: str) -> PublishedCalendar | None:
        """The calendar of a work center: its own alone, without one the site's."""
        return self.calendars.get(wc_id, self.calendars.get(None))

    def reason_known(self, code: str) -> bool:
        """Whether the reason stands in the directory."""
        return any(entry.code == code for entry in self.reasons.reasons)

    def operator(self, operator_id: str) -> Operator | None:
        """The person of this id."""
        known = () if self.operators is None else self.operators.operators
        return next((one for one in known if one.operator_id == operator_id), None)


OF_ITEMS: Mapping[str, type[Item | Bom | Norms | Route | CheckPlan]] = {
    "items": Item,
    "boms": Bom,
    "norms": Norms,
    "routes": Route,
    "checks": CheckPlan,
}
"""Directories of the site with a message for each item."""
EXPECTED = (
    "orders/{order_id}, orders/{order_id}/{op_no} or figures/{business_date}/{shift_id} of a work center, "
    f"{'/{item_id}, '.join(OF_ITEMS)}/{{item_id}}, lots/{{lot_id}}, reasons, operators, resources, "
    f"{', '.join(CODE_LISTS)} of the site, or calendar or alarms of either"
)


def applied(directories: Directories, wc_id: str | None, name: str, payload: bytes) -> tuple[Directories, str | None]:
    """The directories with one message taken in, and the revision that it brought.

    Args:
        directories: what is known so far.
        wc_id: work center of the topic, None for the whole site.
        name: the topic behind `dir/`, such as `orders/PO-1001`, `reasons` or `calendar`.
        payload: the message; empty withdraws.

    Raises:
        InvalidMessageError: no such directory, or not its published form. Nothing changes.
    """
    head, _, tail = name.partition("/")
    take = _OF_CENTERS.get(head) if wc_id is not None and tail else None
    take = take or (_OF_EITHER.get(name) or (_OF_SITE.get(head) if wc_id is None else None))
    if take is None:
        raise InvalidMessageError(f"directory {name}: expected {EXPECTED}")
    try:
        return take(directories, wc_id, name, payload)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "the message"
        raise InvalidMessageError(f"directory {name}: {where}: {first['msg']}; the former revision stays") from error


def _with_order(directories: Directories, wc_id: str | None, name: str, payload: bytes) -> Taken:
    assert wc_id is not None
    key = (wc_id, name.partition("/")[2])
    order = Order.model_validate_json(payload) if payload else None
    if order is not None and key[1] not in {order.order_id, f"{order.order_id}/{order.op_no}"}:
        raise InvalidMessageError(
            f"directory {name}: order_id is '{order.order_id}' and op_no '{order.op_no}'; expected those of the topic"
        )
    return replace(directories, orders=_put(directories.orders, key, order)), None if order is None else order.rev


def _with_figures(directories: Directories, wc_id: str | None, name: str, payload: bytes) -> Taken:
    assert wc_id is not None
    key = (wc_id, name.partition("/")[2])
    found = Figures.model_validate_json(payload) if payload else None
    if found is not None and key[1] != f"{found.business_date.isoformat()}/{found.shift_id}":
        raise InvalidMessageError(f"directory {name}: expected business_date and shift_id of the topic")
    return replace(directories, figures=_put(directories.figures, key, found)), None if found is None else found.rev


def _with_calendar(directories: Directories, wc_id: str | None, _: str, payload: bytes) -> Taken:
    calendar = PublishedCalendar.model_validate_json(payload) if payload else None
    changed = replace(directories, calendars=_put(directories.calendars, wc_id, calendar))
    return changed, None if calendar is None else calendar.rev


def _with_alarms(directories: Directories, wc_id: str | None, _: str, payload: bytes) -> Taken:
    table = AlarmReasons.model_validate_json(payload) if payload else None
    return replace(directories, alarms=_put(directories.alarms, wc_id, table)), None if table is None else table.rev


def _with_reasons(directories: Directories, _: str | None, __: str, payload: bytes) -> Taken:
    reasons = Reasons.model_validate_json(payload) if payload else NO_REASONS
    return replace(directories, reasons=reasons), reasons.rev if payload else None


def _with_operators(directories: Directories, _: str | None, __: str, payload: bytes) -> Taken:
    operators = Operators.model_validate_json(payload) if payload else None
    return replace(directories, operators=operators), None if operators is None else operators.rev


def _with_resources(directories: Directories, _: str | None, __: str, payload: bytes) -> Taken:
    resources = Resources.model_validate_json(payload) if payload else None
    return replace(directories, resources=resources), None if resources is None else resources.rev


def _with_list(directories: Directories, _: str | None, name: str, payload: bytes) -> Taken:
    codes = CodeList.model_validate_json(payload) if payload else None
    return replace(directories, lists=_put(directories.lists, name, codes)), None if codes is None else codes.rev


def _with_lot(directories: Directories, _: str | None, name: str, payload: bytes) -> Taken:
    lot_id = name.partition("/")[2]
    lot = Lot.model_validate_json(payload) if payload else None
    if lot is not None and lot.lot_id != lot_id:
        raise InvalidMessageError(f"directory {name}: lot_id is '{lot.lot_id}'; expected the id of the topic")
    return replace(directories, lots=_put(directories.lots, lot_id, lot)), None if lot is None else lot.rev


def _with_item(directories: Directories, _: str | None, name: str, payload: bytes) -> Taken:
    head, _, item_id = name.partition("/")
    copy = OF_ITEMS[head].model_validate_json(payload) if payload else None
    if copy is not None and copy.item_id != item_id:
        raise InvalidMessageError(f"directory {name}: item_id is '{copy.item_id}'; expected the id of the topic")
    changes: dict[str, Any] = {head: _put(getattr(directories, head), item_id, copy)}
    return replace(directories, **changes), None if copy is None else copy.rev


def _put(table: Mapping[K, V], key: K, value: V | None) -> Mapping[K, V]:
    """The table with one entry set, or without it."""
    others = {known: entry for known, entry in table.items() if known != key}
    return others if value is None else {**others, key: value}


Taken: TypeAlias = tuple[Directories, str | None]
Take: TypeAlias = Callable[[Directories, str | None, str, bytes], Taken]
_OF_CENTERS: Mapping[str, Take] = {"orders": _with_order, "figures": _with_figures}
_OF_EITHER: Mapping[str, Take] = {"calendar": _with_calendar, "alarms": _with_alarms}
_OF_SITE: Mapping[str, Take] = {
    "reasons": _with_reasons,
    "operators": _with_operators,
    "resources": _with_resources,
    "lots": _with_lot,
    **dict.fromkeys(OF_ITEMS, _with_item),
    **dict.fromkeys(CODE_LISTS, _with_list),
}
