"""Journals with a past: facts that retention may remove, and files that an older version of the agent left behind."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from agent.core.facts import Fact, FactQuality, Keys, LinkLost
from agent.core.times import iso
from agent.journal import retention, schema, store
from agent.journal.checksums import checksum
from agent.journal.lock import locked
from agent.journal.marks import Epoch
from agent.journal.migrations import migrate
from agent.journal.opening import FILE_NAME
from agent.journal.store import Commit
from simulators.demo.plant import PLANT_START
from simulators.mes.sequences import Gap
from simulators.mes.store import Store
from tests.journal.old_schema import CREATE_1

DAY_S = 24 * 3600.0
OLD_EPOCH = "past0001"
OLD_FACTS = 10_000
REFILL = 4 * retention.STEP + retention.STEP
"""More than a run may remove before it comes to its point."""

"""The tables of version 0.1.0, which had no checksums but those of facts."""


@dataclass(frozen=True, slots=True)
class Past:
    """What a journal of the older version holds, all of it unconfirmed."""

    epoch: str
    facts: int
    claims: int


def facts(epoch: str, number: int, at: float) -> Iterator[Fact]:
    """Facts of the agent itself, a second apart up to this instant."""
    quality = FactQuality(origin="rule", execution_mode="simulation")
    for index in range(number):
        when = at - number + index
        name = UUID(int=(int(when * 1000) << 80) | (0x7 << 76) | (0b10 << 62) | index)
        data = LinkLost(keys=Keys(wc_id="OLD-1"), quality=quality, device="plc", detail=f"number {index}")
        yield Fact(name, data, when, when, f"link:{epoch}:{index}")


def seed(folder: Path) -> None:
    """Make a journal whose facts were all recorded and confirmed 40 days before the plant's day."""
    then = PLANT_START.timestamp() - 40 * DAY_S
    with locked(folder), closing(store.connect(folder / FILE_NAME)) as connection:
        migrate(connection, folder / FILE_NAME)
        store.append(connection, Commit(list(facts(OLD_EPOCH, OLD_FACTS, then))), 1, then)
        with store.transaction(connection):
            store.put_epoch(connection, Epoch(OLD_EPOCH, 1, OLD_FACTS, iso(then)))
            store.put_epoch(connection, Epoch("soak0001", OLD_FACTS + 1, 0, iso(then)))
            retention.note_confirmation(connection, OLD_FACTS, then)
    # An MES that knew nothing of them would be sent them all again.
    with Store(folder.parent / "mes.sqlite") as mes:
        mes.forgo(f"urn:lineside:plant1:edge-1:{OLD_EPOCH}", Gap(1, OLD_FACTS))


def refill(folder: Path) -> None:
    """Put back as many of the removed old facts as retention can be busy with for a while; no agent runs."""
    then = PLANT_START.timestamp() - 40 * DAY_S
    with locked(folder), closing(store.connect(folder / FILE_NAME)) as connection:
        oldest = connection.execute(schema.FIRST_POSITION).fetchone()[0]
        missing = min(oldest, OLD_FACTS + 1) - 1
        number = min(REFILL, missing)
        old = list(facts(OLD_EPOCH, OLD_FACTS, then))
        store.append(connection, Commit(old[missing - number : missing]), missing - number + 1, then)


def make_version_1(folder: Path, past: Past) -> None:
    """The journal as version 0.1.0 left it."""
    now = PLANT_START.timestamp()
    folder.mkdir(parents=True)
    with closing(sqlite3.connect(folder / FILE_NAME, isolation_level=None)) as connection:
        connection.executescript(f"{schema.PRAGMAS}{CREATE_1}PRAGMA user_version = 1;")
        connection.execute("BEGIN")
        rows = [
            store.fact_values(1 + index, fact, iso(now))
            for index, fact in enumerate(facts(past.epoch, past.facts, now))
        ]
        connection.executemany(schema.INSERT_FACT, rows)
        connection.executemany("INSERT INTO claims VALUES (?, ?)", [(f"serial:{n}", "x") for n in range(past.claims)])
        connection.execute("INSERT INTO epochs VALUES (?, 1, 0)", (past.epoch,))
        connection.execute("COMMIT")


def claims_of(folder: Path) -> int:
    """How many claims of a journal are what was written."""
    with closing(store.connect(folder / FILE_NAME, read_only=True)) as connection:
        found = connection.execute("SELECT * FROM claims WHERE key NOT LIKE 'epoch:%'").fetchall()
    return sum(checksum((key, touched, value.encode())) == written for key, value, touched, written in found)
