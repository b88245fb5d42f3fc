"""Facts about stops and their segments (domain.md C)."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal, TypeAlias

from agent.core.facts.blocks import Block, FactData, Number, Reason, ShiftKeys, StopClass, Timestamp
from agent.core.machine.conditions import Condition, Mode

Cut: TypeAlias = Literal["shift", "order", "planned", "mode", "split", "merge"]


class SegmentData(Block):
    """A part of a stop that lies within one shift, one order and one planned window, with a reason of its own.

    The segments of a stop follow each other without a gap and sum exactly to it.
    """

    segment_id: str
    """`{stop_id}.{number}`; the segment that was told last under an id holds."""
    segment_class: StopClass
    start: Timestamp
    end: Timestamp | None
    shift: ShiftKeys | None
    order_id: str | None
    op_no: str | None
    reason: Reason | None
    inherited: Literal["shift", "break", "recent"] | None = None
    """The reason is that of the segment before a shift change or a break (domain.md R8), or of the stop just before
    (domain.md R14), and nobody has confirmed it yet."""
    rule_id: str | None = None
    """The rule that gave the reason, where no person did."""
    comment: str = ""


class StopData(FactData):
    """A stop as it stands."""

    stop_id: str
    stop_class: StopClass
    condition: Condition
    mode: Mode
    machine_reasons: tuple[str, ...]
    """Alarm codes of the machine, the first one out first, word for word."""
    start: Timestamp
    end: Timestamp | None = None
    duration_s: Number | None = None
    bridged: bool = False
    """Goes on through a gap after which the machine stood as before and had counted nothing (domain.md R15)."""
    end_uncertain: bool = False
    """It ended somewhere in a gap; `end` is the last instant at which it was seen."""
    reason: Reason | None = None
    """Of its last segment."""
    test_run_s: Number = Decimal(0)
    """Seconds within the stop in which the machine ran without ending it (domain.md R13)."""
    segments: tuple[SegmentData, ...] = ()
    """Those that are new or changed by this fact; for the rest holds what was told before. Of a closed stop all."""


class StopOpened(StopData):
    """A standstill lasted long enough to be a stop (domain.md R3)."""

    TYPE = "stop.opened"


class StopUpgraded(StopData):
    """The same stop outlasted the longest minor stop (domain.md R5)."""

    TYPE = "stop.upgraded"


class StopClosed(StopData):
    """The stop is over, and consists of these segments.

    What else was told of it never was: it was cut behind its end, or told by another time before the clock was set.
    Only of a stop of very many segments those before the first one here stay as they were told.
    """

    TYPE = "stop.closed"


class StopSegmented(FactData):
    """A stop has other segments from now on: cut at a boundary by a rule, or edited by a person (domain.md R7, R20)."""

    TYPE = "stop.segmented"
    stop_id: str
    cause: Cut
    before: tuple[SegmentData, ...]
    """The segments that are replaced; empty where a rule only adds one."""
    segments: tuple[SegmentData, ...]
    """New or changed ones. Of `before` those whose id does not stand here are gone."""
    actor: str | None
    comment: str


class StopMerged(FactData):
    """Two stops were one, says a supervisor; the second is void and the first lasts until its end (domain.md R20)."""

    TYPE = "stop.merged"
    stop_id: str
    """The stop that is left."""
    void_stop_id: str
    start: Timestamp
    end: Timestamp
    segments: tuple[SegmentData, ...]
    """All of them."""
    actor: str | None
    comment: str


class StopEdited(FactData):
    """The times of a stop that a person entered were wrong; those of a machine are never edited (domain.md R20)."""

    TYPE = "stop.edited"
    stop_id: str
    start_before: Timestamp
    end_before: Timestamp
    start: Timestamp
    end: Timestamp
    segments: tuple[SegmentData, ...]
    actor: str | None
    comment: str


class StopCorrected(StopData):
    """The stop as it stands since the machine's history of a gap was read: it began earlier there, or ended later.

    What else was told of its times never was; the segments here are all. A stop without an end is open again.
    """

    TYPE = "stop.corrected"
    actor: str
    """The rule, `rule:backfill`."""
    correction_reason: Reason


class StopVoided(FactData):
    """There was no such stop, as the machine's history of a gap shows; nothing follows under its id."""

    TYPE = "stop.voided"
    stop_id: str
    start: Timestamp
    end: Timestamp | None
    goes_on_in: str | None
    """The stop that it is a part of, where it is one."""
    actor: str
    """The rule, `rule:backfill`."""
    correction_reason: Reason


class StopReasonSet(FactData):
    """A person, or a rule, gave a segment of a stop its reason. The reasons before it stay in the facts before it."""

    TYPE = "stop.reason_set"
    stop_id: str
    segment_id: str
    reason: Reason
    prev_reason: Reason | None
    inherited: Literal["shift", "break", "recent"] | None = None
    rule_id: str | None = None
    """The rule that gave it; null where a person did."""
    actor: str | None
    comment: str = ""
    late: bool = False
    """Given after the shift in which the segment ended (domain.md R21)."""
