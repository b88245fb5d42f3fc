"""What the pages of lots, output, scrap and quality are shown in tests."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from agent.core.materials.material_view import ComponentView, LotView, MovementView
from agent.core.quality.quality_views import CheckView, DueCheckView, HoldView, QualityView
from agent.core.views import AgentView, CodeView, ListView
from agent.core.work_center_view import NonconformanceView, WorkCenterView
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

WIDTH = DueCheckView(
    check_id="WIDTH",
    kind="in_process",
    text={"en": "Width", "ru": "Ширина", "kk": "Ені"},
    uom="mm",
    lower=Decimal("27.5"),
    upper=Decimal("28.5"),
    target=Decimal(28),
    limits_version="1",
    sampling="every_n",
    every=50,
    mandatory=True,
    samples=3,
    lots=(),
)
_NO_LIMITS = {"lower": None, "upper": None, "target": None, "samples": 1, "mandatory": False}
LOOK = WIDTH.model_copy(
    update={"check_id": "LOOK", "text": {"en": "Look", "ru": "Вид", "kk": "Түрі"}, "uom": None, **_NO_LIMITS}
)
TORQUE = WIDTH.model_copy(update={"check_id": "TORQUE", "text": {"en": "Torque"}, "uom": "Nm", **_NO_LIMITS})
INCOMING = LOOK.model_copy(
    update={"check_id": "INCOMING", "kind": "incoming", "sampling": "per_lot", "lots": ("L-1", "L-2"), "samples": 2}
)
MADE = CheckView(
    time="2026-03-04T06:58:00.000Z",
    check_id="WIDTH",
    characteristic="Width",
    result="fail",
    value=Decimal(30),
    uom="mm",
    about="SN000122",
)
HELD = HoldView(
    hold_id="hold-1", target="lot", target_id="P-001", reason_code="SUSPECT", since="2026-03-04T06:50:00.000Z"
)
CHECKING = CENTER.model_copy(update={"quality": QualityView(due=(WIDTH, LOOK), results=(MADE,), holds=(HELD,))})
SCRATCHED = NonconformanceView(
    nc_id="nc-1",
    serial=None,
    lot_id=None,
    qty=Decimal(5),
    defect_code="SCRATCH",
    disposition=None,
    since="2026-03-04T06:45:00.000Z",
)


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
    "corrections": ListView(codes=codes("MISCOUNT")),
    "holds": ListView(codes=codes("SUSPECT")),
}


def floor(center: WorkCenterView = LOADED, **lists: ListView) -> AgentView:
    """The agent with this work center and lists of codes."""
    return showing(center).model_copy(update={"lists": LISTS | lists})


_MANY = ("BURR", "SCRATCH", "CRACK", "DENT", "STAIN", "SIZE", "SHAPE", "COLOUR", "LABEL", "OTHER")
_FULL = {
    "movements": (REJECTED, RETURNED, RETURNED),
    "barred": ("return_material", "report_scrap", "dispose_nc", "release_hold"),
    "setup_parts": Decimal(4),
    "counts_output": False,
    "issues_serials": True,
    "lot_issuer": "external",
    "lot_out": "WC-12-L00007",
    "nonconforming": (SCRATCHED, SCRATCHED.model_copy(update={"nc_id": "nc-2", "disposition": "use_as_is"})),
    "open_nc": 12,
    "quality": QualityView(due=(WIDTH, LOOK, TORQUE, INCOMING), results=(MADE, MADE, MADE), holds=(HELD, HELD)),
}
FULL = floor(LOADED.model_copy(update=_FULL), defects=ListView(codes=codes(*_MANY)))
"""With as much to show as there may be."""
_LOT = {"lot_id": "L-77"}
_QTY = {"qty": "1000000"}
SHOWS = (
    Show(Page.LOTS),
    Show(Page.COMPONENT, {"bom_line": "10"}),
    Show(Page.LOT, _LOT),
    Show(Page.LOAD, {"bom_line": "20"}),
    Show(Page.LOAD, {"bom_line": "20", "reason": "NO_STOCK"}),
    Show(Page.SUBSTITUTE, {"bom_line": "20"}),
    Show(Page.UNLOAD, _LOT),
    Show(Page.UNLOAD, {"lot_id": "X-1"}),
    *(Show(page, {**_LOT, **more}) for page in (Page.RETURN, Page.USED) for more in ({}, {"qty": "5", "uom": "m"})),
    Show(Page.RETURN, {**_LOT, "qty": "5", "uom": "m", "reason": "OTHER"}),
    Show(Page.PLACE, _LOT),
    Show(Page.SCRAP),
    *(Show(Page.SCRAP, {**_QTY, "where": where}) for where in ("", "place", "typed", "disposition")),
    Show(Page.SCRAP, {**_QTY, "place": "ASSEMBLY-TABLE-12", "disposition": "use_as_is"}),
    Show(Page.REWORK),
    Show(Page.NONCONFORMING, {"nc_id": "nc-1"}),
    Show(Page.NONCONFORMING, {"nc_id": "nc-1", "qty": "2"}),
    Show(Page.NONCONFORMING, {"nc_id": "nc-2", "qty": "2"}),
    *(Show(Page.KEEP_APART, known) for known in ({}, _QTY)),
    *(Show(Page.OUTPUT, known) for known in ({}, {"more": "1"})),
    Show(Page.SETUP_PARTS),
    Show(Page.SERIALS),
    Show(Page.NEW_LOT),
    *(Show(Page.ADJUST, known) for known in ({}, {"category": "good"}, {"category": "good", "delta": "-5"})),
    Show(Page.QUALITY),
    *(Show(Page.CHECK, {"check_id": check_id}) for check_id in ("WIDTH", "LOOK", "INCOMING")),
    Show(Page.JUDGED, {"check_id": "TORQUE", "value": "12"}),
    *(Show(Page.FAILED, {"check_id": "WIDTH", "value": "30", **more}) for more in ({}, _QTY)),
    Show(Page.SKIP, {"check_id": "WIDTH"}),
    Show(Page.HOLDS),
    Show(Page.RELEASE, {"hold_id": "hold-1"}),
    *(Show(Page.HOLD, known) for known in ({}, {"target": "lot"}, {"target": "serial", "target_id": "SN000123"})),
)
"""Every page of the floor, and every question on it."""
