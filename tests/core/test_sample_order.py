"""Samples come late, doubled and out of order within `reorder_s`: counts and committed stops are what they would be."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from agent.core.facts import Fact, OutputRecorded, StopClosed, StopData
from agent.core.machine_settings import Role
from agent.core.observations import Signal
from agent.core.station import StationObservation
from tests.core.build import ABORTED, EXECUTE, IDLE, Story, a_station, image, instant, signal, started, tick, up

REORDER_S = 0.25
NEW = a_station(Role.PACKML_STATE, Role.TOTAL)
CHANGES = st.sampled_from(["part", "part", "stand", "fault", "run"])
PAUSES = st.sampled_from([0.01, 0.1, 0.2, 0.3, 1.0, 4.0, 7.0, 130.0])


@st.composite
def samples(draw: st.DrawFn) -> list[Signal]:
    """A machine's changes in order; one signal does not change twice within `reorder_s`.

    Nor does it stop so soon after a part: a run that is over is judged at once, by the parts heard of until then.
    """
    now, made = 0.0, 0
    last: dict[str, float] = {}
    made_of: list[Signal] = []
    for change in draw(st.lists(CHANGES, max_size=20)):
        key = "total" if change == "part" else "packml_state"
        earliest = last.get("total" if change in {"stand", "fault"} else key, 0.0)
        now = max(now + draw(PAUSES), last.get(key, 0.0) + REORDER_S + 0.01, earliest + REORDER_S + 0.01)
        made += change == "part"
        value = {"part": made, "stand": IDLE, "fault": ABORTED, "run": EXECUTE}[change]
        made_of.append(signal(key, value, now))
        last[key] = now
    return made_of


def told(arrivals: list[tuple[float, Signal]]) -> list[Fact]:
    """The facts of samples that arrive at these instants, in that order, of a watched machine."""
    begin = {"packml_state": EXECUTE, "total": 0}
    first = image(-1.0, *(signal(key, value, -1.0) for key, value in begin.items()))
    seen: list[tuple[float, StationObservation]] = [(-1.0, started(-1.0)), (-1.0, first), (-1.0, up(-1.0))]
    end = arrivals[-1][0] if arrivals else 0.0
    for second in range(int(end) + 150):
        seen += [(float(second), up(float(second))), (float(second), tick(float(second)))]
    seen += [(at, image(at, replace(sample, observed=instant(at)))) for at, sample in arrivals]
    story = Story(NEW)
    story.hear(*(observation for _, observation in sorted(seen, key=lambda one: one[0])))
    return story.facts


def counted(facts: list[Fact]) -> Decimal:
    return sum((fact.data.qty_good for fact in facts if isinstance(fact.data, OutputRecorded)), Decimal(0))


def intervals(facts: list[Fact]) -> list[tuple[object, ...]]:
    """Stops as told at last."""
    stops = {fact.data.stop_id: fact.data for fact in facts if isinstance(fact.data, StopData)}
    return [(stop.start, stop.end, stop.stop_class) for stop in stops.values()]


@given(made_of=samples(), data=st.data())
@settings(max_examples=150, deadline=None)
def test_samples_in_another_order_within_reorder_s_make_the_same_counts_and_stops(
    made_of: list[Signal], data: st.DataObject
) -> None:
    delays = data.draw(st.lists(st.floats(0.0, REORDER_S - 0.01), min_size=len(made_of), max_size=len(made_of)))
    straight, late = [], []
    for sample, delay in zip(made_of, delays, strict=True):
        at = sample.observed.wall - instant(0.0).wall
        straight.append((at, sample))
        late.append((at + delay, sample))
    late.sort(key=lambda one: one[0])
    assert counted(told(late)) == counted(told(straight))
    assert intervals(told(late)) == intervals(told(straight))


def test_a_committed_stop_does_not_change_with_a_sample_that_comes_later() -> None:
    samples_ = [(10.0, IDLE), (40.0, EXECUTE)]
    arrivals = [(at, signal("packml_state", state, at)) for at, state in samples_]
    arrivals += [(41.0, signal("total", 1, 41.0)), (60.0, signal("packml_state", EXECUTE, 20.0))]
    facts = told(arrivals)
    [closed] = [fact.data for fact in facts if isinstance(fact.data, StopClosed)]
    assert closed.duration_s == Decimal("30.000")
    assert counted(facts) == 1
