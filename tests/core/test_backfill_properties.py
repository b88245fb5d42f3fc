"""Random machines, random outages, filled in from their history: the timeline is that of a machine that was watched."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.core.backfill_world import Machine, conditions, made, recall_all, watched_story
from tests.core.build import ABORTED, EXECUTE, IDLE

EXAMPLES = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@st.composite
def machines(draw: st.DrawFn) -> Machine:
    states = draw(
        st.lists(
            st.tuples(
                st.sampled_from([EXECUTE, EXECUTE, IDLE, ABORTED]), st.sampled_from([2.0, 4.0, 12.0, 40.0, 150.0])
            ),
            min_size=2,
            max_size=8,
        )
    )
    return Machine(((EXECUTE, 30.0), *states, (EXECUTE, 40.0)))


@st.composite
def outages(draw: st.DrawFn, machine: Machine) -> tuple[float, float]:
    start = draw(st.floats(5.0, machine.lasted - 35.0).map(lambda at: round(at) + 0.25))
    end = draw(st.floats(start + 6.0, machine.lasted - 20.0).map(lambda at: round(at) + 0.75))
    return start, end


@EXAMPLES
@given(st.data())
def test_what_was_filled_in_is_what_was(data: st.DataObject) -> None:
    machine = data.draw(machines())
    gap = data.draw(outages(machine))
    whole = watched_story(machine)
    story = watched_story(machine, [gap])
    facts = list(story.facts)
    recall_all(story, machine)
    until = machine.lasted
    assert conditions(story.facts, until) == conditions(whole.facts, until)
    assert made(story.facts) == made(whole.facts) == made(facts)
