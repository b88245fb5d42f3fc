"""Takes the agent off a PC. Configuration and journal stay unless told otherwise: they are the plant's."""

from __future__ import annotations

import shutil

from agent.core.errors import JournalError
from agent.installing.ground import Say
from agent.installing.layout import AGENT, Layout
from agent.installing.manager import Manager
from agent.installing.switch import laid_out
from agent.journal.reading import standing


def remove(layout: Layout, manager: Manager, say: Say, *, with_data: bool) -> None:
    """Remove all that was laid out. The program that does it goes last, so that it can be called again.

    Raises:
        InstallationError: the agent cannot be stopped.
        OSError: something cannot be removed.
    """
    enabled = {link.name for link in layout.units.glob("*.wants/lineside*.service")}
    ours = laid_out(layout)
    manager.disable(sorted(enabled | ({AGENT} & {place.name for place in ours})))
    say("agent and terminals stopped, and started with the PC no more")
    for place in ours:
        place.unlink()
    manager.reload()
    say(f"unit files and rules removed from {layout.units} and {layout.rules}")
    if with_data:
        say(_farewell(layout))
        for folder in (layout.data, layout.etc):
            if folder.exists():
                shutil.rmtree(folder)
                say(f"{folder} removed")
    else:
        say(f"kept: {layout.etc} with the configuration, {layout.data} with the journal (--with-data removes them)")
    say("kept: the users and groups, as other files may be theirs")
    if layout.command.is_symlink():
        layout.command.unlink()
    if layout.home.exists():
        shutil.rmtree(layout.home)
    say(f"{layout.home} and {layout.command} removed")


def _farewell(layout: Layout) -> str:
    try:
        waiting = standing(layout.data).marks.waiting
    except JournalError:
        return "there is no journal that could be read"
    return f"the journal goes with {waiting} facts that the MES has not confirmed"
