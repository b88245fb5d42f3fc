"""A press that is recorded, on a clock of its own, and what is read back of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import orjson

from agent.core.contract.envelope import Row
from agent.core.facts import Fact
from agent.core.observations import Image, Instant, Link, Quality, Signal, Started, Stopping, Tick
from agent.core.station import StationObservation
from agent.core.times import iso
from agent.playback import Begin, Recording, Seam
from agent.recording import MB, Wish
from agent.replay import Replay
from tests.agent.parts import Running

BEGAN = 1_772_600_400.0
"""2026-03-04T05:00:00Z."""
PRESS = "PRESS-1"


def at(seconds: float) -> Instant:
    return Instant(BEGAN + seconds, 1000.0 + seconds)


def press(seconds: float, total: int, *, run: bool) -> Image:
    now = at(seconds)
    values = {"run": run, "total": total}
    return Image(PRESS, tuple(Signal(PRESS, key, v, Quality.GOOD, now.wall, now) for key, v in values.items()), now)


def a_day(*standstills: tuple[float, float], until: float, since: float = 0.0) -> Iterator[StationObservation]:
    """A press that makes a part a second but in these standstills, read and told the time each second."""
    total = 0
    for second in range(int(until) + 1):
        stands = any(start <= second < end for start, end in standstills)
        total += not stands
        if second >= since:
            yield Link(PRESS, "plc", up=True, observed=at(second))
            yield press(second, total, run=not stands)
            yield Tick(PRESS, at(second))


async def start(running: Running, instance: str = "i1", seconds: float = 0.0) -> None:
    """As the agent does first."""
    down_since = running.journal.restored.last_saved
    await running.intake.submit(Started(None, at(seconds), instance, down_since))
    await running.intake.take([Started(PRESS, at(seconds), instance)])


async def stop(running: Running, seconds: float) -> None:
    """As the agent does last."""
    await running.intake.submit(Stopping(None, at(seconds)))


def a_wish(folder: Path, limit: int = 10 * MB) -> Wish:
    return Wish(folder / "recording", limit)


def replayed(path: Path, replay: Replay | None = None) -> tuple[list[Fact], list[Seam]]:
    """The facts that a recording makes, and where something is missing."""
    replay = replay or Replay("the recording", None, None)
    facts: list[Fact] = []
    seams: list[Seam] = []
    for record in Recording(path).play():
        match record:
            case Begin():
                replay.begin(record)
            case Seam():
                seams.append(record)
            case _:
                facts += replay.observe(record)
    replay.end()
    return facts, seams


def said(facts: Iterable[Fact | Row]) -> list[tuple[object, ...]]:
    """Everything that a fact says, whether it was just made or stands in the journal."""
    return [
        (fact.id, fact.type, fact.time, fact.dedupkey, fact.correlationid, fact.causationid, orjson.loads(fact.data))
        if isinstance(fact, Row)
        else (
            fact.id.bytes,
            fact.data.TYPE,
            iso(fact.time),
            fact.natural_key,
            fact.correlation_id,
            fact.causation_id,
            orjson.loads(fact.data.model_dump_json()),
        )
        for fact in facts
    ]
