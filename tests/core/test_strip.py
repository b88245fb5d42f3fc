"""The shift in cells: what lasted longest in each, whatever was known late, in whatever parts it was told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise
from random import Random
from typing import Any, TypeAlias
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from agent.core import snapshots
from agent.core.facts import (
    ConditionChanged,
    Fact,
    FactData,
    FactQuality,
    Keys,
    OutputRecorded,
    SetupEnded,
    SetupStarted,
    ShiftKeys,
)
from agent.core.machine.conditions import Condition
from agent.core.machine_settings import Role
from agent.core.observations import ClockStep, SignalValue
from agent.core.shifts.shift_view import StripView
from agent.core.shifts.strip import (
    CELL_S,
    GOOD_S,
    LETTERS,
    MOST_CHANGES,
    MOST_GOOD,
    Change,
    Strip,
    longest,
    taken,
)
from agent.core.state import StationState
from agent.core.station_view import view
from agent.core.stops.segments import Ground
from tests.core.build import (
    ABORTED,
    EXECUTE,
    IDLE,
    T0,
    WC,
    Story,
    a_manual_station,
    a_pattern,
    a_plan,
    a_shift,
    a_station,
    a_story,
    an_order,
    clock,
    down,
    entry,
    instant,
    quiet,
    read,
    scan,
    started,
    tick,
    up,
    wall,
    watched,
)

ROLES = (Role.PACKML_STATE, Role.TOTAL, Role.STARVED, Role.MODE)
DAY = a_pattern(a_shift("early", "05:00", "05:30", ("05:12", "05:18")), a_shift("late", "05:30", "06:00"))
PLAN = a_plan(an_order("PO-1"))
NEW = a_station(*ROLES, pattern=DAY, condition={"setup_modes": [4]})


def running(**values: SignalValue) -> Story:
    """A machine that runs since 05:00."""
    values = {"packml_state": EXECUTE, "total": 0, "starved": False, "mode": 1, **values}
    return a_story(*watched(**values), station=NEW, plan=PLAN)


def says(story: Story, at: float, **words: SignalValue) -> None:
    """The machine is watched up to there and says so then."""
    last = story.station.state.watch.last_good
    assert last is not None
    story.hear(*quiet(round(last - T0, 3), at), *([read(at, **words)] if words else []))


def shown(story: Story, at: float) -> StripView:
    seen = view(story.station, story.plan, T0 + at).strip
    assert seen is not None
    return seen


def cells(story: Story, at: float) -> str:
    return shown(story, at).cells


def parts(*numbers: int) -> tuple[Decimal, ...]:
    return tuple(Decimal(number) for number in numbers)


# A shift


def test_each_cell_shows_what_lasted_longest_in_it() -> None:
    story = running()
    says(story, 180.0 + 100.0, packml_state=ABORTED)
    says(story, 180.0 + 170.0, packml_state=EXECUTE)
    says(story, 360.0 + 80.0, packml_state=IDLE)
    says(story, 540.0 + 20.0, starved=True)
    says(story, 600.0)
    seen = shown(story, 600.0)
    assert (seen.since, seen.cell_s, seen.cells) == (clock(0.0), 180.0, "RRIS")
    assert cells(story, 630.0) == "RRIS"


def test_planned_time_is_planned_whatever_the_machine_does() -> None:
    story = running()
    says(story, wall("05:20"))
    assert cells(story, wall("05:20")) == "RRRRPPR"


def test_a_shift_begins_anew_with_what_goes_on() -> None:
    story = running()
    says(story, wall("05:29"), packml_state=IDLE)
    says(story, wall("05:32"))
    seen = shown(story, wall("05:32"))
    assert (seen.since, seen.cells, seen.good) == (clock(wall("05:30")), "I", parts(0))


def test_good_parts_are_counted_by_the_quarter_of_an_hour() -> None:
    story = running()
    says(story, 100.0, total=7)
    says(story, 800.0, total=10)
    says(story, 1000.0, total=30)
    says(story, 1100.0)
    assert shown(story, 1100.0).good == parts(10, 20)
    says(story, wall("05:31"), total=33)
    says(story, wall("05:48"))
    assert shown(story, wall("05:48")).good == parts(3, 0)


def test_nothing_is_shown_before_anything_was_seen() -> None:
    assert view(NEW, PLAN, T0).strip is None


# Known late


def test_a_lost_link_is_unknown_from_the_last_reading_on() -> None:
    story = running()
    says(story, 370.0)
    story.hear(down(470.0), tick(900.0))
    assert cells(story, 910.0) == "RRUUPP"
    story.hear(read(1000.0, packml_state=IDLE), up(1000.0))
    says(story, 1100.0)
    assert cells(story, 1100.0) == "RRUUPPI"


def test_what_happened_while_the_agent_was_down_is_unknown_even_over_a_change_of_shift() -> None:
    story = running()
    says(story, 370.0)
    story.station = NEW.restored(story.station.snapshot())
    assert cells(story, 370.0) == "RRR"
    story.hear(started(wall("05:37"), 370.0))
    assert (shown(story, wall("05:37")).since, cells(story, wall("05:37"))) == (clock(wall("05:30")), "UUU")
    story.hear(read(wall("05:38"), packml_state=EXECUTE, total=0), up(wall("05:38")))
    says(story, wall("05:43"))
    assert cells(story, wall("05:43")) == "UUURR"


def test_a_standstill_that_only_the_missing_pulses_show_is_dated_back() -> None:
    station = a_station(Role.TOTAL, output={"cycle_s": 20.0})
    story = a_story(*watched(total=0), station=station)
    for number in range(1, 10):
        says(story, 20.0 * number, total=number)
    says(story, 400.0)
    assert story.of(ConditionChanged)[-1].to_condition is Condition.IDLE
    assert cells(story, 400.0)[1] == "I"


def test_a_setup_is_shown_from_where_it_stood_to_its_first_good_parts() -> None:
    story = a_story(*watched(packml_state=IDLE, total=0, starved=False, mode=1), station=NEW, plan=PLAN)
    says(story, 180.0)
    story.hear(scan(180.0, "ORD:PO-1"))
    says(story, 540.0, packml_state=EXECUTE)
    says(story, 541.0, total=1)
    says(story, 700.0)
    assert cells(story, 700.0) == "ICCR"


def test_a_machine_that_is_set_up_runs_for_its_setup() -> None:
    story = running(mode=4)
    says(story, 400.0)
    assert cells(story, 400.0) == "CCC"
    says(story, 400.0, mode=1)
    says(story, 540.0 + 100.0)
    assert cells(story, 640.0) == "CCRR"


def test_a_manual_station_works_while_its_operation_is_in_progress() -> None:
    story = a_story(started(0.0), station=a_manual_station(orders=True, setup={"on_order_change": False}), plan=PLAN)
    story.hear(entry(200.0, "start_operation", order_id="PO-1"), entry(800.0, "start_stop"), tick(1000.0))
    assert cells(story, 1000.0) == "IRRRII"


# The clock


def test_a_clock_that_is_set_moves_the_strip_and_leaves_its_length() -> None:
    story = running()
    says(story, 360.0, packml_state=IDLE)
    says(story, 370.0)
    story.hear(ClockStep(WC, 100.0, instant(470.0)))
    seen = shown(story, 470.0)
    assert (seen.since, seen.cells) == (clock(100.0), "RRI")


def test_without_a_calendar_the_strip_rolls_on() -> None:
    story = a_story(*watched(packml_state=EXECUTE, total=0), station=a_station(Role.PACKML_STATE, Role.TOTAL))
    says(story, 3600.0, packml_state=IDLE, total=9)
    story.hear(up(3605.0))
    seen = shown(story, MOST_GOOD * GOOD_S + 10 * GOOD_S)
    assert seen.since == clock(11 * GOOD_S)
    assert (seen.cells, seen.good) == ("I" * 235, parts(0) * MOST_GOOD)


# Laws

Happening: TypeAlias = Condition | type[SetupStarted] | type[SetupEnded]
NO_FACT = UUID(int=0)
QUALITY = FactQuality(origin="plc", execution_mode="production", time_quality="good", entry="auto")
BREAK = ShiftKeys(shift_id="s", business_date="d", crew_id=None, planned="break")
WORK = ShiftKeys(shift_id="s", business_date="d", crew_id=None, planned=None)
PAUSES = ((2000.0, 3500.0), (9000.0, 9010.0), (20_000.0, 29_000.0))
HAPPENINGS = st.lists(
    st.tuples(
        st.integers(0, 4000), st.one_of(st.sampled_from(list(Condition)), st.sampled_from([SetupStarted, SetupEnded]))
    ),
    max_size=40,
)


def grounds(start: float, end: float) -> Iterator[Ground]:
    points = [start, *(at for pause in PAUSES for at in pause if start < at < end), max(start, end)]
    for one, other in pairwise(points):
        planned = any(pause[0] <= one < pause[1] for pause in PAUSES)
        yield Ground(one, other, BREAK if planned else WORK, None, None)


def a_fact(at: float, what: Happening) -> Fact:
    """One that tells so much and no more."""
    if isinstance(what, Condition):
        return bare(at, ConditionChanged, to_condition=what)
    return bare(at, what)


def bare(at: float, kind: type[FactData], **fields: Any) -> Fact:  # noqa: ANN401 - of the fact
    return Fact(NO_FACT, kind.model_construct(keys=Keys(wc_id=WC), quality=QUALITY, **fields), at, at, "", None, None)


def told(happenings: list[tuple[int, Happening]]) -> list[Fact]:
    at, facts = 0.0, [a_fact(0.0, Condition.RUNNING)]
    for after, what in happenings:
        at += after
        facts.append(a_fact(at, what))
    return facts


def fed(strip: Strip | None, facts: list[Fact]) -> Strip:
    for fact in facts:
        strip = taken(strip, fact, grounds)
    assert strip is not None
    return strip


def by_the_second(facts: list[Fact], start: float, end: float) -> Counter[str]:
    """The oracle: what each second was."""
    lasted: Counter[str] = Counter()
    for second in range(int(start), int(end)):
        known = [fact.data for fact in facts if fact.time <= second]
        condition = next(one.to_condition for one in reversed(known) if isinstance(one, ConditionChanged))
        setup = next((one for one in reversed(known) if isinstance(one, SetupStarted | SetupEnded)), None)
        if any(pause[0] <= second < pause[1] for pause in PAUSES):
            lasted["P"] += 1
        elif condition is not Condition.UNKNOWN and isinstance(setup, SetupStarted):
            lasted["C"] += 1
        else:
            lasted[LETTERS[condition]] += 1
    return lasted


@given(HAPPENINGS, st.integers(0, 9000))
def test_cells_add_up_to_the_time_since_the_first_and_stay_few(
    happenings: list[tuple[int, Happening]], after: int
) -> None:
    facts = told(happenings)
    now = facts[-1].time + after
    strip = fed(None, facts)
    assert max(len(strip.conditions), len(strip.setups)) <= MOST_CHANGES
    seen = strip.settled(now, grounds)
    present = sum(seen.spent.values())
    assert len(seen.cells) <= MOST_GOOD * GOOD_S / CELL_S
    assert len(seen.cells) * CELL_S + present == now - seen.since
    assert 0 <= present < CELL_S
    assert (seen.since == 0.0) == (now < MOST_GOOD * GOOD_S)


@given(HAPPENINGS, st.integers(1, 3000), st.integers(0, 9000))
def test_what_is_shown_before_it_is_settled_is_what_is_settled(
    happenings: list[tuple[int, Happening]], first: int, second: int
) -> None:
    strip = fed(None, told(happenings))
    middle = strip.until + first
    at_once = strip.settled(middle + second, grounds)
    assert strip.settled(middle, grounds).settled(middle + second, grounds) == at_once


@given(HAPPENINGS, st.integers(0, 40))
def test_in_two_halves_it_comes_to_the_same_as_at_once(happenings: list[tuple[int, Happening]], cut: int) -> None:
    facts = told(happenings)
    strip = fed(None, facts[: cut + 1])
    strip.settled(strip.until + 5000.0, grounds)
    assert fed(strip, facts[cut + 1 :]) == fed(None, facts)


@given(HAPPENINGS.filter(lambda happenings: sum(after for after, _ in happenings) < 12_000))
def test_each_cell_is_what_a_count_of_its_seconds_says(happenings: list[tuple[int, Happening]]) -> None:
    facts = told(happenings)
    seen = fed(None, facts).settled(facts[-1].time + 500.0, grounds)
    for number, letter in enumerate(seen.cells + longest(seen.spent)):
        start = seen.since + number * CELL_S
        lasted = by_the_second(facts, start, min(start + CELL_S, facts[-1].time + 500.0))
        assert lasted[letter] == max(lasted.values(), default=0)


def test_what_is_dated_back_before_other_changes_is_drawn_where_it_was() -> None:
    facts = [a_fact(0.0, Condition.RUNNING), a_fact(100.0, Condition.IDLE), a_fact(400.0, Condition.FAULTED)]
    strip = fed(None, [*facts, a_fact(110.0, SetupStarted)])
    assert strip.settled(540.0, grounds).cells == "RCC"
    assert fed(strip, [a_fact(380.0, SetupEnded)]).settled(540.0, grounds).cells == "RCF"


def test_many_changes_at_one_instant_are_not_remembered() -> None:
    strip = Strip(0.0, 0.0, conditions=(Change(0.0, "R"),))
    for number in range(100):
        strip = fed(strip, [a_fact(500.0, list(Condition)[number % 8]), a_fact(500.0, SetupEnded)])
        assert max(len(strip.conditions), len(strip.setups)) <= MOST_CHANGES
    assert strip.settled(900.0, grounds).cells == "RRRHH"


def test_a_strip_with_all_that_it_can_hold_takes_little_of_a_snapshot() -> None:
    random = Random(1)
    minutes = [60.0 * number for number in range(720)]
    facts = [a_fact(at, random.choice(list(Condition))) for at in minutes]
    made = [bare(at, OutputRecorded, qty_good=Decimal(random.randrange(9999))) for at in minutes]
    strip = fed(None, [*facts, *made])
    assert (len(strip.cells), len(strip.good)) == (237, MOST_GOOD)
    state = StationState(strip=strip)
    assert len(snapshots.packed(state)) - len(snapshots.packed(StationState())) < 700
