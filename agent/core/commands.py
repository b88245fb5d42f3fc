"""What the MES may ask of the agent: known commands only, listed in the configuration, each run once."""

from __future__ import annotations

from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field


class Command(BaseModel):
    """What every command carries."""

    model_config = ConfigDict(frozen=True, extra="ignore", use_attribute_docstrings=True)
    command_id: Annotated[str, Field(min_length=8, max_length=64)]
    """Made by the MES; a repeat is answered, not run again."""
    issued_at: AwareDatetime
    expires_at: AwareDatetime | None = None
    """Real time after which it is not to be run any more."""
    actor: Annotated[str, Field(min_length=1, max_length=64)]
    reason: str = ""


class Replay(Command):
    """Send a range of facts of an epoch again."""

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)
    epoch: str
    first: Annotated[int, Field(ge=1, alias="from")]
    last: Annotated[int, Field(ge=1, alias="to")]


class Message(Command):
    """Show a sentence to the operators."""

    text: Annotated[str, Field(min_length=1, max_length=500)]


COMMANDS: dict[str, type[Command]] = {"replay": Replay, "message": Message}
