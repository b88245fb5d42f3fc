"""Of any history of people at a work center: nobody's work is told twice, and all of it is told."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from decimal import Decimal
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from agent.core.facts import LaborRecorded, LaborSignedOff, LaborSignedOn, OperationChanged, ShiftSummary
from agent.core.station import StationObservation
from agent.core.times import epoch, iso
from tests.core.build import (
    T0,
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
)

SHIFTS = a_pattern(
    a_shift("early", "05:00", "07:00", ("06:00", "06:10")),
    a_shift("late", "07:00", "12:00"),
    a_shift("eve", "12:00", "20:00"),
)
PLAN = a_plan(an_order("PO-1"), an_order("PO-2"))
PEOPLE = ("OP-1", "OP-2", "OP-3")


WHAT: dict[str, Callable[[str, float], StationObservation]] = {
    "on": lambda who, at: entry(at, "sign_on", operator_id=who),
    "indirect": lambda who, at: entry(at, "sign_on", operator_id=who, activity="indirect"),
    "off": lambda who, at: entry(at, "sign_off", operator_id=who),
    "all off": lambda _, at: entry(at, "sign_off_crew"),
    "start": lambda _, at: entry(at, "start_operation", order_id="PO-1"),
    "finish": lambda _, at: entry(at, "complete_operation"),
    "pause": lambda _, at: entry(at, "pause_operation", reason="LUNCH"),
    "stop": lambda _, at: entry(at, "stop_operation", reason="RUSH"),
    "other": lambda _, at: entry(at, "start_operation", order_id="PO-2"),
    "restart": lambda _, at: started(at),
    "tick": lambda _, at: tick(at),
}
KINDS = st.sampled_from(["on", *WHAT])
STEPS = st.lists(st.tuples(KINDS, st.sampled_from(PEOPLE), st.floats(0.001, 4000.0)), max_size=40)


def told_of(story: Story) -> dict[str, list[LaborRecorded]]:
    told = defaultdict(list)
    for data in story.of(LaborRecorded):
        assert isinstance(data, LaborRecorded)
        told[data.operator_id].append(data)
    return told


@settings(max_examples=150)
@given(STEPS)
def test_nobodys_work_overlaps_and_all_of_it_adds_up(steps: list[tuple[str, str, float]]) -> None:
    station = a_manual_station(SHIFTS, orders=True, people={"longest_work_h": 4})
    story, at = a_story(started(0.0), station=station, plan=PLAN), 0.0
    for kind, person, by in steps:
        at += by
        if kind == "restart":
            story.station = station.restored(story.station.snapshot())
        story.hear(WHAT[kind](person, at))
    story.hear(tick(at + 1.0), entry(at + 1.0, "sign_off_crew"))
    signed_on: dict[str, Decimal] = defaultdict(Decimal)
    for data in story.of(LaborSignedOff):
        assert isinstance(data, LaborSignedOff)
        signed_on[data.operator_id] += data.duration_s
    told = told_of(story)
    assert {person: sum(one.duration_s for one in of) for person, of in told.items()} == {
        person: lasted for person, lasted in signed_on.items() if lasted
    }
    for of in told.values():
        for before, after in pairwise(of):
            assert epoch(before.end) <= epoch(after.start)
    assert len(story.of(LaborSignedOn)) == len(story.of(LaborSignedOff))
    check_shifts(story)
    check_operations(story)


def check_operations(story: Story) -> None:
    """What an operation says of its labor is what was told of it before."""
    so_far: dict[str, Decimal] = defaultdict(Decimal)
    for fact in story.facts:
        if isinstance(fact.data, LaborRecorded) and fact.data.op_execution_id is not None:
            so_far[fact.data.op_execution_id] += fact.data.duration_s
        elif isinstance(fact.data, OperationChanged) and fact.data.times is not None:
            assert abs(fact.data.times.labor_s - so_far[fact.data.op_execution_id]) < Decimal("0.05")


def check_shifts(story: Story) -> None:
    """What a shift's summary says is what was told of the shift."""
    everything = [data for of in told_of(story).values() for data in of]
    for summary in story.of(ShiftSummary):
        assert isinstance(summary, ShiftSummary)
        mine = [one for one in everything if one.shift is not None and same_shift(one, summary)]
        assert summary.labor_s == sum(one.duration_s for one in mine)
        assert summary.labor_s == sum(one.labor_s for one in summary.orders)
        assert all(iso(T0) <= one.end <= summary.end for one in mine)


def same_shift(one: LaborRecorded, summary: ShiftSummary) -> bool:
    assert one.shift is not None
    assert summary.shift is not None
    return (one.shift.shift_id, one.shift.business_date) == (summary.shift.shift_id, summary.shift.business_date)
