"""The agent without its shell: what it is told reaches stations and desk as intake brings it, and is committed."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Iterable, Mapping
from copy import copy
from dataclasses import replace
from uuid import UUID

from agent.batch import DESK, Anything, Batch, Pending, Stand
from agent.core.codes.badges import Badges
from agent.core.contract.envelope import Row
from agent.core.corrections.targets import Target
from agent.core.desk.desk import Desk
from agent.core.directories.copies import Kept
from agent.core.facts import Fact
from agent.core.fingerprint import fingerprint
from agent.core.observations import (
    Configured,
    Directive,
    Entry,
    Instant,
    Link,
    Reckoned,
    Resetting,
    Scan,
    Started,
    Tick,
)
from agent.core.settings import Settings
from agent.core.station import Station
from agent.core.times import iso, milliseconds
from agent.core.views import Reply
from agent.journal.marks import Epoch
from agent.journal.store import as_row, fact_values
from agent.restoring import stand_of
from tests.core.build import FIRST_ID, PROVENANCE, SITE_KEY, T0

EPOCH = Epoch(PROVENANCE.epoch, 1, 0, iso(T0))
LARGEST = 16_384


class World:
    """Stations, desk and a journal in memory."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        """By which what is durable goes."""
        self.badges = Badges(SITE_KEY, settings.codes)
        self.now = 0.0
        """The wall clock."""
        self.steady = 0.0
        self.at_once = 1
        """Observations that go to the disk together."""
        self.rows: list[Row] = []
        self.facts: list[Fact] = []
        self.claims: dict[str, str] = {}
        self.snapshots: dict[str, bytes] = {}
        self.kept: dict[tuple[str | None, str, int], Kept] = {}
        self.told = self.runs = 0
        self.seen = self.counted = (0, 0)
        """Parts and rejects that were read from the line, and so far as that is durable."""
        self.in_doubt = False
        """The line's counter did what none does."""
        self.durable = self.restored()
        self.begin()

    def copy(self) -> World:
        """The same, free to go on by itself."""
        other = copy(self)
        other.rows, other.facts = [*self.rows], [*self.facts]
        other.claims, other.snapshots, other.kept = {**self.claims}, {**self.snapshots}, {**self.kept}
        other.durable = self.durable.copy()
        other.begin()
        return other

    def begin(self) -> None:
        """Go on from what is durable."""
        self.tentative = self.durable.copy()
        self.batch = Batch()
        self.overlay: dict[str, str] = {}
        self.recent: dict[str, str] = {}

    def restored(self) -> Stand:
        """Stations and desk as a new run of the agent finds them."""
        return stand_of(self.settings, PROVENANCE, self.snapshots, self.kept.values())

    # What is told.

    @property
    def instant(self) -> Instant:
        return Instant(T0 + self.now, 1000.0 + self.steady)

    def pass_time(self, seconds: float) -> None:
        self.now += seconds
        self.steady += seconds

    def tell(self, seen: Anything) -> Reply | None:
        """One observation; refused entries are seen to change nothing."""
        observation = self.badges.replaced(seen) if isinstance(seen, Scan) else seen
        pending = self._looked_up(observation)
        before = self.tentative.copy()
        self._observe(pending)
        reply = pending.reply
        if isinstance(observation, Scan) and reply is not None and not reply.accepted:
            assert all(fact.data.TYPE == "scan.refused" for fact in pending.facts), f"{observation}: {pending.facts}"
        if isinstance(observation, Entry) and reply is not None and not reply.accepted:
            assert pending.facts == (), f"{observation} was refused as {reply}, and told {pending.facts}"
            assert {key for key, _ in pending.claims} == {f"answer:{observation.client_id}"}
            assert_same(before, self.tentative, f"{observation}, refused as {reply.code}, changed something")
        if len(self.batch.pending) >= self.at_once:
            self.commit()
        return reply

    def tick(self) -> None:
        self.tell(Tick(None, self.instant))
        for wc_id in self.tentative.stations:
            self.tell(Tick(wc_id, self.instant))

    def start(self, down_since: float | None) -> None:
        """A new run of the agent begins with what is durable."""
        self.runs += 1
        since = None if down_since is None else T0 + down_since
        self.durable, self.seen = self.restored(), self.counted
        self.begin()
        for wc_id in (None, *self.durable.stations):
            self.tell(Started(wc_id, self.instant, f"run-{self.runs}", since))

    def go_by(self, settings: Settings) -> None:
        """The configuration is read anew, as `Intake.go_by` tells it."""
        for machine in settings.machine:
            if machine != self.tentative.stations[machine.work_center].setup.machine:
                self.tell(Resetting(machine.work_center, self.instant))
        self.told += 1
        configured = Configured(None, fingerprint(settings), "sighup", (), self.instant)
        ids = UUID(int=FIRST_ID.int + (self.told << 12))
        self._observe(Pending(configured, ids, {}, settings=settings))

    # As intake looks up what the journal has.

    def _looked_up(self, observation: Anything) -> Pending:
        target = self._target(observation)
        known: dict[str, str] = {}
        looked: dict[str, None] = {}
        while True:
            so_far = ChainMap(self.overlay, self.recent, known)
            needed = dict.fromkeys(self._claims_needed(observation, target, so_far))
            if needed.keys() <= looked.keys():
                break
            looked |= needed
            known = {key: self.claims[key] for key in looked if key in self.claims}
        self.told += 1
        return Pending(observation, UUID(int=FIRST_ID.int + (self.told << 12)), known, target=target)

    def _target(self, observation: Anything) -> Row | None:
        stand, named = self.tentative, None
        if isinstance(observation, Scan | Entry):
            named = stand.stations[observation.wc_id].target_named(observation, stand.desk.directories)
        elif isinstance(observation, Directive):
            named = stand.desk.target_named(observation)
        return None if named is None else self.original(named)

    def original(self, target: Target) -> Row | None:
        """The committed fact."""
        if target.epoch not in {None, EPOCH.name}:
            return None
        found = (row for row in self.rows if row.id == target.fact_id.bytes)
        return next((row for row in found if target.sequence in {None, row.sequence}), None)

    def _claims_needed(self, observation: Anything, target: Row | None, known: Mapping[str, str]) -> tuple[str, ...]:
        stand = self.tentative
        if isinstance(observation, Directive):
            entry = stand.desk.passed_on(observation, target)
            if entry is None or entry.wc_id not in stand.stations:
                return stand.desk.claims_needed(observation)
            observation = entry
        if isinstance(observation, Reckoned):
            return stand.desk.claims_needed(observation)
        if isinstance(observation, Scan | Entry):
            station = stand.stations[observation.wc_id]
            return station.claims_needed(observation, stand.desk.directories, target, known)
        return ()

    def _observe(self, pending: Pending) -> None:
        claims = ChainMap(self.overlay, self.recent, pending.known)
        self.batch.observe(pending, self.tentative, claims)
        self.overlay.update(pending.claims)

    # The disk.

    def fail(self) -> None:
        """The commit fails: what was kept in memory is observed again, and makes the same facts."""
        again = self.batch.pending
        told = [dumped(pending.facts) for pending in again]
        after = self.tentative
        self.tentative, self.batch, self.overlay = self.durable.copy(), Batch(), {}
        for pending in again:
            self._observe(pending)
        assert [dumped(pending.facts) for pending in again] == told, "the same again made other facts"
        assert_same(after, self.tentative, "the same again left something else")

    def commit(self) -> None:
        """All that gathered becomes durable together."""
        batch = self.batch
        if not batch.pending:
            return
        self._play_again(batch)
        commit = batch.commit(self.tentative)
        for fact in commit.facts:
            number = len(self.rows) + 1
            self.rows.append(as_row(EPOCH, fact_values(number, fact, iso(T0 + self.now))))
            self.facts.append(fact)
        self.counted = self.seen
        self.recent = dict(commit.claims)
        self.claims |= self.recent
        for name, snapshot in commit.snapshots:
            assert len(snapshot) <= LARGEST, f"the snapshot of {name} has {len(snapshot)} octets"
            self.snapshots[name] = snapshot
        for kept in commit.directories:
            self._keep(kept)
        self.durable = self.tentative.copy()
        self.settings = next((one.settings for one in reversed(batch.pending) if one.settings), self.settings)
        self.batch, self.overlay = Batch(), {}

    def _play_again(self, batch: Batch) -> None:
        """What was durable, restored, makes the same of what gathered."""
        quiet = all(isinstance(each.observation, Tick | Link) for each in batch.pending)
        if quiet and not any(each.facts for each in batch.pending):
            return
        stand, overlay, again = self.restored(), dict[str, str](), Batch()
        stand.desk = replace(stand.desk, assemblies=self.durable.desk.assemblies)
        for pending in batch.pending:
            each = Pending(
                pending.observation, pending.ids, pending.known, target=pending.target, settings=pending.settings
            )
            again.observe(each, stand, ChainMap(overlay, self.recent, pending.known))
            overlay.update(each.claims)
            assert dumped(each.facts) == dumped(pending.facts), f"{pending.observation} made other facts when restored"
            assert each.claims == pending.claims
        assert_same(self.tentative, stand, "the snapshot forgot something")

    def _keep(self, kept: Kept) -> None:
        """As the journal keeps copies."""
        place = kept.wc_id, kept.name
        for at in kept.dropped:
            self.kept.pop((*place, milliseconds(at)), None)
        if kept.outcome == "refused":
            return
        if not kept.payload:
            for key in [key for key in self.kept if key[:2] == place]:
                del self.kept[key]
            return
        waits_for = kept.effective_from if kept.outcome == "scheduled" else None
        self.kept[*place, 0 if waits_for is None else milliseconds(waits_for)] = kept


def dumped(facts: Iterable[Fact]) -> list[tuple[object, ...]]:
    """Facts as they would be written."""
    return [
        (one.id, one.data.TYPE, one.data.model_dump_json(), one.time, one.natural_key, one.correlation_id)
        for one in facts
    ]


def assert_same(one: Stand, other: Stand, message: str) -> None:
    """Two stands are equal, else say where not."""
    for wc_id, station in one.stations.items():
        if station.state != other.stations[wc_id].state:
            raise AssertionError(f"{message}, at {wc_id}: {differences(station, other.stations[wc_id])}")
    assert one.desk.state == other.desk.state, f"{message}, at {DESK}: {one.desk.state} {other.desk.state}"
    assert one.desk.directories == other.desk.directories, f"{message}: directories"


def differences(one: Station | Desk, other: Station | Desk) -> list[str]:
    """The parts of a state that are not equal."""
    slots = type(one.state).__dataclass_fields__
    pairs = ((name, getattr(one.state, name), getattr(other.state, name)) for name in slots)
    return [f"{name}: {left} is not {right}" for name, left, right in pairs if left != right]
