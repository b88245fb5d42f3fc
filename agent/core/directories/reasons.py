"""Reasons of stops, what alarms mean, and the other lists of codes that the MES and the floor share."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, model_validator

from agent.core.directories.codes import tell_apart
from agent.core.directories.copies import NO_TEXTS, Code, Copy, Part, Texts, Word, is_strict


class ReasonEntry(BaseModel):
    """One reason that a stop can be given."""

    model_config = ConfigDict(frozen=True, defer_build=True, extra="ignore")
    code: Code
    text: dict[str, str]
    group: Code | None = None
    """The first level of a choice of two."""
    sticky: bool = False
    """A stop with this reason ends only after several good parts, or when a person says so (domain.md R13)."""
    generic: bool = False
    """It explains nothing by itself: a comment is asked for (domain.md R19)."""


class Reasons(Copy):
    """The reasons in use."""

    reasons: Annotated[tuple[ReasonEntry, ...], Field(max_length=500)]
    groups: Annotated[dict[Code, Texts], Field(max_length=81)] = Field(default_factory=dict)
    """What each group is called, by language."""

    @model_validator(mode="after")
    def _consistent(self, info: ValidationInfo) -> Self:
        if is_strict(info):
            tell_apart("codes", [entry.code for entry in self.reasons])
        return self


NO_REASONS = Reasons(rev="0", reasons=())


class AlarmRule(BaseModel):
    """What reason an alarm of a machine means (domain.md R12)."""

    model_config = ConfigDict(frozen=True, defer_build=True, extra="ignore", use_attribute_docstrings=True)
    alarm: Word
    """The machine's own code, as it says it."""
    reason: Code
    confidence: Literal["auto", "suggest"] = "suggest"
    """auto: the stop gets the reason. suggest: it is offered to the operator first."""
    priority: int = 0
    """Of alarms raised at the same instant the highest counts."""


class AlarmReasons(Copy):
    """Which alarms mean which reasons, of a work center or of the whole site."""

    alarms: Annotated[tuple[AlarmRule, ...], Field(max_length=500)]
    ignored: Annotated[frozenset[Word], Field(max_length=500)] = frozenset()
    """Alarms that never are the cause of a stop."""

    def rule(self, alarm: str | None) -> AlarmRule | None:
        """The rule of an alarm."""
        return next((rule for rule in self.alarms if rule.alarm == alarm), None)

    def priority(self, alarm: str) -> int:
        """The priority of an alarm, 0 where nothing is said of it."""
        rule = self.rule(alarm)
        return 0 if rule is None else rule.priority


NO_ALARMS = AlarmReasons(rev="0", alarms=())


class CodeEntry(Part):
    """One code of a list."""

    code: Code
    text: Texts = NO_TEXTS
    group: Code | None = None
    """The first level of a choice of two."""
    generic: bool = False
    """It explains nothing by itself: a comment is asked for."""


class CodeList(Copy):
    """A list of codes in use; free text stands for none of them (requirement 75)."""

    codes: Annotated[tuple[CodeEntry, ...], Field(max_length=500)]
    groups: Annotated[dict[Code, Texts], Field(max_length=81)] = Field(default_factory=dict)
    """What each group is called, by language."""

    @model_validator(mode="after")
    def _consistent(self, info: ValidationInfo) -> Self:
        if is_strict(info):
            tell_apart("codes", [entry.code for entry in self.codes])
        return self

    def knows(self, code: str) -> bool:
        """Whether the code stands in it."""
        return any(entry.code == code for entry in self.codes)


CODE_LISTS = (
    "defects",
    "causes",
    "corrections",
    "deviations",
    "skips",
    "holds",
    "interruptions",
    "returns",
    "uoms",
    "operations",
)
"""The lists of codes, each a directory of the site: defects and their causes, reasons of corrections, deviations,
skipped checks, holds, interruptions of operations, returns of material; units of measure; kinds of operations."""
