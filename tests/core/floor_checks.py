"""Stations, desk and records against what the facts of them add up to."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from typing import TypeAlias

from pydantic import TypeAdapter

from agent.core.counts.accounts import Cums
from agent.core.discrepancies.concern import Concern
from agent.core.orders.executions import MADE, OPERATIONS
from agent.core.quality.quality import OpenHold
from tests.core.build import T0
from tests.core.floor_oracle import Execution, Oracle
from tests.core.floor_plan import LINE, ORDERS
from tests.core.floor_sums import CATEGORIES, added
from tests.core.floor_sums import MADE as MADE_OF
from tests.core.floor_world import World

Book: TypeAlias = tuple[str, str, str]
"""Work center, then order and operation, or `-` and the execution of a time without an order."""
PER = {"10": Decimal(1), "20": Decimal("0.25")}
"""Of the components that go by output, for one part."""
_CONCERN = TypeAdapter(Concern)


def check_everything(world: World, oracle: Oracle) -> None:
    """Whatever is durable is what the facts say."""
    check_quantities(world, oracle)
    check_register(world, oracle)
    check_holds(world, oracle)
    check_board(world, oracle)
    check_people(world, oracle)
    check_consumption(oracle)
    check_counts(world, oracle)


def books(oracle: Oracle) -> dict[Book, dict[str, int]]:
    """Quantities of every operation, and of every time without an order."""
    sums: dict[Book, dict[str, int]] = defaultdict(lambda: dict.fromkeys(CATEGORIES, 0))
    for fact, data, corrected in oracle.held():
        if fact.data.TYPE not in MADE_OF:
            continue
        keys, center = data["keys"], data["keys"]["wc_id"]
        attached = oracle.attached.get((center, fact.correlation_id or ""))
        if attached is not None and "keys.order_id" not in corrected:
            keys = attached
        order = (keys["order_id"], keys["op_no"]) if keys["order_id"] else ("-", fact.correlation_id or "")
        for category, parts in added(fact.data.TYPE, data).items():
            sums[center, order[0], order[1]][category] += parts
    return sums


def check_quantities(world: World, oracle: Oracle) -> None:
    """Good, scrap, rework and parts of setups, of all that is in progress or has ended."""
    sums = books(oracle)
    for book, made in sums.items():
        assert min(made.values()) >= 0, f"{book} came to {made}"
    for book, cums in kept(world):
        told = sums.get(book, dict.fromkeys(CATEGORIES, 0))
        assert {name: cums[name] for name in CATEGORIES} == told, f"{book} is {cums} here, and {told} by the facts"


def kept(world: World) -> Iterator[tuple[Book, dict[str, int]]]:
    """What the agent itself says, of operations in progress and of those that its records tell of."""
    current = set()
    for wc_id, station in world.durable.stations.items():
        operation = station.state.operations.current
        order = ("-", station.state.operations.none_id)
        if operation is not None:
            order = operation.order_id, operation.op_no
        current.add((wc_id, *order))
        yield (wc_id, *order), vars_of(station.state.output.cums)
    prefix = MADE.key("")
    for key in world.claims:
        if not key.startswith(prefix):
            continue
        wc_id, *names = key.removeprefix(prefix).split(":")
        made = MADE.among(world.claims, wc_id, *names)
        book = (wc_id, names[0] if len(names) > 1 else "-", names[-1])
        if made is not None and book not in current and not attached_elsewhere(world, wc_id, names):
            yield book, vars_of(made.cums)


def attached_elsewhere(world: World, wc_id: str, names: list[str]) -> bool:
    """Whether it is a time without an order that counts for one by now."""
    held = world.claims.get(f"run:{wc_id}:{names[0]}") if len(names) == 1 else None
    return held is not None and '"attached_to":null' not in held


def vars_of(cums: Cums) -> dict[str, int]:
    return {name: getattr(cums, name) for name in CATEGORIES}


def check_register(world: World, oracle: Oracle) -> None:
    """The register has every discrepancy in the one state that the facts leave it in."""
    register = world.durable.desk.state.register
    unresolved = {key: status for key, (status, _) in oracle.concerns.items() if status != "resolved"}
    counts: dict[str, int] = defaultdict(int)
    for status, center in oracle.concerns.values():
        counts[center] += status != "resolved"
    assert dict(register.counts) == {center: count for center, count in counts.items() if count}
    for key, concern in register.live.items():
        assert unresolved.get(key) == concern.status, f"{key} is {concern.status}, by the facts {unresolved.get(key)}"
    for key, (status, _) in oracle.concerns.items():
        assert _CONCERN.validate_json(world.claims[f"dsc:{key}"]).status == status, f"the record of {key}"


def check_holds(world: World, oracle: Oracle) -> None:
    """What is shown as held is held."""
    for station in world.durable.stations.values():
        shown: tuple[OpenHold, ...] = station.state.quality.holds
        for one in shown:
            assert oracle.holds.get(one.hold_id) is False, f"{one} is shown and not held"


def check_board(world: World, oracle: Oracle) -> None:
    """Notes, calls and the last handover."""
    facts = [(fact.data.TYPE, data) for fact, data, _ in oracle.held()]
    for wc_id, station in world.durable.stations.items():
        board, (notes, calls) = station.state.board, oracle.board(wc_id, facts)
        assert {one.note_id: one.text for one in board.notes} == notes
        assert {one.call_id: one.role for one in board.calls} == calls
        signed = [data for kind, data in facts if kind == "shift.handover" and data["keys"]["wc_id"] == wc_id]
        assert (board.handover is None) == (not signed)
        if board.handover is not None:
            name, read = board.handover.handover_id, "shift.handover_acknowledged"
            readers = [data["actor"] for kind, data in facts if kind == read and data["handover_id"] == name]
            assert (name, readers) == (signed[-1]["handover_id"], [board.handover.acknowledged_by][: len(readers)])


def check_people(world: World, oracle: Oracle) -> None:
    """Who is signed on, and how far each execution has come."""
    for wc_id, station in world.durable.stations.items():
        people = {one.operator_id: one.activity for one in station.state.crew.people}
        told = {name: activity for (center, name), activity in oracle.signed_on.items() if center == wc_id}
        assert people == told, f"{people} are signed on at {wc_id}, by the facts {told}"
        operation = station.state.operations.current
        if operation is not None:
            assert oracle.status[wc_id, operation.op_execution_id] == (operation.status, operation.transition_no)
    for key in world.claims:
        if key.startswith(OPERATIONS.key("")):
            wc_id, *names = key.removeprefix(OPERATIONS.key("")).split(":")
            record = OPERATIONS.among(world.claims, wc_id, *names)
            assert record is not None
            current = world.durable.stations[wc_id].state.operations.current
            if current is None or current.op_execution_id != record.op_execution_id:
                told_as = oracle.status.get((wc_id, record.op_execution_id), ("waiting", 0))
                assert told_as == (record.status, record.transition_no), f"the record {key}"


def check_consumption(oracle: Oracle) -> None:
    """Of what goes by output as much was used as was made, once an operation has been left (docs/materials.md)."""
    made: dict[Execution, int] = defaultdict(int)
    used: dict[tuple[Execution, str], Decimal] = defaultdict(Decimal)
    touched = set[Execution]()
    for fact, data, corrected in oracle.held():
        keys, execution = data["keys"], (data["keys"]["wc_id"], fact.correlation_id or "")
        if keys["order_id"] not in ORDERS[LINE] or keys["wc_id"] != LINE or keys["op_no"] != "10":
            continue
        if fact.data.TYPE in MADE_OF:
            made[execution] += sum(added(fact.data.TYPE, data).values())
        elif fact.data.TYPE == "material.consumed" and data["mode"] == "by_output":
            used[execution, data["bom_line"]] += Decimal(data["qty"]) / (2 if data["is_substitute"] else 1)
        if corrected or data["versions"]["bom_version"] != "B1":
            touched.add(execution)
    for key in oracle.corrections:
        touched.add(oracle.execution_of(key))
    touched |= {(center, keys["execution"]) for (center, _), keys in oracle.attached.items()}
    for execution, parts in made.items():
        if execution in touched or oracle.status.get(execution, ("in_progress", 0))[0] in {"in_progress", "paused"}:
            continue
        for line, per in PER.items():
            assert used[execution, line] == per * parts, f"{parts} parts of {execution} used {used[execution, line]}"


def check_counts(world: World, oracle: Oracle) -> None:
    """Every part that the machine counted is told or about to be, as long as nothing about its counters is in doubt."""
    if world.in_doubt:
        return
    station = world.durable.stations[LINE]
    untold = [(fact, json.loads(fact.data.model_dump_json())) for fact in station.untold(T0 + world.now)]
    total = scrap = 0
    for fact, data in [*oracle.told, *untold]:
        counted = data.get("counter") is not None or data.get("source") == "plc"
        if fact.data.TYPE in MADE_OF and data["keys"]["wc_id"] == LINE and counted:
            parts = added(fact.data.TYPE, data)
            total += sum(parts.values())
            scrap += parts.get("scrap", 0)
    assert (total, scrap) == world.counted, f"{total} parts and {scrap} rejects are told, and {world.counted} were read"
