"""The machines: can each be reached, and does it give every value that is configured?

The agent is asked first. Where it is connected over Modbus nobody else connects, as many gateways take one connection
only.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import urlsplit

from agent.core.errors import DeviceError
from agent.core.machine.conditions import Condition
from agent.core.machine_settings import MachineSettings
from agent.core.times import epoch
from agent.core.views import AgentView
from agent.core.work_center_view import WorkCenterView
from agent.doctor import reaching
from agent.doctor.case import Case
from agent.doctor.finding import AGAIN, Finding, Level, Who, note, unseen, well
from agent.doctor.reaching import Place, reach
from agent.doctor.spans import span
from drivers.probed import Probed
from drivers.registry import probe_machine

OPCUA_PORT: Final = 4840
MOST_NAMED: Final = 5
EACH_S: Final = 5.5
"""Real seconds for one machine, less than a check has: one that answers slowly costs the others nothing."""
WAIT: Final = "where this page finds nothing else wrong with it: wait a minute, then see sudo journalctl -u lineside"
CORRECT: Final = "correct it in the configuration (lineside browse shows what there is), or have the program give it"


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
    assert machine.modbus is not None, f"machine '{subject}' is not read"
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


def judge_probed(place: Place, seen: Probed, skew_max_s: float | None) -> Iterator[Finding]:
    """What a look at a machine comes to.

    Args:
        place: which.
        seen: what it answered.
        skew_max_s: seconds by which its clock may differ from this PC's; None where that says nothing.
    """
    offers = "" if not seen.offers else f"; it offers: {' | '.join(seen.offers)}"
    if seen.refused:
        found = f"{place.words} lets nobody read: {seen.refused}{offers}"
        action = "switch on anonymous reading without security in the server, and room for one more session"
        yield Finding(Level.NOW, place.subject, found, "no security, anonymous (read only)", action, Who.MACHINE)
        return
    for one in seen.unreadable[:MOST_NAMED]:
        found = f"'{one.key}' cannot be read at {one.address}: {one.why}"
        yield Finding(Level.NOW, place.subject, found, "a value", CORRECT, Who.MACHINE)
    if len(seen.unreadable) > MOST_NAMED:
        yield note(place.subject, f"{len(seen.unreadable) - MOST_NAMED} more values cannot be read")
    if not seen.unreadable:
        yield well(place.subject, f"{place.words} gives all {seen.asked} values{offers}")
    ahead = 0.0 if seen.server_time is None else seen.server_time - seen.asked_at
    if skew_max_s is not None and abs(ahead) > skew_max_s:
        found = f"its clock is {span(abs(ahead))} {'ahead of' if ahead > 0 else 'behind'} this PC's"
        action = "have the same time server set both clocks"
        yield Finding(Level.SOON, place.subject, found, f"{skew_max_s:g} s at most", action, Who.MACHINE)


def together(subject: str, seen: Told, asked: Sequence[Finding]) -> list[Finding]:
    """What the agent says and what a look found, each said once: the look says why, the agent since when."""
    why = next((one for one in asked if one.level is Level.NOW), None)
    if seen.up or why is None:
        return [*judge_told(subject, seen), *asked]
    since = f"{why.found}; the agent has had no connection for {span(seen.since_s)}"
    return [replace(one, found=since) if one is why else one for one in asked]


async def look(case: Case) -> Sequence[Finding]:
    """All of them at once, each within its time."""
    if case.settings is None:
        return []
    found = await asyncio.gather(*(_one(case, machine) for machine in case.settings.machine if not machine.manual))
    return [finding for each in found for finding in each]


async def _one(case: Case, machine: MachineSettings) -> list[Finding]:
    subject = machine.work_center
    centers = () if case.view is None else case.view.work_centers
    center = next((one for one in centers if one.wc_id == subject), None)
    word = None if center is None or case.view is None else told(center, case.view)
    if word is not None and word.up and machine.modbus is not None:
        return list(judge_told(subject, word))
    is_simulated = case.settings is not None and case.settings.simulation is not None
    try:
        async with asyncio.timeout(EACH_S):
            asked = await _asked(machine, None if is_simulated else machine.stop.skew_max_s)
    except TimeoutError:
        asked = [unseen(subject, f"no whole answer within {EACH_S:g} s", AGAIN)]
    return asked if word is None else together(subject, word, asked)


async def _asked(machine: MachineSettings, skew_max_s: float | None) -> list[Finding]:
    place = place_of(machine)
    missing = reaching.judge(place, await reach(place.host, place.port))
    if missing is not None:
        return [missing]
    try:
        return list(judge_probed(place, await probe_machine(machine), skew_max_s))
    except DeviceError as error:
        found, action = f"{place.words} cannot be read: {error}", "see that its program and its server run"
        return [Finding(Level.NOW, place.subject, found, "an answer", action, Who.MACHINE)]
