"""What is known of each unit: one record among the claims, of a bounded size whatever happens to it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, TypeAlias

from agent.core.actions import Asked, Claims
from agent.core.errors import EntryRefusedError
from agent.core.facts import Child, NcDisposition
from agent.core.records import Records
from agent.core.turn import Turn
from agent.core.values import replace

UnitStatus: TypeAlias = Literal["assigned", "component", "made", "nonconforming", "in_rework", "scrapped"]
"""assigned: it has its serial and nothing else. component: known only as a part of another unit."""
MOST_TAKEN = 40
"""Operations at which one unit is taken."""
MOST_COMPONENTS = 60
"""Components linked to one unit one by one."""
MOST_LOTS = 40
"""Loaded lots that are remembered of a unit; the facts name all of them."""


@dataclass(frozen=True, slots=True)
class Nc:
    """A nonconformance of a unit, of parts without a serial, or of a lot."""

    nc_id: str
    defect_code: str
    cause: str | None
    place: str
    order_id: str | None
    op_no: str | None
    qty: Decimal
    left: Decimal
    """What is not settled of it."""
    in_rework: bool
    """It stands among the rework of its operation; not so where it is material, or a component."""
    pass_no: int
    disposition: NcDisposition | None
    at: float
    serial: str | None = None
    lot_id: str | None = None
    lot_out: str | None = None
    """The lot that it was made in, whose quantities it stays in."""


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit, or a component with a serial of its own."""

    status: UnitStatus
    item_id: str | None = None
    order_id: str | None = None
    op_no: str | None = None
    """The operation that it was taken at last, whose quantities it is in."""
    pass_no: int = 1
    lot_out: str | None = None
    """The lot that it was made in."""
    counted: bool = False
    """It is one part of the quantities of that operation, counted by its serial."""
    taken: tuple[str, ...] = ()
    """Operations at which it was taken, `order/op`."""
    nc: Nc | None = None
    """The nonconformance that is open, or was last."""
    back: bool = False
    """It came back from rework, in this pass, and is not passed yet."""
    parent: str | None = None
    """The unit that it is in."""
    children: tuple[Child, ...] = ()
    """Components linked one by one, and lots loaded when it was taken."""
    at: float = 0.0
    by: str | None = None
    voided: int = 0
    """How often it was void that it had been taken."""

    def named(self, serial: str, pass_no: int) -> str:
        """Names a pass of it at its operation; taken again after that was void, it is another happening."""
        again = f"~{self.voided}" if self.voided else ""
        return f"{self.order_id}:{self.op_no}:{serial}:{pass_no}{again}"

    @property
    def serials_in_it(self) -> tuple[str, ...]:
        """Its components with serials of their own."""
        return tuple(child.serial for child in self.children if child.serial is not None)

    @property
    def sound(self) -> UnitStatus:
        """Its status once nothing is wrong with it."""
        return "component" if self.order_id is None else "made"

    def with_lots(self, lots: tuple[Child, ...]) -> Unit:
        """With the lots that were loaded when it was taken; of too many the last are remembered."""
        linked = tuple(child for child in self.children if child.serial is not None)
        known = tuple(child for child in self.children if child.serial is None and child not in lots)
        return replace(self, children=(*linked, *(*known, *lots)[-MOST_LOTS:]))


UNITS: Records[Unit] = Records("unit", Unit)
NCS: Records[Nc] = Records("nc", Nc)


def claims_of(asked: Asked, serial: str) -> Claims:
    """The claims that hold a unit, as this version and as the former one wrote them."""
    return (UNITS.key(asked.wc_id, serial), _former(asked.wc_id, serial)) if serial else ()


def find(turn: Turn, serial: str) -> Unit | None:
    """What is known of a unit. The observation must have asked for `claims_of` it."""
    known = UNITS.find(turn, turn.wc_id, serial)
    if known is not None:
        return known
    lines = [line for line in (turn.claim(_former(turn.wc_id, serial)) or "").split("\n") if line]
    if not lines:
        return None
    order_id, _, op_no = lines[-1].rpartition("/")
    counted = turn.setup.machine.output.count_by == "serial"
    return Unit("made", order_id=order_id, op_no=op_no, counted=counted, taken=tuple(lines[-MOST_TAKEN:]))


def keep(turn: Turn, serial: str, unit: Unit) -> None:
    """Store what is known of it now."""
    UNITS.keep(turn, unit, turn.wc_id, serial)


def known(turn: Turn, serial: str) -> Unit:
    """A unit that must be known here.

    Raises:
        EntryRefusedError: it is not.
    """
    unit = find(turn, serial)
    if unit is None:
        raise EntryRefusedError("UNKNOWN_UNIT", f"Unit {serial} is not known here. Scan it at its operation first.")
    return unit


def pass_under_way(turn: Turn, serial: str) -> int:
    """Which pass a unit is in: 1 at first, one more for each time it is reworked."""
    unit = find(turn, serial)
    if unit is None:
        return 1
    return unit.pass_no + (unit.status == "in_rework")


def _former(wc_id: str, serial: str) -> str:
    return f"serial:{wc_id}:{serial}"
