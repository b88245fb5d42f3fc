"""The way of facts to the MES: what waits, since when, and whether the MES confirms."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from agent.core.errors import JournalError
from agent.core.settings import Settings
from agent.core.times import epoch
from agent.core.views import AgentView, UplinkView
from agent.doctor.case import Case
from agent.doctor.finding import Finding, Level, Who, note, unseen, well
from agent.doctor.looking import aside
from agent.doctor.spans import span
from agent.journal.opening import FILE_NAME
from agent.journal.reading import read_latest, standing

SUBJECT: Final = "delivery"
FACTS: Final = "last facts"
SHORT_S: Final = 24 * 3600.0
"""The disk lasts for less: a night without the MES costs scans and entries."""
LOOKED_AT: Final = 500
"""Of the last facts, where no agent runs."""


def judge(uplink: UplinkView, now: float) -> Iterator[Finding]:
    """What delivery needs, by what a running agent says.

    Args:
        uplink: its word.
        now: plant time, in seconds since 1970 UTC.
    """
    waiting = _waiting(uplink)
    since = span(max(now - epoch(uplink.since), 0.0))
    last = "never" if uplink.last_ack is None else f"{span(max(now - epoch(uplink.last_ack), 0.0))} ago"
    if uplink.state == "offline":
        found = f"the MES gets nothing for {since}: {uplink.detail}; {waiting}"
        action = "see what this page says of the broker; facts are kept meanwhile"
        yield Finding(Level.SOON, SUBJECT, found, "a connection to the broker", action, Who.IT)
    elif uplink.state == "not_confirming":
        found = f"the broker takes the facts, the MES does not confirm them (last: {last}); {waiting}"
        action = "see whether the MES reads the agents' topics and sends its ack: docs/mes-contract.md"
        yield Finding(Level.NOW, SUBJECT, found, "the MES says what it has", action, Who.MES)
    else:
        yield well(SUBJECT, f"{uplink.state}, {waiting}, last confirmation: {last}")
    if uplink.parked:
        yield _parked(uplink.parked)
    if uplink.autonomy_s is not None and uplink.autonomy_s < SHORT_S:
        found = f"the disk lasts for {span(uplink.autonomy_s)} without the MES"
        yield Finding(Level.SOON, SUBJECT, found, "a day or more", "free space on the journal's disk", Who.MAINTENANCE)


def _waiting(uplink: UplinkView) -> str:
    words = f"{uplink.waiting} facts wait"
    if uplink.oldest_age_s is not None:
        words += f", the oldest for {span(uplink.oldest_age_s)}"
    if uplink.autonomy_s is not None:
        words += f", the disk lasts for {span(uplink.autonomy_s)}"
    return words


def _parked(count: int) -> Finding:
    found = f"{count} facts are parked: the broker or the MES did not take them"
    action = "see which and why: sudo lineside parked; send them again when it is mended"
    return Finding(Level.SOON, SUBJECT, found, "none", action, Who.MES)


@dataclass(frozen=True, slots=True)
class LastFact:
    """The last fact of a work center."""

    wc_id: str
    type: str | None
    """None where it never had one."""
    age_s: float = 0.0
    """Plant seconds."""


def judge_last(seen: Sequence[LastFact]) -> Iterator[Finding]:
    """How long each work center has been silent; a quiet one may be right."""
    for one in seen:
        if one.type is None:
            yield note(FACTS, f"{one.wc_id}: none yet")
        else:
            yield well(FACTS, f"{one.wc_id}: {one.type}, {span(one.age_s)} ago")


def last_of(view: AgentView) -> list[LastFact]:
    """By what a running agent shows."""
    now = epoch(view.plant_time)
    return [
        LastFact(center.wc_id, center.events[0].type, max(now - epoch(center.events[0].time), 0.0))
        if center.events
        else LastFact(center.wc_id, None)
        for center in view.work_centers
    ]


def _in_file(settings: Settings, now: float) -> list[Finding]:
    """By what the journal's file says while no agent runs."""
    folder = settings.agent.data
    stand = standing(folder)
    waiting = stand.marks.waiting if stand.marks.epochs else 0
    findings = [note(SUBJECT, f"{waiting} facts wait in the journal for the agent to run")]
    if stand.parked:
        findings.append(_parked(len(stand.parked)))
    latest = {row.wc_id: row for row in read_latest(folder, LOOKED_AT)}
    centers = [machine.work_center for machine in settings.machine]
    known = ((center, latest.get(center)) for center in centers)
    last = [
        LastFact(center, None) if row is None else LastFact(center, row.type, max(now - epoch(row.time), 0.0))
        for center, row in known
    ]
    return [*findings, *judge_last(last)]


async def look(case: Case) -> Sequence[Finding]:
    """The agent's word, or the journal's where no agent answers."""
    if case.view is not None:
        return [*judge(case.view.uplink, epoch(case.view.plant_time)), *judge_last(last_of(case.view))]
    if case.settings is None:
        return []
    return await aside(partial(_without_agent, case.settings, case.now))


def _without_agent(settings: Settings, now: float) -> list[Finding]:
    folder = settings.agent.data
    try:
        if not folder.exists() or (os.access(folder, os.X_OK) and not (folder / FILE_NAME).exists()):
            return [note(SUBJECT, f"there is no journal in {folder} yet")]
        if not os.access(folder / FILE_NAME, os.R_OK):
            return [unseen(SUBJECT, f"the journal in {folder} may not be read by this user")]
        return _in_file(settings, now)
    except PermissionError:
        return [unseen(SUBJECT, f"the journal in {folder} may not be read by this user")]
    except JournalError as error:
        found, action = str(error), "look through it: sudo lineside recover"
        return [Finding(Level.NOW, SUBJECT, found, "a journal that can be read", action, Who.MAINTENANCE)]
