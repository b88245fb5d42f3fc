"""Units by their serials: taken once, taken again after rework, made for another order, known from a former version."""

from __future__ import annotations

import pytest

from agent.core.facts import DiscrepancyRaised, GenealogyLinked, OutputRecorded, ReworkStarted
from agent.core.units.unit_records import MOST_TAKEN
from tests.core.build import WC, a_plan, an_order, types
from tests.core.unit_bench import a_bench


def test_a_unit_is_one_part_at_the_first_scan_and_refused_at_the_second() -> None:  # K14
    bench = a_bench()
    assert [bench.scan("SN:1"), bench.scan("SN:1"), bench.scan("SN:2")] == ["ok", "ALREADY_REPORTED", "ok"]
    assert bench.quantities() == (2, 0, 0)
    unit = bench.unit("1")
    assert (unit.status, unit.order_id, unit.op_no, unit.item_id, unit.pass_no) == ("made", "PO-1", "10", "BOTTLE", 1)


def test_a_unit_that_a_former_version_took_is_known() -> None:
    bench = a_bench()
    bench.story.claims[f"serial:{WC}:1"] = "\nPO-0/10\nPO-1/10"
    assert bench.scan("SN:1") == "ALREADY_REPORTED"
    assert bench.enter("raise_nc", serial="1", defect_code="DENT") == "TOO_MUCH_REWORK"
    bench.scan("SN:2")
    assert bench.enter("raise_nc", serial="1", defect_code="DENT") == "ok"


@pytest.mark.parametrize(
    ("rule", "code", "raised"), [("raise", "ok", 1), ("refuse", "DUPLICATE_SERIAL", 0), ("ignore", "ok", 0)]
)
def test_a_serial_made_for_another_order_is_taken_and_raised_or_as_configured(
    rule: str, code: str, raised: int
) -> None:
    bench = a_bench(units={"duplicate_serial": rule})
    bench.scan("SN:1")
    bench.enter("complete_operation")
    assert bench.scan("ORD:PO-2", "SN:1") == code
    found = bench.story.of(DiscrepancyRaised)
    assert [data.code for data in found] == ["duplicate_serial"] * raised
    if raised:
        assert found[0].evidence == {"serial": "1", "order_id": "PO-2", "made_for": "PO-1/10"}


def test_what_is_kept_of_a_unit_is_bounded() -> None:
    orders = [an_order(f"PO-{number}") for number in range(1, MOST_TAKEN + 2)]
    bench = a_bench(a_plan(*orders))
    for order in orders[1:]:
        assert bench.scan("SN:1") == "ok"
        bench.enter("complete_operation")
        bench.scan(f"ORD:{order.order_id}", *(f"LOT:{order.order_id}{number}:X" for number in range(9)))
    assert bench.scan("SN:1") == "TOO_MANY_OPERATIONS"
    assert max(len(value) for value in bench.story.claims.values()) < 16_384


def test_a_unit_keeps_its_serial_through_rework_and_counts_once() -> None:
    bench = a_bench()
    bench.scan("SN:1")
    assert bench.enter("raise_nc", serial="1", defect_code="BOARD") == "ok"
    assert bench.quantities() == (0, 0, 1)
    assert bench.scan("SN:1") == "NC_OPEN"
    assert bench.enter("dispose_nc", serial="1", disposition="repair") == "ok"
    bench.restart()
    assert bench.scan("SN:1") == "ok"
    assert bench.quantities() == (1, 0, 0)
    (back,) = bench.story.of(ReworkStarted)
    assert (back.serial, back.pass_no) == ("1", 2)
    kinds: tuple[type[OutputRecorded | GenealogyLinked], ...] = (OutputRecorded, GenealogyLinked)
    passes = [data.pass_no for data in bench.story.of(*kinds)]
    assert passes == [1, 1, 2, 2]
    assert bench.read().first_passes == 1
    assert bench.scan("SN:1") == "ALREADY_REPORTED"


def test_where_a_check_decides_a_scan_only_says_that_the_unit_is_back() -> None:
    bench = a_bench(units={"retest": "check"})
    bench.scan("SN:1")
    bench.enter("raise_nc", serial="1", defect_code="BOARD")
    bench.enter("dispose_nc", serial="1", disposition="retest")
    assert [bench.scan("SN:1"), bench.scan("SN:1")] == ["ok", "IN_REWORK"]
    assert bench.quantities() == (0, 0, 1)
    assert bench.enter("pass_retest", serial="1") == "ok"
    assert bench.quantities() == (1, 0, 0)


def test_a_unit_in_rework_is_not_taken_at_another_operation() -> None:
    bench = a_bench()
    bench.scan("SN:1")
    bench.enter("raise_nc", serial="1", defect_code="BOARD")
    bench.enter("dispose_nc", serial="1", disposition="repair")
    bench.enter("complete_operation")
    assert bench.scan("ORD:PO-2", "SN:1") == "IN_REWORK"


def test_a_scrapped_unit_is_taken_nowhere() -> None:
    bench = a_bench()
    bench.scan("SN:1")
    assert bench.enter("report_scrap", serial="1", defect_code="DENT") == "ok"
    assert bench.quantities() == (0, 1, 0)
    bench.enter("complete_operation")
    assert bench.scan("ORD:PO-2", "SN:1") == "UNIT_SCRAPPED"


def test_a_unit_scrapped_before_it_was_taken_was_never_good() -> None:
    bench = a_bench()
    bench.scan("SN:1")
    assert bench.enter("report_scrap", serial="2", defect_code="DENT", disposition="write_off") == "ok"
    assert bench.quantities() == (1, 1, 0)
    assert bench.scan("SN:2") == "UNIT_SCRAPPED"


def test_a_unit_is_scrapped_for_an_order_only() -> None:
    bench = a_bench()
    bench.enter("complete_operation")
    assert bench.enter("report_scrap", serial="1", defect_code="DENT") == "NO_ORDER"


def test_without_serials_to_count_a_scanned_unit_is_no_part() -> None:
    bench = a_bench(output={})
    assert bench.scan("SN:1") == "ok"
    assert types(bench.story.facts)[-2:] == ["scan.accepted", "genealogy.linked"]
