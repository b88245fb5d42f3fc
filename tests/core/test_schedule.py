"""What an instant belongs to: grounds tile time (R7 to R9)."""

from __future__ import annotations

from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.core.shifts.calendar import NO_CALENDAR, Calendar, of_work_center
from agent.core.shifts.schedule import MOST_CHANGES, Schedule, grounds, shift_keys
from tests.core.build import T0, WC, a_pattern, a_shift, wall

DAY = a_pattern(
    a_shift("day", "05:00", "06:00", ("05:20", "05:30")),
    a_shift("late", "06:00", "07:00"),
    planned=[("maintenance", "06:30", "06:40")],
)
CALENDAR = of_work_center(DAY, ZoneInfo("UTC"), None, WC)
INSTANTS = st.one_of(
    st.sampled_from([wall(text) for text in ("05:00", "05:20", "05:30", "06:00", "06:30", "06:40", "07:00", "29:00")]),
    st.floats(-7200.0, 200_000.0).map(lambda at: round(at, 3)),
)


ORDERS = st.sampled_from(["PO-1", "PO-2", None])


def at(instant: float) -> float:
    return T0 + instant


def following(calendar: Calendar, now: float, *changes: tuple[float, str | None]) -> Schedule:
    """The schedule as it stands, with these orders begun."""
    schedule = Schedule().in_slot(calendar.slot(at(now)))
    for moment, order in sorted(changes, key=lambda change: change[0]):
        schedule = schedule.order_changed(at(moment), order, None if order is None else "10")
    return schedule


@given(
    INSTANTS, INSTANTS, INSTANTS, st.lists(st.tuples(INSTANTS, st.sampled_from(["PO-1", "PO-2", None])), max_size=12)
)
def test_grounds_tile_time_and_each_lies_within_one_shift_one_window_and_one_order(
    now: float, one: float, other: float, orders: list[tuple[float, str | None]]
) -> None:
    start, end = sorted((at(one), at(other)))
    schedule = following(CALENDAR, now, *orders)
    found = list(grounds(CALENDAR, schedule, start, end))
    assert (found[0].start, found[-1].end) == (start, end)
    for before, after in pairwise(found):
        assert before.end == after.start
        assert before.start < before.end
        assert (before.shift, before.order_id, before.op_no) != (after.shift, after.order_id, after.op_no)
    for ground in found:
        last = max(ground.start, ground.end - 0.0005)
        assert ground.shift == shift_keys(CALENDAR.slot(ground.start)) == shift_keys(CALENDAR.slot(last))
        remembered = [change for change in schedule.orders if change.at <= ground.start]
        assert ground.order_id == (remembered[-1].order_id if remembered else None)


@pytest.mark.parametrize(
    ("instant", "shift", "planned"),
    [
        ("04:59:59", None, "no_shift"),
        ("05:00", "day", None),
        ("05:19:59", "day", None),
        ("05:20", "day", "break"),
        ("05:30", "day", None),
        ("06:00", "late", None),
        ("06:30", "late", "maintenance"),
        ("06:40", "late", None),
        ("07:00", None, "no_shift"),
    ],
)
def test_an_instant_at_a_boundary_belongs_to_what_begins_there(
    instant: str, shift: str | None, planned: str | None
) -> None:
    (ground,) = grounds(CALENDAR, following(CALENDAR, 0.0), at(wall(instant)), at(wall(instant)))
    assert ground.shift is not None
    assert (ground.shift.shift_id, ground.planned, ground.end) == (shift, planned, ground.start)


def test_the_instant_of_an_order_change_belongs_to_the_new_order() -> None:
    schedule = following(CALENDAR, 0.0, (100.0, "PO-1"), (200.0, None))
    found = [(ground.start - T0, ground.order_id) for ground in grounds(CALENDAR, schedule, at(50.0), at(300.0))]
    assert found == [(50.0, None), (100.0, "PO-1"), (200.0, None)]


def test_of_two_order_changes_at_one_instant_the_last_one_holds() -> None:
    schedule = following(CALENDAR, 0.0, (100.0, "PO-1"))
    schedule = schedule.order_changed(at(200.0), None, None).order_changed(at(200.0), "PO-2", "10")
    found = [(ground.start - T0, ground.order_id) for ground in grounds(CALENDAR, schedule, at(150.0), at(300.0))]
    assert found == [(150.0, "PO-1"), (200.0, "PO-2")]


def test_shift_change_and_order_change_at_one_instant_are_one_boundary() -> None:
    schedule = following(CALENDAR, 0.0, (0.0, "PO-1"), (wall("06:00"), "PO-2"))
    found = list(grounds(CALENDAR, schedule, at(wall("05:45")), at(wall("06:15"))))
    assert [ground.order_id for ground in found] == ["PO-1", "PO-2"]


def test_only_the_last_orders_are_remembered_and_before_them_nothing_was_in_progress() -> None:
    changes = [(10.0 * number, f"PO-{number}") for number in range(1, 20)]
    schedule = following(CALENDAR, 0.0, *changes)
    assert len(schedule.orders) == MOST_CHANGES
    first = next(grounds(CALENDAR, schedule, at(5.0), at(300.0)))
    assert (first.order_id, first.end - T0) == (None, 10.0 * (19 - MOST_CHANGES + 1))


def test_without_a_calendar_all_time_is_one_ground_without_a_shift() -> None:
    (ground,) = grounds(NO_CALENDAR, following(NO_CALENDAR, 0.0), at(-1e6), at(1e6))
    assert (ground.shift, ground.planned) == (None, None)
