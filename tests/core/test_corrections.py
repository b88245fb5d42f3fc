"""Corrections of facts (domain.md G3, R21; requirements 81, 83, 84): the fact stays, the last correction holds."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any, TypeVar, cast
from uuid import UUID

import pytest

from agent.core.corrections.derived_fields import derived
from agent.core.directories import CodeList, Directories, Operators
from agent.core.facts import (
    DiscrepancyRaised,
    Fact,
    FactCorrected,
    FactData,
    GenealogyLinked,
    LaborRecorded,
    LotLoaded,
    LotMoved,
    LotUnloaded,
    MaterialConsumed,
    MaterialIssued,
    OutputRecorded,
    ReworkRecorded,
    ScrapRecorded,
)
from agent.core.machine_settings import Role
from agent.core.observations import Entry
from agent.core.turn import Turn
from agent.core.values import replace
from agent.core.views import Reply
from tests.core.build import (
    EXECUTE,
    PROVENANCE,
    WC,
    Story,
    a_manual_station,
    a_pattern,
    a_plan,
    a_shift,
    a_station,
    a_story,
    alive,
    an_order,
    by_supervisor,
    clock,
    entry,
    published,
    read,
    scan,
    started,
    wall,
    watched,
)
from tests.core.floor import a_bom, a_line

PLAN = a_plan(an_order("PO-1"), an_order("PO-2", op_no="20", item_id="CAP"), an_order("PO-3", release_status="closed"))
CODES = {"rev": "4", "codes": [{"code": "TYPO", "text": {"en": "typing error"}}, {"code": "OTHER", "generic": True}]}
Data = TypeVar("Data", bound=FactData)


def by_hand(plan: Directories = PLAN, **more: Any) -> Story:  # noqa: ANN401 - fields
    """Work without a machine on PO-1, begun at 10 seconds."""
    story = a_story(started(0.0), station=a_manual_station(**more), plan=plan)
    story.hear(entry(10.0, "start_operation", order_id="PO-1"))
    return story


def of(story: Story, kind: type[Data]) -> list[Data]:
    return [fact.data for fact in story.facts if isinstance(fact.data, kind)]


def last(story: Story, kind: type[FactData]) -> Fact:
    return next(fact for fact in reversed(story.facts) if isinstance(fact.data, kind))


def say(story: Story, said: Entry) -> Reply:
    reply = story.observe(said).reply
    assert reply is not None
    return reply


def about(story: Story, fact: Fact, at: float, action: str, **more: str) -> Entry:
    """An entry that corrects a fact."""
    target = {"target_id": str(fact.id), "target_sequence": str(story.facts.index(fact) + 1), "reason": "TYPO"}
    return entry(at, f"{action}_fact", **(target | more))


def void(story: Story, fact: Fact, at: float = 60.0, **more: str) -> Entry:
    return about(story, fact, at, "void", **more)


def put(story: Story, fact: Fact, fields: dict[str, str | None], at: float = 60.0, **more: str) -> Entry:
    return about(story, fact, at, "replace", set=json.dumps(fields), **more)


def made(story: Story) -> tuple[int, int, int]:
    """Good, scrap and open rework of what is in progress."""
    now = story.station.state.output.cums
    return now.good, now.scrap, now.rework


def refusal(story: Story, said: Entry) -> str:
    before = story.station.snapshot()
    told = len(story.facts)
    reply = say(story, said)
    assert not reply.accepted
    assert len(story.facts) == told, "a refusal made a fact"
    assert story.station.snapshot() == before, "a refusal changed the station"
    return reply.code


def reported(story: Story, good: int = 5) -> Fact:
    story.hear(entry(20.0, "report_good", qty=str(good)))
    return last(story, OutputRecorded)


# The fact of a correction


def test_a_fact_is_void_and_stays_as_it_was_recorded() -> None:
    story = by_hand()
    fact = reported(story)
    assert say(story, void(story, fact, comment="wrong machine")).accepted
    assert fact in story.facts
    (correction,) = of(story, FactCorrected)
    assert correction == FactCorrected(
        keys=fact.data.keys,
        quality=correction.quality,
        versions=fact.data.versions,
        action="void",
        target_id=str(fact.id),
        target_type="output.recorded",
        target_sequence=story.facts.index(fact) + 1,
        target_epoch=PROVENANCE.epoch,
        target_dedupkey=fact.natural_key,
        before={"qty_good": "5"},
        after={},
        reason=correction.reason,
        comment="wrong machine",
        actor="anna",
        approver=None,
        correction_no=1,
        initiator="local",
    )
    assert (correction.reason.code, correction.reason.dir) == ("TYPO", "corrections")
    assert correction.quality.entry_delay_s == Decimal("40.000")
    assert made(story) == (0, 0, 0)
    assert last(story, FactCorrected).correlation_id == fact.correlation_id


def test_the_last_correction_says_everything_that_was_corrected() -> None:
    story = by_hand()
    story.hear(entry(20.0, "report_scrap", qty="4", defect_code="DENT"))
    fact = last(story, ScrapRecorded)
    assert say(story, put(story, fact, {"qty_scrap": "3"})).accepted
    assert say(story, put(story, fact, {"defect_code": "CRACK"}, 70.0)).accepted
    one, two = of(story, FactCorrected)
    assert (one.correction_no, one.before, one.after) == (
        1,
        {"qty_scrap": "4", "qty_from_good": "0"},
        {"qty_scrap": "3", "qty_from_good": "0"},
    )
    assert (two.correction_no, two.before, two.after) == (
        2,
        {"qty_scrap": "3", "qty_from_good": "0", "defect_code": "DENT"},
        {"qty_scrap": "3", "qty_from_good": "0", "defect_code": "CRACK"},
    )
    assert made(story) == (0, 3, 0)


def test_what_was_empty_is_amended_and_what_was_said_is_not() -> None:
    story = by_hand()
    story.hear(entry(20.0, "report_scrap", qty="4", defect_code="DENT"))
    fact = last(story, ScrapRecorded)
    assert refusal(story, about(story, fact, 60.0, "amend", set='{"defect_code": "CRACK"}')) == "NOT_EMPTY"
    assert say(story, about(story, fact, 61.0, "amend", set='{"disposition": "melt"}')).accepted
    (correction,) = of(story, FactCorrected)
    assert (correction.action, correction.before, correction.after) == (
        "amend",
        {"disposition": None},
        {"disposition": "melt"},
    )


def test_a_void_fact_is_brought_back_by_a_supervisor_alone() -> None:
    story = by_hand()
    fact = reported(story)
    story.hear(void(story, fact))
    assert refusal(story, void(story, fact, 61.0)) == "VOID_FACT"
    assert refusal(story, put(story, fact, {"qty_good": "4"}, 62.0)) == "NEEDS_SUPERVISOR"
    assert say(story, by_supervisor(put(story, fact, {"qty_good": "4"}, 63.0))).accepted
    assert made(story) == (4, 0, 0)
    assert of(story, FactCorrected)[-1].before == {"qty_good": None}
    story.hear(void(story, fact, 64.0))
    assert say(story, by_supervisor(put(story, fact, {}, 65.0))).accepted
    assert made(story) == (4, 0, 0)
    assert [one.correction_no for one in of(story, FactCorrected)] == [1, 2, 3, 4]


# What is refused


def test_a_fact_is_named_by_its_id_and_its_sequence() -> None:
    story = by_hand()
    fact = reported(story)
    assert refusal(story, void(story, fact, target_sequence="1")) == "UNKNOWN_FACT"
    assert refusal(story, void(story, fact, target_sequence="99")) == "UNKNOWN_FACT"
    assert refusal(story, void(story, fact, target_sequence="five")) == "UNKNOWN_FACT"
    assert refusal(story, void(story, fact, target_id=str(UUID(int=7)))) == "UNKNOWN_FACT"
    assert refusal(story, void(story, fact, target_id="")) == "UNKNOWN_FACT"


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"qty_good": "-1"}, "NO_QUANTITY"),
        ({"qty_good": "2.5"}, "NO_QUANTITY"),
        ({"qty_good": "5"}, "NOTHING_CHANGED"),
        ({"cum_good": "5"}, "NOT_CORRECTABLE"),
        ({"keys.wc_id": "WC-2"}, "NOT_CORRECTABLE"),
        ({"keys.order_id": "X" * 65}, "TOO_LONG"),
        ({"qty_good": None}, "BAD_VALUE"),
        ({}, "NOTHING_CHANGED"),
        ({f"x{number}": "1" for number in range(41)}, "TOO_MANY_FIELDS"),
    ],
)
def test_fields_are_corrected_by_a_table(fields: dict[str, str | None], code: str) -> None:
    story = by_hand()
    assert refusal(story, put(story, reported(story), fields)) == code


@pytest.mark.parametrize("given", ["", "[1]", '{"qty_good": 4}', "{", "null"])
def test_fields_are_given_as_a_json_object_of_texts(given: str) -> None:
    story = by_hand()
    assert refusal(story, about(story, reported(story), 60.0, "replace", set=given)) == "BAD_SET"


def test_what_has_its_own_edits_is_not_corrected() -> None:
    story = by_hand()
    story.hear(entry(20.0, "start_stop", code="JAM"), entry(30.0, "end_stop"))
    story.hear(
        entry(40.0, "report_good", qty="3"), entry(41.0, "adjust_quantity", category="good", delta="-1", reason="X")
    )
    for number, fact in enumerate(story.facts):
        if fact.data.TYPE.startswith(("stop.", "quantity.")):
            assert refusal(story, void(story, fact, 60.0 + number)) == "NOT_CORRECTABLE"
    story.hear(put(story, last(story, OutputRecorded), {"qty_good": "2"}, 100.0))
    assert refusal(story, void(story, last(story, FactCorrected), 101.0)) == "NOT_CORRECTABLE"


def test_the_start_of_an_operation_has_a_comment_and_is_not_void() -> None:
    story = by_hand()
    fact = next(fact for fact in story.facts if fact.data.TYPE == "operation.started")
    assert refusal(story, void(story, fact)) == "NOT_VOIDABLE"
    assert say(story, put(story, fact, {"comment": "with the new tool", "reason.code": "LATE"})).accepted
    assert of(story, FactCorrected)[0].after == {
        "comment": "with the new tool",
        "reason.code": "LATE",
        "reason.dir": "interruptions",
        "reason.rev": None,
    }


def test_a_reason_is_needed_out_of_the_list_that_the_mes_sent() -> None:
    story = by_hand()
    fact = reported(story)
    assert refusal(story, void(story, fact, reason="")) == "MISSING_ARGUMENT"
    story.plan = replace(PLAN, lists={"corrections": CodeList.model_validate(CODES)})
    assert refusal(story, void(story, fact, reason="BORED")) == "UNKNOWN_REASON"
    assert refusal(story, void(story, fact, reason="OTHER")) == "COMMENT_NEEDED"
    assert say(story, void(story, fact, reason="TYPO")).accepted
    assert of(story, FactCorrected)[0].reason.rev == "4"


# Who and until when


def shifts(**closed: bool) -> Directories:
    """An early and a late shift of the first day; the MES may close them."""
    listed = [
        {
            "shift_id": name,
            "business_date": "2026-03-04",
            "start": f"2026-03-04T{start}:00Z",
            "end": f"2026-03-04T{end}:00Z",
            "closed": closed.get(name, False),
        }
        for name, start, end in (("early", "05:00", "13:00"), ("late", "13:00", "21:00"))
    ]
    return replace(PLAN, calendars={"WC-1": published(*listed, valid=(-86_400.0, 5 * 86_400.0))})


def test_operators_have_until_a_day_after_their_shift_and_supervisors_until_it_is_closed() -> None:
    story = by_hand(shifts())
    fact = reported(story)
    end = wall("13:00")
    assert say(story, put(story, fact, {"qty_good": "6"}, end - 1.0)).accepted
    assert say(story, put(story, fact, {"qty_good": "7"}, end + 86_400.0)).accepted
    assert [one.late for one in of(story, FactCorrected)] == [False, True]
    too_late = put(story, fact, {"qty_good": "8"}, end + 86_401.0)
    assert refusal(story, too_late) == "TOO_LATE"
    assert say(story, by_supervisor(too_late)).accepted
    story.plan = shifts(early=True)
    assert refusal(story, by_supervisor(put(story, fact, {"qty_good": "9"}, end + 86_402.0))) == "SHIFT_CLOSED"


def test_a_closed_order_is_not_corrected_and_nothing_is_moved_to_one() -> None:
    story = by_hand()
    fact = reported(story)
    assert refusal(story, by_supervisor(put(story, fact, {"keys.order_id": "PO-3"}))) == "ORDER_CLOSED"
    story.plan = a_plan(an_order("PO-1", release_status="closed"))
    assert refusal(story, by_supervisor(void(story, fact))) == "ORDER_CLOSED"


def test_more_than_a_few_parts_need_somebody_who_agrees() -> None:
    story = by_hand()
    fact = reported(story, 11)
    assert refusal(story, void(story, fact)) == "APPROVER_NEEDED"
    assert refusal(story, void(story, fact, approver="anna")) == "APPROVER_NEEDED"
    assert say(story, put(story, fact, {"qty_good": "1"})).accepted
    assert say(story, put(story, fact, {"qty_good": "30"}, 61.0, approver="boris")).accepted
    assert [one.approver for one in of(story, FactCorrected)] == [None, "boris"]
    assert say(story, by_supervisor(void(story, fact, 62.0))).accepted


def test_whoever_agrees_is_a_supervisor_of_the_directory() -> None:
    people = Operators.model_validate(
        {
            "rev": "2",
            "operators": [
                {"operator_id": "boris", "name": "Boris", "roles": ["supervisor"]},
                {"operator_id": "clara", "name": "Clara"},
            ],
        }
    )
    story = by_hand(replace(PLAN, operators=people))
    fact = reported(story, 11)
    assert refusal(story, void(story, fact, approver="clara")) == "APPROVER_NEEDED"
    assert say(story, void(story, fact, approver="boris")).accepted


def test_the_table_of_what_needs_an_approver_is_configuration() -> None:
    story = by_hand(correction={"approve_above": {"scrap.recorded": 0}})
    assert say(story, void(story, reported(story, 1000))).accepted
    story.hear(entry(70.0, "report_scrap", qty="1", defect_code="DENT"))
    assert refusal(story, void(story, last(story, ScrapRecorded), 71.0)) == "APPROVER_NEEDED"
    assert say(story, put(story, last(story, ScrapRecorded), {"defect_code": "CRACK"}, 72.0)).accepted


# Quantities


SCRAPPING = (Role.PACKML_STATE, Role.TOTAL, Role.SCRAP)


def counted() -> Story:
    """PO-1 in progress on a machine that has counted 10 parts, 3 of them rejects without a code."""
    counters = {role.value: 100 for role in (Role.TOTAL, Role.SCRAP)}
    begun = [*watched(packml_state=EXECUTE, **counters), scan(0.0, "ORD:PO-1")]
    story = a_story(*begun, station=a_station(*SCRAPPING), plan=PLAN)
    story.hear(*alive(0.0, 20.0), read(21.0, total=110), read(21.5, scrap=103), *alive(21.5, 26.0))
    assert made(story) == (7, 3, 0)
    return story


def test_what_a_machine_counted_is_adjusted_and_only_its_keys_are_corrected() -> None:
    story = counted()
    fact = last(story, OutputRecorded)
    assert refusal(story, void(story, fact)) == "COUNTED"
    assert refusal(story, put(story, fact, {"qty_good": "1"})) == "COUNTED"
    assert say(story, put(story, fact, {"lot_out": "L-1"}, 61.0)).accepted
    assert made(story) == (7, 3, 0)


def test_a_reject_that_never_was_is_good_again_where_good_is_counted() -> None:
    story = counted()
    story.hear(entry(30.0, "report_scrap", qty="5", defect_code="DENT"))
    fact = last(story, ScrapRecorded)
    assert made(story) == (5, 5, 0)
    assert say(story, put(story, fact, {"qty_scrap": "1"})).accepted
    assert of(story, FactCorrected)[0].after == {"qty_scrap": "1", "qty_from_good": "1"}
    assert made(story) == (6, 4, 0)
    assert say(story, void(story, fact, 61.0)).accepted
    assert made(story) == (7, 3, 0)
    assert story.station.state.output.cums.uncoded == 3


def test_no_quantity_falls_below_zero() -> None:
    story = counted()
    story.hear(entry(30.0, "report_scrap", qty="4", defect_code="DENT"))
    fact = last(story, ScrapRecorded)
    assert refusal(story, put(story, fact, {"qty_scrap": "8"})) == "BELOW_ZERO"
    assert say(story, put(story, fact, {"qty_scrap": "7"}, 61.0)).accepted
    assert made(story) == (0, 10, 0)
    by_people = by_hand()
    output = reported(by_people)
    by_people.hear(entry(30.0, "adjust_quantity", category="good", delta="-3", reason="X"))
    assert refusal(by_people, void(by_people, output)) == "BELOW_ZERO"
    assert say(by_people, put(by_people, output, {"qty_good": "3"}, 61.0)).accepted
    assert made(by_people) == (0, 0, 0)


def test_a_fact_is_moved_to_the_order_that_it_belongs_to() -> None:
    story = by_hand()
    fact = reported(story)
    story.hear(entry(30.0, "complete_operation"), entry(40.0, "start_operation", order_id="PO-2"))
    assert say(story, put(story, fact, {"keys.order_id": "PO-2"})).accepted
    assert of(story, FactCorrected)[0].after == {
        "keys.order_id": "PO-2",
        "keys.op_no": "20",
        "keys.item_id": "CAP",
    }
    assert made(story) == (5, 0, 0)
    (past,) = (one.account for one in story.station.state.output.past if one.account.keys.order_id == "PO-1")
    assert past.cums.good == 0
    figures = {one.order_id: one.sums.good for one in story.station.state.figures.shifts[-1].orders}
    assert (int(figures["PO-1"]), int(figures["PO-2"])) == (0, 5)
    assert say(story, put(story, fact, {"qty_good": "2"}, 61.0)).accepted
    assert made(story) == (2, 0, 0)
    assert say(story, put(story, fact, {"keys.order_id": "PO-1"}, 62.0)).accepted
    assert made(story) == (0, 0, 0)


def test_an_order_that_nobody_knows_takes_a_fact_and_is_raised() -> None:
    story = by_hand()
    assert say(story, put(story, reported(story), {"keys.order_id": "PO-77"})).accepted
    assert of(story, FactCorrected)[0].after["keys.op_no"] == "-"
    assert [one.code for one in of(story, DiscrepancyRaised)] == ["order_unknown"]
    assert made(story) == (0, 0, 0)


def test_an_order_that_has_not_begun_begins_with_what_was_moved_to_it() -> None:
    story = by_hand()
    output = reported(story, 4)
    assert say(story, put(story, output, {"keys.order_id": "PO-2"}, 30.0)).accepted
    assert made(story) == (0, 0, 0)
    story.hear(entry(60.0, "complete_operation"), entry(61.0, "start_operation", order_id="PO-2"))
    assert made(story) == (4, 0, 0)
    story.hear(entry(70.0, "report_good", qty="2"))
    assert of(story, OutputRecorded)[-1].cum_good == 6
    assert say(story, void(story, output, 80.0)).accepted
    assert made(story) == (2, 0, 0)


def test_the_figures_of_a_shift_that_is_open_follow_and_those_of_another_do_not() -> None:
    pattern = a_pattern(a_shift("early", "05:00", "13:00"), a_shift("late", "13:00", "21:00"))
    story = by_hand(pattern=pattern)
    first = reported(story)
    story.hear(entry(wall("13:00") + 5.0, "report_good", qty="4"))
    second = last(story, OutputRecorded)
    assert say(story, void(story, first, wall("13:00") + 60.0)).accepted
    assert made(story) == (4, 0, 0)
    assert story.station.state.output.cums.good_shift == 4
    (shift,) = [one for one in story.station.state.figures.shifts if one.shift_id == "late"]
    assert shift.total.good == 4
    assert story.station.state.figures.order is not None
    assert story.station.state.figures.order.sums.good == 4
    assert say(story, void(story, second, wall("13:00") + 61.0)).accepted
    assert story.station.state.figures.order.sums.good == 0
    assert story.station.state.output.cums.good_shift == 0


# Undo


def test_the_last_word_is_taken_back_within_half_a_minute() -> None:
    story = by_hand()
    reported(story, 500)
    assert say(story, entry(50.0, "undo_last")).accepted
    (correction,) = of(story, FactCorrected)
    assert (correction.action, correction.reason.code, correction.approver) == ("void", "UNDO", None)
    assert made(story) == (0, 0, 0)
    assert refusal(story, entry(51.0, "undo_last")) == "NOTHING_TO_UNDO"


def test_what_is_void_already_is_not_taken_back_again() -> None:
    story = by_hand()
    fact = reported(story)
    story.hear(void(story, fact, 25.0))
    assert refusal(story, entry(30.0, "undo_last")) == "VOID_FACT"


def test_only_the_own_last_word_is_taken_back_and_not_for_long() -> None:
    story = by_hand()
    fact = reported(story)
    assert refusal(story, by_supervisor(entry(30.0, "undo_last"))) == "NOTHING_TO_UNDO"
    assert refusal(story, entry(50.1, "undo_last")) == "NOTHING_TO_UNDO"
    story.hear(entry(60.0, "report_good", qty="2"), by_supervisor(entry(61.0, "report_good", qty="3")))
    assert say(story, entry(62.0, "undo_last")).accepted
    assert made(story) == (8, 0, 0)
    assert fact.data != of(story, OutputRecorded)[1]


def test_a_lot_that_was_scanned_in_error_is_unloaded_by_taking_it_back() -> None:
    story = by_hand()
    story.hear(scan(20.0, "LOT:A:BOARD"), scan(21.0, "LOT:B:BOARD"))
    assert say(story, entry(25.0, "undo_last")).accepted
    assert story.station.state.materials.lots == ("A",)
    fact = next(fact for fact in story.facts if isinstance(fact.data, LotLoaded))
    assert refusal(story, put(story, fact, {"keys.lot_id": "C"})) == "LOAD_IT_ANEW"
    assert say(story, void(story, fact)).accepted
    assert not story.station.state.materials.lots


# Late entries


def test_what_is_entered_hours_later_is_raised_once_an_hour() -> None:
    story = by_hand()
    facts = []
    for number in range(3):
        story.hear(entry(20.0 + number, "report_good", qty="1"))
        facts.append(last(story, OutputRecorded))
    four = 4 * 3600.0
    story.hear(void(story, facts[0], 20.0 + four))
    assert of(story, DiscrepancyRaised) == []
    story.hear(void(story, facts[1], 23.0 + four), void(story, facts[2], 30.0 + four))
    (raised,) = of(story, DiscrepancyRaised)
    assert (raised.code, raised.evidence["target_id"]) == ("late_entry", str(facts[1].id))
    story.hear(by_supervisor(put(story, facts[1], {}, 23.0 + four + 3600.0)))
    assert len(of(story, DiscrepancyRaised)) == 2


def test_corrections_go_on_after_a_restart() -> None:
    story = by_hand()
    fact = reported(story)
    story.hear(put(story, fact, {"qty_good": "3"}))
    story.station = a_manual_station().restored(story.station.snapshot())
    assert say(story, put(story, fact, {"qty_good": "4"}, 70.0)).accepted
    assert [one.correction_no for one in of(story, FactCorrected)] == [1, 2]
    assert made(story) == (4, 0, 0)


def test_rework_that_is_moved_to_another_order_is_so_in_the_figures() -> None:
    pattern = a_pattern(a_shift("early", "05:00", "13:00"))
    station = a_station(Role.PACKML_STATE, Role.TOTAL, Role.REWORK, pattern=pattern)
    story = a_story(
        *watched(packml_state=EXECUTE, total=0, rework=0), scan(1.0, "ORD:PO-1"), station=station, plan=PLAN
    )
    story.hear(read(5.0, total=5), read(6.0, rework=2), *alive(6.0, 9.0))
    fact = last(story, ReworkRecorded)
    assert say(story, put(story, fact, {"keys.order_id": "PO-2"})).accepted
    (shift,) = story.station.state.figures.shifts
    assert {one.order_id: one.sums.rework for one in shift.orders} == {"PO-1": 0, "PO-2": 2}


def test_what_follows_from_a_nonconformance_stays_with_its_order() -> None:
    story = by_hand()
    reported(story)
    story.hear(entry(30.0, "raise_nc", qty="2", defect_code="DENT"))
    fact = last(story, ReworkRecorded)
    assert refusal(story, put(story, fact, {"keys.order_id": "PO-2"})) == "DISPOSITION_DECIDES"


# Units


def taken_units() -> Story:
    """PO-1 in progress where units are counted by their serials; one was scanned."""
    station = a_station(Role.PACKML_STATE, output={"count_by": "serial"})
    story = a_story(*watched(packml_state=EXECUTE), scan(1.0, "ORD:PO-1"), station=station, plan=PLAN)
    story.hear(scan(10.0, "SN:1"))
    assert made(story) == (1, 0, 0)
    return story


def test_a_unit_whose_scan_was_an_error_can_be_scanned_again() -> None:
    story = taken_units()
    assert say(story, entry(20.0, "undo_last")).accepted
    assert made(story) == (0, 0, 0)
    story.hear(scan(30.0, "SN:1"))
    assert made(story) == (1, 0, 0)
    assert [fact.data.serials for fact in story.facts if isinstance(fact.data, OutputRecorded)] == [("1",), ("1",)]


def test_a_unit_that_is_scanned_again_is_another_happening_and_uses_its_material_once() -> None:
    station = a_station(Role.PACKML_STATE, output={"count_by": "serial"})
    plan = replace(PLAN, boms={"BOTTLE": a_bom(a_line("40", "SEAL", "2", mode="unit"))})
    plan = replace(plan, orders={(WC, "PO-1"): an_order("PO-1", bom_version="B1")})
    story = a_story(*watched(packml_state=EXECUTE), scan(1.0, "ORD:PO-1"), station=station, plan=plan)
    story.hear(entry(5.0, "load_lot", lot_id="S", item_id="SEAL", qty="10", uom="EA"), scan(10.0, "SN:1"))
    story.hear(entry(20.0, "undo_last"))
    assert [one.qty for one in of(story, MaterialConsumed)] == [2, -2]
    assert left(story, "S") == 10
    story.hear(scan(30.0, "SN:1"))
    assert [one.cum_qty for one in of(story, MaterialConsumed)] == [2, 0, 2]
    assert left(story, "S") == 8
    keys = [fact.natural_key for fact in story.facts]
    assert len(set(keys)) == len(keys)


def test_a_unit_that_is_no_scrap_is_good_again() -> None:
    story = taken_units()
    story.hear(entry(20.0, "report_scrap", serial="1", defect_code="DENT"))
    assert made(story) == (0, 1, 0)
    output = last(story, OutputRecorded)
    assert refusal(story, void(story, output)) == "OF_UNITS"
    assert say(story, void(story, last(story, ScrapRecorded), 61.0)).accepted
    assert made(story) == (1, 0, 0)
    assert say(story, void(story, output, 62.0)).accepted
    assert made(story) == (0, 0, 0)


def test_quantity_and_order_of_a_unit_are_not_replaced() -> None:
    story = taken_units()
    output = last(story, OutputRecorded)
    assert refusal(story, put(story, output, {"qty_good": "0"})) == "OF_UNITS"
    assert refusal(story, put(story, output, {"keys.order_id": "PO-2"})) == "OF_UNITS"
    story.hear(void(story, output))
    assert refusal(story, by_supervisor(put(story, output, {}, 61.0))) == "VOID_FACT"


def test_a_component_lot_of_a_unit_is_another_one() -> None:
    story = a_story(*watched(packml_state=EXECUTE), scan(1.0, "ORD:PO-1"), station=a_station(), plan=PLAN)
    story.hear(scan(5.0, "LOT:A:BOARD"), scan(10.0, "SN:1"))
    fact = last(story, GenealogyLinked)
    assert isinstance(fact.data, GenealogyLinked)
    children = [child.model_copy(update={"lot_id": "B"}).model_dump(mode="json") for child in fact.data.children]
    assert say(story, put(story, fact, {"children": json.dumps(children)})).accepted
    after = of(story, FactCorrected)[0].after
    assert json.loads(after["children"] or "")[0]["lot_id"] == "B"
    assert json.loads(after["child_lots"] or "") == ["B"]
    serial = [*children, {**children[0], "serial": "C-1"}]
    assert refusal(story, put(story, fact, {"children": json.dumps(serial)}, 61.0)) == "OF_UNITS"
    assert refusal(story, put(story, fact, {"children": "B"}, 62.0)) == "BAD_VALUE"


# Material


def consuming() -> tuple[Story, Fact]:
    """Half of a lot of 10 was entered as used."""
    story = by_hand()
    story.hear(entry(11.0, "load_lot", lot_id="A", item_id="GLUE", qty="10", uom="KG"))
    said = say(story, entry(20.0, "consume", lot_id="A", qty="5"))
    assert said.accepted, said.message
    return story, last(story, MaterialConsumed)


def left(story: Story, lot_id: str = "A") -> Decimal | None:
    lot = story.station.state.materials.lot(lot_id)
    return None if lot is None else lot.left


def test_what_was_used_of_a_lot_is_put_back_or_taken_too() -> None:
    story, fact = consuming()
    assert left(story) == 5
    assert say(story, put(story, fact, {"qty": "7.5"})).accepted
    assert left(story) == Decimal("2.5")
    assert say(story, void(story, fact, 61.0)).accepted
    assert left(story) == 10
    assert say(story, by_supervisor(put(story, fact, {}, 62.0))).accepted
    assert left(story) == Decimal("2.5")
    story.hear(entry(70.0, "consume", lot_id="A", qty="1"))
    assert of(story, MaterialConsumed)[-1].cum_qty == Decimal("8.5")


def test_material_that_came_from_another_lot_is_taken_from_that() -> None:
    story, fact = consuming()
    story.hear(entry(25.0, "load_lot", lot_id="B", item_id="GLUE", qty="8", uom="KG"))
    assert say(story, put(story, fact, {"keys.lot_id": "B"})).accepted
    assert (left(story), left(story, "B")) == (Decimal(10), Decimal(3))


def test_a_lot_that_is_away_is_counted_on_in_its_record() -> None:
    story, fact = consuming()
    story.hear(entry(30.0, "unload_lot", lot_id="A"))
    assert say(story, void(story, fact)).accepted
    story.hear(entry(70.0, "load_lot", lot_id="A", item_id="GLUE", uom="KG"))
    assert left(story) == 10


def test_what_was_in_a_lot_when_it_was_loaded_is_corrected() -> None:
    story, _ = consuming()
    fact = last(story, LotLoaded)
    assert say(story, put(story, fact, {"qty": "12"})).accepted
    assert left(story) == 7


def test_what_was_left_in_a_lot_that_is_away_is_corrected_in_its_record() -> None:
    story, _ = consuming()
    story.hear(entry(30.0, "unload_lot", lot_id="A", qty_left="4"))
    fact = last(story, LotUnloaded)
    assert refusal(story, void(story, fact)) == "NOT_VOIDABLE"
    assert say(story, put(story, fact, {"qty_left": "3"}, 61.0)).accepted
    story.hear(entry(70.0, "load_lot", lot_id="A", item_id="GLUE", uom="KG"))
    assert left(story) == 3


def test_a_movement_that_is_corrected_changes_what_is_in_its_lot() -> None:
    story, _ = consuming()
    story.hear(entry(30.0, "issue_material", lot_id="A", item_id="GLUE", qty="6", uom="KG"))
    fact = last(story, MaterialIssued)
    assert left(story) == 11
    assert say(story, put(story, fact, {"qty": "4"})).accepted
    assert left(story) == 9
    assert say(story, void(story, fact, 61.0)).accepted
    assert left(story) == 5


def test_a_lot_that_was_not_moved_lies_where_it_lay() -> None:
    story, _ = consuming()
    story.hear(entry(30.0, "move_lot", lot_id="A", to_place="RACK"))
    fact = last(story, LotMoved)
    assert say(story, put(story, fact, {"to_place": "SHELF"})).accepted
    assert places(story) == ["SHELF"]
    assert say(story, void(story, fact, 61.0)).accepted
    assert places(story) == [WC]


def places(story: Story) -> list[str | None]:
    return [lot.place for lot in story.station.state.materials.loaded]


# Other facts


def test_the_result_of_a_check_follows_its_value() -> None:
    limits = {"version": "1", "lower": "9", "upper": "11", "target": None}
    before = {"keys": {"order_id": None}, "value": "10", "limits": limits, "result": "pass"}
    turn = cast("Turn", None)
    for value, result in (("8.9", "fail"), ("9", "pass"), ("11", "pass"), ("11.1", "fail")):
        assert derived(turn, "quality.checked", before, {**before, "value": value}) == {"result": result}
    assert derived(turn, "quality.checked", before, {**before, "result": "fail"}) == {}


def test_the_duration_of_work_follows_its_times() -> None:
    story = by_hand()
    story.hear(entry(20.0, "sign_on", operator_id="anna"), entry(80.0, "sign_off", operator_id="anna"))
    fact = last(story, LaborRecorded)
    assert refusal(story, put(story, fact, {"end": "soon"}, 90.0)) == "BAD_TIME"
    assert refusal(story, put(story, fact, {"end": clock(20.0)}, 91.0)) == "BAD_TIME"
    assert say(story, put(story, fact, {"end": clock(50.0)}, 92.0)).accepted
    assert of(story, FactCorrected)[0].after == {"end": clock(50.0), "duration_s": "30.000"}
    assert story.station.state.crew.seconds == 30.0
    assert story.station.state.figures.order is not None
    assert story.station.state.figures.order.sums.labor == 30
