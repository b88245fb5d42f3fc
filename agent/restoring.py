"""Builds stations and desk as a configuration asks and as a snapshot left them: for the agent and for a replay."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from agent.batch import DESK, Stand
from agent.core.directories import Directories
from agent.core.directories.copies import Kept
from agent.core.directories.taking import restored
from agent.core.draft import Provenance
from agent.core.errors import InvalidMessageError
from agent.core.settings import Settings
from agent.logs.events import Event
from agent.logs.telling import tell


def stand_of(settings: Settings, provenance: Provenance, snapshots: Mapping[str, bytes], kept: Iterable[Kept]) -> Stand:
    """Stations and desk.

    Args:
        settings: the work centers, and what their facts depend on.
        provenance: of all facts.
        snapshots: by work center, the desk's under `DESK`; what is not there begins anew.
        kept: the MES's objects.

    Raises:
        ValueError: not a snapshot of this version.
    """
    directories = Directories()
    for one in kept:
        try:
            directories = restored(directories, one)
        except InvalidMessageError as error:
            tell(Event.JOURNAL_PART_DAMAGED, "%s. It is as if the MES had not sent it", error)
    stand = Stand.begun(settings, provenance, directories)
    if DESK in snapshots:
        stand.desk = stand.desk.restored(snapshots[DESK])
    for wc_id in stand.stations.keys() & snapshots.keys():
        stand.stations[wc_id] = stand.stations[wc_id].restored(snapshots[wc_id])
    return stand
