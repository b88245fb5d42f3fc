"""What can be known of a plant by its facts alone, written apart from the agent, and held against itself."""

from __future__ import annotations

import json
from collections import defaultdict
from decimal import Decimal
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeAlias

from jsonschema import Draft202012Validator

from agent.core.facts import Fact
from tests.core.floor_plan import ORDERS

Json: TypeAlias = dict[str, Any]
Execution: TypeAlias = tuple[str, str]
"""Work center and correlation id."""
SCHEMAS = Path(__file__).parents[2] / "docs" / "schemas"
MADE = ("output.recorded", "scrap.recorded", "rework.recorded", "quantity.adjusted")
UNIT = (*MADE, "material.consumed")
DETAIL = {"machine.condition_changed"}
NEXT: dict[str | None, set[str]] = {
    None: {"in_progress"},
    "waiting": {"in_progress"},
    "in_progress": {"paused", "partially_completed", "completed", "stopped", "aborted"},
    "paused": {"in_progress", "partially_completed", "completed", "stopped", "aborted"},
    "partially_completed": {"in_progress"},
    "stopped": {"in_progress"},
    "completed": set(),
    "aborted": set(),
}
CONCERNS: dict[str, dict[str | None, str]] = {
    "raised": {None: "open"},
    "acknowledged": {"open": "acknowledged"},
    "expired": {"open": "expired", "acknowledged": "expired"},
    "resolved": {"open": "resolved", "acknowledged": "resolved", "expired": "resolved"},
}


@cache
def schema_of(kind: str) -> Draft202012Validator:
    """The published schema of a type of facts."""
    return Draft202012Validator(json.loads((SCHEMAS / f"{kind}.v1.json").read_text(encoding="utf-8")))


class Oracle:
    """Reads facts in the order of their sequence; a fact that cannot be after those before it fails."""

    def __init__(self) -> None:
        self.told: list[tuple[Fact, Json]] = []
        self.ids: set[str] = set()
        self.keys: set[str] = set()
        self.corrections: dict[str, list[Json]] = defaultdict(list)
        self.attached: dict[Execution, Json] = {}
        self.status: dict[Execution, tuple[str, int]] = {}
        self.concerns: dict[str, tuple[str, str]] = {}
        """By id: status and work center."""
        self.holds: dict[str, bool] = {}
        """By id, whether it is released."""
        self.signed_on: dict[tuple[str, str], str] = {}
        self.worked: dict[tuple[str, str], str] = {}
        """By work center and person: until when work was told."""
        self.known_lots: set[str] = set()
        self.known_serials: set[str] = set()
        self.parent_of: dict[tuple[str, str], str] = {}
        self.chains: dict[str, tuple[int, str | None, str | None, str]] = {}
        self.clock_set = False
        """Since then intervals may overlap."""

    def take(self, fact: Fact) -> None:
        """One more fact."""
        kind, data = fact.data.TYPE, json.loads(fact.data.model_dump_json())
        schema_of(kind).validate(data)
        assert str(fact.id) not in self.ids, f"two facts have the id {fact.id}"
        # A unit is one part of its operation wherever it is counted (domain.md K14): two work centers would double it.
        key = f"{data['keys']['wc_id']} {fact.natural_key}" if kind == "output.recorded" else fact.natural_key
        assert key not in self.keys, f"{key} names two happenings"
        self.ids.add(str(fact.id))
        self.keys.add(key)
        self._says_what_it_is_about(fact, kind, data)
        family, _, name = kind.partition(".")
        rules = {"operation": self._operation, "discrepancy": self._discrepancy, "hold": self._hold}
        if family in rules:
            rules[family](fact, name, data)
        elif family == "labor":
            self._labor(name, data)
        elif kind == "fact.corrected":
            self._correction(data)
        elif kind == "shift.summary":
            self._summary(data)
        elif kind == "shift.handover":
            self._handover(data)
        elif kind == "genealogy.linked":
            self._link(data)
        elif kind in {"lot.loaded", "lot.split", "serial.assigned"} or data["keys"]["serial"] or data.get("lot_out"):
            self._name(kind, data)
        elif kind == "clock.stepped":
            self.clock_set = True
        self._chain(fact, kind, data)
        self.told.append((fact, data))

    def _says_what_it_is_about(self, fact: Fact, kind: str, data: Json) -> None:
        keys = data["keys"]
        if kind not in UNIT:
            return
        assert data["uom"], f"{kind} says no unit"
        assert fact.correlation_id, f"{kind} says no execution"
        if keys["order_id"] is not None:
            assert keys["op_no"], f"{kind} of {keys['order_id']} says no operation"
            if keys["order_id"] in ORDERS[keys["wc_id"]] and keys["op_no"] == "10":
                assert data["versions"]["bom_version"], f"{kind} of {keys} says no version"

    # Operations.

    def _operation(self, fact: Fact, name: str, data: Json) -> None:
        if name == "attached":
            place = (data["keys"]["wc_id"], data["execution_id"])
            assert place not in self.attached, f"{place} is attached twice"
            self.attached[place] = data["keys"] | {"execution": data["op_execution_id"]}
            return
        place = (data["keys"]["wc_id"], data["op_execution_id"])
        before, number = self.status.get(place, (None, 0))
        assert data["from_status"] in {before, "waiting" if before is None else before}, f"{place} was {before}"
        assert data["to_status"] in NEXT[before], f"{place} went from {before} to {data['to_status']}"
        assert data["transition_no"] == number + 1, f"{place} came to transition {data['transition_no']} from {number}"
        self.status[place] = (data["to_status"], data["transition_no"])
        assert fact.correlation_id == data["op_execution_id"]
        running = [key for key, (status, _) in self.status.items() if key[0] == place[0] and status in NEXT["waiting"]]
        assert len(running) <= 1, f"{running} are in progress at once"

    # Corrections.

    def _correction(self, data: Json) -> None:
        told = self.corrections[data["target_id"]]
        assert data["target_id"] in self.ids, f"{data['target_id']} is corrected and is no fact"
        assert data["correction_no"] == len(told) + 1, f"correction {data['correction_no']} of {data['target_id']}"
        told.append(data)

    def execution_of(self, fact_id: str) -> Execution:
        """What a fact belongs to."""
        fact, data = next(one for one in self.told if str(one[0].id) == fact_id)
        return data["keys"]["wc_id"], fact.correlation_id or ""

    def held(self) -> list[tuple[Fact, Json, frozenset[str]]]:
        """Every fact that is not void as it is by now, with the paths that were corrected."""
        found = []
        for fact, data in self.told:
            told = self.corrections.get(str(fact.id))
            if told is None:
                found.append((fact, data, frozenset[str]()))
            elif told[-1]["action"] != "void":
                after = told[-1]["after"]
                now: Json = json.loads(json.dumps(data))
                for path, value in after.items():
                    _put(now, path.split("."), value)
                found.append((fact, now, frozenset(after)))
        return found

    # What hangs at a work center.

    def board(self, wc_id: str, facts: list[tuple[str, Json]]) -> tuple[dict[str, str], dict[str, str]]:
        """The open notes with their texts and the open calls with their roles, by id."""
        notes: dict[str, str] = {}
        calls: dict[str, str] = {}
        of_here = [(kind, data) for kind, data in facts if data["keys"]["wc_id"] == wc_id]
        closed = {data["note_id"] for kind, data in of_here if kind == "shift.note_closed"}
        answered = {data["call_id"] for kind, data in of_here if kind == "call.answered"}
        for kind, data in of_here:
            if kind == "shift.note_recorded" and data["note_id"] not in closed:
                notes[data["note_id"]] = data["text"]
            if kind == "call.raised" and data["call_id"] not in answered:
                calls[data["call_id"]] = data["role"]
        return notes, calls

    def _handover(self, data: Json) -> None:
        center = data["keys"]["wc_id"]
        open_ones = {name for name, (status, at) in self.concerns.items() if at == center and status != "resolved"}
        assert data["open_discrepancies"] == len(open_ones), f"{open_ones} are open at {center}"
        assert open_ones.issuperset(data["discrepancy_ids"])
        notes, calls = self.board(center, [(fact.data.TYPE, told) for fact, told, _ in self.held()])
        assert {one["note_id"]: one["text"] for one in data["notes"]} == notes
        assert set(data["calls"]) == calls.keys()

    # Discrepancies.

    def _discrepancy(self, _: Fact, name: str, data: Json) -> None:
        key = data["discrepancy_id"]
        status, center = self.concerns.get(key, (None, data["keys"]["wc_id"] or "-"))
        assert status in CONCERNS[name], f"{key} is {status} and was {name}"
        self.concerns[key] = CONCERNS[name][status], center

    # Holds and people.

    def _hold(self, _: Fact, name: str, data: Json) -> None:
        key = data["hold_id"]
        if name == "placed":
            assert key not in self.holds
        else:
            assert self.holds.get(key) is False, f"{key} is released and was not held"
        self.holds[key] = name == "released"

    def _labor(self, name: str, data: Json) -> None:
        place = data["keys"]["wc_id"], data["operator_id"]
        if name == "signed_on":
            assert place not in self.signed_on, f"{place} signed on twice"
            self.signed_on[place] = data["activity"]
        elif name == "signed_off":
            assert self.signed_on.pop(place, None) == data["activity"], f"{place} signed off and was not on"
            assert Decimal(data["duration_s"]) >= 0
        elif name == "recorded":
            assert place in self.signed_on, f"{place} worked and was not signed on"
            assert data["start"] < data["end"]
            assert self.clock_set or data["start"] >= self.worked.get(place, ""), f"work of {place} overlaps"
            self.worked[place] = data["end"]

    # Units and lots.

    def _name(self, kind: str, data: Json) -> None:
        if kind == "lot.loaded":
            self.known_lots.add(data["keys"]["lot_id"])
        if kind == "lot.split":
            self.known_lots.update(part["lot_id"] for part in data["into"])
        if data["keys"]["serial"]:
            self.known_serials.add(data["keys"]["serial"])

    def _link(self, data: Json) -> None:
        center = data["keys"]["wc_id"]
        parent = data["parent_serial"] or f"lot:{data['parent_lot']}"
        assert (data["parent_serial"] is None) != (data["parent_lot"] is None)
        by_hand = data["quality"]["entry"] == "manual" and data["parent_serial"] is not None
        for child in data["removed"]:
            if child["serial"] is not None:
                assert self.parent_of.pop((center, child["serial"]), None) == parent, f"{child} was not in {parent}"
        for child in data["children"]:
            if child["serial"] is not None:
                assert (center, child["serial"]) not in self.parent_of, f"{child['serial']} is in two units"
                self.parent_of[center, child["serial"]] = parent
                self._is_no_circle(center, child["serial"])
            elif not by_hand:
                assert child["lot_id"] in self.known_lots, f"{child['lot_id']} went into {parent}, never loaded"
        if by_hand:
            self.known_lots.update(child["lot_id"] for child in data["children"] if child["lot_id"])
            assert parent in self.known_serials, f"{parent} has components and was never heard of"
        else:
            assert set(data["child_lots"]) <= self.known_lots
        self.known_serials.update(child["serial"] for child in data["children"] if child["serial"])
        if data["parent_serial"]:
            self.known_serials.add(parent)

    def _is_no_circle(self, center: str, serial: str) -> None:
        seen = [serial]
        while (center, seen[-1]) in self.parent_of:
            seen.append(self.parent_of[center, seen[-1]])
            assert seen[-1] not in seen[:-1], f"{serial} is in itself: {seen}"

    # Shifts.

    def _chain(self, fact: Fact, kind: str, data: Json) -> None:
        center = data["keys"]["wc_id"]
        if center is None or kind in DETAIL or kind == "shift.summary":
            return
        number, first, _, value = self.chains.get(center, (0, None, None, ""))
        name = str(fact.id)
        self.chains[center] = number + 1, first or name, name, sha256((value + name).encode()).hexdigest()

    def _summary(self, data: Json) -> None:
        center = data["keys"]["wc_id"]
        chain = self.chains.pop(center, (0, None, None, ""))
        assert (data["facts"], data["first_id"], data["last_id"], data["ids_chain"]) == chain, f"chain of {data}"
        names = ("qty_good", "qty_scrap", "qty_rework", "labor_s")
        for name in names:
            assert sum(Decimal(one[name]) for one in data["orders"]) == Decimal(data[name]), f"{name} of {data}"


def _put(data: Json, path: list[str], value: str | None) -> None:
    head, *rest = path
    if rest:
        data[head] = dict(data[head] or {})
        _put(data[head], rest, value)
    else:
        structured = value is not None and isinstance(data.get(head), bool | int | list | dict)
        data[head] = json.loads(value or "") if structured else value
