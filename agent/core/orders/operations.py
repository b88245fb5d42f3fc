"""The execution of an operation at a work center. Its status is its own, beside the order's business status.

Whatever moves an execution on is in `TRANSITIONS`. Everything else here is what an execution is, and what is kept of
those that are not in progress.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache

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
from agent.core.sentences import say
from agent.core.shifts.figures import Sums
from agent.core.values import replace

UNKNOWN_OP_NO = "-"
"""Operation number where the order is not in the directory."""
TRANSITIONS: Mapping[OperationStatus, frozenset[OperationStatus]] = {
    "waiting": frozenset({"in_progress"}),
    "in_progress": frozenset({"paused", "partially_completed", "completed", "stopped", "aborted"}),
    "paused": frozenset({"in_progress", "partially_completed", "completed", "stopped", "aborted"}),
    "partially_completed": frozenset({"in_progress"}),
    "stopped": frozenset({"in_progress"}),
    "completed": frozenset(),
    "aborted": frozenset(),
}
"""From each status to those that may follow it."""
RESUMABLE: frozenset[OperationStatus] = frozenset({"paused", "partially_completed", "stopped"})
"""Statuses in which work was begun and may go on."""
FACTS: Mapping[OperationStatus, type[OperationChanged]] = {
    "in_progress": OperationResumed,
    "paused": OperationPaused,
    "partially_completed": OperationPartiallyCompleted,
    "completed": OperationCompleted,
    "stopped": OperationStopped,
    "aborted": OperationAborted,
}
"""What is told of a change, by the status that it leads to; of the first one `OperationStarted`."""
NO_BOOK = -1
"""Of an operation of which no part was made yet; the first time without an order has 0."""
LEDGER_SIZE = 24
LEDGER_BYTES = 1024
"""Of the names in it together: 24 executions with names of 42 bytes, and fewer where they are longer."""
MOST_RUNS = 5
SHOWN_DESCRIPTION = 200
"""Characters of the plan's description that are kept: a snapshot is small whatever the MES writes."""


@lru_cache(maxsize=64)
def _keys(wc_id: str, order_id: str, op_no: str, item_id: str | None) -> Keys:
    return Keys(wc_id=wc_id, order_id=order_id, op_no=op_no, item_id=item_id)


@dataclass(frozen=True, slots=True)
class Operation:
    """The execution of an operation, with what the plan said when it was begun or gone on with after another one."""

    op_execution_id: str
    order_id: str
    op_no: str
    item_id: str | None
    description: str
    release_status: str
    """Business status of the order as it was heard of last."""
    qty_planned: Decimal
    uom: str
    cycle_s: float | None
    versions: Versions
    transition_no: int
    """Of its last change of status; counted from 1 for each execution."""
    started: float
    """When work on it first began."""
    norm_setup_s: float | None = None
    """Planned setup time."""
    parts_per_count: int | None = None
    """Parts for one count of the machine's output, where the plan says so."""
    status: OperationStatus = "in_progress"
    since: float = 0.0
    """When it came to this status."""
    book: int = NO_BOOK
    """Names it in the accounts of parts, also when it is gone on with."""
    most: int | None = None
    """More parts than these are more than planned; None where nothing is planned."""
    told: tuple[str, ...] = ()
    """Contradictions with the plan that have been told of it and are told once."""
    spent: Sums = field(default_factory=Sums)
    """Times of its former stretches, when it is not in progress."""
    labor_s: float = 0.0
    """Labor of its former stretches, when it is not in progress."""

    def keys(self, wc_id: str) -> Keys:
        """What every fact of this operation is about."""
        return _keys(wc_id, self.order_id, self.op_no, self.item_id)

    def is_of(self, order_id: str, op_no: str) -> bool:
        """Whether it is the execution of this operation."""
        return (self.order_id, self.op_no) == (order_id, op_no)

    @property
    def title(self) -> str:
        """What it is called in messages."""
        return f"order {self.order_id}" if self.op_no == UNKNOWN_OP_NO else f"order {self.order_id} / {self.op_no}"

    def moved(self, status: OperationStatus, at: float) -> Operation:
        """The same in its next status.

        Raises:
            EntryRefusedError: that status does not follow the one it is in.
        """
        must_allow(self, status)
        return replace(self, status=status, since=at, transition_no=self.transition_no + 1)


@dataclass(frozen=True, slots=True)
class Noted:
    """What an execution has come to, in short."""

    order_id: str
    op_no: str
    status: OperationStatus
    good: int = 0
    scrap: int = 0

    @property
    def size(self) -> int:
        """Bytes of its names."""
        return len(self.order_id.encode(errors="replace")) + len(self.op_no.encode(errors="replace"))


@dataclass(frozen=True, slots=True)
class RunNote:
    """A time without an order in which parts were made, in short."""

    execution_id: str
    since: float
    until: float
    good: int
    scrap: int


@dataclass(frozen=True, slots=True)
class Operations:
    """What is in progress and what has been."""

    current: Operation | None = None
    """The one in progress or paused."""
    ledger: tuple[Noted, ...] = ()
    """The last executions that changed, the last one at the end; all of them are kept among the claims."""
    transitions: int = 0
    """Changes of what is in progress; each time without an operation is named by one."""
    runs: tuple[RunNote, ...] = ()
    """The last times without an order that may be given to one, the oldest first."""

    @property
    def book(self) -> int:
        """Names what parts are credited to: the execution in progress, or this time without one."""
        return self.transitions if self.current is None else self.current.book

    @property
    def none_id(self) -> str:
        """Names the present time without an order."""
        return f"none-{self.transitions}"

    def noted(self, order_id: str, op_no: str) -> Noted | None:
        """What is remembered of an execution."""
        return next((one for one in reversed(self.ledger) if (one.order_id, one.op_no) == (order_id, op_no)), None)

    def noting(self, operation: Operation, cums: Cums) -> Operations:
        """With what an execution has now come to."""
        note = Noted(operation.order_id, operation.op_no, operation.status, cums.good, cums.scrap)
        others = [one for one in self.ledger if (one.order_id, one.op_no) != (note.order_id, note.op_no)]
        ledger = [*others, note][-LEDGER_SIZE:]
        while sum(one.size for one in ledger) > LEDGER_BYTES:
            del ledger[0]
        return replace(self, ledger=tuple(ledger))

    def recounted(self, order_id: str, op_no: str, cums: Cums) -> Operations:
        """With what an execution that is not in progress came to after all."""
        ledger = tuple(
            replace(one, good=cums.good, scrap=cums.scrap) if (one.order_id, one.op_no) == (order_id, op_no) else one
            for one in self.ledger
        )
        return replace(self, ledger=ledger)

    def changed(self, operation: Operation | None) -> Operations:
        """Another operation is in progress, or none."""
        transitions = self.transitions + 1
        if operation is not None and operation.book == NO_BOOK:
            operation = replace(operation, book=transitions)
        return replace(self, current=operation, transitions=transitions)

    def with_run(self, note: RunNote) -> Operations:
        """With one more time without an order that may be given to one."""
        others = tuple(one for one in self.runs if one.execution_id != note.execution_id)
        return replace(self, runs=(*others, note)[-MOST_RUNS:])

    def run_recounted(self, execution_id: str, cums: Cums) -> Operations:
        """With what was made in a time without an order after all."""
        runs = tuple(
            replace(one, good=cums.good, scrap=cums.scrap) if one.execution_id == execution_id else one
            for one in self.runs
        )
        return replace(self, runs=runs)

    def without_run(self, execution_id: str) -> Operations:
        """A time without an order is nobody's any more."""
        return replace(self, runs=tuple(one for one in self.runs if one.execution_id != execution_id))


def must_allow(operation: Operation, status: OperationStatus) -> None:
    """Refuse a status that does not follow the one an execution is in.

    Raises:
        EntryRefusedError: saying what to do instead.
    """
    if status in TRANSITIONS[operation.status]:
        return
    title = operation.title
    if operation.status in FINAL:
        raise EntryRefusedError(
            "OPERATION_ENDED",
            say(
                "Work on {title} has ended here: {status}. "
                "What is missing or too much needs a correction; call a supervisor.",
                title=title,
                status=operation.status,
            ),
        )
    if status == "in_progress":
        raise EntryRefusedError("ALREADY_STARTED", say("Work on {title} is in progress already.", title=title))
    if status == operation.status:
        raise EntryRefusedError(
            "ALREADY_PAUSED", say("Work on {title} is paused already. Resume it, or start another.", title=title)
        )
    raise EntryRefusedError(
        "NOT_IN_PROGRESS", say("Work on {title} is not in progress here. Resume it first.", title=title)
    )


def fact_of(operation: Operation) -> type[OperationChanged]:
    """The fact that tells of an execution's last change of status."""
    return OperationStarted if operation.transition_no == 1 else FACTS[operation.status]
