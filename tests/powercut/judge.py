"""Opens what a power cut left behind, as the agent would, and says whether it holds what was acknowledged."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import fields
from pathlib import Path
from tempfile import TemporaryDirectory

from agent.core.errors import JournalError
from agent.journal.journal import open_journal
from agent.journal.opening import FILE_NAME
from tests.powercut.adapter import Shown, another, expected, shown
from tests.powercut.story import Story, at

LATER = "later"
"""The epoch that begins should the journal have to be made anew; it must not be, once its opening was acknowledged."""


class LostError(Exception):
    """What was acknowledged is not there, or what was not is there in part."""


@contextmanager
def in_memory() -> Iterator[Path]:
    """A folder to judge in: it need not outlast anything, and syncs that cost nothing make many outcomes affordable."""
    shared = Path("/dev/shm")  # noqa: S108 - the folder in it has a name of its own
    with TemporaryDirectory(dir=shared if shared.is_dir() else None) as folder:
        yield Path(folder)


def put(folder: Path, files: Mapping[str, bytes]) -> None:
    """Have the files of a cut disk stand in a folder."""
    for name, content in files.items():
        (folder / name).write_bytes(content)


async def judge(folder: Path, told: Story, acknowledged: int) -> int:
    """Open the journal in a folder, and work with it.

    Args:
        folder: what the cut left.
        told: what happened.
        acknowledged: how many of its steps had been acknowledged; -1 where not even the opening had.

    Returns:
        how many steps the journal holds: what was acknowledged, and perhaps the one under way as a whole.

    Raises:
        LostError: something else.
    """
    try:
        index = await _opened(folder, told, acknowledged)
    except (JournalError, sqlite3.Error) as error:
        raise LostError(f"the journal cannot be worked with: {error}") from error
    with closing(sqlite3.connect(folder / FILE_NAME)) as connection:
        found = connection.execute("PRAGMA integrity_check").fetchall()
    if found != [("ok",)]:
        raise LostError(f"SQLite finds the file damaged after it was worked with: {found[:3]}")
    return index


async def _opened(folder: Path, told: Story, acknowledged: int) -> int:
    async with open_journal(folder, LATER, at(max(acknowledged, 0))) as journal:
        found = await shown(journal, told)
        index = _recognised(found, told, acknowledged)
        await journal.commit(another(told.states[index]), at(index))
        last = (await journal.latest(1))[-1]
        if (last.position, last.sequence) != (found.last + 1, found.last + 1):
            raise LostError(f"the next fact came to position {last.position} after {found.last}")
    return index


def _recognised(found: Shown, told: Story, acknowledged: int) -> int:
    if acknowledged < 0:
        candidates = [(0, expected(told, 0)), (0, expected(told, 0, LATER))]
    else:
        possible = range(acknowledged, min(acknowledged + 2, len(told.states)))
        candidates = [(index, expected(told, index)) for index in possible]
    for index, candidate in candidates:
        if found == candidate:
            return index
    nearest = min((_differences(found, candidate) for _, candidate in candidates), key=len)
    raise LostError(f"after {acknowledged} acknowledged steps: {'; '.join(nearest)}")


def _differences(found: Shown, wanted: Shown) -> list[str]:
    pairs = ((each.name, getattr(found, each.name), getattr(wanted, each.name)) for each in fields(Shown))
    return [f"{name} are {_short(one)}, expected {_short(other)}" for name, one, other in pairs if one != other]


def _short(value: object) -> str:
    text = repr(value)
    size = f" ({len(value)} of them)" if isinstance(value, tuple | dict | frozenset) else ""
    return (text if len(text) <= 60 else f"{text[:30]} … {text[-30:]}") + size
