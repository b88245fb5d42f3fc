"""Drivers of other kinds, ours and entry points of the group `lineside.drivers`: loaded only where configured."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from importlib.util import find_spec
from typing import Final, cast

from agent.core.errors import DeviceError
from agent.core.machine_settings import MachineSettings
from drivers.contract import Driver, Now
from drivers.guarded import GuardedDriver, failure
from drivers.plugin_kind import Kind, SettingError

GROUP: Final = "lineside.drivers"
_OURS: Final = {"mtconnect": "drivers.mtconnect", "s7": "drivers.s7"}
"""Those that come with the agent, which nobody else's takes the place of."""
_NEEDS: Final = {"s7": "snap7"}
"""The module of another package that one of ours needs; both are an extra of the agent by the kind's name."""
_PIP: Final = "pip install 'lineside[{}]'"
_CONTRACT: Final = ("check", "open_machine")


class NoKindError(SettingError):
    """For the technician: a driver is not installed, or is none."""


def installed() -> tuple[str, ...]:
    """The kinds of drivers that there are."""
    return tuple(sorted({*_ours(), *(one.name for one in entry_points(group=GROUP))}))


def _ours() -> list[str]:
    return [name for name in _OURS if name not in _NEEDS or find_spec(_NEEDS[name]) is not None]


def check_machine(machine: MachineSettings) -> None:
    """See whether a machine can be read by the driver that it is configured for. Connects nowhere.

    Raises:
        NoKindError: there is no such driver here.
        SettingError: the driver expects other options or addresses.
    """
    kind = _kind_of(machine)
    try:
        kind.check(machine)
    except SettingError:
        raise
    except Exception as error:
        raise SettingError(failure(_name_of(machine), error)) from error


def open_by_kind(machine: MachineSettings, now: Now) -> Driver:
    """The driver for a machine, not yet connected, and held to the contract whatever it does.

    Raises:
        DeviceError: there is no such driver here, or it cannot use what is configured.
    """
    name = _name_of(machine)
    try:
        driver = _kind_of(machine).open_machine(machine, now)
    except NoKindError as error:
        raise DeviceError(str(error)) from error
    except SettingError as error:
        what = f"'{error.option or error.signal}': " if error.option or error.signal else ""
        raise DeviceError(f"the driver '{name}' cannot be used: {what}{error}") from error
    except Exception as error:
        raise DeviceError(failure(name, error)) from error
    return GuardedDriver(driver, machine, now)


def _name_of(machine: MachineSettings) -> str:
    assert machine.driver is not None, f"machine '{machine.work_center}' is not read by a driver of another kind"
    return machine.driver.kind


def _kind_of(machine: MachineSettings) -> Kind:
    return _loaded(_name_of(machine))


@cache
def _loaded(name: str) -> Kind:
    """One that was not found is looked for again."""
    if name in _OURS:
        return _our_own(name)
    found = tuple(entry_points(group=GROUP, name=name))
    if not found:
        raise NoKindError(_missing(name))
    if len({one.value for one in found}) > 1:
        whose = " and ".join(sorted(_origin(one) for one in found))
        raise NoKindError(f"the driver '{name}' is installed twice, by {whose}: uninstall one of them")
    try:
        kind = found[0].load()
    except Exception as error:
        text = f"the driver '{name}' of {_origin(found[0])} cannot be loaded: {type(error).__name__}: {error}"
        raise NoKindError(f"{text}. Install it anew, with all that it needs") from error
    lacking = next((one for one in _CONTRACT if not callable(getattr(kind, one, None))), None)
    if lacking is not None:
        text = f"the driver '{name}' of {_origin(found[0])} has no '{lacking}': it is none for this version"
        raise NoKindError(f"{text}; see docs/drivers.md")
    return cast("Kind", kind)


def _our_own(name: str) -> Kind:
    try:
        return cast("Kind", import_module(_OURS[name]))
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] != _NEEDS.get(name):
            raise
        text = f"the driver '{name}' lacks a package that it needs; there are {_words(installed())}"
        raise NoKindError(f"{text}. Install it into the agent's own Python environment: {_PIP.format(name)}") from None


def _words(names: Sequence[str]) -> str:
    return ", ".join(f"'{one}'" for one in names)


def _missing(name: str) -> str:
    return (
        f"the driver '{name}' is not installed; there are {_words(installed())}. "
        "Install the package that has it into the agent's own Python environment, or see whether its name is right"
    )


def _origin(point: EntryPoint) -> str:
    return "an unknown package" if point.dist is None else f"{point.dist.name} {point.dist.version}"
