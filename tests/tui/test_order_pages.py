"""The pages about orders (domain.md E2-8; requirements 42, 75, 79)."""

from __future__ import annotations

from typing import Any

import pytest

from agent.core.facts import OperationStatus
from agent.core.orders.order_view import OrderView, PredecessorView
from agent.core.views import CodeView, ListView
from agent.tui.scene import Scene
from agent.tui.sheets.rights import marked
from agent.tui.sheets.sheet import Page, Send, Show
from tests.tui.scenes import a_scene, confirmed, labels, note, opened, picked, sheet, typed
from tests.tui.views import CENTER, NEXT, ORDER, UNRELEASED

WHY = ListView(
    codes=(
        CodeView(code="BREAK", text={"en": "Break"}),
        CodeView(code="OTHER", text={"en": "Something else"}, generic=True),
    )
)
KEY = {"order_id": "PO-1001", "op_no": "20"}
NEXT_KEY = {"order_id": "PO-1002", "op_no": "20"}


def at_work(**view: Any) -> Scene:  # noqa: ANN401 - fields
    return a_scene(CENTER, **{"lists": {"interruptions": WHY, "deviations": WHY}, **view})


def idle(*orders: OrderView, **center: Any) -> Scene:  # noqa: ANN401 - fields
    shown = CENTER.model_copy(update={"order": None, "orders": orders, **center})
    return a_scene(shown, lists={"deviations": WHY})


def changed(**fields: Any) -> OrderView:  # noqa: ANN401 - fields
    return NEXT.model_copy(update=fields)


def test_the_first_order_is_started_by_two_keys() -> None:
    shown = sheet(idle(NEXT), Page.ORDERS)
    assert confirmed(shown) == Send("Start PO-1002 / 20", "start_operation", NEXT_KEY)


def test_an_order_that_is_not_released_says_so_and_can_still_be_started() -> None:
    released = changed(release_status="planned", contradictions=("order_not_released",))
    shown = sheet(idle(released), Page.ORDER, **NEXT_KEY)
    assert shown.lines[-1] == "! Not released: ask the planner, or start it all the same."
    assert confirmed(shown) == Send("Start PO-1002 / 20", "start_operation", NEXT_KEY)


@pytest.mark.parametrize(
    "off_route",
    [
        {"contradictions": ("wrong_work_center",)},
        {"predecessors": (PredecessorView(op_no="10", status="waiting", mandatory=True),)},
    ],
)
def test_what_leaves_the_route_is_asked_why_and_may_be_started_without_an_answer(off_route: dict[str, Any]) -> None:
    scene = idle(changed(**off_route))
    asked = opened(scene, confirmed(sheet(scene, Page.ORDER, **NEXT_KEY)))
    assert asked.title == "Start PO-1002 / 20: why?"
    assert picked(asked, "Break") == Send("Start PO-1002 / 20", "start_operation", {**NEXT_KEY, "reason": "BREAK"})
    assert confirmed(asked) == Send("Start PO-1002 / 20", "start_operation", NEXT_KEY)
    beside = opened(scene, picked(asked, "Something else"))
    assert typed(beside, "rush") == Send(
        "Start PO-1002 / 20", "start_operation", {**NEXT_KEY, "reason": "OTHER", "comment": "rush"}
    )


def test_operations_before_it_that_are_completed_or_not_mandatory_ask_nothing() -> None:
    before = (
        PredecessorView(op_no="10", status="completed", mandatory=True),
        PredecessorView(op_no="15", status="waiting", mandatory=False),
    )
    scene = idle(changed(predecessors=before))
    assert isinstance(confirmed(sheet(scene, Page.ORDER, **NEXT_KEY)), Send)


def test_the_order_in_progress_is_paused_with_a_reason() -> None:
    scene = at_work()
    asked = opened(scene, picked(sheet(scene, Page.ORDER, **KEY), "Pause"))
    assert picked(asked, "Break") == Send("Pause PO-1001 / 20", "pause_operation", {"reason": "BREAK"})
    assert asked.primary is None


def test_without_a_list_the_reason_of_a_pause_is_typed() -> None:
    scene = at_work(lists={})
    asked = opened(scene, picked(sheet(scene, Page.ORDER, **KEY), "Pause"))
    assert typed(asked, "lunch") == Send("Pause PO-1001 / 20", "pause_operation", {"reason": "lunch"})


def test_what_can_be_done_with_the_order_in_progress() -> None:
    scene = at_work()
    shown = sheet(scene, Page.ORDER, **KEY)
    assert labels(shown) == [
        "Pause",
        "Start a setup",
        "Finish in part: the rest follows",
        "Break off: it may go on later",
        "Give up for good",
    ]
    assert picked(shown, "Start a setup") == Send("Start a setup", "start_setup", {})
    assert picked(shown, "Finish in part") == Send("Finish in part: the rest follows", "partial_operation", {})
    given_up = opened(scene, picked(shown, "Give up"))
    assert picked(given_up, "Break") == Send("Give up PO-1001 / 20", "abort_operation", {"reason": "BREAK"})


def test_a_setup_that_is_under_way_is_ended() -> None:
    scene = a_scene(CENTER.model_copy(update={"setting_up": True}))
    assert picked(sheet(scene, Page.ORDER, **KEY), "End the setup") == Send("End the setup", "end_setup", {})


def test_what_whoever_acts_has_no_right_to_is_marked_and_can_be_tried() -> None:
    scene = a_scene(CENTER.model_copy(update={"barred": ("abort_operation",)}), lists={"interruptions": WHY})
    shown = marked(sheet(scene, Page.ORDER, **KEY), scene)
    assert "× NO RIGHT  Give up for good" in labels(shown)
    assert isinstance(picked(shown, "× NO RIGHT  Give up"), Show)


def test_a_finish_is_asked_once() -> None:
    scene = at_work()
    asked = opened(scene, confirmed(sheet(scene, Page.ORDERS)))
    assert asked.title == "Finish PO-1001 / 20?"
    assert confirmed(asked) == Send("Finish PO-1001 / 20", "complete_operation", KEY)


def test_while_one_is_in_progress_the_way_to_another_leads_over_it() -> None:
    scene = at_work()
    shown = sheet(scene, Page.ORDER, **NEXT_KEY)
    assert shown.primary is not None
    assert shown.primary.label == "First finish or pause PO-1001 / 20"
    assert opened(scene, confirmed(shown)).title == "PO-1001 / 20"


@pytest.mark.parametrize("status", ["paused", "partially_completed", "stopped"])
def test_what_was_left_is_gone_on_with(status: OperationStatus) -> None:
    shown = sheet(idle(changed(status=status)), Page.ORDERS)
    assert confirmed(shown) == Send("Go on with PO-1002 / 20", "resume_operation", NEXT_KEY)


def test_a_paused_order_can_be_finished_without_going_on() -> None:
    paused = ORDER.model_copy(update={"status": "paused"})
    scene = a_scene(CENTER.model_copy(update={"order": paused}))
    shown = sheet(scene, Page.ORDER, **KEY)
    assert labels(shown)[0] == "Finish PO-1001 / 20"
    assert opened(scene, picked(shown, "Finish PO-1001")).title == "Finish PO-1001 / 20?"


@pytest.mark.parametrize("status", ["completed", "aborted"])
def test_what_has_ended_is_not_started(status: OperationStatus) -> None:
    scene = idle(changed(status=status))
    assert opened(scene, confirmed(sheet(scene, Page.ORDER, **NEXT_KEY))).title == "Orders: press a digit"


@pytest.mark.parametrize("page", [Page.ORDER, Page.FINISH])
def test_an_order_that_was_withdrawn_meanwhile_is_left(page: Page) -> None:
    assert note(idle(UNRELEASED), page, KEY) == "This order is no longer here."
