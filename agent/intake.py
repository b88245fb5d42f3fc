"""Everything that reaches the agent goes through here, one observation at a time, and is answered after its commit.

Each station has a tentative and a durable value. Observing is immediate and moves the tentative one; a single writer
task commits all that has gathered, facts and one snapshot per touched station, in one transaction. Only then are
replies given and the present shown. A failed commit discards the tentative values: what was kept is observed again, in
order and with the same ids, so it makes the same facts.
"""

from __future__ import annotations

import asyncio
import logging
from collections import ChainMap
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import TypeAlias
from uuid import UUID

from agent.clock import Clock, draw_ids
from agent.core.desk import Desk
from agent.core.errors import JournalError
from agent.core.facts import Fact
from agent.core.observations import Directive, Scan, Started, Stopping, Tick
from agent.core.operator_turn import Context
from agent.core.station import Station, StationObservation
from agent.core.views import Reply
from agent.journal.journal import Journal
from agent.journal.store import Commit, Kept
from agent.retry import Backoff

LOG = logging.getLogger(__name__)
MOST_AHEAD = 1000
"""Observations that may wait for their commit."""
DESK = "-"
AgentObservation: TypeAlias = Started | Stopping | Directive
Anything: TypeAlias = StationObservation | AgentObservation


@dataclass(slots=True)
class Pending:
    """One observation on its way to the disk."""

    observation: Anything
    ids: UUID
    known: dict[str, str]
    """Claims that had been taken when it was asked for."""
    answered: asyncio.Future[Reply | None] | None = None
    facts: tuple[Fact, ...] = ()
    claims: tuple[tuple[str, str], ...] = ()
    kept: Kept | None = None
    reply: Reply | None = None


@dataclass(slots=True)
class Stand:
    """The stations and the desk as they stand at one point of the story."""

    stations: dict[str, Station]
    desk: Desk

    def copy(self) -> Stand:
        """The same, free to go on by itself; what is inside never changes."""
        return Stand(dict(self.stations), self.desk)


@dataclass(slots=True)
class Batch:
    """What goes to the disk together."""

    pending: list[Pending] = field(default_factory=list)
    touched: set[str] = field(default_factory=set)


class Intake:
    """The one place where observations become durable facts."""

    def __init__(self, journal: Journal, stand: Stand, clock: Clock, tick_s: float) -> None:
        self._journal = journal
        self._clock = clock
        self._tick_s = tick_s
        self._durable = stand
        self._tentative = stand.copy()
        self._batch = Batch()
        self._overlay: dict[str, str] = {}
        self._recent: dict[str, str] = {}
        """Claims of the last commit; what waits now may have been looked up before it."""
        self._answers: dict[str, asyncio.Future[Reply | None]] = {}
        self._urgent = asyncio.Event()
        self._stopping = False
        self._room = asyncio.Event()
        self._room.set()
        self._changed = asyncio.Condition()
        self.turned_at = asyncio.get_running_loop().time()
        """Loop time at which the writer last turned, whether or not the disk let it write."""

    @property
    def present(self) -> Stand:
        """What is durable: the only thing ever shown or sent."""
        return self._durable

    async def until(self, reached: Callable[[Stand], bool]) -> None:
        """Wait until the durable present is so."""
        async with self._changed:
            await self._changed.wait_for(lambda: reached(self._durable))

    async def take(self, observations: Iterable[StationObservation]) -> None:
        """Take what a driver saw; returns when it counts, before it is durable."""
        for observation in observations:
            known = await self._known(self._claims_needed(observation))
            self._enqueue(Pending(observation, draw_ids(observation.observed), known))

    async def submit(self, observation: Anything) -> Reply | None:
        """Take one observation; returns its reply once it is durable. A repeated client id gets the stored answer."""
        client_id = getattr(observation, "client_id", None)
        if client_id is None:
            return await self._submit_once(observation, None)
        running = self._answers.get(client_id)
        if running is None:
            running = asyncio.ensure_future(self._submit_once(observation, f"answer:{client_id}"))
            self._answers[client_id] = running
            running.add_done_callback(lambda _: self._answers.pop(client_id, None))
        return await asyncio.shield(running)

    async def _submit_once(self, observation: Anything, answer_key: str | None) -> Reply | None:
        keys: tuple[str, ...] = () if answer_key is None else (answer_key,)
        known = await self._known(keys + self._claims_needed(observation), answer_key)
        if answer_key is not None and answer_key in known:
            return Reply.model_validate_json(known[answer_key])
        answered: asyncio.Future[Reply | None] = asyncio.get_running_loop().create_future()
        self._enqueue(Pending(observation, draw_ids(observation.observed), known, answered))
        return await answered

    async def _known(self, keys: tuple[str, ...], answer_key: str | None = None) -> dict[str, str]:
        """Claims that have been taken, looked up again after any wait for room: they would be out of date."""
        known = await self._journal.taken(keys)
        while answer_key not in known and not self._room.is_set():
            await self._room.wait()
            known = await self._journal.taken(keys)
        return known

    def _claims_needed(self, observation: Anything) -> tuple[str, ...]:
        if isinstance(observation, Scan):
            return self._tentative.stations[observation.wc_id].claims_needed(observation)
        return ()

    def _enqueue(self, pending: Pending) -> None:
        self._apply(pending)
        self._batch.pending.append(pending)
        if pending.facts or pending.answered is not None:
            self._urgent.set()
        if len(self._batch.pending) >= MOST_AHEAD:
            self._room.clear()
            self._urgent.set()

    def _apply(self, pending: Pending) -> None:
        """Observe, on the tentative values."""
        observation, stand = pending.observation, self._tentative
        if (isinstance(observation, AgentObservation) and observation.wc_id is None) or isinstance(
            observation, Directive
        ):
            outcome = stand.desk.observe(observation, pending.ids)
            stand.desk, pending.facts, pending.reply = outcome.desk, outcome.facts, outcome.reply
            if outcome.kept and isinstance(observation, Directive):
                pending.kept = Kept(observation.wc_id, observation.name, observation.payload)
            self._batch.touched.add(DESK)
        else:
            wc_id = observation.wc_id
            assert wc_id is not None
            context = Context(stand.desk.directories, ChainMap(self._overlay, self._recent, pending.known))
            seen = stand.stations[wc_id].observe(observation, pending.ids, context)
            stand.stations[wc_id], pending.facts, pending.reply = seen.station, seen.facts, seen.reply
            pending.claims = seen.claims
            self._batch.touched.add(wc_id)
        client_id = getattr(observation, "client_id", None)
        if client_id is not None and pending.reply is not None:
            pending.claims += ((f"answer:{client_id}", pending.reply.model_dump_json()),)
        self._overlay.update(pending.claims)

    async def write(self) -> None:
        """Commit what gathers until told to stop: at once where there are facts, else every tick.

        It is never cancelled: a commit that the thread goes on with must not be forgotten by the loop.
        """
        backoff = Backoff(0.2, 2.0)
        while not self._stopping:
            with suppress(TimeoutError):
                async with asyncio.timeout(self._clock.real(self._tick_s)):
                    await self._urgent.wait()
            try:
                await self.write_once()
            except JournalError as error:
                if backoff.failures == 0:
                    LOG.error("%s; what was seen is kept in memory meanwhile", error)  # noqa: TRY400 - a sentence for people
                await asyncio.sleep(backoff.failed())
            else:
                if backoff.failures:
                    LOG.warning("the journal can be written again")
                backoff.succeeded()

    def stop_writing(self) -> None:
        """Let the writer end after the commit in hand."""
        self._stopping = True
        self._urgent.set()

    async def write_once(self) -> None:
        """Commit what has gathered.

        Raises:
            JournalError: it could not be written; everything is kept and will be tried again.
        """
        self._urgent.clear()
        self.turned_at = asyncio.get_running_loop().time()
        batch, self._batch = self._batch, Batch()
        if not batch.pending:
            return
        stand = self._tentative.copy()
        try:
            await self._journal.commit(_commit_of(batch, stand), self._clock.now().wall)
        except JournalError:
            self._observe_again([*batch.pending, *self._batch.pending])
            raise
        self._durable = stand
        if len(self._batch.pending) < MOST_AHEAD:
            self._room.set()
        self._recent = {key: value for pending in batch.pending for key, value in pending.claims}
        for key, value in self._recent.items():
            if self._overlay.get(key) == value:
                del self._overlay[key]
        for pending in batch.pending:
            if pending.answered is not None and not pending.answered.done():
                pending.answered.set_result(pending.reply)
        async with self._changed:
            self._changed.notify_all()

    def _observe_again(self, kept: Sequence[Pending]) -> None:
        self._tentative = self._durable.copy()
        self._batch = Batch()
        self._overlay = {}
        for pending in kept:
            self._apply(pending)
            self._batch.pending.append(pending)
        self._urgent.set()

    async def tick(self) -> None:
        """Tell time to every station, for ever."""
        while True:
            await asyncio.sleep(self._clock.real(self._tick_s))
            now = self._clock.now()
            await self.take([Tick(wc_id, now) for wc_id in self._tentative.stations])


def _commit_of(batch: Batch, stand: Stand) -> Commit:
    return Commit(
        facts=[fact for pending in batch.pending for fact in pending.facts],
        snapshots=[
            (name, stand.desk.snapshot() if name == DESK else stand.stations[name].snapshot()) for name in batch.touched
        ],
        claims=[claim for pending in batch.pending for claim in pending.claims],
        directories=[pending.kept for pending in batch.pending if pending.kept is not None],
    )


@asynccontextmanager
async def running(intake: Intake) -> AsyncIterator[Intake]:
    """Write and tell time while open; at the end everything taken is committed, where the disk allows it."""
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(intake.write(), name="intake.write")
        ticker = tasks.create_task(intake.tick(), name="intake.tick")
        try:
            yield intake
        finally:
            ticker.cancel()
            intake.stop_writing()
    try:
        await intake.write_once()
    except JournalError as error:
        LOG.error("%s; what was seen since and never answered ends with this stop", error)  # noqa: TRY400 - as above
