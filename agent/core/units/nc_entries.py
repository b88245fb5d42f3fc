"""What people enter of what does not conform: found, decided, and found good again (requirements 36, 37)."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from agent.core import arguments
from agent.core.actions import Action, Actions, Asked, Claims
from agent.core.errors import EntryRefusedError
from agent.core.facts import NcDisposition, NcDispositioned
from agent.core.observations import Entry
from agent.core.people import rights
from agent.core.sentences import say
from agent.core.turn import Turn
from agent.core.units import nonconformance, reworking, unit_records
from agent.core.units.nonconformance import Nonconforming
from agent.core.units.unit_records import NCS, Nc, Unit
from agent.core.units.unit_settings import DISPOSITIONS
from agent.core.units.units import Units
from agent.core.values import replace


def _raise(turn: Turn, entry: Entry) -> str:
    said = entry.arguments
    serial, lot_id = arguments.optional_name(said, "serial"), arguments.optional_name(said, "lot_id")
    if serial is not None and lot_id is not None:
        raise EntryRefusedError("SERIAL_OR_LOT", say("Name the unit by 'serial' or the lot by 'lot_id', not both."))
    is_material = lot_id is not None and lot_id != turn.account().lot_out
    if serial is not None:
        qty = Decimal(1)
    elif is_material:
        qty = arguments.quantity(said, "qty")
    else:
        qty = Decimal(arguments.whole(said, "qty", lowest=1))
    found = Nonconforming(
        defect_code=arguments.name(said, "defect_code"),
        at=entry.observed.wall,
        serial=serial,
        lot_id=lot_id,
        qty=qty,
        cause=arguments.optional_name(said, "cause"),
        place=arguments.optional_name(said, "place"),
        comment=arguments.text(said, "comment"),
        actor=entry.actor,
    )
    nonconformance.raise_nc(turn, found)
    return say(
        "{name} is kept apart. Decide: repair, retest, write off or use as is."
        if serial or lot_id
        else "{qty} parts are kept apart. Decide: repair, retest, write off or use as is.",
        name=serial or lot_id,
        qty=qty,
    )


def _dispose(turn: Turn, entry: Entry) -> str:
    disposition = arguments.one_of(entry.arguments, "disposition", DISPOSITIONS)
    if disposition in turn.setup.machine.units.supervisor_decides:
        rights.must_be(turn, entry, "supervisor", "quality")
    serial, unit, nc = _named(turn, entry)
    qty = _part_of(nc, entry)
    parts = int(qty)
    move = nonconformance.move_of(turn, nc, parts, entry.observed.wall) if nc.in_rework else None
    nc = replace(nc, disposition=disposition)
    _tell(turn, entry, nc, qty)
    if disposition in {"write_off", "use_as_is"}:
        if move is not None and disposition == "write_off":
            reworking.written_off(turn, replace(move, nc=nc))
        elif move is not None:
            pass_no = nc.pass_no if unit is None else unit.pass_no
            reworking.good_again(turn, replace(move, nc=nc), pass_no, f"uai:{turn.wc_id}:{turn.number()}")
        nc = replace(nc, left=nc.left - qty)
    _store(turn, nc, serial, unit)
    return say(
        "Decided on {name}: {disposition}." if serial or nc.lot_id else "Decided on {qty} parts: {disposition}.",
        name=serial or nc.lot_id,
        qty=f"{qty:f}",
        disposition=disposition.replace("_", " "),
    )


def _pass(turn: Turn, entry: Entry) -> str:
    """A retest was passed: by a unit, or by parts without serials."""
    serial, unit, nc = _named(turn, entry)
    if nc.disposition not in {"repair", "retest"}:
        raise EntryRefusedError("NC_OPEN", say("Nobody has decided yet. Enter dispose_nc with repair or retest first."))
    if unit is not None and serial is not None:
        nonconformance.leave_rework(turn, serial, unit, entry.observed.wall)
        return say("Unit {serial} passed.", serial=serial)
    qty = _part_of(nc, entry)
    if nc.in_rework:
        move = nonconformance.move_of(turn, nc, int(qty), entry.observed.wall)
        reworking.good_again(turn, move, nc.pass_no + 1, f"rwp:{turn.wc_id}:{turn.number()}")
    _store(turn, replace(nc, left=nc.left - qty), None, None)
    return say("{qty} parts passed.", qty=f"{qty:f}")


def _named(turn: Turn, entry: Entry) -> tuple[str | None, Unit | None, Nc]:
    """The open nonconformance that an entry names by the unit or by its id.

    Raises:
        EntryRefusedError: there is none.
    """
    serial = _serial_in(entry.arguments, turn.units)
    if serial:
        arguments.must_fit(serial)
        unit = unit_records.known(turn, serial)
        if unit.nc is None or unit.status not in {"nonconforming", "in_rework"}:
            raise EntryRefusedError(
                "NO_NC", say("Unit {serial} is not nonconforming. Enter raise_nc first.", serial=serial)
            )
        return serial, unit, unit.nc
    nc_id = arguments.name(entry.arguments, "nc_id")
    nc = NCS.find(turn, turn.wc_id, nc_id)
    if nc is None or not nc.left:
        raise EntryRefusedError(
            "NO_NC", say("No open nonconformance {nc_id}. Name a unit by its 'serial'.", nc_id=nc_id)
        )
    return None, None, nc


def _serial_in(said: Mapping[str, str], units: Units) -> str:
    """The unit that is named, or that a nonconformance shown is of; empty where it is of none."""
    if said.get("serial"):
        return said["serial"]
    return next((one.serial or "" for one in units.open if one.nc_id == said.get("nc_id")), "")


def _part_of(nc: Nc, entry: Entry) -> Decimal:
    if not entry.arguments.get("qty"):
        return nc.left
    whole = nc.in_rework or nc.serial is not None
    qty = (
        Decimal(arguments.whole(entry.arguments, "qty", lowest=1))
        if whole
        else arguments.quantity(entry.arguments, "qty")
    )
    if qty > nc.left:
        raise EntryRefusedError(
            "NOT_SO_MANY", say("{qty} are more than the {left} that are open.", qty=f"{qty:f}", left=f"{nc.left:f}")
        )
    return qty


def _store(turn: Turn, nc: Nc, serial: str | None, unit: Unit | None) -> None:
    """Keep the nonconformance with what was decided."""
    turn.units = turn.units.changed(nonconformance.shown(nc)) if nc.left else turn.units.settled(nc.nc_id)
    if serial is None or unit is None:
        NCS.keep(turn, nc, turn.wc_id, nc.nc_id)
        return
    after: dict[NcDisposition, unit_records.UnitStatus] = {"write_off": "scrapped", "use_as_is": unit.sound}
    assert nc.disposition is not None
    status = after.get(nc.disposition, "in_rework")
    if not nc.left:
        nc = replace(nc, in_rework=False)
    unit_records.keep(turn, serial, replace(unit, status=status, nc=nc))


def _tell(turn: Turn, entry: Entry, nc: Nc, qty: Decimal) -> None:
    assert nc.disposition is not None
    account = nonconformance.account_of(turn, nc)
    data = NcDispositioned(
        keys=nonconformance.keys_of(account, nc),
        quality=turn.draft.quality("operator", entry="manual"),
        versions=account.versions,
        nc_id=nc.nc_id,
        disposition=nc.disposition,
        qty=qty,
        uom=nonconformance.uom_of(turn, account, nc),
        serial=nc.serial,
        lot_id=nc.lot_id,
        decided_by=entry.actor,
        corrective_action=arguments.text(entry.arguments, "corrective_action") or None,
        comment=arguments.text(entry.arguments, "comment"),
    )
    turn.draft.add(data, entry.observed.wall, f"ncd:{turn.wc_id}:{turn.number()}", correlation_id=account.execution_id)


def _of_serial(asked: Asked) -> Claims:
    return nonconformance.claims_needed(asked, asked.arguments.get("serial", ""))


def _of_nc(asked: Asked) -> Claims:
    serial = _serial_in(asked.arguments, asked.state.units)
    if serial:
        return nonconformance.claims_needed(asked, serial)
    return (NCS.key(asked.wc_id, asked.arguments.get("nc_id", "")), *reworking.claims_needed(asked))


ACTIONS: Actions = {
    "raise_nc": Action(_raise, _of_serial),
    "dispose_nc": Action(_dispose, _of_nc),
    "pass_retest": Action(_pass, _of_nc),
}
