"""A PC, as far as installing goes: all that a change of version touches, real or not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from agent.commands.client import AgentAwayError, get
from agent.configuration import load
from agent.core.errors import ConfigurationError
from agent.core.settings import Settings
from agent.installing import files, ground
from agent.installing.ground import Say
from agent.installing.health import Pace, Probe, RealPace
from agent.installing.layout import Layout, Version
from agent.installing.manager import Manager, manager_of
from agent.installing.trial import Trial, free_bytes

ROOM: Final = 20_000_000
"""Bytes that must be free where the program and its unit files stand."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where an installation happens."""

    layout: Layout
    manager: Manager
    trial: Trial | None
    """Of the journal; None where there is no configuration yet."""
    probe: Probe
    """Whether the agent is well."""
    pace: Pace
    say: Say
    lay_ground: Callable[[Version, Say], None]
    """Lays what stays the same whatever version runs."""
    free: Callable[[Path], int] = free_bytes

    def must_have_room(self) -> None:
        """See that links and unit files find room.

        Raises:
            ConfigurationError: they would not.
        """
        for folder in {self.layout.home, self.layout.root / "etc"}:
            free = self.free(folder) if folder.is_dir() else ROOM
            if free < ROOM:
                raise ConfigurationError(
                    f"the disk of {folder} has {free / 1e6:.0f} MB free; expected {ROOM / 1e6:.0f}. Nothing was changed"
                )

    def sweep(self) -> None:
        """Remove what interrupted steps left."""
        layout = self.layout
        files.sweep(layout.home, layout.etc, layout.units, layout.rules, layout.command.parent)
        if self.trial is not None:
            self.trial.sweep()


def place_of(layout: Layout, say: Say) -> Place:
    """The real one.

    Raises:
        ConfigurationError: there is a configuration, and it is not right.
    """
    trial, probe = None, _nobody
    if layout.config.exists():
        settings = _loaded(layout.config)
        trial = Trial(layout, settings, free_bytes)
        socket = layout.under(settings.agent.socket)
        probe = lambda: ask(socket)  # noqa: E731 - one of two ways
    return Place(layout, manager_of(layout), trial, probe, RealPace(), say, partial(ground.lay, layout))


def _loaded(config: Path) -> Settings:
    try:
        return load(config)
    except ConfigurationError as error:
        raise ConfigurationError(f"{error}. Nothing was changed") from error


def ask(socket: Path) -> str | None:
    """What an agent says of its health at its socket; None where it is well."""
    try:
        get(socket, "/healthz")
    except AgentAwayError as error:
        return str(error)
    return None


def _nobody() -> str | None:
    return "no agent is configured"
