"""Scenario S1: 20 units of 5 components; lots scanned, checks, a 40-minute stop, one unit repaired and written off."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path

import pytest

from simulators.script import Episode, Kind
from tests.floor.looking import lineside
from tests.floor.plant import Document, Floor, Made, a_day
from tests.floor.scenes import a_script, an_order, codes, versions
from tests.floor.strangers import strangers_report

WC = "ASM-1"
ORDER = "PO-1"
LOTS = {"HOUSING": "H-1", "BOARD": "B-1", "CABLE": "C-1", "SCREW": "S-1", "CARTON": "K-1"}
GTIN = "09521234543213"
"""Of a housing, whose boxes have a GS1 label: content, count and lot."""
LABELS = {item: f"LOT:{lot}:{item}" for item, lot in LOTS.items()} | {"HOUSING": f"]d202{GTIN}37100\x1d10H-1"}
SCRIPT = a_script(WC, Episode(Kind.BREAKDOWN, 630.0, 2400.0), cycle_s=60.0, length_s=3600.0 + 30.0)
UNITS = [f"U-{number:03}" for number in range(1, 21)]
FAULTY, DROPPED = UNITS[6], UNITS[12]


def line(number: str, item: str, qty: str, mode: str) -> Document:
    return {"line": number, "item_id": item, "qty_per": qty, "uom": "EA", "mode": mode}


BOM = [
    line("10", "HOUSING", "1", "unit"),
    line("20", "BOARD", "1", "unit"),
    line("30", "CABLE", "1", "unit"),
    line("40", "SCREW", "4", "unit"),
    line("50", "CARTON", "1", "unit"),
]
CHECKS = [
    {"check_id": "BOARD-IN", "kind": "incoming", "component": "BOARD", "sampling": "per_lot", "mandatory": True},
    {"check_id": "FINAL", "kind": "final", "sampling": "every_unit", "mandatory": True},
]
PEOPLE = [
    {"operator_id": "OP-1", "name": "Aigerim", "roles": ["operator"], "crew_id": "A"},
    {"operator_id": "OP-2", "name": "Pavel", "roles": ["operator"], "crew_id": "A"},
    {"operator_id": "SV-1", "name": "Marat", "roles": ["supervisor"], "crew_id": "A"},
]


def publish(floor: Floor) -> None:
    """All that the MES owns of it."""
    floor.publish("operators", {"operators": PEOPLE})
    floor.publish("reasons", {"reasons": [{"code": "WAIT_TECH", "text": {"en": "Waiting for a technician"}}]})
    for name, known in (
        ("defects", "DEAD_BOARD"),
        ("deviations", "REPAIR"),
        ("causes", "SUPPLIER"),
        ("skips", "SCRAPPED"),
    ):
        floor.publish(name, codes(known))
    floor.publish("items/PUMP", {"item_id": "PUMP", "uom": "EA", "serial_issuer": "external"})
    floor.publish("items/HOUSING", {"item_id": "HOUSING", "uom": "EA", "gtins": [{"gtin": GTIN}]})
    floor.publish("boms/PUMP", {"item_id": "PUMP", "versions": versions("bom_version", "3", lines=BOM)})
    floor.publish("checks/PUMP", {"item_id": "PUMP", "versions": versions("limits_version", "7", checks=CHECKS)})
    for item, lot in LOTS.items():
        floor.publish(f"lots/{lot}", {"lot_id": lot, "item_id": item, "qty": "100", "uom": "EA"})
    trace = {"lots": True, "serials": True}
    floor.publish(f"orders/{ORDER}", an_order(ORDER, item_id="PUMP", qty_planned="20", trace=trace), wc=WC)


def assemble(floor: Floor, units: list[str]) -> None:
    """Each unit is scanned and passes its final check, but for the two that do not."""
    for unit in units:
        assert floor.scan(WC, f"SN:{unit}")["accepted"]
        if unit == DROPPED:
            floor.enter(WC, "raise_nc", serial=unit, defect_code="DEAD_BOARD", comment="dropped")
            floor.enter(WC, "dispose_nc", actor="SV-1", serial=unit, disposition="write_off")
        elif unit != FAULTY:
            floor.enter(WC, "record_check", check_id="FINAL", result="pass", serial=unit)
        else:
            fail(floor, unit)


def fail(floor: Floor, unit: str) -> None:
    """It fails, is repaired with an extra cable, fails again and is written off."""
    failed = {"check_id": "FINAL", "result": "fail", "serial": unit, "defect_code": "DEAD_BOARD", "cause": "SUPPLIER"}
    floor.enter(WC, "record_check", **failed)
    floor.enter(WC, "dispose_nc", serial=unit, disposition="repair", corrective_action="new cable")
    floor.enter(WC, "consume", lot_id=LOTS["CABLE"], qty="1", reason="REPAIR", serial=unit)
    floor.enter(WC, "record_check", **failed)
    floor.enter(WC, "dispose_nc", actor="SV-1", serial=unit, disposition="write_off")


def prepare(floor: Floor) -> None:
    """All before the machine runs."""
    publish(floor)
    for person in ("OP-1", "OP-2", "SV-1"):
        floor.enter(WC, "sign_on", operator_id=person)
    floor.enter(WC, "start_operation", order_id=ORDER)
    for label in LABELS.values():
        assert floor.scan(WC, label)["accepted"]
    floor.enter(WC, "record_check", check_id="BOARD-IN", result="pass", lot_id=LOTS["BOARD"])


@contextmanager
def a_day_of_pumps(folder: Path) -> Iterator[Floor]:
    """The whole scenario, when it is over."""
    made = Made(scripts=(SCRIPT,), speed=240.0, of_machine={"output": {"count_by": "serial"}})
    with a_day(made, folder, prepare) as floor:
        floor.until_plant(620.0)
        assemble(floor, UNITS[:10])
        floor.until_plant(900.0)
        floor.enter(WC, "set_reason", code="WAIT_TECH")
        floor.until_plant(3700.0)
        assemble(floor, UNITS[10:])
        # The unit that was dropped never came to its final check.
        assert floor.try_to(WC, "complete_operation")["code"] == "CHECKS_DUE"
        floor.enter(WC, "skip_check", check_id="FINAL", reason="SCRAPPED")
        floor.enter(WC, "complete_operation")
        floor.delivered()
        yield floor


@pytest.fixture(scope="module")
def pumps(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Floor]:
    with a_day_of_pumps(tmp_path_factory.mktemp("s1")) as floor:
        yield floor


@pytest.mark.requirement(17)
def test_18_are_good_and_2_scrap(pumps: Floor) -> None:
    done = pumps.one("operation.completed", order_id=ORDER)
    assert (done["qty_good"], done["qty_scrap"], done["qty_rework"]) == ("18", "2", "0")
    told = sum(int(one["qty_good"]) for one in pumps.mes("output.recorded", order_id=ORDER))
    taken = sum(int(one["qty_from_good"]) for one in pumps.mes("rework.recorded", "scrap.recorded"))
    assert told - taken == 18
    assert sum(Decimal(one["qty_scrap"]) for one in pumps.mes("scrap.recorded", order_id=ORDER)) == 2


@pytest.mark.requirement(21)
def test_the_stop_of_2400_seconds_has_its_reason(pumps: Floor) -> None:
    [stop] = [one for one in pumps.mes("stop.closed", wc_id=WC) if one["duration_s"] == "2400.000"]
    assert (stop["reason"]["code"], stop["keys"]["order_id"]) == ("WAIT_TECH", ORDER)


@pytest.mark.requirement(24)
@pytest.mark.requirement(28)
@pytest.mark.requirement(42)
def test_the_cable_is_over_the_norm_tied_to_its_lot_and_operation_with_its_reason(pumps: Floor) -> None:
    used = pumps.mes("material.consumed", order_id=ORDER, item_id="CABLE")
    assert sum(Decimal(one["qty"]) for one in used) == 21
    [over] = [one for one in used if Decimal(one["over_qty"]) > 0]
    assert (over["over_qty"], over["keys"]["lot_id"], over["keys"]["op_no"]) == ("1", LOTS["CABLE"], "10")
    assert (over["reason"]["code"], over["parent_serial"]) == ("REPAIR", FAULTY)


@pytest.mark.requirement(37)
@pytest.mark.requirement(38)
def test_both_dispositions_are_there_and_the_unit_keeps_its_serial(pumps: Floor) -> None:
    told = [(one["serial"], one["disposition"]) for one in pumps.mes("nc.dispositioned")]
    assert told == [(FAULTY, "repair"), (FAULTY, "write_off"), (DROPPED, "write_off")]


@pytest.mark.requirement(39)
@pytest.mark.requirement(40)
def test_it_is_known_which_component_lots_went_into_which_serials(pumps: Floor) -> None:
    linked: dict[str, set[tuple[str, str]]] = {}
    for one in pumps.mes("genealogy.linked", order_id=ORDER):
        children = {(child["item_id"], child["lot_id"]) for child in one["children"]}
        linked.setdefault(one["parent_serial"], set()).update(children)
    assert linked.keys() == set(UNITS)
    assert all(children >= set(LOTS.items()) for children in linked.values())
    scanned = {one["scan_text"]: one["keys"] for one in pumps.mes("lot.loaded", order_id=ORDER)}
    assert {text: (one["op_no"], one["item_id"], one["lot_id"]) for text, one in scanned.items()} == {
        LABELS[item]: ("10", item, lot) for item, lot in LOTS.items()
    }


@pytest.mark.requirement(33)
@pytest.mark.requirement(35)
def test_incoming_and_final_checks_are_told_apart_with_who_and_where(pumps: Floor) -> None:
    checks = pumps.mes("quality.checked", order_id=ORDER)
    kinds = [(one["check_id"], one["kind"], one["result"]) for one in checks]
    assert kinds.count(("BOARD-IN", "incoming", "pass")) == 1
    assert kinds.count(("FINAL", "final", "pass")) == 18
    assert kinds.count(("FINAL", "final", "fail")) == 2
    assert {(one["actor"], one["place"]) for one in checks} == {("OP-1", WC)}


@pytest.mark.requirement(34)
def test_a_mandatory_check_that_was_not_made_is_told_with_its_reason(pumps: Floor) -> None:
    skipped = pumps.one("quality.check_skipped", order_id=ORDER)
    assert (skipped["check_id"], skipped["reason"]["code"], skipped["mandatory"]) == ("FINAL", "SCRAPPED", True)


@pytest.mark.requirement(31)
def test_all_performers_of_the_operation_are_named(pumps: Floor) -> None:
    assert pumps.one("operation.completed", order_id=ORDER)["performers"] == ["OP-1", "OP-2", "SV-1"]


@pytest.mark.requirement(100)
def test_plan_against_fact_is_told_on_one_page_with_the_reasons(pumps: Floor) -> None:
    (center,) = json.loads(lineside(pumps, "reconcile", "--order", ORDER, "--json"))["centers"]
    (operation,) = center["deviations"]["operations"]
    made = [operation[name] for name in ("op_no", "status", "planned", "good", "scrap", "rework")]
    assert made == ["10", "completed", "20", "18", "2", "0"]
    assert operation["scrapped"] == [{"defect_code": "DEAD_BOARD", "qty": "2"}]
    assert [(one["item_id"], one["norm"], one["used"], one["over"]) for one in operation["materials"]] == [
        ("HOUSING", "20", "20", "0"),
        ("BOARD", "20", "20", "0"),
        ("CABLE", "20", "21", "1"),
        ("SCREW", "80", "80", "0"),
        ("CARTON", "20", "20", "0"),
    ]
    [over] = operation["over"]
    assert (over["lot_id"], over["qty"], over["reason"], over["serials"]) == (LOTS["CABLE"], "1", "REPAIR", [FAULTY])
    stops = [(one["reason"], one["seconds"], one["stops"]) for one in operation["stops"]]
    assert ("WAIT_TECH", "2400.000", 1) in stops
    assert [(one["check_id"], one["reason"]) for one in operation["skipped"]] == [("FINAL", "SCRAPPED")]
    [open_one] = center["deviations"]["open_discrepancies"]
    raised = pumps.one("discrepancy.raised", order_id=ORDER)
    assert (open_one["code"], open_one["owner_role"]) == ("consumption_over_norm", "supervisor")
    assert open_one["due"] == raised["due"]
    page = lineside(pumps, "reconcile", "--order", ORDER).splitlines()
    assert len(page) <= 60
    assert max(map(len, page)) <= 120


def test_it_is_told_where_a_component_lot_went(pumps: Floor) -> None:
    (center,) = json.loads(lineside(pumps, "reconcile", "--lot", LOTS["CABLE"], "--json"))["centers"]
    [use] = center["lot"]["uses"]
    assert (use["order_id"], use["op_no"], use["item_id"]) == (ORDER, "10", "CABLE")
    assert [use[name] for name in ("loaded", "used", "over", "left")] == ["100", "21", "1", "79"]
    assert use["reasons"] == ["REPAIR"]
    assert sorted(use["units"]) == UNITS


@pytest.fixture(scope="module")
def strangers(pumps: Floor) -> Iterator[Document]:
    """What an MES with an empty store, written by somebody who knows the contract's pages alone, makes of it all."""
    pumps.stop_mes()
    with strangers_report(pumps) as report:
        yield report


def test_an_mes_that_was_written_from_the_pages_alone_gets_every_fact_once_and_rejects_none(
    pumps: Floor, strangers: Document
) -> None:
    [source] = strangers["sources"].values()
    assert source["through"] == source["stored"] >= len(pumps.sequences())
    assert (source["gaps"], source["rejected"], source["conflicts"], source["withheld"]) == ([], [], 0, 0)


def test_it_agrees_with_the_truth(strangers: Document) -> None:
    made = strangers["work_centers"][WC][f"{ORDER}/10"]
    assert [made[name] for name in ("good", "scrap", "rework", "status")] == ["18", "2", "0", "completed"]
    assert made["stops_s"]["WAIT_TECH"] == "2400"
    used = {one["item_id"]: (one["lot_id"], one["qty"], one["over_qty"]) for one in made["consumption"]}
    assert used["CABLE"] == (LOTS["CABLE"], "21", "1")
    assert used["SCREW"] == (LOTS["SCREW"], "80", "0")
    into = {serial: {(child["item_id"], child["lot_id"]) for child in got} for serial, got in made["genealogy"].items()}
    assert into == {serial: set(LOTS.items()) for serial in UNITS}
