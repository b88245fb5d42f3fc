"""The register of discrepancies: whatever station raises one, the agent's desk enters it in the same commit.

What is unresolved stands in the desk's snapshot, the newest `MOST` of it; every discrepancy has a record as well, so
that one that was pushed out can still be acknowledged and resolved. Expired ones are pushed out first.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from agent.core.directories import Directories
from agent.core.discrepancies import concern as concerns
from agent.core.discrepancies import contradiction_gone
from agent.core.discrepancies.concern import BY_RULE, RECORDS, Concern
from agent.core.draft import Draft
from agent.core.errors import EntryRefusedError
from agent.core.facts import DiscrepancyAcknowledged, DiscrepancyRaised, DiscrepancyResolved, Fact
from agent.core.values import replace

MOST: Final = 80
"""Unresolved discrepancies in the snapshot: it stays within 16 KiB, deflated."""
HEARD = DiscrepancyRaised | DiscrepancyAcknowledged | DiscrepancyResolved
"""What stations tell of discrepancies."""


@dataclass(frozen=True, slots=True)
class Register:
    """What is unresolved."""

    live: Mapping[str, Concern] = field(default_factory=dict)
    """The newest, by id and oldest first."""
    counts: Mapping[str, int] = field(default_factory=dict)
    """All that are unresolved, by work center."""

    @property
    def total(self) -> int:
        """All that are unresolved."""
        return sum(self.counts.values())

    def at(self, wc_id: str) -> int:
        """All that are unresolved at a work center."""
        return self.counts.get(wc_id, 0)

    def ids(self, wc_id: str) -> tuple[str, ...]:
        """The newest that are unresolved at a work center, the oldest of them first."""
        return tuple(one.discrepancy_id for one in self.live.values() if one.center == wc_id)

    def due_by(self, now: float) -> tuple[Concern, ...]:
        """Those that are to become expired by now."""
        return tuple(one for one in self.live.values() if one.pending and one.due <= now)

    def entered(self, concern: Concern) -> Register:
        """With a new one."""
        live = {**self.live, concern.discrepancy_id: concern}
        if len(live) > MOST:
            del live[next((name for name, one in live.items() if one.status == "expired"), next(iter(live)))]
        return Register(live, self._counted(concern.center, 1))

    def changed(self, concern: Concern) -> Register:
        """With one that was unresolved as it stands now."""
        name = concern.discrepancy_id
        if concern.status == "resolved":
            live = {known: one for known, one in self.live.items() if known != name}
            return Register(live, self._counted(concern.center, -1))
        if name not in self.live:
            return self
        return replace(self, live={**self.live, name: concern})

    def worst(self, most: int) -> tuple[Concern, ...]:
        """The first few to look at: expired ones first, then the one that is due next."""
        return tuple(sorted(self.live.values(), key=lambda one: (one.pending, one.due))[:most])

    def _counted(self, center: str, by: int) -> Mapping[str, int]:
        counts = {**self.counts, center: self.at(center) + by}
        return {name: count for name, count in counts.items() if count > 0}


EMPTY: Final = Register()


@dataclass(slots=True)
class RegisterTurn:
    """The working copy of the register during one observation."""

    register: Register
    known: Mapping[str, str]
    """Records asked for that there are."""
    claims: list[tuple[str, str]] = field(default_factory=list)

    def claim(self, key: str) -> str | None:
        """The value of a record as it stands in this turn."""
        mine = next((value for taken, value in reversed(self.claims) if taken == key), None)
        return self.known.get(key) if mine is None else mine

    def find(self, discrepancy_id: str) -> Concern:
        """The discrepancy of this id, resolved or not.

        Raises:
            EntryRefusedError: there is none.
        """
        found = self._known(discrepancy_id)
        if found is None:
            raise EntryRefusedError("UNKNOWN_DISCREPANCY", f"There is no discrepancy {discrepancy_id[:60]}.")
        return found

    def enter(self, facts: Iterable[Fact]) -> None:
        """Enter what these facts raise."""
        for fact in facts:
            if isinstance(fact.data, DiscrepancyRaised):
                concern = concerns.concern_of(fact.data)
                self.register = self.register.entered(concern)
                RECORDS.keep(self, concern, concern.discrepancy_id)

    def hear(self, facts: Iterable[Fact]) -> None:
        """Follow what a station told: what it raises, and what it says of discrepancies that were raised before."""
        for fact in facts:
            match fact.data:
                case DiscrepancyRaised():
                    self.enter((fact,))
                case DiscrepancyAcknowledged(discrepancy_id=name) if name in self.register.live:
                    self.change(replace(self.register.live[name], status="acknowledged"))
                case DiscrepancyResolved(discrepancy_id=name, code=code, keys=keys):
                    before = self._known(name) or Concern(name, code, keys, "", "", fact.time)
                    self.change(replace(before, status="resolved"))

    def expire(self, now: float, draft: Draft) -> None:
        """Tell those that nobody resolved by the time they were due."""
        for concern in self.register.due_by(now):
            self.change(concerns.expired(concern, draft))

    def settle(self, directories: Directories, draft: Draft) -> None:
        """Resolve those whose contradiction is gone by what the MES says now."""
        for concern in self.register.live.values():
            resolution = contradiction_gone.resolution(concern, directories)
            if resolution is not None:
                self.change(concerns.resolved(concern, resolution, BY_RULE, draft))

    def change(self, concern: Concern) -> None:
        """One that was unresolved stands like this now."""
        self.register = self.register.changed(concern)
        RECORDS.keep(self, concern, concern.discrepancy_id)

    def _known(self, discrepancy_id: str) -> Concern | None:
        return self.register.live.get(discrepancy_id) or RECORDS.find(self, discrepancy_id)
