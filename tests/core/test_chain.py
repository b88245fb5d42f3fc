"""The chain of ids that a shift's summary carries: anybody can make it from the facts alone (requirement 99)."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

from hypothesis import given
from hypothesis import strategies as st

from agent.core.context import Context
from agent.core.discrepancies.register import Register
from agent.core.facts import Fact, ShiftSummary
from tests.core.build import (
    WC,
    Story,
    a_manual_station,
    a_pattern,
    a_plan,
    a_shift,
    a_story,
    an_order,
    entry,
    started,
    tick,
    types,
    wall,
)

SHIFTS = a_pattern(a_shift("1", "06:00", "14:00"), a_shift("2", "14:00", "22:00"))
PLAN = a_plan(an_order("PO-1"), reasons=("JAM",))


def a_day() -> Story:
    return a_story(started(wall("05:30")), station=a_manual_station(SHIFTS), plan=PLAN)


def chained(facts: Sequence[Fact]) -> str:
    """As `shift.summary` says it, of these facts."""
    value = ""
    for fact in facts:
        value = sha256((value + str(fact.id)).encode()).hexdigest()
    return value


def stretches(facts: Sequence[Fact]) -> list[tuple[ShiftSummary, list[Fact]]]:
    """Each summary with the facts since the one before, detail left out."""
    found: list[tuple[ShiftSummary, list[Fact]]] = []
    since: list[Fact] = []
    for fact in facts:
        if isinstance(fact.data, ShiftSummary):
            found.append((fact.data, since))
            since = []
        elif not fact.data.DETAIL:
            since.append(fact)
    return found


def assert_summed_up(story: Story) -> None:
    for summary, facts in stretches(story.facts):
        ids = [str(fact.id) for fact in facts]
        said = (summary.facts, summary.first_id, summary.last_id, summary.ids_chain)
        assert said == (len(ids), ids[0] if ids else None, ids[-1] if ids else None, chained(facts))


def test_a_summary_chains_the_facts_since_the_one_before() -> None:
    story = a_day()
    story.hear(
        entry(wall("07:00"), "start_operation", order_id="PO-1"),
        entry(wall("08:00"), "report_good", qty="5"),
        entry(wall("13:00"), "report_scrap", qty="1", defect_code="DENT"),
        tick(wall("14:00:01")),
        entry(wall("15:00"), "report_good", qty="7"),
        entry(wall("21:00"), "complete_operation"),
        tick(wall("22:00:01")),
    )
    first, second = [summary for summary, _ in stretches(story.facts)]
    assert first.facts > 2
    assert second.facts > 1
    assert_summed_up(story)


def test_a_shift_without_facts_has_an_empty_chain() -> None:
    story = a_day()
    story.hear(tick(wall("14:00:01")), tick(wall("22:00:01")))
    last = [summary for summary, facts in stretches(story.facts) if not facts]
    assert [(summary.facts, summary.first_id, summary.ids_chain) for summary in last] == [(0, None, "")] * len(last)
    assert_summed_up(story)


def test_open_discrepancies_are_those_of_before_and_those_of_the_same_instant() -> None:
    story = a_day()
    context = Context(PLAN, {}, register=Register(counts={WC: 3}))
    outcome = story.station.observe(tick(wall("14:00:01")), story.next_ids(), context)
    assert types(outcome.facts)[-1] == "shift.summary"
    (summary,) = [fact.data for fact in outcome.facts if isinstance(fact.data, ShiftSummary)]
    assert summary.open_discrepancies == 3


def test_what_is_told_of_it_elsewhere_is_in_the_chain() -> None:
    story, other = a_day(), a_day()
    (before, *_) = other.hear(entry(wall("07:00"), "start_operation", order_id="PO-9"))
    assert before.data.keys.wc_id == WC
    story.station = story.station.told((before,))
    assert story.station.state.chain.last_id == str(before.id)
    elsewhere = before.data.model_copy(update={"keys": before.data.keys.model_copy(update={"wc_id": "WC-9"})})
    strange = Fact(before.id, elsewhere, before.time, before.observed, before.natural_key)
    assert story.station.told((strange,)).state.chain == story.station.state.chain


DOINGS = st.lists(st.sampled_from(["order", "good", "scrap", "stop", "end", "done", "wait", "restart"]), max_size=40)


@given(DOINGS)
def test_every_summary_chains_its_facts_whatever_happened(doings: list[str]) -> None:
    story, at = a_day(), wall("05:40")
    said = {
        "order": ("start_operation", {"order_id": "PO-1"}),
        "good": ("report_good", {"qty": "3"}),
        "scrap": ("report_scrap", {"qty": "1", "defect_code": "DENT"}),
        "stop": ("start_stop", {"code": "JAM"}),
        "end": ("end_stop", {}),
        "done": ("complete_operation", {}),
    }
    for doing in doings:
        at += 3 * 3600.0 if doing == "wait" else 60.0
        if doing == "restart":
            story.station = story.station.restored(story.station.snapshot())
        elif doing == "wait":
            story.hear(tick(at))
        else:
            action, arguments = said[doing]
            story.hear(entry(at, action, **arguments))
    assert_summed_up(story)
