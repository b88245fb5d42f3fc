"""What an execution of an operation is: its statuses and what may follow them, its numbers, what is remembered."""

from dataclasses import replace
from decimal import Decimal

import pytest

from agent.core.counts.accounts import Cums
from agent.core.errors import EntryRefusedError
from agent.core.facts import (
    FINAL,
    Keys,
    OperationAborted,
    OperationChanged,
    OperationCompleted,
    OperationPartiallyCompleted,
    OperationPaused,
    OperationResumed,
    OperationStarted,
    OperationStatus,
    OperationStopped,
    Versions,
)
from agent.core.orders.operations import (
    LEDGER_BYTES,
    LEDGER_SIZE,
    MOST_RUNS,
    TRANSITIONS,
    Operation,
    Operations,
    RunNote,
    fact_of,
    must_allow,
)
from tests.core.build import T0, WC


def an_operation(status: OperationStatus = "in_progress", order_id: str = "PO-1", op_no: str = "10") -> Operation:
    return Operation(
        op_execution_id=f"op-{order_id}-{op_no}",
        order_id=order_id,
        op_no=op_no,
        item_id="BOTTLE",
        description="",
        release_status="released",
        qty_planned=Decimal(100),
        uom="EA",
        cycle_s=None,
        versions=Versions(),
        transition_no=3,
        started=T0,
        status=status,
    )


def test_what_has_ended_is_final_and_everything_else_goes_on() -> None:
    assert {status for status, after in TRANSITIONS.items() if not after} == FINAL
    assert TRANSITIONS["waiting"] == {"in_progress"}
    assert TRANSITIONS["partially_completed"] == TRANSITIONS["stopped"] == {"in_progress"}
    assert TRANSITIONS["paused"] == (TRANSITIONS["in_progress"] - {"paused"}) | {"in_progress"}


@pytest.mark.parametrize(
    ("status", "after", "code"),
    [
        ("completed", "in_progress", "OPERATION_ENDED"),
        ("aborted", "paused", "OPERATION_ENDED"),
        ("in_progress", "in_progress", "ALREADY_STARTED"),
        ("paused", "paused", "ALREADY_PAUSED"),
        ("stopped", "completed", "NOT_IN_PROGRESS"),
    ],
)
def test_a_status_that_does_not_follow_is_refused_with_a_next_step(
    status: OperationStatus, after: OperationStatus, code: str
) -> None:
    with pytest.raises(EntryRefusedError, match="order PO-1 / 10") as refusal:
        must_allow(an_operation(status), after)
    assert refusal.value.code == code


@pytest.mark.parametrize(
    ("before", "after", "fact"),
    [
        ("in_progress", "paused", OperationPaused),
        ("paused", "in_progress", OperationResumed),
        ("partially_completed", "in_progress", OperationResumed),
        ("in_progress", "partially_completed", OperationPartiallyCompleted),
        ("paused", "completed", OperationCompleted),
        ("in_progress", "stopped", OperationStopped),
        ("paused", "aborted", OperationAborted),
    ],
)
def test_each_change_takes_the_next_number_and_has_its_fact(
    before: OperationStatus, after: OperationStatus, fact: type[OperationChanged]
) -> None:
    moved = an_operation(before).moved(after, T0 + 5.0)
    assert (moved.status, moved.transition_no, moved.since) == (after, 4, T0 + 5.0)
    assert fact_of(moved) is fact


def test_the_first_change_is_the_start() -> None:
    assert fact_of(replace(an_operation("waiting"), transition_no=0).moved("in_progress", T0)) is OperationStarted


def test_an_execution_keeps_its_name_in_the_accounts_of_parts_when_it_is_gone_on_with() -> None:
    first = Operations().changed(an_operation())
    assert first.current is not None
    assert (first.book, first.current.book) == (1, 1)
    free = first.changed(None)
    assert (free.book, free.none_id) == (2, "none-2")
    other = free.changed(an_operation(order_id="PO-2"))
    assert other.book == 3
    assert other.changed(first.current).book == 1


def test_two_operations_of_an_order_are_remembered_apart() -> None:
    known = Operations().noting(an_operation("completed"), Cums(good=7)).noting(an_operation(op_no="20"), Cums())
    assert [(one.op_no, one.status) for one in known.ledger] == [("10", "completed"), ("20", "in_progress")]
    changed = known.recounted("PO-1", "10", Cums(good=8, scrap=1)).noted("PO-1", "10")
    assert changed is not None
    assert (changed.good, changed.scrap, changed.status) == (8, 1, "completed")


def test_only_the_last_executions_are_remembered() -> None:
    known = Operations()
    for number in range(3 * LEDGER_SIZE):
        known = known.noting(an_operation(order_id=f"PO-{number}"), Cums())
    assert [one.order_id for one in known.ledger] == [
        f"PO-{number}" for number in range(2 * LEDGER_SIZE, 3 * LEDGER_SIZE)
    ]


def test_fewer_executions_are_remembered_where_their_names_are_long() -> None:
    known = Operations()
    for number in range(LEDGER_SIZE):
        known = known.noting(an_operation(order_id=f"PO-{number:>061}"), Cums())
    assert sum(one.size for one in known.ledger) <= LEDGER_BYTES
    assert known.ledger[-1].order_id == f"PO-{LEDGER_SIZE - 1:>061}"


def test_only_the_last_times_without_an_order_are_remembered() -> None:
    known = Operations()
    for number in range(2 * MOST_RUNS):
        known = known.with_run(RunNote(f"none-{number}", 0.0, 1.0, 5, 0))
    assert [one.execution_id for one in known.runs] == [f"none-{number}" for number in range(MOST_RUNS, 2 * MOST_RUNS)]
    assert known.without_run("none-7").runs == tuple(one for one in known.runs if one.execution_id != "none-7")


def test_what_an_operation_is_called_and_is_about() -> None:
    assert an_operation().title == "order PO-1 / 10"
    assert an_operation(op_no="-").title == "order PO-1"
    assert an_operation().keys(WC) == Keys(wc_id=WC, order_id="PO-1", op_no="10", item_id="BOTTLE")
