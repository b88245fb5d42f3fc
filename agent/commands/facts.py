"""`lineside facts`: the last facts of the journal, whether the agent runs or not."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import orjson
import typer

from agent.commands.options import DEFAULT_CONFIG, ConfigOption, JsonOption
from agent.configuration import load
from agent.journal.reading import read_latest


def facts(
    config: ConfigOption = DEFAULT_CONFIG,
    *,
    last: Annotated[int, typer.Option("--last", "-n", min=1, max=100_000, help="How many.")] = 20,
    json: JsonOption = False,
) -> None:
    """List the last facts, oldest first, each with its sequence and its id: by both it can be corrected."""
    for row in read_latest(load(config).agent.data, last):
        if json:
            fields = {
                "epoch": row.epoch,
                "sequence": row.sequence,
                "id": str(UUID(bytes=row.id)),
                "type": row.type,
                "time": row.time,
                "subject": row.subject,
            }
            typer.echo(orjson.dumps({**fields, "dedupkey": row.dedupkey, "data": orjson.loads(row.data)}).decode())
        else:
            typer.echo(f"{row.sequence:>8}  {row.time}  {row.type:<28} {row.subject:<28} {UUID(bytes=row.id)}")
