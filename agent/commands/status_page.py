"""The present on one screen of 80 columns and 24 lines: what is worst stands first, everywhere."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from logging import ERROR
from typing import Final, Literal, TypeAlias
from zoneinfo import ZoneInfo

from agent.commands.columns import aligned, number
from agent.core.machine.conditions import Condition
from agent.core.times import epoch
from agent.core.views import AgentView, AlarmView, UplinkView
from agent.core.work_center_view import WorkCenterView
from agent.logs.events import BY_NAME
from agent.logs.outages import duration

WIDTH: Final = 80
HEIGHT: Final = 24
_LINES: Final = 3
"""Of a work center, where its trouble is short."""
IN_FULL: Final = 4
"""Up to so many work centers have some lines each, more of them one line each."""
MOST_ALARMS: Final = 3
UPLINK_WORDS: Final = {
    "online": "ONLINE",
    "sending": "SENDING",
    "offline": "OFFLINE",
    "not_confirming": "MES NOT CONFIRMING",
}
WORST_FIRST: Final = (
    *(Condition.FAULTED, Condition.UNKNOWN, Condition.HELD, Condition.BLOCKED, Condition.STARVED),
    *(Condition.IDLE, Condition.OFF, Condition.RUNNING),
)
Colour: TypeAlias = Literal["red", "yellow", "green"] | None


@dataclass(frozen=True, slots=True)
class Line:
    """One line, and how it looks at a terminal that has colours."""

    text: str
    colour: Colour = None


def page(view: AgentView) -> Iterator[Line]:
    """The whole screen, for up to twenty work centers."""
    in_full = len(view.work_centers) <= IN_FULL
    above = [Line(_header(view)), *_uplink(view, in_full=in_full), *_wrong(view, MOST_ALARMS if in_full else 1)]
    yield from above
    now = epoch(view.plant_time)
    centers = sorted(view.work_centers, key=_rank)
    if in_full:
        # Why a machine is away says what to do, and is worth the room that there is.
        spare = HEIGHT - len(above) - _LINES * len(centers)
        for center in centers:
            yield from _center(center, now, 1 + max(spare, 0) // len(centers))
    else:
        yield from _table(centers, now)


def _header(view: AgentView) -> str:
    at = datetime.fromisoformat(view.plant_time).astimezone(ZoneInfo(view.time_zone))
    simulated = ", SIMULATION" if view.execution_mode == "simulation" else ""
    return _cut(f"agent {view.agent_id} {view.version}, {at:%Y-%m-%d %H:%M:%S} {view.time_zone}{simulated}")


def _uplink(view: AgentView, *, in_full: bool) -> Iterator[Line]:
    uplink, now = view.uplink, epoch(view.plant_time)
    words = f"MES: {UPLINK_WORDS[uplink.state]} for {_ago(uplink.since, now)}, {uplink.waiting} facts waiting"
    if uplink.oldest_age_s is not None:
        words += f", the oldest for {duration(uplink.oldest_age_s)}"
    colours: dict[str, Colour] = {"online": "green", "sending": "green"}
    yield Line(_cut(words), colours.get(uplink.state, "yellow"))
    if in_full:
        confirmed = "never" if uplink.last_ack is None else f"{_ago(uplink.last_ack, now)} ago"
        yield Line(_cut(f"  last confirmation {confirmed}; {uplink.detail or '-'}"))
    further = "; ".join(_further(uplink, now))
    if further:
        yield Line(_cut(f"  {further}"), "yellow" if uplink.parked else None)


def _further(uplink: UplinkView, now: float) -> Iterator[str]:
    if uplink.parked:
        yield f"{uplink.parked} facts parked: lineside parked"
    if uplink.next_batch is not None:
        yield f"{uplink.held} wait for the batch in {duration(epoch(uplink.next_batch) - now)}"
    if uplink.autonomy_s is not None:
        yield f"the disk lasts {_hours(uplink.autonomy_s)} without the MES"


def _wrong(view: AgentView, most: int) -> Iterator[Line]:
    now = epoch(view.plant_time)
    alarms = sorted(view.alarms, key=_urgency, reverse=True)
    for alarm in alarms[:most]:
        colour: Colour = "red" if _urgency(alarm) >= ERROR else "yellow"
        yield Line(_cut(f"ALARM {alarm.code} for {_ago(alarm.since, now)}: {alarm.text}"), colour)
    if len(alarms) > most:
        yield Line(f"  {len(alarms) - most} more alarms: lineside status --json", "yellow")
    if view.config.needs_restart:
        yield Line(_cut(f"RESTART NEEDED for {', '.join(view.config.needs_restart)}"), "yellow")
    if view.discrepancies:
        yield Line(_cut(_discrepancies(view)), "yellow")


def _discrepancies(view: AgentView) -> str:
    worst, now = view.discrepancies[0], epoch(view.plant_time)
    where = "/".join(name for name in (worst.wc_id, worst.order_id) if name) or "the agent"
    left = epoch(worst.due) - now
    due = f"due in {duration(left)}" if left > 0 else f"OVERDUE by {duration(-left)}"
    return (
        f"DISCREPANCIES: {view.open_discrepancies} unresolved; first {worst.code} at {where}, "
        f"{worst.owner_role.replace('_', ' ')}, {due}: {worst.text}"
    )


def _center(center: WorkCenterView, now: float, most: int) -> Iterator[Line]:
    order = "no order"
    if center.order is not None:
        planned = f"{number(center.order.qty_planned)} {center.uom}"
        order = f"order {center.order.order_id}/{center.order.op_no}, planned {planned}"
    yield Line(_cut(f"{center.wc_id}: {center.condition} for {_ago(center.condition_since, now)}"), _colour(center))
    trouble = "; ".join(_trouble(center, now))
    for line in _wrapped(trouble, most):
        yield Line(line, "red" if not center.link_up else "yellow")
    made = f"good {number(center.qty_good)}, scrap {number(center.qty_scrap)} {center.uom}"
    yield Line(_cut(f"  {order}: {made}"))


def _trouble(center: WorkCenterView, now: float) -> Iterator[str]:
    if not center.link_up:
        yield f"NO LINK for {_ago(center.link_since, now)}: {center.link_reason}"
    if center.readers_down:
        yield f"NO READER: {', '.join(center.readers_down)}"
    if center.stop is not None:
        yield f"stop for {_ago(center.stop.start, now)}, reason {center.stop.reason_code or '-'}"
    if center.locked:
        yield "LOCKED"


def _table(centers: Sequence[WorkCenterView], now: float) -> Iterator[Line]:
    head = ("WORK CENTER", "CONDITION", "FOR", "ORDER", "GOOD", "SCRAP", "TROUBLE")
    rows = [
        (
            center.wc_id,
            center.condition,
            _ago(center.condition_since, now),
            "-" if center.order is None else f"{center.order.order_id}/{center.order.op_no}",
            number(center.qty_good),
            number(center.qty_scrap),
            "; ".join(_trouble(center, now)),
        )
        for center in centers
    ]
    first, *lines = aligned([head, *rows], right=(4, 5))
    yield Line(_cut(first))
    for center, line in zip(centers, lines, strict=True):
        yield Line(_cut(line), _colour(center))


def _rank(center: WorkCenterView) -> tuple[bool, int, bool, str]:
    """The worst first: what is not seen, what does not run, what lacks a reader."""
    return center.link_up, WORST_FIRST.index(center.condition), not center.readers_down, center.wc_id


def _colour(center: WorkCenterView) -> Colour:
    if not center.link_up or center.condition in (Condition.FAULTED, Condition.UNKNOWN):
        return "red"
    return "green" if center.condition is Condition.RUNNING and not center.readers_down else "yellow"


def _urgency(alarm: AlarmView) -> int:
    return BY_NAME[alarm.code].level if alarm.code in BY_NAME else 0


def _ago(since: str, now: float) -> str:
    return duration(max(now - epoch(since), 0.0))


def _hours(seconds: float) -> str:
    hours = seconds / 3600
    return f"{hours:.1f} h" if hours < 100 else f"{hours / 24:.0f} days"


def _cut(text: str) -> str:
    text = " ".join(text.splitlines())
    return text if len(text) <= WIDTH else f"{text[: WIDTH - 1]}…"


def _wrapped(text: str, most: int) -> list[str]:
    """In so many lines at most, of which the last one is cut; none where there is no text."""
    lines = textwrap.wrap(text, WIDTH, initial_indent="  ", subsequent_indent="    ", break_on_hyphens=False)
    if len(lines) <= most:
        return lines
    return [*lines[: most - 1], _cut(" ".join([lines[most - 1], *(line.strip() for line in lines[most:])]))]
