"""Serials that are issued here: by the template or out of the MES's range, none twice, none where others issue them."""

from __future__ import annotations

import pytest

from agent.core.directories import Directories, Item
from agent.core.facts import DiscrepancyRaised, SerialAssigned
from agent.core.machine_settings import Role
from agent.core.values import replace
from tests.core.build import EXECUTE, Story, a_machine, a_plan, a_station, a_story, an_order, read, scan, watched
from tests.core.unit_bench import Bench, a_bench

RANGE = {"serial_range": {"prefix": "B-", "first": 7, "last": 10, "digits": 4}}


def a_plan_of(issuer: str = "agent", /, **trace: object) -> Directories:
    item = Item.model_validate({"rev": "1", "item_id": "BOTTLE", "uom": "EA", "serial_issuer": issuer})
    plan = a_plan(an_order("PO-1", trace=trace), an_order("PO-2", trace=trace))
    return replace(plan, items={"BOTTLE": item})


def assigned(story: Story) -> list[str | None]:
    return [data.keys.serial for data in story.of(SerialAssigned)]


def test_serials_by_the_template_are_given_once_over_restarts_and_orders() -> None:
    bench = a_bench(a_plan_of(), units={"serial_template": "{wc}/{order}/{n:04}"})
    assert [bench.enter("assign_serial"), bench.enter("assign_serial", count="2")] == ["ok", "ok"]
    bench.restart()
    bench.enter("complete_operation")
    bench.scan("ORD:PO-2")
    bench.enter("assign_serial")
    assert assigned(bench.story) == ["WC-1/PO-1/0001", "WC-1/PO-1/0002", "WC-1/PO-1/0003", "WC-1/PO-2/0004"]
    (first, *_) = bench.story.of(SerialAssigned)
    assert isinstance(first, SerialAssigned)
    assert (first.issuer, first.rule, first.actor) == ("agent", "{wc}/{order}/{n:04}", "anna")


def test_an_assigned_serial_is_a_part_once_it_is_scanned() -> None:
    bench = a_bench(a_plan_of())
    bench.enter("assign_serial")
    assert "PO-1" not in {key[0] for key, sums in bench.read().of.items() if sums.total}
    assert bench.scan("SN:WC-1-000001") == "ok"
    assert bench.quantities() == (1, 0, 0)


def test_a_serial_that_came_from_elsewhere_is_passed_over() -> None:
    bench = a_bench(a_plan_of())
    bench.scan("SN:WC-1-000002")
    assert bench.enter("assign_serial", count="2") == "ok"
    assert assigned(bench.story) == ["WC-1-000001", "WC-1-000003"]


def test_a_range_of_the_mes_is_used_up_to_its_end_and_goes_on_with_its_order() -> None:
    bench = a_bench(a_plan_of("mes", **RANGE))
    assert bench.enter("assign_serial", count="2") == "ok"
    bench.enter("partial_operation")
    bench.scan("ORD:PO-2")
    bench.restart()
    bench.enter("partial_operation")
    assert bench.scan("ORD:PO-1") == "ok"
    assert bench.enter("assign_serial", count="3") == "RANGE_USED_UP"
    assert bench.enter("assign_serial", count="2") == "ok"
    assert bench.enter("assign_serial") == "RANGE_USED_UP"
    assert assigned(bench.story) == ["B-0007", "B-0008", "B-0009", "B-0010"]
    (first, *_) = bench.story.of(SerialAssigned)
    assert isinstance(first, SerialAssigned)
    assert (first.issuer, first.rule) == ("mes", "B-0007 to B-0010")


@pytest.mark.parametrize("issuer", ["external", "mes"])
def test_none_is_issued_where_others_issue_them(issuer: str) -> None:
    assert a_bench(a_plan_of(issuer)).enter("assign_serial") == "SERIALS_FROM_ELSEWHERE"


@pytest.mark.parametrize("count", ["0", "-1", "51", "many", "1.5"])
def test_only_so_many_are_given_at_once(count: str) -> None:
    assert a_bench(a_plan_of()).enter("assign_serial", count=count) == "NO_QUANTITY"


def test_none_is_given_without_an_order() -> None:
    bench = a_bench(a_plan_of())
    bench.enter("complete_operation")
    assert bench.enter("assign_serial") == "NO_ORDER"


def a_line(plan: Directories) -> Story:
    story = a_story(station=a_station(Role.PACKML_STATE, Role.TOTAL), plan=plan)
    story.hear(*watched(packml_state=EXECUTE, total=0), scan(1.0, "ORD:PO-1"))
    return story


def test_what_a_counter_counts_gets_serials_where_each_unit_must_have_one() -> None:
    story = a_line(a_plan_of(serials=True))
    story.hear(read(2.0, total=2), read(4.0, total=3))
    assert assigned(story) == ["WC-1-000001", "WC-1-000002", "WC-1-000003"]
    bench = Bench(story)
    assert bench.enter("raise_nc", serial="WC-1-000002", defect_code="DENT") == "ok"
    assert bench.quantities() == (2, 0, 1)


def test_a_part_whose_label_was_scanned_before_it_was_counted_has_its_serial_already() -> None:
    labels = {"prefix": "M", "first": 1, "last": 9}
    story = a_line(a_plan_of("mes", serials=True, serial_range=labels))
    bench = Bench(story)
    assert bench.scan("LOT:B1:BOARD", "SN:M1") == "ok"
    taken = bench.unit("M1")
    story.station = story.station.restored(story.station.snapshot())
    story.hear(read(30.0, total=1), read(32.0, total=2))
    assert assigned(story) == ["M2"]
    assert bench.unit("M1") == taken
    bench.now = 40.0
    assert bench.scan("SN:M1") == "ALREADY_REPORTED"


@pytest.mark.parametrize(("issuer", "trace"), [("agent", {}), ("external", {"serials": True})])
def test_else_it_gets_none(issuer: str, trace: dict[str, bool]) -> None:
    story = a_line(a_plan_of(issuer, **trace))
    story.hear(read(2.0, total=2))
    assert assigned(story) == []


def test_where_the_range_ends_before_the_parts_do_that_is_raised() -> None:
    story = a_line(a_plan_of(serials=True, **RANGE))
    story.hear(read(3.0, total=6))
    assert len(assigned(story)) == 4
    found = story.of(DiscrepancyRaised)
    assert [(one.code, one.evidence) for one in found] == [
        ("counter_vs_serial", {"counted": "6", "assigned": "4"}),
    ]


@pytest.mark.parametrize(
    ("template", "found"),
    [("{wc}-{order}", "expected {n} in it"), ("{n}-{site}", "expected the fields"), ("{n:6}", "expected the fields")],
)
def test_a_template_that_cannot_number_is_refused_at_load(template: str, found: str) -> None:
    with pytest.raises(ValueError, match=found):
        a_machine(units={"serial_template": template})
