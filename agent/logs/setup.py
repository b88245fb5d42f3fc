"""Begins the log: what is told goes through the limits to the journal, or as text to stderr where that is not it."""

from __future__ import annotations

import asyncio
import logging
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from agent.logs.entries import Entry, entry_of, told
from agent.logs.events import Event
from agent.logs.limits import Limits
from agent.logs.sinks import JournalSink, Sink, StderrSink, is_journal
from agent.logs.telling import LOGGER, tell

STDERR: Final = 2
"""Its file descriptor."""
EVERY_S: Final = 1.0
"""Real seconds between two looks for what is to be told late."""
Kind = tuple[str, str]
"""Event and work center, of which there may be none; for a library's lines the library."""


class LogHandler(logging.Handler):
    """Takes what is told, of whichever thread."""

    def __init__(self, sink: Sink, now: Callable[[], float] = time.monotonic) -> None:
        """Nothing has been told yet.

        Args:
            sink: where it goes.
            now: real seconds of a clock that nobody sets.
        """
        super().__init__()
        self._sink = sink
        self._now = now
        self._limits: Limits[Kind] = Limits()
        self.left_out = 0
        """Lines that were not told, since the start."""

    def emit(self, record: logging.LogRecord) -> None:
        """Tell it, or count it."""
        self.catch_up()
        entry = entry_of(record)
        if self._limits.admits(_kind(entry), self._now()):
            self._sink.write(entry)
        else:
            self.left_out += 1

    def catch_up(self) -> None:
        """Tell what was left out, as far as it is time to, and hand on what waits."""
        self.acquire()
        try:
            lost = self._sink.flush()
            for kind, count in self._limits.due(self._now()):
                self._tell_left_out(kind, count)
            if lost:
                self.left_out += lost
                self._sink.write(_left_out(f"{lost} lines were left out that the journal did not take", lost))
        finally:
            self.release()

    def close(self) -> None:
        """Tell all that was left out."""
        for kind, count in self._limits.rest():
            self._tell_left_out(kind, count)
        self._sink.close()
        super().close()

    def _tell_left_out(self, kind: Kind, count: int) -> None:
        name = " of ".join(part for part in kind if part)
        self._sink.write(_left_out(f"… {count} more of this were left out: {name}", count, kind))


def _tell_end(error: BaseException) -> None:
    """Tell what ends the agent.

    Raises:
        SystemExit: a fault of the program: Python would write its text, which may be what somebody sent, to stderr, and
            that is the journal. Its kind and where it was raised are told instead.
    """
    if _is_sentence(error):
        tell(Event.AGENT_FAILED, "%s", error)
        return
    tell(Event.AGENT_FAILED, "a fault of the program: %s\n%s", type(error).__qualname__, told(error))
    raise SystemExit(1) from None


def _what_ended(error: BaseException) -> BaseException:
    """Of errors at once the one to tell: a fault of the program before what was made on purpose."""
    if not isinstance(error, BaseExceptionGroup):
        return error
    each = [_what_ended(one) for one in error.exceptions]
    return next((one for one in each if not _is_sentence(one)), each[0])


def _is_sentence(error: BaseException) -> bool:
    """Ours are sentences for people."""
    return type(error).__module__.startswith("agent.")


def _kind(entry: Entry) -> Kind:
    if entry.event is Event.LIBRARY:
        return entry.event, entry.fields["LINESIDE_LIBRARY"].partition(".")[0]
    return entry.event, entry.fields.get("LINESIDE_WORK_CENTER", "")


def _left_out(message: str, count: int, kind: Kind = ("", "")) -> Entry:
    fields = {"LINESIDE_COUNT": str(count), "LINESIDE_OF": kind[0], "LINESIDE_WORK_CENTER": kind[1]}
    return Entry(time.time(), logging.WARNING, Event.LEFT_OUT, message, {k: v for k, v in fields.items() if v})


@contextmanager
def begun(sink: Sink | None = None, now: Callable[[], float] = time.monotonic) -> Iterator[LogHandler]:
    """Log while open: to this sink, else to the journal where stderr leads there, else to stderr as text.

    Libraries are heard from WARNING on, through the same limits.
    """
    if sink is None:
        sink = JournalSink() if is_journal(STDERR, os.environ.get("JOURNAL_STREAM")) else StderrSink()
    in_journal = isinstance(sink, JournalSink)
    handler, root = LogHandler(sink, now), logging.getLogger()
    levels = root.level, LOGGER.level
    root.setLevel(logging.WARNING)
    LOGGER.setLevel(logging.INFO)
    root.addHandler(handler)
    try:
        yield handler
    except Exception as error:
        # Elsewhere it stands on stderr anyway, by whoever called.
        if in_journal:
            _tell_end(_what_ended(error))
        raise
    finally:
        root.removeHandler(handler)
        root.setLevel(levels[0])
        LOGGER.setLevel(levels[1])
        handler.close()


async def keep_up() -> None:
    """Tell for ever, in time, what was left out or waits for the journal, where somebody has begun a log."""
    while True:
        for handler in logging.getLogger().handlers:
            if isinstance(handler, LogHandler):
                handler.catch_up()
        await asyncio.sleep(EVERY_S)


def left_out() -> int:
    """Lines that were not told, since the log was begun."""
    return sum(one.left_out for one in logging.getLogger().handlers if isinstance(one, LogHandler))
