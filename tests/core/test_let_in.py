"""Who was let in: by badge or PIN, until they leave, lock, or a badge is read beside them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from agent.core.facts import OperationStarted
from agent.core.observations import TERMINAL, ClockStep, Scan
from agent.core.people.crew import LetIn
from tests.core.build import WC, Story, badge, entry, instant, scan, tick
from tests.core.test_locking import a_shop, by_pin, crew, nobody, said


def shown(at: float, text: str) -> Scan:
    """A badge scanned at the terminal."""
    return badge(at, text, TERMINAL)


def test_a_pin_of_somebody_signed_on_says_who_acts_and_tells_nothing() -> None:
    story = a_shop()
    story.hear(shown(0.0, "1"), shown(1.0, "2"))
    reply = story.observe(by_pin(2.0, "OP-1")).reply
    assert reply is not None
    assert (reply.message, reply.let_in, reply.fact_ids) == (
        "Anna is signed on and acts here now.",
        LetIn("OP-1", 3),
        (),
    )
    assert crew(story) == ["OP-1", "OP-2"]


def let_in(story: Story) -> dict[str, int]:
    return {one.operator_id: one.let_in for one in story.station.state.crew.people}


def test_each_badge_and_pin_lets_its_owner_in_and_an_entry_nobody() -> None:
    story = a_shop()
    replies = [
        story.observe(one).reply
        for one in (
            shown(0.0, "1"),
            by_pin(1.0, "OP-2"),
            entry(2.0, "sign_on", operator_id="OP-2", activity="indirect"),
        )
    ]
    assert [None if reply is None else reply.let_in for reply in replies] == [LetIn("OP-1", 1), LetIn("OP-2", 2), None]
    assert let_in(story) == {"OP-1": 1, "OP-2": 2}


def test_who_changes_the_activity_is_let_in_still_and_who_comes_back_is_let_in_anew() -> None:
    story = a_shop()
    story.hear(shown(0.0, "1"), entry(1.0, "sign_on", operator_id="OP-1", activity="indirect"))
    assert let_in(story) == {"OP-1": 1}
    story.hear(ClockStep(WC, 3600.0, instant(2.0)))
    assert let_in(story) == {"OP-1": 1}
    story.hear(shown(3602.0, "1"), shown(3610.0, "1"))
    assert let_in(story) == {"OP-1": 2}


@pytest.mark.parametrize("lock", ["by hand", "by itself"])
def test_a_lock_shuts_everybody_out_and_opens_to_who_unlocks_alone(lock: str) -> None:
    story = a_shop(lock_after_s=60.0)
    story.hear(shown(0.0, "1"), shown(1.0, "2"))
    story.hear(nobody(2.0, "lock") if lock == "by hand" else tick(100.0))
    assert let_in(story) == {"OP-1": 0, "OP-2": 0}
    story.hear(shown(101.0, "1"))
    assert let_in(story) == {"OP-1": 3, "OP-2": 0}


def test_a_badge_at_a_reader_beside_the_terminal_shuts_out_who_was_let_in_there() -> None:
    story = a_shop()
    story.hear(shown(0.0, "1"))
    reply = story.observe(badge(1.0, "2", "r1")).reply
    assert reply is not None
    assert (reply.accepted, reply.let_in) == (True, None)
    assert let_in(story) == {"OP-1": 0, "OP-2": 0}


def test_an_entry_in_a_session_is_held_up_by_the_lock_like_everybodys() -> None:
    story = a_shop()
    story.hear(shown(0.0, "1"), nobody(1.0, "lock"))
    mine = replace(entry(2.0, "start_operation", order_id="PO-1"), actor="OP-1", auth="session")
    assert said(story, mine) == "LOCKED"
    story.hear(shown(3.0, "1"))
    assert said(story, replace(mine, observed=instant(4.0))) == "ok"


def test_what_is_scanned_in_a_session_is_done_by_its_holder_and_not_by_who_signed_on_last() -> None:
    story = a_shop()
    story.hear(shown(0.0, "1"), shown(1.0, "2"))
    facts = story.hear(replace(scan(2.0, "ORD:PO-1"), actor="OP-1"))
    assert [fact.data.actor for fact in facts if isinstance(fact.data, OperationStarted)] == ["OP-1"]
    story.hear(replace(scan(3.0, "%EA%LOGOUT"), actor="OP-1"))
    assert crew(story) == ["OP-2"]


def test_the_word_of_a_scan_in_a_session_is_taken_back_by_its_holder_alone() -> None:
    story = a_shop()
    story.hear(shown(0.0, "1"), shown(1.0, "2"), replace(scan(2.0, "LOT:P-1:BOARD"), actor="OP-1"))
    (own,) = story.station.state.floor.own
    assert own.actor == "OP-1"
