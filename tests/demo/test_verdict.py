from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from simulators.demo.checks import Check
from simulators.demo.evidence import Evidence
from simulators.demo.records import OperatorLog, SupervisorLog
from simulators.demo.stops_verdict import true_stops
from simulators.demo.verdict import judge
from simulators.mes.exchange_figures import Difference, Reconciled
from simulators.mes.facts import Operation
from simulators.mes.figures import Conflict, CounterSpan, DoubledKey, LoadedLot, ReasonGiven
from simulators.mes.floor_figures import Floor, Norm
from simulators.mes.sequences import Gap
from simulators.truth import Stop, TruthEvent
from tests.demo.story import (
    FACTS,
    LOT,
    PARTS,
    SCRAP,
    WC,
    acts,
    at,
    claim,
    doubt,
    evidence,
    report,
    span,
    stop,
    truth,
    with_claim,
    with_report,
)

GOOD = Decimal(len(PARTS) - len(SCRAP))


def failing(told: Evidence) -> set[str]:
    return {check.name for check in judge(told) if not check.ok}


def found(told: Evidence, name: str) -> Check:
    return next(check for check in judge(told) if check.name == name)


def test_where_everybody_agrees_every_check_is_fulfilled() -> None:
    assert failing(evidence()) == set()


def test_a_part_too_few_is_found() -> None:
    assert failing(with_claim(evidence(), good=GOOD - 1)) == {f"{WC} parts made", f"{WC} good"}


def test_a_part_too_many_is_found() -> None:
    assert failing(with_claim(evidence(), good=GOOD + 1)) == {f"{WC} parts made", f"{WC} good"}


def test_scrap_that_was_counted_as_good_is_found() -> None:
    assert failing(with_claim(evidence(), good=GOOD + 1, scrap=Decimal(1))) == {f"{WC} scrap", f"{WC} good"}


def test_a_discrepancy_allows_fewer_up_to_its_bound_and_no_more() -> None:
    doubted = with_claim(evidence(), discrepancies=(doubt(440, 480, 3),))
    assert failing(with_claim(doubted, good=GOOD - 3)) == set()
    assert failing(with_claim(doubted, good=GOOD - 4)) == {f"{WC} parts made", f"{WC} good"}


def test_a_discrepancy_allows_no_more_than_was_made_in_its_span() -> None:
    doubted = with_claim(evidence(), discrepancies=(doubt(110, 150, 50),))
    assert failing(with_claim(doubted, good=GOOD - 1)) == {f"{WC} parts made", f"{WC} good"}


def test_a_discrepancy_never_allows_more_parts_than_the_truth() -> None:
    doubted = with_claim(evidence(), discrepancies=(doubt(440, 480, 3),))
    assert failing(with_claim(doubted, good=GOOD + 1)) == {f"{WC} parts made", f"{WC} good"}


def test_a_watched_stop_must_begin_and_end_where_it_did() -> None:
    name = f"{WC} stops seen whole, ±0.5 s"
    for edges in ((101.6, 161.0), (100.4, 161.0), (101.0, 161.6), (101.0, 160.4)):
        moved = with_claim(evidence(), stops=(stop("s1", *edges), *claim().stops[1:]))
        assert failing(moved) == {name}


def test_a_watched_stop_that_is_missing_is_found() -> None:
    missing = with_claim(evidence(), stops=claim().stops[1:])
    assert failing(missing) == {f"{WC} stops seen whole, ±0.5 s"}


def test_a_stop_that_was_torn_in_two_is_found() -> None:
    torn = with_claim(evidence(), stops=(stop("s1", 101, 120), stop("s1b", 125, 161), *claim().stops[1:]))
    assert failing(torn) == {f"{WC} stops seen whole, ±0.5 s"}


def test_a_stop_that_is_over_must_be_closed_and_one_that_lasts_must_not() -> None:
    first, second, _ = claim().stops
    assert failing(with_claim(evidence(), stops=(first, second, stop("s3", 541, 600)))) == {
        f"{WC} stops seen whole, ±0.5 s"
    }


def test_two_true_stops_told_as_one_are_found() -> None:
    one = with_claim(evidence(), stops=(stop("s1", 101, 361), claim().stops[2]))
    assert f"{WC} stops made up" in failing(one)


def test_a_stop_through_an_outage_must_be_there_once_wherever_its_edges_are() -> None:
    first, _, third = claim().stops
    assert failing(with_claim(evidence(), stops=(first, stop("s2", 301, 318), third))) == set()
    assert failing(with_claim(evidence(), stops=(first, third))) == {f"{WC} stops seen in part"}
    twice = (first, stop("s2", 301, 318), stop("s2b", 341, 361), third)
    assert failing(with_claim(evidence(), stops=twice)) == {f"{WC} stops seen in part"}


@pytest.mark.parametrize("held", [(100.0, 100.6), (160.0, 170.0)])
def test_an_edge_at_which_the_pc_held_somebody_up_is_not_known_and_the_stop_must_still_be_there(
    held: tuple[float, float],
) -> None:
    whole, part = f"{WC} stops seen whole, ±0.5 s", f"{WC} stops seen in part"
    told = evidence()
    blurred = replace(told, supervisor=replace(told.supervisor, held_up=(span(*held),)))
    for edges in ((104.0, 161.0), (101.0, 164.0)):
        assert failing(with_claim(told, stops=(stop("s1", *edges), *claim().stops[1:]))) == {whole}
        assert failing(with_claim(blurred, stops=(stop("s1", *edges), *claim().stops[1:]))) == set()
    assert failing(with_claim(blurred, stops=claim().stops[1:])) == {part}


def test_a_pc_that_held_somebody_up_amid_a_stop_excuses_nothing() -> None:
    told = evidence()
    amid = replace(told, supervisor=replace(told.supervisor, held_up=(span(99.0, 100.4), span(110.0, 150.0))))
    moved = with_claim(amid, stops=(stop("s1", 104.0, 161.0), *claim().stops[1:]))
    assert failing(moved) == {f"{WC} stops seen whole, ±0.5 s"}


def test_a_stop_that_lay_in_the_dark_may_be_missing() -> None:
    dark = SupervisorLog({WC: span(-10, 600)}, {WC: (span(295, 365),)}, kills=(at(295),))
    unseen = with_claim(evidence(), stops=(claim().stops[0], claim().stops[2]), seconds={"UNKNOWN": 90.0})
    assert failing(replace(unseen, supervisor=dark)) == {f"{WC} seconds unwatched"}
    known = with_claim(unseen, inferred_seconds={})
    assert failing(replace(known, supervisor=dark)) == set()


def test_a_stop_that_never_was_is_found() -> None:
    more = with_claim(evidence(), stops=(*claim().stops, stop("s4", 400, 410)))
    assert failing(more) == {f"{WC} stops made up"}


def test_a_stop_told_twice_under_one_id_is_found() -> None:
    first, *others = claim().stops
    assert failing(with_claim(evidence(), stops=(replace(first, opened=2), *others))) == {f"{WC} stops told twice"}
    assert failing(with_claim(evidence(), stops=(replace(first, closed=2), *others))) == {f"{WC} stops told twice"}


def test_stops_with_too_short_a_run_between_or_one_without_a_part_are_one() -> None:
    def told(*edges: tuple[float, float]) -> list[TruthEvent]:
        events = [TruthEvent(at(14.5), WC, "part", {"total": 1})]
        for start, end in edges:
            events.append(TruthEvent(at(start), WC, "stop_started", {"kind": "micro", "alarm": 0}))
            events.append(TruthEvent(at(end), WC, "stop_ended", {"kind": "micro"}))
        return events

    def stops(*edges: tuple[float, float]) -> list[tuple[float, float]]:
        found = true_stops(told(*edges), WC, at(100))
        return [((one.start - at(0)).total_seconds(), (one.end - at(0)).total_seconds()) for one in found if one.end]

    assert stops((0, 12), (14.9, 30)) == [(0, 30)]
    assert stops((0, 10), (20, 30)) == [(0, 10), (20, 30)]
    assert stops((0, 10), (14, 30)) == [(0, 30)]
    assert stops((0, 10), (20, 24)) == [(0, 10)]


def test_unwatched_seconds_are_outages_and_absences_within_what_is_justified() -> None:
    # 20 s without the agent, 20 s without the controller; the MES says 31 s unknown and 12 s inferred.
    name = f"{WC} seconds unwatched"
    assert found(evidence(), name).found == "43"
    assert failing(with_claim(evidence(), seconds={"UNKNOWN": 27.0})) == {name}
    assert failing(with_claim(evidence(), seconds={"UNKNOWN": 32.0})) == {name}


def test_a_hole_in_a_counter_is_found() -> None:
    spans = (CounterSpan("total", 1, 0, 7), CounterSpan("total", 1, 8, 20), CounterSpan("total", 2, 0, 5))
    assert failing(with_claim(evidence(), counters=spans[1:])) == set()
    assert failing(with_claim(evidence(), counters=spans)) == {f"{WC} holes in counters"}


def test_a_pause_in_counting_while_the_machine_ran_is_found() -> None:
    told = evidence()
    silent = {WC: tuple(one for one in told.outputs[WC] if not at(200) < one.end < at(240))}
    assert failing(replace(told, outputs=silent)) == {f"{WC} pauses in counting"}


def test_no_count_is_asked_for_while_nobody_could_watch() -> None:
    told = evidence()
    dark = {WC: tuple(one for one in told.outputs[WC] if not at(448) < one.end < at(471))}
    assert failing(replace(told, outputs=dark)) == set()


def test_a_refused_act_is_found() -> None:
    refused = replace(acts()[3], accepted=False, code="NO_STOP")
    told = replace(evidence(), operators=OperatorLog((*acts()[:3], refused, acts()[4])))
    assert failing(told) == {"acts refused", f"{WC} reasons given", "stop.reason_set"}


def test_a_lot_that_is_missing_or_doubled_is_found() -> None:
    assert failing(with_claim(evidence(), lots=())) == {f"{WC} lots loaded"}
    lot = LoadedLot(at(2), "L-1", "CAP", LOT)
    assert failing(with_claim(evidence(), lots=(lot, lot))) == {f"{WC} lots loaded"}


def test_a_unit_that_is_missing_or_doubled_is_found() -> None:
    assert failing(with_claim(evidence(), genealogy={})) == {f"{WC} units linked"}
    assert failing(with_claim(evidence(), genealogy={"1": (), "2": ()})) == {f"{WC} units linked"}
    doubled = FACTS | {"genealogy.linked": 2, "output.recorded": 39}
    assert failing(replace(with_report(evidence(), facts=doubled), sent=doubled)) == {"genealogy.linked"}


def test_a_code_that_the_mes_never_heard_of_is_found() -> None:
    assert failing(with_claim(evidence(), scans={LOT: claim().scans[LOT]})) == {f"{WC} codes scanned"}


def test_a_reason_that_is_missing_doubled_or_another_ones_is_found() -> None:
    given = claim().reasons[0]
    other = ReasonGiven(at(120), "s2", "JAM", None, "demo")
    for reasons in ((), (given, given), (other,)):
        assert failing(with_claim(evidence(), reasons=reasons)) == {f"{WC} reasons given"}


def test_an_order_that_was_not_begun_is_found() -> None:
    waiting = replace(claim().orders[0], status="waiting")
    assert failing(with_claim(evidence(), orders=(waiting,))) == {f"{WC} orders begun"}


def test_a_component_that_was_not_used_for_each_part_is_found() -> None:
    finished = replace(claim().orders[0], op_no="20", good=Decimal(7), scrap=Decimal(1))
    used = Norm(Operation("PO-1", "20"), "CAP", "10", "EA", Decimal(8))
    told = with_claim(evidence(), orders=(finished,), floor=Floor(norms=(used,)))
    assert failing(told) == set()
    fewer = with_claim(told, floor=Floor(norms=(replace(used, used=Decimal(7)),)))
    assert failing(with_claim(fewer, orders=(finished,))) == {f"{WC} CAP used for PO-1"}


def test_sums_of_the_agent_that_differ_from_what_arrived_are_found() -> None:
    wrong = Reconciled("id", "shift", WC, None, at(0), True, (Difference("facts", "3", "4"),))
    assert failing(with_report(evidence(), reconciled=(wrong,))) == {"sums of shifts and digests that differ"}


def test_a_gap_in_the_sequence_is_found() -> None:
    assert failing(with_report(evidence(), gaps={"urn": (Gap(7, 8),)})) == {"gaps in the sequence"}


def test_a_fact_that_did_not_arrive_is_found() -> None:
    fewer = with_report(evidence(), facts=FACTS | {"output.recorded": 39}, through={"urn": 44})
    assert failing(fewer) == {"facts sent and received", "sequence without a gap up to", "types that differ"}


def test_a_second_source_is_found() -> None:
    assert failing(with_report(evidence(), through={"urn": 45, "other": 0})) == {"sources"}


def test_two_facts_that_claim_one_place_or_one_happening_are_found() -> None:
    conflict = (Conflict("urn", 3, ("a", "b")),)
    assert failing(with_report(evidence(), conflicts=conflict)) == {"numbers given twice"}
    doubled = (DoubledKey("cnt:1", ("a", "b")),)
    assert failing(with_report(evidence(), natural_key_duplicates=doubled)) == {"happenings told twice"}


def test_refused_and_unreadable_facts_are_found() -> None:
    assert failing(with_report(evidence(), rejected=1)) == {"facts refused or unreadable"}
    assert failing(with_report(evidence(), unreadable=1)) == {"facts refused or unreadable"}


def test_an_attempt_to_write_to_a_machine_is_found() -> None:
    written = [*truth(), TruthEvent(at(10), WC, "write_attempt", {"what": "WriteRequest"})]
    assert failing(replace(evidence(), truth=written)) == {"attempts to write to a machine"}


def test_a_start_that_nobody_caused_is_found() -> None:
    crash = report().agent_starts[1]
    starts = (*report().agent_starts, crash)
    assert failing(with_report(evidence(), agent_starts=starts)) == {"agent starts, first and after crashes"}


def test_a_stop_that_lasts_is_one_of_the_true_stops() -> None:
    assert true_stops(truth(), WC, at(600))[-1] == Stop(at(541), None, "micro", 0)
