"""Discrepancies: each in exactly one state, a fact for each change, there after a restart (requirements 82, 101)."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator
from decimal import Decimal
from typing import get_args
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from agent.core.desk.copying import MOST_REMEMBERED
from agent.core.desk.desk import Desk
from agent.core.directories import Directories, LicensePlate, Lot, Reasons
from agent.core.discrepancies.care import CARE, Care
from agent.core.discrepancies.concern import Concern
from agent.core.discrepancies.discrepancies import Discrepancy
from agent.core.discrepancies.register import MOST, Register
from agent.core.draft import Provenance
from agent.core.facts import (
    DiscrepancyAcknowledged,
    DiscrepancyCode,
    DiscrepancyExpired,
    DiscrepancyRaised,
    DiscrepancyResolved,
    Fact,
    FactData,
    Keys,
)
from agent.core.machine_settings import Role
from agent.core.observations import Directive, Entry, Finding, Tick
from agent.core.reconciliation.wanted import MOST_WANTED, Agenda, Wanted
from agent.core.settings import Settings
from agent.core.values import replace
from tests.core.build import (
    EXECUTE,
    T0,
    WC,
    a_station,
    alive,
    an_order,
    by_supervisor,
    clock,
    entry,
    instant,
    read,
    scan,
    watched,
)
from tests.core.plant import ALLOWED, Plant

OPEN = ("open", "acknowledged", "expired")
HOURS_4 = 4 * 3600.0


def directory(name: str, model: BaseModel, wc_id: str | None = None, at: float = 10.0) -> Directive:
    return Directive(wc_id, name, model.model_dump_json().encode(), instant(at))


def command(at: float, **more: str) -> Directive:
    head = {"command_id": f"cmd-{at:010.3f}", "issued_at": clock(at), "actor": "planner", "reason": "checked"}
    return Directive(None, "cmd/resolve", json.dumps({**head, **more}).encode(), instant(at), f"cmd-cmd-{at:.3f}")


def acknowledge(at: float, discrepancy_id: str) -> Entry:
    return entry(at, "acknowledge_discrepancy", discrepancy_id=discrepancy_id, comment="seen")


def resolve(at: float, discrepancy_id: str, resolution: str = "accepted", comment: str = "counted by hand") -> Entry:
    said = entry(at, "resolve_discrepancy", discrepancy_id=discrepancy_id, resolution=resolution, comment=comment)
    return by_supervisor(said)


def started_unreleased() -> tuple[Plant, str]:
    plant = Plant()
    plant.tell(directory("orders/PO-1", an_order(release_status="planned"), WC))
    plant.hear(*watched(packml_state=EXECUTE, total=0), scan(1.0, "ORD:PO-1"))
    (raised,) = plant.of(DiscrepancyRaised)
    return plant, raised.discrepancy_id


def test_every_code_has_an_owner_and_a_deadline() -> None:
    assert set(CARE) == set(get_args(DiscrepancyCode))


def test_the_plant_may_say_who_looks_after_what_and_how_soon() -> None:
    settings = Settings.model_validate(
        {
            "agent": {"enterprise": "acme", "site": "ala1", "area": "hall", "id": "a"},
            "mes": {"host": "mes"},
            "machine": [{"work_center": WC, "manual": True}],
            "discrepancies": {"order_not_released": {"due_h": 1}, "late_entry": {"owner": "crew_leader"}},
        }
    )
    assert settings.care["order_not_released"] == Care("planner", 3600.0)
    assert settings.care["late_entry"] == Care("crew_leader", CARE["late_entry"].due_s)
    assert settings.care["qty_balance"] == CARE["qty_balance"]
    plant = Plant(desk=Desk("1.0", Provenance("e1", "production", settings.care), ALLOWED, Directories()))
    plant.find("order_not_released")
    assert plant.of(DiscrepancyRaised)[0].due == clock(3600.0)


def test_what_a_station_raises_stands_in_the_register_with_owner_and_deadline() -> None:  # S4
    plant, discrepancy_id = started_unreleased()
    concern = plant.desk.state.register.live[discrepancy_id]
    assert concern == Concern(
        discrepancy_id=discrepancy_id,
        code="order_not_released",
        keys=Keys(wc_id=WC, order_id="PO-1", op_no="10", item_id="BOTTLE"),
        about="PO-1",
        owner_role="planner",
        due=T0 + 1.0 + HOURS_4,
        status="open",
        words="order id PO-1, release status planned",
    )
    assert plant.desk.state.register.at(WC) == 1


def test_the_release_of_the_order_resolves_it_by_rule() -> None:  # S4
    plant, discrepancy_id = started_unreleased()
    plant.restart()
    plant.tell(directory("orders/PO-2", an_order("PO-2"), WC))
    assert plant.of(DiscrepancyResolved) == []
    plant.tell(directory("orders/PO-1", an_order(), WC))
    (resolved,) = plant.of(DiscrepancyResolved)
    assert (resolved.discrepancy_id, resolved.resolution, resolved.by) == (discrepancy_id, "released", "rule")
    assert resolved.keys.order_id == "PO-1"
    assert plant.desk.state.register == Register()
    plant.tell(directory("orders/PO-1", an_order(rev="2"), WC))
    assert len(plant.of(DiscrepancyResolved)) == 1


def test_an_unknown_order_is_known_when_it_arrives() -> None:
    plant = Plant()
    plant.hear(*watched(packml_state=EXECUTE, total=0), scan(1.0, "ORD:PO-1"))
    assert [raised.code for raised in plant.of(DiscrepancyRaised)] == ["order_unknown"]
    plant.tell(directory("orders/PO-1", an_order(), "WC-2"))
    assert plant.of(DiscrepancyResolved) == []
    plant.tell(directory("orders/PO-1", an_order(), WC))
    assert [resolved.resolution for resolved in plant.of(DiscrepancyResolved)] == ["known"]


@pytest.mark.parametrize(
    ("code", "evidence", "name", "object_"),
    [
        ("lot_unresolved", {"lot_id": "L-7"}, "lots/L-7", Lot(rev="1", lot_id="L-7", item_id="CAP")),
        (
            "lpn_unresolved",
            {"lpn": "P-1"},
            "lpns/P-1",
            LicensePlate(rev="1", lpn="P-1", item_id="CAP", lot_id="L-7", qty=Decimal(4), uom="EA"),
        ),
        (
            "directory_code_unknown",
            {"directory": "reasons", "code": "JAM"},
            "reasons",
            Reasons.model_validate({"rev": "2", "reasons": [{"code": "JAM", "text": {"en": "Jam"}}]}),
        ),
    ],
)
def test_what_was_unknown_is_resolved_when_it_comes(
    code: DiscrepancyCode, evidence: dict[str, str], name: str, object_: BaseModel
) -> None:
    plant = Plant()
    plant.tell(Finding(None, "1", Discrepancy(code, T0, T0, evidence), instant(0.0), "notice-1"))
    plant.tell(directory(name, object_))
    assert [resolved.resolution for resolved in plant.of(DiscrepancyResolved)] == ["known"]


def test_it_expires_once_when_it_is_due_and_can_still_be_resolved() -> None:
    plant = Plant()
    discrepancy_id = plant.find()
    due = CARE["qty_balance"].due_s
    plant.tell(Tick(None, instant(due - 1.0)))
    assert plant.of(DiscrepancyExpired) == []
    plant.tell(Tick(None, instant(due + 60.0)))
    plant.restart()
    plant.tell(Tick(None, instant(due + 61.0)))
    (expired,) = plant.of(DiscrepancyExpired)
    assert (expired.discrepancy_id, expired.owner_role, expired.due) == (discrepancy_id, "supervisor", clock(due))
    assert plant.facts[-1].time == T0 + due
    assert plant.status(discrepancy_id) == "expired"
    refused = plant.say(acknowledge(due + 70.0, discrepancy_id))
    assert (refused.code, "overdue" in refused.message) == ("NOT_OPEN", True)
    assert plant.say(resolve(due + 80.0, discrepancy_id)).accepted
    assert plant.status(discrepancy_id) == "resolved"


def test_people_acknowledge_and_resolve_it_with_a_comment() -> None:
    plant = Plant()
    discrepancy_id = plant.find()
    assert plant.say(acknowledge(5.0, discrepancy_id)).accepted
    (seen,) = plant.of(DiscrepancyAcknowledged)
    assert (seen.discrepancy_id, seen.code, seen.actor, seen.comment) == (discrepancy_id, "qty_balance", "anna", "seen")
    assert plant.desk.state.register.live[discrepancy_id].status == "acknowledged"
    plant.restart()
    reply = plant.say(resolve(6.0, discrepancy_id, "corrected"))
    assert reply.accepted
    (resolved,) = plant.of(DiscrepancyResolved)
    assert (resolved.resolution, resolved.actor, resolved.comment, resolved.by) == (
        "corrected",
        "boris",
        "counted by hand",
        "local",
    )
    assert plant.desk.state.register.total == 0


@pytest.mark.parametrize(
    ("said", "code"),
    [
        (
            entry(1.0, "resolve_discrepancy", discrepancy_id="ID", resolution="accepted", comment="x"),
            "NEEDS_SUPERVISOR",
        ),
        (resolve(1.0, "ID", comment=" "), "MISSING_ARGUMENT"),
        (resolve(1.0, "ID", "released"), "UNKNOWN_WORD"),
        (resolve(1.0, "dsc-nowhere"), "UNKNOWN_DISCREPANCY"),
        (acknowledge(1.0, "dsc-nowhere"), "UNKNOWN_DISCREPANCY"),
        (entry(1.0, "acknowledge_discrepancy"), "MISSING_ARGUMENT"),
    ],
)
def test_an_entry_that_cannot_be_done_changes_nothing(said: Entry, code: str) -> None:
    plant = Plant()
    discrepancy_id = plant.find()
    before = plant.desk.state.register, len(plant.facts)
    named = {key: discrepancy_id if value == "ID" else value for key, value in said.arguments.items()}
    assert plant.say(Entry(said.wc_id, said.action, named, said.observed, "c-1", said.actor, said.role)).code == code
    assert (plant.desk.state.register, len(plant.facts)) == before


@pytest.mark.parametrize("code", ["order_not_released", "rejected_by_mes"])
def test_what_is_the_planners_or_the_administrators_is_settled_in_the_mes(code: DiscrepancyCode) -> None:
    plant = Plant()
    discrepancy_id = plant.find(code)
    refused = plant.say(resolve(1.0, discrepancy_id))
    assert (refused.code, CARE[code].owner_role.replace("_", " ") in refused.message) == ("NOT_YOURS", True)
    reply = plant.tell(command(2.0, discrepancy_id=discrepancy_id, action="resolve", resolution="accepted"))
    assert reply is not None
    assert reply.accepted
    (resolved,) = plant.of(DiscrepancyResolved)
    assert (resolved.by, resolved.actor, resolved.comment) == ("mes", "planner", "checked")


def test_the_mes_acknowledges_and_is_refused_what_makes_no_sense() -> None:
    plant = Plant()
    discrepancy_id = plant.find()
    seen = plant.tell(command(1.001, discrepancy_id=discrepancy_id, action="acknowledge"))
    again = plant.tell(command(2.0, discrepancy_id=discrepancy_id, action="acknowledge"))
    bare = plant.tell(command(3.0, discrepancy_id=discrepancy_id, action="resolve"))
    unknown = plant.tell(command(4.0, discrepancy_id="dsc-0", action="resolve", resolution="accepted"))
    replies = [reply.code for reply in (seen, again, bare, unknown) if reply is not None]
    assert replies == ["ok", "NOT_OPEN", "REFUSED", "UNKNOWN_DISCREPANCY"]
    assert len(plant.of(DiscrepancyAcknowledged)) == 1
    assert plant.status(discrepancy_id) == "acknowledged"


def test_a_quarantine_is_released_or_given_up_and_only_once() -> None:  # K6
    plant = Plant(station=a_station(Role.PACKML_STATE, Role.TOTAL))
    plant.hear(*watched(packml_state=EXECUTE, total=100), scan(0.5, "ORD:PO-1"))
    plant.hear(read(21.0, total=5000), read(22.0, total=5001), read(23.0, total=5002))
    quarantine = next(raised for raised in plant.of(DiscrepancyRaised) if raised.code == "counter_quarantine")
    refused = plant.say(resolve(30.0, quarantine.discrepancy_id))
    assert refused.code == "USE_RELEASE"
    assert plant.say(resolve(31.0, quarantine.discrepancy_id, "ignore")).accepted
    late = entry(32.0, "release_quarantine", discrepancy_id=quarantine.discrepancy_id, decision="post")
    assert plant.say(by_supervisor(late)).code == "NOT_HELD"
    assert len(plant.of(DiscrepancyResolved)) == 1


def test_what_the_mes_resolved_before_is_not_resolved_again_by_giving_the_parts_to_an_order() -> None:
    plant = Plant(a_station(Role.PACKML_STATE, Role.TOTAL, orders=True))
    plant.tell(directory("orders/PO-1", an_order(), WC))
    plant.hear(*watched(packml_state=EXECUTE, total=0), read(5.0, total=4), *alive(5.0, 100.0))
    (raised,) = plant.of(DiscrepancyRaised)
    plant.find(at=100.0)
    resolved = command(101.0, action="resolve", discrepancy_id=raised.discrepancy_id, resolution="accepted")
    reply = plant.tell(resolved)
    assert reply is not None
    assert reply.accepted
    plant.hear(scan(102.0, "ORD:PO-1"))
    attach = entry(103.0, "attach_run", execution_id="none-0", order_id="PO-1", reason="FORGOTTEN")
    assert plant.say(attach).accepted
    assert [one.resolution for one in plant.of(DiscrepancyResolved)] == ["accepted"]
    assert plant.desk.state.register.total == 1


def test_a_released_quarantine_leaves_the_register() -> None:  # K6
    plant = Plant(station=a_station(Role.PACKML_STATE, Role.TOTAL))
    plant.hear(*watched(packml_state=EXECUTE, total=100))
    plant.hear(read(21.0, total=5000), read(22.0, total=5001), read(23.0, total=5002))
    quarantine = next(raised for raised in plant.of(DiscrepancyRaised) if raised.code == "counter_quarantine")
    said = entry(32.0, "release_quarantine", discrepancy_id=quarantine.discrepancy_id, decision="post")
    assert plant.say(by_supervisor(said)).accepted
    assert plant.status(quarantine.discrepancy_id) == "resolved"
    assert quarantine.discrepancy_id not in plant.desk.state.register.live


def test_the_snapshot_stays_small_and_old_ones_can_still_be_resolved() -> None:
    plant = Plant()
    first = plant.find(key="0")
    for number in range(1, MOST + 21):
        keys = Keys(wc_id=f"WC-{number % 20}", order_id=f"PO-{uuid4()}", op_no="10", item_id=f"ITEM-{uuid4()}"[:20])
        fact = plant.facts[0].data
        assert isinstance(fact, DiscrepancyRaised)
        discrepancy_id = f"dsc-{uuid4()}"
        evidence = {"order_id": str(uuid4()), "seen": str(uuid4())}
        data = fact.model_copy(update={"keys": keys, "discrepancy_id": discrepancy_id, "evidence": evidence})
        raised = Fact(uuid4(), data, T0 + number, T0 + number, f"dsc:{number}")
        plant.desk, records = plant.desk.hear((raised,), ())
        plant.claims.update(records)
    assert len(plant.desk.state.register.live) == MOST
    assert plant.desk.state.register.total == MOST + 21
    hashes = {uuid4().hex: uuid4().hex for _ in range(MOST_REMEMBERED)}
    wanted = tuple(Wanted("shift", WC, str(uuid4()), str(uuid4()), number) for number in range(MOST_WANTED))
    full = replace(plant.desk.state, refused=hashes, latest=hashes, agenda=Agenda(wanted), message=4 * str(uuid4()))
    assert len(replace(plant.desk, state=full).snapshot()) <= 16_384
    assert first not in plant.desk.state.register.live
    assert plant.say(resolve(500.0, first)).accepted
    assert plant.status(first) == "resolved"
    assert plant.desk.state.register.total == MOST + 20
    assert plant.say(resolve(501.0, first)).code == "NOT_OPEN"


def test_expired_ones_are_pushed_out_first() -> None:
    plant = Plant()
    names = [plant.find("order_unknown", str(number), float(number)) for number in range(2)]
    names += [plant.find("late_entry", str(number), float(number)) for number in range(2, MOST)]
    plant.tell(Tick(None, instant(1.5 + HOURS_4)))
    assert [plant.status(name) for name in names[:3]] == ["expired", "expired", "open"]
    register = plant.desk.state.register
    plant.find("late_entry", "last", 5 * 3600.0)
    assert set(register.live) - set(plant.desk.state.register.live) == {names[0]}


def test_a_desk_of_a_former_version_has_an_empty_register() -> None:
    former = json.loads(zlib.decompress(Plant().desk.snapshot()))
    del former["register"]
    assert Plant().desk.restored(json.dumps(former).encode()).state.register == Register()


def test_the_first_to_look_at_is_expired_or_due_next() -> None:
    plant = Plant()
    codes: list[DiscrepancyCode] = ["late_entry", "order_unknown", "qty_balance"]
    names = [plant.find(code, code) for code in codes]
    assert [one.discrepancy_id for one in plant.desk.state.register.worst(1)] == [names[1]]
    plant.tell(Tick(None, instant(25 * 3600.0)))
    later = plant.find("order_unknown", "later", 26 * 3600.0)
    worst = [one.discrepancy_id for one in plant.desk.state.register.worst(9)]
    assert (worst[0], worst[-1]) == (names[1], later)


CHANGES: dict[type[FactData], str] = {
    DiscrepancyRaised: "open",
    DiscrepancyAcknowledged: "acknowledged",
    DiscrepancyExpired: "expired",
    DiscrepancyResolved: "resolved",
}
RAISED: list[DiscrepancyCode] = ["qty_balance", "order_not_released", "late_entry", "order_unknown"]
FROM: dict[str, tuple[str | None, ...]] = {
    "open": (None,),
    "acknowledged": ("open",),
    "expired": ("open", "acknowledged"),
    "resolved": OPEN,
}


def told(facts: list[Fact]) -> Iterator[tuple[str, str]]:
    for fact in facts:
        status = CHANGES.get(type(fact.data))
        if status is not None:
            yield getattr(fact.data, "discrepancy_id", ""), status


DOINGS = st.lists(
    st.tuples(
        st.sampled_from(["raise", "acknowledge", "resolve", "mes", "wait", "release", "restart", "withdraw"]),
        st.integers(0, 4),
    ),
    max_size=40,
)


def do(plant: Plant, doing: str, which: int, at: float) -> None:
    """One thing happens, whatever it is about."""
    key = f"{at}"
    match doing:
        case "raise":
            code = RAISED[which % len(RAISED)]
            found = Discrepancy(code, T0 + at, T0 + at, {"order_id": f"PO-{which}"})
            plant.tell(Finding(None, key, found, instant(at), f"n-{key}"))
        case "wait":
            plant.tell(Tick(None, instant(at)))
        case "release":
            plant.tell(directory(f"orders/PO-{which}", an_order(f"PO-{which}", rev=key), WC, at))
        case "withdraw":
            plant.tell(Directive(WC, f"orders/PO-{which}", b"", instant(at)))
        case "restart":
            plant.restart()
        case _:
            decide(plant, doing, which, at)


def decide(plant: Plant, doing: str, which: int, at: float) -> None:
    """Somebody says what becomes of one, resolved or not."""
    raised = [data.discrepancy_id for data in plant.of(DiscrepancyRaised)]
    if not raised:
        return
    name = raised[which % len(raised)]
    match doing:
        case "acknowledge":
            plant.say(acknowledge(at, name))
        case "resolve":
            plant.say(resolve(at, name))
        case _:
            plant.tell(command(at, discrepancy_id=name, action="resolve", resolution="accepted"))


@given(DOINGS)
def test_each_discrepancy_is_in_exactly_one_state_and_every_change_is_a_fact(doings: list[tuple[str, int]]) -> None:
    plant, at = Plant(), 0.0
    for doing, which in doings:
        at += which * 3 * 3600.0 if doing == "wait" else 1.0
        do(plant, doing, which, at)
    states: dict[str, str] = {}
    for name, status in told(plant.facts):
        assert states.get(name) in FROM[status]
        states[name] = status
    assert {name: plant.status(name) for name in states} == states
    register = plant.desk.state.register
    assert {name: one.status for name, one in register.live.items()} == {
        name: status for name, status in states.items() if status != "resolved"
    }
    assert register.total == len(register.live)
    assert len({fact.natural_key for fact in plant.facts}) == len(plant.facts)
