"""R24: what the plant's clock shows, as instants, through every change of its zone."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.core.shifts.plant_time import instant_of, local
from agent.core.times import iso

ZONES = [ZoneInfo(name) for name in ("Europe/Berlin", "Asia/Almaty", "America/New_York", "UTC", "Australia/Lord_Howe")]
WALLS = st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)).map(  # noqa: DTZ001 - the wall clock has no offset
    lambda wall: wall.replace(second=0, microsecond=0)
)


@pytest.mark.parametrize(
    ("zone", "wall", "instant"),
    [
        ("UTC", "2026-03-29T02:30", "2026-03-29T02:30:00.000Z"),
        ("Asia/Almaty", "2026-03-29T02:30", "2026-03-28T21:30:00.000Z"),
        ("Europe/Berlin", "2026-03-29T01:59", "2026-03-29T00:59:00.000Z"),
        ("Europe/Berlin", "2026-03-29T02:00", "2026-03-29T01:00:00.000Z"),
        ("Europe/Berlin", "2026-03-29T02:30", "2026-03-29T01:00:00.000Z"),
        ("Europe/Berlin", "2026-03-29T03:00", "2026-03-29T01:00:00.000Z"),
        ("Europe/Berlin", "2026-03-29T03:01", "2026-03-29T01:01:00.000Z"),
        ("Europe/Berlin", "2026-10-25T02:30", "2026-10-25T00:30:00.000Z"),
        ("Europe/Berlin", "2026-10-25T03:00", "2026-10-25T02:00:00.000Z"),
        ("America/New_York", "2026-03-08T02:15", "2026-03-08T07:00:00.000Z"),
        ("Australia/Lord_Howe", "2026-10-04T02:15", "2026-10-03T15:30:00.000Z"),
        ("Australia/Lord_Howe", "2026-04-05T01:45", "2026-04-04T14:45:00.000Z"),
        ("Asia/Almaty", "2024-02-29T23:30", "2024-02-29T17:30:00.000Z"),
        ("Asia/Almaty", "2024-03-01T00:00", "2024-02-29T19:00:00.000Z"),
        ("Pacific/Apia", "2011-12-30T12:00", "2011-12-30T10:00:00.000Z"),
    ],
)
def test_a_time_that_comes_twice_is_its_first_and_one_that_never_comes_is_the_jump(
    zone: str, wall: str, instant: str
) -> None:
    assert iso(instant_of(datetime.fromisoformat(wall), ZoneInfo(zone))) == instant


@given(st.sampled_from(ZONES), WALLS, st.integers(0, 3 * 24 * 60))
def test_what_follows_on_the_wall_clock_never_comes_earlier(zone: ZoneInfo, wall: datetime, minutes: int) -> None:
    assert instant_of(wall, zone) <= instant_of(wall + timedelta(minutes=minutes), zone)


@given(st.sampled_from(ZONES), WALLS)
def test_the_clock_shows_the_time_or_just_jumped_over_it(zone: ZoneInfo, wall: datetime) -> None:
    at = instant_of(wall, zone)
    shown = local(at, zone).replace(tzinfo=None, fold=0)
    assert shown == wall or local(at - 1, zone).replace(tzinfo=None, fold=0) < wall < shown
