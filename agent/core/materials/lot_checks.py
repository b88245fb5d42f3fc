"""Whether a lot may be loaded here and now (domain.md F6), against the copies that the MES sent.

What there is nothing to check by is passed over. Which findings block and which only warn is configuration.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeAlias

from agent.core.directories import Lot
from agent.core.materials import bom, materials
from agent.core.materials.bom import Serving
from agent.core.materials.materials import LoadedLot
from agent.core.people import labor
from agent.core.quality import holds
from agent.core.sentences import Sentence, say
from agent.core.shifts.plant_time import local
from agent.core.times import iso
from agent.core.turn import Turn

Kind: TypeAlias = Literal["lot", "bom", "substitution", "wc", "sequence", "order", "labor"]
CODES = (
    "NO_ORDER",
    "NO_OPERATOR",
    "NOT_VALIDATED_OFFLINE",
    "UNKNOWN_LOT",
    "WRONG_ITEM",
    "NOT_IN_BOM",
    "WRONG_OP",
    "SUBSTITUTE_NOT_APPROVED",
    "SUBSTITUTE_NEEDS_REASON",
    "LOT_ON_HOLD",
    "LOT_EXPIRED",
    "EXPIRY_DIFFERS",
    "LOT_EMPTY",
    "WRONG_WC",
    "FIFO_WARNING",
)
"""Every code, in the order in which they are looked for; the first one found is the one that is told."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that does not fit."""

    code: str
    kind: Kind
    """Of the deviation, if it is loaded all the same."""
    expected: str
    actual: str
    words: Sentence
    """For the operator: what was found and what to do."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A lot that somebody wants to load."""

    lot: LoadedLot
    said_item: str | None
    """By its label or the entry."""
    copy: Lot | None
    """Of the MES's directory."""
    has_reason: bool
    at: float
    expires: date | None = None
    """By its label: the last day on which it may be used."""


def how_it_serves(turn: Turn, lot: LoadedLot) -> Serving | None:
    """Which component of the operation in progress a lot serves."""
    return bom.serving(materials.lines_at(turn), lot.item_id, lot.line)


def findings(turn: Turn, wanted: Wanted) -> list[Finding]:
    """All that does not fit and is looked at, the most telling first."""
    rules = turn.setup.floor.materials
    found = [*_context(turn, wanted), *_identity(turn, wanted), *_component(turn, wanted), *_condition(turn, wanted)]
    return sorted((one for one in found if rules.of(one.code) != "off"), key=lambda one: CODES.index(one.code))


def was_validated(turn: Turn) -> Literal["offline", "skipped"]:
    """Whether there was anything to check by."""
    return "offline" if turn.directories.lots or materials.lines_at(turn) else "skipped"


def _context(turn: Turn, wanted: Wanted) -> Iterator[Finding]:
    lot_id = wanted.lot.lot_id
    if turn.operations.current is None:
        words = say("No order is in progress. Start one, then load lot {lot_id}.", lot_id=lot_id)
        yield Finding("NO_ORDER", "order", "an order in progress", "none", words)
    if labor.acting(turn) is None:
        words = say("Nobody has signed on here. Sign on, then load lot {lot_id}.", lot_id=lot_id)
        yield Finding("NO_OPERATOR", "labor", "somebody signed on", "nobody", words)
    if not turn.directories.lots:
        words = say("Lot {lot_id} cannot be checked: the MES has sent no lots. Ask a supervisor.", lot_id=lot_id)
        yield Finding("NOT_VALIDATED_OFFLINE", "lot", "a copy of the MES's lots", "none", words)


def _identity(turn: Turn, wanted: Wanted) -> Iterator[Finding]:
    lot_id, copy = wanted.lot.lot_id, wanted.copy
    if turn.directories.lots and copy is None:
        words = say("The MES knows no lot {lot_id}. Look at the label again, or ask the warehouse.", lot_id=lot_id)
        yield Finding("UNKNOWN_LOT", "lot", "a lot that the MES knows", lot_id, words)
    if copy is not None and wanted.said_item is not None and copy.item_id != wanted.said_item:
        words = say(
            "Lot {lot_id} is {known} for the MES, the label says {said}. Put it aside.",
            lot_id=lot_id,
            known=copy.item_id,
            said=wanted.said_item,
        )
        yield Finding("WRONG_ITEM", "lot", copy.item_id, wanted.said_item, words)


def _component(turn: Turn, wanted: Wanted) -> Iterator[Finding]:
    lot, keys, versions = wanted.lot, turn.draft.keys, turn.draft.versions
    lines = bom.all_lines(turn.directories, keys.item_id, versions.bom_version)
    if not lines or lot.item_id is None:
        return
    serving = how_it_serves(turn, lot)
    if serving is None:
        here = bom.of_operation(lines, keys.op_no)
        expected = ", ".join(line.item_id for line in here[:9]) or "nothing"
        elsewhere = bom.serving(lines, lot.item_id, lot.line)
        if elsewhere is not None:
            words = say(
                "{item_id} is used at operation {op_no}, not here. Take it there.",
                item_id=lot.item_id,
                op_no=elsewhere.line.op_no,
            )
            yield Finding("WRONG_OP", "bom", expected, lot.item_id, words)
        else:
            words = say(
                "{item_id} is not in version {version} of the bill of materials. Take what is needed here: {expected}.",
                item_id=lot.item_id,
                version=versions.bom_version,
                expected=expected,
            )
            yield Finding("NOT_IN_BOM", "bom", expected, lot.item_id, words)
    elif serving.substitute is not None:
        items = {"item_id": lot.item_id, "component": serving.line.item_id}
        if not serving.substitute.approved:
            words = say(
                "{item_id} stands in for {component}, and is not approved for it. "
                "Take the component itself, or ask a supervisor.",
                **items,
            )
            yield Finding("SUBSTITUTE_NOT_APPROVED", "substitution", serving.line.item_id, lot.item_id, words)
        if serving.substitute.reason_required and not wanted.has_reason:
            words = say("{item_id} stands in for {component}. Say why: load it again with a reason.", **items)
            yield Finding("SUBSTITUTE_NEEDS_REASON", "substitution", serving.line.item_id, lot.item_id, words)


def _condition(turn: Turn, wanted: Wanted) -> Iterator[Finding]:
    lot, copy = wanted.lot, wanted.copy
    hold = holds.held(turn, "lot", lot.lot_id)
    if hold is not None:
        words = say(
            "Lot {lot_id} is on hold: {reason}. Take another one, or ask quality.",
            lot_id=lot.lot_id,
            reason=hold.reason.code,
        )
        yield Finding("LOT_ON_HOLD", "lot", "a lot that is free", hold.reason.code, words)
    yield from _expiry(turn, wanted)
    if lot.is_empty or (copy is not None and copy.status == "closed"):
        words = say(
            "By the accounts nothing is left of lot {lot_id}. Look at the label, or enter what is in it.",
            lot_id=lot.lot_id,
        )
        yield Finding("LOT_EMPTY", "lot", "something left", "0", words)
    if copy is not None and copy.place is not None and copy.place != turn.wc_id and _is_center(turn, copy.place):
        words = say(
            "By the MES lot {lot_id} lies at {place}. Take it back there, or have it moved here.",
            lot_id=lot.lot_id,
            place=copy.place,
        )
        yield Finding("WRONG_WC", "wc", copy.place, turn.wc_id, words)
    older = _older(turn, wanted)
    if older is not None:
        words = say("Lot {older} of {known} is older. Use that one first.", older=older.lot_id, known=older.item_id)
        yield Finding("FIFO_WARNING", "sequence", older.lot_id, lot.lot_id, words)


def _expiry(turn: Turn, wanted: Wanted) -> Iterator[Finding]:
    """By the MES and by the label: the earlier date counts, and that they differ is told."""
    lot_id, copy, label = wanted.lot.lot_id, wanted.copy, wanted.expires
    by_mes = None if copy is None or copy.expires is None else copy.expires.timestamp()
    until = None
    if by_mes is not None and by_mes <= wanted.at:
        until = iso(by_mes)
    elif label is not None and label < local(wanted.at, turn.setup.zone).date():
        until = label.isoformat()
    if until is not None:
        words = say("Lot {lot_id} was to be used by {date}. Take another one.", lot_id=lot_id, date=until[:10])
        yield Finding("LOT_EXPIRED", "lot", f"used by {until}", iso(wanted.at), words)
    if by_mes is None or label is None:
        return
    # An instant at midnight ends the day before it.
    days = {local(at, turn.setup.zone).date() for at in (by_mes, by_mes - 1.0)}
    if label not in days:
        words = say(
            "The label of lot {lot_id} says use by {label}, the MES {mes}. Put it aside and ask quality.",
            lot_id=lot_id,
            label=label.isoformat(),
            mes=iso(by_mes)[:10],
        )
        yield Finding("EXPIRY_DIFFERS", "lot", iso(by_mes), label.isoformat(), words)


def _is_center(turn: Turn, place: str) -> bool:
    known = turn.directories.resources
    resources = () if known is None else known.resources
    return any(one.kind == "work_center" and one.resource_id == place for one in resources)


def _older(turn: Turn, wanted: Wanted) -> Lot | None:
    """The oldest lot of the item that should be used before this one."""
    copy, loaded = wanted.copy, set(turn.materials.lots)
    if copy is None or copy.received is None:
        return None
    older = (
        (one.received, one)
        for one in turn.directories.lots.values()
        if one.item_id == copy.item_id
        and one.received is not None
        and one.received < copy.received
        and one.status == "unrestricted"
        and one.qty != 0
        and (one.expires is None or one.expires.timestamp() > wanted.at)
        and one.lot_id not in loaded
    )
    return min(older, key=lambda found: found[0], default=(None, None))[1]
