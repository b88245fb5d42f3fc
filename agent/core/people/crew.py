"""The people signed on at a work center, as far as a station remembers them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from agent.core.values import replace

Activity: TypeAlias = Literal["direct", "indirect"]


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who is signed on."""

    operator_id: str
    activity: Activity
    since: float
    told: float
    """Up to where the work has been told."""


@dataclass(frozen=True, slots=True)
class Crew:
    """The people signed on, who signed on last at the end."""

    people: tuple[Person, ...] = ()
    execution_id: str | None = None
    """The execution of an operation that `seconds` are of."""
    seconds: float = 0.0
    """Labor of all persons together that has been told of it."""

    def find(self, operator_id: str) -> Person | None:
        """The person of this id, if signed on."""
        return next((one for one in self.people if one.operator_id == operator_id), None)

    def later(self, by: float) -> Crew:
        """The same after the wall clock was set."""
        people = tuple(replace(one, since=one.since + by, told=one.told + by) for one in self.people)
        return replace(self, people=people)


NOBODY = Crew()
