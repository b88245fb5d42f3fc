"""What the next scan is for, once somebody has said so: by whichever reader it comes, for a while, and once."""

from __future__ import annotations

import pytest

from agent.core.expecting import FOR, SCAN_S
from agent.core.facts import (
    Fact,
    GenealogyLinked,
    HoldPlaced,
    LotLoaded,
    LotUnloaded,
    NcRaised,
    QualityChecked,
    ScanAccepted,
    ScrapRecorded,
)
from agent.core.observations import ClockStep, Scan
from agent.core.station_view import view
from agent.core.views import Reply
from agent.core.work_center_view import ExpectedView
from tests.core.build import (
    T0,
    WC,
    Story,
    a_manual_station,
    a_plan,
    a_story,
    an_order,
    entry,
    instant,
    scan,
    started,
    tick,
)
from tests.core.floor import Floor, a_floor, a_line, a_lot, a_substitute

SCRAP = {"action": "report_scrap", "defect_code": "DENT"}


def a_bench(**people: object) -> Story:
    """A work center without a machine, anna signed on, PO-1 in progress."""
    story = a_story(started(0.0), station=a_manual_station(people=people), plan=a_plan(an_order("PO-1")))
    story.hear(entry(1.0, "sign_on", operator_id="anna"), entry(2.0, "start_operation", order_id="PO-1"))
    return story


def answer(story: Story, scanned: Scan) -> Reply:
    reply = story.observe(scanned).reply
    assert reply is not None
    return reply


def expected(story: Story, at: float) -> ExpectedView | None:
    return view(story.station, story.plan, T0 + at).expected


def one(story: Story, kind: type) -> Fact:
    (fact,) = [fact for fact in story.facts if isinstance(fact.data, kind)]
    return fact


def test_the_unit_that_is_scanned_is_scrap_and_not_taken_as_good() -> None:
    story = a_bench()
    story.hear(entry(5.0, "expect_scan", **SCRAP, place="B2", disposition="write_off"))
    assert answer(story, scan(6.0, "SN:7")).accepted
    told, scanned = one(story, ScrapRecorded), one(story, ScanAccepted)
    assert isinstance(told.data, ScrapRecorded)
    assert (told.data.keys.serial, told.data.defect_code) == ("7", "DENT")
    assert (told.data.place, told.data.disposition) == ("B2", "write_off")
    assert told.causation_id == str(scanned.id)
    assert story.of(GenealogyLinked) == []


def test_it_is_for_one_scan() -> None:
    story = a_bench()
    story.hear(entry(5.0, "expect_scan", **SCRAP), scan(6.0, "SN:7"), scan(9.0, "SN:8"))
    assert [data.keys.serial for data in story.of(GenealogyLinked)] == ["8"]
    assert expected(story, 9.0) is None


def test_what_is_expected_is_shown_and_lasts_for_a_while() -> None:
    story = a_bench()
    story.hear(entry(5.0, "expect_scan", **SCRAP))
    shown = expected(story, 6.0)
    assert shown is not None
    assert (shown.action, shown.arguments) == ("report_scrap", {"defect_code": "DENT"})
    assert expected(story, 5.0 + SCAN_S) is None
    story.hear(scan(5.0 + SCAN_S, "SN:7"))
    assert (len(story.of(ScrapRecorded)), len(story.of(GenealogyLinked))) == (0, 1)


def test_its_time_is_over_with_a_tick_and_as_long_when_the_clock_is_set() -> None:
    story = a_bench()
    story.hear(entry(5.0, "expect_scan", **SCRAP), ClockStep(WC, 3600.0, instant(3606.0)))
    assert expected(story, 3605.0 + SCAN_S - 1) is not None
    story.hear(tick(3605.0 + SCAN_S))
    assert story.station.state.floor.expected is None


def test_a_refused_scan_leaves_it_waiting() -> None:
    story = a_bench()
    story.hear(scan(3.0, "SN:7"), entry(4.0, "report_scrap", serial="7", defect_code="DENT"))
    story.hear(entry(5.0, "expect_scan", **SCRAP))
    assert answer(story, scan(6.0, "SN:7")).code == "UNIT_SCRAPPED"
    assert answer(story, scan(9.0, "SN:8")).accepted
    assert [data.keys.serial for data in story.of(ScrapRecorded)] == ["7", "8"]


def test_other_codes_mean_what_they_mean_everywhere_else() -> None:
    story = a_bench()
    story.hear(entry(5.0, "expect_scan", **SCRAP))
    assert answer(story, scan(6.0, "LOT:L-1:CAP")).accepted
    assert answer(story, scan(7.0, "TOOL:T-1")).accepted
    assert (story.of(ScrapRecorded), len(story.of(LotLoaded))) == ([], 1)
    assert expected(story, 8.0) is not None


def test_somebody_may_want_it_no_more() -> None:
    story = a_bench()
    story.hear(entry(5.0, "expect_scan", **SCRAP), entry(6.0, "forget_scan"), scan(7.0, "SN:7"))
    assert story.of(ScrapRecorded) == []
    reply = story.observe(entry(8.0, "forget_scan")).reply
    assert reply is not None
    assert reply.code == "NOTHING_EXPECTED"


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"action": "complete_operation"}, "UNKNOWN_WORD"),
        ({}, "UNKNOWN_WORD"),
        ({"action": "report_scrap", "defect_code": "D" * 65}, "TOO_LONG"),
    ],
)
def test_what_nothing_can_be_scanned_for_is_refused(said: dict[str, str], code: str) -> None:
    story = a_bench()
    reply = story.observe(entry(5.0, "expect_scan", **said)).reply
    assert reply is not None
    assert (reply.code, expected(story, 5.0)) == (code, None)


def test_as_much_as_may_be_said_before_is_kept_small() -> None:
    story = a_bench()
    for action, names in FOR.items():
        story.hear(entry(5.0, "expect_scan", **{"action": action, **dict.fromkeys(names, "я" * 31)}))
        assert expected(story, 5.0) is not None
        assert len(story.station.snapshot()) <= 16_384
    story.hear(entry(5.0, "expect_scan", action="place_hold", reason="R", comment="x" * 9000))
    assert len(story.station.snapshot()) <= 16_384


def test_a_restart_leaves_it_waiting() -> None:
    story = a_bench()
    story.hear(entry(5.0, "expect_scan", **SCRAP))
    story.station = story.station.restored(story.station.snapshot())
    story.hear(started(15.0, 11.0), scan(16.0, "SN:7"))
    assert len(story.of(ScrapRecorded)) == 1


def test_who_said_so_needs_the_right() -> None:
    story = a_bench(rights={"report_scrap": ["supervisor"]})
    story.hear(entry(5.0, "expect_scan", **SCRAP))
    assert answer(story, scan(6.0, "SN:7")).code == "NEEDS_SUPERVISOR"
    assert (story.of(ScrapRecorded), story.of(GenealogyLinked)) == ([], [])


def test_a_unit_is_kept_apart_checked_and_held_by_scanning_it() -> None:
    story = a_bench()
    story.hear(scan(3.0, "SN:7"))
    story.hear(entry(5.0, "expect_scan", action="raise_nc", defect_code="DENT"), scan(6.0, "SN:7"))
    story.hear(entry(10.0, "expect_scan", action="place_hold", reason="SUSPECT"), scan(11.0, "SN:7"))
    story.hear(entry(15.0, "expect_scan", action="record_check", check_id="LOOK", result="pass"))
    assert answer(story, scan(16.0, "SN:8")).code == "UNKNOWN_CHECK"
    (apart,), (held,) = story.of(NcRaised), story.of(HoldPlaced)
    assert (apart.keys.serial, held.target, held.target_id) == ("7", "serial", "7")
    assert story.of(QualityChecked) == []


LINE = a_line("10", "BOARD", substitutes=[a_substitute("BOARD-B")])
LOTS = (a_lot("L1", "BOARD"), a_lot("L2", "BOARD"), a_lot("LB", "BOARD-B"), a_lot("HELD", "BOARD", status="restricted"))


def a_place() -> Floor:
    floor = Floor(a_floor(LINE, lots=LOTS))
    floor.start()
    return floor


def test_the_lot_that_is_scanned_takes_the_place_of_another() -> None:
    floor = a_place()
    floor.scan("LOT:L1:BOARD")
    floor.say("expect_scan", action="load_lot", swap="L1")
    assert floor.scan("LOT:HELD:BOARD").code == "LOT_ON_HOLD"
    assert floor.scan("LOT:L1:BOARD").code == "ALREADY_LOADED"
    assert floor.scan("LOT:L2:BOARD").accepted
    (gone,) = floor.story.of(LotUnloaded)
    assert (gone.keys.lot_id, gone.cause, str(gone.qty_left)) == ("L1", "swap", "0")
    assert floor.story.station.state.materials.lots == ("L2",)


def test_a_substitute_is_loaded_with_the_reason_said_before() -> None:
    floor = a_place()
    assert floor.scan("LOT:LB:BOARD-B").code == "SUBSTITUTE_NEEDS_REASON"
    floor.say("expect_scan", action="load_lot", bom_line="10", reason="RUSH")
    assert floor.scan("LOT:LB:BOARD-B").accepted
    assert [data.is_substitute for data in floor.story.of(LotLoaded)] == [True]
