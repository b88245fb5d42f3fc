"""One fact as the store gives it back, and how its fields are read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple


class ShiftKey(NamedTuple):
    """A shift of a work center."""

    business_date: str
    shift_id: str

    @classmethod
    def of(cls, block: Mapping[str, Any] | None) -> ShiftKey | None:
        """The shift that a fact's block names, None outside every shift."""
        if block is None or block.get("shift_id") is None or block.get("business_date") is None:
            return None
        return cls(block["business_date"], block["shift_id"])


class Operation(NamedTuple):
    """An operation of an order; both None for what was made without one."""

    order_id: str | None
    op_no: str | None


NO_ORDER = Operation(None, None)


@dataclass(frozen=True, slots=True)
class StoredFact:
    """One fact as the store gives it back, or as it holds after corrections."""

    type: str
    """`family.name`."""
    time: datetime
    data: Mapping[str, Any]
    id: str
    source: str
    sequence: int
    correlation_id: str | None = None

    @property
    def wc_id(self) -> str | None:
        """Work center, None for what is about an agent."""
        return self.key("wc_id")

    @property
    def order_id(self) -> str | None:
        """Order, None for what was made without one."""
        return self.key("order_id")

    @property
    def operation(self) -> Operation:
        """Order and operation."""
        return Operation(self.key("order_id"), self.key("op_no"))

    @property
    def shift(self) -> ShiftKey | None:
        """Shift in which it happened."""
        return ShiftKey.of(self.data.get("shift"))

    def key(self, name: str) -> str | None:
        """One of the keys that say what it is about."""
        value: str | None = self.data["keys"].get(name)
        return value

    def number(self, name: str) -> Decimal:
        """A quantity, 0 where none was told."""
        return self.quantity(name) or Decimal(0)

    def quantity(self, name: str) -> Decimal | None:
        """A quantity, None where none was told."""
        value = self.data.get(name)
        return None if value is None else Decimal(value)

    def code(self, name: str = "reason") -> str | None:
        """The code of a reason, None where none was given."""
        return code(self.data.get(name))


def code(reason: Mapping[str, Any] | None) -> str | None:
    """The code of a reason, None where there is none."""
    if reason is None:
        return None
    found: str | None = reason.get("code")
    return found


def instant(text: str | None) -> datetime | None:
    """An instant, None where none was told."""
    return None if text is None else datetime.fromisoformat(text)
