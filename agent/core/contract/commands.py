"""What the MES may ask of the agent: known commands only, listed in the configuration, each run once."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from agent.core.facts import CorrectionAction


class Command(BaseModel):
    """What every command carries."""

    model_config = ConfigDict(frozen=True, defer_build=True, extra="ignore", use_attribute_docstrings=True)
    command_id: Annotated[str, Field(min_length=8, max_length=64)]
    """Made by the MES; a repeat is answered, not run again."""
    issued_at: AwareDatetime
    expires_at: AwareDatetime | None = None
    """Real time after which it is not to be run any more."""
    actor: Annotated[str, Field(min_length=1, max_length=64)]
    reason: str = ""


class Replay(Command):
    """Send a range of facts of an epoch again."""

    model_config = ConfigDict(frozen=True, defer_build=True, extra="ignore", populate_by_name=True)
    epoch: str
    first: Annotated[int, Field(ge=1, alias="from")]
    last: Annotated[int, Field(ge=1, alias="to")]


class Message(Command):
    """Show a sentence to the operators."""

    text: Annotated[str, Field(min_length=1, max_length=500)]


class Correct(Command):
    """Correct a fact, whenever it was: no closed shift and no closed order stands in the way (domain.md R21)."""

    reason: Annotated[str, Field(min_length=1, max_length=64)]
    """Code out of the directory of corrections."""
    target_id: UUID
    target_sequence: Annotated[int, Field(ge=1, le=10**18)]
    epoch: Annotated[str, Field(min_length=1)]
    """Of the target: the present one of this agent's journal or a former one of the same file."""
    action: CorrectionAction
    set: Annotated[dict[str, str | None], Field(max_length=40)] = {}
    """Fields by path, such as `qty_scrap` or `keys.order_id`, with what they are from now on; empty for void."""
    comment: Annotated[str, Field(max_length=500)] = ""


class Resolve(Command):
    """Acknowledge or resolve a discrepancy (domain.md G4)."""

    discrepancy_id: Annotated[str, Field(min_length=1, max_length=64)]
    action: Literal["acknowledge", "resolve"]
    resolution: Literal["accepted", "corrected", "ignore", "released", "known", "agreed"] | None = None
    """What it comes to, where it is resolved."""
    comment: Annotated[str, Field(max_length=500)] = ""
    """The command's reason where it is empty."""

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if (self.action == "resolve") != (self.resolution is not None):
            raise ValueError("action 'resolve' needs a resolution, and 'acknowledge' has none")
        return self


class Settle(Command):
    """Confirm or reject a movement of material (requirement 11); `reason` says why it is rejected."""

    movement_id: Annotated[str, Field(min_length=1, max_length=64)]
    state: Literal["confirmed", "rejected"]


class Reconcile(Command):
    """Add up a shift or a business day of a work center anew, out of the journal (requirement 98)."""

    wc_id: Annotated[str, Field(min_length=1, max_length=64)]
    business_date: date
    shift_id: Annotated[str, Field(min_length=1, max_length=64)] | None = None
    """Null is the whole day."""


class Reload(Command):
    """Read the configuration anew, as SIGHUP does; answered when it is in force, or with the reason why it is not."""


COMMANDS: dict[str, type[Command]] = {
    "replay": Replay,
    "message": Message,
    "resolve": Resolve,
    "correct": Correct,
    "settle": Settle,
    "reconcile": Reconcile,
    "reload": Reload,
}
