"""Names of lots, units and reasons: who issues them, the same text on every way, and none that looks like another."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from agent.commands.client import get
from tests.floor.plant import Document, Floor, Made, a_floor
from tests.floor.scenes import an_order, codes, versions

WC = "BENCH-1"
BENCH: Document = {"work_center": WC, "manual": True, "units": {"serial_template": "ALA-{n:05}"}}
APPLIED = "agent.directory_applied"
LINE = {"line": "10", "item_id": "LID", "qty_per": "1", "uom": "EA", "mode": "unit"}
ODD = "00-Ab/é+%#"
LONGEST = "0" * 30 + "x" * 34
NAMES = [ODD, LONGEST, "007"]


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Floor]:
    with a_floor(Made(machines=(BENCH,), speed=10.0), tmp_path_factory.mktemp("identifiers")) as floor:
        yield floor


def begun(bench: Floor, order_id: str, item: Document, **order: object) -> None:
    """An item, and an order of it in progress."""
    bench.publish(f"items/{item['item_id']}", {"uom": "EA", **item})
    bench.publish(f"orders/{order_id}", an_order(order_id, item_id=item["item_id"], **order), wc=WC)
    bench.enter(WC, "start_operation", order_id=order_id)


def ended(bench: Floor) -> None:
    bench.enter(WC, "complete_operation")
    bench.delivered()


@pytest.mark.requirement(54)
def test_the_item_says_who_issues_serials_and_nobody_else_does(bench: Floor) -> None:
    begun(bench, "PO-54A", {"item_id": "PUMP", "serial_issuer": "external"})
    assert bench.try_to(WC, "assign_serial")["code"] == "SERIALS_FROM_ELSEWHERE"
    assert bench.scan(WC, "SN:FROM-OUTSIDE")["accepted"]
    ended(bench)
    begun(bench, "PO-54B", {"item_id": "MOTOR", "serial_issuer": "agent"})
    bench.enter(WC, "assign_serial", count="2")
    ended(bench)
    issued = {"prefix": "M", "first": 7, "last": 8, "digits": 3}
    begun(bench, "PO-54C", {"item_id": "VALVE", "serial_issuer": "mes"}, trace={"serial_range": issued})
    bench.enter(WC, "assign_serial", count="2")
    assert bench.try_to(WC, "assign_serial")["code"] == "RANGE_USED_UP"
    ended(bench)
    begun(bench, "PO-54D", {"item_id": "VALVE-2", "serial_issuer": "mes"})
    assert bench.try_to(WC, "assign_serial")["code"] == "SERIALS_FROM_ELSEWHERE"
    ended(bench)
    told = [(one["keys"]["item_id"], one["keys"]["serial"], one["issuer"]) for one in bench.mes("serial.assigned")]
    assert told == [
        *(("MOTOR", f"ALA-0000{number}", "agent") for number in (1, 2)),
        *(("VALVE", f"M00{number}", "mes") for number in (7, 8)),
    ]


@pytest.mark.requirement(54)
def test_the_item_says_who_issues_lots_that_are_made_and_nobody_else_does(bench: Floor) -> None:
    begun(bench, "PO-54E", {"item_id": "SOAP", "lot_issuer": "agent"})
    assert bench.try_to(WC, "start_lot", lot_id="MINE")["code"] == "LOT_ISSUED_HERE"
    bench.enter(WC, "report_good", qty="1")
    ended(bench)
    begun(bench, "PO-54F", {"item_id": "CREAM", "lot_issuer": "mes"}, trace={"lot_out": "OUT-1"})
    assert bench.try_to(WC, "start_lot", lot_id="MINE")["code"] == "LOT_FROM_MES"
    bench.enter(WC, "report_good", qty="1")
    ended(bench)
    begun(bench, "PO-54G", {"item_id": "PASTE", "lot_issuer": "external"})
    assert bench.try_to(WC, "start_lot")["code"] == "MISSING_ARGUMENT"
    bench.enter(WC, "start_lot", lot_id="ERP-1")
    bench.enter(WC, "report_good", qty="1")
    ended(bench)
    lots = {one["keys"]["item_id"]: one["lot_out"] for one in bench.mes("output.recorded")}
    assert lots == {"SOAP": f"{WC}-L00001", "CREAM": "OUT-1", "PASTE": "ERP-1"}


@pytest.mark.requirement(55)
def test_where_nobody_said_lots_come_from_outside_and_serials_are_assigned_here(bench: Floor) -> None:
    begun(bench, "PO-55", {"item_id": "PLAIN"})
    assert bench.try_to(WC, "start_lot")["code"] == "MISSING_ARGUMENT"
    bench.enter(WC, "start_lot", lot_id="OUTSIDE-7")
    bench.enter(WC, "assign_serial")
    bench.enter(WC, "report_good", qty="1")
    ended(bench)
    assert bench.one("output.recorded", order_id="PO-55")["lot_out"] == "OUTSIDE-7"
    assert bench.one("serial.assigned", order_id="PO-55")["issuer"] == "agent"


@pytest.mark.requirement(56)
def test_a_name_is_the_same_text_from_the_directory_and_the_label_to_every_fact(bench: Floor) -> None:
    bench.publish("boms/CUP", {"item_id": "CUP", "versions": versions("bom_version", "3", lines=[LINE])})
    begun(bench, "PO-56", {"item_id": "CUP", "serial_issuer": "external"})
    for name in NAMES:
        bench.publish(f"lots/{name}", {"lot_id": name, "item_id": "LID", "qty": "9", "uom": "EA"})
        assert bench.scan(WC, f"LOT:{name}:LID")["accepted"]
        assert bench.scan(WC, f"SN:{name}")["accepted"]
        bench.enter(WC, "unload_lot", lot_id=name)
    assert bench.scan(WC, f"SN:{LONGEST}0")["code"] == "TOO_LONG"
    assert bench.scan(WC, f"LOT:{LONGEST}0:LID")["code"] == "TOO_LONG"
    ended(bench)
    for type_ in ("lot.loaded", "material.consumed", "lot.unloaded"):
        assert [one["keys"]["lot_id"] for one in bench.mes(type_, order_id="PO-56")] == NAMES, type_
    linked = bench.mes("genealogy.linked", order_id="PO-56")
    assert [one["parent_serial"] for one in linked] == NAMES
    assert [[child["lot_id"] for child in one["children"]] for one in linked] == [[name] for name in NAMES]
    listed = json.loads(get(bench.folder / "agent.sock", "/v1/directories"))["directories"]
    assert {f"lots/{name}" for name in NAMES} <= {one["name"] for one in listed}


@pytest.mark.requirement(57)
def test_a_reason_or_a_lot_that_the_other_systems_do_not_have_is_refused_or_raised(bench: Floor) -> None:
    bench.publish("reasons", {"rev": "R9", "reasons": [{"code": "JAM", "text": {"en": "Jam"}}]})
    bench.publish("defects", codes("DENT"))
    begun(bench, "PO-57", {"item_id": "CAN"})
    bench.enter(WC, "report_good", qty="5")
    bench.enter(WC, "start_stop", code="JAM")
    for code in ("jam", "JAM ", "J AM", "BROKEN"):
        assert bench.try_to(WC, "set_reason", code=code)["code"] == "UNKNOWN_REASON", code
        assert bench.try_to(WC, "report_scrap", qty="1", defect_code=code)["code"] == "UNKNOWN_DEFECT", code
    bench.enter(WC, "end_stop")
    bench.enter(WC, "report_scrap", qty="1", defect_code="DENT")
    bench.publish("lots/KNOWN", {"lot_id": "KNOWN", "item_id": "LID", "uom": "EA"})
    assert bench.scan(WC, "LOT:STRANGE:LID")["accepted"]
    ended(bench)
    stop = bench.one("stop.closed", order_id="PO-57")["reason"]
    assert (stop["code"], stop["dir"], stop["rev"]) == ("JAM", "reasons", "R9")
    assert bench.one("scrap.recorded", order_id="PO-57")["defect_code"] == "DENT"
    raised = [(one["code"], one["evidence"]["lot_id"]) for one in bench.mes("discrepancy.raised", order_id="PO-57")]
    assert raised == [("lot_unresolved", "STRANGE")]


@pytest.mark.requirement(58)
def test_a_list_with_codes_that_are_mistaken_for_each_other_is_refused_whole(bench: Floor) -> None:
    bench.publish("causes", {"rev": "good", **codes("WET", "WEAR")})
    bench.publish("orders/PO-58", an_order("PO-58"), wc=WC)
    bench.enter(WC, "start_operation", order_id="PO-58")
    for number, other in enumerate(("wet", "W ET", " WET", "0WET", "WET\u200b")):
        bench.publish("causes", {"rev": f"bad-{number}", **codes("WET", "NEW", other)})
        told = [one for one in bench.mes(APPLIED) if one["name"] == "causes"]
        assert [one["outcome"] for one in told] == ["applied", *["refused"] * (number + 1)], other
    nc = {"qty": "1", "defect_code": "DENT"}
    assert bench.try_to(WC, "raise_nc", **nc, cause="NEW")["code"] == "UNKNOWN_CAUSE", "nothing of them is taken"
    bench.enter(WC, "raise_nc", **nc, cause="WEAR")
    ended(bench)
    assert bench.one("nc.raised", order_id="PO-58")["cause"] == "WEAR"


@pytest.mark.requirement(58)
def test_a_lot_or_an_item_that_is_mistaken_for_a_known_one_is_refused(bench: Floor) -> None:
    bench.publish("lots/L-0042", {"lot_id": "L-0042", "item_id": "LID"})
    bench.publish("items/42", {"item_id": "42", "uom": "EA"})
    for name, document in (
        ("lots/l-0042", {"lot_id": "l-0042", "item_id": "LID"}),
        ("lots/L-0042 ", {"lot_id": "L-0042 ", "item_id": "LID"}),
        ("items/0042", {"item_id": "0042", "uom": "EA"}),
    ):
        bench.publish(name, document)
        (told,) = [one for one in bench.mes(APPLIED) if one["name"] == name]
        assert told["outcome"] == "refused", name


@pytest.mark.requirement(75)
def test_scrap_and_defects_are_codes_of_the_list_and_no_free_text_stands_for_them(bench: Floor) -> None:
    bench.publish("defects", {"rev": "D2", **codes("DENT", "SCRATCH")})
    begun(bench, "PO-75", {"item_id": "TRAY"})
    bench.enter(WC, "report_good", qty="9")
    free = {"qty": "1", "comment": "it fell down"}
    assert bench.try_to(WC, "report_scrap", **free)["code"] == "MISSING_ARGUMENT"
    assert bench.try_to(WC, "report_scrap", **free, defect_code="it fell down")["code"] == "UNKNOWN_DEFECT"
    assert bench.try_to(WC, "raise_nc", **free, defect_code="it fell down")["code"] == "UNKNOWN_DEFECT"
    failed = {"check_id": "LOOK", "characteristic": "look", "result": "fail", "qty": "1"}
    assert bench.try_to(WC, "record_check", **failed, defect_code="ugly")["code"] == "UNKNOWN_DEFECT"
    bench.enter(WC, "report_scrap", **free, defect_code="DENT")
    bench.enter(WC, "raise_nc", **free, defect_code="SCRATCH")
    ended(bench)
    assert bench.one("scrap.recorded", order_id="PO-75")["defect_code"] == "DENT"
    assert bench.one("nc.raised", order_id="PO-75")["defect_code"] == "SCRATCH"
