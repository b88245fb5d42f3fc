"""The desk's part in reconciliation: makes the fact of a digest, and raises and resolves differences with the MES."""

from __future__ import annotations

from typing import Final

from agent.core.directories import Figures
from agent.core.discrepancies import concern as concerns
from agent.core.discrepancies.concern import BY_RULE
from agent.core.discrepancies.discrepancies import Discrepancy
from agent.core.discrepancies.register import RegisterTurn
from agent.core.draft import Draft
from agent.core.facts import Keys, ReconciliationDigest, ShiftKeys
from agent.core.observations import Reckoned
from agent.core.reconciliation import comparing
from agent.core.reconciliation.comparing import Compared, Comparison
from agent.core.reconciliation.wanted import Wanted

DIFFERENCE: Final = "reconciliation_difference"


def tell_digest(reckoned: Reckoned, wanted: Wanted, turn: RegisterTurn, draft: Draft) -> None:
    """The fact of a digest."""
    shift = None
    if wanted.shift_id is not None or wanted.business_date is not None:
        shift = ShiftKeys(shift_id=wanted.shift_id, business_date=wanted.business_date, crew_id=None)
    data = ReconciliationDigest(
        keys=Keys(wc_id=reckoned.center),
        quality=draft.quality("rule"),
        shift=shift,
        scope=wanted.scope,
        start=reckoned.start,
        end=reckoned.end,
        ranges=reckoned.ranges,
        facts=reckoned.facts,
        by_type=reckoned.by_type,
        rows=reckoned.rows,
        ids_chain=reckoned.ids_chain,
        complete=reckoned.complete,
        open_discrepancies=turn.register.at(reckoned.center),
        command_id=wanted.key if wanted.scope == "request" else None,
    )
    draft.add(data, draft.observed, f"digest:{reckoned.center}:{wanted.scope}:{wanted.key}")


def compare(reckoned: Reckoned, figures: Figures, turn: RegisterTurn, draft: Draft) -> None:
    """Raise what differs, once as long as it differs by the same; resolve what agrees by now."""
    before = comparing.RECORDS.find(turn, reckoned.center, reckoned.key)
    known = {} if before is None else before.told
    open_ones = {
        one.about: one
        for one in turn.register.live.values()
        if one.code == DIFFERENCE and one.keys.wc_id == reckoned.center
    }
    told: dict[str, str] = {}
    for one in comparing.compared(reckoned.rows, figures):
        about = one.about(reckoned.key)
        concern = open_ones.get(about)
        if one.differs:
            told[about] = one.sides
            if concern is None and known.get(about) != one.sides:
                _raise(one, about, reckoned, turn, draft)
        elif concern is not None:
            turn.change(concerns.resolved(concern, "agreed", BY_RULE, draft))
    comparison = Comparison(figures.rev, told)
    comparing.RECORDS.keep(turn, comparison, reckoned.center, reckoned.key)


def _raise(one: Compared, about: str, reckoned: Reckoned, turn: RegisterTurn, draft: Draft) -> None:
    evidence = {"kind": one.kind, "ours": str(one.ours), "theirs": str(one.theirs), "row": about}
    if one.item_id is not None:
        evidence["item_id"] = one.item_id
    at, before = draft.observed, len(draft.facts)
    order_id, op_no, lot_id = one.place
    draft.keys = Keys(wc_id=reckoned.center, order_id=order_id, op_no=op_no, item_id=one.item_id, lot_id=lot_id)
    Discrepancy(DIFFERENCE, at, at, evidence, one.by).tell(draft, "rule", f"{reckoned.rev}:{about}:{one.sides}")
    draft.keys = Keys()
    turn.enter(draft.facts[before:])
