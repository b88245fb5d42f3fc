"""A work center as people are shown it, out of its station's state."""

from __future__ import annotations

from decimal import Decimal

from agent.core import expecting, questions, shift_shown, stop_shown
from agent.core.corrections import undo
from agent.core.directories import Directories
from agent.core.directories.floor import Operator
from agent.core.entries import ACTIONS
from agent.core.handover import board_shown
from agent.core.materials import bom, material_shown, materials
from agent.core.materials.material_shown import Need
from agent.core.orders import order_shown
from agent.core.people import labor, locking, rights
from agent.core.people.crew import Crew, Person
from agent.core.people.person_view import PersonView, PinAskedView
from agent.core.quality import quality_shown
from agent.core.sentences import Sentence
from agent.core.shifts.figures import Sums
from agent.core.shifts.shift_view import FiguresView
from agent.core.shifts.time_elements import elements
from agent.core.state import Expected, LastScan, Question
from agent.core.station import Station
from agent.core.times import iso
from agent.core.units import issuing, making
from agent.core.units.units import OpenNc
from agent.core.work_center_view import (
    AskedView,
    EventView,
    ExpectedView,
    NonconformanceView,
    ScanView,
    UndoView,
    WorkCenterView,
)

ROLES = {name: action.roles for name, action in ACTIONS.items()}
"""Of each action of people those who may do it."""


def view(station: Station, directories: Directories, now: float) -> WorkCenterView:
    """The work center at present.

    Args:
        station: its state.
        directories: what the MES said.
        now: the plant's time, for what is going on.
    """
    state, machine = station.state, station.setup.machine
    watch, output = state.watch, state.output
    operation = state.operations.current
    seen = station.figures(now)
    present = order_shown.in_progress(station, directories, now)
    need = _need(station, directories)
    stock = material_shown.by_now(state.materials, need)
    account = next((one for one in seen.shifts if one.names(state.schedule.shift)), None)
    actor = labor.acting(state)
    return WorkCenterView(
        wc_id=machine.work_center,
        manual=machine.manual,
        link_up=watch.link_up or machine.manual,
        link_since=iso(watch.link_since),
        link_reason=watch.link_reason,
        readers_down=state.floor.readers_down,
        last_good=None if watch.last_good is None else iso(watch.last_good),
        condition=watch.condition,
        condition_since=iso(watch.since),
        mode=watch.mode,
        order=present,
        orders=order_shown.queue(station, directories, present, now),
        runs_without_order=order_shown.runs(state),
        qty_good=Decimal(output.cum_good),
        qty_scrap=Decimal(output.cum_scrap),
        setup_parts=Decimal(output.cums.setup),
        scrap_uncoded=Decimal(output.cums.uncoded),
        uom=machine.output.uom if operation is None else operation.uom,
        stop=None if state.stops.open is None else stop_shown.open_stop(state.stops.open, station, directories),
        closed_stops=stop_shown.closed_stops(station, now),
        uncoded=0 if account is None else account.uncoded,
        uncoded_s=Decimal(0) if account is None else Decimal(round(account.uncoded_s)),
        setting_up=state.setting_up is not None,
        shift=state.schedule.shift,
        shift_figures=None if account is None else _figures(account.total),
        order_figures=None if seen.order is None else _figures(seen.order.sums),
        lots=state.materials.lots,
        loaded=material_shown.lots(stock, need, directories),
        components=material_shown.components(stock, need, directories),
        movements=material_shown.movements(state.materials),
        last_serial=state.floor.last_serial,
        last_scan=None if state.floor.last_scan is None else scanned(state.floor.last_scan),
        asked=_asked(questions.asked_now(state.floor, now)),
        expected=_expected(expecting.expected_now(state.floor, now)),
        events=tuple(EventView(time=iso(event.time), type=event.type, text=event.text) for event in state.floor.events),
        quality=quality_shown.view(state, directories),
        crew=tuple(_person(person, directories) for person in state.crew.people),
        locked=locking.is_locked(state.crew, machine.people),
        pin_asked=_pin_asked(state.crew, directories, now),
        qty_rework=Decimal(output.cums.rework),
        counts_output=station.setup.counts_output,
        issues_serials=issuing.issues(station.setup, directories, state.units, operation),
        lot_issuer=None if operation is None else making.lot_issuer(directories, machine.work_center, operation),
        lot_out=None if state.units.lot_out is None else state.units.lot_out.lot_id,
        nonconforming=tuple(_nonconforming(nc) for nc in state.units.open),
        open_nc=state.units.open_count,
        strip=shift_shown.strip(station, now),
        norm_per_hour=shift_shown.norm_per_hour(state.operations.current),
        shift_end=shift_shown.end(station),
        losses=shift_shown.losses(station, account, now),
        favourites=shift_shown.favourites(account, seen.before, directories),
        undo=_undo(station, actor, now),
        barred=rights.barred(actor, state.crew, directories, machine.people, ROLES),
        notes=board_shown.notes(state.board, directories),
        handover=board_shown.handover(state.board, directories),
        ended_shift=board_shown.ended_shift(station, now),
        calls=board_shown.calls(state.board, directories),
    )


def _undo(station: Station, actor: str | None, now: float) -> UndoView | None:
    allowed_s = station.setup.machine.correction.undo_s
    own = undo.still_own(station.state.floor, actor, now, allowed_s)
    if own is None:
        return None
    return UndoView(actor=own.actor, type=own.type, text=own.text, until=iso(own.at + allowed_s))


def _asked(question: Question | None) -> AskedView | None:
    if question is None:
        return None
    return AskedView(
        question=str(Sentence(question.pattern, question.values)),
        pattern=question.pattern,
        values=question.values,
        until=iso(question.until),
    )


def _expected(expected: Expected | None) -> ExpectedView | None:
    if expected is None:
        return None
    return ExpectedView(action=expected.action, arguments=expected.arguments, until=iso(expected.until))


def _nonconforming(nc: OpenNc) -> NonconformanceView:
    return NonconformanceView(
        nc_id=nc.nc_id,
        serial=nc.serial,
        lot_id=nc.lot_id,
        qty=Decimal(nc.qty),
        defect_code=nc.defect_code,
        disposition=nc.disposition,
        since=iso(nc.at),
    )


def _need(station: Station, directories: Directories) -> Need:
    """What the operation in progress still needs; nothing where none is."""
    operation, cums = station.state.operations.current, station.state.output.cums
    made = materials.made(cums, setup_parts=station.setup.floor.materials.setup_parts_use_material)
    if operation is None:
        return Need((), made, Decimal(0))
    lines = bom.all_lines(directories, operation.item_id, operation.versions.bom_version)
    rest = max(operation.qty_planned - cums.good, Decimal(0))
    return Need(bom.of_operation(lines, operation.op_no), made, rest)


def _name(operator_id: str, operator: Operator | None) -> str:
    return operator_id if operator is None else operator.name


def _pin_asked(crew: Crew, directories: Directories, now: float) -> PinAskedView | None:
    asked = crew.pin_asked
    if asked is None or now >= asked.until:
        return None
    return PinAskedView(
        operator_id=asked.operator_id, name=_name(asked.operator_id, directories.operator(asked.operator_id))
    )


def _person(person: Person, directories: Directories) -> PersonView:
    operator = directories.operator(person.operator_id)
    return PersonView(
        operator_id=person.operator_id,
        name=_name(person.operator_id, operator),
        activity=person.activity,
        since=iso(person.since),
        roles=() if operator is None else operator.roles,
        language=None if operator is None else operator.language,
    )


def _figures(sums: Sums) -> FiguresView:
    return FiguresView(qty_good=sums.good, qty_scrap=sums.scrap, elements=elements(sums))


def scanned(scan: LastScan) -> ScanView:
    """What a scan came to."""
    return ScanView(
        time=iso(scan.at),
        text=scan.text,
        reader=scan.reader,
        accepted=scan.accepted,
        code=scan.code,
        message=scan.message,
        pattern=scan.pattern,
        values=dict(scan.values),
    )
