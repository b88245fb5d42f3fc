"""The kinds of objects that the MES sends: how each is named in topics, and where its copies are held."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from agent.core.directories import (
    CODE_LISTS,
    NO_REASONS,
    AlarmReasons,
    Bom,
    CheckPlan,
    CodeList,
    Directories,
    Figures,
    Item,
    LicensePlate,
    Lot,
    Norms,
    Operators,
    Order,
    PublishedCalendar,
    Reasons,
    Resources,
    Route,
)
from agent.core.directories.copies import Copy
from agent.core.errors import InvalidMessageError
from agent.core.values import replace

Scope: TypeAlias = Literal["center", "site", "either"]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of object."""

    head: str
    """First word of its names."""
    model: type[Copy]
    held: str
    """The part of `Directories` that holds its copies."""
    scope: Scope
    """Whose it is: a work center's, the site's, or of either."""
    by: Literal["name", "center", "whole"]
    """How that part tells copies apart: by the rest of the name, by work center, or there is one alone."""
    named: tuple[str, ...] = ()
    """Fields that the rest of its name repeats."""
    shorter: bool = False
    """The first of those may be enough."""
    in_parts: bool = False
    """It may come in numbered parts with a manifest."""

    def find(self, directories: Directories, key: object) -> Copy | None:
        """The copy in force."""
        held = getattr(directories, self.held)
        found: Copy | None = held if self.by == "whole" else held.get(key)
        return None if found is NO_REASONS else found

    def put(self, directories: Directories, key: object, copy: Copy | None) -> Directories:
        """The directories with this copy in force, or none."""
        if self.by == "whole":
            changes: dict[str, Any] = {self.held: NO_REASONS if copy is None and self.model is Reasons else copy}
            return replace(directories, **changes)
        table: dict[object, Copy] = dict(getattr(directories, self.held))
        if copy is None:
            table.pop(key, None)
        else:
            table[key] = copy
        changes = {self.held: table}
        return replace(directories, **changes)

    def copies(self, directories: Directories) -> Iterator[Copy]:
        """All copies in force of a kind with a message for each object."""
        yield from getattr(directories, self.held).values()

    def identity(self, copy: Copy) -> tuple[str, ...]:
        """The fields that name the object."""
        return tuple(str(getattr(copy, name)) for name in self.named)

    def check_name(self, copy: Copy, rest: str) -> None:
        """See to it that a copy is the one that its topic names.

        Raises:
            ValueError: it is another one.
        """
        identity = self.identity(copy)
        if self.named and rest != "/".join(identity) and not (self.shorter and rest == identity[0]):
            found = " and ".join(f"{name} is '{value}'" for name, value in zip(self.named, identity, strict=True))
            raise ValueError(f"{found}; expected those of the topic")

    @property
    def topics(self) -> tuple[str, ...]:
        """Its names as they stand in the contract."""
        longest = "/".join((self.head, *(f"{{{name}}}" for name in self.named)))
        return (f"{self.head}/{{{self.named[0]}}}", longest) if self.shorter else (longest,)


def _of_items(head: str, model: type[Copy]) -> Kind:
    return Kind(head, model, head, "site", "name", ("item_id",))


KINDS: Mapping[str, Kind] = {
    kind.head: kind
    for kind in (
        Kind("orders", Order, "orders", "center", "name", ("order_id", "op_no"), shorter=True),
        Kind("figures", Figures, "figures", "center", "name", ("business_date", "shift_id")),
        _of_items("items", Item),
        _of_items("boms", Bom),
        _of_items("norms", Norms),
        _of_items("routes", Route),
        _of_items("checks", CheckPlan),
        Kind("lots", Lot, "lots", "site", "name", ("lot_id",)),
        Kind("lpns", LicensePlate, "lpns", "site", "name", ("lpn",)),
        Kind("reasons", Reasons, "reasons", "site", "whole", in_parts=True),
        Kind("operators", Operators, "operators", "site", "whole", in_parts=True),
        Kind("resources", Resources, "resources", "site", "whole", in_parts=True),
        *(Kind(head, CodeList, "lists", "site", "name", in_parts=True) for head in CODE_LISTS),
        Kind("calendar", PublishedCalendar, "calendars", "either", "center", in_parts=True),
        Kind("alarms", AlarmReasons, "alarms", "either", "center", in_parts=True),
    )
}
"""By the first word of their names."""


def _listed(scope: Scope) -> str:
    return ", ".join(topic for kind in KINDS.values() if kind.scope == scope for topic in kind.topics)


EXPECTED = f"{_listed('center')} of a work center; {_listed('site')} of the site; {_listed('either')} of either"


@dataclass(frozen=True, slots=True)
class Place:
    """Where the copy of one object is held."""

    kind: Kind
    key: object
    rest: str
    """Of its name, behind the first word."""


def place_of(wc_id: str | None, name: str) -> Place:
    """Where the copy of an object is held.

    Args:
        wc_id: work center of the topic, None for the whole site.
        name: the topic behind `dir/`, such as `orders/PO-1001`, `reasons` or `calendar`.

    Raises:
        InvalidMessageError: there is no such directory.
    """
    head, _, rest = name.partition("/")
    kind = KINDS.get(head)
    scope = "site" if wc_id is None else "center"
    if kind is None or kind.scope not in {scope, "either"} or bool(kind.named) != bool(rest):
        raise InvalidMessageError(f"directory {name}: expected {EXPECTED}")
    if kind.by == "center":
        return Place(kind, wc_id, rest)
    if kind.held == "lists":
        return Place(kind, head, rest)
    return Place(kind, rest if kind.scope == "site" else (wc_id, rest), rest)
