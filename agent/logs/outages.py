"""One line when an outage begins and one when it ends, never one per try."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Final

from agent.logs.events import Event
from agent.logs.telling import Field, tell

AGAIN_S: Final = 300.0
"""Real seconds at least between two lines of one outage, however often its reason changes."""


class Outage:
    """Something that fails for a while: begun by the first failure, over with the first success."""

    def __init__(self, event: Event, now: Callable[[], float] = time.monotonic, **fields: Field) -> None:
        """Nothing has failed yet.

        Args:
            event: that it is.
            now: real seconds of a clock that nobody sets.
            fields: of each of its lines.
        """
        self._event = event
        self._now = now
        self._fields = fields
        self._began: float | None = None
        self._told_at = 0.0
        self._told = ""
        self._level = event.level
        self.tries = 0
        """Failures in this outage."""

    @property
    def lasts(self) -> bool:
        """Whether it has begun and is not over."""
        return self._began is not None

    def failed(self, text: str, reason: str | None = None, level: int | None = None, stacklevel: int = 1) -> bool:
        """It failed.

        Args:
            text: what failed, why, and what comes of it.
            reason: another one may be told, after a while; None where every other text is another reason.
            level: where it is not the event's own; a higher one than before is told at once.
            stacklevel: as of `tell`.

        Returns:
            whether it began with this.
        """
        now, reason = self._now(), text if reason is None else reason
        level = self._event.level if level is None else level
        self.tries += 1
        began = self._began is None
        if self._began is None:
            self._began = now
        elif level <= self._level and (reason == self._told or now - self._told_at < AGAIN_S):
            return False
        self._told, self._told_at, self._level = reason, now, level
        state = "began" if began else "changed"
        tell(self._event, "%s", text, level=level, stacklevel=stacklevel + 1, state=state, **self._fields)
        return began

    def over(self, text: str, at: float | None = None, stacklevel: int = 1) -> None:
        """It works; does nothing where it did before.

        Args:
            text: what works; how long it did not and how many tries it took is put behind it.
            at: when it began to, by the same clock; None where that is now.
            stacklevel: as of `tell`.
        """
        if self._began is None:
            return
        seconds = max((self._now() if at is None else at) - self._began, 0.0)
        tried = f", {self.tries} failed tries" if self.tries > 1 else ""
        tell(
            self._event,
            "%s; that took %s%s",
            text,
            duration(seconds),
            tried,
            level=logging.INFO,
            stacklevel=stacklevel + 1,
            state="over",
            seconds=round(seconds, 3),
            tries=self.tries,
            **self._fields,
        )
        self._began, self._told, self.tries = None, "", 0


def duration(seconds: float) -> str:
    """For people: in the two largest units."""
    if seconds < 60:
        return f"{seconds:.1f} s" if seconds < 10 else f"{int(seconds)} s"
    minutes, hours = int(seconds // 60), int(seconds // 3600)
    if hours < 1:
        return f"{minutes} min {int(seconds % 60)} s"
    if hours < 48:
        return f"{hours} h {minutes % 60} min"
    return f"{hours // 24} d {hours % 24} h"
