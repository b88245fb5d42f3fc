"""Who may correct what, and until when (domain.md R21, G3; requirements 81, 84)."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from agent.core import arguments, code_lists
from agent.core.corrections import corrected_units
from agent.core.corrections.corrected import Held
from agent.core.errors import EntryRefusedError
from agent.core.facts import Reason
from agent.core.observations import Entry
from agent.core.people import rights
from agent.core.sentences import say
from agent.core.shifts.figures import OrderKey
from agent.core.times import epoch
from agent.core.turn import Turn


def reason_of(turn: Turn, entry: Entry) -> Reason:
    """Why it is corrected.

    Raises:
        EntryRefusedError: none is given, or the directory of corrections does not know it.
    """
    code = arguments.name(entry.arguments, "reason")
    if entry.role == "mes":
        return Reason(code=code, dir="corrections", rev=None)
    return code_lists.coded(turn.directories, "corrections", code, arguments.text(entry.arguments, "comment"))


def check_window(turn: Turn, entry: Entry, held: Held, orders: Iterable[OrderKey]) -> bool:
    """Whether it is late: after the shift of the fact; where it is allowed at all.

    Args:
        turn: of the work center.
        entry: that corrects.
        held: the fact.
        orders: orders and operations that the fact is of, and is to be of.

    Raises:
        EntryRefusedError: the shift or an order is closed, or it is too late for an operator.
    """
    keys = held.data["shift"] or {}
    shift_id, date = keys.get("shift_id"), keys.get("business_date")
    shift = None if shift_id is None or date is None else turn.calendar.shift_of(shift_id, date)
    now = entry.observed.wall
    late = shift is not None and now > shift.end
    if entry.role == "mes":
        return late
    if shift is not None and shift.closed:
        raise EntryRefusedError(
            "SHIFT_CLOSED",
            say(
                "Shift {shift_id} of {business_date} is closed in the MES. Ask there.",
                shift_id=shift_id,
                business_date=date,
            ),
        )
    closed = {
        (one.order_id, one.op_no) for one in turn.directories.orders_of(turn.wc_id) if one.release_status == "closed"
    }
    for order_id, op_no in orders:
        if (order_id, op_no) in closed:
            raise EntryRefusedError(
                "ORDER_CLOSED",
                say("Order {order_id} / {op_no} is closed in the MES. Ask there.", order_id=order_id, op_no=op_no),
            )
    ended = epoch(held.row.time) if shift is None else shift.end
    if not rights.has_role(turn, entry, "supervisor") and now - ended > turn.setup.machine.stop.edit_grace_s:
        raise EntryRefusedError("TOO_LATE", say("That shift is over for too long. Ask your supervisor to correct it."))
    return late


def approver_of(turn: Turn, entry: Entry, type_name: str, quantity: Decimal) -> str | None:
    """Who agreed, where somebody has to: a supervisor other than the actor.

    Args:
        turn: of the work center.
        entry: that corrects.
        type_name: of the fact.
        quantity: by how much its quantities change.

    Raises:
        EntryRefusedError: a supervisor must agree and none is named.
    """
    named = arguments.optional_name(entry.arguments, "approver")
    most = turn.setup.machine.correction.approve_above.get(type_name)
    if entry.role == "mes" or rights.has_role(turn, entry, "supervisor") or most is None or quantity <= most:
        return named
    if named is None or named == entry.actor:
        found = f"{quantity} of a fact '{type_name}' change, and {most} is the most without a supervisor"
        raise EntryRefusedError("APPROVER_NEEDED", f"{found}. Have one agree: 'approver' names them.")
    people = turn.directories.operators
    person = turn.directories.operator(named)
    if people is not None and (person is None or "supervisor" not in person.roles):
        raise EntryRefusedError("APPROVER_NEEDED", f"{named} is no supervisor of directory revision {people.rev}.")
    return named


def check_void(turn: Turn, entry: Entry, held: Held, action: str) -> None:
    """Refuse what does not go with a fact that is void: only a supervisor, or the MES, brings it back.

    Raises:
        EntryRefusedError: it does not.
    """
    if not held.chain.void:
        return
    serial = corrected_units.serial_of(held.row.type, held.data)
    if serial is not None:
        raise EntryRefusedError(
            "VOID_FACT", say("That fact is void. Scan or report unit {serial} again.", serial=serial)
        )
    if action != "replace":
        raise EntryRefusedError(
            "VOID_FACT", say("That fact is void. A supervisor can replace it, which brings it back.")
        )
    if entry.role != "mes":
        rights.must_be(turn, entry, "supervisor")
