"""Which samples are due: what the MES's sampling rules come to (requirements 33 to 35, 68).

| rule | samples that are due in all |
|---|---|
| `once` | one, from the start of the operation |
| `first_piece` | one, from the first part on; one made before it counts |
| `last_piece` | one, of the last part: any part made after a sample asks for another, at the latest on completion |
| `every_unit` | one for each part made; one made before its part is counted counts |
| `every_n` | one for each n parts made |
| `per_shift` | one for each shift in which the operation is in progress |
| `per_lot` | one for each lot of the component that is loaded |

Parts made are those that are good, scrap or in rework. Any other sample beyond what is due is a check like
any other and makes up for none to come.
"""

from __future__ import annotations

from dataclasses import dataclass

from agent.core.directories import Directories
from agent.core.directories.copies import in_force
from agent.core.directories.items import Characteristic
from agent.core.facts import ShiftKeys
from agent.core.materials.materials import LoadedLot
from agent.core.quality.quality import Quality, Sampled, Samples
from agent.core.state import StationState
from agent.core.turn import Turn
from agent.core.values import replace

ANY_TIME = frozenset({"once", "first_piece"})
"""Rules by which one sample counts whenever it is made."""
NO_CALENDAR = "-"
"""The one shift of a plant without a calendar."""


@dataclass(frozen=True, slots=True)
class DueCheck:
    """A characteristic of which samples are to be checked now."""

    check: Characteristic
    limits_version: str
    samples: int
    """So many are due."""
    lots: tuple[str, ...] = ()
    """The lots that it is due of, where it is due for each lot."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an operation has come, as far as sampling rules ask."""

    samples: Samples
    quality: Quality
    made: int
    planned: int
    """Zero where nobody said how many."""
    shift: str | None
    """In which it is in progress; None outside every shift and while it is paused."""
    lots: tuple[LoadedLot, ...]
    completing: bool = False
    """There will be no more parts."""

    def due(self, check: Characteristic, limits_version: str) -> DueCheck:
        """What is due of a characteristic; no samples where nothing is."""
        if check.sampling == "per_lot":
            lots = tuple(lot.lot_id for lot in self.lots if check.component in {None, lot.item_id})
            open_lots = tuple(lot for lot in lots if not self.quality.has_lot(check.check_id, lot))
            return DueCheck(check, limits_version, len(open_lots), open_lots)
        sampled = self.samples.of(check.check_id)
        if check.sampling == "last_piece":
            over = self.completing or 0 < self.planned <= self.made
            return DueCheck(check, limits_version, int(over and self.made > 0 and sampled.made != self.made))
        return DueCheck(check, limits_version, max(self._in_all(check) - sampled.settled, 0))

    def settled(self, check: Characteristic, samples: int) -> Sampled:
        """The characteristic with so many of its samples checked or skipped, as far as they were due."""
        sampled = self.samples.of(check.check_id)
        if check.sampling == "last_piece":
            return replace(sampled, settled=sampled.settled + samples, made=self.made)
        settled = sampled.settled + samples
        if check.sampling != "every_unit":
            settled = min(settled, max(self._in_all(check), int(check.sampling in ANY_TIME), sampled.settled))
        return replace(sampled, settled=settled, made=self.made)

    def with_shift(self) -> Samples:
        """The samples with the present shift among those in which the operation was in progress."""
        if self.shift is None or self.shift == self.samples.shift:
            return self.samples
        return replace(self.samples, shifts=self.samples.shifts + 1, shift=self.shift)

    def _in_all(self, check: Characteristic) -> int:
        match check.sampling:
            case "once":
                return 1
            case "first_piece":
                return int(self.made > 0)
            case "every_unit":
                return self.made
            case "every_n":
                return self.made // check.every
            case "per_shift":
                return self.with_shift().shifts
            case "last_piece" | "per_lot":
                return 0


@dataclass(frozen=True, slots=True)
class Plan:
    """The characteristics that are checked at an operation."""

    limits_version: str
    checks: tuple[Characteristic, ...]

    def find(self, check_id: str) -> Characteristic | None:
        """The characteristic of this id."""
        return next((check for check in self.checks if check.check_id == check_id), None)


NO_PLAN = Plan("", ())


def plan_of(directories: Directories, item_id: str | None, op_no: str | None, at: float) -> Plan:
    """What is checked of an item at an operation by the version in force at an instant."""
    published = None if item_id is None else directories.checks.get(item_id)
    version = None if published is None else in_force(published.versions, at)
    if version is None:
        return NO_PLAN
    return Plan(version.limits_version, tuple(one for one in version.checks if one.op_no in {None, op_no}))


def plan_here(of: Turn | StationState, directories: Directories) -> Plan:
    """What is checked at the operation in progress: by the version that was in force when it began."""
    operation = of.operations.current
    if operation is None:
        return NO_PLAN
    return plan_of(directories, operation.item_id, operation.op_no, operation.started)


def progress(of: Turn | StationState, *, completing: bool = False) -> Progress | None:
    """How far the operation in progress has come; None where there is none."""
    operation = of.operations.current
    if operation is None:
        return None
    samples, cums = of.quality.samples, of.output.cums
    if samples is None or (samples.order_id, samples.op_no) != (operation.order_id, operation.op_no):
        samples = Samples(operation.order_id, operation.op_no)
    return Progress(
        samples=samples,
        quality=of.quality,
        made=cums.good + cums.scrap + cums.rework,
        planned=int(operation.qty_planned),
        shift=_key(of.schedule.shift) if operation.status == "in_progress" else None,
        lots=of.materials.loaded,
        completing=completing,
    )


def due_checks(of: Turn | StationState, directories: Directories, *, completing: bool = False) -> tuple[DueCheck, ...]:
    """The checks that are due at the operation in progress."""
    how_far = progress(of, completing=completing)
    if how_far is None:
        return ()
    plan = plan_here(of, directories)
    found = (how_far.due(check, plan.limits_version) for check in plan.checks)
    return tuple(one for one in found if one.samples)


def _key(shift: ShiftKeys | None) -> str | None:
    if shift is None:
        return NO_CALENDAR
    return None if shift.shift_id is None else f"{shift.business_date}/{shift.shift_id}"
