"""What lies at a work center to be used up."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Materials:
    """Component lots at the work center."""


NO_MATERIALS = Materials()
