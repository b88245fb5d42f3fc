"""What all copies of the MES's objects have in common."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Literal, TypeAlias, TypeVar

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, ValidationInfo

from agent.core.directories.codes import flaw, tell_apart

AS_KEPT: Mapping[str, bool] = {"kept": True}
"""Context of validation for what was taken once: rules about codes that came since do not take it away again."""


def is_strict(info: ValidationInfo) -> bool:
    """Whether rules about codes are to be applied."""
    return bool(info.context != AS_KEPT)


def _checked(code: str, info: ValidationInfo) -> str:
    found = flaw(code) if is_strict(info) else None
    if found is not None:
        raise ValueError(f"{found}; expected the code as it stands in all systems")
    return code


def _in_utc(at: datetime) -> datetime:
    if not 1970 < at.year < 9999:
        raise ValueError(f"found the year {at.year}; expected one between 1971 and 9998")
    return at.astimezone(UTC)


Word: TypeAlias = Annotated[str, Field(min_length=1, max_length=64)]
"""A word of a machine, as it says it."""
Code: TypeAlias = Annotated[Word, AfterValidator(_checked)]
Moment: TypeAlias = Annotated[AwareDatetime, AfterValidator(_in_utc)]
"""An instant, in UTC whatever zone it is said in."""
Name: TypeAlias = Annotated[str, Field(min_length=1, max_length=100)]
Texts: TypeAlias = Mapping[str, str]
"""By language: en, ru, kk."""
NO_TEXTS: Texts = {}
Outcome: TypeAlias = Literal["applied", "refused", "withdrawn", "scheduled"]


class Part(BaseModel):
    """A part of a message. Unknown fields are ignored so that an MES may be ahead of the agent."""

    model_config = ConfigDict(frozen=True, defer_build=True, extra="ignore", use_attribute_docstrings=True)


class Copy(Part):
    """A message of the MES, kept as a read-only copy (requirements 5, 7)."""

    rev: Code
    """Revision of the object, made by its owner."""
    owner: Code = "MES"
    """The system that owns the object."""
    effective_from: Moment | None = None
    """From here on it holds; until then the former revision does. At once where it is not given."""

    def begins_after(self, now: float) -> bool:
        """Whether it is not in force yet, at an instant in seconds since 1970 UTC."""
        return self.effective_from is not None and self.effective_from.timestamp() > now

    def named_versions(self) -> Mapping[str, Version]:
        """Its versions by name; none where it does not come in versions."""
        return {}


@dataclass(frozen=True, slots=True)
class Scheduled:
    """A revision that takes the place of the one in force at an instant to come."""

    at: float
    """Seconds since 1970 UTC."""
    copy: Copy
    payload: bytes


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of one message about an object of the MES, as it is to be kept."""

    wc_id: str | None
    """None for an object of the whole site."""
    name: str
    payload: bytes
    """Word for word; empty where the object is withdrawn."""
    outcome: Outcome = "applied"
    rev: str | None = None
    owner: str | None = None
    effective_from: float | None = None
    """As the message says; seconds since 1970 UTC."""
    supersedes: str | None = None
    """Revision that it takes the place of."""
    dropped: tuple[float, ...] = ()
    """Instants of the object's revisions that are scheduled no more."""
    detail: str = ""
    """Why it was refused."""


class Version(Part):
    """One version of something that is switched by effectivity, never by edit (requirement 61)."""

    effective_from: Moment
    effective_to: Moment | None = None
    """Until the next version where it is not given."""

    def holds(self, at: float) -> bool:
        """Whether it may be in force at this instant; see `in_force`."""
        return self.effective_from.timestamp() <= at and (
            self.effective_to is None or at < self.effective_to.timestamp()
        )


V = TypeVar("V", bound=Version)


def check_versions(what: str, versions: Iterable[tuple[str, Version]]) -> None:
    """See to it that at any instant it is clear which version is in force.

    Args:
        what: they are versions of, for people.
        versions: with their names.

    Raises:
        ValueError: two have one name or begin at one instant, or one ends before it begins.
    """
    named = list(versions)
    tell_apart(f"{what} version", [name for name, _ in named])
    begun: dict[float, str] = {}
    for name, version in named:
        other = begun.setdefault(version.effective_from.timestamp(), name)
        if other != name:
            raise ValueError(f"{what} versions '{other}' and '{name}' begin at one instant")
        if version.effective_to is not None and version.effective_to <= version.effective_from:
            raise ValueError(f"{what} version '{name}' ends before it begins")


def edited(former: Mapping[str, Version], new: Mapping[str, Version], now: float) -> str | None:
    """A version that was in force already and would become another one; that it ends is no edit.

    Args:
        former: versions by name, as they are known.
        new: the same, as they would be.
        now: an instant in seconds since 1970 UTC.
    """
    begun = (name for name, version in former.items() if version.effective_from.timestamp() <= now)
    return next((name for name in begun if name in new and _lasting(former[name]) != _lasting(new[name])), None)


def _lasting(version: Version) -> Version:
    return version.model_copy(update={"effective_to": None})


def in_force(versions: Iterable[V], at: float) -> V | None:
    """The version in force at an instant: of those that hold, the one that began last; None where none does."""
    holding = [version for version in versions if version.holds(at)]
    return max(holding, key=lambda version: version.effective_from, default=None)
