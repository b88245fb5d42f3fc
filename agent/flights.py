"""What was handed to the broker and is not answered, and which fact of it is suspected when a connection is lost."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from agent.core.contract.strikes import Strikes
from agent.core.errors import UplinkError
from agent.messages import Message


@dataclass(frozen=True, slots=True)
class Flight:
    """A message that the broker has not answered."""

    message: Message
    puback: asyncio.Future[int]
    since: float
    """Loop time at which it was handed over."""


@dataclass(frozen=True, slots=True)
class Condemned:
    """A fact under which too many connections were lost."""

    position: int
    code: int | None
    """The reason that the broker gave at last."""


class Flights:
    """The messages in flight, in the order in which they were sent."""

    def __init__(self) -> None:
        self._flights: deque[Flight] = deque()
        self._answered_at = 0.0
        self._strikes = Strikes()
        self.alone_through = 0
        """Up to this position each fact goes out by itself and waits for its answer: one of them is poison."""
        self.condemned: Condemned | None = None
        """To be parked before anything else is sent."""

    def __len__(self) -> int:
        """How many there are."""
        return len(self._flights)

    @property
    def oldest(self) -> Flight | None:
        """The one that was sent first."""
        return self._flights[0] if self._flights else None

    def sent(self, flight: Flight) -> None:
        """One more is in flight."""
        self._flights.append(flight)

    @property
    def waiting_since(self) -> float | None:
        """Loop time since which the broker has answered nothing, None where nothing is in flight."""
        return max(self._flights[0].since, self._answered_at) if self._flights else None

    def answered(self, now: float) -> Iterator[tuple[Message, int]]:
        """Take those that the broker has answered, with its reason codes, as long as the oldest has its answer.

        Args:
            now: loop time.

        Raises:
            UplinkError: the connection was lost.
        """
        while self._flights and self._flights[0].puback.done():
            if self._flights[0].puback.cancelled():
                raise UplinkError("the connection was lost")
            flight = self._flights.popleft()
            self._answered_at = now
            yield flight.message, flight.puback.result()

    def forget(self) -> None:
        """What the broker says of them does not matter any more."""
        self._flights.clear()

    def go_alone(self, through: int) -> None:
        """Each fact up to this position by itself."""
        self.alone_through = max(self.alone_through, through)

    def lost(self, code: int | None) -> None:
        """The connection was lost; the oldest message without an answer is suspected, unless the reason clears it.

        Args:
            code: the broker's reason, None where it gave none.
        """
        while self._flights and self._flights[0].puback.done() and not self._flights[0].puback.cancelled():
            self._flights.popleft()
        if not self._flights:
            self._strikes = Strikes()
            return
        head = self._flights[0].message
        alone = head.is_single and len(self._flights) == 1
        self._strikes = self._strikes.again(head.first, code, alone=alone)
        if self._strikes.is_out and alone:
            self.condemned = Condemned(head.first, code)
        elif self._strikes.is_doubted:
            self.go_alone(head.last)
