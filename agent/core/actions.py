"""What an action of people consists of; each room of the core lists its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from agent.core.contract.envelope import Row
from agent.core.corrections.targets import Target
from agent.core.directories import Directories
from agent.core.observations import Entry
from agent.core.state import StationState
from agent.core.station_setup import Setup
from agent.core.turn import Turn


@dataclass(frozen=True, slots=True)
class Asked:
    """What is known of a station when it is asked which claims an observation needs."""

    setup: Setup
    state: StationState
    directories: Directories
    arguments: Mapping[str, str]
    """Of the entry."""
    actor: str | None = None
    target: Row | None = None
    """The fact that it names."""
    known: Mapping[str, str] = field(default_factory=dict)
    """Claims that were needed when it was asked before."""

    @property
    def wc_id(self) -> str:
        """The work center."""
        return self.setup.machine.work_center


Claims: TypeAlias = tuple[str, ...]


def _none(_: Asked) -> Claims:
    return ()


def _no_target(_: Asked) -> Target | None:
    return None


@dataclass(frozen=True, slots=True)
class Action:
    """One thing that people can do."""

    carry_out: Callable[[Turn, Entry], str]
    """Does it and says so in one sentence.

    Raises:
        EntryRefusedError: it cannot be done; nothing changed.
    """
    needs: Callable[[Asked], Claims] = _none
    """The claims, records of single things above all, that it must be given."""
    target: Callable[[Asked], Target | None] = _no_target
    """The fact that it is about and must be given, before it is asked what it needs."""
    roles: tuple[str, ...] = ()
    """Who may do it, where configuration says nothing else; everybody where none is named."""


Actions: TypeAlias = Mapping[str, Action]
