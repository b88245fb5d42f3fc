"""`lineside check`: is this configuration right, and what can it not see?"""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import orjson
import typer

from agent import site_key
from agent.commands.options import DEFAULT_CONFIG, ConfigOption, JsonOption
from agent.configuration import Read, read
from agent.core.codes.code_settings import ScannerSettings
from agent.core.errors import ConfigurationError
from agent.core.fingerprint import fingerprint
from agent.core.machine_settings import MachineSettings
from agent.core.recordings.advice import MachineAdvice, advise
from agent.core.settings import Settings
from agent.core.sources.modbus_settings import ModbusSettings
from agent.core.sources.opcua_settings import OpcUaSettings
from agent.driver_checks import check_drivers
from drivers.modbus_timing import slow_lines


def check(  # noqa: PLR0913 - a command's options are its arguments
    config: ConfigOption = DEFAULT_CONFIG,
    *,
    rehearse: Annotated[
        Path | None,
        typer.Option(
            "--rehearse",
            metavar="FOLDER",
            help="Try whether this version can go on with the COPY of a journal in this folder; it is used up.",
        ),
    ] = None,
    effective: Annotated[
        bool, typer.Option("--effective", help="Show what all files say together, and in which file each value stands.")
    ] = False,
    migrated: Annotated[
        bool,
        typer.Option(
            "--migrate", help="Write files of a former version anew, with their comments; the old ones stay beside."
        ),
    ] = False,
    live: Annotated[
        bool, typer.Option("--live", help="Ask the machines, too: does each address give what its role can use?")
    ] = False,
    subscribe: Annotated[
        bool, typer.Option("--subscribe", help="With --live: subscribe for a moment, to see what a server makes of it.")
    ] = False,
    beside: Annotated[
        bool,
        typer.Option("--beside", help="With --live: connect to Modbus devices beside the agent, where they take two."),
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Validate a configuration without starting anything; exit code 2 and one sentence where it is wrong.

    Says too how long each counter may stay unread, what is read too seldom to see a short stop, and which Modbus line
    is too slow. With --live the exit code is 1 where an address gives nothing, or what its role cannot use. It reads,
    and leaves the agent alone.
    """
    found = read(config)
    if (subscribe or beside) and not live:
        raise ConfigurationError("--subscribe and --beside go with --live, which asks the machines")
    _one_of({"--migrate": migrated, "--rehearse": rehearse is not None, "--effective": effective, "--live": live})
    if migrated:
        _migrate(found)
        return
    check_drivers(found)
    settings = found.settings
    if rehearse is not None:
        _rehearse(settings, rehearse, as_json=as_json)
        return
    if effective:
        typer.echo(_effective(found, as_json=as_json), nl=False)
        return
    if live:
        from agent.commands.check_live import check_live
        from agent.commissioning.live import Manner
        from agent.pki.keys import keys_of

        is_right = check_live(settings, config, Manner(subscribe, beside, keys_of(settings)), as_json=as_json)
        raise typer.Exit(0 if is_right else 1)
    key = site_key.check(settings)
    speed = 1.0 if settings.simulation is None else settings.simulation.speed
    advice = [advise(machine, speed) for machine in settings.machine]
    warnings = [*found.warnings, *slow_lines(settings.machine)]
    if as_json:
        known = {"configuration": str(config), "hash": fingerprint(settings).sha256, "warnings": warnings}
        typer.echo(orjson.dumps({**known, "machines": [asdict(one) for one in advice]}).decode())
        return
    typer.echo(f"{config}: right.")
    for warning in warnings:
        typer.echo(f"  warning: {warning}")
    _say_who(settings)
    typer.echo(f"  badges are known under the key in {key}")
    for machine, one in zip(settings.machine, advice, strict=True):
        _say_machine(machine, one)
    for scanner in settings.scanner:
        typer.echo(f"  reader {scanner.name} of {scanner.work_center}: {_reader(scanner)}")


def _one_of(wishes: dict[str, bool]) -> None:
    asked = [name for name, is_asked in wishes.items() if is_asked]
    if len(asked) > 1:
        raise ConfigurationError(f"{' and '.join(asked)} do not go together; give them one after the other")


def _migrate(found: Read) -> None:
    from agent.migrating import migrate

    # The main file last: what others leave out means what it did for as long as that one is of a former version.
    files = found.files[::-1]
    written = [(file, to) for file in files if (to := migrate(file, found.filled.get(file, ()))) is not None]
    for file, beside in written:
        typer.echo(f"{file}: written anew; the former one is {beside}")
    if not written:
        typer.echo(f"{found.path}: is up to date, and so is all that it includes")


def _effective(found: Read, *, as_json: bool) -> str:
    from agent.commands.effective import as_document, as_toml

    if not as_json:
        return as_toml(found)
    known = {"configuration": str(found.path), "hash": fingerprint(found.settings).sha256}
    return orjson.dumps({**known, **as_document(found)}).decode() + "\n"


def _rehearse(settings: Settings, folder: Path, *, as_json: bool) -> None:
    from agent import VERSION, rehearsal

    found = rehearsal.rehearse(settings, folder)
    if as_json:
        typer.echo(orjson.dumps({"version": VERSION, **asdict(found)}).decode())
        return
    typer.echo(f"{VERSION} can go on with this journal; {found.facts_waiting} facts wait for the MES.")
    for words, names in (("goes on where it stood", found.restored), ("begins anew", found.begun_anew)):
        for name in names:
            typer.echo(f"  work center {name}: {words}")


def _say_who(settings: Settings) -> None:
    agent, mes = settings.agent, settings.mes
    typer.echo(f"  agent {agent.id} of {agent.enterprise}/{agent.site}/{agent.area}, journal in {agent.data}")
    typer.echo(f"  MES through {mes.host}:{mes.port}, MQTT {mes.protocol}, delivered when the {mes.confirm} says so")


def _reader(scanner: ScannerSettings) -> str:
    if scanner.host is not None:
        taken = "taken" if scanner.is_trusted else "refused"
        way = f"network reader {scanner.place}, badges and command cards from it are {taken}"
    elif scanner.input is not None:
        way = f"input device {scanner.place}"
    else:
        way = f"serial line {scanner.place}, {scanner.baud} baud"
    begin = f"begin with {scanner.prefix!r} and " if scanner.prefix else ""
    end = repr(scanner.suffix) if scanner.suffix else f"{scanner.silence_s * 1000:g} ms of silence"
    return f"{way}; codes {begin}end with {end}"


def _way(machine: MachineSettings) -> str:
    match machine.source:
        case None:
            return "no machine; people say when work stops"
        case OpcUaSettings() as server:
            mode = "" if server.security == "none" else f" {server.mode}"
            who = "anonymous" if server.user is None and server.user_certificate is None else "with a user"
            return f"OPC UA {server.endpoint}, security {server.security}{mode}, {who}"
        case ModbusSettings() as modbus:
            line = f" at {modbus.baud} baud" if modbus.serial is not None else ""
            return f"Modbus {'RTU' if modbus.is_rtu else 'TCP'} {modbus.place}{line} unit {modbus.unit}"
        case other:
            return f"driver {other.kind}, every {other.poll_ms} ms where it polls"


def _say_machine(machine: MachineSettings, advice: MachineAdvice) -> None:
    way = _way(machine)
    roles = ", ".join(signal.role for signal in machine.signal)
    typer.echo(f"  work center {machine.work_center}: {way}{'; ' if roles else ''}{roles}")
    for counter in advice.counters:
        typer.echo(f"    {counter.text}")
    for warning in advice.warnings:
        typer.echo(f"    warning: {warning}")
