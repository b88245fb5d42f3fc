"""What a technician asks for: the version at hand, or the one before."""

from __future__ import annotations

from agent.core.errors import ConfigurationError
from agent.installing import change
from agent.installing.changing import change_to, settle
from agent.installing.layout import Layout, Version
from agent.installing.place import Place
from agent.installing.switch import lay_units


def install(place: Place, version: Version) -> bool:
    """Let this version be laid out and run.

    Returns:
        whether anything had to be done.

    Raises:
        ConfigurationError: it cannot run here; nothing was changed.
        InstallationError: it went wrong later.
    """
    layout = place.layout
    is_settled = settle(place, version) is not None
    if layout.led_to(layout.current) == version and change.read(layout.record) is None:
        return _refreshed(place, version) or is_settled
    change_to(place, version)
    return True


def go_back(place: Place, *, older_journal: bool) -> Version:
    """Let the version before run; of an interrupted change the one that it set out from.

    Raises:
        ConfigurationError: there is none, or it cannot run here; nothing was changed.
        InstallationError: it went wrong later.
    """
    settled = settle(place)
    if settled is not None and settled.is_back:
        return place.layout.version(settled.wanted)
    version = _before(place.layout)
    change_to(place, version, is_back=True, older_journal=older_journal)
    return version


def _before(layout: Layout) -> Version:
    under_way = change.read(layout.record)
    if under_way is None:
        version = layout.led_to(layout.previous)
    else:
        name = under_way.wanted if under_way.is_back else under_way.former
        version = None if name is None else layout.version(name)
    if version is None or not version.is_whole:
        raise ConfigurationError(f"there is no version before this one in {layout.versions}; nothing was changed")
    return version


def _refreshed(place: Place, version: Version) -> bool:
    """Lay out again what is not as it was laid out; the agent goes on meanwhile."""
    told: list[str] = []

    def say(line: str) -> None:
        told.append(line)
        place.say(line)

    place.lay_ground(version, say)
    if lay_units(place.layout, version):
        place.manager.reload()
        say(f"unit files and rules of {version.name} laid out again; sudo systemctl restart lineside uses them")
    return bool(told)
