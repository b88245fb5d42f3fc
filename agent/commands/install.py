"""`lineside install`: lay this version out on the PC, go back to the one before, or take it off again."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from agent.core.errors import ConfigurationError

if TYPE_CHECKING:
    from agent.installing.layout import Layout
    from agent.installing.place import Place


def install(
    *,
    back: Annotated[bool, typer.Option("--back", help="Go back to the version before this one.")] = False,
    older_journal: Annotated[
        bool,
        typer.Option(
            "--older-journal",
            help="With --back, where that version cannot go on with the journal: give it the one it left behind. Facts "
            "made since are kept aside.",
        ),
    ] = False,
    remove: Annotated[bool, typer.Option("--remove", help="Take the agent off this PC; its data stay.")] = False,
    with_data: Annotated[
        bool, typer.Option("--with-data", help="With --remove: configuration, journal and keys too.")
    ] = False,
    root: Annotated[
        Path,
        typer.Option("--root", metavar="DIR", help="Lay out under this root, as for an image; nothing is started."),
    ] = Path("/"),
) -> None:
    """Lay out the version that this program belongs to and let it run; an upgrade that fails is taken back by itself.

    Called again it changes nothing, or goes on with what was interrupted. Exit code 2: nothing was changed. 1: it went
    wrong later, and the last line says what runs now.
    """
    from agent.installing.layout import InstallationError, Layout
    from agent.installing.lock import alone

    _must_fit(back=back, older_journal=older_journal, remove=remove, with_data=with_data)
    if root == Path("/") and os.geteuid() != 0:
        raise ConfigurationError("this changes the PC: call it with sudo")
    layout = Layout(root.resolve())
    os.umask(0o022)
    try:
        with alone(layout.lock):
            if remove:
                _remove(layout, with_data=with_data)
            elif back:
                _back(layout, older_journal=older_journal)
            else:
                _install(layout)
    except OSError as error:
        raise InstallationError(f"{error}. Mend that, then call the same again: it goes on from there") from error


def _must_fit(*, back: bool, older_journal: bool, remove: bool, with_data: bool) -> None:
    if back and remove:
        raise ConfigurationError("--back and --remove: one of the two")
    if older_journal and not back:
        raise ConfigurationError("--older-journal goes with --back")
    if with_data and not remove:
        raise ConfigurationError("--with-data goes with --remove")


def _tell(line: str) -> None:
    # Nobody may be there to read it any more; the line must run all the same.
    with suppress(OSError):
        typer.echo(line)


def _say(line: str) -> None:
    _tell(f"- {line}")


def _install(layout: Layout) -> None:
    from agent.installing import asked
    from agent.installing.place import place_of

    version = layout.our_own()
    place = place_of(layout, _say)
    if asked.install(place, version):
        _tell(f"Version {version.name} is installed.")
    else:
        _tell(f"Version {version.name} is installed already; nothing was changed.")
    _next(place)


def _back(layout: Layout, *, older_journal: bool) -> None:
    from agent.installing import asked
    from agent.installing.place import place_of

    place = place_of(layout, _say)
    version = asked.go_back(place, older_journal=older_journal)
    _tell(f"Version {version.name} is back.")
    _next(place)


def _remove(layout: Layout, *, with_data: bool) -> None:
    from agent.installing.manager import manager_of
    from agent.installing.removal import remove

    remove(layout, manager_of(layout), _say, with_data=with_data)
    _tell("Lineside is off this PC.")


def _next(place: Place) -> None:
    if place.trial is None:
        _tell("What to do next:")
        _tell(f"  sudo lineside init               asks a few questions and writes {place.layout.config}")
        _tell("  sudo systemctl start lineside    starts the agent")
    elif place.manager.is_running:
        _tell("See what it does: lineside status. What it lacks: sudo lineside doctor")
