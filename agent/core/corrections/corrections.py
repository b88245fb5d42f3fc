"""Corrections of facts by people and by the MES (domain.md G3; requirements 81, 83): a fact itself is never edited."""

from __future__ import annotations

from uuid import UUID

from agent.core import arguments
from agent.core.actions import Action, Actions
from agent.core.corrections import correction_effects, correction_rules, derived_fields, late_entries
from agent.core.corrections.corrected import Held, held
from agent.core.corrections.correction_changes import Change, changed, given_by
from agent.core.corrections.targets import target_in
from agent.core.errors import EntryRefusedError
from agent.core.facts import CorrectionAction, FactCorrected, Keys, Reason, Versions
from agent.core.observations import Entry
from agent.core.sentences import say
from agent.core.times import epoch
from agent.core.turn import Turn


def correct(turn: Turn, entry: Entry, action: CorrectionAction) -> str:
    """Correct the fact that the entry names; returns a sentence about it.

    Raises:
        EntryRefusedError: it cannot be, or not so, or not by them, or not any more.
    """
    target = named(turn, entry)
    correction_rules.check_void(turn, entry, target, action)
    reason = correction_rules.reason_of(turn, entry)
    given = {} if action == "void" else given_by(turn, entry, target, action)
    change = changed(turn, target, action, given)
    approver = correction_rules.approver_of(turn, entry, target.row.type, change.quantity)
    return carry_out(turn, entry, change, reason, approver)


def named(turn: Turn, entry: Entry) -> Held:
    """The fact that the entry names, as it holds now.

    Raises:
        EntryRefusedError: there is none, or it is another work center's.
    """
    row = turn.target
    if row is None:
        fact_id, sequence = (entry.arguments.get(name, "")[:40] for name in ("target_id", "target_sequence"))
        raise EntryRefusedError(
            "UNKNOWN_FACT",
            f"No fact '{fact_id}' has the sequence '{sequence}' in this journal; "
            "expected target_id and target_sequence as `lineside facts` lists them.",
        )
    if row.wc_id != turn.wc_id:
        raise EntryRefusedError("OTHER_WORK_CENTER", f"That fact is of {row.wc_id or 'the agent itself'}.")
    return held(turn, row, str(UUID(bytes=row.id)))


def carry_out(turn: Turn, entry: Entry, change: Change, reason: Reason, approver: str | None) -> str:
    """Make the fact of a correction, and its effect.

    Raises:
        EntryRefusedError: it is too late for it, or a quantity would fall below zero.
    """
    late = correction_rules.check_window(turn, entry, change.held, change.orders)
    turn.flush()
    effect = correction_effects.worked_out(turn, change)
    row, by_mes, number = change.held.row, entry.role == "mes", effect.chain.number
    fact_id, happened = str(UUID(bytes=row.id)), epoch(row.time)
    data = FactCorrected(
        keys=Keys.model_validate(change.held.data["keys"]),
        quality=late_entries.quality(turn, "mes" if by_mes else "operator", happened),
        versions=Versions.model_validate(change.held.data["versions"]),
        action=change.action,
        target_id=fact_id,
        target_type=row.type,
        target_sequence=row.sequence,
        target_epoch=row.epoch,
        target_dedupkey=row.dedupkey,
        before=change.before,
        after=change.after,
        reason=reason,
        comment=arguments.text(entry.arguments, "comment"),
        actor=entry.actor,
        approver=approver,
        correction_no=number,
        initiator="mes" if by_mes else "local",
        late=late,
    )
    turn.draft.add(data, entry.observed.wall, f"corr:{fact_id}:{number}", correlation_id=row.correlationid)
    correction_effects.bring_about(turn, change, effect)
    against = derived_fields.contradiction(turn, *change.orders[1]) if change.moved else None
    if against is not None:
        turn.raise_discrepancy(against, "rule")
    if not by_mes:
        late_entries.note(turn, happened, {"target_id": fact_id, "target_type": row.type})
    return say(
        "The fact is void: correction {number} of {type}."
        if change.void
        else "The fact is corrected: correction {number} of {type}.",
        number=number,
        type=row.type,
    )


def _action(action: CorrectionAction) -> Action:
    return Action(
        lambda turn, entry: correct(turn, entry, action),
        correction_effects.records_of,
        lambda asked: target_in(asked.arguments),
    )


ACTIONS: Actions = {
    "void_fact": _action("void"),
    "replace_fact": _action("replace"),
    "amend_fact": _action("amend"),
}
