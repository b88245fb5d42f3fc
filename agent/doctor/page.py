"""The page: the worst first, in plain words, and the same for programs."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Final

from agent import VERSION
from agent.doctor.finding import ACTED_ON, Finding, Level, is_well

WIDTH: Final = 100
TITLES: Final = {
    Level.NOW: "TO BE DONE NOW",
    Level.SOON: "TO BE DONE SOON",
    Level.UNSEEN: "COULD NOT BE SEEN",
    Level.NOTE: "WORTH KNOWING",
    Level.WELL: "WELL",
}


def text(findings: Sequence[Finding], host: str, now: float) -> str:
    """What people read."""
    shown = datetime.fromtimestamp(now, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    lines = [f"{host} at {shown}, looked at by version {VERSION}", summary(findings)]
    number = 0
    for level, title in TITLES.items():
        of_level = [one for one in findings if one.level is level]
        if not of_level:
            continue
        lines += ["", title]
        for one in of_level:
            if level in ACTED_ON:
                number += 1
                lines += _entry(number, one)
            else:
                lines += _wrapped(f"  {one.subject}: ", one.found)
    return "".join(f"{line}\n" for line in lines)


def summary(findings: Sequence[Finding]) -> str:
    """The whole in one sentence."""
    count = {level: sum(one.level is level for one in findings) for level in Level}
    if is_well(list(findings)):
        return "All is well."
    parts = []
    if count[Level.NOW]:
        parts.append(f"{count[Level.NOW]} to be done now")
    if count[Level.SOON]:
        parts.append(f"{count[Level.SOON]} to be done soon")
    if count[Level.UNSEEN]:
        parts.append(f"{count[Level.UNSEEN]} could not be seen")
    return ", ".join(parts) + "."


def document(findings: Sequence[Finding], host: str, now: float) -> dict[str, object]:
    """What programs read."""
    return {
        "version": VERSION,
        "host": host,
        "time": datetime.fromtimestamp(now, UTC).isoformat(timespec="seconds"),
        "well": is_well(list(findings)),
        "summary": summary(findings),
        "findings": [asdict(one) for one in findings],
    }


def _entry(number: int, one: Finding) -> Iterator[str]:
    yield from _wrapped(f"{number:3}. {one.subject}: ", one.found, indent=5)
    if one.expected:
        yield from _wrapped("     expected: ", one.expected)
    yield from _wrapped("     to do:    ", one.action)
    yield f"     who:      {one.who}"


def _wrapped(head: str, said: str, indent: int | None = None) -> list[str]:
    rest = " " * (len(head) if indent is None else indent)
    plain = " ".join(said.split())
    return textwrap.wrap(
        plain, WIDTH, initial_indent=head, subsequent_indent=rest, break_long_words=False, break_on_hyphens=False
    )
