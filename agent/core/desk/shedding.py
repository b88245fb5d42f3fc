"""Detail that is not kept while space is scarce: counted, and told when there is space again (domain.md G6)."""

from __future__ import annotations

from dataclasses import dataclass

from agent.core.draft import Draft
from agent.core.facts import DetailShed, Fact, StorageChanged, StorageLevel
from agent.core.observations import Storage
from agent.core.times import iso

SHEDDING: frozenset[StorageLevel] = frozenset({"scarce", "reserve"})
"""Levels at which no detail is kept."""


@dataclass(frozen=True, slots=True)
class Shed:
    """Detail that was not kept."""

    count: int
    start: float
    end: float


def spared(level: StorageLevel, known: Shed | None, facts: tuple[Fact, ...]) -> tuple[Shed | None, tuple[Fact, ...]]:
    """What was shed by now, and those of the facts that there is space for: the same tuple where that is all."""
    if level not in SHEDDING or not any(fact.data.DETAIL for fact in facts):
        return known, facts
    times = [fact.time for fact in facts if fact.data.DETAIL]
    known = known or Shed(0, min(times), max(times))
    shed = Shed(known.count + len(times), min(known.start, *times), max(known.end, *times))
    return shed, tuple(fact for fact in facts if not fact.data.DETAIL)


def tell(storage: Storage, shed: Shed | None, draft: Draft, number: int) -> Shed | None:
    """Another level of storage, and what was shed once there is space again; what is still to be told."""
    changed = StorageChanged(
        keys=draft.keys,
        quality=draft.quality("rule"),
        level=storage.level,
        free_bytes=storage.free_bytes,
        journal_bytes=storage.journal_bytes,
    )
    draft.add(changed, draft.observed, f"storage:{number}")
    if shed is None or storage.level in SHEDDING:
        return shed
    detail = DetailShed(
        keys=draft.keys,
        quality=draft.quality("rule"),
        count=shed.count,
        start=iso(shed.start),
        end=iso(shed.end),
    )
    draft.add(detail, draft.observed, f"shed:{number}")
    return None
