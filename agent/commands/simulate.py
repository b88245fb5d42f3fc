"""`lineside simulate`: stand-ins for what surrounds the agent, each a process of its own."""

from __future__ import annotations

import asyncio
import errno
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal, TypeAlias

import typer

from agent.commands.extras import needs
from agent.commands.options import JsonOption
from simulators.clock import Clock

application = typer.Typer(no_args_is_help=True, help="Simulated machines, reader and MES.")

Truth: TypeAlias = Annotated[Path, typer.Option(help="Log of what truly happened (JSON lines).")]
Host: TypeAlias = Annotated[str, typer.Option(help="Address to serve at or to connect to.")]
PortNumber: TypeAlias = Annotated[int, typer.Option(help="TCP port; 0 takes a free one and says which.")]
Speed: TypeAlias = Annotated[float, typer.Option(help="Plant seconds per real second.")]
RealStart: TypeAlias = Annotated[
    datetime | None, typer.Option(formats=["%Y-%m-%dT%H:%M:%S.%f%z"], help="Real instant of `--plant-start`; now.")
]
PlantStart: TypeAlias = Annotated[
    datetime | None, typer.Option(formats=["%Y-%m-%dT%H:%M:%S.%f%z"], help="Plant time at which the day begins; now.")
]
DEFAULT_TRUTH = Path("truth.jsonl")


def _clock(speed: float, real_start: datetime | None, plant_start: datetime | None) -> Clock:
    starting = Clock.starting(speed)
    return Clock(real_start or starting.real_start, plant_start or starting.plant_start, speed)


@contextmanager
def _in_a_sentence(name: str) -> Iterator[None]:
    """What goes wrong is said on one line, without the libraries' own words and tracebacks."""
    logging.getLogger("asyncua").setLevel(logging.CRITICAL)
    try:
        yield
    except (OSError, ValueError) as error:
        is_taken = isinstance(error, OSError) and error.errno == errno.EADDRINUSE
        text = "another program listens at that port: end it, or name another port; 0 takes a free one"
        typer.echo(f"lineside simulate {name}: {text if is_taken else error}", err=True)
        raise typer.Exit(1) from None


@application.command("line")
def line(  # noqa: PLR0913, PLR0917 - a command's options are its arguments
    truth: Truth = DEFAULT_TRUTH,
    host: Host = "127.0.0.1",
    opcua_port: PortNumber = 4840,
    modbus_port: PortNumber = 5020,
    speed: Speed = 1.0,
    real_start: RealStart = None,
    plant_start: PlantStart = None,
    day: Annotated[
        Literal["demo", "trial"], typer.Option(help="A day's work, or something every few minutes to try things with.")
    ] = "demo",
) -> None:
    """A filler over OPC UA and a press over Modbus TCP."""
    needs("simulate line", "pymodbus", "simulation")
    from simulators.line import serve_line

    clock, ports = _clock(speed, real_start, plant_start), {"opcua_port": opcua_port, "modbus_port": modbus_port}
    with _in_a_sentence("line"):
        asyncio.run(serve_line(clock=clock, truth=truth, host=host, day=day, **ports))


@application.command("opcua")
def opcua(  # noqa: PLR0913, PLR0917 - as above
    truth: Truth = DEFAULT_TRUTH,
    host: Host = "127.0.0.1",
    port: PortNumber = 4840,
    speed: Speed = 1.0,
    real_start: RealStart = None,
    plant_start: PlantStart = None,
    faults: Annotated[
        Path | None,
        typer.Option(help="Faults of the server's own, and when (TOML): sessions lost, its clock set, others."),
    ] = None,
) -> None:
    """A PackML-shaped filler over OPC UA."""
    from simulators.faults.script import read_script
    from simulators.line import serve_opcua

    clock = _clock(speed, real_start, plant_start)
    with _in_a_sentence("opcua"):
        script = None if faults is None else read_script(faults)
        asyncio.run(serve_opcua(clock=clock, truth=truth, host=host, port=port, faults=script))


@application.command("modbus")
def modbus(
    truth: Truth = DEFAULT_TRUTH,
    host: Host = "127.0.0.1",
    port: PortNumber = 5020,
    speed: Speed = 1.0,
    real_start: RealStart = None,
    plant_start: PlantStart = None,
) -> None:
    """A press over Modbus TCP."""
    needs("simulate modbus", "pymodbus", "simulation")
    from simulators.line import serve_modbus

    clock = _clock(speed, real_start, plant_start)
    with _in_a_sentence("modbus"):
        asyncio.run(serve_modbus(clock=clock, truth=truth, host=host, port=port))


@application.command("scanner")
def scanner(  # noqa: PLR0913, PLR0917 - as above
    link: Annotated[Path | None, typer.Option(help="Where the reader's serial device appears.")] = None,
    tcp: Annotated[int | None, typer.Option(help="TCP port of a network reader instead; 0 takes a free one.")] = None,
    host: Host = "127.0.0.1",
    work_center: Annotated[str, typer.Option(help="Work center that the truth log names.")] = "FILL-1",
    truth: Truth = DEFAULT_TRUTH,
    prefix: Annotated[str, typer.Option(help="Before each code, such as an AIM identifier.")] = "",
    delay_ms: Annotated[float, typer.Option(help="Milliseconds between two characters.")] = 5.0,
    speed: Speed = 1.0,
    real_start: RealStart = None,
    plant_start: PlantStart = None,
) -> None:
    """A barcode reader that types each line of its input as one code."""
    from simulators.line import type_codes, type_codes_over_tcp
    from simulators.scanner import Manner

    clock, manner = _clock(speed, real_start, plant_start), Manner(prefix, delay_s=delay_ms / 1000)
    if link is not None and tcp is None:
        asyncio.run(type_codes(link=link, wc=work_center, clock=clock, truth=truth, manner=manner))
    elif tcp is not None and link is None:
        over_tcp = type_codes_over_tcp(host=host, port=tcp, wc=work_center, clock=clock, truth=truth, manner=manner)
        asyncio.run(over_tcp)
    else:
        raise typer.BadParameter("give either --link, for a serial reader, or --tcp, for a network reader")


@application.command("mes")
def mes(  # noqa: PLR0913, PLR0917 - as above
    store: Annotated[Path, typer.Option(help="The MES's own database.")] = Path("mes.sqlite"),
    host: Host = "127.0.0.1",
    port: PortNumber = 1883,
    protocol: Annotated[str, typer.Option(help="MQTT version, 5 or 3.1.1.")] = "5",
    enterprise: Annotated[str, typer.Option(help="Enterprise of the topics.")] = "demo",
    site: Annotated[str, typer.Option(help="Site of the topics.")] = "plant1",
    plan: Annotated[
        Path | None, typer.Option(help="What it hands out, TOML or JSON; the demonstration's plan without one.")
    ] = None,
    control: Annotated[
        Path | None, typer.Option(help="Unix socket for requests as JSON lines: publish, release, withdraw, command.")
    ] = None,
    ca_file: Annotated[
        Path | None, typer.Option(help="Authority of the broker's certificate (PEM); plain TCP without it.")
    ] = None,
    username: Annotated[str | None, typer.Option(help="User name at the broker.")] = None,
    password_file: Annotated[Path | None, typer.Option(help="File with the password of this user.")] = None,
    *,
    report: Annotated[bool, typer.Option("--report", help="Only print plan against fact out of the database.")] = False,
    as_json: JsonOption = False,
) -> None:
    """A central MES: stores, confirms, asks for what is missing, hands out orders; Ctrl+C prints plan against fact."""
    from simulators.mes.process import Files, broker_at, print_report, run_mes
    from simulators.mes.security import Security
    from simulators.mes.topics import Place

    files = Files(store, plan, control)
    with _in_a_sentence("mes"):
        if report:
            print_report(files, json=as_json)
        else:
            password = None if password_file is None else password_file.read_text(encoding="utf-8").strip()
            broker = broker_at(host, port, protocol, Security(ca_file, username, password))
            run_mes(files, broker=broker, place=Place(enterprise, site))


@application.command("faults")
def faults(
    to: Annotated[str | None, typer.Option(help="HOST:PORT of the server to stand before.")] = None,
    port: PortNumber = 0,
    serial: Annotated[
        tuple[Path, Path] | None,
        typer.Option(help="A serial line instead: the driver's end and the device's."),
    ] = None,
    framing: Annotated[
        Literal["bytes", "modbus", "rtu", "opcua", "s7"], typer.Option(help="How frames are told apart on the line.")
    ] = "bytes",
    script: Annotated[
        Path | None, typer.Option(help="What happens when (TOML); without one a fault by lot every few seconds.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Chooses what is drawn by lot, where there is no script.")] = 0,
) -> None:
    """A line with faults, before any server: latency, drops, half-open connections, resets, garbage and others."""
    from simulators.faults.process import endless, serve_serial, serve_tcp, server_at
    from simulators.faults.script import read_script

    with _in_a_sentence("faults"):
        played = endless(seed) if script is None else read_script(script)
        if to is not None and serial is None:
            asyncio.run(serve_tcp(server_at(to), port, framing, played))
        elif serial is not None and to is None:
            asyncio.run(serve_serial(*serial, "rtu" if framing == "bytes" else framing, played))
        else:
            raise typer.BadParameter("give either --to, for a server on the network, or --serial, for a serial line")
