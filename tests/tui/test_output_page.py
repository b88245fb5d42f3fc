"""The page of output: good parts where nobody counts them, setup parts, serials, lots, corrections."""

from __future__ import annotations

from decimal import Decimal

import pytest

from agent.core.work_center_view import WorkCenterView
from agent.tui.sheets.sheet import Page
from tests.tui.at_desk import AtDesk
from tests.tui.floor_views import SCRATCHED, floor
from tests.tui.views import CENTER

BENCH = CENTER.model_copy(update={"counts_output": False})
"""Nobody counts what is made."""


def at_output(center: WorkCenterView = CENTER) -> AtDesk:
    return AtDesk(floor(center)).open(Page.OUTPUT)


def test_good_parts_are_typed_where_nobody_counts_them() -> None:
    desk = at_output(BENCH)
    assert (desk.sheet.title, desk.sheet.lines) == (
        "Good parts: how many?",
        ("Good 1,240, scrap 8, planned 2,000 pcs.",),
    )
    assert desk.type("25").sent == [("report_good", {"qty": "25"})]


@pytest.mark.parametrize("typed", ["0", "-5", "2,5", "many"])
def test_what_is_no_number_of_parts_is_refused_before_it_is_sent(typed: str) -> None:
    desk = at_output(BENCH).type(typed)
    assert (desk.sent, desk.page, desk.said != "") == ([], Page.OUTPUT, True)


def test_where_they_are_counted_nobody_is_asked_for_them() -> None:
    desk = at_output()
    assert "Good parts are counted by themselves." in desk.sheet.lines
    assert (desk.sheet.field, desk.labels) == (None, ["Correct a quantity"])


def test_without_an_order_it_says_what_to_do_next() -> None:
    assert at_output(CENTER.model_copy(update={"order": None})).sheet.lines == (
        "No order is in progress. F7 starts one.",
    )


def test_what_is_offered_is_what_there_is_to_do() -> None:
    full = {
        "setup_parts": Decimal(4),
        "issues_serials": True,
        "lot_issuer": "agent",
        "lot_out": "WC-12-L00007",
        "nonconforming": (SCRATCHED,),
        "open_nc": 1,
    }
    desk = at_output(BENCH.model_copy(update=full)).enter()
    assert desk.labels == [
        "Setup parts: good or scrap",
        "Next serials",
        "Another lot is made",
        "Kept apart: 1",
        "Correct a quantity",
    ]
    assert desk.sheet.lines[1:] == (
        "4 pcs were made in setup: nobody has said what they are.",
        "Lot WC-12-L00007 is being made.",
    )


def test_of_parts_made_in_setup_the_good_ones_are_said_and_the_others_are_scrap() -> None:
    desk = at_output(CENTER.model_copy(update={"setup_parts": Decimal(4)})).press(1)
    assert desk.sheet.title == "4 pcs made in setup: how many of them are good?"
    assert desk.type("3").sent == [("dispose_setup", {"good": "3", "scrap": "1"})]


@pytest.mark.parametrize("typed", ["5", "-1", "1,5"])
def test_no_more_setup_parts_are_good_than_there_are(typed: str) -> None:
    desk = at_output(CENTER.model_copy(update={"setup_parts": Decimal(4)})).press(1).type(typed)
    assert (desk.said, desk.sent) == ("Type 0 to 4.", [])


def test_the_next_serial_takes_three_keys_and_several_are_typed() -> None:
    issuing = CENTER.model_copy(update={"issues_serials": True})
    desk = at_output(issuing).press(1)
    assert desk.sheet.lines == ("Last serial: SN000123",)
    assert desk.enter().sent == [("assign_serial", {"count": "1"})]
    assert at_output(issuing).press(1).type("50").sent == [("assign_serial", {"count": "50"})]
    assert at_output(issuing).press(1).type("51").said == "Type 1 to 50."


def test_the_next_lot_is_numbered_here_or_named() -> None:
    numbered = at_output(CENTER.model_copy(update={"lot_issuer": "agent"})).press(1)
    assert numbered.enter().sent == [("start_lot", {})]
    named = at_output(CENTER.model_copy(update={"lot_issuer": "external"})).press(1)
    assert named.type("L-9").sent == [("start_lot", {"lot_id": "L-9"})]


def test_lots_that_the_mes_names_are_not_offered() -> None:
    assert at_output(CENTER.model_copy(update={"lot_issuer": "mes"})).labels == ["Correct a quantity"]


@pytest.mark.parametrize(("typed", "delta"), [("5", "+5"), ("-5", "-5"), ("+12", "+12")])
def test_a_quantity_is_put_right_with_its_reason(typed: str, delta: str) -> None:
    desk = at_output().press(1)
    assert desk.labels == ["Good: 1,240", "Scrap: 8", "In rework: 0"]
    desk.press(2).type(typed)
    assert desk.labels == ["MISCOUNT in English"]
    said = {"category": "scrap", "delta": delta, "reason": "MISCOUNT"}
    assert desk.press(1).sent == [("adjust_quantity", said)]


@pytest.mark.parametrize(
    ("typed", "said"),
    [("-9", "There are only 8."), ("0", "Type how many more, or with a minus how many less.")],
)
def test_a_correction_that_cannot_be_is_refused_before_it_is_sent(typed: str, said: str) -> None:
    desk = at_output().press(1).press(2).type(typed)
    assert (desk.said, desk.sent) == (said, [])


@pytest.mark.parametrize("page", [Page.SETUP_PARTS, Page.SERIALS, Page.NEW_LOT])
def test_what_is_not_offered_cannot_be_opened(page: Page) -> None:
    assert at_output().open(page).page is Page.RUN
