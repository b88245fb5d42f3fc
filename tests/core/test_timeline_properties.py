"""Whatever reaches a work center in whatever order: its time is tiled by conditions, stops, segments and shifts."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule

from agent.core.machine_settings import MachineSettings, Role
from agent.core.observations import Image
from agent.core.observed import by_new_time
from agent.core.times import epoch, iso
from tests.core.build import (
    ABORTED,
    EXECUTE,
    IDLE,
    WC,
    a_machine,
    bad,
    down,
    entry,
    image,
    instant,
    signal,
    started,
    tick,
    up,
)
from tests.core.timeline_world import CODES, PICKS, Workshop, a_timeline_station

EXAMPLES = settings(
    max_examples=40,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
ROLES = (Role.PACKML_STATE, Role.STARVED, Role.BLOCKED, Role.MODE, Role.ALARM, Role.TOTAL)
SETUP_MODE = 4
EDITS = {"split_min_s": 5.0, "merge_gap_s": 200.0}
"""So that people find much to edit."""
MACHINE = a_machine(*ROLES, condition={"setup_modes": [SETUP_MODE]}, orders=True, stop=EDITS)
BY_HAND = MachineSettings.model_validate({"work_center": WC, "manual": True, "stop": EDITS})
STOPS_S = st.sampled_from([7.0, 30.0, 130.0, 200.0, 900.0])
LATE_S = st.sampled_from([0.05, 0.2, 0.3, 2.0, 4.0, 30.0])


class Line(Workshop):
    """A machine that is read."""

    new = a_timeline_station(MACHINE)

    def __init__(self) -> None:
        super().__init__()
        self.words: dict[str, int | bool | str] = {
            "packml_state": EXECUTE,
            "starved": False,
            "blocked": False,
            "mode": 1,
            "alarm": "",
        }
        self.made = 0
        self.watched = False
        self.skew = 0.0
        """The source's clock less ours."""
        self.under_way: list[Image] = []
        self.last: Image | None = None

    @initialize()
    def the_agent_finds_it(self) -> None:
        self.see(started(self.now))
        self.it_comes_back()

    # The machine.

    def current(self, *spread: float) -> Image:
        """Its signals, read one after another."""
        values = {**self.words, "total": self.made}
        delays = [*spread, *([0.0] * len(values))]
        signals = [
            replace(signal(key, value, self.now + self.skew - late), observed=instant(self.now))
            for (key, value), late in zip(values.items(), delays, strict=False)
        ]
        return image(self.now, *signals)

    def show(self, *spread: float) -> None:
        if self.watched:
            self.last = self.current(*spread)
            self.see(self.last)

    @rule(parts=st.integers(1, 5), pace=st.sampled_from([0.4, 1.0, 2.5]))
    def it_makes_parts(self, parts: int, pace: float) -> None:
        self.words["packml_state"] = EXECUTE
        for _ in range(parts):
            self.live(pace)
            self.made += 1
            self.show()

    @rule(
        state=st.sampled_from([EXECUTE, IDLE, ABORTED, 5]),
        flag=st.sampled_from(["", "", "starved", "blocked"]),
        spread=st.lists(st.sampled_from([0.0, 0.1, 0.24]), max_size=4),
        wait=st.sampled_from([0.1, 1.0, 5.0]),
    )
    def its_state_changes(self, state: int, flag: str, spread: list[float], wait: float) -> None:
        self.live(wait)
        self.words |= {"packml_state": state, "starved": flag == "starved", "blocked": flag == "blocked"}
        self.show(*spread)

    @rule(state=st.sampled_from([IDLE, ABORTED]), seconds=STOPS_S, runs=st.integers(2, 60))
    def it_stops_and_runs_again(self, state: int, seconds: float, runs: int) -> None:
        self.words["packml_state"] = state
        self.show()
        self.live(seconds)
        self.it_makes_parts(min(runs, 8), runs / 8)

    @rule(mode=st.sampled_from([1, 2, SETUP_MODE]))
    def its_mode_changes(self, mode: int) -> None:
        self.live(0.2)
        self.words["mode"] = mode
        self.show()

    @rule(alarm=st.sampled_from(["", "A1", "A2", "A3", "A9"]), stands=st.booleans())
    def it_raises_an_alarm(self, alarm: str, stands: bool) -> None:  # noqa: FBT001 - a case
        self.live(0.2)
        self.words["alarm"] = alarm
        if stands:
            self.words["packml_state"] = ABORTED
        self.show()

    @rule(seconds=st.sampled_from([0.5, 2.0, 6.0, 20.0, 65.0, 130.0, 130.0, 400.0]))
    def time_passes(self, seconds: float) -> None:
        self.live(seconds)

    # The watching.

    @rule(late=LATE_S)
    def a_reading_stays_behind(self, late: float) -> None:
        if self.watched:
            self.under_way.append(self.current(late))

    @precondition(lambda self: self.under_way)
    @rule(first=st.booleans())
    def it_arrives(self, first: bool) -> None:  # noqa: FBT001 - a case
        late = self.under_way.pop(0 if first else -1)
        signals = tuple(replace(one, observed=instant(self.now)) for one in late.signals)
        if self.watched:
            self.see(Image(WC, signals, instant(self.now)))

    @precondition(lambda self: self.last is not None)
    @rule()
    def a_reading_comes_twice(self) -> None:
        if self.watched and self.last is not None:
            self.see(replace(self.last, observed=instant(self.now)))

    @rule(key=st.sampled_from(["packml_state", "starved", "total"]), seconds=st.sampled_from([0.5, 20.0, 140.0]))
    def a_word_is_bad_for_a_while(self, key: str, seconds: float) -> None:
        if self.watched:
            self.see(image(self.now, bad(key, self.now)))
            self.live(seconds)
            self.show()

    @precondition(lambda self: self.watched)
    @rule()
    def the_link_is_lost(self) -> None:
        self.see(down(self.now))
        self.watched = False

    @precondition(lambda self: self.watched)
    @rule()
    def it_falls_silent(self) -> None:
        self.watched = False

    @precondition(lambda self: not self.watched)
    @rule(
        seconds=st.sampled_from([1.0, 30.0, 400.0, 3000.0]),
        parts=st.integers(0, 5),
        state=st.sampled_from([EXECUTE, IDLE]),
    )
    def it_goes_on_unwatched(self, seconds: float, parts: int, state: int) -> None:
        self.now += seconds
        self.made += parts
        self.words["packml_state"] = state
        self.see(tick(self.now))

    @precondition(lambda self: not self.watched)
    @rule()
    def it_comes_back(self) -> None:
        self.watched = True
        self.show()
        self.see(up(self.now))

    def the_agent_crashes(self, down_s: float) -> None:
        super().the_agent_crashes(down_s)
        self.watched = False

    # How it is told.

    def live(self, seconds: float) -> None:
        """Time passes, with signs of life while the machine is watched."""
        until = self.now + seconds
        while self.now < until:
            self.now = min(self.now + 5.0, until)
            if self.watched:
                self.see(up(self.now))
            self.see(tick(self.now))

    def carry(self, by: float) -> None:
        """The source's clock is another one: it stays."""
        super().carry(by)
        self.skew -= by
        self.under_way = [cast("Image", by_new_time(late, by)) for late in self.under_way]


class Bench(Workshop):
    """A work center without a machine to read."""

    new = a_timeline_station(BY_HAND)

    @initialize()
    def the_agent_begins(self) -> None:
        self.see(started(self.now))

    @rule(seconds=st.sampled_from([0.5, 6.0, 65.0, 130.0, 130.0, 400.0]))
    def time_passes(self, seconds: float) -> None:
        for _ in range(5):
            self.live(seconds / 5)

    @rule(code=st.one_of(st.none(), CODES))
    def somebody_stops(self, code: str | None) -> None:
        self.live(0.2)
        self.see(entry(self.now, "start_stop", **({} if code is None else {"code": code})))

    @rule(seconds=STOPS_S, works=st.sampled_from([1.0, 20.0, 59.0, 100.0]))
    def work_stops_and_goes_on(self, seconds: float, works: float) -> None:
        self.see(entry(self.now, "start_stop"))
        self.live(seconds)
        self.see(entry(self.now, "end_stop"))
        self.live(works)

    @precondition(lambda self: self.ledger.stops)
    @rule(stop=PICKS, earlier=st.sampled_from([0.0, 30.0, 500.0, 9000.0]), shorter=st.sampled_from([0.0, 30.0, -20.0]))
    def somebody_corrects(self, stop: int, earlier: float, shorter: float) -> None:
        stops = self.last_stops()
        if stop < len(stops) and stops[stop].end is not None:
            start = iso(epoch(stops[stop].start) - earlier)
            end = iso(epoch(stops[stop].end or "") - shorter)
            self.see(
                entry(
                    self.now, "edit_stop", stop_id=stops[stop].stop_id, start=start, end=end, comment="it was like that"
                )
            )


Line.TestCase.settings = EXAMPLES
Bench.TestCase.settings = EXAMPLES
TestLine = Line.TestCase
TestBench = Bench.TestCase
