"""What a code means here and now, whatever screen stands open (domain.md E3): the one router of scans."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from agent.core import arguments, scan_commands
from agent.core.actions import Asked, Claims
from agent.core.codes.reading import Code, Reading
from agent.core.corrections.targets import Target
from agent.core.errors import EntryRefusedError
from agent.core.facts import ScanMeaning
from agent.core.materials import loading
from agent.core.observations import Scan
from agent.core.orders import execution, named_operations
from agent.core.orders.changeover import Word
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
    return () if route is None else route.needs(code, asked)


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
    locking.must_be_open(turn, code)
    arguments.must_fit(code.identity)
    route = ROUTES.get(code.kind)
    if route is None:
        raise EntryRefusedError(
            "NOTHING_TO_DO", say("{code} says nothing by itself. Scan another label.", code=code.identity)
        )
    return route.carry_out(turn, code, scan)


def _badge(turn: Turn, code: Code, scan: Scan) -> str:
    return signing.take_badge(turn, code.identity, turn.draft.quality("scanner", entry=scan.way))


def _order(turn: Turn, code: Code, _scan: Scan) -> str:
    assert code.order is not None
    return execution.start(turn, code.order, code.operation, Word(labor.acting(turn)))


def _order_needs(code: Code, asked: Asked) -> Claims:
    assert code.order is not None
    return named_operations.claims_needed(asked, code.order, code.operation)


def _lot(turn: Turn, code: Code, scan: Scan) -> str:
    if making.is_made_here(turn, code.item):
        return making.start_lot(turn, code.identity, scan.observed.wall)
    return loading.load_scanned(turn, code, scan)


def _serial(turn: Turn, code: Code, scan: Scan) -> str:
    return serials.link_scanned(turn, code.identity, scan)


def _reason(turn: Turn, code: Code, scan: Scan) -> str:
    stop_entries.explain(turn, {"code": code.identity}, named_stops.word_of_scan(turn, scan))
    return say("Reason {code} taken.", code=code.identity)


ROUTES: Mapping[ScanMeaning, Route] = {
    "badge": Route(_badge),
    "order": Route(_order, _order_needs),
    "operation": Route(_order, _order_needs),
    "lot": Route(_lot, lambda code, asked: loading.claims_needed(asked, code.identity)),
    "serial": Route(_serial, lambda code, asked: serials.claims_needed(asked, code.identity)),
    "reason": Route(_reason, lambda _code, asked: stop_entries.claims_needed(asked)),
    "command": Route(scan_commands.carry_out, scan_commands.claims_needed, scan_commands.target_named),
}
