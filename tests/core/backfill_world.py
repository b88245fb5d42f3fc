"""A machine that keeps a history, watched with outages and without, and what a reader makes of the facts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from agent.core.backfill.recalled import Past, Recalled
from agent.core.facts import Fact, OutputRecorded
from agent.core.machine_settings import Role
from agent.core.observations import SignalValue
from agent.core.station import Station, StationObservation
from simulators.mes.facts import StoredFact
from simulators.mes.folding.machine import timeline
from tests.core.build import EXECUTE, T0, WC, Story, a_station, down, image, instant, read, signal, started, tick, up

HISTORY: dict[str, object] = {"endpoint": "opc.tcp://plc:4840/", "history": True}
KEYS = ("packml_state", "total")
Span = tuple[str, float, float]


def a_recalling_station(*roles: Role, **tables: Any) -> Station:  # noqa: ANN401 - tables of the configuration
    """A station whose machine keeps a history."""
    return a_station(*(roles or (Role.PACKML_STATE, Role.TOTAL)), **{"opcua": HISTORY, **tables})


def past(at: float, key: str, value: SignalValue, *, good: bool = True) -> Past:
    """One value of a history, on the test's clock."""
    return Past(key, T0 + at, value, good)


def recalled(story: Story, *values: Past, at: float, keys: tuple[str, ...] = KEYS, **more: Any) -> Recalled:  # noqa: ANN401 - fields
    """The history of the oldest gap that is asked for."""
    stretch = story.station.state.watch.unwatched[0]
    fields: dict[str, Any] = {"until": None, "restarted": None, **more}
    return Recalled(WC, stretch.start, stretch.end, keys, values, observed=instant(at), **fields)


@dataclass(frozen=True)
class Machine:
    """What a machine did: its states with their seconds; it makes a part each second while it runs."""

    states: tuple[tuple[int, float], ...]

    @property
    def lasted(self) -> float:
        """Seconds of all."""
        return sum(seconds for _, seconds in self.states)

    def runs_shortly(self, instant: float) -> bool:
        """Whether a run lies there that ends no stop."""
        at = 0.0
        for state, seconds in self.states:
            if state == EXECUTE and seconds < 3.0 and at <= instant <= at + seconds:
                return True
            at += seconds
        return False

    def state_at(self, instant: float) -> int:
        """What it shows at an instant."""
        return [value for at, key, value in self.words() if key == "packml_state" and at <= instant][-1]

    def words(self) -> list[tuple[float, str, int]]:
        """Every change of a signal, in order."""
        at, made = 0.0, 0
        told: list[tuple[float, str, int]] = []
        for state, seconds in self.states:
            told.append((at, "packml_state", state))
            if state == EXECUTE:
                for number in range(1, int(seconds) + 1):
                    made += 1
                    told.append((at + number - 0.5, "total", made))
            at += seconds
        return told

    def history(self, start: float, end: float) -> list[Past]:
        """What its history holds of a stretch."""
        return [past(at, key, value) for at, key, value in self.words() if start <= at <= end]


def seen_of(machine: Machine, outages: Sequence[tuple[float, float]]) -> Iterable[StationObservation]:
    """What a driver tells of it, with spans in which nothing comes."""
    said: dict[str, SignalValue] = {"packml_state": machine.states[0][0], "total": 0}
    yield started(0.0)
    yield read(0.0, **said)
    yield up(0.0)
    words = [one for one in machine.words() if one[0] > 0]
    looks = [float(number) for number in range(5, int(machine.lasted) + 1, 5)]
    edges = [(start, "down") for start, _ in outages] + [(end, "back") for _, end in outages]
    events: list[tuple[float, int, str, str, int]] = [(at, 0, "word", key, value) for at, key, value in words]
    events += [(at, 1, "look", "", 0) for at in looks]
    events += [(at, 2, kind, "", 0) for at, kind in edges]
    away = False
    for at, _, kind, key, value in sorted(events):
        if kind == "word":
            said[key] = value
            if not away:
                yield image(at, signal(key, value, at))
        elif kind == "down":
            yield up(at)
            yield down(at)
            away = True
        elif kind == "back":
            away = False
            yield read(at, **said)
            yield up(at)
        else:
            if not away:
                yield up(at)
            yield tick(at)


def watched_story(
    machine: Machine, outages: Sequence[tuple[float, float]] = (), station: Station | None = None
) -> Story:
    """The machine as a station saw it."""
    story = Story(station or a_recalling_station())
    story.hear(*seen_of(machine, outages))
    return story


def recall_all(story: Story, machine: Machine) -> list[Fact]:
    """Hand in the history of every gap; the facts that came of it."""
    facts: list[Fact] = []
    while story.station.state.watch.unwatched:
        stretch = story.station.state.watch.unwatched[0]
        values = machine.history(stretch.start - T0 - 60.0, stretch.end - T0)
        facts += story.hear(recalled(story, *values, at=machine.lasted + 1.0))
    return facts


def stored(facts: Iterable[Fact]) -> list[StoredFact]:
    """Facts as a MES keeps them."""
    return [
        StoredFact(
            fact.data.TYPE,
            datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=round(fact.time * 1000)),
            fact.data.model_dump(mode="json"),
            str(fact.id),
            "urn:test",
            number,
            fact.correlation_id,
        )
        for number, fact in enumerate(facts, 1)
    ]


def conditions(facts: Iterable[Fact], until: float) -> list[Span]:
    """The timeline as a MES has it, neighbours that are alike joined, on the test's clock."""
    zero = datetime.fromtimestamp(T0, UTC)
    period = zero, zero + timedelta(seconds=until)
    joined: list[Span] = []
    for one in timeline(stored(facts), period):
        start, end = ((at - zero).total_seconds() for at in (one.start, one.end))
        if joined and joined[-1][0] == one.condition and joined[-1][2] == start:
            joined[-1] = (one.condition, joined[-1][1], end)
        else:
            joined.append((one.condition, start, end))
    return joined


def made(facts: Iterable[Fact]) -> Decimal:
    """All good parts that were told."""
    return sum((fact.data.qty_good for fact in facts if isinstance(fact.data, OutputRecorded)), Decimal(0))


def seen_spans(facts: Iterable[Fact], until: float) -> list[Span]:
    """What was told as seen: neither unknown nor inferred."""
    zero = datetime.fromtimestamp(T0, UTC)
    spans = timeline(stored(facts), (zero, zero + timedelta(seconds=until)))
    return [
        (one.condition, (one.start - zero).total_seconds(), (one.end - zero).total_seconds())
        for one in spans
        if one.condition != "UNKNOWN" and not one.inferred
    ]
