"""Sends what waits in the journal, strictly in order, and keeps sending until the MES itself says that it has it.

Delivered means confirmed by the MES. What was sent lives in memory only and starts again at what is confirmed with
each connection, so nothing is updated per fact and the cost of a fact does not depend on the backlog. A fact that
cannot be sent is parked and a stand-in goes out in its place, so that nothing behind it waits.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from agent.alarms import Alarms
from agent.broker import Session
from agent.clock import Clock
from agent.core.discrepancies import Discrepancy
from agent.core.envelope import Row
from agent.core.errors import JournalError, TooLargeError, UplinkError
from agent.core.puback import POISON, Verdict, verdict, words
from agent.core.settings import MesSettings
from agent.core.times import iso
from agent.journal.journal import Journal
from agent.journal.standins import Parked
from agent.messages import Message, Messages
from agent.receipts import Receipts
from agent.retry import Backoff

LOG = logging.getLogger(__name__)
READ_ROWS = 400
LIVE_ROWS = 8
"""Up to so many waiting facts go out one by one on their own topics; more go as batches."""
LONGEST_ACK_TIMEOUT_S = 600.0
PROBE_HELD_S = 300.0
"""Real seconds between two tries of what the broker's rules forbid (domain.md G7)."""
STRIKES_TO_DOUBT = 3
STRIKES_TO_PARK = 6
"""Connections lost in a row under one fact: after the first number it goes out alone, after the second it is parked."""


@dataclass(slots=True)
class Flight:
    """A message that the broker has not answered."""

    message: Message
    puback: asyncio.Future[int]


class Forwarder:
    """Delivers one journal to one MES."""

    def __init__(
        self,
        journal: Journal,
        settings: MesSettings,
        messages: Messages,
        clock: Clock,
        alarms: Alarms,
    ) -> None:
        self.receipts = Receipts(journal, clock)
        self._journal = journal
        self._clock = clock
        self._settings = settings
        self._messages = messages
        self._alarms = alarms
        self._loop = asyncio.get_running_loop()
        self._flights: deque[Flight] = deque()
        self._sent_through = 0
        """Position up to which this session has sent."""
        self._ever_sent = journal.marks.last_position
        """Position up to which anything can have been sent, by earlier runs too."""
        self._probing = False
        """One message at a time, to see whether anything comes back."""
        self._alone_through = 0
        """Up to this position each fact goes out by itself and waits for its answer: one of them is poison."""
        self._struck = 0
        self._strikes = 0
        self._not_before = 0.0
        self._progress_at = self._loop.time()
        self._ack_timeout = settings.ack_timeout_s
        self._pause = Backoff(1.0, 60.0)
        self.turned_at = self._loop.time()
        """Loop time at which the loop last turned."""

    @property
    def confirming(self) -> bool:
        """Whether the MES confirms what is sent."""
        return not self._probing and self._pause.failures == 0

    async def run(self, session: Session) -> None:
        """Send over this session until it is lost.

        Raises:
            UplinkError: the connection is gone or the broker wants it closed.
        """
        await self._look_back()
        self._go_back()
        self._note_progress()
        said = ""
        while True:
            self.turned_at = self._loop.time()
            try:
                if await self.receipts.restore():
                    self._go_back()
                await self.forward_once(session)
            except JournalError as error:
                if said != str(error):
                    said = str(error)
                    LOG.error("%s; delivery waits", said)  # noqa: TRY400 - a sentence for people
            await self._wait(session)

    async def forward_once(self, session: Session) -> None:
        """Send as much as the window takes now, and look at what was answered."""
        await self._settle_flights()
        if self._overdue():
            self._send_again()
        if self._loop.time() < self._not_before:
            return
        window = 1 if self._careful else min(session.limits.receive_maximum, self._settings.window)
        while len(self._flights) < window and self._sent_through < self._journal.marks.last_position:
            probed = self._probing and self._sent_through > self._journal.marks.confirmed_position
            if probed or session.full():
                return
            page = await self._journal.read(self._sent_through, READ_ROWS)
            for message in self._made_of(page.rows, session.limits.max_packet):
                if session.full() or not await self._published(session, message):
                    return
                if self._probing or len(self._flights) >= window:
                    return

    async def acknowledged(self, payload: bytes) -> None:
        """Take the MES's acknowledgement.

        Raises:
            InvalidMessageError: not an acknowledgement of ours; it changed nothing.
        """
        if await self.receipts.take(payload, self._ever_sent):
            self._sent_through = max(self._sent_through, self._journal.marks.confirmed_position)
            self._note_progress()

    @property
    def _careful(self) -> bool:
        return self._sent_through < self._alone_through

    def _made_of(self, rows: list[Row], max_packet: int) -> Iterator[Message]:
        if len(rows) <= LIVE_ROWS or self._careful:
            return self._messages.singles(rows)
        return self._messages.batches(rows, max_packet)

    async def _published(self, session: Session, message: Message) -> bool:
        """Hand a message over; false where one of its facts had to be parked instead."""
        try:
            puback = session.publish(message.outgoing)
        except TooLargeError as error:
            self._alone_through = max(self._alone_through, message.last)
            if message.is_single:
                await self._park(message.first, "too_large", str(error))
            self._journal.moved.set()
            return False
        self._flights.append(Flight(message, puback))
        self._sent_through = message.last
        self._ever_sent = max(self._ever_sent, message.last)
        return True

    async def _settle_flights(self) -> None:
        while self._flights and self._flights[0].puback.done():
            if self._flights[0].puback.cancelled():
                raise UplinkError("the connection was lost")
            flight = self._flights.popleft()
            await self._settle(flight.message, flight.puback.result())

    async def _settle(self, message: Message, code: int) -> None:
        match verdict(code):
            case Verdict.TAKEN:
                await self._taken(message)
            case Verdict.UNHEARD if self._settings.confirm == "broker":
                await self._taken(message)
            case Verdict.UNHEARD:
                self._later("mes_not_listening", "nobody at the broker listens to our facts")
            case Verdict.LATER:
                self._later("broker_refuses", f"the broker cannot take our facts now ({words(code)})")
            case Verdict.HELD:
                said = f"the broker refuses our facts on {message.outgoing.topic} ({words(code)}); change its rules"
                self._later("broker_refuses", said, PROBE_HELD_S)
            case Verdict.REFUSED if message.is_single:
                await self._park(message.first, "too_large" if code == 0x95 else "format", words(code))
                self._go_back(message.first - 1)
            case Verdict.REFUSED:
                LOG.warning("the broker refuses a batch (%s); its facts go out one by one", words(code))
                self._alone_through = max(self._alone_through, message.last)
                self._go_back(message.first - 1)
            case Verdict.BROKEN:
                raise UplinkError(f"the broker refuses a message: {words(code)}")

    async def _taken(self, message: Message) -> None:
        self._alarms.clear("broker_refuses")
        if self._settings.confirm == "broker":
            epoch = self._journal.marks.at(message.last)
            now = self._clock.now().wall
            self.receipts.last_ack = now
            await self._journal.confirm(epoch.name, epoch.sequence(message.last), now)
            self._note_progress()

    async def _park(self, position: int, reason: str, detail: str) -> None:
        """Take a fact out of the way; its stand-in is sent next."""
        epoch = self._journal.marks.at(position)
        sequence = epoch.sequence(position)
        LOG.warning("fact %d of epoch %s cannot be sent (%s) and is parked", sequence, epoch.name, detail)
        now = self._clock.now().wall
        parked = Parked(position, reason, detail, iso(now), withheld=True, retry_at=None)
        evidence = {"epoch": epoch.name, "sequence": str(sequence), "withheld": reason, "reason": detail}
        key = f"withheld-{epoch.name}-{sequence}"
        await self._journal.parking.put(parked, key, Discrepancy("rejected_by_mes", now, now, evidence))

    async def _look_back(self) -> None:
        """Was the last connection lost under the same fact as those before it? Then that fact may be the cause."""
        head = self._flights[0].message if self._flights else None
        if head is None:
            self._struck, self._strikes = 0, 0
            return
        self._strikes = self._strikes + 1 if head.first == self._struck else 1
        self._struck = head.first
        if self._strikes >= STRIKES_TO_PARK and self._is_alone(head):
            with suppress(JournalError):
                await self._park(head.first, "disconnects", f"the connection was lost {self._strikes} times under it")
        elif self._strikes >= STRIKES_TO_DOUBT:
            self._alone_through = max(self._alone_through, head.last)

    def suspect(self, code: int | None) -> None:
        """The broker closed the connection with this reason; some speak of the message that was in flight."""
        if code in POISON and self._flights:
            head = self._flights[0].message
            self._strikes = (STRIKES_TO_PARK if self._is_alone(head) else STRIKES_TO_DOUBT) - 1
            self._struck = head.first

    def _is_alone(self, head: Message) -> bool:
        return head.is_single and len(self._flights) == 1

    def _go_back(self, to: int | None = None) -> None:
        """Send again what follows this position, or all that is not confirmed; what is in flight is not waited for."""
        self._flights.clear()
        self._sent_through = self._journal.marks.confirmed_position if to is None else to
        self._journal.moved.set()

    def _later(self, code: str, why: str, pause: float | None = None) -> None:
        """One message again after a pause, same ids; all that was in flight together is one failure."""
        self._alarms.raise_alarm(code, why)
        waited = self._pause.failed()
        self._go_back()
        self._probing = True
        self._not_before = self._loop.time() + (waited if pause is None else pause)
        self._progress_at = self._not_before

    def _note_progress(self) -> None:
        self._probing = False
        self._pause.succeeded()
        self._not_before = 0.0
        self._progress_at = self._loop.time()
        self._ack_timeout = self._settings.ack_timeout_s
        for code in ("mes_not_confirming", "mes_not_listening"):
            self._alarms.clear(code)
        self._journal.moved.set()

    def _overdue(self) -> bool:
        if self._settings.confirm == "broker" or self._sent_through <= self._journal.marks.confirmed_position:
            self._progress_at = max(self._progress_at, self._loop.time())
            return False
        return self._loop.time() - self._progress_at >= self._ack_timeout

    def _send_again(self) -> None:
        """One window again, same ids; less and less often while nothing comes back."""
        if self._probing:
            self._ack_timeout = min(self._ack_timeout * 2, LONGEST_ACK_TIMEOUT_S)
        self._alarms.raise_alarm("mes_not_confirming", "the MES confirms nothing of what is sent")
        self._go_back()
        self._probing = True
        self._progress_at = self._loop.time()

    async def _wait(self, session: Session) -> None:
        """Until there is something to do: new facts, an answer, progress, the MES overdue, or the end of a pause."""
        moved = asyncio.ensure_future(self._journal.moved.wait())
        oldest = [self._flights[0].puback] if self._flights else []
        waited: list[asyncio.Future[Any]] = [moved, session.lost, *oldest]
        now = self._loop.time()
        dues = [1.0, self._progress_at + self._ack_timeout - now if self._flights else 1.0, self._not_before - now]
        try:
            await asyncio.wait(waited, timeout=min(due for due in dues if due > 0), return_when=asyncio.FIRST_COMPLETED)
        finally:
            moved.cancel()
        self._journal.moved.clear()
