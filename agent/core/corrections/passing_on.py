"""The command `correct`, as it is passed on to the work center of the fact that it names (domain.md R21, G3)."""

from __future__ import annotations

from pydantic import TypeAdapter, ValidationError

from agent.core.contract.commands import Correct
from agent.core.contract.envelope import Row
from agent.core.corrections.targets import Target
from agent.core.observations import Directive, Entry
from agent.core.views import OF_COMMANDS, Reply

_SET = TypeAdapter(dict[str, str | None])


def correction_in(directive: Directive) -> Correct | None:
    """The command, where it is one and has its published form."""
    if directive.name != "cmd/correct":
        return None
    try:
        return Correct.model_validate_json(directive.payload)
    except ValidationError:
        return None


def target_of(command: Correct) -> Target:
    """The fact that it names."""
    return Target(command.target_id, command.target_sequence, command.epoch)


def entry_of(command: Correct, directive: Directive, target: Row) -> Entry | None:
    """What it comes to at a work center; None where the fact is about none."""
    if target.wc_id is None:
        return None
    arguments = {
        "target_id": str(command.target_id),
        "target_sequence": str(command.target_sequence),
        "epoch": command.epoch,
        "set": _SET.dump_json(command.set).decode(),
        "reason": command.reason,
        "comment": command.comment,
    }
    client_id = f"{OF_COMMANDS}{command.command_id}"
    return Entry(target.wc_id, f"{command.action}_fact", arguments, directive.observed, client_id, command.actor, "mes")


def no_such_fact(command: Correct) -> Reply:
    """The answer where no work center here has the fact."""
    place = f"sequence {command.target_sequence} of epoch {command.epoch}"
    message = f"no fact {command.target_id} of a work center of this agent stands at {place}; expected one that does"
    return Reply(accepted=False, code="UNKNOWN_FACT", message=message)
