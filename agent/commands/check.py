"""`lineside check`: is this configuration right?"""

from __future__ import annotations

import typer

from agent.commands.options import DEFAULT_CONFIG, ConfigOption
from agent.configuration import load


def check(config: ConfigOption = DEFAULT_CONFIG) -> None:
    """Validate a configuration without starting anything; exit code 2 and one sentence where it is wrong."""
    settings = load(config)
    agent, mes = settings.agent, settings.mes
    typer.echo(f"{config}: right.")
    typer.echo(f"  agent {agent.id} of {agent.enterprise}/{agent.site}/{agent.area}, journal in {agent.data}")
    typer.echo(f"  MES through {mes.host}:{mes.port}, MQTT {mes.protocol}, delivered when the {mes.confirm} says so")
    for machine in settings.machine:
        if machine.opcua is not None:
            way = f"OPC UA {machine.opcua.endpoint}"
        elif machine.modbus is None:
            way = "no machine; people say when work stops"
        else:
            way = f"Modbus TCP {machine.modbus.host}:{machine.modbus.port} unit {machine.modbus.unit}"
        roles = ", ".join(signal.role for signal in machine.signal)
        typer.echo(f"  work center {machine.work_center}: {way}; {roles}")
    for scanner in settings.scanner:
        typer.echo(f"  reader {scanner.name} of {scanner.work_center}: {scanner.device}")
