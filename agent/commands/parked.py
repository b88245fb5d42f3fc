"""`lineside parked`: facts that the broker or the MES did not take."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import orjson
import typer

from agent.commands.client import get, post
from agent.commands.options import DEFAULT_CONFIG, ConfigOption, JsonOption
from agent.configuration import load
from agent.core.contract.envelope import TYPE_PREFIX
from agent.core.errors import ConfigurationError
from agent.core.parked_views import ParkedList, ParkedView, RetryBody, RetryReply


def parked(
    config: ConfigOption = DEFAULT_CONFIG,
    *,
    retry: Annotated[
        list[str] | None,
        typer.Option("--retry", metavar="SEQUENCE|EPOCH:SEQUENCE|all", help="Send again; may be given several times."),
    ] = None,
    export: Annotated[
        Path | None, typer.Option("--export", help="Write the events to this file, as JSON lines.")
    ] = None,
    json: JsonOption = False,
) -> None:
    """List parked facts of the running agent, send them again, or write them to a file."""
    socket = load(config).agent.socket
    rows = list(_listed(socket))
    if retry:
        positions = None if "all" in retry else tuple(_position(rows, name) for name in retry)
        body = RetryBody(positions=positions).model_dump_json().encode()
        asked = RetryReply.model_validate_json(post(socket, "/v1/parked/retry", body)).asked
        typer.echo(f"{asked} parked facts are sent again as soon as there is a connection")
    elif export is not None:
        typer.echo(f"{_exported(rows, export)} of {len(rows)} parked facts were written to {export}")
    elif json:
        for row in rows:
            typer.echo(row.model_dump_json())
    else:
        for line in _table(rows):
            typer.echo(line)


def _listed(socket: Path) -> Iterator[ParkedView]:
    after = 0
    while found := ParkedList.model_validate_json(get(socket, f"/v1/parked?after={after}")).parked:
        yield from found
        after = found[-1].position


def _position(rows: list[ParkedView], name: str) -> int:
    epoch, _, sequence = name.rpartition(":")
    found = [row for row in rows if str(row.sequence) == sequence and epoch in ("", row.epoch)]
    if len(found) != 1:
        places = ", ".join(_place(row) for row in (found or rows)[:10]) or "nothing is parked"
        raise ConfigurationError(f"--retry: {name} names {len(found)} parked facts; expected one of: {places}")
    return found[0].position


def _exported(rows: list[ParkedView], path: Path) -> int:
    events = [orjson.dumps(row.event) + b"\n" for row in rows if row.event is not None]
    try:
        path.write_bytes(b"".join(events))
    except OSError as error:
        raise ConfigurationError(f"--export: {path} cannot be written: {error.strerror}") from error
    return len(events)


def _table(rows: list[ParkedView]) -> Iterator[str]:
    if not rows:
        yield "nothing is parked"
    for row in rows:
        kind = (
            "unreadable" if row.event is None else str(row.event["type"]).removeprefix(TYPE_PREFIX).removesuffix(".v1")
        )
        again = "" if row.retry_at is None else f", again at {row.retry_at}"
        yield f"{_place(row):>20}  since {row.since}  {kind:<28} {row.reason}: {row.detail}{again}"


def _place(row: ParkedView) -> str:
    return f"{row.epoch}:{row.sequence}"
