"""A locked work center takes badges and PINs, and nothing else of people; machines are counted on."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.core.codes.badges import digest
from agent.core.directories import Operators
from agent.core.facts import LaborSignedOff, LaborSignedOn, LotLoaded, ScanRefused
from agent.core.observations import ClockStep, Entry, Scan
from agent.core.snapshots import unpacked
from agent.core.station import Station
from agent.core.station_view import view
from tests.core.build import (
    SITE_KEY,
    T0,
    WC,
    Story,
    a_manual_station,
    a_plan,
    a_story,
    an_order,
    badge,
    entry,
    instant,
    scan,
    started,
    tick,
    types,
)

PEOPLE = Operators.model_validate(
    {
        "rev": "1",
        "operators": [
            {"operator_id": "OP-1", "name": "Anna", "badge_hmac": digest(SITE_KEY, "1")},
            {"operator_id": "OP-2", "name": "Bek", "badge_hmac": digest(SITE_KEY, "2")},
        ],
    }
)


def a_shop(**people: object) -> Story:
    station = a_manual_station(orders=True, people=people)
    return a_story(started(0.0), station=station, plan=replace(a_plan(an_order()), operators=PEOPLE))


def nobody(at: float, action: str, /, **arguments: str) -> Entry:
    """What the terminal sends: nobody is named."""
    return replace(entry(at, action, **arguments), actor=None)


def by_pin(at: float, operator_id: str, **more: str) -> Entry:
    return replace(entry(at, "sign_on", operator_id=operator_id, **more), actor=operator_id, auth="pin")


def said(story: Story, observation: Entry | Scan) -> str:
    reply = story.observe(observation).reply
    assert reply is not None
    return reply.code


def is_locked(story: Story, at: float = 0.0) -> bool:
    return view(story.station, story.plan, T0 + at).locked


def crew(story: Story) -> list[str]:
    return [one.operator_id for one in story.station.state.crew.people]


def test_whoever_leaves_locks_and_unlocks_by_badge_without_being_signed_off() -> None:
    story = a_shop()
    story.hear(badge(0.0, "1"), nobody(1.0, "lock"))
    assert is_locked(story)
    assert types(story.hear(badge(10.0, "1"))) == ["scan.accepted"]
    assert (is_locked(story), crew(story)) == (False, ["OP-1"])
    assert types(story.hear(badge(20.0, "1")))[-1] == "labor.signed_off"


def test_a_pin_of_somebody_signed_on_unlocks_and_tells_nothing() -> None:
    story = a_shop()
    story.hear(badge(0.0, "1"), nobody(1.0, "lock"))
    assert story.hear(by_pin(2.0, "OP-1")) == []
    assert (is_locked(story), crew(story)) == (False, ["OP-1"])


def test_a_badge_or_pin_of_somebody_else_signs_on_and_unlocks() -> None:
    for somebody in (badge(2.0, "2"), by_pin(2.0, "OP-2")):
        story = a_shop()
        story.hear(badge(0.0, "1"), nobody(1.0, "lock"))
        assert "labor.signed_on" in types(story.hear(somebody))
        assert (is_locked(story), crew(story)) == (False, ["OP-1", "OP-2"])


def test_at_a_locked_work_center_scans_and_entries_of_nobody_are_refused_and_change_nothing() -> None:
    story = a_shop()
    story.hear(badge(0.0, "1"), nobody(1.0, "lock"))
    (refused,) = story.hear(scan(2.0, "ORD:PO-1"))
    assert isinstance(refused.data, ScanRefused)
    assert refused.data.refusal_code == "LOCKED"
    for action, arguments in (
        ("start_operation", {"order_id": "PO-1"}),
        ("sign_on", {"operator_id": "OP-2"}),
        ("sign_off", {"operator_id": "OP-1"}),
        ("sign_off_crew", {}),
        ("lock", {}),
    ):
        assert said(story, nobody(3.0, action, **arguments)) == "LOCKED"
    assert crew(story) == ["OP-1"]


def test_whoever_names_the_actor_answers_for_it_and_the_mes_is_not_held_up() -> None:
    story = a_shop()
    story.hear(badge(0.0, "1"), nobody(1.0, "lock"))
    assert said(story, entry(2.0, "start_operation", order_id="PO-1")) == "ok"
    assert said(story, replace(nobody(3.0, "pause_operation", reason="BREAK"), role="mes")) == "ok"
    assert is_locked(story)


def test_a_machine_is_counted_on_and_a_forgotten_sign_off_ends_the_lock() -> None:
    story = a_shop(longest_work_h=1.0)
    story.hear(badge(0.0, "1"), nobody(1.0, "lock"))
    facts = story.hear(tick(3600.0))
    assert isinstance(facts[-1].data, LaborSignedOff)
    assert not is_locked(story)
    assert said(story, nobody(3700.0, "sign_on", operator_id="OP-2")) == "ok"
    assert not is_locked(story)


def test_where_signing_on_is_required_nobody_signed_on_is_locked_for_entries_too() -> None:
    story = a_shop(sign_on="required")
    assert is_locked(story)
    assert said(story, nobody(1.0, "start_operation", order_id="PO-1")) == "LOCKED"
    assert said(story, nobody(1.0, "sign_on", operator_id="OP-1")) == "ok"
    assert said(story, nobody(2.0, "start_operation", order_id="PO-1")) == "ok"
    assert said(story, nobody(3.0, "sign_off_crew")) == "ok"
    assert said(story, scan(4.0, "RSN:JAM")) == "LOCKED"


def test_there_is_nothing_to_lock_while_nobody_is_signed_on() -> None:
    story = a_shop()
    assert said(story, nobody(1.0, "lock")) == "NOT_SIGNED_ON"
    assert not is_locked(story)


@pytest.mark.parametrize("quiet", [59.9, 60.0])
def test_what_nobody_used_for_as_long_as_configured_locks_itself(quiet: float) -> None:
    story = a_shop(lock_after_s=60.0)
    story.hear(badge(0.0, "1"), nobody(30.0, "start_operation", order_id="PO-1"))
    story.hear(scan(40.0, "nonsense"), tick(30.0 + quiet))
    assert is_locked(story) == (quiet >= 60.0)


def test_a_lock_that_is_due_refuses_without_waiting_for_a_tick() -> None:
    story = a_shop(lock_after_s=60.0)
    story.hear(badge(0.0, "1"))
    assert said(story, nobody(60.0, "start_operation", order_id="PO-1")) == "LOCKED"


def test_it_never_locks_itself_without_being_told_to() -> None:
    story = a_shop()
    story.hear(badge(0.0, "1"), tick(50_000.0))
    assert not is_locked(story)


def test_what_the_mes_or_a_refused_code_does_is_no_use_of_the_terminal() -> None:
    story = a_shop(lock_after_s=60.0)
    story.hear(badge(0.0, "1"), scan(50.0, "nonsense"))
    story.hear(replace(nobody(55.0, "start_operation", order_id="PO-1"), role="mes"), tick(60.0))
    assert is_locked(story)


@pytest.mark.parametrize("by", [-3600.0, 3600.0])
def test_a_clock_that_is_set_carries_the_idle_time_over(by: float) -> None:
    story = a_shop(lock_after_s=60.0)
    story.hear(badge(0.0, "1"), nobody(10.0, "start_operation", order_id="PO-1"))
    story.observe(ClockStep(WC, by, instant(20.0 + by)))
    story.hear(tick(69.0 + by))
    assert not is_locked(story)
    story.hear(tick(70.0 + by))
    assert is_locked(story)


def test_a_locked_work_center_is_locked_after_a_restart_too() -> None:
    story = a_shop(lock_after_s=60.0)
    story.hear(badge(0.0, "1"), tick(61.0))
    assert isinstance(story.station, Station)
    again = replace(story.station, state=unpacked(story.station.snapshot()))
    assert again.state == story.station.state
    story.station = again
    story.hear(started(70.0))
    assert said(story, scan(71.0, "ORD:PO-1")) == "LOCKED"


WORDS = st.lists(
    st.sampled_from(["badge 1", "badge 2", "pin 1", "pin 2", "lock", "start", "order", "off", "wait", "lot"]),
    max_size=25,
)


@given(WORDS)
def test_while_it_is_locked_no_fact_is_made_but_of_badges_pins_and_refusals(words: list[str]) -> None:
    story, now = a_shop(lock_after_s=60.0, sign_on="required"), 0.0
    for word in words:
        now += 90.0 if word == "wait" else 2.0
        story.hear(tick(now))
        locked = is_locked(story, now)
        what: dict[str, Scan | Entry] = {
            "badge 1": badge(now, "1"),
            "badge 2": badge(now, "2"),
            "pin 1": by_pin(now, "OP-1"),
            "pin 2": by_pin(now, "OP-2"),
            "lock": nobody(now, "lock"),
            "start": nobody(now, "start_operation", order_id="PO-1"),
            "order": scan(now, "ORD:PO-1"),
            "off": nobody(now, "sign_off_crew"),
            "lot": scan(now, "LOT:L-1:CAP"),
        }
        if word == "wait":
            continue
        facts = story.hear(what[word])
        opens = word.startswith(("badge", "pin"))
        if locked and not opens:
            assert {type(fact.data) for fact in facts} <= {ScanRefused}
        if locked and opens:
            assert not is_locked(story, now)
            assert not any(isinstance(fact.data, LaborSignedOff) for fact in facts)
        assert not (locked and any(isinstance(fact.data, LotLoaded) for fact in facts))
        assert all(fact.data.auth in {"badge", "pin"} for fact in facts if isinstance(fact.data, LaborSignedOn))
