"""Sends what waits in the journal, strictly in order, and keeps sending until the MES itself says that it has it.

Delivered means confirmed by the MES. What was sent lives in memory only and starts again at what is confirmed with
each connection, so nothing is updated per fact and the cost of a fact does not depend on the backlog.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from agent.broker import NO_MATCHING_SUBSCRIBERS, Outgoing, Session
from agent.clock import Clock
from agent.core.commands import Replay
from agent.core.envelope import BATCH_CONTENT_TYPE, CONTENT_TYPE, Envelopes, Row
from agent.core.errors import InvalidMessageError, JournalError, UplinkError
from agent.core.settings import MesSettings
from agent.core.topics import Topics
from agent.journal.journal import Journal
from agent.retry import Backoff

LOG = logging.getLogger(__name__)
BATCH_BYTES = 60_000
HEAD_BYTES = 1_000
"""More than topic and properties of one message take."""
READ_ROWS = 400
LIVE_ROWS = 8
"""Up to so many waiting facts go out one by one on their own topics; more go as batches."""
LONGEST_ACK_TIMEOUT_S = 600.0


class Rejected(BaseModel):
    """A fact that the MES refuses; it counts as through."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    sequence: Annotated[int, Field(ge=1)]
    reason: str = ""


class Ack(BaseModel):
    """The MES's word that it has every fact of an epoch up to `through`."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    epoch: str
    through: Annotated[int, Field(ge=0)]
    rejected: tuple[Rejected, ...] = ()


@dataclass(frozen=True, slots=True)
class Message:
    """Some facts as one MQTT message."""

    outgoing: Outgoing
    last_sequence: int


@dataclass(slots=True)
class Flight:
    """A message that the broker has not answered."""

    last_sequence: int
    puback: asyncio.Future[int]


class Forwarder:
    """Delivers one journal to one MES."""

    def __init__(
        self, journal: Journal, settings: MesSettings, topics: Topics, envelopes: Envelopes, clock: Clock
    ) -> None:
        self._journal = journal
        self._clock = clock
        self._settings = settings
        self._topics = topics
        self._envelopes = envelopes
        self._sent_through = 0
        self._probing = False
        self._unheard = False
        """The broker had nobody to give some of what is in flight to."""
        self._flights: deque[Flight] = deque()
        self._loop = asyncio.get_running_loop()
        self._progress_at = self._loop.time()
        self._ack_timeout = settings.ack_timeout_s
        self._unread = Backoff(1.0, 60.0)
        self.last_ack: float | None = None
        """Plant time of the MES's last acknowledgement."""
        self.turned_at = self._loop.time()
        """Loop time at which the loop last turned."""

    @property
    def confirming(self) -> bool:
        """Whether the MES confirms what is sent."""
        return not self._probing and self._unread.failures == 0

    async def run(self, session: Session) -> None:
        """Send over this session until it is lost.

        Raises:
            UplinkError: the connection is gone or the broker wants it closed.
        """
        self._sent_through = self._journal.marks.confirmed_through
        self._flights.clear()
        self._unheard = False
        self._note_progress()
        said = ""
        while True:
            self.turned_at = self._loop.time()
            try:
                await self.forward_once(session)
            except JournalError as error:
                if said != str(error):
                    said = str(error)
                    LOG.error("%s; what comes after it waits", said)  # noqa: TRY400 - a sentence for people
            await self._wait(session)

    async def forward_once(self, session: Session) -> None:
        """Send as much as the window takes now, and look at what was answered."""
        await self._settle_flights()
        if self._overdue():
            self._send_again("the MES has confirmed nothing")
        window = min(session.limits.receive_maximum, self._settings.window)
        confirmed = self._journal.marks.confirmed_through
        while len(self._flights) < window and self._sent_through < self._journal.marks.last_sequence:
            if session.full() or self._unheard or (self._probing and self._sent_through > confirmed):
                return
            rows = await self._journal.read(self._sent_through, READ_ROWS)
            live = len(rows) <= LIVE_ROWS
            for message in self._live(rows) if live else self._batches(rows, session.limits.max_packet):
                if session.full():
                    return
                self._flights.append(Flight(message.last_sequence, session.publish(message.outgoing)))
                self._sent_through = message.last_sequence
                if self._probing or len(self._flights) >= window:
                    return

    async def replay(self, session: Session, command: Replay) -> None:
        """Send a range again, as batches, beside what is being sent.

        Raises:
            InvalidMessageError: no such range.
        """
        marks = self._journal.marks
        if command.epoch != marks.epoch or command.first > command.last or command.last > marks.last_sequence:
            raise InvalidMessageError(
                f"replay: no facts {command.first} to {command.last} of epoch {command.epoch}; "
                f"this is epoch {marks.epoch} with facts 1 to {marks.last_sequence}"
            )
        after = command.first - 1
        while after < command.last:
            rows = await self._journal.read(after, min(READ_ROWS, command.last - after))
            for message in self._batches(rows, session.limits.max_packet):
                await session.room()
                await session.publish(message.outgoing)
            after = rows[-1].sequence

    async def acknowledged(self, payload: bytes) -> None:
        """Take the MES's acknowledgement.

        Raises:
            InvalidMessageError: not an acknowledgement, or of what was never sent; it changed nothing.
        """
        try:
            ack = Ack.model_validate_json(payload)
        except ValidationError as error:
            raise InvalidMessageError(f"ack: {error.errors(include_url=False)[0]['msg']}") from error
        marks = self._journal.marks
        highest = max(ack.through, *(rejected.sequence for rejected in ack.rejected), 0)
        if ack.epoch != marks.epoch or highest > marks.last_sequence:
            raise InvalidMessageError(
                f"ack: through {highest} of epoch {ack.epoch}; this is epoch {marks.epoch} "
                f"with facts up to {marks.last_sequence}"
            )
        self.last_ack = self._clock.now().wall
        for rejected in ack.rejected:
            LOG.warning("the MES refused fact %d: %s", rejected.sequence, rejected.reason)
            await self._journal.park(rejected.sequence, rejected.reason)
        if ack.through > marks.confirmed_through:
            self._sent_through = max(self._sent_through, ack.through)
            await self._journal.confirm(ack.through)
            self._note_progress()

    def _note_progress(self) -> None:
        if self._probing:
            LOG.info("the MES confirms again")
        self._probing = False
        self._unread.succeeded()
        self._progress_at = self._loop.time()
        self._ack_timeout = self._settings.ack_timeout_s
        self._journal.moved.set()

    def _overdue(self) -> bool:
        if self._settings.confirm == "broker" or self._sent_through <= self._journal.marks.confirmed_through:
            self._progress_at = self._loop.time()
            return False
        return self._loop.time() - self._progress_at >= self._ack_timeout

    def _send_again(self, why: str) -> None:
        """One window again, same ids; less and less often while nothing comes back."""
        if not self._probing:
            LOG.warning("%s; sending again from fact %d", why, self._journal.marks.confirmed_through + 1)
        else:
            self._ack_timeout = min(self._ack_timeout * 2, LONGEST_ACK_TIMEOUT_S)
        self._sent_through = self._journal.marks.confirmed_through
        self._probing = True
        self._progress_at = self._loop.time()

    def _hold_back(self) -> None:
        """As with a silent MES, only known at once; all that was in flight together is one failure."""
        if not self._probing:
            LOG.warning(
                "nobody at the broker listens to our facts; sending again from fact %d",
                self._journal.marks.confirmed_through + 1,
            )
        self._probing = True
        self._progress_at = self._loop.time()
        self._ack_timeout = self._unread.failed()

    async def _settle_flights(self) -> None:
        while self._flights and self._flights[0].puback.done():
            flight = self._flights.popleft()
            if flight.puback.cancelled():
                raise UplinkError("the connection was lost")
            await self._settle(flight, flight.puback.result())
        if self._unheard and not self._flights:
            self._unheard = False
            self._hold_back()

    async def _settle(self, flight: Flight, code: int) -> None:
        if code == NO_MATCHING_SUBSCRIBERS and self._settings.confirm == "mes":
            self._unheard = True
        elif code >= 0x80:
            raise UplinkError(f"the broker refused fact {flight.last_sequence} with reason code 0x{code:02x}")
        elif self._settings.confirm == "broker":
            await self._journal.confirm(flight.last_sequence)
            self.last_ack = self._clock.now().wall

    async def _wait(self, session: Session) -> None:
        """Until there is something to do: new facts, room in the window, progress, or the MES overdue."""
        moved = asyncio.ensure_future(self._journal.moved.wait())
        oldest = [self._flights[0].puback] if self._flights else []
        waited: list[asyncio.Future[Any]] = [moved, session.lost, *oldest]
        due = max(self._progress_at + self._ack_timeout - self._loop.time(), 0.0)
        outstanding = self._sent_through > self._journal.marks.confirmed_through
        try:
            timeout = min(due, 1.0) if outstanding else 1.0
            await asyncio.wait(waited, timeout=timeout, return_when=asyncio.FIRST_COMPLETED)
        finally:
            moved.cancel()
        self._journal.moved.clear()

    def _live(self, rows: list[Row]) -> Iterator[Message]:
        for row in rows:
            topic = self._topics.events if row.wc_id is None else self._topics.event(row.wc_id, row.type)
            yield Message(Outgoing(topic, self._envelopes.wrap(row), CONTENT_TYPE), row.sequence)

    def _batches(self, rows: list[Row], max_packet: int) -> Iterator[Message]:
        most = min(BATCH_BYTES, max_packet - HEAD_BYTES)
        events: list[bytes] = []
        size = 0
        for row in rows:
            event = self._envelopes.wrap(row)
            if events and size + len(event) > most:
                yield self._batch(events, row.sequence - 1)
                events, size = [], 0
            events.append(event)
            size += len(event) + 1
        if events:
            yield self._batch(events, rows[-1].sequence)

    def _batch(self, events: list[bytes], last_sequence: int) -> Message:
        payload = b"".join((b"[", b",".join(events), b"]"))
        return Message(Outgoing(self._topics.events, payload, BATCH_CONTENT_TYPE), last_sequence)
