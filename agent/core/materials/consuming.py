"""What people enter as used: components that no count tells, and what goes beyond the norm (requirements 24, 28)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from agent.core import arguments, code_lists
from agent.core.actions import Action, Actions
from agent.core.errors import EntryRefusedError
from agent.core.facts import Deviation, DeviationRecorded, Reason
from agent.core.materials import bom, consumption, loading, materials, uoms
from agent.core.materials.bom import Serving
from agent.core.materials.consumption import Run, Used
from agent.core.materials.materials import LoadedLot, Source
from agent.core.observations import Entry
from agent.core.people import labor
from agent.core.sentences import say
from agent.core.turn import Turn
from agent.core.values import replace


@dataclass(frozen=True, slots=True)
class _Meant:
    """What an entry is about."""

    item_id: str | None
    serving: Serving | None
    lot_id: str | None
    uom: str | None

    @property
    def name(self) -> str:
        """What it is called to people."""
        return self.lot_id or self.item_id or "it"

    @property
    def factor(self) -> Decimal:
        """Of it for one of the component."""
        return Decimal(1) if self.serving is None else self.serving.factor


def consume(turn: Turn, entry: Entry) -> str:
    """Take material that somebody says was used.

    Raises:
        EntryRefusedError: it is not known what, in which unit, or why it is over the norm or otherwise than planned.
    """
    meant = _meant(turn, entry.arguments)
    used = _used(turn, entry, meant)
    beside = _beside_plan(turn, meant, used.reason)
    turn.flush()
    run = consumption.present(turn, entry.observed.wall)
    used, allowed = _reckoned(turn, run, used)
    cum = used.cum_before + used.need
    beyond = used.line is not None and consumption.is_beyond(used.line, cum, allowed)
    if beyond and used.reason is None and turn.setup.floor.materials.over_needs_reason:
        raise EntryRefusedError(
            "OVER_NEEDS_REASON",
            say(
                "{qty} {uom} of {item_id} would be used, {allowed} are allowed. Enter it with a reason.",
                qty=f"{cum:f}",
                uom=used.uom,
                item_id=used.item_id,
                allowed=f"{allowed:f}",
            ),
        )
    consumption.tell_output(turn, run.at)
    used = replace(used, sources=_sources(turn, run, meant))
    use = turn.materials.use(run.execution_id, used.component)
    turn.materials = turn.materials.with_use(replace(use, extra=use.extra + used.need, over=use.over + used.over))
    consumption.tell(turn, run, used, "operator")
    if beside is not None:
        _tell_deviation(turn, entry, used, beside)
    if beyond:
        consumption.raise_over(turn, run, used, allowed)
    qty = f"{arguments.quantity(entry.arguments, 'qty'):f}"
    return say("{qty} {uom} of {name} taken as used.", qty=qty, uom=used.uom, name=meant.name)


def _used(turn: Turn, entry: Entry, meant: _Meant) -> Used:
    """What the entry says, before it is known where it comes from and what was used before."""
    given = entry.arguments
    qty = arguments.quantity(given, "qty")
    line = None if meant.serving is None else meant.serving.line
    return Used(
        line=line,
        item_id=meant.item_id if line is None else line.item_id,
        uom=uoms.agreed(arguments.optional_name(given, "uom"), meant.uom, meant.name),
        mode="entered",
        need=materials.of_component(qty, meant.factor),
        cum_before=materials.NOTHING,
        norm=None,
        sources=(),
        reason=code_lists.optional(turn.directories, "deviations", given),
        serial=arguments.optional_name(given, "serial"),
        actor=entry.actor or labor.acting(turn),
    )


def _beside_plan(turn: Turn, meant: _Meant, reason: Reason | None) -> Deviation | None:
    """How an item contradicts the bill of materials, where no lot of it was loaded and checked.

    Raises:
        EntryRefusedError: it does, and nobody said why.
    """
    lines, item_id, serving = materials.lines_at(turn), meant.item_id, meant.serving
    if meant.lot_id is not None or item_id is None or not lines:
        return None
    if serving is None:
        rule = turn.setup.floor.materials.of("NOT_IN_BOM")
        expected = ", ".join(line.item_id for line in lines[:9])
        if rule == "block" and reason is None:
            raise EntryRefusedError(
                "NOT_IN_BOM",
                say(
                    "{item_id} is not in the bill of materials. Needed here: {expected}. "
                    "If it was used all the same, enter it with a reason.",
                    item_id=item_id,
                    expected=expected,
                ),
            )
        return None if rule == "off" else Deviation(kind="bom", expected=expected, actual=item_id, reason=reason)
    if serving.substitute is None:
        return None
    if serving.substitute.reason_required and reason is None:
        raise EntryRefusedError(
            "SUBSTITUTE_NEEDS_REASON",
            say(
                "{item_id} stands in for {component}. Say why: enter it with a reason.",
                item_id=item_id,
                component=serving.line.item_id,
            ),
        )
    return Deviation(kind="substitution", expected=serving.line.item_id, actual=item_id, reason=reason)


def _tell_deviation(turn: Turn, entry: Entry, used: Used, deviation: Deviation) -> None:
    data = DeviationRecorded(
        keys=turn.draft.keys.model_copy(update={"item_id": deviation.actual}),
        quality=turn.draft.quality("operator", entry="manual"),
        versions=turn.draft.versions,
        deviation=deviation,
        comment=arguments.text(entry.arguments, "comment"),
        actor=used.actor,
    )
    key = f"dev:{turn.wc_id}:{turn.number()}"
    turn.draft.add(data, entry.observed.wall, key, correlation_id=turn.execution_id)


def _reckoned(turn: Turn, run: Run, used: Used) -> tuple[Used, Decimal]:
    """With what was used before and what of it is over; and how much may be used by now."""
    line = used.line
    use = turn.materials.use(run.execution_id, used.component)
    if line is None:
        return replace(used, cum_before=use.extra), materials.NOTHING
    parts = turn.materials.units if line.mode == "unit" else run.made
    norm = line.qty_per * parts
    if line.mode == "entered":
        # It is used ahead of the output: all that the order needs is allowed.
        operation = turn.operations.current
        planned = Decimal(0) if operation is None else operation.qty_planned
        allowed, before = max(norm, line.qty_per * planned), use.extra
    else:
        allowed, before = norm, norm + use.extra
    over = min(max(before + used.need - allowed - use.over, materials.NOTHING), used.need)
    return replace(used, cum_before=before, norm=norm, over=over), allowed


def _meant(turn: Turn, given: Mapping[str, str]) -> _Meant:
    lines = materials.lines_at(turn)
    lot_id = arguments.optional_name(given, "lot_id")
    item_id = arguments.optional_name(given, "item_id")
    line = arguments.optional_name(given, "bom_line")
    if lot_id is not None:
        lot = loading.must_be_loaded(turn, lot_id)
        if item_id is not None and lot.item_id is not None and lot.item_id != item_id:
            raise EntryRefusedError(
                "WRONG_ITEM",
                say(
                    "Lot {lot_id} is {known}, not {said}. Look at the label again.",
                    lot_id=lot_id,
                    known=lot.item_id,
                    said=item_id,
                ),
            )
        serving = materials.serving(lot, lines)
        return _Meant(lot.item_id or item_id, serving, lot_id, lot.uom or _unit(turn, serving, item_id))
    if line is not None:
        found = next((one for one in lines if one.line == line), None)
        if found is None:
            known = ", ".join(one.line for one in lines) or "none"
            raise EntryRefusedError(
                "NOT_IN_BOM", say("There is no component {line} here; there are {known}.", line=line, known=known)
            )
        return _Meant(found.item_id, Serving(found), None, found.uom)
    if item_id is None:
        raise EntryRefusedError("MISSING_ARGUMENT", say("The entry needs 'lot_id', 'bom_line' or 'item_id'."))
    serving = bom.serving(lines, item_id)
    return _Meant(item_id, serving, None, _unit(turn, serving, item_id))


def _unit(turn: Turn, serving: Serving | None, item_id: str | None) -> str | None:
    if serving is not None and serving.substitute is None:
        return serving.line.uom
    return uoms.of_item(turn.directories, item_id)


def _sources(turn: Turn, run: Run, meant: _Meant) -> tuple[Source, ...]:
    """Where it is taken from: the lot that was named first, then the others of the component."""
    lots = turn.materials.loaded
    if meant.serving is not None:
        found = materials.sources(lots, run.lines, meant.serving.line.line)
    else:
        found = tuple(Source(lot, Decimal(1), substitute=False) for lot in lots if _is_meant(lot, meant))
    return tuple(sorted(found, key=lambda source: source.lot.lot_id != meant.lot_id))


def _is_meant(lot: LoadedLot, meant: _Meant) -> bool:
    return lot.lot_id == meant.lot_id or (lot.item_id is not None and lot.item_id == meant.item_id)


ACTIONS: Actions = {"consume": Action(consume)}
