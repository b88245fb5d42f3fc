"""Counters that are set back by a few counts (domain.md K4c): adjustments, and never a negative output fact."""

from __future__ import annotations

from decimal import Decimal

from agent.core.counts.accounts import Account
from agent.core.counts.counters import CounterState, Step
from agent.core.counts.output import Output, Tally
from agent.core.facts import Counter, QuantityAdjusted, QuantityCategory
from agent.core.machine_settings import Role
from agent.core.turn import Turn
from agent.core.values import replace

CATEGORIES: dict[Role, QuantityCategory] = {Role.SCRAP: "scrap", Role.REWORK: "rework"}
"""Of counters; all others count good parts."""


def taken_off(turn: Turn, account: Account, role: Role, counted: tuple[CounterState, Step], told: Output) -> Output:
    """Take off what a counter was set back by; where there is less, what is counted next makes up for the rest.

    Args:
        turn: takes the facts.
        account: what the parts are taken off from.
        role: of the counter.
        counted: the counter as it was, and its step.
        told: output with the account's quantities.
    """
    before, step = counted
    assert before.raw is not None
    assert step.state.raw is not None
    parts = step.taken_off * turn.scale_of(role, account)
    category = CATEGORIES.get(role, "good")
    taken = min(parts, getattr(told.cums, category))
    waiting = told.tallies.get(role) or Tally(0, before.raw, step.state.at, step.state.at)
    tallies = {kept: tally for kept, tally in told.tallies.items() if kept is not role}
    if taken:
        name = turn.setup.names[role]
        counter = Counter(name=name, counter_run=step.state.run, raw_from=waiting.raw_from, raw_to=step.state.raw)
        told = _adjusted_by_machine(turn, account, (category, -taken), counter, told)
        waiting = replace(waiting, raw_from=step.state.raw)
    if owed := parts - taken - waiting.parts:
        tallies[role] = replace(waiting, parts=-owed)
    if role is Role.SCRAP and turn.setup.output_role is Role.TOTAL:
        # A part that is no reject after all is good, or still to be counted.
        early = min(told.early_rejects, taken)
        told = replace(told, early_rejects=told.early_rejects - early)
        if taken > early:
            told = _adjusted_by_machine(turn, account, ("good", taken - early), None, told)
    return replace(told, tallies=tallies)


def _adjusted_by_machine(
    turn: Turn, account: Account, change: tuple[QuantityCategory, int], counter: Counter | None, told: Output
) -> Output:
    category, delta = change
    cums = told.cums.changed(category, delta)
    data = QuantityAdjusted(
        keys=turn.draft.keys,
        quality=turn.draft.quality("plc"),
        versions=turn.draft.versions,
        category=category,
        delta=Decimal(delta),
        uom=account.uom,
        cum_after=Decimal(getattr(cums, category)),
        source="plc",
        counter=counter,
        reason=None,
        comment=None,
        actor=None,
    )
    key = f"adj:{turn.wc_id}:{turn.number()}"
    turn.draft.add(data, turn.draft.observed, key, correlation_id=account.execution_id)
    return replace(told, cums=cums)
