"""Records what reaches the agent, when asked to, so that thresholds can be tuned on what truly happened.

Writing has a thread of its own behind a bounded queue: whatever the disk does, nothing waits for it. What goes wrong
ends the recording, aloud; the agent goes on.
"""

from __future__ import annotations

import asyncio
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue
from types import TracebackType
from typing import Final, Self, TypeAlias

from agent import VERSION
from agent.alarms import Alarms
from agent.batch import DESK, Pending, Stand
from agent.core.directories.copies import Kept
from agent.core.observations import Stopping
from agent.core.recordings.recorded import Ended, Header, Seen, Withdrawn, digest, encode, settings_kept
from agent.core.settings import Settings
from agent.logs.events import Event
from agent.logs.telling import tell
from agent.recording_files import RecordingFiles

MB: Final = 1_000_000
FLUSH_S: Final = 0.5
"""Real seconds after which a line can be read; the most that a kill costs."""
MOST_WAITING: Final = 10_000
"""Observations that may wait for the disk."""
LAST_WORDS_S: Final = 3.0
"""Real seconds that a clean stop waits for the disk."""


@dataclass(frozen=True, slots=True)
class Wish:
    """That a recording be made."""

    folder: Path
    limit: int
    """Bytes."""


@dataclass(frozen=True, slots=True)
class Run:
    """The run of the agent that is recorded."""

    settings: Settings
    """At its start."""
    instance: str
    epoch: str
    directories: tuple[Kept, ...]
    """The MES's objects known at its start."""


@dataclass(frozen=True, slots=True)
class _Part:
    """Another file begins with this state."""

    stand: Stand
    directories: tuple[tuple[str | None, str, bytes], ...]
    at: float
    settings: Settings


_Item: TypeAlias = Seen | Withdrawn | Ended | _Part


class Recorder:
    """One recording of one run. Entering begins it; leaving ends it well."""

    def __init__(self, wish: Wish, run: Run, stand: Stand, alarms: Alarms, now: float) -> None:
        """Nothing is written yet.

        Args:
            wish: where, and how much.
            run: that is recorded.
            stand: from which the run sets out.
            alarms: of the agent.
            now: plant time, in seconds since 1970 UTC.
        """
        self._wish = wish
        self._run = run
        self._settings = run.settings
        """In force; a part is recorded by one configuration."""
        self._alarms = alarms
        self._last = now
        """When the last observation was made."""
        self._said_goodbye = False
        self._after = stand.desk.state.instance
        self._directories: dict[tuple[str | None, str, float | None], bytes] = {}
        """By work center, name and the instant that a scheduled revision waits for: the MES's objects."""
        for kept in run.directories:
            self._note(kept)
        self._waiting: SimpleQueue[_Item] = SimpleQueue()
        self._waiting.put(self._part(stand.copy()))
        self._wants_part = False
        """Said by the thread: its file is full."""
        self._loop = asyncio.get_running_loop()
        self._thread = threading.Thread(target=self._work, name="recording", daemon=True)
        self.ended = False
        """Whether nothing more is recorded."""

    async def __aenter__(self) -> Self:
        """Begin."""
        self._thread.start()
        text = "everything that reaches the agent is recorded in %s, scanned texts and operators' names too"
        tell(Event.RECORDING, text, self._wish.folder)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Write what waits, but wait for the disk only so long."""
        if not self.ended:
            self.ended = True
            why = "the agent stopped" if self._said_goodbye else "the agent let go of its journal"
            self._waiting.put(Ended(self._last, why, clean=self._said_goodbye))
        await asyncio.to_thread(self._thread.join, LAST_WORDS_S)

    def record(self, pending: Pending, stand: Stand) -> None:
        """Take what was just observed for the first time; `stand` is what it led to."""
        if self.ended:
            return
        self._last = pending.observation.observed.wall
        self._said_goodbye |= isinstance(pending.observation, Stopping)
        for kept in pending.kept:
            self._note(kept)
        self._put(Seen(pending.ids, pending.known, pending.observation, pending.target))
        if pending.settings is not None:
            self._settings, self._wants_part = pending.settings, True
        if self._wants_part and not self.ended:
            self._wants_part = False
            self._put(self._part(stand.copy()))

    def withdraw(self, pending: Pending) -> None:
        """This was not kept and is never observed again."""
        if not self.ended:
            self._put(Withdrawn(pending.ids))

    def shed(self) -> None:
        """Space for facts is short, and a recording is to take none of it."""
        self._end("space for facts is short")

    def resume(self) -> None:
        """There is space again; the next start of the agent records again."""

    def _put(self, item: _Item) -> None:
        if self._waiting.qsize() >= MOST_WAITING:
            self._end("the disk is too slow")
        else:
            self._waiting.put(item)

    def _end(self, why: str) -> None:
        if not self.ended:
            self._waiting.put(Ended(self._last, why, clean=False))
            self._tell_end(why)

    def _tell_end(self, why: str) -> None:
        if not self.ended:
            self.ended = True
            text = f"the recording in {self._wish.folder} has ended: {why}. The agent goes on without it"
            self._alarms.raise_alarm("recording_ended", f"{text}; start it again to record again")

    def _note(self, kept: Kept) -> None:
        if kept.outcome == "withdrawn":
            gone = [key for key in self._directories if key[:2] == (kept.wc_id, kept.name)]
        else:
            gone = [(kept.wc_id, kept.name, at) for at in kept.dropped]
        for key in gone:
            self._directories.pop(key, None)
        if kept.outcome in {"applied", "scheduled"}:
            at = kept.effective_from if kept.outcome == "scheduled" else None
            self._directories[kept.wc_id, kept.name, at] = kept.payload

    def _part(self, stand: Stand) -> _Part:
        kept = tuple((wc_id, name, payload) for (wc_id, name, _), payload in self._directories.items())
        return _Part(stand, kept, self._last, self._settings)

    def _work(self) -> None:
        files = RecordingFiles(self._wish.folder, self._wish.limit)
        try:
            self._write(files)
        except (OSError, ValueError) as error:
            why = (error.strerror if isinstance(error, OSError) else None) or str(error)
            with suppress(OSError):
                files.give_up(encode(Ended(self._last, why, clean=False)))
            with suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._tell_end, why)
        finally:
            with suppress(OSError):
                files.close()

    def _write(self, files: RecordingFiles) -> None:
        part, asked, flush_at = 0, False, 0.0
        while True:
            try:
                item = self._waiting.get(timeout=FLUSH_S)
            except Empty:
                files.flush()
                continue
            if isinstance(item, Ended):
                files.end(encode(item))
                return
            if isinstance(item, _Part):
                part, asked = part + 1, False
                files.begin(encode(self._header(item, part)))
            else:
                files.write(encode(item))
            if time.monotonic() >= flush_at:
                files.flush()
                flush_at = time.monotonic() + FLUSH_S
            if files.is_full and not asked:
                asked = self._wants_part = True

    def _header(self, part: _Part, number: int) -> Header:
        run, stand = self._run, part.stand
        settings = settings_kept(part.settings)
        snapshots = {wc_id: station.snapshot() for wc_id, station in stand.stations.items()}
        return Header(
            version=VERSION,
            instance=run.instance,
            after=self._after,
            part=number,
            begun=part.at,
            time_zone=part.settings.agent.time_zone,
            epoch=run.epoch,
            execution_mode=part.settings.execution_mode,
            settings=settings,
            settings_sha256=digest(settings),
            snapshots={**snapshots, DESK: stand.desk.snapshot()},
            directories=part.directories,
        )
