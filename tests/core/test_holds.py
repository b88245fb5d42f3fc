"""Holds: placed once, released at most once, by whoever may; the MES's own word on a lot holds it too."""

from __future__ import annotations

from dataclasses import replace

import pytest

from agent.core.facts import HoldPlaced, HoldReleased, Reason
from agent.core.quality.quality_shown import view
from tests.core.build import (
    Story,
    a_manual_station,
    a_plan,
    a_story,
    an_order,
    by_supervisor,
    clock,
    entry,
    scan,
    started,
)
from tests.core.test_checks import a_list, a_lot, code_of


def a_floor() -> Story:
    plan = replace(a_plan(an_order("PO-1")), lots={"L-9": a_lot("L-9", status="restricted")})
    return a_story(started(0.0), station=a_manual_station(orders=True), plan=plan)


def test_a_hold_is_placed_by_anybody_and_released_by_quality_or_a_supervisor() -> None:
    story = a_floor()
    story.hear(entry(1.0, "place_hold", target="lot", target_id="L-1", reason="MOIST", comment="wet box"))
    (placed,) = story.of(HoldPlaced)
    assert isinstance(placed, HoldPlaced)
    assert (placed.keys.lot_id, placed.keys.order_id, placed.actor, placed.comment) == ("L-1", None, "anna", "wet box")
    assert placed.reason == Reason(code="MOIST", dir="holds", rev=None)
    release = entry(2.0, "release_hold", hold_id=placed.hold_id, comment="dried")
    assert code_of(story, release) == "NEEDS_SUPERVISOR"
    assert code_of(story, replace(release, role="quality")) == "ok"
    (released,) = story.of(HoldReleased)
    assert isinstance(released, HoldReleased)
    assert (released.hold_id, released.since, released.comment) == (placed.hold_id, clock(1.0), "dried")
    assert view(story.station.state, story.plan).holds == ()


def test_what_is_held_is_held_once_and_released_once() -> None:
    story = a_floor()
    place = entry(1.0, "place_hold", target="order", target_id="PO-1", reason="DRAWING")
    release = by_supervisor(entry(2.0, "release_hold", target="order", target_id="PO-1"))
    answers = [code_of(story, one) for one in (release, place, place, release, release, place)]
    assert answers == ["NOT_ON_HOLD", "ok", "ALREADY_HELD", "ok", "NOT_ON_HOLD", "ok"]


def test_whatever_else_an_entry_says_a_hold_is_not_placed_over_another() -> None:
    story = a_floor()
    place = entry(1.0, "place_hold", target="order", target_id="PO-1", reason="DRAWING")
    assert code_of(story, place) == "ok"
    again = entry(2.0, "place_hold", target="order", target_id="PO-1", reason="DRAWING", hold_id="hold-of-nothing")
    assert code_of(story, again) == "ALREADY_HELD"


def test_a_held_unit_is_not_taken_until_it_is_free() -> None:
    story = a_floor()
    story.hear(entry(1.0, "start_operation", order_id="PO-1"))
    story.hear(entry(2.0, "place_hold", target="serial", target_id="7", reason="X"))
    assert code_of(story, by_supervisor(entry(3.0, "release_hold", hold_id="hold-of-nothing"))) == "UNKNOWN_HOLD"
    reply = story.observe(scan(4.0, "SN:7")).reply
    assert reply is not None
    assert reply.code == "UNIT_ON_HOLD"
    story.hear(by_supervisor(entry(5.0, "release_hold", target="serial", target_id="7")))
    reply = story.observe(scan(6.0, "SN:7")).reply
    assert reply is not None
    assert reply.accepted


def test_what_the_mes_restricts_only_the_mes_releases() -> None:
    assert code_of(a_floor(), by_supervisor(entry(1.0, "release_hold", target="lot", target_id="L-9"))) == "HELD_BY_MES"


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({"target": "lot", "target_id": "L-1"}, "MISSING_ARGUMENT"),
        ({"target": "mood", "target_id": "L-1", "reason": "X"}, "UNKNOWN_WORD"),
        ({"target": "lot", "reason": "X"}, "MISSING_ARGUMENT"),
        ({"target": "lot", "target_id": "L-1", "reason": "MOOD"}, "UNKNOWN_REASON"),
    ],
)
def test_a_hold_says_what_is_held_and_why(arguments: dict[str, str], code: str) -> None:
    story = a_floor()
    story.plan = replace(story.plan, lists={"holds": a_list("MOIST")})
    assert code_of(story, entry(1.0, "place_hold", **arguments)) == code
