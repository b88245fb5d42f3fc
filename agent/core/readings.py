"""What machines say at this moment, value by value, for who stands beside them: shown, and made into no fact.

A value is believed while the connection over which it was told goes on. Of a connection that is lost, or that gives no
sign of life, it is UNKNOWN, and what it was last stands beside it with its own time: told anew after a reconnection, it
is as old as its source says (design.md promise 4).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Final, Literal, TypeAlias

from pydantic import Field

from agent.core.facts import Block, Timestamp
from agent.core.machine_settings import MachineSettings, SignalSettings
from agent.core.observations import Instant, Quality, Signal, SignalValue
from agent.core.sources.address import AddressSettings
from agent.core.times import iso

LONGEST_TEXT: Final = 1_000
"""Characters of a text that are shown."""
CLOCK_TREMBLE_S: Final = 2.0
"""Seconds by which a source's time may lie ahead and still be now."""
_LEAST_PATIENCE_S: Final = 10.0

Connection: TypeAlias = Literal["up", "down", "not_yet"]
Shown: TypeAlias = Literal["good", "uncertain", "bad", "unknown"]


class ReadingView(Block):
    """One configured value of a machine."""

    key: str
    role: str | None
    """What facts are made of it; null for telemetry."""
    address: str
    """Where it is read."""
    value: SignalValue
    """What it is now; null where that is not known, and where it is bad."""
    quality: Shown
    """unknown: there is no connection, or nothing was told of it over this one."""
    status: str
    """The protocol's own word, or a sentence, for what is not good."""
    source_time: Timestamp | None
    """When what was told last was true at its source; null where the source says no time, as Modbus does."""
    age_s: Annotated[float, Field(ge=0)] | None
    """Plant seconds since then; null where there is no such time, or it lies ahead of this PC's clock."""
    told_at: Timestamp | None
    """When the agent was told it: since then it was told nothing else of this value."""
    told_s: Annotated[float, Field(ge=0)] | None
    """Plant seconds since then, by a clock that nobody sets."""
    last_value: SignalValue
    """What it showed when it was known last; the same as value while that is known."""
    last_at: Timestamp | None
    """When that was true, by the source's time, or else told."""


class MachineReadings(Block):
    """One machine."""

    wc_id: str
    connection: Connection
    """not_yet: since the agent began to read it, it was never reached."""
    since: Timestamp | None
    """Since when the connection is so; null before the first attempt ended."""
    reason: str
    """Why there is none."""
    heard_s: Annotated[float, Field(ge=0)] | None
    """Plant seconds since its last sign of life: a value that did not change was still so then."""
    clock_ahead_s: float | None = None
    """Seconds by which the machine's own clock is ahead of this PC's; null where it does not tell. By so much the ages
    that its times give are off."""
    readings: tuple[ReadingView, ...]
    """In the order of the configuration, what facts are made of first."""


class ReadingsView(Block):
    """What machines say at this moment."""

    plant_time: Timestamp
    machines: tuple[MachineReadings, ...]


@dataclass(slots=True)
class Contact:
    """What is known of one machine since somebody began to read it."""

    machine: MachineSettings
    connection: Connection = "not_yet"
    since: Instant | None = None
    reason: str = ""
    heard: Instant | None = None
    ahead_s: float | None = None
    """Seconds by which its clock is ahead of ours."""
    told: dict[str, Signal] = field(default_factory=dict)
    """By key what was told last."""
    known: dict[str, Signal] = field(default_factory=dict)
    """By key what was told last with a value."""
    current: set[str] = field(default_factory=set)
    """Keys of which the present connection told something."""


def address_words(address: AddressSettings) -> str:
    """Where a value is read, for people."""
    if address.node is not None:
        index = "" if address.index is None else f"[{address.index}]"
        return f"{address.node}{index}{'' if address.field is None else f' {address.field}'}"
    if address.table is None:
        return address.at or "events"
    bit = "" if address.bit is None else f".{address.bit}"
    order = " little" if address.word_order == "little" and address.width > 1 else ""
    return f"{address.table} {address.address}{bit} {address.type}{order}"


def patience_s(machine: MachineSettings) -> float:
    """Real seconds without a sign of life after which what a machine said is not believed, connected or not."""
    timeout_s = 0.0 if machine.source is None else machine.source.timeout_s
    poll_ms = getattr(machine.source, "poll_ms", 0)
    return max(_LEAST_PATIENCE_S, 2 * timeout_s + 3 * poll_ms / 1000)


def view(contact: Contact, now: Instant, speed: float) -> MachineReadings:
    """One machine as it is shown.

    Args:
        contact: what is known of it.
        now: this instant.
        speed: plant seconds per real second.
    """
    heard_s = None if contact.heard is None else max(now.monotonic - contact.heard.monotonic, 0.0)
    doubt = contact.reason or "not reached yet"
    if contact.connection == "up":
        is_silent = heard_s is not None and heard_s / speed > patience_s(contact.machine)
        doubt = f"no sign of life for {heard_s / speed:.0f} s" if is_silent and heard_s is not None else ""
    return MachineReadings(
        wc_id=contact.machine.work_center,
        connection=contact.connection,
        since=None if contact.since is None else iso(contact.since.wall),
        reason=contact.reason,
        heard_s=_rounded(heard_s),
        clock_ahead_s=_rounded(contact.ahead_s),
        readings=tuple(_reading(one, contact, now, doubt) for one in contact.machine.readings),
    )


def _reading(one: AddressSettings, contact: Contact, now: Instant, doubt: str) -> ReadingView:
    told, known = contact.told.get(one.key), contact.known.get(one.key)
    if told is None or doubt or one.key not in contact.current:
        quality: Shown = "unknown"
        value, status = None, doubt or "nothing was told of it over this connection yet"
        if told is not None and told.quality is Quality.BAD and one.key in contact.current:
            # Who is connected and gives no sign of life may have said why, as an image of nothing but zeros does.
            status = f"{told.status}; {status}"
    else:
        quality, value, status = told.quality.value, _short(told.value), told.status
    source_time = None if told is None else told.source_time
    return ReadingView(
        key=one.key,
        role=one.role.value if isinstance(one, SignalSettings) else None,
        address=address_words(one),
        value=value,
        quality=quality,
        status=_short(status),
        source_time=None if source_time is None else iso(source_time),
        age_s=_age(source_time, now),
        told_at=None if told is None else iso(told.observed.wall),
        told_s=None if told is None else _rounded(max(now.monotonic - told.observed.monotonic, 0.0)),
        last_value=None if known is None else _short(known.value),
        last_at=None if known is None else iso(known.observed.wall if known.source_time is None else known.source_time),
    )


def note_signal(contact: Contact, signal: Signal) -> None:
    """The machine said this."""
    contact.told[signal.key] = signal
    contact.current.add(signal.key)
    if signal.quality is not Quality.BAD:
        contact.known[signal.key] = signal


def _age(source_time: float | None, now: Instant) -> float | None:
    if source_time is None or source_time > now.wall + CLOCK_TREMBLE_S:
        return None
    return _rounded(max(now.wall - source_time, 0.0))


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 3)


def _short(value: SignalValue) -> SignalValue:
    is_long = isinstance(value, str) and len(value) > LONGEST_TEXT
    return f"{value[:LONGEST_TEXT]}…" if is_long and isinstance(value, str) else value
