"""`lineside status`: the present on one screen."""

from __future__ import annotations

import typer

from agent.commands.client import get
from agent.commands.options import DEFAULT_CONFIG, ConfigOption, JsonOption
from agent.configuration import load
from agent.core.views import AgentView, UplinkView, WorkCenterView

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
    typer.echo(f"MES: {_uplink(view.uplink)}")
    for center in view.work_centers:
        typer.echo(_center(center))


def _uplink(uplink: UplinkView) -> str:
    words = f"{UPLINK_WORDS[uplink.state]} since {uplink.since}, {uplink.waiting} facts waiting"
    if uplink.oldest_age_s is not None:
        words += f", the oldest for {uplink.oldest_age_s:.0f} s"
    return f"{words}, last confirmation {uplink.last_ack or 'never'}; {uplink.detail}"


def _center(center: WorkCenterView) -> str:
    link = "" if center.link_up else f"  NO LINK: {center.link_reason}\n"
    order = "no order"
    if center.order is not None:
        order = f"order {center.order.order_id}/{center.order.op_no}, planned {center.order.qty_planned} {center.uom}"
    stop = "" if center.stop is None else f"\n  stop since {center.stop.start}, reason {center.stop.reason_code or '-'}"
    return (
        f"{center.wc_id}: {center.condition} since {center.condition_since}\n{link}"
        f"  {order}: good {center.qty_good}, scrap {center.qty_scrap} {center.uom}{stop}"
    )
