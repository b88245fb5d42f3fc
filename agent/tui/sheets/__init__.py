"""The pages of the terminal, each a function from what there is to draw to what it says and offers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from agent.tui.scene import Scene
from agent.tui.sheets import calls, crew, handover, lot_deeds, lots, notes, orders, scrap, stops
from agent.tui.sheets.sheet import Known, Note, Page, Sheet

SHEETS: Final[Mapping[Page, Callable[[Scene, Known], Sheet | Note]]] = {
    Page.REASONS: stops.reasons,
    Page.ORDERS: orders.orders,
    Page.ORDER: orders.order,
    Page.FINISH: orders.finish,
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
"""By page what it shows; a note where there is nothing to show."""
