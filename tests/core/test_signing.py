"""Somebody signs on by a badge, a PIN, both, or an entry: what counts as which, and for how long."""

from __future__ import annotations

from dataclasses import replace

import pytest

from agent.core.codes.badges import digest
from agent.core.directories import Operators
from agent.core.facts import LaborSignedOn, ScanRefused
from agent.core.observations import ClockStep
from agent.core.people.person_view import PinAskedView
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
    badge,
    entry,
    instant,
    started,
    tick,
    types,
)
from tests.core.test_locking import by_pin, crew, is_locked, nobody, said

PEOPLE = Operators.model_validate(
    {
        "rev": "1",
        "operators": [
            {"operator_id": "OP-1", "name": "Anna", "badge_hmac": digest(SITE_KEY, "1")},
            {
                "operator_id": "SV-1",
                "name": "Dana",
                "roles": ["operator", "supervisor"],
                "badge_hmac": digest(SITE_KEY, "9"),
            },
        ],
    }
)


def a_shop(**people: object) -> Story:
    people = {"pin_with_badge": ["supervisor"], **people}
    station = a_manual_station(people=people)
    return a_story(started(0.0), station=station, plan=replace(a_plan(), operators=PEOPLE))


def asked(story: Story, at: float) -> PinAskedView | None:
    return view(story.station, story.plan, T0 + at).pin_asked


def test_a_pin_signs_on_and_the_fact_says_so() -> None:
    story = a_shop()
    (fact,) = story.hear(by_pin(0.0, "OP-1", activity="indirect"))
    assert isinstance(fact.data, LaborSignedOn)
    assert (fact.data.operator_id, fact.data.auth, fact.data.activity) == ("OP-1", "pin", "indirect")


def test_who_unlocks_by_pin_goes_on_with_the_same_activity_unless_another_is_said() -> None:
    story = a_shop()
    story.hear(by_pin(0.0, "OP-1", activity="indirect"), entry(1.0, "lock"))
    assert story.hear(by_pin(2.0, "OP-1")) == []
    assert not is_locked(story)
    story.hear(entry(3.0, "lock"))
    assert types(story.hear(by_pin(4.0, "OP-1", activity="direct")))[-1] == "labor.signed_on"


def test_an_entry_is_no_pin_whatever_it_says() -> None:
    story = a_shop()
    (fact,) = story.hear(entry(0.0, "sign_on", operator_id="OP-1", auth="pin"))
    assert isinstance(fact.data, LaborSignedOn)
    assert fact.data.auth == "entry"


def test_a_badge_that_needs_a_pin_asks_for_it_and_signs_nobody_on() -> None:
    story = a_shop()
    (fact,) = story.hear(badge(0.0, "9"))
    assert isinstance(fact.data, ScanRefused)
    assert (fact.data.refusal_code, fact.data.text) == ("PIN_NEEDED", "(badge)")
    assert crew(story) == []
    assert asked(story, 59.9) == PinAskedView(operator_id="SV-1", name="Dana")
    assert asked(story, 60.0) is None


def test_badge_and_pin_together_sign_on_and_the_badge_counts_once() -> None:
    story = a_shop()
    story.hear(badge(0.0, "9"))
    (fact,) = story.hear(by_pin(30.0, "SV-1"))
    assert isinstance(fact.data, LaborSignedOn)
    assert (fact.data.operator_id, fact.data.auth, fact.data.role) == ("SV-1", "pin", "operator")
    assert asked(story, 30.0) is None
    story.hear(entry(31.0, "sign_off", operator_id="SV-1"))
    assert said(story, by_pin(32.0, "SV-1")) == "BADGE_NEEDED"


def test_neither_a_pin_alone_nor_an_entry_is_enough_where_both_are_needed() -> None:
    story = a_shop()
    assert said(story, by_pin(0.0, "SV-1")) == "BADGE_NEEDED"
    assert said(story, entry(0.0, "sign_on", operator_id="SV-1")) == "PIN_NEEDED"
    story.hear(badge(10.0, "9"))
    assert said(story, entry(11.0, "sign_on", operator_id="SV-1")) == "PIN_NEEDED"
    assert said(story, by_pin(70.0, "SV-1")) == "BADGE_NEEDED"
    assert crew(story) == []


def test_somebody_elses_pin_does_not_use_up_the_badge() -> None:
    story = a_shop()
    story.hear(badge(0.0, "9"), by_pin(5.0, "OP-1"), by_pin(10.0, "SV-1"))
    assert crew(story) == ["OP-1", "SV-1"]


def test_whoever_is_signed_on_needs_no_pin_to_sign_off() -> None:
    story = a_shop()
    story.hear(badge(0.0, "9"), by_pin(1.0, "SV-1"))
    assert types(story.hear(badge(20.0, "9")))[-1] == "labor.signed_off"


def test_unlocking_needs_the_pin_too() -> None:
    story = a_shop()
    story.hear(badge(0.0, "9"), by_pin(1.0, "SV-1"), nobody(2.0, "lock"))
    assert said(story, badge(10.0, "9")) == "PIN_NEEDED"
    assert is_locked(story)
    assert story.hear(by_pin(12.0, "SV-1")) == []
    assert (is_locked(story), crew(story)) == (False, ["SV-1"])


def test_roles_without_the_rule_need_no_pin() -> None:
    story = a_shop()
    assert "labor.signed_on" in types(story.hear(badge(0.0, "1")))
    assert "labor.signed_on" in types(a_shop(pin_with_badge=[]).hear(badge(0.0, "9")))


@pytest.mark.parametrize("by", [-600.0, 600.0])
def test_a_clock_that_is_set_leaves_the_minute_as_long_as_it_is(by: float) -> None:
    story = a_shop()
    story.hear(badge(0.0, "9"))
    story.observe(ClockStep(WC, by, instant(10.0 + by)))
    assert asked(story, 59.0 + by) is not None
    assert asked(story, 60.0 + by) is None


def test_a_restart_in_between_does_not_lose_the_badge() -> None:
    story = a_shop()
    story.hear(badge(0.0, "9"))
    assert isinstance(story.station, Station)
    story.station = replace(story.station, state=unpacked(story.station.snapshot()))
    story.hear(started(20.0), tick(21.0))
    assert "labor.signed_on" in types(story.hear(by_pin(30.0, "SV-1")))
