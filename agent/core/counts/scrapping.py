"""Rejects that people report (domain.md K13): of units by their serials, or so many parts."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from agent.core import arguments, code_lists
from agent.core.actions import Action, Actions, Asked, Claims
from agent.core.counts import counting
from agent.core.counts.accounts import Account, Cums
from agent.core.counts.output import Output
from agent.core.errors import EntryRefusedError
from agent.core.facts import ScrapRecorded
from agent.core.observations import Entry
from agent.core.sentences import say
from agent.core.turn import Turn
from agent.core.units import unit_records
from agent.core.units.unit_records import Unit
from agent.core.units.unit_settings import DISPOSITIONS
from agent.core.values import replace


@dataclass(frozen=True, slots=True)
class Rejects:
    """Rejects that somebody reports."""

    qty: int
    defect_code: str
    place: str
    disposition: str | None
    serial: str | None
    """The unit, where it has one and is named; then `qty` is 1."""


def report_scrap(turn: Turn, entry: Entry) -> str:
    """Rejects with their code: first those that the machine counted without one, the rest is taken from good (K13).

    Raises:
        EntryRefusedError: more than there is to reject, an unknown code, or a unit that is not of this operation.
    """
    rejects = _rejects(turn, entry)
    unit = None if rejects.serial is None else _unit_to_scrap(turn, rejects.serial)
    turn.flush()
    account, cums = turn.account(), turn.output.cums
    if unit is not None:
        account = replace(account, lot_out=unit.lot_out)
    coded = min(rejects.qty, cums.uncoded) if unit is None else 0
    excess = rejects.qty - coded
    from_good = excess if turn.counts_output else 0
    if unit is not None and turn.setup.machine.output.count_by == "serial":
        from_good = int(unit.counted)
    if from_good > cums.good:
        raise EntryRefusedError(
            "TOO_MUCH_SCRAP",
            say(
                "{qty} parts are more than there are: {good} good and {uncoded} rejects without a code.",
                qty=rejects.qty,
                good=cums.good,
                uncoded=cums.uncoded,
            ),
        )

    def tell(told: Output) -> Output:
        after = replace(told.cums.plus(good=-from_good, scrap=excess), uncoded=cums.uncoded - coded)
        _tell_scrap(turn, account, rejects, (coded, from_good), after, entry.observed.wall)
        return replace(told, cums=after)

    counting.credit(turn, account, tell)
    if unit is not None and rejects.serial is not None:
        unit_records.keep(turn, rejects.serial, replace(unit, status="scrapped", counted=True, at=entry.observed.wall))
    return say(
        "Scrap {qty} {uom} taken, {coded} of them counted before.", qty=rejects.qty, uom=account.uom, coded=coded
    )


def _rejects(turn: Turn, entry: Entry) -> Rejects:
    said = entry.arguments
    serial = arguments.optional_name(said, "serial")
    qty = 1 if serial is not None and not said.get("qty") else arguments.whole(said, "qty", lowest=1)
    if serial is not None and qty != 1:
        raise EntryRefusedError(
            "NO_QUANTITY", say("Unit {serial} is one part; leave out 'qty' or say 1.", serial=serial)
        )
    defect_code = arguments.name(said, "defect_code")
    code_lists.must_know(turn.directories, "defects", defect_code, "UNKNOWN_DEFECT")
    place = arguments.optional_name(said, "place") or turn.wc_id
    known = arguments.one_of(said, "disposition", DISPOSITIONS) if said.get("disposition") else None
    return Rejects(qty, defect_code, place, known, serial)


def _unit_to_scrap(turn: Turn, serial: str) -> Unit:
    """The unit, which belongs to the operation in progress from now on if it did to none.

    Raises:
        EntryRefusedError: it is scrap already, open as nonconforming, or of another operation.
    """
    operation = turn.operations.current
    if operation is None:
        raise EntryRefusedError(
            "NO_ORDER", say("Unit {serial} needs an order in progress. Start one, then enter it again.", serial=serial)
        )
    unit = unit_records.find(turn, serial) or Unit("made")
    if unit.status in {"nonconforming", "in_rework"}:
        raise EntryRefusedError(
            "NC_OPEN", say("Unit {serial} is nonconforming. Write it off with dispose_nc.", serial=serial)
        )
    if unit.status == "scrapped":
        raise EntryRefusedError("UNIT_SCRAPPED", say("Unit {serial} was written off already.", serial=serial))
    if unit.status == "component":
        raise EntryRefusedError(
            "NOT_A_PART", say("{serial} is a component and no part of the order. Enter raise_nc.", serial=serial)
        )
    here = (operation.order_id, operation.op_no)
    if unit.status == "made" and unit.order_id is not None and (unit.order_id, unit.op_no) != here:
        raise EntryRefusedError(
            "OTHER_OPERATION",
            say(
                "Unit {serial} was made for order {order_id}, operation {op_no}. Start it, or enter raise_nc.",
                serial=serial,
                order_id=unit.order_id,
                op_no=unit.op_no,
            ),
        )
    lot_out = unit.lot_out if unit.counted else turn.account().lot_out
    return replace(unit, item_id=operation.item_id, order_id=here[0], op_no=here[1], lot_out=lot_out)


def _tell_scrap(turn: Turn, account: Account, rejects: Rejects, taken: tuple[int, int], after: Cums, at: float) -> None:
    coded, from_good = taken
    keys = turn.draft.keys
    data = ScrapRecorded(
        keys=keys if rejects.serial is None else keys.model_copy(update={"serial": rejects.serial}),
        quality=turn.draft.quality("operator", entry="manual"),
        versions=turn.draft.versions,
        qty_scrap=Decimal(rejects.qty - coded),
        qty_from_good=Decimal(from_good),
        pool_coded_qty=Decimal(coded),
        uom=account.uom,
        cum_good=Decimal(after.good),
        cum_scrap=Decimal(after.scrap),
        cum_good_shift=Decimal(after.good_shift),
        cum_scrap_shift=Decimal(after.scrap_shift),
        defect_code=rejects.defect_code,
        place=rejects.place,
        disposition=rejects.disposition,
        lot_out=account.lot_out,
        counter=None,
        interval=None,
    )
    turn.draft.add(data, at, f"scr:{turn.wc_id}:{turn.number()}", correlation_id=account.execution_id)


def _of_serial(asked: Asked) -> Claims:
    return unit_records.claims_of(asked, asked.arguments.get("serial", ""))


ACTIONS: Actions = {"report_scrap": Action(report_scrap, _of_serial)}
