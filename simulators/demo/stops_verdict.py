"""True stops against the MES's, one to one.

A stop that was watched from edge to edge has exactly one stop at the MES, with the same edges. One of which an outage
hid a part, or at an edge of which the PC held somebody up, has exactly one that overlaps it, if enough of it could be
seen to be confirmed; where it lay in the dark, at most one. Every stop at the MES belongs to exactly one true stop.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from simulators.demo.checks import Check, none, shortened
from simulators.demo.evidence import Evidence
from simulators.demo.records import Span
from simulators.demo.tolerances import RUN_CONFIRM_S, STOP_CONFIRM_S
from simulators.demo.unwatched import padded, without
from simulators.mes.figures import StopFigures
from simulators.truth import Stop, TruthEvent, summarize


@dataclass(frozen=True, slots=True)
class _True:
    """A true stop and what the MES says of it."""

    stop: Stop
    span: Span
    """Until the end of the run where it lasts."""
    seen: tuple[Span, ...]
    """What of it was watched without any doubt."""
    whole: bool
    """Watched from edge to edge, and no outage or hold-up so close that it could have blurred one."""
    found: tuple[StopFigures, ...]


def stop_checks(evidence: Evidence, wc: str) -> Iterator[Check]:
    """Everything about the stops of one machine."""
    # What nobody watched is no stop, until a person says what it was.
    claimed = [stop for stop in evidence.report.work_centers[wc].stops if stop.stop_class != "unknown"]
    stops = list(_matched(evidence, wc, claimed))
    edge = evidence.tolerances.edge(wc)
    whole = [one for one in stops if one.whole]
    wrong = [text for one in whole if (text := _difference(one, edge))]
    name = f"{wc} stops seen whole, ±{edge:.1f} s"
    yield Check(name, str(len(whole)), str(len(whole) - len(wrong)), not wrong, shortened(wrong))
    hidden = [one for one in stops if not one.whole]
    wrong = [text for one in hidden if (text := _miscount(one, edge))]
    name = f"{wc} stops seen in part"
    yield Check(name, str(len(hidden)), str(len(hidden) - len(wrong)), not wrong, shortened(wrong))
    yield none(f"{wc} stops made up", _extra(stops, claimed))
    yield none(f"{wc} stops told twice", [_words(stop) for stop in claimed if _doubled(stop)])


def true_stops(truth: Sequence[TruthEvent], wc: str, until: datetime) -> list[Stop]:
    """Stops as the agent's thresholds define them: two with too short a run between, or none of a part, are one."""
    stops: list[Stop] = []
    parts = [one.at for one in truth if one.wc == wc and one.event == "part"]
    for stop in summarize(truth, wc, until=until).stops:
        if stops and _one(stops[-1], stop, parts):
            stops[-1] = replace(stops[-1], end=stop.end)
        else:
            stops.append(stop)
    return [stop for stop in stops if ((stop.end or until) - stop.start).total_seconds() >= STOP_CONFIRM_S]


def _one(before: Stop, after: Stop, parts: Sequence[datetime]) -> bool:
    assert before.end is not None
    ran = (after.start - before.end).total_seconds()
    return ran < RUN_CONFIRM_S or not any(before.end < part <= after.start for part in parts)


def _matched(evidence: Evidence, wc: str, claimed: Sequence[StopFigures]) -> Iterator[_True]:
    until, dark = evidence.supervisor.watched[wc].end, padded(evidence, wc)
    edge = evidence.tolerances.edge(wc)
    for stop in true_stops(evidence.truth, wc, until):
        span = Span(stop.start, min(stop.end or until, until))
        found = tuple(one for one in claimed if _span(one, until).overlap(span) > -edge)
        whole = all(hole.overlap(span) < -edge for hole in dark) and not _blurred(evidence, span, edge)
        yield _True(stop, span, without(span, dark), whole, found)


def _blurred(evidence: Evidence, span: Span, edge: float) -> bool:
    """Whether the PC held somebody up when the stop began or ended."""
    slack = timedelta(seconds=edge)
    edges = [Span(at - slack, at + slack) for at in (span.start, span.end)]
    return any(held.overlap(near) > 0 for held in evidence.supervisor.held_up for near in edges)


def _difference(one: _True, edge: float) -> str:
    """What is wrong with a stop that was watched from edge to edge."""
    if len(one.found) != 1:
        return f"{one.stop.kind} at {_hour(one.span.start)} is there {len(one.found)} times"
    found = one.found[0]
    assert found.start is not None
    late = (found.start - one.stop.start).total_seconds()
    if abs(late) > edge:
        return f"{one.stop.kind} at {_hour(one.span.start)} begins {late:+.2f} s off"
    if (found.end is None) != (one.stop.end is None or one.stop.end > one.span.end):
        return f"{one.stop.kind} at {_hour(one.span.start)} is {'open' if found.end is None else 'closed'}"
    if found.end is not None and one.stop.end is not None:
        late = (found.end - one.stop.end).total_seconds()
        if abs(late) > edge:
            return f"{one.stop.kind} at {_hour(one.span.start)} ends {late:+.2f} s off"
    return ""


def _miscount(one: _True, edge: float) -> str:
    """What is wrong with a stop of which something was hidden."""
    longest = max((span.seconds for span in one.seen), default=0.0)
    sure = longest >= STOP_CONFIRM_S + 2 * edge
    if len(one.found) == 1 or (not one.found and not sure):
        return ""
    return f"{one.stop.kind} at {_hour(one.span.start)} is there {len(one.found)} times"


def _extra(stops: Sequence[_True], claimed: Sequence[StopFigures]) -> list[str]:
    owners = {found.stop_id: 0 for found in claimed}
    for one in stops:
        for found in one.found:
            owners[found.stop_id] += 1
    return [f"{_words(found)} ({owners[found.stop_id]} true)" for found in claimed if owners[found.stop_id] != 1]


def _doubled(stop: StopFigures) -> bool:
    return stop.opened != 1 or stop.upgraded > 1 or stop.closed > 1


def _span(stop: StopFigures, until: datetime) -> Span:
    assert stop.start is not None
    return Span(stop.start, stop.end or until)


def _words(stop: StopFigures) -> str:
    return f"{stop.stop_id[-8:]} from {_hour(stop.start)} to {_hour(stop.end)}"


def _hour(at: datetime | None) -> str:
    return "open" if at is None else f"{at:%H:%M:%S}"
