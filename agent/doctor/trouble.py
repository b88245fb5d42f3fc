"""What the agent itself complains of: its alarms, and contradictions that nobody has resolved."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from agent.core.times import epoch
from agent.core.views import AgentView, AlarmView, DiscrepancyView
from agent.doctor.case import Case
from agent.doctor.finding import Finding, Level, Who, note, well
from agent.doctor.spans import span

ALARMS: Final = "alarms"
DISCREPANCIES: Final = "discrepancies"
ELSEWHERE: Final = frozenset(
    {
        "parked",
        "mes_not_confirming",
        "certificate_ends",
        "machine_certificate_ends",
        "storage",
        "clock_not_synchronized",
    }
)
"""Said with more detail by delivery, certificates, disk and clock."""
OWNERS: Final[Mapping[str, tuple[Level, Who, str]]] = {
    "identity_taken": (Level.NOW, Who.MAINTENANCE, "give one of the two agents another agent.id, as it says"),
    "journal_not_written": (Level.NOW, Who.MAINTENANCE, "see what this page says of the disk"),
    "journal_damaged": (Level.NOW, Who.MAINTENANCE, "stop the agent and look: sudo lineside recover"),
    "broker_refuses_us": (Level.NOW, Who.MES, "have the broker's access rules let this agent publish"),
    "broker_refuses_reading": (Level.NOW, Who.MES, "have the broker's access rules let this agent read its topics"),
    "broker_refuses": (Level.NOW, Who.MES, "see why in the broker's own log"),
    "mes_not_listening": (Level.NOW, Who.MES, "have the MES subscribe to the agents' topics: docs/mes-contract.md"),
    "broker_refuses_telemetry": (
        Level.SOON,
        Who.MES,
        "have the broker's access rules let this agent send them",
    ),
    "telemetry_dropped": (Level.SOON, Who.MAINTENANCE, "see what this page says of the broker, or keep less telemetry"),
}
"""By code how bad it is, who must act, and how."""
OTHERS: Final = (Level.SOON, Who.MAINTENANCE, "do as it says; sudo journalctl -u lineside tells more")


def judge(alarms: Sequence[AlarmView], now: float) -> Iterator[Finding]:
    """Who must act on each alarm; `now` is plant time."""
    told = [alarm for alarm in alarms if alarm.code not in ELSEWHERE]
    for alarm in told:
        level, who, action = OWNERS.get(alarm.code, OTHERS)
        found = f"{alarm.code} for {span(max(now - epoch(alarm.since), 0.0))}: {alarm.text}"
        yield Finding(level, ALARMS, found, "no alarm", action, who)
    if not told:
        yield well(ALARMS, "the agent has no other complaint")


def judge_discrepancies(count: int, first: Sequence[DiscrepancyView], now: float) -> Iterator[Finding]:
    """What is open.

    Args:
        count: all that are unresolved.
        first: those to look at first.
        now: plant time.
    """
    overdue = [one for one in first if one.status == "expired"]
    for one in overdue:
        where = "/".join(name for name in (one.wc_id, one.order_id) if name) or "the agent"
        role = one.owner_role.replace("_", " ")
        found = f"{one.code} at {where} is overdue for {span(max(now - epoch(one.due), 0.0))}: {one.text}"
        yield Finding(
            Level.SOON, DISCREPANCIES, found, f"settled by the {role}", "docs/discrepancies.md", Who.PRODUCTION
        )
    if count and not overdue:
        yield note(DISCREPANCIES, f"{count} are open, none is overdue")
    if not count:
        yield well(DISCREPANCIES, "none is open")


def _all(view: AgentView) -> Iterator[Finding]:
    now = epoch(view.plant_time)
    yield from judge(view.alarms, now)
    yield from judge_discrepancies(view.open_discrepancies, view.discrepancies, now)


async def look(case: Case) -> Sequence[Finding]:
    """What a running agent says; nothing where none answers, which the service's check says."""
    return [] if case.view is None else list(_all(case.view))
