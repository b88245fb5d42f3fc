"""The checks that are due at a work center, and what becomes of those that are not made (requirements 33 to 35)."""

from __future__ import annotations

from dataclasses import dataclass

from agent.core import arguments, code_lists
from agent.core.actions import Action, Actions
from agent.core.counts.counting import Boundary
from agent.core.draft import Origin
from agent.core.errors import EntryRefusedError
from agent.core.facts import QualityCheckSkipped, Reason
from agent.core.observations import Entry
from agent.core.quality import sampling
from agent.core.quality.quality import Samples
from agent.core.quality.sampling import DueCheck, Progress
from agent.core.records import Records
from agent.core.sentences import say
from agent.core.turn import Turn
from agent.core.values import replace

SAMPLES = Records("samples", Samples)
NOT_DONE = Reason(code="NOT_DONE", dir="skips", rev=None)
"""Why a check was skipped where completing is not refused for it."""
NAMED = 5
"""Checks that a refusal names."""


@dataclass(frozen=True, slots=True)
class Why:
    """Why a check is skipped, and who says so."""

    reason: Reason
    comment: str
    actor: str | None
    origin: Origin


def claim(wc_id: str, order_id: str, op_no: str) -> str:
    """The claim that holds the samples of an operation; needed by whatever starts or resumes it."""
    return SAMPLES.key(wc_id, order_id, op_no)


def due(turn: Turn) -> tuple[DueCheck, ...]:
    """The checks that are due."""
    return sampling.due_checks(turn, turn.directories)


def must_be_done(turn: Turn) -> None:
    """Refuse to complete an operation while mandatory checks are due, or tell that they were skipped.

    Raises:
        EntryRefusedError: CHECKS_DUE, naming them; nothing changed but that counts were told.
    """
    turn.flush()
    undone = [one for one in sampling.due_checks(turn, turn.directories, completing=True) if one.check.mandatory]
    if not undone:
        return
    if turn.setup.machine.quality.undone == "refuse":
        names = ", ".join(f"{one.check.check_id} ({one.samples})" for one in undone[:NAMED])
        raise EntryRefusedError(
            "CHECKS_DUE", say("Checks are due: {names}. Make them, or skip them with a reason.", names=names)
        )
    for one in undone:
        _skip(turn, one, Why(NOT_DONE, "", None, "rule"))


def boundary(turn: Turn, _at: float, what: Boundary) -> None:
    """The shift or the order changes. Call it before they do."""
    if what != "lot":
        note_shift(turn)


def note_shift(turn: Turn) -> None:
    """The operation is in progress in this shift. Call it before that changes."""
    how_far = sampling.progress(turn)
    if how_far is not None:
        turn.quality = replace(turn.quality, samples=how_far.with_shift())


def operation_changed(turn: Turn) -> None:
    """Another operation is in progress, or none: its samples go on where they were left, or begin."""
    left, operation = turn.quality.samples, turn.operations.current
    if left is not None:
        SAMPLES.keep(turn, left, turn.wc_id, left.order_id, left.op_no)
    found = None if operation is None else SAMPLES.find(turn, turn.wc_id, operation.order_id, operation.op_no)
    turn.quality = replace(turn.quality, samples=found)
    note_shift(turn)


def settle(turn: Turn, how_far: Progress, due: DueCheck, *lots: str) -> None:
    """So many samples as these are made, or will never be; where it goes by lots, those of these lots."""
    if due.check.sampling == "per_lot":
        for lot_id in lots:
            turn.quality = turn.quality.with_lot(due.check.check_id, lot_id)
    else:
        sampled = how_far.settled(due.check, due.samples)
        turn.quality = replace(turn.quality, samples=how_far.samples.put(sampled))


def _skip_check(turn: Turn, entry: Entry) -> str:
    check_id = arguments.name(entry.arguments, "check_id")
    lot_id = arguments.optional_name(entry.arguments, "lot_id")
    comment = arguments.text(entry.arguments, "comment")
    reason = code_lists.coded(turn.directories, "skips", arguments.name(entry.arguments, "reason"), comment)
    turn.flush()
    completing = sampling.due_checks(turn, turn.directories, completing=True)
    found = next((one for one in completing if one.check.check_id == check_id), None)
    if found is None or (lot_id is not None and lot_id not in found.lots):
        raise EntryRefusedError(
            "NOT_DUE",
            say(
                "No check {check_id} is due." if lot_id is None else "No check {check_id} is due of lot {lot_id}.",
                check_id=check_id,
                lot_id=lot_id,
            ),
        )
    if lot_id is not None:
        found = replace(found, samples=1, lots=(lot_id,))
    _skip(turn, found, Why(reason, comment, entry.actor, "operator"))
    return say("Check {check_id} skipped ({count}).", check_id=check_id, count=found.samples)


def _skip(turn: Turn, due: DueCheck, why: Why) -> None:
    how_far = sampling.progress(turn, completing=True)
    assert how_far is not None
    settle(turn, how_far, due, *due.lots)
    for lot_id in due.lots or (None,):
        data = QualityCheckSkipped(
            keys=turn.draft.keys if lot_id is None else turn.draft.keys.model_copy(update={"lot_id": lot_id}),
            quality=turn.draft.quality(why.origin, entry="manual" if why.origin == "operator" else "auto"),
            versions=turn.draft.versions,
            check_id=due.check.check_id,
            kind=due.check.kind,
            characteristic=due.check.text.get("en", due.check.check_id),
            mandatory=due.check.mandatory,
            samples=1 if due.lots else due.samples,
            reason=why.reason,
            comment=why.comment,
            actor=why.actor,
        )
        key = f"skip:{turn.wc_id}:{due.check.check_id}:{turn.number()}"
        turn.draft.add(data, turn.draft.observed, key, correlation_id=turn.execution_id)


ACTIONS: Actions = {"skip_check": Action(_skip_check)}
