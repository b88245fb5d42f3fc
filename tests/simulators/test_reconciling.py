from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from typing import Any

from simulators.mes.erp import tell_erp
from simulators.mes.json_report import as_json
from simulators.mes.reconciling import reconciled
from simulators.mes.report import read_report
from simulators.mes.store import Message, Store
from tests.simulators.floor_facts import LATE, SHIFT, Story, reason, segment
from tests.simulators.mes_facts import EVT, iso, payload
from tests.simulators.test_mes_office import summary


def chain(*events: dict[str, Any]) -> str:
    found = ""
    for event in events:
        found = sha256((found + event["id"]).encode()).hexdigest()
    return found


def a_shift() -> Story:
    story = Story()
    story.output("60")
    story.tell("machine.condition_changed", from_condition="IDLE", to_condition="RUNNING", mode="NONE", inferred=False)
    story.scrap("2", "2")
    return story


def summed(story: Story, **told: Any) -> Story:  # noqa: ANN401 - fields of the fact
    counted = [story.events[0], *story.events[2:]]
    order = {"order_id": "PO-1", "op_no": "20", "qty_good": "58", "qty_scrap": "2", "qty_rework": "0"}
    fields: dict[str, Any] = {"qty_good": "58", "qty_scrap": "2", "qty_rework": "0", "orders": [order]}
    fields |= {"facts": len(counted), "first_id": counted[0]["id"], "last_id": counted[-1]["id"]}
    summary(story, **(fields | {"ids_chain": chain(*counted)} | told))
    return story


def test_a_summary_that_tells_what_is_here_has_no_differences() -> None:
    (found,) = reconciled(summed(a_shift()).facts())
    assert (found.kind, found.shift, found.differences) == ("shift", ("2026-03-04", "early"), ())


def test_a_correction_after_the_summary_is_no_difference_of_it() -> None:
    story = summed(a_shift())
    story.correct(story.events[0], 1, "void")
    (found,) = reconciled(story.facts())
    assert found.differences == ()


def test_a_fact_that_is_not_here_shows_in_count_sum_range_and_chain() -> None:
    story = summed(a_shift())
    del story.events[0]
    (found,) = reconciled(story.facts())
    assert {one.what for one in found.differences} == {
        "shift qty_good", "PO-1/20 qty_good", "facts", "first_id", "ids_chain",
    }  # fmt: skip
    told = next(one for one in found.differences if one.what == "shift qty_good")
    assert (told.told, told.held) == ("58", "-2")


def digest(story: Story, of_row: Mapping[str, object] | None = None, **told: Any) -> Story:  # noqa: ANN401 - likewise
    counted = [story.events[0], *story.events[2:]]
    row: dict[str, object] = {
        "order_id": "PO-1", "op_no": "20", "lot_id": None, "shift": SHIFT, "facts": 4, "qty_good": "58",
        "qty_scrap": "2", "qty_rework": "0", "uom": "EA", "consumed": {"CABLE": "60"}, "labor_s": "90", "stop_s": "0",
    }  # fmt: skip
    fields: dict[str, Any] = {"scope": "shift", "start": iso(0), "end": iso(9), "facts": len(counted), "complete": True}
    fields["ranges"] = [{"epoch": "e1", "first": 1, "last": 5}]
    fields["by_type"] = {"output.recorded": 1, "scrap.recorded": 1, "material.consumed": 1, "labor.recorded": 1}
    fields |= {"rows": [row | dict(of_row or {})], "ids_chain": chain(*counted)}
    story.tell("reconciliation.digest", **(fields | told))
    return story


def a_day() -> Story:
    story = a_shift()
    story.consume("CABLE", "L-1", "60", "60")
    worked: dict[str, Any] = {"operator_id": "7", "crew_id": "A", "activity": "direct", "start": iso(0), "end": iso(1)}
    story.tell("labor.recorded", **worked, op_execution_id="op-1", duration_s="90")
    return story


def test_a_digest_is_held_against_what_is_here_row_by_row() -> None:
    assert reconciled(digest(a_day()).facts())[0].differences == ()
    (wrong,) = reconciled(digest(a_day(), facts=5, by_type={"output.recorded": 2}).facts())
    assert [one.what for one in wrong.differences] == [
        "facts", "labor.recorded", "material.consumed", "output.recorded", "scrap.recorded",
    ]  # fmt: skip


def test_a_digest_that_was_asked_for_of_one_shift_leaves_out_what_lies_between_its_facts() -> None:
    story = a_day()
    story.shift = LATE
    story.output("5")
    story.shift = SHIFT
    story.output("1")
    own = [story.events[0], *story.events[2:5], story.events[6]]
    types = {"output.recorded": 2, "scrap.recorded": 1, "material.consumed": 1, "labor.recorded": 1}
    told: dict[str, Any] = {"scope": "request", "facts": 5, "by_type": types, "ids_chain": chain(*own)}
    told["ranges"] = [{"epoch": "e1", "first": 1, "last": 7}]
    row = {"facts": 5, "qty_good": "59"}
    found = reconciled(digest(story, row, **told).facts())
    assert found[0].differences == ()


def test_a_void_fact_is_a_fact_that_adds_nothing() -> None:
    story = a_day()
    wrong = story.output("9")
    story.correct(wrong, 1, "void")
    types = {"output.recorded": 2, "scrap.recorded": 1, "material.consumed": 1, "labor.recorded": 1}
    types["fact.corrected"] = 1
    own = [story.events[0], *story.events[2:]]
    told: dict[str, Any] = {"facts": 6, "by_type": types, "ids_chain": chain(*own)}
    told["ranges"] = [{"epoch": "e1", "first": 1, "last": 7}]
    found = reconciled(digest(story, {"facts": 6}, **told).facts())
    assert found[0].differences == ()


def completed_in_the_next_shift(status: str) -> Story:
    """What the agent says of the shift in which it began."""
    story = a_day()
    story.operation("started", "in_progress")
    story.shift = LATE
    story.operation("completed", "completed")
    story.shift = SHIFT
    types = {"output.recorded": 1, "scrap.recorded": 1, "material.consumed": 1, "labor.recorded": 1}
    told: dict[str, Any] = {"scope": "request", "facts": 5, "by_type": {**types, "operation.started": 1}}
    told |= {"ids_chain": chain(story.events[0], *story.events[2:6])}
    told["ranges"] = [{"epoch": "e1", "first": 1, "last": 7}]
    return digest(story, {"facts": 5, "status": status}, **told)


def test_the_status_that_a_shift_leaves_an_operation_with_is_held_against_what_is_here() -> None:
    assert reconciled(completed_in_the_next_shift("in_progress").facts())[0].differences == ()
    (found,) = reconciled(completed_in_the_next_shift("completed").facts())
    assert [(one.what, one.told, one.held) for one in found.differences] == [
        ("PO-1/20/- status", "completed", "in_progress")
    ]


def test_erp_is_told_sums_by_operation_and_shift_and_no_detail(tmp_path: Path) -> None:
    story = a_day()
    story.operation("started", "in_progress")
    waited = segment(1, 10, 70, reason=reason("NO_MATERIAL", "downtime"))
    carried = segment(2, 70, 100, shift=LATE, reason=reason("NO_MATERIAL", "downtime"), inherited="shift")
    stop: dict[str, Any] = {"stop_id": "s1", "stop_class": "down", "start": iso(10), "end": iso(100), "bridged": False}
    story.tell("stop.closed", **stop, end_uncertain=False, machine_reasons=[], segments=[waited, carried])
    story.shift = LATE
    story.output("38")
    store = tmp_path / "mes.sqlite"
    with Store(store) as opened:
        opened.take([Message(EVT, payload(*story.events), 1000.0)])
        tell_erp(store)
        tell_erp(store)
    with closing(sqlite3.connect(store)) as connection:
        operations = connection.execute(
            "SELECT order_id, op_no, shift_id, qty_good, qty_scrap, labor_s, stop_s FROM erp_operation_shift"
        ).fetchall()
        used = connection.execute("SELECT order_id, shift_id, item_id, qty FROM erp_consumption").fetchall()
        stood = connection.execute("SELECT shift_id, reason, seconds FROM erp_downtime").fetchall()
    assert operations == [
        ("PO-1", "20", "early", "58", "2", "90", "60.0"),
        ("PO-1", "20", "late", "38", "0", "0", "30.0"),
    ]
    assert used == [("PO-1", "early", "CABLE", "60")]
    assert stood == [("early", "NO_MATERIAL", 60.0), ("late", "NO_MATERIAL", 30.0)]


def test_the_report_for_machines_holds_every_figure(tmp_path: Path) -> None:
    with Store(tmp_path / "mes.sqlite") as store:
        store.take([Message(EVT, payload(*digest(a_day()).events), 1000.0)])
    report = json.loads(as_json(read_report(tmp_path / "mes.sqlite")))
    filler = report["work_centers"]["FILL-1"]
    assert (filler["good"], filler["orders"][0]["scrap"]) == ("58", "2")
    assert filler["floor"]["consumption"][0]["operation"] == {"order_id": "PO-1", "op_no": "20"}
    assert report["reconciled"][0]["differences"] == []
    assert not any(word in json.dumps(report) for word in ("price", "cost", "amount"))
