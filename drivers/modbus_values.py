"""What registers and bits mean: numbers of all widths and orders, BCD, texts and single bits. Pure.

A register goes over the wire with its high octet first. What a device makes of several of them it decides itself: by
its letters, for 32 bits, ABCD is `word_order` and `byte_order` big, CDAB `word_order` little, BADC `byte_order` little,
DCBA both little; 64 bits likewise.
"""

from __future__ import annotations

import math
import struct
import unicodedata
from collections.abc import Sequence
from typing import Final, TypeAlias

from agent.core.observations import Quality, SignalValue
from agent.core.sources.address import TABLES_OF_BITS, AddressSettings
from drivers.scaling import scaled

Reading: TypeAlias = tuple[SignalValue, Quality, str]
"""Value, quality and status of one signal."""

_FLOATS: Final = {"float32": ">f", "float64": ">d"}
_UNPRINTABLE: Final = "\N{REPLACEMENT CHARACTER}"


def bad(status: str) -> Reading:
    """No value, and why."""
    return None, Quality.BAD, status


def reading(signal: AddressSettings, raw: Sequence[int]) -> Reading:
    """What a signal says.

    Args:
        signal: its type, orders, scale and offset.
        raw: its registers, or its bit, as the answer carries them.
    """
    try:
        value = value_of(signal, raw)
    except ValueError as error:
        return bad(str(error))
    number = scaled(value, signal)
    return bad("the scaled value is too great for a number") if number is None else (number, Quality.GOOD, "")


def value_of(signal: AddressSettings, raw: Sequence[int]) -> bool | int | float | str:
    """The value before scale and offset.

    Raises:
        ValueError: the registers hold none of this type; its text says what they hold.
    """
    if signal.table in TABLES_OF_BITS:
        return bool(raw[0])
    octets = ordered(signal, raw)
    if signal.type == "bit":
        assert signal.bit is not None, f"signal '{signal.key}' has no bit"
        return bool(int.from_bytes(octets, "big") >> signal.bit & 1)
    if signal.type == "string":
        return _text(octets)
    if signal.type in _FLOATS:
        return _float(octets, _FLOATS[signal.type])
    if signal.type in {"bcd16", "bcd32"}:
        return _bcd(octets)
    return int.from_bytes(octets, "big", signed=signal.type.startswith("int"))


def ordered(signal: AddressSettings, raw: Sequence[int]) -> bytes:
    """The octets of registers, the most significant one first; of a text in the order in which it is read."""
    words = reversed(raw) if signal.word_order == "little" else raw
    order = signal.byte_order
    return b"".join(word.to_bytes(2, order) for word in words)


def _float(octets: bytes, form: str) -> float:
    """A number; of a 32-bit one with a fraction the shortest that is the same there: 23.45, not 23.450000762939453."""
    number: float = struct.unpack(form, octets)[0]
    if not math.isfinite(number):
        raise ValueError(f"not a number: {octets.hex().upper()} is {number:f}")
    if len(octets) == 8 or number.is_integer():
        return number
    shorter = (float(f"{number:.{digits}g}") for digits in range(6, 9))
    return next((one for one in shorter if struct.pack(form, one) == octets), float(f"{number:.9g}"))


def _bcd(octets: bytes) -> int:
    digits = octets.hex()
    if not digits.isdecimal():
        raise ValueError(f"not BCD: {digits.upper()} has a digit above 9")
    return int(digits)


def _text(octets: bytes) -> str:
    """Up to its first NUL and without blanks behind it, as UTF-8, or else as Latin-1.

    Where the registers end within a character of several octets, it ends before that one. A single such octet behind
    plain ASCII is a letter in Latin-1.
    """
    octets = octets.partition(b"\0")[0].rstrip(b" ")
    try:
        text = octets.decode("utf-8")
    except UnicodeDecodeError as error:
        whole = octets[: error.start]
        is_cut = error.reason == "unexpected end of data" and not whole.isascii()
        text = whole.decode("utf-8") if is_cut else octets.decode("latin-1")
    return "".join(_UNPRINTABLE if unicodedata.category(one) == "Cc" else one for one in text)
