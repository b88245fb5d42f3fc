"""One thing that must be so, and whether it is."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Check:
    """What was expected and what was found."""

    name: str
    expected: str
    found: str
    ok: bool
    note: str = ""
    """Why less than equality is asked for, or what differs."""


def equal(name: str, expected: object, found: object, note: str = "") -> Check:
    """Only equality will do."""
    return Check(name, str(expected), str(found), expected == found, note)


def none(name: str, found: list[str]) -> Check:
    """There must be none; what there is stands in the note."""
    return Check(name, "0", str(len(found)), not found, shortened(found))


def shortened(found: list[str], shown: int = 3) -> str:
    """The first few, and how many more."""
    more = f" and {len(found) - shown} more" if len(found) > shown else ""
    return "; ".join(found[:shown]) + more
