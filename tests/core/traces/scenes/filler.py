"""packml-filler: 26 minutes of a drum filler around tea, a changeover and the end of the early shift."""

from __future__ import annotations

from tests.core.traces.scene import Scene

NAME = "packml-filler"
MODULUS = 2**31
CYCLE_S = 5.0
CLEARING, STOPPED, STARTING, IDLE, SUSPENDED, EXECUTE, STOPPING, ABORTING, ABORTED = range(1, 10)
HOLDING, HELD, UNHOLDING, SUSPENDING, UNSUSPENDING, RESETTING, COMPLETING, COMPLETE = range(10, 18)
PRODUCE, SETUP = 1, 4
REASONS = {
    "rev": "7",
    "reasons": [
        {"code": "CAPPER_JAM", "text": {"en": "Capper jammed"}, "sticky": True},
        {"code": "LABELS_OUT", "text": {"en": "No labels"}},
        {"code": "LOW_PRESSURE", "text": {"en": "Air pressure low"}},
    ],
}
ALARMS = {
    "rev": "3",
    "alarms": [
        {"alarm": "117", "reason": "CAPPER_JAM", "confidence": "auto"},
        {"alarm": "205", "reason": "LOW_PRESSURE", "confidence": "auto", "priority": 5},
        {"alarm": "204", "reason": "LABELS_OUT", "confidence": "suggest"},
    ],
    "ignored": ["999"],
}


def order(order_id: str, **more: object) -> dict[str, object]:
    plan = {"order_id": order_id, "op_no": "10", "item_id": "DRUM-20", "qty_planned": "500", "uom": "EA"}
    return {"rev": "1", **plan, "release_status": "released", "norm_cycle_s": "5", **more}


class Filler:
    """The machine: its counters, and the states that it passes through."""

    def __init__(self) -> None:
        self.scene = Scene(NAME, "2026-03-04T08:38:00Z")
        self.processed = MODULUS - 30
        self.defective = 412

    def at(self, at: float, /, **values: int | bool) -> None:
        self.scene.to(at)
        self.scene.read(**values)

    def fill(self, until: float, *rejects: float) -> None:
        """A drum each cycle from now on; at the instants named one is rejected."""
        first = self.scene.now
        drums = [first + CYCLE_S * number for number in range(1, int((until - first) // CYCLE_S) + 1)]
        for at, is_drum in sorted([*((at, True) for at in drums), *((at, False) for at in rejects)]):
            if is_drum:
                self.processed = (self.processed + 1) % MODULUS
                self.at(at, processed=self.processed)
            else:
                self.defective += 1
                self.at(at, defective=self.defective)


def scene() -> Scene:
    filler = Filler()
    plant = filler.scene
    plant.mes("reasons", REASONS)
    plant.mes("alarms", ALARMS)
    plant.mes("orders/PO-1001", order("PO-1001"), plant.wc_id)
    plant.mes("orders/PO-1002", order("PO-1002", norm_setup_s="120"), plant.wc_id)
    words = {"state": EXECUTE, "mode": PRODUCE, "starved": False, "blocked": False}
    plant.connect(**words, processed=filler.processed, defective=filler.defective, alarm=0)
    plant.to(2.0)
    assert plant.scan("ORD:PO-1001") == "ok"
    filler.fill(100.0, 63.0)
    short_stops(filler)
    breakdown(filler)
    tea(filler)
    changeover(filler)
    shift_change(filler)
    return plant


def short_stops(filler: Filler) -> None:
    """Stopped through all the states on the way, starved, held, blocked."""
    filler.at(100.0, state=STOPPING)
    filler.at(103.0, state=STOPPED)
    filler.at(125.0, state=RESETTING)
    filler.at(128.0, state=IDLE)
    filler.at(129.0, state=STARTING)
    filler.at(131.0, state=EXECUTE)
    filler.fill(199.0)
    filler.at(200.0, state=SUSPENDING, starved=True)
    filler.at(202.0, state=SUSPENDED)
    filler.at(290.0, state=UNSUSPENDING, starved=False)
    filler.at(293.0, state=EXECUTE)
    filler.fill(329.0, 317.0)
    filler.at(330.0, state=HOLDING)
    # The drum before the hold is told after it, within `reorder_s`.
    filler.processed = (filler.processed + 1) % MODULUS
    filler.scene.now = 329.9
    filler.scene.read(0.2, processed=filler.processed)
    filler.at(331.0, state=HELD)
    filler.at(350.0, state=UNHOLDING)
    filler.at(352.0, state=EXECUTE)
    filler.fill(399.0)
    filler.at(400.0, state=SUSPENDING, blocked=True)
    filler.at(402.0, state=SUSPENDED)
    filler.at(440.0, state=UNSUSPENDING, blocked=False)
    filler.at(442.0, state=EXECUTE)
    filler.fill(479.0)


def breakdown(filler: Filler) -> None:
    """The capper jams; the guard's and the air's alarms only follow. A test of two drums is not the end of it."""
    filler.at(479.6, alarm=117)
    filler.at(480.0, state=ABORTING)
    filler.at(481.0, alarm=999)
    filler.at(482.0, state=ABORTED, alarm=205)
    filler.at(540.0, state=CLEARING, alarm=0)
    filler.at(580.0, state=STOPPED)
    filler.at(590.0, state=RESETTING)
    filler.at(593.0, state=IDLE)
    filler.at(595.0, state=EXECUTE)
    filler.fill(606.0)
    filler.at(607.0, state=ABORTING, alarm=117)
    filler.at(609.0, state=ABORTED)
    filler.at(640.0, state=CLEARING, alarm=0)
    filler.at(645.0, state=STOPPED)
    filler.at(650.0, state=RESETTING)
    filler.at(653.0, state=IDLE)
    filler.at(655.0, state=EXECUTE)
    filler.fill(701.0)


def tea(filler: Filler) -> None:
    """Stopped 15 s before tea, 13:50 to 13:55; back 70 s late."""
    filler.at(703.0, state=STOPPING)
    filler.at(705.0, state=STOPPED)
    filler.at(1085.0, state=RESETTING)
    filler.at(1088.0, state=IDLE)
    filler.at(1090.0, state=EXECUTE)
    filler.fill(1137.0)


def changeover(filler: Filler) -> None:
    """PO-1001 ends, scrap is entered, PO-1002 is set up with four test drums, for longer than planned."""
    plant = filler.scene
    filler.at(1138.0, state=COMPLETING)
    filler.at(1140.0, state=COMPLETE)
    plant.to(1142.0)
    assert plant.enter("report_scrap", "anna", qty="3", defect_code="UNDERFILL") == "ok"
    plant.to(1152.0)
    assert plant.enter("complete_operation", "anna") == "ok"
    plant.to(1158.0)
    assert plant.scan("ORD:PO-1002") == "ok"
    filler.at(1163.0, mode=SETUP, state=STOPPED)
    filler.at(1245.0, state=RESETTING)
    filler.at(1248.0, state=IDLE)
    filler.at(1250.0, state=EXECUTE)
    filler.fill(1270.0)
    filler.at(1271.0, state=STOPPING)
    filler.at(1272.0, state=STOPPED)
    filler.at(1285.0, mode=PRODUCE)
    filler.at(1287.0, state=RESETTING)
    filler.at(1288.0, state=IDLE)
    filler.at(1290.0, state=EXECUTE)
    filler.fill(1299.0)


def shift_change(filler: Filler) -> None:
    """The labels run out at 13:59:40. Anna says so; Boris of the late shift confirms it."""
    plant = filler.scene
    filler.at(1300.0, state=HOLDING, alarm=204)
    filler.at(1301.0, state=HELD)
    plant.to(1314.0)
    assert plant.enter("set_reason", "anna", code="LABELS_OUT") == "ok"
    plant.to(1400.0)
    assert plant.enter("set_reason", "boris", code="LABELS_OUT") == "ok"
    filler.at(1480.0, state=UNHOLDING, alarm=0)
    filler.at(1482.0, state=EXECUTE)
    filler.fill(1559.0)
    plant.to(1560.0)
