"""What a station makes of a code that was read: one fact of the scan itself, accepted or refused, and what it means."""

from __future__ import annotations

from hashlib import sha256

from agent.core import arguments, barcodes
from agent.core.actions import Asked, Claims
from agent.core.arguments import SHOWN
from agent.core.attempts import attempt
from agent.core.barcodes import Code
from agent.core.errors import EntryRefusedError
from agent.core.facts import FactQuality, ScanAccepted, ScanRefused
from agent.core.materials import loading
from agent.core.observations import Scan
from agent.core.orders import execution, named_operations
from agent.core.orders.changeover import Word
from agent.core.people import labor, signing
from agent.core.state import LastScan
from agent.core.stops import named_stops, stop_entries
from agent.core.turn import Turn
from agent.core.units import making, serials
from agent.core.values import replace
from agent.core.views import Reply


def claims_needed(scan: Scan, asked: Asked) -> Claims:
    """The claims that `take` must be given for a scan."""
    code = None if scan.badge is not None else barcodes.read(scan.text, asked.setup.codes)
    match None if code is None else code.kind:
        case "order":
            assert code is not None
            return named_operations.claims_needed(asked, code.identity, None)
        case "serial":
            assert code is not None
            return serials.claims_needed(asked, code.identity)
        case "lot":
            assert code is not None
            return loading.claims_needed(asked, code.identity)
        case "reason":
            return stop_entries.claims_needed(asked)
    return ()


def take(turn: Turn, scan: Scan) -> Reply:
    """Carry out what a code means here and now: one fact of the scan itself, accepted or refused."""
    scan = barcodes.without_badge(scan, turn.setup.codes)
    last = turn.floor.last_scan
    now = scan.observed.wall
    if _is_echo(last, scan, turn.setup.codes.rescan_ms):
        assert last is not None
        return Reply(accepted=last.accepted, code="ECHO", message="The reader sent it twice; it counts once.")
    code = Code("badge", scan.badge) if scan.badge is not None else barcodes.read(scan.text, turn.setup.codes)
    mark = len(turn.draft.facts)
    turn.draft.cause = turn.draft.ids.take()
    number = turn.number()
    try:
        with attempt(turn):
            message = _act(turn, code, scan)
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
    return LastScan(
        _kept(scan.text), scan.reader, scan.observed.wall, reply.accepted, reply.code, reply.message, scan.badge
    )


def _act(turn: Turn, code: Code | None, scan: Scan) -> str:
    if code is None:
        raise EntryRefusedError("UNKNOWN_CODE", f"'{scan.text[:SHOWN]}' is no code of this site. Scan the label again.")
    arguments.must_fit(code.identity)
    match code.kind:
        case "badge":
            return signing.take_badge(turn, code.identity, _scan_quality(turn, scan))
        case "order":
            return execution.start(turn, code.identity, None, Word(labor.acting(turn)))
        case "lot":
            if making.is_made_here(turn, code.item):
                return making.start_lot(turn, code.identity, scan.observed.wall)
            return loading.load_scanned(turn, code, scan)
        case "serial":
            return serials.link_scanned(turn, code.identity, scan)
        case "reason":
            word = named_stops.word_of_scan(turn, scan)
            stop_entries.explain(turn, {"code": code.identity}, word)
            return f"Reason {code.identity} taken."


def _scan_quality(turn: Turn, scan: Scan) -> FactQuality:
    return turn.draft.quality("scanner", entry="manual" if scan.manual else "scan")


def _is_echo(last: LastScan | None, scan: Scan, rescan_ms: int) -> bool:
    if last is None or (last.text, last.badge, last.reader) != (_kept(scan.text), scan.badge, scan.reader):
        return False
    return 0 <= scan.observed.wall - last.at < rescan_ms / 1000


def _kept(text: str) -> str:
    """A code as it is remembered: whole, or where it is long its beginning and what tells it from all others."""
    return text if len(text) <= 2 * SHOWN else f"{text[:SHOWN]}…{sha256(text.encode()).hexdigest()}"
