"""When did the second part begin? A part of a stop is split in two (domain.md R20)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from agent.core.times import iso
from agent.tui.scene import Scene
from agent.tui.sheets import parts
from agent.tui.sheets.parts import Part
from agent.tui.sheets.sheet import Choice, Deed, Field, Known, Note, Page, Primary, Send, Sheet, Show

SHORTEST_S: Final = 60.0
"""A piece is no shorter (domain.md C3)."""
_MINUTES: Final = (1, 2, 3, 5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 240)
MOST: Final = 7
"""Times that are offered; any other can be typed."""
_CLOCK: Final = re.compile("([01]?[0-9]|2[0-3])[:.,]?([0-5][0-9])")


def split(scene: Scene, known: Known) -> Sheet | Note:
    """Sensible times to choose from, and any to be typed."""
    words, part = scene.words, parts.find(scene, known.get("segment_id", ""))
    if part is None:
        return Note(words.say("This stop is no longer here."))
    about = (part.span(scene.now, words),)
    title = words.say("Split it: when did the second part begin?")
    if "typed" in known:

        def take(text: str) -> Deed:
            return _typed(scene, part, text)

        return Sheet(
            title, about, field=Field(words.say("Type the time, such as 13:05, and press Enter"), "quantity", take)
        )
    typing = Primary(words.say("Type the time"), Show(Page.SPLIT, {**known, "typed": ""}))
    return Sheet(title, about, choices=tuple(_choices(scene, part)), primary=typing)


def _choices(scene: Scene, part: Part) -> Iterator[Choice]:
    words, end = scene.words, _end(scene, part)
    fitting = [minutes for minutes in _MINUTES if SHORTEST_S + part.since <= end - minutes * 60]
    for minutes in _spread(fitting):
        at, count = end - minutes * 60, words.count(minutes)
        said = (
            words.say("{count} min ago", count=count)
            if part.until is None
            else words.say("{count} min before its end", count=count)
        )
        yield Choice(f"{words.minute(at)}   {said}", _at(scene, part, at))


def _spread(minutes: list[int]) -> list[int]:
    """At most so many of them, the largest among them."""
    return minutes if len(minutes) <= MOST else [*minutes[: MOST - 2], *minutes[-2:]]


def _typed(scene: Scene, part: Part, text: str) -> Deed:
    found = _CLOCK.fullmatch(text.strip())
    if found is None:
        return Note(scene.words.say("'{text}' is no time; type it such as 13:05.", text=text[:20]))
    end = _end(scene, part)
    for at in _instants(int(found[1]), int(found[2]), part.since, end, scene):
        if part.since < at < end:
            return _at(scene, part, at)
    words = scene.words
    since, until = words.minute(part.since), words.minute(end)
    return Note(words.say("That is not between {since} and {until}.", since=since, until=until))


def _instants(hour: int, minute: int, since: float, until: float, scene: Scene) -> Iterator[float]:
    """When the plant's clock showed this, from the day of one instant to that of another; an hour may come twice."""
    zone = scene.words.zone
    day, last = datetime.fromtimestamp(since, zone).date(), datetime.fromtimestamp(until, zone).date()
    while day <= last:
        for fold in (0, 1):
            yield datetime(day.year, day.month, day.day, hour, minute, tzinfo=zone, fold=fold).timestamp()
        day += timedelta(days=1)


def _at(scene: Scene, part: Part, at: float) -> Send:
    name = scene.words.say("Split at {time}", time=scene.words.minute(at))
    is_open = scene.stop is not None and scene.stop.stop_id == part.stop_id
    then = Show(Page.PARTS, {"stop_id": part.stop_id}) if is_open else Show(Page.EXPLAIN)
    return Send(name, "split_stop", {"segment_id": part.segment_id, "at": iso(at)}, then)


def _end(scene: Scene, part: Part) -> float:
    return scene.now if part.until is None else part.until
