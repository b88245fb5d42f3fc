"""`lineside export`: facts of the journal as JSON lines or CSV, whether the agent runs or not."""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from fnmatch import fnmatchcase
from pathlib import Path
from typing import IO, Annotated, Any
from uuid import UUID

import orjson
import typer

from agent.commands.options import DEFAULT_CONFIG, ConfigOption
from agent.commands.progress import Progress
from agent.configuration import load
from agent.core.contract.envelope import Envelopes, Row
from agent.core.errors import ConfigurationError
from agent.core.times import iso
from agent.journal.reading import Passage, Standing, passages, standing

MOST_NAMED = 50
"""Facts that stderr names one by one."""
COLUMNS = ("epoch", "sequence", "id", "type", "time", "observedtime", "recordedtime", "dedupkey")
KEYS = ("wc_id", "order_id", "op_no", "item_id", "lot_id", "serial")
LOTS = ("lots_in", "child_lots")
"""Where, beside its keys, a fact may name lots."""


class Format(StrEnum):
    """How a fact is written."""

    JSONL = "jsonl"
    CSV = "csv"


@dataclass(frozen=True, slots=True)
class Selection:
    """Which facts are wanted; None for all."""

    start: str | None
    end: str | None
    order: str | None
    lot: str | None
    kind: str

    def takes(self, row: Row, data: dict[str, Any]) -> bool:
        """Whether this one is."""
        if (self.start is not None and row.time < self.start) or (self.end is not None and row.time >= self.end):
            return False
        keys = data["keys"]
        lots = {keys["lot_id"]}.union(*(data.get(name, ()) for name in LOTS))
        return (
            fnmatchcase(row.type, self.kind)
            and self.order in (None, keys["order_id"])
            and (self.lot is None or self.lot in lots)
        )


def export(  # noqa: PLR0913 - a command has as many arguments as options
    config: ConfigOption = DEFAULT_CONFIG,
    *,
    start: Annotated[
        str | None, typer.Option("--from", help="Time of the first fact, RFC 3339 or a day (UTC).")
    ] = None,
    end: Annotated[str | None, typer.Option("--to", help="Time that all facts are before.")] = None,
    order: Annotated[str | None, typer.Option("--order", help="Facts of this order only.")] = None,
    lot: Annotated[str | None, typer.Option("--lot", help="Facts that name this lot only.")] = None,
    kind: Annotated[str, typer.Option("--type", help="Facts of this type only, such as 'stop.*'.")] = "*",
    form: Annotated[Format, typer.Option("--format", help="JSON lines or CSV.")] = Format.JSONL,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Write to this file, not to stdout.")] = None,
) -> None:
    """Write facts in order, each with its epoch and sequence."""
    agent = load(config).agent
    selection = Selection(_instant("--from", start), _instant("--to", end), order, lot, kind)
    known = standing(agent.data)
    with _output(out) as file:
        write = _writer(form, file, Envelopes(agent.site, agent.id))
        _copy(passages(agent.data), selection, write, known)


def _copy(
    found: Iterator[Passage], selection: Selection, write: Callable[[Row, dict[str, Any]], None], known: Standing
) -> None:
    progress = Progress("export")
    looked_at = written = 0
    unreadable: list[str] = []
    for passage in found:
        for row in passage.rows:
            data = orjson.loads(row.data)
            looked_at += 1
            if selection.takes(row, data):
                write(row, data)
                written += 1
        unreadable += [f"{epoch}:{sequence}" for epoch, sequence in passage.unreadable]
        progress.say(passage.progress, f"{looked_at} facts looked at, {written} written")
    progress.done(f"{written} of {looked_at} facts were written")
    _name("unreadable or missing, so not written", unreadable)
    _name("parked, so not taken by the broker or the MES", known.parked)


def _name(what: str, places: list[str]) -> None:
    if places:
        more = f" and {len(places) - MOST_NAMED} more" if len(places) > MOST_NAMED else ""
        sys.stderr.write(f"export: {len(places)} {what}: {', '.join(places[:MOST_NAMED])}{more}\n")


def _writer(form: Format, file: IO[bytes], envelopes: Envelopes) -> Callable[[Row, dict[str, Any]], None]:
    if form is Format.JSONL:
        return lambda row, _: _write_event(file, row, envelopes)
    file.write(_line(*COLUMNS, *KEYS, "data"))
    return lambda row, data: _write_line(file, row, data)


def _write_event(file: IO[bytes], row: Row, envelopes: Envelopes) -> None:
    file.write(envelopes.line(row))


def _write_line(file: IO[bytes], row: Row, data: dict[str, Any]) -> None:
    fields = (getattr(row, name) if name != "id" else UUID(bytes=row.id) for name in COLUMNS)
    keys = (data["keys"][name] for name in KEYS)
    file.write(_line(*fields, *keys, row.data.decode()))


def _line(*fields: object) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerow(fields)
    return text.getvalue().encode()


def _instant(option: str, text: str | None) -> str | None:
    if text is None:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise ConfigurationError(
            f"{option}: '{text}' is no time; expected 2026-03-04 or 2026-03-04T05:00:00Z"
        ) from error
    return iso((at if at.tzinfo is not None else at.replace(tzinfo=UTC)).timestamp())


@contextmanager
def _output(path: Path | None) -> Iterator[IO[bytes]]:
    if path is None:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    try:
        with path.open("wb") as file:
            yield file
    except OSError as error:
        raise ConfigurationError(f"--out: {path} cannot be written: {error.strerror}") from error
