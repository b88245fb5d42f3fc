"""Makes one version the current one: its unit files, its rules, and what leads to it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from agent.installing import files
from agent.installing.ground import Say
from agent.installing.layout import Layout, Version
from agent.installing.manager import Manager

KINDS: Final = (".service", ".socket", ".timer", ".target")
"""Of unit files."""
_GONE: Final = ".gone-"
"""What is no version any more."""


def switch(layout: Layout, manager: Manager, to: Version, previous: Version | None, say: Say) -> None:
    """Let a version be the current one. Done again it changes nothing; interrupted it is done again.

    Raises:
        OSError: a file cannot be written.
    """
    if previous is None:
        layout.previous.unlink(missing_ok=True)
    else:
        files.link(layout.previous, f"versions/{previous.name}")
    if files.link(layout.current, f"versions/{to.name}"):
        say(f"switched to version {to.name}: {layout.current}")
    if lay_units(layout, to):
        say(f"unit files of {to.name} laid out in {layout.units}, rules in {layout.rules}")
    manager.reload()


def lay_units(layout: Layout, version: Version) -> bool:
    """Let the unit files and rules of a version stand there, and those of no other one.

    Returns:
        whether others stood there.
    """
    wanted = {place: file for file, place in _laid(layout, version)}
    others = {place for name in layout.names() for _, place in _laid(layout, layout.version(name))}
    for folder in (layout.units, layout.rules):
        folder.mkdir(parents=True, exist_ok=True)
    changed = [files.write(place, file.read_bytes(), 0o644) for place, file in wanted.items()]
    for place in others - wanted.keys():
        if place.exists():
            place.unlink()
            changed.append(True)
    return any(changed)


def prune(layout: Layout, keep: tuple[Version | None, ...], say: Say) -> None:
    """Remove the versions that are neither of these, each at one stroke."""
    for name in layout.names():
        if layout.version(name) not in keep:
            layout.version(name).folder.rename(layout.versions / f"{_GONE}{name}")
            say(f"version {name} removed: the current and the previous one are kept")
    for folder in layout.versions.glob(f"{_GONE}*"):
        shutil.rmtree(folder)


def laid_out(layout: Layout) -> set[Path]:
    """The unit files and rules of any version that stand there."""
    places = {place for name in layout.names() for _, place in _laid(layout, layout.version(name))}
    return {place for place in places if place.exists()}


def _laid(layout: Layout, version: Version) -> Iterator[tuple[Path, Path]]:
    for file in sorted(version.units.glob("*")):
        if file.suffix == ".rules":
            yield file, layout.rules / file.name
        elif file.suffix in KINDS:
            yield file, layout.units / file.name
