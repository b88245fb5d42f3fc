"""What an operation makes beside parts: the lot that it fills and the serials that were issued for it.

Both go on with an execution that is taken up again, whatever was in progress meanwhile.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from agent.core import arguments, boundary
from agent.core.actions import Action, Actions
from agent.core.directories import Directories, Item, Order
from agent.core.directories.items import Issuer
from agent.core.errors import EntryRefusedError
from agent.core.observations import Entry
from agent.core.orders import plan
from agent.core.orders.operations import Operation
from agent.core.records import Records
from agent.core.sentences import say
from agent.core.turn import Turn
from agent.core.units.unit_settings import rendered
from agent.core.units.units import LotOut
from agent.core.values import replace


@dataclass(frozen=True, slots=True)
class Making:
    """How far an operation has come with its lot and its range of serials."""

    lot_out: str | None = None
    next_serial: int | None = None
    ahead: tuple[str, ...] = ()


MAKING = Records("making", Making)


def claim(wc_id: str, order_id: str, op_no: str) -> str:
    """The claim that holds it; needed by whatever starts or resumes an operation."""
    return MAKING.key(wc_id, order_id, op_no)


def operation_changed(turn: Turn) -> None:
    """Another operation is in progress, or none: its lot goes on, or begins where the MES or we name it."""
    operation = turn.operations.current
    if operation is None:
        turn.units = replace(turn.units, lot_out=None, next_serial=None, ahead=())
        return
    known = MAKING.find(turn, turn.wc_id, operation.order_id, operation.op_no) or Making()
    order, item = _planned(turn.directories, turn.wc_id, operation)
    lot_id = known.lot_out
    if order is not None and order.trace.lot_out is not None:
        lot_id = order.trace.lot_out
    turn.units = replace(turn.units, next_serial=known.next_serial, ahead=known.ahead, lot_out=None)
    if lot_id is not None:
        _fill(turn, lot_id)
    elif item is not None and item.lot_issuer == "agent" and arguments.fits(_next_lot(turn, operation)):
        _fill(turn, _next_lot(turn, operation), issued=True)


def must_be_in_progress(turn: Turn) -> Operation:
    """The operation in progress.

    Raises:
        EntryRefusedError: there is none.
    """
    operation = turn.operations.current
    if operation is None:
        raise EntryRefusedError("NO_ORDER", say("No order is in progress. Start one first."))
    return operation


def names_of(wc_id: str, operation: Operation) -> dict[str, str]:
    """What templates can name."""
    return {"wc": wc_id, "order": operation.order_id, "op": operation.op_no, "item": operation.item_id or ""}


def keep(turn: Turn) -> None:
    """Store how far the operation in progress has come."""
    operation, units = turn.operations.current, turn.units
    assert operation is not None
    lot_id = None if units.lot_out is None else units.lot_out.lot_id
    known = Making(lot_id, units.next_serial, units.ahead)
    MAKING.keep(turn, known, turn.wc_id, operation.order_id, operation.op_no)


def is_made_here(turn: Turn, item_id: str | None) -> bool:
    """Whether a lot of this item is what comes out of the operation in progress, not what goes in."""
    operation = turn.operations.current
    return operation is not None and item_id is not None and item_id == operation.item_id


def start_lot(turn: Turn, lot_id: str | None, at: float) -> str:
    """From now on another lot is being made.

    Raises:
        EntryRefusedError: no order is in progress, or it is not for the one who enters it to name the lot.
    """
    operation = must_be_in_progress(turn)
    _, item = _planned(turn.directories, turn.wc_id, operation)
    issuer = lot_issuer(turn.directories, turn.wc_id, operation)
    if issuer == "mes":
        raise EntryRefusedError(
            "LOT_FROM_MES", say("The MES names the lots of order {order_id}.", order_id=operation.order_id)
        )
    if issuer == "agent":
        if lot_id is not None:
            raise EntryRefusedError(
                "LOT_ISSUED_HERE", say("Lots of {item_id} are numbered here; name none.", item_id=operation.item_id)
            )
        lot_id = _next_lot(turn, operation)
    elif lot_id is None:
        raise EntryRefusedError("MISSING_ARGUMENT", say("The entry needs 'lot_id'."))
    _must_be_new(turn, lot_id, item)
    turn.flush()
    boundary.end(turn, at, "lot")
    _fill(turn, lot_id, issued=issuer == "agent")
    return say("Lot {lot_id} is being made.", lot_id=lot_id)


def lot_issuer(directories: Directories, wc_id: str, operation: Operation) -> Issuer:
    """Who names the lots that an operation makes."""
    order, item = _planned(directories, wc_id, operation)
    if order is not None and order.trace.lot_out is not None:
        return "mes"
    return "external" if item is None else item.lot_issuer


def _must_be_new(turn: Turn, lot_id: str, item: Item | None) -> None:
    arguments.must_fit(lot_id)
    now = turn.units.lot_out
    if now is not None and now.lot_id == lot_id:
        raise EntryRefusedError(
            "ALREADY_STARTED", say("Lot {lot_id} is being made already. Nothing to do.", lot_id=lot_id)
        )
    if lot_id in turn.materials.lots:
        raise EntryRefusedError(
            "IN_ITSELF", say("Lot {lot_id} is loaded here as a component. Name another one.", lot_id=lot_id)
        )
    if item is not None and item.lot_pattern is not None and not re.fullmatch(item.lot_pattern, lot_id):
        raise EntryRefusedError(
            "MALFORMED",
            say(
                "'{lot_id}' does not look like a lot of {item_id}. Scan its label.", lot_id=lot_id, item_id=item.item_id
            ),
        )


def _next_lot(turn: Turn, operation: Operation) -> str:
    """The next lot by the template."""
    template, number = turn.setup.machine.units.lot_template, turn.units.lots_issued + 1
    return rendered(template, names_of(turn.wc_id, operation), number)


def _fill(turn: Turn, lot_id: str, *, issued: bool = False) -> None:
    issued_now = turn.units.lots_issued + issued
    turn.units = replace(turn.units, lot_out=LotOut(lot_id, turn.output.cums.total), lots_issued=issued_now)
    keep(turn)


def _planned(directories: Directories, wc_id: str, operation: Operation) -> tuple[Order | None, Item | None]:
    order = plan.copy_of(directories, wc_id, operation.order_id, operation.op_no)
    return order, None if operation.item_id is None else directories.items.get(operation.item_id)


def _start_lot(turn: Turn, entry: Entry) -> str:
    return start_lot(turn, arguments.optional_name(entry.arguments, "lot_id"), entry.observed.wall)


ACTIONS: Actions = {"start_lot": Action(_start_lot)}
