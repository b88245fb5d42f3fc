"""A short day at one machine, told by everybody in agreement: what each check of the verdict is tried on."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from simulators.demo.evidence import Evidence
from simulators.demo.records import Act, OperatorLog, Span, SupervisorLog
from simulators.demo.tolerances import Tolerances
from simulators.mes.figures import (
    AgentStart,
    Discrepancy,
    LoadedLot,
    MesReport,
    OrderFigures,
    ReasonGiven,
    ScanFigures,
    StopFigures,
    WorkCenterFigures,
)
from simulators.truth import TruthEvent

WC = "FILL-1"
START = datetime(2026, 3, 4, 6, 0, tzinfo=UTC)
END = 600.0
STOPS = ((101.0, 161.0), (301.0, 361.0), (541.0, None))
"""The second one goes on through an outage, the third one still stands at the end."""
OUTAGE = (320.0, 340.0)
AWAY = (450.0, 470.0)
PARTS = tuple(t for t in (2.0 * n for n in range(1, 300)) if t <= 100 or 161 < t <= 300 or 361 < t <= 540)
SCRAP = (51.0, 201.0)
LOT, SERIAL, ORDER = "LOT:L-1:CAP", "SN:1", "ORD:PO-1"


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def span(start: float, end: float) -> Span:
    return Span(at(start), at(end))


def truth() -> list[TruthEvent]:
    events = [TruthEvent(at(t), WC, "part", {"total": n}) for n, t in enumerate(PARTS, 1)]
    events += [TruthEvent(at(t), WC, "scrap", {"scrap": n}) for n, t in enumerate(SCRAP, 1)]
    for start, end in STOPS:
        events.append(TruthEvent(at(start), WC, "stop_started", {"kind": "micro", "alarm": 0}))
        if end is not None:
            events.append(TruthEvent(at(end), WC, "stop_ended", {"kind": "micro"}))
    events.append(TruthEvent(at(AWAY[0]), WC, "controller_away"))
    events.append(TruthEvent(at(AWAY[1]), WC, "controller_back"))
    return sorted(events, key=lambda one: one.at)


def stop(name: str, start: float, end: float | None, reason: str | None = None) -> StopFigures:
    return StopFigures(
        name, 1, 0, 0 if end is None else 1, at(start), None if end is None else at(end), "minor", reason=reason
    )


def acts() -> tuple[Act, ...]:
    return (
        Act(WC, "start_operation", "PO-1", at(1), True, "ok", scan_text=ORDER),
        Act(WC, "load_lot", "L-1", at(2), True, "ok", scan_text=LOT),
        # Its first answer was lost with the agent: what was seen says that it had counted.
        Act(WC, "link_serial", "1", at(30), False, "ALREADY_REPORTED", scan_text=SERIAL, repeats=1),
        Act(WC, "set_reason", "JAM", at(120), True, "ok", stop_id="s1"),
        Act(WC, "complete_operation", "PO-1", at(590), True, "ok"),
    )


def claim() -> WorkCenterFigures:
    return WorkCenterFigures(
        good=Decimal(len(PARTS) - len(SCRAP)),
        scrap=Decimal(len(SCRAP)),
        counters=(),
        orders=(OrderFigures("PO-1", "BOTTLE", Decimal(500), status="completed"),),
        stops=(stop("s1", 101.4, 160.8, "JAM"), stop("s2", 301.0, 361.0), stop("s3", 541.2, None)),
        timeline=(),
        seconds={"RUNNING": 400.0, "UNKNOWN": 31.0},
        inferred_seconds={"RUNNING": 12.0},
        scans={text: ScanFigures(accepted=1) for text in (ORDER, LOT)} | {SERIAL: ScanFigures(1, 1)},
        lots=(LoadedLot(at(2), "L-1", "CAP", LOT),),
        genealogy={"1": ("L-1",)},
        reasons=(ReasonGiven(at(120), "s1", "JAM", None, "demo"),),
    )


FACTS = {
    "lot.loaded": 1,
    "genealogy.linked": 1,
    "operation.started": 1,
    "operation.completed": 1,
    "stop.reason_set": 1,
    "output.recorded": 40,
}


def report() -> MesReport:
    return MesReport(
        period=(at(-10), at(END)),
        facts=FACTS,
        work_centers={WC: claim()},
        agent_starts=(
            AgentStart(at(-11), "1", "a", "first_start", None),
            AgentStart(at(330), "1", "b", "crash", at(320)),
        ),
        agent_discrepancies=(),
        through={"urn": sum(FACTS.values())},
        gaps={},
        conflicts=(),
        natural_key_duplicates=(),
        duplicates_removed=3,
        rejected=0,
        unreadable=0,
    )


def evidence() -> Evidence:
    return Evidence(
        truth=truth(),
        supervisor=SupervisorLog({WC: span(-10, END)}, {WC: (span(*OUTAGE),)}, kills=(at(OUTAGE[0]),)),
        operators=OperatorLog(acts()),
        report=report(),
        outputs={WC: tuple(Span(at(t) - timedelta(seconds=2), at(t)) for t in PARTS[::4])},
        sent=FACTS,
        tolerances=Tolerances(speed=1.0, sampling_ms={WC: 20}, tick_s=1.0, flush_s=10.0),
    )


def with_claim(told: Evidence, **changes: Any) -> Evidence:  # noqa: ANN401 - fields of the figures
    figures = replace(told.report.work_centers[WC], **changes)
    return replace(told, report=replace(told.report, work_centers={WC: figures}))


def with_report(told: Evidence, **changes: Any) -> Evidence:  # noqa: ANN401 - fields of the report
    return replace(told, report=replace(told.report, **changes))


def doubt(start: float, end: float, at_most: int) -> Discrepancy:
    return Discrepancy("counter_reset", at(start), at(end), Decimal(at_most))
