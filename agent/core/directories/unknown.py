"""Codes in an order that the directories do not know: the order is taken as it is, and somebody must look."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from agent.core.directories import Directories, Order
from agent.core.directories.codes import alike


@dataclass(frozen=True, slots=True)
class Unknown:
    """One such code."""

    field: str
    """Of the order."""
    directory: str
    """In which it should stand."""
    code: str
    known: str | None
    """The one that the directories have, and that differs only by case, blanks or leading zeros."""

    @property
    def evidence(self) -> dict[str, str]:
        """For the discrepancy."""
        evidence = {"field": self.field, "directory": self.directory, "code": self.code}
        return evidence if self.known is None else {**evidence, "known": self.known}


def unknown_codes(directories: Directories, order: Order) -> Iterator[Unknown]:
    """What an order names and the directories do not know.

    Items and units must stand in their directories as soon as there are any. Crews and resources may be others than
    those listed, but none that is mistaken for one of them.
    """
    uoms = directories.lists.get("uoms")
    units = () if uoms is None else tuple(entry.code for entry in uoms.codes)
    named = [("item_id", "items", order.item_id, tuple(directories.items)), ("uom", "uoms", order.uom, units)]
    crews = known_crews(directories)
    named += [("crew_id", "resources", crew, crews) for crew in (order.crew_id,) if crew is not None]
    others = known_resources(directories)
    named += [("resources", "resources", resource, others) for resource in order.resources]
    for field, directory, code, known in named:
        if not known or code in known:
            continue
        other = alike(code, known)
        if other is not None or directory != "resources":
            yield Unknown(field, directory, code, other)


def known_crews(directories: Directories) -> tuple[str, ...]:
    """Crews that are listed, or that somebody belongs to."""
    people = () if directories.operators is None else directories.operators.operators
    listed = () if directories.resources is None else directories.resources.resources
    crews = [one.resource_id for one in listed if one.kind == "crew"]
    return tuple(dict.fromkeys(crews + [one.crew_id for one in people if one.crew_id is not None]))


def known_resources(directories: Directories) -> tuple[str, ...]:
    """Tools and whatever else is listed."""
    listed = () if directories.resources is None else directories.resources.resources
    return tuple(one.resource_id for one in listed if one.kind != "crew")


def stands(directories: Directories, order: Order, code: str) -> bool:
    """Whether an order still names a code that is not known."""
    return any(found.code == code for found in unknown_codes(directories, order))
