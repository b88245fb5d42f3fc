"""What a station makes of scans and entries. Partial: an operator can be refused, with a reason and a next step."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256

from pydantic import TypeAdapter

from agent.core import (
    barcodes,
    condition_turn,
    counting,
    manual,
    named_stops,
    operations,
    output,
    quantities,
    setting_up,
    standstill,
    stop_entries,
)
from agent.core.barcodes import Code
from agent.core.directories import Directories
from agent.core.errors import EntryRefusedError
from agent.core.facts import (
    FactQuality,
    GenealogyLinked,
    LotLoaded,
    OperationCompleted,
    OperationStarted,
    ScanAccepted,
    ScanRefused,
)
from agent.core.figures import Account
from agent.core.observations import Entry, Scan
from agent.core.operations import Operation
from agent.core.state import LastScan
from agent.core.turn import Turn
from agent.core.values import replace
from agent.core.views import Reply

MAX_LOTS = 40
"""Lots that can be loaded at one work center at a time."""
LONGEST_ID = 64
"""Bytes of a name as JSON: a snapshot is small whatever is scanned. Plants use fewer than 40."""
SHOWN = 60
_TEXT = TypeAdapter(str)


@dataclass(frozen=True, slots=True)
class Context:
    """What lies outside a station but decides on an observation."""

    directories: Directories
    claims: Mapping[str, str]
    """Those of the claims asked for that have been taken, with their values."""


def serial_claim(wc_id: str, serial: str) -> str:
    """The claim that one unit takes at a work center; its value names the operations, one a line."""
    return f"serial:{wc_id}:{serial}"


def take_entry(turn: Turn, entry: Entry, context: Context) -> Reply:
    """Carry out what an operator entered.

    Raises:
        EntryRefusedError: it cannot be; nothing changed.
    """
    arguments = entry.arguments
    match entry.action:
        case "start_operation":
            order_id = _required(arguments, "order_id")
            _start(turn, order_id, context, entry.actor)
            message = f"Order {order_id} started."
        case "complete_operation":
            message = f"Order {_complete(turn, entry.actor)} finished."
        case "start_setup":
            setting_up.begin(turn, "operator", entry.observed.wall)
            standstill.cut_here(turn, entry.observed.wall)
            message = "Setup started."
        case "end_setup":
            message = _end_setup(turn, entry.observed.wall)
        case action if action in QUANTITY_ACTIONS:
            message = QUANTITY_ACTIONS[action](turn, entry)
        case action if action in stop_entries.STOP_ACTIONS:
            word = named_stops.word_of_entry(turn, entry)
            message = stop_entries.take(turn, action, arguments, word, context.claims)
        case _:
            raise EntryRefusedError("UNKNOWN_ACTION", f"There is no action '{entry.action}'.")
    return Reply(accepted=True, code="ok", message=message)


def take_scan(turn: Turn, scan: Scan, context: Context) -> Reply:
    """Carry out what a code means here and now: one fact of the scan itself, accepted or refused."""
    last = turn.floor.last_scan
    now = scan.observed.wall
    if _is_echo(last, scan, turn.setup.codes.rescan_ms):
        assert last is not None
        return Reply(accepted=last.accepted, code="ECHO", message="The reader sent it twice; it counts once.")
    code = barcodes.read(scan.text, turn.setup.codes)
    mark = len(turn.draft.facts)
    turn.draft.cause = turn.draft.ids.take()
    number = turn.number()
    try:
        message = _act(turn, code, scan, context)
    except EntryRefusedError as refusal:
        turn.draft.cause = None
        reply = Reply(accepted=False, code=refusal.code, message=str(refusal))
        refused = ScanRefused(
            keys=turn.draft.keys,
            quality=_scan_quality(turn, scan),
            text=scan.text,
            reader=scan.reader,
            refusal_code=refusal.code,
        )
        turn.draft.add(refused, now, f"scan:{turn.wc_id}:{number}")
    else:
        assert code is not None
        reply = Reply(accepted=True, code="ok", message=message)
        accepted = ScanAccepted(
            keys=turn.draft.keys,
            quality=_scan_quality(turn, scan),
            text=scan.text,
            reader=scan.reader,
            meaning=code.kind,
        )
        turn.draft.add_cause(mark, accepted, f"scan:{turn.wc_id}:{number}")
    turn.floor = replace(turn.floor, last_scan=last_scan(scan, reply))
    return reply


def last_scan(scan: Scan, reply: Reply) -> LastScan:
    """What is shown of a scan."""
    return LastScan(_kept(scan.text), scan.reader, scan.observed.wall, reply.accepted, reply.code, reply.message)


def _act(turn: Turn, code: Code | None, scan: Scan, context: Context) -> str:
    if code is None:
        raise EntryRefusedError("UNKNOWN_CODE", f"'{scan.text[:SHOWN]}' is no code of this site. Scan the label again.")
    _must_fit(code.identity)
    match code.kind:
        case "order":
            _start(turn, code.identity, context, None)
            return f"Order {code.identity} started."
        case "lot":
            _load_lot(turn, code, scan)
            return f"Lot {code.identity} loaded."
        case "serial":
            _link_serial(turn, code.identity, scan, context)
            return f"Unit {code.identity} taken."
        case "reason":
            word = named_stops.word_of_scan(turn, scan)
            stop_entries.explain(turn, {"code": code.identity}, word, context.claims)
            return f"Reason {code.identity} taken."


def _start(turn: Turn, order_id: str, context: Context, actor: str | None) -> None:
    uom = turn.setup.machine.output.uom
    changed, operation, contradiction = operations.started(
        turn.operations, order_id, context.directories, turn.draft, uom
    )
    turn.flush()
    condition_turn.end_run(turn)
    counting.context_ends(turn, turn.draft.observed, "order")
    turn.operations = changed
    turn.output = output.begun_anew(turn.output)
    _change_order(turn, operation)
    operations.tell(operation, OperationStarted, turn.output, turn.draft, actor)
    setting_up.order_begun(turn, turn.draft.observed)
    standstill.cut_here(turn, turn.draft.observed)
    if contradiction is not None:
        turn.raise_discrepancy(contradiction, "rule")


def _complete(turn: Turn, actor: str | None) -> str:
    changed, operation = operations.completed(turn.operations)
    turn.flush()
    condition_turn.end_run(turn)
    counting.context_ends(turn, turn.draft.observed, "order")
    operations.tell(operation, OperationCompleted, turn.output, turn.draft, actor)
    setting_up.end(turn, turn.draft.observed)
    turn.operations = changed
    turn.floor = replace(turn.floor, lots=())
    turn.output = output.begun_anew(turn.output)
    _change_order(turn, None)
    standstill.cut_here(turn, turn.draft.observed)
    return operation.order_id


def _change_order(turn: Turn, operation: Operation | None) -> None:
    """From now on this operation is in progress, or none."""
    now = turn.draft.observed
    seen = turn.watch.last_good
    turn.settle_running(now if seen is None else min(now, seen))
    order = (None, None) if operation is None else (operation.order_id, operation.op_no)
    turn.schedule = turn.schedule.order_changed(now, *order)
    account = None if operation is None else Account(*order)
    turn.figures = replace(turn.figures, order=account)
    turn.floor = replace(turn.floor, no_order_told=False, no_order_since=now if operation is None else None)
    turn.operation_changed()
    manual.follow(turn, now)


def _load_lot(turn: Turn, code: Code, scan: Scan) -> None:
    lot = code.identity
    if lot in turn.floor.lots:
        raise EntryRefusedError("ALREADY_LOADED", f"Lot {lot} is loaded here already. Nothing to do.")
    if len(turn.floor.lots) >= MAX_LOTS:
        raise EntryRefusedError("TOO_MANY_LOTS", f"{MAX_LOTS} lots are loaded here. Finish the order first.")
    turn.flush()
    counting.context_ends(turn, scan.observed.wall, "lot")
    turn.floor = replace(turn.floor, lots=(*turn.floor.lots, lot))
    data = LotLoaded(
        keys=turn.draft.keys.model_copy(update={"lot_id": lot, "item_id": code.item}),
        quality=_scan_quality(turn, scan),
        versions=turn.draft.versions,
        scan_text=scan.text,
    )
    turn.draft.add(data, scan.observed.wall, f"lot:{turn.wc_id}:{lot}:{turn.number()}")


def _link_serial(turn: Turn, serial: str, scan: Scan, context: Context) -> None:
    operation = turn.operations.current
    if operation is None:
        raise EntryRefusedError("NO_ORDER", f"Unit {serial} needs an order in progress. Start one, then scan it again.")
    claim = serial_claim(turn.wc_id, serial)
    here = f"{operation.order_id}/{operation.op_no}"
    taken_at = context.claims.get(claim, "").split("\n")
    if here in taken_at:
        raise EntryRefusedError("ALREADY_REPORTED", f"Unit {serial} was taken at this operation already.")
    turn.claims.append((claim, "\n".join([*taken_at, here])))
    turn.floor = replace(turn.floor, last_serial=serial)
    data = GenealogyLinked(
        keys=turn.draft.keys.model_copy(update={"serial": serial}),
        quality=_scan_quality(turn, scan),
        versions=turn.draft.versions,
        parent_serial=serial,
        child_lots=turn.floor.lots,
    )
    key = f"gen:{operation.order_id}:{operation.op_no}:{serial}:1"
    turn.draft.add(data, scan.observed.wall, key, correlation_id=operation.op_execution_id)
    if turn.setup.machine.output.count_by == "serial":
        quantities.record_serial(turn, operation, serial, scan.observed.wall)


def _end_setup(turn: Turn, now: float) -> str:
    if turn.setting_up is None:
        raise EntryRefusedError("NO_SETUP", "No setup is under way.")
    setting_up.end(turn, now)
    standstill.cut_here(turn, now)
    return "Setup ended."


def _scan_quality(turn: Turn, scan: Scan) -> FactQuality:
    return turn.draft.quality("scanner", entry="manual" if scan.manual else "scan")


def _is_echo(last: LastScan | None, scan: Scan, rescan_ms: int) -> bool:
    if last is None or (last.text, last.reader) != (_kept(scan.text), scan.reader):
        return False
    return 0 <= scan.observed.wall - last.at < rescan_ms / 1000


def _required(arguments: Mapping[str, str], name: str) -> str:
    value = arguments.get(name, "")
    if not value:
        raise EntryRefusedError("MISSING_ARGUMENT", f"The entry needs '{name}'.")
    _must_fit(value)
    return value


def _report_scrap(turn: Turn, entry: Entry) -> str:
    return quantities.report_scrap(turn, entry, _required(entry.arguments, "defect_code"))


def _adjust_quantity(turn: Turn, entry: Entry) -> str:
    return quantities.adjust(turn, entry, _required(entry.arguments, "reason"))


def _release_quarantine(turn: Turn, entry: Entry) -> str:
    _must_be_supervisor(entry)
    return quantities.release(turn, entry, _required(entry.arguments, "discrepancy_id"))


QUANTITY_ACTIONS: Mapping[str, Callable[[Turn, Entry], str]] = {
    "report_scrap": _report_scrap,
    "report_good": quantities.report_good,
    "adjust_quantity": _adjust_quantity,
    "dispose_setup": quantities.dispose_setup,
    "release_quarantine": _release_quarantine,
}
"""What people can do with quantities."""


def _must_be_supervisor(entry: Entry) -> None:
    if entry.role != "supervisor":
        raise EntryRefusedError("NEEDS_SUPERVISOR", "Only a supervisor may decide this. Call one to sign on.")


def _must_fit(identity: str) -> None:
    if len(_TEXT.dump_json(identity)) - len('""') > LONGEST_ID:
        raise EntryRefusedError(
            "TOO_LONG", f"'{identity[:SHOWN]}…' is too long for a name; expected at most {LONGEST_ID} bytes."
        )


def _kept(text: str) -> str:
    """A code as it is remembered: whole, or where it is long its beginning and what tells it from all others."""
    return text if len(text) <= 2 * SHOWN else f"{text[:SHOWN]}…{sha256(text.encode()).hexdigest()}"
