"""What a machine offers, as lines for people and as configuration ready to be pasted."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator, Sequence
from typing import Final

from agent.commands.columns import GAP, aligned, within
from agent.commands.read_page import shown
from agent.commissioning.answers import Node, SignalAnswer
from agent.commissioning.candidates import Candidate
from agent.commissioning.recognition import propose
from agent.commissioning.roles import remark
from agent.commissioning.template import place_of, signals

_LONGEST_NAME: Final = 60
_SHORTEST_NAME: Final = 20
_SHORT_VALUE: Final = 16
_NARROWEST: Final = 40
_TABLE: Final = "[[machine.{what}]]"


def rows(found: Sequence[Candidate], room: int | None) -> Iterator[str]:
    """A line for each value; where the terminal is narrower than that, its place stands on a line of its own, whole.

    Args:
        found: what there is.
        room: columns of the terminal; None where there is none.
    """
    words = _words(found, room)
    beside = max(map(len, words), default=0)
    width = min(_LONGEST_NAME, max((len(one.name) for one in found), default=0))
    if room is not None:
        # What moves is what is looked for: of a long name the beginning goes, not that.
        width = min(width, max(_SHORTEST_NAME, room - beside - len(GAP)))
    for one, said_of_it in zip(found, words, strict=True):
        name = one.name if len(one.name) <= width or room is None else f"…{one.name[1 - width :]}"
        head = f"{name:<{width}}{GAP}{said_of_it}"
        said = f"  {one.description}" if one.description else ""
        # A server makes its node ids up; --toml writes them so that they can be copied whatever is in them.
        place = shown(str(one.where))
        whole = f"{head:<{width + len(GAP) + beside}}{GAP}{place}{said}"
        if room is None or len(whole) <= room:
            yield whole
            continue
        yield within(head, "", room)
        # Not cut: it is what is copied.
        yield f"    {place}"
        if said:
            yield f"   {said}"[:room]


def room() -> int | None:
    """Columns of the terminal; None where there is none."""
    return max(_NARROWEST, shutil.get_terminal_size().columns) if sys.stdout.isatty() else None


def pasted(found: Sequence[Candidate], *, is_opcua: bool) -> str:
    """Signals of what was recognised; the rest as remarks, ready for a key and a role or to be telemetry."""
    proposals = propose(found) if is_opcua else []
    recognised = {id(one.candidate) for one in proposals}
    text = signals(
        tuple(SignalAnswer(one.role, one.candidate.where, remark(one.candidate, one.why)) for one in proposals)
    )
    for one in found:
        # Of a map without names the zeros are most of it, and say nothing.
        is_worth = one.value or (isinstance(one.where, Node) and not one.status.endswith(" parts"))
        if id(one) not in recognised and is_worth:
            lines = ["[[machine.signal]]", 'key = ""', 'role = ""', *place_of(one.where)]
            text += f"\n  # {remark(one, '')}\n" + "".join(f"  # {line}\n" for line in lines)
    return text.strip("\n")


def as_telemetry(found: Sequence[Candidate]) -> str:
    """Every value that shows something as telemetry, with a key made of its name."""
    text, taken = "", set[str]()
    for one in found:
        if one.value is None:
            continue
        key = _key(one.name, taken)
        lines = ["[[machine.telemetry]]", f'key = "{key}"', *place_of(one.where)]
        text += f"\n  # {remark(one, '')}\n" + "".join(f"  {line}\n" for line in lines)
    return text.strip("\n")


def plain(one: Candidate) -> dict[str, object]:
    """The same for programs."""
    where = one.where
    parts: dict[str, object]
    if isinstance(where, Node):
        parts = {"node": where.node, "index": where.index, "field": where.field}
    else:
        parts = where.settings
    return {
        "name": one.name,
        "place": str(where),
        **parts,
        "kind": one.kind,
        "value": one.value,
        "status": one.status,
        "access": one.rights,
        "description": one.description,
        "seen": one.movement.words,
    }


def _words(found: Sequence[Candidate], room: int | None) -> list[str]:
    """Type, value, rights and movement of each, in columns; without a column in which nothing stands."""
    values = [
        one.shown if room is None or len(one.shown) <= _SHORT_VALUE else f"{one.shown[: _SHORT_VALUE - 1]}…"
        for one in found
    ]
    table = [(one.kind or "-", value, one.rights, one.movement.words) for one, value in zip(found, values, strict=True)]
    columns = [column for column in zip(*table, strict=True) if any(column)]
    return aligned(zip(*columns, strict=True))


def _key(name: str, taken: set[str]) -> str:
    """The last names of a path as a key of the configuration, another one each."""
    last = "-".join(name.split("/")[-2:])
    plain_name = "".join(sign if sign.isalnum() or sign in "_.-" else "-" for sign in last).strip("-")[:56] or "value"
    key, number = plain_name, 2
    while key in taken:
        key, number = f"{plain_name}-{number}", number + 1
    taken.add(key)
    return key
