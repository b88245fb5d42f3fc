"""When a work center is meant to work: shifts, breaks and planned windows tile time (R7, R8, R24)."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import pairwise
from math import inf
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.core.directories import PublishedCalendar
from agent.core.shifts.calendar import NO_CALENDAR, Calendar, Planned, Shift, Slot, of_work_center
from agent.core.shifts.calendar_settings import DAY_MIN, DAYS, CalendarSettings

BERLIN = ZoneInfo("Europe/Berlin")
ZONES = ("Europe/Berlin", "Asia/Almaty", "America/New_York", "UTC", "Australia/Lord_Howe")
H = 3600.0
EARLY = {"id": "early", "start": "06:00", "end": "14:00", "crew": "A"}
LATE = {"id": "late", "start": "14:00", "end": "22:00"}
NIGHT = {"id": "night", "start": "22:00", "end": "06:00"}
LUNCH = {"name": "lunch", "start": "10:00", "end": "10:30"}


def at(text: str, zone: str = "Europe/Berlin") -> float:
    """An instant as the plant's clock shows it, or with its own offset."""
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(zone))).timestamp()


def configured(
    *shifts: Mapping[str, object],
    planned: Iterable[Mapping[str, object]] = (),
    zone: str = "Europe/Berlin",
    published: PublishedCalendar | None = None,
) -> Calendar:
    settings = CalendarSettings.model_validate({"shift": shifts, "planned": list(planned)})
    return of_work_center(settings, zone, published, "WC-1")


def window(kind: str, start: str, end: str, name: str = "w") -> dict[str, object]:
    return {"kind": kind, "name": name, "start": start, "end": end}


def a_shift(shift_id: str, date: str, start: str, end: str, **more: Any) -> Shift:  # noqa: ANN401 - fields
    return Shift(shift_id, date, more.get("crew_id"), at(start), at(end), more.get("closed", False))


def issued(shift_id: str, date: str, start: str, end: str, **more: object) -> dict[str, object]:
    return {"shift_id": shift_id, "business_date": date, "start": start, "end": end, **more}


def published(
    *shifts: Mapping[str, object],
    planned: Iterable[Mapping[str, object]] = (),
    valid: tuple[str, str] = ("2026-03-04T00:00:00+01:00", "2026-03-06T00:00:00+01:00"),
) -> PublishedCalendar:
    return PublishedCalendar.model_validate(
        {"rev": "1", "valid_from": valid[0], "valid_to": valid[1], "shifts": shifts, "planned": list(planned)}
    )


def told(slots: Iterable[Slot]) -> list[tuple[str, str, str | None, str | None]]:
    """Slots as the plant's clock shows them: start, end, shift, planned kind."""
    return [
        (
            f"{datetime.fromtimestamp(slot.start, BERLIN):%a %H:%M}",
            f"{datetime.fromtimestamp(slot.end, BERLIN):%a %H:%M}",
            None if slot.shift is None else slot.shift.shift_id,
            None if slot.planned is None else slot.planned.kind,
        )
        for slot in slots
    ]


def test_nothing_known_is_one_endless_slot() -> None:
    endless = Slot(-inf, inf, None, None)
    assert NO_CALENDAR.slot(0.0) == endless
    assert of_work_center(None, "UTC", None, "WC-1").slot(1e9) == endless
    assert list(NO_CALENDAR.slots(5.0, 7.0)) == [Slot(5.0, 7.0, None, None)]
    assert NO_CALENDAR.shift_of("early", "2026-03-04") is None


def test_a_work_center_without_shifts_of_its_own_is_never_outside_them() -> None:
    settings = CalendarSettings.model_validate({"shift": [{**EARLY, "work_centers": ["WC-2"]}]})
    assert of_work_center(settings, BERLIN, None, "WC-1").slot(0.0) == Slot(-inf, inf, None, None)


def test_a_shift_with_its_break_and_the_time_around_it() -> None:  # R7
    calendar = configured({**EARLY, "break": [LUNCH]})
    assert told(calendar.slots(at("2026-03-04T00:00"), at("2026-03-05T00:00"))) == [
        ("Wed 00:00", "Wed 06:00", None, "no_shift"),
        ("Wed 06:00", "Wed 10:00", "early", None),
        ("Wed 10:00", "Wed 10:30", "early", "break"),
        ("Wed 10:30", "Wed 14:00", "early", None),
        ("Wed 14:00", "Thu 00:00", None, "no_shift"),
    ]


def test_a_slot_is_whole_and_says_all_of_its_shift_and_break() -> None:
    calendar = configured({**EARLY, "break": [LUNCH]})
    shift = a_shift("early", "2026-03-04", "2026-03-04T06:00", "2026-03-04T14:00", crew_id="A")
    start, end = at("2026-03-04T10:00"), at("2026-03-04T10:30")
    assert calendar.slot(start + 1) == Slot(start, end, shift, Planned("break", "lunch", start, end))


def test_a_boundary_belongs_to_what_begins() -> None:
    calendar, change = configured(EARLY, LATE), at("2026-03-04T14:00")
    before, after = calendar.slot(change - 0.001), calendar.slot(change)
    assert (before.end, after.start) == (change, change)
    assert [slot.shift and slot.shift.shift_id for slot in (before, after)] == ["early", "late"]


def test_a_night_shift_belongs_to_the_date_on_which_it_starts() -> None:  # R8
    calendar = configured(EARLY, LATE, NIGHT)
    night = a_shift("night", "2026-03-04", "2026-03-04T22:00", "2026-03-05T06:00")
    assert calendar.slot(at("2026-03-04T23:59")).shift == night
    assert calendar.slot(at("2026-03-05T03:00")).shift == night


def test_a_weekend_is_one_slot_from_the_last_shift_to_the_first() -> None:
    calendar = configured(EARLY, LATE)
    start, end = at("2026-03-06T22:00"), at("2026-03-09T06:00")
    assert calendar.slot(at("2026-03-08T12:00")) == Slot(start, end, None, Planned("no_shift", "no shift", start, end))


def test_a_shift_once_a_week_has_a_week_around_it() -> None:
    calendar = configured({**EARLY, "days": ["mon"]})
    start, end = at("2026-03-02T14:00"), at("2026-03-09T06:00")
    assert [calendar.slot(inside) for inside in (start, end - 1)] == [calendar.slot(at("2026-03-05T12:00"))] * 2
    assert (calendar.slot(start).start, calendar.slot(start).end) == (start, end)


def test_a_day_that_the_zone_left_out_leaves_out_its_shift() -> None:
    calendar = configured({**EARLY, "days": ["fri"]}, zone="Pacific/Apia")
    start, end = at("2011-12-23T14:00", "Pacific/Apia"), at("2012-01-06T06:00", "Pacific/Apia")
    for inside in (start, at("2011-12-31T12:00", "Pacific/Apia"), end - 1):
        assert (calendar.slot(inside).start, calendar.slot(inside).end) == (start, end)
    assert calendar.shift_of("early", "2011-12-30") is None


@pytest.mark.parametrize(
    ("zone", "date", "hours"),
    [
        ("Europe/Berlin", "2026-03-28", 7),
        ("Europe/Berlin", "2026-10-24", 9),
        ("America/New_York", "2026-03-07", 7),
        ("America/New_York", "2026-10-31", 9),
        ("Australia/Lord_Howe", "2026-10-03", 7.5),
        ("Australia/Lord_Howe", "2026-04-04", 8.5),
        ("Asia/Almaty", "2024-02-29", 9),
        ("Asia/Almaty", "2026-03-28", 8),
        ("UTC", "2026-03-28", 8),
    ],
)
def test_a_night_over_a_change_of_the_clock_is_shorter_or_longer(zone: str, date: str, hours: float) -> None:  # R24
    calendar = configured({**NIGHT, "days": list(DAYS)}, zone=zone)
    shift = calendar.shift_of("night", date)
    assert shift is not None
    assert (shift.end - shift.start) / H == hours
    assert calendar.slot(shift.start) == Slot(shift.start, shift.end, shift, None)


def test_a_break_that_never_comes_is_none_and_one_that_comes_twice_comes_first() -> None:  # R24
    night = {**NIGHT, "days": list(DAYS), "break": [{"name": "tea", "start": "02:15", "end": "02:45"}]}
    calendar = configured(night)
    assert told(calendar.slots(at("2026-03-28T22:00"), at("2026-03-29T06:00"))) == [
        ("Sat 22:00", "Sun 06:00", "night", None)
    ]
    pause = calendar.slot(at("2026-10-25T02:30+02:00"))
    assert pause.planned == Planned("break", "tea", at("2026-10-25T02:15+02:00"), at("2026-10-25T02:45+02:00"))
    assert calendar.slot(at("2026-10-25T02:30+01:00")).planned is None


def test_shifts_that_change_in_the_hour_that_never_comes_change_at_the_jump() -> None:  # R24
    days = list(DAYS)
    one, two = {"id": "1", "start": "18:30", "end": "02:30"}, {"id": "2", "start": "02:30", "end": "18:30"}
    calendar = configured({**one, "days": days}, {**two, "days": days})
    jump = at("2026-03-29T03:00")
    assert [slot.shift and slot.shift.shift_id for slot in (calendar.slot(jump - 1), calendar.slot(jump))] == ["1", "2"]
    assert calendar.slot(jump).start == jump


def test_a_planned_window_cuts_a_shift_and_goes_before_its_break() -> None:  # R7
    oil = window("maintenance", "2026-03-04T09:00", "2026-03-04T11:00")
    calendar = configured({**EARLY, "break": [LUNCH]}, planned=[oil])
    assert told(calendar.slots(at("2026-03-04T06:00"), at("2026-03-04T14:00"))) == [
        ("Wed 06:00", "Wed 09:00", "early", None),
        ("Wed 09:00", "Wed 11:00", "early", "maintenance"),
        ("Wed 11:00", "Wed 14:00", "early", None),
    ]


def test_of_two_windows_maintenance_goes_first_and_the_rest_of_the_other_stays() -> None:
    audit = window("other", "2026-03-04T07:00", "2026-03-04T12:00")
    oil = window("maintenance", "2026-03-04T08:00", "2026-03-04T09:00")
    calendar = configured({**EARLY, "break": [LUNCH]}, planned=[audit, oil])
    assert told(calendar.slots(at("2026-03-04T06:00"), at("2026-03-04T14:00"))) == [
        ("Wed 06:00", "Wed 07:00", "early", None),
        ("Wed 07:00", "Wed 08:00", "early", "other"),
        ("Wed 08:00", "Wed 09:00", "early", "maintenance"),
        ("Wed 09:00", "Wed 12:00", "early", "other"),
        ("Wed 12:00", "Wed 14:00", "early", None),
    ]


def test_outside_every_shift_no_work_is_planned_whatever_else_is() -> None:
    calendar = configured(EARLY, planned=[window("maintenance", "2026-03-04T13:00", "2026-03-04T20:00")])
    assert told(calendar.slots(at("2026-03-04T12:00"), at("2026-03-04T22:00"))) == [
        ("Wed 12:00", "Wed 13:00", "early", None),
        ("Wed 13:00", "Wed 14:00", "early", "maintenance"),
        ("Wed 14:00", "Wed 22:00", None, "no_shift"),
    ]


def test_windows_are_known_without_any_shift() -> None:
    calendar = configured(planned=[window("maintenance", "2026-03-04T09:00", "2026-03-04T10:00", "oil")])
    start, end = at("2026-03-04T09:00"), at("2026-03-04T10:00")
    assert calendar.slot(start - 1) == Slot(-inf, start, None, None)
    assert calendar.slot(start) == Slot(start, end, None, Planned("maintenance", "oil", start, end))
    assert calendar.slot(end) == Slot(end, inf, None, None)


def test_a_window_may_be_given_with_an_offset_and_none_is_left_of_one_in_the_hour_that_never_comes() -> None:
    offset = window("other", "2026-03-04T09:00Z", "2026-03-04T10:00Z")
    nowhere = window("other", "2026-03-29T02:10", "2026-03-29T02:50")
    assert [planned.start for planned in configured(planned=[offset, nowhere]).windows] == [at("2026-03-04T09:00Z")]


def test_a_shift_is_found_by_its_name_and_date() -> None:
    calendar = configured(EARLY)
    early = a_shift("early", "2026-03-04", "2026-03-04T06:00", "2026-03-04T14:00", crew_id="A")
    assert calendar.shift_of("early", "2026-03-04") == early
    for shift_id, date in (("late", "2026-03-04"), ("early", "2026-03-07"), ("early", "20260304"), ("early", "now")):
        assert calendar.shift_of(shift_id, date) is None


def test_the_calendar_of_the_mes_goes_before_the_pattern_while_it_is_valid() -> None:
    long_shift = issued("A12", "2026-03-04", "2026-03-04T05:00+01:00", "2026-03-04T17:00+01:00", crew_id="X")
    calendar = configured(EARLY, published=published(long_shift))
    assert told(calendar.slots(at("2026-03-03T13:00"), at("2026-03-06T07:00"))) == [
        ("Tue 13:00", "Tue 14:00", "early", None),
        ("Tue 14:00", "Wed 00:00", None, "no_shift"),
        ("Wed 00:00", "Wed 05:00", None, "no_shift"),
        ("Wed 05:00", "Wed 17:00", "A12", None),
        ("Wed 17:00", "Fri 00:00", None, "no_shift"),
        ("Fri 00:00", "Fri 06:00", None, "no_shift"),
        ("Fri 06:00", "Fri 07:00", "early", None),
    ]
    shift = calendar.slot(at("2026-03-04T05:00")).shift
    assert shift == a_shift("A12", "2026-03-04", "2026-03-04T05:00", "2026-03-04T17:00", crew_id="X")


def test_a_pattern_shift_is_cut_off_where_the_calendar_of_the_mes_begins() -> None:
    calendar = configured(NIGHT, published=published())
    slot = calendar.slot(at("2026-03-03T23:00"))
    assert (slot.end, slot.shift and slot.shift.end) == (at("2026-03-04T00:00"), at("2026-03-04T06:00"))
    assert told([calendar.slot(at("2026-03-04T03:00"))]) == [("Wed 00:00", "Fri 00:00", None, "no_shift")]


def test_without_a_pattern_nothing_is_known_outside_the_calendar_of_the_mes() -> None:
    calendar = of_work_center(None, BERLIN, published(), "WC-1")
    start, end = at("2026-03-04T00:00"), at("2026-03-06T00:00")
    assert calendar.slot(start - 1) == Slot(-inf, start, None, None)
    assert calendar.slot(start) == Slot(start, end, None, Planned("no_shift", "no shift", start, end))
    assert calendar.slot(end) == Slot(end, inf, None, None)


def test_the_mes_lists_breaks_windows_and_days_without_work() -> None:
    day = ("2026-03-04T06:00+01:00", "2026-03-04T14:00+01:00")
    pause = {"name": "lunch", "start": "2026-03-04T10:00+01:00", "end": "2026-03-04T10:30+01:00"}
    oil = window("maintenance", "2026-03-04T13:00+01:00", "2026-03-04T15:00+01:00")
    holiday = window("no_shift", "2026-03-05T00:00+01:00", "2026-03-06T00:00+01:00", "Women's Day")
    calendar = configured(published=published(issued("1", "2026-03-04", *day, breaks=[pause]), planned=[oil, holiday]))
    assert told(calendar.slots(at("2026-03-04T06:00"), at("2026-03-06T00:00"))) == [
        ("Wed 06:00", "Wed 10:00", "1", None),
        ("Wed 10:00", "Wed 10:30", "1", "break"),
        ("Wed 10:30", "Wed 13:00", "1", None),
        ("Wed 13:00", "Wed 14:00", "1", "maintenance"),
        ("Wed 14:00", "Thu 00:00", None, "no_shift"),
        ("Thu 00:00", "Fri 00:00", None, "no_shift"),
    ]
    named = calendar.slot(at("2026-03-05T12:00")).planned
    assert named is not None
    assert named.name == "Women's Day"


def test_a_shift_that_the_mes_lists_is_as_it_says_and_closed_even_before_its_calendar_begins() -> None:  # R21
    past = issued("early", "2026-03-03", "2026-03-03T06:00+01:00", "2026-03-03T14:00+01:00", closed=True)
    calendar = configured(EARLY, published=published(past))
    closed = a_shift("early", "2026-03-03", "2026-03-03T06:00", "2026-03-03T14:00", closed=True)
    assert calendar.shift_of("early", "2026-03-03") == closed


def test_a_pattern_shift_counts_only_where_the_calendar_of_the_mes_does_not_reach() -> None:
    calendar = configured(EARLY, NIGHT, published=published())
    found = [calendar.shift_of(*key) is not None for key in (("early", "2026-03-03"), ("night", "2026-03-03"))]
    assert found == [True, True]
    found = [calendar.shift_of(*key) is not None for key in (("early", "2026-03-04"), ("night", "2026-03-05"))]
    assert found == [False, True]


@st.composite
def patterns(draw: st.DrawFn) -> list[dict[str, object]]:
    """Shifts that follow one another through the day, each with a break or none, on some days."""
    cuts = sorted(draw(st.sets(st.integers(0, DAY_MIN // 15 - 1), min_size=2, max_size=5)))
    shifts: list[dict[str, object]] = []
    for number, (begin, end) in enumerate(pairwise([*cuts, cuts[0] + DAY_MIN // 15])):
        if draw(st.booleans()) and draw(st.booleans()):
            continue
        breaks = []
        if draw(st.booleans()):
            first = draw(st.integers(begin, end - 1))
            breaks = [{"name": "b", "start": quarter(first), "end": quarter(draw(st.integers(first + 1, end)))}]
        days = sorted(draw(st.sets(st.sampled_from(DAYS), min_size=1)))
        shift = {"id": f"s{number}", "start": quarter(begin), "end": quarter(end), "days": days}
        shifts.append({**shift, "break": [pause for pause in breaks if pause["start"] != pause["end"]]})
    return shifts


def quarter(number: int) -> str:
    minutes = number * 15 % DAY_MIN
    return f"{minutes // 60:02}:{minutes % 60:02}"


CHANGES = ("2026-03-06", "2026-03-27", "2026-10-02", "2026-10-23", "2026-10-30", "2024-02-28", "2026-04-03")
"""Each a day or two before one of the zones changes its clock."""


@given(
    patterns(),
    st.sampled_from(ZONES),
    st.sampled_from(CHANGES),
    st.lists(
        st.tuples(st.integers(0, 400), st.integers(1, 100), st.sampled_from(["maintenance", "other"])), max_size=3
    ),
    st.none() | st.tuples(st.integers(0, 300), st.integers(1, 300)),
)
def test_slots_tile_time_and_each_instant_knows_its_slot(  # R7, R8, R24
    shifts: list[dict[str, object]],
    zone: str,
    change: str,
    windows: list[tuple[int, int, str]],
    valid: tuple[int, int] | None,
) -> None:
    begin = at(f"{change}T00:00", zone)

    def utc(quarters: int) -> str:
        return datetime.fromtimestamp(begin + quarters * 900, ZoneInfo("UTC")).isoformat()

    planned = [window(kind, utc(start), utc(start + length)) for start, length, kind in windows]
    copy = valid and published(
        issued("p", change, utc(valid[0] - 9), utc(valid[0] + 20)), valid=(utc(valid[0]), utc(sum(valid)))
    )
    calendar = configured(*shifts, planned=planned, zone=zone, published=copy or None)
    slots = list(calendar.slots(begin, begin + 6 * 24 * H))
    assert (slots[0].start, slots[-1].end) == (begin, begin + 6 * 24 * H)
    assert all(earlier.end == later.start for earlier, later in pairwise(slots))
    edges = {copy.valid_from.timestamp(), copy.valid_to.timestamp()} if copy else set()
    for earlier, later in pairwise(slots):
        assert (earlier.shift, earlier.planned) != (later.shift, later.planned) or later.start in edges
    for slot in slots:
        whole = calendar.slot(slot.start)
        for inside in (slot.start, (slot.start + slot.end) / 2, slot.end - 0.001):
            assert calendar.slot(inside) == whole
        for part in (slot.shift, slot.planned):
            assert part is None or part.start <= whole.start < whole.end <= part.end
        assert slot.shift is None or calendar.shift_of(slot.shift.shift_id, slot.shift.business_date) == slot.shift
