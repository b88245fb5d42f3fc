"""The record of a change of version that is under way, so that an interrupted one is gone on with."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from agent.core.errors import ConfigurationError
from agent.installing import files


@dataclass(frozen=True, slots=True)
class Change:
    """From one version to another."""

    wanted: str
    """The version that is to run."""
    former: str | None
    """The one that ran before, to which this goes back; None for a first installation."""
    previous: str | None
    """The one that was kept beside it."""
    began: str
    """When; names what is set aside."""
    is_back: bool = False
    """Whether it was asked for as a return to the version before."""
    older_journal: bool = False
    """Whether the wanted version may be given the journal that it left behind."""
    was_active: bool = False
    """Whether the agent ran when this began: then one runs afterwards, even where none starts with the PC."""
    given_up: bool = False
    """Whether it is being taken back already."""


def read(path: Path) -> Change | None:
    """The change that is under way; None where none is.

    Raises:
        ConfigurationError: what stands there is none.
    """
    try:
        return Change(**json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None
    except (ValueError, TypeError) as error:
        raise ConfigurationError(f"{path} is no record of a change: {error}; remove it and install again") from error


def keep(path: Path, change: Change) -> None:
    """Remember it, durably.

    Raises:
        OSError: the disk does not take it.
    """
    files.write(path, json.dumps(asdict(change)).encode(), 0o644)


def forget(path: Path) -> None:
    """It has ended."""
    path.unlink(missing_ok=True)
    files.sync(path.parent)
