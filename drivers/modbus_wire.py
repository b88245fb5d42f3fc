"""Modbus as it is said: requests that read, and what their answers mean (Modbus Application Protocol 1.1b3). Pure.

There are the function codes 1 to 4 and no others: what could write to a machine cannot be said (design.md promise 7).
"""

from __future__ import annotations

from dataclasses import dataclass
from struct import Struct
from typing import Final, Literal, TypeAlias

Table: TypeAlias = Literal["holding", "input", "coil", "discrete"]

FUNCTIONS: Final[dict[Table, int]] = {"coil": 1, "discrete": 2, "holding": 3, "input": 4}
"""Function code that reads each table (6.1 to 6.4)."""
MOST: Final[dict[Table, int]] = {"holding": 125, "input": 125, "coil": 2000, "discrete": 2000}
"""Registers or bits that one answer can carry (6.1 to 6.4)."""
REFUSED: Final = 0x80
"""Is added to the function code in an answer that refuses (7)."""
EXCEPTIONS: Final = {
    1: "illegal function",
    2: "illegal data address",
    3: "illegal data value",
    4: "server device failure",
    5: "acknowledge",
    6: "server device busy",
    8: "memory parity error",
    10: "gateway path unavailable",
    11: "gateway target device failed to respond",
}
"""Exception codes (7)."""
_BITS: Final = frozenset({"coil", "discrete"})
_REQUEST: Final = Struct(">BHH")


@dataclass(frozen=True, slots=True)
class Read:
    """A request for consecutive registers or bits."""

    table: Table
    address: int
    """Of the first one, from 0."""
    count: int

    def __post_init__(self) -> None:
        """No frame has room for anything else."""
        assert 0 <= self.address <= 65536 - self.count, f"{self} is outside of every table"
        assert 1 <= self.count <= MOST[self.table], f"{self} is more than one answer can carry"

    @property
    def function(self) -> int:
        """Its function code."""
        return FUNCTIONS[self.table]

    @property
    def size(self) -> int:
        """Octets of data in an answer that gives all that is asked for."""
        return (self.count + 7) // 8 if self.table in _BITS else 2 * self.count

    @property
    def pdu(self) -> bytes:
        """It without any framing."""
        return _REQUEST.pack(self.function, self.address, self.count)


@dataclass(frozen=True, slots=True)
class Refusal:
    """An answer that gives nothing but the reason."""

    code: int
    """Exception code."""

    def __str__(self) -> str:
        """In words, such as `Modbus exception 2 (illegal data address)`."""
        return f"Modbus exception {self.code} ({EXCEPTIONS.get(self.code, 'unknown')})"

    @property
    def is_for_now(self) -> bool:
        """Whether the device has the request and can say more soon (7, codes 5 and 6)."""
        return self.code in {5, 6}

    @property
    def is_absence(self) -> bool:
        """Whether a gateway says so, for a device that does not answer it (7, codes 10 and 11)."""
        return self.code in {10, 11}


Answer: TypeAlias = tuple[int, ...] | Refusal
"""Registers, bits as 0 and 1, or why there are none."""


@dataclass(frozen=True, slots=True)
class Nonsense:
    """What came is no answer to what was asked, whatever it is."""

    found: str
    """Follows the name of who sent it: `answered 1 of 2 values from holding 0`."""
    ends: bool = False
    """Whether nothing that comes after it on this connection can be understood either."""
    again: bool = False
    """Whether the request is over and may be made anew at once."""


def meaning(read: Read, pdu: bytes) -> Answer | Nonsense:
    """What an answer without its framing says to a request."""
    if pdu[0] == read.function | REFUSED and len(pdu) == 2:
        return Refusal(pdu[1])
    if flaw := _flaw(read, pdu):
        return Nonsense(flaw)
    data = pdu[2:]
    if read.table in _BITS:
        return tuple(data[index >> 3] >> (index & 7) & 1 for index in range(read.count))
    return tuple(data[index] << 8 | data[index + 1] for index in range(0, len(data), 2))


def _flaw(read: Read, pdu: bytes) -> str:
    """Why it gives no values; empty for nothing."""
    if pdu[0] & ~REFUSED != read.function:
        return f"answered with function code {pdu[0]} where {read.function} was asked"
    if pdu[0] & REFUSED:
        return f"sent an exception of {len(pdu)} octets, expected 2"
    given = len(pdu) - 2
    if pdu[1] != given:
        return f"answered with {given} octets of data where it says that they are {pdu[1]}"
    if given != read.size:
        values = 8 * given if read.table in _BITS else given // 2
        return f"answered {values} of {read.count} values from {read.table} {read.address}"
    return ""
