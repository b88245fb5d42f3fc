"""What is wrong at present and who must act: raised and cleared by those who notice, shown to people as one list."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from agent.logs.events import BY_NAME
from agent.logs.outages import Outage


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
        self._outages: dict[str, Outage] = {}

    @property
    def current(self) -> tuple[Alarm, ...]:
        """What is wrong, the oldest first."""
        return tuple(self._alarms.values())

    def raise_alarm(self, code: str, text: str, level: int | None = None) -> None:
        """This is wrong; the same said again changes nothing.

        Args:
            code: one of the events that the log has.
            text: what was found and what to do.
            level: in the log, where it is not the event's own.
        """
        known = self._alarms.get(code)
        outage = self._outages.setdefault(code, Outage(BY_NAME[code]))
        outage.failed(text, level=level, stacklevel=2)
        if known is None or known.text != text:
            self._alarms[code] = Alarm(code, text, self._now() if known is None else known.since)

    def clear(self, code: str) -> None:
        """This is well again."""
        alarm = self._alarms.pop(code, None)
        if alarm is not None:
            self._outages.pop(code).over(f"well again: {alarm.text}", stacklevel=2)
