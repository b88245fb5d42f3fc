"""Who acts over the local API: whose session it is, or whom a trusted caller names."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast
from uuid import uuid4

import orjson
import pytest

from agent.batch import Stand
from agent.core.codes.badges import digest
from agent.core.observations import Directive, Scan
from agent.core.parked_views import RetryBody
from agent.core.people.crew import Crew, LetIn, Person
from agent.core.views import EntryBody, Problem, Reply, ScanBody
from agent.peers import Peer
from agent.recording import MB, Wish
from agent.sessions import Sessions
from agent.tui.connection import Connection
from tests.agent.parts import Running, an_intake, now
from tests.agent.test_badges import unpacked
from tests.agent.test_local_api import Client, calling, served
from tests.core.build import SITE_KEY, a_manual_station
from tests.core.test_pins import text_of

ANNA, BEK = "BDG:1", "BDG:2"
START: dict[str, Any] = {"action": "start_operation", "arguments": {"order_id": "PO-1"}}
SUPERVISORS: dict[str, Any] = {
    "action": "release_quarantine",
    "arguments": {"discrepancy_id": "dsc-1", "decision": "post"},
}


ACTIONS = ("start_operation", "pause_operation", "lock", "resume_operation")
ARGUMENTS: tuple[dict[str, str], ...] = ({"order_id": "PO-1"}, {"reason": "LUNCH"}, {}, {})


def nobody(_: Peer) -> bool:
    return False


@dataclass(slots=True)
class Caller:
    """A terminal or a script that is not trusted, unless a test says so."""

    client: Client
    running: Running

    async def post(self, path: str, token: str | None = None, **fields: Any) -> Reply | Problem:  # noqa: ANN401 - fields
        body = {"client_id": uuid4().hex, "wc_id": "PRESS-1", **fields}
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        async with self.client.http.post(path, data=orjson.dumps(body), headers=headers) as response:
            return (Reply if response.ok else Problem).model_validate_json(await response.read())

    async def scan(self, text: str, token: str | None = None, **fields: Any) -> Reply:  # noqa: ANN401 - fields
        reply = await self.post("/v1/scans", token, text=text, **fields)
        assert isinstance(reply, Reply)
        return reply

    async def sign_on(self, text: str, token: str | None = None) -> str:
        reply = await self.scan(text, token)
        assert reply.accepted
        assert reply.session is not None
        return reply.session

    async def enter(self, token: str | None = None, **fields: Any) -> Reply:  # noqa: ANN401 - fields
        reply = await self.post("/v1/entries", token, **fields)
        assert isinstance(reply, Reply)
        return reply

    async def refused(self, token: str | None = None, **fields: Any) -> tuple[int, str]:  # noqa: ANN401 - fields
        problem = await self.post("/v1/entries", token, **fields)
        assert isinstance(problem, Problem)
        return problem.status, problem.code

    async def actors(self) -> list[str | None]:
        rows = await self.running.journal.latest(100)
        return [orjson.loads(row.data)["actor"] for row in rows if row.type == "operation.started"]


@asynccontextmanager
async def a_floor(folder: Path, trusted: Any = nobody, wish: Wish | None = None) -> AsyncIterator[Caller]:  # noqa: ANN401 - see Trusted
    """Anna and Bek have badges and PINs, Sara is a supervisor."""
    people = [
        {"operator_id": "anna", "name": "Anna", "badge_hmac": digest(SITE_KEY, "1"), "pin_scrypt": text_of("2468")},
        {"operator_id": "bek", "name": "Bek", "badge_hmac": digest(SITE_KEY, "2")},
        {"operator_id": "sara", "name": "Sara", "badge_hmac": digest(SITE_KEY, "3"), "roles": ["supervisor"]},
    ]
    path = folder / "agent.sock"
    async with an_intake(folder, wish=wish) as running:
        payload = orjson.dumps({"rev": "1", "operators": people})
        await running.intake.submit(Directive(None, "operators", payload, now()))
        async with served(folder, running, path, trusted=trusted), calling(path, running) as client:
            yield Caller(client, running)


@pytest.fixture
async def floor(tmp_path: Path) -> AsyncIterator[Caller]:
    async with a_floor(tmp_path) as caller:
        yield caller


async def test_what_comes_in_a_session_is_done_by_its_holder(floor: Caller) -> None:
    anna = await floor.sign_on(ANNA)
    await floor.sign_on(BEK)
    assert (await floor.enter(anna, **START)).accepted
    assert (await floor.enter(anna, **START, actor="anna")).code != "ok"
    assert await floor.actors() == ["anna"]


async def test_what_is_scanned_in_a_session_is_done_by_its_holder(floor: Caller) -> None:
    anna = await floor.sign_on(ANNA)
    await floor.sign_on(BEK)
    await floor.scan("ORD:PO-1", anna)
    assert await floor.actors() == ["anna"]


async def test_without_a_session_whoever_signed_on_last_acts(floor: Caller) -> None:
    await floor.sign_on(ANNA)
    await floor.sign_on(BEK)
    await floor.enter(**START)
    assert await floor.actors() == ["bek"]


async def test_a_pin_begins_a_session_and_shows_who_it_is_to_who_is_signed_on(floor: Caller) -> None:
    pin = {"operator_id": "anna", "pin": "2468"}
    first = await floor.post("/v1/sign-ons", **pin)
    await floor.sign_on(BEK)
    again = await floor.post("/v1/sign-ons", **pin)
    assert isinstance(first, Reply)
    assert isinstance(again, Reply)
    assert None not in {first.session, again.session}
    assert first.session != again.session
    await floor.enter(again.session, **START)
    assert await floor.actors() == ["anna"]
    assert await floor.refused(first.session, **START) == (401, "SESSION_ENDED")


async def test_nothing_else_begins_a_session(floor: Caller) -> None:
    token = await floor.sign_on(ANNA)
    others = [
        await floor.scan("LOT:P-1:BOARD", token),
        await floor.scan("BDG:9"),
        await floor.post("/v1/sign-ons", operator_id="anna", pin="0000"),
        await floor.scan(ANNA, token),  # signs off
    ]
    assert [reply.session for reply in others if isinstance(reply, Reply)] == [None] * 4


@pytest.mark.parametrize("how", ["sign-off", "lock", "another at the terminal", "reader beside it"])
async def test_a_session_ends(floor: Caller, how: str) -> None:
    token = await floor.sign_on(ANNA)
    match how:
        case "sign-off":
            await floor.enter(action="sign_off", arguments={"operator_id": "anna"})
        case "lock":
            await floor.enter(token, action="lock")
            await floor.sign_on(ANNA)
        case "another at the terminal":
            await floor.sign_on(BEK, token)
        case _:
            await floor.running.intake.submit(Scan("PRESS-1", BEK, now(), "gun"))
    kept = await floor.client.types()
    assert await floor.refused(token, **START) == (401, "SESSION_ENDED")
    problem = await floor.post("/v1/scans", token, text="ORD:PO-1")
    assert isinstance(problem, Problem)
    assert (problem.status, problem.code) == (401, "SESSION_ENDED")
    assert await floor.client.types() == kept


async def test_sessions_end_with_the_agent(tmp_path: Path) -> None:
    async with a_floor(tmp_path) as before:
        token = (await before.scan(ANNA, client_id="lost-answer")).session
        assert token is not None
    async with a_floor(tmp_path) as after:
        assert (await after.scan(ANNA, client_id="lost-answer")).session is None
        assert await after.refused(token, **START) == (401, "SESSION_ENDED")
        assert await after.refused("made-up", **START) == (401, "SESSION_ENDED")
        assert (await after.enter(client_id="again-0001", **START)).accepted


async def test_a_repeat_of_a_sign_on_has_the_session_that_it_began_as_long_as_that_goes_on(floor: Caller) -> None:
    said = [await floor.scan(ANNA, client_id="lost-answer") for _ in range(2)]
    assert said[0] == said[1]
    assert said[0].session is not None
    assert (await floor.scan("LOT:P-1:BOARD", client_id="lost-answer")).session is None
    await floor.enter(said[0].session, action="lock")
    assert (await floor.scan(ANNA, client_id="lost-answer")).session is None


async def test_a_repeat_of_a_sign_on_begins_nothing_when_somebody_else_stands_at_that_terminal(floor: Caller) -> None:
    anna = await floor.scan(ANNA, client_id="lost-answer")
    await floor.sign_on(BEK, anna.session)
    for text in (ANNA, "LOT:P-1:BOARD"):
        assert (await floor.scan(text, client_id="lost-answer")).session is None
    assert (await floor.enter(client_id="lost-answer", **START)).session is None


def test_an_answer_of_one_work_center_begins_no_session_at_another() -> None:
    centers = {wc_id: replace(a_manual_station().state, crew=Crew()) for wc_id in ("PRESS-1", "PRESS-2")}
    stand = SimpleNamespace(stations={wc_id: SimpleNamespace(state=state) for wc_id, state in centers.items()})
    sessions = Sessions(lambda: cast("Stand", stand))
    for center in stand.stations.values():
        crew = Crew((Person("anna", "direct", 0.0, 0.0),)).shown("anna")
        center.state = replace(center.state, crew=crew)
    here = LetIn("anna", 1, "PRESS-1")
    assert sessions.begin("PRESS-2", here, b"what was shown") is None
    assert sessions.begin("PRESS-1", here, b"what was shown") is not None


async def test_what_was_answered_is_answered_again_though_its_session_has_ended(floor: Caller) -> None:
    token = await floor.sign_on(ANNA)
    entry = {"client_id": "lost-answer", **START, "actor": "anna"}
    first = await floor.enter(token, **entry)
    scanned = await floor.scan("LOT:P-1:BOARD", token, client_id="lost-scan")
    await floor.enter(token, action="lock")
    kept = await floor.client.types()
    assert first.accepted
    assert await floor.enter(token, **entry) == await floor.enter(**entry) == first
    assert await floor.scan("LOT:P-1:BOARD", token, client_id="lost-scan") == scanned
    assert await floor.client.types() == kept


@pytest.mark.parametrize(
    "entry",
    [
        {**START, "actor": "bek"},
        {**SUPERVISORS, "role": "supervisor"},
        {**SUPERVISORS, "role": "supervisor", "actor": "sara"},
        {"action": "sign_on", "arguments": {"operator_id": "sara"}},
    ],
    ids=["an actor", "a role", "both", "signing somebody on"],
)
async def test_who_is_not_trusted_names_nobody_but_whose_session_it_has(floor: Caller, entry: dict[str, Any]) -> None:
    assert await floor.refused(**entry) == (403, "NOT_WHO_ACTS")
    kept = await floor.client.types()
    anna = await floor.sign_on(ANNA)
    if "actor" in entry or entry["action"] == "sign_on":
        assert await floor.refused(anna, **entry) == (403, "NOT_WHO_ACTS")
    assert await floor.client.types() == [*kept, "scan.accepted", "labor.signed_on"]


async def test_whoever_acts_turns_to_other_work_without_a_session_and_nobody_else(floor: Caller) -> None:
    await floor.sign_on("BDG:3")
    await floor.sign_on(ANNA)
    cleaning: dict[str, Any] = {"action": "sign_on", "arguments": {"operator_id": "anna", "activity": "indirect"}}
    assert (await floor.enter(**cleaning)).accepted
    cleaning["arguments"] = {"operator_id": "sara", "activity": "indirect"}
    assert await floor.refused(**cleaning) == (403, "NOT_WHO_ACTS")


async def test_two_terminals_at_one_work_center_act_each_for_who_stands_there(floor: Caller, tmp_path: Path) -> None:
    def order(number: int) -> EntryBody:
        return EntryBody(client_id=uuid4().hex, wc_id="PRESS-1", action=ACTIONS[number], arguments=ARGUMENTS[number])

    path = tmp_path / "agent.sock"
    async with Connection(path) as one, Connection(path) as other:
        for terminal, badge in ((one, ANNA), (other, BEK)):
            body = ScanBody(client_id=uuid4().hex, wc_id="PRESS-1", text=badge)
            assert (await terminal.post(body)).accepted
        assert (await one.post(order(0))).accepted
        assert (await other.post(order(1))).accepted
        assert (await one.post(order(2))).accepted
        # Locked: what is entered now is refused by the lock, and not lost for an old token.
        assert (await other.post(order(3))).code == "LOCKED"
    rows = await floor.running.journal.latest(100)
    said = [(row.type, orjson.loads(row.data).get("actor")) for row in rows if row.type.startswith("operation.")]
    assert said == [("operation.started", "anna"), ("operation.paused", "bek")]


async def test_a_trusted_caller_names_whom_it_will_and_no_lock_holds_it_up(tmp_path: Path) -> None:
    async with a_floor(tmp_path, trusted=lambda _: True) as floor:
        token = await floor.sign_on(ANNA)
        await floor.enter(token, action="lock")
        assert (await floor.enter(**START)).code == "LOCKED"
        assert (await floor.enter(**START, actor="shift-script")).accepted
        assert await floor.actors() == ["shift-script"]


async def test_a_supervisor_acts_in_a_session_among_operators(floor: Caller) -> None:
    sara = await floor.sign_on("BDG:3")
    anna = await floor.sign_on(ANNA)
    assert (await floor.enter(anna, **SUPERVISORS)).code == "NEEDS_SUPERVISOR"
    assert (await floor.enter(sara, **SUPERVISORS)).code == "NOT_HELD"
    assert (await floor.enter(**SUPERVISORS)).code == "NEEDS_SUPERVISOR"


async def test_only_trusted_callers_have_parked_facts_sent_again(tmp_path: Path) -> None:
    for trusted, status in ((nobody, 403), (lambda _: True, 200)):
        async with a_floor(tmp_path / str(status), trusted=trusted) as floor:
            async with floor.client.http.post(
                "/v1/parked/retry", data=RetryBody(positions=None).model_dump_json()
            ) as response:
                assert response.status == status
            async with floor.client.http.get("/v1/parked") as response:
                assert response.status == 200


async def test_a_token_is_on_no_disk_and_in_no_log(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with a_floor(tmp_path, wish=Wish(tmp_path / "recording", 10 * MB)) as floor:
        reply = await floor.scan(ANNA)
        token = reply.session
        assert token is not None
        assert token not in repr(reply)
        await floor.enter(token, **START)
        assert (await floor.scan(ANNA, token)).accepted
        status = await floor.client.get("/v1/status")
        assert token not in orjson.dumps(status).decode()
    files = {str(path): unpacked(path) for path in tmp_path.rglob("*") if path.is_file()}  # noqa: ASYNC240 - a test
    assert any("recording" in name for name in files)
    assert [name for name, octets in files.items() if token.encode() in octets] == []
    assert token not in caplog.text
