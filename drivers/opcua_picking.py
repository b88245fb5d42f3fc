"""Finds the one value that is meant within an array, a matrix or a structure. Pure."""

from __future__ import annotations

import re
from dataclasses import is_dataclass
from typing import Any, Final

from asyncua import ua

from agent.core.sources.address import AddressSettings
from drivers.opcua_structures import Types
from drivers.opcua_values import NoValueError

_ELEMENT: Final = re.compile(r"(.+)\[(\d{1,9})\]")
"""An array's element within a path of fields, such as `Axes[2]`."""
_MOST_NAMES: Final = 20


def picked(value: Any, address: AddressSettings, types: Types, *, is_ranged: bool = False) -> Any:  # noqa: ANN401
    """What stands at the configured field and index.

    Args:
        value: of the node, as it came; any value that OPC UA has.
        address: `field` and `index` say what of it is meant.
        types: what is known of the server's structures.
        is_ranged: whether the server was asked for this element alone, and so sent an array of one.

    Raises:
        NoValueError: there is nothing there, and why.
        MalformedError: a structure on the way cannot be read, and why.
        UnknownTypeError: the type of one is to be learned first.
    """
    index = address.index
    if index is not None and (_is_many(value) or address.field is None):
        value, index = _element(value, 0 if is_ranged else index, index), None
    for step in address.field.split(".") if address.field is not None else ():
        value = _field(value, step, types)
    if index is not None:
        value = _element(value, index, index)
    return value


def _field(value: Any, step: str, types: Types) -> Any:  # noqa: ANN401 - any value
    fields = _opened(value, step, types)
    if step in fields:
        return fields[step]
    if (match := _ELEMENT.fullmatch(step)) and match[1] in fields:
        return _element(fields[match[1]], int(match[2]), int(match[2]))
    names = ", ".join(f"'{name}'" for name in list(fields)[:_MOST_NAMES]) or "none"
    raise NoValueError(f"no field '{step}' here; there are {names}")


def _opened(value: Any, step: str, types: Types) -> dict[str, Any]:  # noqa: ANN401 - any value
    match value:
        case ua.Variant(Value=inner) | ua.DataValue(Value=ua.Variant(Value=inner)):
            return _opened(inner, step, types)
        case ua.ExtensionObject():
            return types.opened(value)
        case dict():
            return value
        case None:
            raise NoValueError(f"no field '{step}' here: what it belongs to is left out or not set")
        case list():
            raise NoValueError(f"no field '{step}' here but an array of {len(value)}: which element is meant?")
    if is_dataclass(value) and not isinstance(value, type):
        # One of the standard's structures, of which the library made an object.
        return {name: getattr(value, name) for name in value.__dataclass_fields__}
    raise NoValueError(f"no field '{step}' here but a single value")


def _element(value: Any, index: int, meant: int) -> Any:  # noqa: ANN401 - any value
    value = value.Value if isinstance(value, ua.Variant) else value
    if value is None:
        raise NoValueError(f"no element {meant}: the array is not there")
    if not _is_many(value):
        raise NoValueError(f"no element {meant}: it is no array; take 'index' out")
    elements = _flat(value) if isinstance(value, list) else value
    if index >= len(elements):
        raise NoValueError(f"no element {meant}: the array has {len(elements)}, counted from 0")
    return elements[index]


def _is_many(value: Any) -> bool:  # noqa: ANN401 - any value
    """Whether it has elements; controllers send arrays of octets as one ByteString, too."""
    return isinstance(value.Value if isinstance(value, ua.Variant) else value, list | bytes)


def _flat(value: list[Any]) -> list[Any]:
    """A matrix, of which the library makes lists in lists, row by row."""
    while value and isinstance(value[0], list):
        value = [one for row in value for one in row]
    return value
