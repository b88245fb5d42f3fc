"""What lies outside a station but decides on an observation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from agent.core.contract.envelope import Row
from agent.core.directories import Directories
from agent.core.discrepancies.register import EMPTY, Register


@dataclass(frozen=True, slots=True)
class Context:
    """Handed in with each observation."""

    directories: Directories
    claims: Mapping[str, str]
    """Those of the claims asked for that have been taken, with their values."""
    target: Row | None = None
    """The fact that a correction names, as the journal holds it."""
    register: Register = EMPTY
    """Of what is unresolved, at this work center and elsewhere."""
