"""A scan that was waited for (`expecting.py`): with it the entry is whole, and is carried out like any other."""

from __future__ import annotations

from agent.core import entries, expecting
from agent.core.actions import Asked, Claims
from agent.core.codes.reading import Code
from agent.core.materials import labels, loading, scanned_lots
from agent.core.observations import Entry, Scan
from agent.core.state import Expected, Floor
from agent.core.turn import Turn
from agent.core.values import replace


def carry_out(turn: Turn, code: Code, scan: Scan) -> str | None:
    """Do what the scan was waited for; nothing where it was not.

    Raises:
        EntryRefusedError: it cannot be done; another scan is still waited for.
    """
    expected = expecting.expected_now(turn.floor, scan.observed.wall)
    named = None if expected is None else _named(expected, code)
    if expected is None or named is None:
        return None
    turn.floor = replace(turn.floor, expected=None)
    if expected.action == "load_lot":
        label = labels.label_of(turn, code, named["lot_id"])
        return scanned_lots.load_expected(turn, label, scan, expected)
    if "serial" in named:
        operation = turn.operations.current
        labels.must_be_a_serial(turn, code.identity, None if operation is None else operation.item_id)
    said = {**expected.arguments, **named}
    entry = Entry(turn.wc_id, expected.action, said, scan.observed, client_id="", actor=expected.actor)
    return entries.carry_out(turn, entry)


def claims_needed(code: Code, asked: Asked) -> Claims:
    """The claims that `carry_out` must be given."""
    floor: Floor = asked.state.floor
    named = None if floor.expected is None else _named(floor.expected, code)
    if floor.expected is None or named is None:
        return ()
    if floor.expected.action == "load_lot":
        return loading.claims_needed(asked, named["lot_id"])
    said = {**floor.expected.arguments, **named}
    return entries.claims_needed(floor.expected.action, replace(asked, arguments=said, actor=floor.expected.actor))


def _named(expected: Expected, code: Code) -> dict[str, str] | None:
    """What a code adds to the entry; nothing where it is none of a lot or a unit that it could be about."""
    match expected.action, code.kind:
        case "load_lot", "lot":
            return {"lot_id": code.identity}
        case "load_lot", "serial" if code.lot is not None:
            return {"lot_id": code.lot}
        case "place_hold", ("lot" | "serial") as target:
            return {"target": target, "target_id": code.identity}
        case "report_scrap" | "record_check" | "raise_nc", "serial":
            return {"serial": code.identity}
    return None
