"""What the machine told: raw counters and the timeline of its conditions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import pairwise

from simulators.mes.facts import StoredFact
from simulators.mes.figures import ConditionSpan, CounterSpan, Period


def counters(facts: Iterable[StoredFact]) -> tuple[CounterSpan, ...]:
    """Stretches of each counter; what people make of a fact later does not change what was read."""
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


def timeline(facts: Sequence[StoredFact], period: Period) -> Iterable[ConditionSpan]:
    """The conditions one after the other, corrections included, cut to the period."""
    changes = [fact for fact in facts if fact.type == "machine.condition_changed"]
    begins, ends = period
    starts = [*(max(fact.time, begins) for fact in changes), ends]
    spans = [
        ConditionSpan(start, min(end, ends), fact.data["to_condition"], fact.data["mode"], fact.data["inferred"])
        for fact, (start, end) in zip(changes, pairwise(starts), strict=True)
        if start < min(end, ends)
    ]
    for fact in facts:
        if fact.type == "machine.condition_corrected":
            spans = _corrected(spans, fact, period)
    return spans


def _corrected(spans: Iterable[ConditionSpan], fact: StoredFact, period: Period) -> list[ConditionSpan]:
    """The timeline with a stretch told anew: what it said of that stretch is gone."""
    begin, end = _instant(fact.data["start"]), _instant(fact.data["end"])
    left = [
        part
        for span in spans
        for part in (replace(span, end=min(span.end, begin)), replace(span, start=max(span.start, end)))
        if part.start < part.end
    ]
    told = [
        ConditionSpan(
            max(_instant(one["start"]), period[0]),
            min(_instant(one["end"]), period[1]),
            one["condition"],
            one["mode"],
            one["inferred"],
        )
        for one in fact.data["conditions"]
    ]
    return sorted((*left, *(one for one in told if one.start < one.end)), key=lambda one: one.start)


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


def seconds(spans: Iterable[ConditionSpan]) -> dict[str, float]:
    """Condition to seconds."""
    found: dict[str, float] = {}
    for span in spans:
        found[span.condition] = found.get(span.condition, 0.0) + span.seconds
    return found
