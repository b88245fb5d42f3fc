"""Whether an agent's own sums agree with what is here: its shift summaries and digests against the facts that arrived.

A summary is held against the facts that had arrived under the sequences before it: what was corrected later is no
difference.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from hashlib import sha256
from typing import Any

from simulators.mes.exchange_figures import Difference, Reconciled
from simulators.mes.facts import Operation, ShiftKey, StoredFact
from simulators.mes.folding.effective import effective
from simulators.mes.folding.quantities import Quantities, total
from simulators.mes.folding.rows import DETAIL, Row, RowKey, key_of, rows

_THE_REST = "*"
"""In a digest: what there was no more room for."""
_QUANTITIES = (("qty_good", "good"), ("qty_scrap", "scrap"), ("qty_rework", "rework"))


def reconciled(facts: Sequence[StoredFact]) -> tuple[Reconciled, ...]:
    """Every summary and digest of one work center.

    Args:
        facts: Of this work center as they came, and those of the agents that correct them, in order.
    """
    found: list[Reconciled] = []
    since = 0
    for place, fact in enumerate(facts):
        if fact.type == "shift.summary":
            found.append(_reconciled(fact, "shift", _summary(fact, facts[since:place], facts[:place])))
            since = place + 1
        elif fact.type == "reconciliation.digest":
            found.append(_reconciled(fact, fact.data["scope"], _digest(fact, facts[:place])))
    return tuple(found)


def chain_of(facts: Iterable[StoredFact]) -> str:
    """The chain of their ids, as the contract makes it."""
    chain = ""
    for fact in facts:
        chain = sha256(f"{chain}{fact.id}".encode()).hexdigest()
    return chain


def _reconciled(fact: StoredFact, kind: str, differences: Iterable[Difference]) -> Reconciled:
    complete = fact.data.get("complete", True)
    return Reconciled(fact.id, kind, fact.wc_id, fact.shift, fact.time, complete, tuple(differences))


def _summary(told: StoredFact, own: Sequence[StoredFact], before: Sequence[StoredFact]) -> Iterator[Difference]:
    shift = told.shift
    held = [fact for fact in effective(before) if fact.shift == shift]
    yield from _made("shift", told.data, total(held))
    for order in told.data["orders"]:
        operation = Operation(order["order_id"], order["op_no"])
        made = total(fact for fact in held if fact.operation == operation)
        yield from _made(f"{operation.order_id or 'no order'}/{operation.op_no or '-'}", order, made)
    if told.data.get("ids_chain") is not None:
        counted = [fact for fact in own if fact.type not in DETAIL]
        yield from _differing("facts", told.data["facts"], len(counted))
        yield from _differing("first_id", told.data["first_id"], counted[0].id if counted else None)
        yield from _differing("last_id", told.data["last_id"], counted[-1].id if counted else None)
        yield from _differing("ids_chain", told.data["ids_chain"], chain_of(counted))


def _digest(told: StoredFact, before: Sequence[StoredFact]) -> Iterator[Difference]:
    ranges = [(one["epoch"], one["first"], one["last"]) for one in told.data["ranges"]]
    held = {fact.id: fact for fact in effective(before)}
    own = [fact for fact in before if fact.type not in DETAIL and _within(fact, ranges)]
    keys = [_key(row) for row in told.data["rows"]]
    if told.data["scope"] != "shift":
        # It is about one business day or shift alone, and its rows say which; that of a shift is about all since the
        # summary before.
        own = [fact for fact in own if key_of(held.get(fact.id, fact)) in keys]
    yield from _differing("facts", told.data["facts"], len(own))
    counts = Counter(fact.type for fact in own)
    for name in sorted({*told.data["by_type"], *counts}):
        yield from _differing(name, told.data["by_type"].get(name, 0), counts[name])
    yield from _differing("ids_chain", told.data["ids_chain"], chain_of(own))
    found = rows(own if told.data["scope"] == "shift" else before, before)
    for key, row in zip(keys, told.data["rows"], strict=True):
        if key.op_no != _THE_REST:
            yield from _row(key, row, found.get(key, Row()))


def _within(fact: StoredFact, ranges: Iterable[tuple[str, int, int]]) -> bool:
    epoch = fact.source.rpartition(":")[2]
    return any(epoch == known and first <= fact.sequence <= last for known, first, last in ranges)


def _key(row: Mapping[str, Any]) -> RowKey:
    return RowKey(row["order_id"], row["op_no"], row["lot_id"], ShiftKey.of(row["shift"]))


def _row(key: RowKey, told: Mapping[str, Any], held: Row) -> Iterator[Difference]:
    name = "/".join(part or "-" for part in (key.order_id, key.op_no, key.lot_id))
    if told.get("status") is not None:
        # An agent that looked at a part of it only may not know with what that began.
        yield from _differing(f"{name} status", told["status"], held.status)
    yield from _differing(f"{name} facts", told["facts"], held.facts)
    yield from _made(name, told, held.made)
    yield from _differing(f"{name} labor_s", Decimal(told["labor_s"]), held.labor_s)
    yield from _differing(f"{name} stop_s", Decimal(told["stop_s"]), held.stop_s)
    if _THE_REST in told["consumed"]:
        return
    for item in sorted({*told["consumed"], *held.consumed}):
        used = Decimal(told["consumed"].get(item, 0))
        yield from _differing(f"{name} {item}", used, held.consumed.get(item, Decimal(0)))


def _made(name: str, told: Mapping[str, Any], held: Quantities) -> Iterator[Difference]:
    for field, own in _QUANTITIES:
        yield from _differing(f"{name} {field}", Decimal(told.get(field, 0)), getattr(held, own))


def _differing(what: str, told: object, held: object) -> Iterator[Difference]:
    if told != held:
        yield Difference(what, str(told), str(held))
