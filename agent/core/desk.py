"""What concerns the agent rather than one work center: its own life, the MES's directories and commands."""

from __future__ import annotations

from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Literal
from uuid import UUID

from pydantic import TypeAdapter, ValidationError

from agent.core import directories as plan
from agent.core.commands import COMMANDS
from agent.core.directories import Directories
from agent.core.draft import Draft, Provenance
from agent.core.errors import InvalidMessageError
from agent.core.facts import AgentStarted, AgentStopping, CommandRun, DirectoryApplied, Fact, Keys, Versions
from agent.core.identity import IdBlock
from agent.core.observations import Directive, Started, Stopping
from agent.core.times import iso
from agent.core.views import Reply


@dataclass(frozen=True, slots=True)
class DeskState:
    """What the desk remembers."""

    instance: str = ""
    stopped_cleanly: bool = True
    message: str = ""
    """The MES's last word to the operators."""
    numbers: int = 0


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

    def observe(self, observation: Started | Stopping | Directive, ids: UUID) -> DeskOutcome:
        """Take one observation."""
        draft = Draft(IdBlock(ids), observation.observed.wall, self.provenance, Keys(), Versions())
        match observation:
            case Started():
                return self._start(observation, draft)
            case Stopping():
                data = AgentStopping(keys=draft.keys, quality=draft.quality("rule"), instance=self.state.instance)
                draft.add(data, draft.observed, f"agent:{self.state.instance}:stopping")
                return DeskOutcome(replace(self, state=replace(self.state, stopped_cleanly=True)), tuple(draft.facts))
            case Directive():
                if observation.name.startswith("cmd/"):
                    return self._command(observation, draft)
                return self._directory(observation, draft)

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
        state = replace(self.state, instance=started.instance, stopped_cleanly=False)
        return DeskOutcome(replace(self, state=state), tuple(draft.facts))

    def _directory(self, directive: Directive, draft: Draft) -> DeskOutcome:
        desk, rev, detail = self, None, ""
        outcome: Literal["applied", "refused", "withdrawn"] = "applied" if directive.payload else "withdrawn"
        try:
            taken, rev = plan.applied(self.directories, directive.wc_id, directive.name, directive.payload)
            if taken == self.directories:
                return DeskOutcome(self, ())
            desk = replace(self, directories=taken)
        except InvalidMessageError as error:
            outcome, detail = "refused", str(error)
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
        desk = replace(desk, state=replace(desk.state, numbers=numbers))
        return DeskOutcome(desk, tuple(draft.facts), kept=outcome != "refused")

    def _command(self, directive: Directive, draft: Draft) -> DeskOutcome:
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
        if name == "message":
            state = replace(state, message=getattr(command, "text", ""))
        self._tell_command(name, command.command_id, "done", command.reason, draft, command.actor)
        reply = Reply(accepted=True, code="ok", message=command.reason)
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
