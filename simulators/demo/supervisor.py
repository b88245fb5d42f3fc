"""Starts and kills the agent and the broker, and writes down when, as the judge of the demonstration wants to know."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from signal import SIGKILL

from simulators.broker import Broker
from simulators.clock import Clock
from simulators.demo.present import Present, View, center
from simulators.demo.processes import AGENT, NotStartedError, Supervised
from simulators.demo.progress import Progress
from simulators.demo.records import KILLED_AT, RANDOM, Span, SupervisorLog

MOST_ACCIDENTS = 3
"""Ends by itself after which nobody starts the agent any more."""


class Supervisor:
    """Plays systemd for the agent and fate for everything. `watch` must run meanwhile."""

    def __init__(
        self, agent: Supervised, broker: Broker | None, present: Present, clock: Clock, progress: Progress
    ) -> None:
        self._agent = agent
        self.broker = broker
        """None where somebody else's broker is used, which is not ours to stop."""
        self._present = present
        self._clock = clock
        self._progress = progress
        self._watched_from: dict[str, datetime] = {}
        self._down_since: dict[str, datetime] = {}
        self._outages: dict[str, list[Span]] = {}
        self._kills: list[datetime] = []
        self._points: list[str] = []
        self._accidents: list[str] = []
        self._broker_outages: list[Span] = []
        self._down = asyncio.Condition()

    async def watch(self, wc: str) -> None:
        """Note each time when the machine of a work center is watched, for the first time or again, for ever."""
        await self._present.until(lambda view: bool(center(view, wc)["link_up"]))
        self._watched_from[wc] = self._clock.now()
        self._progress.say(f"{wc} is watched")
        while True:
            async with self._down:
                await self._down.wait_for(lambda: wc in self._down_since)
            await self._present.until(lambda view: self._is_back(view, wc))
            outage = Span(self._down_since.pop(wc), self._clock.now())
            self._outages.setdefault(wc, []).append(outage)
            self._progress.say(f"{wc} is watched again, after {outage.seconds / self._clock.speed:.1f} s")

    async def kill_agent(self, pause_s: float) -> None:
        """Kill the agent, without any warning, and start it again after so many real seconds."""
        await self.end_agent()
        await asyncio.sleep(pause_s)
        await self.start_agent()

    async def agent_ended(self) -> None:
        """Until the agent has ended by itself."""
        await self._agent.wait()

    async def end_agent(self) -> str:
        """Kill the agent where it still lives; the point at which it died, as far as it said so.

        Raises:
            NotStartedError: it has ended by itself too often.
        """
        status = self._agent.ended
        await self._agent.kill()
        now = self._clock.now()
        point = point_said(self._agent.said()) if status == -SIGKILL else None
        if status is not None and point is None:
            self._accidents.append(f"status {status} at {now:%H:%M:%S}: {self._agent.last_words()}")
            if len(self._accidents) == MOST_ACCIDENTS:
                raise NotStartedError(f"the agent ended by itself again and again: {'; '.join(self._accidents)}")
        self._kills.append(now)
        self._points.append(point or RANDOM)
        self._present.forget()
        for wc in self._watched_from:
            self._down_since.setdefault(wc, now)
        async with self._down:
            self._down.notify_all()
        self._progress.say(f"the agent is killed (SIGKILL){f' at {point}' if point else ''}")
        return self._points[-1]

    async def start_agent(self, program: tuple[str, ...] = AGENT) -> None:
        """Start the agent again, or a program around it."""
        await self._agent.start(program)

    async def stop_broker(self, real_s: float) -> None:
        """Take the broker away for so many real seconds."""
        if self.broker is None:
            self._progress.say("the broker is not ours and is left alone")
            return
        await self._without_broker(self.broker.stop, real_s)

    async def kill_broker(self, real_s: float) -> None:
        """Kill the broker, without any warning, and start it again after so many real seconds."""
        assert self.broker is not None
        await self._without_broker(self.broker.kill, real_s)

    async def end(self) -> SupervisorLog:
        """Stop the agent as an update would, and hand over the notes."""
        ended = self._clock.now()
        await self._agent.stop()
        for wc, since in self._down_since.items():
            self._outages.setdefault(wc, []).append(Span(since, ended))
        return SupervisorLog(
            watched={wc: Span(start, ended) for wc, start in sorted(self._watched_from.items())},
            outages={wc: tuple(spans) for wc, spans in self._outages.items()},
            kills=tuple(self._kills),
            points=tuple(self._points),
            accidents=tuple(self._accidents),
            broker_outages=tuple(self._broker_outages),
        )

    async def _without_broker(self, end: Callable[[], Awaitable[None]], real_s: float) -> None:
        assert self.broker is not None
        away = self._clock.now()
        await end()
        self._progress.say("the broker is stopped; facts wait in the journal")
        await asyncio.sleep(real_s)
        await self.broker.start()
        self._broker_outages.append(Span(away, self._clock.now()))
        self._progress.say("the broker is back; what waited is sent")

    def _is_back(self, view: View, wc: str) -> bool:
        """A view made before the last kill may still be on its way; it says nothing of the present."""
        made = datetime.fromisoformat(view["plant_time"])
        return made > self._kills[-1] and bool(center(view, wc)["link_up"])


def point_said(said: str) -> str | None:
    """Where a run killed itself, by its last word; None where it did not say."""
    _, found, after = said.rpartition(KILLED_AT)
    return after.split()[0] if found else None
