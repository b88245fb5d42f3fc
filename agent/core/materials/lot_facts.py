"""What is told when a lot is loaded: the loading itself, what of it deviates, and what somebody must look at."""

from __future__ import annotations

from dataclasses import dataclass

from agent.core import arguments
from agent.core.discrepancies.discrepancies import Discrepancy
from agent.core.facts import Deviation, DeviationRecorded, FactQuality, LotLoaded, Reason
from agent.core.materials import lot_checks
from agent.core.materials.lot_checks import Finding, Wanted
from agent.core.observations import Entry
from agent.core.turn import Turn

CONTRARY: frozenset[str] = frozenset({"bom", "wc", "sequence"})
"""Kinds of findings that contradict the plan: loaded with no more than a warning, they are told as deviations."""


@dataclass(frozen=True, slots=True)
class Word:
    """Who loads a lot, how, and what was said beside it."""

    at: float
    quality: FactQuality
    actor: str | None
    scan_text: str = ""
    reason: Reason | None = None
    override: frozenset[str] = frozenset()
    entry: Entry | None = None
    """Whose right an override needs; a scan has none."""


def tell_loaded(turn: Turn, wanted: Wanted, word: Word, found: list[Finding]) -> None:
    """Make the fact of a lot that was loaded, with the most telling of what does not fit."""
    lot, serving = wanted.lot, lot_checks.how_it_serves(turn, wanted.lot)
    substitute = serving is not None and serving.substitute is not None
    data = LotLoaded(
        keys=turn.draft.keys.model_copy(update={"lot_id": lot.lot_id, "item_id": lot.item_id}),
        quality=word.quality,
        versions=turn.draft.versions,
        scan_text=word.scan_text,
        qty=lot.left,
        uom=lot.uom,
        place=lot.place,
        bom_line=None if serving is None else serving.line.line,
        check_result=found[0].code if found else "ok",
        validated=lot_checks.was_validated(turn),
        is_substitute=substitute,
        substitute_for=serving.line.item_id if substitute and serving is not None else None,
        reason=word.reason,
        actor=word.actor,
    )
    turn.draft.add(data, word.at, f"lot:{turn.wc_id}:{lot.lot_id}:{turn.number()}")


def tell_deviations(turn: Turn, wanted: Wanted, word: Word, found: list[Finding], overridden: frozenset[str]) -> None:
    """Make the facts of what deviates: a substitute, what was overridden, and what contradicts the plan.

    Args:
        turn: in which the lot was loaded.
        wanted: the lot.
        word: who loaded it, and why.
        found: all that does not fit.
        overridden: codes of what blocks and was overridden.
    """
    lot, serving = wanted.lot, lot_checks.how_it_serves(turn, wanted.lot)
    deviations = [
        (one.kind, one.expected, one.actual, one.code if one.code in overridden else None)
        for one in found
        if one.code in overridden or one.kind in CONTRARY
    ]
    if serving is not None and serving.substitute is not None and all(one[0] != "substitution" for one in deviations):
        deviations.append(("substitution", serving.line.item_id, lot.item_id or "", None))
    for kind, expected, actual, rule in deviations:
        data = DeviationRecorded(
            keys=turn.draft.keys.model_copy(update={"lot_id": lot.lot_id}),
            quality=word.quality,
            versions=turn.draft.versions,
            deviation=Deviation(kind=kind, expected=expected, actual=actual, reason=word.reason),
            rule=rule,
            comment="" if word.entry is None else arguments.text(word.entry.arguments, "comment"),
            actor=word.actor,
        )
        key = f"dev:{turn.wc_id}:{turn.number()}"
        turn.draft.add(data, word.at, key, correlation_id=turn.execution_id)
    codes = {one.code for one in found}
    evidence = {"lot_id": lot.lot_id, "item_id": lot.item_id or ""}
    if "UNKNOWN_LOT" in codes:
        turn.raise_discrepancy(Discrepancy("lot_unresolved", word.at, word.at, evidence), "rule")
    if "LOT_ON_HOLD" in codes:
        turn.raise_discrepancy(Discrepancy("lot_on_hold_used", word.at, word.at, evidence), "rule")
