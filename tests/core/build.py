"""Builders of observations, stations and facts, on a clock that begins at 0 seconds of a round instant."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from agent.core.codes.badges import digest
from agent.core.codes.code_settings import CodeSettings
from agent.core.context import Context
from agent.core.contract.envelope import Row
from agent.core.corrections.targets import Target
from agent.core.counts.accounts import Account, Cums
from agent.core.directories import AlarmReasons, Directories, Order, PublishedCalendar, Reasons
from agent.core.draft import Draft, Provenance
from agent.core.facts import (
    ConditionChanged,
    Fact,
    FactData,
    FactQuality,
    Keys,
    Reason,
    SegmentData,
    StopClosed,
    StopData,
    Versions,
)
from agent.core.identity import IdBlock
from agent.core.machine.conditions import Condition, Mode
from agent.core.machine.unwatched import Cause
from agent.core.machine_settings import MachineSettings, Role
from agent.core.observations import (
    BADGE,
    Entry,
    Image,
    Instant,
    Link,
    Quality,
    Scan,
    Signal,
    SignalValue,
    Started,
    Tick,
)
from agent.core.shifts.calendar_settings import DAYS, CalendarSettings
from agent.core.station import Outcome, Station, StationObservation
from agent.core.stops.reasons import MINOR_STOP, UNCODED
from agent.core.times import iso
from agent.journal.marks import Epoch
from agent.journal.store import as_row, fact_values

F = TypeVar("F", bound=FactData)
T0 = 1_772_600_400.0
"""2026-03-04T05:00:00Z."""
WC = "WC-1"
PROVENANCE = Provenance("e1", "production")
SITE_KEY = b"key of the tests' site"
EXECUTE, IDLE, ABORTED = 6, 4, 9
FIRST_ID = UUID("019cb763-1a00-7000-8000-000000000000")


def instant(at: float) -> Instant:
    return Instant(T0 + at, 1000.0 + at)


def clock(at: float) -> str:
    return iso(T0 + at)


def a_machine(*roles: Role, counter: Mapping[str, object] | None = None, **tables: object) -> MachineSettings:
    """A machine over OPC UA whose signals are called as their roles, and where work is not done to orders."""
    signals: list[dict[str, object]] = []
    for role in roles or (Role.PACKML_STATE, Role.TOTAL):
        counts = counter is not None and role in {Role.TOTAL, Role.GOOD, Role.SCRAP}
        more: dict[str, object] = {"counter": counter} if counts else {}
        signals.append({"key": role.value, "role": role, "node": f"nsu=urn:line;s={role.value}", **more})
    opcua = {"endpoint": "opc.tcp://plc:4840/"}
    base: dict[str, object] = {"work_center": WC, "opcua": opcua, "signal": signals, "orders": False}
    return MachineSettings.model_validate({**base, **tables})


def a_station(
    *roles: Role,
    counter: Mapping[str, object] | None = None,
    pattern: CalendarSettings | None = None,
    zone: str = "UTC",
    **tables: object,
) -> Station:
    machine = a_machine(*roles, counter=counter, **tables)
    return Station.new(machine, CodeSettings(), PROVENANCE, pattern, ZoneInfo(zone))


def a_manual_station(pattern: CalendarSettings | None = None, **tables: object) -> Station:
    """A work center without a machine (domain.md R22)."""
    machine = MachineSettings.model_validate({"work_center": WC, "manual": True, "orders": False, **tables})
    return Station.new(machine, CodeSettings(), PROVENANCE, pattern)


def a_shift(
    shift_id: str, start: str, end: str, *breaks: tuple[str, str], crew: str | None = None
) -> dict[str, object]:
    """A shift of every day, `HH:MM`, with its breaks."""
    pauses = [{"name": "break", "start": begin, "end": over} for begin, over in breaks]
    return {"id": shift_id, "start": start, "end": end, "days": DAYS, "crew": crew, "break": pauses}


def a_pattern(*shifts: Mapping[str, object], planned: Iterable[tuple[str, str, str]] = ()) -> CalendarSettings:
    """The working time of a plant: shifts, and planned windows of a kind between two clock times of the first day."""
    windows = [
        {"kind": kind, "name": kind, "start": iso(T0 + wall(start)), "end": iso(T0 + wall(end))}
        for kind, start, end in planned
    ]
    return CalendarSettings.model_validate({"shift": shifts, "planned": windows})


def wall(text: str) -> float:
    """The instant `HH:MM[:SS]` UTC of the first day, on this clock."""
    hours, minutes, seconds = ([float(part) for part in text.split(":")] + [0.0])[:3]
    return (hours - 5.0) * 3600.0 + minutes * 60.0 + seconds


def published(*shifts: Mapping[str, object], valid: tuple[float, float] = (-86_400.0, 86_400.0)) -> PublishedCalendar:
    """The MES's calendar, as the test's clock has it."""
    dates = {"valid_from": clock(valid[0]), "valid_to": clock(valid[1])}
    return PublishedCalendar.model_validate({"rev": "1", **dates, "shifts": shifts})


def a_draft(wc_id: str | None = WC, observed: float = 0.0) -> Draft:
    return Draft(IdBlock(FIRST_ID), T0 + observed, PROVENANCE, Keys(wc_id=wc_id), Versions())


def an_account(**more: Any) -> Account:  # noqa: ANN401 - fields
    fields: dict[str, Any] = {
        "book": 0,
        "execution_id": None,
        "keys": Keys(wc_id=WC),
        "versions": Versions(),
        "shift": None,
        "uom": "EA",
        "lots": (),
        "parts_per_count": None,
        "cycle_s": 1.0,
        "cums": Cums(),
    }
    return Account(**{**fields, **more})


def an_order(order_id: str = "PO-1", **more: Any) -> Order:  # noqa: ANN401 - fields of the model
    fields = {
        "rev": "1",
        "order_id": order_id,
        "op_no": "10",
        "item_id": "BOTTLE",
        "qty_planned": "100",
        "uom": "EA",
        "release_status": "released",
    }
    return Order.model_validate({**fields, **more})


def a_plan(
    *orders: Order,
    reasons: Iterable[str] = (),
    sticky: Iterable[str] = (),
    generic: Iterable[str] = (),
    alarms: AlarmReasons | None = None,
    calendar: PublishedCalendar | None = None,
) -> Directories:
    codes = dict.fromkeys((*reasons, *sticky, *generic))
    entries = [
        {"code": code, "text": {"en": code}, "sticky": code in sticky, "generic": code in generic} for code in codes
    ]
    known = Reasons.model_validate({"rev": "7", "reasons": entries})
    calendars: dict[str | None, PublishedCalendar] = {} if calendar is None else {WC: calendar}
    tables: dict[str | None, AlarmReasons] = {} if alarms is None else {None: alarms}
    return Directories({(WC, order.order_id): order for order in orders}, known, calendars, tables)


def a_rule(alarm: str, reason: str, confidence: str = "auto", priority: int = 0) -> dict[str, object]:
    return {"alarm": alarm, "reason": reason, "confidence": confidence, "priority": priority}


def alarm_table(*rules: Mapping[str, object], ignored: Iterable[str] = (), rev: str = "3") -> AlarmReasons:
    return AlarmReasons.model_validate({"rev": rev, "alarms": rules, "ignored": list(ignored)})


def signal(key: str, value: SignalValue, at: float, *, seen: float | None = None) -> Signal:
    """A good reading, true at `at` and seen then or later."""
    return Signal(WC, key, value, Quality.GOOD, T0 + at, instant(at if seen is None else seen))


def bad(key: str, at: float, quality: Quality = Quality.BAD) -> Signal:
    return Signal(WC, key, None, quality, None, instant(at), "BadSensorFailure")


def image(at: float, *signals: Signal) -> Image:
    return Image(WC, signals, instant(at))


def read(at: float, /, **values: SignalValue) -> Image:
    """Good readings of one instant."""
    return image(at, *(signal(key, value, at) for key, value in values.items()))


def up(at: float) -> Link:
    return Link(WC, "plc", up=True, observed=instant(at))


def down(at: float, reason: str = "cable") -> Link:
    return Link(WC, "plc", up=False, observed=instant(at), reason=reason)


def tick(at: float) -> Tick:
    return Tick(WC, instant(at))


def started(at: float, down_since: float | None = None) -> Started:
    return Started(WC, instant(at), "run-1", None if down_since is None else T0 + down_since)


def scan(at: float, text: str, reader: str = "gun") -> Scan:
    return Scan(WC, text, instant(at), reader)


def badge(at: float, text: str, reader: str = "gun") -> Scan:
    """A badge as it comes out of intake."""
    return Scan(WC, BADGE, instant(at), reader, badge=digest(SITE_KEY, text))


def entry(at: float, action: str, /, **arguments: str) -> Entry:
    return Entry(WC, action, arguments, instant(at), "client-0001", "anna")


def by_supervisor(entered: Entry) -> Entry:
    return replace(entered, role="supervisor", actor="boris")


def quiet(since: float, until: float) -> list[StationObservation]:
    """As `alive`, but only every five seconds, and at the end."""
    number = int((until - since) // 5.0)
    instants = [since + 5.0 * step for step in range(1, number + 1)]
    if not instants or instants[-1] < until:
        instants.append(until)
    return [seen for moment in instants for seen in (up(moment), tick(moment))]


def alive(since: float, until: float) -> list[StationObservation]:
    """A watched machine with nothing new: a sign of life and a tick each second after `since`, up to `until`."""
    seconds = [since + number for number in range(1, int(until - since) + 1)]
    return [seen for at in seconds for seen in (up(at), tick(at))]


def watched(at: float = 0.0, /, **values: SignalValue) -> list[StationObservation]:
    """The agent starts and finds the machine like this."""
    return [started(at), read(at, **values), up(at)]


def asked_for(
    station: Station,
    observation: StationObservation,
    plan: Directories,
    claims: Mapping[str, str],
    row: Row | None = None,
) -> dict[str, str]:
    """Those of the claims that an observation asks for, also those that it asks for by what the first ones say."""
    known: dict[str, str] = {}
    while True:
        needed = station.claims_needed(observation, plan, row, known)
        found = known | {key: claims[key] for key in needed if key in claims}
        if found == known:
            return known
        known = found


@dataclass
class Story:
    """A station, told one thing after another; keeps the facts and the claims."""

    station: Station
    plan: Directories = field(default_factory=Directories)
    facts: list[Fact] = field(default_factory=list)
    claims: dict[str, str] = field(default_factory=dict)
    told: int = 0

    def hear(self, *observations: StationObservation) -> list[Fact]:
        """The facts that these observations make, in order."""
        begin = len(self.facts)
        for observation in observations:
            self.observe(observation)
        return self.facts[begin:]

    def observe(self, observation: StationObservation) -> Outcome:
        outcome = self.station.observe(observation, self.next_ids(), self.context(observation))
        self.take(outcome)
        return outcome

    def context(self, observation: StationObservation) -> Context:
        target = self.station.target_named(observation, self.plan)
        row = None if target is None else self.row(target)
        return Context(self.plan, asked_for(self.station, observation, self.plan, self.claims, row), row)

    def row(self, target: Target) -> Row | None:
        """The fact as the journal would hold it: the first one has sequence 1."""
        numbered = ((number, fact) for number, fact in enumerate(self.facts, 1) if fact.id == target.fact_id)
        found = next(numbered, None)
        if found is None or target.sequence not in {None, found[0]}:
            return None
        number, fact = found
        values = fact_values(number, fact, iso(fact.observed))
        return as_row(Epoch(PROVENANCE.epoch, 1, 0, iso(T0)), values)

    def next_ids(self) -> UUID:
        return UUID(int=FIRST_ID.int + (self.told << 12))

    def take(self, outcome: Outcome) -> None:
        self.told += 1
        self.station = outcome.station
        self.facts.extend(outcome.facts)
        self.claims.update(outcome.claims)

    def of(self, *kinds: type[F]) -> list[F]:
        return [fact.data for fact in self.facts if isinstance(fact.data, kinds)]


def a_story(
    *observations: StationObservation, station: Station | None = None, plan: Directories | None = None
) -> Story:
    story = Story(station or a_station(), plan or Directories())
    story.hear(*observations)
    return story


def said(facts: Iterable[Fact]) -> list[tuple[float, FactData]]:
    """When each fact happened, on this clock, and what it says."""
    return [(round(fact.time - T0, 3), fact.data) for fact in facts]


def types(facts: Iterable[Fact]) -> list[str]:
    return [fact.data.TYPE for fact in facts]


def quality(**more: Any) -> FactQuality:  # noqa: ANN401 - fields of the model
    return FactQuality.model_validate({"origin": "plc", "execution_mode": "production", **more})


def moved(
    before: Condition,
    after: Condition,
    *,
    mode: Mode = Mode.PRODUCTION,
    inferred: bool = False,
    cause: Cause | None = None,
) -> ConditionChanged:
    return ConditionChanged(
        keys=Keys(wc_id=WC),
        quality=quality(time_quality="good" if cause is None else "estimated"),
        from_condition=before,
        to_condition=after,
        mode=mode,
        inferred=inferred,
        cause=cause,
    )


def stop(
    kind: type[StopData],
    stop_id: str,
    start: float,
    end: float | None = None,
    **more: Any,  # noqa: ANN401 - fields
) -> StopData:
    reason = more.get("reason", MINOR_STOP if kind is StopClosed else None)
    part = SegmentData(
        segment_id=f"{stop_id}.1",
        segment_class=more.get("stop_class", "minor"),
        start=clock(start),
        end=None if end is None else clock(end),
        shift=None,
        order_id=None,
        op_no=None,
        reason=reason,
        rule_id={MINOR_STOP.code: "R5", UNCODED.code: "R19"}.get(reason.code) if isinstance(reason, Reason) else None,
    )
    fields: dict[str, object] = {
        "keys": Keys(wc_id=WC),
        "quality": quality(time_quality="uncertain" if more.get("end_uncertain") else "good"),
        "reason": reason,
        "segments": (part,),
        "stop_id": stop_id,
        "stop_class": "minor",
        "condition": Condition.IDLE,
        "mode": Mode.PRODUCTION,
        "machine_reasons": (),
        "start": clock(start),
        "end": None if end is None else clock(end),
        "duration_s": None if end is None else Decimal(f"{end - start:.3f}"),
    }
    return kind.model_validate({**fields, **more})


def stop_ids(facts: Iterable[Fact]) -> list[str]:
    return [fact.data.stop_id for fact in facts if isinstance(fact.data, StopData)]
