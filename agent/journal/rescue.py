"""A damaged file is never worked with: what can be read is taken over into a new one, and the damaged one kept aside.

Every step may be killed and is done again, or finished, at the next start.
"""

from __future__ import annotations

import logging
import os
import sqlite3
from contextlib import closing
from dataclasses import replace
from operator import attrgetter
from pathlib import Path
from typing import Final

from agent.core.errors import JournalError
from agent.core.times import iso
from agent.journal import schema, store
from agent.journal.beginning import Rescue, Start, begin
from agent.journal.marks import Epoch
from agent.journal.migrations import migrate
from agent.journal.salvage import Salvaged, salvage
from agent.journal.witness import Testimony
from agent.logs.events import Event
from agent.logs.telling import tell

SUSPECT: Final = "journal.suspect"
"""A run that met damage leaves this behind, so that the next start salvages whatever it can see by itself."""
MAKING: Final = "journal.making.sqlite"
FRESH: Final = "journal.fresh-"
"""What was salvaged, whole and on the disk, on its way to the journal's name. When it was found stands behind it."""
DAMAGED: Final = "journal.damaged-"
"""A damaged file that is kept aside."""
MOST_KEPT_ASIDE: Final = 3


def rescue(path: Path, why: str, start: Start) -> None:
    """Put, in the place of a damaged file, a new one with what can be read of it and an epoch of its own.

    Raises:
        JournalError: there is no room for it; nothing was changed.
        OSError: likewise.
    """
    text = "the journal %s is damaged: %s. What can be read of it is taken over into a new one"
    tell(Event.JOURNAL_SALVAGING, text, path, why, level=logging.ERROR)
    stamp = iso(start.now).replace(":", "").replace(".", "")
    aside = path.with_name(f"{DAMAGED}{stamp}.sqlite")
    making = path.with_name(MAKING)
    salvaged = take_over(path, making, start, (aside, why))
    sync(making)
    making.replace(path.with_name(f"{FRESH}{stamp}.sqlite"))
    sync(path.parent)
    finish_rescue(path)
    text = "%d facts were taken over; the damaged journal is kept at %s"
    tell(Event.JOURNAL_SALVAGED, text, salvaged.facts, aside, facts=salvaged.facts)


def take_over(damaged: Path, making: Path, start: Start, story: tuple[Path, str]) -> Salvaged:
    """Make a journal out of what can be read of a damaged one, which stays as it is.

    Args:
        damaged: the file.
        making: the new one; what stands there is removed.
        start: what is known from outside.
        story: where the damaged file is kept, and why it counts as damaged.

    Raises:
        JournalError: it cannot be made.
    """
    remove(making)
    try:
        with closing(store.connect(making)) as fresh:
            migrate(fresh, making)
            salvaged = salvage(damaged, fresh)
            _settle_epochs(fresh, start.said)
            begin(fresh, start, Rescue(*story, salvaged))
            fresh.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            fresh.execute("PRAGMA journal_mode = DELETE")
    except (sqlite3.Error, JournalError) as error:
        remove(making)
        raise JournalError(
            f"the damaged journal {damaged} cannot be taken over into a new one: {error}; "
            "free space on its disk. Nothing was changed"
        ) from error
    return salvaged


def finish_rescue(path: Path) -> None:
    """Put what was salvaged in the journal's place; does nothing where that has been done.

    Raises:
        OSError: the folder does not let us.
    """
    fresh = next(iter(path.parent.glob(f"{FRESH}*.sqlite")), None)
    if fresh is None:
        return
    path.with_name(SUSPECT).unlink(missing_ok=True)
    aside = path.with_name(fresh.name.replace(FRESH, DAMAGED))
    for suffix in ("-wal", ""):
        damaged = path.with_name(path.name + suffix)
        if damaged.exists():
            damaged.replace(aside.with_name(aside.name + suffix))
    path.with_name(path.name + "-shm").unlink(missing_ok=True)
    # The old log must be away for good before the new file comes, as SQLite would take it for the new one's.
    sync(path.parent)
    fresh.replace(path)
    sync(path.parent)
    for old in sorted(path.parent.glob(f"{DAMAGED}*.sqlite"))[:-MOST_KEPT_ASIDE]:
        tell(Event.DAMAGED_REMOVED, "removing the oldest damaged journal that was kept aside: %s", old)
        remove(old)


def _settle_epochs(fresh: sqlite3.Connection, said: Testimony | None) -> None:
    """Have the epochs fit each other: old copies of them may have been found, and the witness may know more."""
    found = {epoch.first_position: epoch for epoch in sorted(store.epochs(fresh), key=attrgetter("began"))}
    for key, first in fresh.execute(schema.EPOCH_CLAIMS).fetchall():
        found.setdefault(int(first), Epoch(key.removeprefix("epoch:"), int(first), 0, iso(0)))
    if said is not None:
        named = {epoch.name: epoch for epoch in found.values()}
        epoch = named.get(said.epoch, Epoch(said.epoch, said.first_position, 0, iso(0)))
        confirmed = max(epoch.confirmed_through, said.confirmed_through)
        found[epoch.first_position] = replace(epoch, confirmed_through=confirmed)
    fresh.execute(schema.DROP_EPOCHS, (0,))
    end: int | None = None
    for first in sorted(found, reverse=True):
        epoch = found[first]
        if end is not None:
            epoch = replace(epoch, confirmed_through=min(epoch.confirmed_through, epoch.sequence(end)))
        store.put_epoch(fresh, epoch)
        end = first - 1


def remove(path: Path) -> None:
    """Remove a database file with everything beside it."""
    for suffix in ("", "-wal", "-shm", "-journal"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


def sync(path: Path) -> None:
    """Return when a file, or what a folder lists, is on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
