"""The agent's own station: its life, directories and commands."""

import json
from dataclasses import replace
from hashlib import sha256
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.core.desk.copying import MOST_REMEMBERED
from agent.core.desk.desk import Desk, DeskOutcome, DeskState
from agent.core.desk.shedding import SHEDDING, Shed
from agent.core.desk.storage import LEVELS
from agent.core.directories import Directories
from agent.core.directories.copies import Kept
from agent.core.discrepancies.care import CARE
from agent.core.discrepancies.discrepancies import Discrepancy
from agent.core.facts import (
    AgentStarted,
    AgentStopping,
    CommandRun,
    ConditionChanged,
    ConfigCause,
    ConfigChanged,
    DetailShed,
    DirectoryApplied,
    DiscrepancyCode,
    DiscrepancyRaised,
    Fact,
    Keys,
    LinkLost,
    StorageChanged,
    StorageLevel,
)
from agent.core.fingerprint import Fingerprint
from agent.core.machine.conditions import Condition
from agent.core.observations import Configured, Directive, Finding, Started, Stopping, Storage
from agent.core.times import iso
from agent.core.views import Reply
from tests.core.build import FIRST_ID, PROVENANCE, T0, WC, an_order, clock, instant, moved, quality, types

DESK = Desk("1.0", PROVENANCE, ("replay", "message"), Directories())
ORDER = an_order().model_dump_json().encode()
COMMAND = {"command_id": "cmd-0001", "issued_at": "2026-03-04T05:00:00Z", "actor": "planner", "reason": "why"}


def started(instance: str, down_since: float | None = None) -> Started:
    return Started(None, instant(0.0), instance, None if down_since is None else T0 + down_since)


def directive(name: str, payload: bytes, wc_id: str | None = None) -> Directive:
    return Directive(wc_id, name, payload, instant(5.0))


def command(name: str, **fields: object) -> Directive:
    return directive(f"cmd/{name}", json.dumps({**COMMAND, **fields}).encode())


def observe(
    desk: Desk, observation: Configured | Started | Stopping | Directive | Finding | Storage, number: int = 0
) -> DeskOutcome:
    return desk.observe(observation, UUID(int=FIRST_ID.int + (number << 12)))


@pytest.mark.parametrize(
    ("state", "down_since", "after"),
    [
        (DeskState(), None, "first_start"),
        (DeskState("run-0", stopped_cleanly=True), -60.0, "clean_stop"),
        (DeskState("run-0", stopped_cleanly=False), -60.0, "crash"),
    ],
)
def test_a_start_says_what_it_comes_after(state: DeskState, down_since: float | None, after: str) -> None:  # R17
    outcome = observe(replace(DESK, state=state), started("run-1", down_since))
    assert outcome.desk.state == DeskState("run-1", stopped_cleanly=False)
    assert [(fact.data, fact.natural_key) for fact in outcome.facts] == [
        (
            AgentStarted.model_validate(
                {
                    "keys": Keys(),
                    "quality": quality(origin="rule"),
                    "version": "1.0",
                    "instance": "run-1",
                    "after": after,
                    "down_since": None if down_since is None else clock(down_since),
                }
            ),
            "agent:e1:run-1:started",
        )
    ]


def test_a_clean_stop_is_said_and_remembered() -> None:
    running = observe(DESK, started("run-1")).desk
    outcome = observe(running, Stopping(None, instant(9.0)))
    assert outcome.desk.state == DeskState("run-1", stopped_cleanly=True)
    assert [fact.data for fact in outcome.facts] == [
        AgentStopping(keys=Keys(), quality=quality(origin="rule"), instance="run-1")
    ]


def applied(outcome: str, payload: bytes, **fields: object) -> DirectoryApplied:
    base = {
        "keys": Keys(wc_id=WC),
        "quality": quality(origin="mes"),
        "name": "orders/PO-1",
        "outcome": outcome,
        "rev": None,
        "sha256": sha256(payload).hexdigest(),
        "detail": "",
    }
    return DirectoryApplied.model_validate({**base, **fields})


def test_a_directory_is_applied_withdrawn_and_each_said_once() -> None:
    first = observe(DESK, directive("orders/PO-1", ORDER, WC))
    again = observe(first.desk, directive("orders/PO-1", ORDER, WC), 1)
    withdrawn = observe(again.desk, directive("orders/PO-1", b"", WC), 2)
    assert [fact.data for fact in first.facts] == [applied("applied", ORDER, rev="1", owner="MES")]
    assert (again.desk, again.facts) == (first.desk, ())
    assert [fact.data for fact in withdrawn.facts] == [applied("withdrawn", b"", owner="MES", supersedes="1")]
    assert first.kept == (Kept(WC, "orders/PO-1", ORDER, rev="1", owner="MES"),)
    assert again.kept == ()
    assert withdrawn.kept == (Kept(WC, "orders/PO-1", b"", "withdrawn", owner="MES", supersedes="1"),)
    assert withdrawn.desk.directories == Directories()


def test_a_directory_that_is_refused_changes_nothing_but_is_told() -> None:
    known = observe(DESK, directive("orders/PO-1", ORDER, WC)).desk
    outcome = observe(known, directive("orders/PO-1", b"{", WC), 1)
    (fact,) = outcome.facts
    assert isinstance(fact.data, DirectoryApplied)
    assert fact.data == applied("refused", b"{", detail=fact.data.detail)
    assert fact.data.detail.endswith("the former revision stays")
    assert outcome.desk.directories == known.directories
    assert outcome.kept == (Kept(WC, "orders/PO-1", b"{", "refused", detail=fact.data.detail),)


def test_the_same_directory_applied_twice_has_two_natural_keys() -> None:
    desk = DESK
    keys: list[str] = []
    for number, payload in enumerate([ORDER, b"", ORDER]):
        outcome = observe(desk, directive("orders/PO-1", payload, WC), number)
        desk, keys = outcome.desk, [*keys, *(fact.natural_key for fact in outcome.facts)]
    assert keys == [f"dir:e1:{WC}:orders/PO-1:{number}" for number in (1, 2, 3)]


def run(command_id: str, outcome: str, detail: str, **fields: object) -> CommandRun:
    base = {"keys": Keys(), "quality": quality(origin="mes"), "name": "message", "actor": None}
    return CommandRun.model_validate({**base, "command_id": command_id, "outcome": outcome, "detail": detail, **fields})


def test_a_message_is_kept_for_the_operators_and_told() -> None:
    outcome = observe(DESK, command("message", text="Fire drill at 10"))
    assert outcome.desk.state.message == "Fire drill at 10"
    assert [(fact.data, fact.natural_key) for fact in outcome.facts] == [
        (run("cmd-0001", "done", "why", actor="planner"), "cmd:e1:cmd-0001")
    ]
    assert outcome.reply == Reply(accepted=True, code="ok", message="why")


@pytest.mark.parametrize(
    ("sent", "name", "detail"),
    [
        (command("format"), "format", "command 'format' is not allowed here; allowed: replay, message"),
        (command("message"), "message", "command message: text: Field required"),
        (command("message", text=""), "message", "command message: text: String should have at least 1 character"),
        (command("message", text="x", actor=""), "message", "command message: actor: String should have at least"),
        (directive("cmd/message", b"{"), "message", "command message: "),
    ],
)
def test_a_command_that_cannot_be_run_is_refused_and_told(sent: Directive, name: str, detail: str) -> None:
    outcome = observe(DESK, sent)
    (fact,) = outcome.facts
    assert isinstance(fact.data, CommandRun)
    assert fact.data == run("refused-1", "refused", fact.data.detail, name=name)
    assert fact.data.detail.startswith(detail)
    assert outcome.reply == Reply(accepted=False, code="REFUSED", message=fact.data.detail)
    assert outcome.desk.state == DeskState(numbers=1)


def test_a_command_that_is_not_listed_is_refused() -> None:
    outcome = observe(replace(DESK, commands=("replay",)), command("message", text="hello"))
    assert outcome.desk.state.message == ""


def test_the_desk_comes_back_from_its_snapshot() -> None:
    desk = observe(observe(DESK, started("run-1")).desk, command("message", text="Привет"), 1).desk
    assert DESK.restored(desk.snapshot()) == replace(desk, directories=DESK.directories)


def test_a_retained_directory_that_is_refused_is_told_once() -> None:
    refused = observe(DESK, directive("orders/PO-1", b"{", WC))
    again = observe(refused.desk, directive("orders/PO-1", b"{", WC), 1)
    assert (again.desk, again.facts) == (refused.desk, ())
    assert len(observe(refused.desk, directive("orders/PO-1", b"{", "WC-2"), 2).facts) == 1
    assert len(observe(refused.desk, directive("orders/PO-1", b"[", WC), 3).facts) == 1
    assert len(observe(DESK.restored(refused.desk.snapshot()), directive("orders/PO-1", b"{", WC), 4).facts) == 0


@pytest.mark.parametrize("between", [ORDER, b"", b"["])
def test_it_is_told_again_after_something_else_came_under_its_name(between: bytes) -> None:
    desk, told = DESK, []
    for number, payload in enumerate([b"{", between, b"{"]):
        outcome = observe(desk, directive("orders/PO-1", payload, WC), number)
        desk = outcome.desk
        told.append([fact.data.outcome for fact in outcome.facts if isinstance(fact.data, DirectoryApplied)])
    assert told[0] == told[2] == ["refused"]


def test_what_was_refused_is_remembered_within_bounds() -> None:
    desk = DESK
    for number in range(3 * MOST_REMEMBERED):
        desk = observe(desk, directive(f"orders/{'x' * 1000}{number}", b"{", WC), number).desk
    assert len(desk.state.refused) == MOST_REMEMBERED
    assert len(desk.snapshot()) < 8192
    last = directive(f"orders/{'x' * 1000}{3 * MOST_REMEMBERED - 1}", b"{", WC)
    assert observe(desk, last).facts == ()


@pytest.mark.parametrize("code", ["journal_damaged", "journal_rewound", "mes_restored", "rejected_by_mes"])
def test_what_was_found_out_is_a_discrepancy_with_its_owner(code: DiscrepancyCode) -> None:
    discrepancy = Discrepancy(code, T0 + 1.0, T0 + 2.0, {"epoch": "e1", "sequence": "7"})
    outcome = observe(DESK, Finding(None, "damaged-e1-7", discrepancy, instant(5.0), "notice-damaged-e1-7"))
    (fact,) = outcome.facts
    assert isinstance(fact.data, DiscrepancyRaised)
    assert fact.data == DiscrepancyRaised(
        keys=Keys(),
        quality=quality(origin="rule"),
        discrepancy_id=fact.data.discrepancy_id,
        code=code,
        owner_role=CARE[code].owner_role,
        due=clock(2.0 + CARE[code].due_s),
        start=clock(1.0),
        end=clock(2.0),
        at_most=None,
        evidence={"epoch": "e1", "sequence": "7"},
    )
    assert fact.natural_key == f"dsc:e1:-:{code}:damaged-e1-7"
    assert outcome.reply is not None
    assert outcome.reply.accepted


def storage(level: StorageLevel, at: float = 5.0) -> Storage:
    return Storage(None, level, 1000, 2000, instant(at))


def test_another_level_of_storage_is_said_once() -> None:
    low = observe(DESK, storage("low"))
    assert [(fact.data, fact.natural_key) for fact in low.facts] == [
        (
            StorageChanged(
                keys=Keys(), quality=quality(origin="rule"), level="low", free_bytes=1000, journal_bytes=2000
            ),
            "storage:e1:1",
        )
    ]
    assert observe(low.desk, storage("low"), 1).facts == ()
    ample = observe(DESK.restored(low.desk.snapshot()), storage("ample"), 2)
    assert [fact.natural_key for fact in ample.facts] == ["storage:e1:2"]


def a_fact(at: float, *, detail: bool) -> Fact:
    lost = LinkLost(keys=Keys(wc_id=WC), quality=quality(), device="plc", detail="cable")
    data = moved(Condition.RUNNING, Condition.IDLE) if detail else lost
    return Fact(FIRST_ID, data, T0 + at, T0 + at, f"test:{at}")


@given(st.lists(st.lists(st.booleans(), max_size=4), max_size=10), st.sampled_from(LEVELS))
def test_each_fact_is_kept_or_counted_as_shed_and_only_detail_is_shed(
    happenings: list[list[bool]], level: StorageLevel
) -> None:
    desk = observe(DESK, storage(level)).desk
    kept: list[Fact] = []
    made: list[Fact] = []
    for number, details in enumerate(happenings):
        facts = tuple(a_fact(number + index / 10, detail=detail) for index, detail in enumerate(details))
        made += facts
        desk, spared = desk.spared(facts)
        kept += spared
        desk = DESK.restored(desk.snapshot())
    shed = [fact for fact in made if fact not in kept]
    assert all(isinstance(fact.data, ConditionChanged) for fact in shed)
    assert bool(shed) == (level in SHEDDING and any(any(details) for details in happenings))
    assert desk.state.shed == (Shed(len(shed), shed[0].time, shed[-1].time) if shed else None)
    again = observe(desk, storage("low" if level != "low" else "ample"), 1)
    told = [fact.data for fact in again.facts if isinstance(fact.data, DetailShed)]
    assert [(data.count, data.start, data.end) for data in told] == (
        [(len(shed), iso(shed[0].time), iso(shed[-1].time))] if shed else []
    )
    assert again.desk.state.shed is None


def test_detail_shed_from_scarce_to_reserve_is_told_when_there_is_space_again() -> None:
    desk = observe(DESK, storage("scarce")).desk
    desk, _ = desk.spared((a_fact(1.0, detail=True),))
    reserve = observe(desk, storage("reserve"), 1)
    assert types(reserve.facts) == ["storage.low"]
    assert types(observe(reserve.desk, storage("low"), 2).facts) == ["storage.low", "detail.shed"]


def configured(text: str, keys: dict[str, str], *, cause: ConfigCause = "start") -> Configured:
    return Configured(None, Fingerprint(text, keys), cause, (), instant(0.0))


def test_another_configuration_than_the_one_remembered_is_told_with_what_differs() -> None:
    first = observe(DESK, configured("one", {"mes.host": "a", "codes.lot": "b"}))
    desk = DESK.restored(first.desk.snapshot())
    second = observe(desk, configured("two", {"mes.host": "c", "codes.badge": "d"}, cause="sighup"), 1)
    assert first.facts == (), "there is nothing to compare the first one with"
    assert [fact.data for fact in second.facts] == [
        ConfigChanged(
            keys=Keys(),
            quality=quality(origin="rule"),
            hash="two",
            former_hash="one",
            cause="sighup",
            changed=("codes.badge", "codes.lot", "mes.host"),
            needs_restart=(),
        )
    ]
    assert observe(second.desk, configured("two", {}), 2).facts == ()
