"""Plan against fact of an order, out of facts as the journal gives them back (requirement 100)."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from agent.core.directories import Directories, Norms
from agent.core.facts import (
    Deviation,
    DeviationRecorded,
    DiscrepancyExpired,
    DiscrepancyRaised,
    DiscrepancyResolved,
    Fact,
    FactData,
    MaterialConsumed,
    QualityCheckSkipped,
    Reason,
    StopClosed,
    StopReasonSet,
)
from agent.core.reconciliation.amendments import Amendments
from agent.core.reconciliation.deviation_report import PlanAgainstFact
from agent.core.reconciliation.deviation_view import DeviationReport, OperationView
from agent.core.reconciliation.reckoning import Reckoning, Scope
from tests.core.build import an_order, clock, quality, stop
from tests.core.test_reckoning import DAY, KEYS, changed, committed, correction, output, scrap, told

SINCE = "2026-02-25T00:00:00.000Z"
WHY = Reason(code="SHORTAGE", dir="deviations", rev="1")


def used(qty: str, norm: str | None, over: str = "0", **more: object) -> MaterialConsumed:
    fields: dict[str, object] = {
        "keys": KEYS.model_copy(update={"item_id": "CABLE", "lot_id": "C-1"}),
        "quality": quality(),
        "shift": DAY,
        "qty": qty,
        "uom": "EA",
        "bom_line": "10",
        "mode": "entered",
        "norm_qty": norm,
        "cum_qty": qty,
        "over_qty": over,
        "reason": None,
        "is_substitute": False,
        "substitute_for": None,
        "actor": None,
    }
    return MaterialConsumed.model_validate({**fields, **more})


def reported(facts: list[Fact], directories: Directories | None = None, *planned: str) -> DeviationReport:
    rows, amendments = committed(facts), Amendments()
    for row in rows:
        amendments.take(row)
    folding = PlanAgainstFact("PO-1")
    reckoning = Reckoning(amendments, Scope(order_id="PO-1"), (folding,))
    reckoning.take(rows)
    plan = [an_order("PO-1", op_no=op_no) for op_no in planned]
    return folding.report(reckoning.rows(), directories or Directories(), plan, SINCE)


def operation(*happened: FactData) -> OperationView:
    (one,) = reported(told(*happened)).operations
    return one


def test_quantities_stand_beside_the_plan_with_the_defects_of_what_was_rejected() -> None:
    uncoded = scrap(3, defect_code=None)
    coded = scrap(0, pool_coded_qty=Decimal(1))
    one = operation(changed("completed", "completed", qty_planned="10"), output(7), scrap(1), uncoded, coded)
    assert (one.status, one.planned, one.good, one.scrap) == ("completed", Decimal(10), Decimal(7), Decimal(4))
    assert {found.defect_code: found.qty for found in one.scrapped} == {"DENT": Decimal(2), None: Decimal(2)}


def test_an_operation_that_has_not_begun_is_shown_as_planned() -> None:
    first, second = reported(told(changed("started", "in_progress")), None, "10", "20").operations
    assert (first.op_no, first.status) == ("10", "in_progress")
    assert (second.op_no, second.status, second.good) == ("20", "waiting", Decimal(0))
    assert second.planned == an_order("PO-1").qty_planned
    assert reported([]).operations == ()


def times(run: str, norm: str | None) -> Mapping[str, str | None]:
    rest = {"elapsed_s": "0", "setup_s": "5", "delay_s": "0", "labor_s": "0", "norm_setup_s": None}
    return {**rest, "run_s": run, "norm_run_s": norm}


def test_the_times_of_all_executions_are_added_up_and_of_each_the_last_ones_count() -> None:
    one = operation(
        changed("paused", "paused", times=times("10", "8")),
        changed("completed", "completed", times=times("30", "20")),
        changed("aborted", "aborted", times=times("4", None), op_execution_id="op-8"),
    )
    assert one.times is not None
    assert (one.times.run_s, one.times.norm_run_s, one.times.setup_s) == (Decimal(34), Decimal(20), Decimal(10))
    assert (one.times.norm_setup_s, one.times.norm_labor_s) == (None, None)


def test_planned_labor_is_that_of_the_norm_that_the_operation_worked_with() -> None:
    norm = {"op_no": "10", "labor_s": "40", "effective_from": "2026-01-01T00:00:00Z"}
    later = {"norm_version": "2", "labor_s": "50", "effective_from": "2026-02-01T00:00:00Z"}
    versions = [{**norm, "norm_version": "1"}, {**norm, **later}]
    norms = Norms.model_validate({"rev": "1", "item_id": "BOTTLE", "versions": versions})
    done = changed("completed", "completed", times=times("1", None), versions={"norm_version": "2"})
    (one,) = reported(told(done, output(3)), Directories(norms={"BOTTLE": norms})).operations
    assert one.times is not None
    assert one.times.norm_labor_s == Decimal(150)


def test_consumption_stands_beside_its_norm_and_what_is_over_names_lot_and_reason() -> None:
    one = operation(
        used("20", "20"),
        used("1", "20", "1", reason=WHY, parent_serial="U-7"),
        used("2", "20", "2", reason=WHY, parent_serial="U-8"),
    )
    (component,) = one.materials
    assert (component.norm, component.used, component.over) == (Decimal(20), Decimal(23), Decimal(3))
    (over,) = one.over
    assert (over.item_id, over.lot_id, over.qty, over.reason) == ("CABLE", "C-1", Decimal(3), "SHORTAGE")
    assert over.serials == ("U-7", "U-8")


def test_what_stands_in_for_a_component_has_a_line_of_its_own_under_it() -> None:
    keys = KEYS.model_copy(update={"item_id": "CABLE-B", "lot_id": "C-2"})
    other = used("6", "10", keys=keys, uom="M", is_substitute=True, substitute_for="CABLE")
    one = operation(other, used("4", "10"))
    assert [(found.item_id, found.substitute_for, found.norm, found.used) for found in one.materials] == [
        ("CABLE", None, Decimal(10), Decimal(4)),
        ("CABLE-B", "CABLE", None, Decimal(6)),
    ]


def test_a_corrected_quantity_takes_from_what_is_over_the_norm_first() -> None:
    (fact,) = told(used("7", "5", "2", reason=WHY))
    less = correction(fact, 1, {"qty": "6"})
    (one,) = reported([fact, *told(less)]).operations
    assert [found.qty for found in one.over] == [Decimal(1)]
    assert reported([fact, *told(correction(fact, 1, {}, "void"))]).operations == ()


def test_deviations_and_interruptions_of_one_kind_and_reason_are_one_line() -> None:
    deviation = DeviationRecorded(
        keys=KEYS,
        quality=quality(),
        deviation=Deviation(kind="substitution", expected="CABLE", actual="CABLE-B", reason=WHY),
        actor="OP-1",
    )
    paused = changed("paused", "paused", reason=Reason(code="BREAK", dir="interruptions", rev="1"))
    one = operation(deviation, deviation, paused)
    assert [(found.kind, found.reason, found.times) for found in one.deviations] == [("substitution", "SHORTAGE", 2)]
    assert [(found.status, found.reason, found.times) for found in one.interruptions] == [("paused", "BREAK", 1)]


def test_stops_are_added_up_by_the_reason_that_was_given_last() -> None:
    stood = stop(StopClosed, "stop-1", 10.0, 70.0, stop_class="down")
    part = stood.segments[0].model_copy(update={"order_id": "PO-1", "op_no": "10"})
    stood = stood.model_copy(update={"segments": (part,), "keys": KEYS})
    jam = Reason(code="JAM", dir="reasons", rev="1")
    said = StopReasonSet(
        keys=KEYS,
        quality=quality(),
        stop_id="stop-1",
        segment_id=part.segment_id,
        reason=jam,
        prev_reason=None,
        actor="OP-1",
    )
    (found,) = operation(stood, said).stops
    assert (found.stop_class, found.reason, found.stops, found.seconds) == ("down", "JAM", 1, Decimal("60.000"))


def test_checks_that_were_skipped_are_told_with_their_reason() -> None:
    skipped = QualityCheckSkipped(
        keys=KEYS,
        quality=quality(),
        check_id="LOOK",
        kind="final",
        characteristic="Look",
        mandatory=True,
        reason=Reason(code="NO_GAUGE", dir="skips", rev="1"),
        actor="OP-1",
    )
    (found,) = operation(skipped, skipped).skipped
    assert (found.check_id, found.samples, found.reason, found.mandatory) == ("LOOK", 2, "NO_GAUGE", True)


def raised(name: str) -> DiscrepancyRaised:
    return DiscrepancyRaised(
        keys=KEYS,
        quality=quality(),
        discrepancy_id=name,
        code="over_quantity",
        owner_role="supervisor",
        due=clock(60.0),
        start=clock(0.0),
        end=clock(0.0),
        at_most=None,
        evidence={"planned": "10"},
    )


def test_discrepancies_that_nobody_resolved_are_told_with_owner_and_due() -> None:
    about = {"keys": KEYS, "quality": quality(), "code": "over_quantity"}
    over = DiscrepancyExpired.model_validate(
        {**about, "discrepancy_id": "d-2", "owner_role": "supervisor", "due": clock(60.0)}
    )
    resolved = DiscrepancyResolved.model_validate(
        {**about, "discrepancy_id": "d-1", "resolution": "accepted", "actor": "SV-1", "comment": None}
    )
    report = reported(told(raised("d-1"), raised("d-2"), over, resolved))
    assert report.operations == ()
    (found,) = report.open_discrepancies
    assert (found.discrepancy_id, found.owner_role, found.due, found.status) == (
        "d-2",
        "supervisor",
        clock(60.0),
        "expired",
    )
