"""The pages of the terminal, each a function from what there is to draw to what it says and offers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from agent.tui.scene import Scene
from agent.tui.sheets import (
    by_hand,
    calls,
    crew,
    handover,
    interrupting,
    losses,
    lot_deeds,
    lots,
    notes,
    orders,
    reasons,
    scrap,
    splitting,
    stops,
    undoing,
)
from agent.tui.sheets.sheet import Known, Note, Page, Sheet, Show

SHEETS: Final[Mapping[Page, Callable[[Scene, Known], Sheet | Note | Show]]] = {
    Page.STOPS: stops.stops,
    Page.REASONS: reasons.reasons,
    Page.STOP: stops.stop,
    Page.PARTS: stops.parts_of_stop,
    Page.SPLIT: splitting.split,
    Page.EXPLAIN: stops.explain,
    Page.CLOSED_STOPS: stops.closed_stops,
    Page.BEGIN_STOP: by_hand.begin_stop,
    Page.UNDO: undoing.undo,
    Page.ORDERS: orders.orders,
    Page.ORDER: orders.order,
    Page.ORDER_REASON: interrupting.order_reason,
    Page.FINISH: orders.finish,
    Page.LOSSES: losses.losses,
    Page.LOTS: lots.lots,
    Page.COMPONENT: lots.component,
    Page.LOT: lots.lot,
    Page.LOAD: lot_deeds.load,
    Page.SUBSTITUTE: lot_deeds.substitute,
    Page.UNLOAD: lot_deeds.unload,
    Page.RETURN: lot_deeds.give_back,
    Page.PLACE: lot_deeds.place,
    Page.USED: lot_deeds.used,
    Page.SCRAP: scrap.scrap,
    Page.HANDOVER: handover.handover,
    Page.NOTES: notes.notes,
    Page.NOTE: notes.note,
    Page.ADD_NOTE: notes.add_note,
    Page.CALL: calls.call,
    Page.CREW: crew.crew,
    Page.PERSON: crew.person,
    Page.SIGN_ON: crew.sign_on,
}
"""By page what it shows; a note where there is nothing to show, or the page to turn to instead."""
