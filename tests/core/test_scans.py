"""Histories of people at one work center: scans and entries in, whole facts out."""

from decimal import Decimal

import pytest

from agent.core.arguments import LONGEST_ID
from agent.core.counts.accounts import Cums
from agent.core.facts import (
    Child,
    DiscrepancyRaised,
    GenealogyLinked,
    Keys,
    LotLoaded,
    OperationCompleted,
    OperationStarted,
    OutputRecorded,
    Reason,
    ScanAccepted,
    ScanRefused,
    ScrapRecorded,
    StopReasonSet,
    Versions,
)
from agent.core.machine.conditions import Condition
from agent.core.machine_settings import Role
from tests.core.build import (
    EXECUTE,
    IDLE,
    WC,
    Story,
    a_plan,
    a_station,
    a_story,
    alive,
    an_order,
    down,
    entry,
    quality,
    read,
    said,
    scan,
    stop_ids,
    types,
    up,
    watched,
)

PLAN = a_plan(an_order("PO-1"), an_order("PO-2"), reasons=["JAM", "NO-MATERIAL"])
KEYS = Keys(wc_id=WC, order_id="PO-1", op_no="10", item_id="BOTTLE")
VERSIONS = Versions(reasons_rev="7")


def a_line() -> Story:
    """Runs since 0, its counters at 100 and 0, watched up to 20."""
    station = a_station(Role.PACKML_STATE, Role.TOTAL, Role.SCRAP)
    begin = watched(packml_state=EXECUTE, total=100, scrap=0)
    return a_story(*begin, *alive(0.0, 20.0), station=station, plan=PLAN)


def a_line_with_an_order() -> Story:
    story = a_line()
    story.hear(scan(21.0, "ORD:PO-1"))
    return story


def codes(story: Story, *texts: str) -> list[str]:
    """What scans come to, one every two seconds."""
    told = [story.observe(scan(30.0 + 2.0 * number, text)).reply for number, text in enumerate(texts)]
    return [reply.code for reply in told if reply is not None]


def test_a_scanned_order_is_one_accepted_scan_and_one_start_that_it_caused() -> None:
    story = a_line()
    accepted, begun = story.hear(scan(21.0, "ORD:PO-1"))
    assert accepted.data == ScanAccepted(
        keys=KEYS,
        quality=quality(origin="scanner", entry="scan"),
        versions=VERSIONS,
        text="ORD:PO-1",
        reader="gun",
        meaning="order",
    )
    assert begun.data == OperationStarted(
        keys=KEYS,
        quality=quality(origin="operator"),
        versions=VERSIONS,
        op_execution_id=begun.correlation_id or "",
        from_status="waiting",
        to_status="in_progress",
        transition_no=1,
        release_status_seen="released",
        qty_good=Decimal(0),
        qty_scrap=Decimal(0),
        qty_planned=Decimal(100),
        uom="EA",
        actor=None,
    )
    assert (accepted.natural_key, begun.natural_key) == (f"scan:e1:{WC}:3", f"op:e1:PO-1:10:{WC}:1")
    assert begun.causation_id == str(accepted.id)


def test_an_unknown_order_is_started_and_raised() -> None:
    assert types(a_line().hear(scan(21.0, "ORD:PO-9"))) == ["scan.accepted", "operation.started", "discrepancy.raised"]


def test_parts_before_a_start_belong_to_no_order_and_parts_after_it_to_the_order() -> None:  # K15, K18
    story = a_line()
    story.hear(read(20.1, total=101), read(20.5, total=103), scan(21.0, "ORD:PO-1"), read(21.5, total=104))
    story.hear(read(22.0, total=106), entry(22.2, "complete_operation"), read(24.0, total=107))
    told = story.of(OutputRecorded)
    assert [(data.keys.order_id, int(data.qty_good), int(data.cum_good)) for data in told] == [
        (None, 1, 1),
        (None, 2, 3),
        ("PO-1", 3, 3),
        (None, 1, 1),
    ]
    (ended,) = story.of(OperationCompleted)
    assert isinstance(ended, OperationCompleted)
    assert (ended.qty_good, ended.qty_scrap, ended.actor) == (Decimal(3), Decimal(0), "anna")


def test_a_late_reject_after_a_change_of_order_makes_nothing_negative() -> None:  # K13
    story = a_line_with_an_order()
    story.hear(read(22.0, total=103), entry(24.0, "complete_operation"), scan(25.0, "ORD:PO-2"))
    story.hear(read(26.0, scrap=1), *alive(26.0, 28.0), read(29.0, total=106), *alive(29.0, 31.0))
    (scrapped,) = story.of(ScrapRecorded)
    assert isinstance(scrapped, ScrapRecorded)
    assert (int(scrapped.qty_scrap), int(scrapped.qty_from_good), int(scrapped.cum_good)) == (1, 0, 0)
    told = story.of(OutputRecorded)
    assert [(data.keys.order_id, int(data.qty_good), int(data.cum_good)) for data in told] == [
        ("PO-1", 3, 3),
        ("PO-2", 2, 2),
    ]


def test_what_was_made_unwatched_over_a_change_of_order_goes_to_the_order_at_its_start_and_is_a_guess() -> None:  # K11
    story = a_line_with_an_order()
    story.hear(up(21.5), down(22.0), entry(23.0, "complete_operation"), scan(24.0, "ORD:PO-2"))
    story.hear(read(60.0, packml_state=EXECUTE, total=120, scrap=2), up(60.0))
    (made,) = story.of(OutputRecorded)
    (scrapped,) = story.of(ScrapRecorded)
    assert isinstance(made, OutputRecorded)
    assert isinstance(scrapped, ScrapRecorded)
    assert (made.keys.order_id, scrapped.keys.order_id) == ("PO-1", "PO-1")
    assert (made.allocation, scrapped.allocation) == ("estimated", "estimated")
    assert (made.quality.time_quality, made.cum_good, scrapped.cum_good) == ("uncertain", Decimal(20), Decimal(18))
    assert story.station.state.output.cums == Cums()


def test_a_reader_that_sends_twice_is_answered_twice_and_counted_once() -> None:
    story = a_line()
    story.hear(scan(21.0, "LOT:L1:X"))
    echo = story.observe(scan(22.4, "LOT:L1:X"))
    assert (echo.facts, echo.reply and (echo.reply.accepted, echo.reply.code)) == ((), (True, "ECHO"))
    assert types(story.hear(scan(22.6, "LOT:L1:X"))) == ["scan.accepted"]


def test_two_long_codes_that_begin_alike_are_no_echo() -> None:
    story = a_line()
    begin = "X" * 500
    assert types(story.hear(scan(21.0, f"{begin}1"), scan(21.1, f"{begin}2"), scan(21.2, f"{begin}2"))) == [
        "scan.refused",
        "scan.refused",
    ]


def test_the_same_code_at_another_reader_is_no_echo() -> None:
    story = a_line()
    assert types(story.hear(scan(21.0, "?"), scan(21.1, "?", reader="terminal"))) == ["scan.refused", "scan.refused"]


def test_a_code_that_means_nothing_is_one_refused_scan_and_changes_nothing_else() -> None:
    story = a_line()
    (fact,) = story.hear(scan(21.0, "4607001234567"))
    assert fact.data == ScanRefused(
        keys=Keys(wc_id=WC),
        quality=quality(origin="scanner", entry="scan"),
        text="4607001234567",
        reader="gun",
        refusal_code="UNKNOWN_CODE",
    )
    assert fact.causation_id is None


def test_a_name_without_end_is_refused_with_what_was_expected() -> None:
    story = a_line()
    reply = story.observe(scan(21.0, "LOT:" + "L" * (LONGEST_ID + 1) + ":X")).reply
    assert reply is not None
    assert reply.code == "TOO_LONG"
    assert "expected at most 64 bytes" in reply.message
    assert codes(story, "LOT:" + "L" * LONGEST_ID + ":X") == ["ok"]
    assert types(story.hear(entry(40.0, "start_operation", order_id="O" * 4096))) == []


def test_lots_loaded_go_into_units_and_into_parts() -> None:
    story = a_line_with_an_order()
    _, loaded = story.hear(scan(22.0, "LOT:L1:CAP"))
    _, linked = story.hear(scan(24.0, "SN:0001"))
    story.hear(read(25.0, total=101))
    scanned = quality(origin="scanner", entry="scan")
    assert loaded.data == LotLoaded(
        keys=KEYS.model_copy(update={"lot_id": "L1", "item_id": "CAP"}),
        quality=scanned,
        versions=VERSIONS,
        scan_text="LOT:L1:CAP",
    )
    assert linked.data == GenealogyLinked(
        keys=KEYS.model_copy(update={"serial": "0001"}),
        quality=scanned,
        versions=VERSIONS,
        parent_serial="0001",
        child_lots=("L1",),
        children=(Child(item_id="CAP", lot_id="L1", serial=None, qty=None, uom=None),),
    )
    assert linked.natural_key == f"gen:e1:{WC}:PO-1:10:0001:1"
    (made,) = story.of(OutputRecorded)
    assert isinstance(made, OutputRecorded)
    assert made.lots_in == ("L1",)


def test_a_unit_is_taken_once_at_an_operation_and_once_at_the_next() -> None:  # K14
    story = a_line_with_an_order()
    assert codes(story, "SN:1", "SN:2", "SN:1") == ["ok", "ok", "ALREADY_REPORTED"]
    story.hear(entry(50.0, "complete_operation"), scan(51.0, "ORD:PO-2"))
    assert codes(story, "SN:1") == ["ok"]


def test_a_unit_is_not_taken_again_when_an_order_is_gone_on_with_after_another() -> None:  # K14
    story = a_line_with_an_order()
    story.hear(scan(22.0, "SN:1"), entry(23.0, "partial_operation"))
    story.hear(scan(24.0, "ORD:PO-2"), scan(25.0, "SN:1"), entry(26.0, "complete_operation"), scan(27.0, "ORD:PO-1"))
    assert codes(story, "SN:1") == ["ALREADY_REPORTED"]
    keys = [fact.natural_key for fact in story.facts]
    assert len(keys) == len(set(keys))


def test_a_unit_without_an_order_is_refused() -> None:
    assert codes(a_line(), "SN:1") == ["NO_ORDER"]


@pytest.mark.parametrize(
    ("action", "arguments", "code"),
    [
        ("fly", {}, "UNKNOWN_ACTION"),
        ("start_operation", {}, "MISSING_ARGUMENT"),
        ("start_operation", {"order_id": ""}, "MISSING_ARGUMENT"),
        ("start_operation", {"order_id": "PO-1"}, "ALREADY_STARTED"),
        ("start_operation", {"order_id": "PO-2"}, "OPERATION_IN_PROGRESS"),
        ("set_reason", {"code": "JAM"}, "NO_STOP"),
        ("set_reason", {"code": "LUNCH"}, "UNKNOWN_REASON"),
    ],
)
def test_an_entry_that_cannot_be_taken_changes_nothing(action: str, arguments: dict[str, str], code: str) -> None:
    story = a_line_with_an_order()
    before = story.station
    outcome = story.observe(entry(22.0, action, **arguments))
    assert outcome.reply is not None
    assert (outcome.reply.accepted, outcome.reply.code, outcome.facts) == (False, code, ())
    assert outcome.station == before


def test_a_reason_is_given_to_the_open_stop_and_changed_after_it_closed() -> None:
    story = a_line()
    story.hear(read(21.0, packml_state=IDLE), *alive(21.0, 27.0))
    story.hear(entry(28.0, "set_reason", code="JAM"), read(29.0, packml_state=EXECUTE), read(30.0, total=101))
    story.hear(*alive(30.0, 34.0))
    (stop_id,) = set(stop_ids(story.facts))
    story.hear(entry(35.0, "set_reason", code="NO-MATERIAL", stop_id=stop_id))
    first, second = (Reason(code=code, dir="reasons", rev="7") for code in ("JAM", "NO-MATERIAL"))
    common = {
        "keys": Keys(wc_id=WC),
        "quality": quality(origin="operator"),
        "stop_id": stop_id,
        "segment_id": f"{stop_id}.1",
        "actor": "anna",
    }
    assert story.of(StopReasonSet) == [
        StopReasonSet.model_validate({**common, "reason": first, "prev_reason": None}),
        StopReasonSet.model_validate({**common, "reason": second, "prev_reason": first}),
    ]
    assert len({fact.natural_key for fact in story.facts}) == len(story.facts)


def test_a_double_tap_of_a_reason_is_one_fact_and_taken_twice() -> None:  # C4
    story = a_line()
    story.hear(read(21.0, packml_state=IDLE), *alive(21.0, 27.0))
    assert types(story.hear(entry(28.0, "set_reason", code="JAM"))) == ["stop.reason_set"]
    again = story.observe(entry(28.1, "set_reason", code="JAM"))
    assert again.reply is not None
    assert (again.reply.accepted, again.facts) == (True, ())


def test_a_discrepancy_names_its_span_and_who_must_look() -> None:
    story = a_line()
    story.hear(scan(21.0, "ORD:PO-9"))
    (raised,) = story.of(DiscrepancyRaised)
    assert isinstance(raised, DiscrepancyRaised)
    assert (raised.code, raised.owner_role, raised.start, raised.end) == (
        "order_unknown",
        "planner",
        "2026-03-04T05:00:21.000Z",
        "2026-03-04T05:00:21.000Z",
    )
    assert raised.due == "2026-03-04T09:00:21.000Z"


def test_people_do_not_change_what_the_machine_does() -> None:
    story = a_line_with_an_order()
    story.hear(scan(22.0, "LOT:L1:X"), scan(24.0, "SN:1"), entry(25.0, "complete_operation"))
    assert story.station.state.watch.condition is Condition.RUNNING
    assert said(story.facts)[-1][0] == 25.0


def test_what_was_loaded_for_an_order_is_not_taken_for_the_next_one() -> None:
    story = a_line_with_an_order()
    story.hear(scan(22.0, "LOT:L1:X"), entry(25.0, "complete_operation"), scan(26.0, "ORD:PO-2"), scan(27.0, "SN:1"))
    [linked] = [fact.data for fact in story.facts if isinstance(fact.data, GenealogyLinked)]
    assert linked.child_lots == ()
    story.hear(scan(28.0, "LOT:L1:X"))
    assert story.station.state.materials.lots == ("L1",)
