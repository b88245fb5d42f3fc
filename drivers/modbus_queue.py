"""Who waits for a line, and whose turn it is; by the rules of `modbus_turns`."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import count

from drivers.modbus_member import Member
from drivers.modbus_turns import Ask, look_again_at, order


@dataclass(eq=False, slots=True)
class _Waiting:
    """A member whose request waits for its turn."""

    member: Member
    number: int
    due: float
    granted: asyncio.Future[None]


class Queue:
    """One line's. Nothing runs by itself here: whoever comes, goes or is done looks who is next.

    Args:
        rests_until: the loop's time before which a unit may not be asked whoever else is there.
        longest_s: real seconds that a member's turn takes at most.
    """

    def __init__(self, rests_until: Callable[[int], float], longest_s: Callable[[Member], float]) -> None:
        self.members: list[Member] = []
        self._rests_until = rests_until
        self._longest_s = longest_s
        self._waiting: list[_Waiting] = []
        self._numbers = count()
        self._holder: _Waiting | None = None
        self._until = 0.0
        self._later: asyncio.TimerHandle | None = None
        self._silent_since: dict[int, float] = {}
        self._after_silence = False

    @asynccontextmanager
    async def turn(self, member: Member, due: float) -> AsyncIterator[None]:
        """Alone on the line while open.

        Raises:
            DeviceError: the line was lost meanwhile.
        """
        waiting = _Waiting(member, next(self._numbers), due, asyncio.get_running_loop().create_future())
        self._waiting.append(waiting)
        self.look()
        try:
            await waiting.granted
            member.check()
            yield
        finally:
            if waiting in self._waiting:
                self._waiting.remove(waiting)
            if self._holder is waiting:
                self._holder = None
            self.look()

    def served_by(self, member: Member) -> float:
        """The loop's time by which the request that a member waits with is over, whatever the units do.

        Counts those that are before it now. One that comes later and was due earlier puts it off.
        """
        waiting = next((one for one in self._waiting if one.member is member), None)
        if waiting is None:
            return self._until
        ask, now = self._ask(waiting), asyncio.get_running_loop().time()
        start = max(now, ask.not_before) if self._holder is None else max(self._until, ask.not_before)
        ahead = [one for one in self._waiting if one is not waiting and self._ask(one).due <= ask.due]
        return start + sum(self._longest_s(one.member) for one in (waiting, *ahead))

    def answered(self, unit: int) -> None:
        """It is no longer left alone."""
        self._after_silence = False
        self._silent_since.pop(unit, None)

    def silent(self, unit: int) -> None:
        """It is left alone for the time of its back-off, as long as others are read here."""
        self._after_silence = True
        self._silent_since[unit] = asyncio.get_running_loop().time()

    def look(self) -> None:
        """Let the next one ask, if the line is free."""
        if self._later is not None:
            self._later.cancel()
            self._later = None
        if self._holder is not None or not self._waiting:
            return
        loop = asyncio.get_running_loop()
        now = loop.time()
        asks = {self._ask(one): one for one in self._waiting}
        ready = order(list(asks), now, after_silence=self._after_silence)
        if not ready:
            self._later = loop.call_at(look_again_at(list(asks), now), self.look)
            return
        self._holder = asks[ready[0]]
        self._waiting.remove(self._holder)
        self._until = now + self._longest_s(self._holder.member)
        if not self._holder.granted.done():
            self._holder.granted.set_result(None)

    def _ask(self, waiting: _Waiting) -> Ask:
        member = waiting.member
        since = self._silent_since.get(member.unit)
        if member.lost:
            # It waits for nothing but to be told so.
            return Ask(waiting.number, waiting.due)
        not_before = self._rests_until(member.unit)
        if since is not None and any(one.unit != member.unit for one in self.members):
            not_before = max(not_before, since + member.backoff_s)
        return Ask(waiting.number, waiting.due, not_before, is_silent=since is not None)
