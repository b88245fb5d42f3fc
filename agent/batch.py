"""What is on its way to the disk together: observations, what they came to, and whose snapshots they touch."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias
from uuid import UUID
from zoneinfo import ZoneInfo

from agent import VERSION
from agent.core.context import Context
from agent.core.contract.envelope import Row
from agent.core.desk.desk import AgentObservation, Desk
from agent.core.directories import Directories
from agent.core.directories.copies import Kept
from agent.core.draft import Provenance
from agent.core.facts import Fact
from agent.core.identity import BLOCK_BITS
from agent.core.observations import Directive, Scan, Tick
from agent.core.reconciliation.wanted import Plant
from agent.core.settings import Settings
from agent.core.station import Station, StationObservation
from agent.core.values import replace
from agent.core.views import Reply
from agent.journal.store import Commit

DESK = "-"
Anything: TypeAlias = StationObservation | AgentObservation


@dataclass(slots=True)
class Pending:
    """One observation on its way to the disk."""

    observation: Anything
    ids: UUID
    known: dict[str, str]
    """Claims that had been taken when it was asked for."""
    answered: asyncio.Future[Reply | None] | None = None
    target: Row | None = None
    """The fact that it names, as it stands in the journal."""
    facts: tuple[Fact, ...] = ()
    claims: tuple[tuple[str, str], ...] = ()
    kept: tuple[Kept, ...] = ()
    """What became of copies of the MES's objects."""
    reply: Reply | None = None
    settings: Settings | None = None
    """By which everything goes from here on, where that is what was observed."""


@dataclass(slots=True)
class Stand:
    """The stations and the desk as they stand at one point of the story."""

    stations: dict[str, Station]
    desk: Desk

    def copy(self) -> Stand:
        """The same, free to go on by itself; what is inside never changes."""
        return Stand(dict(self.stations), self.desk)

    @staticmethod
    def begun(settings: Settings, provenance: Provenance, directories: Directories) -> Stand:
        """Stations and a desk that have seen nothing yet.

        Args:
            settings: the work centers, and what their facts depend on.
            provenance: of all facts.
            directories: of the MES.
        """
        provenance = replace(provenance, care=settings.care)
        zone = ZoneInfo(settings.agent.time_zone)
        plant = Plant(tuple(one.work_center for one in settings.machine), zone, settings.reconciliation.daily_at)
        stations = {
            one.work_center: Station.new(one, settings.codes, provenance, settings.calendar, zone, settings.floor)
            for one in settings.machine
        }
        return Stand(stations, Desk(VERSION, provenance, settings.mes.commands, directories, plant))

    def go_by(self, settings: Settings) -> None:
        """Everything goes on as it stands, by these settings."""
        new = Stand.begun(settings, self.desk.provenance, self.desk.directories)
        self.desk = replace(new.desk, state=self.desk.state, assemblies=self.desk.assemblies)
        self.stations = {
            wc_id: station.taking_over(self.stations[wc_id]) if wc_id in self.stations else station
            for wc_id, station in new.stations.items()
        }


@dataclass(slots=True)
class Batch:
    """What goes to the disk together."""

    pending: list[Pending] = field(default_factory=list)
    touched: set[str] = field(default_factory=set)

    def observe(self, pending: Pending, stand: Stand, claims: Mapping[str, str]) -> None:
        """Observe on a stand that moves with it; `claims` are those that have been taken."""
        observation = pending.observation
        wc_id = observation.wc_id
        if pending.settings is not None:
            stand.go_by(pending.settings)
            self.touched.update(stand.stations)
        if wc_id is None or isinstance(observation, Directive):
            assert isinstance(observation, AgentObservation)
            self._at_desk(pending, observation, stand, claims)
        else:
            assert isinstance(observation, StationObservation)
            self._at_station(pending, observation, stand, claims)
        client_id = getattr(observation, "client_id", None)
        if client_id is not None and pending.reply is not None:
            pending.claims += ((f"answer:{client_id}", pending.reply.model_dump_json(exclude_none=True)),)
        self.pending.append(pending)

    def scans(self) -> Iterator[tuple[str, str]]:
        """Where codes were read, and what became of them."""
        for pending in self.pending:
            if isinstance(pending.observation, Scan) and pending.reply is not None:
                yield pending.observation.wc_id, "accepted" if pending.reply.accepted else "refused"

    def commit(self, stand: Stand) -> Commit:
        """What becomes durable together."""
        return Commit(
            facts=[fact for pending in self.pending for fact in pending.facts],
            snapshots=[
                (name, stand.desk.snapshot() if name == DESK else stand.stations[name].snapshot())
                for name in self.touched
            ],
            claims=[claim for pending in self.pending for claim in pending.claims],
            directories=[kept for pending in self.pending for kept in pending.kept],
        )

    def _at_station(
        self, pending: Pending, observation: StationObservation, stand: Stand, claims: Mapping[str, str]
    ) -> None:
        wc_id = observation.wc_id
        assert wc_id is not None
        context = Context(stand.desk.directories, claims, pending.target, stand.desk.state.register)
        seen = stand.stations[wc_id].observe(observation, pending.ids, context)
        stand.stations[wc_id], pending.reply = seen.station, seen.reply
        pending.facts, pending.claims = seen.facts, seen.claims
        self.touched.add(wc_id)
        if seen.facts:
            self._heed(pending, stand, wc_id)

    def _heed(self, pending: Pending, stand: Stand, wc_id: str) -> None:
        """What a station told is kept as far as there is space, and heard by the desk and by the stations concerned."""
        desk, pending.facts = stand.desk.spared(pending.facts)
        desk, records = desk.hear(pending.facts, pending.claims)
        pending.claims += records
        if desk is not stand.desk:
            stand.desk = desk
            self.touched.add(DESK)
        self._pass_round(pending.facts, stand, wc_id)

    def _at_desk(
        self, pending: Pending, observation: AgentObservation, stand: Stand, claims: Mapping[str, str]
    ) -> None:
        pending.facts, pending.claims, pending.reply = (), (), None
        ids, entry = pending.ids, stand.desk.passed_on(observation, pending.target)
        if entry is not None and entry.wc_id in stand.stations:
            self._at_station(pending, entry, stand, claims)
            ids = _second_half(ids)
        outcome = stand.desk.observe(observation, ids, pending.reply, claims)
        if outcome.desk is not stand.desk or not isinstance(observation, Tick):
            self.touched.add(DESK)
        stand.desk, pending.reply, pending.kept = outcome.desk, outcome.reply, outcome.kept
        self._pass_round(outcome.facts, stand, DESK)
        pending.facts += outcome.facts
        pending.claims += outcome.claims

    def _pass_round(self, facts: tuple[Fact, ...], stand: Stand, teller: str) -> None:
        """Tell the stations what was told of them elsewhere."""
        for wc_id in {fact.data.keys.wc_id for fact in facts} - {teller, None}:
            if wc_id in stand.stations:
                stand.stations[wc_id] = stand.stations[wc_id].told(facts)
                self.touched.add(wc_id)


def _second_half(ids: UUID) -> UUID:
    """Of a block of ids, for the desk where a station has used the first."""
    return UUID(int=ids.int + (1 << BLOCK_BITS - 1))
