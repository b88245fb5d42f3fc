"""The wall clock is set in the middle of things: durations and counts are what they would have been."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import cast
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.core.desk.desk import Desk
from agent.core.directories import Directories
from agent.core.facts import (
    ClockStepped,
    ConditionChanged,
    Fact,
    OutputRecorded,
    ScrapRecorded,
    SignalContradiction,
    SpeedReduced,
    StopClosed,
    StopData,
)
from agent.core.machine.conditions import Condition, PackMLState
from agent.core.machine_settings import Role
from agent.core.observations import ClockStep, Started
from agent.core.observed import by_new_time
from agent.core.station import Station, StationObservation
from agent.core.times import epoch, iso
from tests.core.build import (
    ABORTED,
    EXECUTE,
    IDLE,
    PROVENANCE,
    T0,
    WC,
    Story,
    a_plan,
    a_station,
    alive,
    an_order,
    down,
    entry,
    instant,
    read,
    scan,
    started,
    tick,
    up,
    watched,
)

STEPS = st.one_of(st.floats(-7200.0, -10.0), st.floats(10.0, 7200.0))
KINDS = st.lists(
    st.sampled_from(["part", "reject", "stand", "run", "pass", "beat", "slow", "wait", "lost", "scan"]), max_size=25
)
STATES: dict[str, list[int]] = {"stand": [IDLE, ABORTED], "run": [EXECUTE], "pass": [PackMLState.STOPPING]}
CODES = st.sampled_from(["ORD:PO-1", "LOT:L1:X", "SN:1"])
NEW = a_station(Role.PACKML_STATE, Role.TOTAL, Role.SCRAP, output={"cycle_s": 1.0})
COUNTING = a_station(Role.TOTAL, Role.SCRAP, output={"cycle_s": 1.0})
"""Pulses are all that it says."""
BEATING = a_station(Role.PACKML_STATE, Role.TOTAL, Role.SCRAP, Role.HEARTBEAT, output={"cycle_s": 1.0})
PLAN = a_plan(an_order("PO-1"))


def step(at: float, by: float) -> ClockStep:
    """Set at this instant of the old time."""
    return ClockStep(WC, by, instant(at + by))


def carried(seen: list[StationObservation], by: float) -> list[StationObservation]:
    return [cast("StationObservation", by_new_time(one, by)) for one in seen]


@st.composite
def histories(draw: st.DrawFn) -> list[StationObservation]:
    """A machine that is watched, runs, stands, counts, is lost and found."""
    seen: list[StationObservation] = watched(packml_state=EXECUTE, total=0, scrap=0)
    now, total, scrap_count = 0.0, 0, 0
    for kind in draw(KINDS):
        pause = draw(st.sampled_from([0.5, 1.0, 3.0, 7.0, 130.0 if kind == "wait" else 4.0]))
        if kind == "lost":
            seen.append(down(now))
            now += pause
            total += draw(st.integers(0, 2))
            seen += [read(now, packml_state=EXECUTE, total=total, scrap=scrap_count), up(now), tick(now)]
            continue
        seen += alive(now, now + pause)
        now += pause
        match kind:
            case "part":
                total += 1
                seen.append(read(now, total=total))
            case "reject":
                scrap_count = min(scrap_count + 1, total)
                seen.append(read(now, scrap=scrap_count))
            case "stand" | "run" | "pass":
                state: int = draw(st.sampled_from(STATES[kind]))
                seen.append(read(now, packml_state=state))
            case "beat":
                seen.append(read(now, heartbeat=now))
            case "slow":
                seen += slowly(now, total)
                now, total = now + 80.0, total + 40
            case "scan":
                seen.append(scan(now, draw(CODES)))
    return [*seen, *alive(now, now + 20.0)]


def slowly(now: float, total: int) -> list[StationObservation]:
    """Forty parts, each at twice its norm."""
    made = [(now + 2.0 * number, total + number) for number in range(1, 41)]
    return [one for at, count in made for one in (*alive(at - 2.0, at), read(at, total=count, heartbeat=at))]


def told(observations: list[StationObservation], station: Station = NEW) -> list[Fact]:
    story = Story(station, PLAN)
    story.hear(*observations)
    return story.facts


def lasting(facts: list[Fact]) -> list[tuple[str, float]]:
    """Contradictions and intervals of reduced speed, and how long each lasted when it was told."""
    found = []
    for fact in facts:
        if isinstance(fact.data, SpeedReduced):
            found.append((fact.data.TYPE, fact.time - epoch(fact.data.interval.start)))
        if isinstance(fact.data, SignalContradiction):
            found.append((fact.data.kind, fact.time - epoch(fact.data.since)))
    return found


def conditions(facts: list[Fact]) -> list[tuple[Condition, Condition, bool]]:
    return [
        (fact.data.from_condition, fact.data.to_condition, fact.data.inferred)
        for fact in facts
        if isinstance(fact.data, ConditionChanged)
    ]


def stops(facts: list[Fact]) -> list[tuple[object, ...]]:
    return [
        (fact.data.TYPE, fact.data.stop_class, fact.data.condition, fact.data.bridged, fact.data.end_uncertain)
        for fact in facts
        if isinstance(fact.data, StopData)
    ]


def durations(facts: list[Fact]) -> list[float]:
    return [float(fact.data.duration_s or 0) for fact in facts if isinstance(fact.data, StopClosed)]


def counted(facts: list[Fact]) -> tuple[Decimal, Decimal]:
    good = sum((fact.data.qty_good for fact in facts if isinstance(fact.data, OutputRecorded)), Decimal())
    scrapped = sum((fact.data.qty_scrap for fact in facts if isinstance(fact.data, ScrapRecorded)), Decimal())
    return good, scrapped


@pytest.mark.parametrize("station", [NEW, COUNTING, BEATING], ids=["state", "pulses", "heartbeat"])
@given(history=histories(), by=STEPS, data=st.data())
@settings(max_examples=80, deadline=None)
def test_a_clock_that_is_set_changes_no_duration_and_no_count(
    station: Station, history: list[StationObservation], by: float, data: st.DataObject
) -> None:
    index = data.draw(st.integers(3, len(history)))
    at = history[index - 1].observed.wall - T0
    straight = told(history, station)
    stepped = told([*history[:index], step(at, by), *carried(history[index:], by)], station)
    assert [kind for kind, _ in lasting(stepped)] == [kind for kind, _ in lasting(straight)]
    assert [s for _, s in lasting(stepped)] == pytest.approx([s for _, s in lasting(straight)], abs=0.0021)
    assert conditions(stepped) == conditions(straight)
    assert stops(stepped) == stops(straight)
    assert durations(stepped) == pytest.approx(durations(straight), abs=0.0021)
    assert counted(stepped) == counted(straight)
    keys = [fact.natural_key for fact in stepped]
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize("by", [-3600.0, 3600.0])
def test_a_stop_that_is_open_when_the_clock_is_set_lasts_what_it_lasted(by: float) -> None:
    story = Story(NEW, PLAN)
    story.hear(*watched(packml_state=EXECUTE, total=0), read(10.0, packml_state=IDLE), *alive(10.0, 20.0))
    story.hear(step(20.0, by))
    story.hear(*carried([*alive(20.0, 70.0), read(70.0, packml_state=EXECUTE)], by))
    story.hear(*carried([*alive(70.0, 90.0), read(90.0, total=1), *alive(90.0, 95.0)], by))
    [closed] = [fact.data for fact in story.facts if isinstance(fact.data, StopClosed)]
    assert (closed.start, closed.end) == (iso(T0 + 10.0 + by), iso(T0 + 70.0 + by))
    assert closed.duration_s == Decimal("60.000")
    assert Condition.UNKNOWN not in {to for _, to, _ in conditions(story.facts)}


def test_a_clock_set_back_while_the_agent_was_down_makes_no_gap_of_the_future() -> None:
    story = Story(NEW, PLAN)
    story.hear(*watched(5000.0, packml_state=EXECUTE, total=0), *alive(5000.0, 5010.0))
    story.hear(started(1000.0, 5010.0), read(1001.0, packml_state=EXECUTE, total=0), up(1001.0), *alive(1001.0, 1005.0))
    story.hear(read(1006.0, packml_state=IDLE), *alive(1006.0, 1020.0))
    changes = [
        (fact.data.to_condition, fact.time - T0) for fact in story.facts if isinstance(fact.data, ConditionChanged)
    ]
    assert changes[-3:] == [(Condition.UNKNOWN, 1000.0), (Condition.RUNNING, 1001.0), (Condition.IDLE, 1006.0)]
    assert stops(story.facts)[-1][0] == "stop.opened"


@pytest.mark.parametrize("by", [-3600.0, 3600.0])
def test_a_tail_and_a_zero_that_waits_are_carried_over(by: float) -> None:  # K7, K15
    story = Story(a_station(Role.PACKML_STATE, Role.TOTAL, Role.HEARTBEAT), PLAN)
    story.hear(*watched(packml_state=EXECUTE, total=5, heartbeat=1), scan(0.0, "ORD:PO-1"), *alive(0.0, 10.0))
    story.hear(read(9.8, total=0), entry(10.0, "complete_operation"), step(10.0, by))
    story.hear(*carried([read(10.5, total=7, heartbeat=1), *alive(11.0, 13.0)], by))
    (made,) = [fact.data for fact in story.facts if isinstance(fact.data, OutputRecorded)]
    assert (made.keys.order_id, made.qty_good) == ("PO-1", Decimal(2))


def test_a_counter_that_is_blind_when_the_clock_is_set_was_so_since_the_same_instant() -> None:  # K10, K11
    story = Story(a_station(Role.PACKML_STATE, Role.TOTAL), PLAN)
    story.hear(*watched(packml_state=EXECUTE, total=5), scan(0.0, "ORD:PO-1"), *alive(0.0, 10.0))
    story.hear(read(10.0, total=None), step(10.0, 3600.0), *carried([*alive(10.0, 20.0)], 3600.0))
    story.hear(*carried([entry(20.0, "complete_operation"), *alive(20.0, 30.0), read(30.0, total=25)], 3600.0))
    (made,) = [fact.data for fact in story.facts if isinstance(fact.data, OutputRecorded)]
    assert (made.keys.order_id, made.qty_good, made.allocation) == ("PO-1", Decimal(20), "estimated")


def a_desk() -> Desk:
    return Desk("1.0", PROVENANCE, (), Directories())


def test_the_agent_tells_that_its_clock_was_set() -> None:
    outcome = a_desk().observe(replace(step(10.0, -30.0), wc_id=None), UUID(int=1))
    [fact] = outcome.facts
    assert isinstance(fact.data, ClockStepped)
    assert (fact.data.cause, fact.data.before, fact.data.after) == ("set", iso(T0 + 10.0), iso(T0 - 20.0))
    assert fact.data.offset_s == Decimal("-30.000")
    assert fact.time == T0 - 20.0


def test_a_clock_that_comes_to_the_same_instant_twice_is_told_twice() -> None:
    there = a_desk().observe(replace(step(10.0, -30.0), wc_id=None), UUID(int=1))
    back = there.desk.observe(replace(step(-20.0, 30.0), wc_id=None), UUID(int=2 << 12))
    again = back.desk.observe(replace(step(10.0, -30.0), wc_id=None), UUID(int=3 << 12))
    assert again.facts[0].natural_key != there.facts[0].natural_key


def test_an_agent_that_starts_before_it_ended_tells_so() -> None:
    outcome = a_desk().observe(Started(None, instant(100.0), "run-2", T0 + 160.0), UUID(int=1))
    assert [fact.data.TYPE for fact in outcome.facts] == ["agent.started", "clock.stepped"]
    stepped = outcome.facts[1].data
    assert isinstance(stepped, ClockStepped)
    assert (stepped.cause, stepped.offset_s) == ("restart", Decimal("-60.000"))
