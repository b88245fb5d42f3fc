"""Looks through a whole journal while no agent runs, and gets out of a damaged one what can be read."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from agent.core.errors import JournalDamagedError, JournalError
from agent.journal import notices, schema, store
from agent.journal.beginning import Start, forgotten
from agent.journal.inspection import Place, examine, step
from agent.journal.lock import locked
from agent.journal.marks import Watermarks
from agent.journal.opening import FILE_NAME, open_file
from agent.journal.reading import Passage, passages
from agent.journal.rescue import SUSPECT, take_over
from agent.journal.witness import Witness


@dataclass(frozen=True, slots=True)
class Findings:
    """What a look through a whole journal came to."""

    marks: Watermarks
    facts: int
    parked: int
    damaged: tuple[str, ...]
    """`epoch:sequence` of facts that are not what was written."""
    forgotten: dict[str, str]
    """What the witness remembers and the journal does not."""
    unusable: str | None
    """Why the file cannot be worked with; None where it can."""

    @property
    def is_sound(self) -> bool:
        """Whether nothing is wrong."""
        return not self.damaged and not self.forgotten and self.unusable is None


def look_through(folder: Path, say: Callable[[float, int], None]) -> Findings:
    """Look at everything in a journal; nothing is changed.

    Args:
        folder: where it stands.
        say: told, now and then, how much of it was looked at, 0 to 1, and at how many facts.

    Raises:
        JournalError: an agent uses it, there is none, or another version wrote it.
    """
    path = folder / FILE_NAME
    with _alone(folder):
        marks, facts, parked = Watermarks((), 0), 0, 0
        damaged: list[str] = []
        why = "an earlier run met damage in it" if (folder / SUSPECT).exists() else None
        try:
            with closing(store.connect(path, read_only=True)) as connection:
                _check_version(connection)
                examine(connection)
                marks = Watermarks(store.epochs(connection), connection.execute(schema.LAST_POSITION).fetchone()[0])
                parked = len(connection.execute(schema.PARKED).fetchall())
                facts, damaged = _steps(connection, marks, say)
        except JournalDamagedError as error:
            why = str(error)
        except store.FAILURES as error:
            why = f"the journal cannot be read: {error}"
        lost = forgotten(marks, Witness(folder).said) if why is None else {}
        return Findings(marks, facts, parked, tuple(damaged), lost, why)


def begin_anew(folder: Path, new_epoch: str, now: float) -> dict[str, str]:
    """Take over what can be read into a new file, as a start of the agent does with a damaged one.

    Returns:
        what was kept and what is missing.

    Raises:
        JournalError: an agent uses the journal, or it cannot be done.
    """
    with _alone(folder):
        (folder / SUSPECT).touch()
        with closing(open_file(folder, new_epoch, now).connection) as connection:
            return dict(notices.read(connection))[f"epoch-{new_epoch}"].evidence


@contextmanager
def readable(damaged: Path, beside: Path) -> Iterator[Iterator[Passage]]:
    """What can be read of a damaged file, in order; facts whose epoch nobody knows are of epoch `unknown-before`.

    Args:
        damaged: the file, which stays as it is.
        beside: a folder with room for a copy, which is gone afterwards.

    Raises:
        JournalError: it cannot be read, or there is no room.
    """
    if not damaged.exists():
        raise JournalError(f"there is no file {damaged}")
    with TemporaryDirectory(prefix=".lineside-", dir=beside) as room:
        folder = Path(room)
        take_over(damaged, folder / FILE_NAME, Start("unknown", 0.0, None), (damaged, "asked for"))
        yield passages(folder)


def _steps(
    connection: sqlite3.Connection, marks: Watermarks, say: Callable[[float, int], None]
) -> tuple[int, list[str]]:
    first = connection.execute(schema.FIRST_POSITION).fetchone()[0]
    facts = connection.execute("SELECT count(*) FROM facts").fetchone()[0]
    damaged: list[str] = []
    place: Place | None = Place()
    while place is not None:
        found = step(connection, place)
        damaged += [f"{marks.at(position).name}:{marks.at(position).sequence(position)}" for position in found.damaged]
        place = found.following
        if place is not None and place.claim is None:
            seen = place.position - first + 1
            say(seen / (marks.last_position - first + 1), seen)
    return facts, damaged


def _check_version(connection: sqlite3.Connection) -> None:
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if 0 < version < schema.SCHEMA_VERSION:
        raise JournalError(f"the journal has schema {version}; the next start of the agent migrates it: start it first")


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    if not (folder / FILE_NAME).exists():
        raise JournalError(f"there is no journal at {folder / FILE_NAME}; no agent has run with this configuration yet")
    with locked(folder):
        yield
