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
    let_in: int = 0
    """Which time somebody was let in here it was; 0 where nothing that comes in this person's name is believed."""


@dataclass(frozen=True, slots=True)
class LetIn:
    """Somebody showed by badge or PIN who it is."""

    operator_id: str
    number: int
    """Of the times that somebody was let in here."""
    wc_id: str = ""
    """Here; empty in an answer that an agent of before kept."""


@dataclass(frozen=True, slots=True)
class PinAsked:
    """A badge was scanned that counts with its owner's PIN only."""

    operator_id: str
    until: float
    """From here on the badge must be scanned again."""


@dataclass(frozen=True, slots=True)
class Crew:
    """The people signed on, who signed on last at the end."""

    people: tuple[Person, ...] = ()
    execution_id: str | None = None
    """The execution of an operation that `seconds` are of."""
    seconds: float = 0.0
    """Labor of all persons together that has been told of it."""
    locked: bool = False
    """Somebody locked the work center, or nobody used it for long."""
    used: float | None = None
    """When somebody did something here last, where that is needed to lock it."""
    pin_asked: PinAsked | None = None
    let_in: int = 0
    """How many times somebody showed by badge or PIN who it is."""

    @property
    def is_locked(self) -> bool:
        """Whether it opens by badge or PIN only; where nobody is signed on there is nothing to lock."""
        return self.locked and bool(self.people)

    def find(self, operator_id: str) -> Person | None:
        """The person of this id, if signed on."""
        return next((one for one in self.people if one.operator_id == operator_id), None)

    def shown(self, operator_id: str) -> Crew:
        """The same once more let in this person, who is signed on."""
        number = self.let_in + 1
        people = (replace(one, let_in=number) if one.operator_id == operator_id else one for one in self.people)
        return replace(self, people=tuple(people), let_in=number)

    def shut(self) -> Crew:
        """The same, where each must be let in anew."""
        return replace(self, people=tuple(replace(one, let_in=0) for one in self.people))

    def later(self, by: float) -> Crew:
        """The same after the wall clock was set."""
        people = tuple(replace(one, since=one.since + by, told=one.told + by) for one in self.people)
        asked = self.pin_asked
        return replace(
            self,
            people=people,
            used=None if self.used is None else self.used + by,
            pin_asked=None if asked is None else replace(asked, until=asked.until + by),
        )

    def asked(self, operator_id: str, now: float) -> bool:
        """Whether this person's badge was scanned just now."""
        return self.pin_asked is not None and self.pin_asked.operator_id == operator_id and now < self.pin_asked.until


NOBODY = Crew()
