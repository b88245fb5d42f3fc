"""A work center as people are shown it, field by field."""

from __future__ import annotations

from decimal import Decimal

from agent.core.directories import Norms, Route
from agent.core.facts import OperationStarted, OperationTimes, ShiftKeys
from agent.core.machine.conditions import Condition, Mode
from agent.core.machine_settings import Role
from agent.core.orders.order_view import OrderView
from agent.core.station_view import view
from agent.core.stops.stop_view import ClosedStopView, PartView, StopView
from agent.core.values import replace
from agent.core.work_center_view import EventView, ScanView
from tests.core.build import (
    EXECUTE,
    IDLE,
    T0,
    WC,
    Story,
    a_manual_station,
    a_pattern,
    a_plan,
    a_rule,
    a_shift,
    a_station,
    alarm_table,
    alive,
    an_order,
    clock,
    down,
    entry,
    quiet,
    read,
    scan,
    stop_ids,
    watched,
)

ROLES = (Role.PACKML_STATE, Role.TOTAL, Role.SCRAP, Role.ALARM)
DAY = a_pattern(a_shift("early", "04:00", "12:00", crew="A"))
EARLY = ShiftKeys(shift_id="early", business_date="2026-03-04", crew_id="A")
PLAN = a_plan(
    an_order("PO-1", description="Bottles", priority=1),
    an_order("PO-2", description="Jars", priority=2, op_no="20", item_id="JAR", qty_planned="7"),
    reasons=["JAM"],
    alarms=alarm_table(a_rule("E7", "JAM", confidence="suggest")),
)


def at_work() -> Story:
    """An order in progress since 1, 10 parts made of which 2 are scrap, standing since 60 with alarm E7."""
    story = Story(a_station(*ROLES, pattern=DAY, orders=True), PLAN)
    story.hear(*watched(packml_state=EXECUTE, total=0, scrap=0, alarm=0), scan(1.0, "ORD:PO-1"))
    story.hear(scan(3.0, "LOT:L1:PREFORM"), scan(5.0, "SN:S1"), *alive(5.0, 20.0))
    story.hear(*[read(20.0 + part, total=part) for part in range(1, 11)], *alive(30.0, 32.0))
    story.hear(read(33.0, scrap=2), *alive(33.0, 40.0), read(40.0, packml_state=IDLE), *alive(40.0, 46.0))
    story.hear(read(46.0, packml_state=EXECUTE), read(47.0, total=11), *alive(47.0, 59.0))
    story.hear(read(60.0, packml_state=IDLE, alarm="E7"), *quiet(60.0, 240.0), scan(241.0, "?"))
    return story


def test_what_is_in_progress_and_what_may_be_started() -> None:
    story = at_work()
    shown = view(story.station, PLAN, T0 + 241.0)
    first = OrderView(
        order_id="PO-1",
        op_no="10",
        item_id="BOTTLE",
        description="Bottles",
        status="in_progress",
        release_status="released",
        qty_planned=Decimal(100),
        qty_good=Decimal(9),
        qty_scrap=Decimal(2),
        uom="EA",
        op_execution_id=story.of(OperationStarted)[0].op_execution_id,
        since=clock(1.0),
        times=OperationTimes(
            elapsed_s=Decimal("240.000"),
            run_s=Decimal("59.000"),
            setup_s=Decimal("0.000"),
            delay_s=Decimal("181.000"),
            labor_s=Decimal(0),
            norm_run_s=None,
            norm_setup_s=None,
        ),
        priority=1,
    )
    second = OrderView(
        order_id="PO-2",
        op_no="20",
        item_id="JAR",
        description="Jars",
        status="waiting",
        release_status="released",
        qty_planned=Decimal(7),
        qty_good=Decimal(0),
        qty_scrap=Decimal(0),
        uom="EA",
        priority=2,
    )
    assert (shown.order, shown.orders) == (first, (first, second))
    quantities = (shown.qty_good, shown.qty_scrap, shown.scrap_uncoded, shown.setup_parts)
    assert ([int(qty) for qty in quantities], shown.uom) == ([9, 2, 2, 0], "EA")
    assert (shown.lots, shown.last_serial) == (("L1",), "S1")


def test_what_the_plan_says_of_an_operation_is_shown() -> None:
    version = {"effective_from": "2026-01-01T00:00:00Z"}
    step = {"op_no": "10", "work_centers": [WC, "FILL-2"], "setup": {"en": "Change the die."}, "setup_parts": 3}
    route = {"rev": "1", "item_id": "BOTTLE", "versions": [{**version, "route_version": "R1", "steps": [step]}]}
    norm = {**version, "norm_version": "N1", "op_no": "10", "cycle_s": "2", "setup_s": "60"}
    order = an_order("PO-1", trace={"lots": True}, start="2026-03-04T06:00:00Z", work_centers=[WC, "FILL-2"])
    plan = replace(
        a_plan(order),
        routes={"BOTTLE": Route.model_validate(route)},
        norms={"BOTTLE": Norms.model_validate({"rev": "1", "item_id": "BOTTLE", "versions": [norm]})},
    )
    story = Story(a_station(*ROLES, orders=True), plan)
    (waiting,) = view(story.station, plan, T0).orders
    assert (waiting.start, waiting.lots_required, waiting.serials_required) == ("2026-03-04T06:00:00.000Z", True, False)
    assert (waiting.norm_cycle_s, waiting.norm_setup_s, waiting.steps) == (Decimal("2.0"), Decimal("60.0"), ())
    story.hear(*watched(packml_state=EXECUTE, total=0, scrap=0, alarm=0), scan(1.0, "ORD:PO-1"))
    shown = view(story.station, plan, T0 + 2.0).order
    assert shown is not None
    (seen,) = shown.steps
    assert (seen.work_centers, seen.setup, seen.setup_parts) == ((WC, "FILL-2"), {"en": "Change the die."}, 3)
    assert (shown.norm_setup_s, shown.work_centers) == (Decimal("60.0"), (WC, "FILL-2"))


def test_the_stop_that_is_open_what_its_alarm_suggests_and_the_one_before_it() -> None:
    story = at_work()
    shown = view(story.station, PLAN, T0 + 241.0)
    before, now = dict.fromkeys(stop_ids(story.facts))
    assert shown.stop == StopView(
        stop_id=now,
        stop_class="down",
        condition=Condition.IDLE,
        start=clock(60.0),
        reason_code=None,
        reason_wanted=True,
        segment_id=f"{now}.1",
        inherited=False,
        suggested_reason="JAM",
        parts=(
            PartView(
                segment_id=f"{now}.1",
                segment_class="down",
                since=clock(60.0),
                until=None,
                reason_code=None,
                inherited=False,
                comment="",
            ),
        ),
    )
    assert shown.closed_stops == (
        ClosedStopView(
            stop_id=before,
            stop_class="minor",
            condition=Condition.IDLE,
            start=clock(40.0),
            end=clock(46.0),
            reason_code="MINOR_STOP",
            unexplained=None,
            segment_id=f"{before}.1",
            since=clock(40.0),
            until=clock(46.0),
        ),
    )


def test_a_reason_that_was_carried_over_says_so() -> None:
    story = at_work()
    story.hear(entry(242.0, "set_reason", code="JAM"), read(243.0, packml_state=EXECUTE, total=12))
    story.hear(read(244.0, total=13), *alive(244.0, 250.0), read(251.0, packml_state=IDLE, alarm=0))
    story.hear(read(251.5, alarm="E7"), *alive(251.5, 260.0))
    stop = view(story.station, PLAN, T0 + 260.0).stop
    assert stop is not None
    assert (stop.reason_code, stop.inherited, stop.reason_wanted) == ("JAM", True, False)


def test_the_shift_its_figures_and_what_nobody_explained() -> None:
    story = at_work()
    story.hear(read(243.0, packml_state=EXECUTE, total=12), read(244.0, total=13), *alive(244.0, 250.0))
    shown = view(story.station, PLAN, T0 + 250.0)
    assert (shown.shift, shown.uncoded, int(shown.uncoded_s), shown.setting_up) == (EARLY, 1, 183, False)
    for figures in (shown.shift_figures, shown.order_figures):
        assert figures is not None
        assert (int(figures.qty_good), int(figures.qty_scrap)) == (11, 2)
    assert shown.shift_figures is not None
    assert shown.order_figures is not None
    assert shown.shift_figures.elements.adet_s == shown.order_figures.elements.adet_s == 183
    assert shown.shift_figures.elements.pbt_s - shown.order_figures.elements.pbt_s == 1


def test_nothing_is_known_of_a_shift_without_a_calendar_nor_of_figures_before_the_first_reading() -> None:
    shown = view(a_station(*ROLES), PLAN, T0)
    assert (shown.shift, shown.shift_figures, shown.order_figures) == (None, None, None)
    assert (shown.uncoded, int(shown.uncoded_s), shown.stop, shown.order, shown.last_good) == (0, 0, None, None, None)


def test_the_machine_the_last_scan_and_the_last_events() -> None:
    story = at_work()
    story.hear(down(245.0, "cable"))
    shown = view(story.station, PLAN, T0 + 246.0)
    assert (shown.wc_id, shown.link_up, shown.link_since, shown.link_reason) == (WC, False, clock(245.0), "cable")
    assert (shown.condition, shown.condition_since, shown.mode) == (Condition.UNKNOWN, clock(240.0), Mode.PRODUCTION)
    assert shown.last_good == clock(240.0)
    assert shown.last_scan == ScanView(
        time=clock(241.0),
        text="?",
        reader="gun",
        accepted=False,
        code="UNKNOWN_CODE",
        message="'?' is no code of this site. Scan the label again.",
        pattern="'{text}' is no code of this site. Scan the label again.",
        values={"text": "?"},
    )
    assert shown.events[:2] == (
        EventView(time=clock(245.0), type="link.lost", text="PO-1"),
        EventView(time=clock(241.0), type="scan.refused", text="UNKNOWN_CODE ?"),
    )


def test_a_work_center_without_a_machine_has_no_link_to_lose() -> None:
    shown = view(a_manual_station(), PLAN, T0)
    assert (shown.link_up, shown.readers_down) == (True, ())
