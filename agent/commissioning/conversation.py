"""The whole conversation: what is asked about a PC, in which order, and what each answer has to be."""

from __future__ import annotations

import socket
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from agent.commissioning import this_pc
from agent.commissioning.answers import Answers, BrokerAnswer, CenterAnswer, ReaderAnswer
from agent.commissioning.asking import Asker
from agent.commissioning.checks import existing_file, host_name, one_of, port_number, secret_of_file, unlike, value_of
from agent.commissioning.machines import Machines
from agent.core.errors import ConfigurationError
from agent.core.settings_base import Area, Id, ZoneName

_LOCAL: Final = frozenset({"127.0.0.1", "::1", "localhost"})
_PLAIN_PORT: Final = "1883"
_TLS_PORT: Final = "8883"
_PATIENCE_S: Final = 3.0


@dataclass(frozen=True, slots=True)
class Beside:
    """What is not asked but given: for trials, images of PCs, and fleets."""

    data: Path
    socket: Path
    readers: tuple[ReaderAnswer, ...] | None = None
    """None to look what is plugged in."""
    devices: Path = field(default=Path("/dev"))


def converse(asker: Asker, machines: Machines, beside: Beside) -> Answers:
    """Ask for everything that was not given."""
    asker.say("Enter takes what stands in [brackets]. Ctrl+C ends; nothing is written before the last answer.\n")
    enterprise = asker.ask("enterprise", "Enterprise", value_of(Id), default="enterprise", example="acme")
    site = asker.ask("site", "Plant or site", value_of(Id), default="plant-1", example="ala1")
    area = asker.ask("area", "Area of the plant", value_of(Area), default="hall-1", example="packing")
    name = asker.ask(
        "name", "Name of this PC, unique in the plant", value_of(Id), default=this_pc.own_name(), example="line-a"
    )
    zone = asker.ask("time-zone", "Time zone", value_of(ZoneName), default=this_pc.time_zone(), example="Asia/Almaty")
    asker.say("\nThe broker (MQTT) on the way to the MES.")
    broker = _broker(asker)
    asker.say("\nThe work centers of this PC, and their machines. Machines are only ever read.")
    centers = machines.centers()
    readers = beside.readers
    if readers is None:
        readers = _readers(asker, this_pc.readers(beside.devices), centers)
    return Answers(enterprise, site, area, name, zone, broker, centers, readers, beside.data, beside.socket)


def _broker(asker: Asker) -> BrokerAnswer:
    host = asker.ask("broker-host", "Host name or address", host_name, default="127.0.0.1", example="mes.example")
    is_local = host in _LOCAL
    tls = asker.confirm("broker-tls", "Encrypted with TLS?", default=not is_local)
    port = asker.ask("broker-port", "Port", port_number, default=_TLS_PORT if tls else _PLAIN_PORT)
    ca_file = None
    if tls:
        what = "File with the plant's certificate authority, Enter for those of this system"
        ca_file = asker.ask("broker-ca", what, existing_file, default="", example="/etc/lineside/plant-ca.pem")
    asker.say(f"  {_reached(host, port)}")
    user = asker.ask("broker-user", "User name there, Enter for none", str, default="") or None
    if user is None:
        return BrokerAnswer(host, port, tls, ca_file)
    plain = False
    if not (tls or is_local):
        asker.say("  Without TLS anybody on that network can read the password.")
        plain = asker.confirm("broker-plain-password", "Send it all the same?", default=False)
        if not plain and asker.is_unattended:
            raise ConfigurationError("a password without TLS needs --broker-plain-password; better is --broker-tls")
        if not plain:
            asker.say("  Then the broker has to be used with TLS, or without a user. Once more:")
            return _broker(asker)
    return BrokerAnswer(host, port, tls, ca_file, user, _password(asker), plain)


def _password(asker: Asker) -> str:
    name = "broker-password-from"
    if asker.is_given(name) or asker.is_unattended:
        return asker.ask(name, "a file with the password", secret_of_file)
    return asker.secret("Password there (it is not shown)")


def _readers(
    asker: Asker, found: Sequence[this_pc.FoundReader], centers: Sequence[CenterAnswer]
) -> tuple[ReaderAnswer, ...]:
    """What people want of the readers that are plugged in."""
    if not found:
        asker.say("\nNo barcode reader is plugged in. `lineside scan` tries one later; docs/commissioning-readers.md.")
        return ()
    asker.say("\nBarcode readers that are plugged in:")
    names = [center.name for center in centers]
    taken: list[ReaderAnswer] = []
    for reader in found:
        if not asker.confirm("use-readers", f"  {reader.place.name}: a barcode reader?", default=reader.is_likely):
            continue
        usual = f"reader-{len(taken) + 1}"
        others = {one.name for one in taken}
        name = asker.ask("reader-name", "  Name of it", unlike(others), default=usual, example="hand")
        center = names[0]
        if len(names) > 1:
            center = asker.ask("reader-work-center", "  Work center of it", one_of(names), default=names[0])
        taken.append(ReaderAnswer(name, center, reader.place))
    return tuple(taken)


def _reached(host: str, port: int) -> str:
    try:
        with socket.create_connection((host, port), _PATIENCE_S):
            return f"{host}:{port} answers."
    except OSError as error:
        reason = error.strerror or str(error) or "no answer"
        return f"{host}:{port} does not answer now ({reason}). That is no hindrance: facts wait until it does."
