from __future__ import annotations

from bisect import bisect_right
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulators.day import Day, Happening, Image
from simulators.script import FILLER, PRESS, Counter, Episode, Kind, Script

SHIPPED = (FILLER, PRESS)
DAYS = {script.wc_id: Day(script) for script in SHIPPED}

instants = st.integers(min_value=0, max_value=95 * 60_000).map(lambda ms: ms / 1000)
days = st.sampled_from(list(DAYS.values()))
seeds = st.integers(min_value=0, max_value=10_000)


def story(script: Script, until: float) -> list[tuple[float, str, dict[str, int | str]]]:
    return [
        (one.at, one.event, one.detail)
        for one in Day(script).happenings(0, until)
        if one.event not in {"part", "scrap"}
    ]


QUIET = Script(
    wc_id="TEST-1",
    seed=7,
    cycle_s=2.0,
    scrap_share=0.0,
    total=Counter(97, 100),
    scrap=Counter(0, 100),
    episodes=(),
    micro_every_s=100_000.0,
    length_s=600.0,
)


def test_the_same_script_gives_the_same_day() -> None:
    assert list(Day(FILLER).changes(0, 900)) == list(Day(FILLER).changes(0, 900))


def test_another_seed_gives_other_micro_stops() -> None:
    assert story(FILLER, 3600) != story(replace(FILLER, seed=99), 3600)


def test_the_first_part_comes_one_cycle_after_the_start_and_counters_wrap() -> None:
    totals = [(at, image.total) for at, image in Day(QUIET).changes(0, 8) if at % 2 == 0]
    assert totals == [(2.0, 98), (4.0, 99), (6.0, 0), (8.0, 1)]


def test_a_part_in_work_at_a_stop_is_finished_after_it() -> None:
    stop = Episode(Kind.HELD, 40.5, 20.0, alarm=5)
    day = Day(replace(QUIET, episodes=(stop,)))
    assert list(day.happenings(39, 63)) == [
        Happening(40.0, "part", {"total": 20}),
        Happening(40.5, "stop_started", {"kind": "held", "alarm": 5}),
        Happening(60.5, "stop_ended", {"kind": "held"}),
        Happening(62.0, "part", {"total": 21}),
    ]


def test_a_reject_is_counted_half_a_cycle_after_its_part() -> None:
    day = Day(replace(QUIET, scrap_share=1.0))
    assert list(day.happenings(0, 5)) == [
        Happening(2.0, "part", {"total": 1}),
        Happening(3.0, "scrap", {"scrap": 1}),
        Happening(4.0, "part", {"total": 2}),
        Happening(5.0, "scrap", {"scrap": 2}),
    ]


def test_a_reboot_stops_the_machine_takes_the_controller_away_and_starts_counters_at_zero() -> None:
    day = Day(replace(QUIET, episodes=(Episode(Kind.REBOOT, 100.5, 100.0),)))
    assert [(one.at, one.event, one.detail) for one in day.happenings(100, 202)] == [
        (100.5, "stop_started", {"kind": "reboot", "alarm": 0}),
        (105.5, "controller_away", {}),
        (180.5, "controller_back", {}),
        (180.5, "reboot", {"boot": 2}),
        (200.5, "stop_ended", {"kind": "reboot"}),
        (202.0, "part", {"total": 51}),
    ]
    assert day.at(104.0) == Image(powered=True, state=2, mode=1, total=47, heartbeat=105, boot=1)
    assert day.at(150.0) == Image()
    assert day.at(180.5) == Image(powered=True, state=4, mode=1, heartbeat=1, boot=2)
    assert day.at(202.0) == Image(powered=True, state=6, mode=1, total=1, heartbeat=22, boot=2, speed=30.0)
    assert day.absences() == [(105.5, 180.5)]


def test_every_kind_of_standstill_looks_as_the_standard_says() -> None:
    seen = {
        one.detail["kind"]: DAYS[script.wc_id].at(one.at)
        for script in SHIPPED
        for one in DAYS[script.wc_id].happenings(0, 90 * 60)
        if one.event == "stop_started"
    }
    looks = {kind: (image.state, image.mode, image.starved, image.blocked) for kind, image in seen.items()}
    assert looks == {
        "setup": (2, 4, False, False),
        "micro": (11, 1, False, False),
        "breakdown": (9, 1, False, False),
        "starved": (5, 1, True, False),
        "blocked": (5, 1, False, True),
        "held": (11, 1, False, False),
        "reboot": (2, 1, False, False),
        "idle": (4, 1, False, False),
    }


def test_the_filler_breaks_down_for_forty_minutes_with_alarm_117() -> None:
    turns = [one for one in story(FILLER, 5400) if one[2]["kind"] == "breakdown"]
    assert turns == [
        (1800.0, "stop_started", {"kind": "breakdown", "alarm": 117}),
        (4200.0, "stop_ended", {"kind": "breakdown"}),
    ]


@pytest.mark.parametrize("script", SHIPPED)
def test_both_counters_wrap_in_the_first_hour_before_any_reboot(script: Script) -> None:
    images = [image for _, image in DAYS[script.wc_id].changes(0, 48 * 60) if image.powered]
    for raw in ([image.total for image in images], [image.scrap for image in images]):
        assert sum(later < earlier for earlier, later in pairwise(raw)) == 1


@pytest.mark.parametrize("script", SHIPPED)
def test_standstills_are_clear_and_runs_between_them_too(script: Script) -> None:
    turns = [at for at, event, _ in story(script, 86_399) if event in {"stop_started", "stop_ended"}]
    standing = [end - start for start, end in zip(turns[::2], turns[1::2], strict=True)]
    running = [start - end for end, start in zip(turns[1::2], turns[2::2], strict=False)]
    assert min(standing) >= 10
    assert min(running) >= 30
    assert len(standing) > 100


def test_after_its_length_the_machine_is_idle_for_good() -> None:
    assert Day(QUIET).at(1e6) == Image(powered=True, state=4, mode=1, total=97, heartbeat=1_000_001 % 65536, boot=1)


@given(days, instants, st.lists(instants, max_size=5))
@settings(max_examples=60, deadline=None)
def test_an_image_holds_until_the_next_edge(day: Day, after: float, probes: list[float]) -> None:
    edges = [(after, day.at(after)), *day.changes(after, after + 120)]
    times = [at for at, _ in edges]
    assert times == sorted(set(times))
    for probe in (after + seconds % 120 for seconds in probes):
        assert day.at(probe) == edges[bisect_right(times, probe) - 1][1]


@given(days, instants, instants, instants)
@settings(max_examples=60, deadline=None)
def test_edges_do_not_depend_on_how_they_are_asked_for(day: Day, one: float, two: float, three: float) -> None:
    first, middle, last = sorted((one, two, three))
    last, middle = min(last, first + 200), min(middle, first + 200)
    assert list(day.changes(first, last)) == [*day.changes(first, middle), *day.changes(middle, last)]
    assert list(day.happenings(first, last)) == [*day.happenings(first, middle), *day.happenings(middle, last)]


@given(st.sampled_from(SHIPPED), seeds)
@settings(max_examples=15, deadline=None)
def test_counters_are_the_truth_modulo_their_modulus_and_move_in_execute_only(script: Script, seed: int) -> None:
    script = replace(script, seed=seed, length_s=90 * 60)
    day = Day(script)
    image = day.at(0)
    raw = (image.total, image.scrap)
    for at, after in day.changes(0, 90 * 60 - 1):
        if after.boot == image.boot == 1:
            assert after.total == (script.total.start + day.made(at)) % script.total.modulus
            assert after.scrap == (script.scrap.start + day.rejected(at)) % script.scrap.modulus
        if after.boot == image.boot and (after.total, after.scrap) != raw:
            assert after.running
        image, raw = after, (after.total, after.scrap)


@given(days, instants, instants)
@settings(max_examples=60, deadline=None)
def test_the_truth_sums_to_the_difference_of_the_raw_counters(day: Day, one: float, two: float) -> None:
    after, until = sorted((one, two))
    begin, end = day.at(after), day.at(until)
    events = [one.event for one in day.happenings(after, until)]
    assert events.count("part") == day.made(until) - day.made(after)
    assert events.count("scrap") == day.rejected(until) - day.rejected(after)
    if begin.boot == end.boot and begin.powered and "reboot" not in events:
        assert events.count("part") == (end.total - begin.total) % day.script.total.modulus
        assert events.count("scrap") == (end.scrap - begin.scrap) % day.script.scrap.modulus


@given(days, instants)
@settings(max_examples=60, deadline=None)
def test_stops_are_told_exactly_when_the_machine_leaves_and_enters_execute(day: Day, after: float) -> None:
    running = day.at(after).running
    turns: list[tuple[float, str]] = []
    for at, image in day.changes(after, after + 600):
        if image.running != running:
            turns.append((at, "stop_ended" if image.running else "stop_started"))
            running = image.running
    told = [(one.at, one.event) for one in day.happenings(after, after + 600) if one.event.startswith("stop")]
    assert told == turns


def test_the_controllers_heartbeat_beats_before_the_day_begins() -> None:
    day = Day(QUIET)
    edges = [(at, image.heartbeat) for at, image in day.changes(-2.5, 1)]
    assert edges == [(-2.0, 65_535), (-1.0, 0), (0.0, 1), (1.0, 2)]
    assert (day.at(-2.5).heartbeat, day.at(-0.5).heartbeat, day.at(-0.5).state) == (65_534, 0, day.at(0).state)
