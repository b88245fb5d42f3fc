"""Whatever is loaded, made and entered: what was used is what was made of it, and no lot gave more than it had."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import TypeAlias

from hypothesis import given, settings
from hypothesis import strategies as st

from agent.core.facts import (
    Fact,
    LotUnloaded,
    MaterialConsumed,
    OutputRecorded,
    QuantityAdjusted,
    ScrapRecorded,
)
from agent.core.materials.material_settings import MaterialSettings
from tests.core.build import a_pattern, a_shift
from tests.core.floor import Floor, a_floor, a_line, a_lot

PER = {"10": Decimal(1), "20": Decimal("0.25"), "30": Decimal(2)}
LINES = (
    a_line("10", "BOARD"),
    a_line("20", "CABLE", "0.25", uom="M"),
    a_line("30", "LABEL", "2", lot_required=False),
)
KNOWN = {"B1": Decimal(5), "B2": Decimal(3), "C1": Decimal("0.6"), "L1": Decimal(7)}
LOTS = (
    *(a_lot(lot, item, qty=str(KNOWN[lot])) for lot, item in (("B1", "BOARD"), ("B2", "BOARD"), ("L1", "LABEL"))),
    a_lot("C1", "CABLE", qty="0.6", uom="M"),
    a_lot("B9", "BOARD"),
    a_lot("C9", "CABLE", uom="M"),
)
NAMES = [lot.lot_id for lot in LOTS]
SHIFTS = a_pattern(
    *(a_shift(str(n), f"05:{n:02}", f"05:{n + 1:02}") for n in range(59)), a_shift("59", "05:59", "05:00")
)
Step: TypeAlias = tuple[str, str, int]
STEPS = st.lists(
    st.one_of(
        st.tuples(
            st.sampled_from(["load", "unload", "swap"]), st.sampled_from([lot.lot_id for lot in LOTS]), st.just(0)
        ),
        st.tuples(st.just("make"), st.just(""), st.integers(1, 6)),
        st.tuples(st.just("scrap"), st.just(""), st.integers(1, 3)),
        st.tuples(st.just("consume"), st.sampled_from(sorted(PER)), st.integers(1, 4)),
        st.tuples(st.just("adjust"), st.just(""), st.integers(-3, 3)),
        st.tuples(st.sampled_from(["order", "restart", "wait"]), st.just(""), st.integers(1, 40)),
    ),
    max_size=25,
)


def play(steps: list[Step], *, restarts: bool = True) -> list[Fact]:
    """What the steps make; the last order ended."""
    floor = Floor(a_floor(*LINES, lots=LOTS), MaterialSettings(fifo_warning="off"), SHIFTS)
    floor.start()
    for what, name, number in steps:
        if what == "make":
            floor.make(number, scrap=number // 3)
        elif what == "wait":
            floor.wait(float(number))
        elif what == "order":
            floor.say("complete_operation")
            floor.start("PO-2")
        elif what != "restart":
            enter(floor, what, name, number)
        elif restarts:
            floor.restart()
    floor.say("complete_operation")
    floor.wait(3.0)
    return floor.story.facts


def enter(floor: Floor, what: str, name: str, number: int) -> None:
    """One entry; it may be refused."""
    first = floor.story.station.state.materials.lots[:1]
    match what:
        case "load":
            floor.say("load_lot", lot_id=name)
        case "unload":
            floor.say("unload_lot", lot_id=name)
        case "swap":
            floor.say("load_lot", lot_id=name, swap="".join(first))
        case "scrap":
            floor.say("report_scrap", qty=str(number), defect_code="CRACK")
        case "consume":
            floor.say("consume", bom_line=name, qty=str(Decimal(number) / 4), reason="REPAIR")
        case "adjust":
            floor.say("adjust_quantity", category="good", delta=str(number), reason="RECOUNT", role="supervisor")


def made_of(facts: list[Fact]) -> dict[str, Decimal]:
    """Parts by execution, as their facts say."""
    made: dict[str, Decimal] = defaultdict(Decimal)
    for fact in facts:
        data = fact.data
        if isinstance(data, OutputRecorded):
            made[fact.correlation_id or ""] += data.qty_good + data.qty_setup
        elif isinstance(data, ScrapRecorded):
            made[fact.correlation_id or ""] += data.qty_scrap - data.qty_from_good
        elif isinstance(data, QuantityAdjusted):
            made[fact.correlation_id or ""] += data.delta
    return made


@settings(max_examples=60, deadline=None)
@given(STEPS)
def test_what_was_used_is_what_was_made_and_entered(steps: list[Step]) -> None:
    facts = play(steps)
    made = made_of(facts)
    told: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    entered: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for fact in facts:
        if isinstance(fact.data, MaterialConsumed):
            key = (fact.correlation_id or "", fact.data.bom_line or "")
            told[key] += fact.data.qty
            entered[key] += fact.data.qty if fact.data.mode == "entered" else 0
            assert fact.data.cum_qty == told[key]
    for execution, parts in made.items():
        if execution.startswith("op-"):
            for line, per in PER.items():
                assert told[execution, line] == per * parts + entered[execution, line]


@settings(max_examples=60, deadline=None)
@given(STEPS)
def test_no_lot_gives_more_than_it_had(steps: list[Step]) -> None:
    taken: dict[str, Decimal] = defaultdict(Decimal)
    for fact in play(steps):
        lot = fact.data.keys.lot_id or ""
        if isinstance(fact.data, MaterialConsumed):
            taken[lot] += fact.data.qty
            assert 0 <= taken[lot] <= KNOWN.get(lot, Decimal(10_000)) or not lot
        elif isinstance(fact.data, LotUnloaded) and lot in KNOWN and fact.data.cause != "swap":
            assert fact.data.qty_left is not None
            assert 0 <= fact.data.qty_left <= KNOWN[lot] - taken[lot]


@settings(max_examples=30, deadline=None)
@given(STEPS)
def test_restarts_change_no_fact(steps: list[Step]) -> None:
    assert [fact.data for fact in play(steps)] == [fact.data for fact in play(steps, restarts=False)]
