"""Looks now and then at what a subscription does not tell: the server itself, nodes that come and go, silent death.

A look asks the server over Read and runs beside the publications; nothing waits for it, and the next one begins a while
after it has ended. A look that the server does not answer is given up: publications have a time-out of their own.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Final

from asyncua import ua
from asyncua.ua.uaerrors import UaStatusCodeError

from agent.core.observations import Controller, Quality, Signal
from drivers.cancellation import honour_cancellation
from drivers.contract import Now
from drivers.opcua_alarm_signal import AlarmSignal
from drivers.opcua_evidence import Moment
from drivers.opcua_limits import MOST_UNANSWERED, Requests
from drivers.opcua_nodes import GONE
from drivers.opcua_server import STATE, ask_server
from drivers.opcua_silence import Silence
from drivers.opcua_subscription import SIGN_OF_LIFE_MS, SLOWEST_S, Subscription
from drivers.opcua_told import Mailbox, Post, Told
from drivers.opcua_values import status_text
from drivers.opcua_ways import Ways

_SOONEST_S: Final = 0.2


class Watch:
    """The looks at one server.

    Raises:
        UaError: the server refuses to be read.
        OSError: the connection is lost, looks are not answered, the server says that it does not work, or its
            subscription is dead.
    """

    def __init__(
        self, requests: Requests, ways: Ways, told: Told, alarms: AlarmSignal, now: Now, watch_s: float
    ) -> None:
        self._requests = requests
        self._ways = ways
        self._told = told
        self._alarms = alarms
        self._now = now
        self._watch_s = watch_s
        self._subscription: Subscription | None = None
        self._silence: Silence | None = None
        self._tellings = [-1] * len(told.tellings)
        self._soon = asyncio.Event()
        self._unanswered = 0

    def look_at(self, subscription: Subscription | None, silence: Silence | None) -> None:
        """There is a subscription that may fall silent, or none any more."""
        self._subscription, self._silence = subscription, silence

    def look_soon(self) -> None:
        """Something was told that a look has to settle."""
        self._soon.set()

    async def run(self, mailbox: Mailbox) -> None:
        """Look until cancelled."""
        while True:
            honour_cancellation()
            await self._pause(mailbox)
            try:
                news = await self.look()
            except (TimeoutError, UaStatusCodeError):
                self._unanswered += 1
                if self._unanswered == MOST_UNANSWERED:
                    raise
                # It may answer when it is asked for less at once.
                self._requests.limits.reads = max(1, self._requests.limits.reads // 2)
            else:
                self._unanswered = 0
                await mailbox.put(Post(news))

    async def look(self) -> list[Controller | Signal]:
        """Look once."""
        server = await ask_server(self._requests, self._now)
        nodes, ways = self._ways.nodes, self._ways
        moved = set[int]()
        if server.namespaces:
            moved = nodes.resolve(server.namespaces)
            self._told.readings.namespaces = server.namespaces
        await ways.let_go(moved)
        sought, quiet, moment = ways.sought, self._quiet(), self._moment()
        self._tellings = list(self._told.tellings)
        asked = {index: node for index in (*sought, *quiet) if (node := nodes.ids[index]) is not None}
        ranges = [self._told.readings.index_range(index) for index in asked]
        values = dict(zip(asked, await self._requests.values(list(asked.values()), ranges=ranges), strict=True))
        await ways.learning.learn(values.items())
        gone = {index: status_text(code) for index, data in values.items() if (code := _code(data)) in GONE}
        await ways.let_go(gone)
        refused = {index: why for index, why in nodes.why.items() if index in moved} | gone
        refused |= await ways.take_up(index for index in sought if index in values and index not in gone)
        if self._silence is not None:
            kept = {index: values[index] for index in quiet if index in values and index not in gone}
            refused |= await self._silence.settle(kept, moment)
        alarms = await self._alarms.look(self._subscription, self._told.readings.namespaces, self._now())
        return [*self._told.controller(server), *self._told.refused(refused, self._now()), *alarms]

    def _quiet(self) -> list[int]:
        """Those of the subscription that told nothing since the last look, or nothing good."""
        monitored, told = self._ways.monitored, self._told
        return [
            index
            for index in (monitored.items if monitored is not None else ())
            if told.tellings[index] == self._tellings[index] or _is_bad(told, index)
        ]

    def _moment(self) -> Moment:
        time, subscription = asyncio.get_running_loop().time(), self._subscription
        return (
            Moment(time, 0, 0) if subscription is None else Moment(time, subscription.publications, subscription.behind)
        )

    async def _pause(self, mailbox: Mailbox) -> None:
        loop = asyncio.get_running_loop()
        begun = loop.time()
        due = begun + (self._watch_s if self._silence is None else min(self._watch_s, self._silence.settles_in_s))
        while (left := due - loop.time()) > 0 and not self._soon.is_set():
            with suppress(TimeoutError):
                async with asyncio.timeout(min(left, SIGN_OF_LIFE_MS / 1000) if self._is_slow else left):
                    await self._soon.wait()
            if self._is_slow:
                await self._feel_pulse(mailbox)
        await asyncio.sleep(begun + _SOONEST_S - loop.time())
        self._soon.clear()

    @property
    def _is_slow(self) -> bool:
        """Publications come too seldom to be the sign of life."""
        return self._subscription is not None and self._subscription.life_s > SLOWEST_S

    async def _feel_pulse(self, mailbox: Mailbox) -> None:
        with suppress(TimeoutError, UaStatusCodeError):
            await self._requests.values([STATE])
            await mailbox.put(Post(self._told.life(self._now())))


def _code(data: ua.DataValue) -> int:
    return 0 if data.StatusCode is None else data.StatusCode.value


def _is_bad(told: Told, index: int) -> bool:
    last = told.last[index]
    return last is not None and last[1] is Quality.BAD
