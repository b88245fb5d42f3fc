"""Units with serials of their own: taken at an operation once in each pass (domain.md K14)."""

from __future__ import annotations

from agent.core.actions import Asked, Claims
from agent.core.counts import quantities
from agent.core.discrepancies.discrepancies import Discrepancy
from agent.core.errors import EntryRefusedError
from agent.core.facts import GenealogyLinked, ReworkStarted
from agent.core.materials import consumption
from agent.core.observations import Scan
from agent.core.orders.operations import Operation
from agent.core.people import labor
from agent.core.quality import holds
from agent.core.sentences import say
from agent.core.turn import Turn
from agent.core.units import genealogy, issuing, nonconformance, unit_records
from agent.core.units.unit_records import MOST_TAKEN, Unit
from agent.core.values import replace


def claims_needed(asked: Asked, serial: str) -> Claims:
    """The claims that `link_scanned` must be given."""
    return (*unit_records.claims_of(asked, serial), holds.claim("serial", serial))


def link_scanned(turn: Turn, serial: str, scan: Scan) -> str:
    """Take a unit whose serial was scanned: the first time, or again after rework.

    Raises:
        EntryRefusedError: no order is in progress, it was taken already, or it must not be gone on with.
    """
    operation = turn.operations.current
    if operation is None:
        raise EntryRefusedError(
            "NO_ORDER", say("Unit {serial} needs an order in progress. Start one, then scan it again.", serial=serial)
        )
    unit = unit_records.find(turn, serial)
    if holds.held(turn, "serial", serial) is not None:
        raise EntryRefusedError(
            "UNIT_ON_HOLD", say("Unit {serial} is on hold. Put it aside until quality releases it.", serial=serial)
        )
    if unit is None or unit.status in {"assigned", "component"}:
        return _take(turn, serial, unit or Unit("made"), scan)
    here = (operation.order_id, operation.op_no)
    if unit.status == "in_rework" and (unit.order_id, unit.op_no) == here:
        return _take_again(turn, serial, unit, scan)
    _must_go_on(unit, serial)
    if _place(operation) in unit.taken:
        raise EntryRefusedError(
            "ALREADY_REPORTED",
            say(
                "Unit {serial} was taken at this operation already. "
                "Scan the next one; if it does not conform, raise_nc.",
                serial=serial,
            ),
        )
    if len(unit.taken) >= MOST_TAKEN:
        raise EntryRefusedError(
            "TOO_MANY_OPERATIONS",
            say("Unit {serial} was taken at {most} operations here. Label it anew.", serial=serial, most=MOST_TAKEN),
        )
    if unit.order_id not in {None, operation.order_id}:
        _made_for_another(turn, serial, unit, operation)
    return _take(turn, serial, unit, scan)


def _take(turn: Turn, serial: str, unit: Unit, scan: Scan) -> str:
    """The first time at this operation."""
    operation = turn.operations.current
    assert operation is not None
    by_serial = turn.setup.machine.output.count_by == "serial"
    settled_here = unit.counted and (unit.order_id, unit.op_no) == (operation.order_id, operation.op_no)
    if unit.order_id is None:
        issuing.scanned(turn, serial)
    unit = _taken_here(turn, unit, operation)
    if not settled_here:
        unit = replace(unit, pass_no=1, counted=by_serial, nc=None, lot_out=turn.account().lot_out)
    unit_records.keep(turn, serial, unit)
    turn.floor = replace(turn.floor, last_serial=serial)
    _tell(turn, serial, unit, scan)
    consumption.for_unit(turn, serial, scan.observed.wall)
    if by_serial and not settled_here:
        quantities.record_serial(turn, unit.named(serial, 1), serial, scan.observed.wall)
    return say("Unit {serial} taken.", serial=serial)


def _take_again(turn: Turn, serial: str, unit: Unit, scan: Scan) -> str:
    """It comes back from rework: its next pass."""
    if unit.back:
        raise EntryRefusedError(
            "IN_REWORK", say("Unit {serial} is back already. It goes on once its check has passed.", serial=serial)
        )
    assert unit.nc is not None
    passes = turn.setup.machine.units.retest == "scan"
    if passes and unit.nc.in_rework:
        nonconformance.move_of(turn, unit.nc, 1, scan.observed.wall)
    data = ReworkStarted(
        keys=turn.draft.keys.model_copy(update={"serial": serial}),
        quality=turn.draft.quality("scanner", entry=scan.way),
        versions=turn.draft.versions,
        serial=serial,
        pass_no=unit.pass_no + 1,
        nc_id=unit.nc.nc_id,
        actor=labor.acting(turn),
    )
    key = f"rws:{turn.wc_id}:{unit.named(serial, unit.pass_no + 1)}"
    turn.draft.add(data, scan.observed.wall, key, correlation_id=turn.execution_id)
    turn.floor = replace(turn.floor, last_serial=serial)
    operation = turn.operations.current
    assert operation is not None
    taken_before = _place(operation) in unit.taken
    unit = replace(_taken_here(turn, unit, operation), status="in_rework", back=True)
    _tell(turn, serial, replace(unit, pass_no=unit.pass_no + 1), scan)
    if not taken_before:
        consumption.for_unit(turn, serial, scan.observed.wall)
    if not passes:
        unit_records.keep(turn, serial, unit)
        return say("Unit {serial} is back from rework. It is good once its check has passed.", serial=serial)
    nonconformance.leave_rework(turn, serial, unit, scan.observed.wall)
    return say("Unit {serial} passed after rework.", serial=serial)


def _taken_here(turn: Turn, unit: Unit, operation: Operation) -> Unit:
    """With what is loaded in it, taken at this operation now."""
    place = _place(operation)
    return replace(
        unit.with_lots(genealogy.loaded(turn)),
        status="made",
        item_id=operation.item_id,
        order_id=operation.order_id,
        op_no=operation.op_no,
        taken=unit.taken if place in unit.taken else (*unit.taken, place),
        at=turn.draft.observed,
        by=labor.acting(turn),
    )


def _tell(turn: Turn, serial: str, unit: Unit, scan: Scan) -> None:
    data = GenealogyLinked(
        keys=turn.draft.keys.model_copy(update={"serial": serial}),
        quality=turn.draft.quality("scanner", entry=scan.way),
        versions=turn.draft.versions,
        parent_serial=serial,
        pass_no=unit.pass_no,
        child_lots=turn.materials.lots,
        children=genealogy.loaded(turn),
        actor=labor.acting(turn),
    )
    key = f"gen:{turn.wc_id}:{unit.named(serial, unit.pass_no)}"
    turn.draft.add(data, scan.observed.wall, key, correlation_id=turn.execution_id)


def _must_go_on(unit: Unit, serial: str) -> None:
    """Refuse what is not to be gone on with."""
    if unit.status == "nonconforming":
        raise EntryRefusedError(
            "NC_OPEN",
            say("Unit {serial} is nonconforming. Decide first: repair, retest, write off or use as is.", serial=serial),
        )
    if unit.status == "scrapped":
        raise EntryRefusedError(
            "UNIT_SCRAPPED", say("Unit {serial} was written off. Take it away from the line.", serial=serial)
        )
    if unit.status == "in_rework":
        raise EntryRefusedError(
            "IN_REWORK",
            say(
                "Unit {serial} is in rework of order {order_id}, operation {op_no}. "
                "Scan it there, or enter pass_retest.",
                serial=serial,
                order_id=unit.order_id,
                op_no=unit.op_no,
            ),
        )


def _made_for_another(turn: Turn, serial: str, unit: Unit, operation: Operation) -> None:
    rule = turn.setup.machine.units.duplicate_serial
    if rule == "refuse":
        raise EntryRefusedError(
            "DUPLICATE_SERIAL",
            say(
                "Unit {serial} was made for order {order_id}. Look whether it has the right label.",
                serial=serial,
                order_id=unit.order_id,
            ),
        )
    if rule == "raise":
        at = turn.draft.observed
        evidence = {"serial": serial, "order_id": operation.order_id, "made_for": f"{unit.order_id}/{unit.op_no}"}
        turn.raise_discrepancy(Discrepancy("duplicate_serial", at, at, evidence), "rule")


def _place(operation: Operation) -> str:
    return f"{operation.order_id}/{operation.op_no}"
