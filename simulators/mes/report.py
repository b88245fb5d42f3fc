"""Reads the MES's store into a `MesReport`, also while the service writes to it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

from simulators.mes.facts import StoredFact
from simulators.mes.figures import Conflict, DoubledKey, MesReport, Period, WithheldFact
from simulators.mes.folding import Told, agent_starts, figures
from simulators.mes.folding.contradictions import discrepancies
from simulators.mes.folding.effective import corrections, effective
from simulators.mes.plan import NO_PLAN, Plan
from simulators.mes.reading import by_work_center, read_facts
from simulators.mes.reconciling import reconciled
from simulators.mes.sequences import Gap
from simulators.mes.store import arrivals, unavailable
from simulators.mes.tables import print_table

__all__ = ["MesReport", "print_table", "read_report"]

_COUNTS = """
SELECT (SELECT coalesce(sum(duplicates), 0) FROM events), (SELECT count(*) FROM rejected),
       (SELECT count(*) FROM unreadable)
"""
_TYPES = "SELECT type, count(*) FROM events GROUP BY type ORDER BY type"
_WITHHELD = "SELECT source, sequence, withheld_id, reason FROM still_withheld ORDER BY source, sequence"


def read_report(store: Path, plan: Plan | None = None, period: Period | None = None) -> MesReport:
    """What the MES knows by now.

    Args:
        store: The MES's SQLite file.
        plan: What was to be done; orders of which there is no fact yet are shown too.
        period: What the condition timelines are cut to, both ends with a time zone; from the first to the last fact
            if None.

    Raises:
        sqlite3.Error: there is no such file, or it is no MES store.
    """
    with closing(sqlite3.connect(f"file:{quote(str(store))}?mode=ro", uri=True, isolation_level=None)) as connection:
        # One transaction, so that all figures are of the same instant.
        connection.execute("BEGIN")
        facts = list(read_facts(connection))
        return _report(connection, facts, plan or NO_PLAN, period or _whole(facts))


def _report(connection: sqlite3.Connection, facts: list[StoredFact], plan: Plan, period: Period) -> MesReport:
    orders = {order.wc_id: [own for own in plan.orders if own.wc_id == order.wc_id] for order in plan.orders}
    told, held, raised = by_work_center(facts), by_work_center(effective(facts)), discrepancies(facts)
    arrived = arrivals(connection)
    duplicates, rejected, unreadable = connection.execute(_COUNTS).fetchone()
    return MesReport(
        period=period,
        facts=dict(connection.execute(_TYPES)),
        work_centers={
            wc_id: figures(
                Told(told.get(wc_id, []), held.get(wc_id, []), raised.get(wc_id, ())), orders.get(wc_id, []), period
            )
            for wc_id in sorted({*orders, *told})
        },
        agent_starts=agent_starts(facts),
        agent_discrepancies=raised.get(None, ()),
        through={source: sequences.through for source, sequences in arrived.items()},
        gaps={source: gaps for source, sequences in arrived.items() if (gaps := sequences.gaps())},
        conflicts=tuple(_conflicts(connection)),
        natural_key_duplicates=tuple(_doubled_keys(connection)),
        duplicates_removed=duplicates,
        rejected=rejected,
        unreadable=unreadable,
        withheld=tuple(WithheldFact(*row) for row in connection.execute(_WITHHELD)),
        unavailable=_gone(connection),
        corrections=corrections(facts),
        reconciled=tuple(one for own in told.values() for one in reconciled(own)),
    )


def _whole(facts: list[StoredFact]) -> Period:
    times = [fact.time for fact in facts] or [datetime.fromtimestamp(0, UTC)]
    return min(times), max(times)


def _gone(connection: sqlite3.Connection) -> dict[str, tuple[Gap, ...]]:
    gone: dict[str, tuple[Gap, ...]] = {}
    for source, gap in unavailable(connection):
        gone[source] = (*gone.get(source, ()), gap)
    return gone


def _conflicts(connection: sqlite3.Connection) -> Iterator[Conflict]:
    for source, sequence, ids in connection.execute("SELECT source, sequence, ids FROM sequence_conflict"):
        yield Conflict(source, sequence, tuple(sorted(json.loads(ids))))


def _doubled_keys(connection: sqlite3.Connection) -> Iterator[DoubledKey]:
    for dedupkey, ids in connection.execute("SELECT dedupkey, ids FROM duplicate_natural_key"):
        yield DoubledKey(dedupkey, tuple(sorted(json.loads(ids))))
