"""The machines: can each be reached, and does it give every value that is configured?

The agent is asked first. Where it is connected nobody else connects: many gateways take one connection only, small
controllers few sessions, and a serial line takes one program.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from agent.commissioning.live import held, patience_s
from agent.core.machine.conditions import Condition
from agent.core.machine_settings import MachineSettings
from agent.core.times import epoch
from agent.core.views import AgentView
from agent.core.work_center_view import WorkCenterView
from agent.doctor import connections, lines, reaching
from agent.doctor.case import Case
from agent.doctor.finding import AGAIN, ROOT, Finding, Level, Who, unseen, well
from agent.doctor.looking import aside
from agent.doctor.reaching import Place, reach
from agent.doctor.spans import span
from agent.pki.keys import keys_of
from drivers.keys import Keys
from drivers.modbus_lines import Lines
from drivers.probed import ProbeError
from drivers.registry import probe_machine

OPCUA_PORT: Final = 4840
WAIT: Final = "where this page finds nothing else wrong with it: wait a minute, then see sudo journalctl -u lineside"

STOP: Final = "stop the agent and look again: then it is asked by itself"
UNIT: Final = f"others answer over this connection: see that this unit has power and this number; else {STOP}"


@dataclass(frozen=True, slots=True)
class By:
    """What machines are asked with."""

    keys: Keys
    lines: Lines
    """The places that are looked at, each opened once."""


@dataclass(frozen=True, slots=True)
class Told:
    """What the agent says of its connection to a machine."""

    up: bool
    since_s: float
    """Plant seconds."""
    reason: str
    last_good_s: float | None
    """Plant seconds since the last good reading; None where there was none."""
    knows: bool
    """It can tell what the machine does."""


def told(center: WorkCenterView, view: AgentView) -> Told:
    """What the agent says of a work center."""
    now = epoch(view.plant_time)
    good = None if center.last_good is None else max(now - epoch(center.last_good), 0.0)
    since = max(now - epoch(center.link_since), 0.0)
    return Told(center.link_up, since, center.link_reason, good, center.condition is not Condition.UNKNOWN)


def place_of(machine: MachineSettings) -> Place:
    """Where a machine is reached."""
    subject = machine.work_center
    if machine.opcua is not None:
        url = urlsplit(machine.opcua.endpoint)
        return Place(subject, "the OPC UA server", url.hostname or "", url.port or OPCUA_PORT, Who.MACHINE)
    if machine.driver is not None:
        return Place(subject, f"the machine of the driver '{machine.driver.kind}'", "", 0, Who.MACHINE)
    assert machine.modbus is not None, f"machine '{subject}' is not read"
    if machine.modbus.serial is not None:
        return Place(subject, "the Modbus device at", machine.modbus.serial, 0, Who.MACHINE)
    return Place(subject, "the Modbus server", machine.modbus.host or "", machine.modbus.port, Who.MACHINE)


def judge_told(subject: str, seen: Told) -> Iterator[Finding]:
    """What the agent's own word comes to."""
    good = "" if seen.last_good_s is None else f", last new value {span(seen.last_good_s)} ago"
    if not seen.up:
        found = f"the agent has no connection for {span(seen.since_s)}: {seen.reason or 'not yet'}"
        yield Finding(Level.NOW, subject, found, "a connection", WAIT, Who.MACHINE)
    elif seen.knows:
        yield well(subject, f"the agent is connected{good}")
    else:
        yield Finding(
            Level.NOW,
            subject,
            f"the agent is connected{good}, but cannot tell what the machine does",
            "every value that its state is made of can be read",
            "see whether the machine's program runs; where this page names no value that cannot be read, stop the "
            "agent and look again: then each is asked for",
            Who.MACHINE,
        )


def together(subject: str, seen: Told, asked: Sequence[Finding]) -> list[Finding]:
    """What the agent says and what a look found, each said once: the look says why, the agent since when."""
    why = next((one for one in asked if one.level is Level.NOW), None)
    if seen.up or why is None:
        return [*judge_told(subject, seen), *asked]
    since = f"{why.found}; the agent has had no connection for {span(seen.since_s)}"
    return [replace(one, found=since) if one is why else one for one in asked]


def limit_s(case: Case) -> float:
    """Real seconds that all of them have, each at the same time: what the slowest is given, and time to be reached."""
    machines = () if case.settings is None else case.settings.machine
    return max((patience_s(one) for one in machines), default=0.0) + 2 * reaching.PATIENCE_S + 1.0


async def look(case: Case) -> Sequence[Finding]:
    """All of them at once, each within its time."""
    if case.settings is None:
        return []
    machines = [machine for machine in case.settings.machine if not machine.manual]
    by = By(keys_of(case.settings), Lines(machines))
    found = await asyncio.gather(*(_one(case, machine, by) for machine in machines))
    return [finding for each in found for finding in each]


async def _one(case: Case, machine: MachineSettings, by: By) -> list[Finding]:
    subject = machine.work_center
    centers = () if case.view is None else case.view.work_centers
    center = next((one for one in centers if one.wc_id == subject), None)
    word = None if center is None or case.view is None else told(center, case.view)
    of_line = await _of_line(case, machine)
    if word is not None and word.up:
        return [*judge_told(subject, word), *of_line, *_read(case, machine)]
    if machine.modbus is not None and machine.modbus.serial is not None and (word is not None or _is_bad(of_line)):
        # Nobody else opens a line that the agent has, or one that cannot be opened.
        return of_line if word is None else together(subject, word, of_line)
    if _is_the_agents(case, machine):
        # Behind one connection there may be several units.
        whose = "an agent that this user may not ask may be" if case.barred else "the agent is"
        why = f"it was not asked by itself: {whose} connected there, and most devices take one connection"
        if word is None:
            return [*of_line, unseen(subject, why, ROOT if case.barred else STOP)]
        return [*of_line, *(replace(one, action=UNIT) for one in judge_told(subject, word))]
    asked = [*of_line, *await _asked(machine, by, _skew_max_s(case, machine))]
    return asked if word is None else together(subject, word, asked)


def _read(case: Case, machine: MachineSettings) -> list[Finding]:
    """What the agent says of each value."""
    subject, told = machine.work_center, () if case.readings is None else case.readings.machines
    skew = _skew_max_s(case, machine)
    return [finding for one in told if one.wc_id == subject for finding in connections.judge_read(subject, one, skew)]


def _is_the_agents(case: Case, machine: MachineSettings) -> bool:
    """Whether an agent may be connected to the Modbus device of this machine, be it for another one."""
    if machine.modbus is None or case.settings is None:
        return False
    if case.view is None:
        return case.barred
    told = {} if case.readings is None else {one.wc_id: one for one in case.readings.machines}
    return machine.modbus.place in held(case.settings.machine, told)


def _skew_max_s(case: Case, machine: MachineSettings) -> float | None:
    """By how much its clock may differ; a simulated one's says nothing."""
    is_simulated = case.settings is not None and case.settings.simulation is not None
    return None if is_simulated else machine.stop.skew_max_s


async def _of_line(case: Case, machine: MachineSettings) -> list[Finding]:
    """What a serial line needs at this PC; nothing of a machine on the network."""
    if machine.modbus is None or machine.modbus.serial is None:
        return []
    path = Path(machine.modbus.serial)
    try:
        pid = await aside(partial(lines.agent_pid, case.socket))
        seen = await aside(partial(lines.at_this_pc, machine.work_center, path, pid))
    except PermissionError:
        return [unseen(machine.work_center, f"{path}: its folder may not be entered by this user")]
    return list(lines.judge(seen, case.account))


def _is_bad(found: Sequence[Finding]) -> bool:
    return any(one.level is Level.NOW for one in found)


async def _asked(machine: MachineSettings, by: By, skew_max_s: float | None) -> list[Finding]:
    place = place_of(machine)
    if place.port:
        missing = reaching.judge(place, await reach(place.host, place.port))
        if missing is not None:
            return [missing]
    limit = patience_s(machine)
    try:
        async with asyncio.timeout(limit):
            return list(connections.judge_probed(place, await probe_machine(machine, by.keys, by.lines), skew_max_s))
    except ProbeError as error:
        return [connections.judge_ended(place, error)]
    except TimeoutError:
        return [unseen(place.subject, f"no whole answer within {limit:g} s", AGAIN)]
