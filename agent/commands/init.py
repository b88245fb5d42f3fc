"""`lineside init`: asks a few questions, looks at the machines, and writes a configuration that works."""

from __future__ import annotations

import sys
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from agent.commands.options import DEFAULT_CONFIG
from agent.commands.steps import Steps

if TYPE_CHECKING:
    from agent.commissioning.answers import Address, Answers
    from agent.commissioning.asking import Asker
    from agent.commissioning.looking import Look

_INTERRUPTED: Final = 130
"""Exit code of what Ctrl+C ended."""


def init(  # noqa: PLR0913 - a command's options are its arguments
    config: Annotated[
        Path, typer.Option("--config", "-c", help="The file to write.", envvar="LINESIDE_CONFIG")
    ] = DEFAULT_CONFIG,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Ask nothing: what no option says is as by default.")] = False,
    force: Annotated[bool, typer.Option(help="Keep a configuration that is there beside the new one.")] = False,
    enterprise: Annotated[str | None, typer.Option(help="Enterprise: the first level of every topic.")] = None,
    site: Annotated[str | None, typer.Option(help="Plant or site.")] = None,
    area: Annotated[str | None, typer.Option(help="Area of the plant.")] = None,
    name: Annotated[str | None, typer.Option(help="Name of this PC, unique in the plant.")] = None,
    time_zone: Annotated[str | None, typer.Option(help="IANA name of the time zone.")] = None,
    broker_host: Annotated[str | None, typer.Option(help="Host of the MQTT broker.")] = None,
    broker_port: Annotated[int | None, typer.Option(help="Port of the MQTT broker.")] = None,
    broker_tls: Annotated[bool | None, typer.Option(help="Encrypted or not.")] = None,
    broker_ca: Annotated[Path | None, typer.Option(help="File with the plant's certificate authority.")] = None,
    broker_user: Annotated[str | None, typer.Option(help="User name at the broker.")] = None,
    broker_password_from: Annotated[Path | None, typer.Option(help="File that holds the password there.")] = None,
    broker_plain_password: Annotated[bool, typer.Option(help="Send the password even without TLS.")] = False,
    work_center: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=ADDRESS", help="opc.tcp://HOST:PORT/PATH, modbus://HOST:PORT/UNIT or manual."),
    ] = None,
    signal: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME.ROLE=PLACE", help="A node id, or TABLE:ADDRESS:TYPE; the machine is not looked at."),
    ] = None,
    cycle: Annotated[list[str] | None, typer.Option(metavar="NAME=SECONDS", help="Nominal seconds a part.")] = None,
    reader: Annotated[
        list[str] | None, typer.Option(metavar="NAME=WORK_CENTER:DEVICE", help="A barcode reader; 'none' for none.")
    ] = None,
    watch: Annotated[float, typer.Option(min=0, max=600, help="Seconds for which values are watched.")] = 5.0,
    data: Annotated[Path, typer.Option(help="Folder of the journal.")] = Path("/var/lib/lineside"),
    socket: Annotated[Path, typer.Option(help="Socket of the local API.")] = Path("/run/lineside/agent.sock"),
) -> None:
    """Ask a few questions, look at the machines (reading only), and write a configuration that works.

    Enter takes the default of a question; each has an option for who installs many PCs, and with `--yes` nothing is
    asked. A configuration that is there is never overwritten. Ctrl+C ends, and nothing is written.
    """
    from agent.commissioning.asking import Asker, StoppedError
    from agent.commissioning.conversation import Beside, converse
    from agent.commissioning.given import given_centers, given_readers
    from agent.commissioning.machines import Machines
    from agent.commissioning.placing import must_be_free

    must_be_free(config, force=force)
    said: dict[str, object] = {
        "enterprise": enterprise,
        "site": site,
        "area": area,
        "name": name,
        "time-zone": time_zone,
        "broker-host": broker_host,
        "broker-port": broker_port,
        "broker-ca": broker_ca,
        "broker-user": broker_user,
        "broker-password-from": broker_password_from,
        "broker-tls": broker_tls,
        "broker-plain-password": broker_plain_password or None,
    }
    asker = Asker({key: _text(value) for key, value in said.items() if value is not None}, unattended=yes)
    look_at = partial(_look, watch_s=watch)
    machines = Machines(asker, look_at, given_centers(work_center or [], signal or [], cycle or []))
    beside = Beside(data, socket, given_readers(reader) if reader else None)
    try:
        answers = converse(asker, machines, beside)
        is_wanted = _is_wanted(asker, answers, config)
    except (KeyboardInterrupt, StoppedError):
        sys.stderr.write("\nStopped. Nothing was written.\n")
        raise typer.Exit(_INTERRUPTED) from None
    if is_wanted:
        _write(asker, answers, config)
    else:
        asker.say("Nothing was written.")


def _look(address: Address, watch_s: float) -> Look:
    from agent.commissioning.looking import look

    with Steps(f"Looking at {address}") as steps:
        seen = look(address, watch_s, steps.say)
        steps.done(f"{len(seen.candidates)} values")
    return seen


def _is_wanted(asker: Asker, answers: Answers, config: Path) -> bool:
    asker.say(f"\n{answers.name} of {answers.enterprise}/{answers.site}/{answers.area}, {answers.time_zone}")
    broker = answers.broker
    way = "TLS" if broker.tls else "no TLS"
    asker.say(f"  broker {broker.host}:{broker.port}, {way}, user {broker.user or 'none'}")
    for center in answers.centers:
        roles = ", ".join(signal.role for signal in center.signals)
        asker.say(f"  {center.name}: {center.address or 'no machine is read'}{'; ' if roles else ''}{roles}")
    for reader in answers.readers:
        asker.say(f"  reader {reader.name} of {reader.work_center}: {reader.place}")
    return asker.confirm("write", f"Write {config}?", default=True)


def _write(asker: Asker, answers: Answers, config: Path) -> None:
    from agent.commissioning.placing import password_file, place
    from agent.commissioning.template import written

    text = written(answers, password_file(config))
    placed = place(config, text, answers.broker.password, datetime.now().astimezone())
    asker.say(f"\nWritten: {placed.config}")
    if placed.password is not None:
        asker.say(f"  The password is in {placed.password}, which only the service reads.")
    if placed.former is not None:
        asker.say(f"  The configuration of before: {placed.former}")
    asker.say("\nNext:")
    for step in next_steps(config):
        asker.say(f"  {step}")


def next_steps(config: Path) -> tuple[str, ...]:
    """What is typed next; an agent that runs already goes by the new file, too."""
    if config == DEFAULT_CONFIG:
        return ("sudo systemctl restart lineside", "sudo lineside doctor")
    return (f"lineside check -c {config}", f"lineside run -c {config}")


def _text(value: object) -> str:
    return ("y" if value else "n") if isinstance(value, bool) else str(value)
