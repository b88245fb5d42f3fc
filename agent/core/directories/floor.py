"""What changes often on the floor and is mastered by the MES: lots, people, resources; and the MES's own figures."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal, Self, TypeAlias

from pydantic import Field, ValidationInfo, model_validator

from agent.core.directories.codes import tell_apart
from agent.core.directories.copies import NO_TEXTS, Code, Copy, Moment, Name, Part, Texts, is_strict
from agent.core.facts import OperationStatus
from agent.core.people.pins import PinText

LotStatus: TypeAlias = Literal["planned", "in_process", "restricted", "unrestricted", "closed"]
"""ISA-95 disposition of a lot; restricted lots are on hold. Not the disposition of a nonconformance."""


class Lot(Copy):
    """A lot of material."""

    lot_id: Code
    item_id: Code
    status: LotStatus = "unrestricted"
    qty: Annotated[Decimal, Field(ge=0)] | None = None
    """What is left of it, by the accounts of its owner."""
    uom: Code | None = None
    expires: Moment | None = None
    received: Moment | None = None
    """For first in, first out."""
    place: Code | None = None


class LicensePlate(Copy):
    """What a logistic unit, such as a pallet, holds: one lot of material."""

    lpn: Code
    """License plate: the SSCC of 18 digits, or what stands behind the data identifier J or 1J."""
    item_id: Code
    lot_id: Code
    qty: Annotated[Decimal, Field(gt=0)]
    """In it by the accounts of its owner."""
    uom: Code


class Operator(Part):
    """A person who works here."""

    operator_id: Code
    name: Name
    roles: Annotated[tuple[Code, ...], Field(max_length=10)] = ("operator",)
    """operator, supervisor, quality, maintenance and the plant's own."""
    crew_id: Code | None = None
    badge_hmac: Annotated[str, Field(pattern="^[0-9a-f]{64}$")] | None = None
    """HMAC-SHA256 of the badge's text in UTF-8 under the site's key, in hexadecimal (docs/people.md)."""
    pin_scrypt: PinText | None = None
    """scrypt (RFC 7914) of the PIN under the site's key (docs/people.md)."""
    language: Annotated[str, Field(max_length=8)] | None = None

    @model_validator(mode="before")
    @classmethod
    def _keyed(cls, said: object, info: ValidationInfo) -> object:
        if is_strict(info) and isinstance(said, dict) and "badge_sha256" in said:
            raise ValueError("badge_sha256 can be guessed without a key; expected badge_hmac, see docs/people.md")
        return said


class Operators(Copy):
    """The people who may sign on."""

    operators: Annotated[tuple[Operator, ...], Field(max_length=1000)]

    @model_validator(mode="after")
    def _consistent(self, info: ValidationInfo) -> Self:
        if is_strict(info):
            tell_apart("operators", [one.operator_id for one in self.operators])
            badges: dict[str, str] = {}
            for one in self.operators:
                other = one.badge_hmac and badges.setdefault(one.badge_hmac, one.operator_id)
                if other and other != one.operator_id:
                    raise ValueError(f"operators '{other}' and '{one.operator_id}' have one badge")
        return self


class Resource(Part):
    """A tool, a crew or a work center, and whether it can be used now (requirement 76)."""

    resource_id: Code
    kind: Literal["work_center", "tool", "crew", "other"]
    available: bool = True
    text: Texts = NO_TEXTS


class Resources(Copy):
    """The resources of the floor."""

    resources: Annotated[tuple[Resource, ...], Field(max_length=500)]

    @model_validator(mode="after")
    def _consistent(self, info: ValidationInfo) -> Self:
        if is_strict(info):
            for kind in dict.fromkeys(resource.kind for resource in self.resources):
                tell_apart("resources", [one.resource_id for one in self.resources if one.kind == kind])
        return self


class FigureRow(Part):
    """What the MES holds of one order, operation, produced lot and shift; null is what it does not say."""

    order_id: Code | None = None
    op_no: Code | None = None
    lot_id: Code | None = None
    status: OperationStatus | None = None
    """Execution status of the operation as told last in the shift, else the one that the shift began with."""
    facts: Annotated[int, Field(ge=0)] | None = None
    qty_good: Decimal | None = None
    qty_scrap: Decimal | None = None
    qty_rework: Decimal | None = None
    consumed: Annotated[dict[Code, Decimal], Field(max_length=100)] | None = None
    """Item to quantity, of all items that were used."""


class Figures(Copy):
    """What the MES makes of a shift of a work center, for comparison (requirement 98)."""

    business_date: date
    shift_id: Code
    through: Annotated[int, Field(ge=0)] | None = None
    """The sequence up to which it had everything then."""
    epoch: Code | None = None
    rows: Annotated[tuple[FigureRow, ...], Field(max_length=200)]
