"""Of any history of parts, checks, skips, shifts and restarts: as many samples are due as the rules say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from hypothesis import given, settings
from hypothesis import strategies as st

from agent.core.directories import CheckPlan
from agent.core.facts import HoldPlaced, HoldReleased
from agent.core.quality.quality_shown import view
from agent.core.station import StationObservation
from tests.core.build import a_manual_station, a_story, by_supervisor, entry, started, tick
from tests.core.test_checks import SHIFTS, a_check_plan, knows, planned

RULES = ("once", "first_piece", "every_unit", "every_n", "per_shift", "last_piece")
EVERY = 4
HOUR = 3600.0
PLANNED = 4
"""Parts of the order."""
CHECKS: CheckPlan = a_check_plan(
    planned(*({"check_id": rule, "kind": "final", "sampling": rule, "every": EVERY} for rule in RULES))
)
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["good", "good", "scrap", "check", "skip", "tick", "restart", "pause", "resume"]),
        st.sampled_from(RULES),
        st.integers(1, 3),
        st.floats(0.001, 4000.0),
    ),
    max_size=40,
)


class Oracle:
    """The rules said once more, part by part and shift by shift."""

    def __init__(self) -> None:
        self.open = Counter({"once": 1})
        self.made = 0
        self.ahead = 0
        """Units checked before they were counted."""
        self.in_progress = True
        self.shifts: set[tuple[float, bool]] = set()
        """In which it has been in progress."""
        self.first_taken = False
        self.last_checked_at: int | None = None

    def in_shift(self, at: float) -> None:
        """Shifts of the days from 05:00 to 07:00 and on to 15:00; the clock begins at 05:00."""
        day, time = divmod(at, 24 * HOUR)
        shift = (day, time < 2 * HOUR)
        if self.in_progress and time < 10 * HOUR and shift not in self.shifts:
            self.shifts.add(shift)
            self.open["per_shift"] += 1

    def part(self) -> None:
        self.made += 1
        self.open["every_unit"] += self.ahead == 0
        self.ahead -= self.ahead > 0
        self.open["every_n"] += self.made % EVERY == 0
        self.open["first_piece"] += self.made == 1 and not self.first_taken

    def checked(self, rule: str) -> None:
        self.first_taken |= rule == "first_piece"
        if rule == "last_piece":
            self.last_checked_at = self.made
        self.ahead += rule == "every_unit" and not self.open[rule]
        self.open[rule] -= self.open[rule] > 0

    def skipped(self, rule: str) -> None:
        if rule == "last_piece":
            self.last_checked_at = self.made or self.last_checked_at
        self.open[rule] = 0

    def due(self) -> dict[str, int]:
        last = self.made >= PLANNED and self.last_checked_at != self.made
        return {rule: count for rule, count in (self.open + Counter({"last_piece": int(last)})).items() if count}


@settings(max_examples=200)
@given(STEPS)
def test_as_many_samples_are_due_as_the_rule_says(steps: list[tuple[str, str, int, float]]) -> None:
    station = a_manual_station(SHIFTS, orders=True)
    plan = knows(checks={"BOTTLE": CHECKS})
    story = a_story(started(0.0), entry(0.0, "start_operation", order_id="PO-1"), station=station, plan=plan)
    oracle, at = Oracle(), 0.0
    oracle.in_shift(at)
    for kind, rule, number, by in steps:
        at += by
        if kind == "restart":
            story.station = station.restored(story.station.snapshot())
        story.hear(OBSERVED[kind](rule, number, at))
        oracle.in_shift(at)
        match kind:
            case "pause" | "resume":
                oracle.in_progress = kind == "resume"
                oracle.in_shift(at)
            case "good" | "scrap":
                for _ in range(number):
                    oracle.part()
            case "check":
                oracle.checked(rule)
            case "skip":
                oracle.skipped(rule)
        assert {one.check_id: one.samples for one in view(story.station.state, story.plan).due} == oracle.due()


OBSERVED: dict[str, Callable[[str, int, float], StationObservation]] = {
    "good": lambda _, number, at: entry(at, "report_good", qty=str(number)),
    "scrap": lambda _, number, at: entry(at, "report_scrap", qty=str(number), defect_code="X"),
    "check": lambda rule, _, at: entry(at, "record_check", check_id=rule, result="pass"),
    "skip": lambda rule, _, at: entry(at, "skip_check", check_id=rule, reason="BUSY"),
    "pause": lambda _, __, at: entry(at, "pause_operation", reason="LUNCH"),
    "resume": lambda _, __, at: entry(at, "resume_operation"),
    "tick": lambda _, __, at: tick(at),
    "restart": lambda _, __, at: started(at),
}
THINGS = st.tuples(st.sampled_from(["lot", "serial", "order"]), st.sampled_from(["A", "B"]))


@settings(max_examples=100)
@given(st.lists(st.tuples(st.sampled_from(["place_hold", "release_hold"]), THINGS), max_size=30))
def test_each_hold_is_placed_once_and_released_at_most_once(steps: list[tuple[str, tuple[str, str]]]) -> None:
    station = a_manual_station()
    story = a_story(started(0.0), station=station)
    held: set[tuple[str, str]] = set()
    for number, (action, (target, target_id)) in enumerate(steps):
        entered = by_supervisor(entry(1.0 + number, action, target=target, target_id=target_id, reason="X"))
        reply = story.observe(entered).reply
        assert reply is not None
        assert reply.accepted == (((target, target_id) in held) == (action == "release_hold"))
        held ^= {(target, target_id)} if reply.accepted else set()
        story.station = station.restored(story.station.snapshot())
    placed = [data.hold_id for data in story.of(HoldPlaced) if isinstance(data, HoldPlaced)]
    released = [data.hold_id for data in story.of(HoldReleased) if isinstance(data, HoldReleased)]
    assert len(set(placed)) == len(placed)
    assert len(set(released)) == len(released)
    assert set(released) <= set(placed)
    assert len(placed) - len(released) == len(held)
    assert {(one.target, one.target_id) for one in view(story.station.state, story.plan).holds} == held
