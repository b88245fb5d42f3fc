"""Serials that are issued here (requirements 54, 55): by the site's template, or out of a range that the MES sent.

Whose numbers a unit gets is the item's: where they come from elsewhere, none is issued here. None is given twice: the
template's number is part of the station's state and never falls, the range's is kept with its operation.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from agent.core import arguments
from agent.core.actions import Action, Actions, Asked, Claims
from agent.core.directories import Directories
from agent.core.directories.orders import SerialRange
from agent.core.discrepancies.discrepancies import Discrepancy
from agent.core.errors import EntryRefusedError
from agent.core.facts import Fact, OutputRecorded, SerialAssigned
from agent.core.observations import Entry
from agent.core.orders import plan
from agent.core.orders.operations import Operation
from agent.core.sentences import say
from agent.core.station_setup import Setup
from agent.core.turn import Turn
from agent.core.units import making, unit_records
from agent.core.units.unit_records import Unit, UnitStatus
from agent.core.units.unit_settings import rendered
from agent.core.units.units import Units
from agent.core.values import replace

MOST_AT_ONCE = 500
"""Units that get serials with one observation of a counter."""
MOST_AHEAD = 40
"""Numbers not given yet of which a label may be scanned before its part is counted."""
SPARE = 20
"""Numbers beyond those asked for that may be taken already, by serials that came from elsewhere."""


@dataclass(frozen=True, slots=True)
class Series:
    """Where the next serials come from."""

    issuer: Literal["agent", "mes"]
    rule: str
    """Template, or range."""
    next: int
    issued: SerialRange | None = None
    """The MES's range, else None: then the template."""
    names: dict[str, str] = field(default_factory=dict)

    def serial(self, number: int) -> str:
        """The serial of a number."""
        if self.issued is None:
            return rendered(self.rule, self.names, number)
        return f"{self.issued.prefix}{str(number).zfill(self.issued.digits)}"

    def has(self, number: int) -> bool:
        """Whether there is a serial of this number; a range ends."""
        return self.issued is None or number <= self.issued.last


def follow_output(turn: Turn) -> None:
    """Give serials to what was counted just now, where each unit must have one and they are issued here."""
    for fact in tuple(turn.draft.facts):
        if isinstance(fact.data, OutputRecorded) and not fact.data.serials and not fact.data.qty_from_rework:
            _give_serials(turn, fact, int(fact.data.qty_good))


def scanned(turn: Turn, serial: str) -> None:
    """A unit was scanned for the first time; if its part is counted later, that part has its serial already."""
    operation = turn.operations.current
    order = (
        None if operation is None else plan.copy_of(turn.directories, turn.wc_id, operation.order_id, operation.op_no)
    )
    if operation is None or order is None or not order.trace.serials or not turn.counts or serial in turn.units.ahead:
        return
    try:
        series = _series(turn.setup, turn.directories, turn.units, operation)
    except EntryRefusedError:
        return
    numbers = range(series.next, series.next + MOST_AHEAD)
    if any(series.serial(number) == serial for number in numbers if series.has(number)):
        turn.units = replace(turn.units, ahead=(*turn.units.ahead, serial)[-MOST_AHEAD:])
        making.keep(turn)


def issues(setup: Setup, directories: Directories, units: Units, operation: Operation | None) -> bool:
    """Whether serials for the operation in progress are issued here."""
    if operation is None:
        return False
    try:
        series = _series(setup, directories, units, operation)
    except EntryRefusedError:
        return False
    return series.has(series.next)


def _give_serials(turn: Turn, fact: Fact, count: int) -> None:
    keys, operation = fact.data.keys, turn.operations.current
    order = plan.copy_of(turn.directories, turn.wc_id, keys.order_id, keys.op_no)
    if operation is None or order is None or not order.trace.serials or operation.keys(turn.wc_id) != keys:
        return
    try:
        series = _series(turn.setup, turn.directories, turn.units, operation)
    except EntryRefusedError:
        return
    numbers = [one for one in range(series.next, series.next + min(count, MOST_AT_ONCE)) if series.has(one)]
    for number in numbers:
        if series.serial(number) in turn.units.ahead:
            _pass_over(turn, series, number)
        else:
            _assign(turn, series, number, "made", fact.time, None)
    if numbers:
        making.keep(turn)
    if len(numbers) < count:
        evidence = {"counted": str(count), "assigned": str(len(numbers))}
        turn.raise_discrepancy(Discrepancy("counter_vs_serial", fact.time, fact.time, evidence), "rule")


def _asked_for(turn: Turn, entry: Entry) -> str:
    operation = making.must_be_in_progress(turn)
    count = _count(entry.arguments.get("count"))
    if count is None:
        raise EntryRefusedError(
            "NO_QUANTITY", say("'count' must be a whole number from 1 to {most}.", most=arguments.MOST_SERIALS)
        )
    series = _series(turn.setup, turn.directories, turn.units, operation)
    free: list[int] = []
    number = series.next
    while len(free) < count:
        if not series.has(number):
            raise EntryRefusedError(
                "RANGE_USED_UP",
                say("All serials of {rule} are given. Ask the planner for a new range.", rule=series.rule),
            )
        arguments.must_fit(series.serial(number))
        if unit_records.find(turn, series.serial(number)) is None:
            free.append(number)
        number += 1
    for one in free:
        _assign(turn, series, one, "assigned", entry.observed.wall, entry.actor)
    making.keep(turn)
    first, last = series.serial(free[0]), series.serial(free[-1])
    return say(
        "Serial {first} assigned." if count == 1 else "{count} serials assigned, {first} to {last}.",
        count=count,
        first=first,
        last=last,
    )


def _series(setup: Setup, directories: Directories, units: Units, operation: Operation) -> Series:
    """Where serials for the operation in progress come from.

    Raises:
        EntryRefusedError: not from here.
    """
    wc_id = setup.machine.work_center
    order = plan.copy_of(directories, wc_id, operation.order_id, operation.op_no)
    issued = None if order is None else order.trace.serial_range
    if issued is not None:
        begin = issued.first if units.next_serial is None else units.next_serial
        series = Series("mes", "", begin, issued)
        return replace(series, rule=f"{series.serial(issued.first)} to {series.serial(issued.last)}")
    item = None if operation.item_id is None else directories.items.get(operation.item_id)
    if item is not None and item.serial_issuer != "agent":
        raise EntryRefusedError(
            "SERIALS_FROM_ELSEWHERE",
            say("Serials of {item_id} are not issued here. Scan the label that it has.", item_id=item.item_id),
        )
    names = making.names_of(wc_id, operation)
    return Series("agent", setup.machine.units.serial_template, units.serials_issued + 1, names=names)


def _assign(turn: Turn, series: Series, number: int, status: UnitStatus, at: float, actor: str | None) -> None:
    """Give one serial; all up to it are given with it."""
    operation, serial = making.must_be_in_progress(turn), series.serial(number)
    _pass_over(turn, series, number)
    unit = Unit(status, operation.item_id, at=at, by=actor)
    if status == "made":
        lot_out = turn.account().lot_out
        unit = replace(unit, order_id=operation.order_id, op_no=operation.op_no, lot_out=lot_out)
    unit_records.keep(turn, serial, unit)
    data = SerialAssigned(
        keys=turn.draft.keys.model_copy(update={"serial": serial}),
        quality=turn.draft.quality("rule" if status == "made" else "operator"),
        versions=turn.draft.versions,
        issuer=series.issuer,
        rule=series.rule,
        actor=actor,
    )
    turn.draft.add(data, at, f"asn:{turn.wc_id}:{serial}", correlation_id=turn.execution_id)


def _pass_over(turn: Turn, series: Series, number: int) -> None:
    """The next serial is the one after this."""
    ahead = tuple(one for one in turn.units.ahead if one != series.serial(number))
    if series.issued is None:
        turn.units = replace(turn.units, serials_issued=number, ahead=ahead)
    else:
        turn.units = replace(turn.units, next_serial=number + 1, ahead=ahead)


def _count(said: str | None) -> int | None:
    """How many are asked for; None where that is no number that can be."""
    if not said:
        return 1
    value = int(said) if said.isascii() and said.isdigit() and len(said) <= len(str(arguments.MOST_SERIALS)) else 0
    return value if 1 <= value <= arguments.MOST_SERIALS else None


def _of_next(asked: Asked) -> Claims:
    """Those of the serials that may be given."""
    operation, count = asked.state.operations.current, _count(asked.arguments.get("count"))
    if operation is None or count is None:
        return ()
    try:
        series = _series(asked.setup, asked.directories, asked.state.units, operation)
    except EntryRefusedError:
        return ()
    numbers = range(series.next, series.next + count + SPARE)
    return tuple(claim for number in numbers for claim in unit_records.claims_of(asked, series.serial(number)))


ACTIONS: Actions = {"assign_serial": Action(_asked_for, _of_next)}
