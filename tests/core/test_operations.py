"""Starting and finishing operations; a contradiction with the plan is raised, not refused."""

from decimal import Decimal

import pytest

from agent.core.accounts import Cums
from agent.core.directories import Directories
from agent.core.discrepancies import Discrepancy
from agent.core.errors import EntryRefusedError
from agent.core.facts import Keys, OperationCompleted, OperationStarted, Versions
from agent.core.operations import LEDGER_SIZE, Operation, Operations, completed, started, tell
from agent.core.output import Output
from tests.core.build import FIRST_ID, T0, WC, a_draft, a_plan, an_order, quality


def begun(order_id: str = "PO-1", plan: Directories | None = None) -> tuple[Operations, Operation]:
    operations, operation, _ = started(Operations(), order_id, plan or a_plan(an_order()), a_draft(), "EA")
    return operations, operation


def test_an_operation_keeps_what_the_plan_said_when_it_began() -> None:
    order = an_order(norm_cycle_s="1.5", description="Bottle", bom_version="B1", route_version="R1", norm_version="N1")
    operations, operation, contradiction = started(Operations(), "PO-1", a_plan(order, reasons=["X"]), a_draft(), "KG")
    assert operation == Operation(
        op_execution_id=f"op-{FIRST_ID}",
        order_id="PO-1",
        op_no="10",
        item_id="BOTTLE",
        description="Bottle",
        release_status="released",
        qty_planned=Decimal(100),
        uom="EA",
        cycle_s=1.5,
        versions=Versions(bom_version="B1", route_version="R1", norm_version="N1", reasons_rev="7"),
        transition_no=1,
        started=T0,
    )
    assert operations == Operations(operation, {"PO-1": "in_progress"}, 1)
    assert contradiction is None
    assert operation.keys(WC) == Keys(wc_id=WC, order_id="PO-1", op_no="10", item_id="BOTTLE")


def test_an_order_that_nobody_planned_is_started_and_raised() -> None:
    operations, operation, contradiction = started(Operations(), "PO-9", a_plan(), a_draft(), "KG")
    assert (operation.op_no, operation.uom, operation.release_status) == ("-", "KG", "unknown")
    assert operations.status_of("PO-9") == "in_progress"
    assert contradiction == Discrepancy("order_unknown", T0, T0, {"order_id": "PO-9"})


@pytest.mark.parametrize("status", ["planned", "closed"])
def test_an_order_that_is_not_released_is_started_and_raised(status: str) -> None:
    plan = a_plan(an_order(release_status=status))
    _, operation, contradiction = started(Operations(), "PO-1", plan, a_draft(), "EA")
    assert operation.release_status == status
    evidence = {"order_id": "PO-1", "release_status": status}
    assert contradiction == Discrepancy("order_not_released", T0, T0, evidence)


def test_an_order_of_another_work_center_is_unknown_here() -> None:
    plan = Directories({("WC-2", "PO-1"): an_order()})
    contradiction = started(Operations(), "PO-1", plan, a_draft(), "EA")[2]
    assert contradiction == Discrepancy("order_unknown", T0, T0, {"order_id": "PO-1"})


@pytest.mark.parametrize(("order_id", "code"), [("PO-1", "ALREADY_STARTED"), ("PO-2", "OPERATION_IN_PROGRESS")])
def test_a_second_start_is_refused_with_a_reason(order_id: str, code: str) -> None:
    operations, _ = begun()
    with pytest.raises(EntryRefusedError, match="PO-1") as refusal:
        started(operations, order_id, a_plan(), a_draft(), "EA")
    assert refusal.value.code == code


def test_finishing_takes_the_next_number_and_is_remembered() -> None:
    operations, operation = begun()
    after, ended = completed(operations)
    assert after == Operations(None, {"PO-1": "completed"}, 2)
    assert (ended.op_execution_id, ended.transition_no) == (operation.op_execution_id, 2)


def test_finishing_what_was_not_begun_is_refused() -> None:
    with pytest.raises(EntryRefusedError) as refusal:
        completed(Operations())
    assert refusal.value.code == "NO_OPERATION"


def test_an_order_never_begun_here_is_waiting() -> None:
    assert Operations().status_of("PO-1") == "waiting"


def test_only_the_last_orders_are_remembered_the_present_one_always() -> None:
    operations = Operations()
    for number in range(3 * LEDGER_SIZE):
        operations, _, _ = started(operations, f"PO-{number}", a_plan(), a_draft(), "EA")
        operations, _ = completed(operations)
    assert operations.ledger is not None
    assert list(operations.ledger) == [f"PO-{number}" for number in range(2 * LEDGER_SIZE, 3 * LEDGER_SIZE)]
    operations, _, _ = started(operations, "PO-100", a_plan(), a_draft(), "EA")
    assert operations.status_of("PO-100") == "in_progress"


def test_the_fact_of_a_change_names_its_execution_and_its_number() -> None:
    _, operation = begun()
    draft = a_draft(observed=60.0)
    tell(operation, OperationStarted, Output(), draft, "anna")
    tell(operation, OperationCompleted, Output(Cums(good=7, scrap=2)), draft, None)
    first, last = draft.facts
    assert first.data == OperationStarted(
        keys=operation.keys(WC),
        quality=quality(origin="operator"),
        versions=Versions(reasons_rev="7"),
        op_execution_id=operation.op_execution_id,
        from_status="waiting",
        to_status="in_progress",
        transition_no=1,
        release_status_seen="released",
        qty_good=Decimal(0),
        qty_scrap=Decimal(0),
        qty_planned=Decimal(100),
        uom="EA",
        actor="anna",
    )
    assert first.natural_key == f"op:e1:PO-1:10:{WC}:1"
    assert (first.time, first.correlation_id) == (T0 + 60.0, operation.op_execution_id)
    assert isinstance(last.data, OperationCompleted)
    assert (last.data.from_status, last.data.to_status) == ("in_progress", "completed")
    assert (last.data.qty_good, last.data.qty_scrap) == (Decimal(7), Decimal(2))


def test_a_description_without_end_is_cut_so_that_the_snapshot_stays_small() -> None:
    _, operation = begun(plan=a_plan(an_order(description="x" * 100_000)))
    assert len(operation.description) <= 200
