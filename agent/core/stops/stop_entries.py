"""What people say of stops (domain.md R13, R19 to R22). The times of a machine's stops are its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from agent.core.actions import Action, Actions, Asked, Claims
from agent.core.errors import EntryRefusedError
from agent.core.facts import Cut, StopEdited, StopMerged, StopReasonSet, StopSegmented
from agent.core.machine import manual
from agent.core.sentences import say
from agent.core.shifts import figures
from agent.core.stops import closed_stops, reasons, segment_edits, standstill, stops
from agent.core.stops.named_stops import (
    Word,
    check_free,
    check_window,
    instant_in,
    known_reason,
    named_segment,
    named_stop,
    needed,
    stop_of,
    stops_named,
    word_of_entry,
)
from agent.core.stops.segments import Stop
from agent.core.stops.standstill import stop_claim
from agent.core.times import iso, milliseconds
from agent.core.turn import Turn
from agent.core.values import replace


def explain(turn: Turn, arguments: Mapping[str, str], word: Word) -> str:
    """Give a segment its reason: the one named, else the last of the stop named, else of the open or the last stop."""
    code = needed(arguments, "code")
    reason, sticky = known_reason(turn.directories, code, word)
    segment_id = arguments.get("segment_id")
    if not segment_id and not arguments.get("stop_id"):
        standstill.confirm(turn)
    stop = named_stop(turn, arguments.get("stop_id") or (stop_of(segment_id) if segment_id else None))
    segment = named_segment(stop, segment_id) if segment_id else closed_stops.last_explainable(stop)
    if segment.segment_class == "planned":
        raise EntryRefusedError("PLANNED", say("That part of the stop is planned; it needs no reason."))
    late = check_window(turn, segment, stop, word)
    after = stop.commented(segment.explained_by(reason), word.comment)
    if segment == after and after.comment == word.comment:
        # A second tap says nothing new.
        return say("Reason {code} taken.", code=code)
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
    _put(turn, stop, replace(stop.with_segment(after), sticky=sticky if segment is stop.last else stop.sticky))
    return say("Reason {code} taken.", code=code)


def _split(turn: Turn, arguments: Mapping[str, str], word: Word) -> str:
    segment_id = needed(arguments, "segment_id")
    stop = named_stop(turn, stop_of(segment_id))
    segment = named_segment(stop, segment_id)
    check_window(turn, segment, stop, word)
    after = segment_edits.split(
        stop, segment, instant_in(arguments, "at", word.now), word.now, turn.setup.machine.stop.split_min_s
    )
    if after.end is not None:
        after = reasons.coded(after)
    _tell_edit(turn, stop, after, "split", word)
    _put(turn, stop, after)
    return say("The stop is split. Give its parts their reasons.")


def _merge_segments(turn: Turn, arguments: Mapping[str, str], word: Word) -> str:
    segment_id = needed(arguments, "segment_id")
    stop = named_stop(turn, stop_of(segment_id))
    segment = named_segment(stop, segment_id)
    check_window(turn, segment, stop, word)
    after = segment_edits.merged(stop, segment)
    _tell_edit(turn, stop, after, "merge", word)
    _put(turn, stop, after)
    return say("The two parts are one again.")


def _merge_stops(turn: Turn, arguments: Mapping[str, str], word: Word) -> str:
    one = named_stop(turn, needed(arguments, "stop_id"))
    other = named_stop(turn, needed(arguments, "other_stop_id"))
    for stop in (one, other):
        for segment in stop.segments:
            check_window(turn, segment, stop, word)
    after, void = segment_edits.joined(one, other, turn.setup.machine.stop, turn.grounds)
    assert after.end is not None
    check_free(turn, after.start, after.end, {one.stop_id, other.stop_id})
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
    turn.floor = closed_stops.forgotten(turn.floor, void.stop_id)
    turn.claims.append((stop_claim(turn.wc_id, void.stop_id), ""))
    turn.figures = figures.edited(figures.stop_void(turn.figures, void), void.segments, ())
    _put(turn, one if void is other else other, after)
    return say("The two stops are one.")


def _begin(turn: Turn, arguments: Mapping[str, str], word: Word) -> str:
    if not turn.setup.machine.manual:
        raise EntryRefusedError(
            "MACHINE_DECIDES", say("The machine itself says when it stops here. Give the reason only.")
        )
    if turn.stops.open is not None:
        raise EntryRefusedError("STOP_OPEN", say("A stop is open already. End it first."))
    code = arguments.get("code")
    known = None if code is None else known_reason(turn.directories, code, word)
    turn.flush()
    turn.stops, change = stops.opened_by_hand(turn.stops, word.now, turn.stop_rules(), turn.new_stop_id())
    manual.follow(turn, word.now)
    if known is not None:
        stop = change.stop.with_last(replace(change.stop.last.explained_by(known[0]), comment=word.comment))
        change = replace(change, stop=stop, segments=stop.segments)
        turn.stops = replace(turn.stops, open=stop)
    standstill.tell_stops(turn, (change,))
    return say("The stop is open.")


def _end(turn: Turn, _arguments: Mapping[str, str], word: Word) -> str:
    stop = turn.stops.open
    if stop is None:
        raise EntryRefusedError("NO_STOP", say("No stop is open."))
    if stop.manual:
        manual.end_stop(turn, word.now)
        return say("The stop is over.")
    if turn.stops.running_since is None:
        raise EntryRefusedError("MACHINE_STANDS", say("The machine stands. The stop ends when it runs again."))
    turn.stops, change = stops.ended_by_hand(turn.stops, turn.stops.running_since)
    standstill.tell_stops(turn, (change,))
    return say("The stop is over.")


def _edit(turn: Turn, arguments: Mapping[str, str], word: Word) -> str:
    stop = named_stop(turn, needed(arguments, "stop_id"))
    if not stop.manual or stop.end is None:
        raise EntryRefusedError(
            "TIMES_ARE_FIXED", say("Only times that a person entered can be edited, of a stop that is over.")
        )
    if not word.comment:
        raise EntryRefusedError("COMMENT_NEEDED", say("Say why the times are changed."))
    start, end = instant_in(arguments, "start", word.now), instant_in(arguments, "end", word.now)
    if not start < end <= word.now:
        raise EntryRefusedError("BAD_TIME", say("A stop begins before it ends, and it ended before now."))
    check_free(turn, start, end, {stop.stop_id})
    after = segment_edits.moved(stop, start, end, turn.setup.machine.stop, turn.grounds)
    for version in (stop, after):
        for segment in version.segments:
            check_window(turn, segment, version, word)
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
    return say("The times are corrected.")


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


def _key(turn: Turn, stop: Stop, what: str) -> str:
    return f"stop:{turn.wc_id}:{milliseconds(stop.start)}:{what}:{turn.number()}"


def claims_needed(asked: Asked) -> Claims:
    """The closed stops that an entry is about."""
    named = stops_named(asked.state.stops, asked.state.floor.last_stop, asked.arguments)
    return tuple(stop_claim(asked.wc_id, stop_id) for stop_id in named)


def _action(what: Callable[[Turn, Mapping[str, str], Word], str], *roles: str) -> Action:
    return Action(
        lambda turn, entry: what(turn, entry.arguments, word_of_entry(turn, entry)), claims_needed, roles=roles
    )


ACTIONS: Actions = {
    "set_reason": _action(explain),
    "split_stop": _action(_split),
    "merge_segments": _action(_merge_segments),
    "merge_stops": _action(_merge_stops, "supervisor"),
    "start_stop": _action(_begin),
    "end_stop": _action(_end),
    "edit_stop": _action(_edit),
}
