"""Takes the agent off a PC. Configuration and journal stay unless told otherwise: they are the plant's."""

from __future__ import annotations

import shutil
from contextlib import suppress
from pathlib import Path

from agent.configuration import load
from agent.core.errors import ConfigurationError, JournalError
from agent.installing.ground import Say
from agent.installing.layout import AGENT, Layout
from agent.installing.manager import Manager
from agent.installing.switch import laid_out
from agent.journal.reading import standing


def remove(layout: Layout, manager: Manager, say: Say, *, with_data: bool) -> None:
    """Remove all that was laid out. The program that does it goes last, so that it can be called again.

    Raises:
        ConfigurationError: the configuration does not say where the data are; nothing was changed.
        InstallationError: the agent cannot be stopped.
        OSError: something cannot be removed.
    """
    data = _data(layout) if with_data else ()
    enabled = {link.name for link in layout.units.glob("*.wants/lineside*")}
    ours = laid_out(layout)
    manager.disable(sorted(enabled | ({AGENT} & {place.name for place in ours})))
    say("agent and terminals stopped, and started with the PC no more")
    for place in ours:
        place.unlink()
    manager.reload()
    say(f"unit files and rules removed from {layout.units} and {layout.rules}")
    if with_data:
        for folder in data:
            say(_farewell(folder))
        for folder in (*data, layout.etc):
            if folder.exists():
                _clear(folder)
                say(f"{folder} removed")
    else:
        say(f"kept: {layout.etc} with the configuration, {layout.data} with the journal (--with-data removes them)")
    say("kept: the users and groups, as other files may be theirs")
    if layout.command.is_symlink():
        layout.command.unlink()
    if layout.home.exists():
        shutil.rmtree(layout.home)
    say(f"{layout.home} and {layout.command} removed")


def _data(layout: Layout) -> tuple[Path, ...]:
    """The journal's folders: the usual one, and the one that the configuration names."""
    if not layout.config.exists():
        return (layout.data,)
    try:
        named = layout.under(load(layout.config).agent.data)
    except ConfigurationError as error:
        raise ConfigurationError(
            f"{error}. It says where the journal is that is to be removed: mend it, or remove it. Nothing was changed"
        ) from error
    return (layout.data,) if named == layout.data else (layout.data, named)


def _clear(folder: Path) -> None:
    """Remove a folder, and what it leads to where it is a link; a disk of its own stays, empty."""
    stands = folder.resolve()
    for path in stands.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()
    with suppress(OSError):
        stands.rmdir()
    if folder.is_symlink():
        folder.unlink()


def _farewell(folder: Path) -> str:
    try:
        waiting = standing(folder).marks.waiting
    except JournalError:
        return f"there is no journal in {folder} that could be read"
    return f"the journal in {folder} goes with {waiting} facts that the MES has not confirmed"
