"""What the maker of a driver of another kind writes, and what helps to write it; docs/drivers.md tells all of it."""

from __future__ import annotations

from typing import Protocol, TypeVar

from pydantic import BaseModel, ValidationError

from agent.core.errors import ConfigurationError
from agent.core.machine_settings import MachineSettings
from drivers.contract import Driver, Now

_Model = TypeVar("_Model", bound=BaseModel)
_SHOWN = 80


class SettingError(ConfigurationError):
    """For the technician: what is configured for a driver is not what it expects.

    Args:
        text: what was found and what is expected.
        option: the key in `[machine.driver.options]` that it is about.
        signal: the key of the signal or telemetry whose `at` it is about.
    """

    def __init__(self, text: str, *, option: str = "", signal: str = "") -> None:
        super().__init__(text)
        self.option = option
        self.signal = signal


class Kind(Protocol):
    """One kind of driver: a module with these two functions, or any object with these two methods."""

    def check(self, machine: MachineSettings) -> None:
        """See whether the options and the addresses, `at`, of a machine can be used. Connects nowhere.

        Raises:
            SettingError: they cannot.
        """
        ...

    def open_machine(self, machine: MachineSettings, now: Now) -> Driver:
        """A driver for a machine, not yet connected.

        Raises:
            SettingError: as `check`.
        """
        ...


def options_of(machine: MachineSettings, model: type[_Model]) -> _Model:
    """The options of a machine as a pydantic model, whose fields are the options that there are.

    Raises:
        SettingError: they do not fit it.
    """
    given = {} if machine.driver is None else machine.driver.options
    for name in given:
        if name not in model.model_fields:
            known = ", ".join(f"'{one}'" for one in model.model_fields) or "none"
            raise SettingError(f"there is no such option; expected one of {known}", option=name)
    try:
        return model.model_validate(given)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        option = str(first["loc"][0]) if first["loc"] else ""
        said = str(first["msg"]).removeprefix("Value error, ")
        if first["type"] == "missing":
            raise SettingError("is missing; expected a value", option=option) from None
        raise SettingError(f"found {str(first['input'])[:_SHOWN]!r}: {said}", option=option) from None
