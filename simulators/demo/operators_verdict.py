"""What the operators did against what the MES knows of it: everything that was answered is there once in effect.

The first answer that an operator saw may be a refusal although the deed counted: the agent died between commit and
answer, so he scanned again. What counts is the effect: one start of an order, one load of a lot, one link of a unit.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from simulators.demo.checks import Check, equal, none
from simulators.demo.evidence import Evidence
from simulators.demo.records import Act

_REPEATED = {"load_lot": "ALREADY_LOADED", "link_serial": "ALREADY_REPORTED", "start_operation": "ALREADY_STARTED"}
"""The refusal that says that it was done before."""
_FACTS = {
    "load_lot": "lot.loaded",
    "link_serial": "genealogy.linked",
    "start_operation": "operation.started",
    "complete_operation": "operation.completed",
    "set_reason": "stop.reason_set",
    "sign_on": "labor.signed_on",
    "record_check": "quality.checked",
}


def operator_checks(evidence: Evidence) -> Iterator[Check]:
    """Everything about scans and entries."""
    acts = evidence.operators.acts
    yield none("acts refused", [_words(act) for act in acts if not _counted(act)])
    for wc in evidence.report.work_centers:
        yield from _codes(evidence, wc, [act for act in acts if act.wc == wc and _counted(act)])
    for action, fact in _FACTS.items():
        done = {(act.wc, act.subject, act.stop_id) for act in acts if act.action == action and _counted(act)}
        yield equal(fact, len(done), evidence.report.facts.get(fact, 0))


def _codes(evidence: Evidence, wc: str, acts: list[Act]) -> Iterator[Check]:
    claim = evidence.report.work_centers[wc]
    lots = {act.subject for act in acts if act.action == "load_lot"}
    serials = {act.subject for act in acts if act.action == "link_serial"}
    reasons = Counter({(act.stop_id, act.subject): 1 for act in acts if act.action == "set_reason"})
    scans = {act.scan_text for act in acts if act.scan_text is not None}
    if lots or serials:
        yield _once(f"{wc} lots loaded", lots, (lot.lot_id for lot in claim.lots))
        yield _once(f"{wc} units linked", serials, list(claim.genealogy))
        accepted = {text for text, figures in claim.scans.items() if figures.accepted}
        yield _same(f"{wc} codes scanned", scans, accepted)
    told = Counter((given.stop_id, given.code) for given in claim.reasons)
    yield Check(f"{wc} reasons given", str(len(reasons)), str(told.total()), told == reasons)
    started = {act.subject for act in acts if act.action == "start_operation"}
    begun = {order.order_id for order in claim.orders if order.status != "waiting"}
    yield _same(f"{wc} orders begun", started, begun)


def _counted(act: Act) -> bool:
    """Answered as done: now, or, as the answer says, before."""
    return act.accepted or act.code == _REPEATED.get(act.action)


def _once(name: str, expected: set[str], found: Iterable[str | None]) -> Check:
    counts = Counter(found)
    ok = counts == Counter(expected)
    odd = [f"{subject} {counts[subject]} times" for subject in {*expected, *counts} if counts[subject] != 1]
    return Check(name, str(len(expected)), str(counts.total()), ok, "; ".join(map(str, odd)))


def _same(name: str, expected: set[str], found: set[str] | set[str | None]) -> Check:
    odd = sorted(str(subject) for subject in expected ^ found)
    return Check(name, str(len(expected)), str(len(found)), expected == found, "; ".join(odd))


def _words(act: Act) -> str:
    return f"{act.wc} {act.action} {act.subject} at {act.at:%H:%M:%S}: {act.code}"
