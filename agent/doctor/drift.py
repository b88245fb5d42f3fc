"""The configuration: is it right, and is it the one that the agent goes by?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from agent.core.fingerprint import fingerprint
from agent.doctor.case import Case
from agent.doctor.finding import Finding, Level, Who, unseen, well

SUBJECT: Final = "configuration"
UNLOOKED: Final = "so the disk, machines, readers, broker and files that it names were not looked at"
RELOAD: Final = "sudo systemctl reload lineside"
RESTART: Final = "sudo systemctl restart lineside"


@dataclass(frozen=True, slots=True)
class Loaded:
    """What the agent goes by."""

    path: str
    hash: str
    needs_restart: tuple[str, ...]
    """Keys that it read and that wait for a restart."""


@dataclass(frozen=True, slots=True)
class Configured:
    """What is known of both."""

    path: Path
    hash: str | None
    """Of the file as it is now; None where it cannot be used."""
    refusal: str
    """Why not."""
    hidden: bool
    """Whoever asks may not read it."""
    missing: bool
    loaded: Loaded | None
    """None while no agent answers."""


def judge(seen: Configured) -> Iterator[Finding]:
    """What the configuration needs."""
    if seen.hidden:
        yield unseen(SUBJECT, f"{seen.path} may not be read by this user, {UNLOOKED}")
    elif seen.missing:
        yield _bad(Level.NOW, f"there is no {seen.path}", "a configuration", "make one: sudo lineside init")
    elif seen.hash is None:
        yield _bad(
            Level.NOW,
            f"it cannot be used, {UNLOOKED}: {seen.refusal}",
            "one that `lineside check` calls right",
            f"correct it, then: {RESTART}",
        )
    elif seen.loaded is None:
        yield well(SUBJECT, f"{seen.path} is right")
    else:
        yield from _compared(seen.path, seen.hash, seen.loaded)


def _compared(path: Path, present: str, loaded: Loaded) -> Iterator[Finding]:
    if Path(loaded.path).resolve() != path.resolve():
        yield _bad(
            Level.SOON,
            f"the agent goes by {loaded.path}, this page is about {path}",
            "one file",
            f"lineside doctor -c {loaded.path}",
        )
    elif loaded.hash != present:
        yield _bad(
            Level.SOON, f"{path} was changed, and the agent goes by what it was before", "one and the same", RELOAD
        )
    elif not loaded.needs_restart:
        yield well(SUBJECT, f"{path} is right and in force ({present[:8]})")
    if loaded.needs_restart:
        yield _bad(
            Level.SOON, f"changed, and not yet in force: {', '.join(loaded.needs_restart)}", "all in force", RESTART
        )


def _bad(level: Level, found: str, expected: str, action: str) -> Finding:
    return Finding(level, SUBJECT, found, expected, action, Who.MAINTENANCE)


async def look(case: Case) -> Sequence[Finding]:
    """The file and the running agent."""
    missing = not case.hidden and not case.config.exists()
    present = None if case.settings is None else fingerprint(case.settings).sha256
    loaded = None
    if case.view is not None:
        told = case.view.config
        loaded = Loaded(told.path, told.hash, told.needs_restart)
    return list(judge(Configured(case.config, present, case.refusal, case.hidden, missing, loaded)))
