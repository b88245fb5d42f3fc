"""Whatever machines and people do, each stop consists of its segments to the millisecond (R3, R7 to R10, R15, R20)."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from agent.core.facts import StopClosed
from agent.core.machine_settings import Role
from agent.core.observations import Entry
from agent.core.station import StationObservation
from tests.core.build import (
    ABORTED,
    EXECUTE,
    IDLE,
    Story,
    a_manual_station,
    a_pattern,
    a_plan,
    a_rule,
    a_shift,
    a_station,
    alarm_table,
    an_order,
    by_supervisor,
    clock,
    down,
    entry,
    image,
    quiet,
    read,
    scan,
    signal,
    started,
    stop_ids,
    tick,
    up,
    wall,
    watched,
)
from tests.core.folding import Told, folded, the_stops

DAY = a_pattern(
    a_shift("one", "05:00", "05:10", ("05:03", "05:05")),
    a_shift("two", "05:10", "05:20", ("05:18", "05:20")),
    a_shift("four", "05:25", "05:40"),
    planned=[("maintenance", "05:12", "05:14")],
)
PLAN = a_plan(
    an_order("PO-1", norm_setup_s="30"),
    an_order("PO-2"),
    reasons=["JAM", "AIR"],
    sticky=["BREAKDOWN"],
    alarms=alarm_table(a_rule("E1", "JAM"), a_rule("E2", "AIR", "suggest")),
)
ROLES = (Role.PACKML_STATE, Role.TOTAL, Role.STARVED, Role.MODE, Role.ALARM)
MACHINE = ("stand", "fault", "starve", "run", "part", "setup", "produce", "alarm", "late", "lost", "killed")
PEOPLE = ("start", "finish", "begin setup", "end setup", "explain", "split", "merge", "join", "end")
BY_HAND = ("begin", "end", "explain", "edit", "restart")
LASTING = st.sampled_from([0.0, 0.2, 1.0, 4.0, 6.0, 30.0, 61.0, 125.0, 300.0])
NUMBERS = st.integers(0, 5)
STEPS = st.lists(st.tuples(st.sampled_from(MACHINE + PEOPLE), LASTING, NUMBERS), max_size=30)


class World:
    """A machine and the people around it."""

    def __init__(self) -> None:
        self.station = a_station(*ROLES, pattern=DAY, orders=True, condition={"setup_modes": [4]})
        self.story = Story(self.station, PLAN)
        self.now, self.total, self.state, self.mode = 0.0, 0, EXECUTE, 1
        self.story.hear(*watched(packml_state=EXECUTE, total=0, starved=False, mode=1, alarm=0))

    def goes_on(self, lasting: float) -> None:
        before, self.now = self.now, round(self.now + lasting, 3)
        if lasting:
            self.story.hear(*quiet(before, self.now))

    def does(self, what: str, lasting: float, number: int) -> None:
        if what in MACHINE:
            self.machine(what, lasting)
        else:
            for entered in self.entered(what, number):
                self.story.hear(entered)

    def whole(self) -> StationObservation:
        words = {"packml_state": self.state, "total": self.total, "starved": False, "mode": self.mode}
        return read(self.now, **words)

    def machine(self, what: str, lasting: float) -> None:
        match what:
            case "stand" | "fault" | "run" | "late" | "starve":
                self.state = {"run": EXECUTE, "late": EXECUTE, "fault": ABORTED}.get(what, IDLE)
                at = self.now - (1.5 if what == "late" else 0.0)
                words = (signal("packml_state", self.state, at, seen=self.now), signal("starved", what == "starve", at))
                self.story.hear(image(self.now, *words))
            case "part":
                self.total += 1
                self.story.hear(read(self.now, total=self.total))
            case "setup" | "produce":
                self.mode = 4 if what == "setup" else 1
                self.story.hear(read(self.now, mode=self.mode))
            case "alarm":
                self.story.hear(read(self.now, alarm="E1"))
            case _:
                self.unwatched(what, lasting)

    def unwatched(self, what: str, lasting: float) -> None:
        if what == "killed":
            self.story.station = self.station.restored(self.story.station.snapshot())
            self.story.hear(started(self.now, self.now - 0.5))
        else:
            self.story.hear(down(self.now))
        self.now = round(self.now + 1.0 + lasting, 3)
        self.story.hear(tick(self.now), self.whole(), up(self.now))

    def entered(self, what: str, number: int) -> Iterator[StationObservation]:
        ids = list(dict.fromkeys(stop_ids(self.story.facts)))
        match what:
            case "start":
                yield scan(self.now, f"ORD:PO-{1 + number % 2}")
            case "finish":
                yield entry(self.now, "complete_operation")
            case "begin setup" | "end setup":
                yield entry(self.now, "start_setup" if what == "begin setup" else "end_setup")
            case "explain":
                yield entry(self.now, "set_reason", code=("JAM", "AIR", "BREAKDOWN")[number % 3], comment=f"{number}")
            case "end":
                yield entry(self.now, "end_stop")
            case "split" | "merge" if ids:
                yield self.edit(what, number)
            case "join" if len(ids) > 1:
                one, other = ids[number % len(ids)], ids[(number + 1) % len(ids)]
                yield by_supervisor(entry(self.now, "merge_stops", stop_id=one, other_stop_id=other))
            case _:
                return

    def edit(self, what: str, number: int) -> Entry:
        stops = list(folded(self.story.facts).values())
        segments = stops[-1 - number % len(stops)].segments
        segment = segments[number % len(segments)]
        action = "split_stop" if what == "split" else "merge_segments"
        middle = self.now - 60.0 if number % 2 else self.now - 100.0
        return entry(self.now, action, segment_id=segment.segment_id, at=clock(round(middle, 3)))


def assert_within_one_ground(stop: Told) -> None:
    """No part reaches over a shift change; what belongs to a break may overrun it."""
    boundaries = [wall(text) for text in ("05:10", "05:20", "05:25", "05:40")]
    for _, start, end in stop.spans:
        assert not [at for at in boundaries if end is not None and start < at < end]


@settings(max_examples=150, deadline=None)
@given(STEPS)
def test_every_stop_consists_of_its_segments_whatever_happens(steps: list[tuple[str, float, int]]) -> None:
    world = World()
    for what, lasting, number in steps:
        world.does(what, lasting, number)
        world.goes_on(lasting)
    world.goes_on(1.0)
    for stop in the_stops(world.story):
        assert_within_one_ground(stop)
        if stop.end is not None:
            assert all(part.end is not None for part in stop.segments)
    keys = [fact.natural_key for fact in world.story.facts]
    assert len(set(keys)) == len(keys)
    assert len(world.story.station.snapshot()) <= 16_384


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(BY_HAND), LASTING, NUMBERS), max_size=25))
def test_stops_that_people_enter_consist_of_their_segments_too(steps: list[tuple[str, float, int]]) -> None:
    new = a_manual_station(DAY)
    story = Story(new, PLAN)
    story.hear(started(0.0))
    now = 0.0
    for what, lasting, number in steps:
        if what == "restart":
            story.station = new.restored(story.station.snapshot())
            story.hear(started(now, now))
        elif what == "edit" and story.of(StopClosed):
            closed = story.of(StopClosed)
            stop_id = closed[number % len(closed)].stop_id
            times = {"start": clock(now - 60.0 * number - 7.0), "end": clock(now - number)}
            story.hear(entry(now, "edit_stop", stop_id=stop_id, comment="wrong", **times))
        else:
            action = {"begin": "start_stop", "end": "end_stop"}.get(what, "set_reason")
            story.hear(entry(now, action, **({"code": "JAM"} if what == "explain" else {})))
        now = round(now + lasting, 3)
        story.hear(tick(now))
    the_stops(story)


@settings(max_examples=60, deadline=None)
@given(STEPS.map(lambda steps: [step for step in steps if step[0] in {"stand", "run", "part", "fault"}]))
def test_a_machine_that_is_looked_at_seldom_has_the_same_stops_as_one_that_is_looked_at_often(
    steps: list[tuple[str, float, int]],
) -> None:
    often, seldom = World(), World()
    for world in (often, seldom):
        for what, lasting, _ in steps:
            world.does(what, lasting, 0)
            before, world.now = world.now, round(world.now + lasting, 3)
            every = 0.5 if world is often else 9.0
            instants = [before + every * number for number in range(1, int(lasting / every) + 1)]
            for earlier, later in pairwise([before, *instants, world.now]):
                if earlier < later:
                    world.story.hear(up(later), tick(later))
        world.goes_on(2.0)
    one, other = ([(stop.spans, stop.shifts) for stop in the_stops(world.story)] for world in (often, seldom))
    assert one == other
