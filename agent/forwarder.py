"""Sends what waits in the journal, strictly in order, and keeps sending until the MES itself says that it has it.

Delivered means confirmed by the MES. What was sent lives in memory only and starts again at what is confirmed with
each connection, so nothing is updated per fact and the cost of a fact does not depend on the backlog. A fact that
cannot be sent is parked and a stand-in goes out in its place, so that nothing behind it waits.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

from agent.alarms import Alarms
from agent.broker import Session
from agent.clock import Clock
from agent.core.contract.envelope import Row
from agent.core.contract.puback import Verdict, verdict, words
from agent.core.discrepancies.discrepancies import Discrepancy
from agent.core.errors import JournalError, TooLargeError, UplinkError
from agent.core.settings import MesSettings
from agent.core.times import iso
from agent.flights import Flight, Flights
from agent.gate import Gate
from agent.journal.journal import Journal
from agent.journal.standins import Parked
from agent.logs.events import Event
from agent.logs.outages import Outage
from agent.logs.telling import tell
from agent.messages import Message, Messages
from agent.receipts import Receipts
from agent.retry import Backoff

READ_ROWS = 400
LIVE_ROWS = 8
"""Up to so many waiting facts go out one by one on their own topics; more go as batches."""
LONGEST_ACK_TIMEOUT_S = 600.0
PROBE_HELD_S = 300.0
"""Real seconds between two tries of what the broker's rules forbid (domain.md G7)."""


class Forwarder:
    """Delivers one journal to one MES."""

    def __init__(
        self,
        journal: Journal,
        settings: MesSettings,
        messages: Messages,
        clock: Clock,
        alarms: Alarms,
        gate: Gate,
    ) -> None:
        self.receipts = Receipts(journal, clock)
        self.gate = gate
        self._journal = journal
        self._clock = clock
        self._settings = settings
        self._messages = messages
        self._alarms = alarms
        self._loop = asyncio.get_running_loop()
        self._flights = Flights()
        self._outage = Outage(Event.JOURNAL_NOT_READ)
        self._sent_through = 0
        """Position up to which this session has sent."""
        self._probing = False
        """One message at a time, to see whether anything comes back."""
        self._aside = 0
        """Position of the fact that was parked last: not even its stand-in may be taken."""
        self._unheard = 0
        """Position up to which the broker says that nobody heard."""
        self._disbelieved = False
        """The MES confirms what the broker says that nobody heard: not every broker's 0x10 is true (domain.md G7)."""
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
        self.receipts.forget()
        self._go_back()
        self._start_afresh()
        while True:
            self.turned_at = self._loop.time()
            try:
                await self._carry_out()
                if await self.receipts.restore():
                    self._go_back()
                await self.forward_once(session)
            except JournalError as error:
                self._outage.failed(f"{error}; delivery waits")
            else:
                self._outage.over("delivery goes on")
            await self._wait(session)

    async def forward_once(self, session: Session) -> None:
        """Send as much as the window takes now, and look at what was answered."""
        for message, code in self._flights.answered(self._loop.time()):
            await self._settle(message, code)
        self._demand_answers(session)
        if self._overdue():
            self._send_again()
        if self._loop.time() < self._not_before:
            return
        window = 1 if self._careful else min(session.limits.receive_maximum, self._settings.window)
        through = await self.gate.opened()
        while len(self._flights) < window and self._skip_confirmed() < through:
            probed = self._probing and self._sent_through > self._journal.marks.confirmed_position
            if probed or session.full():
                return
            page = await self._journal.read(self._sent_through, min(READ_ROWS, through - self._sent_through))
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
        if await self.receipts.take(payload, self._journal.ever_sent):
            confirmed = self._journal.marks.confirmed_position
            self._sent_through = max(self._sent_through, confirmed)
            self._disbelieved = self._disbelieved or 0 < self._unheard <= confirmed
            self._note_progress()

    def lost(self, code: int | None) -> None:
        """The session was lost, for the reason that the broker gave; one of the facts in flight may be the cause."""
        self._flights.lost(code)

    @property
    def _careful(self) -> bool:
        return self._sent_through < self._flights.alone_through

    def _skip_confirmed(self) -> int:
        """Position after which to send: what one epoch has confirmed is not sent for the sake of an older one."""
        for epoch in self._journal.marks.epochs:
            confirmed = min(epoch.confirmed_position, self._journal.marks.end(epoch))
            if epoch.first_position - 1 <= self._sent_through < confirmed:
                self._sent_through = confirmed
        return self._sent_through

    def _made_of(self, rows: list[Row], max_packet: int) -> Iterator[Message]:
        if len(rows) <= LIVE_ROWS or self._careful:
            return self._messages.singles(rows)
        return self._messages.batches(rows, max_packet)

    async def _published(self, session: Session, message: Message) -> bool:
        """Hand a message over; false where one of its facts had to be parked instead."""
        try:
            puback = session.publish(message.outgoing)
        except TooLargeError as error:
            self._flights.go_alone(message.last)
            if message.is_single:
                await self._set_aside(message.first, "too_large", str(error))
            self._journal.moved.set()
            return False
        self._flights.sent(Flight(message, puback, self._loop.time()))
        self._sent_through = message.last
        self._journal.sent(message.last)
        return True

    async def _settle(self, message: Message, code: int) -> None:
        match verdict(code):
            case Verdict.TAKEN:
                self._unheard, self._disbelieved = 0, False
                await self._taken(message)
            case Verdict.UNHEARD:
                self._not_heard(message)
            case Verdict.LATER:
                self._later("broker_refuses", f"the broker cannot take our facts now ({words(code)})")
            case Verdict.HELD:
                said = f"the broker refuses our facts on {message.outgoing.topic} ({words(code)}); change its rules"
                self._later("broker_refuses", said, PROBE_HELD_S)
            case Verdict.REFUSED if message.is_single:
                if await self._set_aside(message.first, "too_large" if code == 0x95 else "format", words(code)):
                    self._go_back(message.first - 1)
            case Verdict.REFUSED:
                tell(Event.BATCH_REFUSED, "the broker refuses a batch (%s); its facts go out one by one", words(code))
                self._flights.go_alone(message.last)
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

    def _not_heard(self, message: Message) -> None:
        self._unheard = message.last
        if self._settings.confirm == "mes" and message.last <= self._journal.marks.confirmed_position:
            self._disbelieved = True
        if not self._disbelieved:
            self._later("mes_not_listening", "nobody at the broker listens to our facts")

    async def _carry_out(self) -> None:
        """Park the fact under which connections are lost."""
        condemned = self._flights.condemned
        if condemned is not None and condemned.position > self._journal.marks.confirmed_position:
            code, reason = condemned.code, "too_large" if condemned.code == 0x95 else "disconnects"
            why = "no reason is given" if code is None else words(code)
            await self._set_aside(condemned.position, reason, f"the connection is lost when it is sent; {why}")
        self._flights.condemned = None

    async def _set_aside(self, position: int, reason: str, detail: str) -> bool:
        """Take a fact out of the way, so that its stand-in is sent next; false where even that was not taken."""
        if position == self._aside:
            self._later("broker_refuses", f"the broker takes not even a word in the place of a fact ({detail})")
            return False
        epoch = self._journal.marks.at(position)
        sequence = epoch.sequence(position)
        now = self._clock.now().wall
        parked = Parked(position, reason, detail, iso(now), withheld=True, retry_at=None)
        evidence = {"epoch": epoch.name, "sequence": str(sequence), "withheld": reason, "reason": detail}
        key = f"withheld-{epoch.name}-{sequence}"
        await self._journal.parking.put(parked, key, Discrepancy("rejected_by_mes", now, now, evidence))
        text = "fact %d of epoch %s cannot be sent (%s) and is parked"
        tell(Event.FACT_PARKED, text, sequence, epoch.name, detail, sequence=sequence)
        self._aside = position
        return True

    def _go_back(self, to: int | None = None) -> None:
        """Send again what follows this position, or all that is not confirmed; what is in flight is not waited for."""
        self._flights.forget()
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

    def _start_afresh(self) -> None:
        self._probing = False
        self._pause.succeeded()
        self._not_before = 0.0
        self._progress_at = self._loop.time()
        self._ack_timeout = self._settings.ack_timeout_s

    def _note_progress(self) -> None:
        self._start_afresh()
        for code in ("mes_not_confirming", "mes_not_listening"):
            self._alarms.clear(code)
        self._journal.moved.set()

    def _demand_answers(self, session: Session) -> None:
        """A broker that answers nothing would be full one day; a message is sent anew over a new connection only."""
        since = self._flights.waiting_since
        if since is not None and self._loop.time() - since >= self._settings.ack_timeout_s:
            self._flights.forget()
            raise UplinkError(f"{session.where} does not answer a message for {self._settings.ack_timeout_s:.0f} s")

    def _overdue(self) -> bool:
        if self._settings.confirm == "broker" or self._sent_through <= self._journal.marks.confirmed_position:
            self._progress_at = max(self._progress_at, self._loop.time())
            return False
        return self._loop.time() - self._progress_at >= self._ack_timeout

    def _send_again(self) -> None:
        """One window again, same ids; less and less often while nothing comes back."""
        if self._probing:
            self._ack_timeout = min(self._ack_timeout * 2, LONGEST_ACK_TIMEOUT_S)
        self._disbelieved = False
        self._alarms.raise_alarm("mes_not_confirming", "the MES confirms nothing of what is sent")
        self._go_back()
        self._probing = True
        self._progress_at = self._loop.time()

    async def _wait(self, session: Session) -> None:
        """Until there is something to do: new facts, an answer, progress, the MES overdue, or the end of a pause."""
        moved = asyncio.ensure_future(self._journal.moved.wait())
        oldest = self._flights.oldest
        waited: list[asyncio.Future[Any]] = [moved, session.lost, *([] if oldest is None else [oldest.puback])]
        now = self._loop.time()
        dues = [1.0, self._progress_at + self._ack_timeout - now if self._flights else 1.0, self._not_before - now]
        try:
            await asyncio.wait(waited, timeout=min(due for due in dues if due > 0), return_when=asyncio.FIRST_COMPLETED)
        finally:
            moved.cancel()
        self._journal.moved.clear()
