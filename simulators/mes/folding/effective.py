"""What holds: facts after their corrections, and after what was made without an order got one.

A fact is never changed; each correction names its target and counts the corrections of it. They are taken in the order
of that number, whichever came first: a field is what the last one says, and a fact is void if the last one says so.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from simulators.mes.exchange_figures import Correction
from simulators.mes.facts import StoredFact


def corrections(facts: Sequence[StoredFact]) -> tuple[Correction, ...]:
    """Every correction, in the order in which they were told."""
    known = {fact.id for fact in facts}
    return tuple(
        Correction(
            fact.time,
            fact.data["target_id"],
            fact.data["target_type"],
            fact.data["correction_no"],
            fact.data["action"],
            dict(fact.data["after"]),
            fact.code(),
            fact.data["actor"],
            fact.data["target_id"] in known,
        )
        for fact in facts
        if fact.type == "fact.corrected"
    )


def effective(facts: Sequence[StoredFact]) -> tuple[StoredFact, ...]:
    """The facts as they hold, without those that are void; the order stays."""
    chains = _chains(facts)
    void = {target for target, chain in chains.items() if chain[-1].data["action"] == "void"}
    left = [fact for fact in facts if fact.id not in void]
    attached = {
        (fact.source, fact.wc_id, fact.data["execution_id"]): fact for fact in left if fact.type == "operation.attached"
    }
    return tuple(_corrected(_attached(fact, attached), chains.get(fact.id, ())) for fact in left)


def _chains(facts: Iterable[StoredFact]) -> dict[str, list[StoredFact]]:
    chains: dict[str, list[StoredFact]] = {}
    for fact in facts:
        if fact.type == "fact.corrected":
            chains.setdefault(fact.data["target_id"], []).append(fact)
    for chain in chains.values():
        chain.sort(key=lambda fact: int(fact.data["correction_no"]))
    return chains


def _attached(fact: StoredFact, attached: Mapping[tuple[str, str | None, str | None], StoredFact]) -> StoredFact:
    """The fact under the order that it belongs to since."""
    told = attached.get((fact.source, fact.wc_id, fact.correlation_id))
    if told is None:
        return fact
    keys = dict(fact.data["keys"]) | {"order_id": told.key("order_id"), "op_no": told.key("op_no")}
    if keys.get("item_id") is None:
        keys["item_id"] = told.key("item_id")
    return replace(fact, data={**fact.data, "keys": keys}, correlation_id=told.data["op_execution_id"])


def _corrected(fact: StoredFact, chain: Iterable[StoredFact]) -> StoredFact:
    data = fact.data
    for path, value in _changes(chain):
        data = _with(data, path, value)
    return replace(fact, data=data)


def _changes(chain: Iterable[StoredFact]) -> Iterator[tuple[str, str | None]]:
    for correction in chain:
        yield from correction.data["after"].items()


def _with(data: Mapping[str, Any], path: str, value: str | None) -> Mapping[str, Any]:
    head, _, rest = path.partition(".")
    old = data.get(head)
    return {**data, head: _with(old or {}, rest, value) if rest else _alike(old, value)}


def _alike(old: object, value: str | None) -> object:
    """The value, which is told as a text, in the form in which the fact has the field."""
    if value is None:
        return None
    match old:
        case bool():
            return value.lower() == "true"
        case int() | list() | dict():
            return json.loads(value)
    return value
