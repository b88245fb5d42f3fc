"""Who works at a work center."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Crew:
    """The people signed on."""


NOBODY = Crew()
