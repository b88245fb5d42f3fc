"""How well off the journal is, and how long that lasts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.core.desk.storage import EASE, FACT_BYTES, LEVELS, MEASURABLE, PACE_S, Limits, Pace, Space
from agent.core.facts import StorageLevel
from tests.core.build import T0

MB = 1_000_000
PLENTY = 1000 * MB
RESERVE = 200 * MB


def space(free: float = PLENTY, journal: float = 10 * MB, spare: float = 0, facts: int = 0) -> Space:
    return Space(round(free), round(journal), round(spare), facts)


@pytest.mark.parametrize(
    ("free", "level"),
    [(601, "ample"), (600, "low"), (401, "low"), (400, "scarce"), (201, "scarce"), (200, "reserve"), (0, "reserve")],
)
def test_levels_are_multiples_of_the_reserve(free: int, level: StorageLevel) -> None:
    assert Limits(RESERVE, None).level(space(free * MB), "ample") == level


@pytest.mark.parametrize(
    ("journal", "level"),
    [(799, "ample"), (800, "low"), (979, "low"), (980, "scarce"), (990, "reserve"), (2000, "reserve")],
)
def test_what_is_left_of_the_budget_counts_like_free_space_and_four_fifths_of_it_are_low(  # G6.6
    journal: int, level: StorageLevel
) -> None:
    assert Limits(10 * MB, 1000 * MB).level(space(journal=journal * MB), "ample") == level


def test_pages_that_are_free_in_the_file_are_space_where_the_disk_lets_sqlite_work() -> None:
    limits = Limits(RESERVE, None)
    assert limits.left(space(40 * MB, spare=700 * MB)) == 740 * MB
    assert limits.left(space(20 * MB, spare=700 * MB)) == 20 * MB
    assert Limits(RESERVE, 800 * MB).left(space(journal=500 * MB)) == 300 * MB


@given(st.integers(0, PLENTY), st.sampled_from(LEVELS))
def test_it_gets_worse_at_once_and_better_only_with_some_more(free: int, before: StorageLevel) -> None:
    limits = Limits(RESERVE, None)
    fresh, found = limits.level(space(free), "ample"), limits.level(space(free), before)
    assert LEVELS.index(fresh) <= LEVELS.index(found) <= max(LEVELS.index(before), LEVELS.index(fresh))
    assert limits.level(space(free), found) == found
    if limits.level(space(free / EASE), "ample") == fresh:
        assert found == fresh


@given(st.lists(st.integers(300 * MB, 330 * MB), max_size=20))
def test_what_wavers_about_a_threshold_flutters_not(frees: list[int]) -> None:
    limits, level, changes = Limits(150 * MB, None), LEVELS[0], 0
    for free in frees:
        following = limits.level(space(free), level)
        changes += following != level
        level = following
    assert changes <= 2


def test_the_pace_of_the_last_hour_tells_how_long_the_space_lasts() -> None:
    pace = Pace()
    for minute in range(181):
        pace.observe(T0 + 60.0 * minute, minute * (1000 if minute < 60 else 60))
    # 60 facts a minute of late, whatever was before.
    assert pace.lasts(round(FACT_BYTES) * 3600, space()) == pytest.approx(PACE_S)
    measured = space(journal=MEASURABLE * 500, facts=MEASURABLE)
    assert pace.lasts(500 * 3600, measured) == pytest.approx(PACE_S)
    assert pace.lasts(-1, measured) == 0.0


def test_nobody_knows_how_long_it_lasts_before_facts_are_made() -> None:
    pace = Pace()
    assert pace.lasts(MB, space()) is None
    pace.observe(T0, 5)
    pace.observe(T0 + 200.0, 500)
    assert pace.lasts(MB, space()) is None
    idle = Pace()
    for minute in range(60):
        idle.observe(T0 + 60.0 * minute, 5)
    assert idle.lasts(MB, space()) is None


def test_a_clock_that_is_set_back_begins_the_pace_anew() -> None:
    pace = Pace()
    for minute in range(60):
        pace.observe(T0 + 60.0 * minute, minute)
    pace.observe(T0 - 3600.0, 60)
    assert pace.lasts(MB, space()) is None
