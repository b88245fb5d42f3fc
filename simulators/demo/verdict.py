"""The verdict: truth, the supervisor's and the operators' notes against what the MES knows. Pure.

The truth comes from the simulators' own log, never from the agent.
"""

from __future__ import annotations

from collections.abc import Iterator

from simulators.demo.checks import Check, equal, none
from simulators.demo.counts_verdict import count_checks, hole_check, pause_check, unknown_check
from simulators.demo.evidence import Evidence
from simulators.demo.material_verdict import material_checks
from simulators.demo.operators_verdict import operator_checks
from simulators.demo.stops_verdict import stop_checks


def judge(evidence: Evidence) -> list[Check]:
    """Every check, in the order in which they are shown."""
    checks: list[Check] = []
    for wc in evidence.supervisor.watched:
        checks += count_checks(evidence, wc)
        checks += stop_checks(evidence, wc)
        checks += [hole_check(evidence, wc), unknown_check(evidence, wc), pause_check(evidence, wc)]
    return [*checks, *operator_checks(evidence), *material_checks(evidence), *_delivery(evidence), *_manners(evidence)]


def _delivery(evidence: Evidence) -> Iterator[Check]:
    report = evidence.report
    missing = [f"{source} {gap.first} to {gap.last}" for source, gaps in report.gaps.items() for gap in gaps]
    yield none("gaps in the sequence", missing)
    yield equal("sources", 1, len(report.through), "one journal, one epoch")
    sent = sum(evidence.sent.values())
    yield equal("facts sent and received", sent, sum(report.facts.values()))
    yield equal("sequence without a gap up to", sent, sum(report.through.values()))
    differing = [
        f"{name}: {evidence.sent.get(name, 0)} sent, {report.facts.get(name, 0)} received"
        for name in sorted({*evidence.sent, *report.facts})
        if evidence.sent.get(name, 0) != report.facts.get(name, 0)
    ]
    yield none("types that differ", differing)
    yield none("numbers given twice", [f"{one.source} {one.sequence}" for one in report.conflicts])
    yield none("happenings told twice", [one.dedupkey for one in report.natural_key_duplicates])
    yield equal("facts refused or unreadable", 0, report.rejected + report.unreadable)
    differing = [
        f"{one.wc_id} {one.kind} {what.what}: {what.told} told, {what.held} held"
        for one in report.reconciled
        for what in one.differences
    ]
    yield none("sums of shifts and digests that differ", differing)


def _manners(evidence: Evidence) -> Iterator[Check]:
    written = [f"{one.wc} {one.detail.get('what', '')}" for one in evidence.truth if one.event == "write_attempt"]
    yield none("attempts to write to a machine", written)
    yield none("ends of the agent by itself", list(evidence.supervisor.accidents))
    # Deaths before the agent could say anything leave no trace, so there may be fewer starts than kills.
    starts = evidence.report.agent_starts
    crashes = sum(start.after == "crash" for start in starts)
    firsts = sum(start.after == "first_start" for start in starts)
    kills = len(evidence.supervisor.kills)
    found = f"{firsts} and {crashes}"
    yield Check(
        "agent starts, first and after crashes", f"1 and up to {kills}", found, firsts == 1 and crashes <= kills
    )
