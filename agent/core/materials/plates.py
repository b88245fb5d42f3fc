"""License plates of logistic units: what the MES says is on a pallet is loaded by its plate (domain.md F6)."""

from __future__ import annotations

from dataclasses import dataclass

from agent.core.actions import Asked, Claims
from agent.core.codes.reading import Code
from agent.core.discrepancies.discrepancies import Discrepancy
from agent.core.materials import loading, scanned_lots
from agent.core.materials.labels import Label
from agent.core.observations import Scan
from agent.core.records import Records
from agent.core.sentences import say
from agent.core.turn import Turn


@dataclass(frozen=True, slots=True)
class Unresolved:
    """A plate that the MES did not know when it was scanned."""

    discrepancy_id: str


PLATES = Records("lpn", Unresolved)


def claims_needed(asked: Asked, code: Code) -> Claims:
    """The claims that `load_scanned` must be given."""
    plate = asked.directories.lpns.get(code.identity)
    of_lot = () if plate is None else loading.claims_needed(asked, plate.lot_id)
    return (PLATES.key(asked.wc_id, code.identity), *of_lot)


def load_scanned(turn: Turn, code: Code, scan: Scan) -> str:
    """Load the lot that a plate stands for; of one that nobody knows yet it is told that it was here.

    Raises:
        EntryRefusedError: the lot cannot be loaded.
    """
    plate = turn.directories.lpns.get(code.identity)
    if plate is not None:
        return scanned_lots.load_scanned(
            turn, Label(plate.lot_id, plate.item_id, plate.qty, plate.uom, is_of_mes=True), scan
        )
    if PLATES.find(turn, turn.wc_id, code.identity) is None:
        at = scan.observed.wall
        raised = turn.raise_discrepancy(Discrepancy("lpn_unresolved", at, at, {"lpn": code.identity}), "rule")
        PLATES.keep(turn, Unresolved(raised), turn.wc_id, code.identity)
    return say(
        "Plate {lpn} is noted; the MES has not said what is on it. Scan the labels of its lots.", lpn=code.identity
    )
