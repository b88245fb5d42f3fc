"""The execution status of operations by what was told of them, as each shift left it (requirements 79, 99)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from agent.core.facts import OperationStatus
from agent.core.reconciliation.amendments import Data


class OfShift(NamedTuple):
    """An operation in a shift."""

    order_id: str | None
    op_no: str | None
    shift_id: str | None
    business_date: str | None


@dataclass(slots=True)
class ToldStatuses:
    """What was taken in so far."""

    _last: dict[tuple[str | None, str | None], OperationStatus] = field(default_factory=dict)
    _left: dict[OfShift, OperationStatus | None] = field(default_factory=dict)

    def take(self, kind: str, data: Data, key: OfShift) -> None:
        """One more fact of an operation, in the order of their sequence."""
        if kind.startswith("operation.") and "to_status" in data:
            self._last[key[:2]] = self._left[key] = data["to_status"]
        elif key.shift_id is not None and key not in self._left:
            self._left[key] = self._last.get(key[:2])

    def of(self, key: OfShift) -> OperationStatus | None:
        """What was told last in a shift, else what the shift began with; None where nothing was told of it."""
        return self._left.get(key)
