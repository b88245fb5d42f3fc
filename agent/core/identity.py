"""Identifiers that arrive as values: each observation brings a block of UUIDs, drawn outside the core.

A block is a UUIDv7 (RFC 9562) whose last 12 bits are zero; its members follow by counting up. Observing the same
observation again therefore makes the same facts with the same ids.
"""

from __future__ import annotations

from uuid import UUID

BLOCK_BITS = 12


class IdBlock:
    """The ids of one observation, handed out in order."""

    __slots__ = ("_next",)

    def __init__(self, base: UUID) -> None:
        self._next = base.int

    def take(self) -> UUID:
        """The next id of the block."""
        value = UUID(int=self._next)
        self._next += 1
        return value
