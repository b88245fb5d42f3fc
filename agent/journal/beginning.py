"""Where a journal stands when it is opened, and whether its numbers can be trusted: else a new epoch begins."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from operator import attrgetter
from pathlib import Path

from agent.core.discrepancies.discrepancies import Discrepancy
from agent.core.times import iso
from agent.journal import notices, schema, store
from agent.journal.gone import note_holes
from agent.journal.marks import Epoch, Watermarks
from agent.journal.salvage import Salvaged
from agent.journal.witness import Testimony
from agent.logs.events import Event
from agent.logs.telling import tell

MOST_NAMED = 50
"""Ranges of lost facts that a discrepancy lists; the damaged file is kept for the rest."""


@dataclass(frozen=True, slots=True)
class Start:
    """What is known from outside the file."""

    new_epoch: str
    """Name of the epoch that begins, should one."""
    now: float
    """Seconds since 1970 UTC."""
    said: Testimony | None
    """By the witness."""


@dataclass(frozen=True, slots=True)
class Rescue:
    """What became of a damaged file."""

    aside: Path
    why: str
    salvaged: Salvaged


def begin(connection: sqlite3.Connection, start: Start, rescue: Rescue | None) -> Watermarks:
    """Say where the journal stands, in a new epoch where the numbers of the old one cannot be trusted any more.

    Raises:
        sqlite3.Error: the file cannot be read or written.
    """
    new_epoch, now = start.new_epoch, start.now
    epochs = store.epochs(connection)
    oldest = connection.execute(schema.FIRST_POSITION).fetchone()[0]
    last = connection.execute(schema.LAST_POSITION).fetchone()[0]
    last_position = max(last, *(max(epoch.first_position - 1, epoch.confirmed_position) for epoch in epochs), 0)
    marks = Watermarks(epochs, last_position)
    found = _doubt(marks, start, rescue)
    if epochs and found is None:
        return marks
    begun = [Epoch(new_epoch, last_position + 1, 0, iso(now))]
    if oldest and oldest < min((epoch.first_position for epoch in epochs), default=last_position + 1):
        # Facts whose epoch nobody knows any more are sent again under a new one: that does no harm.
        begun.insert(0, Epoch(f"{new_epoch}-before", oldest, 0, iso(now)))
    # One that has no fact gives way, as it would begin at the same position.
    known = [epoch for epoch in epochs if epoch.first_position <= last_position]
    with store.transaction(connection):
        connection.execute(schema.DROP_EPOCHS, (last_position + 1,))
        for epoch in begun:
            store.put_epoch(connection, epoch)
        if last_position > last:
            note_holes(connection, [(last + 1, last_position)])
        if found is not None:
            tell(Event.JOURNAL_RENEWED, "the journal begins epoch %s: %s", new_epoch, found.evidence)
            notices.put(connection, f"epoch-{new_epoch}", found)
    return Watermarks(tuple(sorted((*known, *begun), key=attrgetter("first_position"))), last_position)


def _doubt(marks: Watermarks, start: Start, rescue: Rescue | None) -> Discrepancy | None:
    """Why the current epoch cannot be gone on with, None where it can."""
    lost, now = forgotten(marks, start.said), start.now
    if rescue is not None:
        evidence = {
            "why": rescue.why,
            "kept_aside": str(rescue.aside),
            "facts_kept": str(rescue.salvaged.facts),
            "missing": ", ".join(_named(marks, *span) for span in rescue.salvaged.missing[:MOST_NAMED]) or "nothing",
        }
        return Discrepancy("journal_damaged", now, now, evidence | lost)
    return Discrepancy("journal_rewound", now, now, lost) if lost else None


def forgotten(marks: Watermarks, said: Testimony | None) -> dict[str, str]:
    """What the witness remembers and the journal does not; a journal with a later epoch knows more than the witness."""
    if said is None:
        return {}
    epoch = marks.named(said.epoch)
    if epoch is not None and epoch != marks.current:
        return {}
    last = 0 if epoch is None else epoch.sequence(marks.end(epoch))
    if said.last_sequence <= last:
        return {}
    return {"epoch": said.epoch, "forgotten_from": str(last + 1), "forgotten_to": str(said.last_sequence)}


def _named(marks: Watermarks, first: int, last: int) -> str:
    epoch = marks.at(first) if marks.epochs and first >= marks.epochs[0].first_position else None
    if epoch is None:
        return f"positions {first} to {last}"
    return f"{epoch.sequence(first)} to {epoch.sequence(last)} of epoch {epoch.name}"
