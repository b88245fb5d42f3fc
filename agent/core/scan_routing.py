"""What a code means here and now, whatever screen stands open (domain.md E3): the one router of scans."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from agent.core import arguments, expected_scans, scan_commands, separators
from agent.core.actions import Asked, Claims
from agent.core.codes.reading import Code, Reading
from agent.core.corrections.targets import Target
from agent.core.errors import EntryRefusedError
from agent.core.facts import ScanMeaning
from agent.core.materials import labels, loading, moving, plates, scanned_lots
from agent.core.materials.labels import Label
from agent.core.observations import TERMINAL, Scan
from agent.core.orders import execution, named_operations
from agent.core.orders.changeover import Word
from agent.core.orders.operations import Operation
from agent.core.people import labor, locking, signing
from agent.core.sentences import say
from agent.core.stops import named_stops, stop_entries
from agent.core.turn import Turn
from agent.core.units import making, serials


def _none(_code: Code, _asked: Asked) -> Claims:
    return ()


def _no_target(_code: Code, _asked: Asked) -> Target | None:
    return None


@dataclass(frozen=True, slots=True)
class Route:
    """Where codes of one kind lead."""

    carry_out: Callable[[Turn, Code, Scan], str]
    """Does what the code means, and says so in one sentence.

    Raises:
        EntryRefusedError: it means nothing here and now, or it cannot be done.
    """
    needs: Callable[[Code, Asked], Claims] = _none
    """The claims that it must be given."""
    target: Callable[[Code, Asked], Target | None] = _no_target
    """The fact that it is about and must be given, before it is asked what it needs."""


def claims_needed(code: Code, asked: Asked) -> Claims:
    """The claims that `carry_out` must be given for a code."""
    route = ROUTES.get(code.kind)
    return () if route is None else (*route.needs(code, asked), *expected_scans.claims_needed(code, asked))


def target_named(code: Code, asked: Asked) -> Target | None:
    """The fact that a code is about."""
    route = ROUTES.get(code.kind)
    return None if route is None else route.target(code, asked)


def carry_out(turn: Turn, reading: Reading, scan: Scan) -> str:
    """Do what a code means, and say so in one sentence.

    Raises:
        EntryRefusedError: it cannot be believed, means nothing here and now, or cannot be done.
    """
    code = reading.code
    if code is None:
        assert reading.flaw is not None
        raise EntryRefusedError(reading.flaw.code, reading.flaw.words)
    if code.kind in KEYS and not scan.trusted:
        raise EntryRefusedError(
            "NOT_TRUSTED",
            say("Badges and command cards are not taken from this reader. Scan it at the reader of the terminal."),
        )
    locking.must_be_open(turn, code)
    for name in (code.identity, code.item, code.order, code.operation, code.lot):
        arguments.must_fit(name or "")
    labels.must_be_whole(turn, reading, sent=separators.are_sent(turn, scan, reading))
    expected = expected_scans.carry_out(turn, code, scan)
    if expected is not None:
        return expected
    route = ROUTES.get(code.kind)
    if route is None:
        raise EntryRefusedError(
            "NOTHING_TO_DO", say("{code} says nothing by itself. Scan another label.", code=code.identity)
        )
    return route.carry_out(turn, code, scan)


def _badge(turn: Turn, code: Code, scan: Scan) -> str:
    said = signing.take_badge(turn, code.identity, turn.draft.quality("scanner", entry=scan.way))
    if scan.reader != TERMINAL:
        # The reader stands beside a terminal: who was let in there before acts no more.
        turn.crew, turn.let_in = turn.crew.shut(), None
    return said


def _order(turn: Turn, code: Code, _scan: Scan) -> str:
    assert code.order is not None
    current = turn.operations.current
    if current is not None and current.status == "in_progress" and _names(code, current):
        return say("Order {order_id} is in progress.", order_id=current.order_id)
    return execution.start(turn, code.order, code.operation, Word(labor.acting(turn)))


def _names(code: Code, operation: Operation) -> bool:
    return code.order == operation.order_id and code.operation in {None, operation.op_no}


def _order_needs(code: Code, asked: Asked) -> Claims:
    assert code.order is not None
    return named_operations.claims_needed(asked, code.order, code.operation)


def _lot(turn: Turn, code: Code, scan: Scan) -> str:
    return _take_lot(turn, labels.label_of(turn, code, code.identity), scan)


def _take_lot(turn: Turn, label: Label, scan: Scan) -> str:
    if not making.is_made_here(turn, label.item_id):
        return scanned_lots.load_scanned(turn, label, scan)
    if turn.units.lot_out is not None and turn.units.lot_out.lot_id == label.lot_id:
        return say("Lot {lot_id} is being made already.", lot_id=label.lot_id)
    return making.start_lot(turn, label.lot_id, scan.observed.wall)


def _serial(turn: Turn, code: Code, scan: Scan) -> str:
    """A unit of what is made here; what has a serial and a lot of a component is a package of that lot."""
    item_id, operation = labels.item_of(turn, code), turn.operations.current
    made = None if operation is None else operation.item_id
    if item_id is None or made is None or item_id == made:
        labels.must_be_a_serial(turn, code.identity, made)
        return serials.link_scanned(turn, code.identity, scan)
    if code.lot is None:
        raise EntryRefusedError(
            "WRONG_ITEM",
            say(
                "{serial} is {item_id}; {made} is made here. Put it aside.",
                serial=code.identity,
                item_id=item_id,
                made=made,
            ),
        )
    return _take_lot(turn, labels.label_of(turn, code, code.lot), scan)


def _serial_needs(code: Code, asked: Asked) -> Claims:
    of_lot = () if code.lot is None else loading.claims_needed(asked, code.lot)
    return (*serials.claims_needed(asked, code.identity), *of_lot)


def _item(turn: Turn, code: Code, _scan: Scan) -> str:
    item_id = labels.item_of(turn, code) or code.gtin or code.identity
    raise EntryRefusedError("ITEM_ALONE", say("This is item {item_id}. Scan its lot or serial.", item_id=item_id))


def _reason(turn: Turn, code: Code, scan: Scan) -> str:
    stop_entries.explain(turn, {"code": code.identity}, named_stops.word_of_scan(turn, scan))
    return say("Reason {code} taken.", code=code.identity)


def _location(turn: Turn, code: Code, scan: Scan) -> str:
    return moving.move_scanned(turn, code.identity, scan)


def _tool(turn: Turn, code: Code, _scan: Scan) -> str:
    listed = () if turn.directories.resources is None else turn.directories.resources.resources
    tools = {one.resource_id: one for one in listed if one.kind == "tool"}
    found = tools.get(code.identity)
    if tools and found is None:
        raise EntryRefusedError(
            "UNKNOWN_TOOL",
            say("The MES knows no tool {tool}. Take another one, or have it added.", tool=code.identity),
        )
    if found is not None and not found.available:
        raise EntryRefusedError(
            "TOOL_UNAVAILABLE",
            say("Tool {tool} must not be used now. Take another one, or ask maintenance.", tool=code.identity),
        )
    return say("Tool {tool} noted.", tool=code.identity)


KEYS = frozenset({"badge", "command"})
"""Kinds of codes that open or command something: taken from trusted readers alone."""
ROUTES: Mapping[ScanMeaning, Route] = {
    "badge": Route(_badge),
    "order": Route(_order, _order_needs),
    "operation": Route(_order, _order_needs),
    "lot": Route(_lot, lambda code, asked: loading.claims_needed(asked, code.identity)),
    "serial": Route(_serial, _serial_needs),
    "item": Route(_item),
    "lpn": Route(plates.load_scanned, lambda code, asked: plates.claims_needed(asked, code)),
    "reason": Route(_reason, lambda _code, asked: stop_entries.claims_needed(asked)),
    "command": Route(scan_commands.carry_out, scan_commands.claims_needed, scan_commands.target_named),
    "location": Route(_location, lambda _code, asked: moving.claims_of_scanned(asked)),
    "tool": Route(_tool),
}
