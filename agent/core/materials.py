"""What lies at a work center to be used up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from agent.core.facts import Child


@dataclass(frozen=True, slots=True)
class Materials:
    """Component lots at the work center."""


NO_MATERIALS = Materials()


class HasMaterials(Protocol):
    """A turn of a station."""

    materials: Materials


def children(_turn: HasMaterials) -> tuple[Child, ...]:
    """What is loaded, as it goes into what is made."""
    return ()
