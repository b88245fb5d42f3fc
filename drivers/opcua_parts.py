"""What an array or a structure of an OPC UA server is made of: the parts that a configuration can name. Pure.

Bounded: of a large array the first elements are told, of a deep structure the upper levels.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, is_dataclass
from typing import Any, Final

from asyncua import ua

from agent.core.observations import SignalValue
from drivers.opcua_octets import MalformedError
from drivers.opcua_structures import Choice, Types
from drivers.opcua_values import NoValueError, single

MOST: Final = 64
"""Parts of one variable."""
ELEMENTS: Final = 16
"""Elements of one array."""
_DEEPEST: Final = 4
_KINDS: Final = {bool: "Boolean", int: "integer", float: "number", str: "text"}


@dataclass(frozen=True, slots=True)
class Part:
    """One value within another."""

    index: int | None
    field: str | None
    value: SignalValue
    kind: str

    @property
    def words(self) -> str:
        """What follows the variable's name."""
        return ("" if self.index is None else f"[{self.index}]") + ("" if self.field is None else f".{self.field}")


def parts(value: ua.Variant | None, types: Types) -> list[Part]:
    """The single values within a value that is none itself; none of one that is.

    Raises:
        UnknownTypeError: the type of a structure is to be learned first.
    """
    if value is None or value.Value is None:
        return []
    kind = str(value.VariantType.name)
    found: list[Part] = []
    if isinstance(value.Value, list):
        flat = _flat(value.Value)
        for index, one in enumerate(flat[:ELEMENTS]):
            found += _within(one, index, "", kind, types, 0)
    elif _is_structure(value.Value):
        found += _within(value.Value, None, "", kind, types, 0)
    return found[:MOST]


def _within(value: Any, index: int | None, field: str, kind: str, types: Types, depth: int) -> Iterator[Part]:  # noqa: ANN401 - any value, and where it stands
    if depth > _DEEPEST:
        return
    if _is_structure(value):
        for name, one in _opened(value, types).items():
            # No configuration can name a field with a dot in it.
            if name and "." not in name:
                inner = f"{field}.{name}" if field else name
                yield from _within(one, index, inner, "", types, depth + 1)
    elif isinstance(value, list):
        if field:
            for at, one in enumerate(_flat(value)[:ELEMENTS]):
                yield from _within(one, index, f"{field}[{at}]", "", types, depth + 1)
    else:
        shown = _single(value)
        if shown is not None:
            yield Part(index, field or None, shown, kind or _KINDS.get(type(shown), ""))


def _is_structure(value: Any) -> bool:  # noqa: ANN401 - any value
    if isinstance(value, ua.Variant):
        value = value.Value
    if isinstance(value, ua.ExtensionObject | dict):
        return True
    named = (ua.LocalizedText, ua.QualifiedName, ua.NodeId, ua.StatusCode, ua.DataValue)
    return is_dataclass(value) and not isinstance(value, (type, *named)) and type(value).__module__.endswith("_auto")


def _opened(value: Any, types: Types) -> dict[str, Any]:  # noqa: ANN401 - any value
    if isinstance(value, ua.Variant):
        value = value.Value
    if isinstance(value, dict):
        return value
    if isinstance(value, ua.ExtensionObject):
        try:
            return types.opened(value)
        except MalformedError:
            return {}
    return {name: getattr(value, name) for name in value.__dataclass_fields__}


def _single(value: Any) -> SignalValue:  # noqa: ANN401 - any value
    if isinstance(value, Choice):
        return value.number
    try:
        return single(value)
    except NoValueError:
        return None


def _flat(value: list[Any]) -> list[Any]:
    while value and isinstance(value[0], list):
        value = [one for row in value for one in row]
    return value
