"""The configuration that the agent goes by, and the one that was read last: they differ by what needs a restart."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from agent.clock import Clock
from agent.core.fingerprint import Fingerprint, changed, fingerprint
from agent.core.settings import Settings
from agent.core.times import iso
from agent.core.views import ConfigView


@dataclass(slots=True)
class InForce:
    """What everybody asks who must follow a change of the configuration."""

    path: Path
    """The main file."""
    settings: Settings
    """In force."""
    read: Fingerprint
    """Of what was read last."""
    loaded_at: float
    """Plant time of that, in seconds since 1970 UTC."""
    needs_restart: tuple[str, ...] = ()
    """Keys in which the two differ."""

    @classmethod
    def of(cls, settings: Settings, path: Path) -> InForce:
        """As it was just read, all of it in force."""
        return cls(path, settings, fingerprint(settings), Clock.of(settings.simulation).now().wall)

    def take(self, read: Settings, in_force: Settings, at: float) -> None:
        """Another one was read, of which so much is in force without a restart.

        Args:
            read: what was read.
            in_force: what everybody goes by.
            at: plant time, in seconds since 1970 UTC.
        """
        self.settings, self.read, self.loaded_at = in_force, fingerprint(read), at
        self.needs_restart = changed(fingerprint(in_force).keys, self.read.keys)

    @property
    def view(self) -> ConfigView:
        """As the local API shows it."""
        return ConfigView(
            path=str(self.path),
            hash=self.read.sha256,
            loaded_at=iso(self.loaded_at),
            needs_restart=self.needs_restart,
        )
