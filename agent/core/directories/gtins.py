"""Whose a GTIN is, found at once however many items there are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from agent.core.directories.items import Item, Package


@dataclass(frozen=True, slots=True, eq=False)
class _Table:
    """A table of items, which is never changed but replaced: the same object says the same."""

    items: Mapping[str, Item]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Table) and other.items is self.items

    def __hash__(self) -> int:
        return id(self.items)


def by_gtin(items: Mapping[str, Item]) -> Mapping[str, tuple[Item, Package]]:
    """By GTIN the item that labels call so, and in which package."""
    return _by_gtin(_Table(items))


@lru_cache(maxsize=2)
def _by_gtin(table: _Table) -> Mapping[str, tuple[Item, Package]]:
    found: dict[str, tuple[Item, Package]] = {}
    for item in table.items.values():
        for package in item.gtins:
            found.setdefault(package.gtin, (item, package))
    return found
