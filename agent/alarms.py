"""What is wrong at present and who must act: raised and cleared by those who notice, shown to people as one list."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Alarm:
    """One thing that is wrong."""

    code: str
    text: str
    """What was found and what to do."""
    since: float
    """Plant time, in seconds since 1970 UTC."""


class Alarms:
    """The alarms of one agent; each is told to the log once."""

    def __init__(self, now: Callable[[], float]) -> None:
        """Make an empty list.

        Args:
            now: plant time, in seconds since 1970 UTC.
        """
        self._now = now
        self._alarms: dict[str, Alarm] = {}

    @property
    def current(self) -> tuple[Alarm, ...]:
        """What is wrong, the oldest first."""
        return tuple(self._alarms.values())

    def raise_alarm(self, code: str, text: str) -> None:
        """This is wrong; the same said again changes nothing."""
        known = self._alarms.get(code)
        if known is None or known.text != text:
            LOG.warning("%s", text)
            self._alarms[code] = Alarm(code, text, self._now() if known is None else known.since)

    def clear(self, code: str) -> None:
        """This is well again."""
        if self._alarms.pop(code, None) is not None:
            LOG.info("%s: is well again", code)
