"""What machines say, as lines that fit the terminal."""

from __future__ import annotations

import shutil
import sys
import textwrap
from collections.abc import Iterator, Sequence
from typing import Final

from agent.commands.columns import aligned, within
from agent.core.observations import SignalValue
from agent.core.readings import CLOCK_TREMBLE_S, MachineReadings, ReadingsView, ReadingView
from agent.core.times import epoch
from agent.logs.outages import duration

_LONGEST_VALUE: Final = 24
_HEAD: Final = ("KEY", "VALUE", "QUALITY", "AGE", "TOLD", "")
_NARROWEST: Final = 40


def page(view: ReadingsView, width: int | None = None) -> Iterator[str]:
    """The lines.

    Args:
        view: what is shown.
        width: columns that there are; None for those of the terminal, and for any number where there is none.
    """
    room = _room() if width is None else width
    now = epoch(view.plant_time)
    for machine in view.machines:
        yield from _wrapped(_connection(machine, now), room)
        is_connected = machine.connection == "up"
        rows = [_HEAD, *(_row(one, now, is_connected=is_connected) for one in machine.readings)]
        places = ["", *(one.address for one in machine.readings)]
        lines = aligned(rows, right=(3, 4), indent="  ")
        yield from (within(line, place, room) for line, place in zip(lines, places, strict=True))


def shown(value: SignalValue) -> str:
    """A value for people: one line, without what could steer a terminal."""
    match value:
        case None:
            return "-"
        case bool(bit):
            return "true" if bit else "false"
        case float(number):
            return f"{number:.10g}"
        case str(text):
            return "".join(sign if sign.isprintable() else "?" for sign in text)
    return str(value)


def _room() -> int | None:
    return max(_NARROWEST, shutil.get_terminal_size().columns) if sys.stdout.isatty() else None


def _wrapped(text: str, room: int | None) -> list[str]:
    """Whole: why there is no connection says what to do."""
    return [text] if room is None else textwrap.wrap(text, room, subsequent_indent="  ", break_on_hyphens=False)


def _connection(machine: MachineReadings, now: float) -> str:
    since = "" if machine.since is None else f" since {machine.since[11:19]} UTC"
    match machine.connection:
        case "up":
            heard = "" if machine.heard_s is None else f", heard {duration(machine.heard_s)} ago"
            return f"{machine.wc_id}: connected{since}{heard}{_clock(machine.clock_ahead_s)}"
        case "down":
            return f"{machine.wc_id}: NOT CONNECTED for {_ago(machine.since, now)}: {shown(machine.reason)}"
    return f"{machine.wc_id}: NOT REACHED YET: {shown(machine.reason) or 'connecting'}"


def _clock(ahead_s: float | None) -> str:
    if ahead_s is None or abs(ahead_s) <= CLOCK_TREMBLE_S:
        return ""
    return f", its clock is {duration(abs(ahead_s))} {'ahead' if ahead_s > 0 else 'behind'}"


def _row(one: ReadingView, now: float, *, is_connected: bool) -> Sequence[str]:
    age = "-" if one.age_s is None else duration(one.age_s)
    told = "-" if one.told_s is None else duration(one.told_s)
    if one.quality == "unknown":
        # Its times are those of what it was; beside UNKNOWN they would look like the value's own.
        why = f"; {shown(one.status)}" if is_connected else ""
        return one.key, "UNKNOWN", one.quality, "", "", f"{_was(one, now)}{why}"
    value = shown(one.value)
    if len(value) > _LONGEST_VALUE:
        value = f"{value[: _LONGEST_VALUE - 1]}…"
    return (
        one.key,
        value,
        one.quality,
        age,
        told,
        " ".join(filter(None, (shown(one.status) if one.status else "", one.address))),
    )


def _was(one: ReadingView, now: float) -> str:
    if one.last_at is None:
        return "never known"
    return f"was {shown(one.last_value)[:_LONGEST_VALUE]}, {_ago(one.last_at, now)} ago"


def _ago(at: str | None, now: float) -> str:
    return "?" if at is None else duration(max(now - epoch(at), 0.0))
