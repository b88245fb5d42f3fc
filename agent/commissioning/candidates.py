"""Values of a machine from which its signals are chosen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from agent.commissioning.answers import Where
from agent.commissioning.watching import Movement
from agent.core.machine_settings import Role
from agent.core.observations import SignalValue

UNWATCHED: Final = Movement()
LONGEST: Final = 24
"""Characters of a value that are shown."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A value that a role can be given to."""

    where: Where
    name: str
    """For people: its path in the address space, or its table and address."""
    kind: str
    value: SignalValue = None
    movement: Movement = UNWATCHED
    status: str = ""
    """Why there is no value, where the machine says it."""
    rights: str = ""
    """OPC UA: what we may do with it."""
    description: str = ""
    """OPC UA: the server's own words for it."""

    @property
    def shown(self) -> str:
        """Its value, for people."""
        match self.value:
            case None:
                return self.status[:LONGEST] or "no value"
            case bool(value):
                return "true" if value else "false"
            case float(value):
                return f"{value:g}"
            case value:
                return "".join(sign if sign.isprintable() else "?" for sign in str(value))[:LONGEST]

    @property
    def is_integer(self) -> bool:
        """Whether it is a whole number, as counters are."""
        return isinstance(self.value, int) and not isinstance(self.value, bool)


@dataclass(frozen=True, slots=True)
class Proposal:
    """A role for a value, and why."""

    role: Role
    candidate: Candidate
    why: str
    """The model whose name it has, or what its name looks like."""
