"""`lineside directories`: the copies of the MES's objects, whose they are, and what became of each message."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated
from urllib.parse import urlencode

import typer

from agent.commands.client import get
from agent.commands.options import DEFAULT_CONFIG, ConfigOption, JsonOption
from agent.configuration import load
from agent.core.desk.directory_views import DirectoryList, HistoryList, HistoryView, ObjectView, RevisionView


def directories(
    config: ConfigOption = DEFAULT_CONFIG,
    *,
    history: Annotated[
        str | None,
        typer.Option("--history", metavar="NAME", help="What became of each message about this object."),
    ] = None,
    wc: Annotated[
        str | None, typer.Option("--wc", help="Only those of this work center; `-` for those of the site.")
    ] = None,
    json: JsonOption = False,
) -> None:
    """List the read-only copies of the MES's objects that the running agent works with."""
    socket = load(config).agent.socket
    if history is not None:
        for one in _history(socket, history, wc):
            typer.echo(one.model_dump_json() if json else _happening(one))
        return
    query = "" if wc is None else f"?{urlencode({'wc': wc})}"
    found = DirectoryList.model_validate_json(get(socket, f"/v1/directories{query}")).directories
    for each in found:
        typer.echo(each.model_dump_json() if json else "\n".join(_object(each)))
    if not found and not json:
        typer.echo("the MES has sent nothing yet")


def _history(socket: Path, name: str, wc: str | None) -> Iterator[HistoryView]:
    query = {"name": name} if wc in {None, "-"} else {"name": name, "wc": str(wc)}
    while found := HistoryList.model_validate_json(get(socket, f"/v1/directories/history?{urlencode(query)}")).history:
        yield from found
        query["before"] = str(found[-1].number)


def _object(one: ObjectView) -> Iterator[str]:
    title = f"{one.wc_id or '-'}  {one.name}"
    yield f"{title}  {'not in force' if one.in_force is None else _revision(one.in_force)}"
    for later in one.scheduled:
        yield f"    scheduled: {_revision(later)}"
    for attribute in one.attributes:
        yield f"    noted here: {attribute.name} = {attribute.value}"


def _revision(one: RevisionView) -> str:
    since = "" if one.effective_from is None else f", effective from {one.effective_from}"
    return f"rev {one.rev or '?'} of {one.owner or '?'}{since}, received {one.received}, sha256 {one.sha256[:12]}"


def _happening(one: HistoryView) -> str:
    before = "" if one.supersedes is None else f", in place of rev {one.supersedes}"
    why = f"\n    {one.detail}\n    {one.payload[:2000]}" if one.outcome == "refused" else ""
    return f"{one.received}  {one.outcome:<9}  {_revision(one)}{before}{why}"
