"""What the pages of lots, output, scrap and quality are shown in tests."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from agent.core.materials.material_view import ComponentView, LotView, MovementView
from agent.core.views import AgentView, CodeView, ListView
from agent.core.work_center_view import WorkCenterView
from agent.tui.sheets.sheet import Page, Show
from tests.tui.views import CENTER, NOON, showing

LABEL = LotView(
    lot_id="L-77",
    item_id="LABEL-5",
    bom_line="10",
    is_substitute=False,
    left=Decimal("120.500"),
    uom="m",
    place="RACK-2",
    since=NOON,
    expires="2026-05-03T19:00:00.000Z",
)
STRAY = LABEL.model_copy(
    update={"lot_id": "X-1", "item_id": "PAINT", "bom_line": None, "left": None, "uom": None, "expires": None}
)
LABELS = ComponentView(
    bom_line="10",
    item_id="LABEL-5",
    text={"en": "Label", "ru": "Этикетка", "kk": "Жапсырма"},
    mode="by_output",
    uom="m",
    qty_per=Decimal("0.1"),
    required=Decimal(76),
    lots=("L-77",),
    remaining=Decimal("120.500"),
    expires=LABEL.expires,
    short=False,
)
CABLES = LABELS.model_copy(
    update={
        "bom_line": "20",
        "item_id": "CABLE-77",
        "text": {"en": "Cable", "ru": "Кабель", "kk": "Кабель"},
        "uom": "pcs",
        "required": Decimal(1520),
        "lots": (),
        "remaining": Decimal(0),
        "expires": None,
        "short": True,
    }
)
RETURNED = MovementView(
    movement_id="mov-1",
    kind="return",
    item_id="LABEL-5",
    lot_id="L-70",
    qty=Decimal(5),
    uom="m",
    time=NOON,
    state="proposed",
    answer="",
)
REJECTED = RETURNED.model_copy(update={"movement_id": "mov-2", "state": "rejected", "answer": "NOT_FOUND"})
LOADED = CENTER.model_copy(update={"components": (LABELS, CABLES), "loaded": (LABEL, STRAY)})


def codes(*names: str, generic: Iterable[str] = (), group: str | None = None) -> tuple[CodeView, ...]:
    """Codes with a text in each language."""
    return tuple(
        CodeView(
            code=name,
            text={"en": f"{name} in English", "ru": f"{name} по-русски", "kk": f"{name} қазақша"},
            generic=name in generic,
            group=group,
        )
        for name in names
    )


LISTS = {
    "defects": ListView(codes=codes("SCRATCH", "BURR")),
    "returns": ListView(codes=codes("LEFT_OVER", "OTHER", generic={"OTHER"})),
    "deviations": ListView(codes=codes("NO_STOCK")),
    "skips": ListView(codes=codes("GAUGE_BROKEN", "OTHER", generic={"OTHER"})),
    "holds": ListView(codes=codes("SUSPECT")),
}


def floor(center: WorkCenterView = LOADED, **lists: ListView) -> AgentView:
    """The agent with this work center and lists of codes."""
    return showing(center).model_copy(update={"lists": LISTS | lists})


_MANY = ("BURR", "SCRATCH", "CRACK", "DENT", "STAIN", "SIZE", "SHAPE", "COLOUR", "LABEL", "OTHER")
FULL = floor(
    LOADED.model_copy(
        update={"movements": (REJECTED, RETURNED, RETURNED), "barred": ("return_material", "report_scrap")}
    ),
    defects=ListView(codes=codes(*_MANY)),
)
"""With as much to show as there may be."""
_LOT = {"lot_id": "L-77"}
_SCRAP = {"qty": "1000000", "place": "ASSEMBLY-TABLE-12", "disposition": "use_as_is"}
SHOWS = (
    Show(Page.LOTS),
    Show(Page.COMPONENT, {"bom_line": "10"}),
    Show(Page.LOT, _LOT),
    Show(Page.LOAD, {"bom_line": "20"}),
    Show(Page.SUBSTITUTE, {"bom_line": "20"}),
    Show(Page.UNLOAD, _LOT),
    Show(Page.UNLOAD, {"lot_id": "X-1"}),
    *(Show(page, {**_LOT, **more}) for page in (Page.RETURN, Page.USED) for more in ({}, {"qty": "5", "uom": "m"})),
    Show(Page.RETURN, {**_LOT, "qty": "5", "uom": "m", "reason": "OTHER"}),
    Show(Page.PLACE, _LOT),
    Show(Page.SCRAP),
    *(Show(Page.SCRAP, {"qty": "1000000", "where": where}) for where in ("", "place", "typed", "disposition")),
    Show(Page.SCRAP, _SCRAP),
)
"""Every page of the floor, and every question on it."""
