"""The pages about stops (domain.md E2-3, E2-4; R11 to R13, R19 to R22)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.core.machine.conditions import Condition
from agent.core.stops.stop_view import ClosedStopView, PartView
from agent.core.times import epoch, iso
from agent.core.views import CodeView
from agent.core.work_center_view import UndoView, WorkCenterView
from agent.tui.scene import Scene
from agent.tui.sheets.run import run
from agent.tui.sheets.sheet import DIGITS, Note, Page, Send, Show
from agent.tui.sheets.splitting import MOST
from agent.tui.sheets.undoing import offer
from tests.tui.at_desk import AT, AtDesk
from tests.tui.scenes import a_scene, confirmed, labels, note, opened, picked, sheet, typed
from tests.tui.views import CENTER, NOON, STOP, STOPPED, showing

GROUPS = {"M": {"en": "Machine", "ru": "Оборудование"}, "P": {"en": "People"}}


def code(name: str, group: str | None = None, *, generic: bool = False) -> CodeView:
    return CodeView(code=name, text={"en": name.title()}, group=group, generic=generic)


MANY = (*(code(f"M{n}", "M") for n in range(6)), *(code(f"P{n}", "P") for n in range(6)), code("LOOSE"))
"""Thirteen in three groups, one of which has no name."""


def a_closed_stop(number: int, **more: Any) -> ClosedStopView:  # noqa: ANN401 - fields
    """Ten minutes long, the later the greater its number; nobody has explained it."""
    fields: dict[str, Any] = {
        "stop_id": f"c-{number}",
        "stop_class": "down",
        "condition": Condition.IDLE,
        "start": f"2026-03-04T05:{number:02}:00.000Z",
        "end": f"2026-03-04T05:{number + 10:02}:00.000Z",
        "reason_code": "UNCODED",
        "unexplained": f"c-{number}.1",
        "segment_id": f"c-{number}.1",
    }
    return ClosedStopView(**{**fields, **more})


EXPLAINED = {"reason_code": "JAM", "unexplained": None}


def with_stops(*stops: ClosedStopView, center: WorkCenterView = CENTER, **view: Any) -> Scene:  # noqa: ANN401 - likewise
    return a_scene(center.model_copy(update={"closed_stops": stops}), **view)


def with_open_stop(**changed: Any) -> Scene:  # noqa: ANN401 - likewise
    return a_scene(STOPPED.model_copy(update={"stop": STOP.model_copy(update=changed)}))


def a_part(number: int, since: str, until: str | None, **more: Any) -> PartView:  # noqa: ANN401 - likewise
    fields: dict[str, Any] = {"segment_class": "down", "reason_code": None, "inherited": False, "comment": ""}
    return PartView(segment_id=f"stop-7.{number}", since=since, until=until, **{**fields, **more})


# Reasons: nine at most, in two levels where there are more.


def test_nine_reasons_are_one_level_in_the_order_of_the_directory_and_the_alarms_suggestion_is_marked() -> None:
    shown = sheet(with_open_stop(suggested_reason="MAT"), Page.STOPS)
    assert [choice.label for choice in shown.choices if choice.marked] == ["► No material"]
    assert labels(shown)[0] == "Jam in the feeder"
    assert picked(shown, "► No material") == Send(
        "Reason: No material", "set_reason", {"code": "MAT", "stop_id": "stop-7"}
    )


def test_more_than_nine_are_two_levels_the_suggestion_first_then_favourites_then_groups() -> None:
    center = STOPPED.model_copy(
        update={"stop": STOP.model_copy(update={"suggested_reason": "P5"}), "favourites": ("M3", "P5", "M1")}
    )
    scene = a_scene(center, reasons=MANY, reason_groups=GROUPS)
    shown = sheet(scene, Page.STOPS)
    assert labels(shown) == ["► P5", "M3", "M1", "Machine …", "People …", "Loose"]
    assert labels(opened(scene, picked(shown, "Machine"))) == [f"M{n}" for n in range(6)]
    assert labels(run(scene)) == labels(shown)
    assert opened(scene, run(scene).choices[3].deed) == opened(scene, picked(shown, "Machine"))


@given(
    st.lists(st.sampled_from("ABCDEFGHIJK"), min_size=10, max_size=60),
    st.lists(st.integers(0, 9), max_size=4, unique=True),
    st.sampled_from([None, "C0"]),
)
def test_no_level_has_more_than_nine_choices_unless_there_are_more_groups_or_codes_in_one(
    groups: list[str], favourites: list[int], suggested: str | None
) -> None:
    codes = tuple(code(f"C{number}", group) for number, group in enumerate(groups))
    stop = STOP.model_copy(update={"suggested_reason": suggested})
    center = STOPPED.model_copy(update={"stop": stop, "favourites": tuple(f"C{number}" for number in favourites)})
    scene = a_scene(center, reasons=codes)
    first = sheet(scene, Page.STOPS)
    if len(set(groups)) > 1:
        assert len(first.choices) <= max(DIGITS, len(set(groups)))
    reached = set(labels(first))
    for choice in first.choices:
        if isinstance(choice.deed, Show):
            reached |= set(labels(opened(scene, choice.deed)))
    assert {one.code for one in codes} <= {label.removeprefix("► ") for label in reached}


def test_a_generic_reason_asks_what_it_was_before_it_is_entered() -> None:
    scene = a_scene(STOPPED, reasons=(code("JAM"), code("OTHER", generic=True)))
    asked = opened(scene, picked(sheet(scene, Page.STOPS), "Other"))
    assert typed(asked, "belt torn") == Send(
        "Reason: Other", "set_reason", {"code": "OTHER", "comment": "belt torn", "stop_id": "stop-7"}
    )


def test_without_reasons_the_page_says_where_they_come_from() -> None:
    shown = sheet(a_scene(STOPPED, reasons=()), Page.STOPS)
    assert shown.title == "The agent has no reasons yet. They come from the MES."


def test_a_stop_that_ends_while_its_reason_is_looked_for_is_still_given_it() -> None:
    opened_then = Show(Page.REASONS, {"parts": "s-1.1"})
    over = a_closed_stop(1, stop_id="stop-7", segment_id="s-1.1", unexplained="s-1.1")
    shown = opened(with_stops(over), opened_then)
    assert picked(shown, "Jam") == Send(
        "Reason: Jam in the feeder", "set_reason", {"code": "JAM", "segment_id": "s-1.1"}
    )


# The open stop once it has a reason.


def test_an_inherited_reason_is_confirmed_by_enter_and_can_be_changed() -> None:
    part = a_part(1, STOP.start, None, reason_code="JAM", inherited=True)
    scene = with_open_stop(reason_code="JAM", inherited=True, segment_id="stop-7.1", parts=(part,))
    shown = sheet(scene, Page.STOPS)
    assert shown.lines == ("Jam in the feeder (carried over: confirm or change it)",)
    assert confirmed(shown) == Send("Reason: Jam in the feeder", "set_reason", {"code": "JAM", "stop_id": "stop-7"})
    changed = opened(scene, picked(shown, "Change its reason"))
    assert picked(changed, "No material") == Send(
        "Reason: No material", "set_reason", {"code": "MAT", "stop_id": "stop-7"}
    )


def test_a_reason_can_be_commented() -> None:
    part = a_part(1, STOP.start, None, reason_code="JAM")
    scene = with_open_stop(reason_code="JAM", segment_id="stop-7.1", parts=(part,))
    asked = opened(scene, picked(sheet(scene, Page.STOPS), "Comment"))
    assert typed(asked, "third time") == Send(
        "Reason: Jam in the feeder", "set_reason", {"code": "JAM", "comment": "third time", "stop_id": "stop-7"}
    )


def test_a_reason_that_no_list_holds_can_be_changed_and_not_commented() -> None:
    part = a_part(1, STOP.start, None, reason_code="WAITING_UPSTREAM", segment_class="external")
    scene = with_open_stop(reason_code="WAITING_UPSTREAM", segment_id="stop-7.1", parts=(part,))
    shown = sheet(scene, Page.STOPS)
    assert shown.lines == ("Waits for material",)
    assert "Comment" not in labels(shown)
    assert opened(scene, confirmed(shown)).title == "Why did it stop? Press a digit"


def test_a_stop_held_by_its_reason_while_the_machine_runs_is_ended_by_enter() -> None:  # R13
    part = a_part(1, STOP.start, None, reason_code="TOOL")
    stop = STOP.model_copy(update={"reason_code": "TOOL", "segment_id": "stop-7.1", "parts": (part,)})
    scene = a_scene(CENTER.model_copy(update={"stop": stop}))
    assert confirmed(sheet(scene, Page.STOPS)) == Send("The stop is over.", "end_stop", {})


# Splitting.


def test_a_stop_is_split_at_a_time_so_many_minutes_ago() -> None:
    scene = with_open_stop()  # since 11:51:10
    shown = sheet(scene, Page.SPLIT, segment_id="s-1.1")
    assert labels(shown) == ["11:59   1 min ago", "11:58   2 min ago", "11:57   3 min ago", "11:55   5 min ago"]
    assert picked(shown, "11:55") == Send(
        "Split at 11:55",
        "split_stop",
        {"segment_id": "s-1.1", "at": "2026-03-04T06:55:00.000Z"},
        Show(Page.PARTS, {"stop_id": "stop-7"}),
    )


@pytest.mark.parametrize("text", ["1155", "11:55", "11.55", "11,55", " 11:55 "])
def test_the_time_of_a_split_is_typed_in_the_plants_zone(text: str) -> None:
    scene = with_open_stop()
    asked = opened(scene, confirmed(sheet(scene, Page.SPLIT, segment_id="s-1.1")))
    deed = typed(asked, text)
    assert isinstance(deed, Send)
    assert deed.arguments["at"] == "2026-03-04T06:55:00.000Z"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("13:05", "That is not between 11:51 and 12:00."),
        ("25:00", "'25:00' is no time; type it such as 13:05."),
        ("soon", "'soon' is no time; type it such as 13:05."),
    ],
)
def test_a_time_that_cannot_be_is_said_and_nothing_is_entered(text: str, said: str) -> None:
    asked = sheet(with_open_stop(), Page.SPLIT, segment_id="s-1.1", typed="")
    assert typed(asked, text) == Note(said)


@given(st.integers(121, 200_000))
def test_every_offered_time_leaves_two_parts_of_a_minute(seconds: int) -> None:
    until = epoch(NOON)
    stop = a_closed_stop(1, start=iso(until - seconds), end=iso(until))
    shown = sheet(with_stops(stop), Page.SPLIT, segment_id="c-1.1")
    assert 0 < len(shown.choices) <= MOST
    for choice in shown.choices:
        assert isinstance(choice.deed, Send)
        at = epoch(choice.deed.arguments["at"])
        assert until - seconds + 60 <= at + 0.001
        assert at <= until - 60 + 0.001


def test_after_a_split_each_part_of_the_open_stop_is_given_its_reason() -> None:
    parts = (a_part(1, STOP.start, NOON), a_part(2, NOON, None))
    scene = with_open_stop(segment_id="stop-7.2", parts=parts)
    shown = sheet(scene, Page.PARTS, stop_id="stop-7")
    assert [label.split("   ")[0] for label in labels(shown)] == ["11:51–12:00", "12:00–…"]
    first = picked(opened(scene, picked(shown, "11:51")), "Jam")
    assert first == Send(
        "Reason: Jam in the feeder",
        "set_reason",
        {"code": "JAM", "segment_id": "stop-7.1"},
        Show(Page.PARTS, {"stop_id": "stop-7"}),
    )
    assert opened(scene, confirmed(shown)) == opened(scene, picked(shown, "11:51"))


# Stops to explain.


def test_stops_to_explain_say_when_how_long_and_what_the_machine_did() -> None:
    scene = with_stops(a_closed_stop(40), a_closed_stop(20, late=True), a_closed_stop(10, **EXPLAINED))
    shown = sheet(scene, Page.STOPS)
    assert shown.title == "Stops to explain: press a digit"
    assert labels(shown) == ["10:40–10:50   0:10:00   ■ IDLE", "10:20–10:30   0:10:00   ■ IDLE   ! counts as late"]
    assert opened(scene, picked(shown, "10:20")).lines == ("10:20–10:30   0:10:00   ■ IDLE   ! counts as late",)


def test_enter_gives_all_of_them_one_reason_each_in_an_entry_of_its_own() -> None:
    scene = with_stops(a_closed_stop(40), a_closed_stop(20))
    asked = opened(scene, confirmed(sheet(scene, Page.STOPS)))
    assert asked.lines == ("One reason for 2 stops",)
    assert picked(asked, "Jam") == Send(
        "Reason: Jam in the feeder",
        "set_reason",
        {"code": "JAM", "segment_id": "c-40.1"},
        Show(Page.EXPLAIN),
        ({"code": "JAM", "segment_id": "c-20.1"},),
    )


def test_a_stop_that_comes_to_the_list_meanwhile_is_not_among_those_that_were_chosen() -> None:
    chosen = confirmed(sheet(with_stops(a_closed_stop(20), a_closed_stop(10)), Page.EXPLAIN))
    later = with_stops(a_closed_stop(40), a_closed_stop(20), a_closed_stop(10))
    deed = picked(opened(later, chosen), "Jam")
    assert isinstance(deed, Send)
    assert [one["segment_id"] for one in (deed.arguments, *deed.more)] == ["c-20.1", "c-10.1"]


def test_a_stop_that_was_explained_can_be_given_another_reason_and_be_split() -> None:
    scene = with_stops(a_closed_stop(10, **EXPLAINED))
    shown = sheet(scene, Page.STOPS)
    assert labels(shown) == ["10:10–10:20   0:10:00   Jam in the feeder"]
    one = opened(scene, picked(shown, "10:10"))
    assert labels(one) == ["Comment", "Split it in two"]
    assert picked(opened(scene, confirmed(one)), "No material") == Send(
        "Reason: No material", "set_reason", {"code": "MAT", "segment_id": "c-10.1"}
    )


def test_there_is_nothing_to_explain() -> None:
    assert note(a_scene(CENTER), Page.STOPS) == "There is no stop to explain."


# Work centers without a machine.


def test_where_no_machine_is_f2_begins_a_stop_with_its_reason_and_ends_it() -> None:
    center = CENTER.model_copy(update={"manual": True, "closed_stops": (a_closed_stop(10),)})
    shown = sheet(a_scene(center), Page.STOPS)
    assert shown.title == "It stops now. Why?"
    assert picked(shown, "Cleaning") == Send("Stop: Cleaning", "start_stop", {"code": "CLEAN"})
    assert opened(a_scene(center), confirmed(shown)).title == "Stops to explain: press a digit"
    part = a_part(1, STOP.start, None, reason_code="CLEAN")
    stop = {"manual": True, "reason_code": "CLEAN", "segment_id": "stop-7.1", "parts": (part,)}
    stopped = STOPPED.model_copy(update={"manual": True, "stop": STOP.model_copy(update=stop)})
    assert confirmed(sheet(a_scene(stopped), Page.STOPS)) == Send("The stop is over.", "end_stop", {})


def test_a_generic_reason_at_the_beginning_of_a_stop_is_commented_too() -> None:
    scene = a_scene(CENTER.model_copy(update={"manual": True}), reasons=(code("OTHER", generic=True),))
    asked = opened(scene, picked(sheet(scene, Page.STOPS), "Other"))
    assert typed(asked, "belt off") == Send("Stop: Other", "start_stop", {"code": "OTHER", "comment": "belt off"})


# Undo.

LAST = UndoView(actor="OP-7", type="scrap.recorded", text="2 pcs", until="2026-03-04T07:00:24.000Z")


def test_what_was_recorded_just_now_is_taken_back_after_one_question() -> None:
    scene = a_scene(CENTER.model_copy(update={"undo": LAST}))
    assert offer(scene) == "Del takes back: Scrap 2 pcs (24 s)"
    shown = sheet(scene, Page.UNDO)
    assert (shown.title, confirmed(shown)) == (
        "Take back: Scrap 2 pcs",
        Send("Take back: Scrap 2 pcs", "undo_last", {}),
    )


def test_after_its_time_nothing_is_offered_any_more() -> None:
    late = a_scene(CENTER.model_copy(update={"undo": LAST}), at=LAST.until)
    assert offer(late) == ""
    assert note(late, Page.UNDO) == "There is nothing to take back. Only what was recorded just now can be."


# On other pages.


def test_a_stop_that_asks_why_is_not_forgotten_on_other_pages() -> None:
    at_desk = AtDesk(showing(STOPPED))
    reminder = "It stands and nobody has said why: F2"
    assert at_desk.desk.prompt(AT) != reminder
    assert at_desk.open(Page.ORDERS).desk.prompt(AT) == reminder
    assert at_desk.open(Page.STOPS).desk.prompt(AT) != reminder
