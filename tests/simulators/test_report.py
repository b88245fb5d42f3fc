from __future__ import annotations

import io
import sqlite3
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from simulators.mes.demo_plan import DEMO_PLAN
from simulators.mes.figures import (
    AgentStart,
    ConditionSpan,
    Conflict,
    CounterSpan,
    Discrepancy,
    DoubledKey,
    LoadedLot,
    MesReport,
    OrderFigures,
    ReasonGiven,
    ScanFigures,
    StopFigures,
    WorkCenterFigures,
)
from simulators.mes.report import print_table, read_report
from simulators.mes.sequences import Gap
from simulators.mes.store import Message, Store
from tests.simulators.mes_facts import EVT, START, fact, iso, payload, source, uuid7

PERIOD = (START, START + timedelta(seconds=100))


def report_of(tmp_path: Path, *events: dict[str, Any]) -> MesReport:
    with Store(tmp_path / "mes.sqlite") as store:
        store.take([Message(EVT, payload(event), 1000.0) for event in events])
    return read_report(tmp_path / "mes.sqlite", period=PERIOD)


def output(
    sequence: int,
    raw: tuple[int, int],
    good: str,
    *,
    run: int = 1,
    order: str | None = "PO-1",
    op_no: str | None = None,
) -> dict[str, Any]:
    counter = {"name": "total", "counter_run": run, "raw_from": raw[0], "raw_to": raw[1]}
    interval = {"start": iso(0), "end": iso(1)}
    fields: dict[str, object] = {
        "qty_good": good,
        "uom": "EA",
        "cum_good": "0",
        "counter": counter,
        "interval": interval,
    }
    data = fields | {"lots_in": []}
    return fact(sequence, "output.recorded", order=order, keys={} if op_no is None else {"op_no": op_no}, data=data)


def scrap(sequence: int, qty: str, from_good: str) -> dict[str, Any]:
    counter = {"name": "scrap", "counter_run": 1, "raw_from": 0, "raw_to": 1}
    interval = {"start": iso(0), "end": iso(1)}
    fields: dict[str, object] = {
        "qty_scrap": qty,
        "qty_from_good": from_good,
        "uom": "EA",
        "cum_good": "0",
        "cum_scrap": "0",
    }
    return fact(sequence, "scrap.recorded", order="PO-1", data=fields | {"counter": counter, "interval": interval})


def operation(sequence: int, name: str, to_status: str) -> dict[str, Any]:
    fields: dict[str, object] = {"from_status": "waiting", "to_status": to_status, "transition_no": 1}
    quantities = {"qty_good": "0", "qty_scrap": "0", "qty_planned": "50"}
    return fact(sequence, f"operation.{name}", order="PO-1", keys={"item_id": "CAP-28"}, data=fields | quantities)


def stop(sequence: int, name: str, stop_class: str, end: str | None = None, **more: object) -> dict[str, Any]:
    fields: dict[str, object] = {
        "stop_id": "s1",
        "stop_class": stop_class,
        "start": iso(10),
        "end": end,
        "bridged": False,
        "end_uncertain": False,
        "machine_reasons": ["117"],
    }
    return fact(sequence, f"stop.{name}", data=fields | more)


def condition(sequence: int, at: float, name: str, *, inferred: bool = False) -> dict[str, Any]:
    fields = {"from_condition": "UNKNOWN", "to_condition": name, "mode": "PRODUCTION", "inferred": inferred}
    return fact(sequence, "machine.condition_changed", at=at, data=fields)


def the_filler(report: MesReport) -> WorkCenterFigures:
    return report.work_centers["FILL-1"]


def test_good_is_output_less_what_turned_into_scrap(tmp_path: Path) -> None:
    filler = the_filler(report_of(tmp_path, output(1, (0, 10), "10"), scrap(2, "3", "2"), output(3, (10, 15), "4.5")))
    assert (filler.good, filler.scrap) == (Decimal("12.5"), Decimal(3))


def adjusted(sequence: int, category: str, delta: str, counter: dict[str, object] | None = None) -> dict[str, Any]:
    source = "operator" if counter is None else "plc"
    fields = {"category": category, "delta": delta, "uom": "EA", "source": source, "counter": counter}
    return fact(sequence, "quantity.adjusted", order="PO-1", data=fields)


def test_what_was_put_right_counts_and_leaves_no_hole_in_a_counter(tmp_path: Path) -> None:
    back: dict[str, object] = {"name": "total", "counter_run": 1, "raw_from": 10, "raw_to": 8}
    facts = (
        output(1, (0, 10), "10"),
        adjusted(2, "good", "-2", back),
        output(3, (8, 9), "1"),
        adjusted(4, "scrap", "3"),
        adjusted(5, "rework", "1"),
    )
    filler = the_filler(report_of(tmp_path, *facts))
    assert (filler.good, filler.scrap) == (Decimal(9), Decimal(3))
    assert [(span.raw_from, span.raw_to) for span in filler.counters] == [(0, 9)]
    assert (filler.orders[0].good, filler.orders[0].scrap) == (Decimal(9), Decimal(3))


def test_orders_show_plan_against_fact_and_what_no_order_asked_for(tmp_path: Path) -> None:
    facts = (
        operation(1, "started", "in_progress"),
        output(2, (0, 10), "10"),
        scrap(3, "3", "2"),
        operation(4, "completed", "completed"),
        output(5, (10, 11), "1", order=None),
    )
    made = OrderFigures("PO-1", "CAP-28", Decimal(50), Decimal(8), Decimal(3), "completed", uom="EA")
    assert the_filler(report_of(tmp_path, *facts)).orders == (
        replace(made, started=START, ended=START),
        OrderFigures(None, None, None, Decimal(1), uom="EA"),
    )


def test_counter_spans_join_and_show_every_hole(tmp_path: Path) -> None:
    facts = (
        output(1, (0, 10), "10"),
        scrap(2, "1", "1"),
        output(3, (10, 15), "5"),
        output(4, (20, 25), "5"),
        output(5, (0, 3), "3", run=2),
    )
    assert the_filler(report_of(tmp_path, *facts)).counters == (
        CounterSpan("total", 1, 0, 15),
        CounterSpan("scrap", 1, 0, 1),
        CounterSpan("total", 1, 20, 25),
        CounterSpan("total", 2, 0, 3),
    )


def test_a_stop_is_what_its_facts_say_together(tmp_path: Path) -> None:
    reason = {"stop_id": "s1", "reason": {"code": "JAM"}, "prev_reason": None, "actor": "7"}
    given = fact(3, "stop.reason_set", at=30, data=reason)
    facts = (
        stop(1, "opened", "minor"),
        stop(2, "upgraded", "down"),
        given,
        stop(4, "closed", "down", iso(60), bridged=True, end_uncertain=True),
    )
    filler = the_filler(report_of(tmp_path, *facts))
    assert filler.stops == (
        StopFigures(
            stop_id="s1",
            opened=1,
            upgraded=1,
            closed=1,
            start=START + timedelta(seconds=10),
            end=START + timedelta(seconds=60),
            stop_class="down",
            machine_reasons=("117",),
            bridged=True,
            end_uncertain=True,
            reason="JAM",
        ),
    )
    assert filler.reasons == (ReasonGiven(START + timedelta(seconds=30), "s1", "JAM", None, "7"),)


def test_the_timeline_is_cut_to_the_period_and_keeps_what_was_inferred_apart(tmp_path: Path) -> None:
    filler = the_filler(
        report_of(
            tmp_path,
            condition(1, -20, "RUNNING"),
            condition(2, 40, "UNKNOWN"),
            condition(3, 40, "UNKNOWN"),
            condition(4, 70, "RUNNING", inferred=True),
            condition(5, 90, "FAULTED"),
            condition(6, 500, "OFF"),
        )
    )
    edges = [START + timedelta(seconds=seconds) for seconds in (0, 40, 70, 90, 100)]
    assert filler.timeline == (
        ConditionSpan(edges[0], edges[1], "RUNNING", "PRODUCTION", inferred=False),
        ConditionSpan(edges[1], edges[2], "UNKNOWN", "PRODUCTION", inferred=False),
        ConditionSpan(edges[2], edges[3], "RUNNING", "PRODUCTION", inferred=True),
        ConditionSpan(edges[3], edges[4], "FAULTED", "PRODUCTION", inferred=False),
    )
    assert filler.seconds == {"RUNNING": 40.0, "UNKNOWN": 30.0, "FAULTED": 10.0}
    assert filler.inferred_seconds == {"RUNNING": 20.0}


def test_scans_lots_and_genealogy_are_read_back(tmp_path: Path) -> None:
    lot = {"lot_id": "L-1", "item_id": "PREFORM"}
    filler = the_filler(
        report_of(
            tmp_path,
            fact(1, "scan.accepted", data={"text": "LOT:L-1", "reader": "r", "meaning": "lot"}),
            fact(2, "scan.refused", data={"text": "LOT:L-1", "reader": "r", "refusal_code": "double_scan"}),
            fact(3, "scan.accepted", data={"text": "LOT:L-1", "reader": "r", "meaning": "lot"}),
            fact(4, "scan.refused", data={"text": "???", "reader": "r", "refusal_code": "unknown"}),
            fact(5, "lot.loaded", at=5, keys=lot, data={"scan_text": "LOT:L-1"}),
            fact(6, "genealogy.linked", data={"parent_serial": "S-1", "child_lots": ["L-1", "L-2"]}),
            fact(7, "genealogy.linked", data={"parent_serial": "S-1", "child_lots": ["L-2", "L-3"]}),
        )
    )
    assert filler.scans == {"LOT:L-1": ScanFigures(2, 1), "???": ScanFigures(0, 1)}
    assert filler.lots == (LoadedLot(START + timedelta(seconds=5), "L-1", "PREFORM", "LOT:L-1"),)
    assert filler.genealogy == {"S-1": ("L-1", "L-2", "L-3")}


def test_agents_starts_and_discrepancies_are_read_back(tmp_path: Path) -> None:
    raised: dict[str, object] = {"code": "counter_reset", "start": iso(1), "end": iso(2), "evidence": {"raw": "3"}}
    raised |= {"owner_role": "supervisor", "due": iso(60)}
    started = {"version": "0.1.0", "instance": "i", "after": "crash", "down_since": iso(-5)}
    report = report_of(
        tmp_path,
        fact(1, "agent.started", at=3, wc=None, data=started),
        fact(2, "discrepancy.raised", data=raised | {"discrepancy_id": "d1", "at_most": "40"}),
        fact(3, "discrepancy.raised", wc=None, data=raised | {"discrepancy_id": "d2", "at_most": None}),
    )
    span = (START + timedelta(seconds=1), START + timedelta(seconds=2))
    assert report.agent_starts == (
        AgentStart(START + timedelta(seconds=3), "0.1.0", "i", "crash", START - timedelta(seconds=5)),
    )
    known: dict[str, Any] = {"owner_role": "supervisor", "due": START + timedelta(seconds=60), "evidence": {"raw": "3"}}
    at_filler = Discrepancy("counter_reset", *span, Decimal(40), "d1", **known)
    assert the_filler(report).discrepancies == (at_filler,)
    assert report.agent_discrepancies == (Discrepancy("counter_reset", *span, None, "d2", **known),)


def test_what_is_wrong_with_the_delivery_is_told(tmp_path: Path) -> None:
    report = report_of(
        tmp_path,
        fact(1),
        fact(1),
        fact(2) | {"dedupkey": fact(1)["dedupkey"]},
        fact(2) | {"id": uuid7(77)},
        fact(3) | {"specversion": "0.3"},
        fact(6),
        fact(7) | {"source": "nobody"},
    )
    assert report == MesReport(
        period=PERIOD,
        facts={"link.lost": 4},
        work_centers={"FILL-1": the_filler(report)},
        agent_starts=(),
        agent_discrepancies=(),
        through={source(): 3},
        gaps={source(): (Gap(4, 5),)},
        conflicts=(Conflict(source(), 2, (uuid7(2), uuid7(77))),),
        natural_key_duplicates=(DoubledKey(fact(1)["dedupkey"], (uuid7(1), uuid7(2))),),
        duplicates_removed=1,
        rejected=1,
        unreadable=1,
    )


def test_late_facts_are_read_in_the_order_of_their_sequence(tmp_path: Path) -> None:
    report = report_of(tmp_path, condition(2, 50, "FAULTED"), condition(1, 0, "RUNNING"))
    assert the_filler(report).seconds == {"RUNNING": 50.0, "FAULTED": 50.0}


def test_without_a_period_the_facts_make_their_own(tmp_path: Path) -> None:
    report_of(tmp_path, condition(1, 0, "RUNNING"), condition(2, 30, "FAULTED"))
    report = read_report(tmp_path / "mes.sqlite")
    assert report.period == (START, START + timedelta(seconds=30))
    assert the_filler(report).seconds == {"RUNNING": 30.0}


def test_a_store_that_is_not_there_is_an_error_and_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(sqlite3.OperationalError, match="unable to open"):
        read_report(tmp_path / "none.sqlite")
    assert not (tmp_path / "none.sqlite").exists()


def test_the_tables_fit_a_terminal_of_100_columns(tmp_path: Path) -> None:
    report_of(tmp_path, output(1, (0, 600), "600", order="PO-1001", op_no="20"))
    console = Console(file=io.StringIO(), width=100)
    print_table(read_report(tmp_path / "mes.sqlite", DEMO_PLAN), console)
    assert isinstance(console.file, io.StringIO)
    lines = console.file.getvalue().splitlines()
    assert max(map(len, lines)) <= 100
    (row,) = [line.split() for line in lines if "PO-1001" in line]
    assert row == ["FILL-1", "PO-1001", "BOTTLE-05L", "1,200", "600", "0", "━" * 16, "50%", "waiting"]
