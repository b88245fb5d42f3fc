"""Quantities that people report or put right (domain.md K6, K13, K16): each a fact of its own, none below zero."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, TypeAlias

from agent.core import arguments
from agent.core.actions import Action, Actions
from agent.core.counts import counting, set_back
from agent.core.counts.accounts import Account, Held
from agent.core.counts.output import Output
from agent.core.errors import EntryRefusedError
from agent.core.facts import (
    Counter,
    DiscrepancyResolved,
    FactQuality,
    OutputRecorded,
    QuantityAdjusted,
    QuantityCategory,
)
from agent.core.observations import Entry
from agent.core.sentences import say
from agent.core.stops import setting_up, standstill
from agent.core.turn import Turn
from agent.core.values import replace

Decision: TypeAlias = Literal["post", "ignore", "edit"]
CATEGORIES: dict[str, QuantityCategory] = {"good": "good", "scrap": "scrap", "rework": "rework"}
SETUP_PARTS = "SETUP_PARTS"
"""Reason of an adjustment that says what parts made in a setup are."""
DECISIONS: dict[str, Decision] = {"post": "post", "ignore": "ignore", "edit": "edit"}


@dataclass(frozen=True, slots=True)
class Adjustment:
    """Another quantity than was counted."""

    category: QuantityCategory
    delta: int
    reason: str | None
    counter: Counter | None = None


def report_good(turn: Turn, entry: Entry) -> str:
    """Good parts of a station that has no counter of its output.

    Raises:
        EntryRefusedError: its output is counted, or no whole number of parts.
    """
    qty = arguments.whole(entry.arguments, "qty", lowest=1)
    if turn.counts_output:
        raise EntryRefusedError(
            "OUTPUT_IS_COUNTED", say("Output is counted here. A supervisor can adjust the quantity.")
        )
    turn.flush()
    account = turn.account()
    _record_good(turn, account, qty, entry.observed.wall, f"good:{turn.wc_id}:{turn.number()}")
    return say("Good {qty} {uom} taken.", qty=qty, uom=account.uom)


def record_serial(turn: Turn, name: str, serial: str, at: float) -> None:
    """One good unit, where output is counted by serials (domain.md K14); `name` is that of its first pass."""
    _record_good(turn, turn.account(), 1, at, f"out:{name}", serials=(serial,))


def adjust(turn: Turn, entry: Entry, reason: str) -> str:
    """Put a quantity of the operation in progress right (domain.md K16).

    Raises:
        EntryRefusedError: there is no such category, or the quantity would fall below zero.
    """
    category = arguments.one_of(entry.arguments, "category", CATEGORIES)
    delta = arguments.whole(entry.arguments, "delta", lowest=-arguments.MOST)
    turn.flush()
    account = turn.account()
    _adjust(turn, account, Adjustment(category, delta, reason), entry)
    return say(
        "Quantity {category} adjusted by {delta} {uom}.", category=category, delta=f"{delta:+d}", uom=account.uom
    )


def dispose_setup(turn: Turn, entry: Entry) -> str:
    """Say of parts made in setups which are good and which are scrap (domain.md R10).

    Raises:
        EntryRefusedError: there are not so many, or no whole numbers of parts.
    """
    good, scrap = (
        arguments.whole(entry.arguments, name, lowest=0) if name in entry.arguments else 0 for name in ("good", "scrap")
    )
    turn.flush()
    account, left = turn.account(), turn.output.cums.setup
    if not 0 < good + scrap <= left:
        raise EntryRefusedError(
            "NOT_SO_MANY",
            say("{told} parts of {left} made in setup cannot be told apart.", told=good + scrap, left=left),
        )
    changes: tuple[tuple[QuantityCategory, int], ...] = (("setup", -good - scrap), ("good", good), ("scrap", scrap))
    for category, delta in changes:
        if delta:
            _adjust(turn, account, Adjustment(category, delta, SETUP_PARTS), entry)
    return say(
        "Setup parts: {good} good, {scrap} scrap, {left} left.", good=good, scrap=scrap, left=left - good - scrap
    )


def release(turn: Turn, entry: Entry, discrepancy_id: str) -> str:
    """Decide what a quarantine held back (domain.md K6).

    Raises:
        EntryRefusedError: nothing is held under this id, there is no such decision, or the quantity cannot be.
    """
    held = _held(turn, discrepancy_id)
    decision = arguments.one_of(entry.arguments, "decision", DECISIONS)
    parts = held.parts if decision == "post" else 0
    if decision == "edit":
        parts = arguments.whole(entry.arguments, "qty", lowest=0)
    turn.flush()
    if parts:
        counter = Counter(name=held.name, counter_run=held.counter_run, raw_from=held.raw_from, raw_to=held.raw_to)
        category = set_back.CATEGORIES.get(held.role, "good")
        _adjust(turn, held.account, Adjustment(category, parts, decision, counter), entry)
    # The account as the adjustment left it: with the former one its quantities would be stored again.
    account = _held(turn, discrepancy_id).account
    counting.credit(turn, account, lambda told: _resolved(turn, entry, discrepancy_id, decision, told))
    left = tuple(one for one in turn.output.held if one.discrepancy_id != discrepancy_id)
    turn.output = replace(turn.output, held=left)
    return say(
        "Quarantine {discrepancy_id}: {parts} {uom} counted.",
        discrepancy_id=discrepancy_id,
        parts=parts,
        uom=held.account.uom,
    )


def _held(turn: Turn, discrepancy_id: str) -> Held:
    held = next((one for one in turn.output.held if one.discrepancy_id == discrepancy_id), None)
    if held is None:
        raise EntryRefusedError(
            "NOT_HELD",
            say(
                "Nothing is held back under {discrepancy_id}: decided, or too long ago.", discrepancy_id=discrepancy_id
            ),
        )
    return held


def _record_good(turn: Turn, account: Account, qty: int, at: float, key: str, serials: tuple[str, ...] = ()) -> None:
    def tell(told: Output) -> Output:
        after = told.cums.plus(good=qty)
        data = OutputRecorded(
            keys=turn.draft.keys.model_copy(update={"serial": serials[0]}) if serials else turn.draft.keys,
            quality=turn.draft.quality("scanner", entry="scan") if serials else _by_hand(turn),
            versions=turn.draft.versions,
            qty_good=Decimal(qty),
            uom=account.uom,
            cum_good=Decimal(after.good),
            cum_good_shift=Decimal(after.good_shift),
            counter=None,
            interval=None,
            lots_in=account.lots,
            serials=serials,
            lot_out=account.lot_out,
        )
        turn.draft.add(data, at, key, correlation_id=account.execution_id)
        return replace(told, cums=after)

    counting.credit(turn, account, tell)
    if not turn.counts:
        # Where a counter counts, its parts end the setup.
        setting_up.counted(turn, qty, at)
        standstill.cut_here(turn, at)


def _adjust(turn: Turn, account: Account, change: Adjustment, entry: Entry) -> None:
    def tell(told: Output) -> Output:
        after = told.cums.changed(change.category, change.delta)
        left = getattr(after, change.category)
        if left < 0:
            raise EntryRefusedError(
                "BELOW_ZERO",
                say(
                    "There are {qty} {uom} of {category}; {delta} cannot be taken off.",
                    qty=getattr(told.cums, change.category),
                    uom=account.uom,
                    category=change.category,
                    delta=-change.delta,
                ),
            )
        data = QuantityAdjusted(
            keys=turn.draft.keys,
            quality=_by_hand(turn),
            versions=turn.draft.versions,
            category=change.category,
            delta=Decimal(change.delta),
            uom=account.uom,
            cum_after=Decimal(left),
            source="operator",
            counter=change.counter,
            reason=change.reason,
            comment=(arguments.text(entry.arguments, "comment") or None),
            actor=entry.actor,
        )
        key = f"adj:{turn.wc_id}:{turn.number()}"
        turn.draft.add(data, entry.observed.wall, key, correlation_id=account.execution_id)
        return replace(told, cums=after)

    counting.credit(turn, account, tell)


def _resolved(turn: Turn, entry: Entry, discrepancy_id: str, decision: Decision, told: Output) -> Output:
    data = DiscrepancyResolved(
        keys=turn.draft.keys,
        quality=_by_hand(turn),
        versions=turn.draft.versions,
        discrepancy_id=discrepancy_id,
        code="counter_quarantine",
        resolution=decision,
        actor=entry.actor,
        comment=(arguments.text(entry.arguments, "comment") or None),
    )
    turn.draft.add(data, entry.observed.wall, f"dsr:{turn.wc_id}:{turn.number()}")
    return told


def _by_hand(turn: Turn) -> FactQuality:
    return turn.draft.quality("operator", entry="manual")


def _adjust_quantity(turn: Turn, entry: Entry) -> str:
    return adjust(turn, entry, arguments.name(entry.arguments, "reason"))


def _release_quarantine(turn: Turn, entry: Entry) -> str:
    return release(turn, entry, arguments.name(entry.arguments, "discrepancy_id"))


ACTIONS: Actions = {
    "report_good": Action(report_good),
    "adjust_quantity": Action(_adjust_quantity),
    "dispose_setup": Action(dispose_setup),
    "release_quarantine": Action(_release_quarantine, roles=("supervisor",)),
}
