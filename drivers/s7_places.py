"""Where a Siemens S7 controller has a value, what it is made of there, and which values are read together. Pure."""

from __future__ import annotations

import math
import re
import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from agent.core.observations import SignalValue

Area: TypeAlias = Literal["DB", "M", "I", "Q"]
GAP: Final = 16
"""Octets between two values that are read along rather than asked for apart: a request costs more."""
EXPECTED: Final = "expected an address such as DB1.DBX0.3, DB1.DBW2:INT, DB1.DBD4:REAL, DB5.DBB10:STRING[20] or M10.2"

_FORM: Final = re.compile(
    r"(?:DB(?P<db>[0-9]{1,5})\.DB|(?P<area>[MIQEA]))(?P<width>[XBWD]?)(?P<start>[0-9]{1,5})(?:\.(?P<bit>[0-7]))?"
    r"(?::(?P<type>[A-Z]+)(?:\[(?P<length>[0-9]{1,3})\])?)?"
)
_AREAS: Final[dict[str, Area]] = {"M": "M", "I": "I", "E": "I", "Q": "Q", "A": "Q"}
"""E and A are what I and Q are called in German."""
_FORMATS: Final = {
    "B": {"BYTE": ">B", "USINT": ">B", "SINT": ">b", "LREAL": ">d", "LINT": ">q", "ULINT": ">Q"},
    "W": {"WORD": ">H", "UINT": ">H", "INT": ">h"},
    "D": {"DWORD": ">I", "UDINT": ">I", "DINT": ">i", "REAL": ">f"},
}
_DEFAULTS: Final = {"B": "USINT", "W": "UINT", "D": "UDINT"}
_LAST: Final = 65_535
_LONGEST: Final = 254
_STRING: Final = "STRING"


@dataclass(frozen=True, slots=True)
class Place:
    """One value."""

    area: Area
    db: int
    """Number of the data block; 0 elsewhere."""
    start: int
    """First octet."""
    size: int
    """Octets."""
    form: str
    """Of `struct`, or `STRING`; empty for a bit."""
    bit: int = 0

    def value(self, octets: bytes) -> SignalValue:
        """What its octets say.

        Raises:
            ValueError: nothing of this type.
        """
        if not self.form:
            return bool(octets[0] >> self.bit & 1)
        if self.form == _STRING:
            return self._text(octets)
        number: int | float = struct.unpack(self.form, octets)[0]
        if not math.isfinite(number):
            raise ValueError("not a number")
        return number

    def _text(self, octets: bytes) -> str:
        room, used = octets[0], octets[1]
        if used > room or used > self.size - 2:
            raise ValueError(f"no STRING: it claims {used} characters of {min(room, self.size - 2)}")
        return octets[2 : 2 + used].decode("latin-1")


@dataclass(frozen=True, slots=True)
class Block:
    """Octets that are asked for at once."""

    area: Area
    db: int
    start: int
    size: int
    keys: tuple[str, ...]
    """Of the values in it."""


def place_of(address: str) -> Place:
    """What an address means.

    Raises:
        ValueError: it is none; its text says what is expected.
    """
    found = _FORM.fullmatch(address)
    if found is None:
        raise ValueError(EXPECTED)
    area: Area = "DB" if found["area"] is None else _AREAS[found["area"]]
    db, start = int(found["db"] or 0), int(found["start"])
    width, name = found["width"], found["type"]
    is_bit = found["bit"] is not None
    if is_bit != (width in {"", "X"}) or (area == "DB" and not width) or (area != "DB" and width == "X"):
        raise ValueError(EXPECTED)
    if (name == _STRING) != (found["length"] is not None) or (is_bit and name not in {None, "BOOL"}):
        raise ValueError(EXPECTED)
    if is_bit:
        size, form = 1, ""
    elif name == _STRING:
        length = int(found["length"])
        if width != "B" or not 1 <= length <= _LONGEST:
            raise ValueError(f"a STRING begins at an octet and has 1 to {_LONGEST} characters: DB5.DBB10:STRING[20]")
        size, form = length + 2, _STRING
    else:
        types = _FORMATS[width]
        if (name or _DEFAULTS[width]) not in types:
            raise ValueError(f"'{name}' does not stand at an address with {width}; expected one of {', '.join(types)}")
        form = types[name or _DEFAULTS[width]]
        size = struct.calcsize(form)
    if max(db, start + size - 1) > _LAST or (area == "DB" and db == 0):
        raise ValueError(f"expected a data block from 1 to {_LAST}, and no octet behind {_LAST}")
    return Place(area, db, start, size, form, int(found["bit"] or 0))


def planned(places: Iterable[tuple[str, Place]], largest: int) -> tuple[Block, ...]:
    """The requests for all of them: neighbours together, each of so many octets at most, unless one value has more."""
    ordered = sorted(places, key=lambda one: (one[1].area, one[1].db, one[1].start, one[0]))
    blocks: list[Block] = []
    for key, place in ordered:
        last = blocks[-1] if blocks else None
        end = place.start + place.size
        if (
            last is not None
            and (last.area, last.db) == (place.area, place.db)
            and place.start <= last.start + last.size + GAP
            and max(end, last.start + last.size) - last.start <= largest
        ):
            size = max(end, last.start + last.size) - last.start
            blocks[-1] = Block(last.area, last.db, last.start, size, (*last.keys, key))
        else:
            blocks.append(Block(place.area, place.db, place.start, place.size, (key,)))
    return tuple(blocks)


def apart(block: Block, places: dict[str, Place]) -> Sequence[Block]:
    """A request for each value of one that was refused: its neighbours may be there."""
    return [
        Block(place.area, place.db, place.start, place.size, (key,)) for key in block.keys for place in (places[key],)
    ]
