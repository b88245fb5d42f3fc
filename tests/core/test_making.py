"""Lots that are made: named by the MES, by people or here; in every quantity, and with what went into them."""

from __future__ import annotations

from decimal import Decimal

import pytest

from agent.core.directories import Directories, Item
from agent.core.facts import GenealogyLinked, OutputRecorded, ReworkRecorded, ScrapRecorded
from agent.core.machine_settings import Role
from agent.core.values import replace
from tests.core.build import EXECUTE, a_plan, a_station, a_story, alive, an_order, read, scan, watched
from tests.core.unit_bench import Bench, a_bench


def a_plan_of(issuer: str = "external", pattern: str | None = None, **trace: object) -> Directories:
    fields = {"rev": "1", "item_id": "BOTTLE", "uom": "EA", "lot_issuer": issuer, "lot_pattern": pattern}
    plan = a_plan(an_order("PO-1", trace=trace), an_order("PO-2"))
    return replace(plan, items={"BOTTLE": Item.model_validate(fields)})


def lots_of_output(bench: Bench) -> list[tuple[str | None, int]]:
    return [(data.lot_out, int(data.qty_good)) for data in bench.story.of(OutputRecorded)]


def linked_lots(bench: Bench) -> list[tuple[str | None, tuple[str, ...]]]:
    links = bench.story.of(GenealogyLinked)
    return [(data.parent_lot, data.child_lots) for data in links if data.parent_lot is not None]


def test_the_lot_that_the_mes_names_is_in_every_quantity() -> None:
    bench = a_bench(a_plan_of(lot_out="P-001"))
    bench.scan("SN:1", "SN:2")
    bench.enter("report_scrap", serial="2", defect_code="DENT")
    bench.enter("raise_nc", serial="1", defect_code="DENT")
    bench.decide("dispose_nc", serial="1", disposition="use_as_is")
    assert lots_of_output(bench) == [("P-001", 1), ("P-001", 1), ("P-001", 1)]
    (scrapped,) = bench.story.of(ScrapRecorded)
    assert isinstance(scrapped, ScrapRecorded)
    assert scrapped.lot_out == "P-001"
    assert bench.enter("start_lot", lot_id="P-002") == "LOT_FROM_MES"


def test_a_counters_parts_are_of_the_lot_too() -> None:
    plan = a_plan_of(lot_out="P-001")
    story = a_story(
        *watched(packml_state=EXECUTE, total=0, scrap=0),
        scan(1.0, "ORD:PO-1"),
        plan=plan,
        station=a_station(Role.PACKML_STATE, Role.TOTAL, Role.SCRAP),
    )
    story.hear(read(2.0, total=3, scrap=1), *alive(2.0, 4.0))
    kinds: tuple[type[OutputRecorded | ScrapRecorded], ...] = (OutputRecorded, ScrapRecorded)
    assert [data.lot_out for data in story.of(*kinds)] == ["P-001"] * 2


def test_what_went_into_a_lot_is_told_where_the_loaded_lots_the_lot_or_the_order_change() -> None:
    bench = a_bench(a_plan_of())
    assert bench.enter("start_lot", lot_id="P-001") == "ok"
    bench.scan("LOT:C1:CAP", "SN:1", "LOT:C2:CAP", "SN:2")
    assert bench.enter("start_lot", lot_id="P-002") == "ok"
    bench.scan("SN:3")
    bench.enter("complete_operation")
    assert linked_lots(bench) == [("P-001", ("C1",)), ("P-001", ("C1", "C2")), ("P-002", ("C1", "C2"))]
    assert bench.read().lots_of["P-002"] == {"C1", "C2"}
    assert lots_of_output(bench) == [("P-001", 1), ("P-001", 1), ("P-002", 1)]


def test_a_lot_of_which_nothing_was_made_has_nothing_in_it() -> None:
    bench = a_bench(a_plan_of())
    bench.enter("start_lot", lot_id="P-001")
    bench.scan("LOT:C1:CAP")
    bench.enter("complete_operation")
    assert linked_lots(bench) == []


def test_the_label_of_a_lot_that_is_made_here_begins_it() -> None:
    bench = a_bench(a_plan_of())
    assert bench.scan("LOT:P-001:BOTTLE", "SN:1") == "ok"
    assert lots_of_output(bench) == [("P-001", 1)]
    assert bench.scan("LOT:P-001:BOTTLE") == "ok"
    assert lots_of_output(bench) == [("P-001", 1)]


def test_lots_that_are_numbered_here_begin_with_the_order_and_on_demand() -> None:
    bench = a_bench(a_plan_of("agent"), units={"lot_template": "{order}-{n:02}"})
    bench.scan("SN:1")
    assert bench.enter("start_lot") == "ok"
    bench.restart()
    bench.scan("SN:2")
    assert bench.enter("start_lot", lot_id="X") == "LOT_ISSUED_HERE"
    assert lots_of_output(bench) == [("PO-1-01", 1), ("PO-1-02", 1)]


def test_a_lot_goes_on_with_its_order() -> None:
    bench = a_bench(a_plan_of())
    bench.enter("start_lot", lot_id="P-001")
    bench.scan("SN:1")
    bench.enter("partial_operation")
    bench.scan("ORD:PO-2", "SN:2")
    bench.enter("complete_operation")
    assert bench.scan("ORD:PO-1", "SN:3") == "ok"
    assert lots_of_output(bench) == [("P-001", 1), (None, 1), ("P-001", 1)]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({}, "MISSING_ARGUMENT"),
        ({"lot_id": "C1"}, "IN_ITSELF"),
        ({"lot_id": "X"}, "MALFORMED"),
        ({"lot_id": "P-" + "1" * 63}, "TOO_LONG"),
    ],
)
def test_a_lot_that_cannot_be_is_refused(arguments: dict[str, str], code: str) -> None:
    bench = a_bench(a_plan_of(pattern="[CP]-?[0-9]+"))
    bench.scan("LOT:C1:CAP")
    assert bench.enter("start_lot", **arguments) == code


def test_what_becomes_of_a_unit_later_is_told_of_the_lot_that_it_was_made_in() -> None:
    bench = a_bench(a_plan_of())
    bench.enter("start_lot", lot_id="P-001")
    bench.scan("SN:1", "SN:2", "SN:3")
    bench.enter("start_lot", lot_id="P-002")
    bench.scan("SN:4")
    for serial in ("1", "2"):
        bench.enter("raise_nc", serial=serial, defect_code="DENT")
    bench.decide("dispose_nc", serial="1", disposition="write_off")
    bench.decide("dispose_nc", serial="2", disposition="use_as_is")
    bench.enter("report_scrap", serial="3", defect_code="DENT")
    kinds: tuple[type[ReworkRecorded | ScrapRecorded | OutputRecorded], ...] = (
        ReworkRecorded,
        ScrapRecorded,
        OutputRecorded,
    )
    told = [data.lot_out for data in bench.story.of(*kinds)]
    assert told == ["P-001"] * 3 + ["P-002"] + ["P-001"] * 5


def test_an_order_whose_lot_would_have_too_long_a_name_begins_without_one() -> None:
    bench = a_bench(a_plan_of("agent"), units={"lot_template": "{order}" * 20 + "{n}"})
    bench.scan("SN:1")
    assert bench.enter("start_lot") == "TOO_LONG"
    assert lots_of_output(bench) == [(None, 1)]


def test_a_pattern_of_lots_that_is_none_is_refused_with_its_item() -> None:
    with pytest.raises(ValueError, match="expected a regular expression"):
        a_plan_of(pattern="(")


def test_a_nonconforming_part_of_the_lot_that_is_made_is_rework() -> None:
    bench = a_bench(a_plan_of(), output={})
    bench.enter("start_lot", lot_id="P-001")
    bench.enter("report_good", qty="10")
    assert bench.enter("raise_nc", lot_id="P-001", qty="2", defect_code="DENT") == "ok"
    assert bench.quantities() == (10, 0, 2)
    assert Decimal(2) == bench.read().of["PO-1", "10"].rework
