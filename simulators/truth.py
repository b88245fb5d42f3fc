"""The truth log: what really happened to the simulated machines, to hold against what the agent says happened.

One JSON object a line, appended whole and never changed:

    {"at": "2026-03-04T05:17:42.120Z", "wc": "FILL-1", "event": "part", "total": 1287}

`at` is plant time. Recorded for each machine, whether its server is reachable or not: `recording` (from when on the log
is complete), `part` (`total` parts so far), `scrap` (`scrap` rejects so far), `stop_started` (`kind`, `alarm`),
`stop_ended` (`kind`), `controller_away`, `controller_back`, `reboot` (`boot`). The servers add `serving`, `client` and
`write_attempt`, a scanner `scanned` (`code`) and `scan_cut` (`code`), of which only a part was typed.

A stop is the whole time in which a machine makes no parts, whatever it shows meanwhile.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import Self

from simulators.clock import Clock
from simulators.day import Day

_RECORDED = frozenset(
    {"recording", "part", "scrap", "stop_started", "stop_ended", "controller_away", "controller_back", "reboot"}
)


@dataclass(frozen=True, slots=True)
class TruthEvent:
    """One line of the log."""

    at: datetime
    """Plant time in UTC."""
    wc: str
    event: str
    detail: dict[str, int | str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Stop:
    """A time without production."""

    start: datetime
    end: datetime | None
    """None while it lasts."""
    kind: str
    """setup, micro, breakdown, starved, blocked, held, reboot or idle."""
    alarm: int = 0
    """What the controller showed when it began; 0 is none."""


@dataclass(frozen=True, slots=True)
class TruthSummary:
    """What happened at one work center between two instants."""

    total: int
    """Parts made, rejects included."""
    scrap: int
    """Rejects counted. The reject of the last part may be counted after it."""
    stops: tuple[Stop, ...]
    """Those that touch the time asked for, with their true begin and end."""
    reboots: tuple[datetime, ...]
    """When the controller's program started anew."""

    @property
    def good(self) -> int:
        """Parts made less rejects counted."""
        return self.total - self.scrap


class TruthLog:
    """An open truth log. Several processes may append to one file.

    Raises:
        OSError: the file cannot be opened or written.
    """

    def __init__(self, path: Path, clock: Clock) -> None:
        self.path = path
        self._clock = clock
        self._file = -1

    def __enter__(self) -> Self:
        """Open the file, or make it."""
        self._file = os.open(self.path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o644)
        size = os.fstat(self._file).st_size
        if size and os.pread(self._file, 1, size - 1) != b"\n":
            os.write(self._file, b"\n")  # a power cut left half a line behind, which readers pass over
        return self

    def __exit__(self, *_: object) -> None:
        """Close the file."""
        os.close(self._file)

    def say(self, wc: str, event: str, **detail: int | str) -> None:
        """Append something that happened now."""
        self.append([TruthEvent(self._clock.now(), wc, event, detail)])

    def append(self, events: Iterable[TruthEvent]) -> None:
        """Append events in one write: all of them are in the file afterwards, or none."""
        if lines := "".join(map(_line, events)):
            os.write(self._file, lines.encode())


async def record(day: Day, clock: Clock, log: TruthLog) -> None:
    """Log what happens to a machine until cancelled.

    The first start records from now on, with the begin of a stop that stands. A later start goes on after the last
    line recorded for this machine, without repeating any.
    """
    last = _last_recorded(log.path, day.wc_id)
    if last is None:
        after = _begin(day, clock.elapsed())
        log.append([TruthEvent(clock.plant(after), day.wc_id, "recording")])
    else:
        after = clock.seconds(last)
    due: list[TruthEvent] = []
    for seconds, happenings in groupby(day.happenings(after), attrgetter("at")):
        at = clock.plant(seconds)
        if at > clock.now():
            log.append(due)
            due.clear()
            await clock.sleep_until(at)
        due.extend(TruthEvent(at, day.wc_id, one.event, one.detail) for one in happenings)
    log.append(due)


def read_truth(path: Path) -> Iterator[TruthEvent]:
    """Every whole line of a log, in the order of the file.

    Raises:
        OSError: the file cannot be read.
    """
    with path.open(encoding="utf-8", errors="replace") as lines:
        for line in lines:
            if line.startswith("{") and line.endswith("}\n"):
                entry = json.loads(line)
                at = datetime.fromisoformat(entry.pop("at"))
                yield TruthEvent(at, entry.pop("wc"), entry.pop("event"), entry)


def summarize(
    events: Iterable[TruthEvent], wc: str, after: datetime | None = None, until: datetime | None = None
) -> TruthSummary:
    """Sum up what happened at a work center with after < at <= until; None is without that bound."""
    mine = [one for one in events if one.wc == wc and (until is None or one.at <= until)]
    asked = [one for one in mine if after is None or one.at > after]
    return TruthSummary(
        total=sum(one.event == "part" for one in asked),
        scrap=sum(one.event == "scrap" for one in asked),
        stops=tuple(stop for stop in _stops(mine) if after is None or stop.end is None or stop.end > after),
        reboots=tuple(one.at for one in asked if one.event == "reboot"),
    )


def _stops(events: list[TruthEvent]) -> list[Stop]:
    stops: list[Stop] = []
    for one in events:
        if one.event == "stop_started":
            stops.append(Stop(one.at, None, str(one.detail["kind"]), int(one.detail["alarm"])))
        elif one.event == "stop_ended" and stops:
            stops[-1] = replace(stops[-1], end=one.at)
    return stops


def _begin(day: Day, seconds: float) -> float:
    standing = day.standing_since(seconds)
    return seconds if standing is None else standing - 0.001


def _last_recorded(path: Path, wc: str) -> datetime | None:
    last = None
    for one in read_truth(path):
        if one.wc == wc and one.event in _RECORDED:
            last = one.at
    return last


def _line(one: TruthEvent) -> str:
    at = one.at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return json.dumps({"at": at, "wc": one.wc, "event": one.event, **one.detail}, ensure_ascii=False) + "\n"
