"""What people do with operations: begin, pause, go on, end in part, end, break off, give up."""

from __future__ import annotations

from agent.core import arguments, code_lists
from agent.core.actions import Action, Actions, Asked, Claims
from agent.core.errors import EntryRefusedError
from agent.core.facts import Deviation, DeviationRecorded, OperationStatus
from agent.core.observations import Entry
from agent.core.orders import against_plan, changeover, named_operations, operations
from agent.core.orders.changeover import Word
from agent.core.orders.named_operations import Named
from agent.core.orders.operations import Operation
from agent.core.people import labor
from agent.core.quality import checks, holds
from agent.core.sentences import say
from agent.core.stops import setting_up, standstill
from agent.core.turn import Turn
from agent.core.values import replace


def start(turn: Turn, order_id: str, op_no: str | None, word: Word) -> str:
    """Begin an operation of an order, or go on with it; says what was done.

    Raises:
        EntryRefusedError: it is in progress, has ended, is not to be begun here, or another one is in progress.
    """
    return _take_up(turn, named_operations.to_start(turn, order_id, op_no), word)


def _take_up(turn: Turn, named: Named, word: Word) -> str:
    current = turn.operations.current
    if named.known is not None:
        operations.must_allow(named.known, "in_progress")
    if current is not None and current.status == "in_progress":
        raise EntryRefusedError(
            "OPERATION_IN_PROGRESS",
            say(
                "Work on {title} is in progress. Finish or pause it first, then start {order_id}.",
                title=current.title,
                order_id=named.order_id,
            ),
        )
    override = _look_for_hold(turn, named.order_id)
    if current is not None and current.is_of(named.order_id, named.op_no):
        changeover.change_here(turn, "in_progress", word)
    else:
        found = against_plan.at_start(turn, named)
        known = named_operations.planned(turn, named)
        operation = known.moved("in_progress", turn.draft.observed)
        if known.status == "waiting":
            operation = replace(operation, started=turn.draft.observed)
        changeover.put_in_progress(turn, operation, known.status, word)
        against_plan.tell_at_start(turn, found)
        for deviation in against_plan.off_route(found, turn.wc_id, word.reason):
            _tell_deviation(turn, deviation, word)
    if override is not None:
        _tell_deviation(turn, override, word, "ORDER_ON_HOLD")
    begun = named.known is None or named.known.status == "waiting"
    return say("Order {order_id} started." if begun else "Order {order_id} goes on.", order_id=named.order_id)


def _leave(turn: Turn, status: OperationStatus, word: Word) -> Operation:
    """Leave the operation in progress, or the paused one, with a status."""
    operation = _present(turn)
    operations.must_allow(operation, status)
    if status == "completed":
        checks.must_be_done(turn)
    against_plan.follow_copy(turn)
    changeover.leave(turn, status, word)
    return operation


def _present(turn: Turn) -> Operation:
    operation = turn.operations.current
    if operation is None:
        raise EntryRefusedError("NO_OPERATION", say("No order is in progress. Scan or choose one to start."))
    return operation


def _look_for_hold(turn: Turn, order_id: str) -> Deviation | None:
    """Refuse an order that is held; what is to be recorded instead, where that does not block here."""
    answer, hold = turn.setup.machine.plan.order_on_hold, holds.held(turn, "order", order_id)
    if hold is None or answer == "allow":
        return None
    if answer == "block":
        raise EntryRefusedError(
            "ORDER_ON_HOLD",
            say(
                "Order {order_id} is held ({code}). Ask quality to release the hold, then start it again.",
                order_id=order_id,
                code=hold.reason.code,
            ),
        )
    return Deviation(kind="order_on_hold", expected="released hold", actual=hold.hold_id or "hold", reason=hold.reason)


def _tell_deviation(turn: Turn, deviation: Deviation, word: Word, rule: str | None = None) -> None:
    data = DeviationRecorded(
        keys=turn.draft.keys,
        quality=turn.draft.quality("operator"),
        versions=turn.draft.versions,
        deviation=deviation,
        rule=rule,
        comment=word.comment,
        actor=word.actor,
    )
    key = f"dev:{turn.wc_id}:{turn.number()}"
    turn.draft.add(data, turn.draft.observed, key, correlation_id=turn.execution_id)


def _start(turn: Turn, entry: Entry) -> str:
    order_id = arguments.name(entry.arguments, "order_id")
    return start(turn, order_id, arguments.optional_name(entry.arguments, "op_no"), _beginning(turn, entry))


def _resume(turn: Turn, entry: Entry) -> str:
    order_id = arguments.optional_name(entry.arguments, "order_id")
    op_no = arguments.optional_name(entry.arguments, "op_no")
    if order_id is None:
        order_id, op_no = _present(turn).order_id, _present(turn).op_no
    named = named_operations.to_resume(turn, order_id, op_no)
    if named.known is None or named.known.status == "waiting":
        raise EntryRefusedError(
            "NOT_BEGUN", say("Work on order {order_id} has not begun here. Start it instead.", order_id=order_id)
        )
    return _take_up(turn, named, _beginning(turn, entry))


def _pause(turn: Turn, entry: Entry) -> str:
    word = _interruption(turn, entry)
    operation = _present(turn)
    operations.must_allow(operation, "paused")
    against_plan.follow_copy(turn)
    changeover.change_here(turn, "paused", word)
    return say("Order {order_id} paused.", order_id=operation.order_id)


def _complete_in_part(turn: Turn, entry: Entry) -> str:
    word = replace(_word(turn, entry), comment=arguments.text(entry.arguments, "comment"))
    return say(
        "Order {order_id} finished in part; the rest follows.",
        order_id=_leave(turn, "partially_completed", word).order_id,
    )


def _complete(turn: Turn, entry: Entry) -> str:
    return say("Order {order_id} finished.", order_id=_leave(turn, "completed", _word(turn, entry)).order_id)


def _stop(turn: Turn, entry: Entry) -> str:
    return say(
        "Order {order_id} broken off; it may go on later.",
        order_id=_leave(turn, "stopped", _interruption(turn, entry)).order_id,
    )


def _abort(turn: Turn, entry: Entry) -> str:
    return say("Order {order_id} given up.", order_id=_leave(turn, "aborted", _interruption(turn, entry)).order_id)


def _beginning(turn: Turn, entry: Entry) -> Word:
    """With the reason, where somebody gave one, for beginning otherwise than the route says."""
    reason = code_lists.optional(turn.directories, "deviations", entry.arguments)
    return replace(_word(turn, entry), reason=reason, comment=arguments.text(entry.arguments, "comment"))


def _word(turn: Turn, entry: Entry) -> Word:
    return Word(entry.actor or labor.acting(turn))


def _interruption(turn: Turn, entry: Entry) -> Word:
    """Who interrupts work, and why: a code of the list `interruptions`, any where the MES has sent none."""
    comment = arguments.text(entry.arguments, "comment")
    code = arguments.name(entry.arguments, "reason")
    return replace(
        _word(turn, entry), reason=code_lists.coded(turn.directories, "interruptions", code, comment), comment=comment
    )


def _start_setup(turn: Turn, entry: Entry) -> str:
    setting_up.begin(turn, "operator", entry.observed.wall)
    standstill.cut_here(turn, entry.observed.wall)
    return say("Setup started.")


def _end_setup(turn: Turn, entry: Entry) -> str:
    if turn.setting_up is None:
        raise EntryRefusedError("NO_SETUP", say("No setup is under way."))
    setting_up.end(turn, entry.observed.wall)
    standstill.cut_here(turn, entry.observed.wall)
    return say("Setup ended.")


def _of_order(asked: Asked) -> Claims:
    order_id, op_no = asked.arguments.get("order_id"), asked.arguments.get("op_no")
    current = asked.state.operations.current
    if not order_id and current is not None:
        order_id, op_no = current.order_id, current.op_no
    return named_operations.claims_needed(asked, order_id, op_no) if order_id else ()


ACTIONS: Actions = {
    "start_operation": Action(_start, _of_order),
    "pause_operation": Action(_pause),
    "resume_operation": Action(_resume, _of_order),
    "partial_operation": Action(_complete_in_part, named_operations.claims_to_leave),
    "complete_operation": Action(_complete, named_operations.claims_to_leave),
    "stop_operation": Action(_stop, named_operations.claims_to_leave),
    "abort_operation": Action(_abort, named_operations.claims_to_leave, roles=("supervisor",)),
    "start_setup": Action(_start_setup),
    "end_setup": Action(_end_setup),
}
