"""What went into what (requirement 39): components into units, lots of components into lots that are made.

A component with a serial of its own is in one unit at a time, and never in itself or in one of its own components:
units are a forest. A record knows its unit and its components, not all that is above it; so a unit that has units in it
is put only into one that is in no other unit itself.
"""

from __future__ import annotations

from agent.core import arguments
from agent.core.actions import Action, Actions, Asked, Claims
from agent.core.counts.counting import Boundary
from agent.core.errors import EntryRefusedError
from agent.core.facts import Child, GenealogyLinked
from agent.core.materials import materials
from agent.core.observations import Entry
from agent.core.turn import Turn
from agent.core.units import unit_records
from agent.core.units.unit_records import MOST_COMPONENTS, Unit
from agent.core.values import replace


def loaded(turn: Turn) -> tuple[Child, ...]:
    """What lies at the work center to go into what is made."""
    return materials.children(turn)


def boundary(turn: Turn, at: float, what: Boundary) -> None:
    """Tell what went into the lot that is made, where the order, the lot or what is loaded changes before they do."""
    lot = turn.units.lot_out
    if lot is None or what == "shift":
        return
    total = turn.output.cums.total
    children = loaded(turn)
    if total != lot.told and children:
        data = GenealogyLinked(
            keys=turn.draft.keys.model_copy(update={"lot_id": lot.lot_id}),
            quality=turn.draft.quality("rule"),
            versions=turn.draft.versions,
            parent_serial=None,
            parent_lot=lot.lot_id,
            child_lots=turn.materials.lots,
            children=children,
        )
        turn.draft.add(data, at, f"gen:{turn.wc_id}:{turn.number()}", correlation_id=turn.execution_id)
    turn.units = replace(turn.units, lot_out=replace(lot, told=total))


def _link(turn: Turn, entry: Entry) -> str:
    parent, child = _named(turn, entry)
    unit = unit_records.known(turn, parent)
    if child.serial is None and child.lot_id is None:
        raise EntryRefusedError("MISSING_ARGUMENT", "Name the component by 'child_serial' or 'lot_id'.")
    if unit.status == "scrapped":
        raise EntryRefusedError("UNIT_SCRAPPED", f"Unit {parent} was written off; nothing goes into it any more.")
    if len(unit.children) >= MOST_COMPONENTS:
        raise EntryRefusedError("TOO_MANY_COMPONENTS", f"Unit {parent} has {len(unit.children)} components already.")
    if child.serial is not None:
        part = _free(turn, child.serial, parent, unit)
        part = replace(part, parent=parent, item_id=part.item_id or child.item_id)
        unit_records.keep(turn, child.serial, part)
        child = child.model_copy(update={"item_id": part.item_id})
    unit_records.keep(turn, parent, replace(unit, children=(*unit.children, child)))
    _tell(turn, entry, parent, unit.pass_no, children=(child,))
    return f"{child.serial or child.lot_id} is in unit {parent}."


def _remove(turn: Turn, entry: Entry) -> str:
    parent, child = _named(turn, entry)
    unit = unit_records.known(turn, parent)
    inside = next((one for one in unit.children if (one.serial, one.lot_id) == (child.serial, child.lot_id)), None)
    if inside is None:
        raise EntryRefusedError("NOT_A_COMPONENT", f"{child.serial or child.lot_id} is not in unit {parent}.")
    if child.serial is not None:
        unit_records.keep(turn, child.serial, replace(unit_records.known(turn, child.serial), parent=None))
    left = list(unit.children)
    left.remove(inside)
    unit_records.keep(turn, parent, replace(unit, children=tuple(left)))
    gone = inside if child.qty is None else inside.model_copy(update={"qty": child.qty})
    _tell(turn, entry, parent, unit.pass_no, removed=(gone,))
    return f"{child.serial or child.lot_id} is taken out of unit {parent}."


def _free(turn: Turn, serial: str, parent: str, unit: Unit) -> Unit:
    """A component that can go into a unit.

    Raises:
        EntryRefusedError: it is in one already, is that unit, may have it in itself, or is not to be used.
    """
    if serial == parent:
        raise EntryRefusedError("IN_ITSELF", f"Unit {serial} cannot be a component of itself.")
    part = unit_records.find(turn, serial) or Unit("component")
    if part.parent is not None:
        raise EntryRefusedError(
            "COMPONENT_IN_USE",
            f"{serial} is in unit {part.parent} already. Take it out there first with remove_component.",
        )
    if part.status in {"nonconforming", "in_rework", "scrapped"}:
        raise EntryRefusedError("COMPONENT_REJECTED", f"{serial} is {part.status.replace('_', ' ')}. Take another one.")
    if part.serials_in_it and unit.parent is not None:
        raise EntryRefusedError(
            "IN_ITSELF",
            f"{serial} has units in it and {parent} is in unit {unit.parent}. Take {parent} out first, or something "
            "could come to be in itself.",
        )
    return part


def _named(turn: Turn, entry: Entry) -> tuple[str, Child]:
    said = entry.arguments
    parent = arguments.name(said, "parent_serial")
    serial = arguments.optional_name(said, "child_serial")
    lot_id = None if serial is not None else arguments.optional_name(said, "lot_id")
    qty = arguments.quantity(said, "qty") if said.get("qty") else None
    item_id = arguments.optional_name(said, "item_id")
    if lot_id is not None and item_id is None and lot_id in turn.directories.lots:
        item_id = turn.directories.lots[lot_id].item_id
    item = None if item_id is None else turn.directories.items.get(item_id)
    return parent, Child(
        item_id=item_id,
        lot_id=lot_id,
        serial=serial,
        qty=qty,
        uom=None if item is None else item.uom,
        bom_line=arguments.optional_name(said, "bom_line"),
    )


def _tell(
    turn: Turn,
    entry: Entry,
    parent: str,
    pass_no: int,
    children: tuple[Child, ...] = (),
    removed: tuple[Child, ...] = (),
) -> None:
    data = GenealogyLinked(
        keys=turn.draft.keys.model_copy(update={"serial": parent}),
        quality=turn.draft.quality("operator", entry="manual"),
        versions=turn.draft.versions,
        parent_serial=parent,
        pass_no=pass_no,
        child_lots=tuple(child.lot_id for child in children if child.lot_id is not None),
        children=children,
        removed=removed,
        actor=entry.actor,
    )
    key = f"gen:{turn.wc_id}:{turn.number()}"
    turn.draft.add(data, entry.observed.wall, key, correlation_id=turn.execution_id)


def _of_both(asked: Asked) -> Claims:
    said = asked.arguments
    serials = dict.fromkeys((said.get("parent_serial", ""), said.get("child_serial", "")))
    return tuple(claim for serial in serials for claim in unit_records.claims_of(asked, serial))


ACTIONS: Actions = {"link_component": Action(_link, _of_both), "remove_component": Action(_remove, _of_both)}
