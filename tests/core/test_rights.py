"""Who may do what: one place decides it, out of directory, crew and configuration."""

from __future__ import annotations

from dataclasses import replace

import pytest

from agent.core.directories import Operators
from agent.core.observations import Entry, EntryRole
from agent.core.station import StationObservation
from tests.core.build import Story, a_manual_station, a_plan, a_story, an_order, entry, scan, started

PEOPLE = Operators.model_validate(
    {
        "rev": "1",
        "operators": [
            {"operator_id": "anna", "name": "Anna"},
            {"operator_id": "boris", "name": "Boris", "roles": ["supervisor"]},
            {"operator_id": "clara", "name": "Clara", "roles": ["quality"]},
        ],
    }
)


def a_floor(*, people: Operators | None = PEOPLE, **settings: object) -> Story:
    plan = replace(a_plan(an_order("PO-1")), operators=people)
    return a_story(started(0.0), station=a_manual_station(people=settings), plan=plan)


def on(who: str) -> StationObservation:
    return entry(1.0, "sign_on", operator_id=who)


def by(actor: str | None, action: str, role: EntryRole = "operator", /, **arguments: str) -> Entry:
    return replace(entry(2.0, action, **arguments), actor=actor, role=role)


def answer(story: Story, entered: Entry) -> str:
    reply = story.observe(entered).reply
    assert reply is not None
    return reply.code


def releases(actor: str | None, role: EntryRole = "operator") -> Entry:
    """A supervisor's action: that nothing is held shows that it was permitted."""
    return by(actor, "release_quarantine", role, discrepancy_id="dsc-1", decision="post")


@pytest.mark.parametrize(
    ("actor", "role", "expected"),
    [("anna", "operator", "NEEDS_SUPERVISOR"), ("anna", "supervisor", "NOT_HELD"), (None, "supervisor", "NOT_HELD")],
)
def test_without_a_directory_the_senders_word_is_believed(actor: str | None, role: EntryRole, expected: str) -> None:
    assert answer(a_floor(people=None), releases(actor, role)) == expected


def test_with_a_directory_a_role_is_what_it_says_and_not_what_the_sender_says() -> None:
    story = a_floor()
    story.hear(on("anna"), on("boris"))
    assert answer(story, releases("anna", "supervisor")) == "NEEDS_SUPERVISOR"
    assert answer(story, releases("nobody", "supervisor")) == "NEEDS_SUPERVISOR"
    assert answer(story, releases("boris")) == "NOT_HELD"


def test_a_role_counts_only_while_its_person_is_signed_on_here() -> None:
    assert answer(a_floor(), releases("boris")) == "NEEDS_SUPERVISOR"
    assert answer(a_floor(rights_need_sign_on=False), releases("boris")) == "NOT_HELD"


def test_without_a_name_whoever_signed_on_last_acts() -> None:
    story = a_floor()
    story.hear(on("boris"))
    assert answer(story, releases(None)) == "NOT_HELD"
    story.hear(on("anna"))
    assert answer(story, releases(None)) == "NEEDS_SUPERVISOR"


def test_configuration_gives_an_action_to_other_roles() -> None:
    story = a_floor(rights={"release_quarantine": ["quality"], "start_operation": ["supervisor"]})
    story.hear(on("clara"), on("boris"))
    assert answer(story, releases("clara")) == "NOT_HELD"
    assert answer(story, releases("boris")) == "NEEDS_ROLE"
    assert answer(story, by("clara", "start_operation", order_id="PO-1")) == "NEEDS_SUPERVISOR"
    assert answer(story, by("boris", "start_operation", order_id="PO-1")) == "ok"


def test_what_everybody_may_do_needs_no_signing_on() -> None:
    assert answer(a_floor(), by("a guest", "start_operation", order_id="PO-1")) == "ok"


def test_a_supervisor_signs_somebody_off() -> None:
    story = a_floor()
    story.hear(on("anna"), on("boris"))
    facts = story.hear(by("boris", "sign_off", operator_id="anna"))
    assert getattr(facts[-1].data, "cause", None) == "supervisor"


def test_what_an_entry_or_a_scan_leaves_unsaid_is_done_by_whoever_signed_on_last() -> None:
    story = a_floor(people=None)
    story.plan = a_plan(an_order("PO-1"), reasons=["JAM"])
    story.hear(on("anna"), on("boris"), by(None, "place_hold", target="lot", target_id="L-1", reason="MOIST"))
    story.hear(by(None, "start_stop"), scan(5.0, "RSN:JAM"))
    named = {fact.data.TYPE: getattr(fact.data, "actor", None) for fact in story.facts}
    assert (named["hold.placed"], named["stop.reason_set"]) == ("boris", "boris")
