"""How facts become figures: pure functions that know nothing of where the facts come from.

Facts of a work center are given in the order of their sequence numbers, epoch after epoch.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from itertools import pairwise
from typing import Any

from simulators.mes.figures import (
    AgentStart,
    ConditionSpan,
    CounterSpan,
    Discrepancy,
    LoadedLot,
    OrderFigures,
    Period,
    ReasonGiven,
    ScanFigures,
    StopFigures,
    WorkCenterFigures,
)
from simulators.mes.plan import Order

_OF_ORDERS = frozenset(
    {"output.recorded", "scrap.recorded", "quantity.adjusted", "operation.started", "operation.completed"}
)


@dataclass(frozen=True, slots=True)
class StoredFact:
    """One fact as the store gives it back."""

    type: str
    time: datetime
    wc_id: str | None
    order_id: str | None
    data: Mapping[str, Any]


def figures(facts: Sequence[StoredFact], orders: Sequence[Order], period: Period) -> WorkCenterFigures:
    """What the facts of one work center say.

    Args:
        facts: Of this work center.
        orders: Planned for this work center.
        period: What the condition timeline is cut to.
    """
    timeline = tuple(_timeline(facts, period))
    good, scrap = _quantities(facts)
    return WorkCenterFigures(
        good=good,
        scrap=scrap,
        counters=_counters(facts),
        orders=_orders(facts, orders),
        stops=_stops(facts),
        timeline=timeline,
        seconds=_seconds(span for span in timeline if not span.inferred),
        inferred_seconds=_seconds(span for span in timeline if span.inferred),
        scans=_scans(facts),
        lots=tuple(
            LoadedLot(
                fact.time, fact.data["keys"].get("lot_id"), fact.data["keys"].get("item_id"), fact.data["scan_text"]
            )
            for fact in facts
            if fact.type == "lot.loaded"
        ),
        genealogy=_genealogy(facts),
        reasons=tuple(_reasons(facts)),
        discrepancies=discrepancies(facts),
    )


def discrepancies(facts: Iterable[StoredFact]) -> tuple[Discrepancy, ...]:
    """Every contradiction raised, in order."""
    return tuple(
        Discrepancy(
            fact.data["code"],
            datetime.fromisoformat(fact.data["start"]),
            datetime.fromisoformat(fact.data["end"]),
            None if fact.data["at_most"] is None else Decimal(fact.data["at_most"]),
        )
        for fact in facts
        if fact.type == "discrepancy.raised"
    )


def agent_starts(facts: Iterable[StoredFact]) -> tuple[AgentStart, ...]:
    """Every start of an agent, in order."""
    return tuple(
        AgentStart(
            fact.time,
            fact.data["version"],
            fact.data["instance"],
            fact.data["after"],
            None if fact.data["down_since"] is None else datetime.fromisoformat(fact.data["down_since"]),
        )
        for fact in facts
        if fact.type == "agent.started"
    )


def _quantities(facts: Iterable[StoredFact]) -> tuple[Decimal, Decimal]:
    """Good and scrap: a reject that was first counted as good is good no more, and what was put right counts."""
    good = scrap = Decimal(0)
    for fact in facts:
        if fact.type == "output.recorded":
            good += Decimal(fact.data["qty_good"])
        elif fact.type == "scrap.recorded":
            good -= Decimal(fact.data["qty_from_good"])
            scrap += Decimal(fact.data["qty_scrap"])
        elif fact.type == "quantity.adjusted" and fact.data["category"] == "good":
            good += Decimal(fact.data["delta"])
        elif fact.type == "quantity.adjusted" and fact.data["category"] == "scrap":
            scrap += Decimal(fact.data["delta"])
    return good, scrap


def _counters(facts: Iterable[StoredFact]) -> tuple[CounterSpan, ...]:
    spans: list[CounterSpan] = []
    open_at: dict[tuple[str, int, int], int] = {}
    for fact in facts:
        counted = fact.type in {"output.recorded", "scrap.recorded", "rework.recorded"}
        set_back = fact.type == "quantity.adjusted" and fact.data["source"] == "plc"
        if not (counted or set_back) or fact.data["counter"] is None:
            continue
        span = CounterSpan(**fact.data["counter"])
        place = open_at.pop((span.name, span.counter_run, span.raw_from), len(spans))
        if place == len(spans):
            spans.append(span)
        else:
            spans[place] = replace(spans[place], raw_to=span.raw_to)
        open_at[span.name, span.counter_run, span.raw_to] = place
    return tuple(spans)


def _orders(facts: Sequence[StoredFact], planned: Sequence[Order]) -> tuple[OrderFigures, ...]:
    orders: dict[str | None, OrderFigures] = {
        order.order_id: OrderFigures(order.order_id, order.item_id, order.qty_planned) for order in planned
    }
    by_order: dict[str | None, list[StoredFact]] = {}
    for fact in facts:
        if fact.type in _OF_ORDERS:
            by_order.setdefault(fact.order_id, []).append(fact)
    for order_id, own in by_order.items():
        good, scrap = _quantities(own)
        known = orders.get(order_id, OrderFigures(order_id, own[0].data["keys"].get("item_id"), None))
        for fact in own:
            if fact.type.startswith("operation."):
                known = replace(known, status=fact.data["to_status"])
                if known.planned is None:
                    known = replace(known, planned=Decimal(fact.data["qty_planned"]))
        orders[order_id] = replace(known, good=good, scrap=scrap)
    return tuple(orders.values())


def _stops(facts: Iterable[StoredFact]) -> tuple[StopFigures, ...]:
    stops: dict[str, StopFigures] = {}
    for fact in facts:
        family, _, name = fact.type.partition(".")
        if family != "stop":
            continue
        stop_id = fact.data["stop_id"]
        stop = stops.get(stop_id, StopFigures(stop_id))
        if name == "reason_set":
            stops[stop_id] = replace(stop, reason=fact.data["reason"]["code"])
        elif name in {"opened", "upgraded", "closed"}:
            stops[stop_id] = _with_stop_fact(stop, name, fact.data)
    return tuple(stops.values())


def _with_stop_fact(stop: StopFigures, name: str, data: Mapping[str, Any]) -> StopFigures:
    return replace(
        stop,
        opened=stop.opened + (name == "opened"),
        upgraded=stop.upgraded + (name == "upgraded"),
        closed=stop.closed + (name == "closed"),
        start=datetime.fromisoformat(data["start"]),
        end=None if data["end"] is None else datetime.fromisoformat(data["end"]),
        stop_class=data["stop_class"],
        machine_reasons=tuple(data["machine_reasons"]),
        bridged=data["bridged"],
        end_uncertain=data["end_uncertain"],
    )


def _timeline(facts: Iterable[StoredFact], period: Period) -> Iterable[ConditionSpan]:
    changes = [fact for fact in facts if fact.type == "machine.condition_changed"]
    begins, ends = period
    starts = [*(max(fact.time, begins) for fact in changes), ends]
    for fact, (start, end) in zip(changes, pairwise(starts), strict=True):
        if start < min(end, ends):
            yield ConditionSpan(
                start, min(end, ends), fact.data["to_condition"], fact.data["mode"], fact.data["inferred"]
            )


def _seconds(spans: Iterable[ConditionSpan]) -> dict[str, float]:
    seconds: dict[str, float] = {}
    for span in spans:
        seconds[span.condition] = seconds.get(span.condition, 0.0) + span.seconds
    return seconds


def _scans(facts: Iterable[StoredFact]) -> dict[str, ScanFigures]:
    counts = Counter((fact.data["text"], fact.type) for fact in facts if fact.type.startswith("scan."))
    return {
        text: ScanFigures(counts[text, "scan.accepted"], counts[text, "scan.refused"])
        for text in dict.fromkeys(text for text, _ in counts)
    }


def _genealogy(facts: Iterable[StoredFact]) -> dict[str, tuple[str, ...]]:
    links: dict[str, tuple[str, ...]] = {}
    for fact in facts:
        if fact.type == "genealogy.linked":
            serial = fact.data["parent_serial"]
            links[serial] = tuple(dict.fromkeys((*links.get(serial, ()), *fact.data["child_lots"])))
    return links


def _reasons(facts: Iterable[StoredFact]) -> Iterable[ReasonGiven]:
    for fact in facts:
        if fact.type == "stop.reason_set":
            before = fact.data.get("prev_reason")
            yield ReasonGiven(
                fact.time,
                fact.data["stop_id"],
                fact.data["reason"]["code"],
                None if before is None else before["code"],
                fact.data.get("actor"),
            )
