"""The journal's file, used by one thread at a time: connect, append in one durable transaction, read in order."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import astuple, dataclass
from pathlib import Path

from agent.core.contract.envelope import Row
from agent.core.corrections.targets import LATELY, Target
from agent.core.directories.copies import Kept
from agent.core.errors import JournalDamagedError, JournalError, JournalFullError
from agent.core.facts import Fact
from agent.core.times import iso
from agent.journal import schema
from agent.journal.checksums import Values, checksum, octets, still_right
from agent.journal.gone import Gone, gone
from agent.journal.keeping import keep
from agent.journal.marks import Epoch, Watermarks
from agent.journal.standins import Parked, stand_in

DAMAGE = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR)
"""The last is what SQLite says where our statements do not fit its file: they are fixed, so the file is another one."""
UNREADABLE = (
    sqlite3.SQLITE_IOERR_READ,
    sqlite3.SQLITE_IOERR_SHORT_READ,
    sqlite3.SQLITE_IOERR_DATA,
    sqlite3.SQLITE_IOERR_CORRUPTFS,
)
"""A disk that does not give back what it took: what it still gives is taken over."""
FAILURES = (sqlite3.Error, UnicodeDecodeError)
"""What SQLite raises; the latter where its own message quotes a damaged name."""
NOWHERE = Epoch("", 1, 0, "")
FULL = (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_SHMSIZE)


@dataclass(frozen=True, slots=True)
class Commit:
    """Everything that becomes durable together, or not at all."""

    facts: Sequence[Fact] = ()
    snapshots: Sequence[tuple[str, bytes]] = ()
    claims: Sequence[tuple[str, str]] = ()
    directories: Sequence[Kept] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """Facts in order, without a hole."""

    rows: list[Row]
    damaged: tuple[int, ...] = ()
    """Positions whose facts are not what was written; stand-ins are in their places."""


def connect(path: Path, *, read_only: bool = False) -> sqlite3.Connection:
    """A connection for one thread at a time.

    Raises:
        JournalDamagedError: this is no SQLite file, or a damaged one.
        JournalError: the file cannot be opened.
    """
    uri = f"{path.absolute().as_uri()}?mode={'ro' if read_only else 'rwc'}"
    with ExitStack() as stack:
        try:
            connection = sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False)
            stack.callback(connection.close)
            if not read_only:
                connection.executescript(schema.PRAGMAS)
        except FAILURES as error:
            expected = f"expected a SQLite file we may {'read' if read_only else 'write'}"
            raise said(error, f"the journal {path} cannot be opened: {error}; {expected}") from error
        stack.pop_all()
    return connection


def said(error: Exception, sentence: str) -> JournalError:
    """The journal's own error for what SQLite reports."""
    # The standard library itself complains, without a code, of text that is none.
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT)
    if code & 0xFF in DAMAGE or code in UNREADABLE:
        return JournalDamagedError(sentence)
    return JournalFullError(sentence) if code in FULL else JournalError(sentence)


def append(connection: sqlite3.Connection, commit: Commit, position: int, now: float) -> None:
    """Write everything in one transaction; facts take the positions from `position` on.

    Raises:
        sqlite3.Error: nothing of it was written.
    """
    recorded = iso(now)
    snapshots = [(name, state, now, checksum((name, now, state))) for name, state in commit.snapshots]
    claims = [claim_values(key, value, int(now)) for key, value in commit.claims]
    with transaction(connection):
        rows = [fact_values(position + index, fact, recorded) for index, fact in enumerate(commit.facts)]
        connection.executemany(schema.INSERT_FACT, rows)
        connection.executemany(schema.PUT_SNAPSHOT, snapshots)
        connection.executemany(schema.PUT_CLAIM, claims)
        for kept in commit.directories:
            keep(connection, kept, recorded)


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """All that is written while open becomes durable together, or not at all."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def read(connection: sqlite3.Connection, marks: Watermarks, after: int, limit: int) -> Page:
    """Facts of one epoch at the positions above `after`, in order.

    What is parked, damaged or known to be gone has a stand-in, so that the sequence has no hole.

    Raises:
        JournalDamagedError: a parked row is not what was written, or a fact that should stand there cannot be found.
        sqlite3.Error: the file cannot be read.
    """
    epoch = marks.at(after + 1)
    span = (after + 1, min(after + limit, marks.end(epoch)))
    parked = {one.position: one for one in parked_rows(connection, span)}
    try:
        found = _facts(connection, span)
    except sqlite3.OperationalError:
        with lenient(connection):
            found = _facts(connection, span)
    if not parked and list(found) == list(range(span[0], span[1] + 1)):
        rows = [as_row(epoch, values) for values in found.values() if intact(values)]
        if len(rows) == len(found):
            return Page(rows)
    return _mended(epoch, range(span[0], span[1] + 1), found, parked, gone(connection, span))


def read_originals(connection: sqlite3.Connection, marks: Watermarks, positions: Sequence[int]) -> list[Row]:
    """The facts themselves at these positions, parked or not; those that are damaged or gone are left out.

    Raises:
        sqlite3.Error: the file cannot be read.
    """
    with lenient(connection):
        found = [
            values
            for position in positions
            for values in connection.execute(schema.READ_FACTS, (position, position))
            if intact(values)
        ]
    return [as_row(marks.at(values[0]), values) for values in found]


def original(connection: sqlite3.Connection, marks: Watermarks, target: Target) -> Row | None:
    """The fact itself that somebody names, parked or not; None where no such fact stands there, or a damaged one.

    Raises:
        sqlite3.Error: the file cannot be read.
    """
    epoch = marks.current if target.epoch is None else marks.named(target.epoch)
    if epoch is None:
        return None
    if target.sequence is None:
        last = connection.execute(schema.LATE_POSITION, (LATELY, target.fact_id.bytes)).fetchone()
        position = 0 if last is None else last[0]
    else:
        position = epoch.first_position - 1 + target.sequence
    if not epoch.first_position <= position <= marks.end(epoch):
        return None
    rows = read_originals(connection, marks, (position,))
    return next((row for row in rows if row.id == target.fact_id.bytes), None)


def recorded(connection: sqlite3.Connection, position: int) -> str | None:
    """Recorded time of the fact there or next to it; None where it is not what was written.

    Raises:
        sqlite3.Error: the file cannot be read.
    """
    with lenient(connection):
        values = connection.execute(schema.FIRST_FROM, (position,)).fetchone()
    return as_row(NOWHERE, values).recordedtime if values is not None and intact(values) else None


def latest(connection: sqlite3.Connection, marks: Watermarks, limit: int) -> list[Row]:
    """The last facts, in order; those that are damaged are left out.

    Raises:
        sqlite3.Error: the file cannot be read.
    """
    positions = [row[0] for row in connection.execute(schema.LATEST_POSITIONS, (limit,))]
    return read_originals(connection, marks, positions[::-1])


def taken(connection: sqlite3.Connection, keys: Iterable[str]) -> dict[str, str]:
    """Those of the claims that have been taken, with their values; a damaged one counts as not taken."""
    with lenient(connection):
        found = [(key, connection.execute(schema.CLAIM, (key,)).fetchone()) for key in keys]
    return {key: row[0] for key, row in found if row is not None and checksum((key, row[1], octets(row[0]))) == row[2]}


@contextmanager
def lenient(connection: sqlite3.Connection) -> Iterator[None]:
    """Text that is damaged is handed over as it is while open; the row's checksum tells."""
    connection.text_factory = lambda octets: octets.decode(errors="surrogateescape")
    try:
        yield
    finally:
        connection.text_factory = str


def epochs(connection: sqlite3.Connection) -> tuple[Epoch, ...]:
    """The epochs of the file, oldest first; of a damaged one nothing counts as confirmed.

    To send again does no harm, to forget does.
    """
    found = []
    for name, first, confirmed, began, written in connection.execute(schema.EPOCHS):
        whole = checksum((name, first, confirmed, octets(began))) == written
        found.append(Epoch(name, first, confirmed if whole else 0, began))
    return tuple(found)


def put_epoch(connection: sqlite3.Connection, epoch: Epoch) -> None:
    """Write one epoch."""
    values = (epoch.name, epoch.first_position, epoch.confirmed_through)
    connection.execute(schema.PUT_EPOCH, (*values, epoch.began, checksum((*values, epoch.began.encode()))))


def remember_epochs(connection: sqlite3.Connection, epochs: Sequence[Epoch]) -> None:
    """Keep names and first positions a second time, among the claims: under another name facts would be doubled."""
    claims = {f"epoch:{epoch.name}": str(epoch.first_position) for epoch in epochs}
    with lenient(connection):
        known = dict(connection.execute(schema.EPOCH_CLAIMS).fetchall())
    if known != claims:
        with transaction(connection):
            connection.execute(schema.DROP_EPOCH_CLAIMS)
            connection.executemany(schema.PUT_CLAIM, [claim_values(key, value, 0) for key, value in claims.items()])


def claim_values(key: str, value: str, touched: int) -> Values:
    """A claim as a row."""
    return (key, value, touched, checksum((key, touched, value.encode())))


def park(connection: sqlite3.Connection, parked: Parked) -> None:
    """Write one parked row."""
    connection.execute(schema.PARK, parked_values(parked))


def parked_rows(connection: sqlite3.Connection, span: tuple[int, int] | None = None) -> list[Parked]:
    """The parked rows, by position: all, or those from one position to another.

    Raises:
        JournalDamagedError: one of them is not what was written.
        sqlite3.Error: the file cannot be read.
    """
    with lenient(connection):
        query = (schema.PARKED, ()) if span is None else (schema.PARKED_BETWEEN, span)
        rows = connection.execute(*query).fetchall()
    found = [Parked.of(row[:-1]) for row in rows]
    if [parked_values(parked) for parked in found] != rows:
        raise JournalDamagedError("a parked row of the journal is not what was written")
    return found


def parked_values(parked: Parked) -> Values:
    """A parked row as a row."""
    position, reason, detail, since, withheld, retry_at = astuple(parked)
    written = checksum((position, reason, since, int(withheld), retry_at, octets(detail)))
    return (position, reason, detail, since, int(withheld), retry_at, written)


def fact_values(position: int, fact: Fact, recorded: str) -> Values:
    """A fact as a row."""
    keys = fact.data.keys
    subject = f"{keys.wc_id or '-'}/{keys.order_id or '-'}/{keys.op_no or '-'}"
    values = (
        position,
        fact.id.bytes,
        fact.data.TYPE,
        subject,
        iso(fact.time),
        iso(fact.observed),
        recorded,
        fact.natural_key,
        fact.correlation_id,
        fact.causation_id,
        fact.data.model_dump_json().encode(),
    )
    return (*values, checksum(values))


def as_row(epoch: Epoch, values: Values) -> Row:
    """A row of facts with its place."""
    return Row(values[0], epoch.name, values[0] - epoch.first_position + 1, *values[1:-1])


def intact(values: Values) -> bool:
    """Whether a row of facts is what was written."""
    return isinstance(values[-2], bytes) and still_right(values)


def _facts(connection: sqlite3.Connection, span: tuple[int, int]) -> dict[int, Values]:
    return {row[0]: row for row in connection.execute(schema.READ_FACTS, span)}


def _mended(epoch: Epoch, span: range, found: dict[int, Values], parked: dict[int, Parked], gone: Gone) -> Page:
    rows: list[Row] = []
    damaged: list[int] = []
    recorded = epoch.began
    for position in span:
        values = found.get(position)
        row = None
        if values is not None and intact(values):
            row = as_row(epoch, values)
            recorded = row.recordedtime
        elif values is not None:
            damaged.append(position)
        park = parked.get(position)
        if row is None:
            why = gone.why(position) if values is None else "damaged"
            row = stand_in(epoch, position, None, why, recorded)
        elif park is not None and park.withheld:
            row = stand_in(epoch, position, row, park, recorded)
        rows.append(row)
    return Page(rows, tuple(damaged))
