"""Time elements and ratios of ISO 22400-2 (domain.md B3): every instant in exactly one element."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.core.facts import ShiftKeys, ShiftSummary, TimeElements
from agent.core.machine.conditions import Condition, Mode
from agent.core.machine_settings import Role
from agent.core.observations import SignalValue
from agent.core.shifts.figures import Figures as Accounts
from agent.core.shifts.figures import Rules, Sums, settled
from agent.core.shifts.spans import Kind, Span, spans_of
from agent.core.shifts.time_elements import elements
from agent.core.station import StationObservation
from agent.core.stops.segments import Ground, Segment, Stop
from tests.core.build import (
    ABORTED,
    EXECUTE,
    IDLE,
    T0,
    Story,
    a_manual_station,
    a_pattern,
    a_plan,
    a_shift,
    a_station,
    alive,
    an_order,
    by_supervisor,
    clock,
    down,
    entry,
    published,
    quiet,
    read,
    scan,
    started,
    stop_ids,
    tick,
    up,
    wall,
    watched,
)
from tests.core.folding import on_clock, the_stop, the_stops

DAY = a_pattern(a_shift("day", "05:00", "05:30", ("05:10", "05:15")), a_shift("late", "05:30", "06:00"))
PLAN = a_plan(an_order("PO-1", norm_cycle_s="2"), an_order("PO-2"), reasons=["JAM"])
ROLES = (Role.PACKML_STATE, Role.TOTAL, Role.SCRAP, Role.STARVED, Role.MODE)
SPLIT = ("apt_s", "aust_s", "adet_s", "adot_s", "waiting_s", "no_order_run_s", "unknown_s", "planned_s")
"""The elements of which each instant belongs to one."""


def runs(**tables: Any) -> Story:  # noqa: ANN401 - tables of the settings
    """A machine running order PO-1 since 05:00, one part a cycle of two seconds, its counters at 0."""
    base = {"orders": True, "setup": {"on_order_change": False}, "condition": {"setup_modes": [4]}}
    story = Story(a_station(*ROLES, pattern=DAY, **{**base, **tables}), PLAN)
    story.hear(scan(0.0, "ORD:PO-1"), *watched(packml_state=EXECUTE, total=0, scrap=0, starved=False, mode=1))
    return story


def says(story: Story, at: float, **words: SignalValue) -> None:
    """The machine is watched up to there and says so then."""
    last = story.station.state.watch.last_good
    assert last is not None
    story.hear(*quiet(round(last - T0, 3), at), read(at, **words))


def closes(story: Story) -> list[ShiftSummary]:
    """The summaries once both shifts are over."""
    says(story, wall("06:00:10"))
    story.hear(*alive(wall("06:00:10"), wall("06:00:20")))
    the_stops(story)
    return story.of(ShiftSummary)


def nonzero(told: TimeElements) -> dict[str, float]:
    return {name: float(getattr(told, name)) for name in SPLIT if getattr(told, name)}


def adds_up(summary: ShiftSummary) -> None:
    """Its elements are the time of the shift, its orders are the shift, and the stops' share is what it is."""
    whole = summary.elements
    lasted = on_clock(summary.end) - on_clock(summary.start)
    assert float(sum(getattr(whole, name) for name in SPLIT)) == pytest.approx(lasted, abs=0.01)
    assert whole.pbt_s == pytest.approx(sum(getattr(whole, name) for name in SPLIT[:6]), abs=Decimal("0.01"))
    for name in (*SPLIT, "pbt_s", "outside_plan_s"):
        shares = sum(getattr(order.elements, name) for order in summary.orders)
        assert getattr(whole, name) == pytest.approx(shares, abs=Decimal("0.01"))
    assert summary.qty_good == sum(order.qty_good for order in summary.orders)
    assert summary.qty_scrap == sum(order.qty_scrap for order in summary.orders)
    assert whole.outside_plan_s <= whole.planned_s


def test_a_shift_that_runs_through_is_production_and_its_break_runs_outside_the_plan() -> None:
    first, second = closes(runs())
    assert nonzero(first.elements) == {"apt_s": 1500.0, "planned_s": 300.0}
    assert first.elements.outside_plan_s == Decimal(300)
    assert nonzero(second.elements) == {"apt_s": 1800.0}


def test_a_downtime_with_an_order_is_delay_and_without_one_is_idle() -> None:
    story = runs()
    says(story, wall("05:20"), packml_state=IDLE)
    says(story, wall("05:25"))
    story.hear(entry(wall("05:25"), "complete_operation"))
    says(story, wall("05:40"), packml_state=EXECUTE)
    story.hear(read(wall("05:40:01"), total=1))
    first, second = closes(story)
    assert nonzero(first.elements) == {"apt_s": 900.0, "adet_s": 300.0, "adot_s": 300.0, "planned_s": 300.0}
    assert nonzero(second.elements) == {"adot_s": 600.0, "no_order_run_s": 1200.0}


def test_a_minor_stop_that_is_cut_and_becomes_a_downtime_later_is_delay_from_its_start() -> None:  # R5, R9
    story = runs()
    says(story, wall("05:20"), packml_state=IDLE)
    says(story, wall("05:21"))
    story.hear(entry(wall("05:21"), "complete_operation"))
    says(story, wall("05:26"), packml_state=EXECUTE)
    story.hear(read(wall("05:26:01"), total=1))
    first, _ = closes(story)
    assert [kind for kind, _, _ in the_stop(story).spans] == ["down", "down"]
    assert (float(first.elements.adet_s), float(first.elements.adot_s)) == (60.0, 300.0)


@pytest.mark.parametrize(("loss", "element"), [("performance", "apt_s"), ("availability", "adet_s")])
def test_minor_stops_cost_performance_or_availability_by_choice(loss: str, element: str) -> None:  # R5
    story = runs(stop={"minor_stop_loss": loss})
    says(story, wall("05:20"), packml_state=IDLE)
    says(story, wall("05:21"), packml_state=EXECUTE)
    story.hear(read(wall("05:21:01"), total=1))
    first, _ = closes(story)
    expected = {"apt_s": 1440.0, "planned_s": 300.0}
    expected[element] = expected.get(element, 0.0) + 60.0
    assert nonzero(first.elements) == expected


@pytest.mark.parametrize(("key_machine", "element"), [(True, "adet_s"), (False, "waiting_s")])
def test_waiting_for_neighbours_counts_against_the_line_at_the_key_machine_only(
    key_machine: bool,  # noqa: FBT001 - a case
    element: str,
) -> None:
    story = runs(key_machine=key_machine)  # R11
    says(story, wall("05:20"), packml_state=IDLE, starved=True)
    says(story, wall("05:25"), packml_state=EXECUTE, starved=False)
    story.hear(read(wall("05:25:01"), total=1))
    first, _ = closes(story)
    assert nonzero(first.elements) == {"apt_s": 1200.0, element: 300.0, "planned_s": 300.0}


def test_setup_is_setup_and_stops_in_it_are_too() -> None:  # R10
    story = runs()
    says(story, wall("05:20"), packml_state=IDLE, mode=4)
    says(story, wall("05:25"), packml_state=EXECUTE, mode=1)
    story.hear(read(wall("05:25:01"), total=1))
    first, _ = closes(story)
    assert nonzero(first.elements) == {"apt_s": 1200.0, "aust_s": 300.0, "planned_s": 300.0}


def test_what_nobody_watched_is_in_no_other_element() -> None:  # R15
    story = runs()
    says(story, wall("05:20"))
    back = wall("05:25")
    story.hear(down(wall("05:20:01")), read(back, packml_state=EXECUTE, total=0), up(back))
    first, _ = closes(story)
    assert nonzero(first.elements) == {"apt_s": 1200.0, "unknown_s": 300.0, "planned_s": 300.0}
    assert first.elements.pbt_s == Decimal(1200)


def test_a_link_that_is_lost_before_an_order_change_is_unknown_from_the_last_good_reading() -> None:  # R15
    story = runs()
    says(story, wall("05:20"))
    story.hear(entry(wall("05:20:05"), "complete_operation"), down(wall("05:20:06")))
    back = wall("05:25")
    story.hear(read(back, packml_state=EXECUTE, total=0), up(back))
    first, _ = closes(story)
    assert nonzero(first.elements)["unknown_s"] == 300.0


def test_a_stop_open_at_the_end_of_a_shift_counts_in_both_for_what_it_lasted_there() -> None:  # R8
    story = runs()
    says(story, wall("05:28"), packml_state=ABORTED)
    says(story, wall("05:35"), packml_state=EXECUTE)
    story.hear(read(wall("05:35:01"), total=1))
    first, second = closes(story)
    assert (nonzero(first.elements)["apt_s"], nonzero(second.elements)["adet_s"]) == (1500.0, 300.0)
    assert (first.stops, first.open_stop_id, second.stops) == (1, stop_ids(story.facts)[0], 1)


def test_quantities_and_ratios_are_those_of_the_shift() -> None:
    story = runs()
    for number in range(1, 301):
        says(story, wall("05:15") + 2.0 * number, total=number, scrap=number // 10)
    first, _ = closes(story)
    told = first.elements
    assert (first.qty_good, first.qty_scrap) == (Decimal(270), Decimal(30))
    assert (told.availability, told.effectiveness, told.quality_ratio, told.oee) == (
        Decimal("1.000"),
        Decimal("0.400"),
        Decimal("0.900"),
        Decimal("0.360"),
    )


def test_a_ratio_without_a_base_is_null() -> None:
    none = elements(Sums())
    assert (none.availability, none.effectiveness, none.quality_ratio, none.oee) == (None, None, None, None)


def test_unexplained_downtime_is_counted_until_somebody_explains_it() -> None:  # R19
    story = runs()
    for begin in ("05:02", "05:06"):
        says(story, wall(begin), packml_state=ABORTED)
        says(story, wall(begin) + 150.0, packml_state=EXECUTE)
        story.hear(read(wall(begin) + 151.0, total=1 if begin == "05:02" else 2))
    says(story, wall("05:20"))
    story.hear(entry(wall("05:20"), "set_reason", code="JAM"))
    first, _ = closes(story)
    assert (first.uncoded, first.uncoded_s) == (1, Decimal("150.000"))


def test_a_part_split_off_and_not_explained_is_unexplained() -> None:  # R20
    story = runs()
    says(story, wall("05:02"), packml_state=ABORTED)
    says(story, wall("05:06"), packml_state=EXECUTE)
    story.hear(read(wall("05:06:01"), total=1), *alive(wall("05:06:01"), wall("05:06:05")))
    (stop_id,) = set(stop_ids(story.facts))
    says(story, wall("05:08"))
    story.hear(entry(wall("05:08"), "set_reason", code="JAM"))
    story.hear(entry(wall("05:08"), "split_stop", segment_id=f"{stop_id}.1", at=clock(wall("05:04"))))
    first, _ = closes(story)
    assert (first.uncoded, first.uncoded_s) == (1, Decimal("120.000"))


def test_what_is_told_at_the_very_end_of_a_shift_is_in_its_summary() -> None:  # K18
    story = runs(output={"flush_s": 60})
    says(story, wall("05:29:50"), total=5)
    says(story, wall("05:29:55"), total=7)
    early, late = closes(story)
    assert (int(early.qty_good), int(late.qty_good)) == (7, 0)


def test_two_stops_made_one_are_one_stop_of_the_shift() -> None:  # R20
    story = runs()
    for number, begin in enumerate(("05:02", "05:03:10"), 1):
        says(story, wall(begin), packml_state=ABORTED)
        says(story, wall(begin) + 60.0, packml_state=EXECUTE)
        story.hear(read(wall(begin) + 61.0, total=number))
    says(story, wall("05:06"))
    one, other = dict.fromkeys(stop_ids(story.facts))
    story.hear(by_supervisor(entry(wall("05:06"), "merge_stops", stop_id=one, other_stop_id=other)))
    first, _ = closes(story)
    assert (first.stops, first.uncoded, first.uncoded_s) == (1, 2, Decimal("130.000"))


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["stand", "run", "starve", "setup", "lost", "done", "next", "wait"]),
        st.sampled_from([2.0, 7.0, 60.0, 130.0, 400.0]),
    ),
    max_size=14,
)


@settings(max_examples=60, deadline=None)
@given(STEPS)
def test_whatever_happens_the_elements_of_a_shift_are_its_time_and_the_live_figures_come_to_the_told_ones(
    steps: list[tuple[str, float]],
) -> None:
    story = runs()
    now, total = 0.0, 0
    for what, lasting in steps:
        if now + lasting > wall("05:55"):
            break
        total = happens(story, what, now, total)
        now = round(now + lasting, 3)
        if what == "lost":
            story.hear(read(now, packml_state=EXECUTE, total=total, scrap=0, starved=False, mode=1), up(now))
        else:
            story.hear(*quiet(now - lasting, now))
    says(story, wall("05:59:59"))
    live = story.station.figures(T0 + wall("06:00")).shifts[-1]
    summaries = closes(story)
    for summary in summaries:
        adds_up(summary)
    assert elements(live.total) == summaries[-1].elements


def happens(story: Story, what: str, now: float, total: int) -> int:
    says_: dict[str, Callable[[], StationObservation]] = {
        "stand": lambda: read(now, packml_state=IDLE, starved=False, mode=1),
        "starve": lambda: read(now, packml_state=IDLE, starved=True, mode=1),
        "setup": lambda: read(now, packml_state=IDLE, mode=4),
        "run": lambda: read(now, packml_state=EXECUTE, starved=False, mode=1, total=total + 1),
        "lost": lambda: down(now),
        "done": lambda: entry(now, "complete_operation"),
        "next": lambda: scan(now, "ORD:PO-2"),
        "wait": lambda: up(now),
    }
    story.hear(says_[what]())
    return total + 1 if what == "run" else total


KINDS: st.SearchStrategy[Kind] = st.sampled_from(["run", "unknown", "minor", "down", "setup", "external", "planned"])
GROUNDS = st.tuples(st.sampled_from([None, "break", "no_shift"]), st.sampled_from([None, "PO-1"]))


@given(KINDS, GROUNDS, st.booleans(), st.booleans())
def test_every_kind_of_time_on_every_ground_is_exactly_one_element(
    kind: Kind,
    ground: tuple[Any, str | None],
    minor_is_delay: bool,  # noqa: FBT001 - a case
    key_machine: bool,  # noqa: FBT001 - a case
) -> None:
    planned, order = ground
    shift = ShiftKeys(shift_id="day", business_date="2026-03-04", crew_id=None, planned=planned)
    rules = Rules(minor_is_delay, key_machine)
    after = settled(
        Accounts(settled=0.0),
        [Span(kind, 0.0, 10.0)],
        10.0,
        rules,
        lambda a, b: iter([Ground(a, b, shift, order, order)]),
    )
    told = elements(after.shifts[0].total)
    assert [float(getattr(told, name)) for name in SPLIT if getattr(told, name)] == [10.0]


def test_parts_told_as_their_order_ends_should_have_taken_what_their_own_norm_says() -> None:
    plan = a_plan(an_order("PO-1", norm_cycle_s="10"))
    story = Story(a_station(orders=True, output={"flush_s": 60.0}), plan)
    story.hear(*watched(packml_state=EXECUTE, total=0), scan(1.0, "ORD:PO-1"), *alive(1.0, 5.0))
    story.hear(*[read(5.0 + part, total=part) for part in range(1, 11)], entry(20.0, "complete_operation"))
    (account,) = [one for shift in story.station.state.figures.shifts for one in shift.orders if one.order_id == "PO-1"]
    assert account.sums.ideal == pytest.approx(100.0)


def test_a_manual_station_without_an_order_is_idle_and_does_not_run() -> None:  # R18, R22
    story = Story(a_manual_station(orders=True), a_plan(an_order("PO-1")))
    story.hear(started(0.0), tick(60.0), scan(60.0, "ORD:PO-1"), tick(100.0))
    total = story.station.figures(T0 + 100.0).shifts[-1].total
    assert (total.idle, total.run, total.free_run) == (60.0, 40.0, 0.0)


def test_a_downtime_whose_beginning_lies_in_a_shift_of_an_older_calendar_takes_nothing_from_the_new_one() -> None:  # R5
    shift = {"shift_id": "M1", "business_date": "2026-03-04", "start": clock(0.0), "end": clock(wall("05:40"))}
    story = Story(a_manual_station(DAY, orders=True), PLAN)
    story.hear(started(0.0), entry(wall("05:09"), "start_stop"), tick(wall("05:12")))
    story.plan = a_plan(calendar=published(shift))
    story.hear(tick(wall("05:12:01")), entry(wall("05:13"), "start_setup"), entry(wall("05:14"), "end_setup"))
    story.hear(tick(wall("05:16")), entry(wall("05:16"), "end_stop"))
    assert [kind for kind, _, _ in the_stop(story).spans] == ["down", "planned", "setup", "down"]
    (account,) = story.station.state.figures.shifts
    assert (account.shift_id, account.total.idle, account.total.free_run) == ("M1", 120.0, 0.0)


def test_a_part_cut_while_nobody_watches_counts_no_time_twice() -> None:  # R15
    segments = (
        Segment(1, "down", 100.0, 210.0, None, None, None),
        Segment(2, "down", 210.0, None, None, None, None),
    )
    stop = Stop("s1", "down", Condition.IDLE, Mode.PRODUCTION, 100.0, (), segments)
    spans = list(spans_of(stop, 50.0, 150.0))
    assert sum(max(span.end - span.start, 0.0) for span in spans) == 100.0


def test_what_people_adjust_counts_in_the_figures_of_good_and_scrap_and_nothing_else() -> None:
    story = runs()
    story.hear(read(10.0, total=5), *alive(10.0, 20.0))
    before = story.station.state.figures.shifts[-1].total
    story.hear(entry(21.0, "adjust_quantity", category="good", delta="-3", reason="R"))
    story.hear(entry(22.0, "adjust_quantity", category="scrap", delta="2", reason="R"))
    story.hear(entry(23.0, "adjust_quantity", category="rework", delta="5", reason="R"))
    after = story.station.state.figures.shifts[-1].total
    assert (int(after.good - before.good), int(after.scrap - before.scrap)) == (-3, 2)
