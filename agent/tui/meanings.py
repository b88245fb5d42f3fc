"""What keystrokes mean, once it is known whether a scanner or a person typed them."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Scanned:
    """A scanner read this code."""

    text: str


@dataclass(frozen=True, slots=True)
class Typed:
    """A person typed this line and pressed Enter."""

    text: str = field(repr=False)
    """It may be a PIN."""


@dataclass(frozen=True, slots=True)
class Picked:
    """A person pressed one digit, and nothing else, while a list stood on the screen."""

    digit: int


@dataclass(frozen=True, slots=True)
class Confirmed:
    """A person pressed Enter with nothing typed."""


@dataclass(frozen=True, slots=True)
class Switched:
    """A person pressed Tab."""


class Damage(Enum):
    """Why a scan cannot be believed. Nothing of it is sent."""

    CUT = "cut"
    """It ended without its suffix, or is the rest of one that did."""
    MIXED = "mixed"
    """Something was typed so near to it that nobody can tell where the code begins."""
    STRANGE = "strange"
    """A key that is no character came in its midst."""
    EMPTY = "empty"
    """Nothing stood between prefix and suffix."""


@dataclass(frozen=True, slots=True)
class Damaged:
    """A scanner sent something that is no whole code."""

    damage: Damage


Meaning: TypeAlias = Scanned | Typed | Picked | Confirmed | Switched | Damaged
