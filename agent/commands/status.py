"""`lineside status`: the present on one screen."""

from __future__ import annotations

import typer

from agent.commands.client import get
from agent.commands.options import DEFAULT_CONFIG, ConfigOption, JsonOption
from agent.commands.status_page import page
from agent.configuration import load
from agent.core.views import AgentView


def status(config: ConfigOption = DEFAULT_CONFIG, *, json: JsonOption = False) -> None:
    """Show what the running agent knows: machines, orders, stops, and how delivery goes."""
    body = get(load(config).agent.socket, "/v1/status")
    if json:
        typer.echo(body.decode())
        return
    for line in page(AgentView.model_validate_json(body)):
        # Without colours where this is no terminal.
        typer.secho(line.text, fg=line.colour)
