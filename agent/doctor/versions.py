"""Which version is installed, which one runs, and on what."""

from __future__ import annotations

import platform
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from agent import VERSION
from agent.core.errors import ConfigurationError
from agent.doctor.case import Case
from agent.doctor.finding import Finding, Level, Who, note, well
from agent.installing import change
from agent.journal.library import LIBRARY_VERSION

SUBJECT: Final = "versions"
HOME: Final = Path("/opt/lineside")
SAFE_SQLITE: Final = (3, 51, 3)
"""Former ones can damage a database in WAL mode where several connections restart the log at one instant
(sqlite.org/wal.html); a journal has one writer, so that it is worth knowing and no more."""


@dataclass(frozen=True, slots=True)
class Versions:
    """What is there."""

    asking: str
    """Of the program that asks: this one."""
    running: str | None
    """None while no agent answers."""
    current: str | None = None
    """To which /opt/lineside/current leads; None where nothing is installed there."""
    previous: str | None = None
    python: str = ""
    sqlite: str = ""
    under_way: change.Change | None = None
    """A change of version that has not come to its end."""


def judge(seen: Versions) -> Iterator[Finding]:
    """What the versions need."""
    installed = seen.current or seen.asking
    former = "" if seen.previous is None else f", {seen.previous} before it"
    if seen.running is not None and seen.running != installed:
        yield Finding(
            Level.SOON,
            SUBJECT,
            f"version {seen.running} runs, {installed} is installed",
            "the installed one runs",
            "sudo systemctl restart lineside",
            Who.MAINTENANCE,
        )
    else:
        runs = "" if seen.running is None else " and runs"
        yield well(SUBJECT, f"{installed} is installed{runs}{former}; Python {seen.python}, SQLite {seen.sqlite}")
    if seen.under_way is not None:
        yield Finding(
            Level.SOON,
            SUBJECT,
            f"the change from version {seen.under_way.former or 'none'} to {seen.under_way.wanted} was interrupted, "
            "or is under way",
            "a change that has come to its end",
            f"sudo ./install.sh of version {seen.under_way.wanted} once more: it goes on, or says that it is over",
            Who.MAINTENANCE,
        )
    if seen.current is not None and seen.asking != seen.current:
        yield note(SUBJECT, f"this page was made by version {seen.asking}, not by the installed {seen.current}")
    if seen.sqlite and tuple(int(part) for part in seen.sqlite.split(".")) < SAFE_SQLITE:
        yield note(
            SUBJECT,
            f"SQLite {seen.sqlite} has a rare error of its log that 3.51.3 mends; the journal's single "
            "writer does not meet it",
        )


def _leads_to(link: Path) -> str | None:
    return link.readlink().name if link.is_symlink() else None


async def look(case: Case) -> Sequence[Finding]:
    """The versions of this PC."""
    running = None if case.view is None else case.view.version
    current, previous = _leads_to(HOME / "current"), _leads_to(HOME / "previous")
    python = platform.python_version()
    return list(judge(Versions(VERSION, running, current, previous, python, LIBRARY_VERSION, _under_way())))


def _under_way() -> change.Change | None:
    with suppress(ConfigurationError, OSError):
        return change.read(HOME / "change.json")
    return None
