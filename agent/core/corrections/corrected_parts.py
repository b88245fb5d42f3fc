"""What the correction of a fact does to quantities of parts, here and in the figures: never one below zero."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import TypeAlias

from agent.core.corrections.corrected import Data, order_of, shift_of
from agent.core.counts import counting, output
from agent.core.counts.accounts import Account, Cums
from agent.core.counts.output import Output
from agent.core.errors import EntryRefusedError
from agent.core.facts import ShiftKeys
from agent.core.orders import executions, named_operations
from agent.core.orders.operations import UNKNOWN_OP_NO
from agent.core.sentences import say
from agent.core.shifts import tally
from agent.core.shifts.figures import OrderKey
from agent.core.stops.segments import same_shift
from agent.core.turn import Turn
from agent.core.values import replace

Terms: TypeAlias = Mapping[str, tuple[str, ...]]
TERMS: Mapping[str, Terms] = {
    "output.recorded": {"good": ("+qty_good",), "setup": ("+qty_setup",), "rework": ("-qty_from_rework",)},
    "scrap.recorded": {
        "good": ("-qty_from_good",),
        "scrap": ("+qty_scrap",),
        "rework": ("-qty_from_rework",),
        "uncoded": ("-pool_coded_qty",),
    },
    "rework.recorded": {"good": ("-qty_from_good",), "rework": ("+qty_rework",)},
}
"""What facts of a type add to each quantity of their account, and take off it."""
COUNTED = ("good", "scrap", "rework", "setup", "uncoded")


@dataclass(frozen=True, slots=True)
class Share:
    """What one fact contributes to the quantities of an account."""

    execution_id: str | None
    """Of the account; None where no account here is meant."""
    order: OrderKey
    shift: ShiftKeys | None
    parts: Mapping[str, int]

    @property
    def place(self) -> tuple[str | None, OrderKey]:
        """What it is credited to."""
        return self.execution_id, self.order

    @property
    def negated(self) -> Share:
        """What takes it away again."""
        return replace(self, parts={name: -parts for name, parts in self.parts.items()})


@dataclass(frozen=True, slots=True)
class Credit:
    """A share that is added to an account."""

    share: Share
    account: Account | None
    """None where it is not here any more: the MES alone adds it up."""
    cums: Cums
    """Of the account from now on."""


def share_of(type_name: str, data: Data, execution_id: str | None) -> Share | None:
    """What a fact contributes; None where it is about no quantity of parts."""
    terms = TERMS.get(type_name)
    if terms is None:
        return None
    parts = {name: sum(_term(data, term) for term in terms.get(name, ())) for name in COUNTED}
    if type_name == "scrap.recorded" and data["counter"] is not None and data["defect_code"] is None:
        parts["uncoded"] += parts["scrap"]
    return Share(execution_id, order_of(data), shift_of(data), parts)


def credited(turn: Turn, before: Share | None, after: Share | None) -> tuple[Credit, ...]:
    """What follows from a fact contributing something else than before.

    Raises:
        EntryRefusedError: a quantity would fall below zero.
    """
    return tuple(_credit(turn, share) for share in _changes(_counted(turn, before), _counted(turn, after)))


def credit(turn: Turn, changes: Iterable[Credit]) -> None:
    """Change accounts and figures; facts about consumption follow."""
    for one in changes:
        share, account, cums = one.share, one.account, one.cums
        cycle_s = turn.cycle_s if account is None else account.cycle_s
        made = (Decimal(share.parts["good"]), Decimal(share.parts["scrap"]), Decimal(share.parts["rework"]))
        turn.figures = tally.corrected(turn.figures, share.shift, share.order, made, cycle_s)
        if account is not None:
            counting.credit(turn, account, partial(_with_cums, cums=cums))


def execution_of(turn: Turn, order: OrderKey, *, to_begin: bool) -> str | None:
    """The execution of an operation that parts can be credited to here, or of no operation the last one.

    Args:
        turn: that was given its claims.
        order: which one.
        to_begin: one that has not begun is known from now on, and begins with what is credited to it until then.
    """
    here = turn.account()
    if order[0] is not None:
        named = named_operations.to_start(turn, order[0], order[1] or UNKNOWN_OP_NO)
        operation = named.known
        if operation is None and to_begin:
            operation = replace(named_operations.planned(turn, named), book=-turn.number())
            executions.keep(turn, operation)
        return None if operation is None else operation.op_execution_id
    accounts = (here, *(one.account for one in reversed(turn.output.past)))
    return next((one.execution_id for one in accounts if one.keys.order_id is None), None)


def _counted(turn: Turn, share: Share | None) -> Share | None:
    """The share as it counts by now: of a time without an order that was given to one it is the order's."""
    run = None if share is None or not share.execution_id else executions.find_run(turn, share.execution_id)
    if share is None or run is None or run.attached_to is None:
        return share
    return replace(share, execution_id=run.attached_to, order=run.order)


def _changes(before: Share | None, after: Share | None) -> tuple[Share, ...]:
    if before is not None and after is not None and before.place == after.place:
        less = before.parts
        return (replace(after, parts={name: parts - less[name] for name, parts in after.parts.items()}),)
    return tuple(one for one in (after, None if before is None else before.negated) if one is not None)


def _credit(turn: Turn, share: Share) -> Credit:
    account = _account(turn, share)
    if account is None:
        return Credit(share, None, Cums())
    cums = output.standing(turn.output, turn.account(), account)
    return Credit(share, account, _changed(cums, share, account))


def _with_cums(told: Output, cums: Cums) -> Output:
    return replace(told, cums=cums)


def _changed(cums: Cums, share: Share, account: Account) -> Cums:
    parts = share.parts
    after = replace(cums, **{name: getattr(cums, name) + parts[name] for name in COUNTED})
    for name in COUNTED:
        if getattr(after, name) < 0:
            raise EntryRefusedError(
                "BELOW_ZERO",
                say(
                    "There are {qty} {uom} of {category} in order {order_id}; {delta} cannot be taken off.",
                    qty=getattr(cums, name),
                    uom=account.uom,
                    category=name,
                    order_id=share.order[0] or "-",
                    delta=-parts[name],
                ),
            )
    after = replace(after, uncoded=min(after.uncoded, after.scrap))
    if not same_shift(account.shift, share.shift):
        return after
    return replace(after, good_shift=cums.good_shift + parts["good"], scrap_shift=cums.scrap_shift + parts["scrap"])


def _account(turn: Turn, share: Share) -> Account | None:
    """The account that a share is of, if it is known here; of those of several shifts that of its own."""
    if share.execution_id is None:
        return None
    known = (turn.account(), *(past.account for past in reversed(turn.output.past)))
    accounts = [one for one in known if one.execution_id == share.execution_id]
    if not accounts:
        return executions.account_left(turn, share.execution_id, share.order)
    return next((one for one in accounts if same_shift(one.shift, share.shift)), accounts[0])


def _term(data: Data, term: str) -> int:
    parts = int(Decimal(data[term[1:]]))
    return parts if term[0] == "+" else -parts
