"""What all copies of the MES's objects have in common."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, TypeAlias, TypeVar

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

Code: TypeAlias = Annotated[str, Field(min_length=1, max_length=64)]
Name: TypeAlias = Annotated[str, Field(min_length=1, max_length=100)]
Texts: TypeAlias = Mapping[str, str]
"""By language: en, ru, kk."""
NO_TEXTS: Texts = {}


class Part(BaseModel):
    """A part of a message. Unknown fields are ignored so that an MES may be ahead of the agent."""

    model_config = ConfigDict(frozen=True, extra="ignore", use_attribute_docstrings=True)


class Copy(Part):
    """A message of the MES, kept as a read-only copy (requirements 5, 7)."""

    rev: Code
    """Revision of the object, made by its owner."""
    owner: Code = "MES"
    """The system that owns the object."""
    effective_from: AwareDatetime | None = None
    """From here on it holds; until then the former revision does. At once where it is not given."""


class Version(Part):
    """One version of something that is switched by effectivity, never by edit (requirement 61)."""

    effective_from: AwareDatetime
    effective_to: AwareDatetime | None = None
    """Until the next version where it is not given."""

    def holds(self, at: float) -> bool:
        """Whether it may be in force at this instant; see `in_force`."""
        return self.effective_from.timestamp() <= at and (
            self.effective_to is None or at < self.effective_to.timestamp()
        )


V = TypeVar("V", bound=Version)


def in_force(versions: Iterable[V], at: float) -> V | None:
    """The version in force at an instant: of those that hold, the one that began last; None where none does."""
    holding = [version for version in versions if version.holds(at)]
    return max(holding, key=lambda version: version.effective_from, default=None)
