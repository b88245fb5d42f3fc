"""What the machines made against what the MES counted, and whether anybody ever looked away."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import pairwise

from simulators.demo.checks import Check, equal, none
from simulators.demo.evidence import Evidence
from simulators.demo.records import Span
from simulators.demo.unwatched import absences, agent_outages, padded, total, without
from simulators.truth import TruthEvent, summarize


def count_checks(evidence: Evidence, wc: str) -> Iterator[Check]:
    """Good, scrap and their sum.

    Counts are equal. Where the MES was told of doubt (a discrepancy with a span and a bound) it may have fewer: at most
    by the bound, and at most by what was truly made in that span.
    """
    end = evidence.supervisor.watched[wc].end
    truth = summarize(evidence.truth, wc, until=end)
    claim = evidence.report.work_centers[wc]
    made, scrap = int(claim.good + claim.scrap), int(claim.scrap)
    lost_parts = _allowed(evidence, wc, "part")
    lost_scrap = _allowed(evidence, wc, "scrap")
    yield _at_least(f"{wc} parts made", truth.total, made, lost_parts)
    yield _at_least(f"{wc} scrap", truth.scrap, scrap, lost_scrap)
    if lost_parts or lost_scrap:
        low, high = truth.good - lost_parts, truth.good + lost_scrap
        yield Check(f"{wc} good", f"{low} to {high}", str(claim.good), low <= claim.good <= high, "follows from both")
    else:
        yield equal(f"{wc} good", truth.good, int(claim.good))


def hole_check(evidence: Evidence, wc: str) -> Check:
    """The raw readings of successive facts of a counter join: one stretch for each run of each counter."""
    spans = Counter((span.name, span.counter_run) for span in evidence.report.work_centers[wc].counters)
    return none(f"{wc} holes in counters", [f"{name}, run {run}" for (name, run), n in spans.items() if n > 1])


def unknown_check(evidence: Evidence, wc: str) -> Check:
    """Seconds in which nobody watched: UNKNOWN and inferred at the MES, outages and absences outside."""
    claim = evidence.report.work_centers[wc]
    found = claim.seconds.get("UNKNOWN", 0.0) + sum(claim.inferred_seconds.values())
    dead, away = agent_outages(evidence, wc), absences(evidence, wc)
    expected = total([*dead, *away])
    tolerances = evidence.tolerances
    less = len(dead) * tolerances.found_earlier + len(away) * tolerances.edge(wc)
    more = len(dead) * tolerances.lost_earlier + len(away) * (tolerances.lost_earlier + tolerances.found_later)
    return Check(
        f"{wc} seconds unwatched",
        f"{expected:.0f} -{less:.0f} +{more:.0f}",
        f"{found:.0f}",
        expected - less <= found <= expected + more,
        f"agent dead {len(dead)} times, controller away {len(away)} times",
    )


def pause_check(evidence: Evidence, wc: str) -> Check:
    """While the machine ran and was watched, counts kept coming: no gap in the times that were accepted."""
    longest = evidence.tolerances.pause(wc, _cycle(evidence.truth, wc))
    found = [
        f"{_hour(gap.start)} for {gap.seconds:.0f} s"
        for run in _watched_runs(evidence, wc)
        for gap in _gaps(run, evidence.outputs.get(wc, ()))
        if gap.seconds > longest
    ]
    return none(f"{wc} pauses in counting", found)


def _at_least(name: str, true: int, found: int, lost: int) -> Check:
    if not lost:
        return equal(name, true, found)
    note = f"a discrepancy allows {lost} fewer"
    return Check(name, f"{true - lost} to {true}", str(found), true - lost <= found <= true, note)


def _allowed(evidence: Evidence, wc: str, event: str) -> int:
    slack = timedelta(seconds=evidence.tolerances.edge(wc))
    lost = 0
    for one in evidence.report.work_centers[wc].discrepancies:
        if one.at_most is not None:
            span = Span(one.start - slack, one.end + slack)
            lost += min(int(one.at_most), _happened(evidence.truth, wc, event, span))
    return lost


def _happened(truth: Iterable[TruthEvent], wc: str, event: str, span: Span) -> int:
    return sum(one.wc == wc and one.event == event and span.start <= one.at <= span.end for one in truth)


def _watched_runs(evidence: Evidence, wc: str) -> Iterator[Span]:
    """Spans in which the machine truly ran while it was watched without any doubt."""
    watched = evidence.supervisor.watched[wc]
    parts = [one.at for one in evidence.truth if one.wc == wc and one.event == "part" and one.at <= watched.end]
    if not parts:
        return
    stops = [Span(stop.start, stop.end or watched.end) for stop in summarize(evidence.truth, wc).stops]
    yield from without(Span(parts[0], parts[-1]), [*stops, *padded(evidence, wc)])


def _gaps(run: Span, outputs: Iterable[Span]) -> Iterator[Span]:
    ends = [output.end for output in outputs if run.start < output.end < run.end]
    yield from (Span(one, two) for one, two in pairwise(sorted([run.start, *ends, run.end])))


def _cycle(truth: Iterable[TruthEvent], wc: str) -> float:
    parts = [one.at for one in truth if one.wc == wc and one.event == "part"]
    return min(((two - one).total_seconds() for one, two in pairwise(parts)), default=0.0)


def _hour(at: datetime) -> str:
    return f"{at:%H:%M:%S}"
