"""S1 of the requirements, told by scans and entries at a work center without a machine."""

from __future__ import annotations

from decimal import Decimal

from agent.core.facts import NcDispositioned, StopClosed
from tests.core.build import a_plan, an_order
from tests.core.unit_bench import Bench, a_bench

COMPONENTS = ("HOUSING", "BOARD", "CABLE", "FASTENER", "BOX")


def the_shift() -> Bench:
    """Twenty units of five components; the board's lot changes after the tenth, one unit fails twice, one is bent."""
    bench = a_bench(a_plan(an_order("PO-1", qty_planned="20"), reasons=["WAIT_TECH"]))
    bench.scan(*(f"LOT:{item}-1:{item}" for item in COMPONENTS))
    bench.scan(*(f"SN:U{number:02}" for number in range(1, 11)))
    bench.enter("start_stop", code="WAIT_TECH")
    bench.now += 2398.0
    bench.enter("end_stop")
    bench.scan("LOT:BOARD-2:BOARD", *(f"SN:U{number:02}" for number in range(11, 21)))
    assert bench.enter("raise_nc", serial="U07", defect_code="BOARD", place="final check") == "ok"
    assert bench.enter("dispose_nc", serial="U07", disposition="repair", corrective_action="new cable") == "ok"
    said = {"parent_serial": "U07", "lot_id": "CABLE-1", "item_id": "CABLE", "qty": "1"}
    assert bench.enter("link_component", **said) == "ok"
    assert bench.enter("raise_nc", serial="U07", defect_code="BOARD", comment="retest") == "ok"
    assert bench.decide("dispose_nc", serial="U07", disposition="write_off") == "ok"
    assert bench.enter("report_scrap", serial="U20", defect_code="DENT") == "ok"
    bench.enter("complete_operation")
    return bench


def test_eighteen_are_good_and_two_are_scrap_and_both_dispositions_are_told() -> None:
    bench = the_shift()
    assert bench.quantities() == (18, 2, 0)
    assert bench.read().dispositions == {"U07": ["repair", "write_off"]}
    decided = bench.story.of(NcDispositioned)
    assert [data.decided_by for data in decided] == ["anna", "boris"]
    units = bench.read().units["PO-1", "10"]
    assert (len(units), units["U07"], units["U20"]) == (20, "scrap", "scrap")
    assert list(units.values()).count("good") == 18


def test_which_lots_went_into_which_units() -> None:
    lots = the_shift().read().lots_of
    first = {f"{item}-1" for item in COMPONENTS}
    assert lots["U01"] == first
    assert lots["U10"] == first
    assert lots["U11"] == first | {"BOARD-2"}


def test_the_line_stood_forty_minutes_for_its_reason() -> None:
    (stop,) = the_shift().story.of(StopClosed)
    assert isinstance(stop, StopClosed)
    assert (stop.duration_s, stop.reason and stop.reason.code) == (Decimal("2400.000"), "WAIT_TECH")
