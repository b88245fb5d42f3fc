"""Who worked, on what and how long."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from simulators.mes.facts import Operation, ShiftKey, StoredFact
from simulators.mes.floor_figures import Labor


def labor(facts: Iterable[StoredFact]) -> tuple[Labor, ...]:
    """By person, operation, shift and activity."""
    sums: dict[tuple[str, Operation, ShiftKey | None, str], Labor] = {}
    for fact in facts:
        if fact.type == "labor.recorded":
            keys = (fact.data["operator_id"], fact.operation, fact.shift, fact.data["activity"])
            known = sums.get(keys, Labor(*keys))
            seconds = known.seconds + fact.number("duration_s")
            sums[keys] = replace(known, seconds=seconds, crew_id=fact.data["crew_id"])
    return tuple(sums.values())


def signed_on(facts: Iterable[StoredFact]) -> tuple[str, ...]:
    """Who is at the work center now, who came first first."""
    here: dict[str, None] = {}
    for fact in facts:
        if fact.type == "labor.signed_on":
            here[fact.data["operator_id"]] = None
        elif fact.type == "labor.signed_off":
            here.pop(fact.data["operator_id"], None)
    return tuple(here)
