"""Whether this version can go on with a journal: tried on a copy of it, connected to nothing."""

from __future__ import annotations

import secrets
import time
import zlib
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from agent import VERSION
from agent.batch import DESK
from agent.core.draft import Provenance
from agent.core.errors import JournalError, NotUnderstoodError
from agent.core.settings import Settings
from agent.journal.lock import locked
from agent.journal.opening import FILE_NAME, open_file
from agent.journal.rescue import DAMAGED
from agent.restoring import stand_of


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """What a rehearsal came to."""

    facts_waiting: int
    """Facts that the MES has not confirmed."""
    restored: tuple[str, ...]
    """Work centers that go on where they stood."""
    begun_anew: tuple[str, ...]
    """Work centers of the configuration that this journal knows nothing of."""


def rehearse(settings: Settings, folder: Path) -> Rehearsed:
    """Open the copy of a journal as a start of the agent would: migrate it, restore desk and stations.

    Args:
        settings: the configuration in force.
        folder: where the copy stands. It is changed, and of no use afterwards.

    Raises:
        NotUnderstoodError: it is whole, and another version must go on with it.
        JournalError: it cannot be tried.
    """
    if not (folder / FILE_NAME).exists():
        raise JournalError(f"there is no {FILE_NAME} in {folder}; expected the folder of a copy of the journal")
    with locked(folder):
        opened = open_file(folder, secrets.token_hex(4), time.time())
        with closing(opened.connection):
            if any(folder.glob(f"{DAMAGED}*")):
                raise JournalError(f"the journal copied to {folder} is damaged: see what `lineside recover` says of it")
            snapshots = opened.restored.snapshots
            provenance = Provenance(opened.marks.epoch, settings.execution_mode)
            try:
                stand = stand_of(settings, provenance, snapshots, opened.restored.directories)
            except (ValueError, zlib.error) as error:
                raise NotUnderstoodError(
                    f"version {VERSION} does not understand the work centers' state in the journal copied to {folder}; "
                    "go on with the version that wrote it"
                ) from error
    known = snapshots.keys() - {DESK}
    return Rehearsed(
        opened.marks.waiting,
        tuple(sorted(stand.stations.keys() & known)),
        tuple(sorted(stand.stations.keys() - known)),
    )
