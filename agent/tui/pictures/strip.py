"""The shift as a strip: what the machine did, from its beginning to its end, under a clock."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from textual.content import Content

from agent.core.shifts.shift_view import StripView
from agent.core.times import epoch
from agent.tui.wording import Wording

AHEAD: Final = "·"
"""What is still to come."""
HOUR_S: Final = 3600
STEPS_H: Final = (1, 2, 3, 4, 6, 12, 24)
"""Hours between two times of day."""
TICK: Final = "│"
LABEL: Final = len(TICK + "08:00 ")
"""Columns of a time of day with its tick and a blank."""
BETWEEN: Final = "   "


@dataclass(frozen=True, slots=True)
class Look:
    """How one letter of a strip is drawn."""

    name: str
    """As the panel of the state says it."""
    letter: str
    """Begins each stretch; empty where the pattern is enough."""
    pattern: str
    style: str


LOOKS: Final = {
    "F": Look("FAULT", "F", "▒", "$on on $bad"),
    "I": Look("IDLE", "I", "▄", "$dark on $warn"),
    "H": Look("HELD", "H", "=", "$dark on $warn"),
    "S": Look("STARVED", "S", ">", "$on on $info"),
    "B": Look("BLOCKED", "B", "<", "$on on $info"),
    "O": Look("OFF", "O", "-", "$on on $off"),
    "U": Look("UNKNOWN", "", "?", "$on on $odd"),
    "C": Look("Setup", "C", "▓", "$quiet"),
    "P": Look("Planned", "", "─", "$quiet"),
    "R": Look("RUNNING", "", "█", "$bar"),
}
"""By the letters of `StripView.cells`; of two that lasted equally long in a column the first one is drawn."""


def strip(seen: StripView, end: float | None, words: Wording, width: int, *, legend: bool = False) -> Content:
    """The strip, its clock below it and, if wanted, what its patterns mean.

    Args:
        seen: the shift so far.
        end: when the shift ends; None where nobody knows: then the strip ends where it has come to.
        words: the operator's language and the plant's time zone.
        width: columns.
        legend: names what is drawn, as far as it fits.
    """
    begin = epoch(seen.since)
    span = max(len(seen.cells) * seen.cell_s, 0.0 if end is None else end - begin, seen.cell_s)
    letters = _columns(seen, span, width)
    rows = [_drawn(letters, words), Content.styled(_clock(begin, span, words, width), "$quiet")]
    if legend:
        rows.append(_legend(letters, words, width))
    return Content("\n").join(rows)


def _columns(seen: StripView, span: float, width: int) -> str:
    """For each column the letter of what lasted longest in it."""
    per_column = span / width if width else span
    return "".join(_longest(seen, index * per_column, (index + 1) * per_column) for index in range(width))


def _longest(seen: StripView, start: float, end: float) -> str:
    lasted: dict[str, float] = defaultdict(float)
    for index in range(int(start / seen.cell_s), min(len(seen.cells), int(end / seen.cell_s) + 1)):
        overlap = min(end, (index + 1) * seen.cell_s) - max(start, index * seen.cell_s)
        if overlap > 0:
            lasted[seen.cells[index]] += overlap
    order = [*LOOKS, *sorted(lasted.keys() - LOOKS.keys())]
    return max(lasted, key=lambda letter: (round(lasted[letter], 3), -order.index(letter)), default=AHEAD)


def _drawn(letters: str, words: Wording) -> Content:
    return Content("").join(_stretch(letter, len(list(same)), words) for letter, same in groupby(letters))


def _stretch(letter: str, length: int, words: Wording) -> Content:
    look = LOOKS.get(letter)
    if look is None:
        return Content.styled(letter * length, "$quiet")
    begins = words.say(look.letter) if look.letter else look.pattern
    return Content.styled(begins + look.pattern * (length - 1), look.style)


def _clock(begin: float, span: float, words: Wording, width: int) -> str:
    """Times of day under whole hours, as many as fit."""
    step = next((step for step in STEPS_H if step * HOUR_S / span * width >= LABEL), STEPS_H[-1])
    line = [" "] * width
    for hour in _hours(begin, begin + span, step, words):
        at = int((hour - begin) / span * width)
        if at + LABEL - 1 <= width:
            line[at : at + LABEL - 1] = TICK + words.minute(hour)
    return "".join(line).rstrip()


def _hours(begin: float, end: float, step: int, words: Wording) -> Iterator[float]:
    """Instants of whole hours of the plant's clock that are divisible by the step."""
    first = begin + (-begin) % HOUR_S
    # A zone may be off by half an hour or a quarter.
    first -= HOUR_S - (HOUR_S - 60 * int(words.minute(first)[3:])) % HOUR_S
    at = first
    while at < end:
        if at >= begin and int(words.minute(at)[:2]) % step == 0:
            yield at
        at += HOUR_S


def _legend(letters: str, words: Wording, width: int) -> Content:
    said: list[Content] = []
    used = 0
    for letter, look in LOOKS.items():
        if letter not in letters:
            continue
        sign = words.say(look.letter) + look.pattern if look.letter else look.pattern * 2
        item = Content.assemble((sign, look.style), " ", words.say(look.name).lower())
        if used + item.cell_length > width:
            break
        said.append(item)
        used += item.cell_length + len(BETWEEN)
    return Content(BETWEEN).join(said)
