"""Builds stations and desk as a configuration asks and as a snapshot left them: for the agent and for a replay."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from zoneinfo import ZoneInfo

from agent import VERSION
from agent.batch import DESK, Stand
from agent.core.desk.desk import Desk
from agent.core.directories import Directories
from agent.core.directories.copies import Kept
from agent.core.directories.taking import restored
from agent.core.draft import Provenance
from agent.core.errors import InvalidMessageError
from agent.core.reconciliation.wanted import Plant
from agent.core.settings import Settings
from agent.core.station import Station
from agent.core.values import replace
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
    provenance = replace(provenance, care=settings.care)
    directories = Directories()
    for one in kept:
        try:
            directories = restored(directories, one)
        except InvalidMessageError as error:
            tell(Event.JOURNAL_PART_DAMAGED, "%s. It is as if the MES had not sent it", error)
    zone = ZoneInfo(settings.agent.time_zone)
    centers = tuple(machine.work_center for machine in settings.machine)
    plant = Plant(centers, zone, settings.reconciliation.daily_at)
    desk = Desk(VERSION, provenance, settings.mes.commands, directories, plant)
    if DESK in snapshots:
        desk = desk.restored(snapshots[DESK])
    stations = {}
    for machine in settings.machine:
        station = Station.new(machine, settings.codes, provenance, settings.calendar, zone, settings.floor)
        snapshot = snapshots.get(machine.work_center)
        stations[machine.work_center] = station if snapshot is None else station.restored(snapshot)
    return Stand(stations, desk)
