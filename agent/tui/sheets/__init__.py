"""The pages of the terminal, each a function from what there is to draw to what it says and offers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from agent.tui.scene import Scene
from agent.tui.sheets import orders, stops
from agent.tui.sheets.sheet import Known, Note, Page, Sheet

SHEETS: Final[Mapping[Page, Callable[[Scene, Known], Sheet | Note]]] = {
    Page.REASONS: stops.reasons,
    Page.ORDERS: orders.orders,
    Page.ORDER: orders.order,
    Page.FINISH: orders.finish,
}
"""By page what it shows; a note where there is nothing to show."""
