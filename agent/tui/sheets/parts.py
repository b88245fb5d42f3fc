"""Parts of stops that people explain: of the open stop each one, of one that is over the part that is asked about."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from agent.core.facts import StopClass
from agent.core.stops.stop_view import ClosedStopView, PartView, StopView
from agent.core.times import epoch
from agent.tui.panels import condition_word
from agent.tui.scene import Scene
from agent.tui.wording import Wording, duration

UNCODED = "UNCODED"
"""The reason of what is over and nobody explained."""


@dataclass(frozen=True, slots=True)
class Part:
    """One of them."""

    stop_id: str
    segment_id: str
    segment_class: StopClass
    what: str
    """What the machine did, in the operator's language."""
    since: float
    until: float | None
    """None while it lasts."""
    reason_code: str | None
    """None where nobody and nothing explains it."""
    wanted: bool
    """Somebody should explain it."""
    inherited: bool = False
    late: bool = False
    """A reason counts as late now."""

    def when(self, now: float, words: Wording) -> str:
        """From when to when, and how long."""
        until = "…" if self.until is None else words.minute(self.until)
        lasted = duration((now if self.until is None else self.until) - self.since)
        return f"{words.minute(self.since)}–{until}   {lasted}"

    def span(self, now: float, words: Wording) -> str:
        """When, what the machine did, and that a reason counts as late."""
        told = f"{self.when(now, words)}   {self.what}"
        return f"{told}   ! {words.say('counts as late')}" if self.late else told

    @property
    def named(self) -> dict[str, str]:
        """How an entry names it: the present one by its stop, so that it goes to what is present when it arrives."""
        return {"stop_id": self.stop_id} if self.until is None else {"segment_id": self.segment_id}


def of_open(scene: Scene) -> tuple[Part, ...]:
    """Those of the open stop, in order."""
    stop = scene.stop
    return () if stop is None else tuple(_present(stop, part, scene) for part in stop.parts)


def of_closed(scene: Scene) -> tuple[Part, ...]:
    """One of each stop that is over, newest first; those that are planned need no reason."""
    stops = (stop for stop in scene.center.closed_stops if stop.stop_class != "planned")
    return tuple(_past(stop, scene) for stop in stops)


def all_parts(scene: Scene) -> Iterator[Part]:
    """All that can be explained, the newest first."""
    yield from reversed(of_open(scene))
    yield from of_closed(scene)


def to_explain(scene: Scene) -> tuple[Part, ...]:
    """Those that somebody should explain, the newest first."""
    return tuple(part for part in all_parts(scene) if part.wanted)


def find(scene: Scene, segment_id: str) -> Part | None:
    """The part of this id."""
    return next((part for part in all_parts(scene) if part.segment_id == segment_id), None)


def _present(stop: StopView, part: PartView, scene: Scene) -> Part:
    return Part(
        stop_id=stop.stop_id,
        segment_id=part.segment_id,
        segment_class=part.segment_class,
        what=condition_word(stop.condition, scene.words),
        since=epoch(part.since),
        until=None if part.until is None else epoch(part.until),
        reason_code=part.reason_code,
        wanted=part.reason_code is None and part.segment_class in {"down", "unknown"},
        inherited=part.inherited,
    )


def _past(stop: ClosedStopView, scene: Scene) -> Part:
    return Part(
        stop_id=stop.stop_id,
        segment_id=stop.segment_id,
        segment_class=stop.stop_class,
        what=condition_word(stop.condition, scene.words),
        since=epoch(stop.start if stop.since is None else stop.since),
        until=epoch(stop.end if stop.until is None else stop.until),
        reason_code=None if stop.unexplained is not None or stop.reason_code == UNCODED else stop.reason_code,
        wanted=stop.unexplained is not None,
        late=stop.late,
    )
