"""The configuration as a technician would want to read it: what was answered, and beside it what else there is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

from agent.commissioning.answers import (
    Answers,
    BrokerAnswer,
    CenterAnswer,
    ModbusAddress,
    OpcUaAddress,
    ReaderAnswer,
    Register,
    SignalAnswer,
    Where,
)

_HEAD: Final = """\
# Lineside on {name}: written by `lineside init`, yours to change.
# Every key with its meaning: /opt/lineside/current/share/lineside/config/lineside.schema.json; more examples beside it.
# After a change: `sudo lineside check`, then `sudo systemctl reload lineside`. What a reload does not bring waits for
# `sudo systemctl restart lineside`: a work center more or less, [agent], [mes], [journal], [telemetry].

version = 2

[agent]
enterprise = {enterprise}
site = {site}
area = {area}
{id}
{data}
socket = {socket}
# health_port = 9464                # /healthz and /metrics at 127.0.0.1 too
time_zone = {time_zone}
"""
_MES: Final = """
[mes]                               # the broker on the way to the MES
host = {host}
port = {port}
protocol = "5"                      # "3.1.1" only where the broker has no 5
confirm = "mes"                     # delivered means that the MES said so; "broker" where it never says anything
"""
_MACHINE: Final = """
[[machine]]
work_center = {name}
"""
_MANUAL: Final = """\
manual = true                       # no machine is read: people say when work stops and goes on
"""
_OPCUA: Final = """
  [machine.opcua]
  endpoint = {endpoint}
  security = "none"                 # as it was looked at; "strongest" once its server is set up: docs/opcua-security.md
"""
_MODBUS: Final = """
  [machine.modbus]
{way}
  # poll_ms = 200                   # between two readings of all signals
"""
_OUTPUT: Final = """
  [machine.output]
{cycle}
  # uom = "EA"
"""
_MANNERS: Final = """
  # [machine.stop]
  # stop_confirm_s = 5              # shortest standstill that is a stop
  # minor_stop_max_s = 120          # beyond it a reason is asked for
"""
_SETUP: Final = """
  # [machine.condition]
  # setup_modes = [4]               # this machine's own PackML mode for setup
"""
_READER: Final = """
[[scanner]]
name = {name}
work_center = {work_center}
{way} = {place}
"""
_SERIAL: Final = """\
baud = 9600
# suffix = "\\r"                     # what it sends after each code
"""
_CODES: Final = """
[codes]                             # what this site's plain codes look like
# badge = 'BDG:(?P<badge>.+)'
# order = 'ORD:(?P<order>.+)'
# lot = 'LOT:(?P<lot>[^:]+):(?P<item>.+)'
# serial = 'SN:(?P<serial>.+)'
"""


def written(answers: Answers, password_file: Path) -> str:
    """The whole file; the password stays out of it, in a file of its own."""
    head = _HEAD.format(
        name=answers.name,
        enterprise=quoted(answers.enterprise),
        site=quoted(answers.site),
        area=quoted(answers.area),
        id=_beside(f"id = {quoted(answers.name)}", "unique within the site; never given to another PC"),
        data=_beside(f"data = {quoted(str(answers.data))}", "the journal: a local disk, never a network share"),
        socket=quoted(str(answers.socket)),
        time_zone=quoted(answers.time_zone),
    )
    machines = "".join(_machine(center) for center in answers.centers)
    readers = "".join(_reader(reader) for reader in answers.readers)
    return head + _mes(answers.broker, password_file) + machines + readers + _CODES


def signals(answers: tuple[SignalAnswer, ...]) -> str:
    """`[[machine.signal]]` tables, ready to be pasted."""
    return "".join(_signal(signal) for signal in answers)


def quoted(text: str) -> str:
    """A basic string of TOML, without what could steer a terminal."""
    plain = json.dumps(text, ensure_ascii=False)
    return "".join(sign if sign.isprintable() else f"\\U{ord(sign):08X}" for sign in plain)


def _mes(broker: BrokerAnswer, password_file: Path) -> str:
    text = _MES.format(host=quoted(broker.host), port=broker.port)
    if broker.user is not None:
        text += f"username = {quoted(broker.user)}\n"
    if broker.password is not None:
        text += f"password_file = {quoted(str(password_file))}\n"
    if broker.allow_plaintext:
        text += "allow_plaintext = true              # anybody on that network can read the password\n"
    if broker.tls:
        text += "\n  [mes.tls]                         # the broker's certificate and host name are verified\n"
        ca_file = "/etc/lineside/plant-ca.pem" if broker.ca_file is None else str(broker.ca_file)
        text += f"  {'# ' if broker.ca_file is None else ''}ca_file = {quoted(ca_file)}\n"
    return text


def _machine(center: CenterAnswer) -> str:
    text = _MACHINE.format(name=quoted(center.name))
    match center.address:
        case None:
            text += _MANUAL
        case OpcUaAddress(endpoint):
            text += _OPCUA.format(endpoint=quoted(endpoint))
            text += f"  # it offers: {', '.join(center.offers)}\n" if center.offers else ""
        case ModbusAddress() as device:
            text += _MODBUS.format(way="\n".join(f"  {line}" for line in way_of(device)))
    if center.cycle_s is not None:
        text += _OUTPUT.format(
            cycle=_beside(f"  cycle_s = {center.cycle_s}", "nominal seconds a part, where no order says it")
        )
    if center.address is None:
        return text + _MANNERS
    setup = _SETUP if isinstance(center.address, OpcUaAddress) else ""
    return text + _MANNERS + setup + signals(center.signals)


def way_of(device: ModbusAddress) -> list[str]:
    """The lines that say where a Modbus device is."""
    if device.serial is None:
        lines = [f"host = {quoted(device.host)}", f"port = {device.port}"]
        if device.framing == "rtu":
            lines.append(_beside('framing = "rtu"', "RTU frames as a serial device server hands them on"))
    else:
        lines = [
            f"serial = {quoted(device.serial)}",
            f"baud = {device.baud}",
            f"parity = {quoted(device.parity)}",
            f"stop_bits = {device.stop_bits}",
        ]
    return [*lines, f"unit = {device.unit}"]


def place_of(where: Where) -> list[str]:
    """The lines that say where a value is."""
    if not isinstance(where, Register):
        index = [] if where.index is None else [f"index = {where.index}"]
        return [
            f"node = {quoted(where.node)}",
            *index,
            *([] if where.field is None else [f"field = {quoted(where.field)}"]),
        ]
    lines = [f"table = {quoted(where.table)}", f"address = {where.address}", f"type = {quoted(where.type)}"]
    if where.length is not None:
        lines.append(f"length = {where.length}")
    if where.type.endswith(("32", "64")):
        lines.append(_beside(f"word_order = {quoted(where.word_order)}", "to confirm with a value above 65535"))
    return lines


def _signal(signal: SignalAnswer) -> str:
    lines = [f"key = {quoted(signal.role.value)}", f"role = {quoted(signal.role.value)}", *place_of(signal.where)]
    if signal.modulus is not None:
        lines.append(f"counter = {{ modulus = {signal.modulus} }}")
    remark = f"  # {signal.remark}\n" if signal.remark else ""
    return f"\n  [[machine.signal]]\n{remark}" + "".join(f"  {line}\n" for line in lines)


def _beside(setting: str, remark: str) -> str:
    """A remark where the others of the file stand."""
    return f"{setting:<35} # {remark}"


def _reader(reader: ReaderAnswer) -> str:
    way = "input" if reader.is_keyboard else "device"
    text = _READER.format(
        name=quoted(reader.name), work_center=quoted(reader.work_center), way=way, place=quoted(str(reader.place))
    )
    return text if reader.is_keyboard else text + _SERIAL
