"""The pages of lots: what is loaded, what is missing, and every deed with them."""

from __future__ import annotations

import pytest

from agent.core.work_center_view import ExpectedView, WorkCenterView
from agent.tui.sheets.sheet import Page
from agent.tui.texts import LANGUAGES, Language
from tests.tui.at_desk import AtDesk
from tests.tui.floor_views import LABEL, LABELS, LOADED, REJECTED, RETURNED, floor
from tests.tui.views import CENTER

SWAP = ExpectedView(action="load_lot", arguments={"swap": "L-77"}, until="2026-03-04T07:02:00.000Z")


def at_lots(center: WorkCenterView = LOADED) -> AtDesk:
    return AtDesk(floor(center)).open(Page.LOTS)


def at_label() -> AtDesk:
    """Before the page of lot L-77."""
    return at_lots().press(1)


def test_each_component_says_what_is_needed_left_loaded_and_until_when_and_what_is_missing_by_word_and_sign() -> None:
    desk = at_lots()
    assert desk.labels == [
        "√           LABEL-5   120.5 / 76 m   L-77  until 03.05.26  Label",
        "! MISSING   CABLE-77  0 / 1,520 pcs                        Cable",
        "NOT NEEDED  PAINT     ?              X-1",
    ]
    assert [choice.marked for choice in desk.sheet.choices] == [False, True, False]
    assert "scan one to load it" in desk.sheet.title


def test_enter_goes_to_what_is_missing_first() -> None:
    desk = at_lots()
    assert desk.offered == "CABLE-77   Cable"
    assert desk.enter().sheet.title == "CABLE-77   Cable"
    assert "Scan a lot to load it." in desk.sheet.lines


def test_a_component_with_too_little_and_one_that_is_expired_say_so() -> None:
    little = LABELS.model_copy(update={"short": True})
    old = LABELS.model_copy(update={"bom_line": "30", "expires": "2026-03-04T06:59:00.000Z"})
    desk = at_lots(LOADED.model_copy(update={"components": (little, old)}))
    assert [label.split("  ")[0] for label in desk.labels] == ["! SHORT", "! EXPIRED", "NOT NEEDED"]


def test_with_nothing_to_show_it_says_so_and_what_to_do_next() -> None:
    idle = at_lots(CENTER.model_copy(update={"order": None})).sheet.lines
    assert idle == ("No lot is loaded, and no order is in progress. F7 starts one.", "Scan a lot to load it.")
    assert at_lots(CENTER).sheet.lines[0] == "No lot is loaded, and nothing is known of what the order needs."


def test_movements_that_wait_are_shown_the_rejected_ones_first_with_their_reason() -> None:
    desk = at_lots(LOADED.model_copy(update={"movements": (RETURNED, RETURNED, REJECTED)}))
    assert desk.sheet.lines == (
        "× Return L-70  5 m: REJECTED  NOT_FOUND",
        "… Return L-70  5 m: not confirmed yet   and 1 more",
    )


def test_a_scan_on_the_page_is_a_scan() -> None:
    assert at_lots().scan("LOT:L-78").sent == [("scan", {"text": "LOT:L-78"})]


def test_unloading_proposes_what_is_left() -> None:
    desk = at_label().press(2)
    assert (desk.sheet.title, desk.offered) == ("Lot L-77: how much is left in it?", "120.5 m")
    assert desk.enter().sent == [("unload_lot", {"lot_id": "L-77", "qty_left": "120.5", "uom": "m"})]
    assert desk.page is Page.LOTS


@pytest.mark.parametrize("typed", ["99,25", "99.250"])
def test_another_quantity_is_typed_with_comma_or_point(typed: str) -> None:
    assert at_label().press(2).type(typed).sent == [("unload_lot", {"lot_id": "L-77", "qty_left": "99.25", "uom": "m"})]


@pytest.mark.parametrize("typed", ["1.2.3", "viel", "-1", "99999999999", "1,2345678"])
def test_what_is_no_quantity_is_refused_before_it_is_sent(typed: str) -> None:
    desk = at_label().press(2).type(typed)
    assert (desk.sent, desk.page, desk.said != "") == ([], Page.UNLOAD, True)


def test_a_lot_of_which_nobody_knows_what_is_left_is_unloaded_without_a_quantity() -> None:
    desk = at_lots().press(3).press(2)
    assert desk.offered == "Not known"
    assert desk.enter().sent == [("unload_lot", {"lot_id": "X-1"})]


def test_a_return_asks_how_much_and_why() -> None:
    desk = at_label().press(3).enter()
    assert desk.labels == ["LEFT_OVER in English", "OTHER in English"]
    assert desk.press(1).sent == [
        ("return_material", {"lot_id": "L-77", "qty": "120.5", "uom": "m", "reason": "LEFT_OVER"})
    ]


def test_a_generic_reason_wants_a_few_words() -> None:
    desk = at_label().press(3).type("20").press(2)
    assert desk.sent == []
    said = {"lot_id": "L-77", "qty": "20", "uom": "m", "reason": "OTHER", "comment": "torn at the edge"}
    assert desk.type("torn at the edge").sent == [("return_material", said)]


@pytest.mark.parametrize("typed", ["0", "-3"])
def test_nothing_is_returned_or_used_in_no_quantity(typed: str) -> None:
    desk = at_label().press(3).type(typed)
    assert (desk.said, desk.page) == ("Type more than 0.", Page.RETURN)


def test_a_lot_is_moved_to_a_place() -> None:
    assert at_label().press(4).type("RACK-9").sent == [("move_lot", {"lot_id": "L-77", "to_place": "RACK-9"})]


def test_a_name_that_is_too_long_is_refused_before_it_is_sent() -> None:
    desk = at_label().press(4).type("R" * 65)
    assert (desk.sent, desk.said) == ([], "That is too long for a name. Look again.")


def test_what_was_used_beyond_the_count_is_entered_with_its_reason() -> None:
    desk = at_label().press(5).type("3").press(1)
    said = {"lot_id": "L-77", "qty": "3", "uom": "m", "reason": "NO_STOCK", "bom_line": "10"}
    assert desk.sent == [("consume", said)]


def test_what_people_say_is_used_needs_no_reason() -> None:
    entered = LABELS.model_copy(update={"mode": "entered"})
    desk = at_lots(LOADED.model_copy(update={"components": (entered,)})).press(1).press(5).type("3")
    assert desk.enter().sent == [("consume", {"lot_id": "L-77", "qty": "3", "uom": "m", "bom_line": "10"})]


def test_a_lot_without_a_label_is_loaded_by_its_number() -> None:
    assert at_lots().enter().enter().type("C-9").sent == [("load_lot", {"bom_line": "20", "lot_id": "C-9"})]


def test_another_item_instead_is_loaded_with_its_reason() -> None:
    desk = at_lots().enter().press(2)
    assert desk.sheet.title == "Why another item instead of CABLE-77?"
    desk.press(1).type("K-1")
    assert desk.sent == [("load_lot", {"bom_line": "20", "reason": "NO_STOCK", "lot_id": "K-1"})]


def test_a_list_that_the_mes_never_sent_is_typed() -> None:
    view = floor().model_copy(update={"lists": {}})
    desk = AtDesk(view).open(Page.LOTS).press(1).press(3).enter().type("SPARE")
    assert desk.sent[0][1]["reason"] == "SPARE"


def test_the_next_lot_takes_the_place_of_one_that_is_used_up_by_scanning_it() -> None:
    desk = at_label()
    assert desk.offered == "The next lot takes its place: scan it"
    assert desk.enter().sent == [("expect_scan", {"action": "load_lot", "swap": "L-77"})]
    desk.see(floor(LOADED.model_copy(update={"expected": SWAP})))
    assert (desk.page, desk.sheet.title) == (Page.EXPECTED, "Scan the lot that takes the place of L-77")
    assert desk.scan("LOT:L-78").type("L-79").sent[1:] == [("scan", {"text": "LOT:L-78"}), ("scan", {"text": "L-79"})]
    assert desk.see(floor()).page is Page.LOTS


def test_escape_and_the_key_of_another_page_give_up_the_scan() -> None:
    waiting = floor(LOADED.model_copy(update={"expected": SWAP}))
    desk = AtDesk(waiting)
    assert desk.escape().sent == [("forget_scan", {})]
    assert desk.page is Page.RUN
    desk = AtDesk(waiting).open(Page.SCRAP)
    assert (desk.sent, desk.page) == ([("forget_scan", {})], Page.SCRAP)


def test_a_lot_that_stands_in_is_scanned_with_the_reason_said_before() -> None:
    desk = at_lots().enter().press(2).press(1).enter()
    assert desk.sent == [("expect_scan", {"bom_line": "20", "reason": "NO_STOCK", "action": "load_lot"})]


def test_one_more_lot_of_a_component_is_loaded_from_the_page_of_the_first() -> None:
    desk = at_label().press(6)
    assert desk.labels == ["L-77   120.5 m", "Type the lot's number", "Another item instead of it"]


def test_escape_goes_one_step_back() -> None:
    desk = at_label().press(3).enter()
    assert [desk.escape().page for _ in range(4)] == [Page.RETURN, Page.LOT, Page.LOTS, Page.RUN]


@pytest.mark.parametrize("steps", [(1,), (1, 2), (1, 3), (1, 4), (1, 5)])
def test_the_page_of_a_lot_that_is_gone_is_left(steps: tuple[int, ...]) -> None:
    desk = at_lots()
    for digit in steps:
        desk.press(digit)
    gone = LOADED.model_copy(update={"loaded": (), "components": ()})
    assert desk.see(floor(gone)).page is Page.LOTS


@pytest.mark.parametrize("steps", [1, 2])
def test_the_page_of_a_component_that_is_no_longer_needed_is_left(steps: int) -> None:
    desk = at_lots()
    for _ in range(steps):
        desk.enter()
    assert desk.see(floor(LOADED.model_copy(update={"components": ()}))).page is Page.LOTS


def test_what_somebody_has_no_right_to_is_marked_and_may_be_tried() -> None:
    desk = at_lots(LOADED.model_copy(update={"barred": ("return_material",)})).press(1)
    assert desk.labels[2] == "× NO RIGHT  Return to the store"
    assert desk.press(3).page is Page.RETURN


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_plants_own_texts_are_in_the_operators_language(language: Language) -> None:
    desk = AtDesk(floor(), language).open(Page.LOTS)
    assert desk.labels[0].endswith(LABELS.text[language])
    assert LABEL.lot_id in desk.labels[0]
