"""What the agent's retained status on the broker says of who used this identity last (design: the crash contract)."""

from __future__ import annotations

from enum import Enum

from pydantic import BaseModel, ConfigDict, ValidationError


class Standing(Enum):
    """Whose the identity is."""

    OURS = "ours"
    """Nobody's yet, or a run's that this journal remembers."""
    TAKEN = "taken"
    """Another agent is online under it."""
    FORGOTTEN = "forgotten"
    """A run's that this journal does not remember: it was restored from a backup, or is another one."""


class Status(BaseModel):
    """The retained status of an agent, as far as another run of it must understand it."""

    model_config = ConfigDict(frozen=True, defer_build=True, extra="ignore")
    online: bool
    instance: str
    session: int
    epoch: str
    last_seq: int


def read_status(payload: bytes | None) -> Status | None:
    """The status, None where there is none or it is none of ours."""
    if not payload:
        return None
    try:
        return Status.model_validate_json(payload)
    except ValidationError:
        return None


def standing(status: Status | None, *, known: bool) -> Standing:
    """Whose the identity is.

    Args:
        status: as retained by the broker.
        known: whether this journal was ever used by the status's instance.
    """
    if status is None or known:
        return Standing.OURS
    return Standing.TAKEN if status.online else Standing.FORGOTTEN
