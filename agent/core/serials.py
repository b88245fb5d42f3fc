"""Units with serials of their own, and what went into them."""

from __future__ import annotations

from agent.core import quantities
from agent.core.errors import EntryRefusedError
from agent.core.facts import GenealogyLinked
from agent.core.observations import Scan
from agent.core.turn import Turn
from agent.core.values import replace


def serial_claim(wc_id: str, serial: str) -> str:
    """The claim that one unit takes at a work center; its value names the operations, one a line."""
    return f"serial:{wc_id}:{serial}"


def link_scanned(turn: Turn, serial: str, scan: Scan) -> str:
    """Take a unit whose serial was scanned.

    Raises:
        EntryRefusedError: no order is in progress, or it was taken already.
    """
    operation = turn.operations.current
    if operation is None:
        raise EntryRefusedError("NO_ORDER", f"Unit {serial} needs an order in progress. Start one, then scan it again.")
    claim = serial_claim(turn.wc_id, serial)
    here = f"{operation.order_id}/{operation.op_no}"
    taken_at = (turn.claim(claim) or "").split("\n")
    if here in taken_at:
        raise EntryRefusedError("ALREADY_REPORTED", f"Unit {serial} was taken at this operation already.")
    turn.claims.append((claim, "\n".join([*taken_at, here])))
    turn.floor = replace(turn.floor, last_serial=serial)
    data = GenealogyLinked(
        keys=turn.draft.keys.model_copy(update={"serial": serial}),
        quality=turn.draft.quality("scanner", entry="manual" if scan.manual else "scan"),
        versions=turn.draft.versions,
        parent_serial=serial,
        child_lots=turn.floor.lots,
    )
    key = f"gen:{operation.order_id}:{operation.op_no}:{serial}:1"
    turn.draft.add(data, scan.observed.wall, key, correlation_id=operation.op_execution_id)
    if turn.setup.machine.output.count_by == "serial":
        quantities.record_serial(turn, operation, serial, scan.observed.wall)
    return f"Unit {serial} taken."
