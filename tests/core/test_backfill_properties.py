"""Random machines and outages, filled in from their history: what is told is what one who watched would have told."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agent.core.backfill.recalled import Past
from agent.core.machine_settings import Role
from agent.core.shifts.figures import Sums
from agent.core.shifts.time_elements import elements
from tests.core.backfill_world import (
    Machine,
    Span,
    a_recalling_station,
    conditions,
    made,
    recall_all,
    recalled,
    seen_spans,
    watched_story,
)
from tests.core.build import ABORTED, EXECUTE, IDLE, T0, Story, a_pattern, a_plan, a_shift, clock, published, tick, up
from tests.core.folding import the_stops

EXAMPLES = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
STATES = st.sampled_from([EXECUTE, EXECUTE, IDLE, ABORTED])
SECONDS = st.sampled_from([2.0, 4.0, 12.0, 40.0, 150.0])


@st.composite
def machines(draw: st.DrawFn) -> Machine:
    """One that does whatever it does."""
    states = draw(st.lists(st.tuples(STATES, SECONDS), min_size=2, max_size=8))
    return Machine(((draw(STATES), 30.0), *states, (draw(STATES), 60.0)))


def outages(machine: Machine) -> st.SearchStrategy[tuple[float, float]]:
    """Spans in which nobody watches; what was between two instants of the machine."""
    starts = st.integers(5, int(machine.lasted) - 50)
    lengths = st.integers(6, int(machine.lasted))
    return st.tuples(starts, lengths).map(
        lambda drawn: (drawn[0] + 0.25, min(drawn[0] + drawn[1] + 0.75, machine.lasted - 30.0))
    )


def told(story: Story) -> list[tuple[str, str, str | None]]:
    return [(one.stop_class, one.start, one.end) for one in the_stops(story)]


def figures(story: Story, machine: Machine) -> dict[str, float]:
    """Seconds by time element."""
    shifts = story.station.figures(T0 + machine.lasted).shifts
    sums = shifts[-1].total if shifts else Sums()
    found = elements(sums).model_dump()
    return {name: round(float(value), 2) for name, value in found.items() if name.endswith("_s")}


def outside(spans: list[Span], gap: tuple[float, float]) -> list[Span]:
    """What lies outside the gap."""
    start, end = gap
    cut = [
        part for name, one, other in spans for part in ((name, one, min(other, start)), (name, max(one, end), other))
    ]
    return [part for part in cut if part[1] < part[2]]


@EXAMPLES
@given(st.data())
def test_what_is_filled_in_is_what_one_who_watched_tells(data: st.DataObject) -> None:
    machine = data.draw(machines())
    gap = data.draw(outages(machine))
    roles = data.draw(st.sampled_from([(Role.PACKML_STATE, Role.TOTAL), (Role.PACKML_STATE,)]))
    whole = watched_story(machine, station=a_recalling_station(*roles))
    story = watched_story(machine, [gap], a_recalling_station(*roles))
    is_bridged = any(one.bridged for one in story.station.state.watch.unwatched)
    before = list(story.facts)
    recall_all(story, machine)
    for one in (story, whole):
        one.hear(up(machine.lasted + 2.0), tick(machine.lasted + 2.0))
    assert conditions(story.facts, machine.lasted) == conditions(whole.facts, machine.lasted)
    assert made(story.facts) == made(before) == made(whole.facts)
    keys = [fact.natural_key for fact in story.facts]
    assert len(keys) == len(set(keys))
    if not is_bridged and not machine.runs_shortly(gap[1]):
        assert told(story) == told(whole)
        assert figures(story, machine) == figures(whole, machine)


@EXAMPLES
@given(st.data())
def test_where_the_history_has_a_hole_nothing_is_told_as_seen(data: st.DataObject) -> None:
    machine = data.draw(machines())
    gap = data.draw(outages(machine))
    hole = tuple(sorted(data.draw(st.tuples(*[st.floats(*gap).map(lambda at: round(at, 1))] * 2))))
    story = watched_story(machine, [gap])
    before = conditions(story.facts, machine.lasted)
    if not story.station.state.watch.unwatched:
        return
    values = [one for one in machine.history(*gap) if not hole[0] <= one.at - T0 < hole[1]]
    values += [Past("packml_state", T0 + hole[0], None, good=False)]
    values += [Past("packml_state", T0 + hole[1], machine.state_at(hole[1]))]
    story.hear(recalled(story, *data.draw(st.permutations(values)), *values[:3], at=machine.lasted + 1.0))
    after = conditions(story.facts, machine.lasted)
    assert outside(after, gap) == outside(before, gap)
    truth = conditions(watched_story(machine).facts, machine.lasted)
    for name, start, end in seen_spans(story.facts, machine.lasted):
        assert any(name == true and since <= start and end <= until for true, since, until in truth)
    the_stops(story)


@EXAMPLES
@given(st.data())
def test_gaps_one_after_the_other_are_filled_in_each_by_itself(data: st.DataObject) -> None:
    machine = Machine((*data.draw(machines()).states, *data.draw(machines()).states))
    half = machine.lasted / 2
    first = data.draw(outages(Machine(((EXECUTE, half),))))
    second = tuple(half + at for at in data.draw(outages(Machine(((EXECUTE, half),)))))
    story = watched_story(machine, [first, (second[0], second[1])])
    snapshot = story.station.snapshot()
    assert len(snapshot) <= 16_384
    story.station = a_recalling_station().restored(snapshot)
    story.hear(tick(machine.lasted + 0.5))
    recall_all(story, machine)
    truth = conditions(watched_story(machine).facts, machine.lasted)
    assert conditions(story.facts, machine.lasted) == truth
    the_stops(story)


@EXAMPLES
@given(st.data())
def test_stops_are_filled_in_over_shifts_and_breaks(data: st.DataObject) -> None:
    machine = data.draw(machines())
    gap = data.draw(outages(machine))
    pattern = a_pattern(a_shift("early", "04:00", "05:03"), a_shift("late", "05:03", "06:00", ("05:04", "05:05")))
    whole = watched_story(machine, station=a_recalling_station(pattern=pattern))
    story = watched_story(machine, [gap], a_recalling_station(pattern=pattern))
    is_bridged = any(one.bridged for one in story.station.state.watch.unwatched)
    recall_all(story, machine)
    assert conditions(story.facts, machine.lasted) == conditions(whole.facts, machine.lasted)
    if not is_bridged and not machine.runs_shortly(gap[1]):
        assert [(one.start, one.end) for one in the_stops(story)] == [(one.start, one.end) for one in the_stops(whole)]


@EXAMPLES
@given(st.data())
def test_nothing_is_told_behind_the_cut_off(data: st.DataObject) -> None:
    machine = data.draw(machines())
    gap = data.draw(outages(machine))
    story = watched_story(machine, [gap])
    shift = {"shift_id": "S", "business_date": "2026-03-04", "start": clock(-600.0), "end": clock(gap[0] + 1.0)}
    story.plan = a_plan(calendar=published({**shift, "closed": True}))
    story.hear(tick(machine.lasted + 0.5))
    assert recall_all(story, machine) == []
