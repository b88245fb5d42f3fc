"""Who answers what on a line with RTU, and when a unit that was late may be asked again. Pure.

`modbus_owed` has what is guaranteed. After a request without an answer the unit rests: for its time-out at the least,
and for longer than any answer of it took lately. Answers that come meanwhile are dropped, and end the rest once nothing
is owed any more. Other units are asked in that time, as each answer says which unit it is from.

Adapters for two wires may send our own requests back: what is the request to the octet is dropped once, if it cannot be
the answer as well. A late answer or noise may come before it. Not told from an answer is an echo that could be one, of
17 to 24 bits from an address 0x03xx on, and comes only after its request was given up.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from drivers.modbus_frames import Found, found, framed
from drivers.modbus_owed import Owed, checks
from drivers.modbus_wire import REFUSED, Answer, Nonsense, Read, meaning

_LONGEST_REST_S: Final = 2.0
"""With the time-out before it: a unit that was slow once is read again within three seconds of being well."""
_MARGIN_S: Final = 0.1
_FADING: Final = 0.99
"""What the longest time of an answer is taken for with each further answer: one bad hour is not for ever."""
_REQUEST: Final = 8
"""Octets of a request on the wire."""
_SHOWN: Final = 16


_NOTHING: Final = Owed()


@dataclass(slots=True)
class _Unit:
    owed: Owed = _NOTHING
    worst_s: float = 0.0
    """That any of its answers took."""
    rests_until: float = -math.inf


class RtuDialogue:
    """What was asked and has come on one line; it outlives its openings, as what is owed does."""

    def __init__(self) -> None:
        self._units: dict[int, _Unit] = {}
        self._asked: tuple[int, Read] | None = None
        self._wanted: Read | None = None
        """What the request under way is a check for."""
        self._received = b""
        self._echo = b""
        """The request under way, as long as what comes may be its echo."""
        self._echoes: bool | None = None
        self._noise = b""
        self._strange = ""

    def begin_anew(self) -> None:
        """The line was opened again, perhaps with another adapter."""
        self._received = self._echo = b""
        self._echoes = None

    def rests_until(self, unit: int) -> float:
        """When what a unit owes is not likely to come any more."""
        return self._unit(unit).rests_until

    def worst_s(self, unit: int) -> float:
        """Late ones included, as far as they came while anybody listened."""
        return self._unit(unit).worst_s

    def before(self, unit: int, read: Read, may: Callable[[Read], bool], now: float) -> Read | None:
        """A check, if an answer of the same shape is owed; None where none may be made, too."""
        owed = self._units[unit].owed = self._unit(unit).owed.forgetting(now)
        self._wanted = read if owed.is_owed(read) else None
        if self._wanted is None:
            return None
        # One whose shape is not owed is certain whatever comes.
        return min(filter(may, checks(read)), key=owed.is_owed, default=None)

    def ask(self, unit: int, read: Read, now: float) -> bytes:
        """The request's octets; one at a time."""
        state = self._unit(unit)
        state.owed = state.owed.asked(read, now)
        self._asked = (unit, read)
        if self._wanted == read:
            self._wanted = None
        self._received = self._noise = b""
        self._strange = ""
        request = framed(unit, read.pdu)
        # On a line that seems to have no echo, as its first one was damaged, others are known all the same.
        self._echo = b"" if self._echoes is False and _may_answer_itself(request, read) else request
        return request

    def hear(self, data: bytes, now: float) -> Answer | Nonsense | None:
        """What came means this; None while no answer is certain."""
        self._noise = (self._noise + data)[:_SHOWN]
        self._received += data
        if self._echo and self._is_echo():
            return None
        return self._look(now, is_all=False)

    def is_coming(self) -> bool:
        """Whether the last octets may be the beginning of the answer."""
        return bool(self._received)

    def time_is_up(self, now: float) -> Answer | Nonsense | None:
        """Whatever seemed to begin a frame and did not end it may have hidden the answer."""
        return self._look(now, is_all=True)

    def give_up(self, now: float, rest_s: float) -> None:
        """The request is over; if nothing answered it, something may, and its unit rests."""
        asked, self._asked = self._asked, None
        self._echo = b""
        if asked is None:
            return
        state = self._unit(asked[0])
        rest_s = max(rest_s, min(state.worst_s * 1.5 + _MARGIN_S, _LONGEST_REST_S))
        state.owed = state.owed.gave_up(now, rest_s)
        state.rests_until = now + rest_s

    @property
    def found(self) -> str:
        """What came instead of an answer, as part of a sentence; empty for nothing."""
        if self._strange or not self._noise:
            return self._strange
        return f"sent {self._noise.hex(' ')}, in which no answer is, as where baud, parity or stop bits are wrong"

    def _unit(self, unit: int) -> _Unit:
        return self._units.setdefault(unit, _Unit())

    def _is_echo(self) -> bool:
        """Whether nothing but our own request, or a part of it, came; an echo is dropped."""
        if len(self._received) < _REQUEST and self._echo.startswith(self._received):
            return True
        before, echo, after = self._received.partition(self._echo)
        if not echo:
            return False
        self._echo = b""
        is_answer_too = self._asked is not None and _may_answer_itself(echo, self._asked[1])
        self._received = before + after
        self._noise = self._received[:_SHOWN]
        self._echoes = self._echoes if is_answer_too else True
        return not self._received

    def _look(self, now: float, *, is_all: bool) -> Answer | Nonsense | None:
        seen = found(self._received, self._expects, is_all=is_all)
        self._received = seen.rest
        heard: Answer | Nonsense | None = None
        for frame in seen.frames:
            answer = self._judge(frame[0], frame[1:], now)
            heard = answer if heard is None else heard
        return self._damage(seen) if heard is None else heard

    def _judge(self, unit: int, pdu: bytes, now: float) -> Answer | Nonsense | None:
        state = self._unit(unit)
        heard = state.owed.heard(pdu, now)
        state.owed = heard.owed
        state.worst_s = max(heard.took_s, state.worst_s * _FADING)
        if not state.owed.debts:
            state.rests_until = -math.inf
        if self._asked is None or self._asked[0] != unit:
            return None
        if heard.is_certain:
            read, self._asked = self._asked[1], None
            if self._echoes is None:
                # What was taken for an echo and may have been the answer was none, as that came behind it.
                self._echoes = not self._echo
            return meaning(read, pdu)
        if self._wanted is not None and not state.owed.is_owed(self._wanted):
            # Late as it may be, it settles what the check was made for.
            return ()
        self._strange = "answered something else"
        flaw = meaning(self._asked[1], pdu)
        if isinstance(flaw, Nonsense):
            self._strange = flaw.found
        return None

    def _damage(self, seen: Found) -> Nonsense | None:
        """An answer that is certainly that to the request under way, were its check right."""
        if self._asked is None:
            return None
        unit, read = self._asked
        state = self._unit(unit)
        # Behind another damaged frame it may be a part of that one's data.
        if len(state.owed.debts) != 1 or seen.damaged[:1] != (bytes([unit, read.function, read.size]),):
            return None
        self._asked, state.owed = None, _NOTHING
        return Nonsense(
            "sent an answer with a wrong check, twice, as noise or a missing terminator make it", again=True
        )

    def _expects(self, beginning: bytes) -> bool:
        if self._asked is not None and beginning[0] == self._asked[0]:
            return True
        state = self._units.get(beginning[0])
        if state is None:
            return False
        return any(
            (bytes([debt.function, debt.size])).startswith(beginning[1:])
            or (debt.function | REFUSED).to_bytes(1, "big") == beginning[1:2]
            for debt in state.owed.debts
        )


def _may_answer_itself(request: bytes, read: Read) -> bool:
    """Whether the answer may be the same octets as the request."""
    return request[2] == read.size == _REQUEST - 5
