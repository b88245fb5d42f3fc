"""What carries octets to Modbus units and back, and how those that ask and those that answer are told apart on it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from drivers.modbus_wire import Answer, Nonsense, Read


@dataclass(frozen=True, slots=True)
class Loss:
    """Why what was open is open no more."""

    reason: str
    """For people: sentences."""
    is_orderly: bool = False
    """The other end closed it without an error; some servers do behind every answer."""


Take: TypeAlias = Callable[[bytes], None]
Lose: TypeAlias = Callable[[Loss], None]


class Transport(Protocol):
    """An open line. It gives what comes to a `Take`, and says once to a `Lose` that it was lost, unless closed."""

    def write(self, data: bytes) -> None:
        """Send, without waiting.

        Raises:
            OSError: it cannot be sent.
        """
        ...

    def close(self) -> None:
        """At once, and without a word to anybody."""
        ...


class Way(Protocol):
    """How a line is opened; it lives on from one opening to the next."""

    opens_s: float
    """Real seconds that opening takes at most."""
    may_die_unnoticed: bool
    """Whether its other end can be gone without a word; silences in a row are taken for that."""

    async def open(self, take: Take, lose: Lose) -> Transport:
        """Open it.

        Raises:
            DeviceError: nobody answers there, or there is no such device.
        """
        ...

    def answered(self) -> None:
        """An answer came over what was opened last."""
        ...


class Dialogue(Protocol):
    """Which answer belongs to which request; knows no line, no clock and no waiting."""

    def begin_anew(self) -> None:
        """The line was opened again."""
        ...

    def rests_until(self, unit: int) -> float:
        """Before then a unit may not be asked."""
        ...

    def worst_s(self, unit: int) -> float:
        """Real seconds that an answer of a unit took at most lately; 0 where late ones cannot be told."""
        ...

    def before(self, unit: int, read: Read, may: Callable[[Read], bool], now: float) -> Read | None:
        """What has to be asked first so that the answer to this can be told from late ones; None for nothing.

        Args:
            unit: who is asked.
            read: what is asked.
            may: whether its device may be asked something else.
            now: the loop's time.
        """
        ...

    def ask(self, unit: int, read: Read, now: float) -> bytes:
        """The octets of a request, of which one is made at a time."""
        ...

    def hear(self, data: bytes, now: float) -> Answer | Nonsense | None:
        """What these octets say to the request, once there is anything to say."""
        ...

    def is_coming(self) -> bool:
        """Whether what was heard so far may be the beginning of the answer."""
        ...

    def time_is_up(self, now: float) -> Answer | Nonsense | None:
        """What was heard so far says this, as nothing more is waited for."""
        ...

    def give_up(self, now: float, rest_s: float) -> None:
        """The request is over. One that was not answered may still be; the unit then rests for at least so long."""
        ...

    @property
    def found(self) -> str:
        """What came instead of an answer, to follow the sender's name; empty for nothing."""
        ...
