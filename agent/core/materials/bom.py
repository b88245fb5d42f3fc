"""The bill of materials in force, and which of its components an item serves (requirements 59 to 61, 67)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from agent.core.directories import Directories
from agent.core.directories.items import BomLine, BomVersion, Substitute


@dataclass(frozen=True, slots=True)
class Serving:
    """How an item serves a component."""

    line: BomLine
    substitute: Substitute | None = None
    """What the bill of materials says of it, where it stands in for the component."""

    @property
    def factor(self) -> Decimal:
        """How much of the item goes for one of the component."""
        return Decimal(1) if self.substitute is None else self.substitute.coefficient


def in_force(directories: Directories, item_id: str | None, named: str | None, at: float) -> BomVersion | None:
    """The version that an operation is done by.

    Args:
        directories: what the MES said.
        item_id: what is made.
        named: the version that the order names; without one effectivity decides.
        at: when the operation began.
    """
    bom = None if item_id is None else directories.boms.get(item_id)
    if bom is None:
        return None
    if named is not None:
        return next((one for one in bom.versions if one.bom_version == named), None)
    holding = [one for one in bom.versions if one.holds(at)]
    return max(holding, key=lambda one: one.effective_from, default=None)


def all_lines(directories: Directories, item_id: str | None, bom_version: str | None) -> tuple[BomLine, ...]:
    """All components of a version, whatever the operation; none where it is not known."""
    version = None if bom_version is None else in_force(directories, item_id, bom_version, 0.0)
    return () if version is None else version.lines


def of_operation(lines: tuple[BomLine, ...], op_no: str | None) -> tuple[BomLine, ...]:
    """The components that are used at an operation."""
    return tuple(line for line in lines if line.op_no is None or line.op_no == op_no)


def serving(lines: tuple[BomLine, ...], item_id: str | None, line: str | None = None) -> Serving | None:
    """Which component an item serves: its own, else one that it may stand in for; None where it serves none.

    Args:
        lines: to look in.
        item_id: the item.
        line: the component that somebody said it is for.
    """
    if item_id is None:
        return None
    meant = [one for one in lines if line is None or one.line == line]
    for one in meant:
        if one.item_id == item_id:
            return Serving(one)
    for one in meant:
        for substitute in one.substitutes:
            if substitute.item_id == item_id:
                return Serving(one, substitute)
    return None
