"""Journals with a past: many facts waiting, made of real ones, far quicker than a line could."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from agent.clock import draw_ids
from agent.core.times import iso
from agent.journal import schema, store
from agent.journal.checksums import checksum
from agent.journal.marks import Epoch
from agent.journal.migrations import migrate
from agent.journal.opening import FILE_NAME
from tests.bench.parts import EPOCH, now, output_facts

MILLION = 1_000_000
GROUP = 20_000
KINDS = 200
"""Different facts of which a backlog is made; each gets its own id and position."""


def fill(folder: Path, count: int) -> Path:
    """Make a journal in which so many facts wait; its file, with nothing left in the log beside it."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / FILE_NAME
    with closing(store.connect(path)) as connection:
        migrate(connection, path)
        store.put_epoch(connection, Epoch(EPOCH, 1, 0, iso(time.time())))
        rows = _rows(count)
        for first in range(0, count, GROUP):
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany(schema.INSERT_FACT, (next(rows) for _ in range(min(GROUP, count - first))))
            connection.execute("COMMIT")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return path


def _rows(count: int) -> Iterator[tuple[Any, ...]]:
    recorded = iso(time.time())
    patterns = [store.fact_values(0, fact, recorded)[2:-1] for fact in output_facts(KINDS)]
    first_id = draw_ids(now()).int
    for position in range(1, count + 1):
        values = (position, (first_id + position).to_bytes(16, "big"), *patterns[position % KINDS])
        yield (*values, checksum(values))
