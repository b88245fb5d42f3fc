"""Whether registers may be meant in another order than they are configured to be. Pure.

Nobody can know it from one value: what is told here is what the machine's own display is to be compared with.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from agent.core.sources.address import AddressSettings
from drivers.modbus_values import value_of

_GREATEST: Final = 1e9
_SMALLEST: Final = 1e-6
"""Beyond these a measured value is nothing that a machine shows."""
_WORD: Final = 0x10000


def doubt_of_order(address: AddressSettings, raw: Sequence[int]) -> str:
    """Why the order of the registers is to be looked at; empty where it looks right, or says nothing.

    Args:
        address: as it is configured.
        raw: its registers, as the answer carries them.
    """
    if address.width < 2 or address.type in {"string", "bit"} or not any(raw):
        return ""
    orders = {"word_order": "little" if address.word_order == "big" else "big"}
    other = address.model_copy(update=orders)
    value, swapped = _value(address, raw), _value(other, raw)
    is_odd = _is_odd_float if address.type.startswith("float") else _is_odd_whole
    if swapped is None or not is_odd(value) or is_odd(swapped):
        return ""
    shown = "no number" if value is None else f"{value:g}" if isinstance(value, float) else str(value)
    meant = f"{swapped:g}" if isinstance(swapped, float) else str(swapped)
    return (
        f'it shows {shown}; with word_order = "{orders["word_order"]}" it would be {meant}: '
        "compare with the machine's own display"
    )


def _value(address: AddressSettings, raw: Sequence[int]) -> int | float | None:
    try:
        value = value_of(address, raw)
    except ValueError:
        return None
    return value if isinstance(value, int | float) else None


def _is_odd_whole(value: float | None) -> bool:
    """A number of which only the upper words say anything: what counts up one by one is not so but now and then."""
    return value is None or (isinstance(value, int) and abs(value) >= _WORD and value % _WORD == 0)


def _is_odd_float(value: float | None) -> bool:
    return value is None or (value != 0 and not _SMALLEST <= abs(value) <= _GREATEST)
