"""Writes the observations of a trace: what a driver, a reader and people would tell, in plant time."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import UUID

from agent.core.observations import (
    Directive,
    EntryRole,
    Image,
    Instant,
    Link,
    Quality,
    Scan,
    Signal,
    SignalValue,
    Started,
    Tick,
)
from agent.core.observations import Entry as Entered
from agent.core.observed import Observation
from agent.core.recordings.recorded import Seen, encode
from agent.core.stops.segments import Stop
from agent.core.times import epoch, iso
from tests.core.traces.playing import Player, settings_of

FIRST_ID = UUID("019cb763-1a00-7000-8000-000000000000")
BOOTED = 5_000.0
"""The monotonic clock when the scene begins."""


class Scene:
    """One work center for some minutes. All times are seconds since the scene began.

    Signs of life and ticks, which an agent hears each second, come every `life_s`; a sign of life only where no reading
    shows that the machine lives.
    """

    def __init__(self, name: str, begin: str, *, delay_s: float = 0.05, life_s: float = 5.0) -> None:
        """The agent starts.

        Args:
            name: of the trace.
            begin: the instant at 0 seconds, RFC 3339.
            delay_s: how much later than its source the agent sees a reading; below zero, the protocol has no times.
            life_s: seconds between ticks.
        """
        settings = settings_of(name)
        self.player = Player.of(settings)
        self.machine = settings.machine[0]
        self.wc_id = self.machine.work_center
        self.now = 0.0
        self._begin = epoch(begin)
        self._delay_s = max(delay_s, 0.0)
        self._timed = delay_s >= 0
        self._life_s = life_s
        self._life_due = life_s
        self._up = False
        self._alive_at = 0.0
        self._lines: list[bytes] = []
        for wc_id in (None, self.wc_id):
            self._hear(Started(wc_id, self._instant(0.0), "run-1"))

    def write(self, path: Path) -> None:
        path.write_bytes(b"".join(self._lines))

    def to(self, at: float) -> None:
        """Time passes."""
        assert at >= self.now
        while self._life_due <= at:
            self.now = self._life_due
            self._life_due += self._life_s
            if self._up and self.now - self._alive_at > self._life_s / 2:
                self._hear(Link(self.wc_id, "plc", up=True, observed=self._instant(0.0)))
            self._hear(Tick(self.wc_id, self._instant(0.0)))
        self.now = at

    def read(self, late_s: float | None = None, /, **values: SignalValue) -> None:
        """The driver tells of values that changed at this instant; `late_s` where they come later than others."""
        seen = self._instant(self._delay_s if late_s is None else late_s)
        source = self._begin + self.now if self._timed else None
        signals = [Signal(self.wc_id, key, value, Quality.GOOD, source, seen) for key, value in values.items()]
        self._hear(Image(self.wc_id, tuple(signals), seen))
        self._alive_at = self.now

    def unreadable(self, status: str, *keys: str) -> None:
        """The driver cannot read them, or does not believe what it reads."""
        seen = self._instant(self._delay_s)
        signals = tuple(Signal(self.wc_id, key, None, Quality.BAD, None, seen, status) for key in keys)
        self._hear(Image(self.wc_id, signals, seen))

    def connect(self, **values: SignalValue) -> None:
        """The driver has read everything once."""
        self.read(**values)
        self._up = True
        self._hear(Link(self.wc_id, "plc", up=True, observed=self._instant(self._delay_s)))

    def disconnect(self, reason: str) -> None:
        self._up = False
        self._hear(Link(self.wc_id, "plc", up=False, observed=self._instant(0.0), reason=reason))

    def mes(self, name: str, content: Mapping[str, Any], wc_id: str | None = None) -> None:
        """The MES sends one of its objects."""
        self._hear(Directive(wc_id, name, json.dumps(content).encode(), self._instant(0.0)))

    def enter(self, action: str, actor: str, role: EntryRole = "operator", /, **arguments: str) -> str:
        """Somebody enters something at the terminal; the code of the answer."""
        number = len(self._lines)
        entry = Entered(self.wc_id, action, arguments, self._instant(0.0), f"terminal-{number:04d}", actor, role)
        self._hear(entry)
        return self.player.replies[-1].code

    def scan(self, text: str) -> str:
        """Somebody scans a code; the code of the answer."""
        self._hear(Scan(self.wc_id, text, self._instant(0.0), "hand"))
        return self.player.replies[-1].code

    @property
    def stop(self) -> Stop:
        """The open stop, or the last one, as the terminal shows it."""
        stop = self.player.station.state.stops.open or self.player.station.state.floor.last_stop
        assert stop is not None
        return stop

    def clock(self, at: float) -> str:
        """An instant as a terminal writes it."""
        return iso(self._begin + at)

    def _instant(self, later_s: float) -> Instant:
        after = round(self.now + later_s, 3)
        return Instant(round(self._begin + after, 3), round(BOOTED + after, 3))

    def _hear(self, observation: Observation) -> None:
        seen = Seen(UUID(int=FIRST_ID.int + (len(self._lines) << 12)), {}, observation)
        self._lines.append(encode(seen))
        self.player.hear(seen)
