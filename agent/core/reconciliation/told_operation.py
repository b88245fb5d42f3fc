"""What was told of one operation that is otherwise than planned, and why (requirements 23, 27, 28, 34, 42).

A reading of facts in the order of their sequence, corrections applied.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final, NamedTuple

from agent.core.contract.envelope import Row
from agent.core.reconciliation.amendments import Data, as_made
from agent.core.reconciliation.deviation_view import (
    DeviationView,
    InterruptionView,
    MaterialView,
    OverView,
    ScrapView,
    SkippedView,
    TimesView,
)

NONE: Final = Decimal(0)
INTERRUPTED: Final = frozenset({"paused", "stopped", "aborted"})


class _Deviated(NamedTuple):
    """Which deviations are one line."""

    kind: str
    expected: str
    actual: str
    reason: str | None
    rule: str | None
    comment: str
    actor: str | None


@dataclass(slots=True)
class _Component:
    """One component of the bill of materials, or what is used beside it."""

    uom: str
    own_uom: bool
    """The unit is the component's, not that of what stands in for it."""
    norms: dict[str | None, Decimal] = field(default_factory=dict)
    """By execution, as told last."""
    used: dict[tuple[str | None, str], tuple[Decimal, Decimal]] = field(default_factory=dict)
    """By item and unit: how much, and how much of it over the norm."""


@dataclass(slots=True)
class _Over:
    qty: Decimal = NONE
    serials: dict[str, None] = field(default_factory=dict)


@dataclass(slots=True)
class ToldOperation:
    """What was taken in so far."""

    changed: Data | None = None
    """Its last change of status."""
    _times: dict[str, tuple[str, Data]] = field(default_factory=dict)
    """By execution: when it told its times last, and what they were."""
    _scrapped: dict[str | None, Decimal] = field(default_factory=dict)
    _components: dict[str | None, _Component] = field(default_factory=dict)
    _over: dict[tuple[str | None, str | None, str, str | None], _Over] = field(default_factory=dict)
    """By item, lot, unit and reason."""
    _deviated: dict[_Deviated, list[str]] = field(default_factory=dict)
    _interrupted: dict[tuple[str, str | None, str], list[str]] = field(default_factory=dict)
    _skipped: list[Data] = field(default_factory=list)

    def take(self, row: Row, told: Data) -> None:
        """One fact of the operation; most say nothing of it that is not added up."""
        match row.type:
            case "scrap.recorded":
                self._scrap(told["defect_code"], Decimal(told["qty_scrap"]) + Decimal(told.get("pool_coded_qty", 0)))
                self._scrap(None, -Decimal(told.get("pool_coded_qty", 0)))
            case "material.consumed":
                self._use(row, told)
            case "deviation.recorded":
                self._deviate(row, told, told["deviation"])
            case "setup.ended" if told["deviation"] is not None:
                self._deviate(row, told, told["deviation"])
            case "quality.check_skipped":
                self._skipped.append(told)
            case _ if row.type.startswith("operation.") and "to_status" in told:
                self._change(row, told)

    @property
    def is_told(self) -> bool:
        """Whether any of the facts said something of it."""
        return self != ToldOperation()

    @property
    def scrapped(self) -> tuple[ScrapView, ...]:
        """Scrap by defect."""
        return tuple(ScrapView(defect_code=code, qty=qty) for code, qty in self._scrapped.items() if qty)

    @property
    def materials(self) -> tuple[MaterialView, ...]:
        """Every component beside its norm, and what stood in for it."""
        return tuple(view for name, one in self._components.items() for view in _materials(name, one))

    @property
    def over(self) -> tuple[OverView, ...]:
        """What was used over the norm, lot by lot."""
        return tuple(
            OverView(item_id=item, lot_id=lot, qty=one.qty, uom=uom, reason=reason, serials=tuple(one.serials))
            for (item, lot, uom, reason), one in self._over.items()
        )

    @property
    def deviations(self) -> tuple[DeviationView, ...]:
        """All that was told as a deviation."""
        return tuple(
            DeviationView(**one._asdict(), times=len(times), first=times[0]) for one, times in self._deviated.items()
        )

    @property
    def interruptions(self) -> tuple[InterruptionView, ...]:
        """What work was interrupted for."""
        return tuple(
            InterruptionView.model_validate(
                {"status": status, "reason": reason, "comment": comment, "times": len(times), "first": times[0]}
            )
            for (status, reason, comment), times in self._interrupted.items()
        )

    @property
    def skipped(self) -> tuple[SkippedView, ...]:
        """Checks that were not made, with the samples of one check and reason together."""
        samples: Counter[tuple[str, str, bool, str, str, str | None]] = Counter()
        for one in self._skipped:
            name = one["check_id"], one["characteristic"], one["mandatory"]
            samples[*name, _code(one["reason"]) or "-", one["comment"], one["actor"]] += one["samples"]
        return tuple(
            SkippedView(
                check_id=check_id,
                characteristic=characteristic,
                mandatory=mandatory,
                samples=count,
                reason=reason,
                comment=comment,
                actor=actor,
            )
            for (check_id, characteristic, mandatory, reason, comment, actor), count in samples.items()
        )

    def times(self, norm_labor_s: Decimal | None) -> TimesView | None:
        """The times of all its executions together.

        Args:
            norm_labor_s: planned for what was made; facts do not tell it.
        """
        if not self._times:
            return None
        told = [times for _, times in self._times.values()]
        return TimesView(
            run_s=_sum(told, "run_s") or NONE,
            norm_run_s=_sum(told, "norm_run_s"),
            setup_s=_sum(told, "setup_s") or NONE,
            norm_setup_s=_sum(told, "norm_setup_s"),
            norm_labor_s=norm_labor_s,
            delay_s=_sum(told, "delay_s") or NONE,
            as_of=max(at for at, _ in self._times.values()),
        )

    def _scrap(self, code: str | None, qty: Decimal) -> None:
        self._scrapped[code] = self._scrapped.get(code, NONE) + qty

    def _use(self, row: Row, told: Data) -> None:
        item, uom, qty, over = told["keys"]["item_id"], told["uom"], Decimal(told["qty"]), over_of(row, told)
        name = told["substitute_for"] or item
        own = not told["is_substitute"]
        one = self._components.setdefault(name, _Component(uom, own))
        if own and not one.own_uom:
            one.uom, one.own_uom = uom, True
        if told["norm_qty"] is not None:
            one.norms[row.correlationid] = Decimal(told["norm_qty"])
        used, before = one.used.get((item, uom), (NONE, NONE))
        one.used[item, uom] = used + qty, before + over
        if over > 0:
            beyond = self._over.setdefault((item, told["keys"]["lot_id"], uom, _code(told["reason"])), _Over())
            beyond.qty += over
            beyond.serials |= {} if told["parent_serial"] is None else {told["parent_serial"]: None}

    def _deviate(self, row: Row, told: Data, deviation: Data) -> None:
        one = _Deviated(
            deviation["kind"],
            deviation["expected"],
            deviation["actual"],
            _code(deviation["reason"]),
            told.get("rule"),
            told.get("comment") or "",
            told.get("actor"),
        )
        self._deviated.setdefault(one, []).append(row.time)

    def _change(self, row: Row, told: Data) -> None:
        self.changed = told
        if told.get("times") is not None:
            self._times[told["op_execution_id"]] = row.time, told["times"]
        status = told["to_status"]
        if status in INTERRUPTED:
            about = status, _code(told.get("reason")), told.get("comment", "")
            self._interrupted.setdefault(about, []).append(row.time)


def over_of(row: Row, told: Data) -> Decimal:
    """What of a consumption is over the norm: a correction of the quantity corrects that part of it first."""
    over, qty = Decimal(told["over_qty"]), Decimal(told["qty"])
    if not over:
        return over
    entered = Decimal(as_made(row)["qty"])
    return min(max(over + qty - entered, NONE), qty)


def _materials(name: str | None, one: _Component) -> list[MaterialView]:
    norm = sum(one.norms.values(), NONE) if one.norms else None
    used = {(name, one.uom): (NONE, NONE)} | one.used
    return [
        MaterialView(
            item_id=item,
            substitute_for=None if item == name else name,
            uom=uom,
            norm=norm if (item, uom) == (name, one.uom) else None,
            used=qty,
            over=over,
        )
        for (item, uom), (qty, over) in used.items()
    ]


def _sum(told: list[Data], name: str) -> Decimal | None:
    known = [Decimal(times[name]) for times in told if times[name] is not None]
    return sum(known, NONE) if known else None


def _code(reason: Data | None) -> str | None:
    return None if reason is None else reason.get("code")
