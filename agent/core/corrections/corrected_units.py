"""What becomes of a unit when the fact that counted or rejected it is void (domain.md K14)."""

from __future__ import annotations

from decimal import Decimal

from agent.core.corrections.corrected import Data
from agent.core.errors import EntryRefusedError
from agent.core.sentences import say
from agent.core.turn import Turn
from agent.core.units import unit_records
from agent.core.units.unit_records import Unit
from agent.core.values import replace

OF_UNITS = frozenset({"output.recorded", "scrap.recorded"})


def serial_of(type_name: str, data: Data) -> str | None:
    """The unit whose standing a fact decides; None where it decides none."""
    serial = data["keys"]["serial"] if type_name in OF_UNITS else None
    return None if serial is None else str(serial)


def taken_back(turn: Turn, type_name: str, data: Data) -> tuple[str, Unit] | None:
    """The unit as it is without the fact; None where the fact is of none.

    Raises:
        EntryRefusedError: something else has become of it since.
    """
    serial = serial_of(type_name, data)
    if serial is None:
        return None
    unit = unit_records.find(turn, serial)
    if unit is None:
        raise EntryRefusedError("OF_UNITS", say("Nothing is known of unit {serial} any more.", serial=serial))
    place = f"{data['keys']['order_id']}/{data['keys']['op_no']}"
    if type_name == "scrap.recorded":
        if unit.status != "scrapped" or f"{unit.order_id}/{unit.op_no}" != place:
            raise EntryRefusedError(
                "OF_UNITS",
                say("Unit {serial} is not scrap of {place}: look what became of it.", serial=serial, place=place),
            )
        return serial, replace(unit, status=unit.sound, counted=Decimal(data["qty_from_good"]) > 0)
    if unit.status != "made" or unit.taken[-1:] != (place,) or unit.parent is not None or unit.pass_no > 1:
        raise EntryRefusedError(
            "OF_UNITS", say("Unit {serial} was gone on with since it was taken at {place}.", serial=serial, place=place)
        )
    before = unit.taken[:-1]
    order_id, _, op_no = before[-1].rpartition("/") if before else ("", "", "")
    return serial, replace(
        unit,
        status="made" if before else "assigned",
        order_id=order_id or None,
        op_no=op_no or None,
        counted=bool(before) and unit.counted,
        taken=before,
        voided=unit.voided + 1,
    )
