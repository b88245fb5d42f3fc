"""Records of single things, kept among the claims: one unit, one lot, one execution of an operation.

A snapshot is small whatever was produced, so what grows with production lies outside it. An observation says in advance
which records it names, is handed those that exist, and what it leaves is stored with its facts in one transaction.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Generic, Protocol, TypeVar

from pydantic import TypeAdapter

T = TypeVar("T")


class Claims(Protocol):
    """What was taken before, and what this observation takes."""

    claims: list[tuple[str, str]]

    def claim(self, key: str) -> str | None:
        """The value of a claim as it stands now; None where it has not been taken."""
        ...


class Records(Generic[T]):
    """All records of one kind."""

    def __init__(self, prefix: str, kind: type[T]) -> None:
        """Name them.

        Args:
            prefix: first word of their keys, which no other kind has.
            kind: a frozen dataclass or model that JSON can hold.
        """
        self._prefix = prefix
        self._form = TypeAdapter(kind)

    def key(self, *names: str) -> str:
        """The claim that holds the record of this name; names may have any characters and stay apart."""
        return ":".join((self._prefix, *(name.replace("%", "%25").replace(":", "%3A") for name in names)))

    def find(self, turn: Claims, *names: str) -> T | None:
        """The record; None where there is none. Only those that the observation asked for in advance can be found."""
        held = turn.claim(self.key(*names))
        if not held:
            return None
        return self._form.validate_json(held)

    def among(self, claims: Mapping[str, str], *names: str) -> T | None:
        """The record, if it is one of these claims."""
        held = claims.get(self.key(*names))
        return self._form.validate_json(held) if held else None

    def keep(self, turn: Claims, record: T, *names: str) -> None:
        """Store it with the facts of this turn."""
        turn.claims.append((self.key(*names), self._form.dump_json(record).decode()))
