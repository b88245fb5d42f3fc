"""What a correction changes beside the fact itself: quantities, figures, lots, units. First checked, then changed."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from pydantic import TypeAdapter, ValidationError

from agent.core.actions import Asked, Claims
from agent.core.corrections import (
    corrected_board,
    corrected_checks,
    corrected_materials,
    corrected_parts,
    corrected_units,
)
from agent.core.corrections.corrected import CHAINS, Chain, Data, Fields, as_recorded, order_of, shift_of
from agent.core.corrections.corrected_parts import Credit, Share
from agent.core.corrections.correction_changes import Change
from agent.core.materials import consumption, lot_records
from agent.core.orders import executions
from agent.core.orders.operations import UNKNOWN_OP_NO
from agent.core.shifts import tally
from agent.core.shifts.figures import Sums
from agent.core.turn import Turn
from agent.core.units import unit_records
from agent.core.units.unit_records import Unit
from agent.core.values import replace

_SET = TypeAdapter(Fields)


@dataclass(frozen=True, slots=True)
class Effect:
    """What a correction changes, worked out."""

    chain: Chain
    """The corrections of its target, this one included."""
    credits: tuple[Credit, ...]
    unit: tuple[str, Unit] | None
    counted_for: tuple[str | None, str | None]
    """What the fact counted for, and counts for from now on."""


def worked_out(turn: Turn, change: Change) -> Effect:
    """What a correction would change. Call it after the flush.

    Raises:
        EntryRefusedError: a quantity would fall below zero, or something else became of its unit.
    """
    target, type_name = change.held, change.held.row.type
    chain = Chain(
        number=target.chain.number + 1,
        void=change.void,
        fields=target.chain.fields if change.void else change.after,
        execution_id=_execution(turn, change),
    )
    counted_for = (_counted_for(change, target.chain), _counted_for(change, chain))
    was, now = data_of(change)
    corrected_board.check(turn, target.row, was, now)
    shares = (_share(type_name, was, counted_for[0]), _share(type_name, now, counted_for[1]))
    unit = corrected_units.taken_back(turn, type_name, target.data) if change.void else None
    return Effect(chain, corrected_parts.credited(turn, *shares), unit, counted_for)


def bring_about(turn: Turn, change: Change, effect: Effect) -> None:
    """Change it."""
    row, (was, now) = change.held.row, data_of(change)
    corrected_parts.credit(turn, effect.credits)
    if effect.unit is not None:
        unit_records.keep(turn, *effect.unit)
        if row.type == "output.recorded" and turn.execution_id == effect.counted_for[0]:
            consumption.for_unit(turn, effect.unit[0], turn.draft.observed, units=-1)
    corrected_materials.move(turn, row.type, row.time, was, now)
    corrected_board.follow(turn, row, was, now)
    if row.type == "material.consumed":
        corrected_materials.use(turn, effect.counted_for[0], was, -1)
        corrected_materials.use(turn, effect.counted_for[1], now, 1)
    if row.type == corrected_checks.CHECKED and (was is None) != (now is None):
        corrected_checks.counts(turn, change.data, effect.counted_for[0], now=now is not None)
    if row.type == "labor.recorded":
        _work(turn, effect.counted_for[0], was, -1)
        _work(turn, effect.counted_for[1], now, 1)
    CHAINS.keep(turn, effect.chain, str(UUID(bytes=row.id)))


def _work(turn: Turn, execution_id: str | None, data: Data | None, sign: int) -> None:
    """So much more was worked on an execution, or less."""
    if data is None:
        return
    lasted = sign * Decimal(data["duration_s"])
    turn.figures = tally.changed(turn.figures, shift_of(data), order_of(data), Sums(labor=lasted))
    if turn.crew.execution_id is not None and turn.crew.execution_id == execution_id:
        turn.crew = replace(turn.crew, seconds=max(turn.crew.seconds + float(lasted), 0.0))


def data_of(change: Change) -> tuple[Data | None, Data | None]:
    """What the fact said until now, and says from now on; None where it is void."""
    return None if change.held.chain.void else change.held.data, None if change.void else change.data


def records_of(asked: Asked) -> Claims:
    """The claims that hold what has been corrected of the fact named, its unit, and its lots."""
    row = asked.target
    if row is None:
        return ()
    data, claims = as_recorded(row), [CHAINS.key(str(UUID(bytes=row.id)))]
    for order_id, op_no in _orders_named(asked, data):
        claims += executions.claims_of(asked.wc_id, order_id, op_no)
    if data["keys"]["order_id"] is None and row.correlationid is not None:
        claims += executions.claims_of_run(asked.wc_id, row.correlationid)
        run = executions.RUNS.among(asked.known, asked.wc_id, row.correlationid)
        if run is not None and run.order[0] is not None:
            claims += executions.claims_of(asked.wc_id, run.order[0], run.order[1] or "")
    claims += unit_records.claims_of(asked, corrected_units.serial_of(row.type, data) or "")
    if row.type in corrected_materials.OF_LOTS:
        lots = (data["keys"]["lot_id"], _given(asked).get("keys.lot_id"))
        claims += (lot_records.LOTS.key(asked.wc_id, lot_id) for lot_id in lots if lot_id)
    if row.type == corrected_checks.CHECKED:
        claims += corrected_checks.claims_needed(asked, data)
    return tuple(claims)


def _orders_named(asked: Asked, data: Data) -> set[tuple[str, str]]:
    """Orders and operations that the fact was of, is of by now, and may be of from now on."""
    row = asked.target
    chain = None if row is None else CHAINS.among(asked.known, str(UUID(bytes=row.id)))
    held = {} if chain is None else chain.fields
    named = [order_of(data), (held.get("keys.order_id"), held.get("keys.op_no"))]
    order_id, op_no = (_given(asked).get(f"keys.{name}") for name in ("order_id", "op_no"))
    planned = (one.op_no for one in asked.directories.orders_of(asked.wc_id) if one.order_id == order_id)
    named += ((order_id, one) for one in (op_no, *planned, UNKNOWN_OP_NO))
    return {(order, operation) for order, operation in named if order is not None and operation is not None}


def _given(asked: Asked) -> Fields:
    try:
        return _SET.validate_json(asked.arguments.get("set", ""))
    except ValidationError:
        return {}


def _counted_for(change: Change, chain: Chain) -> str | None:
    return change.held.row.correlationid if chain.execution_id is None else chain.execution_id


def _share(type_name: str, data: Data | None, execution_id: str | None) -> Share | None:
    return None if data is None else corrected_parts.share_of(type_name, data, execution_id)


def _execution(turn: Turn, change: Change) -> str | None:
    """What its quantities count for from now on, as the chain has it; empty where that is not known here."""
    before, after = change.orders
    if before == after:
        return change.held.chain.execution_id
    if after == order_of(as_recorded(change.held.row)):
        return None
    parts = change.held.row.type in corrected_parts.TERMS
    return corrected_parts.execution_of(turn, after, to_begin=parts) or ""
