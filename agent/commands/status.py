"""`lineside status`: the present on one screen."""

from __future__ import annotations

import typer

from agent.commands.client import get
from agent.commands.options import DEFAULT_CONFIG, ConfigOption, JsonOption
from agent.configuration import load
from agent.core.views import AgentView, UplinkView
from agent.core.work_center_view import WorkCenterView

UPLINK_WORDS = {
    "online": "ONLINE",
    "sending": "SENDING",
    "offline": "OFFLINE",
    "not_confirming": "MES NOT CONFIRMING",
}


def status(config: ConfigOption = DEFAULT_CONFIG, *, json: JsonOption = False) -> None:
    """Show what the running agent knows: machines, orders, stops, and how delivery goes."""
    body = get(load(config).agent.socket, "/v1/status")
    if json:
        typer.echo(body.decode())
        return
    view = AgentView.model_validate_json(body)
    typer.echo(f"agent {view.agent_id} {view.version}, plant time {view.plant_time}, {view.execution_mode}")
    typer.echo(f"MES: {uplink_words(view.uplink)}")
    for alarm in view.alarms:
        typer.echo(f"ALARM {alarm.code} since {alarm.since}: {alarm.text}")
    if view.discrepancies:
        typer.echo(discrepancy_words(view))
    for center in view.work_centers:
        typer.echo(_center(center))


def uplink_words(uplink: UplinkView) -> str:
    """How delivery goes, and how long the disk lasts without it."""
    words = f"{UPLINK_WORDS[uplink.state]} since {uplink.since}, {uplink.waiting} facts waiting"
    if uplink.oldest_age_s is not None:
        words += f", the oldest for {uplink.oldest_age_s:.0f} s"
    words += f", last confirmation {uplink.last_ack or 'never'}; {uplink.detail}"
    if uplink.next_batch is not None:
        words += f"\n  {uplink.held} of them wait for the batch of {uplink.next_batch}"
    if uplink.autonomy_s is not None:
        words += f"\n  the disk lasts for {_hours(uplink.autonomy_s)} without the MES"
    if uplink.parked:
        words += f"\n  {uplink.parked} facts are parked: lineside parked"
    return words


def discrepancy_words(view: AgentView) -> str:
    """How many discrepancies are unresolved, and the one to look at first."""
    worst = view.discrepancies[0]
    where = "/".join(name for name in (worst.wc_id, worst.order_id) if name) or "the agent"
    due = "OVERDUE since" if worst.status == "expired" else "due"
    return (
        f"DISCREPANCIES: {view.open_discrepancies} unresolved; first {worst.code} at {where}, for the "
        f"{worst.owner_role.replace('_', ' ')}, {due} {worst.due}: {worst.text}"
    )


def _hours(seconds: float) -> str:
    hours = seconds / 3600
    return f"{hours:.1f} h" if hours < 100 else f"{hours / 24:.0f} days"


def _center(center: WorkCenterView) -> str:
    link = "" if center.link_up else f"  NO LINK: {center.link_reason}\n"
    link += "".join(f"  NO READER: {name} is not connected\n" for name in center.readers_down)
    order = "no order"
    if center.order is not None:
        order = f"order {center.order.order_id}/{center.order.op_no}, planned {center.order.qty_planned} {center.uom}"
    stop = "" if center.stop is None else f"\n  stop since {center.stop.start}, reason {center.stop.reason_code or '-'}"
    return (
        f"{center.wc_id}: {center.condition} since {center.condition_since}\n{link}"
        f"  {order}: good {center.qty_good}, scrap {center.qty_scrap} {center.uom}{stop}"
    )
