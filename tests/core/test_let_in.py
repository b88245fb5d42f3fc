"""Who was let in: by badge or PIN, until they leave, lock, or a badge is read beside them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
        LetIn("OP-1", 3, WC),
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
    begun = [None if reply is None else reply.let_in for reply in replies]
    assert begun == [LetIn("OP-1", 1, WC), LetIn("OP-2", 2, WC), None]
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


@dataclass(slots=True)
class Door:
    """Who has been let in, told in another way: by what happened since."""

    here: dict[str, bool] = field(default_factory=dict)
    """Whether what comes in the name of each who is signed on is believed."""
    locked: bool = False

    def shown(self, who: str, *, at_terminal: bool = True) -> None:
        if who in self.here and not self.locked:
            del self.here[who]
        else:
            self.here[who], self.locked = True, False
        self.forget_empty_lock()
        if not at_terminal:
            self.here = dict.fromkeys(self.here, False)

    def pin(self, who: str) -> None:
        self.here[who], self.locked = True, False

    def off(self, who: str) -> None:
        self.here.pop(who, None)
        self.forget_empty_lock()

    def lock(self) -> None:
        self.here, self.locked = dict.fromkeys(self.here, False), bool(self.here)

    def forget_empty_lock(self) -> None:
        self.locked = self.locked and bool(self.here)


@given(
    st.lists(
        st.tuples(st.sampled_from(("badge", "reader", "pin", "lock", "off", "turn", "restart")), st.sampled_from("12")),
        max_size=14,
    )
)
def test_who_is_let_in_has_shown_it_since_the_last_lock_and_is_still_here(steps: list[tuple[str, str]]) -> None:
    story, door = a_shop(), Door()
    for number, (what, badge_text) in enumerate(steps):
        at, who = 10.0 * number, f"OP-{badge_text}"
        match what:
            case "badge":
                story.hear(shown(at, badge_text))
                door.shown(who)
            case "reader":
                story.hear(badge(at, badge_text))
                door.shown(who, at_terminal=False)
            case "pin":
                story.hear(by_pin(at, who))
                door.pin(who)
            case "lock":
                story.hear(entry(at, "lock"))
                door.lock()
            case "off":
                story.hear(entry(at, "sign_off", operator_id=who))
                door.off(who)
            case "turn":
                for_other = {"operator_id": who, "activity": "indirect"}
                story.hear(entry(at, "sign_on", **for_other))
                door.here.setdefault(who, False)
            case _:
                story.station = story.station.restored(story.station.snapshot())
        assert {one: number > 0 for one, number in let_in(story).items()} == door.here
    given_numbers = [number for number in let_in(story).values() if number]
    assert len(set(given_numbers)) == len(given_numbers)
