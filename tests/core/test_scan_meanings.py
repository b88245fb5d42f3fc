"""What codes mean here and now: orders, places, tools, untrusted readers, and what is no code (domain.md E3, F6)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from agent.core.codes.layouts import KAZAKH, RUSSIAN
from agent.core.directories import Directories, Resources
from agent.core.facts import (
    LotLoaded,
    LotMoved,
    OperationPaused,
    OperationStarted,
    ScanAccepted,
    ScanRefused,
)
from agent.core.observations import BADGE, ScanFlaw
from agent.core.views import Reply
from tests.core.build import entry, scan, types
from tests.core.floor import Floor, a_floor, a_line, a_lot

BOARD = a_line("10", "BOARD")


def a_place(plan: Directories | None = None) -> Floor:
    """With order PO-1 in progress and a lot of its board."""
    floor = Floor(plan or a_floor(BOARD, lots=[a_lot("L1", "BOARD", qty="10")]))
    floor.start()
    return floor


def with_tools(*tools: dict[str, object]) -> Directories:
    listed = [{"kind": "tool", **tool} for tool in tools]
    return replace(a_floor(BOARD), resources=Resources.model_validate({"rev": "1", "resources": listed}))


def heard(floor: Floor, text: str, **more: object) -> tuple[Reply, list[str]]:
    """The answer to a scan, and the facts that it made."""
    floor.at += 2.0
    outcome = floor.story.observe(replace(scan(floor.at, text), **more))  # type: ignore[arg-type]
    assert outcome.reply is not None
    return outcome.reply, types(outcome.facts)


def test_the_code_of_the_order_in_progress_opens_it_and_starts_nothing() -> None:
    floor = a_place()
    reply, facts = heard(floor, "ORD:PO-1")
    assert (reply.accepted, reply.message, facts) == (True, "Order PO-1 is in progress.", ["scan.accepted"])
    assert heard(floor, "OP:PO-1:10")[1] == ["scan.accepted"]
    assert len(floor.story.of(OperationStarted)) == 1


def test_the_code_of_a_paused_order_goes_on_with_it_and_that_of_another_says_what_to_finish() -> None:
    floor = a_place()
    floor.say("pause_operation", reason="LUNCH")
    assert floor.story.of(OperationPaused)
    assert floor.scan("ORD:PO-1").message == "Order PO-1 goes on."
    reply = floor.scan("ORD:PO-2")
    assert (reply.code, "Finish or pause it first" in reply.message) == ("OPERATION_IN_PROGRESS", True)


def test_a_lot_that_is_loaded_already_is_taken_as_information() -> None:
    floor = a_place()
    floor.scan("LOT:L1:BOARD")
    reply, facts = heard(floor, "LOT:L1:BOARD")
    assert (reply.accepted, reply.code, facts) == (True, "ALREADY_LOADED", ["scan.accepted"])
    assert len(floor.story.of(LotLoaded)) == 1


def test_another_item_with_the_number_of_a_loaded_lot_is_refused() -> None:
    floor = a_place()
    floor.scan("LOT:L1:BOARD")
    reply, facts = heard(floor, "LOT:L1:CABLE")
    assert (reply.code, facts) == ("WRONG_ITEM", ["scan.refused"])


def test_a_place_takes_the_lot_that_was_scanned_just_before() -> None:
    floor = a_place()
    floor.scan("LOT:L1:BOARD")
    floor.restart()
    reply, facts = heard(floor, "LOC:RACK-7")
    assert (reply.message, facts) == ("Lot L1 moved to RACK-7.", ["scan.accepted", "lot.moved"])
    (moved,) = floor.story.of(LotMoved)
    assert (moved.to_place, moved.quality.origin, moved.quality.entry) == ("RACK-7", "scanner", "scan")
    assert floor.scan("LOC:RACK-7").code == "SAME_PLACE"


def test_a_place_alone_or_a_minute_later_moves_nothing() -> None:
    floor = a_place()
    assert floor.scan("LOC:RACK-7").code == "NOTHING_TO_MOVE"
    floor.scan("LOT:L1:BOARD")
    floor.wait(61.0)
    assert floor.scan("LOC:RACK-7").code == "NOTHING_TO_MOVE"
    floor.scan("LOT:L1:BOARD")
    floor.scan("RSN:NOTHING-STANDS")
    assert floor.scan("LOC:RACK-7").accepted


def test_a_refused_lot_is_not_moved() -> None:
    floor = a_place(a_floor(BOARD, lots=[a_lot("HELD", "BOARD", status="restricted")]))
    assert floor.scan("LOT:HELD:BOARD").code == "LOT_ON_HOLD"
    assert floor.scan("LOC:RACK-7").code == "NOTHING_TO_MOVE"


@pytest.mark.parametrize(
    ("tool", "code"), [("M-7", "ok"), ("M-8", "TOOL_UNAVAILABLE"), ("M-9", "UNKNOWN_TOOL"), ("007", "UNKNOWN_TOOL")]
)
def test_a_tool_is_noted_where_the_mes_lets_it_be_used(tool: str, code: str) -> None:
    floor = a_place(with_tools({"resource_id": "M-7"}, {"resource_id": "M-8", "available": False}))
    reply, facts = heard(floor, f"TOOL:{tool}")
    assert (reply.code, facts) == (code, ["scan.accepted" if code == "ok" else "scan.refused"])


def test_any_tool_is_noted_where_the_mes_lists_none() -> None:
    floor = a_place()
    assert floor.scan("TOOL:M-7").message == "Tool M-7 noted."
    (told,) = floor.story.of(ScanAccepted)
    assert told.meaning == "tool"


@pytest.mark.parametrize(("text", "badge"), [(BADGE, "0" * 64), ("%EA%PAUSE", None)])
def test_keys_are_not_taken_from_an_untrusted_reader(text: str, badge: str | None) -> None:
    floor = a_place()
    reply, facts = heard(floor, text, badge=badge, trusted=False)
    assert (reply.code, facts) == ("NOT_TRUSTED", ["scan.refused"])
    assert floor.story.station.state.crew.people == ()
    assert heard(floor, "LOT:L1:BOARD", trusted=False)[0].accepted


@pytest.mark.parametrize(
    ("flaw", "code"), [("incomplete", "INCOMPLETE"), ("too_long", "TOO_LONG"), ("overrun", "OVERRUN")]
)
def test_what_is_no_whole_code_is_refused_each_time(flaw: ScanFlaw, code: str) -> None:
    floor = a_place()
    for _ in range(2):
        outcome = floor.story.observe(replace(scan(floor.at + 0.1, ""), flaw=flaw))
        assert outcome.reply is not None
        assert (outcome.reply.code, types(outcome.facts)) == (code, ["scan.refused"])
        assert outcome.reply.pattern
    told = floor.story.of(ScanRefused)
    assert [one.text for one in told] == ["", ""]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("ORD:PO-2ORD:PO-2", "DOUBLED"),
        ("LOT:L1:BOARDLOT:L1:BOARD", "DOUBLED"),
        ("SN:12SN:12", "DOUBLED"),
        ("LOT:L1:BOARDLOT:L2:BOARD", "TWO_CODES"),
        ("SN:1]d2SN:2", "TWO_CODES"),
        ("SN:1%EA%PAUSE", "TWO_CODES"),
        ("ORD:PO-2SN:1TOOL:7", "TWO_CODES"),
    ],
)
def test_codes_that_ran_together_are_refused_whatever_patterns_say(text: str, code: str) -> None:
    floor = a_place()
    reply, facts = heard(floor, text)
    assert (reply.code, facts) == (code, ["scan.refused"])


def test_what_really_looks_like_a_code_twice_is_typed() -> None:
    floor = a_place()
    assert floor.scan("SN:12SN:12").code == "DOUBLED"
    assert heard(floor, "SN:12SN:12", manual=True)[0].message == "Unit 12SN:12 taken."
    assert floor.scan("SN:1212").accepted


def through(layout: Mapping[int, int], text: str) -> str:
    """What a reader types through another layout."""
    return text.translate({to: key for key, to in layout.items()})


@pytest.mark.parametrize("layout", [RUSSIAN, KAZAKH])
@pytest.mark.parametrize("code", ["ORD:PO-2", "LOT:0042:BOARD", "SN:a_B"])
def test_a_code_through_another_keyboard_layout_is_refused_with_the_way_out(
    layout: Mapping[int, int], code: str
) -> None:
    floor = a_place()
    typed = through(layout, code)
    reply, facts = heard(floor, typed)
    assert (reply.code, facts) == ("WRONG_LAYOUT", ["scan.refused"])
    assert "Switch it to English" in reply.message
    (told,) = floor.story.of(ScanRefused)
    assert told.text == typed != code


@pytest.mark.parametrize("layout", [RUSSIAN, KAZAKH])
def test_what_would_be_no_code_in_english_either_is_unknown(layout: Mapping[int, int]) -> None:
    assert a_place().scan(through(layout, "ORDER PO-2")).code == "UNKNOWN_CODE"


@pytest.mark.parametrize("layout", [RUSSIAN, KAZAKH])
def test_a_badge_through_another_layout_leaves_nothing_of_itself(layout: Mapping[int, int]) -> None:
    floor = a_place()
    reply, _ = heard(floor, through(layout, "BDG:0042"))
    (told,) = floor.story.of(ScanRefused)
    assert (reply.code, told.text) == ("SPOILED_BADGE", BADGE)


def test_the_same_code_after_an_entry_is_another_scan() -> None:
    floor = a_place()
    first = floor.story.observe(scan(floor.at + 0.1, "LOT:L1:BOARD"))
    echo = floor.story.observe(scan(floor.at + 0.2, "LOT:L1:BOARD"))
    floor.story.observe(entry(floor.at + 0.4, "unload_lot", lot_id="L1"))
    again = floor.story.observe(scan(floor.at + 0.6, "LOT:L1:BOARD"))
    assert [types(one.facts) for one in (first, echo, again)] == [
        ["scan.accepted", "lot.loaded"],
        [],
        ["scan.accepted", "lot.loaded"],
    ]
    assert echo.reply is not None
    assert (echo.reply.code, echo.reply.pattern) == ("ECHO", "The reader sent it twice; it counts once.")


def test_the_echo_of_a_refusal_says_again_why_and_makes_no_second_fact() -> None:
    floor = a_place()
    first, echo = (floor.story.observe(scan(floor.at + at, "LOT:NO-SUCH:CABLE")) for at in (0.1, 0.2))
    assert first.reply is not None
    assert echo.reply == first.reply.model_copy(update={"code": "ECHO", "fact_ids": ()})
    assert (first.reply.accepted, types(first.facts), echo.facts) == (False, ["scan.refused"], ())


def test_an_entry_that_was_refused_lets_an_echo_be_one() -> None:
    floor = a_place()
    floor.story.observe(scan(floor.at + 0.1, "LOT:L1:BOARD"))
    floor.story.observe(entry(floor.at + 0.2, "unload_lot", lot_id="NOT-HERE"))
    assert floor.story.observe(scan(floor.at + 0.3, "LOT:L1:BOARD")).facts == ()


def test_names_of_all_parts_of_a_code_must_fit() -> None:
    floor = a_place()
    assert floor.scan("OP:" + "O" * 65 + ":10").code == "TOO_LONG"
    assert floor.scan("LOT:L9:" + "I" * 65).code == "TOO_LONG"
