"""Whatever can reach a work center: drivers, scanners, operators, the MES and time speak to the core in these words."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Literal, TypeAlias

from agent.core.discrepancies.discrepancies import Discrepancy
from agent.core.facts import ConfigCause, DigestRow, Range, StorageLevel
from agent.core.fingerprint import Fingerprint
from agent.core.values import replace

SignalValue: TypeAlias = bool | int | float | str | None
ScanFlaw: TypeAlias = Literal["incomplete", "too_long", "overrun", "spoiled_badge"]
"""incomplete: the reader fell silent or was lost within a code. too_long: no end of it came. overrun: characters of it
were lost on their way. spoiled_badge: it held a badge's text and something else."""
EntryRole: TypeAlias = Literal["operator", "supervisor", "quality", "maintenance", "mes"]


BADGE: Final = "(badge)"
"""Stands in place of a badge's text."""
TERMINAL: Final = "terminal"
"""The reader of what is scanned or typed at a terminal."""


class Quality(StrEnum):
    """How far a reading may be believed (domain.md K10: anything but GOOD is no sample, and never zero)."""

    GOOD = "good"
    UNCERTAIN = "uncertain"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Instant:
    """When the agent noticed something, on the agent's own clocks."""

    wall: float
    """Seconds since 1970-01-01T00:00:00Z."""
    monotonic: float
    """Seconds of a clock that is never set; meaningful within one run of the agent only."""

    def later(self, by: float) -> Instant:
        """The same instant by a wall clock that was set by so many seconds."""
        return replace(self, wall=self.wall + by)


@dataclass(frozen=True, slots=True)
class Signal:
    """One reading of one machine signal."""

    wc_id: str
    key: str
    """The signal's name in the configuration."""
    value: SignalValue
    quality: Quality
    source_time: float | None
    """When the value was true at its source, in seconds since 1970 UTC; None where the protocol carries no time."""
    observed: Instant
    status: str = ""
    """The protocol's own word for a quality that is not good, such as `BadSensorFailure`."""


@dataclass(frozen=True, slots=True)
class Image:
    """Signals of one machine that were read together. Words that changed at one instant mean one thing together."""

    wc_id: str
    signals: tuple[Signal, ...]
    observed: Instant


@dataclass(frozen=True, slots=True)
class Link:
    """The connection to a machine came up, is alive, or was lost.

    A driver says `up=True` once every configured signal has had its first reading, and again at least every second of
    its own time while the device answers, changed values or not: silence is then told apart from "nothing changed".
    """

    wc_id: str
    device: str
    """What was lost or found, `plc` or `scanner`."""
    up: bool
    observed: Instant
    reason: str = ""
    reader: str = ""
    """Name of the reader in the configuration, of which a work center may have several; empty for a machine."""


@dataclass(frozen=True, slots=True)
class Controller:
    """What a machine's controller says of itself: first of all on each new connection, and now and then."""

    wc_id: str
    observed: Instant
    started: float | None = None
    """When it says that it started, in seconds since 1970 UTC by its own clock; None where it does not tell."""
    ahead_s: float | None = None
    """Seconds by which its clock is ahead of ours; None where it does not tell."""


@dataclass(frozen=True, slots=True)
class Scan:
    """One code read by a barcode reader or typed in its place. Always text: leading zeros and case are kept."""

    wc_id: str
    text: str
    observed: Instant
    reader: str
    """Name of the reader in the configuration, or `TERMINAL`."""
    manual: bool = False
    """Typed by hand rather than read."""
    client_id: str | None = None
    """Made by the sender over the local API; a repeat gets the stored answer."""
    badge: str | None = None
    """Digest of a badge's text under the site's key, which `text` no longer holds then."""
    trusted: bool = True
    """Whether badges and command cards are taken from where it came."""
    flaw: ScanFlaw | None = None
    """Why it is no whole code; `text` is empty then, as what was read may be a part of anything, or `(badge)`."""
    actor: str | None = None
    """Whose session it came in; None where whoever signed on last acts."""

    @property
    def way(self) -> Literal["scan", "manual"]:
        """How it was entered, as facts say it."""
        return "manual" if self.manual else "scan"


@dataclass(frozen=True, slots=True)
class Entry:
    """What an operator or a plant's script enters: an action with its arguments."""

    wc_id: str
    action: str
    arguments: dict[str, str]
    observed: Instant
    client_id: str
    """Made by the sender; a repeat after a lost answer gets the stored answer and makes no second fact."""
    actor: str | None = None
    role: EntryRole = "operator"
    """What the sender says that the actor may do; believed where no directory of operators is known. `mes`: it is a
    command of the MES."""
    auth: Literal["entry", "pin", "session"] = "entry"
    """pin: the agent itself saw to it that the actor knows its PIN. session: it came in the actor's session, so that a
    lock holds it up. No sender can say so."""


@dataclass(frozen=True, slots=True)
class Directive:
    """Something the MES owns and sent: the tail of a `dir/…` or `cmd/…` topic and its payload."""

    wc_id: str | None
    """None where it concerns the whole agent or site."""
    name: str
    """Such as `orders/PO-1001`, `reasons` or `cmd/replay`."""
    payload: bytes
    """Empty withdraws the object."""
    observed: Instant
    client_id: str | None = None
    """For a command its id: a repeat gets the stored answer."""
    refused: str = ""
    """Why the agent could not do what a command asks; empty where it did, or where it is a word to the desk alone."""


@dataclass(frozen=True, slots=True)
class Started:
    """The agent began to watch. What happened since the last snapshot nobody saw (domain.md R17)."""

    wc_id: str | None
    """None tells it to the agent's own desk, once for all work centers."""
    observed: Instant
    instance: str
    """Names this run of the agent."""
    down_since: float | None = None
    """The last sign of life in the journal, in seconds since 1970 UTC; None at the very first start."""


@dataclass(frozen=True, slots=True)
class Stopping:
    """The agent was told to stop."""

    wc_id: None
    observed: Instant


@dataclass(frozen=True, slots=True)
class Finding:
    """Journal or delivery found out something about themselves that somebody must look at."""

    wc_id: None
    key: str
    """Names the happening; the same one told again makes no second fact."""
    discrepancy: Discrepancy
    observed: Instant
    client_id: str


@dataclass(frozen=True, slots=True)
class Reckoned:
    """What facts of one work center add up to, by the journal itself."""

    wc_id: None
    center: str
    """The work center."""
    scope: Literal["shift", "day", "request", "figures"]
    """figures: as far as the MES had them when it made its figures of a shift."""
    key: str
    """Names the stretch, as the desk asked for it; `{business_date}/{shift_id}` for figures."""
    rev: str
    """Of the figures; empty for others."""
    start: str
    end: str
    ranges: tuple[Range, ...]
    facts: int
    by_type: dict[str, int]
    rows: tuple[DigestRow, ...]
    ids_chain: str
    complete: bool
    observed: Instant
    client_id: str


@dataclass(frozen=True, slots=True)
class Storage:
    """The space that is left for facts is at another level."""

    wc_id: None
    level: StorageLevel
    free_bytes: int
    """Free on the disk."""
    journal_bytes: int
    """Used by the journal."""
    observed: Instant


@dataclass(frozen=True, slots=True)
class Configured:
    """The configuration was read, and from here on everybody goes by it, but for what needs a restart."""

    wc_id: None
    read: Fingerprint
    cause: ConfigCause
    needs_restart: tuple[str, ...]
    """Keys that are in force with the next start only."""
    observed: Instant


@dataclass(frozen=True, slots=True)
class Resetting:
    """The work center's settings are about to be others: what was counted by the present ones becomes facts first."""

    wc_id: str
    observed: Instant


@dataclass(frozen=True, slots=True)
class ClockStep:
    """The agent's wall clock was set; whatever was noticed before is by the old time (domain.md R24)."""

    wc_id: str | None
    """None where it is told to the agent itself."""
    by: float
    """Seconds that it is later now; negative where it was set back."""
    observed: Instant
    """By the new time."""


@dataclass(frozen=True, slots=True)
class Tick:
    """Time passed and nothing else."""

    wc_id: str | None
    """None tells it to the agent's own desk."""
    observed: Instant
