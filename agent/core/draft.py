"""The facts of one observation while they are being worked out: one place that fills in what every fact carries."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Literal, TypeAlias
from uuid import UUID

from agent.core.discrepancies.care import CARE, Care
from agent.core.facts import DiscrepancyCode, Fact, FactData, FactQuality, Keys, ShiftKeys, Versions
from agent.core.identity import IdBlock

ExecutionMode: TypeAlias = Literal["production", "test", "simulation"]
Origin: TypeAlias = Literal["plc", "scanner", "operator", "rule", "mes"]


TimeQuality: TypeAlias = Literal["good", "uncertain", "estimated"]
EntryWay: TypeAlias = Literal["auto", "scan", "manual"]
NO_VERSIONS = Versions()


@cache
def _quality(origin: Origin, mode: ExecutionMode, time_quality: TimeQuality, entry: EntryWay) -> FactQuality:
    """There are few, and nothing changes them."""
    return FactQuality(origin=origin, execution_mode=mode, time_quality=time_quality, entry=entry)


@dataclass(frozen=True, slots=True)
class Provenance:
    """What all facts of one journal share."""

    epoch: str
    """This incarnation of the journal; part of every natural key."""
    execution_mode: ExecutionMode
    care: Mapping[DiscrepancyCode, Care] = field(default_factory=lambda: CARE)
    """Who looks after which discrepancy."""


@dataclass(slots=True)
class Draft:
    """Collects facts in the order in which they happened."""

    ids: IdBlock
    observed: float
    provenance: Provenance
    keys: Keys
    versions: Versions
    time_trusted: bool = True
    """The machine's times are its own; else it is told at ours, and said so (domain.md R24)."""
    shift: ShiftKeys | None = None
    shift_since: float | None = None
    """Since when it is in force; what happened before it belongs to another one."""
    shift_at: Callable[[float], ShiftKeys | None] | None = None
    """The shift of an instant before that."""
    facts: list[Fact] = field(default_factory=list)
    cause: UUID | None = None
    """The fact that brings about those that follow."""

    def quality(
        self,
        origin: Origin,
        *,
        time_quality: TimeQuality = "good",
        entry: EntryWay = "auto",
    ) -> FactQuality:
        """The quality block of a fact."""
        mode = self.provenance.execution_mode
        if origin == "plc" and time_quality == "good" and not self.time_trusted:
            time_quality = "uncertain"
        return _quality(origin, mode, time_quality, entry)

    def add(self, data: FactData, time: float, key: str, *, correlation_id: str | None = None) -> None:
        """Take one fact.

        Args:
            data: what happened.
            time: when, in seconds since 1970 UTC.
            key: names the happening itself, `kind:rest`; the journal's epoch is put between.
            correlation_id: what it belongs to.
        """
        self.facts.append(self._fact(self.ids.take(), data, time, key, correlation_id))

    def add_cause(self, at: int, data: FactData, key: str, correlation_id: str | None = None) -> None:
        """Put the announced cause before the facts that it brought about, which begin at position `at`."""
        assert self.cause is not None
        fact_id, self.cause = self.cause, None
        self.facts.insert(at, self._fact(fact_id, data, self.observed, key, correlation_id))

    def enter_shift(self, shift: ShiftKeys | None, since: float | None) -> None:
        """Facts from here on belong to this shift."""
        self.shift, self.shift_since = shift, since

    def _shift(self, time: float) -> ShiftKeys | None:
        if self.shift_at is None or self.shift_since is None or time >= self.shift_since:
            return self.shift
        return self.shift_at(time)

    def _fact(self, fact_id: UUID, data: FactData, time: float, key: str, correlation_id: str | None) -> Fact:
        known: dict[str, object] = {}
        shift = self._shift(time)
        if shift is not None:
            known["shift"] = shift
        mine = data.versions is self.versions
        if not mine and data.versions == NO_VERSIONS and data.keys.order_id == self.keys.order_id:
            known["versions"] = self.versions
        if known:
            data = data.model_copy(update=known)
        kind, _, rest = key.partition(":")
        natural_key = f"{kind}:{self.provenance.epoch}:{rest}"
        causation = None if self.cause is None else str(self.cause)
        return Fact(fact_id, data, time, self.observed, natural_key, correlation_id, causation)
