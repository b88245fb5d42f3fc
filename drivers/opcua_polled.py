"""Reads in turn what no subscription tells, and tells what changed: the same contract as a subscription's."""

from __future__ import annotations

import asyncio
import math

from asyncua import ua
from asyncua.ua.uaerrors import UaStatusCodeError

from agent.core.observations import Link, Signal
from drivers.cancellation import honour_cancellation
from drivers.contract import Now
from drivers.opcua_learning import Learning
from drivers.opcua_limits import MOST_UNANSWERED, Requests
from drivers.opcua_nodes import Nodes
from drivers.opcua_server import STATE
from drivers.opcua_told import Mailbox, Post, Told


class Polled:
    """The readings that are polled, by their place among the machine's.

    Raises:
        UaError: the server refuses to be read.
        OSError: the connection is lost, or the server is silent.
    """

    def __init__(
        self, requests: Requests, nodes: Nodes, told: Told, learning: Learning, now: Now, poll_ms: int
    ) -> None:
        self.indexes: set[int] = set()
        self.gives_life = True
        """Whether an answer is the sign of life: not where a subscription has to give it."""
        self._requests = requests
        self._nodes = nodes
        self._told = told
        self._learning = learning
        self._now = now
        self._period_s = poll_ms / 1000
        self._more = asyncio.Event()

    def add(self, indexes: set[int]) -> None:
        """Poll these as well, from now on."""
        self.indexes |= indexes
        if self.indexes:
            self._more.set()

    @property
    def is_needed(self) -> bool:
        """Whether there is anything to be found out by polls."""
        return self.gives_life or bool(self.indexes)

    def let_go(self) -> set[int]:
        """Poll none of these any longer."""
        indexes, self.indexes = self.indexes, set()
        return indexes

    async def run(self, mailbox: Mailbox) -> None:
        """Poll until cancelled; reads that take longer than the period follow one another."""
        loop = asyncio.get_running_loop()
        due, unanswered = loop.time(), 0
        while True:
            honour_cancellation()
            if not self.is_needed:
                self._more.clear()
                await self._more.wait()
            await asyncio.sleep(due - loop.time())
            due += self._period_s * (math.floor(max(0.0, loop.time() - due) / self._period_s) + 1)
            try:
                news = await self.look()
            except (TimeoutError, UaStatusCodeError):
                unanswered += 1
                if self.gives_life or unanswered == MOST_UNANSWERED:
                    raise
            else:
                unanswered = 0
                await mailbox.put(Post(news))

    async def look(self) -> list[Signal | Link]:
        """Read them once."""
        asked = [(index, node) for index in sorted(self.indexes) if (node := self._nodes.ids[index]) is not None]
        # Where there is nothing to be read yet, the server shows that it lives all the same.
        ranges = [self._told.readings.index_range(index) for index, _ in asked]
        answers = await self._requests.values([node for _, node in asked] or [STATE], ranges=ranges)
        observed = self._now()
        read: list[tuple[int, ua.DataValue]] = [(index, data) for (index, _), data in zip(asked, answers, strict=False)]
        await self._learning.learn(read)
        news: list[Signal | Link] = list(self._told.changes(read, observed))
        if self.gives_life:
            news += self._told.life(observed)
        return news
