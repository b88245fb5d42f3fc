"""Read-only copies of what the MES owns: orders, items, lists of codes, lots, people, calendars, a file for each kind.

Applied whole or refused whole (`taking.py`), never edited here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import inf

from agent.core.directories.calendars import PublishedCalendar
from agent.core.directories.copies import Scheduled, in_force
from agent.core.directories.floor import Figures, LicensePlate, Lot, Operator, Operators, Resources
from agent.core.directories.gtins import by_gtin
from agent.core.directories.items import Bom, CheckPlan, Item, Norms, Package, Route
from agent.core.directories.orders import Order, in_order
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
    "LicensePlate",
    "Lot",
    "Norms",
    "Operator",
    "Operators",
    "Order",
    "Package",
    "PublishedCalendar",
    "Reasons",
    "Resources",
    "Route",
    "Scheduled",
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
    lpns: Mapping[str, LicensePlate] = field(default_factory=dict)
    lists: Mapping[str, CodeList] = field(default_factory=dict)
    """By name, one of `CODE_LISTS`."""
    operators: Operators | None = None
    resources: Resources | None = None
    figures: Mapping[tuple[str, str], Figures] = field(default_factory=dict)
    """By work center and `{business_date}/{shift_id}`."""
    scheduled: Mapping[tuple[str | None, str], tuple[Scheduled, ...]] = field(default_factory=dict)
    """Revisions that are not in force yet, the next first, by work center (None: the site) and name of the object."""

    def alarms_of(self, wc_id: str) -> AlarmReasons:
        """What alarms mean at a work center: its own table if it has one, else the site's."""
        return self.alarms.get(wc_id) or self.alarms.get(None) or NO_ALARMS

    def reason(self, code: str) -> ReasonEntry | None:
        """The reason in the directory."""
        return next((entry for entry in self.reasons.reasons if entry.code == code), None)

    def orders_of(self, wc_id: str, crew_id: str | None = None) -> tuple[Order, ...]:
        """The dispatch queue of a work center, the one to begin with first (requirement 71).

        Args:
            wc_id: the work center.
            crew_id: who works there; what is meant for another crew comes after all that is not.
        """

        def rank(order: Order) -> tuple[bool, int, float, str, tuple[bool, int, str]]:
            others = None not in {crew_id, order.crew_id} and order.crew_id != crew_id
            due = inf if order.due is None else order.due.timestamp()
            return (others, order.priority, due, order.order_id, in_order(order.op_no))

        mine = [order for (center, _), order in self.orders.items() if center == wc_id]
        return tuple(sorted(mine, key=rank))

    def calendar_of(self, wc_id: str) -> PublishedCalendar | None:
        """The calendar of a work center: its own alone, without one the site's."""
        return self.calendars.get(wc_id, self.calendars.get(None))

    def reason_known(self, code: str) -> bool:
        """Whether the reason stands in the directory."""
        return any(entry.code == code for entry in self.reasons.reasons)

    @property
    def knows_gtins(self) -> bool:
        """Whether any item has a GTIN."""
        return bool(by_gtin(self.items))

    def item_of(self, gtin: str) -> tuple[Item, Package] | None:
        """The item that labels call so, and in which package."""
        return by_gtin(self.items).get(gtin)

    def operator(self, operator_id: str) -> Operator | None:
        """The person of this id."""
        known = () if self.operators is None else self.operators.operators
        return next((one for one in known if one.operator_id == operator_id), None)
