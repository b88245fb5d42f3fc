"""What an entry about stops names, and whether whoever says it may (domain.md R19 to R22)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from agent.core.arguments import printable
from agent.core.directories import Directories
from agent.core.errors import EntryRefusedError
from agent.core.facts import FactQuality, Reason
from agent.core.observations import Entry, Scan
from agent.core.people import labor, rights
from agent.core.sentences import say
from agent.core.stops import stops
from agent.core.stops.segments import Segment, Stop
from agent.core.stops.standstill import STOP, stop_claim
from agent.core.times import epoch
from agent.core.turn import Turn

FARTHEST_S = 366 * 86_400.0
"""No stop is edited that is farther away."""
LONGEST_CODE = 64
LONGEST_COMMENT = 200
"""Bytes of a comment that are kept: a snapshot is small whatever people write."""


@dataclass(frozen=True, slots=True)
class Word:
    """Who says it, when and with what right."""

    now: float
    actor: str | None
    supervisor: bool
    quality: FactQuality
    comment: str = ""


def word_of_entry(turn: Turn, entry: Entry) -> Word:
    """An entry's."""
    comment = _kept(entry.arguments.get("comment", ""))
    supervisor = rights.has_role(turn, entry, "supervisor")
    return Word(entry.observed.wall, entry.actor, supervisor, turn.draft.quality("operator"), comment)


def word_of_scan(turn: Turn, scan: Scan) -> Word:
    """A scanned code's: who signed on last scans."""
    quality = turn.draft.quality("scanner", entry=scan.way)
    return Word(scan.observed.wall, labor.acting(turn), supervisor=False, quality=quality)


def stops_named(turn_stops: stops.StopWatch, last: Stop | None, arguments: Mapping[str, str]) -> tuple[str, ...]:
    """Ids of the closed stops that an entry is about, whose claims it needs."""
    named = [arguments.get("stop_id"), arguments.get("other_stop_id")]
    named += [stop_of(segment_id) for key in ("segment_id",) if (segment_id := arguments.get(key))]
    if not any(named) and turn_stops.open is None and last is not None:
        named = [last.stop_id]
    return tuple(dict.fromkeys(stop_id for stop_id in named if stop_id))


def stop_of(segment_id: str) -> str:
    """The stop that a segment belongs to."""
    return segment_id.rpartition(".")[0]


def check_free(turn: Turn, start: float, end: float, mine: set[str]) -> None:
    """Refuse times in which another stop lies.

    Raises:
        EntryRefusedError: one does.
    """
    shown = turn.floor.closed_stops
    if any(stop_id not in {stop.stop_id for stop in shown} for stop_id in mine):
        # What else happened so long ago is not remembered here.
        raise EntryRefusedError("TOO_OLD", say("That stop is not among the last ones any more. Ask in the MES."))
    others = [stop for stop in shown if stop.stop_id not in mine]
    is_open = turn.stops.open
    if any(stop.start < end and start < stop.end for stop in others) or (is_open is not None and is_open.start < end):
        raise EntryRefusedError("OTHER_STOP", say("Another stop lies in that time. Look at the list again."))


def named_stop(turn: Turn, stop_id: str | None) -> Stop:
    """The stop of this id, open or closed; without one the open stop, else the last one.

    Raises:
        EntryRefusedError: there is none.
    """
    is_open = turn.stops.open
    if is_open is not None and stop_id in {None, is_open.stop_id}:
        return is_open
    last = turn.floor.last_stop
    wanted = stop_id or (None if last is None else last.stop_id)
    kept = None if wanted is None else turn.claim(stop_claim(turn.wc_id, wanted))
    if not kept:
        raise EntryRefusedError("NO_STOP", say("There is no such stop to explain."))
    return STOP.validate_json(kept)


def _kept(comment: str) -> str:
    said = printable(comment[:LONGEST_COMMENT])
    return said.encode(errors="replace")[:LONGEST_COMMENT].decode(errors="ignore").strip()


def named_segment(stop: Stop, segment_id: str) -> Segment:
    """The segment of this id.

    Raises:
        EntryRefusedError: the stop has none such.
    """
    segment = stop.segment(segment_id)
    if segment is None:
        raise EntryRefusedError("NO_SEGMENT", say("There is no such part of a stop. Look at the list again."))
    return segment


def known_reason(directories: Directories, code: str, word: Word) -> tuple[Reason, bool]:
    """The reason of a code, and whether it is sticky."""
    if len(code.encode(errors="replace")) > LONGEST_CODE:
        raise EntryRefusedError("TOO_LONG", say("'{name}…' is too long for a code.", name=code[:20]))
    known = directories.reasons
    entry = directories.reason(code)
    if known.reasons and entry is None:
        raise EntryRefusedError(
            "UNKNOWN_REASON", say("'{code}' is no reason of directory revision {rev}.", code=code, rev=known.rev)
        )
    if entry is not None and entry.generic and not word.comment:
        raise EntryRefusedError(
            "COMMENT_NEEDED", say("'{code}' says nothing by itself. Say in a few words what it was.", code=code)
        )
    reason = Reason(code=code, dir="reasons", rev=known.rev if known.reasons else None)
    return reason, entry is not None and entry.sticky


def check_window(turn: Turn, segment: Segment, stop: Stop, word: Word) -> bool:
    """Whether it is late, where it is allowed at all (domain.md R21)."""
    keys = segment.shift
    shift = None
    if keys is not None and keys.shift_id is not None and keys.business_date is not None:
        shift = turn.calendar.shift_of(keys.shift_id, keys.business_date)
    if shift is not None and shift.closed:
        raise EntryRefusedError(
            "SHIFT_CLOSED",
            say(
                "Shift {shift_id} of {business_date} is closed in the MES. Ask there.",
                shift_id=shift.shift_id,
                business_date=shift.business_date,
            ),
        )
    ended = stop.end if shift is None else shift.end
    if ended is None or word.now <= ended:
        return False
    if not word.supervisor and word.now - ended > turn.setup.machine.stop.edit_grace_s:
        raise EntryRefusedError("TOO_LATE", say("That shift is over for too long. Ask your supervisor to enter it."))
    return shift is not None


def needed(arguments: Mapping[str, str], name: str) -> str:
    """An argument that must be there.

    Raises:
        EntryRefusedError: it is not.
    """
    value = arguments.get(name, "")
    if not value:
        raise EntryRefusedError("MISSING_ARGUMENT", say("The entry needs '{name}'.", name=name))
    return value


def instant_in(arguments: Mapping[str, str], name: str, now: float) -> float:
    """An argument that is an instant, not too far from now.

    Raises:
        EntryRefusedError: it is none.
    """
    text = needed(arguments, name)
    try:
        at = epoch(text)
    except (ValueError, OverflowError):
        at = float("nan")
    if not abs(at - now) <= FARTHEST_S:
        raise EntryRefusedError(
            "BAD_TIME", say("'{text}' is no time; expected such as 2026-03-04T05:17:42Z.", text=text[:40])
        )
    return at
