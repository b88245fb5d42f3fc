"""To what counted parts are credited: order tails, late readings, gaps over boundaries, shifts. K11, K15, K17, K18."""

from decimal import Decimal
from typing import Any

import pytest

from agent.core.counts import counting, output
from agent.core.counts.accounts import MOST_PAST, MOST_PAST_LOTS, Past, credited_to, with_ended
from agent.core.counts.counters import CounterState, Step
from agent.core.counts.output import Manner
from agent.core.directories import Directories
from agent.core.facts import OutputRecorded, ScrapRecorded, ShiftKeys
from agent.core.identity import IdBlock
from agent.core.machine_settings import Role
from agent.core.shifts.calendar import NO_CALENDAR
from agent.core.turn import Turn
from agent.core.turn_bounds import Around, begin
from tests.core.build import (
    EXECUTE,
    FIRST_ID,
    T0,
    Story,
    a_plan,
    a_station,
    a_story,
    alive,
    an_account,
    an_order,
    down,
    entry,
    image,
    read,
    scan,
    signal,
    started,
    tick,
    up,
    watched,
)

PLAN = a_plan(an_order("PO-1"), an_order("PO-2"), an_order("PO-3", norm_cycle_s="4"))
MORNING = ShiftKeys(shift_id="1", business_date="2026-03-04", crew_id="A")
NIGHT = ShiftKeys(shift_id="2", business_date="2026-03-04", crew_id="B")


def a_line(**tables: Any) -> Story:  # noqa: ANN401 - fields
    """Watched up to 20, its counters at 100 and 0, order PO-1 in progress since 20."""
    station = a_station(Role.PACKML_STATE, Role.TOTAL, Role.SCRAP, **tables)
    story = a_story(*watched(packml_state=EXECUTE, total=100, scrap=0), *alive(0.0, 20.0), station=station, plan=PLAN)
    story.hear(scan(20.0, "ORD:PO-1"))
    return story


def counted(story: Story) -> list[tuple[str | None, int, int]]:
    """Order, good parts and what they come to, of each output fact."""
    return [
        (data.keys.order_id, int(data.qty_good), int(data.cum_good))
        for data in story.of(OutputRecorded)
        if isinstance(data, OutputRecorded)
    ]


@pytest.mark.parametrize(("at", "order"), [(30.9, "PO-1"), (31.0, None), (29.9, "PO-1")])
def test_what_is_counted_within_a_cycle_of_the_end_belongs_to_the_operation(at: float, order: str | None) -> None:
    # K15: one nominal cycle is 1 s.
    story = a_line()
    story.hear(*alive(20.0, 29.0), read(29.0, total=103), entry(30.0, "complete_operation"))
    story.hear(image(31.2, signal("total", 104, at, seen=31.2)), tick(33.0))
    assert counted(story)[-1] == (order, 1, 4 if order else 1)


@pytest.mark.parametrize(("tail_s", "order"), [(0.0, "PO-2"), (5.0, "PO-1")])
def test_the_tail_can_be_configured(tail_s: float, order: str) -> None:  # K15
    story = a_line(output={"tail_s": tail_s})
    story.hear(*alive(20.0, 30.0), entry(30.0, "complete_operation"), scan(30.0, "ORD:PO-2"), read(31.0, total=101))
    assert counted(story) == [(order, 1, 1)]


def test_the_tail_is_a_cycle_of_the_operation_that_ended() -> None:  # K15
    story = a_line()
    story.hear(entry(20.0, "complete_operation"), scan(20.0, "ORD:PO-3"), *alive(20.0, 30.0))
    story.hear(entry(30.0, "complete_operation"), read(33.5, total=101))
    assert counted(story) == [("PO-3", 1, 1)]


def test_a_time_without_an_order_has_no_tail() -> None:  # K15
    story = a_story(*watched(packml_state=EXECUTE, total=100), *alive(0.0, 20.0), plan=PLAN)
    story.hear(scan(20.0, "ORD:PO-1"), read(20.1, total=101))
    assert counted(story) == [("PO-1", 1, 1)]


def test_a_late_reading_from_before_a_lot_was_loaded_names_the_lots_of_then() -> None:  # K15, K18
    story = a_line()
    story.hear(*alive(20.0, 25.0), scan(25.0, "LOT:L1:X"), image(25.3, signal("total", 101, 24.8, seen=25.3)))
    story.hear(read(26.5, total=102))
    told = story.of(OutputRecorded)
    assert [(data.lots_in, int(data.cum_good)) for data in told] == [((), 1), (("L1",), 2)]


def test_a_tail_goes_on_with_the_quantities_of_its_operation_not_of_the_next() -> None:  # K15, K17
    story = a_line()
    story.hear(read(22.0, total=103), *alive(22.0, 30.0), entry(30.0, "complete_operation"), scan(30.1, "ORD:PO-2"))
    story.hear(read(30.5, total=104, scrap=1), read(32.0, total=106))
    assert counted(story) == [("PO-1", 3, 3), ("PO-1", 1, 4), ("PO-2", 2, 2)]
    (scrapped,) = story.of(ScrapRecorded)
    assert isinstance(scrapped, ScrapRecorded)
    assert (scrapped.keys.order_id, scrapped.cum_good, scrapped.cum_scrap) == ("PO-1", Decimal(3), Decimal(1))
    assert story.station.state.output.cums.scrap == 0


def test_a_gap_without_a_boundary_is_one_exact_fact_of_uncertain_time() -> None:  # K11
    story = a_line()
    story.hear(up(21.0), down(22.0), read(60.0, packml_state=EXECUTE, total=120, scrap=0), up(60.0))
    (made,) = story.of(OutputRecorded)
    assert isinstance(made, OutputRecorded)
    assert (made.qty_good, made.allocation, made.quality.time_quality) == (Decimal(20), "exact", "uncertain")


def test_a_crash_over_which_orders_changed_is_credited_to_the_first_of_them() -> None:  # K11
    story = a_line()
    story.hear(read(21.0, total=101), *alive(21.0, 25.0), started(40.0, 25.0), entry(41.0, "complete_operation"))
    for number, order in enumerate(["PO-2", "PO-3", "PO-2", "PO-3"]):
        story.hear(scan(42.0 + number, f"ORD:{order}"), entry(42.5 + number, "complete_operation"))
    story.hear(read(60.0, packml_state=EXECUTE, total=131, scrap=0), up(60.0), *alive(60.0, 62.0))
    story.hear(read(63.0, total=132))
    assert counted(story) == [("PO-1", 1, 1), ("PO-1", 30, 31), (None, 1, 1)]
    assert len(story.station.state.output.past) <= MOST_PAST


def test_a_counter_that_could_not_be_read_is_caught_up_for_the_order_of_then() -> None:  # K10, K11
    story = a_line()
    story.hear(*alive(20.0, 25.0), read(25.0, total=float("nan")), *alive(25.0, 80.0))
    story.hear(entry(80.0, "complete_operation"), *alive(80.0, 200.0), read(201.0, total=150))
    (made,) = story.of(OutputRecorded)
    assert isinstance(made, OutputRecorded)
    assert (made.keys.order_id, made.qty_good, made.allocation) == ("PO-1", Decimal(50), "estimated")


def test_what_is_seen_after_the_first_reading_of_a_gap_is_no_guess() -> None:  # K11
    story = a_line()
    story.hear(up(21.0), down(22.0), entry(23.0, "complete_operation"), read(60.0, total=120), read(62.0, total=122))
    told = story.of(OutputRecorded)
    story.hear(read(64.0, packml_state=EXECUTE), up(64.0), tick(66.0))
    told = story.of(OutputRecorded)
    assert [(data.keys.order_id, int(data.qty_good), data.allocation) for data in told] == [
        ("PO-1", 20, "estimated"),
        (None, 2, "exact"),
    ]


def test_each_shift_has_its_own_quantities_and_the_operation_all_of_them() -> None:  # K15, K17
    story = a_line()
    story.hear(*alive(20.0, 28.0))
    turn = begin(
        story.station.setup, story.station.state, T0 + 30.0, IdBlock(FIRST_ID), Around(Directories(), NO_CALENDAR)
    )
    turn.draft.shift = MORNING
    _count(turn, 3, 29.0)
    turn.flush()
    counting.context_ends(turn, T0 + 30.0, "shift")
    turn.output, turn.draft.shift = output.shift_began(turn.output), NIGHT
    _count(turn, 2, 29.9)
    _count(turn, 4, 30.5)
    turn.flush()
    told = [fact.data for fact in turn.draft.facts if isinstance(fact.data, OutputRecorded)]
    assert [(data.shift, int(data.cum_good), int(data.cum_good_shift)) for data in told] == [
        (MORNING, 3, 3),
        (MORNING, 5, 5),
        (NIGHT, 9, 4),
    ]


def _count(turn: Turn, parts: int, at: float) -> None:
    raw = turn.counters[Role.TOTAL].raw
    assert raw is not None
    counting.count(turn, Role.TOTAL, raw + parts, T0 + at)


def test_so_many_parts_become_a_fact_before_their_time() -> None:  # K18
    story = a_line(output={"flush_s": 60.0, "flush_n": 3})
    story.hear(read(21.0, total=101), read(22.0, total=102), read(23.0, total=103), read(24.0, total=104))
    assert counted(story) == [("PO-1", 1, 1), ("PO-1", 3, 4)]


def test_of_too_many_that_ended_the_first_and_the_last_stay() -> None:  # K11
    past: tuple[Past, ...] = ()
    for number in range(9):
        past = with_ended(past, Past(an_account(book=number), float(number), 1.0), -1.0, 0.5)
    assert [one.account.book for one in past] == [1, 6, 7, 8]


def test_the_loading_of_lots_is_dropped_before_the_end_of_an_order() -> None:
    past: tuple[Past, ...] = ()
    for number, book in enumerate([0, 1, 2, 2, 2, 2]):
        past = with_ended(past, Past(an_account(book=book), float(number), 1.0), -1.0, 0.5)
    assert [(one.account.book, one.until) for one in past] == [(0, 0.0), (1, 1.0), (2, 4.0), (2, 5.0)]


def test_what_nothing_will_be_credited_to_is_forgotten() -> None:
    past = with_ended((), Past(an_account(), 10.0, 1.0), 0.0, None)
    assert len(with_ended(past, Past(an_account(book=1), 90.0, 1.0), 11.0, None)) == 1


def test_lots_of_what_ended_are_few() -> None:
    past: tuple[Past, ...] = ()
    lots = tuple(f"L{number}" for number in range(MOST_PAST_LOTS - 4))
    for number in range(3):
        past = with_ended(past, Past(an_account(book=number, lots=lots), float(number), 1.0), -1.0, 0.5)
    assert [len(one.account.lots) for one in past] == [0, 0, len(lots)]


@pytest.mark.parametrize(("at", "unwatched_from", "book"), [(9.9, None, 1), (10.5, None, 1), (11.0, None, None)])
def test_parts_go_to_what_was_in_progress_when_they_were_made(
    at: float, unwatched_from: float | None, book: int | None
) -> None:  # K15
    found, guessed = credited_to((Past(an_account(book=1), 10.0, 1.0),), at, unwatched_from, 2)
    assert (None if found is None else found.account.book, guessed) == (book, False)


def test_tallies_know_how_they_were_counted() -> None:  # K1
    before = CounterState(raw=5, at=T0)
    told = output.tallied(output.Output(), Role.TOTAL, before, Step(CounterState(raw=7, at=T0 + 1), 2), Manner(scale=4))
    assert told.tallies[Role.TOTAL].parts == 8
