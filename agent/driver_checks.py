"""Whether the drivers of other kinds that a configuration names are there, and can use what it tells them."""

from __future__ import annotations

from agent.configuration import Read, complaint
from agent.core.machine_settings import MachineSettings
from agent.including import Place


def check_drivers(found: Read) -> None:
    """Connects nowhere; imports no driver that is not configured.

    Raises:
        ConfigurationError: one of them is not installed, or expects something else; one sentence that says what.
    """
    for number, machine in enumerate(found.settings.machine):
        if machine.driver is None:
            continue
        from drivers.plugin import NoKindError, check_machine  # noqa: PLC0415 - where it is configured
        from drivers.plugin_kind import SettingError  # noqa: PLC0415 - likewise

        try:
            check_machine(machine)
        except NoKindError as error:
            raise complaint(found, ("machine", number, "driver", "kind"), str(error)) from error
        except SettingError as error:
            place = _place(machine, error.option, error.signal)
            raise complaint(found, ("machine", number, *place), str(error)) from error


def _place(machine: MachineSettings, option: str, signal: str) -> Place:
    if option:
        return "driver", "options", option
    for table, readings in (("signal", machine.signal), ("telemetry", machine.telemetry)):
        for number, one in enumerate(readings):
            if one.key == signal:
                return table, number, "at"
    return ("driver",)
