"""Setting up (R10): from the mode, a person's word or an order change to the first good parts."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from agent.core.directories import Route
from agent.core.facts import OutputRecorded, QuantityAdjusted, SetupEnded, SetupStarted, StopClosed, StopUpgraded
from agent.core.machine_settings import Role
from agent.core.observations import SignalValue
from agent.core.values import replace
from tests.core.build import (
    EXECUTE,
    IDLE,
    T0,
    Story,
    a_manual_station,
    a_plan,
    a_station,
    a_story,
    alive,
    an_order,
    by_supervisor,
    down,
    entry,
    quiet,
    read,
    scan,
    started,
    tick,
    up,
    watched,
)
from tests.core.folding import the_stop, the_stops

ROLES = (Role.PACKML_STATE, Role.TOTAL, Role.MODE)
PLAN = a_plan(an_order("PO-1", norm_setup_s="60"), an_order("PO-2"), reasons=["JAM", "AIR"])


def found(state: int = EXECUTE, **tables: Any) -> Story:  # noqa: ANN401 - tables of the settings
    """A machine as it is found, its counter at 100, watched up to 9."""
    station = a_station(*ROLES, condition={"setup_modes": [4]}, **tables)
    story = Story(station, PLAN)
    story.hear(*watched(packml_state=state, total=100, mode=1), *alive(0.0, 9.0))
    return story


def goes_on(story: Story, at: float, total: int = 101, **words: SignalValue) -> None:
    said: dict[str, SignalValue] = {"packml_state": EXECUTE, **words}
    story.hear(*quiet(at - 5.0, at), read(at, **said), read(at + 1.0, total=total), *alive(at + 1.0, at + 5.0))


def setups(story: Story) -> list[tuple[str, str, float]]:
    """What was told of setups: begun or ended, by what, when."""
    return [
        (fact.data.TYPE, fact.data.cause, round(fact.time - T0, 3))
        for fact in story.facts
        if isinstance(fact.data, SetupStarted | SetupEnded)
    ]


def the_end(story: Story) -> SetupEnded:
    (ended,) = story.of(SetupEnded)
    assert isinstance(ended, SetupEnded)
    return ended


def test_the_mode_says_both_when_a_setup_begins_and_when_it_ends() -> None:
    story = found()
    story.hear(read(10.0, packml_state=IDLE, mode=4), *alive(10.0, 300.0))
    goes_on(story, 300.0, mode=1)
    assert setups(story) == [("setup.started", "mode", 10.0), ("setup.ended", "mode", 300.0)]
    assert (the_stop(story).spans, the_stop(story).codes) == ([("setup", 10.0, 300.0)], ["SETUP"])
    assert the_stop(story).segments[0].rule_id == "R10"
    assert story.of(StopUpgraded) == []


def test_a_setup_that_begins_within_a_stop_is_a_part_of_its_own() -> None:
    story = found()
    story.hear(read(10.0, packml_state=IDLE), *alive(10.0, 200.0), read(200.0, mode=4), *alive(200.0, 400.0))
    story.hear(read(400.0, mode=1), *alive(400.0, 500.0))
    goes_on(story, 500.0)
    assert the_stop(story).spans == [("down", 10.0, 200.0), ("setup", 200.0, 400.0), ("down", 400.0, 500.0)]
    assert the_stop(story).codes == ["UNCODED", "SETUP", "UNCODED"]


def test_a_setup_within_a_stop_does_not_take_over_the_reason_of_what_it_interrupts() -> None:
    story = found()
    story.hear(read(10.0, packml_state=IDLE), *alive(10.0, 50.0), entry(50.0, "set_reason", code="JAM"))
    story.hear(read(60.0, mode=4), *alive(60.0, 100.0))
    assert the_stop(story).codes == ["JAM", "SETUP"]
    assert the_stop(story).segments[1].inherited is None


def test_a_person_says_when_a_setup_begins_and_when_it_ends() -> None:
    story = found()
    story.hear(read(10.0, packml_state=IDLE), *alive(10.0, 50.0), entry(50.0, "start_setup"), *alive(50.0, 90.0))
    story.hear(entry(90.0, "end_setup"), *alive(90.0, 100.0))
    assert setups(story) == [("setup.started", "operator", 50.0), ("setup.ended", "operator", 90.0)]
    assert the_stop(story).spans == [("minor", 10.0, 50.0), ("setup", 50.0, 90.0), ("minor", 90.0, None)]


def test_a_second_tap_on_setup_says_nothing_new_and_one_that_is_not_under_way_does_not_end() -> None:
    story = found(IDLE)
    story.hear(entry(10.0, "start_setup"), entry(11.0, "start_setup"), entry(12.0, "end_setup"))
    answer = story.observe(by_supervisor(entry(13.0, "end_setup"))).reply
    assert answer is not None
    assert answer.code == "NO_SETUP"
    assert len(setups(story)) == 2


def test_parts_do_not_end_a_setup_that_the_machine_or_a_person_declared() -> None:
    story = found(IDLE)
    story.hear(entry(10.0, "start_setup"))
    goes_on(story, 60.0, 105)
    assert len(story.of(SetupEnded)) == 0
    story.hear(entry(70.0, "end_setup"))
    assert the_end(story).setup_pieces == Decimal(5)


def test_what_is_made_in_a_declared_setup_is_neither_good_nor_scrap_until_somebody_says_so() -> None:
    story = found(IDLE)
    story.hear(entry(10.0, "start_setup"))
    goes_on(story, 60.0, 105)
    story.hear(entry(70.0, "end_setup"), read(71.0, total=107), *alive(71.0, 75.0))
    made = story.of(OutputRecorded)
    assert [(int(data.qty_good), int(data.qty_setup), int(data.cum_good)) for data in made] == [(0, 5, 0), (2, 0, 2)]
    raws = [data.counter for data in made]
    assert [(raw.raw_from, raw.raw_to) for raw in raws if raw is not None] == [(100, 105), (105, 107)]
    assert story.station.state.output.cums.setup == 5
    facts = story.hear(entry(80.0, "dispose_setup", good="3", scrap="1"))
    adjusted = [fact.data for fact in facts if isinstance(fact.data, QuantityAdjusted)]
    assert [(data.category, int(data.delta), int(data.cum_after)) for data in adjusted] == [
        ("setup", -4, 1),
        ("good", 3, 5),
        ("scrap", 1, 1),
    ]


@pytest.mark.parametrize(("good", "scrap"), [("6", "0"), ("3", "3"), ("0", "0"), ("-1", "0"), ("x", "0")])
def test_no_more_setup_parts_are_told_apart_than_there_are(good: str, scrap: str) -> None:
    story = found(IDLE)
    story.hear(entry(10.0, "start_setup"))
    goes_on(story, 60.0, 105)
    before = story.station
    outcome = story.observe(entry(70.0, "dispose_setup", good=good, scrap=scrap))
    assert outcome.reply is not None
    assert (outcome.reply.accepted, outcome.facts) == (False, ())
    assert story.station.state.output == before.state.output


def test_a_part_rejected_in_a_setup_is_taken_from_no_good_one() -> None:
    station = a_station(Role.PACKML_STATE, Role.TOTAL, Role.SCRAP)
    story = a_story(*watched(packml_state=EXECUTE, total=100, scrap=0), *alive(0.0, 5.0), station=station)
    story.hear(read(5.0, total=103), *alive(5.0, 8.0), entry(8.0, "start_setup"))
    story.hear(
        read(9.0, scrap=1), *alive(9.0, 12.0), read(12.0, total=105), *alive(12.0, 15.0), entry(15.0, "end_setup")
    )
    cums = story.station.state.output.cums
    assert (cums.good, cums.setup, cums.scrap) == (3, 1, 1)


@pytest.mark.parametrize(("good_parts", "total", "over"), [(1, 101, True), (3, 102, False), (3, 103, True)])
def test_a_stop_before_the_first_good_parts_of_an_order_is_setup(good_parts: int, total: int, over: bool) -> None:  # noqa: FBT001 - a case
    story = found(IDLE, orders=True, setup={"good_parts": good_parts})
    story.hear(scan(10.0, "ORD:PO-1"), *alive(10.0, 100.0))
    goes_on(story, 100.0, total)
    assert the_stop(story).spans[-1] == ("setup", 10.0, 100.0)
    assert bool(story.of(SetupEnded)) is over


def test_an_order_change_on_the_run_is_no_setup() -> None:
    story = found(orders=True)
    story.hear(scan(10.0, "ORD:PO-1"), *alive(10.0, 12.0), read(12.0, total=101), *alive(12.0, 20.0))
    story.hear(read(20.0, packml_state=IDLE), *alive(20.0, 30.0))
    assert setups(story) == []
    assert the_stop(story).spans == [("minor", 20.0, None)]


def test_where_an_order_change_means_no_setup_the_stop_stays_what_it_is() -> None:
    story = found(IDLE, orders=True, setup={"on_order_change": False})
    story.hear(scan(10.0, "ORD:PO-1"), *alive(10.0, 60.0))
    assert [kind for kind, _, _ in the_stop(story).spans] == ["minor", "minor"]
    assert setups(story) == []


def test_a_setup_longer_than_its_norm_is_a_deviation() -> None:
    story = found(IDLE, orders=True)
    story.hear(scan(10.0, "ORD:PO-1"), *alive(10.0, 100.0))
    goes_on(story, 100.0)
    ended = the_end(story)
    assert ended.deviation is not None
    assert (ended.planned_s, ended.actual_s, ended.deviation.kind) == (Decimal(60), Decimal("91.000"), "setup_overrun")


def test_a_setup_of_exactly_its_norm_is_none() -> None:
    story = found(IDLE, orders=True)
    story.hear(scan(10.0, "ORD:PO-1"), *alive(10.0, 69.0), read(69.0, packml_state=EXECUTE), read(70.0, total=101))
    assert (the_end(story).actual_s, the_end(story).deviation) == (Decimal("60.000"), None)


def test_the_end_of_the_order_ends_its_setup() -> None:
    story = found(IDLE, orders=True)
    story.hear(scan(10.0, "ORD:PO-1"), *alive(10.0, 30.0), entry(30.0, "complete_operation"), *alive(30.0, 60.0))
    assert setups(story) == [("setup.started", "order", 10.0), ("setup.ended", "order", 30.0)]
    assert the_stop(story).codes == ["NO_ORDER", "SETUP", "NO_ORDER"]


def test_a_setup_that_ends_during_a_test_run_is_over_when_the_machine_stands_again() -> None:
    story = found(IDLE, orders=True, setup={"good_parts": 1})
    story.hear(scan(10.0, "ORD:PO-1"), *alive(10.0, 60.0), read(60.0, packml_state=EXECUTE), read(61.0, total=101))
    story.hear(read(62.0, packml_state=IDLE), *alive(62.0, 300.0))
    assert setups(story)[-1] == ("setup.ended", "order", 61.0)
    assert [kind for kind, _, _ in the_stop(story).spans] == ["down", "setup", "down"]


def test_every_stop_of_a_setup_is_setup_until_the_first_good_parts() -> None:
    story = found(IDLE, orders=True, setup={"good_parts": 5})
    story.hear(scan(10.0, "ORD:PO-1"), *alive(10.0, 30.0))
    goes_on(story, 30.0, 102)
    story.hear(read(40.0, packml_state=IDLE), *alive(40.0, 60.0))
    goes_on(story, 60.0, 105)
    assert [stop.spans[-1][0] for stop in the_stops(story)] == ["setup", "setup"]
    assert setups(story) == [("setup.started", "order", 10.0), ("setup.ended", "order", 61.0)]


def test_where_nothing_is_counted_a_setup_that_an_order_began_ends_with_the_first_run() -> None:
    station = a_station(Role.RUN, orders=True)
    story = Story(station, PLAN)
    story.hear(*watched(run=False), *alive(0.0, 9.0), scan(10.0, "ORD:PO-1"), *alive(10.0, 100.0))
    story.hear(read(100.0, run=True), *alive(100.0, 200.0), read(200.0, run=False), *alive(200.0, 500.0))
    assert [(kind, at) for kind, _, at in setups(story)] == [("setup.started", 10.0), ("setup.ended", 100.0)]
    assert the_stops(story)[-1].spans == [("down", 200.0, None)]


def test_an_order_begun_while_it_runs_needs_no_setup_where_nothing_is_counted() -> None:
    story = Story(a_station(Role.RUN, orders=True), PLAN)
    story.hear(*watched(run=True), *alive(0.0, 9.0), scan(10.0, "ORD:PO-1"), *alive(10.0, 50.0))
    story.hear(read(50.0, run=False), *alive(50.0, 300.0))
    assert (setups(story), the_stop(story).spans) == ([], [("down", 50.0, None)])


def test_at_a_manual_station_only_the_first_stop_of_an_order_before_any_good_part_is_setup() -> None:
    story = Story(a_manual_station(orders=True), PLAN)
    story.hear(started(0.0), scan(1.0, "ORD:PO-1"))
    story.hear(entry(10.0, "start_stop"), tick(200.0), entry(300.0, "end_stop"))
    story.hear(entry(400.0, "start_stop"), tick(600.0), entry(700.0, "end_stop"))
    assert [one.spans for one in the_stops(story)] == [[("setup", 10.0, 300.0)], [("down", 400.0, 700.0)]]
    assert setups(story) == [("setup.started", "order", 10.0), ("setup.ended", "order", 300.0)]


def test_good_parts_reported_before_the_first_stop_leave_no_setup() -> None:
    story = Story(a_manual_station(orders=True), PLAN)
    story.hear(started(0.0), scan(1.0, "ORD:PO-1"), entry(2.0, "report_good", qty="5"), tick(3.0))
    story.hear(entry(10.0, "start_stop"), tick(200.0), entry(300.0, "end_stop"))
    assert (setups(story), the_stop(story).spans) == ([], [("down", 10.0, 300.0)])


def test_good_parts_that_people_report_end_a_setup_that_an_order_began() -> None:
    story = Story(a_station(Role.RUN, orders=True, output={"count_by": "serial"}), PLAN)
    story.hear(*watched(run=False), *alive(0.0, 9.0), scan(10.0, "ORD:PO-1"), *alive(10.0, 100.0))
    story.hear(read(100.0, run=True), *alive(100.0, 120.0), scan(120.0, "SN:1"), tick(121.0))
    assert setups(story)[-1] == ("setup.ended", "order", 120.0)


def test_an_order_begun_before_the_machine_was_ever_read_is_set_up_for() -> None:
    story = Story(a_station(*ROLES, orders=True), PLAN)
    story.hear(started(0.0), scan(1.0, "ORD:PO-1"), read(5.0, packml_state=IDLE, total=100, mode=1), up(5.0))
    story.hear(*alive(5.0, 60.0))
    assert the_stop(story).spans == [("setup", 5.0, None)]


def test_test_runs_in_a_declared_setup_do_not_end_its_stop() -> None:  # R10, R13
    story = found()
    story.hear(read(10.0, packml_state=IDLE, mode=4), *alive(10.0, 60.0))
    goes_on(story, 60.0, total=103)
    story.hear(*alive(65.0, 80.0), read(80.0, packml_state=IDLE), *alive(80.0, 100.0))
    goes_on(story, 100.0, total=104, mode=1)
    stop = the_stop(story)
    assert stop.spans == [("setup", 10.0, 100.0)]
    (closed,) = story.of(StopClosed)
    assert isinstance(closed, StopClosed)
    assert closed.test_run_s == Decimal(20)


def test_a_setup_that_ends_while_the_machine_runs_ends_its_stop_there() -> None:
    story = found()
    story.hear(read(10.0, packml_state=IDLE, mode=4), *alive(10.0, 60.0))
    goes_on(story, 60.0, total=103)
    story.hear(*alive(65.0, 90.0), read(90.0, mode=1), read(91.0, total=104), *alive(91.0, 95.0))
    assert the_stop(story).spans == [("setup", 10.0, 90.0)]


def test_a_machine_that_is_found_in_setup_is_being_set_up() -> None:
    fresh = Story(a_station(*ROLES, condition={"setup_modes": [4]}), PLAN)
    fresh.hear(started(0.0), read(1.0, packml_state=IDLE, total=100, mode=4), up(1.0), *alive(1.0, 10.0))
    assert setups(fresh) == [("setup.started", "mode", 1.0)]


def test_a_setup_that_ended_while_parts_were_made_unwatched_is_over() -> None:
    story = found()
    story.hear(read(10.0, packml_state=IDLE, mode=4), *alive(10.0, 60.0), down(61.0))
    story.hear(read(200.0, packml_state=EXECUTE, total=110, mode=1), up(200.0), *alive(200.0, 210.0))
    assert [kind for kind, _, _ in setups(story)] == ["setup.started", "setup.ended"]
    assert story.station.state.setting_up is None


def test_a_part_that_is_counted_with_the_end_of_the_setup_is_made_after_it() -> None:
    story = found()
    story.hear(read(10.0, packml_state=IDLE, mode=4), *alive(10.0, 60.0), read(60.0, packml_state=EXECUTE, total=102))
    story.hear(*alive(60.0, 70.0), read(70.5, total=105, mode=1), *alive(71.0, 75.0))
    made = story.of(OutputRecorded)
    assert [(int(data.qty_setup), int(data.qty_good)) for data in made] == [(2, 0), (0, 3)]
    assert the_end(story).setup_pieces == Decimal(2)


def test_parts_made_unwatched_are_of_the_mode_that_the_machine_is_found_in() -> None:
    story = found()
    story.hear(read(10.0, packml_state=IDLE, mode=4), *alive(10.0, 60.0), down(61.0))
    story.hear(read(200.0, packml_state=EXECUTE, total=110, mode=1), up(200.0), *alive(200.0, 210.0))
    assert story.station.state.output.cums.good == 10


@pytest.mark.parametrize(("total", "over"), [(102, False), (103, True)])
def test_the_route_may_say_how_many_good_parts_end_a_setup(total: int, over: bool) -> None:  # noqa: FBT001 - a case
    step = {"op_no": "10", "setup_parts": 3, "setup": {"en": "Change the die."}}
    version = {"route_version": "2", "effective_from": "2026-01-01T00:00:00Z", "steps": [step]}
    routes = {"BOTTLE": Route.model_validate({"rev": "1", "item_id": "BOTTLE", "versions": [version]})}
    station = a_station(*ROLES, condition={"setup_modes": [4]}, setup={"good_parts": 1})
    story = Story(station, replace(a_plan(an_order("PO-1", route_version=None)), routes=routes))
    story.hear(*watched(packml_state=IDLE, total=100, mode=1), *alive(0.0, 9.0))
    story.hear(scan(10.0, "ORD:PO-1"), *alive(10.0, 100.0))
    goes_on(story, 100.0, total)
    assert bool(story.of(SetupEnded)) is over
