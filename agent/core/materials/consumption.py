"""What is used up of the material that is loaded (requirements 24, 27, 28).

Components of mode `by_output` are used with every part that is made, and told at boundaries: whatever changes, what was
used before is told first. Components of mode `unit` are told with each unit that is taken; the rest people enter.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from agent.core.counts.accounts import Account, Boundary, Cums
from agent.core.directories.items import BomLine
from agent.core.discrepancies.discrepancies import Discrepancy
from agent.core.draft import Origin
from agent.core.facts import MaterialConsumed, Reason
from agent.core.materials import bom, lot_records, materials
from agent.core.materials.materials import LoadedLot, Source, Use
from agent.core.records import Records
from agent.core.turn import Turn
from agent.core.values import replace


@dataclass(frozen=True, slots=True)
class Usage:
    """What an execution used beside what goes by output, for when it is gone on with."""

    execution_id: str
    units: int
    uses: tuple[Use, ...]


USAGES = Records("usage", Usage)


@dataclass(frozen=True, slots=True)
class Run:
    """The execution that material is used by, with the lots that it is taken from."""

    execution_id: str
    lines: tuple[BomLine, ...]
    lots: tuple[LoadedLot, ...]
    made: int
    """Parts so far, what is being told included."""
    at: float


@dataclass(frozen=True, slots=True)
class Used:
    """So much of one component."""

    line: BomLine | None
    item_id: str | None
    """Of the component, where no lot says another one."""
    uom: str
    mode: Literal["entered", "by_output", "unit"]
    need: Decimal
    """In the component's own unit; less than nothing takes back what was told too much."""
    cum_before: Decimal
    norm: Decimal | None
    sources: tuple[Source, ...]
    over: Decimal = materials.NOTHING
    reason: Reason | None = None
    serial: str | None = None
    actor: str | None = None

    @property
    def component(self) -> str:
        """What its use is summed up under."""
        return f"item:{self.item_id or '-'}" if self.line is None else self.line.line


def claim(wc_id: str, order_id: str, op_no: str) -> str:
    """The claim that holds what an operation has used; needed by whatever starts or resumes it."""
    return USAGES.key(wc_id, order_id, op_no)


def present(turn: Turn, at: float) -> Run:
    """The execution in progress, or the time without one."""
    return Run(turn.execution_id, materials.lines_at(turn), turn.materials.loaded, made(turn, turn.output.cums), at)


def made(turn: Turn, cums: Cums) -> int:
    """Parts that material was used for."""
    return materials.made(cums, setup_parts=turn.setup.floor.materials.setup_parts_use_material)


def boundary(turn: Turn, at: float, what: Boundary) -> None:
    """Tell what was used by output since the last boundary. Call it after the flush and before anything changes."""
    tell_output(turn, at)
    if what == "order" and turn.operations.current is not None:
        _check_entered(turn, at)
        _keep(turn)


def tell_output(turn: Turn, at: float) -> None:
    """Tell what was used by output and has not been told."""
    run = present(turn, at)
    parts = run.made - turn.materials.told
    if not run.lines or not parts:
        return
    _tell_parts(turn, run, parts)
    turn.materials = replace(turn.materials, told=run.made)


def tell_late(turn: Turn, account: Account, before: Cums, after: Cums) -> None:
    """Parts of an execution that has ended were counted; facts are about it at present (domain.md K11, K15)."""
    parts = made(turn, after) - made(turn, before)
    lines = bom.all_lines(turn.directories, account.keys.item_id, account.versions.bom_version)
    here = {lot.lot_id: lot for lot in (*turn.materials.gone, *turn.materials.loaded)}
    lots = tuple(here[lot_id] for lot_id in account.lots if lot_id in here)
    run = Run(
        account.execution_id,
        bom.of_operation(lines, account.keys.op_no),
        lots,
        made(turn, after),
        turn.draft.observed,
    )
    if parts:
        _tell_parts(turn, run, parts)


def for_unit(turn: Turn, serial: str, at: float, units: int = 1) -> None:
    """A unit was taken for the first time: the components that go into each unit were used.

    Args:
        turn: in which it was taken.
        serial: of the unit.
        at: when.
        units: -1 where it was not taken after all, and what it used is put back.
    """
    run, before = present(turn, at), turn.materials.units
    lines = [line for line in run.lines if line.mode == "unit"]
    for line in lines:
        extra = turn.materials.use(run.execution_id, line.line).extra
        used = Used(
            line=line,
            item_id=line.item_id,
            uom=line.uom,
            mode="unit",
            need=line.qty_per * units,
            cum_before=line.qty_per * before + extra,
            norm=line.qty_per * (before + units),
            sources=materials.sources(turn.materials.loaded, run.lines, line.line),
            serial=serial,
        )
        tell(turn, run, used, "rule")
    if lines:
        turn.materials = replace(turn.materials, units=max(before + units, 0))


def operation_changed(turn: Turn) -> None:
    """Another operation is in progress, or none, with its quantities: what it used goes on, or begins."""
    operation = turn.operations.current
    kept = None if operation is None else USAGES.find(turn, turn.wc_id, operation.order_id, operation.op_no)
    here = turn.materials
    if kept is not None and kept.execution_id == turn.execution_id:
        for use in kept.uses:
            here = here.with_use(use)
    units = kept.units if kept is not None and kept.execution_id == turn.execution_id else 0
    turn.materials = replace(here, told=made(turn, turn.output.cums), units=units)


def tell(turn: Turn, run: Run, used: Used, origin: Origin) -> None:
    """Make the facts of what was used of one component, one for each lot that it came from."""
    cum, within = used.cum_before, used.need - used.over
    unresolved = materials.NOTHING
    for source, share in materials.spread(used.sources, used.need):
        over = share - min(share, within)
        within -= share - over
        cum += share
        _tell_share(turn, run, used, (source, share, over, cum), origin)
        if source is None:
            unresolved = share
        else:
            lot_records.take(turn, source.lot.lot_id, share * source.factor)
            _look_at_status(turn, run, source.lot.lot_id)
    if unresolved > 0 and (used.sources or (used.line is not None and used.line.lot_required)):
        _raise_unresolved(turn, run, used, unresolved)


def raise_over(turn: Turn, run: Run, used: Used, norm: Decimal) -> None:
    """More of a component was used than its norm and tolerance allow: raised once for an execution (requirement 28)."""
    use = turn.materials.use(run.execution_id, used.component)
    if use.over_told:
        return
    turn.materials = turn.materials.with_use(replace(use, over_told=True))
    evidence = {
        **_named(used),
        "lot_id": ",".join(source.lot.lot_id for source in used.sources[:4]),
        "norm": f"{norm:f}",
        "used": f"{used.cum_before + used.need:f}",
        "reason": "" if used.reason is None else used.reason.code,
    }
    at_most = used.cum_before + used.need - norm
    turn.raise_discrepancy(Discrepancy("consumption_over_norm", run.at, run.at, evidence, at_most), "rule")


def is_beyond(line: BomLine, cum: Decimal, norm: Decimal) -> bool:
    """Whether so much is over the norm by more than is tolerated."""
    return cum > norm * (1 + line.tolerance_pct / 100)


def _tell_parts(turn: Turn, run: Run, parts: int) -> None:
    for line in run.lines:
        if line.mode != "by_output":
            continue
        extra = turn.materials.use(run.execution_id, line.line).extra
        used = Used(
            line=line,
            item_id=line.item_id,
            uom=line.uom,
            mode="by_output",
            need=line.qty_per * parts,
            cum_before=line.qty_per * (run.made - parts) + extra,
            norm=line.qty_per * run.made,
            sources=materials.sources(run.lots, run.lines, line.line),
        )
        tell(turn, run, used, "rule")


def _tell_share(
    turn: Turn, run: Run, used: Used, share: tuple[Source | None, Decimal, Decimal, Decimal], origin: Origin
) -> None:
    source, qty, over, cum = share
    lot = None if source is None else source.lot
    factor = Decimal(1) if source is None else source.factor
    substitute = source is not None and source.substitute
    keys = {
        "item_id": used.item_id if lot is None else lot.item_id,
        "lot_id": None if lot is None else lot.lot_id,
        "serial": None,
    }
    data = MaterialConsumed(
        keys=turn.draft.keys.model_copy(update=keys),
        quality=turn.draft.quality(origin, entry="manual" if used.mode == "entered" else "auto"),
        versions=turn.draft.versions,
        qty=qty * factor,
        uom=used.uom if lot is None or lot.uom is None else lot.uom,
        bom_line=None if used.line is None else used.line.line,
        mode=used.mode,
        norm_qty=used.norm,
        cum_qty=cum,
        over_qty=over * factor,
        reason=used.reason,
        is_substitute=substitute,
        substitute_for=used.line.item_id if substitute and used.line is not None else None,
        parent_serial=used.serial,
        actor=used.actor,
    )
    turn.draft.add(data, run.at, f"use:{turn.wc_id}:{turn.number()}", correlation_id=run.execution_id)


def _look_at_status(turn: Turn, run: Run, lot_id: str) -> None:
    """A lot that the MES has restricted, or somebody held here, since it was loaded is used on: raised once."""
    copy, lot = turn.directories.lots.get(lot_id), turn.materials.lot(lot_id)
    is_held = turn.quality.holds_lot(lot_id)
    if lot is None or (copy is None and not is_held):
        return
    status = "restricted" if copy is None or is_held else copy.status
    if status == lot.status:
        return
    seen = replace(lot, status=status)
    loaded = tuple(seen if one is lot else one for one in turn.materials.loaded)
    turn.materials = replace(turn.materials, loaded=loaded)
    if status == "restricted":
        evidence = {"lot_id": lot_id, "item_id": lot.item_id or ""}
        turn.raise_discrepancy(Discrepancy("lot_on_hold_used", run.at, run.at, evidence), "rule")


def _raise_unresolved(turn: Turn, run: Run, used: Used, qty: Decimal) -> None:
    use = turn.materials.use(run.execution_id, used.component)
    if use.unresolved_told:
        return
    turn.materials = turn.materials.with_use(replace(use, unresolved_told=True))
    evidence = {**_named(used), "qty": f"{qty:f}"}
    turn.raise_discrepancy(Discrepancy("lot_unresolved", run.at, run.at, evidence, qty), "rule")


def _named(used: Used) -> dict[str, str]:
    return {
        "bom_line": "" if used.line is None else used.line.line,
        "item_id": used.item_id or "",
        "uom": used.uom,
    }


def _check_entered(turn: Turn, at: float) -> None:
    """What people entered is compared to what was made only where the operation ends: it is used ahead of output."""
    run = present(turn, at)
    for line in run.lines:
        norm = line.qty_per * run.made
        extra = turn.materials.use(run.execution_id, line.line).extra
        if line.mode == "entered" and is_beyond(line, extra, norm):
            sources = materials.sources(run.lots, run.lines, line.line)
            used = Used(line, line.item_id, line.uom, "entered", materials.NOTHING, extra, norm, sources)
            raise_over(turn, run, used, norm)


def _keep(turn: Turn) -> None:
    operation = turn.operations.current
    assert operation is not None
    mine = tuple(one for one in turn.materials.uses if one.execution_id == turn.execution_id)
    if mine or turn.materials.units:
        usage = Usage(turn.execution_id, turn.materials.units, mine)
        USAGES.keep(turn, usage, turn.wc_id, operation.order_id, operation.op_no)
