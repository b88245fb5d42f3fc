"""What concerns the agent rather than one work center: its own life, the MES's directories and commands."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal, TypeAlias
from uuid import UUID

from pydantic import TypeAdapter, ValidationError

from agent.core import concern as concerns
from agent.core import movements, passing_on, shedding
from agent.core.commands import COMMANDS, Correct, Message, Resolve, Settle
from agent.core.concern import RECORDS, Decision
from agent.core.copying import Copying
from agent.core.directories import Directories
from agent.core.directories.copies import Kept
from agent.core.directories.parts import NO_ASSEMBLIES, Assemblies
from agent.core.draft import Draft, Provenance
from agent.core.envelope import Row
from agent.core.errors import EntryRefusedError
from agent.core.facts import (
    AgentStarted,
    AgentStopping,
    ClockStepped,
    CommandRun,
    Fact,
    Keys,
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
from agent.core.register import EMPTY, HEARD, Register, RegisterTurn
from agent.core.shedding import Shed
from agent.core.targets import Target
from agent.core.times import iso, milliseconds
from agent.core.values import replace
from agent.core.views import Reply

Happening: TypeAlias = Started | Stopping | Finding | Storage | ClockStep | Tick
"""Whatever reaches the desk but what the MES sends."""
AgentObservation: TypeAlias = Happening | Directive


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
    """See `Copying.refused`."""
    latest: dict[str, str] = field(default_factory=dict)
    """See `Copying.latest`."""
    register: Register = EMPTY
    """Discrepancies that nobody has resolved."""


_SNAPSHOT = TypeAdapter(DeskState)
Taken: TypeAlias = tuple[tuple[str, str], ...]
"""Claims with their values."""
NO_CLAIMS: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class DeskOutcome:
    """What one observation came to."""

    desk: Desk
    facts: tuple[Fact, ...]
    reply: Reply | None = None
    kept: tuple[Kept, ...] = ()
    """What became of copies of the MES's objects, to be kept with the facts."""
    claims: Taken = ()
    """Records to be stored with the facts."""


@dataclass(frozen=True, slots=True)
class Desk:
    """The agent's own station."""

    agent_version: str
    provenance: Provenance
    commands: tuple[str, ...]
    """Commands that are carried out."""
    directories: Directories
    state: DeskState = DeskState()
    assemblies: Assemblies = field(default_factory=lambda: NO_ASSEMBLIES)
    """Lists that come in parts and are not whole yet; they come again with the next connection."""

    def restored(self, snapshot: bytes) -> Desk:
        """The desk as the snapshot left it; former versions wrote plain JSON."""
        text = snapshot if snapshot.startswith(b"{") else zlib.decompress(snapshot)
        return replace(self, state=_SNAPSHOT.validate_json(text))

    def snapshot(self) -> bytes:
        """The whole state but the directories: JSON, deflated (RFC 1950)."""
        return zlib.compress(_SNAPSHOT.dump_json(self.state))

    @staticmethod
    def claims_needed(observation: object) -> tuple[str, ...]:
        """Claims whose values `observe` must be given."""
        match observation:
            case Directive(name="cmd/resolve"):
                return _named(observation.payload)
            case Directive(name="cmd/settle"):
                return movements.claims_of_command(observation.payload)
        return ()

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

    def hear(self, facts: tuple[Fact, ...], claims: Taken) -> tuple[Desk, Taken]:
        """What a station told and took: the desk with its discrepancies entered, and records to be stored with that."""
        if not any(isinstance(fact.data, HEARD) for fact in facts):
            return self, ()
        turn = RegisterTurn(self.state.register, dict(claims))
        turn.hear(facts)
        return self.with_register(turn.register), tuple(turn.claims)

    def observe(
        self,
        observation: AgentObservation,
        ids: UUID,
        answer: Reply | None = None,
        claims: Mapping[str, str] = NO_CLAIMS,
    ) -> DeskOutcome:
        """Take one observation.

        Args:
            observation: what concerns the agent.
            ids: base of the block of ids for it.
            answer: of the work center that a command was passed on to.
            claims: those of the claims asked for that have been taken.
        """
        draft = Draft(IdBlock(ids), observation.observed.wall, self.provenance, Keys(), Versions())
        turn = RegisterTurn(self.state.register, claims)
        if not isinstance(observation, Directive):
            outcome = self._live(observation, draft, turn)
        elif observation.name.startswith("cmd/"):
            outcome = self._command(observation, draft, turn, answer)
        else:
            outcome = self.with_copies(observation, draft, turn)
        if turn.register is self.state.register:
            return replace(outcome, claims=tuple(turn.claims))
        return replace(outcome, desk=outcome.desk.with_register(turn.register), claims=tuple(turn.claims))

    def _live(self, observation: Happening, draft: Draft, turn: RegisterTurn) -> DeskOutcome:
        desk, reply = self, None
        match observation:
            case Started():
                # What was scheduled for a time when nobody ran is in force before anything else is seen.
                return self._start(observation, draft).with_copies(observation, draft, turn)
            case Storage():
                return self._storage(observation, draft)
            case Stopping():
                data = AgentStopping(keys=draft.keys, quality=draft.quality("rule"), instance=self.state.instance)
                draft.add(data, draft.observed, f"agent:{self.state.instance}:stopping")
                desk = replace(self, state=replace(self.state, stopped_cleanly=True))
            case Finding():
                observation.discrepancy.tell(draft, "rule", observation.key)
                turn.enter(draft.facts)
                reply = Reply(accepted=True, code="ok", message="Noted.")
            case ClockStep():
                before = observation.observed.wall - observation.by
                _tell_step(draft, "set", before, f"{self.state.instance}:{milliseconds(before)}")
            case Tick():
                turn.expire(draft.observed, draft)
                return self.with_copies(observation, draft, turn)
        return DeskOutcome(desk, tuple(draft.facts), reply)

    def with_register(self, register: Register) -> Desk:
        """The desk with this register."""
        return replace(self, state=replace(self.state, register=register))

    def _start(self, started: Started, draft: Draft) -> Desk:
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
        return replace(self, state=replace(self.state, instance=started.instance, stopped_cleanly=False))

    def spared(self, facts: tuple[Fact, ...]) -> tuple[Desk, tuple[Fact, ...]]:
        """Those of the facts that there is space for, and the desk that remembers the rest of them as shed."""
        shed, kept = shedding.spared(self.state.storage, self.state.shed, facts)
        return (self if kept is facts else replace(self, state=replace(self.state, shed=shed))), kept

    def _storage(self, storage: Storage, draft: Draft) -> DeskOutcome:
        state = self.state
        if storage.level == state.storage:
            return DeskOutcome(self, ())
        numbers = state.numbers + 1
        shed = shedding.tell(storage, state.shed, draft, numbers)
        state = replace(state, storage=storage.level, numbers=numbers, shed=shed)
        return DeskOutcome(replace(self, state=state), tuple(draft.facts))

    def with_copies(self, observation: AgentObservation, draft: Draft, turn: RegisterTurn) -> DeskOutcome:
        """What the MES says of its objects, or what was scheduled for now; and the contradictions that end with it."""
        state, mark = self.state, len(draft.facts)
        copying = Copying(self.directories, self.assemblies, state.refused, state.latest, state.numbers, draft)
        if isinstance(observation, Directive):
            copying.hear(observation)
        else:
            copying.pass_time()
            if not copying.kept:
                return DeskOutcome(self, tuple(draft.facts))
        turn.enter(draft.facts[mark:])
        if copying.kept:
            turn.settle(copying.directories, draft)
        refused, latest = dict(copying.refused), dict(copying.latest)
        state = replace(state, numbers=copying.numbers, refused=refused, latest=latest)
        desk = replace(self, directories=copying.directories, assemblies=copying.assemblies, state=state)
        return DeskOutcome(desk, tuple(draft.facts), kept=tuple(copying.kept))

    def _correction(self, directive: Directive) -> Correct | None:
        return passing_on.correction_in(directive) if "correct" in self.commands else None

    def _command(self, directive: Directive, draft: Draft, turn: RegisterTurn, answer: Reply | None) -> DeskOutcome:
        name = directive.name.removeprefix("cmd/")
        if name not in COMMANDS or name not in self.commands:
            allowed = ", ".join(self.commands)
            return self._refused(name, f"command '{name}' is not allowed here; allowed: {allowed}", draft)
        try:
            command = COMMANDS[name].model_validate_json(directive.payload)
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            where = ".".join(str(part) for part in first["loc"])
            return self._refused(name, f"command {name}: {where}: {first['msg']}", draft)
        reply, state = Reply(accepted=True, code="ok", message=command.reason), self.state
        match command:
            case Message():
                state = replace(state, message=command.text)
            case Correct():
                reply = answer or passing_on.no_such_fact(command)
            case Resolve():
                reply = _settled(command, draft, turn)
            case Settle():
                reply = _movement_settled(command, draft, turn)
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


def _settled(command: Resolve, draft: Draft, turn: RegisterTurn) -> Reply:
    decision = Decision("mes", command.actor, command.comment or command.reason)
    try:
        concern = turn.find(command.discrepancy_id)
        if command.resolution is None:
            turn.change(concerns.acknowledged(concern, decision, draft))
        else:
            turn.change(concerns.resolved(concern, command.resolution, decision, draft))
    except EntryRefusedError as refusal:
        return Reply(accepted=False, code=refusal.code, message=str(refusal))
    return Reply(accepted=True, code="ok", message=command.reason)


def _movement_settled(command: Settle, draft: Draft, turn: RegisterTurn) -> Reply:
    try:
        movements.settle(command, turn, draft)
    except EntryRefusedError as refusal:
        return Reply(accepted=False, code=refusal.code, message=str(refusal))
    return Reply(accepted=True, code="ok", message=command.reason)


def _named(payload: bytes) -> tuple[str, ...]:
    try:
        return (RECORDS.key(Resolve.model_validate_json(payload).discrepancy_id),)
    except ValidationError:
        return ()
