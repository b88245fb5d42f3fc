"""Scenario S3: 100 started, 92 good, 8 scrap, 35 minutes of setup, a component substituted by an approved other."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from simulators.script import Episode, Kind
from tests.floor.plant import Floor, Made, a_day
from tests.floor.scenes import a_script, an_order, codes, versions

WC = "PACK-1"
MADE_S = 60.0 + 2100.0 + 940.0
SCRIPT = a_script(WC, Episode(Kind.SETUP, 60.0, 2100.0), cycle_s=10.0, length_s=MADE_S + 5.0)
LINE = {
    "line": "10",
    "item_id": "GASKET-A",
    "qty_per": "2",
    "uom": "EA",
    "substitutes": [
        {"item_id": "GASKET-B", "approved": True, "reason_required": True},
        {"item_id": "GASKET-C", "approved": False},
    ],
}
BOM = {
    "item_id": "BOX",
    "versions": versions("bom_version", "3", lines=[LINE]),
}


def prepare(floor: Floor) -> None:
    """All before the machine runs."""
    floor.publish("boms/BOX", BOM)
    floor.publish("deviations", codes("SHORTAGE"))
    floor.publish("defects", codes("SCRATCH"))
    floor.publish("lots/G-1", {"lot_id": "G-1", "item_id": "GASKET-B", "qty": "500", "uom": "EA"})
    floor.publish("orders/PO-3", an_order("PO-3"), wc=WC)
    floor.enter(WC, "start_operation", order_id="PO-3")
    refused = floor.scan(WC, "LOT:G-1:GASKET-B")
    assert refused["code"] == "SUBSTITUTE_NEEDS_REASON"
    for code, item_id in (("SUBSTITUTE_NOT_APPROVED", "GASKET-C"), ("NOT_IN_BOM", "GASKET-D")):
        named = {"lot_id": f"G-{item_id}", "item_id": item_id}
        assert floor.try_to(WC, "load_lot", **named, reason="SHORTAGE")["code"] == code
    floor.enter(WC, "load_lot", lot_id="G-1", item_id="GASKET-B", reason="SHORTAGE")


@pytest.fixture(scope="module")
def packer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Floor]:
    with a_day(Made(scripts=(SCRIPT,), speed=240.0), tmp_path_factory.mktemp("s3"), prepare) as floor:
        floor.until_plant(MADE_S + 120.0)
        floor.enter(WC, "report_scrap", qty="8", defect_code="SCRATCH")
        floor.enter(WC, "complete_operation")
        floor.delivered()
        yield floor


@pytest.mark.requirement(18)
def test_of_a_hundred_started_92_are_good_and_8_scrap_with_defect_and_place(packer: Floor) -> None:
    done = packer.one("operation.completed", order_id="PO-3")
    assert (done["qty_good"], done["qty_scrap"], done["qty_rework"]) == ("92", "8", "0")
    scrap = packer.one("scrap.recorded", order_id="PO-3")
    assert (scrap["qty_scrap"], scrap["qty_from_good"], scrap["defect_code"], scrap["place"]) == (
        "8",
        "8",
        "SCRATCH",
        WC,
    )


def test_the_setup_took_35_minutes(packer: Floor) -> None:
    [setup] = [fact for fact in packer.mes("stop.closed", wc_id=WC) if fact["stop_class"] == "setup"]
    assert setup["duration_s"] == "2100.000"
    assert packer.one("operation.completed", order_id="PO-3")["times"]["setup_s"] == "2100.000"


@pytest.mark.requirement(27)
@pytest.mark.requirement(42)
@pytest.mark.requirement(60)
def test_the_substitution_is_a_fact_with_its_reason(packer: Floor) -> None:
    loaded = packer.one("lot.loaded", lot_id="G-1")
    assert (loaded["is_substitute"], loaded["substitute_for"]) == (True, "GASKET-A")
    told = packer.one("deviation.recorded", order_id="PO-3")
    assert told["deviation"]["kind"] == "substitution"
    assert (told["deviation"]["expected"], told["deviation"]["actual"]) == ("GASKET-A", "GASKET-B")
    assert told["deviation"]["reason"]["code"] == "SHORTAGE"
    used = packer.mes("material.consumed", order_id="PO-3")
    assert sum(int(one["qty"]) for one in used) == 200
    assert {(one["keys"]["lot_id"], one["is_substitute"]) for one in used} == {("G-1", True)}
    assert {one["versions"]["bom_version"] for one in (told, *used)} == {"3"}


@pytest.mark.requirement(59)
def test_the_version_of_the_bill_of_materials_stands_on_every_fact_of_the_order(packer: Floor) -> None:
    facts = packer.mes(order_id="PO-3")
    assert {(one["versions"]["bom_version"], one["versions"]["route_version"]) for one in facts} == {("3", "2")}
    assert len(facts) > 10
