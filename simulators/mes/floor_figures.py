"""Figures of materials, units, quality and people, as values. `simulators.mes.folding` does the adding."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from simulators.mes.facts import NO_ORDER, Operation, ShiftKey

NONE = Decimal(0)


@dataclass(frozen=True, slots=True)
class Consumption:
    """What one operation used of one lot of an item, or of one component with a serial."""

    operation: Operation
    item_id: str | None
    lot_id: str | None
    serial: str | None
    uom: str
    qty: Decimal = NONE
    over: Decimal = NONE
    """What of it is over the norm."""
    bom_line: str | None = None
    substitute_for: str | None = None
    """Item that it stood in for."""
    reasons: tuple[str, ...] = ()
    """Why it is over, or a substitute."""


@dataclass(frozen=True, slots=True)
class Norm:
    """Use of one component of the bill of materials against what that allows."""

    operation: Operation
    item_id: str | None
    """The component, whatever stood in for it."""
    bom_line: str | None
    uom: str
    used: Decimal = NONE
    norm: Decimal | None = None
    """For what was made so far; None without a bill of materials."""
    over: Decimal = NONE


@dataclass(frozen=True, slots=True)
class Movement:
    """Material brought to the line or back."""

    movement_id: str
    kind: str
    """`issued` or `returned`."""
    state: str
    """proposed, confirmed or rejected."""
    operation: Operation
    item_id: str | None
    lot_id: str | None
    qty: Decimal
    uom: str
    from_place: str
    to_place: str
    proposed_at: datetime
    actor: str | None = None
    reason: str | None = None
    """Of the rejection, else of the movement."""


@dataclass(frozen=True, slots=True)
class LotFigures:
    """A lot as far as it was at the work center."""

    lot_id: str
    item_id: str | None = None
    loads: int = 0
    loaded: bool = False
    consumed: Decimal = NONE
    left: Decimal | None = None
    """As told when it was taken away."""
    place: str | None = None
    check_result: str | None = None
    """Of the last load."""
    validated: str | None = None
    split_into: Mapping[str, Decimal] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Component:
    """A component that is in a unit or a lot."""

    item_id: str | None
    lot_id: str | None
    serial: str | None = None
    qty: Decimal | None = None
    """None where nobody said how much."""
    uom: str | None = None


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit with a serial."""

    serial: str
    item_id: str | None = None
    operation: Operation = NO_ORDER
    pass_no: int = 1
    outcome: str | None = None
    """good, scrap or rework, whichever was told last; None where it was only linked or numbered."""
    right_first_time: bool = True
    """Never sent to rework, found nonconforming or rejected."""
    components: tuple[Component, ...] = ()
    """That are in it now."""
    removed: tuple[Component, ...] = ()
    """That were taken out again."""


@dataclass(frozen=True, slots=True)
class Units:
    """Genealogy both ways."""

    units: Mapping[str, Unit] = field(default_factory=dict)
    lots_made: Mapping[str, tuple[Component, ...]] = field(default_factory=dict)
    """Lot that was made to what went into it."""
    used_in: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Component lot to the units and lots that it is in."""
    first_pass_yield: Decimal | None = None
    """Share of the units that were right first time; None without units."""


@dataclass(frozen=True, slots=True)
class CheckFigures:
    """A check that was made or skipped."""

    time: datetime
    operation: Operation
    check_id: str
    kind: str
    characteristic: str
    result: str
    """pass, fail or skipped."""
    value: Decimal | None = None
    uom: str | None = None
    lot_id: str | None = None
    serial: str | None = None
    pass_no: int = 1
    defect_code: str | None = None
    reason: str | None = None
    """Why it was skipped."""
    actor: str | None = None


@dataclass(frozen=True, slots=True)
class Hold:
    """Something that is not to be used or gone on with."""

    hold_id: str
    target: str
    target_id: str
    reason: str | None
    placed_at: datetime
    released_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Nonconformance:
    """What does not conform, and what became of it."""

    nc_id: str
    operation: Operation
    qty: Decimal
    uom: str
    serial: str | None
    lot_id: str | None
    defect_code: str
    cause: str | None
    dispositions: tuple[str, ...] = ()
    """All that were decided; the last one holds."""
    decided_by: str | None = None
    corrective_action: str | None = None

    @property
    def disposition(self) -> str | None:
        """The one that holds, None while nobody decided."""
        return self.dispositions[-1] if self.dispositions else None


@dataclass(frozen=True, slots=True)
class Labor:
    """What one person worked on one operation in one shift."""

    operator_id: str
    operation: Operation
    shift: ShiftKey | None
    activity: str
    seconds: Decimal = NONE
    crew_id: str | None = None


@dataclass(frozen=True, slots=True)
class DeviationFigures:
    """Something was done otherwise than the plan says."""

    time: datetime
    operation: Operation
    kind: str
    expected: str
    actual: str
    reason: str | None
    rule: str | None = None
    actor: str | None = None


@dataclass(frozen=True, slots=True)
class Floor:
    """Everything of a work center beyond machine, quantities and stops."""

    consumption: tuple[Consumption, ...] = ()
    norms: tuple[Norm, ...] = ()
    movements: tuple[Movement, ...] = ()
    lots: Mapping[str, LotFigures] = field(default_factory=dict)
    units: Units = field(default_factory=Units)
    checks: tuple[CheckFigures, ...] = ()
    holds: tuple[Hold, ...] = ()
    nonconformances: tuple[Nonconformance, ...] = ()
    labor: tuple[Labor, ...] = ()
    signed_on: tuple[str, ...] = ()
    """Who is at the work center now, who came first first."""
    deviations: tuple[DeviationFigures, ...] = ()
