"""Who answers what over Modbus TCP (Modbus Messaging on TCP/IP 1.0b, 3.1.3). Pure.

Each request has a transaction id of its own, and what comes with another one is dropped, however late or often it
comes: no answer is ever taken for that to another request. A stream in which no frame can be found is given up.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from struct import Struct
from typing import Final

from drivers.modbus_wire import Answer, Nonsense, Read, meaning

_HEADER: Final = Struct(">HHHB")
"""Transaction id, protocol id, octets that follow it, unit identifier."""
_SHORTEST, _LONGEST = 3, 254
"""Octets behind the length: unit identifier, function code and one more; 253 octets and the unit identifier."""
_STAND_INS: Final = frozenset({0, 255})
"""Unit identifiers that devices without units answer with, whatever unit was asked (4.4.1.2)."""
_SHOWN: Final = 16


class MbapDialogue:
    """What was asked and has come over one place's connections, one after the other."""

    def __init__(self) -> None:
        self._transaction = 0
        self._asked: tuple[int, Read] | None = None
        self._received = b""
        self._strange = ""

    def begin_anew(self) -> None:
        """Another connection carries what follows. Transaction ids go on: a gateway may keep old answers."""
        self._received = b""
        self._asked = None

    def rests_until(self, unit: int) -> float:
        """No unit ever rests: late answers do no harm."""
        del unit
        return -math.inf

    def worst_s(self, unit: int) -> float:
        """Unknown: whoever waited in vain hangs up."""
        del unit
        return 0.0

    def before(self, unit: int, read: Read, may: Callable[[Read], bool], now: float) -> None:
        """Nothing: each answer says which request it belongs to."""

    def ask(self, unit: int, read: Read, now: float) -> bytes:
        """The request's octets; one at a time."""
        del now
        self._transaction = (self._transaction + 1) & 0xFFFF
        self._asked = (unit, read)
        self._strange = ""
        pdu = read.pdu
        return _HEADER.pack(self._transaction, 0, len(pdu) + 1, unit) + pdu

    def hear(self, data: bytes, now: float) -> Answer | Nonsense | None:
        """What came means this; None while the answer is not there."""
        del now
        received, heard = self._received + data, None
        while True:
            if flaw := _flaw(received):
                return flaw
            end = 6 + int.from_bytes(received[4:6], "big")
            if len(received) < max(end, _HEADER.size):
                break
            heard = self._frame(received[:end]) if heard is None else heard
            received = received[end:]
        self._received = received
        return heard

    def is_coming(self) -> bool:
        """No: the time-out is for the whole answer."""
        return False

    def time_is_up(self, now: float) -> None:
        """Nothing of what came so far is an answer."""

    def give_up(self, now: float, rest_s: float) -> None:
        """Nobody waits for the answer any more."""
        del now, rest_s
        self._asked = None

    @property
    def found(self) -> str:
        """What came instead of an answer, as part of a sentence; empty for nothing."""
        if self._received:
            return f"sent {self._received[:_SHOWN].hex(' ')}, the beginning of an answer at most"
        return self._strange

    def _frame(self, frame: bytes) -> Answer | Nonsense | None:
        transaction, _, _, unit = _HEADER.unpack_from(frame)
        if self._asked is None:
            return None
        if transaction != self._transaction:
            self._strange = f"answered transaction {transaction} where {self._transaction} was asked"
            return None
        asked, read = self._asked
        self._asked = None
        if unit != asked and unit not in _STAND_INS:
            return Nonsense(f"answered for unit {unit} where unit {asked} was asked")
        return meaning(read, frame[_HEADER.size :])


def _flaw(received: bytes) -> Nonsense | None:
    """Why no frame begins here."""
    protocol = received[2:4]
    if protocol.strip(b"\0"):
        return Nonsense(
            f"sent {received[:_SHOWN].hex(' ')}, which is no Modbus TCP: protocol id 0 was expected", ends=True
        )
    if len(received) >= 6:
        length = int.from_bytes(received[4:6], "big")
        if not _SHORTEST <= length <= _LONGEST:
            text = f"sent a frame of {length} octets, expected {_SHORTEST} to {_LONGEST}"
            return Nonsense(text, ends=True)
    return None
