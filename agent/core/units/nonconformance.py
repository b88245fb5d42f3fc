"""What does not conform (requirements 36 to 38): raised, disposed of, passed again, and kept apart all the while.

A unit that does not conform is in rework until it is good again or scrap: neither good nor scrap, and counted once. It
keeps its serial. A retest that fails raises the same nonconformance again, and sends nothing to rework twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from agent.core import code_lists
from agent.core.actions import Asked, Claims
from agent.core.counts.accounts import Account
from agent.core.errors import EntryRefusedError
from agent.core.facts import Keys, NcRaised
from agent.core.sentences import say
from agent.core.turn import Turn
from agent.core.units import reworking, unit_records
from agent.core.units.reworking import Move
from agent.core.units.unit_records import NCS, Nc, Unit
from agent.core.units.units import OpenNc
from agent.core.values import replace


@dataclass(frozen=True, slots=True)
class Nonconforming:
    """What was found, and in what: a unit, a lot, or so many parts of the operation in progress."""

    defect_code: str
    at: float
    serial: str | None = None
    lot_id: str | None = None
    qty: Decimal = Decimal(1)
    cause: str | None = None
    place: str | None = None
    comment: str = ""
    check_no: int | None = None
    """The check that found it."""
    actor: str | None = None


def claims_needed(asked: Asked, serial: str) -> Claims:
    """The claims that `raise_nc` and `passed` must be given for a unit."""
    return (*unit_records.claims_of(asked, serial), *reworking.claims_needed(asked))


def raise_nc(turn: Turn, found: Nonconforming) -> str:
    """Something does not conform; returns the id under which somebody decides what becomes of it.

    Raises:
        EntryRefusedError: code or unit are not known, it is open already, or there are not so many parts.
    """
    code_lists.must_know(turn.directories, "defects", found.defect_code, "UNKNOWN_DEFECT")
    if found.cause is not None:
        code_lists.must_know(turn.directories, "causes", found.cause, "UNKNOWN_CAUSE")
    if found.serial is not None:
        return _raise_of_unit(turn, found, found.serial)
    is_output = found.lot_id is None or found.lot_id == turn.account().lot_out
    if is_output and found.qty != int(found.qty):
        raise EntryRefusedError("NO_QUANTITY", say("{qty} is no whole number of parts.", qty=f"{found.qty:f}"))
    nc = _nc(turn, found, in_rework=is_output)
    if is_output:
        _send(turn, found, nc, from_good=int(nc.qty) if turn.counts_output else 0)
    else:
        _tell(turn, found, nc)
    NCS.keep(turn, nc, turn.wc_id, nc.nc_id)
    turn.units = turn.units.opened(shown(nc))
    return nc.nc_id


def passed(turn: Turn, serial: str, at: float) -> bool:
    """A check found a unit good: if it is in rework it leaves it, once more counted as good. False where it is not.

    Raises:
        EntryRefusedError: its operation is not at hand.
    """
    unit = unit_records.find(turn, serial)
    if unit is None or unit.nc is None or unit.status != "in_rework":
        return False
    leave_rework(turn, serial, unit, at)
    return True


def leave_rework(turn: Turn, serial: str, unit: Unit, at: float) -> Unit:
    """A unit in rework is good again: the next pass of it, and it counts once.

    Raises:
        EntryRefusedError: its operation is not at hand.
    """
    assert unit.nc is not None
    pass_no = unit.pass_no + 1
    if unit.nc.in_rework:
        move = move_of(turn, unit.nc, 1, at)
        reworking.good_again(turn, move, pass_no, f"out:{unit.named(serial, pass_no)}")
    nc = replace(unit.nc, left=Decimal(0), in_rework=False)
    unit = replace(unit, status=unit.sound, pass_no=pass_no, back=False, nc=nc)
    unit_records.keep(turn, serial, unit)
    turn.units = turn.units.settled(nc.nc_id)
    return unit


def move_of(turn: Turn, nc: Nc, parts: int, at: float) -> Move:
    """Parts of a nonconformance that leave rework.

    Raises:
        EntryRefusedError: its operation is not at hand, or has not so many in rework.
    """
    account = reworking.account_of(turn, nc.order_id, nc.op_no)
    if account.cums.rework < parts:
        raise EntryRefusedError(
            "BELOW_ZERO",
            say(
                "{rework} parts are in rework, {parts} cannot leave it. Adjust the quantity first.",
                rework=account.cums.rework,
                parts=parts,
            ),
        )
    quality = turn.draft.quality("operator", entry="manual")
    return Move(account, nc, parts, at, quality)


def account_of(turn: Turn, nc: Nc) -> Account:
    """What its facts are credited to: the operation that it was made at, for material the one in progress.

    Raises:
        EntryRefusedError: the operation is not at hand.
    """
    return reworking.account_of(turn, nc.order_id, nc.op_no) if nc.in_rework else turn.account()


def keys_of(account: Account, nc: Nc) -> Keys:
    """What its facts are about."""
    return account.keys.model_copy(update={"serial": nc.serial, "lot_id": nc.lot_id})


def uom_of(turn: Turn, account: Account, nc: Nc) -> str:
    """The unit of its quantities: of parts, or of the lot's material."""
    lot = None if nc.in_rework or nc.lot_id is None else turn.directories.lots.get(nc.lot_id)
    return account.uom if lot is None or lot.uom is None else lot.uom


def shown(nc: Nc) -> OpenNc:
    """As it is shown while it is open."""
    return OpenNc(nc.nc_id, nc.serial, nc.lot_id, f"{nc.left:f}", nc.defect_code, nc.disposition, nc.at)


def _raise_of_unit(turn: Turn, found: Nonconforming, serial: str) -> str:
    unit = unit_records.find(turn, serial)
    if unit is None or unit.status == "assigned":
        unit = _untaken(turn, serial, unit)
    if unit.nc is not None and unit.status == "nonconforming" and found.check_no is not None:
        return unit.nc.nc_id  # another check found it too
    if unit.nc is not None and unit.status == "in_rework":
        nc = replace(unit.nc, pass_no=unit.pass_no + 1, disposition=None, defect_code=found.defect_code)
        nc = replace(nc, cause=found.cause, place=found.place or turn.wc_id)
        unit = replace(unit, pass_no=nc.pass_no, back=False)
        turn.units = turn.units.changed(shown(nc))
        _tell(turn, found, nc)
    else:
        _must_be_whole(unit, serial)
        is_output = unit.status == "made"
        nc = replace(_nc(turn, found, in_rework=is_output), order_id=unit.order_id, op_no=unit.op_no)
        nc = replace(nc, qty=Decimal(1), left=Decimal(1), pass_no=unit.pass_no, lot_out=unit.lot_out)
        if is_output:
            of_counter = turn.counts and turn.setup.machine.output.count_by == "counter"
            _send(turn, found, nc, from_good=1 if unit.counted or of_counter else 0)
        else:
            _tell(turn, found, nc)
        turn.units = turn.units.opened(shown(nc))
    unit_records.keep(turn, serial, replace(unit, status="nonconforming", counted=unit.counted or nc.in_rework, nc=nc))
    return nc.nc_id


def _untaken(turn: Turn, serial: str, unit: Unit | None) -> Unit:
    """A unit that fails before it was taken: it belongs to the operation in progress and has never been good."""
    operation = turn.operations.current
    if operation is None:
        raise EntryRefusedError(
            "UNKNOWN_UNIT", say("Unit {serial} is not known here. Start its order first.", serial=serial)
        )
    unit = unit or Unit("made")
    return replace(
        unit,
        status="made",
        item_id=operation.item_id,
        order_id=operation.order_id,
        op_no=operation.op_no,
        lot_out=turn.account().lot_out,
        counted=False,
    )


def _must_be_whole(unit: Unit, serial: str) -> None:
    if unit.status == "nonconforming":
        raise EntryRefusedError(
            "NC_OPEN",
            say(
                "Unit {serial} is nonconforming already. Decide first: repair, retest, write off or use as is.",
                serial=serial,
            ),
        )
    if unit.status == "scrapped":
        raise EntryRefusedError(
            "UNIT_SCRAPPED", say("Unit {serial} was written off. Take it away from the line.", serial=serial)
        )


def _nc(turn: Turn, found: Nonconforming, *, in_rework: bool) -> Nc:
    operation = turn.operations.current
    return Nc(
        nc_id=f"nc-{turn.draft.ids.take()}",
        defect_code=found.defect_code,
        cause=found.cause,
        place=found.place or turn.wc_id,
        order_id=None if operation is None else operation.order_id,
        op_no=None if operation is None else operation.op_no,
        qty=found.qty,
        left=found.qty,
        in_rework=in_rework,
        pass_no=1,
        disposition=None,
        at=found.at,
        serial=found.serial,
        lot_id=found.lot_id,
        lot_out=turn.account().lot_out,
    )


def _send(turn: Turn, found: Nonconforming, nc: Nc, *, from_good: int) -> None:
    turn.flush()
    account = reworking.account_of(turn, nc.order_id, nc.op_no)
    if account.cums.good < from_good:
        raise EntryRefusedError(
            "TOO_MUCH_REWORK",
            say(
                "{from_good} parts are more than the {good} good ones that there are.",
                from_good=from_good,
                good=account.cums.good,
            ),
        )
    quality = turn.draft.quality("operator", entry="manual")
    _tell(turn, found, nc)
    reworking.sent(turn, Move(account, nc, int(nc.qty), found.at, quality), from_good)


def _tell(turn: Turn, found: Nonconforming, nc: Nc) -> None:
    account = account_of(turn, nc)
    data = NcRaised(
        keys=keys_of(account, nc),
        quality=turn.draft.quality("operator", entry="manual"),
        versions=account.versions,
        nc_id=nc.nc_id,
        qty=nc.left,
        uom=uom_of(turn, account, nc),
        serial=nc.serial,
        lot_id=nc.lot_id,
        defect_code=nc.defect_code,
        cause=nc.cause,
        place=nc.place,
        check_no=found.check_no,
        pass_no=nc.pass_no,
        comment=found.comment,
        actor=found.actor,
    )
    turn.draft.add(data, found.at, f"nc:{turn.wc_id}:{turn.number()}", correlation_id=account.execution_id)
