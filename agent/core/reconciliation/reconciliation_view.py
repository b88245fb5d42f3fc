"""Both sides of a reconciliation as people are shown them (requirements 98 to 100)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import groupby

from agent.core.directories import Figures
from agent.core.facts import Block, DigestRow
from agent.core.reconciliation.comparing import Compared, compared
from agent.core.reconciliation.deviation_view import DeviationReport
from agent.core.reconciliation.lot_view import LotTrace
from agent.core.reconciliation.reckoning import Scope


class ComparedView(Block):
    """One thing that a row says, as both sides have it."""

    shift: str
    """`{business_date}/{shift_id}`, missing parts `-`."""
    order_id: str | None
    op_no: str | None
    lot_id: str | None
    kind: str
    """qty_good, qty_scrap, qty_rework, facts, status, or consumed."""
    item_id: str | None = None
    """That was consumed."""
    ours: str | None
    """A number, or a status; null where none was told."""
    theirs: str | None
    """Null where the MES does not say, or has sent no figures of that shift."""
    differs: bool


class CenterReconciliation(Block):
    """One work center."""

    wc_id: str
    rows: tuple[DigestRow, ...]
    """What our facts add up to."""
    compared: tuple[ComparedView, ...]
    facts: int
    waiting: int
    """Of these facts, those that the MES has not confirmed: until then it may well have other figures."""
    complete: bool
    """False where one of these facts is parked, damaged or gone."""
    lot: LotTrace | None = None
    """What became of the lot, where one was asked for."""
    deviations: DeviationReport | None = None
    """Plan against fact, where an order was asked for and no shift or lot of it."""


class ReconciliationView(Block):
    """Answer to `/v1/reconciliation`."""

    centers: tuple[CenterReconciliation, ...]


def both_sides(rows: Sequence[DigestRow], figures: Mapping[str, Figures], scope: Scope) -> tuple[ComparedView, ...]:
    """Both sides of what is asked for.

    Args:
        rows: ours.
        figures: the MES's of the same work center, by shift.
        scope: what is asked for.
    """
    ours = {shift: list(group) for shift, group in groupby(sorted(rows, key=_shift), key=_shift)}
    theirs = {shift: one for shift, one in figures.items() if _meant(shift, scope)}
    return tuple(
        _view(shift, one)
        for shift in sorted({*ours, *theirs})
        for one in _sides(ours.get(shift, ()), theirs.get(shift), scope)
    )


def _sides(rows: Iterable[DigestRow], figures: Figures | None, scope: Scope) -> Iterator[Compared]:
    if figures is None:
        nobody = Figures.model_validate({"rev": "-", "business_date": "1970-01-01", "shift_id": "-", "rows": ()})
        yield from (one._replace(theirs=None) for one in compared(rows, nobody))
        return
    meant = tuple(
        row for row in figures.rows if scope.order_id in {None, row.order_id} and scope.lot_id in {None, row.lot_id}
    )
    yield from compared(rows, figures.model_copy(update={"rows": meant}))


def _view(shift: str, one: Compared) -> ComparedView:
    return ComparedView(
        shift=shift,
        order_id=one.place.order_id,
        op_no=one.place.op_no,
        lot_id=one.place.lot_id,
        kind=one.kind,
        item_id=one.item_id,
        ours=_text(one.ours),
        theirs=_text(one.theirs),
        differs=one.differs,
    )


def _text(value: Decimal | str | None) -> str | None:
    return f"{value.normalize():f}" if isinstance(value, Decimal) else value


def _shift(row: DigestRow) -> str:
    if row.shift is None:
        return "-/-"
    return f"{row.shift.business_date or '-'}/{row.shift.shift_id or '-'}"


def _meant(shift: str, scope: Scope) -> bool:
    day, _, shift_id = shift.partition("/")
    return scope.business_date in {None, day} and scope.shift_id in {None, shift_id}
