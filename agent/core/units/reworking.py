"""Parts between good and scrap (requirement 19): sent to rework, and out of it again, as good or as scrap.

Each step takes as many from one quantity as it adds to another, so that total = good + scrap + rework still open.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from agent.core.actions import Asked, Claims
from agent.core.counts import counting
from agent.core.counts.accounts import Account
from agent.core.counts.output import Output
from agent.core.errors import EntryRefusedError
from agent.core.facts import FactQuality, Keys, OutputRecorded, ReworkRecorded, ScrapRecorded
from agent.core.orders import executions
from agent.core.turn import Turn
from agent.core.units.unit_records import Nc
from agent.core.values import replace


@dataclass(frozen=True, slots=True)
class Move:
    """Parts of one nonconformance that go from one quantity to another."""

    account: Account
    """What they are credited to, with its quantities now."""
    nc: Nc
    parts: int
    at: float
    quality: FactQuality


def account_of(turn: Turn, order_id: str | None, op_no: str | None) -> Account:
    """What parts of an operation are credited to, with its quantities now, in progress or not.

    Raises:
        EntryRefusedError: it ended so long ago that it is not at hand.
    """
    here = turn.account()
    if (here.keys.order_id, here.keys.op_no) == (order_id, op_no):
        return here
    operation = None if order_id is None or op_no is None else executions.find(turn, order_id, op_no)
    if operation is None:
        raise EntryRefusedError(
            "NOT_AT_HAND",
            f"This was made for order {order_id}, operation {op_no}, which is not among the last ones here. Call a "
            "supervisor: it needs a correction.",
        )
    return executions.account_of(turn, operation)


def claims_needed(asked: Asked) -> Claims:
    """The claims that `account_of` must be given: of the last operations here."""
    ended = asked.state.operations.ledger
    return tuple(claim for one in ended for claim in executions.claims_of(asked.wc_id, one.order_id, one.op_no))


def sent(turn: Turn, move: Move, from_good: int) -> None:
    """They are good no more, or never were, and not scrap yet."""

    def tell(told: Output) -> Output:
        after = told.cums.changed("rework", move.parts).plus(good=-from_good)
        data = ReworkRecorded(
            keys=_keys(turn, move.nc),
            quality=move.quality,
            versions=turn.draft.versions,
            qty_rework=Decimal(move.parts),
            qty_from_good=Decimal(from_good),
            uom=move.account.uom,
            cum_rework=Decimal(after.rework),
            serial=move.nc.serial,
            nc_id=move.nc.nc_id,
            counter=None,
            interval=None,
            defect_code=move.nc.defect_code,
            target_op=None,
            lot_out=move.nc.lot_out,
        )
        turn.draft.add(data, move.at, f"rwk:{turn.wc_id}:{turn.number()}", correlation_id=move.account.execution_id)
        return replace(told, cums=after)

    counting.credit(turn, move.account, tell)


def written_off(turn: Turn, move: Move) -> None:
    """They leave rework as scrap."""

    def tell(told: Output) -> Output:
        after = told.cums.changed("rework", -move.parts).plus(scrap=move.parts)
        data = ScrapRecorded(
            keys=_keys(turn, move.nc),
            quality=move.quality,
            versions=turn.draft.versions,
            qty_scrap=Decimal(move.parts),
            qty_from_good=Decimal(0),
            uom=move.account.uom,
            cum_good=Decimal(after.good),
            cum_scrap=Decimal(after.scrap),
            cum_good_shift=Decimal(after.good_shift),
            cum_scrap_shift=Decimal(after.scrap_shift),
            defect_code=move.nc.defect_code,
            place=move.nc.place,
            disposition="write_off",
            qty_from_rework=Decimal(move.parts),
            nc_id=move.nc.nc_id,
            lot_out=move.nc.lot_out,
            counter=None,
            interval=None,
        )
        turn.draft.add(data, move.at, f"scr:{turn.wc_id}:{turn.number()}", correlation_id=move.account.execution_id)
        return replace(told, cums=after)

    counting.credit(turn, move.account, tell)


def good_again(turn: Turn, move: Move, pass_no: int, key: str) -> None:
    """They leave rework as good parts.

    Args:
        turn: takes the fact.
        move: what leaves it.
        pass_no: which pass found them good.
        key: names the happening.
    """

    def tell(told: Output) -> Output:
        after = told.cums.changed("rework", -move.parts).plus(good=move.parts)
        data = OutputRecorded(
            keys=_keys(turn, move.nc),
            quality=move.quality,
            versions=turn.draft.versions,
            qty_good=Decimal(move.parts),
            uom=move.account.uom,
            cum_good=Decimal(after.good),
            cum_good_shift=Decimal(after.good_shift),
            counter=None,
            interval=None,
            lots_in=move.account.lots,
            serials=() if move.nc.serial is None else (move.nc.serial,),
            pass_no=pass_no,
            qty_from_rework=Decimal(move.parts),
            lot_out=move.nc.lot_out,
        )
        turn.draft.add(data, move.at, key, correlation_id=move.account.execution_id)
        return replace(told, cums=after)

    counting.credit(turn, move.account, tell)


def _keys(turn: Turn, nc: Nc) -> Keys:
    return turn.draft.keys if nc.serial is None else turn.draft.keys.model_copy(update={"serial": nc.serial})
