"""What the operator entered, on its way to the agent: one at a time, in order, until answered or given up."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NoReturn, TypeAlias

from agent.core.views import AgentView, Reply
from agent.tui.connection import Body, Connection, Loss

WAITING_AT_MOST: Final = 20
"""More than that would be entered blindly, without a look at what became of the first."""


@dataclass(frozen=True, slots=True)
class Seen:
    """The agent said how things are."""

    view: AgentView


@dataclass(frozen=True, slots=True)
class Lost:
    """An attempt to reach the agent failed."""

    loss: Loss


@dataclass(frozen=True, slots=True)
class Answered:
    """The agent answered."""

    body: Body
    reply: Reply
    shut_out: bool = False
    """Whoever was let in at this terminal had been until then, and is no more."""


@dataclass(frozen=True, slots=True)
class Delayed:
    """No answer yet; it will be repeated."""

    body: Body


@dataclass(frozen=True, slots=True)
class GivenUp:
    """The operator waits no longer."""

    body: Body
    """It is not known whether the agent has this one."""
    unsent: int
    """So many behind it were never sent."""


News: TypeAlias = Seen | Lost | Answered | Delayed | GivenUp
Tell: TypeAlias = Callable[[News], None]


class Deliveries:
    """The queue between the keyboard and the agent. Never blocks the screen."""

    def __init__(self) -> None:
        self._queue: asyncio.Queue[Body] = asyncio.Queue(WAITING_AT_MOST)
        self._current: asyncio.Timeout | None = None

    @property
    def waiting(self) -> int:
        """How many entries have no answer yet."""
        return self._queue.qsize() + (self._current is not None)

    def submit(self, body: Body) -> bool:
        """Queues an entry. False where too many wait already: it was not taken."""
        if self._queue.full():
            return False
        self._queue.put_nowait(body)
        return True

    def give_up(self) -> bool:
        """Stops waiting for the entry under way and drops those behind it. False where nothing waits."""
        if self._current is None:
            return False
        self._current.reschedule(asyncio.get_running_loop().time())
        return True

    async def run(self, connection: Connection, tell: Tell) -> NoReturn:
        """Delivers until it is cancelled."""
        while True:
            body = await self._queue.get()
            tell(await self._deliver(body, connection, tell))

    async def _deliver(self, body: Body, connection: Connection, tell: Tell) -> Answered | GivenUp:
        was_in = body.wc_id in connection.sessions
        try:
            async with asyncio.timeout(None) as self._current:
                reply = await connection.deliver(body, lambda: tell(Delayed(body)))
                return Answered(body, reply, shut_out=was_in and body.wc_id not in connection.sessions)
        except TimeoutError:
            return GivenUp(body, self._drop_unsent())
        finally:
            self._current = None

    def _drop_unsent(self) -> int:
        unsent = self._queue.qsize()
        for _ in range(unsent):
            self._queue.get_nowait()
        return unsent


@asynccontextmanager
async def in_touch(socket: Path, deliveries: Deliveries, tell: Tell) -> AsyncIterator[None]:
    """Follows the agent and delivers to it for as long as the block lasts."""
    async with Connection(socket) as connection, asyncio.TaskGroup() as group:
        tasks = (
            group.create_task(
                connection.follow(lambda view: tell(Seen(view)), lambda loss: tell(Lost(loss))), name="follow the agent"
            ),
            group.create_task(deliveries.run(connection, tell), name="deliver entries"),
        )
        yield
        for task in tasks:
            task.cancel()
