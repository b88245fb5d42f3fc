"""When nobody could watch a machine, by the supervisor's notes and the simulator's truth."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from simulators.demo.evidence import Evidence
from simulators.demo.records import Span


def agent_outages(evidence: Evidence, wc: str) -> tuple[Span, ...]:
    """The agent was dead or had not found the machine again."""
    return evidence.supervisor.outages.get(wc, ())


def absences(evidence: Evidence, wc: str) -> tuple[Span, ...]:
    """The controller could not be read, within the time in which the agent ran."""
    watched = evidence.supervisor.watched[wc]
    spans: list[Span] = []
    away: list[datetime] = []
    """A controller that reboots while its cable is out is away twice."""
    for one in evidence.truth:
        if one.wc != wc or one.at > watched.end:
            continue
        if one.event == "controller_away":
            away.append(one.at)
        elif one.event == "controller_back" and away:
            spans.append(Span(away.pop(), one.at))
    spans += [Span(since, watched.end) for since in away]
    return tuple(spans)


def padded(evidence: Evidence, wc: str) -> tuple[Span, ...]:
    """Everything that may not have been watched, with all the doubt about its ends."""
    tolerances = evidence.tolerances
    before = timedelta(seconds=tolerances.lost_earlier)
    after = timedelta(seconds=tolerances.found_later)
    dead = [Span(span.start - before, span.end) for span in agent_outages(evidence, wc)]
    away = [Span(span.start - before, span.end + after) for span in absences(evidence, wc)]
    return joined([*dead, *away])


def joined(spans: Iterable[Span]) -> tuple[Span, ...]:
    """The same time in spans that neither touch nor overlap."""
    whole: list[Span] = []
    for span in sorted(spans, key=lambda span: span.start):
        if whole and span.start <= whole[-1].end:
            whole[-1] = Span(whole[-1].start, max(whole[-1].end, span.end))
        else:
            whole.append(span)
    return tuple(whole)


def total(spans: Iterable[Span]) -> float:
    """Seconds covered by spans, those that overlap counted once."""
    return sum(span.seconds for span in joined(spans))


def without(span: Span, holes: Iterable[Span]) -> tuple[Span, ...]:
    """What is left of a span."""
    left: list[Span] = []
    start = span.start
    for hole in joined(holes):
        if hole.end <= start or hole.start >= span.end:
            continue
        if hole.start > start:
            left.append(Span(start, hole.start))
        start = max(start, hole.end)
    if start < span.end:
        left.append(Span(start, span.end))
    return tuple(left)
