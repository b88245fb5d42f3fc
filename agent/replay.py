"""Observes a recording again with one configuration, by the very code that the agent observes with."""

from __future__ import annotations

from collections import ChainMap, defaultdict

from pydantic import ValidationError

from agent.batch import DESK, Batch, Pending, Stand
from agent.core.directories.taking import as_recorded
from agent.core.draft import Provenance
from agent.core.errors import ConfigurationError, InvalidMessageError
from agent.core.facts import Fact
from agent.core.machine_settings import MachineSettings
from agent.core.observations import Directive
from agent.core.recordings.recorded import Header, Seen
from agent.core.recordings.retuning import Account
from agent.core.settings import Settings
from agent.playback import Begin
from agent.restoring import stand_of


class Replay:
    """One side of a comparison."""

    def __init__(self, name: str, settings: Settings | None, only: str | None) -> None:
        """Nothing is observed yet.

        Args:
            name: of the configuration, for people.
            settings: the configuration; None takes the one that each run was recorded with.
            only: the one work center that is looked at; None for all that were recorded.
        """
        self.name = name
        self._given = settings
        self._only = only
        self._stand: Stand | None = None
        self._claims: dict[str, str] = {}
        self.accounts: dict[str, Account] = defaultdict(Account)
        """By work center."""
        self.settings = settings
        """In force."""
        self.now = 0.0
        """Of the last observation."""

    def begin(self, begin: Begin) -> None:
        """Set out from the state of a header, or go on after a restart.

        Raises:
            ConfigurationError: the configuration does not fit the recording.
        """
        header = begin.header
        recorded = recorded_settings(header)
        chosen = self._chosen(recorded)
        settings = recorded if self._given is None else self._given
        machines = tuple(_fitting(self.name, settings, machine) for machine in chosen)
        self.settings = settings.model_copy(update={"machine": machines})
        if begin.reloaded and self._stand is not None:
            self._stand.go_by(self.settings)
            return
        snapshots = dict(header.snapshots)
        if begin.goes_on and self._stand is not None:
            own = {wc_id: station.snapshot() for wc_id, station in self._stand.stations.items()}
            snapshots |= own | {DESK: self._stand.desk.snapshot()}
        provenance = Provenance(header.epoch, header.execution_mode)
        try:
            kept = [as_recorded(*one, header.begun) for one in header.directories]
            self._stand = stand_of(self.settings, provenance, snapshots, kept)
        except (ValueError, InvalidMessageError) as error:
            raise ConfigurationError(
                f"the recording begins with a state of version {header.version} that this version does not understand"
            ) from error
        if not begin.goes_on:
            for wc_id, station in self._stand.stations.items():
                self.accounts[wc_id].begin(station, self.now)

    def observe(self, seen: Seen) -> tuple[Fact, ...]:
        """The facts of one observation."""
        stand, observation = self._stand, seen.observation
        assert stand is not None
        self.now = observation.observed.wall
        wc_id = observation.wc_id
        is_ours = wc_id in stand.stations
        if not (is_ours or wc_id is None or isinstance(observation, Directive)):
            return ()
        pending = Pending(observation, seen.ids, seen.known, target=seen.target)
        Batch().observe(pending, stand, ChainMap(self._claims, seen.known))
        self._claims.update((key, value) for key, value in pending.claims if not key.startswith("answer:"))
        if wc_id is not None and is_ours and pending.facts:
            self.accounts[wc_id].take(pending.facts)
        return pending.facts

    def end(self) -> None:
        """The recording is over."""
        for wc_id, station in {} if self._stand is None else self._stand.stations.items():
            self.accounts[wc_id].end(station, self.now)

    def _chosen(self, recorded: Settings) -> tuple[MachineSettings, ...]:
        if self._only is None:
            return recorded.machine
        chosen = tuple(machine for machine in recorded.machine if machine.work_center == self._only)
        if not chosen:
            there = ", ".join(machine.work_center for machine in recorded.machine)
            raise ConfigurationError(f"--work-center: '{self._only}' was not recorded; recorded were {there}")
        return chosen


def recorded_settings(header: Header) -> Settings:
    """The settings that a run was recorded with.

    Raises:
        ConfigurationError: this version does not understand them.
    """
    try:
        return Settings.model_validate_json(header.settings)
    except ValidationError as error:
        raise ConfigurationError(
            f"the settings of the recording are those of version {header.version}, which this version does not "
            "understand; name the old configuration with --against"
        ) from error


def _fitting(name: str, settings: Settings, recorded: MachineSettings) -> MachineSettings:
    """The work center in these settings.

    Raises:
        ConfigurationError: it is not there, or is read otherwise than was recorded.
    """
    wc_id = recorded.work_center
    machine = next((machine for machine in settings.machine if machine.work_center == wc_id), None)
    if machine is None:
        raise ConfigurationError(
            f"{name}: work center '{wc_id}' was recorded and is missing; expected it under the name it was recorded "
            "with, or --work-center with another one"
        )
    known = {signal.key: signal for signal in recorded.signal}
    for signal in machine.signal:
        if signal.key not in known:
            raise ConfigurationError(
                f"{name}: signal '{signal.key}' of {wc_id} was not recorded; recorded were {', '.join(known)}. "
                "Take the names that were recorded"
            )
        if signal.place != known[signal.key].place:
            raise ConfigurationError(
                f"{name}: signal '{signal.key}' of {wc_id} is read from another place than was recorded; "
                "expected the same node or address"
            )
    return machine
