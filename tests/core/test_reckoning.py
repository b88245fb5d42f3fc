"""Adding up committed facts comes to what the station itself says, and to the chain of its summaries (98, 99)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from uuid import UUID, uuid4

from hypothesis import given
from hypothesis import strategies as st

from agent.core.contract.envelope import Row
from agent.core.facts import (
    FACT_TYPES,
    DigestRow,
    Fact,
    FactCorrected,
    FactData,
    Keys,
    LaborRecorded,
    MaterialConsumed,
    OperationAttached,
    OutputRecorded,
    Range,
    Reason,
    ReworkRecorded,
    ScrapRecorded,
    ShiftKeys,
    ShiftSummary,
    StopClosed,
)
from agent.core.machine.conditions import Condition
from agent.core.reconciliation.amendments import Amendments
from agent.core.reconciliation.reckoning import DETAIL, MOST_ITEMS, MOST_ROWS, Reckoning, Scope
from agent.journal.marks import Epoch
from agent.journal.store import as_row, fact_values
from tests.core.build import (
    T0,
    WC,
    Story,
    a_manual_station,
    a_pattern,
    a_plan,
    a_shift,
    a_story,
    an_order,
    by_supervisor,
    clock,
    entry,
    moved,
    quality,
    started,
    stop,
    tick,
    wall,
)

E1 = Epoch("e1", 1, 0, clock(0.0))
KEYS = Keys(wc_id=WC, order_id="PO-1", op_no="10", item_id="BOTTLE")
DAY = ShiftKeys(shift_id="1", business_date="2026-03-04", crew_id="B")
NIGHT = ShiftKeys(shift_id="2", business_date="2026-03-04", crew_id="C")
SHIFTS = a_pattern(a_shift("1", "06:00", "14:00"), a_shift("2", "14:00", "22:00"))
REASON = Reason(code="MISCOUNT", dir="corrections", rev="1")


def committed(facts: Iterable[Fact], first: int = 1) -> list[Row]:
    """The facts as the journal gives them back."""
    return [as_row(E1, fact_values(position, fact, clock(0.0))) for position, fact in enumerate(facts, first)]


def told(*happened: FactData, correlation: str | None = None) -> list[Fact]:
    return [
        Fact(uuid4(), data, T0 + number, T0 + number, f"test:{number}", correlation)
        for number, data in enumerate(happened)
    ]


def reckoned(rows: Sequence[Row], scope: Scope | None = None) -> Reckoning:
    amendments = Amendments()
    for row in rows:
        amendments.take(row)
    reckoning = Reckoning(amendments, scope or Scope())
    reckoning.take(rows)
    return reckoning


def output(good: int, *, shift: ShiftKeys | None = DAY, **more: object) -> OutputRecorded:
    fields: dict[str, object] = {
        "keys": KEYS,
        "quality": quality(),
        "shift": shift,
        "qty_good": Decimal(good),
        "uom": "EA",
        "cum_good": Decimal(0),
        "cum_good_shift": Decimal(0),
        "counter": None,
        "interval": None,
        "lots_in": (),
    }
    return OutputRecorded.model_validate({**fields, **more})


def scrap(qty: int, from_good: int = 0, **more: object) -> ScrapRecorded:
    fields: dict[str, object] = {
        "keys": KEYS,
        "quality": quality(),
        "shift": DAY,
        "qty_scrap": Decimal(qty),
        "qty_from_good": Decimal(from_good),
        "uom": "EA",
        **dict.fromkeys(("cum_good", "cum_scrap", "cum_good_shift", "cum_scrap_shift"), Decimal(0)),
        "defect_code": "DENT",
        "place": WC,
        "counter": None,
        "interval": None,
    }
    return ScrapRecorded.model_validate({**fields, **more})


def rework(qty: int, from_good: int) -> ReworkRecorded:
    return ReworkRecorded(
        keys=KEYS,
        quality=quality(),
        shift=DAY,
        qty_rework=Decimal(qty),
        qty_from_good=Decimal(from_good),
        uom="EA",
        cum_rework=Decimal(0),
        counter=None,
        interval=None,
        defect_code=None,
        target_op=None,
    )


def correction(target: Fact, number: int, after: Mapping[str, str | None], action: str = "replace") -> FactCorrected:
    return FactCorrected.model_validate(
        {
            "keys": target.data.keys,
            "quality": quality(),
            "shift": NIGHT,
            "action": action,
            "target_id": str(target.id),
            "target_type": target.data.TYPE,
            "target_epoch": "e1",
            "target_sequence": 1,
            "target_dedupkey": target.natural_key,
            "before": {},
            "after": dict(after),
            "reason": REASON,
            "actor": "boris",
            "approver": None,
            "correction_no": number,
            "initiator": "local",
        }
    )


def quantities(rows: Iterable[DigestRow]) -> list[tuple[str | None, str | None, int, int, int]]:
    return [
        (
            row.order_id,
            row.shift.shift_id if row.shift else None,
            int(row.qty_good),
            int(row.qty_scrap),
            int(row.qty_rework),
        )
        for row in rows
    ]


def test_good_scrap_and_open_rework_are_added_up_by_order_and_shift() -> None:
    facts = told(output(10), scrap(2, 1), rework(3, 3), output(1, qty_from_rework=Decimal(1)), output(5, shift=NIGHT))
    reckoning = reckoned(committed(facts))
    assert quantities(reckoning.rows()) == [("PO-1", "1", 7, 2, 2), ("PO-1", "2", 5, 0, 0)]
    assert [row.facts for row in reckoning.rows()] == [4, 1]
    assert reckoning.types == {"output.recorded": 3, "scrap.recorded": 1, "rework.recorded": 1}
    assert reckoning.ranges == {"e1": Range(epoch="e1", first=1, last=5)}


def test_detail_is_neither_counted_nor_chained() -> None:
    facts = told(moved(Condition.RUNNING, Condition.IDLE), output(1))
    reckoning = reckoned(committed(facts))
    assert (reckoning.chain.facts, reckoning.chain.first_id) == (1, str(facts[1].id))
    assert {"machine.condition_changed"} <= DETAIL


def test_the_last_correction_of_a_fact_holds() -> None:
    (made,) = told(output(10))
    first, second = correction(made, 1, {"qty_good": "7"}), correction(made, 2, {"keys.order_id": "PO-2"})
    facts = [made, *told(first, second)]
    assert quantities(reckoned(committed(facts)).rows())[0] == ("PO-1", "2", 0, 0, 0)
    assert ("PO-2", "1", 7, 0, 0) in quantities(reckoned(committed(facts)).rows())


def test_a_void_fact_is_counted_and_adds_nothing_unless_it_is_given_back() -> None:
    (made,) = told(output(10))
    void = correction(made, 1, {}, "void")
    assert quantities(reckoned(committed([made, *told(void)])).rows()) == [
        ("PO-1", "1", 0, 0, 0),
        ("PO-1", "2", 0, 0, 0),
    ]
    again = correction(made, 2, {"qty_good": "9"})
    assert quantities(reckoned(committed([made, *told(void, again)])).rows())[0] == ("PO-1", "1", 9, 0, 0)


def test_what_was_made_without_an_order_counts_for_the_one_it_was_attached_to() -> None:
    bare = KEYS.model_copy(update={"order_id": None, "op_no": None})
    made = told(output(4, keys=bare), correlation="none-3")
    other = told(output(1, keys=bare), correlation="none-4")
    attached = OperationAttached(
        keys=KEYS,
        quality=quality(),
        shift=DAY,
        execution_id="none-3",
        op_execution_id="op-7",
        qty_good=Decimal(4),
        qty_scrap=Decimal(0),
        uom="EA",
        reason="FORGOTTEN",
        actor="boris",
    )
    facts = [*made, *other, *told(attached)]
    assert quantities(reckoned(committed(facts)).rows()) == [(None, "1", 1, 0, 0), ("PO-1", "1", 4, 0, 0)]


def test_material_labor_and_unplanned_stops_have_their_sums() -> None:
    used = MaterialConsumed(
        keys=KEYS.model_copy(update={"item_id": "CAP", "lot_id": "L-1"}),
        quality=quality(),
        shift=DAY,
        qty=Decimal("2.5"),
        uom="KG",
        bom_line="10",
        mode="entered",
        norm_qty=None,
        cum_qty=Decimal("2.5"),
        over_qty=Decimal(0),
        reason=None,
        is_substitute=False,
        substitute_for=None,
        actor=None,
    )
    worked = LaborRecorded(
        keys=KEYS,
        quality=quality(),
        shift=DAY,
        operator_id="OP-1",
        crew_id="B",
        activity="direct",
        op_execution_id="op-7",
        start=clock(0.0),
        end=clock(90.0),
        duration_s=Decimal(90),
    )
    stood = stop(StopClosed, "stop-1", 10.0, 70.0, stop_class="down")
    part = stood.segments[0].model_copy(update={"order_id": "PO-1", "op_no": "10", "shift": DAY})
    stood = stood.model_copy(update={"segments": (part,), "keys": KEYS, "shift": DAY})
    (row,) = reckoned(committed(told(used, used, worked, stood))).rows()
    assert (row.consumed, row.labor_s, row.stop_s) == ({"CAP": Decimal("5.0")}, Decimal(90), Decimal("60.000"))
    assert row.shift == DAY


def changed(kind: str, status: str, shift: ShiftKeys = DAY, **more: object) -> FactData:
    fields: dict[str, object] = {
        "keys": KEYS,
        "quality": quality(),
        "shift": shift,
        "op_execution_id": "op-7",
        "from_status": "waiting",
        "to_status": status,
        "transition_no": 1,
        "release_status_seen": "released",
        **dict.fromkeys(("qty_good", "qty_scrap", "qty_planned"), Decimal(0)),
        "uom": "EA",
        "actor": None,
    }
    model = {one.TYPE: one for one in FACT_TYPES}[f"operation.{kind}"]
    return model.model_validate({**fields, **more})


def statuses(*happened: FactData, scope: Scope | None = None) -> dict[str | None, str | None]:
    rows = reckoned(committed(told(*happened)), scope).rows()
    return {row.shift.shift_id if row.shift else None: row.status for row in rows}


def test_a_shift_has_the_status_that_was_told_last_in_it_or_that_it_began_with() -> None:
    begun = changed("started", "in_progress")
    assert statuses(output(1), begun, output(5, shift=NIGHT)) == {"1": "in_progress", "2": "in_progress"}
    done = changed("completed", "completed", NIGHT)
    assert statuses(begun, output(5, shift=NIGHT), done, output(1)) == {"1": "in_progress", "2": "completed"}
    night = Scope(shift_id="2", business_date="2026-03-04")
    assert statuses(begun, output(5, shift=NIGHT), scope=night) == {"2": "in_progress"}
    assert statuses(output(1)) == {"1": None}
    assert statuses(begun, output(1, shift=None)) == {"1": "in_progress", None: None}


def test_a_lot_that_is_made_has_a_row_of_its_own() -> None:
    rows = reckoned(committed(told(output(3, lot_out="P-1"), output(4, lot_out="P-2")))).rows()
    assert [(row.lot_id, int(row.qty_good)) for row in rows] == [("P-1", 3), ("P-2", 4)]


def test_a_scope_leaves_out_what_is_not_meant() -> None:
    facts = told(output(3), output(5, shift=NIGHT))
    reckoning = reckoned(committed(facts), Scope(shift_id="2", business_date="2026-03-04"))
    assert quantities(reckoning.rows()) == [("PO-1", "2", 5, 0, 0)]
    assert (reckoning.chain.facts, reckoning.chain.first_id) == (1, str(facts[1].id))


def test_what_there_is_no_room_for_is_added_up_under_one_name() -> None:
    facts = told(*(output(1, keys=KEYS.model_copy(update={"order_id": f"PO-{number:04}"})) for number in range(300)))
    rows = reckoned(committed(facts)).rows()
    assert len(rows) == MOST_ROWS
    assert (rows[-1].order_id, rows[-1].op_no, int(rows[-1].qty_good)) == (None, "*", 300 - MOST_ROWS + 1)
    assert MOST_ITEMS < MOST_ROWS


def a_day() -> Story:
    plan = a_plan(an_order("PO-1"), an_order("PO-2"), reasons=("JAM",))
    return a_story(started(wall("05:30")), station=a_manual_station(SHIFTS), plan=plan)


SAID = {
    "order": ("start_operation", {"order_id": "PO-1"}),
    "other": ("start_operation", {"order_id": "PO-2"}),
    "good": ("report_good", {"qty": "3"}),
    "scrap": ("report_scrap", {"qty": "1", "defect_code": "DENT"}),
    "more": ("adjust_quantity", {"category": "good", "delta": "2", "reason": "MISCOUNT"}),
    "less": ("adjust_quantity", {"category": "good", "delta": "-1", "reason": "MISCOUNT"}),
    "rework": ("adjust_quantity", {"category": "rework", "delta": "1", "reason": "MISCOUNT"}),
    "stop": ("start_stop", {"code": "JAM"}),
    "end": ("end_stop", {}),
    "done": ("complete_operation", {}),
}
DOINGS = st.lists(st.sampled_from([*SAID, "wait"]), max_size=40)


@given(DOINGS)
def test_the_facts_of_any_story_add_up_to_the_stations_own_figures_at_every_instant(doings: list[str]) -> None:
    story, at = a_day(), wall("05:40")
    rows = committed(story.facts)
    for doing in doings:
        at += 3 * 3600.0 if doing == "wait" else 60.0
        if doing == "wait":
            facts = story.hear(tick(at))
        else:
            action, arguments = SAID[doing]
            facts = story.hear(by_supervisor(entry(at, action, **arguments)))
        rows += committed(facts, len(rows) + 1)
        operation, cums = story.station.state.operations.current, story.station.state.output.cums
        if operation is not None:
            made = reckoned([row for row in rows if row.correlationid == operation.op_execution_id]).rows()
            sums = [sum(int(getattr(row, f"qty_{name}")) for row in made) for name in ("good", "scrap", "rework")]
            assert sums == [cums.good, cums.scrap, cums.rework]
    assert_summaries_agree(story.facts, rows)


def assert_summaries_agree(facts: Sequence[Fact], rows: Sequence[Row]) -> None:
    """Each summary against the facts before it: the whole shift for quantities, its stretch for the chain."""
    begin = 0
    for index, fact in enumerate(facts):
        summary = fact.data
        if not isinstance(summary, ShiftSummary):
            continue
        assert summary.shift is not None
        scope = Scope(shift_id=summary.shift.shift_id, business_date=summary.shift.business_date)
        shift = reckoned(rows[:index], scope)
        assert sum((row.qty_good for row in shift.rows()), Decimal(0)) == summary.qty_good
        assert sum((row.qty_scrap for row in shift.rows()), Decimal(0)) == summary.qty_scrap
        assert sum((row.qty_rework for row in shift.rows()), Decimal(0)) == summary.qty_rework
        stretch = reckoned(rows[begin:index])
        assert (stretch.chain.facts, stretch.chain.value) == (summary.facts, summary.ids_chain)
        begin = index + 1


def test_ids_are_chained_as_texts() -> None:
    (fact,) = told(output(1))
    (row,) = committed([fact])
    assert reckoned([row]).chain.first_id == str(UUID(bytes=row.id)) == str(fact.id)
