"""Component lots loaded at a work center."""

from __future__ import annotations

from agent.core import boundary
from agent.core.barcodes import Code
from agent.core.errors import EntryRefusedError
from agent.core.facts import LotLoaded
from agent.core.observations import Scan
from agent.core.turn import Turn
from agent.core.values import replace

MAX_LOTS = 40
"""Lots that can be loaded at one work center at a time."""


def load_scanned(turn: Turn, code: Code, scan: Scan) -> str:
    """Load a lot whose label was scanned.

    Raises:
        EntryRefusedError: it cannot be loaded.
    """
    lot = code.identity
    if lot in turn.floor.lots:
        raise EntryRefusedError("ALREADY_LOADED", f"Lot {lot} is loaded here already. Nothing to do.")
    if len(turn.floor.lots) >= MAX_LOTS:
        raise EntryRefusedError("TOO_MANY_LOTS", f"{MAX_LOTS} lots are loaded here. Finish the order first.")
    turn.flush()
    boundary.end(turn, scan.observed.wall, "lot")
    turn.floor = replace(turn.floor, lots=(*turn.floor.lots, lot))
    data = LotLoaded(
        keys=turn.draft.keys.model_copy(update={"lot_id": lot, "item_id": code.item}),
        quality=turn.draft.quality("scanner", entry="manual" if scan.manual else "scan"),
        versions=turn.draft.versions,
        scan_text=scan.text,
    )
    turn.draft.add(data, scan.observed.wall, f"lot:{turn.wc_id}:{lot}:{turn.number()}")
    return f"Lot {lot} loaded."
