"""What people say of stops (domain.md R13, R19 to R22). The times of a machine's stops are its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from agent.core import figures, manual, reasons, segment_edits, standstill, stops
from agent.core.directories import Directories
from agent.core.errors import EntryRefusedError
from agent.core.facts import Cut, FactQuality, Reason, StopEdited, StopMerged, StopReasonSet, StopSegmented
from agent.core.observations import Entry, Scan
from agent.core.segments import Segment, Stop
from agent.core.standstill import STOP, stop_claim
from agent.core.times import epoch, iso, milliseconds
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
    supervisor = entry.role == "supervisor"
    return Word(entry.observed.wall, entry.actor, supervisor, turn.draft.quality("operator"), comment)


def word_of_scan(turn: Turn, scan: Scan) -> Word:
    """A scanned code's: nobody in particular."""
    quality = turn.draft.quality("scanner", entry="manual" if scan.manual else "scan")
    return Word(scan.observed.wall, None, supervisor=False, quality=quality)


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


def take(turn: Turn, action: str, arguments: Mapping[str, str], word: Word, claims: Mapping[str, str]) -> str:
    """Carry out an entry about stops; returns the sentence for the operator.

    Raises:
        EntryRefusedError: it cannot be; nothing changed.
    """
    return STOP_ACTIONS[action](turn, arguments, word, claims)


def explain(turn: Turn, arguments: Mapping[str, str], word: Word, claims: Mapping[str, str]) -> str:
    """Give a segment its reason: the one named, else the last of the stop named, else of the open or the last stop."""
    code = _needed(arguments, "code")
    reason, sticky = _reason(turn.directories, code, word)
    segment_id = arguments.get("segment_id")
    stop = _stop(turn, arguments.get("stop_id") or (stop_of(segment_id) if segment_id else None), claims)
    segment = _segment(stop, segment_id) if segment_id else _last_to_explain(stop)
    if segment.segment_class == "planned":
        raise EntryRefusedError("PLANNED", "That part of the stop is planned; it needs no reason.")
    late = _check_window(turn, segment, stop, word)
    if segment == replace(segment.explained_by(reason), comment=word.comment):
        # A second tap says nothing new.
        return f"Reason {code} taken."
    data = StopReasonSet(
        keys=turn.draft.keys,
        quality=word.quality,
        versions=turn.draft.versions,
        stop_id=stop.stop_id,
        segment_id=stop.id_of(segment),
        reason=reason,
        prev_reason=segment.reason,
        actor=word.actor,
        comment=word.comment,
        late=late,
    )
    turn.draft.add(data, word.now, _key(turn, stop, "reason"), correlation_id=stop.stop_id)
    after = replace(segment.explained_by(reason), comment=word.comment)
    _put(turn, stop, replace(stop.with_segment(after), sticky=sticky if segment is stop.last else stop.sticky))
    return f"Reason {code} taken."


def _split(turn: Turn, arguments: Mapping[str, str], word: Word, claims: Mapping[str, str]) -> str:
    segment_id = _needed(arguments, "segment_id")
    stop = _stop(turn, stop_of(segment_id), claims)
    segment = _segment(stop, segment_id)
    _check_window(turn, segment, stop, word)
    after = segment_edits.split(
        stop, segment, _instant(arguments, "at", word.now), word.now, turn.setup.machine.stop.split_min_s
    )
    if after.end is not None:
        after = reasons.coded(after)
    _tell_edit(turn, stop, after, "split", word)
    _put(turn, stop, after)
    return "The stop is split. Give its parts their reasons."


def _merge_segments(turn: Turn, arguments: Mapping[str, str], word: Word, claims: Mapping[str, str]) -> str:
    segment_id = _needed(arguments, "segment_id")
    stop = _stop(turn, stop_of(segment_id), claims)
    segment = _segment(stop, segment_id)
    _check_window(turn, segment, stop, word)
    after = segment_edits.merged(stop, segment)
    _tell_edit(turn, stop, after, "merge", word)
    _put(turn, stop, after)
    return "The two parts are one again."


def _merge_stops(turn: Turn, arguments: Mapping[str, str], word: Word, claims: Mapping[str, str]) -> str:
    if not word.supervisor:
        raise EntryRefusedError("NEEDS_SUPERVISOR", "Only a supervisor makes two stops one. Call yours.")
    one = _stop(turn, _needed(arguments, "stop_id"), claims)
    other = _stop(turn, _needed(arguments, "other_stop_id"), claims)
    for stop in (one, other):
        for segment in stop.segments:
            _check_window(turn, segment, stop, word)
    after, void = segment_edits.joined(one, other, turn.setup.machine.stop, turn.grounds)
    assert after.end is not None
    _check_free(turn, after.start, after.end, {one.stop_id, other.stop_id})
    data = StopMerged(
        keys=turn.draft.keys,
        quality=word.quality,
        versions=turn.draft.versions,
        stop_id=after.stop_id,
        void_stop_id=void.stop_id,
        start=iso(after.start),
        end=iso(after.end),
        segments=tuple(after.told(segment) for segment in after.segments),
        actor=word.actor,
        comment=word.comment,
    )
    turn.draft.add(data, word.now, _key(turn, after, "merged"), correlation_id=after.stop_id)
    turn.forget_stop(void.stop_id)
    turn.claims.append((stop_claim(turn.wc_id, void.stop_id), ""))
    turn.figures = figures.edited(figures.stop_void(turn.figures, void), void.segments, ())
    _put(turn, one if void is other else other, after)
    return "The two stops are one."


def _begin(turn: Turn, arguments: Mapping[str, str], word: Word, _: Mapping[str, str]) -> str:
    if not turn.setup.machine.manual:
        raise EntryRefusedError("MACHINE_DECIDES", "The machine itself says when it stops here. Give the reason only.")
    if turn.stops.open is not None:
        raise EntryRefusedError("STOP_OPEN", "A stop is open already. End it first.")
    code = arguments.get("code")
    known = None if code is None else _reason(turn.directories, code, word)
    turn.flush()
    turn.stops, change = stops.opened_by_hand(turn.stops, word.now, turn.stop_rules(), turn.new_stop_id())
    manual.follow(turn, word.now)
    if known is not None:
        stop = change.stop.with_last(change.stop.last.explained_by(known[0]))
        change = replace(change, stop=stop, segments=stop.segments)
        turn.stops = replace(turn.stops, open=stop)
    standstill.tell_stops(turn, (change,))
    return "The stop is open."


def _end(turn: Turn, _arguments: Mapping[str, str], word: Word, _: Mapping[str, str]) -> str:
    stop = turn.stops.open
    if stop is None:
        raise EntryRefusedError("NO_STOP", "No stop is open.")
    if stop.manual:
        manual.end_stop(turn, word.now)
        return "The stop is over."
    if turn.stops.running_since is None:
        raise EntryRefusedError("MACHINE_STANDS", "The machine stands. The stop ends when it runs again.")
    turn.stops, change = stops.ended_by_hand(turn.stops, turn.stops.running_since)
    standstill.tell_stops(turn, (change,))
    return "The stop is over."


def _edit(turn: Turn, arguments: Mapping[str, str], word: Word, claims: Mapping[str, str]) -> str:
    stop = _stop(turn, _needed(arguments, "stop_id"), claims)
    if not stop.manual or stop.end is None:
        raise EntryRefusedError(
            "TIMES_ARE_FIXED", "Only times that a person entered can be edited, of a stop that is over."
        )
    if not word.comment:
        raise EntryRefusedError("COMMENT_NEEDED", "Say why the times are changed.")
    start, end = _instant(arguments, "start", word.now), _instant(arguments, "end", word.now)
    if not start < end <= word.now:
        raise EntryRefusedError("BAD_TIME", "A stop begins before it ends, and it ended before now.")
    _check_free(turn, start, end, {stop.stop_id})
    after = segment_edits.moved(stop, start, end, turn.setup.machine.stop, turn.grounds)
    for version in (stop, after):
        for segment in version.segments:
            _check_window(turn, segment, version, word)
    data = StopEdited(
        keys=turn.draft.keys,
        quality=word.quality,
        versions=turn.draft.versions,
        stop_id=stop.stop_id,
        start_before=iso(stop.start),
        end_before=iso(stop.end),
        start=iso(start),
        end=iso(end),
        segments=tuple(after.told(segment) for segment in after.segments),
        actor=word.actor,
        comment=word.comment,
    )
    turn.draft.add(data, word.now, _key(turn, stop, "edited"), correlation_id=stop.stop_id)
    _put(turn, stop, after)
    return "The times are corrected."


def _tell_edit(turn: Turn, before: Stop, after: Stop, cause: Cut, word: Word) -> None:
    data = StopSegmented(
        keys=turn.draft.keys,
        quality=word.quality,
        versions=turn.draft.versions,
        stop_id=after.stop_id,
        cause=cause,
        before=tuple(before.told(segment) for segment in stops.new_in(before, after)),
        segments=tuple(after.told(segment) for segment in stops.new_in(after, before)),
        actor=word.actor,
        comment=word.comment,
    )
    turn.draft.add(data, word.now, _key(turn, after, "segmented"), correlation_id=after.stop_id)


def _put(turn: Turn, before: Stop, after: Stop) -> None:
    if after.end is None:
        turn.stops = replace(turn.stops, open=after)
    else:
        turn.figures = figures.edited(turn.figures, before.segments, after.segments)
        standstill.keep(turn, after)


def _check_free(turn: Turn, start: float, end: float, mine: set[str]) -> None:
    others = [stop for stop in turn.floor.closed_stops if stop.stop_id not in mine]
    is_open = turn.stops.open
    if any(stop.start < end and start < stop.end for stop in others) or (is_open is not None and is_open.start < end):
        raise EntryRefusedError("OTHER_STOP", "Another stop lies in that time. Look at the list again.")


def _stop(turn: Turn, stop_id: str | None, claims: Mapping[str, str]) -> Stop:
    is_open = turn.stops.open
    if is_open is not None and stop_id in {None, is_open.stop_id}:
        return is_open
    last = turn.floor.last_stop
    wanted = stop_id or (None if last is None else last.stop_id)
    kept = None if wanted is None else claims.get(stop_claim(turn.wc_id, wanted))
    if not kept:
        raise EntryRefusedError("NO_STOP", "There is no such stop to explain.")
    return STOP.validate_json(kept)


def _kept(comment: str) -> str:
    printable = "".join(character if character.isprintable() else " " for character in comment[:LONGEST_COMMENT])
    return printable.encode(errors="replace")[:LONGEST_COMMENT].decode(errors="ignore").strip()


def _segment(stop: Stop, segment_id: str) -> Segment:
    segment = stop.segment(segment_id)
    if segment is None:
        raise EntryRefusedError("NO_SEGMENT", "There is no such part of a stop. Look at the list again.")
    return segment


def _last_to_explain(stop: Stop) -> Segment:
    explainable = [one for one in stop.segments if one.segment_class != "planned"]
    return explainable[-1] if explainable else stop.last


def _reason(directories: Directories, code: str, word: Word) -> tuple[Reason, bool]:
    """The reason of a code, and whether it is sticky."""
    if len(code.encode(errors="replace")) > LONGEST_CODE:
        raise EntryRefusedError("TOO_LONG", f"'{code[:20]}…' is too long for a code.")
    known = directories.reasons
    entry = directories.reason(code)
    if known.reasons and entry is None:
        raise EntryRefusedError("UNKNOWN_REASON", f"'{code}' is no reason of directory revision {known.rev}.")
    if entry is not None and entry.generic and not word.comment:
        raise EntryRefusedError("COMMENT_NEEDED", f"'{code}' says nothing by itself. Say in a few words what it was.")
    reason = Reason(code=code, dir="reasons", rev=known.rev if known.reasons else None)
    return reason, entry is not None and entry.sticky


def _check_window(turn: Turn, segment: Segment, stop: Stop, word: Word) -> bool:
    """Whether it is late, where it is allowed at all (domain.md R21)."""
    keys = segment.shift
    shift = None
    if keys is not None and keys.shift_id is not None and keys.business_date is not None:
        shift = turn.calendar.shift_of(keys.shift_id, keys.business_date)
    if shift is not None and shift.closed:
        raise EntryRefusedError(
            "SHIFT_CLOSED", f"Shift {shift.shift_id} of {shift.business_date} is closed in the MES. Ask there."
        )
    ended = stop.end if shift is None else shift.end
    if ended is None or word.now <= ended:
        return False
    if not word.supervisor and word.now - ended > turn.setup.machine.stop.edit_grace_s:
        raise EntryRefusedError("TOO_LATE", "That shift is over for too long. Ask your supervisor to enter it.")
    return shift is not None


def _needed(arguments: Mapping[str, str], name: str) -> str:
    value = arguments.get(name, "")
    if not value:
        raise EntryRefusedError("MISSING_ARGUMENT", f"The entry needs '{name}'.")
    return value


def _instant(arguments: Mapping[str, str], name: str, now: float) -> float:
    text = _needed(arguments, name)
    try:
        at = epoch(text)
    except (ValueError, OverflowError):
        at = float("nan")
    if not abs(at - now) <= FARTHEST_S:
        raise EntryRefusedError("BAD_TIME", f"'{text[:40]}' is no time; expected such as 2026-03-04T05:17:42Z.")
    return at


STOP_ACTIONS: Mapping[str, Callable[[Turn, Mapping[str, str], Word, Mapping[str, str]], str]] = {
    "set_reason": explain,
    "split_stop": _split,
    "merge_segments": _merge_segments,
    "merge_stops": _merge_stops,
    "start_stop": _begin,
    "end_stop": _end,
    "edit_stop": _edit,
}
"""What people can do with stops."""


def _key(turn: Turn, stop: Stop, what: str) -> str:
    return f"stop:{turn.wc_id}:{milliseconds(stop.start)}:{what}:{turn.number()}"
