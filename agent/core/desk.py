"""What concerns the agent rather than one work center: its own life, the MES's directories and commands."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from hashlib import sha256
from typing import Literal, TypeAlias
from uuid import UUID

from pydantic import TypeAdapter, ValidationError

from agent.core import directories as plan
from agent.core import passing_on
from agent.core.commands import COMMANDS, Correct, Message
from agent.core.directories import Directories
from agent.core.draft import Draft, Provenance
from agent.core.envelope import Row
from agent.core.errors import InvalidMessageError
from agent.core.facts import (
    AgentStarted,
    AgentStopping,
    ClockStepped,
    CommandRun,
    DetailShed,
    DirectoryApplied,
    Fact,
    Keys,
    StorageChanged,
    StorageLevel,
    Versions,
)
from agent.core.identity import IdBlock
from agent.core.observations import (
    ClockStep,
    Directive,
    Entry,
    Finding,
    Observation,
    Started,
    Stopping,
    Storage,
    Tick,
)
from agent.core.targets import Target
from agent.core.times import iso, milliseconds
from agent.core.values import replace
from agent.core.views import Reply

MOST_REFUSED = 50
"""Refused directories that are remembered; a snapshot is small whatever is sent."""
SHEDDING: frozenset[StorageLevel] = frozenset({"scarce", "reserve"})
"""Levels at which no detail is kept."""

Happening: TypeAlias = Started | Stopping | Finding | Storage | ClockStep | Tick
"""Whatever reaches the desk but what the MES sends."""
AgentObservation: TypeAlias = Happening | Directive


@dataclass(frozen=True, slots=True)
class Shed:
    """Detail that was not kept."""

    count: int
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class DeskState:
    """What the desk remembers."""

    instance: str = ""
    stopped_cleanly: bool = True
    message: str = ""
    """The MES's last word to the operators."""
    numbers: int = 0
    storage: StorageLevel = "ample"
    shed: Shed | None = None
    refused: dict[str, str] = field(default_factory=dict)
    """Of each directory that was refused last, by a hash of its name: a hash of the payload. Retained, it comes again
    with every connection and is told once."""


_SNAPSHOT = TypeAdapter(DeskState)


@dataclass(frozen=True, slots=True)
class DeskOutcome:
    """What one observation came to."""

    desk: Desk
    facts: tuple[Fact, ...]
    reply: Reply | None = None
    kept: bool = False
    """The directive's payload is to be kept as our copy of the MES's object."""


@dataclass(frozen=True, slots=True)
class Desk:
    """The agent's own station."""

    agent_version: str
    provenance: Provenance
    commands: tuple[str, ...]
    """Commands that are carried out."""
    directories: Directories
    state: DeskState = DeskState()

    def restored(self, snapshot: bytes) -> Desk:
        """The desk as the snapshot left it."""
        return replace(self, state=_SNAPSHOT.validate_json(snapshot))

    def snapshot(self) -> bytes:
        """The whole state but the directories, as JSON."""
        return _SNAPSHOT.dump_json(self.state)

    def target_named(self, directive: Directive) -> Target | None:
        """The fact that a command is about."""
        command = self._correction(directive)
        return None if command is None else passing_on.target_of(command)

    def passed_on(self, observation: Observation, target: Row | None) -> Entry | None:
        """The entry that a command comes to at the work center of the fact that it names."""
        if target is None or not isinstance(observation, Directive):
            return None
        command = self._correction(observation)
        return None if command is None else passing_on.entry_of(command, observation, target)

    def observe(self, observation: AgentObservation, ids: UUID, answer: Reply | None = None) -> DeskOutcome:
        """Take one observation.

        Args:
            observation: what concerns the agent.
            ids: base of the block of ids for it.
            answer: of the work center that a command was passed on to.
        """
        draft = Draft(IdBlock(ids), observation.observed.wall, self.provenance, Keys(), Versions())
        if isinstance(observation, Directive):
            is_command = observation.name.startswith("cmd/")
            return self._command(observation, draft, answer) if is_command else self._directory(observation, draft)
        return self._live(observation, draft)

    def _live(self, observation: Happening, draft: Draft) -> DeskOutcome:
        match observation:
            case Started():
                return self._start(observation, draft)
            case Stopping():
                data = AgentStopping(keys=draft.keys, quality=draft.quality("rule"), instance=self.state.instance)
                draft.add(data, draft.observed, f"agent:{self.state.instance}:stopping")
                return DeskOutcome(replace(self, state=replace(self.state, stopped_cleanly=True)), tuple(draft.facts))
            case Finding():
                observation.discrepancy.tell(draft, "rule", observation.key)
                return DeskOutcome(self, tuple(draft.facts), Reply(accepted=True, code="ok", message="Noted."))
            case Storage():
                return self._storage(observation, draft)
            case ClockStep():
                before = observation.observed.wall - observation.by
                _tell_step(draft, "set", before, f"{self.state.instance}:{milliseconds(before)}")
                return DeskOutcome(self, tuple(draft.facts))
            case Tick():
                return DeskOutcome(self, ())

    def _start(self, started: Started, draft: Draft) -> DeskOutcome:
        after: Literal["first_start", "clean_stop", "crash"] = "first_start"
        if started.down_since is not None:
            after = "clean_stop" if self.state.stopped_cleanly else "crash"
        data = AgentStarted(
            keys=draft.keys,
            quality=draft.quality("rule"),
            version=self.agent_version,
            instance=started.instance,
            after=after,
            down_since=None if started.down_since is None else iso(started.down_since),
        )
        draft.add(data, draft.observed, f"agent:{started.instance}:started")
        if started.down_since is not None and started.down_since > draft.observed:
            _tell_step(draft, "restart", started.down_since, started.instance)
        state = replace(self.state, instance=started.instance, stopped_cleanly=False)
        return DeskOutcome(replace(self, state=state), tuple(draft.facts))

    def spared(self, facts: tuple[Fact, ...]) -> tuple[Desk, tuple[Fact, ...]]:
        """Those of the facts that there is space for, and the desk that remembers the rest of them as shed."""
        if self.state.storage not in SHEDDING or not any(fact.data.DETAIL for fact in facts):
            return self, facts
        times = [fact.time for fact in facts if fact.data.DETAIL]
        known = self.state.shed or Shed(0, min(times), max(times))
        shed = Shed(known.count + len(times), min(known.start, *times), max(known.end, *times))
        kept = tuple(fact for fact in facts if not fact.data.DETAIL)
        return replace(self, state=replace(self.state, shed=shed)), kept

    def _storage(self, storage: Storage, draft: Draft) -> DeskOutcome:
        state = self.state
        if storage.level == state.storage:
            return DeskOutcome(self, ())
        state = replace(state, storage=storage.level, numbers=state.numbers + 1)
        changed = StorageChanged(
            keys=draft.keys,
            quality=draft.quality("rule"),
            level=storage.level,
            free_bytes=storage.free_bytes,
            journal_bytes=storage.journal_bytes,
        )
        draft.add(changed, draft.observed, f"storage:{state.numbers}")
        if state.shed is not None and storage.level not in SHEDDING:
            shed, state = state.shed, replace(state, shed=None)
            detail = DetailShed(
                keys=draft.keys,
                quality=draft.quality("rule"),
                count=shed.count,
                start=iso(shed.start),
                end=iso(shed.end),
            )
            draft.add(detail, draft.observed, f"shed:{state.numbers}")
        return DeskOutcome(replace(self, state=state), tuple(draft.facts))

    def _directory(self, directive: Directive, draft: Draft) -> DeskOutcome:
        desk, rev, detail = self, None, ""
        outcome: Literal["applied", "refused", "withdrawn"] = "applied" if directive.payload else "withdrawn"
        name = _hashed(f"{directive.wc_id or '-'}/{directive.name}".encode())
        refused = {known: payload for known, payload in self.state.refused.items() if known != name}
        try:
            taken, rev = plan.applied(self.directories, directive.wc_id, directive.name, directive.payload)
            if taken == self.directories:
                return DeskOutcome(replace(self, state=replace(self.state, refused=refused)), ())
            desk = replace(self, directories=taken)
        except InvalidMessageError as error:
            if self.state.refused.get(name) == _hashed(directive.payload):
                return DeskOutcome(self, ())
            outcome, detail = "refused", str(error)
            refused = dict([*refused.items(), (name, _hashed(directive.payload))][-MOST_REFUSED:])
        numbers = self.state.numbers + 1
        data = DirectoryApplied(
            keys=Keys(wc_id=directive.wc_id),
            quality=draft.quality("mes"),
            name=directive.name,
            outcome=outcome,
            rev=rev,
            sha256=sha256(directive.payload).hexdigest(),
            detail=detail,
        )
        draft.add(data, draft.observed, f"dir:{directive.wc_id or '-'}:{directive.name}:{numbers}")
        desk = replace(desk, state=replace(desk.state, numbers=numbers, refused=refused))
        return DeskOutcome(desk, tuple(draft.facts), kept=outcome != "refused")

    def _correction(self, directive: Directive) -> Correct | None:
        return passing_on.correction_in(directive) if "correct" in self.commands else None

    def _command(self, directive: Directive, draft: Draft, answer: Reply | None) -> DeskOutcome:
        name = directive.name.removeprefix("cmd/")
        state = self.state
        if name not in COMMANDS or name not in self.commands:
            allowed = ", ".join(self.commands)
            return self._refused(name, f"command '{name}' is not allowed here; allowed: {allowed}", draft)
        try:
            command = COMMANDS[name].model_validate_json(directive.payload)
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            where = ".".join(str(part) for part in first["loc"])
            return self._refused(name, f"command {name}: {where}: {first['msg']}", draft)
        reply = Reply(accepted=True, code="ok", message=command.reason)
        if isinstance(command, Message):
            state = replace(state, message=command.text)
        elif isinstance(command, Correct):
            reply = answer or passing_on.no_such_fact(command)
        outcome: Literal["done", "refused"] = "done" if reply.accepted else "refused"
        self._tell_command(name, command.command_id, outcome, reply.message, draft, command.actor)
        return DeskOutcome(replace(self, state=state), tuple(draft.facts), reply)

    def _refused(self, name: str, detail: str, draft: Draft) -> DeskOutcome:
        number = self.state.numbers + 1
        self._tell_command(name, f"refused-{number}", "refused", detail, draft, None)
        desk = replace(self, state=replace(self.state, numbers=number))
        return DeskOutcome(desk, tuple(draft.facts), Reply(accepted=False, code="REFUSED", message=detail))

    @staticmethod
    def _tell_command(
        name: str, command_id: str, outcome: Literal["done", "refused"], detail: str, draft: Draft, actor: str | None
    ) -> None:
        data = CommandRun(
            keys=draft.keys,
            quality=draft.quality("mes"),
            command_id=command_id,
            name=name,
            outcome=outcome,
            detail=detail,
            actor=actor,
        )
        draft.add(data, draft.observed, f"cmd:{command_id}")


def _tell_step(draft: Draft, cause: Literal["set", "restart"], before: float, key: str) -> None:
    data = ClockStepped(
        keys=draft.keys,
        quality=draft.quality("rule"),
        cause=cause,
        before=iso(before),
        after=iso(draft.observed),
        offset_s=Decimal(milliseconds(draft.observed) - milliseconds(before)).scaleb(-3),
    )
    draft.add(data, draft.observed, f"clock:{key}")


def _hashed(octets: bytes) -> str:
    return sha256(octets).hexdigest()[:32]
