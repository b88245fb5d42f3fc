"""What a station makes of a code that was read: one fact of the scan itself, accepted or refused, and what it means."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from typing import Final, TypedDict

from agent.core import scan_commands, scan_routing, separators
from agent.core.actions import Asked, Claims
from agent.core.arguments import SHOWN
from agent.core.attempts import attempt
from agent.core.codes import badges, scanned
from agent.core.codes.code_settings import CodeSettings
from agent.core.codes.reading import Code, Flaw, Reading
from agent.core.corrections.targets import Target
from agent.core.errors import EntryRefusedError
from agent.core.facts import FactQuality, Keys, ScanAccepted, ScanElement, ScanRefused
from agent.core.observations import BADGE, Scan, ScanFlaw
from agent.core.people import locking, signing
from agent.core.replies import accepted, refused
from agent.core.sentences import say
from agent.core.state import LastScan
from agent.core.turn import Turn
from agent.core.values import replace
from agent.core.views import Reply

ECHO: Final = "ECHO"
"""Code of the answer to a code that the reader sent twice."""
FLAWS: Mapping[ScanFlaw, Flaw] = {
    "incomplete": Flaw("INCOMPLETE", say("The reader did not send the whole code. Scan it again.")),
    "too_long": Flaw("TOO_LONG", say("The code has no end. Scan one label at a time; look whether the reader hangs.")),
    "overrun": Flaw("OVERRUN", say("Parts of the code were lost on the way. Scan it again.")),
    "spoiled_badge": Flaw(
        "SPOILED_BADGE", say("A badge did not come alone, or with Caps Lock on. Scan the badge once more, by itself.")
    ),
}
"""Why what was read is no whole code. It is not shown: it may be a part of anything."""


def claims_needed(scan: Scan, asked: Asked) -> Claims:
    """The claims that `take` must be given for a scan."""
    code = read(scan, asked.setup.codes).code
    return () if code is None else scan_routing.claims_needed(code, asked)


def target_named(scan: Scan, asked: Asked) -> Target | None:
    """The fact that `take` must be given for a scan."""
    code = read(scan, asked.setup.codes).code
    return None if code is None else scan_routing.target_named(code, asked)


def read(scan: Scan, settings: CodeSettings) -> Reading:
    """What a scan's code says by itself."""
    scan = badges.without_text(scan, settings)
    if scan.badge is not None:
        return Reading(BADGE, None, "plain", code=Code("badge", scan.badge))
    if scan.flaw is not None:
        return Reading(scan.text, None, "plain", flaw=FLAWS[scan.flaw])
    return scanned.read(scan.text, settings, typed=scan.manual)


def take(turn: Turn, scan: Scan) -> Reply:
    """Carry out what a code means here and now: one fact of the scan itself, accepted or refused."""
    scan = badges.without_text(scan, turn.setup.codes)
    last, asked = turn.floor.last_scan, turn.floor.question
    now = scan.observed.wall
    if last is not None and _is_echo(last, scan, turn.setup.codes.rescan_ms):
        return echo(last)
    turn.by = scan.actor
    reading = read(scan, turn.setup.codes)
    separators.note(turn, scan, reading)
    mark = len(turn.draft.facts)
    turn.draft.cause = turn.draft.ids.take()
    number = turn.number()
    try:
        with attempt(turn):
            message = scan_routing.carry_out(turn, reading, scan)
    except EntryRefusedError as refusal:
        turn.draft.cause = None
        reply = refused(refusal)
        data = ScanRefused(**_common(turn, scan, reading), refusal_code=refusal.code)
        turn.draft.add(data, now, f"scan:{turn.wc_id}:{number}")
        signing.remember(turn, refusal)
    else:
        assert reading.code is not None
        locking.use(turn)
        reply = accepted(message)
        fact = ScanAccepted(**_common(turn, scan, reading), meaning=reading.code.kind)
        turn.draft.add_cause(mark, fact, f"scan:{turn.wc_id}:{number}")
    scan_commands.forget(turn, asked, reading.code, reply.code)
    turn.floor = replace(turn.floor, last_scan=last_scan(scan, reply))
    return reply


def echo(last: LastScan) -> Reply:
    """The answer to a code that the reader sent twice: that it counts once, or why it does not, which is to be read."""
    if last.accepted:
        return accepted(say("The reader sent it twice; it counts once.")).model_copy(update={"code": ECHO})
    return Reply(accepted=False, code=ECHO, message=last.message, pattern=last.pattern, values=dict(last.values))


def last_scan(scan: Scan, reply: Reply) -> LastScan:
    """What is shown of a scan."""
    return LastScan(
        text=_kept(scan.text),
        reader=scan.reader,
        at=scan.observed.wall,
        accepted=reply.accepted,
        code=reply.code,
        message=reply.message,
        badge=scan.badge,
        pattern=reply.pattern,
        values=reply.values,
    )


class _Common(TypedDict):
    keys: Keys
    quality: FactQuality
    text: str
    reader: str
    symbology: str | None
    elements: tuple[ScanElement, ...]


def _common(turn: Turn, scan: Scan, reading: Reading) -> _Common:
    return {
        "keys": turn.draft.keys,
        "quality": turn.draft.quality("scanner", entry=scan.way),
        "text": scan.text,
        "reader": scan.reader,
        "symbology": reading.symbology,
        "elements": tuple(ScanElement(key=one.key, value=one.value) for one in reading.elements),
    }


def _is_echo(last: LastScan, scan: Scan, rescan_ms: int) -> bool:
    """Whether it is the same code from the same reader, and nobody did anything meanwhile (domain.md F6).

    What was no whole code is an echo of nothing.
    """
    same = (last.text, last.badge, last.reader) == (_kept(scan.text), scan.badge, scan.reader)
    if not same or last.overtaken or scan.flaw is not None:
        return False
    return 0 <= scan.observed.wall - last.at < rescan_ms / 1000


def _kept(text: str) -> str:
    """A code as it is remembered: whole, or where it is long its beginning and what tells it from all others."""
    return text if len(text) <= 2 * SHOWN else f"{text[:SHOWN]}…{sha256(text.encode()).hexdigest()}"
