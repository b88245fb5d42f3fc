"""What OPC UA's types and rights are called, for people. Pure."""

from __future__ import annotations

from typing import Final

from asyncua import ua

from drivers.opcua_walk import printable

_LONGEST_WORDS: Final = 200
_RIGHTS: Final = ((0, "read"), (1, "write"), (2, "history"))
"""Bits of AccessLevel (OPC 10000-3, 8.57) that somebody who commissions a machine asks about."""


def kind_of(data: ua.DataValue) -> str:
    """Type of a value, such as `Int32` or `array of Float`; empty where there is none."""
    if data.Value is None or data.Value.Value is None:
        return ""
    name = str(data.Value.VariantType.name).replace("ExtensionObject", "structure")
    return f"array of {name}" if data.Value.is_array else name


def rights(data: ua.DataValue) -> str:
    """An access level in words, such as `read, write`; empty where the server does not say it."""
    level = data.Value.Value if data.Value is not None else None
    if not isinstance(level, int):
        return ""
    return ", ".join(word for bit, word in _RIGHTS if level >> bit & 1) or "none"


def words_of(data: ua.DataValue) -> str:
    """A description in one line."""
    text = data.Value.Value.Text if data.Value is not None and isinstance(data.Value.Value, ua.LocalizedText) else ""
    return " ".join(printable(text or "").split())[:_LONGEST_WORDS]
