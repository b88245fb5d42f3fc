"""What every fact and several families are made of (domain.md G1, G2)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, ClassVar, Literal, TypeAlias
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer


def plain(value: Decimal) -> str:
    """As it is published: digits with a point at most, no exponent and no negative zero."""
    return format(value or abs(value), "f")


Number: TypeAlias = Annotated[
    Decimal,
    PlainSerializer(plain, return_type=str, when_used="json"),
    Field(json_schema_extra={"pattern": r"^-?[0-9]+(\.[0-9]+)?$"}),
]
"""A decimal, which JSON tells as a text."""
Timestamp: TypeAlias = Annotated[str, Field(json_schema_extra={"format": "date-time"})]
PlannedKind: TypeAlias = Literal["no_shift", "break", "maintenance", "other"]
StopClass: TypeAlias = Literal["minor", "down", "setup", "external", "planned", "unknown"]
"""unknown: nobody watched and nobody has said what it was; it is no downtime until somebody does (domain.md R15)."""


class Block(BaseModel):
    """A part of a fact's data."""

    model_config = ConfigDict(frozen=True, defer_build=True, extra="forbid", use_attribute_docstrings=True)


class Keys(Block):
    """What the fact is about; every key that does not apply is null."""

    wc_id: str | None = None
    """Work center; null where the fact is about the agent itself."""
    order_id: str | None = None
    op_no: str | None = None
    item_id: str | None = None
    lot_id: str | None = None
    serial: str | None = None


class FactQuality(Block):
    """How the fact came about and how far its time may be believed."""

    origin: Literal["plc", "scanner", "operator", "rule", "mes"]
    execution_mode: Literal["production", "test", "simulation"]
    time_quality: Literal["good", "uncertain", "estimated"] = "good"
    entry: Literal["auto", "scan", "manual"] = "auto"
    entry_delay_s: Number | None = None
    """How long after it happened it was entered; null where that is the same instant, as far as anybody said."""


class Versions(Block):
    """Versions of the MES's objects in force when the fact was made (requirement 59)."""

    bom_version: str | None = None
    route_version: str | None = None
    norm_version: str | None = None
    reasons_rev: str | None = None


class ShiftKeys(Block):
    """The shift of a work center in which it happened (domain.md G2)."""

    shift_id: str | None
    """Null outside every shift."""
    business_date: str | None
    """Local date on which the shift began, YYYY-MM-DD."""
    crew_id: str | None
    planned: PlannedKind | None = None
    """The planned window in force; what runs in it runs outside the plan (domain.md R7)."""


class Reason(Block):
    """A code out of a directory; the code wins over any text."""

    code: str
    dir: str
    rev: str | None


class Counter(Block):
    """The raw counter behind a quantity, so that loss and doubling are provable (domain.md K17)."""

    name: str
    counter_run: int
    """Starts anew at 1 and grows by one whenever the counter itself starts anew."""
    raw_from: int
    raw_to: int


class Interval(Block):
    """From the instant before which everything was reported to the instant up to which this fact reports."""

    start: Timestamp
    end: Timestamp


class Deviation(Block):
    """What is otherwise than the plan says (requirement 42)."""

    kind: str
    expected: str
    actual: str
    reason: Reason | None


class FactData(Block):
    """What every fact says besides its own fields."""

    TYPE: ClassVar[str]
    """`family.name`; the CloudEvents type is `io.lineside.edge.{TYPE}.v1`."""
    DETAIL: ClassVar[bool] = False
    """May be shed while space is scarce; it gets no sequence then."""
    keys: Keys
    quality: FactQuality
    versions: Versions = Versions()
    shift: ShiftKeys | None = None
    """Null where no calendar is known."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact before it is committed; the journal adds sequence and recorded time."""

    id: UUID
    """UUIDv7, made once; every re-send keeps it."""
    data: FactData
    time: float
    """When it happened, in seconds since 1970 UTC."""
    observed: float
    """When the agent noticed."""
    natural_key: str
    """Names the happening itself; equal keys under different ids are a doubled fact (domain.md K20)."""
    correlation_id: str | None = None
    """Stop, operation execution or scan that it belongs to."""
    causation_id: str | None = None
    """Fact that brought it about."""
