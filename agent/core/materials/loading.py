"""Component lots at a work center: loaded and unloaded, each a fact of its own (requirements 29, 40, 50)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Literal, TypeAlias

from agent.core import arguments, boundary, code_lists
from agent.core.actions import Action, Actions, Asked, Claims
from agent.core.directories import Lot
from agent.core.errors import EntryRefusedError
from agent.core.facts import LotUnloaded
from agent.core.materials import lot_checks, lot_facts, lot_records, materials, uoms
from agent.core.materials.lot_checks import Finding, Wanted
from agent.core.materials.lot_facts import Word
from agent.core.materials.materials import MAX_LOTS, MOST_BYTES, LoadedLot
from agent.core.observations import Entry
from agent.core.people import labor, rights
from agent.core.quality import holds
from agent.core.sentences import say, together
from agent.core.times import iso
from agent.core.turn import Turn
from agent.core.values import replace

Cause: TypeAlias = Literal["operator", "empty", "order_end", "swap"]


def claims_needed(asked: Asked, lot_id: str | None = None) -> Claims:
    """The claims that loading a lot must be given."""
    named = lot_id or asked.arguments.get("lot_id", "")
    return (lot_records.LOTS.key(asked.wc_id, named), holds.claim("lot", named)) if named else ()


def load(turn: Turn, entry: Entry) -> str:
    """Load a lot that was entered, with what was said beside it.

    Raises:
        EntryRefusedError: it cannot be loaded.
    """
    given = entry.arguments
    lot_id = arguments.name(given, "lot_id")
    swapped = swapped_by(turn, given)
    word = Word(
        entry.observed.wall,
        turn.draft.quality("operator", entry="manual"),
        entry.actor or labor.acting(turn),
        reason=code_lists.optional(turn.directories, "deviations", given),
        override=frozenset(given.get("override", "").replace(",", " ").split()),
        entry=entry,
    )
    return carry_out(turn, wanted(turn, lot_id, given, word), word, swapped)


def unload(turn: Turn, entry: Entry) -> str:
    """Take a lot from the work center, with what is left in it where somebody says so.

    Raises:
        EntryRefusedError: it is not loaded here, or the quantity is none.
    """
    lot = must_be_loaded(turn, arguments.name(entry.arguments, "lot_id"))
    left = None
    if entry.arguments.get("qty_left"):
        left = arguments.number(entry.arguments, "qty_left")
        if left < 0:
            raise EntryRefusedError("NO_QUANTITY", say("'qty_left' is {left}; expected 0 or more.", left=left))
        lot = replace(lot, uom=unit_of(turn, lot, entry.arguments))
    turn.flush()
    boundary.end(turn, entry.observed.wall, "lot")
    take_away(
        turn, lot, entry.observed.wall, "empty" if left == 0 else "operator", left, entry.actor or labor.acting(turn)
    )
    return say("Lot {lot_id} unloaded.", lot_id=lot.lot_id)


def order_ended(turn: Turn, at: float) -> None:
    """The operation has left the work center, and its lots with it. Call it after the boundary of the order."""
    for lot in turn.materials.loaded:
        take_away(turn, lot, at, "order_end", None, None)


def take_back(turn: Turn, lot_id: str, since: str) -> None:
    """A lot was not loaded after all: it lies here no more, and no fact of its own says so."""
    if _loaded_at(turn.materials.loaded, lot_id, since) is None:
        return
    boundary.end(turn, turn.draft.observed, "lot")
    lot = must_be_loaded(turn, lot_id)
    turn.materials = turn.materials.without(lot)
    lot_records.keep(turn, lot)


def recount(turn: Turn, lot_id: str, since: str, qty: Decimal) -> None:
    """Another quantity was in a lot when it was loaded than was said."""
    lot = _loaded_at(turn.materials.loaded, lot_id, since)
    if lot is not None:
        lots = (replace(one, qty=qty) if one is lot else one for one in turn.materials.loaded)
        turn.materials = replace(turn.materials, loaded=tuple(lots))


def _loaded_at(lots: Iterable[LoadedLot], lot_id: str, since: str) -> LoadedLot | None:
    """The lot, if it has been loaded since this instant."""
    return next((one for one in lots if one.lot_id == lot_id and iso(one.since) == since), None)


def must_be_loaded(turn: Turn, lot_id: str) -> LoadedLot:
    """The lot, which must be loaded.

    Raises:
        EntryRefusedError: it is not.
    """
    lot = turn.materials.lot(lot_id)
    if lot is None:
        raise EntryRefusedError("NOT_LOADED", say("Lot {lot_id} is not loaded here. Load it first.", lot_id=lot_id))
    return lot


def wanted(turn: Turn, lot_id: str, given: Mapping[str, str], word: Word) -> Wanted:
    """What is to be loaded, out of what was said, what is known of it here and what the MES says."""
    if turn.materials.lot(lot_id) is not None:
        raise EntryRefusedError(
            "ALREADY_LOADED", say("Lot {lot_id} is loaded here already. Nothing to do.", lot_id=lot_id)
        )
    loaded = turn.materials.loaded
    lot = replace(known(turn, lot_id, given), since=word.at)
    if given.get("qty"):
        lot = replace(lot, qty=arguments.quantity(given, "qty"), used=materials.NOTHING, uom=unit_of(turn, lot, given))
    if len(loaded) >= MAX_LOTS or sum(one.size for one in (*loaded, lot)) > MOST_BYTES:
        raise EntryRefusedError(
            "TOO_MANY_LOTS", say("{count} lots are loaded here. Unload one first.", count=len(loaded))
        )
    said = arguments.optional_name(given, "item_id")
    return Wanted(lot, said, turn.directories.lots.get(lot_id), word.reason is not None, word.at)


def known(turn: Turn, lot_id: str, given: Mapping[str, str]) -> LoadedLot:
    """A lot as it stands: what was left here last, unless the MES has counted anew since."""
    copy, record = turn.directories.lots.get(lot_id), lot_records.LOTS.find(turn, turn.wc_id, lot_id)
    line = arguments.optional_name(given, "bom_line")
    item_id = arguments.optional_name(given, "item_id") or (None if copy is None else copy.item_id)
    if item_id is None and record is not None:
        item_id = record.item_id
    if item_id is None and line is not None:
        item_id = next((one.item_id for one in materials.lines_at(turn) if one.line == line), None)
    rev = None if copy is None else copy.rev
    qty, used = None if copy is None or copy.qty is None else materials.rounded(copy.qty), materials.NOTHING
    if record is not None and (qty is None or record.rev == rev):
        qty, used = record.qty, record.used
    return LoadedLot(
        lot_id=lot_id,
        item_id=item_id,
        uom=uoms.of_item(turn.directories, item_id, lot_id) or (None if record is None else record.uom),
        since=turn.draft.observed,
        qty=qty,
        used=used,
        line=line,
        place=arguments.optional_name(given, "place")
        or (None if record is None else record.place)
        or (None if copy is None else copy.place),
        rev=rev,
        status=_status(turn, lot_id, copy),
        split_from=None if record is None else record.split_from,
    )


def _status(turn: Turn, lot_id: str, copy: Lot | None) -> str | None:
    if holds.held(turn, "lot", lot_id) is not None:
        return "restricted"
    return None if copy is None else copy.status


def carry_out(turn: Turn, wanted: Wanted, word: Word, swapped: LoadedLot | None = None) -> str:
    """Load it, if nothing of what is found of it blocks; in the place of another lot if one is named.

    Raises:
        EntryRefusedError: something blocks and is not overridden.
    """
    found = lot_checks.findings(turn, wanted)
    overridden = _must_pass(turn, found, word)
    turn.flush()
    boundary.end(turn, word.at, "lot")
    if swapped is not None:
        swapped = turn.materials.lot(swapped.lot_id) or swapped
        take_away(turn, swapped, word.at, "swap", materials.NOTHING, word.actor)
    serving = lot_checks.how_it_serves(turn, wanted.lot)
    for empty in _empties(turn, None if serving is None else serving.line.line):
        take_away(turn, empty, word.at, "empty", None, None)
    turn.materials = turn.materials.with_loaded(wanted.lot)
    lot_facts.tell_loaded(turn, wanted, word, found)
    lot_facts.tell_deviations(turn, wanted, word, found, overridden)
    words = say("Lot {lot_id} loaded.", lot_id=wanted.lot.lot_id)
    return together(words, *(one.words for one in found if one.code not in overridden))


def _must_pass(turn: Turn, found: list[Finding], word: Word) -> frozenset[str]:
    """The codes that block and were overridden."""
    rules = turn.setup.floor.materials
    blocking = [one for one in found if rules.of(one.code) == "block"]
    for one in blocking:
        if one.code not in word.override:
            raise EntryRefusedError(one.code, one.words)
    if blocking and word.entry is not None:
        rights.must_be(turn, word.entry, rules.override_role, "supervisor")
        if word.reason is None:
            raise EntryRefusedError("REASON_NEEDED", say("To load it all the same, say why: a reason is needed."))
    return frozenset(one.code for one in blocking)


def take_away(turn: Turn, lot: LoadedLot, at: float, cause: Cause, left: Decimal | None, actor: str | None) -> None:
    """Take it away; what was used of it before has been told."""
    known = turn.materials.lot(lot.lot_id)
    assert known is not None
    lot = replace(known, uom=lot.uom)
    if left is not None:
        lot = replace(lot, qty=left + lot.used)
    turn.materials = turn.materials.without(lot)
    lot_records.keep(turn, lot)
    data = LotUnloaded(
        keys=turn.draft.keys.model_copy(update={"lot_id": lot.lot_id, "item_id": lot.item_id}),
        quality=turn.draft.quality("rule" if actor is None else "operator"),
        versions=turn.draft.versions,
        qty_left=lot.left,
        uom=lot.uom,
        cause=cause,
        actor=actor,
    )
    turn.draft.add(data, at, f"unl:{turn.wc_id}:{lot.lot_id}:{turn.number()}")


def swapped_by(turn: Turn, given: Mapping[str, str]) -> LoadedLot | None:
    """The lot whose place the new one takes; it is empty by that word."""
    return must_be_loaded(turn, given["swap"]) if given.get("swap") else None


def _empties(turn: Turn, line: str | None) -> list[LoadedLot]:
    """Lots of a component that are known to be used up: the next one takes their place."""
    if line is None:
        return []
    found = materials.sources(turn.materials.loaded, materials.lines_at(turn), line)
    return [source.lot for source in found if source.lot.is_empty]


def unit_of(turn: Turn, lot: LoadedLot, given: Mapping[str, str]) -> str:
    """The unit that a quantity of a lot is in.

    Raises:
        EntryRefusedError: nobody said one, or another one than is known.
    """
    known = lot.uom
    if known is None:
        serving = lot_checks.how_it_serves(turn, lot)
        known = None if serving is None or serving.substitute is not None else serving.line.uom
    return uoms.agreed(arguments.optional_name(given, "uom"), known, f"lot {lot.lot_id}")


ACTIONS: Actions = {
    "load_lot": Action(load, claims_needed),
    "unload_lot": Action(unload),
}
