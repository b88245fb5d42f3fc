"""The lines of a recording: what reached the agent, word for word, and the state from which it set out.

A line is a kind and its JSON values with tabs between. Every observation comes back exactly as it was: floats to the
last bit, whole numbers as whole numbers, texts, bytes.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import TypeAlias, get_args
from uuid import UUID

from pydantic import ConfigDict, TypeAdapter

from agent.core.codes.code_settings import ScannerSettings
from agent.core.contract.envelope import Row
from agent.core.draft import ExecutionMode
from agent.core.machine_settings import MachineSettings
from agent.core.observed import Observation
from agent.core.people.people_settings import SiteKeySettings
from agent.core.settings import JournalSettings, MesSettings, Settings, TelemetryBudget
from agent.core.sources.driver_settings import DriverSettings
from agent.core.sources.modbus_settings import ModbusSettings
from agent.core.sources.opcua_settings import OpcUaSettings

NOWHERE = "recorded"
"""Stands in place of hosts: how anything is reached decides no fact, and is nobody's business who reads a recording."""


@dataclass(frozen=True, slots=True)
class Header:
    """The first line of each file; with it the file can be read without those before it."""

    version: str
    """Of the agent."""
    instance: str
    """Names the run of the agent."""
    after: str
    """Names the run before it, as the desk remembers it; empty where there was none."""
    part: int
    """Counts the files of the run from 1."""
    begun: float
    """Plant time, in seconds since 1970 UTC."""
    time_zone: str
    epoch: str
    """Of the journal; natural keys contain it."""
    execution_mode: ExecutionMode
    settings: str
    """Those that decide facts, as JSON; see `settings_kept`."""
    settings_sha256: str
    snapshots: dict[str, bytes]
    """By work center, and the desk's: the state before the first observation of this file."""
    directories: tuple[tuple[str | None, str, bytes], ...]
    """The MES's objects known then: work center, name and payload."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One observation, where it was observed first."""

    ids: UUID
    """Base of its block of ids."""
    known: dict[str, str]
    """Claims that had been taken when it was asked for."""
    observation: Observation
    target: Row | None = None
    """The fact that it names, as the journal held it."""


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """What a person entered was refused after all, as there was no space to keep it: it never happened."""

    ids: UUID


@dataclass(frozen=True, slots=True)
class Ended:
    """The recording ends here."""

    at: float
    """Plant time, in seconds since 1970 UTC."""
    why: str
    clean: bool
    """The agent stopped, so that the next run goes on from here."""


Record: TypeAlias = Header | Seen | Withdrawn | Ended

_EXACT = ConfigDict(ser_json_bytes="base64", val_json_bytes="base64", ser_json_inf_nan="constants")
# Pydantic takes a configuration for a union, not for a dataclass.
_OBSERVATIONS = {
    kind.__name__: TypeAdapter[Observation | None](kind | None, config=_EXACT) for kind in get_args(Observation)
}
_KNOWN = TypeAdapter(dict[str, str])
_TARGET = TypeAdapter[Row | None](Row | None, config=_EXACT)
_HEADER = TypeAdapter[Header | None](Header | None, config=_EXACT)
_ENDED = TypeAdapter[Ended | None](Ended | None, config=_EXACT)
HEADER, ENDED = "lineside-recording-1", "ended"
_OTHERS: dict[str, TypeAdapter[Header | None] | TypeAdapter[Ended | None]] = {HEADER: _HEADER, ENDED: _ENDED}
WITHDRAWN = b"withdrawn\t"
"""How the line of a withdrawn entry begins."""


def fit(observation: Observation) -> Observation:
    """What of an observation may be recorded: the one place that decides it.

    Scanned texts and operators' names stay, as orders, lots and reasons come out of them. A badge came here without its
    text already, and a PIN is verified before anything is observed: no observation has a place for one.
    """
    return observation


def encode(record: Record) -> bytes:
    """One line, with its end.

    Raises:
        ValueError: a text that is no Unicode.
    """
    match record:
        case Seen(ids, known, observation, target):
            kind = type(observation).__name__
            body = _OBSERVATIONS[kind].dump_json(fit(observation))
            about = b"" if target is None else b"\t%s" % _TARGET.dump_json(target)
            return b"%s\t%s\t%s\t%s%s\n" % (kind.encode(), str(ids).encode(), _KNOWN.dump_json(known), body, about)
        case Header():
            return b"%s\t%s\n" % (HEADER.encode(), _HEADER.dump_json(record))
        case Withdrawn(ids):
            return b"%s%s\n" % (WITHDRAWN, str(ids).encode())
        case Ended():
            return b"%s\t%s\n" % (ENDED.encode(), _ENDED.dump_json(record))


def decode(line: bytes) -> Record:
    """What a line says.

    Raises:
        ValueError: it is no line of a recording that this version understands.
    """
    kind, *rest = line.rstrip(b"\n").split(b"\t")
    match kind.decode(), rest:
        case (str(name), [ids, known, body, *about]) if name in _OBSERVATIONS:
            observation = _OBSERVATIONS[name].validate_json(body)
            if observation is not None:
                target = _TARGET.validate_json(about[0]) if about else None
                return Seen(UUID(ids.decode()), _KNOWN.validate_json(known), observation, target)
        case ("withdrawn", [ids]):
            return Withdrawn(UUID(ids.decode()))
        case (str(name), [body]) if name in _OTHERS:
            other = _OTHERS[name].validate_json(body)
            if other is not None:
                return other
    raise ValueError(f"'{line[:40].decode(errors='replace')}' begins no line of {HEADER}")


def settings_kept(settings: Settings) -> str:
    """The settings that decide facts, as JSON: nothing of hosts, users, certificates and readers' devices."""
    kept = {
        "mes": MesSettings(host=NOWHERE, commands=settings.mes.commands),
        "journal": JournalSettings(),
        "telemetry": TelemetryBudget(),
        "machine": tuple(_unreachable(machine) for machine in settings.machine),
        "scanner": tuple(map(_unplugged, settings.scanner)),
        "people": SiteKeySettings(),
    }
    return settings.model_copy(update=kept).model_dump_json(by_alias=True)


def digest(settings: str) -> str:
    """Tells one text of settings from another."""
    return sha256(settings.encode()).hexdigest()


def _unplugged(scanner: ScannerSettings) -> ScannerSettings:
    """A reader of that name: that it is configured decides whether it is missed after a restart."""
    return ScannerSettings(name=scanner.name, work_center=scanner.work_center, host=f"{scanner.name}.{NOWHERE}")


def _unreachable(machine: MachineSettings) -> MachineSettings:
    opcua = None
    if machine.opcua is not None:
        history = machine.opcua.history
        opcua = OpcUaSettings(endpoint=f"opc.tcp://{NOWHERE}", security="none", history=history)
    modbus = None if machine.modbus is None else ModbusSettings(host=NOWHERE)
    driver = None if machine.driver is None else DriverSettings(kind=machine.driver.kind)
    return machine.model_copy(update={"opcua": opcua, "modbus": modbus, "driver": driver, "telemetry": ()})
