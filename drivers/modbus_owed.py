"""Which late answers one unit may still send where nothing in an answer says which request it belongs to: RTU. Pure.

Answers have a shape, their function code and their length; two of one shape cannot be told apart. Every request counts
as owed from when it was sent until its answer came, or cannot come any more. What comes is taken for the answer to the
oldest request of its shape that is owed, and only if that is the request under way it is believed. An exception, which
has no length of its own, is taken for one to the oldest request with its function code.

Guarantee: no answer is ever taken for that to another request, however late or lost answers are, if

- the unit answers in the order of its requests, each at most once and some perhaps never, and
- no answer comes more than `FORGOTTEN_S`, or four times its rest, after its request was given up.

The first is what every unit on a serial line does: it has one request in hand, and at most one in its receiver. An
answer to any request then settles all that were sent before it, which is how a unit that was late is found to owe
nothing any more: `checks` are requests of another shape, made before one whose shape is owed. A unit that breaks the
first rule, as one behind a careless gateway may, is still told apart if its answers come within the rest that it is
given after each request without one (`modbus_rtu`). Nothing tells an answer that a unit sends twice, or unasked in the
very shape that is waited for, from the one that is.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final, Self

from drivers.modbus_wire import MOST, REFUSED, Read, Table

FORGOTTEN_S: Final = 10.0
"""Real seconds after which an answer that was given up is not expected any more, at the least."""
_OTHERS: Final[dict[Table, tuple[Table, ...]]] = {
    "holding": ("input", "coil", "discrete"),
    "input": ("holding", "discrete", "coil"),
    "coil": ("discrete", "holding", "input"),
    "discrete": ("coil", "input", "holding"),
}
"""Tables to look into for an answer with another function code, the likeliest to be there first."""


@dataclass(frozen=True, slots=True)
class Debt:
    """A request whose answer may still come."""

    function: int
    size: int
    """Octets of data in its answer."""
    asked_at: float
    until: float = math.inf
    """When it is forgotten; infinity while it is under way."""

    def is_paid_by(self, function: int, size: int | None) -> bool:
        """Whether an answer may be its own; `size` is None for an exception."""
        return function == self.function and size in {None, self.size}


@dataclass(frozen=True, slots=True)
class Heard:
    """What became of an answer."""

    owed: Owed
    """What is owed after it."""
    is_certain: bool = False
    """It belongs to the request under way."""
    took_s: float = 0.0
    """From its request, or from an earlier one of its shape."""


@dataclass(frozen=True, slots=True)
class Owed:
    """Of one unit, in the order of asking."""

    debts: tuple[Debt, ...] = ()

    def asked(self, read: Read, now: float) -> Self:
        """A request is under way."""
        return replace(self, debts=(*self.debts, Debt(read.function, read.size, now)))

    def gave_up(self, now: float, rest_s: float) -> Self:
        """Nobody waits any longer for the request under way."""
        *others, last = self.debts
        return replace(self, debts=(*others, replace(last, until=now + max(FORGOTTEN_S, 4 * rest_s))))

    def forgetting(self, now: float) -> Self:
        """Without what cannot come any more."""
        return replace(self, debts=tuple(debt for debt in self.debts if debt.until > now))

    def heard(self, pdu: bytes, now: float) -> Heard:
        """An answer came."""
        function = pdu[0] & ~REFUSED
        size = None if pdu[0] & REFUSED else len(pdu) - 2
        for at, debt in enumerate(self.debts):
            if debt.is_paid_by(function, size):
                return Heard(replace(self, debts=self.debts[at + 1 :]), debt.until == math.inf, now - debt.asked_at)
        return Heard(self)

    def is_owed(self, read: Read) -> bool:
        """Whether an answer of its shape is, by a request that was given up."""
        return any(debt.until < math.inf and debt.is_paid_by(read.function, read.size) for debt in self.debts)


def checks(read: Read) -> Iterator[Read]:
    """Requests of other shapes, those first that every device takes which takes this one."""
    step = 8 if read.table in {"coil", "discrete"} else 1
    if read.count > step:
        yield Read(read.table, read.address, read.count - step)
    for table in _OTHERS[read.table]:
        yield Read(table, read.address, 1)
    if read.address + read.count + step <= 65536 and read.count + step <= MOST[read.table]:
        yield Read(read.table, read.address, read.count + step)
