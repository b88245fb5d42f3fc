"""What `lineside browse` looks at: an address that is typed, or a machine as it is configured."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from agent.commissioning.addresses import address, sentence
from agent.commissioning.answers import OpcUaAddress
from agent.configuration import load
from agent.core.errors import ConfigurationError
from agent.core.machine_settings import MachineSettings
from agent.core.readings import ReadingsView
from agent.core.settings import Settings
from agent.core.sources.modbus_settings import ModbusSettings
from agent.core.sources.opcua_settings import OpcUaSettings

TIMEOUT_S: Final = 5.0
"""Real seconds for an answer, where no configuration says it: who looks for the first time is patient."""
AGENTS_OWN: Final = (
    "The running agent has this {what}, which takes one {taker} only: stop the agent (sudo systemctl stop lineside), "
    "or see what it reads with lineside read"
)


@dataclass(frozen=True, slots=True)
class Target:
    """What is looked at."""

    place: str
    """For people."""
    server: OpcUaSettings | ModbusSettings
    settings: Settings | None = None
    """Whose keys and passwords are used; None where none are needed."""
    work_center: str = ""
    """Whose machine it is; empty where only an address is known."""


def of_address(text: str, security: str | None, config: Path) -> Target:
    """What was typed.

    Args:
        text: the address.
        security: policy of an OPC UA server, by its name in the configuration; None for none.
        config: the configuration whose keys are used where there is a policy.

    Raises:
        ConfigurationError: it is no address of a machine, or there are no keys.
    """
    try:
        place = address(text)
    except ValueError as error:
        raise ConfigurationError(str(error)) from error
    if place is None:
        raise ConfigurationError("a manual work center has no machine to look at; expected opc.tcp:// or modbus://")
    if not isinstance(place, OpcUaAddress):
        return Target(str(place), place.settings())
    said = {"endpoint": place.endpoint, "security": security or "none", "timeout_s": TIMEOUT_S}
    try:
        server = OpcUaSettings.model_validate(said)
    except ValidationError as error:
        raise ConfigurationError(f"--security {security}: {sentence(error)}") from error
    return Target(place.endpoint, server, None if server.security == "none" else load(config))


def of_machine(work_center: str, config: Path) -> Target:
    """A machine as it is configured.

    Raises:
        ConfigurationError: there is none.
    """
    settings = load(config)
    machine = next((one for one in settings.machine if one.work_center == work_center), None)
    if machine is None:
        known = ", ".join(one.work_center for one in settings.machine)
        raise ConfigurationError(f"no work center '{work_center}' in {config}; expected one of {known}")
    server = machine.source
    if not isinstance(server, OpcUaSettings | ModbusSettings):
        kind = "people say what it does" if server is None else f"its driver '{server.kind}' has no list of its values"
        raise ConfigurationError(f"{work_center} has nothing that could be looked at: {kind}")
    return Target(place_of(machine), server, settings, work_center)


def place_of(machine: MachineSettings) -> str:
    """Where a machine is, for people."""
    if machine.opcua is not None:
        return machine.opcua.endpoint
    return machine.modbus.place if machine.modbus is not None else machine.work_center


def must_be_free(target: Target, told: ReadingsView | None, settings: Settings | None, *, beside: bool) -> None:
    """See to it that nobody takes from a running agent what it holds.

    Args:
        target: what is to be looked at.
        told: what a running agent says; None where none runs.
        settings: by which it runs, as far as they can be read; None where not.
        beside: whoever asks knows that a device on the network takes two connections.

    Raises:
        ConfigurationError: the agent has it.
    """
    server = target.server
    if told is None or not isinstance(server, ModbusSettings):
        return
    if server.serial is not None:
        lines = {one.modbus.serial for one in ([] if settings is None else settings.machine) if one.modbus is not None}
        if settings is None or _is_among(server.serial, lines):
            raise ConfigurationError(AGENTS_OWN.format(what="serial line", taker="program"))
        return
    up = {one.wc_id for one in told.machines if one.connection == "up"}
    for machine in () if settings is None else settings.machine:
        same = machine.modbus is not None and (machine.modbus.host, machine.modbus.port) == (server.host, server.port)
        if same and machine.work_center in up and not beside:
            text = AGENTS_OWN.format(what="Modbus device", taker="connection as a rule")
            raise ConfigurationError(f"{text}; --beside connects all the same, where it takes two")


def _is_among(device: str, lines: set[str | None]) -> bool:
    """Whether one of them is this device, by whatever name."""
    real = Path(device).resolve()
    return any(one is not None and Path(one).resolve() == real for one in lines)
