"""The pages of quality: checks, holds, and what is kept apart."""

from __future__ import annotations

from decimal import Decimal

import pytest

from agent.core.quality.quality_views import DueCheckView, QualityView
from agent.core.work_center_view import ExpectedView, WorkCenterView
from agent.tui.sheets.sheet import Page
from tests.tui.at_desk import AtDesk
from tests.tui.floor_views import CHECKING, HELD, INCOMING, LOOK, MADE, SCRATCHED, TORQUE, WIDTH, floor
from tests.tui.views import CENTER


def at_quality(center: WorkCenterView = CHECKING) -> AtDesk:
    return AtDesk(floor(center)).open(Page.QUALITY)


def due(*checks: DueCheckView) -> WorkCenterView:
    return CENTER.model_copy(update={"quality": QualityView(due=checks)})


def test_what_is_due_stands_with_its_limits_and_what_comes_of_it_with_the_last_results() -> None:
    desk = at_quality()
    assert desk.labels == [
        "! MUST   × 3   27.5 … 28.5 mm   Width",
        "may be skipped   × 1   Look",
        "On hold: 1",
        "Kept apart: 0",
    ]
    assert desk.sheet.lines == ("11:58  × FAILED  30 mm  SN000122  Width",)
    assert (desk.offered, desk.sheet.choices[0].marked) == ("Width", True)


def test_with_nothing_due_it_says_so_and_what_comes_next() -> None:
    assert at_quality(CENTER).sheet.lines == ("No check is due. The next one shows here by itself.",)
    idle = CENTER.model_copy(update={"order": None})
    assert at_quality(idle).sheet.lines == ("No check is due: no order is in progress. F7 starts one.",)


def test_a_value_within_limits_is_sent_and_the_next_sample_is_asked_for() -> None:
    desk = at_quality().enter()
    assert desk.sheet.lines == ("Limits 27.5 … 28.5 mm   target 28   Samples due: 3",)
    assert desk.type("28,1").sent == [("record_check", {"check_id": "WIDTH", "value": "28.1"})]
    assert desk.page is Page.CHECK


def test_the_last_sample_leads_back_to_what_else_is_due() -> None:
    last = WIDTH.model_copy(update={"samples": 1})
    assert at_quality(due(last)).enter().type("28").page is Page.QUALITY


@pytest.mark.parametrize("typed", ["27.4", "28.6", "-28"])
def test_a_value_out_of_limits_asks_how_many_parts_do_not_conform(typed: str) -> None:
    desk = at_quality().enter().type(typed)
    assert desk.sent == []
    assert desk.sheet.lines[0] == f"{typed} mm is out of limits: 27.5 … 28.5 mm"
    assert desk.enter().sent == [("record_check", {"check_id": "WIDTH", "value": typed})]


def test_parts_that_do_not_conform_are_named_with_their_defect() -> None:
    desk = at_quality().enter().type("30").type("4").press(2)
    said = {"check_id": "WIDTH", "value": "30", "qty": "4", "defect_code": "BURR"}
    assert desk.sent == [("record_check", said)]


@pytest.mark.parametrize("limits", [(None, Decimal(5)), (Decimal(5), None)])
def test_one_limit_alone_is_shown_and_kept_too(limits: tuple[Decimal | None, Decimal | None]) -> None:
    one = WIDTH.model_copy(update={"lower": limits[0], "upper": limits[1]})
    desk = at_quality(due(one)).enter()
    assert ("≥ 5 mm" if limits[1] is None else "≤ 5 mm") in desk.sheet.lines[0]
    desk.type("4" if limits[1] is None else "6")
    assert desk.page is Page.FAILED


def test_a_value_without_limits_is_judged_by_a_person() -> None:
    desk = at_quality(due(TORQUE)).enter().type("12")
    assert desk.sheet.title == "Torque: 12 Nm"
    assert desk.press(2).sheet.lines[0] == "Parts that are named here are kept apart."
    assert desk.escape().press(1).sent == [("record_check", {"check_id": "TORQUE", "value": "12", "result": "pass"})]


def test_what_only_passes_or_fails_takes_a_digit() -> None:
    assert at_quality().press(2).press(1).sent == [("record_check", {"check_id": "LOOK", "result": "pass"})]
    desk = at_quality().press(2).press(2)
    assert desk.enter().sent == [("record_check", {"check_id": "LOOK", "result": "fail"})]


def test_of_several_lots_the_one_is_picked_and_what_fails_of_it_gets_a_defect() -> None:
    desk = at_quality(due(INCOMING)).enter()
    assert desk.labels == ["L-1", "L-2"]
    desk.press(2).press(2).press(1)
    said = {"check_id": "INCOMING", "lot_id": "L-2", "result": "fail", "defect_code": "SCRATCH"}
    assert desk.sent == [("record_check", said)]


def test_a_check_is_skipped_with_a_reason() -> None:
    desk = at_quality().enter().enter().press(1)
    assert desk.sent == [("skip_check", {"check_id": "WIDTH", "reason": "GAUGE_BROKEN"})]
    desk = at_quality().press(2).press(3).press(2).type("no light")
    assert desk.sent == [("skip_check", {"check_id": "LOOK", "reason": "OTHER", "comment": "no light"})]


@pytest.mark.parametrize("steps", [(1,), (2, 2), (2, 3)])
def test_the_page_of_a_check_that_is_due_no_more_is_left(steps: tuple[int, ...]) -> None:
    desk = at_quality()
    for digit in steps:
        desk.press(digit)
    assert desk.see(floor(CENTER)).page is Page.QUALITY


def test_anything_at_hand_is_put_on_hold_with_a_reason() -> None:
    desk = at_quality(CENTER).enter()
    assert desk.labels == [
        "Lot P-001",
        "Lot CABLE-77",
        "Unit SN000123",
        "Order PO-1001",
        "Another one: scan it",
        "Another lot: type it",
        "Another unit: type it",
    ]
    desk.press(3).press(1)
    assert desk.sent == [("place_hold", {"target": "serial", "target_id": "SN000123", "reason": "SUSPECT"})]
    assert desk.page is Page.HOLDS


def test_what_is_not_at_hand_is_typed() -> None:
    desk = at_quality(CENTER).enter().press(6).type("P-9").press(1)
    assert desk.sent == [("place_hold", {"target": "lot", "target_id": "P-9", "reason": "SUSPECT"})]


def test_what_is_held_is_not_offered_again_and_is_released_once_it_was_asked() -> None:
    desk = at_quality().press(3)
    assert desk.labels == ["Lot P-001   since 11:50   SUSPECT in English", "Put something on hold"]
    assert "Lot P-001" not in desk.press(2).labels
    desk.escape().press(1)
    assert desk.sent == []
    assert desk.enter().sent == [("release_hold", {"hold_id": "hold-1"})]


def test_who_may_not_release_is_told_so_before() -> None:
    desk = at_quality(CHECKING.model_copy(update={"barred": ("release_hold",)})).press(3)
    assert desk.labels[0].startswith("× NO RIGHT  Lot P-001")
    desk.press(1)
    assert desk.offered == "× NO RIGHT  Release"


def apart(**changes: object) -> WorkCenterView:
    return CENTER.model_copy(update={"nonconforming": (SCRATCHED.model_copy(update=changes),), "open_nc": 1})


def test_parts_are_kept_apart_with_their_defect() -> None:
    desk = at_quality(CENTER).press(2)
    assert desk.sheet.title == "Nothing is kept apart."
    assert desk.enter().type("3").press(1).sent == [("raise_nc", {"qty": "3", "defect_code": "SCRATCH"})]


def test_what_becomes_of_them_is_decided_of_all_or_of_some() -> None:
    desk = at_quality(apart()).press(2)
    assert desk.labels[0] == "11:45   5 pcs   5   ? NOT DECIDED   SCRATCH in English"
    assert desk.enter().offered == "All 5"
    assert desk.type("2").press(1).sent == [("dispose_nc", {"nc_id": "nc-1", "qty": "2", "disposition": "repair"})]


@pytest.mark.parametrize("typed", ["6", "0", "-1"])
def test_no_more_are_decided_on_than_there_are(typed: str) -> None:
    desk = at_quality(apart()).press(2).press(1).type(typed)
    assert (desk.said, desk.sent) == ("There are only 5.", [])


def test_a_unit_in_rework_passes_with_enter() -> None:
    desk = at_quality(apart(serial="SN-7", qty=Decimal(1), disposition="retest")).press(2).enter()
    assert desk.sheet.title == "Unit SN-7"
    assert [choice.marked for choice in desk.sheet.choices] == [False, True, False, False, False]
    assert desk.enter().sent == [("pass_retest", {"nc_id": "nc-1"})]


def test_what_nobody_has_decided_cannot_pass() -> None:
    desk = at_quality(apart(serial="SN-7", qty=Decimal(1))).press(2).press(1)
    assert desk.labels == ["Repair it", "Test it again", "Write it off", "Use it as it is"]
    assert desk.offered == ""


def test_how_many_more_are_open_is_said() -> None:
    assert at_quality(apart().model_copy(update={"open_nc": 9})).press(2).sheet.lines == ("and 8 more",)


def test_the_page_of_what_is_settled_or_over_is_left() -> None:
    desk = at_quality(apart(qty=Decimal(1))).press(2).press(1)
    assert desk.see(floor(CENTER)).page is Page.REWORK
    held = (
        at_quality(CENTER.model_copy(update={"quality": QualityView(holds=(HELD,), results=(MADE,))})).press(1).press(1)
    )
    assert held.see(floor(CENTER)).page is Page.HOLDS


def test_the_lines_name_no_code_where_there_is_a_text() -> None:
    assert LOOK.text["ru"] in "".join(AtDesk(floor(CHECKING), "ru").open(Page.QUALITY).labels)


def test_a_unit_that_failed_is_kept_apart_or_held_by_scanning_it() -> None:
    desk = at_quality().enter().type("30")
    assert "0: a unit, by scanning it." in desk.sheet.lines
    said = {"action": "record_check", "check_id": "WIDTH", "value": "30", "defect_code": "BURR"}
    assert desk.type("0").press(2).sent == [("expect_scan", said)]
    desk = at_quality(CENTER).press(2).enter().type("0").press(1)
    assert desk.sent == [("expect_scan", {"action": "raise_nc", "defect_code": "SCRATCH"})]
    desk = at_quality(CENTER).enter().press(5).press(1)
    assert desk.sent == [("expect_scan", {"action": "place_hold", "reason": "SUSPECT"})]


def test_who_may_not_hold_is_told_so_where_it_is_scanned() -> None:
    desk = at_quality(CENTER.model_copy(update={"barred": ("place_hold",)})).enter().press(5)
    assert desk.labels == ["× NO RIGHT  SUSPECT in English"]


@pytest.mark.parametrize(
    ("action", "title"),
    [
        ("record_check", "Scan the unit that failed its check"),
        ("raise_nc", "Scan the unit that is kept apart"),
        ("place_hold", "Scan the lot or the unit to be held"),
        ("load_lot", "Scan the lot to be loaded"),
    ],
)
def test_what_is_to_be_scanned_stands_on_the_screen(action: str, title: str) -> None:
    waiting = ExpectedView(action=action, arguments={}, until="2026-03-04T07:02:00.000Z")
    sheet = AtDesk(floor(CENTER.model_copy(update={"expected": waiting}))).sheet
    assert (sheet.title, sheet.lines[1]) == (title, "Waits until 12:02:00.")
