"""The page of scrap: fewest keys, and place and disposition by choice."""

from __future__ import annotations

from decimal import Decimal

import pytest

from agent.core.orders.order_view import StepView
from agent.core.views import ListView
from agent.core.work_center_view import ExpectedView, WorkCenterView
from agent.tui.sheets.sheet import Page
from tests.tui.at_desk import AtDesk
from tests.tui.floor_views import codes, floor
from tests.tui.views import CENTER, ORDER

REJECTED = CENTER.model_copy(update={"last_serial": None})
NONE_REJECTED = REJECTED.model_copy(update={"scrap_uncoded": Decimal(0)})
WITH_SERIALS = NONE_REJECTED.model_copy(update={"last_serial": "SN000123"})
STEP = StepView(op_no="10", text={"en": "Milling"}, work_centers=("WC-9",), mandatory=True, setup={}, setup_parts=None)


def at_scrap(center: WorkCenterView = NONE_REJECTED, **lists: ListView) -> AtDesk:
    return AtDesk(floor(center, **lists)).open(Page.SCRAP)


def test_one_part_takes_three_keys() -> None:
    desk = at_scrap()
    assert (desk.sheet.title, desk.offered) == ("Scrap: how many?", "1 pcs")
    assert desk.enter().sheet.title == "Scrap 1 pcs: which defect?"
    assert desk.press(2).sent == [("report_scrap", {"qty": "1", "defect_code": "BURR"})]
    assert desk.page is Page.RUN


def test_several_parts_are_typed() -> None:
    assert at_scrap().type("12").press(1).sent == [("report_scrap", {"qty": "12", "defect_code": "SCRATCH"})]


@pytest.mark.parametrize("typed", ["0", "-1", "1,5", "x", "1000001"])
def test_what_is_no_number_of_parts_is_refused_before_it_is_sent(typed: str) -> None:
    desk = at_scrap().type(typed)
    assert (desk.sent, desk.sheet.title, desk.said != "") == ([], "Scrap: how many?", True)


def test_what_the_machine_rejected_without_a_code_is_offered_to_be_given_one() -> None:
    desk = at_scrap(REJECTED)
    assert desk.sheet.lines == ("The machine rejected 3 pcs that nobody has given a defect.",)
    assert desk.enter().press(1).sent == [("report_scrap", {"qty": "3", "defect_code": "SCRATCH"})]


def test_place_and_disposition_are_said_by_choice_and_before_the_defect_that_sends() -> None:
    center = NONE_REJECTED.model_copy(update={"order": ORDER.model_copy(update={"steps": (STEP,)})})
    desk = at_scrap(center).enter().enter()
    assert desk.labels == ["This work center: WC-12", "Operation 20", "Operation 10  Milling", "Another place"]
    assert desk.press(3).labels == ["Repair it", "Test it again", "Write it off", "Use it as it is"]
    assert desk.press(3).sheet.lines == ("Place: 10   Write it off",)
    said = {"qty": "1", "place": "10", "disposition": "write_off", "defect_code": "BURR"}
    assert desk.press(2).sent == [("report_scrap", said)]


def test_the_disposition_is_skipped_with_enter() -> None:
    desk = at_scrap().enter().enter().enter().enter().press(1)
    assert desk.sent == [("report_scrap", {"qty": "1", "place": "WC-12", "defect_code": "SCRATCH"})]


def test_stations_and_tools_of_the_order_are_places_and_another_one_is_typed() -> None:
    center = NONE_REJECTED.model_copy(update={"order": ORDER.model_copy(update={"resources": ("MOULD-4",)})})
    desk = at_scrap(center).enter().enter()
    assert desk.labels[2] == "Station MOULD-4"
    desk.press(4).type("TABLE-2").enter().press(1)
    assert desk.sent == [("report_scrap", {"qty": "1", "place": "TABLE-2", "defect_code": "SCRATCH"})]


def test_more_than_nine_defects_are_picked_by_group_first() -> None:
    many = ListView(
        codes=(
            *codes(*(f"S{n}" for n in range(6)), group="SURFACE"),
            *codes("D1", "D2", "D3", group="SIZE"),
            *codes("X"),
        ),
        groups={"SURFACE": {"en": "Surface"}, "SIZE": {"en": "Size"}, "EMPTY": {"en": "Nothing"}},
    )
    desk = at_scrap(defects=many).enter()
    assert desk.labels == ["Surface …", "Size …", "X in English"]
    assert desk.press(2).labels == ["D1 in English", "D2 in English", "D3 in English"]
    assert desk.press(3).sent == [("report_scrap", {"qty": "1", "defect_code": "D3"})]


def test_nine_defects_are_one_level_and_more_without_groups_turn() -> None:
    names = [f"D{n}" for n in range(1, 12)]
    nine = ListView(codes=codes(*names[:9], group="G"), groups={"G": {"en": "Group"}})
    assert len(at_scrap(defects=nine).enter().labels) == 9
    desk = at_scrap(defects=ListView(codes=codes(*names))).enter().press(0).press(2)
    assert desk.sent == [("report_scrap", {"qty": "1", "defect_code": "D11"})]


def test_a_group_that_was_opened_is_no_argument_even_where_place_is_said_then() -> None:
    many = ListView(
        codes=(*codes(*(f"S{n}" for n in range(9)), group="A"), *codes("D1", group="B")),
        groups={"A": {"en": "A"}, "B": {"en": "B"}},
    )
    desk = at_scrap(defects=many).enter().press(2).enter().enter().enter().press(2).press(1)
    assert desk.sent == [("report_scrap", {"qty": "1", "place": "WC-12", "defect_code": "D1"})]


def test_without_an_order_it_says_what_the_scrap_counts_for() -> None:
    desk = at_scrap(NONE_REJECTED.model_copy(update={"order": None}))
    assert desk.sheet.lines == ("No order is in progress: it counts for none.",)
    assert desk.enter().press(1).sent == [("report_scrap", {"qty": "1", "defect_code": "SCRATCH"})]


def test_without_a_list_of_defects_the_code_is_typed() -> None:
    desk = at_scrap(defects=ListView(codes=())).enter().type("BURR")
    assert desk.sent == [("report_scrap", {"qty": "1", "defect_code": "BURR"})]


def test_escape_goes_one_question_back() -> None:
    desk = at_scrap().type("5").enter()
    assert desk.escape().sheet.title == "Scrap 5 pcs: which defect?"
    assert desk.escape().sheet.title == "Scrap: how many?"


def test_a_unit_is_scrapped_by_scanning_it() -> None:
    desk = at_scrap(WITH_SERIALS)
    assert desk.sheet.lines == ("0: a unit, by scanning it.",)
    assert desk.type("0").sheet.title == "Scrap 1 unit: which defect?"
    assert desk.press(2).sent == [("expect_scan", {"action": "report_scrap", "defect_code": "BURR"})]
    waiting = ExpectedView(action="report_scrap", arguments={"defect_code": "BURR"}, until="2026-03-04T07:02:00.000Z")
    desk.see(floor(WITH_SERIALS.model_copy(update={"expected": waiting})))
    assert desk.sheet.title == "Scan the unit that is scrap: BURR in English"
    assert desk.scan("SN:7").sent[-1] == ("scan", {"text": "SN:7"})


def test_where_units_are_required_to_have_serials_the_first_one_can_be_scrapped_too() -> None:
    order = ORDER.model_copy(update={"serials_required": True})
    assert at_scrap(NONE_REJECTED.model_copy(update={"order": order})).type("0").sheet.title.startswith("Scrap 1 unit")
