"""Where a lot went, or what went into it, out of facts as the journal gives them back (requirements 29, 39)."""

from __future__ import annotations

from decimal import Decimal

from agent.core.facts import (
    Child,
    Fact,
    GenealogyLinked,
    LotLoaded,
    LotMoved,
    LotPart,
    LotSplit,
    LotUnloaded,
    MaterialReturned,
    MovementSettled,
)
from agent.core.reconciliation.amendments import Amendments
from agent.core.reconciliation.lot_trace import LotHistory
from agent.core.reconciliation.lot_view import LotTrace
from agent.core.reconciliation.reckoning import Reckoning
from tests.core.build import quality
from tests.core.test_plan_against_fact import WHY, used
from tests.core.test_reckoning import DAY, KEYS, NIGHT, committed, correction, output, told

LOT = KEYS.model_copy(update={"item_id": "CABLE", "lot_id": "C-1"})
ABOUT = {"keys": LOT, "quality": quality(), "shift": DAY, "actor": None}


def traced(facts: list[Fact], lot_id: str = "C-1", order_id: str | None = None, shift: str | None = None) -> LotTrace:
    rows, amendments, history = committed(facts), Amendments(), LotHistory(lot_id)
    for row in rows:
        amendments.take(row)
    Reckoning(amendments, beside=(history,)).take(rows)
    return history.trace(order_id, shift)


def linked(parent: str, *children: str, removed: tuple[str, ...] = (), lot: bool = False) -> GenealogyLinked:
    def parts(lots: tuple[str, ...]) -> tuple[Child, ...]:
        return tuple(Child(item_id=f"ITEM-{name}", lot_id=name, serial=None, qty=None, uom="EA") for name in lots)

    return GenealogyLinked(
        keys=KEYS,
        quality=quality(),
        shift=DAY,
        parent_serial=None if lot else parent,
        parent_lot=parent if lot else None,
        child_lots=children,
        children=parts(children),
        removed=parts(removed),
    )


def test_a_component_lot_tells_by_shift_and_operation_what_became_of_it() -> None:
    loaded = LotLoaded.model_validate({**ABOUT, "scan_text": "C-1", "qty": "100", "uom": "EA"})
    left = LotUnloaded.model_validate({**ABOUT, "qty_left": "60", "uom": "EA", "cause": "operator"})
    places = {"from_place": "WC-1", "to_place": "STORE"}
    returned = MaterialReturned.model_validate(
        {**ABOUT, **places, "movement_id": "m-1", "state": "proposed", "qty": "15", "uom": "EA", "bom_line": None}
        | {"reason": None}
    )
    settled = MovementSettled.model_validate({**ABOUT, "movement_id": "m-1", "state": "rejected", "reason": "12"})
    moved = LotMoved.model_validate({**ABOUT, **places, "qty": None, "uom": None})
    part = LotPart(lot_id="C-1a", qty=Decimal(5))
    split = LotSplit.model_validate({**ABOUT, "into": (part,), "uom": "EA"})
    late = used("4", "4", shift=NIGHT)
    trace = traced(told(loaded, used("20", "19", "1", reason=WHY), returned, moved, split, left, settled, late))
    day, night = trace.uses
    assert (day.shift, day.order_id, day.op_no, day.item_id) == ("2026-03-04/1", "PO-1", "10", "CABLE")
    assert (day.loads, day.loaded, day.used, day.left) == (1, Decimal(100), Decimal(20), Decimal(60))
    assert (day.over, day.reasons) == (Decimal(1), ("SHORTAGE",))
    assert [(one.kind, one.qty, one.state) for one in day.movements] == [
        ("returned", Decimal(15), "rejected"),
        ("moved", None, None),
    ]
    assert day.split_into == {"C-1a": Decimal(5)}
    assert (night.shift, night.loads, night.loaded, night.used) == ("2026-03-04/2", 0, None, Decimal(4))


def test_only_what_is_asked_for_is_told() -> None:
    facts = told(used("20", "20"), used("4", "4", shift=NIGHT))
    assert [one.used for one in traced(facts, shift="2026-03-04/2").uses] == [Decimal(4)]
    assert len(traced(facts, shift="2026-03-04").uses) == 2
    assert traced(facts, order_id="PO-2").uses == ()
    assert traced(facts, "C-9") == LotTrace(lot_id="C-9", uses=(), components=(), units=())


def test_it_is_told_into_which_units_a_lot_went_and_not_those_that_it_was_taken_out_of() -> None:
    facts = told(linked("U-1", "C-1", "B-1"), linked("U-2", "C-1"), linked("U-3", "B-1"))
    (use,) = traced(facts).uses
    assert use.units == ("U-1", "U-2")
    (less,) = traced([*facts, *told(linked("U-2", removed=("C-1",)))]).uses
    assert less.units == ("U-1",)
    again = [*facts, *told(linked("U-2", removed=("C-1",)), linked("U-2", "C-1"))]
    assert traced(again).uses[0].units == ("U-1", "U-2")


def test_a_correction_changes_where_it_went() -> None:
    (fact,) = told(linked("U-1", "C-1"))
    children = '[{"item_id": "CABLE", "lot_id": "C-2", "serial": null, "qty": null, "uom": "EA"}]'
    facts = [fact, *told(correction(fact, 1, {"children": children}))]
    assert traced(facts).uses == ()
    assert traced(facts, "C-2").uses[0].units == ("U-1",)


def test_a_unit_that_a_component_was_used_for_has_it_in_itself() -> None:
    (use,) = traced(told(used("1", "1", "1", reason=WHY, parent_serial="U-7"))).uses
    assert use.units == ("U-7",)


def test_a_lot_that_was_made_tells_what_went_into_it_and_its_units() -> None:
    facts = told(
        linked("P-1", "C-1", lot=True),
        linked("U-1", "B-1", "C-1"),
        linked("U-2", "B-1"),
        linked("U-3", "X-1"),
        output(2, lot_out="P-1", serials=("U-1", "U-2")),
        output(1, lot_out="P-2", serials=("U-3",)),
    )
    trace = traced(facts, "P-1")
    assert (trace.uses, trace.units) == ((), ("U-1", "U-2"))
    assert {one.lot_id: one.units for one in trace.components} == {"C-1": 1, "B-1": 2}
    (use,) = traced(facts).uses
    assert (use.units, use.lots) == (("U-1",), ("P-1",))
