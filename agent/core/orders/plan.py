"""What the MES's copies say of an operation: which ones an order has, its norms, the versions that are in force."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal

from agent.core.directories import Directories, Order
from agent.core.directories.copies import in_force
from agent.core.directories.items import NormVersion, RouteStep, RouteVersion
from agent.core.directories.orders import in_order
from agent.core.facts import Versions


@dataclass(frozen=True, slots=True)
class Norm:
    """Planned times of an operation, in seconds; None where nobody planned them."""

    cycle_s: float | None
    setup_s: float | None


def published(directories: Directories, wc_id: str, order_id: str) -> tuple[Order, ...]:
    """The operations of an order that were published to a work center, in their order."""
    found = (one for (center, _), one in directories.orders.items() if center == wc_id and one.order_id == order_id)
    return tuple(sorted(found, key=lambda one: in_order(one.op_no)))


def elsewhere(directories: Directories, wc_id: str, order_id: str) -> tuple[Order, ...]:
    """The operations of an order that were published to other work centers."""
    found = (one for (center, _), one in directories.orders.items() if center != wc_id and one.order_id == order_id)
    return tuple(sorted(found, key=lambda one: in_order(one.op_no)))


def copy_of(directories: Directories, wc_id: str, order_id: str | None, op_no: str | None) -> Order | None:
    """The plan's copy of an operation, as published to a work center."""
    if order_id is None:
        return None
    whole = directories.orders.get((wc_id, order_id))
    if whole is not None and whole.op_no == op_no:
        return whole
    return directories.orders.get((wc_id, f"{order_id}/{op_no}"))


def centers_of(directories: Directories, order_id: str, op_no: str) -> tuple[str, ...]:
    """The work centers that an operation was published to."""
    found = {
        center for (center, _), one in directories.orders.items() if (one.order_id, one.op_no) == (order_id, op_no)
    }
    return tuple(sorted(found))


def norm_of(directories: Directories, order: Order, at: float) -> Norm:
    """Planned times: the order's own, else those of the item's norms in force."""
    version = _norm_version(directories, order, at)
    cycle_s = order.norm_cycle_s if order.norm_cycle_s is not None or version is None else version.cycle_s
    setup_s = order.norm_setup_s if order.norm_setup_s is not None or version is None else version.setup_s
    return Norm(None if cycle_s is None else float(cycle_s), None if setup_s is None else float(setup_s))


def versions_of(directories: Directories, order: Order, at: float) -> Versions:
    """The versions that an operation works with: those that its order names, else those in force."""
    now = versions_in_force(directories, order.item_id, order.op_no, at)
    return Versions(
        bom_version=order.bom_version or now.bom_version,
        route_version=order.route_version or now.route_version,
        norm_version=order.norm_version or now.norm_version,
        reasons_rev=directories.reasons.rev,
    )


def versions_in_force(directories: Directories, item_id: str, op_no: str, at: float) -> Versions:
    """The versions of an item that the MES has put in force, whatever an order says (requirement 61)."""
    bom, route, norm = names_in_force(directories, item_id, op_no, at)
    return Versions(bom_version=bom, route_version=route, norm_version=norm, reasons_rev=directories.reasons.rev)


def names_in_force(directories: Directories, item_id: str, op_no: str, at: float) -> tuple[str | None, ...]:
    """The versions of bill of materials, route and norm in force; None where the MES has sent none."""
    boms, routes, norms = directories.boms.get(item_id), directories.routes.get(item_id), directories.norms.get(item_id)
    bom = None if boms is None else in_force(boms.versions, at)
    route = None if routes is None else in_force(routes.versions, at)
    norm = None if norms is None else in_force((one for one in norms.versions if one.op_no == op_no), at)
    return (
        None if bom is None else bom.bom_version,
        None if route is None else route.route_version,
        None if norm is None else norm.norm_version,
    )


def route_of(directories: Directories, item_id: str | None, version: str | None) -> tuple[RouteStep, ...]:
    """The steps of a version of an item's route; none where it is not known."""
    route = None if item_id is None else directories.routes.get(item_id)
    versions: tuple[RouteVersion, ...] = () if route is None else route.versions
    return next((one.steps for one in versions if one.route_version == version), ())


def step_of(directories: Directories, item_id: str | None, version: str | None, op_no: str) -> RouteStep | None:
    """One operation of it."""
    return next((one for one in route_of(directories, item_id, version) if one.op_no == op_no), None)


def most_parts(order: Order, tolerance_pct: Decimal) -> int | None:
    """The parts beyond which more is made than planned; None where no quantity is planned."""
    if not order.qty_planned:
        return None
    tolerance = tolerance_pct if order.over_tolerance_pct is None else order.over_tolerance_pct
    most = order.qty_planned * (1 + tolerance / 100)
    return int(most.to_integral_value(ROUND_FLOOR))


def _norm_version(directories: Directories, order: Order, at: float) -> NormVersion | None:
    norms = directories.norms.get(order.item_id)
    if norms is None:
        return None
    mine = [one for one in norms.versions if one.op_no == order.op_no]
    named = next((one for one in mine if one.norm_version == order.norm_version), None)
    return named or in_force(mine, at)
