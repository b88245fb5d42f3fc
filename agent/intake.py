"""Everything that reaches the agent goes through here, one observation at a time, and is answered after its commit.

Each station has a tentative and a durable value. Observing is immediate and moves the tentative one; a single writer
task commits all that has gathered, facts and one snapshot per touched station, in one transaction. Only then are
replies given and the present shown. A failed commit discards the tentative values: what was kept is observed again, in
order and with the same ids, so it makes the same facts.

People are not left waiting for a disk that takes nothing: their scans and entries are refused aloud, at once, while
what machines say goes on as long as it can.
"""

from __future__ import annotations

import asyncio
from collections import ChainMap, Counter, deque
from collections.abc import AsyncIterator, Callable, Collection, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress

from agent.alarms import Alarms
from agent.batch import Anything, Batch, Pending, Stand
from agent.clock import Clock, draw_ids
from agent.contacts import Contacts
from agent.core import replies
from agent.core.backfill.recalled import Recalled
from agent.core.codes.badges import Badges
from agent.core.contract.envelope import Row
from agent.core.corrections.targets import Target
from agent.core.desk.desk import AgentObservation
from agent.core.errors import EntryRefusedError, JournalError, JournalFullError
from agent.core.facts import StorageLevel
from agent.core.observations import (
    ClockStep,
    Configured,
    Directive,
    Entry,
    Link,
    Reckoned,
    Resetting,
    Scan,
    Started,
    Stopping,
    Tick,
)
from agent.core.observed import by_new_time
from agent.core.scan_turn import last_scan
from agent.core.sentences import say
from agent.core.settings import Settings
from agent.core.state import LastScan
from agent.core.station import StationObservation
from agent.core.views import Reply
from agent.journal.journal import Journal
from agent.logs.events import Event
from agent.logs.telling import tell
from agent.readings import Readings
from agent.recording import Recorder
from agent.retry import Backoff

MOST_AHEAD = 1000
"""Observations that may wait for their commit."""
STORAGE_FULL = replies.refused(
    EntryRefusedError("STORAGE_FULL", say("Nothing was taken: storage is full. Call maintenance, then repeat it."))
)
"""The answer to people while nothing of theirs can be kept. Machines are counted on."""
BADGE_ENTERED = replies.refused(
    EntryRefusedError("BADGE_ENTERED", say("A badge is no part of an entry. Scan it by itself to sign on."))
)
"""The answer to an entry that brings a badge's text, of which nothing is kept."""

NO_BADGES = Reply(accepted=False, code="BADGE", message="What a badge would do is not told. Scan it at the reader.")
"""The answer to who asks what a badge would do: to try badges must leave facts."""


class Intake:
    """The one place where observations become durable facts."""

    def __init__(
        self,
        journal: Journal,
        stand: Stand,
        clock: Clock,
        badges: Badges,
        alarms: Alarms,
        recorder: Recorder | None = None,
    ) -> None:
        self._journal = journal
        self._recorder = recorder
        self._clock = clock
        self._badges = badges
        self._alarms = alarms
        self._durable = stand
        self._tentative = stand.copy()
        self._batch = Batch()
        self._overlay: dict[str, str] = {}
        self._recent: dict[str, str] = {}
        """Claims of the last commit; what waits now may have been looked up before it."""
        self._steps: deque[tuple[float, float]] = deque(maxlen=8)
        """When the clock was set, on the steady clock, and by how much."""
        self._answers: dict[str, asyncio.Future[Reply | None]] = {}
        self._urgent = asyncio.Event()
        self._stopping = False
        self._said_goodbye = False
        self._room = asyncio.Event()
        self._room.set()
        self._changed = asyncio.Condition()
        self.failing = False
        """Whether the last commit failed."""
        self.refused: dict[str, LastScan] = {}
        """By work center the last scan of which nothing is kept."""
        self.scans: Counter[tuple[str, str]] = Counter()
        """Codes read since the start, by work center and by what became of them: accepted, refused."""
        self.contacts = Contacts()
        self.readings = Readings()
        self.clock_steps = 0
        """How often the system's clock was set since the start."""
        self.turned_at = asyncio.get_running_loop().time()
        """Loop time at which the writer last turned, whether or not the disk let it write."""

    @property
    def present(self) -> Stand:
        """What is durable: the only thing ever shown or sent."""
        return self._durable

    @property
    def badges(self) -> Badges:
        """What tells badges."""
        return self._badges

    @property
    def storage(self) -> StorageLevel:
        """How well off the journal is, as far as anybody said, durable or not."""
        return self._tentative.desk.state.storage

    async def until(self, reached: Callable[[Stand], bool]) -> None:
        """Wait until the durable present is so."""
        async with self._changed:
            await self._changed.wait_for(lambda: reached(self._durable))

    async def take(self, observations: Iterable[StationObservation]) -> None:
        """Take what a driver saw; returns when it counts, before it is durable."""
        for seen in observations:
            if isinstance(seen, Link):
                self.contacts.note(seen)
            observation = self._badges.replaced(seen) if isinstance(seen, Scan) else seen
            pending = await self._looked_up(observation)
            if pending is None:
                await self._refuse(observation)
            else:
                self._enqueue(pending)

    def set_clock(self, by: float) -> None:
        """Follow the system's clock, so many plant seconds later: everybody is told at once, before anything else.

        What was noticed by the old time and comes here afterwards is carried over too.
        """
        self._steps.append((self._clock.now().monotonic, by))
        self._clock.follow(by)
        self.clock_steps += 1
        now = self._clock.now()
        self.note(ClockStep(None, by, now))
        for wc_id in self._tentative.stations:
            step = ClockStep(wc_id, by, now)
            self._enqueue(Pending(step, draw_ids(now), {}))

    def go_by(self, settings: Settings, badges: Badges, configured: Configured, blind: Collection[str]) -> None:
        """Go by another configuration from here on: what waits for its commit was observed by the former one.

        Args:
            settings: of the same work centers.
            badges: what tells badges from now on.
            configured: that it was read.
            blind: work centers whose machines nobody reads at this moment.
        """
        now, instance = configured.observed, self._tentative.desk.state.instance
        machines = {wc_id: station.setup.machine for wc_id, station in self._tentative.stations.items()}
        changed = [one.work_center for one in settings.machine if one != machines[one.work_center]]
        for wc_id in changed:
            self._enqueue(Pending(Resetting(wc_id, now), draw_ids(now), {}))
            if wc_id in blind and not machines[wc_id].manual:
                lost = Link(wc_id, "plc", up=False, observed=now, reason="its configuration was changed")
                self._enqueue(Pending(lost, draw_ids(now), {}))
        self._badges = badges
        self._enqueue(Pending(configured, draw_ids(now), {}, settings=settings))
        for wc_id in blind:
            self._enqueue(Pending(Started(wc_id, now, instance), draw_ids(now), {}))

    def note(self, observation: AgentObservation) -> None:
        """Take what the agent found out about itself, whatever room there is; nobody waits for it."""
        self._enqueue(Pending(observation, draw_ids(observation.observed), {}))

    async def submit(self, observation: Anything) -> Reply | None:
        """Take one observation; returns its reply once it is durable. A repeated client id gets the stored answer.

        Raises:
            JournalError: it cannot be told whether the id was answered before.
        """
        # Time goes on, but nothing may be said after the last words.
        self._said_goodbye |= isinstance(observation, Stopping)
        if isinstance(observation, Scan):
            observation = self._badges.replaced(observation)
        if isinstance(observation, Entry) and self._badges.are_in(observation):
            return BADGE_ENTERED
        client_id = getattr(observation, "client_id", None)
        if client_id is None:
            return await self._submit_once(observation, None)
        running = self._answers.get(client_id)
        if running is None:
            running = asyncio.ensure_future(self._submit_once(observation, _answer_key(client_id)))
            self._answers[client_id] = running
            running.add_done_callback(lambda _: self._answers.pop(client_id, None))
        return await asyncio.shield(running)

    async def explain(self, scan: Scan) -> Reply:
        """What a scan would come to now. Nothing of it is kept, and no badge is tried.

        Raises:
            JournalError: it cannot be told what is held of it.
        """
        scan = self._badges.replaced(scan)
        if scan.badge is not None:
            return NO_BADGES
        known, target = await self._held_of(scan, None)
        trial = Pending(scan, draw_ids(scan.observed), known, target=target)
        Batch().observe(trial, self._tentative.copy(), ChainMap(self._overlay, self._recent, known))
        assert trial.reply is not None
        return trial.reply

    async def answer(self, client_id: str) -> Reply | None:
        """The durable answer that was given under this id, None where there is none yet."""
        key = _answer_key(client_id)
        known = await self._journal.taken((key,))
        return Reply.model_validate_json(known[key]) if key in known else None

    async def _submit_once(self, observation: Anything, answer_key: str | None) -> Reply | None:
        pending = await self._looked_up(observation, answer_key)
        if pending is None:
            return await self._refuse(observation)
        if answer_key is not None and answer_key in pending.known:
            return Reply.model_validate_json(pending.known[answer_key])
        pending.answered = asyncio.get_running_loop().create_future()
        self._enqueue(pending)
        return await pending.answered

    async def _looked_up(self, observation: Anything, answer_key: str | None = None) -> Pending | None:
        """With what the journal holds of what it names, looked up again after any wait for room.

        Returns:
            None where it must be refused.
        """
        while True:
            try:
                known, target = await self._held_of(observation, answer_key)
            except JournalError:
                if isinstance(observation, Scan | Entry):
                    return None
                raise
            answered = answer_key in known
            if not answered and isinstance(observation, Scan | Entry) and (self.failing or self.storage == "reserve"):
                return None
            if answered or self._room.is_set():
                return Pending(observation, draw_ids(observation.observed), known, target=target)
            await self._room.wait()

    async def _held_of(self, observation: Anything, answer_key: str | None) -> tuple[dict[str, str], Row | None]:
        """The claims that it needs and the fact that it names, as they stand when this returns.

        While one waits for the journal the station goes on, and what is found may name more: then all is looked up
        again. The last look at the claims is at all of them, as only what was committed after it is at hand besides.

        Raises:
            JournalError: it cannot be told.
        """
        answers = () if answer_key is None else (answer_key,)
        known: dict[str, str] = {}
        looked: dict[str, None] = {}
        named, target = None, None
        while True:
            now_named = self._target_named(observation)
            if now_named != named:
                named, target = now_named, None if now_named is None else await self._journal.original(now_named)
                continue
            so_far = ChainMap(self._overlay, self._recent, known)
            needed = dict.fromkeys(answers + self._claims_needed(observation, target, so_far))
            if needed.keys() <= looked.keys():
                return known, target
            looked |= needed
            known = await self._journal.taken(tuple(looked))

    def _target_named(self, observation: Anything) -> Target | None:
        """The fact that it names."""
        stand = self._tentative
        if isinstance(observation, Scan | Entry):
            return stand.stations[observation.wc_id].target_named(observation, stand.desk.directories)
        return stand.desk.target_named(observation) if isinstance(observation, Directive) else None

    def _claims_needed(self, observation: Anything, target: Row | None, known: Mapping[str, str]) -> tuple[str, ...]:
        stand = self._tentative
        if isinstance(observation, Directive):
            entry = stand.desk.passed_on(observation, target)
            if entry is None or entry.wc_id not in stand.stations:
                return stand.desk.claims_needed(observation)
            observation = entry
        if isinstance(observation, Reckoned):
            return stand.desk.claims_needed(observation)
        if isinstance(observation, Scan | Entry | Recalled):
            station = stand.stations[observation.wc_id]
            return station.claims_needed(observation, stand.desk.directories, target, known)
        return ()

    def _enqueue(self, pending: Pending) -> None:
        noticed = pending.observation.observed.monotonic
        late = sum(by for at, by in self._steps if noticed < at)
        if late:
            pending.observation = by_new_time(pending.observation, late)
        self._observe(pending)
        if self._recorder is not None:
            self._recorder.record(pending, self._tentative)
        if pending.facts or pending.answered is not None:
            self._urgent.set()
        if len(self._batch.pending) >= MOST_AHEAD:
            self._room.clear()
            self._urgent.set()

    def _observe(self, pending: Pending) -> None:
        claims = ChainMap(self._overlay, self._recent, pending.known)
        self._batch.observe(pending, self._tentative, claims)
        self._overlay.update(pending.claims)

    async def _refuse(self, observation: Anything) -> Reply:
        if isinstance(observation, Scan):
            self.scans[observation.wc_id, "refused"] += 1
            self.refused[observation.wc_id] = last_scan(observation, STORAGE_FULL)
            await self._show(self._durable.copy())
        return STORAGE_FULL

    async def write(self, tick_s: float) -> None:
        """Commit what gathers until told to stop: at once where there are facts, else every so many plant seconds.

        It is never cancelled: a commit that the thread goes on with must not be forgotten by the loop.
        """
        backoff = Backoff(0.2, 2.0)
        while not self._stopping:
            with suppress(TimeoutError):
                async with asyncio.timeout(self._clock.real(tick_s)):
                    await self._urgent.wait()
            try:
                await self.write_once()
            except JournalError:
                await asyncio.sleep(backoff.failed())
            else:
                backoff.succeeded()

    def stop_writing(self) -> None:
        """Let the writer end after the commit in hand."""
        self._stopping = True
        self._urgent.set()

    def forget(self) -> None:
        """Let go of those who still wait for an answer: as after a kill, they ask again."""
        waiting = [pending.answered for pending in self._batch.pending if pending.answered is not None]
        for future in (*self._answers.values(), *waiting):
            future.cancel()

    async def write_once(self) -> None:
        """Commit what has gathered.

        Raises:
            JournalError: it could not be written; everything is kept and will be tried again, but for scans and
                entries that there was no space for.
        """
        self._urgent.clear()
        self.turned_at = asyncio.get_running_loop().time()
        batch, self._batch = self._batch, Batch()
        if not batch.pending:
            return
        stand = self._tentative.copy()
        try:
            await self._journal.commit(batch.commit(stand), self._clock.now().wall)
        except JournalError as error:
            await self._note_failure(error, [*batch.pending, *self._batch.pending])
            raise
        self.failing = False
        self._alarms.clear("journal_not_written")
        self._recent = {key: value for pending in batch.pending for key, value in pending.claims}
        for key, value in self._recent.items():
            if self._overlay.get(key) == value:
                del self._overlay[key]
        self.scans.update(batch.scans())
        for pending in batch.pending:
            _answer(pending, pending.reply)
        await self._show(stand)
        self._make_room()

    async def _note_failure(self, error: JournalError, kept: Sequence[Pending]) -> None:
        self.failing = True
        self._alarms.raise_alarm("journal_not_written", f"{error}; what was seen is kept in memory meanwhile")
        of_people = (Scan, Entry) if isinstance(error, JournalFullError) else ()
        refused = [pending for pending in kept if isinstance(pending.observation, of_people)]
        self._observe_again([pending for pending in kept if not isinstance(pending.observation, of_people)])
        self._make_room()
        for pending in refused:
            if self._recorder is not None:
                self._recorder.withdraw(pending)
            _answer(pending, await self._refuse(pending.observation))

    def _observe_again(self, kept: Sequence[Pending]) -> None:
        self._tentative = self._durable.copy()
        self._batch = Batch()
        self._overlay = {}
        for pending in kept:
            self._observe(pending)
        self._urgent.set()

    def _make_room(self) -> None:
        """Wake whoever waits for room, if only to be refused; then say whether there is any."""
        self._room.set()
        if len(self._batch.pending) >= MOST_AHEAD:
            self._room.clear()

    async def _show(self, stand: Stand) -> None:
        self._durable = stand
        async with self._changed:
            self._changed.notify_all()

    async def tick(self, tick_s: float) -> None:
        """Tell time to the desk and to every station every so many plant seconds, for ever."""
        while True:
            await asyncio.sleep(self._clock.real(tick_s))
            if self._said_goodbye:
                return
            now = self._clock.now()
            self.note(Tick(None, now))
            await self.take([Tick(wc_id, now) for wc_id in self._tentative.stations])


def _answer_key(client_id: str) -> str:
    return f"answer:{client_id}"


def _answer(pending: Pending, reply: Reply | None) -> None:
    if pending.answered is not None and not pending.answered.done():
        pending.answered.set_result(reply)


@asynccontextmanager
async def running(intake: Intake, tick_s: float) -> AsyncIterator[Intake]:
    """Write and tell time while open; at the end everything taken is committed, where the disk allows it.

    Args:
        intake: that runs.
        tick_s: plant seconds between two looks at time.
    """
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(intake.write(tick_s), name="intake.write")
        ticker = tasks.create_task(intake.tick(tick_s), name="intake.tick")
        try:
            yield intake
        finally:
            ticker.cancel()
            intake.stop_writing()
    try:
        await intake.write_once()
    except JournalError as error:
        tell(Event.LAST_WORDS_LOST, "%s; what was seen since and never answered ends with this stop", error)
    intake.forget()
