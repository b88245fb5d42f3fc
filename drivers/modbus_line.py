"""One place with Modbus units, shared by all who read them: one connection or port, one request at a time.

There is no task that could end: whoever reads carries his own request over the line, in his turn.
"""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Final, TypeAlias

from agent.core.errors import DeviceError
from drivers.modbus_member import Member
from drivers.modbus_queue import Queue
from drivers.modbus_timing import Timing
from drivers.modbus_transport import Dialogue, Loss, Transport, Way
from drivers.modbus_wire import Answer, Nonsense, Read, Refusal

_SILENCES: Final = 2
"""In a row, without a single octet, after which a connection is taken for dead and made anew."""
_ATTEMPTS: Final = 2
"""Of a request that met the end of its connection, or whose answer was damaged."""
_CHECKS: Final = 3
"""Requests made before another one at most, so that its answer can be told from late ones."""
_NOISE_S: Final = 0.25
"""Real seconds for which silence is waited for before a request, on a line that is never silent."""
_SLACK_S: Final = 0.05
"""Real seconds that adapters and this PC may add to an answer that is under way."""

_Outcome: TypeAlias = Answer | Nonsense | Loss | None


class Line:
    """One place; what is known of its units outlives the connections."""

    def __init__(self, place: str, dialogue: Dialogue, way: Way, timing: Timing) -> None:
        self.place = place
        self._dialogue = dialogue
        self._way = way
        self._timing = timing
        self._queue = Queue(dialogue.rests_until, self._longest_s)
        self._door = asyncio.Lock()
        self._tries = 0
        self._failure: DeviceError | None = None
        self._transport: Transport | None = None
        self._opened = 0
        self._answers = 0
        self._outcome: asyncio.Future[_Outcome] | None = None
        self._free_at = 0.0
        self._silences = 0
        self._hears = False

    @property
    def is_used(self) -> bool:
        """Whether anybody reads here."""
        return bool(self._queue.members)

    @property
    def opens_s(self) -> float:
        """Real seconds that joining takes at most: somebody else may be opening it in vain."""
        return 2 * self._way.opens_s

    async def join(self, member: Member) -> None:
        """Open the line unless it is open.

        Raises:
            DeviceError: nobody answers there, or there is no such device.
        """
        self._queue.members.append(member)
        try:
            await self._open()
        except BaseException:
            self.leave(member)
            raise

    def leave(self, member: Member) -> None:
        """Close the line if nobody else reads here."""
        self._queue.members.remove(member)
        if not self._queue.members:
            self._close()
        self._queue.look()

    async def read(self, member: Member, read: Read, due: float) -> Answer | None:
        """Ask in turn.

        Args:
            member: who asks.
            read: what is asked.
            due: when the reading that it is a part of was due; what was due first goes first.

        Returns:
            What the unit answered; None where it did not in time.

        Raises:
            DeviceError: the line was lost, or what came is no answer.
        """
        async with self._queue.turn(member, due):
            outcome = await self._asked(member, read)
            if isinstance(outcome, Nonsense) and outcome.again:
                outcome = await self._asked(member, read)
        if isinstance(outcome, Loss):
            raise DeviceError(outcome.reason)
        if isinstance(outcome, Nonsense):
            text = f"Modbus unit {member.unit} at {self.place} {outcome.found}."
            raise DeviceError(f"{text} Is it a Modbus device, and rightly connected? It is tried again.")
        return outcome

    def worst_s(self, unit: int) -> float:
        """Real seconds that an answer of a unit took at most lately, as far as that is known."""
        return self._dialogue.worst_s(unit)

    def served_by(self, member: Member) -> float:
        """The loop's time by which the request that a member waits with is over, whatever the units do.

        Counts those that are before it now. One that comes later and was due earlier puts it off.
        """
        return self._queue.served_by(member)

    def _longest_s(self, member: Member) -> float:
        exchange_s = member.timeout_s + 2 * self._timing.longest_s() + _NOISE_S + _SLACK_S
        return self._way.opens_s + _ATTEMPTS * (_CHECKS + 1) * exchange_s

    async def _open(self) -> None:
        tries = self._tries
        async with self._door:
            if self._transport is not None:
                return
            if self._tries > tries and self._failure is not None:
                # Somebody tried while this one waited at the door.
                raise DeviceError(str(self._failure))
            self._failure = None
            self._opened += 1
            try:
                transport = await self._way.open(self._take, partial(self._lose, self._opened))
            except DeviceError as error:
                self._failure = error
                raise
            finally:
                self._tries += 1
            self._transport = transport
            self._answers = 0
            self._silences = 0
            self._dialogue.begin_anew()

    def _close(self) -> None:
        transport, self._transport = self._transport, None
        if transport is not None:
            transport.close()

    async def _asked(self, member: Member, read: Read) -> _Outcome:
        for _ in range(_CHECKS):
            check = self._dialogue.before(member.unit, read, member.may, self._now())
            if check is None:
                break
            outcome = await self._exchange(member, check)
            if outcome is None or isinstance(outcome, Loss):
                return outcome
        return await self._exchange(member, read)

    async def _exchange(self, member: Member, read: Read) -> _Outcome:
        await self._silence()
        member.check()
        if self._transport is None:
            await self._open_again()
        loop, dialogue = asyncio.get_running_loop(), self._dialogue
        self._outcome, self._hears = loop.create_future(), False
        deadline = loop.time() + self._timing.request_s() + member.timeout_s
        timer = loop.call_at(deadline, self._time_is_up, self._timing.answer_s(read) + _SLACK_S)
        try:
            self._write(dialogue.ask(member.unit, read, loop.time()))
            outcome = await self._outcome
        finally:
            timer.cancel()
            self._outcome = None
            dialogue.give_up(loop.time(), member.timeout_s)
            member.found = dialogue.found
        if not isinstance(outcome, Nonsense | Loss):
            self._note(member.unit, outcome)
        return outcome

    def _note(self, unit: int, answer: Answer | None) -> None:
        if answer is not None:
            self._answers += 1
            self._way.answered()
            if isinstance(answer, Refusal) and answer.is_absence:
                self._queue.silent(unit)
            else:
                self._queue.answered(unit)
            return
        self._queue.silent(unit)
        self._silences += 1
        if self._silences >= _SILENCES and self._way.may_die_unnoticed:
            # The next request opens it again, or says that it cannot.
            self._close()

    def _write(self, data: bytes) -> None:
        assert self._transport is not None, "it is open"
        self._free_at = self._now() + self._timing.request_s() + self._timing.gap_s
        try:
            self._transport.write(data)
        except OSError as error:
            text = f"The line at {self.place} takes no request: {error.strerror}. It is tried again."
            self._lose(self._opened, Loss(text, is_orderly=self._way.may_die_unnoticed))

    async def _open_again(self) -> None:
        """After it ended between two requests."""
        try:
            await self._open()
        except DeviceError as error:
            self._fall(str(error))
            raise

    async def _silence(self) -> None:
        """Before a request, so that units can tell where it begins."""
        impatient_at = self._now() + _NOISE_S
        while (wait_s := min(self._free_at, impatient_at) - self._now()) > 0:  # noqa: ASYNC110 - octets put it off
            await asyncio.sleep(wait_s)

    def _take(self, data: bytes) -> None:
        now = self._now()
        self._free_at = max(self._free_at, now + self._timing.gap_s)
        self._silences, self._hears = 0, True
        heard = self._dialogue.hear(data, now)
        if isinstance(heard, Nonsense) and heard.ends:
            self._fall(f"The server at {self.place} {heard.found}. Is it a Modbus server? It is tried again.")
        elif heard is not None:
            self._conclude(heard)

    def _time_is_up(self, more_s: float) -> None:
        if more_s and self._dialogue.is_coming():
            asyncio.get_running_loop().call_later(more_s, self._no_more, self._outcome)
        else:
            self._no_more(self._outcome)

    def _no_more(self, outcome: asyncio.Future[_Outcome] | None) -> None:
        if outcome is self._outcome:
            self._conclude(self._dialogue.time_is_up(self._now()))

    def _conclude(self, outcome: _Outcome) -> None:
        if self._outcome is not None and not self._outcome.done():
            self._outcome.set_result(outcome)

    def _lose(self, opened: int, loss: Loss) -> None:
        """What was opened as that number was lost.

        Some servers close behind every answer, and a request may meet that. It is made once more over a new connection,
        or says that there is none. A connection that carried more answers ended for another reason: the server may have
        started anew, and its counters with it (domain.md K8).
        """
        if opened != self._opened or self._transport is None:
            return
        is_idle = self._outcome is None
        is_behind_answer = loss.is_orderly if is_idle else not self._hears and self._way.may_die_unnoticed
        if self._answers == 1 and is_behind_answer:
            self._close()
            self._conclude(Nonsense("closed the connection", again=True))
        else:
            self._fall(loss.reason)

    def _fall(self, reason: str) -> None:
        """The line is lost to all."""
        self._close()
        for member in self._queue.members:
            member.lose(reason)
        self._conclude(Loss(reason))
        self._queue.look()

    def _now(self) -> float:
        return asyncio.get_running_loop().time()
