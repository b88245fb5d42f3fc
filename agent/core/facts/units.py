"""Facts about units and what went into them."""

from __future__ import annotations

from agent.core.facts.blocks import FactData


class GenealogyLinked(FactData):
    """The lots named went into the unit named (requirement 39)."""

    TYPE = "genealogy.linked"
    parent_serial: str
    child_lots: tuple[str, ...]
