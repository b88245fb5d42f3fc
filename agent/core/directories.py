"""Read-only copies of what the MES owns: orders, reasons and calendars.

Applied whole or refused whole, never edited here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Annotated, Literal, Self, TypeAlias

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, ValidationError, model_validator

from agent.core.errors import InvalidMessageError
from agent.core.values import replace

ReleaseStatus: TypeAlias = Literal["planned", "released", "closed"]
Code: TypeAlias = Annotated[str, Field(min_length=1, max_length=64)]
Name: TypeAlias = Annotated[str, Field(min_length=1, max_length=100)]


def _checked_cycle(seconds: Decimal) -> Decimal:
    if not Decimal("0.001") <= seconds <= 1_000_000:
        raise ValueError(f"found {seconds}; expected 0.001 to 1,000,000 seconds for one part")
    return seconds


class Copy(BaseModel):
    """A message of the MES. Unknown fields are ignored so that an MES may be ahead of the agent."""

    model_config = ConfigDict(frozen=True, extra="ignore", use_attribute_docstrings=True)
    rev: Code
    """Revision of the object, made by its owner."""


class Order(Copy):
    """One operation of an order, as released to a work center."""

    order_id: Code
    op_no: Code
    item_id: Code
    description: str = ""
    qty_planned: Annotated[Decimal, Field(ge=0)]
    uom: Code
    release_status: ReleaseStatus
    priority: int = 0
    due: AwareDatetime | None = None
    norm_cycle_s: Annotated[Decimal, Field(gt=0), AfterValidator(_checked_cycle)] | None = None
    """Planned run time per item (ISO 22400 PRI)."""
    norm_setup_s: Annotated[Decimal, Field(ge=0, le=1_000_000)] | None = None
    """Planned setup time."""
    parts_per_count: Annotated[int, Field(ge=1)] | None = None
    """Parts that one count of the machine's output stands for, from the order's start on (domain.md K1)."""
    bom_version: Code | None = None
    route_version: Code | None = None
    norm_version: Code | None = None


class ReasonEntry(BaseModel):
    """One reason that a stop can be given."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    code: Code
    text: dict[str, str]
    sticky: bool = False
    """A stop with this reason ends only after several good parts, or when a person says so (domain.md R13)."""
    generic: bool = False
    """It explains nothing by itself: a comment is asked for (domain.md R19)."""


class Reasons(Copy):
    """The reasons in use."""

    reasons: Annotated[tuple[ReasonEntry, ...], Field(max_length=500)]


class PublishedWindow(BaseModel):
    """A stretch of time with a name."""

    model_config = ConfigDict(frozen=True, extra="ignore", use_attribute_docstrings=True)
    name: Name
    start: AwareDatetime
    end: AwareDatetime

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.start >= self.end:
            raise ValueError(f"'{self.name}' has no length; expected its end later than its start")
        return self


class PublishedPlanned(PublishedWindow):
    """A window in which nothing is to be produced (domain.md R7)."""

    kind: Literal["no_shift", "break", "maintenance", "other"]
    """Of several at one instant, the first of no_shift, maintenance, other, break is meant."""


class PublishedShift(BaseModel):
    """One dated shift (domain.md R8)."""

    model_config = ConfigDict(frozen=True, extra="ignore", use_attribute_docstrings=True)
    shift_id: Code
    business_date: date
    """The date that it belongs to; with `shift_id` it names the shift."""
    crew_id: Code | None = None
    start: AwareDatetime
    end: AwareDatetime
    closed: bool = False
    """No entry of this shift is edited any more (domain.md R21)."""
    breaks: Annotated[tuple[PublishedWindow, ...], Field(max_length=20)] = ()

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.start >= self.end:
            raise ValueError(f"shift {self.title} has no length; expected its end later than its start")
        for pause in self.breaks:
            if pause.start < self.start or pause.end > self.end:
                raise ValueError(f"break '{pause.name}' does not lie within shift {self.title}")
        return self

    @property
    def title(self) -> str:
        """What it is called in messages."""
        return f"'{self.shift_id}' of {self.business_date.isoformat()}"


class PublishedCalendar(Copy):
    """The working time of the site or of a work center. While it is valid it is complete: what it does not list is not.

    Shifts may be listed that lie outside the time of its validity, to say that they are closed.
    """

    valid_from: AwareDatetime
    """From here on it stands in place of the configured calendar."""
    valid_to: AwareDatetime
    """From here on the configured calendar holds again."""
    shifts: Annotated[tuple[PublishedShift, ...], Field(max_length=500)]
    """Its shifts, in any order; no two at one instant."""
    planned: Annotated[tuple[PublishedPlanned, ...], Field(max_length=500)] = ()
    """Planned windows beside the breaks of shifts."""

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.valid_from >= self.valid_to:
            raise ValueError("expected valid_to later than valid_from")
        for earlier, later in pairwise(sorted(self.shifts, key=lambda shift: shift.start)):
            if later.start < earlier.end:
                raise ValueError(f"shifts {earlier.title} and {later.title} overlap")
        seen: set[str] = set()
        for shift in self.shifts:
            if shift.title in seen:
                raise ValueError(f"shift {shift.title} stands twice")
            seen.add(shift.title)
        return self


NO_REASONS = Reasons(rev="0", reasons=())


class AlarmRule(BaseModel):
    """What reason an alarm of a machine means (domain.md R12)."""

    model_config = ConfigDict(frozen=True, extra="ignore", use_attribute_docstrings=True)
    alarm: Code
    """The machine's own code, as it says it."""
    reason: Code
    confidence: Literal["auto", "suggest"] = "suggest"
    """auto: the stop gets the reason. suggest: it is offered to the operator first."""
    priority: int = 0
    """Of alarms raised at the same instant the highest counts."""


class AlarmReasons(Copy):
    """Which alarms mean which reasons, of a work center or of the whole site."""

    alarms: Annotated[tuple[AlarmRule, ...], Field(max_length=500)]
    ignored: Annotated[frozenset[Code], Field(max_length=500)] = frozenset()
    """Alarms that never are the cause of a stop."""

    def rule(self, alarm: str | None) -> AlarmRule | None:
        """The rule of an alarm."""
        return next((rule for rule in self.alarms if rule.alarm == alarm), None)

    def priority(self, alarm: str) -> int:
        """The priority of an alarm, 0 where nothing is said of it."""
        rule = self.rule(alarm)
        return 0 if rule is None else rule.priority


NO_ALARMS = AlarmReasons(rev="0", alarms=())


@dataclass(frozen=True, slots=True)
class Directories:
    """Everything the MES told us, as values shared by all stations."""

    orders: Mapping[tuple[str, str], Order] = field(default_factory=dict)
    """By work center and order id."""
    reasons: Reasons = NO_REASONS
    calendars: Mapping[str | None, PublishedCalendar] = field(default_factory=dict)
    """By work center; None is the site's."""
    alarms: Mapping[str | None, AlarmReasons] = field(default_factory=dict)
    """By work center; None is the site's."""

    def alarms_of(self, wc_id: str) -> AlarmReasons:
        """What alarms mean at a work center: its own table if it has one, else the site's."""
        return self.alarms.get(wc_id) or self.alarms.get(None) or NO_ALARMS

    def reason(self, code: str) -> ReasonEntry | None:
        """The reason in the directory."""
        return next((entry for entry in self.reasons.reasons if entry.code == code), None)

    def orders_of(self, wc_id: str) -> tuple[Order, ...]:
        """The orders of a work center, the one to begin with first."""
        mine = [order for (center, _), order in self.orders.items() if center == wc_id]
        return tuple(sorted(mine, key=lambda order: (order.priority, order.order_id)))

    def calendar_of(self, wc_id: str) -> PublishedCalendar | None:
        """The calendar of a work center: its own alone, without one the site's."""
        return self.calendars.get(wc_id, self.calendars.get(None))

    def reason_known(self, code: str) -> bool:
        """Whether the reason stands in the directory."""
        return any(entry.code == code for entry in self.reasons.reasons)


def applied(directories: Directories, wc_id: str | None, name: str, payload: bytes) -> tuple[Directories, str | None]:
    """The directories with one message taken in, and the revision that it brought.

    Args:
        directories: what is known so far.
        wc_id: work center of the topic, None for the whole site.
        name: the topic behind `dir/`, such as `orders/PO-1001`, `reasons` or `calendar`.
        payload: the message; empty withdraws.

    Raises:
        InvalidMessageError: no such directory, or not its published form. Nothing changes.
    """
    head, _, tail = name.partition("/")
    try:
        if head == "reasons" and wc_id is None:
            reasons = Reasons.model_validate_json(payload) if payload else NO_REASONS
            return replace(directories, reasons=reasons), reasons.rev if payload else None
        if name == "alarms":
            return _with_alarms(directories, wc_id, payload)
        if head == "orders" and wc_id is not None and tail:
            return _with_order(directories, (wc_id, tail), payload)
        if name == "calendar":
            return _with_calendar(directories, wc_id, payload)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "the message"
        raise InvalidMessageError(f"directory {name}: {where}: {first['msg']}; the former revision stays") from error
    raise InvalidMessageError(
        f"directory {name}: expected orders/{{order_id}} of a work center, reasons of the site, "
        "or calendar or alarms of either"
    )


def _with_alarms(directories: Directories, wc_id: str | None, payload: bytes) -> tuple[Directories, str | None]:
    others = {owner: table for owner, table in directories.alarms.items() if owner != wc_id}
    if not payload:
        return replace(directories, alarms=others), None
    table = AlarmReasons.model_validate_json(payload)
    return replace(directories, alarms={**others, wc_id: table}), table.rev


def _with_order(directories: Directories, key: tuple[str, str], payload: bytes) -> tuple[Directories, str | None]:
    others = {k: order for k, order in directories.orders.items() if k != key}
    if not payload:
        return replace(directories, orders=others), None
    order = Order.model_validate_json(payload)
    if order.order_id != key[1]:
        raise InvalidMessageError(
            f"directory orders/{key[1]}: order_id is '{order.order_id}'; expected the id of the topic"
        )
    return replace(directories, orders={**others, key: order}), order.rev


def _with_calendar(directories: Directories, wc_id: str | None, payload: bytes) -> tuple[Directories, str | None]:
    others = {center: calendar for center, calendar in directories.calendars.items() if center != wc_id}
    if not payload:
        return replace(directories, calendars=others), None
    calendar = PublishedCalendar.model_validate_json(payload)
    return replace(directories, calendars={**others, wc_id: calendar}), calendar.rev
