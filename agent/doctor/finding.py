"""What was found: the one shape that every check answers in."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

ROOT: Final = "run it again as root: sudo lineside doctor"
AGAIN: Final = "run it again; if it stays so, send a support archive: lineside doctor --bundle FILE"


class Level(StrEnum):
    """How bad it is, the worst first."""

    NOW = "now"
    """Facts, machines or people are lost sight of until somebody acts."""
    SOON = "soon"
    """Nothing is lost yet."""
    UNSEEN = "unseen"
    """It may be well or not: it could not be looked at."""
    NOTE = "note"
    """Worth knowing; nothing must be done."""
    WELL = "well"
    """Looked at, and as it should be."""


ACTED_ON: Final = (Level.NOW, Level.SOON, Level.UNSEEN)
"""Levels that somebody must act on."""
ORDER: Final = tuple(Level)


class Who(StrEnum):
    """Who must act."""

    MAINTENANCE = "maintenance"
    IT = "plant IT / network"
    MES = "MES team"
    MACHINE = "machine's technician"
    PRODUCTION = "production"
    """The owners of discrepancies: planner, shift supervisor, quality."""
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    level: Level
    subject: str
    """What it is about, in a word or two."""
    found: str
    expected: str = ""
    """Empty where it is as it should be."""
    action: str = ""
    """What to do, in the words of who must act."""
    who: Who = Who.NOBODY


def well(subject: str, found: str) -> Finding:
    """It is as it should be."""
    return Finding(Level.WELL, subject, found)


def note(subject: str, found: str) -> Finding:
    """Worth knowing."""
    return Finding(Level.NOTE, subject, found)


def unseen(subject: str, found: str, action: str = ROOT) -> Finding:
    """It could not be looked at, for want of rights unless another action is named."""
    return Finding(Level.UNSEEN, subject, found, "to be able to look at it", action, Who.MAINTENANCE)


def is_well(findings: list[Finding]) -> bool:
    """Whether nobody must act."""
    return not any(one.level in ACTED_ON for one in findings)
