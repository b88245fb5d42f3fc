"""What the MES does by itself when certain facts arrive: settles movements, and says its own figures of a shift."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal, TypeAlias

from simulators.mes.facts import ShiftKey, StoredFact
from simulators.mes.folding.effective import effective
from simulators.mes.folding.materials import movements
from simulators.mes.folding.rows import Row, RowKey, rows
from simulators.mes.reading import facts_of, read_facts
from simulators.mes.topics import Source, named

SUMS = frozenset({"shift.summary", "reconciliation.digest"})
"""Facts that are answered with figures."""
MOST_ROWS = 200
"""Of one message; what does not go into it is not compared."""
Verdict: TypeAlias = Literal["confirmed", "rejected", "none"]

_MOVEMENTS = frozenset({"material.issued", "material.returned", "material.movement_settled"})


@dataclass(frozen=True, slots=True)
class Settling:
    """What becomes of the movements that the floor proposes."""

    verdict: Verdict = "confirmed"
    """none: nobody answers."""
    after_s: float = 1.0
    """Real seconds in which somebody looks at it."""
    rejected_items: frozenset[str] = frozenset()
    """Items whose movements are rejected whatever the verdict is."""

    def of(self, item_id: str | None) -> Verdict:
        """The verdict on a movement of an item."""
        return "rejected" if item_id in self.rejected_items else self.verdict


@dataclass(frozen=True, slots=True)
class Proposed:
    """A movement that nobody has answered."""

    agent_id: str
    movement_id: str
    item_id: str | None


@dataclass(frozen=True, slots=True)
class Due:
    """Figures of these shifts are to be said once everything up to a sequence is here."""

    source: str
    sequence: int
    wc_id: str
    shifts: tuple[ShiftKey, ...]


def proposed(connection: sqlite3.Connection) -> tuple[Proposed, ...]:
    """Every movement that nobody has answered."""
    found: list[Proposed] = []
    by_agent: dict[str, list[StoredFact]] = {}
    for fact in read_facts(connection, _MOVEMENTS | {"fact.corrected"}):
        by_agent.setdefault(Source.parse(fact.source).agent_id, []).append(fact)
    for agent_id, facts in by_agent.items():
        waiting = [one for one in movements(effective(facts)) if one.state == "proposed"]
        found += [Proposed(agent_id, one.movement_id, one.item_id) for one in waiting]
    return tuple(found)


def figures_due(fact: StoredFact) -> Due | None:
    """What a summary or a digest asks for; None where it names no shift."""
    if fact.wc_id is None:
        return None
    told = [fact.data.get("shift")] if fact.type == "shift.summary" else [row["shift"] for row in fact.data["rows"]]
    shifts = dict.fromkeys(shift for shift in map(ShiftKey.of, told) if shift is not None)
    return Due(fact.source, fact.sequence, fact.wc_id, tuple(shifts)) if shifts else None


def figures_of(
    connection: sqlite3.Connection, due: Due, through: int, wrong_by: Decimal
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Name and document of this MES's own figures of each shift.

    Args:
        connection: Of the store.
        due: Which ones.
        through: Up to where nothing of the source is missing.
        wrong_by: Added to the good parts of the first row, to see whether anybody notices.
    """
    # Both sides add up what was here then, lest what is still on its way be a difference.
    here = [fact for fact in facts_of(connection, due.wc_id) if fact.source != due.source or fact.sequence <= through]
    found = rows(here)
    for shift in due.shifts:
        own = [(key, row) for key, row in found.items() if key.shift == shift][:MOST_ROWS]
        epoch = Source.parse(due.source).epoch
        yield (
            named("figures", *shift),
            {
                "rev": f"{epoch}-{through}",
                "business_date": shift.business_date,
                "shift_id": shift.shift_id,
                "through": through,
                "epoch": epoch,
                "rows": list(_rows(own, wrong_by)),
            },
        )


def _rows(own: Iterable[tuple[RowKey, Row]], wrong_by: Decimal) -> Iterator[dict[str, Any]]:
    for place, (key, row) in enumerate(own):
        yield {
            "order_id": key.order_id,
            "op_no": key.op_no,
            "lot_id": key.lot_id,
            "status": row.status,
            "facts": row.facts,
            "qty_good": str(row.made.good + (wrong_by if place == 0 else 0)),
            "qty_scrap": str(row.made.scrap),
            "qty_rework": str(row.made.rework),
            "consumed": {item: str(qty) for item, qty in row.consumed.items() if item},
        }
