"""One work center and the agent's desk, put together as the agent does."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TypeVar
from uuid import UUID

from pydantic import TypeAdapter

from agent.core.context import Context
from agent.core.desk.desk import AgentObservation, Desk, DeskState
from agent.core.directories import Directories
from agent.core.discrepancies.concern import RECORDS, Concern
from agent.core.discrepancies.discrepancies import Discrepancy
from agent.core.facts import DiscrepancyCode, DiscrepancyRaised, Fact, FactData
from agent.core.observations import Entry, Finding
from agent.core.station import Station, StationObservation
from agent.core.views import Reply
from tests.core.build import FIRST_ID, PROVENANCE, T0, a_station, asked_for, instant

Data = TypeVar("Data", bound=FactData)
ALLOWED = ("replay", "message", "resolve", "reconcile")


@dataclass
class Plant:
    """One work center and the desk, as the agent puts them together."""

    station: Station = field(default_factory=a_station)
    desk: Desk = field(default_factory=lambda: Desk("1.0", PROVENANCE, ALLOWED, Directories()))
    claims: dict[str, str] = field(default_factory=dict)
    facts: list[Fact] = field(default_factory=list)
    told: int = 0

    def say(self, said: Entry) -> Reply:
        known = asked_for(self.station, said, self.desk.directories, self.claims)
        seen = self.station.observe(said, self._ids(), Context(self.desk.directories, known))
        self.station = seen.station
        self.desk, records = self.desk.hear(seen.facts, seen.claims)
        self.claims.update((*seen.claims, *records))
        self.facts += seen.facts
        assert seen.reply is not None
        return seen.reply

    def hear(self, *observations: StationObservation) -> None:
        """What machines, readers and time say at the work center."""
        for observation in observations:
            seen = self.station.observe(observation, self._ids(), Context(self.desk.directories, self.claims))
            self.station = seen.station
            self.desk, records = self.desk.hear(seen.facts, seen.claims)
            self.claims.update((*seen.claims, *records))
            self.facts += seen.facts

    def tell(self, observation: AgentObservation) -> Reply | None:
        needed = self.desk.claims_needed(observation)
        known = {key: self.claims[key] for key in needed if key in self.claims}
        outcome = self.desk.observe(observation, self._ids(), claims=known)
        self.desk = outcome.desk
        self.claims.update(outcome.claims)
        self.facts += outcome.facts
        return outcome.reply

    def restart(self) -> None:
        self.desk = replace(self.desk, state=DeskState()).restored(self.desk.snapshot())
        self.station = self.station.restored(self.station.snapshot())

    def find(self, code: DiscrepancyCode = "qty_balance", key: str = "1", at: float = 0.0) -> str:
        """The agent finds something out."""
        discrepancy = Discrepancy(code, T0 + at, T0 + at, {"seen": "5", "expected": "7"})
        self.tell(Finding(None, key, discrepancy, instant(at), f"notice-{key}"))
        return self.of(DiscrepancyRaised)[-1].discrepancy_id

    def of(self, kind: type[Data]) -> list[Data]:
        return [fact.data for fact in self.facts if isinstance(fact.data, kind)]

    def status(self, discrepancy_id: str) -> str:
        return TypeAdapter(Concern).validate_json(self.claims[RECORDS.key(discrepancy_id)]).status

    def _ids(self) -> UUID:
        self.told += 1
        return UUID(int=FIRST_ID.int + (self.told << 12))
