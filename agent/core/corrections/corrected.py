"""A fact as it holds now: what was recorded, with all that was corrected of it since (domain.md G3, Corrections)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from pydantic import TypeAdapter, ValidationError

from agent.core.contract.envelope import Row
from agent.core.errors import EntryRefusedError
from agent.core.facts import FACT_TYPES, FactData, ShiftKeys
from agent.core.records import Records
from agent.core.shifts.figures import OrderKey
from agent.core.turn import Turn

Data: TypeAlias = dict[str, Any]
"""A fact's data as JSON has it."""
Fields: TypeAlias = dict[str, str | None]
"""Values by path; None is null."""
_DATA, _LIST = TypeAdapter(Data), TypeAdapter(list[Any])
_MODELS: Mapping[str, type[FactData]] = {kind.TYPE: kind for kind in FACT_TYPES}


@dataclass(frozen=True, slots=True)
class Chain:
    """The corrections of one fact."""

    number: int = 0
    """How many there have been."""
    void: bool = False
    fields: Fields = field(default_factory=dict)
    """Everything that is not as it was recorded."""
    execution_id: str | None = None
    """What its quantities count for since it was moved to another order, empty where that is not known here. None is
    what they were recorded for."""


NO_REASON: Data = {"code": None, "dir": None, "rev": None}
"""The only part of a fact that is null as a whole and may get a value."""
CHAINS = Records("corr", Chain)


@dataclass(frozen=True, slots=True)
class Held:
    """A fact that is to be corrected."""

    row: Row
    chain: Chain
    data: Data
    """As it holds now; of a void fact as it held before."""


def held(turn: Turn, row: Row, fact_id: str) -> Held:
    """The fact as it holds now."""
    chain = CHAINS.find(turn, fact_id) or Chain()
    data = as_recorded(row)
    for path, value in chain.fields.items():
        data = with_value(data, path, value)
    return Held(row, chain, data)


def as_recorded(row: Row) -> Data:
    """The data of a fact as they stand in the journal."""
    return _DATA.validate_json(row.data)


def order_of(data: Data) -> OrderKey:
    """The order and the operation of a fact."""
    return data["keys"]["order_id"], data["keys"]["op_no"]


def shift_of(data: Data) -> ShiftKeys | None:
    """The shift in which a fact happened."""
    return None if data["shift"] is None else ShiftKeys.model_validate(data["shift"])


def value_at(data: Data, path: str) -> str | None:
    """The value at a path as a text.

    Raises:
        EntryRefusedError: there is no such field.
    """
    found: Any = data
    for part in path.split("."):
        found = None if found is None else _part(found, part, path)
    if isinstance(found, list):
        return _LIST.dump_json(found).decode()
    return None if found is None else str(found)


def with_value(data: Data, path: str, value: str | None) -> Data:
    """The same with another value at a path.

    Raises:
        EntryRefusedError: there is no such field.
    """
    changed: Data = _with(data, path, value)
    return changed


def checked(type_name: str, data: Data) -> Data:
    """Data with texts in them as the vocabulary has them.

    Raises:
        EntryRefusedError: it has no such form.
    """
    model = _MODELS[type_name]
    try:
        return model.model_validate(data).model_dump(mode="json")
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise EntryRefusedError("BAD_VALUE", f"'{where}' of a fact '{type_name}': {first['msg']}.") from None


def _with(data: Any, path: str, value: str | None) -> Any:  # noqa: ANN401 - whatever JSON holds
    head, _, rest = path.partition(".")
    inner = _part(data, head, path)
    if inner is None and rest:
        inner = NO_REASON
    if rest:
        return {**data, head: _with(inner, rest, value)}
    # A list is told as JSON.
    return {**data, head: _LIST.validate_json(value or "[]") if isinstance(inner, list) else value}


def _part(found: Any, part: str, path: str) -> Any:  # noqa: ANN401 - whatever JSON holds
    if isinstance(found, dict) and part in found:
        return found[part]
    raise EntryRefusedError("UNKNOWN_FIELD", f"The fact has no '{path[:40]}'. Look at it again.")
