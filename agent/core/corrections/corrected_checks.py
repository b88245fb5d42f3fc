"""What becomes of a sample when the check of it is void: it is due again, as if nobody had made it (requirement 34)."""

from __future__ import annotations

from agent.core.actions import Asked, Claims
from agent.core.corrections.corrected import Data
from agent.core.orders.operations import Operation
from agent.core.quality import checking, sampling
from agent.core.turn import Turn
from agent.core.values import replace

CHECKED = "quality.checked"


def claims_needed(asked: Asked, data: Data) -> Claims:
    """The claims that `counts` must be given."""
    operation, serial = asked.state.operations.current, data["keys"]["serial"]
    if operation is None or serial is None:
        return ()
    return (checking.claim(asked.wc_id, operation.op_execution_id, data["check_id"], serial),)


def counts(turn: Turn, data: Data, execution_id: str | None, *, now: bool) -> None:
    """A check counts as a sample of the operation in progress again, or no more.

    Args:
        turn: of the work center.
        data: of the check.
        execution_id: the execution that it was made in; of one that has ended nothing is due.
        now: whether it counts from now on.
    """
    how_far, operation = sampling.progress(turn), turn.operations.current
    check = sampling.plan_here(turn, turn.directories).find(data["check_id"])
    if how_far is None or operation is None or check is None or execution_id != operation.op_execution_id:
        return
    serial, lot_id = data["keys"]["serial"], data["keys"]["lot_id"]
    if check.sampling == "per_lot":
        if lot_id is not None and now:
            turn.quality = turn.quality.with_lot(check.check_id, lot_id)
        elif lot_id is not None:
            turn.quality = turn.quality.without_lot(check.check_id, lot_id)
        return
    if serial is not None and not _is_the_sample(turn, operation, data, now=now):
        return
    sampled = how_far.samples.of(check.check_id)
    sampled = how_far.settled(check, 1) if now else replace(sampled, settled=max(sampled.settled - 1, 0), made=None)
    turn.quality = replace(turn.quality, samples=how_far.samples.put(sampled))


def _is_the_sample(turn: Turn, operation: Operation, data: Data, *, now: bool) -> bool:
    """Whether it is this check, and no other, that makes its unit a sample; from now on it does or nothing does."""
    claim = checking.claim(turn.wc_id, operation.op_execution_id, data["check_id"], data["keys"]["serial"])
    mine = str(data["check_no"])
    if turn.claim(claim) != ("" if now else mine):
        return False
    turn.claims.append((claim, mine if now else ""))
    return True
