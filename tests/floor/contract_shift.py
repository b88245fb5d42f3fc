"""A bench whose shift ends after most of what can be put right was put right: examples of the contract's page."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.floor.looking import Wire, listening
from tests.floor.plant import Floor, Made, a_floor
from tests.floor.scenes import an_order, codes

WC, ORDER = "BENCH-1", "PO-2"
DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
SHIFTS = [
    {"id": "1", "start": "06:00", "end": "06:20", "days": DAYS},
    {"id": "2", "start": "06:20", "end": "22:00", "days": DAYS},
]
MADE = Made(
    machines=({"work_center": WC, "manual": True},),
    beside={"calendar": {"shift": SHIFTS}},
    speed=60.0,
)


@contextmanager
def a_corrected_shift(folder: Path) -> Iterator[tuple[Floor, Wire]]:
    """The plant when the shift is over, and all that was said on the broker."""
    with a_floor(MADE, folder) as floor, listening(floor) as wire:
        floor.publish("defects", codes("DENT"))
        floor.publish("corrections", codes("TYPO"))
        floor.publish(f"orders/{ORDER}", an_order(ORDER, qty_planned="20"), wc=WC)
        _work(floor)
        floor.wait(lambda: bool(floor.mes("reconciliation.digest")), "the digest of the shift")
        floor.delivered()
        floor.wait(lambda: any("/dir/figures/" in one.topic for one in wire.heard), "the figures of the MES")
        yield floor, wire


def _work(floor: Floor) -> None:
    floor.enter(WC, "report_good", qty="3")
    shown = floor.until_center(WC, lambda center: bool(center["runs_without_order"]), "what has no order")
    free = shown["runs_without_order"][-1]["execution_id"]
    floor.enter(WC, "attach_run", execution_id=free, order_id=ORDER, reason="FORGOTTEN")
    floor.enter(WC, "sign_on", operator_id="OP-1")
    floor.enter(WC, "start_operation", order_id=ORDER)
    floor.enter(WC, "report_good", qty="8")
    floor.enter(WC, "report_scrap", qty="5", defect_code="DENT")
    floor.wait(lambda: bool(floor.mes("scrap.recorded")), "the scrap at the MES")
    (scrap,) = floor.events("scrap.recorded")
    target = {"target_id": scrap["id"], "target_sequence": str(int(scrap["sequence"]))}
    floor.enter(WC, "replace_fact", **target, set='{"qty_scrap": "2"}', reason="TYPO", comment="2, not 5")
    floor.enter(WC, "adjust_quantity", category="good", delta="-1", reason="COUNTED_AGAIN")
    floor.enter(WC, "complete_operation")
