"""Quantities that people report, put right and release, and counters that are set back: K4, K6, K12 to K14, K16."""

from dataclasses import replace
from decimal import Decimal
from typing import Any, TypeVar

import pytest

from agent.core.facts import (
    Counter,
    DiscrepancyRaised,
    DiscrepancyResolved,
    FactData,
    GenealogyLinked,
    OutputRecorded,
    QuantityAdjusted,
    ReworkRecorded,
    ScrapRecorded,
)
from agent.core.machine_settings import Role
from agent.core.observations import Entry
from agent.core.views import Reply
from tests.core.build import (
    EXECUTE,
    WC,
    Story,
    a_plan,
    a_station,
    a_story,
    alive,
    an_order,
    down,
    entry,
    read,
    scan,
    tick,
    watched,
)
from tests.core.histories import a_running_machine

PLAN = a_plan(an_order("PO-1"), an_order("PO-2"), an_order("PO-4", parts_per_count=4))
SCRAPPING = (Role.PACKML_STATE, Role.TOTAL, Role.SCRAP)
Data = TypeVar("Data", bound=FactData)


def a_line(*roles: Role, order: str = "PO-1", **more: Any) -> Story:  # noqa: ANN401 - fields
    """An order in progress since 0, counters at 100 and watched up to 20."""
    station = a_station(*roles, **more)
    values = {role.value: 100 for role in roles if role is not Role.PACKML_STATE}
    story = a_story(*watched(packml_state=EXECUTE, **values), scan(0.0, f"ORD:{order}"), station=station, plan=PLAN)
    story.hear(*alive(0.0, 20.0))
    return story


def of(story: Story, kind: type[Data]) -> list[Data]:
    return [fact.data for fact in story.facts if isinstance(fact.data, kind)]


def say(story: Story, said: Entry) -> Reply:
    reply = story.observe(said).reply
    assert reply is not None
    return reply


def by_supervisor(said: Entry) -> Entry:
    return replace(said, role="supervisor", actor="boris")


def cums(story: Story) -> tuple[int, int, int]:
    """Good, scrap, and of that what has no code."""
    now = story.station.state.output.cums
    return now.good, now.scrap, now.uncoded


# K4c


def test_a_counter_that_is_set_back_is_an_adjustment_and_no_negative_output() -> None:  # K4c
    story = a_line(Role.PACKML_STATE, Role.TOTAL, counter={"decrement_tolerance": 3})
    story.hear(read(21.0, total=105), read(22.5, total=103), read(25.0, total=104))
    (adjusted,) = of(story, QuantityAdjusted)
    assert (adjusted.category, adjusted.delta, adjusted.cum_after) == ("good", Decimal(-2), Decimal(3))
    assert (adjusted.source, adjusted.actor, adjusted.reason) == ("plc", None, None)
    assert adjusted.counter == Counter(name="total", counter_run=1, raw_from=105, raw_to=103)
    assert [(int(data.qty_good), int(data.cum_good)) for data in of(story, OutputRecorded)] == [(5, 5), (1, 4)]
    assert of(story, DiscrepancyRaised) == []


def test_what_is_taken_off_before_there_is_any_is_made_up_for_by_the_next_parts() -> None:  # K4c
    story = a_line(Role.PACKML_STATE, Role.TOTAL, counter={"decrement_tolerance": 3})
    story.hear(read(21.0, total=98), read(23.0, total=100), read(25.0, total=103))
    assert of(story, QuantityAdjusted) == []
    (made,) = of(story, OutputRecorded)
    assert made.counter is not None
    assert (made.qty_good, made.counter.raw_from, made.counter.raw_to) == (Decimal(3), 100, 103)


def test_what_is_still_to_be_made_up_for_is_not_forgotten_when_more_is_taken_off() -> None:  # K4c
    story = a_line(*SCRAPPING, counter={"decrement_tolerance": 3})
    story.hear(read(21.0, total=105), read(22.5, scrap=99), *alive(22.5, 24.0))
    story.observe(entry(24.0, "report_scrap", qty="2", defect_code="DENT"))
    story.hear(read(25.0, scrap=98), read(27.0, scrap=100), *alive(27.0, 29.0))
    assert cums(story)[1] == 2


def test_a_reject_taken_off_is_good_again_where_good_is_the_difference() -> None:  # K4c, K12
    story = a_line(*SCRAPPING, counter={"decrement_tolerance": 3})
    story.hear(read(21.0, total=105), read(22.5, scrap=102), read(25.0, scrap=101), *alive(25.0, 27.0))
    assert [f"{data.category} {data.delta:+}" for data in of(story, QuantityAdjusted)] == ["scrap -1", "good +1"]
    assert cums(story) == (4, 1, 1)


# K6


def held(story: Story) -> str:
    """The counter jumped to 5000 and stayed there."""
    story.hear(read(21.0, total=5000), read(22.0, total=5001), read(23.0, total=5002), *alive(23.0, 25.0))
    (raised,) = of(story, DiscrepancyRaised)
    assert raised.code == "counter_quarantine"
    return raised.discrepancy_id


@pytest.mark.parametrize(
    ("decision", "more", "counted"),
    [("post", {}, 4902), ("edit", {"qty": "40"}, 40), ("edit", {"qty": "0"}, 0), ("ignore", {}, 0)],
)
def test_a_supervisor_decides_what_a_quarantine_held_back(decision: str, more: dict[str, str], counted: int) -> None:
    story = a_line(Role.PACKML_STATE, Role.TOTAL)  # K6
    discrepancy_id = held(story)
    said = entry(30.0, "release_quarantine", discrepancy_id=discrepancy_id, decision=decision, comment="seen", **more)
    assert say(story, by_supervisor(said)).accepted
    adjusted = of(story, QuantityAdjusted)
    assert [(data.category, data.delta, data.source, data.actor) for data in adjusted] == (
        [("good", Decimal(counted), "operator", "boris")] if counted else []
    )
    (resolved,) = of(story, DiscrepancyResolved)
    assert (resolved.discrepancy_id, resolved.code, resolved.resolution) == (
        discrepancy_id,
        "counter_quarantine",
        decision,
    )
    assert (resolved.actor, resolved.comment) == ("boris", "seen")
    assert cums(story)[0] == counted
    again = say(story, by_supervisor(said))
    assert (again.accepted, again.code) == (False, "NOT_HELD")


def test_an_operator_may_not_release_a_quarantine() -> None:  # K6
    story = a_line(Role.PACKML_STATE, Role.TOTAL)
    reply = say(story, entry(30.0, "release_quarantine", discrepancy_id=held(story), decision="post"))
    assert (reply.accepted, reply.code) == (False, "NEEDS_SUPERVISOR")
    assert of(story, DiscrepancyResolved) == []


def test_what_is_released_after_the_order_ended_counts_for_that_order() -> None:  # K6
    story = a_line(Role.PACKML_STATE, Role.TOTAL)
    story.hear(read(20.5, total=101), *alive(20.5, 21.0))
    discrepancy_id = held(story)
    story.hear(*alive(25.0, 30.0), entry(30.0, "complete_operation"), scan(90.0, "ORD:PO-2"))
    said = entry(99.0, "release_quarantine", discrepancy_id=discrepancy_id, decision="edit", qty="7")
    assert say(story, by_supervisor(said)).accepted
    (adjusted,) = of(story, QuantityAdjusted)
    assert (adjusted.keys.order_id, adjusted.cum_after) == ("PO-1", Decimal(8))
    assert cums(story) == (0, 0, 0)
    noted = story.station.state.operations.noted("PO-1", "10")
    assert noted is not None
    assert noted.good == 8


@pytest.mark.parametrize("more", [{}, {"decision": "maybe"}, {"decision": "edit"}, {"decision": "edit", "qty": "-1"}])
def test_a_release_that_cannot_be_understood_changes_nothing(more: dict[str, str]) -> None:  # K6
    story = a_line(Role.PACKML_STATE, Role.TOTAL)
    discrepancy_id = held(story)
    said = by_supervisor(entry(30.0, "release_quarantine", discrepancy_id=discrepancy_id, **more))
    assert not say(story, said).accepted
    assert [one.discrepancy_id for one in story.station.state.output.held] == [discrepancy_id]


def test_of_many_quarantines_the_last_few_are_held() -> None:  # K6
    story = a_line(Role.PACKML_STATE, Role.TOTAL)
    for number in range(1, 7):
        for again in range(3):
            at = 20.0 + 10 * number + again
            story.hear(read(at, total=10_000 * number + again))
    assert [one.raw_to for one in story.station.state.output.held] == [30_002, 40_002, 50_002, 60_002]


# K12


def test_total_and_good_may_both_be_counted_and_good_is_the_output() -> None:  # K12
    story = a_line(Role.PACKML_STATE, Role.TOTAL, Role.GOOD, Role.SCRAP)
    story.hear(read(21.0, total=105, good=104, scrap=101), *alive(21.0, 23.0))
    assert cums(story) == (4, 1, 1)
    assert [data.counter.name for data in of(story, OutputRecorded) if data.counter] == ["good"]


def test_counters_of_what_went_in_make_no_quantity() -> None:  # K12
    story = a_line(Role.PACKML_STATE, Role.TOTAL, Role.INFEED)
    assert story.hear(read(21.0, infeed=150), read(22.0, infeed=155), *alive(22.0, 24.0)) == []


def test_rework_is_a_quantity_of_its_own() -> None:  # K12
    story = a_line(Role.PACKML_STATE, Role.TOTAL, Role.REWORK)
    story.hear(read(21.0, rework=102), *alive(21.0, 23.0), read(24.0, rework=103))
    assert [(data.qty_rework, data.cum_rework, data.uom) for data in of(story, ReworkRecorded)] == [
        (Decimal(2), Decimal(2), "EA"),
        (Decimal(1), Decimal(3), "EA"),
    ]
    assert cums(story) == (0, 0, 0)


def out_of_balance(story: Story, parts: int, until: float) -> list[DiscrepancyRaised]:
    story.hear(read(21.0, total=100 + parts, good=100, scrap=100), *alive(21.0, until))
    return [data for data in of(story, DiscrepancyRaised) if data.code == "qty_balance"]


@pytest.mark.parametrize(("parts", "raised"), [(2, 0), (3, 1)])
def test_total_is_good_and_scrap_but_for_what_is_in_process(parts: int, raised: int) -> None:  # K12
    story = a_line(Role.PACKML_STATE, Role.TOTAL, Role.GOOD, Role.SCRAP)
    assert len(out_of_balance(story, parts, 1900.0)) == raised  # once for three checks


def test_the_balance_is_checked_where_the_order_ends_too() -> None:  # K12
    story = a_line(Role.PACKML_STATE, Role.TOTAL, Role.GOOD, Role.SCRAP)
    assert out_of_balance(story, 5, 25.0) == []
    facts = story.hear(entry(26.0, "complete_operation"))
    (raised,) = [fact.data for fact in facts if isinstance(fact.data, DiscrepancyRaised)]
    assert (raised.code, raised.keys.order_id) == ("qty_balance", "PO-1")
    assert raised.evidence == {"total": "5", "good": "0", "scrap": "0"}


def test_the_balance_is_in_parts_of_the_order_in_progress() -> None:  # K1, K12
    story = a_line(Role.PACKML_STATE, Role.TOTAL, Role.GOOD, Role.SCRAP)
    story.hear(read(21.0, total=105, good=104, scrap=101), *alive(21.0, 25.0))
    story.hear(entry(25.0, "complete_operation"), scan(26.0, "ORD:PO-4"), *alive(26.0, 28.0))
    story.hear(read(30.0, total=107, good=106), *alive(30.0, 700.0), entry(700.0, "complete_operation"))
    assert of(story, DiscrepancyRaised) == []


# K1


def test_a_count_may_stand_for_several_parts() -> None:  # K1
    story = a_line(Role.PACKML_STATE, Role.TOTAL, counter={"scale": 2})
    story.hear(read(21.0, total=103))
    (made,) = of(story, OutputRecorded)
    assert made.counter is not None
    assert (made.qty_good, made.counter.raw_to) == (Decimal(6), 103)


def test_the_order_may_say_how_many_parts_a_count_stands_for_from_its_start_on() -> None:  # K1
    story = a_line(Role.PACKML_STATE, Role.TOTAL, order="PO-4", counter={"scale": 2})
    story.hear(read(21.0, total=101), *alive(21.0, 25.0), entry(25.0, "complete_operation"), read(30.0, total=102))
    assert [int(data.qty_good) for data in of(story, OutputRecorded)] == [4, 2]


# K13


def test_a_scrap_entry_first_gives_the_rejects_of_the_machine_their_code() -> None:  # K13
    story = a_line(*SCRAPPING)
    story.hear(read(21.0, total=110, scrap=103), *alive(21.0, 23.0))
    assert cums(story) == (7, 3, 3)
    assert say(story, entry(24.0, "report_scrap", qty="2", defect_code="DENT")).accepted
    assert cums(story) == (7, 3, 1)
    assert say(
        story, entry(25.0, "report_scrap", qty="3", defect_code="BURR", place="B2", disposition="write_off")
    ).accepted
    assert cums(story) == (5, 5, 0)
    first, second = of(story, ScrapRecorded)[1:]
    assert (first.qty_scrap, first.pool_coded_qty, first.qty_from_good) == (Decimal(0), Decimal(2), Decimal(0))
    assert (second.qty_scrap, second.pool_coded_qty, second.qty_from_good) == (Decimal(2), Decimal(1), Decimal(2))
    assert (second.defect_code, second.place, second.disposition) == ("BURR", "B2", "write_off")
    assert (second.counter, second.interval, second.cum_good, second.cum_scrap) == (None, None, Decimal(5), Decimal(5))


def test_more_scrap_than_there_are_parts_is_refused_with_what_there_is() -> None:  # K13
    story = a_line(*SCRAPPING)
    story.hear(read(21.0, total=103, scrap=101), *alive(21.0, 23.0))
    reply = say(story, entry(24.0, "report_scrap", qty="4", defect_code="DENT"))
    assert (reply.code, reply.fact_ids) == ("TOO_MUCH_SCRAP", ())
    assert reply.message == "4 parts are more than there are: 2 good and 1 rejects without a code."
    assert cums(story) == (2, 1, 1)


def test_without_an_output_counter_good_and_scrap_are_reported_by_hand() -> None:  # K13
    story = a_line(Role.PACKML_STATE)
    assert say(story, entry(24.0, "report_good", qty="10")).accepted
    assert say(story, entry(25.0, "report_scrap", qty="3", defect_code="DENT")).accepted
    assert cums(story) == (10, 3, 0)
    (made,), (scrapped,) = of(story, OutputRecorded), of(story, ScrapRecorded)
    assert (made.qty_good, made.counter) == (Decimal(10), None)
    assert (made.quality.origin, made.quality.entry) == ("operator", "manual")
    assert (scrapped.qty_scrap, scrapped.qty_from_good) == (Decimal(3), Decimal(0))


def test_counted_output_is_not_reported_by_hand_too() -> None:  # K13
    assert say(a_line(*SCRAPPING), entry(24.0, "report_good", qty="10")).code == "OUTPUT_IS_COUNTED"


@pytest.mark.parametrize("qty", ["", "0", "-1", "1.5", "many", "1000001", "٣"])
def test_only_whole_numbers_of_parts_are_reported(qty: str) -> None:
    assert say(a_line(*SCRAPPING), entry(24.0, "report_scrap", qty=qty, defect_code="D")).code == "NO_QUANTITY"


# K14


def test_with_serials_each_first_scan_of_a_unit_is_one_part() -> None:  # K14
    story = a_line(Role.PACKML_STATE, Role.TOTAL, output={"count_by": "serial"})
    story.hear(read(21.0, total=101), scan(22.0, "LOT:L1:X"), scan(23.0, "SN:1"), scan(26.0, "SN:1"))
    (made,) = of(story, OutputRecorded)
    assert (made.qty_good, made.serials, made.lots_in, made.keys.serial) == (Decimal(1), ("1",), ("L1",), "1")
    keys = [fact.natural_key for fact in story.facts if isinstance(fact.data, OutputRecorded | GenealogyLinked)]
    assert keys == [f"gen:e1:{WC}:PO-1:10:1:1", "out:e1:PO-1:10:1:1"]
    assert of(story, DiscrepancyRaised) == []
    assert cums(story) == (1, 0, 0)


@pytest.mark.parametrize(("total", "raised"), [(102, []), (103, [("3", "2")])])
def test_with_serials_the_counter_only_checks_them(total: int, raised: list[tuple[str, str]]) -> None:  # K14
    story = a_line(Role.PACKML_STATE, Role.TOTAL, output={"count_by": "serial"})
    story.hear(scan(21.0, "SN:1"), scan(23.0, "SN:2"), read(24.0, total=total), entry(30.0, "complete_operation"))
    found = [(data.evidence["counted"], data.evidence["scanned"]) for data in of(story, DiscrepancyRaised)]
    assert found == raised


# K16


def test_a_quantity_is_put_right_with_a_reason() -> None:  # K16
    story = a_line(*SCRAPPING)
    story.hear(read(21.0, total=110, scrap=103), *alive(21.0, 23.0))
    said = entry(24.0, "adjust_quantity", category="good", delta="-2", reason="MISCOUNT", comment="tray")
    assert say(story, said).accepted
    assert say(story, entry(25.0, "adjust_quantity", category="scrap", delta="+1", reason="FOUND")).accepted
    first, second = of(story, QuantityAdjusted)
    assert (first.category, first.delta, first.cum_after, first.source) == ("good", Decimal(-2), Decimal(5), "operator")
    assert (first.reason, first.comment, first.actor, first.counter) == ("MISCOUNT", "tray", "anna", None)
    assert (second.category, second.delta, second.cum_after) == ("scrap", Decimal(1), Decimal(4))
    assert cums(story) == (5, 4, 3)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({"category": "good", "delta": "-8", "reason": "R"}, "BELOW_ZERO"),
        ({"category": "good", "delta": "0", "reason": "R"}, "NO_QUANTITY"),
        ({"category": "spare", "delta": "1", "reason": "R"}, "UNKNOWN_WORD"),
        ({"category": "good", "delta": "1"}, "MISSING_ARGUMENT"),
    ],
)
def test_an_adjustment_that_cannot_be_is_refused(arguments: dict[str, str], code: str) -> None:  # K16
    story = a_line(*SCRAPPING)
    story.hear(read(21.0, total=110, scrap=103), *alive(21.0, 23.0))
    assert say(story, entry(24.0, "adjust_quantity", **arguments)).code == code
    assert of(story, QuantityAdjusted) == []
    assert cums(story) == (7, 3, 3)


# K7


def a_pulsing_line() -> Story:
    story = a_story(
        *watched(packml_state=EXECUTE, total=100, heartbeat=7),
        *alive(0.0, 20.0),
        station=a_station(Role.PACKML_STATE, Role.TOTAL, Role.HEARTBEAT),
    )
    assert story.station.state.counters[Role.TOTAL].raw == 100
    return story


def test_a_zero_beside_a_heartbeat_that_stands_is_no_reset() -> None:  # K7
    story = a_pulsing_line()
    story.hear(read(21.0, total=0, heartbeat=0), read(22.0, total=101, heartbeat=8), *alive(22.0, 24.0))
    assert [data.qty_good for data in of(story, OutputRecorded)] == [Decimal(1)]
    assert of(story, DiscrepancyRaised) == []


def test_a_zero_is_a_reset_once_the_heartbeat_moved() -> None:  # K7, K4b
    story = a_pulsing_line()
    assert story.hear(read(21.0, total=0)) == []
    (raised,) = [fact.data for fact in story.hear(read(21.5, heartbeat=8)) if isinstance(fact.data, DiscrepancyRaised)]
    assert raised.code == "counter_reset"
    story.hear(read(23.0, total=2))
    assert [data.qty_good for data in of(story, OutputRecorded)] == [Decimal(2)]


def test_a_zero_found_after_an_outage_is_a_reset_once_the_heartbeat_moved_again() -> None:  # K7, K11
    story = a_pulsing_line()
    story.hear(read(20.0, heartbeat=8), down(21.0), tick(100.0))
    # The first beat after an outage moves from nowhere.
    story.hear(read(150.0, packml_state=EXECUTE, total=0, heartbeat=3), *alive(149.0, 153.0))
    assert of(story, DiscrepancyRaised) == []
    story.hear(read(153.5, heartbeat=4))
    (raised,) = of(story, DiscrepancyRaised)
    assert raised.code == "counter_reset"
    assert raised.at_most is not None
    assert raised.at_most > 130, "as many as may have been made unseen"


def test_three_more_zeros_are_believed_without_a_heartbeat() -> None:  # K7
    story = a_pulsing_line()
    assert story.hear(*(read(21.0 + number, total=0) for number in range(3))) == []
    story.hear(read(24.0, total=0))
    assert [data.code for data in of(story, DiscrepancyRaised)] == ["counter_reset"]


def test_without_a_heartbeat_a_zero_is_a_reset_at_once() -> None:  # K7
    story = a_running_machine()
    story.hear(read(21.0, total=0))
    assert [data.code for data in of(story, DiscrepancyRaised)] == ["counter_reset"]


# K4


@pytest.mark.parametrize(("last_read", "codes"), [(80.0, []), (90.0, ["counter_reset"])])
def test_a_counter_that_starts_anew_with_its_order_raises_nothing(last_read: float, codes: list[str]) -> None:  # K4
    # The order changed at 25; the counter may follow within 60 s after a reading.
    story = a_line(Role.PACKML_STATE, Role.TOTAL, counter={"reset": "on_order"})
    story.hear(read(21.0, total=105), *alive(21.0, 25.0), entry(25.0, "complete_operation"), *alive(25.0, last_read))
    story.hear(read(last_read, total=106), *alive(last_read, 120.0), read(120.0, total=2), *alive(120.0, 123.0))
    assert [data.code for data in of(story, DiscrepancyRaised)] == codes
    assert [int(data.qty_good) for data in of(story, OutputRecorded)] == [5, 1, 2]
    assert story.station.state.counters[Role.TOTAL].run == 2


def test_a_counter_that_starts_anew_with_its_order_is_doubted_after_a_gap() -> None:  # K4
    story = a_line(Role.PACKML_STATE, Role.TOTAL, counter={"reset": "on_order"})
    story.hear(read(21.0, total=105), *alive(21.0, 25.0), down(25.0), entry(26.0, "complete_operation"))
    story.hear(read(30.0, total=2), *alive(30.0, 33.0))
    assert [data.code for data in of(story, DiscrepancyRaised)] == ["counter_reset"]
