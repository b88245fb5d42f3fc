"""The MES's commands: each known, allowed, told as a fact, and answered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pydantic import ValidationError

from agent.core.contract.commands import COMMANDS, Command, Correct, Message, Reconcile, Resolve, Settle
from agent.core.corrections import passing_on
from agent.core.discrepancies import concern as concerns
from agent.core.discrepancies.concern import RECORDS, Decision
from agent.core.discrepancies.register import RegisterTurn
from agent.core.draft import Draft
from agent.core.errors import EntryRefusedError
from agent.core.facts import CommandRun
from agent.core.materials import movements
from agent.core.observations import Directive, Reckoned
from agent.core.reconciliation import comparing
from agent.core.reconciliation.wanted import MOST_WANTED, Agenda, Plant, Wanted
from agent.core.views import Reply


@dataclass(frozen=True, slots=True)
class Ran:
    """What a command came to."""

    reply: Reply
    agenda: Agenda
    message: str | None = None
    """For the operators."""


@dataclass(frozen=True, slots=True)
class Around:
    """What a command may depend on."""

    allowed: tuple[str, ...]
    plant: Plant
    agenda: Agenda
    answer: Reply | None
    """Of the work center that it was passed on to."""
    refused: str
    """Why the agent could not do what it asks."""
    number: int
    """For one that is refused before it has a name of its own."""


def run(directive: Directive, around: Around, draft: Draft, turn: RegisterTurn) -> Ran:
    """Carry out a command and tell it, or refuse it and tell that."""
    name = directive.name.removeprefix("cmd/")
    if name not in COMMANDS or name not in around.allowed:
        allowed = ", ".join(around.allowed)
        return _refused(name, f"command '{name}' is not allowed here; allowed: {allowed}", around, draft)
    try:
        command = COMMANDS[name].model_validate_json(directive.payload)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        return _refused(name, f"command {name}: {where}: {first['msg']}", around, draft)
    ran = _carried_out(command, around, draft, turn)
    outcome: Literal["done", "refused"] = "done" if ran.reply.accepted else "refused"
    _tell(name, command.command_id, outcome, ran.reply.message, draft, command.actor)
    return ran


def claims_needed(observation: Directive | Reckoned) -> tuple[str, ...]:
    """Records that a command, or figures that were added up, must be given."""
    if isinstance(observation, Reckoned):
        return (comparing.RECORDS.key(observation.center, observation.key),) if observation.scope == "figures" else ()
    if observation.name == "cmd/settle":
        return movements.claims_of_command(observation.payload)
    if observation.name != "cmd/resolve":
        return ()
    try:
        return (RECORDS.key(Resolve.model_validate_json(observation.payload).discrepancy_id),)
    except ValidationError:
        return ()


def _carried_out(command: Command, around: Around, draft: Draft, turn: RegisterTurn) -> Ran:
    not_done = around.refused
    reply = Reply(accepted=not not_done, code="NOT_DONE" if not_done else "ok", message=not_done or command.reason)
    match command:
        case Message():
            return Ran(reply, around.agenda, command.text)
        case Correct():
            return Ran(around.answer or passing_on.no_such_fact(command), around.agenda)
        case Resolve():
            return Ran(_settled(command, draft, turn), around.agenda)
        case Settle():
            return Ran(_movement_settled(command, draft, turn), around.agenda)
        case Reconcile():
            return _asked(command, around)
    return Ran(reply, around.agenda)


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


def _asked(command: Reconcile, around: Around) -> Ran:
    agenda, centers = around.agenda, around.plant.centers
    if command.wc_id not in centers:
        found = f"no work center '{command.wc_id}' here; expected one of {', '.join(centers)}"
        return Ran(Reply(accepted=False, code="UNKNOWN_WORK_CENTER", message=found), agenda)
    if len(agenda.wanted) >= MOST_WANTED:
        busy = f"{len(agenda.wanted)} digests are still to be made; ask again later"
        return Ran(Reply(accepted=False, code="TOO_MANY", message=busy), agenda)
    day, shift_id = command.business_date.isoformat(), command.shift_id
    wanted = Wanted("request", command.wc_id, command.command_id, business_date=day, shift_id=shift_id)
    return Ran(Reply(accepted=True, code="ok", message="The digest follows as a fact."), agenda.asking(wanted))


def _refused(name: str, detail: str, around: Around, draft: Draft) -> Ran:
    _tell(name, f"refused-{around.number}", "refused", detail, draft, None)
    return Ran(Reply(accepted=False, code="REFUSED", message=detail), around.agenda)


def _tell(
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
