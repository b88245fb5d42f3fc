"""Holds a configuration against the machines that it is of: does each address give what its role can use?

Reads only, one request at a time. Beside a running agent a small device is left to it: what is read over Modbus is what
the agent says of it, as many devices take one connection and a serial line takes one program.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final, Literal

from agent.commissioning.fitting import fit
from agent.core.machine_settings import MachineSettings, SignalSettings
from agent.core.observations import SignalValue
from agent.core.readings import MachineReadings, ReadingView, address_words
from agent.core.sources.address import AddressSettings
from drivers.keys import Keys
from drivers.modbus_lines import Lines
from drivers.probed import Probed, ProbeError, Seen
from drivers.registry import probe_machine

OF_EVENTS: Final = "events"
"""The kind of what is told by events, and shows nothing while none comes."""
_ANSWERS: Final = 16
"""That a look waits for at most beside those about values."""
_PROVING_S: Final = 10.0
"""Real seconds for a key of our own, which may have to be made."""
_AT_ONCE: Final = 25
"""Values for which another answer is waited for."""


class Verdict(StrEnum):
    """What is said of a value, the worst first."""

    WRONG = "wrong"
    UNSEEN = "unseen"
    """It could not be asked for."""
    DOUBTFUL = "doubtful"
    """It may be meant so: somebody must know."""
    RIGHT = "right"


@dataclass(frozen=True, slots=True)
class LiveValue:
    """One configured value."""

    key: str
    role: str | None
    address: str
    verdict: Verdict
    kind: str = ""
    """Its type at the machine; empty where the protocol knows none."""
    value: SignalValue = None
    sampling_ms: float | None = None
    text: str = ""
    """What was found, and what was expected or is to be done; empty where it is right."""


@dataclass(frozen=True, slots=True)
class LiveMachine:
    """One machine."""

    work_center: str
    asked: Literal["itself", "agent", "nobody"]
    """Who was asked."""
    values: tuple[LiveValue, ...]
    way: str = ""
    """How it was spoken to."""
    problem: str = ""
    """Why it did not come to reading values; empty where it did."""
    offers: tuple[str, ...] = ()
    limits: tuple[str, ...] = ()

    @property
    def is_right(self) -> bool:
        """Whether nobody need do anything."""
        return not self.problem and all(one.verdict in {Verdict.RIGHT, Verdict.DOUBTFUL} for one in self.values)


@dataclass(frozen=True, slots=True)
class Manner:
    """How machines are asked."""

    subscribe: bool = False
    """Have an OPC UA server take the subscription for a moment, too."""
    beside: bool = False
    """Connect to a Modbus device over the network although the agent is connected to it."""
    keys: Keys | None = None
    """What a session with security is made with."""
    held: frozenset[str] = frozenset()
    """Places of Modbus devices to which the agent is connected, for whichever machine."""
    lines: Lines = field(default_factory=Lines)
    """The places that are looked at: a serial line is opened once, however many machines are on it."""


def patience_s(machine: MachineSettings) -> float:
    """Real seconds after which a look at a machine is given up, by its time-out and by how much is asked for."""
    timeout_s = 0.0 if machine.source is None else machine.source.timeout_s
    is_secure = machine.opcua is not None and machine.opcua.security != "none"
    return timeout_s * (_ANSWERS + len(machine.readings) / _AT_ONCE) + (_PROVING_S if is_secure else 0.0)


async def look(machine: MachineSettings, told: Mapping[str, MachineReadings] | None, manner: Manner) -> LiveMachine:
    """One machine.

    Args:
        machine: as it is configured now, which the agent may not know yet.
        told: what a running agent says of its machines, by work center; None where none runs.
        manner: how it is asked.
    """
    agent = None if told is None else told.get(machine.work_center, _unread(machine))
    if agent is not None and _is_the_agents(machine, agent, manner):
        return _of_agent(machine, agent)
    try:
        async with asyncio.timeout(patience_s(machine)):
            return _of_probe(
                machine, await probe_machine(machine, manner.keys, manner.lines, subscribe=manner.subscribe)
            )
    except ProbeError as error:
        if error.is_full and agent is not None and agent.connection == "up":
            note = f"{error} The agent has its connection; what it says stands here"
            return replace(_of_agent(machine, agent), limits=(note,), offers=error.offers)
        return LiveMachine(machine.work_center, "itself", _unseen(machine), problem=str(error), offers=error.offers)
    except TimeoutError:
        text = f"no whole answer within {patience_s(machine):g} s"
        return LiveMachine(machine.work_center, "itself", _unseen(machine), problem=text)


def counts(machines: Sequence[LiveMachine]) -> Mapping[Verdict, int]:
    """How many values there are of each verdict."""
    found = Counter(value.verdict for machine in machines for value in machine.values)
    return {verdict: found[verdict] for verdict in Verdict}


def held(machines: Sequence[MachineSettings], told: Mapping[str, MachineReadings] | None) -> frozenset[str]:
    """Places with Modbus devices to which a running agent is connected: behind one there may be several units."""
    up = {wc_id for wc_id, one in (told or {}).items() if one.connection == "up"}
    return frozenset(one.modbus.place for one in machines if one.modbus is not None and one.work_center in up)


def _is_the_agents(machine: MachineSettings, agent: MachineReadings, manner: Manner) -> bool:
    """Whether the agent is asked instead of the machine."""
    if machine.opcua is not None:
        return False
    if machine.modbus is not None and machine.modbus.serial is not None:
        return True
    is_held = machine.modbus is not None and machine.modbus.place in manner.held
    return (agent.connection == "up" or is_held) and not manner.beside


def _of_probe(machine: MachineSettings, probed: Probed) -> LiveMachine:
    addresses = {one.key: one for one in machine.readings}
    values = tuple(_of_seen(machine, addresses[one.key], one) for one in probed.seen)
    return LiveMachine(machine.work_center, "itself", values, probed.way, offers=probed.offers, limits=probed.limits)


def _of_seen(machine: MachineSettings, address: AddressSettings, seen: Seen) -> LiveValue:
    role = address.role.value if isinstance(address, SignalSettings) else None
    if seen.why:
        verdict, text = Verdict.WRONG, seen.why
        if text == "BadNodeIdUnknown":
            text = (
                f"{text}: there is no such node at present; lineside browse --machine {machine.work_center} shows all"
            )
    else:
        fitting = fit(machine, address, seen.kind, seen.value)
        verdict, text = Verdict(fitting.level), fitting.text
        if verdict is Verdict.RIGHT and seen.doubt:
            verdict, text = Verdict.DOUBTFUL, seen.doubt
        elif verdict is Verdict.RIGHT and seen.value is None and seen.kind != OF_EVENTS:
            verdict, text = Verdict.DOUBTFUL, "it shows no value at present"
    return LiveValue(seen.key, role, seen.address, verdict, seen.kind, seen.value, seen.sampling_ms, text)


def _of_agent(machine: MachineSettings, agent: MachineReadings) -> LiveMachine:
    told = {one.key: one for one in agent.readings}
    values = tuple(_of_told(machine, one, told.get(one.key)) for one in machine.readings)
    problem = "" if agent.connection == "up" else f"the agent has no connection: {agent.reason or 'not yet'}"
    return LiveMachine(machine.work_center, "agent", values, problem=problem)


def _of_told(machine: MachineSettings, address: AddressSettings, told: ReadingView | None) -> LiveValue:
    role = address.role.value if isinstance(address, SignalSettings) else None
    where = address_words(address)
    if told is None or told.address != where:
        text = "the agent, which holds the connection, goes by another configuration; stop it to have this asked for"
        return LiveValue(address.key, role, where, Verdict.UNSEEN, text=text)
    if told.quality == "unknown":
        return LiveValue(address.key, role, where, Verdict.UNSEEN, text=told.status)
    if told.quality == "bad":
        return LiveValue(address.key, role, where, Verdict.WRONG, text=told.status)
    verdict, text = fit(machine, address, "", told.value)
    if verdict == "right" and told.quality == "uncertain":
        verdict, text = "doubtful", told.status or "its quality is uncertain"
    return LiveValue(address.key, role, where, Verdict(verdict), value=told.value, text=text)


def _unread(machine: MachineSettings) -> MachineReadings:
    """A machine that the agent does not know."""
    return MachineReadings(
        wc_id=machine.work_center,
        connection="not_yet",
        since=None,
        reason="it goes by a configuration without this work center, and may hold the line",
        heard_s=None,
        readings=(),
    )


def _unseen(machine: MachineSettings) -> tuple[LiveValue, ...]:
    return tuple(
        LiveValue(
            one.key, one.role.value if isinstance(one, SignalSettings) else None, address_words(one), Verdict.UNSEEN
        )
        for one in machine.readings
    )
