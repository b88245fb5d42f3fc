"""Sends facts again that had their turn: ranges that the MES asks for, and parked rows that somebody wants retried."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from agent.broker import Session
from agent.clock import Clock
from agent.core.contract.commands import Replay
from agent.core.contract.envelope import Row
from agent.core.contract.puback import Verdict, verdict, words
from agent.core.errors import InvalidMessageError, JournalError, TooLargeError
from agent.journal.journal import Journal
from agent.journal.marks import Epoch
from agent.journal.standins import Parked
from agent.logs.events import Event
from agent.logs.telling import tell
from agent.messages import Messages

READ_ROWS = 400
NEXT_TRY_S = 300.0
"""Plant seconds until a parked row that could not be sent now is tried again."""


class UnavailableError(InvalidMessageError):
    """Part of a range was removed by retention."""

    def __init__(self, epoch: str, first: int, last: int) -> None:
        super().__init__(f"replay.unavailable: facts {first} to {last} of epoch {epoch} are past their retention")
        self.epoch = epoch
        self.first = first
        self.last = last


class Resending:
    """Sends again, beside what is being sent."""

    def __init__(self, journal: Journal, messages: Messages, clock: Clock) -> None:
        self._journal = journal
        self._messages = messages
        self._clock = clock

    async def replay(self, session: Session, command: Replay) -> None:
        """Send a range again, as batches.

        Raises:
            InvalidMessageError: no such range, or the broker does not take it.
            UnavailableError: retention has removed the beginning of it; the rest was sent.
        """
        epoch = self._range(command)
        oldest = epoch.sequence(await self._journal.first_position())
        before = epoch.first_position - 1
        after, last = before + max(command.first, oldest) - 1, before + command.last
        while after < last:
            page = await self._journal.read(after, min(READ_ROWS, last - after))
            await self._replay(session, page.rows)
            after = page.rows[-1].position
        if oldest > command.first:
            raise UnavailableError(epoch.name, command.first, min(oldest - 1, command.last))

    async def retry_parked(self, session: Session) -> None:
        """Send parked rows when they are due, for ever."""
        while True:
            self._journal.parking.changed.clear()
            due = self._clock.now().wall + NEXT_TRY_S
            with suppress(JournalError):
                due = await self._retry_due(session)
            with suppress(TimeoutError):
                async with asyncio.timeout(max(self._clock.real(due - self._clock.now().wall), 0.0)):
                    await self._journal.parking.changed.wait()

    def _range(self, command: Replay) -> Epoch:
        marks = self._journal.marks
        epoch = marks.named(command.epoch)
        if epoch is None or not command.first <= command.last <= epoch.sequence(marks.end(epoch)):
            known = ", ".join(
                f"{known.name} with facts 1 to {known.sequence(marks.end(known))}" for known in marks.epochs
            )
            raise InvalidMessageError(
                f"replay: no facts {command.first} to {command.last} of epoch {command.epoch}; there are {known}"
            )
        return epoch

    async def _replay(self, session: Session, rows: list[Row]) -> None:
        for message in self._messages.batches(rows, session.limits.max_packet):
            await session.room()
            try:
                code = await session.publish(message.outgoing)
            except TooLargeError as error:
                raise InvalidMessageError(f"replay: a fact cannot be sent again: {error}") from error
            self._journal.sent(message.last)
            if verdict(code) not in {Verdict.TAKEN, Verdict.UNHEARD}:
                raise InvalidMessageError(f"replay: the broker does not take it: {words(code)}")

    async def _retry_due(self, session: Session) -> float:
        """Send again what is due; plant time at which to look anew."""
        now = self._clock.now().wall
        upcoming = [now + NEXT_TRY_S]
        for parked in await self._journal.parking.rows():
            if parked.retry_at is None:
                continue
            if parked.retry_at > now:
                upcoming.append(parked.retry_at)
            else:
                await self._retry(session, parked)
        return min(upcoming)

    async def _retry(self, session: Session, parked: Parked) -> None:
        # First of all, as a fact that ends the connection would else be the first thing that the next one meets.
        await self._journal.parking.ask_again([parked.position], self._clock.now().wall + NEXT_TRY_S)
        rows = await self._journal.originals([parked.position])
        match await self._sent(session, rows[0]) if rows else Verdict.REFUSED:
            case Verdict.TAKEN:
                await self._journal.parking.remove(parked.position)
            case Verdict.REFUSED:
                await self._journal.parking.ask_again([parked.position], None)
            case _:
                pass

    async def _sent(self, session: Session, row: Row) -> Verdict:
        await session.room()
        try:
            code = await session.publish(self._messages.single(row).outgoing)
        except TooLargeError:
            return Verdict.REFUSED
        tell(
            Event.FACT_SENT_AGAIN, "parked fact %d of epoch %s was sent again: %s", row.sequence, row.epoch, words(code)
        )
        return verdict(code)
