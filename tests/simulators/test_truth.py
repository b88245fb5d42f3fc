from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

import pytest

from simulators.clock import Clock
from simulators.day import Day
from simulators.script import FILLER, PRESS
from simulators.truth import Stop, TruthEvent, TruthLog, TruthSummary, read_truth, record, summarize

START = datetime(2026, 3, 4, 6, 0, tzinfo=UTC)


def clock_at(minute: float, speed: float = 60.0) -> Clock:
    now = datetime.now(UTC)
    return Clock(now - timedelta(minutes=minute / speed), START, speed)


def truth_of(day: Day, after: float, until: float) -> list[TruthEvent]:
    return [
        TruthEvent(START + timedelta(seconds=one.at), day.wc_id, one.event, one.detail)
        for one in day.happenings(after, until)
    ]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "truth.jsonl"


async def recorded(path: Path, day: Day, clock: Clock, until: float) -> None:
    """Run a recorder until the log holds what happened up to `until`."""

    def whole() -> bool:
        return any(clock.seconds(one.at) > until for one in read_truth(path))

    with TruthLog(path, clock) as log:
        recorder = asyncio.create_task(record(day, clock, log), name="recorder")
        await clock.sleep_until(clock.plant(until))
        async with asyncio.timeout(5):
            while not whole():  # noqa: ASYNC110  # a file tells nobody that it grew
                await asyncio.sleep(0.01)
        recorder.cancel()
        await asyncio.wait([recorder])


def test_a_line_is_plain_json_with_utc_milliseconds(path: Path) -> None:
    with TruthLog(path, clock_at(0)) as log:
        log.append([TruthEvent(START + timedelta(seconds=2.25), "FILL-1", "part", {"total": 7})])
    assert path.read_text() == '{"at": "2026-03-04T06:00:02.250Z", "wc": "FILL-1", "event": "part", "total": 7}\n'


def test_the_log_is_appended_and_half_a_line_is_passed_over(path: Path) -> None:
    events = truth_of(Day(FILLER), 0, 6)
    with TruthLog(path, clock_at(0)) as log:
        log.append(events[:1])
    with path.open("a") as file:
        file.write('{"at": "2026-03-04T06:0')
    with TruthLog(path, clock_at(0)) as log:
        log.append(events[1:])
    assert list(read_truth(path)) == events


def test_a_summary_counts_what_is_asked_for_and_keeps_the_true_ends_of_stops(path: Path) -> None:
    press = Day(PRESS)
    with TruthLog(path, clock_at(0)) as log:
        log.append([*truth_of(press, 0, 5400), *truth_of(Day(FILLER), 0, 5400)])
    after, until = START + timedelta(seconds=1210), START + timedelta(seconds=2975)
    assert summarize(read_truth(path), "PRESS-1", after, until) == TruthSummary(
        total=press.made(2975) - press.made(1210),
        scrap=press.rejected(2975) - press.rejected(1210),
        stops=(
            Stop(START + timedelta(seconds=1200), START + timedelta(seconds=1380), "blocked"),
            Stop(START + timedelta(seconds=1529.584), START + timedelta(seconds=1605.827), "micro"),
            Stop(START + timedelta(seconds=2123.943), START + timedelta(seconds=2141.208), "micro"),
            Stop(START + timedelta(seconds=2771.667), START + timedelta(seconds=2846.582), "micro"),
            Stop(START + timedelta(seconds=2880), None, "reboot"),
        ),
        reboots=(START + timedelta(seconds=2960),),
    )


def test_good_is_total_less_scrap() -> None:
    assert TruthSummary(total=10, scrap=3, stops=(), reboots=()).good == 7


async def test_the_first_start_records_from_now_on(path: Path) -> None:
    clock, day = clock_at(10.6), Day(FILLER)
    begin = clock.elapsed()
    await recorded(path, day, clock, begin + 20)
    first, *rest = read_truth(path)
    assert (first.event, first.wc) == ("recording", "FILL-1")
    assert begin - 0.001 <= clock.seconds(first.at) <= begin + 10
    assert rest == truth_of(day, clock.seconds(first.at), clock.seconds(rest[-1].at))


async def test_a_stop_that_stands_at_the_first_start_has_its_true_begin(path: Path) -> None:
    await recorded(path, Day(FILLER), clock_at(69.7), 70.1 * 60)
    assert [(one.at - START, one.event) for one in islice(read_truth(path), 3)] == [
        (timedelta(minutes=30, milliseconds=-1), "recording"),
        (timedelta(minutes=30), "stop_started"),
        (timedelta(minutes=70), "stop_ended"),
    ]


async def test_a_restart_tells_what_happened_meanwhile_and_repeats_nothing(path: Path) -> None:
    clock, day = clock_at(46.0, speed=300.0), Day(PRESS)
    await recorded(path, day, clock, 46.5 * 60)
    await clock.sleep_until(clock.plant(49.5 * 60))
    await recorded(path, day, clock, 50 * 60)
    first, *rest = read_truth(path)
    assert rest == truth_of(day, clock.seconds(first.at), clock.seconds(rest[-1].at))
    assert summarize(rest, "PRESS-1").reboots == (START + timedelta(seconds=2960),)


def anchors() -> Iterator[tuple[datetime, datetime, float]]:
    now = datetime.now(UTC)
    yield now.replace(tzinfo=None), START, 1.0
    yield now, START.replace(microsecond=10), 1.0
    yield now, START, 0.0


@pytest.mark.parametrize("anchor", anchors())
def test_an_unusable_anchor_is_refused(anchor: tuple[datetime, datetime, float]) -> None:
    with pytest.raises(ValueError, match=r"need a time zone|whole milliseconds|above 0"):
        Clock(*anchor)


async def test_plant_time_runs_at_its_speed_and_can_be_waited_for() -> None:
    real = datetime.now(UTC)
    clock = Clock(real, START, 60.0)
    assert clock.real(START + timedelta(seconds=6)) == real + timedelta(seconds=0.1)
    await clock.sleep_until(START + timedelta(seconds=6))
    assert datetime.now(UTC) >= real + timedelta(seconds=0.1)
    assert clock.elapsed() >= 6
    assert clock.seconds(clock.plant(6.0)) == 6.0
