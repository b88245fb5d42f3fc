"""cnc-40001: 21 minutes of a machining centre that breaks down, is set up, is switched off and hangs."""

from __future__ import annotations

from tests.core.traces.scene import Scene

NAME = "cnc-40001"
CYCLE_S = 30.0
BEAT_S = 5.0
NOT_AVAILABLE, OUT_OF_SERVICE, NOT_EXECUTING, EXECUTING = range(4)
SETUP, PROCESSING = 2, 3
REASONS = {
    "rev": "2",
    "reasons": [
        {"code": "SPINDLE", "text": {"en": "Spindle failed"}, "sticky": True},
        {"code": "CHIPS", "text": {"en": "Chips in the chuck"}},
    ],
}
ORDER = {
    "rev": "1",
    "order_id": "PO-77",
    "op_no": "20",
    "item_id": "FLANGE",
    "qty_planned": "80",
    "uom": "EA",
    "release_status": "released",
    "norm_cycle_s": "30",
}


class Centre:
    """The machine. Its heartbeat rises each second; one reading in five is kept."""

    def __init__(self) -> None:
        self.scene = Scene(NAME, "2026-03-04T05:00:00Z")
        self.parts = 1_200
        self.beat_due = BEAT_S

    def to(self, at: float) -> None:
        while self.beat_due <= at:
            self.scene.to(self.beat_due)
            self.scene.read(beat=100 + round(self.beat_due))
            self.beat_due += BEAT_S
        self.scene.to(at)

    def at(self, at: float, /, **values: int) -> None:
        self.to(at)
        self.scene.read(**values)

    def cut(self, *ends: float) -> None:
        """A part is done at each of these instants."""
        for at in ends:
            self.parts += 1
            self.at(at, parts=self.parts)


def scene() -> Scene:
    centre = Centre()
    plant = centre.scene
    plant.mes("reasons", REASONS)
    plant.mes("orders/PO-77", ORDER, plant.wc_id)
    plant.connect(item_state=EXECUTING, operation_mode=PROCESSING, parts=centre.parts, beat=100)
    centre.to(1.0)
    assert plant.enter("start_operation", "anna", order_id="PO-77") == "ok"
    centre.cut(31.0, 61.0, 91.0, 121.0)
    centre.at(151.0, item_state=NOT_EXECUTING)
    centre.at(172.0, item_state=EXECUTING)
    centre.cut(202.0, 232.0)
    breakdown(centre)
    setup(centre)
    off_and_hung(centre)
    return plant


def breakdown(centre: Centre) -> None:
    """The spindle fails. One part is tried; then three in a row show that it is over."""
    centre.at(243.0, item_state=OUT_OF_SERVICE)
    centre.to(290.0)
    assert centre.scene.enter("set_reason", "anna", code="SPINDLE") == "ok"
    centre.at(420.0, item_state=EXECUTING)
    centre.cut(450.0)
    centre.at(455.0, item_state=OUT_OF_SERVICE)
    centre.at(540.0, item_state=EXECUTING)
    centre.cut(570.0, 600.0, 630.0)


def setup(centre: Centre) -> None:
    """The machine itself says that it is being set up; one test piece."""
    centre.at(661.0, item_state=NOT_EXECUTING, operation_mode=SETUP)
    centre.at(700.0, item_state=EXECUTING)
    centre.cut(730.0)
    centre.at(731.0, item_state=NOT_EXECUTING)
    centre.at(761.0, operation_mode=PROCESSING)
    centre.at(766.0, item_state=EXECUTING)
    centre.cut(796.0, 826.0, 856.0)


def off_and_hung(centre: Centre) -> None:
    """Switched off while its controller lives; later the controller hangs."""
    centre.at(861.0, item_state=NOT_AVAILABLE)
    centre.at(901.0, item_state=NOT_EXECUTING)
    centre.at(906.0, item_state=EXECUTING)
    centre.cut(936.0, 966.0, 996.0)
    centre.to(1000.0)
    # No heartbeat from here on; the server answers for it, and says after a while that nothing is available.
    centre.beat_due = 1130.0
    centre.at(1018.0, item_state=NOT_AVAILABLE)
    centre.to(1126.0)
    centre.scene.read(item_state=NOT_EXECUTING, beat=17)
    centre.at(1131.0, item_state=EXECUTING)
    centre.cut(1161.0, 1191.0, 1221.0)
    centre.to(1240.0)
