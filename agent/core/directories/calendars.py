"""The working time that the MES publishes."""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, model_validator

from agent.core.directories.codes import tell_apart
from agent.core.directories.copies import Code, Copy, Moment, Name, is_strict


class PublishedWindow(BaseModel):
    """A stretch of time with a name."""

    model_config = ConfigDict(frozen=True, defer_build=True, extra="ignore", use_attribute_docstrings=True)
    name: Name
    start: Moment
    end: Moment

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.start >= self.end:
            raise ValueError(f"'{self.name}' has no length; expected its end later than its start")
        return self


class PublishedPlanned(PublishedWindow):
    """A window in which nothing is to be produced (domain.md R7)."""

    kind: Literal["no_shift", "break", "maintenance", "other"]
    """Of several at one instant, the first of no_shift, maintenance, other, break is meant."""


class PublishedShift(BaseModel):
    """One dated shift (domain.md R8)."""

    model_config = ConfigDict(frozen=True, defer_build=True, extra="ignore", use_attribute_docstrings=True)
    shift_id: Code
    business_date: date
    """The date that it belongs to; with `shift_id` it names the shift."""
    crew_id: Code | None = None
    start: Moment
    end: Moment
    closed: bool = False
    """No entry of this shift is edited any more (domain.md R21)."""
    breaks: Annotated[tuple[PublishedWindow, ...], Field(max_length=20)] = ()

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.start >= self.end:
            raise ValueError(f"shift {self.title} has no length; expected its end later than its start")
        for pause in self.breaks:
            if pause.start < self.start or pause.end > self.end:
                raise ValueError(f"break '{pause.name}' does not lie within shift {self.title}")
        return self

    @property
    def title(self) -> str:
        """What it is called in messages."""
        return f"'{self.shift_id}' of {self.business_date.isoformat()}"


class PublishedCalendar(Copy):
    """The working time of the site or of a work center. While it is valid it is complete: what it does not list is not.

    Shifts may be listed that lie outside the time of its validity, to say that they are closed.
    """

    valid_from: Moment
    """From here on it stands in place of the configured calendar."""
    valid_to: Moment
    """From here on the configured calendar holds again."""
    shifts: Annotated[tuple[PublishedShift, ...], Field(max_length=500)]
    """Its shifts, in any order; no two at one instant."""
    planned: Annotated[tuple[PublishedPlanned, ...], Field(max_length=500)] = ()
    """Planned windows beside the breaks of shifts."""

    @model_validator(mode="after")
    def _consistent(self, info: ValidationInfo) -> Self:
        if is_strict(info):
            tell_apart("shifts", [shift.shift_id for shift in self.shifts], once=False)
        if self.valid_from >= self.valid_to:
            raise ValueError("expected valid_to later than valid_from")
        for earlier, later in pairwise(sorted(self.shifts, key=lambda shift: shift.start)):
            if later.start < earlier.end:
                raise ValueError(f"shifts {earlier.title} and {later.title} overlap")
        seen: set[str] = set()
        for shift in self.shifts:
            if shift.title in seen:
                raise ValueError(f"shift {shift.title} stands twice")
            seen.add(shift.title)
        return self
