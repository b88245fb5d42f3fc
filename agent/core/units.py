"""Units and lots that are made at a work center."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Units:
    """What is being made."""


NO_UNITS = Units()
