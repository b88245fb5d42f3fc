"""`lineside facts`: the last facts of the journal, whether the agent runs or not."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import orjson
import typer

from agent.commands.client import AgentAwayError, get
from agent.commands.options import DEFAULT_CONFIG, ConfigOption, JsonOption
from agent.configuration import load
from agent.core.contract.envelope import TYPE_PREFIX, Row
from agent.core.contract.local_routes import MOST_FACTS
from agent.core.errors import JournalBarredError
from agent.journal.reading import read_latest


def facts(
    config: ConfigOption = DEFAULT_CONFIG,
    *,
    last: Annotated[int, typer.Option("--last", "-n", min=1, max=100_000, help="How many.")] = 20,
    json: JsonOption = False,
) -> None:
    """List the last facts, oldest first, each with its sequence and its id: by both it can be corrected.

    Who may not read the journal's file, but may ask the agent, has them from the agent while it runs.
    """
    agent = load(config).agent
    try:
        listed = [_of_row(row) for row in read_latest(agent.data, last)]
    except JournalBarredError as barred:
        if last > MOST_FACTS:
            raise
        listed = _asked(agent.socket, last, barred)
    for fact in listed:
        if json:
            typer.echo(orjson.dumps(fact).decode())
        else:
            typer.echo(f"{fact['sequence']:>8}  {fact['time']}  {fact['type']:<28} {fact['subject']:<28} {fact['id']}")


def _of_row(row: Row) -> dict[str, Any]:
    return {
        "epoch": row.epoch,
        "sequence": row.sequence,
        "id": str(UUID(bytes=row.id)),
        "type": row.type,
        "time": row.time,
        "subject": row.subject,
        "dedupkey": row.dedupkey,
        "data": orjson.loads(row.data),
    }


def _asked(socket: Path, last: int, barred: JournalBarredError) -> list[dict[str, Any]]:
    try:
        return [_of_event(event) for event in orjson.loads(get(socket, f"/v1/facts?last={last}"))]
    except AgentAwayError as away:
        raise JournalBarredError(f"{barred}; nor can the agent be asked: {away}") from away


def _of_event(event: dict[str, Any]) -> dict[str, Any]:
    told = {
        "epoch": event["source"].rpartition(":")[2],
        "sequence": int(event["sequence"]),
        "id": event["id"],
        "type": event["type"].removeprefix(TYPE_PREFIX).removesuffix(".v1"),
    }
    return told | {name: event[name] for name in ("time", "subject", "dedupkey", "data")}
