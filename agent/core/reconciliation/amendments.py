"""What later facts say of earlier ones: corrections, and work without an order that got one (requirements 83, 101).

The facts themselves stay as they are. Corrections of one fact are taken in the order of their number: a field is what
the last one says, and the fact is void if the last one says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias
from uuid import UUID

import orjson

from agent.core.contract.envelope import Row

Data: TypeAlias = Mapping[str, Any]
"""A fact's data as its JSON says it."""
CORRECTED, ATTACHED = "fact.corrected", "operation.attached"
TYPES: Final = (CORRECTED, ATTACHED)


@dataclass(slots=True)
class Amendments:
    """All that were told of one work center, in the order of their sequence."""

    corrections: dict[str, list[Data]] = field(default_factory=dict)
    """By the id of the fact."""
    attachments: dict[tuple[str, str], tuple[str, Data]] = field(default_factory=dict)
    """By epoch and execution: the id of the fact that attached it, and what it says."""

    def take(self, row: Row) -> None:
        """One more fact; those of other types say nothing of earlier ones."""
        if row.type == CORRECTED:
            data = orjson.loads(row.data)
            told = self.corrections.setdefault(data["target_id"], [])
            told.append(data)
            told.sort(key=lambda one: int(one["correction_no"]))
        elif row.type == ATTACHED:
            data = orjson.loads(row.data)
            self.attachments[row.epoch, data["execution_id"]] = str(UUID(bytes=row.id)), data

    def amended(self, row: Row) -> Data | None:
        """What a fact says by now; None where it is void."""
        data = as_made(row)
        attached = self.attachments.get((row.epoch, row.correlationid or ""))
        if attached is not None and not self._void(attached[0]):
            keys = attached[1]["keys"]
            data = {**data, "keys": {**data["keys"], "order_id": keys["order_id"], "op_no": keys["op_no"]}}
        if not self.corrections:
            return data
        fact_id = str(UUID(bytes=row.id))
        if self._void(fact_id):
            return None
        for correction in self.corrections.get(fact_id, ()):
            for path, value in correction["after"].items():
                data = _with(data, path, value)
        return data

    def _void(self, fact_id: str) -> bool:
        told = self.corrections.get(fact_id)
        return told is not None and told[-1]["action"] == "void"


def as_made(row: Row) -> Data:
    """What a fact said when it was made, whatever was said of it since."""
    data: Data = orjson.loads(row.data)
    return data


def _with(data: Data, path: str, value: str | None) -> Data:
    head, _, rest = path.partition(".")
    old = data.get(head)
    if rest:
        return {**data, head: _with(old or {}, rest, value)}
    if value is not None and isinstance(old, bool | int | list | dict):
        return {**data, head: orjson.loads(value)}
    return {**data, head: value}
