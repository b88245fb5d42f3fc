"""Command cards: entries that gloved hands scan; what ends, rejects, reports or takes back is asked once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

import pytest
from pydantic import ValidationError

from agent.core.codes import interpret
from agent.core.codes.code_settings import CodeSettings
from agent.core.codes.commands import VERBS
from agent.core.codes.reading import Code
from agent.core.directories import CodeList, Directories, Operators, Order
from agent.core.facts import (
    FactCorrected,
    LaborSignedOff,
    OperationCompleted,
    OperationPaused,
    OperationStarted,
    OutputRecorded,
    ScanAccepted,
    ScrapRecorded,
    StopOpened,
    StopReasonSet,
)
from agent.core.machine_settings import Role
from agent.core.observations import ClockStep, Scan
from agent.core.station_view import view
from agent.core.work_center_view import AskedView
from tests.core.build import (
    EXECUTE,
    IDLE,
    T0,
    WC,
    Story,
    a_manual_station,
    a_plan,
    a_station,
    a_story,
    alive,
    an_order,
    badge,
    clock,
    entry,
    instant,
    read,
    scan,
    started,
    tick,
    types,
    watched,
)

PLAN = a_plan(an_order("PO-1"), an_order("PO-2", priority=1), reasons=["JAM", "CLEANING"])
PEOPLE = Operators.model_validate(
    {
        "rev": "1",
        "operators": [
            {"operator_id": "anna", "name": "Anna"},
            {"operator_id": "boris", "name": "Boris", "roles": ["supervisor"]},
        ],
    }
)


def card(at: float, text: str, reader: str = "gun") -> Scan:
    return scan(at, f"%EA%{text}", reader)


def a_bench(*, plan: Directories = PLAN, order: bool = True, people: Mapping[str, object] | None = None) -> Story:
    """A work center without a machine, anna signed on, PO-1 in progress."""
    story = a_story(started(0.0), station=a_manual_station(people=people or {}), plan=plan)
    story.hear(entry(1.0, "sign_on", operator_id="anna"))
    if order:
        story.hear(entry(2.0, "start_operation", order_id="PO-1"))
    return story


def answer(story: Story, scanned: Scan) -> str:
    reply = story.observe(scanned).reply
    assert reply is not None
    return reply.code


def answers(story: Story, *texts: str, since: float = 10.0) -> list[str]:
    """What cards come to, one every two seconds."""
    return [answer(story, card(since + 2.0 * number, text)) for number, text in enumerate(texts)]


def asked(story: Story, now: float) -> AskedView | None:
    return view(story.station, story.plan, T0 + now).asked


# What a card says


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("%EA%START", Code("command", "START")),
        ("]C0%EA%FINISH", Code("command", "FINISH")),
        ("%EA%STOP:JAM", Code("command", "STOP", argument="JAM")),
        ("%EA%STOP:A:B", Code("command", "STOP", argument="A:B")),
        ("%EA%SCRAP: b", Code("command", "SCRAP", argument=" b")),
        ("%EA%SCRAP:ЦАРАПИНА", Code("command", "SCRAP", argument="ЦАРАПИНА")),
        ("%EA%QTY:012", Code("command", "QTY", argument="012")),
        ("%EA%PAUSE", Code("command", "PAUSE")),
        ("%EA%PAUSE:LUNCH", Code("command", "PAUSE", argument="LUNCH")),
    ],
)
def test_a_card_says_its_verb_and_what_it_is_about(text: str, code: Code) -> None:
    reading = interpret.read(text, CodeSettings())
    assert (reading.code, reading.flaw, reading.carrier) == (code, None, "command")


@pytest.mark.parametrize(
    ("text", "flaw"),
    [
        ("%EA%", "UNKNOWN_COMMAND"),
        ("%EA%finish", "UNKNOWN_COMMAND"),
        ("%EA%FINISHED", "UNKNOWN_COMMAND"),
        ("%EA% OK", "UNKNOWN_COMMAND"),
        ("%EA%FINISH:", "MALFORMED"),
        ("%EA%FINISH:PO-1", "MALFORMED"),
        ("%EA%STOP", "MALFORMED"),
        ("%EA%STOP:", "MALFORMED"),
        ("%EA%PAUSE:", "MALFORMED"),
        ("%EA%QTY:", "MALFORMED"),
        ("%EA%QTY:-1", "MALFORMED"),
        ("%EA%QTY:1.5", "MALFORMED"),
        ("%EA%QTY:٣", "MALFORMED"),
        ("%EA%QTY:12345678", "MALFORMED"),
        ("%EA%OK%EA%OK", "MALFORMED"),
        ("%EA%STOP:JAM%EA%STOP:JAM", "MALFORMED"),
    ],
)
def test_what_is_no_card_is_refused_aloud(text: str, flaw: str) -> None:
    reading = interpret.read(text, CodeSettings())
    assert reading.code is None
    assert reading.flaw is not None
    assert reading.flaw.code == flaw


def test_an_unknown_command_is_told_with_what_there_is() -> None:
    flaw = interpret.read("%EA%DANCE", CodeSettings()).flaw
    assert flaw is not None
    assert all(verb in flaw.words for verb in ("DANCE", *VERBS))


@pytest.mark.parametrize(
    ("prefix", "pattern"),
    [
        ("%EA%", r"(?P<lot>.+)"),
        ("%EA%", r"%(?P<lot>.*)"),
        ("%EA%", r"%EA%X(?P<lot>[0-9]{3})"),
        ("LO", r"LOT:(?P<lot>[^:]+):(?P<item>.+)"),
        ("LOT", r"LOT\-(?P<lot>[0-9]{3})"),
        ("99", r"(?P<lot>[0-9]{10})"),
    ],
)
def test_a_prefix_that_the_sites_own_codes_could_begin_with_is_refused(prefix: str, pattern: str) -> None:
    with pytest.raises(ValidationError, match="'lot' takes codes that begin with"):
        CodeSettings(command_prefix=prefix, lot=pattern)


@pytest.mark.parametrize("pattern", [r"(?P<lot>[A-Z0-9-]+)", r"%E(?P<lot>[0-9]+)", r"(?!%EA%)(?P<lot>.+)"])
def test_a_prefix_that_no_code_of_the_site_begins_with_is_taken(pattern: str) -> None:
    assert CodeSettings(lot=pattern).lot == pattern


def test_the_site_may_have_another_prefix() -> None:
    codes = CodeSettings(command_prefix="#CMD ")
    reading = interpret.read("#CMD OK", codes)
    assert reading.code == Code("command", "OK")
    assert interpret.read("%EA%OK", codes).code is None


# Who may


@pytest.mark.parametrize("verb", sorted(set(VERBS) - {"HELP"}))
def test_no_card_acts_where_nobody_is_signed_on(verb: str) -> None:
    argument = {"code": ":JAM", "number": ":1"}.get(VERBS[verb], "")
    story = a_story(started(0.0), station=a_manual_station(), plan=PLAN)
    before = story.station.state
    assert answer(story, card(3.0, f"{verb}{argument}")) == "NO_OPERATOR"
    assert types(story.facts[-1:]) == ["scan.refused"]
    assert story.station.state.operations == before.operations
    assert story.station.state.floor.question is None


def test_a_card_is_not_taken_from_a_reader_that_is_not_trusted_and_leaves_what_is_asked() -> None:
    story = a_bench()
    assert answers(story, "FINISH") == ["CONFIRM"]
    assert answer(story, replace(card(12.0, "OK"), trusted=False)) == "NOT_TRUSTED"
    assert answer(story, card(14.0, "OK")) == "ok"
    assert len(story.of(OperationCompleted)) == 1


def test_help_is_for_everybody_and_changes_nothing() -> None:
    story = a_story(started(0.0), station=a_manual_station(), plan=PLAN)
    (fact,) = story.hear(card(1.0, "HELP"))
    assert isinstance(fact.data, ScanAccepted)
    shown = view(story.station, story.plan, T0 + 1.0).last_scan
    assert shown is not None
    assert (shown.accepted, shown.code) == (True, "HELP")


def test_a_card_has_the_rights_of_who_scans_it_and_no_more() -> None:
    people = {"rights": {"complete_operation": ("supervisor",)}}
    story = a_bench(plan=replace(PLAN, operators=PEOPLE), people=people)
    assert answers(story, "FINISH", "OK") == ["NEEDS_SUPERVISOR", "NOTHING_TO_CONFIRM"]
    story.hear(entry(20.0, "sign_on", operator_id="boris"))
    assert answers(story, "FINISH", "OK", since=30.0) == ["CONFIRM", "ok"]
    (finished,) = story.of(OperationCompleted)
    assert isinstance(finished, OperationCompleted)
    assert finished.actor == "boris"


def test_who_has_lost_the_right_meanwhile_confirms_nothing() -> None:
    people = {"rights": {"complete_operation": ("supervisor",)}}
    story = a_bench(plan=replace(PLAN, operators=PEOPLE), people=people)
    story.hear(entry(5.0, "sign_on", operator_id="boris"), card(10.0, "FINISH"))
    demoted = [one.model_copy(update={"roles": ("operator",)}) for one in PEOPLE.operators]
    story.plan = replace(PLAN, operators=PEOPLE.model_copy(update={"operators": tuple(demoted)}))
    assert answer(story, card(12.0, "OK")) == "NEEDS_SUPERVISOR"
    assert not story.of(OperationCompleted)


def test_without_a_directory_of_operators_a_card_never_makes_a_supervisor() -> None:
    story = a_bench(people={"rights": {"complete_operation": ("supervisor",)}})
    assert answers(story, "FINISH") == ["NEEDS_SUPERVISOR"]


def test_nobody_confirms_what_another_asked_for() -> None:
    story = a_bench()
    story.hear(card(10.0, "FINISH"), entry(11.0, "sign_on", operator_id="boris"))
    assert answer(story, card(12.0, "OK")) == "ASKED_BY_ANOTHER"
    assert not story.of(OperationCompleted)
    # boris goes, and it is hers again.
    story.hear(entry(13.0, "sign_off", operator_id="boris"))
    assert answer(story, card(14.0, "OK")) == "ok"


# What is done at once


def test_start_begins_the_next_order_of_the_queue() -> None:
    story = a_bench(order=False)
    facts = story.hear(card(10.0, "START"))
    assert types(facts) == ["scan.accepted", "labor.recorded", "operation.started"]
    assert (facts[2].data.keys.order_id, facts[2].causation_id) == ("PO-1", str(facts[0].id))
    assert answers(story, "START", since=12.0) == ["ALREADY_STARTED"]


def test_start_goes_on_with_what_stands_here() -> None:
    story = a_bench()
    assert answers(story, "PAUSE:LUNCH", "START") == ["ok", "ok"]
    assert [data.keys.order_id for data in story.of(OperationStarted)] == ["PO-1"]
    assert story.station.state.operations.current is not None
    assert story.station.state.operations.current.status == "in_progress"


@pytest.mark.parametrize(
    ("orders", "code"),
    [
        ([], "NO_ORDER"),
        ([an_order("PO-1", release_status="planned")], "NO_ORDER"),
        ([an_order("PO-1"), an_order("PO-2")], "SEVERAL_ORDERS"),
        ([an_order("PO-1"), an_order("PO-2", due=clock(3600.0))], "ok"),
        ([an_order("PO-1", release_status="planned"), an_order("PO-2")], "ok"),
    ],
)
def test_start_takes_no_order_that_is_not_surely_the_next(orders: list[Order], code: str) -> None:
    plan = a_plan(*orders)
    assert answers(a_bench(plan=plan, order=False), "START") == [code]


def test_a_finished_order_is_not_started_again() -> None:
    story = a_bench()
    assert answers(story, "FINISH", "OK", "START") == ["CONFIRM", "ok", "ok"]
    assert [data.keys.order_id for data in story.of(OperationStarted)] == ["PO-1", "PO-2"]


def test_pause_needs_a_reason_only_where_the_mes_has_a_list_of_them() -> None:
    story = a_bench()
    assert answers(story, "PAUSE", "RESUME") == ["ok", "ok"]
    (paused,) = story.of(OperationPaused)
    assert isinstance(paused, OperationPaused)
    assert paused.reason is not None
    assert paused.reason.code == "PAUSE"
    breaks = CodeList.model_validate({"rev": "1", "codes": [{"code": "LUNCH"}]})
    story = a_bench(plan=replace(PLAN, lists={"interruptions": breaks}))
    assert answers(story, "PAUSE", "PAUSE:NAP", "PAUSE:LUNCH") == ["REASON_NEEDED", "UNKNOWN_REASON", "ok"]


def test_setup_begins_and_ends() -> None:
    story = a_bench()
    assert answers(story, "SETUP", "SETUPEND", "SETUPEND") == ["ok", "ok", "NO_SETUP"]


def test_stop_opens_a_stop_where_people_say_when_work_stops_and_gives_an_open_one_its_reason() -> None:
    story = a_bench()
    assert answers(story, "STOP:JAM", "STOP:CLEANING", "STOP:DANCE", "STOPEND") == ["ok", "ok", "UNKNOWN_REASON", "ok"]
    assert len(story.of(StopOpened)) == 1
    assert [data.reason.code for data in story.of(StopReasonSet) if isinstance(data, StopReasonSet)] == ["CLEANING"]


def test_stop_gives_a_machines_stop_its_reason() -> None:
    station = a_station(Role.PACKML_STATE, Role.TOTAL)
    story = a_story(*watched(packml_state=EXECUTE, total=100), *alive(0.0, 20.0), station=station, plan=PLAN)
    story.hear(entry(20.0, "sign_on", operator_id="anna"), read(21.0, packml_state=IDLE), *alive(21.0, 60.0))
    facts = story.hear(card(61.0, "STOP:JAM"))
    assert types(facts) == ["scan.accepted", "stop.reason_set"]
    reason = facts[1].data
    assert isinstance(reason, StopReasonSet)
    assert (reason.actor, facts[1].causation_id) == ("anna", str(facts[0].id))


def test_logout_signs_off_who_acts() -> None:
    story = a_bench()
    story.hear(entry(5.0, "sign_on", operator_id="boris"))
    assert answers(story, "LOGOUT") == ["ok"]
    (off,) = story.of(LaborSignedOff)
    assert isinstance(off, LaborSignedOff)
    assert off.operator_id == "boris"


def test_lock_leaves_a_work_center_to_badges() -> None:
    story = a_bench()
    assert answers(story, "FINISH", "LOCK", "OK") == ["CONFIRM", "ok", "LOCKED"]
    assert asked(story, 14.0) is None


# What is asked once


@pytest.mark.parametrize("text", ["FINISH", "SCRAP:DENT", "QTY:5"])
def test_what_is_asked_is_one_accepted_scan_and_nothing_else(text: str) -> None:
    story = a_bench()
    before = story.station.state
    outcome = story.observe(card(10.0, text))
    assert types(outcome.facts) == ["scan.accepted"]
    assert outcome.reply is not None
    assert (outcome.reply.accepted, outcome.reply.code) == (True, "CONFIRM")
    assert outcome.reply.message.endswith(("OK or CANCEL.", "quantity."))
    assert outcome.reply.pattern.format_map(outcome.reply.values) == outcome.reply.message
    assert outcome.claims == ()
    after = outcome.station.state
    assert replace(after, floor=before.floor, chain=before.chain) == before
    shown = asked(story, 10.0)
    assert shown is not None
    assert (shown.question, shown.until) == (outcome.reply.message, clock(40.0))


def test_finish_is_done_by_ok_and_what_it_brings_about_is_caused_by_ok() -> None:
    story = a_bench()
    story.hear(card(10.0, "FINISH"))
    facts = story.hear(card(12.0, "OK"))
    assert types(facts) == ["scan.accepted", "labor.recorded", "operation.completed"]
    assert {fact.causation_id for fact in facts[1:]} == {str(facts[0].id)}
    assert asked(story, 12.0) is None
    assert answers(story, "OK", since=14.0) == ["NOTHING_TO_CONFIRM"]
    assert len(story.of(OperationCompleted)) == 1


def test_ok_that_the_reader_sends_twice_acts_once() -> None:
    story = a_bench()
    story.hear(card(10.0, "QTY:5"))
    assert [answer(story, card(at, "OK")) for at in (12.0, 12.3, 14.0)] == ["ok", "ECHO", "NOTHING_TO_CONFIRM"]
    assert [data.qty_good for data in story.of(OutputRecorded) if isinstance(data, OutputRecorded)] == [5]


def test_the_entry_confirm_does_it_and_cancel_leaves_it() -> None:
    story = a_bench()
    story.hear(card(10.0, "SCRAP:DENT"), entry(11.0, "cancel"), entry(12.0, "confirm"))
    assert not story.of(ScrapRecorded)
    unnamed = replace(entry(14.0, "confirm"), actor=None)
    story.hear(card(13.0, "SCRAP:DENT"), unnamed, entry(15.0, "confirm"))
    (scrap,) = story.of(ScrapRecorded)
    assert isinstance(scrap, ScrapRecorded)
    assert (scrap.qty_scrap, scrap.defect_code) == (Decimal(1), "DENT")


def test_an_answer_at_the_terminal_names_nobody_and_is_that_of_whoever_acts_there() -> None:
    story = a_bench()
    story.hear(card(10.0, "QTY:5"), replace(entry(11.0, "confirm"), actor=None))
    assert [data.qty_good for data in story.of(OutputRecorded) if isinstance(data, OutputRecorded)] == [5]
    story.hear(card(12.0, "QTY:7"), replace(entry(13.0, "sign_on", operator_id="boris"), actor=None))
    outcome = story.observe(replace(entry(14.0, "confirm"), actor=None))
    assert outcome.reply is not None
    assert (outcome.reply.code, outcome.facts) == ("ASKED_BY_ANOTHER", ())


def test_a_quantity_card_says_how_many_rejects_and_the_last_one_holds() -> None:
    story = a_bench()
    codes = answers(story, "SCRAP:DENT", "QTY:2", "QTY:3", "OK")
    assert codes == ["CONFIRM", "CONFIRM", "CONFIRM", "ok"]
    (scrap,) = story.of(ScrapRecorded)
    assert isinstance(scrap, ScrapRecorded)
    assert (scrap.qty_scrap, scrap.defect_code) == (Decimal(3), "DENT")
    assert not story.of(OutputRecorded)


def test_undo_takes_back_the_last_word_of_who_scans_it() -> None:
    story = a_bench()
    assert answers(story, "UNDO") == ["NOTHING_TO_UNDO"]
    assert answers(story, "QTY:5", "OK", "UNDO", "OK", since=20.0) == ["CONFIRM", "ok", "CONFIRM", "ok"]
    assert len(story.of(FactCorrected)) == 1
    assert story.station.state.output.cums.good == 0


def test_undo_is_not_confirmed_for_another_word_than_was_asked_about() -> None:
    story = a_bench()
    story.hear(card(10.0, "QTY:5"), card(12.0, "OK"), card(14.0, "UNDO"))
    story.hear(entry(15.0, "report_scrap", qty="1", defect_code="DENT"))
    assert answer(story, card(16.0, "OK")) == "CHANGED_SINCE"
    assert not story.of(FactCorrected)


def test_an_order_that_was_not_asked_about_is_not_finished() -> None:
    story = a_bench()
    story.hear(card(10.0, "FINISH"))
    story.hear(entry(11.0, "partial_operation"), entry(12.0, "start_operation", order_id="PO-2"))
    assert answer(story, card(13.0, "OK")) == "CHANGED_SINCE"
    assert not story.of(OperationCompleted)


@pytest.mark.parametrize(
    ("text", "code"), [("FINISH", "NO_OPERATION"), ("QTY:0", "NO_QUANTITY"), ("UNDO", "NOTHING_TO_UNDO")]
)
def test_what_cannot_be_done_is_refused_when_it_is_asked_for(text: str, code: str) -> None:
    story = a_bench(order=False)
    assert answers(story, text) == [code]
    assert asked(story, 10.0) is None


def test_good_parts_are_not_reported_where_they_are_counted() -> None:
    story = a_story(*watched(packml_state=EXECUTE, total=100), *alive(0.0, 5.0), plan=PLAN)
    story.hear(entry(5.0, "sign_on", operator_id="anna"))
    assert answers(story, "QTY:5") == ["OUTPUT_IS_COUNTED"]


def test_what_can_be_done_no_more_is_refused_when_it_is_confirmed_and_stays_asked() -> None:
    story = a_bench()
    story.hear(card(10.0, "FINISH"), entry(11.0, "pause_operation", reason="LUNCH"), entry(12.0, "partial_operation"))
    assert answer(story, card(13.0, "OK")) == "CHANGED_SINCE"
    assert asked(story, 13.0) is not None


def test_time_over_nothing_is_asked_any_more() -> None:
    story = a_bench()
    story.hear(card(10.0, "FINISH"))
    assert asked(story, 39.9) is not None
    assert asked(story, 40.0) is None
    assert answer(story, card(40.0, "OK")) == "NOTHING_TO_CONFIRM"
    story.hear(card(50.0, "FINISH"), tick(80.0))
    assert story.station.state.floor.question is None


def test_a_question_lasts_as_long_when_the_clock_is_set() -> None:
    story = a_bench()
    story.hear(card(10.0, "FINISH"), ClockStep(WC, 3600.0, instant(3611.0)))
    assert answer(story, card(3639.0, "OK")) == "ok"


def test_a_restart_leaves_what_was_asked() -> None:
    story = a_bench()
    story.hear(card(10.0, "FINISH"))
    story.station = story.station.restored(story.station.snapshot())
    story.hear(started(15.0, 11.0))
    shown = asked(story, 15.0)
    assert shown is not None
    assert shown.question == "Finish order PO-1? Scan OK or CANCEL."
    assert answer(story, card(16.0, "OK")) == "ok"


@pytest.mark.parametrize(
    "other",
    [
        scan(12.0, "LOT:L-1:CAP"),
        scan(12.0, "ORD:PO-9"),
        badge(12.0, "4711"),
        card(12.0, "STOP:JAM"),
        card(12.0, "QTY:0"),
    ],
)
def test_any_other_code_drops_what_was_asked_whatever_becomes_of_it(other: Scan) -> None:
    story = a_bench()
    story.hear(card(10.0, "FINISH"), other)
    assert asked(story, 12.0) is None


def test_another_card_that_asks_stands_in_place_of_the_first() -> None:
    story = a_bench()
    assert answers(story, "FINISH", "SCRAP:DENT", "OK", "OK") == ["CONFIRM", "CONFIRM", "ok", "NOTHING_TO_CONFIRM"]
    assert story.of(ScrapRecorded)
    assert not story.of(OperationCompleted)


def test_help_and_a_code_that_nobody_can_tell_leave_what_was_asked() -> None:
    story = a_bench()
    assert answers(story, "FINISH", "HELP", "DANCE", "OK") == ["CONFIRM", "HELP", "UNKNOWN_COMMAND", "ok"]


def test_cancel_without_a_question_is_refused() -> None:
    assert answers(a_bench(), "CANCEL") == ["NOTHING_TO_CONFIRM"]


def test_each_card_is_one_fact_of_a_scan() -> None:
    story = a_bench()
    answers(story, "FINISH", "OK", "OK", "START", "QTY:3", "OK", "UNDO", "CANCEL", "HELP", "LOGOUT", "START")
    told = [one for one in types(story.facts) if one.startswith("scan.")]
    assert len(told) == 11


def test_a_locked_work_center_takes_no_card() -> None:
    station = a_manual_station(people={"sign_on": "required"})
    story = a_story(started(0.0), station=station, plan=PLAN)
    assert answers(story, "START", "HELP") == ["LOCKED", "LOCKED"]
    assert types(story.facts)[-2:] == ["scan.refused"] * 2
