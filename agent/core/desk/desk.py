"""What concerns the agent rather than one work center: its own life, the MES's directories and commands."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal, TypeAlias, get_args
from uuid import UUID

from pydantic import TypeAdapter

from agent.core.contract.commands import Correct
from agent.core.contract.envelope import Row
from agent.core.corrections import passing_on
from agent.core.corrections.targets import Target
from agent.core.desk import configured, desk_commands, shedding
from agent.core.desk.copying import Copying
from agent.core.desk.shedding import Shed
from agent.core.directories import Directories
from agent.core.directories.copies import Kept
from agent.core.directories.parts import NO_ASSEMBLIES, Assemblies
from agent.core.discrepancies.register import EMPTY, HEARD, Register, RegisterTurn
from agent.core.draft import Draft, Provenance
from agent.core.facts import (
    AgentStarted,
    AgentStopping,
    ClockStepped,
    Fact,
    Keys,
    ShiftSummary,
    StorageLevel,
    Versions,
)
from agent.core.fingerprint import Fingerprint
from agent.core.identity import IdBlock
from agent.core.observations import (
    ClockStep,
    Configured,
    Directive,
    Entry,
    Finding,
    Reckoned,
    Started,
    Stopping,
    Storage,
    Tick,
)
from agent.core.observed import Observation
from agent.core.reconciliation import reconciling
from agent.core.reconciliation.wanted import NO_PLANT, NOTHING, Agenda, Plant, of_shift
from agent.core.times import iso, milliseconds
from agent.core.values import replace
from agent.core.views import Reply

Happening: TypeAlias = Started | Stopping | Finding | Reckoned | Storage | Configured | ClockStep | Tick
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
    agenda: Agenda = NOTHING
    """Digests that are to be made."""
    configuration: Fingerprint | None = None
    """Read last."""


_SNAPSHOT = TypeAdapter(DeskState)
Taken: TypeAlias = tuple[tuple[str, str], ...]
"""Claims with their values."""
NO_CLAIMS: Mapping[str, str] = {}
HEEDED = (*get_args(HEARD), ShiftSummary)
"""What the desk follows of what stations tell."""


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
    plant: Plant = NO_PLANT
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
        return desk_commands.claims_needed(observation) if isinstance(observation, Directive | Reckoned) else ()

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
        if not any(isinstance(fact.data, HEEDED) for fact in facts):
            return self, ()
        turn = RegisterTurn(self.state.register, dict(claims))
        turn.hear(facts)
        agenda = self.state.agenda
        for wanted in filter(None, map(of_shift, facts)):
            agenda = agenda.asking(wanted)
        return replace(self, state=replace(self.state, register=turn.register, agenda=agenda)), tuple(turn.claims)

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
            case Configured():
                state = replace(self.state, configuration=observation.read, numbers=self.state.numbers + 1)
                configured.tell(observation, self.state.configuration, draft, state.numbers)
                desk = replace(self, state=state)
            case ClockStep():
                before, numbers = observation.observed.wall - observation.by, self.state.numbers + 1
                _tell_step(draft, "set", before, f"{self.state.instance}:{milliseconds(before)}:{numbers}")
                desk = replace(self, state=replace(self.state, numbers=numbers))
            case Reckoned():
                return self._reckoned(observation, draft, turn)
            case Tick():
                turn.expire(draft.observed, draft)
                agenda = self.state.agenda.at(draft.observed, self.plant)
                desk = self if agenda is self.state.agenda else replace(self, state=replace(self.state, agenda=agenda))
                return desk.with_copies(observation, draft, turn)
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
        state = self.state
        refused, number = directive.refused, state.numbers + 1
        around = desk_commands.Around(self.commands, self.plant, state.agenda, answer, refused, number)
        ran = desk_commands.run(directive, around, draft, turn)
        state = replace(
            state,
            numbers=state.numbers + (ran.reply.code == "REFUSED"),
            agenda=ran.agenda,
            message=state.message if ran.message is None else ran.message,
        )
        return DeskOutcome(replace(self, state=state), tuple(draft.facts), ran.reply)

    def _reckoned(self, reckoned: Reckoned, draft: Draft, turn: RegisterTurn) -> DeskOutcome:
        """Each digest that is wanted is made once; figures are compared with those of the MES as they are by now."""
        reply, desk = Reply(accepted=True, code="ok", message="Noted."), self
        wanted = self.state.agenda.find(reckoned.scope, reckoned.center, reckoned.key)
        figures = self.directories.figures.get((reckoned.center, reckoned.key))
        if wanted is not None:
            reconciling.tell_digest(reckoned, wanted, turn, draft)
            desk = replace(self, state=replace(self.state, agenda=self.state.agenda.without(wanted)))
        elif reckoned.scope == "figures" and figures is not None and figures.rev == reckoned.rev:
            reconciling.compare(reckoned, figures, turn, draft)
        return DeskOutcome(desk, tuple(draft.facts), reply)


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
