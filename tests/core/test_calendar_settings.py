"""A mistake in the configured calendar is a sentence; what is left out has its default."""

import tomllib
from collections.abc import Mapping
from datetime import UTC, datetime, time
from pathlib import Path

import pytest
from pydantic import ValidationError

from agent.core.shifts.calendar_settings import CalendarSettings

EXAMPLE = Path(__file__).parents[2] / "config" / "lineside.toml"
EARLY = {"id": "early", "start": "06:00", "end": "14:00"}
LATE = {"id": "late", "start": "14:00", "end": "22:00"}
NIGHT = {"id": "night", "start": "22:00", "end": "06:00"}
LUNCH = {"name": "lunch", "start": "10:00", "end": "10:30"}
AUDIT = {"kind": "other", "name": "Audit", "start": "2026-05-01T06:00", "end": "2026-05-01T08:00"}
ALL_DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


def of_shifts(*shifts: Mapping[str, object]) -> CalendarSettings:
    return CalendarSettings.model_validate({"shift": shifts})


def of_planned(**fields: object) -> CalendarSettings:
    return CalendarSettings.model_validate({"planned": [{**AUDIT, **fields}]})


def test_a_shift_is_for_all_work_centers_from_monday_to_friday_unless_it_says_otherwise() -> None:
    (shift,) = of_shifts(EARLY).shift
    assert (shift.days, shift.crew, shift.breaks) == (("mon", "tue", "wed", "thu", "fri"), None, ())
    assert of_shifts(EARLY).shifts_of("WC-1") == (shift,)


def test_shifts_and_windows_are_those_of_the_work_center() -> None:
    settings = CalendarSettings.model_validate(
        {
            "shift": [{**EARLY, "work_centers": ["WC-1"]}, {**EARLY, "start": "05:00", "work_centers": ["WC-2"]}, LATE],
            "planned": [{**AUDIT, "work_centers": ["WC-2"]}],
        }
    )
    assert [(shift.id, shift.start) for shift in settings.shifts_of("WC-1")] == [("early", time(6)), ("late", time(14))]
    assert [(shift.id, shift.start) for shift in settings.shifts_of("WC-2")] == [("early", time(5)), ("late", time(14))]
    assert [len(settings.planned_of(wc_id)) for wc_id in ("WC-1", "WC-2")] == [0, 1]
    assert list(settings.strangers(["WC-1"])) == ["WC-2", "WC-2"]


def test_times_may_be_those_of_toml() -> None:
    document = tomllib.loads(
        """
        [[shift]]
        id = "early"
        start = 06:00:00
        end = "14:00"
        [[planned]]
        kind = "maintenance"
        name = "Oil"
        start = 2026-05-01T06:00:00Z
        end = 2026-05-01T08:00:00+00:00
        """
    )
    settings = CalendarSettings.model_validate(document)
    assert (settings.shift[0].start, settings.shift[0].end) == (time(6), time(14))
    assert (settings.planned[0].start, settings.planned[0].end) == (
        datetime(2026, 5, 1, 6, tzinfo=UTC),
        datetime(2026, 5, 1, 8, tzinfo=UTC),
    )


@pytest.mark.parametrize(("start", "end", "minutes"), [("06:00", "14:00", 480), ("22:00", "06:00", 480)])
def test_a_shift_that_does_not_end_later_than_it_starts_ends_on_the_next_day(
    start: str, end: str, minutes: int
) -> None:
    (shift,) = of_shifts({"id": "s", "start": start, "end": end}).shift
    assert shift.minutes == minutes


def test_a_shift_that_ends_when_it_starts_lasts_a_day_and_may_follow_itself() -> None:
    (shift,) = of_shifts({"id": "s", "start": "07:00", "end": "07:00", "days": ALL_DAYS}).shift
    assert shift.minutes == 24 * 60


@pytest.mark.parametrize(
    "shifts",
    [
        [EARLY, LATE, NIGHT],
        [{**EARLY, "work_centers": ["WC-1"]}, {**EARLY, "id": "other", "work_centers": ["WC-2"]}],
        [EARLY, {**EARLY, "start": "07:00", "days": ["sat"]}],
        [{**NIGHT, "days": ["sun"]}, {**EARLY, "days": ["mon"]}],
        [{**EARLY, "break": [LUNCH]}, {**NIGHT, "break": [{**LUNCH, "start": "05:30", "end": "06:00"}]}],
        [{**NIGHT, "break": [{**LUNCH, "start": "23:45", "end": "00:15"}]}],
    ],
)
def test_shifts_may_touch_and_breaks_may_reach_the_end_of_their_shift(shifts: list[Mapping[str, object]]) -> None:
    assert len(of_shifts(*shifts).shift) == len(shifts)


@pytest.mark.parametrize(
    ("shifts", "message"),
    [
        ([EARLY, {**LATE, "start": "13:59"}], "shifts 'early' and 'late' overlap; a work center works one at a time"),
        ([{**LATE, "start": "13:59"}, EARLY], "shifts 'late' and 'early' overlap"),
        ([EARLY, {**LATE, "start": "13:59", "work_centers": ["WC-1"]}], "shifts 'early' and 'late' overlap"),
        ([{**NIGHT, "end": "06:01", "days": ["sun"]}, {**EARLY, "days": ["mon"]}], "'night' and 'early' overlap"),
        ([EARLY, {**LATE, "id": "early"}], "shift 'early' stands twice on one day"),
        ([{**EARLY, "break": [{**LUNCH, "end": "10:00"}]}], "shift 'early': break 'lunch' from 10:00 to 10:00 has no"),
        (
            [{**EARLY, "break": [{**LUNCH, "start": "13:50", "end": "14:01"}]}],
            "shift 'early': break 'lunch' from 13:50 to 14:01 does not lie within the shift, 06:00 to 14:00",
        ),
        ([{**EARLY, "break": [{**LUNCH, "start": "05:50", "end": "06:10"}]}], "does not lie within the shift"),
        ([{**NIGHT, "break": [LUNCH]}], "does not lie within the shift, 22:00 to 06:00"),
        ([{**EARLY, "start": "24:00"}], "expected a time of the plant's clock from '00:00' to '23:59'"),
        ([{**EARLY, "start": "6:00"}], "expected a time of the plant's clock"),
        ([{**EARLY, "start": 21_600}], "expected a time of the plant's clock"),
        ([{**EARLY, "start": time(6, 0, 30)}], "expected a time of the plant's clock"),
        ([{**EARLY, "start": time(6, tzinfo=UTC)}], "expected a time of the plant's clock"),
        ([{**EARLY, "days": []}], "at least 1 item"),
        ([{**EARLY, "days": ["holiday"]}], "Input should be 'mon', 'tue'"),
        ([{**EARLY, "work_centers": []}], "at least 1 item"),
        ([{**EARLY, "colour": "red"}], "Extra inputs are not permitted"),
    ],
)
def test_shifts_that_cannot_be_are_refused(shifts: list[Mapping[str, object]], message: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        of_shifts(*shifts)
    assert message in str(refusal.value)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"end": "2026-05-01T06:00"}, "planned window 'Audit': its end must be later than its start"),
        ({"end": "2026-04-30T08:00"}, "planned window 'Audit': its end must be later than its start"),
        ({"end": "2026-05-01T08:00Z"}, "planned window 'Audit': expected an offset at both of start and end"),
        ({"start": "on Friday"}, "expected a date and time, such as '2026-05-01T06:00'"),
        ({"start": 1_777_600_000}, "expected a date and time, such as '2026-05-01T06:00'"),
        ({"kind": "break"}, "Input should be 'maintenance' or 'other'"),
        ({"name": ""}, "at least 1 character"),
    ],
)
def test_planned_windows_that_cannot_be_are_refused(fields: dict[str, object], message: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        of_planned(**fields)
    assert message in str(refusal.value)


def test_the_calendar_of_the_example_is_one() -> None:
    _, begin, rest = EXAMPLE.read_text(encoding="utf-8").partition("# [[calendar.shift]]")
    shown = "\n".join(line.removeprefix("#") for line in (begin + rest).splitlines())
    settings = CalendarSettings.model_validate(tomllib.loads(shown)["calendar"])
    assert [shift.id for shift in settings.shifts_of("PRESS-1")] == ["early", "late", "night"]
    assert [window.name for window in settings.planned_of("FILL-1")] == ["Yearly inspection"]
