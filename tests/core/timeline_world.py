"""A work center with a calendar, orders and people, its agent that crashes and its clock that is set."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from agent.core.codes.code_settings import CodeSettings
from agent.core.directories import AlarmReasons, PublishedCalendar, Reasons
from agent.core.facts import ShiftKeys, TimeElements
from agent.core.machine_settings import MachineSettings
from agent.core.observations import ClockStep, Entry, Link, Tick
from agent.core.shifts import calendar, clock_steps
from agent.core.shifts.calendar_settings import CalendarSettings
from agent.core.shifts.figures import ShiftAccount
from agent.core.shifts.schedule import grounds
from agent.core.shifts.strip import CELL_S, LETTERS, Strip
from agent.core.shifts.time_elements import elements
from agent.core.station import Station, StationObservation
from agent.core.stops.segments import same_shift
from agent.core.times import epoch, iso
from tests.core.build import PROVENANCE, T0, WC, Story, a_plan, an_order, entry, instant, scan, started, tick
from tests.core.timeline_ledger import TimelineLedger, ToldStop, check_elements, seen
from tests.core.told_losses import agree, told_losses

ZONE = ZoneInfo("UTC")
HOURS = range(4, 7)
"""Of the day around T0, 05:00; outside them no shift is planned."""
PATTERN = CalendarSettings.model_validate(
    {
        "shift": [
            shift
            for hour in HOURS
            for shift in (
                {
                    "id": f"{hour}-early",
                    "start": f"0{hour}:00",
                    "end": f"0{hour}:12",
                    "days": ["tue", "wed", "thu"],
                    "break": [{"name": "tea", "start": f"0{hour}:04", "end": f"0{hour}:06"}],
                },
                {
                    "id": f"{hour}-late",
                    "start": f"0{hour}:12",
                    "end": f"0{hour}:20",
                    "days": ["tue", "wed", "thu"],
                    "crew": "B",
                },
                {
                    "id": f"{hour}-night",
                    "start": f"0{hour}:25",
                    "end": f"0{hour}:57",
                    "days": ["tue", "wed", "thu"],
                    "break": [
                        {"name": "one", "start": f"0{hour}:27", "end": f"0{hour}:29"},
                        {"name": "two", "start": f"0{hour}:40", "end": f"0{hour}:45"},
                    ],
                },
            )
        ],
        "planned": [
            {"kind": "maintenance", "name": "oil", "start": "2026-03-04T05:08", "end": "2026-03-04T05:09"},
            {"kind": "other", "name": "meeting", "start": "2026-03-04T05:19", "end": "2026-03-04T05:22"},
        ],
    }
)
REASONS = Reasons.model_validate(
    {
        "rev": "7",
        "reasons": [
            {"code": "JAM", "text": {}},
            {"code": "BROKEN", "text": {}, "sticky": True},
            {"code": "OTHER", "text": {}, "generic": True},
        ],
    }
)
ALARMS = AlarmReasons.model_validate(
    {
        "rev": "2",
        "alarms": [
            {"alarm": "A1", "reason": "JAM", "confidence": "auto"},
            {"alarm": "A2", "reason": "BROKEN", "confidence": "auto", "priority": 2},
            {"alarm": "A3", "reason": "JAM"},
        ],
        "ignored": ["A9"],
    }
)
ORDERS = a_plan(an_order("PO-1", norm_setup_s="30"), an_order("PO-2", norm_cycle_s="0.9"))
PLAN = replace(ORDERS, reasons=REASONS, alarms={None: ALARMS})
STEPS = st.sampled_from([-7200.0, -700.0, -61.5, -3.0, 3.0, 61.5, 700.0, 7200.0])
PICKS = st.integers(0, 3)
"""Counted from the end."""
CODES = st.sampled_from(["JAM", "BROKEN", "OTHER", "NONE"])


def a_timeline_station(machine: MachineSettings) -> Station:
    """One that works to the pattern."""
    return Station.new(machine, CodeSettings(), PROVENANCE, PATTERN, ZONE)


def published(kind: str, now: float) -> PublishedCalendar | None:
    """A calendar of the MES that arrives at this instant."""
    middle = datetime.fromtimestamp(round(T0 + now), UTC)

    def at(minutes: float) -> str:
        return (middle + timedelta(minutes=minutes)).isoformat()

    def shift(name: str, start: float, end: float, *breaks: tuple[float, float]) -> dict[str, object]:
        pauses = [{"name": "pause", "start": at(one), "end": at(other)} for one, other in breaks]
        return {"shift_id": name, "business_date": "2026-03-04", "start": at(start), "end": at(end), "breaks": pauses}

    shifts = {
        "none": None,
        "shift": [shift("M1", -10, 6, (-5, -1), (3, 4)), shift("M2", 6, 30)],
        "break": [shift("M1", -10, 20, (-1, 1), (2, 5), (5, 6))],
        "idle": [shift("M3", 5, 12)],
        "begins": [shift("M1", -30, 0), shift("M4", 0, 4, (0, 1)), shift("M5", 4, 9)],
    }[kind]
    if shifts is None:
        return None
    planned = [{"kind": "maintenance", "name": "check", "start": at(7), "end": at(8)}]
    fields = {"rev": kind, "valid_from": at(-20), "valid_to": at(15), "shifts": shifts, "planned": planned}
    return PublishedCalendar.model_validate(fields)


class Workshop(RuleBasedStateMachine):
    """A station, what is told to it, and what is made of its facts."""

    new: Station

    def __init__(self) -> None:
        super().__init__()
        self.story = Story(self.new, PLAN)
        self.ledger = TimelineLedger()
        self.now = 0.0
        self.shown: tuple[ShiftAccount, TimeElements] | None = None
        self.shifts: list[ShiftKeys | None] = []
        """Those that were in force, each when it began."""
        self.use_calendar(None)

    # How it is told.

    def see(self, observation: StationObservation) -> None:
        """Tell the station, again, and to itself restored; take what it says."""
        story = self.story
        ids, context = story.next_ids(), story.context(observation)
        outcome = story.station.observe(observation, ids, context)
        assert story.station.observe(observation, ids, context) == outcome, "the same again made something else"
        if outcome.facts or not isinstance(observation, Link | Tick):
            again = self.restored().observe(observation, ids, context)
            assert again == outcome, "the snapshot forgot something"
        story.take(outcome)
        for fact in outcome.facts:
            self.ledger.take(fact)
        if any(fact.data.TYPE.startswith("stop.") for fact in outcome.facts):
            self.ledger.check()
            self.count_losses()
        self.look()

    def live(self, seconds: float) -> None:
        """Time passes."""
        self.now += seconds
        self.see(tick(self.now))

    def restored(self) -> Station:
        """The station out of its snapshot."""
        snapshot = self.story.station.snapshot()
        assert len(snapshot) <= 16_384
        return self.new.restored(snapshot)

    def look(self) -> None:
        """The figures that people are shown are never negative, never shrink and leave nothing out."""
        station = self.story.station
        self.look_at_strip(station.state.strip)
        accounts = station.figures(T0 + self.now).shifts
        account = next((one for one in accounts if one.names(station.state.schedule.shift)), None)
        if account is None:
            self.shown = None
            return
        figures = elements(account.total)
        check_elements(figures)
        if self.shown is not None and self.shown[0].since == account.since:
            assert seen(figures) >= seen(self.shown[1]), "time went back"
        self.shown = account, figures

    def look_at_strip(self, strip: Strip | None) -> None:
        """Its cells are the time since the first, and its last change is the present condition."""
        if strip is None:
            return
        now = max(T0 + self.now, strip.until)
        seen = strip.settled(
            now, lambda start, end: grounds(calendar.NO_CALENDAR, self.story.station.state.schedule, start, end)
        )
        assert len(seen.cells) * CELL_S + sum(seen.spent.values()) == pytest.approx(now - seen.since, abs=0.01)
        condition = self.story.station.state.watch.condition
        assert not strip.conditions or strip.conditions[-1].letter == LETTERS[condition]

    def count_losses(self) -> None:
        """What stops cost the present shift is what the facts say of their segments."""
        state = self.story.station.state
        shift = state.schedule.shift
        if not self.shifts or not same_shift(self.shifts[-1], shift):
            self.shifts.append(shift)
        account = next((one for one in state.figures.shifts if one.names(shift)), None)
        if account is None or sum(same_shift(one, shift) for one in self.shifts) > 1:
            # A shift that comes again, by a clock or a calendar that was set, has another account.
            return
        agree(account.losses, told_losses(self.ledger.stops.values(), shift))

    def teardown(self) -> None:
        self.it_all_fits()

    @rule()
    def it_all_fits(self) -> None:
        self.ledger.check()

    # The calendar, the clock, the agent.

    def use_calendar(self, directory: PublishedCalendar | None) -> None:
        calendars: dict[str | None, PublishedCalendar] = {} if directory is None else {WC: directory}
        self.story.plan = replace(self.story.plan, calendars=calendars)
        known = calendar.of_work_center(PATTERN, ZONE, directory, WC)
        self.ledger.disturbed(T0 + self.now, known)

    @rule(kind=st.sampled_from(["none", "shift", "break", "idle", "begins"]))
    def the_mes_sends_a_calendar(self, kind: str) -> None:
        self.live(0.5)
        self.use_calendar(published(kind, self.now))
        self.shown = None

    @rule(by=STEPS)
    def the_clock_is_set(self, by: float) -> None:
        self.carry(by)
        self.see(ClockStep(WC, by, instant(self.now)))

    def carry(self, by: float) -> None:
        """All that is known to the ledger goes on by the new time."""
        self.now += by
        self.ledger.clock_set(by, T0 + self.now)
        self.shown = None

    @rule(down_s=st.sampled_from([0.0, 3.0, 100.0, 700.0, 5000.0, 40_000.0, -50.0, -4000.0]))
    def the_agent_crashes(self, down_s: float) -> None:
        """Its clock may have been set back meanwhile."""
        self.story.station = self.restored()
        before = self.now
        self.now += down_s
        begins = started(self.now, before)
        ahead = clock_steps.last_known(self.story.station.state.watch, begins) - (T0 + self.now)
        if ahead > 0:
            self.ledger.clock_set(-ahead, T0 + self.now)
            self.shown = None
        self.see(begins)

    # The people.

    @rule(order=st.sampled_from(["PO-1", "PO-2", "PO-9"]))
    def somebody_starts(self, order: str) -> None:
        self.live(0.3)
        self.see(entry(self.now, "start_operation", order_id=order))

    @rule()
    def somebody_finishes(self) -> None:
        self.live(0.3)
        self.see(entry(self.now, "complete_operation"))

    @rule(action=st.sampled_from(["start_setup", "end_setup", "end_stop"]))
    def somebody_says_so(self, action: str) -> None:
        self.live(0.2)
        self.see(entry(self.now, action))

    @rule(code=CODES, scanned=st.booleans())
    def somebody_explains(self, code: str, scanned: bool) -> None:  # noqa: FBT001 - a case
        self.live(0.2)
        self.see(scan(self.now, f"RSN:{code}") if scanned else entry(self.now, "set_reason", code=code, comment="so"))

    @precondition(lambda self: self.ledger.stops)
    @rule(code=CODES, stop=PICKS, part=PICKS)
    def somebody_explains_a_part(self, code: str, stop: int, part: int) -> None:
        segment_id = self.part_of(stop, part)
        self.see(entry(self.now, "set_reason", segment_id=segment_id, code=code))

    @precondition(lambda self: self.ledger.stops)
    @rule(stop=PICKS, part=PICKS, share=st.sampled_from([0.1, 0.5, 0.9]))
    def somebody_splits(self, stop: int, part: int, share: float) -> None:
        segment_id = self.part_of(stop, part)
        known = self.ledger.stops.get(segment_id.rpartition(".")[0])
        if known is not None:
            segment = known.segments[segment_id]
            start = epoch(segment.start)
            end = T0 + self.now if segment.end is None else epoch(segment.end)
            arguments = {"segment_id": segment_id, "at": iso(start + share * (end - start))}
            self.see(self.supervisors(replace(entry(self.now, "split_stop"), arguments=arguments)))

    @precondition(lambda self: self.ledger.stops)
    @rule(stop=PICKS, part=PICKS)
    def somebody_joins_parts(self, stop: int, part: int) -> None:
        self.see(self.supervisors(entry(self.now, "merge_segments", segment_id=self.part_of(stop, part))))

    @precondition(lambda self: self.ledger.stops)
    @rule(one=PICKS, other=PICKS)
    def a_supervisor_joins_stops(self, one: int, other: int) -> None:
        names = [stop.stop_id for stop in self.last_stops() if stop.end is not None]
        if len(names) > max(one, other):
            joined = entry(self.now, "merge_stops", stop_id=names[one], other_stop_id=names[other])
            self.see(self.supervisors(joined))

    def supervisors(self, entered: Entry) -> Entry:
        return replace(entered, role="supervisor")

    def last_stops(self) -> list[ToldStop]:
        return sorted(self.ledger.stops.values(), key=lambda stop: stop.start, reverse=True)

    def part_of(self, stop: int, part: int) -> str:
        """Of the last stops, one of the last segments."""
        stops = self.last_stops()
        if stop >= len(stops):
            return "stop-none.1"
        parts = stops[stop].ordered()[::-1]
        return parts[min(part, len(parts) - 1)].segment_id
