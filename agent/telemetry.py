"""Telemetry beside the facts: kept as long as its own budget lasts, sent while facts leave the way free.

Nothing here is waited for by whoever reads machines or keeps facts: taking a value is a few steps in memory, and what
memory and file cannot hold is dropped, the oldest first, and counted.
"""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final

from agent.alarms import Alarms
from agent.broker import Outgoing, Session
from agent.clock import Clock
from agent.core.contract.puback import Verdict, verdict, words
from agent.core.contract.topics import Topics
from agent.core.errors import JournalError, TooLargeError, UplinkError
from agent.core.machine_settings import MachineSettings
from agent.core.observations import Link, Signal
from agent.core.settings import Settings
from agent.core.telemetry import Channel, Sample, Sieve
from agent.journal.telemetry_store import TelemetryBatch, TelemetryStore
from agent.logs.events import Event
from agent.logs.outages import Outage
from agent.logs.telling import tell
from agent.retry import Backoff
from drivers.contract import Batch

MOST_IN_MEMORY: Final = 60_000
"""Values that may wait for a slow disk."""
SHARE_OF_FLUSH: Final = 0.9
"""The writing takes its time too: a value is on the disk `flush_s` after it was taken."""
EXPIRY_S: Final = 30
"""From the publishing on, not from the value's time (domain.md G7)."""
MOST_IN_FLIGHT: Final = 8
PAGE: Final = 32
"""Batches that are read at once."""
SETTLED_AT_ONCE: Final = 64
STEP_ASIDE_S: Final = 0.1
"""Real seconds between two messages while facts need the way."""
LISTENERS_S: Final = 60.0
"""Real seconds that those who listen get to come back to a broker that came back."""
HELD_S: Final = 300.0
STRIKES_TO_DROP: Final = 3
"""Connections lost in a row under one batch, after which it is taken for the cause."""


def _sieves(machine: MachineSettings) -> dict[str, Sieve]:
    return {one.key: Sieve(machine, one) for one in machine.telemetry}


class Telemetry:
    """Keeps what the configuration asks for."""

    def __init__(self, settings: Settings, store: TelemetryStore, clock: Clock, alarms: Alarms) -> None:
        self._store = store
        self._clock = clock
        self._alarms = alarms
        self._flush_s = settings.telemetry.flush_s
        self._keep_mb = settings.telemetry.keep_mb
        self._sieves = {one.work_center: _sieves(one) for one in settings.machine if one.telemetry}
        self._kept: deque[tuple[Channel, Sample]] = deque()
        self._dropped = Counter[Channel]()
        self.dropped = 0
        """Values dropped since the start."""
        self._latest: dict[Channel, Sample] | None = None
        """While space is short, the present value of each signal; None while there is space."""

    def aside(self, batch: Batch) -> Batch:
        """Take what is telemetry out of what a driver saw; the rest, for the station."""
        if not batch or (sieves := self._sieves.get(batch[0].wc_id)) is None:
            return batch
        rest = []
        for item in batch:
            if isinstance(item, Signal) and (sieve := sieves.get(item.key)) is not None:
                self._keep(sieve.channel, sieve.observe(item))
                continue
            rest.append(item)
            if isinstance(item, Link) and item.device == "plc" and not item.up:
                for lost in sieves.values():
                    self._keep(lost.channel, lost.lose(item.observed))
        return rest

    def go_by(self, machines: Iterable[MachineSettings]) -> None:
        """These machines are read anew, by other settings; what was read of them last is over."""
        now = self._clock.now()
        for machine in machines:
            for sieve in self._sieves.pop(machine.work_center, {}).values():
                self._keep(sieve.channel, sieve.lose(now))
            if machine.telemetry:
                self._sieves[machine.work_center] = _sieves(machine)

    def shed(self) -> None:
        """Keep nothing from now on but the present, and let go of what is kept."""
        kept, self._kept = self._kept, deque()
        self._latest = {}
        for channel, sample in kept:
            self._keep(channel, (sample,))
        self._store.shed()

    def resume(self) -> None:
        """There is space again."""
        latest, self._latest = self._latest or {}, None
        self._kept.extend(latest.items())

    async def run(self) -> None:
        """Write what gathers, until cancelled; then write the rest and close the store."""
        writing = asyncio.ensure_future(self.flush())
        try:
            while True:
                await asyncio.sleep(self._flush_s * SHARE_OF_FLUSH)
                await asyncio.shield(writing)
                writing = asyncio.ensure_future(self.flush())
        finally:
            # What the thread has in hand goes on when we are cancelled; it must not be forgotten.
            await writing
            await self.flush()
            await self._store.close()

    async def flush(self) -> None:
        """Write what has gathered; what cannot be written waits for the next time."""
        monotonic = self._clock.now().monotonic
        for sieves in self._sieves.values():
            for sieve in sieves.values():
                self._keep(sieve.channel, sieve.rest(monotonic))
        if not self._kept and not self._dropped:
            return
        kept, dropped = self._kept, self._dropped
        self._kept, self._dropped = deque(), Counter()
        try:
            lost = await self._store.append(kept, dropped)
        except JournalError as error:
            self._alarms.raise_alarm("telemetry_not_kept", str(error))
            newer, self._kept = self._kept, deque()
            self._dropped.update(dropped)
            for channel, sample in (*kept, *newer):
                self._keep(channel, (sample,))
        else:
            self._alarms.clear("telemetry_not_kept")
            self.dropped += lost
            if lost or (dropped and self._latest is None):
                text = f"telemetry is more than {self._keep_mb} MB or more than the disk takes: the oldest is dropped"
                self._alarms.raise_alarm("telemetry_dropped", f"{text}; see to the broker or keep less")

    def _keep(self, channel: Channel, samples: tuple[Sample, ...]) -> None:
        for sample in samples:
            if self._latest is not None:
                if channel in self._latest:
                    self._drop(channel)
                self._latest[channel] = sample
                continue
            if len(self._kept) >= MOST_IN_MEMORY:
                oldest, _ = self._kept.popleft()
                self._drop(oldest)
            self._kept.append((channel, sample))

    def _drop(self, channel: Channel) -> None:
        self._dropped[channel] += 1
        self.dropped += 1


@dataclass(frozen=True, slots=True)
class Flight:
    """A batch that the broker has not answered."""

    number: int
    puback: asyncio.Future[int]


class Outlet:
    """Sends what is kept, the oldest first, and deletes what the broker has taken."""

    def __init__(self, store: TelemetryStore, topics: Topics, alarms: Alarms, facts_first: Callable[[], bool]) -> None:
        """Make the outlet.

        Args:
            store: what is kept.
            topics: of this agent.
            alarms: of this agent.
            facts_first: whether facts need the way now.
        """
        self._store = store
        self._topics = topics
        self._alarms = alarms
        self._facts_first = facts_first
        self._loop = asyncio.get_running_loop()
        self._outage = Outage(Event.TELEMETRY_WAITS)
        self._flights: deque[Flight] = deque()
        self._page: deque[TelemetryBatch] = deque()
        self._sent_through = 0
        self._settled_through = 0
        self._settled = 0
        """Batches that are settled and not yet deleted."""
        self._probing = False
        self._patient_until = 0.0
        self._not_before = 0.0
        self._pause = Backoff(0.5, 30.0)
        self._strikes = 0

    async def run(self, session: Session) -> None:
        """Send over this session until it is lost.

        Raises:
            UplinkError: the connection is gone.
        """
        self._patient_until = self._loop.time() + LISTENERS_S
        struck = self._flights[0].number if self._flights else None
        self._go_back()
        self._strikes = 0 if struck is None else self._strikes + 1
        if self._strikes > 1:
            self._not_before = self._loop.time() + self._pause.failed()
        while True:
            try:
                if struck is not None and self._strikes >= STRIKES_TO_DROP:
                    await self._give_up(struck, f"the connection was lost {self._strikes} times under it")
                    self._strikes = 0
                await self.send_once(session)
                self._outage.over("telemetry is sent again")
            except JournalError as error:
                self._outage.failed(f"{error}; telemetry is sent later")
                self._not_before = self._loop.time() + self._pause.failed()
            await self._wait(session)

    async def send_once(self, session: Session) -> None:
        """Look at what was answered, and send as much as is allowed now.

        Raises:
            JournalError: the store cannot be worked with now.
            UplinkError: the connection is gone.
        """
        await self._settle()
        while self._loop.time() >= self._not_before and len(self._flights) < self._window(session):
            if not self._page:
                self._page.extend(await self._store.read(self._sent_through, PAGE))
            if not self._page:
                break
            await session.room()
            await self._publish(session, self._page.popleft())
        if self._settled >= SETTLED_AT_ONCE or (self._settled and not self._flights):
            await self._store.forget(self._settled_through)
            self._settled = 0
            if not self._page and not self._flights:
                self._alarms.clear("telemetry_dropped")

    def _window(self, session: Session) -> int:
        """Messages in flight at most: three quarters of what the broker takes at once are for facts."""
        share = min(MOST_IN_FLIGHT, session.limits.receive_maximum // 4)
        return 1 if self._probing or self._facts_first() else max(share, 1)

    async def _publish(self, session: Session, batch: TelemetryBatch) -> None:
        topic = self._topics.telemetry(batch.wc_id, batch.signal)
        self._sent_through = batch.number
        try:
            puback = session.publish(Outgoing(topic, batch.payload, expiry_s=EXPIRY_S))
        except TooLargeError as error:
            await self._give_up(batch.number, str(error))
            return
        self._flights.append(Flight(batch.number, puback))
        if self._facts_first() or session.limits.receive_maximum < 4:
            self._not_before = self._loop.time() + STEP_ASIDE_S

    async def _settle(self) -> None:
        while self._flights and self._flights[0].puback.done():
            if self._flights[0].puback.cancelled():
                raise UplinkError("the connection was lost")
            flight = self._flights.popleft()
            code = flight.puback.result()
            match verdict(code):
                case Verdict.TAKEN:
                    self._taken(flight)
                case Verdict.UNHEARD if self._loop.time() >= self._patient_until:
                    self._taken(flight)
                case Verdict.UNHEARD | Verdict.LATER:
                    self._later(self._pause.failed())
                case Verdict.HELD:
                    said = f"the broker refuses telemetry ({words(code)}); change its rules"
                    self._alarms.raise_alarm("broker_refuses_telemetry", said)
                    self._later(HELD_S)
                case Verdict.REFUSED:
                    await self._give_up(flight.number, words(code))
                case Verdict.BROKEN:
                    raise UplinkError(f"the broker refuses telemetry: {words(code)}")

    def _taken(self, flight: Flight) -> None:
        self._settled_through = flight.number
        self._settled += 1
        self._strikes = 0
        self._probing = False
        self._pause.succeeded()
        self._alarms.clear("broker_refuses_telemetry")

    def _later(self, pause: float) -> None:
        self._go_back()
        self._probing = True
        self._not_before = self._loop.time() + pause

    async def _give_up(self, number: int, why: str) -> None:
        tell(Event.TELEMETRY_BATCH_DROPPED, "telemetry batch %d cannot be sent (%s) and is dropped", number, why)
        await self._store.drop(number)

    def _go_back(self) -> None:
        self._flights.clear()
        self._page.clear()
        self._sent_through = self._settled_through

    async def _wait(self, session: Session) -> None:
        """Until there is something to do: more telemetry, an answer, or the end of a pause."""
        moved = asyncio.ensure_future(self._store.moved.wait())
        waited: list[asyncio.Future[Any]] = [moved, session.lost, *(flight.puback for flight in (*self._flights,)[:1])]
        pause = self._not_before - self._loop.time()
        try:
            await asyncio.wait(waited, timeout=pause if pause > 0 else None, return_when=asyncio.FIRST_COMPLETED)
        finally:
            moved.cancel()
        self._store.moved.clear()
