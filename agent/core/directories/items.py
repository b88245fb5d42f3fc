"""Items, bills of materials, norms and control characteristics, each in versions that are switched by effectivity."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Literal, Self, TypeAlias

from pydantic import AfterValidator, Field, ValidationInfo, model_validator

from agent.core.directories.codes import tell_apart
from agent.core.directories.copies import NO_TEXTS, Code, Copy, Part, Texts, Version, check_versions, is_strict
from agent.core.facts import Sampling

Issuer: TypeAlias = Literal["external", "mes", "agent"]
"""Who issues the number of a lot or a unit (requirement 54)."""
Quantity: TypeAlias = Annotated[Decimal, Field(gt=0, le=1_000_000)]
CheckKind: TypeAlias = Literal["incoming", "in_process", "final"]


def _checked_pattern(value: str) -> str:
    try:
        re.compile(value)
    except re.error as error:
        raise ValueError(f"expected a regular expression: {error}") from None
    return value


def _checked_gtin(value: str, info: ValidationInfo) -> str:
    digits = [int(digit) for digit in value]
    if is_strict(info) and (3 * sum(digits[0::2]) + sum(digits[1::2])) % 10:
        raise ValueError(f"'{value}' has a wrong check digit; expected a GTIN as labels have it")
    return value


class Package(Part):
    """A level of packaging of an item, as its labels name it."""

    gtin: Annotated[str, Field(pattern="^[0-9]{14}$"), AfterValidator(_checked_gtin)]
    """Global Trade Item Number, with leading zeros to 14 digits."""
    holds: Quantity | None = None
    """How much of the item one package holds, in the item's unit; null for the item by the piece."""


class Item(Copy):
    """Something that is made or used up."""

    item_id: Code
    text: Texts = NO_TEXTS
    uom: Code
    lot_issuer: Issuer = "external"
    serial_issuer: Issuer = "agent"
    lot_pattern: Annotated[str, Field(max_length=200), AfterValidator(_checked_pattern)] | None = None
    """Regular expression that lots of this item match as a whole."""
    serial_pattern: Annotated[str, Field(max_length=200), AfterValidator(_checked_pattern)] | None = None
    """The same for the serials of its units."""
    gtins: Annotated[tuple[Package, ...], Field(max_length=20)] = ()
    """What GS1 labels call it, by the piece and in each level of packaging."""

    @model_validator(mode="after")
    def _consistent(self, info: ValidationInfo) -> Self:
        if is_strict(info):
            tell_apart("GTINs", [one.gtin for one in self.gtins])
        return self


class Substitute(Part):
    """An item that may stand in for a component (requirement 27)."""

    item_id: Code
    coefficient: Quantity = Decimal(1)
    """How much of it stands in for one of the component."""
    approved: bool = True
    reason_required: bool = True


class BomLine(Part):
    """One component."""

    line: Code
    item_id: Code
    qty_per: Quantity
    """For one item made."""
    uom: Code
    op_no: Code | None = None
    """The operation at which it is used; any where none is given."""
    mode: Literal["entered", "by_output", "unit"] = "by_output"
    """entered: people say how much. by_output: `qty_per` for each part made. unit: with each unit scanned."""
    lot_required: bool = True
    tolerance_pct: Annotated[Decimal, Field(ge=0, le=1000)] = Decimal(0)
    """How far over the norm is no discrepancy yet."""
    substitutes: Annotated[tuple[Substitute, ...], Field(max_length=20)] = ()


class BomVersion(Version):
    """A version of a bill of materials."""

    bom_version: Code
    lines: Annotated[tuple[BomLine, ...], Field(max_length=100)]

    @model_validator(mode="after")
    def _consistent(self, info: ValidationInfo) -> Self:
        if is_strict(info):
            tell_apart("lines", [line.line for line in self.lines])
            items = [line.item_id for line in self.lines]
            items += [substitute.item_id for line in self.lines for substitute in line.substitutes]
            tell_apart("items", items, once=False)
        return self


class Bom(Copy):
    """The bill of materials of an item."""

    item_id: Code
    versions: Annotated[tuple[BomVersion, ...], Field(min_length=1, max_length=20)]

    @model_validator(mode="after")
    def _consistent(self, info: ValidationInfo) -> Self:
        if is_strict(info):
            check_versions("bill of materials", [(one.bom_version, one) for one in self.versions])
        return self

    def named_versions(self) -> Mapping[str, Version]:
        """By their names."""
        return {one.bom_version: one for one in self.versions}


class NormVersion(Version):
    """Planned times of one operation of an item."""

    norm_version: Code
    op_no: Code
    cycle_s: Annotated[Decimal, Field(ge=Decimal("0.001"), le=1_000_000)] | None = None
    setup_s: Annotated[Decimal, Field(ge=0, le=1_000_000)] | None = None
    labor_s: Annotated[Decimal, Field(ge=0, le=1_000_000)] | None = None
    """Of all persons together, for one item."""


class Norms(Copy):
    """Planned times of an item."""

    item_id: Code
    versions: Annotated[tuple[NormVersion, ...], Field(min_length=1, max_length=50)]
    """Of all its operations."""

    def of(self, op_no: str) -> tuple[NormVersion, ...]:
        """Those of one operation."""
        return tuple(version for version in self.versions if version.op_no == op_no)

    @model_validator(mode="after")
    def _consistent(self, info: ValidationInfo) -> Self:
        if is_strict(info):
            operations = dict.fromkeys(version.op_no for version in self.versions)
            tell_apart("operations", operations)
            for op_no in operations:
                check_versions(f"norm of operation {op_no}:", [(one.norm_version, one) for one in self.of(op_no)])
        return self

    def named_versions(self) -> Mapping[str, Version]:
        """By their names, each operation's apart."""
        return {f"{one.norm_version} of operation {one.op_no}": one for one in self.versions}


class RouteStep(Part):
    """One operation of a route."""

    op_no: Code
    text: Texts = NO_TEXTS
    work_centers: Annotated[tuple[Code, ...], Field(max_length=50)] = ()
    """Where it is done, alternatives included."""
    mandatory: bool = True
    setup: Texts = NO_TEXTS
    """How to set up for it, for the operator."""
    setup_parts: Annotated[int, Field(ge=1, le=1000)] | None = None
    """Good parts that end a setup which its start began; as configured where it is not given."""


class RouteVersion(Version):
    """A version of a route."""

    route_version: Code
    steps: Annotated[tuple[RouteStep, ...], Field(min_length=1, max_length=100)]

    @model_validator(mode="after")
    def _consistent(self, info: ValidationInfo) -> Self:
        if is_strict(info):
            tell_apart("operations", [step.op_no for step in self.steps])
        return self


class Route(Copy):
    """The route of an item."""

    item_id: Code
    versions: Annotated[tuple[RouteVersion, ...], Field(min_length=1, max_length=20)]

    @model_validator(mode="after")
    def _consistent(self, info: ValidationInfo) -> Self:
        if is_strict(info):
            check_versions("route", [(one.route_version, one) for one in self.versions])
        return self

    def named_versions(self) -> Mapping[str, Version]:
        """By their names."""
        return {one.route_version: one for one in self.versions}


class Characteristic(Part):
    """What is checked, how often and within which limits (requirements 33 to 35)."""

    check_id: Code
    kind: CheckKind
    text: Texts = NO_TEXTS
    op_no: Code | None = None
    """The operation at which it is checked; any where none is given."""
    component: Code | None = None
    """Item of the component whose lots an incoming check is about."""
    uom: Code | None = None
    """Of a measured value; without it the check only passes or fails."""
    lower: Decimal | None = None
    upper: Decimal | None = None
    target: Decimal | None = None
    sampling: Sampling = "once"
    every: Annotated[int, Field(ge=1, le=1_000_000)] = 1
    """Parts between two samples, where the sampling is `every_n`."""
    mandatory: bool = False
    """The operation is not completed without it, or without a reason why it was skipped."""

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.lower is not None and self.upper is not None and self.lower > self.upper:
            raise ValueError(f"check '{self.check_id}': lower is {self.lower} and upper {self.upper}; expected no less")
        if self.uom is None and (self.lower, self.upper, self.target) != (None, None, None):
            raise ValueError(f"check '{self.check_id}' has limits and no uom; expected the unit that is measured in")
        return self


class CheckVersion(Version):
    """A version of the control characteristics of an item."""

    limits_version: Code
    checks: Annotated[tuple[Characteristic, ...], Field(max_length=50)]

    @model_validator(mode="after")
    def _consistent(self, info: ValidationInfo) -> Self:
        if is_strict(info):
            tell_apart("checks", [check.check_id for check in self.checks])
        return self


class CheckPlan(Copy):
    """The control characteristics of an item."""

    item_id: Code
    versions: Annotated[tuple[CheckVersion, ...], Field(min_length=1, max_length=20)]

    @model_validator(mode="after")
    def _consistent(self, info: ValidationInfo) -> Self:
        if is_strict(info):
            check_versions("check plan", [(one.limits_version, one) for one in self.versions])
        return self

    def named_versions(self) -> Mapping[str, Version]:
        """By their names."""
        return {one.limits_version: one for one in self.versions}
