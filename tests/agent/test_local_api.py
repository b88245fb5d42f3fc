from __future__ import annotations

import asyncio
import io
import json
import socket
import stat
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from aiohttp import ClientSession, ClientWebSocketResponse, UnixConnector, WSCloseCode, WSMsgType

from agent import VERSION, present_api
from agent.api_page import page
from agent.core.contract.envelope import Envelopes
from agent.core.contract.local_routes import ROUTES, Route
from agent.core.contract.openapi import openapi
from agent.core.contract.topics import Topics
from agent.core.errors import ConfigurationError
from agent.core.observations import Storage
from agent.core.settings import Settings
from agent.core.views import API_VERSION, AgentView, EntryBody, Problem, Reply, ScanBody
from agent.forwarder import Forwarder
from agent.gate import Gate
from agent.health_api import HealthApi
from agent.in_force import InForce
from agent.intake import Intake
from agent.journal.journal import Journal
from agent.journal.telemetry_store import TelemetryStore
from agent.lag import Lag
from agent.local_api import LocalApi, listening, serving
from agent.messages import Messages
from agent.metrics import Gauges
from agent.overview import Overview, Way
from agent.peers import Peer, Trusted
from agent.people_api import PeopleApi
from agent.present_api import LONGEST_SILENCE_S
from agent.sign_ons import SignOns
from agent.storage import StorageWatch
from agent.synchrony import Synchrony
from agent.telemetry import Telemetry
from agent.uplink import Identity, Uplink
from tests.agent.parts import CLOCK, Running, an_intake, reading, scan, settings

ENTRY = EntryBody(client_id="client-1", wc_id="PRESS-1", action="start_operation", arguments={"order_id": "PO-1"})
SCAN = ScanBody(client_id="client-2", wc_id="PRESS-1", text="LOT:P-1:BOARD")


@dataclass(frozen=True, slots=True)
class Client:
    """A terminal, a command line or a plant's script."""

    http: ClientSession
    journal: Journal
    intake: Intake

    async def get(self, path: str) -> Any:  # noqa: ANN401 - any JSON
        async with self.http.get(path) as response:
            assert response.status == 200
            assert response.headers["Lineside-Api"] == str(API_VERSION)
            return json.loads(await response.read())

    async def post(self, path: str, body: EntryBody | ScanBody) -> Reply:
        async with self.http.post(path, data=body.model_dump_json()) as response:
            assert response.status == 200
            return Reply.model_validate_json(await response.read())

    async def problem(self, method: str, path: str, body: str | bytes = b"") -> Problem:
        async with self.http.request(
            method, path, data=body if isinstance(body, str) else io.BytesIO(body)
        ) as response:
            assert response.headers["Lineside-Api"] == str(API_VERSION)
            assert response.content_type == "application/problem+json"
            problem = Problem.model_validate_json(await response.read())
            assert problem.status == response.status
            return problem

    async def types(self) -> list[str]:
        return [row.type for row in await self.journal.latest(1000)]


def everybody(_: Peer) -> bool:
    """Who is trusted where a test says nothing of it."""
    return True


def an_overview(configured: Settings, running: Running) -> Overview:
    topics = Topics.of("lineside", configured.agent)
    envelopes = Envelopes("ala1", "edge-1")
    alarms = running.alarms
    gate = Gate(running.journal, configured.mes.exchange, CLOCK, ZoneInfo("UTC"))
    forwarder = Forwarder(running.journal, configured.mes, Messages(topics, envelopes), CLOCK, alarms, gate)
    identity = Identity("edge-1", "edge-1", "hall-1", "i1", "0")
    uplink = Uplink(configured.mes, topics, identity, running.journal, CLOCK, alarms)
    storage = StorageWatch(running.journal, running.intake, CLOCK, alarms, configured.journal, ())
    way = Way(running.journal, uplink, forwarder, storage)
    return Overview(InForce.of(configured, Path("lineside.toml")), CLOCK, "i1", running.intake, alarms, way)


def an_api(
    folder: Path, running: Running, *wrong: str, trusted: Trusted = everybody, configured: Settings | None = None
) -> LocalApi:
    overview = an_overview(configured or settings(folder), running)
    sign_ons = SignOns(running.intake, CLOCK)
    people = PeopleApi(running.intake, CLOCK, sign_ons, trusted)
    store = TelemetryStore(folder / "journal", 1, "urn:lineside:ala1:edge-1")
    telemetry = Telemetry(overview.configuration.settings, store, CLOCK, running.alarms)
    gauges = Gauges(overview, telemetry, Lag(), Synchrony(running.alarms, overview.configuration.settings))
    health = HealthApi(overview, gauges, lambda: list(wrong))
    return LocalApi(overview, running.intake, running.journal, Envelopes("ala1", "edge-1"), people, health)


@asynccontextmanager
async def served(folder: Path, running: Running, path: Path, *, trusted: Trusted = everybody) -> AsyncIterator[None]:
    with listening(path) as listener:
        async with serving(an_api(folder, running, trusted=trusted), listener):
            yield


@asynccontextmanager
async def calling(path: Path, running: Running) -> AsyncIterator[Client]:
    async with ClientSession("http://agent", connector=UnixConnector(str(path))) as http:
        yield Client(http, running.journal, running.intake)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "run" / "agent.sock"


@pytest.fixture
async def client(tmp_path: Path, path: Path) -> AsyncIterator[Client]:
    async with (
        an_intake(tmp_path) as running,
        served(tmp_path, running, path),
        calling(path, running) as caller,
    ):
        yield caller


async def frame(live: ClientWebSocketResponse, within: float = 5.0) -> AgentView:
    async with asyncio.timeout(within):
        return AgentView.model_validate_json(await live.receive_str())


async def test_what_machines_say_is_shown_by_work_center(client: Client) -> None:
    press = settings(Path()).machine[0]
    client.intake.readings.begin(press)
    client.intake.readings.note(reading(7).signals)
    for path in ("/v1/readings", "/v1/readings?wc=PRESS-1"):
        [machine] = (await client.get(path))["machines"]
        assert (machine["connection"], [one["value"] for one in machine["readings"]]) == ("up", [True, 7])
    assert "no work center 'PRESS-9'" in (await client.problem("GET", "/v1/readings?wc=PRESS-9")).detail


async def test_status_is_the_whole_present(client: Client) -> None:
    view = AgentView.model_validate(await client.get("/v1/status"))
    assert (view.api_version, view.version, view.agent_id, view.site) == (
        *(API_VERSION, VERSION),
        *("edge-1", "ala1"),
    )
    assert (view.epoch, view.instance, view.execution_mode, view.speed) == ("e1", "i1", "production", 1.0)
    assert [center.wc_id for center in view.work_centers] == ["PRESS-1"]
    assert view.work_centers[0].condition == "UNKNOWN"
    assert (view.uplink.state, view.uplink.waiting, view.uplink.last_ack) == ("offline", 0, None)


@pytest.mark.parametrize(("role", "code"), [("operator", "NEEDS_SUPERVISOR"), ("supervisor", "NOT_HELD")])
async def test_an_entry_says_what_its_actor_may_do(client: Client, role: str, code: str) -> None:  # K6
    asked = {"discrepancy_id": "dsc-1", "decision": "post"}
    changed = {"action": "release_quarantine", "arguments": asked, "role": role}
    reply = await client.post("/v1/entries", ENTRY.model_copy(update=changed))
    assert (reply.accepted, reply.code) == (False, code)


async def test_health_is_one_word(client: Client) -> None:
    async with client.http.get("/healthz") as response:
        assert (response.status, await response.text()) == (200, "ok\n")


async def test_health_says_what_is_wrong(tmp_path: Path, path: Path) -> None:
    wrong = ("the journal's writer does not turn", "the journal cannot be written")
    async with an_intake(tmp_path) as running, calling(path, running) as client:
        with listening(path) as listener:
            async with serving(an_api(tmp_path, running, *wrong), listener), client.http.get("/healthz") as response:
                assert (response.status, (await response.text()).splitlines()) == (503, list(wrong))


async def test_health_is_a_document_for_who_asks_for_json(tmp_path: Path, path: Path) -> None:
    async with an_intake(tmp_path) as running, calling(path, running) as client:
        for wrong in ((), ("the journal cannot be written",)):
            with listening(path) as listener:
                async with (
                    serving(an_api(tmp_path, running, *wrong), listener),
                    client.http.get("/healthz", headers={"Accept": "application/json"}) as response,
                ):
                    assert response.status == (503 if wrong else 200)
                    assert await response.json() == {"well": not wrong, "reasons": list(wrong)}


async def test_the_socket_serves_one_opening_of_the_journal_after_the_other(tmp_path: Path, path: Path) -> None:
    with listening(path) as listener:
        for epoch in ("e1", "e2"):
            async with (
                an_intake(tmp_path / epoch, epoch) as running,
                serving(an_api(tmp_path, running), listener),
                calling(path, running) as client,
            ):
                assert (await client.get("/v1/status"))["epoch"] == epoch
    assert mode(path) is None


async def test_a_scan_refused_for_want_of_space_is_shown_until_the_next_one(client: Client) -> None:
    await client.post("/v1/scans", SCAN)
    async with client.http.ws_connect("/v1/live") as live:
        await frame(live)
        client.intake.note(Storage(None, "reserve", 1, 1, CLOCK.now()))
        refused = await client.post("/v1/scans", SCAN.model_copy(update={"client_id": "client-3", "text": "SN:1"}))
        assert (refused.accepted, refused.code) == (False, "STORAGE_FULL")
        shown = (await frame(live, 1.0)).work_centers[0].last_scan
        while shown is None or shown.text != "SN:1":
            shown = (await frame(live, 1.0)).work_centers[0].last_scan
        assert shown.code == "STORAGE_FULL"
        client.intake.note(Storage(None, "ample", 1, 1, CLOCK.now()))
        await client.post("/v1/scans", SCAN.model_copy(update={"client_id": "client-4", "text": "LOT:P-2:BOARD"}))
        view = AgentView.model_validate(await client.get("/v1/status"))
        assert view.work_centers[0].last_scan is not None
        assert view.work_centers[0].last_scan.accepted


async def test_alarms_are_shown_the_oldest_first(tmp_path: Path, path: Path) -> None:
    async with (
        an_intake(tmp_path) as running,
        served(tmp_path, running, path),
        calling(path, running) as client,
    ):
        running.alarms.raise_alarm("storage", "space is low")
        running.alarms.raise_alarm("parked", "facts are parked")
        view = AgentView.model_validate(await client.get("/v1/status"))
        assert [(alarm.code, alarm.text) for alarm in view.alarms] == [
            ("storage", "space is low"),
            ("parked", "facts are parked"),
        ]
        assert (view.uplink.autonomy_s, view.uplink.parked) == (None, 0)


async def test_a_journal_that_cannot_be_read_is_a_problem_and_the_present_is_still_shown(
    tmp_path: Path, path: Path
) -> None:
    async with (
        an_intake(tmp_path) as running,
        served(tmp_path, running, path),
        calling(path, running) as client,
    ):
        await running.intake.submit(scan("LOT:A:X"))
        running.journal._threads.read.close()
        problem = await client.problem("GET", "/v1/facts")
        assert problem.status == 503
        assert "cannot be read" in problem.detail
        assert (await client.get("/v1/status"))["uplink"]["waiting"] == 2


async def test_an_entry_is_answered_after_its_commit_and_once(client: Client) -> None:
    first = await client.post("/v1/entries", ENTRY)
    assert first.accepted
    kept = await client.types()
    assert "operation.started" in kept
    assert await client.post("/v1/entries", ENTRY) == first
    assert await client.types() == kept


async def test_a_refused_entry_is_an_answer_not_an_error(client: Client) -> None:
    reply = await client.post("/v1/entries", ENTRY.model_copy(update={"action": "complete_operation"}))
    assert not reply.accepted
    assert reply.fact_ids == ()


async def test_a_scan_is_one_fact_with_its_cause(client: Client) -> None:
    reply = await client.post("/v1/scans", SCAN)
    assert (reply.accepted, reply.message) == (True, "Lot P-1 loaded.")
    facts = await client.get("/v1/facts")
    assert [fact["id"] for fact in facts] == list(reply.fact_ids)
    assert [fact["type"] for fact in facts] == ["io.lineside.edge.scan.accepted.v1", "io.lineside.edge.lot.loaded.v1"]
    assert facts[1]["causationid"] == facts[0]["id"]


async def test_a_code_keeps_its_group_separators_and_its_script(client: Client) -> None:
    for number, text in enumerate(("]d20109521234543213\x1d10AB", "LOT:Партия №7 әғқ:BOARD", "00012")):
        await client.post("/v1/scans", ScanBody(client_id=f"client-{number}", wc_id="PRESS-1", text=text))
        last = await client.get("/v1/facts?last=2")
        assert text in [fact["data"].get("text") for fact in last]


async def test_facts_are_the_last_ones_in_order(client: Client) -> None:
    for number in range(5):
        await client.post("/v1/scans", SCAN.model_copy(update={"client_id": f"client-{number}", "text": f"x{number}"}))
    assert [fact["data"]["text"] for fact in await client.get("/v1/facts?last=2")] == ["x3", "x4"]
    assert len(await client.get("/v1/facts?last=100000")) == 5
    assert len(await client.get("/v1/facts?last=0")) == 1


@pytest.mark.parametrize(
    ("method", "url", "body", "status", "detail"),
    [
        ("GET", "/v1/nothing", "", 404, "Not Found: GET /v1/nothing; /v1/docs shows"),
        ("DELETE", "/v1/status", "", 405, "Method Not Allowed: DELETE /v1/status; /v1/docs shows"),
        ("GET", "/v1/facts?last=many", "", 400, "'last' must be a whole number"),
        ("POST", "/v1/entries", "", 400, "Invalid JSON"),
        ("POST", "/v1/entries", "[]", 400, "the body"),
        ("POST", "/v1/entries", "{}", 400, "client_id: Field required"),
        ("POST", "/v1/entries", ENTRY.model_copy(update={"client_id": "short"}).model_dump_json(), 400, "client_id: "),
        ("POST", "/v1/entries", ENTRY.model_copy(update={"client_id": "cmd-0001"}).model_dump_json(), 400, "the MES's"),
        ("POST", "/v1/scans", SCAN.model_copy(update={"text": ""}).model_dump_json(), 400, "text: "),
        ("POST", "/v1/scans", SCAN.model_copy(update={"text": "x" * 4097}).model_dump_json(), 400, "text: "),
        ("POST", "/v1/scans", SCAN.model_dump_json()[:-1] + ', "more": 1}', 400, "more: "),
        ("POST", "/v1/scans", b'{"client_id": "\xff\xfe"}', 400, "Invalid JSON"),
        ("POST", "/v1/scans", r'{"client_id": "client-1", "wc_id": "PRESS-1", "text": "\ud800"}', 400, ""),
        ("POST", "/v1/scans", b"[" * 200_000, 400, ""),
        (
            *("POST", "/v1/scans", SCAN.model_copy(update={"wc_id": "PRESS-9"}).model_dump_json(), 404),
            "no work center 'PRESS-9' here; expected one of PRESS-1",
        ),
        ("POST", "/v1/entries", b"x" * 2_000_000, 413, "Maximum request body size"),
        ("GET", "/v1/live", "", 400, ""),
    ],
    ids=lambda value: str(value)[:20],
)
async def test_what_cannot_be_taken_is_a_problem_that_says_why(
    client: Client, method: str, url: str, body: str | bytes, status: int, detail: str
) -> None:
    problem = await client.problem(method, url, body)
    assert problem.status == status
    assert detail in problem.detail
    assert await client.types() == []


async def test_what_is_served_is_what_the_table_of_routes_says(tmp_path: Path) -> None:
    async with an_intake(tmp_path) as running:
        served = [
            (str(route.method).lower(), route.resource.canonical)
            for route in an_api(tmp_path, running).application().router.routes()
            if route.resource is not None and route.method != "HEAD"
        ]
    assert served == [(route.method, route.path) for route in ROUTES]


@pytest.mark.parametrize("route", [route for route in ROUTES if route.body is not None], ids=lambda route: route.name)
async def test_each_route_takes_the_body_that_the_table_says(client: Client, route: Route) -> None:
    assert route.body is not None
    needed = next(name for name, field in route.body.model_fields.items() if field.is_required())
    problem = await client.problem("POST", route.path, "{}")
    assert (problem.status, problem.detail) == (400, f"{needed}: Field required")


async def test_the_api_says_what_it_is(client: Client) -> None:
    assert await client.get("/v1/openapi.json") == openapi(VERSION)
    async with client.http.get("/v1/docs") as response:
        assert (response.content_type, await response.text()) == ("text/html", page(openapi(VERSION)))


async def test_live_frames_follow_what_changes(client: Client) -> None:
    async with client.http.ws_connect("/v1/live") as live:
        assert live._response.headers["Lineside-Api"] == str(API_VERSION)
        assert (await frame(live)).work_centers[0].lots == ()
        await client.post("/v1/scans", SCAN)
        async with asyncio.timeout(2):
            while (await frame(live)).work_centers[0].lots != ("P-1",):
                pass


async def test_the_answer_to_a_scan_waits_for_no_frames_interval(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(present_api, "FRAME_INTERVAL_S", 1000.0)
    async with client.http.ws_connect("/v1/live") as live:
        await frame(live)
        for code in ("LOT:P-1:BOARD", "LOT:P-2:BOARD"):
            await client.post("/v1/scans", SCAN.model_copy(update={"client_id": code, "text": code}))
            shown = (await frame(live)).work_centers[0].last_scan
            assert shown is not None
            assert shown.text == code


async def test_a_live_view_is_never_old_though_nothing_changes(tmp_path: Path, path: Path) -> None:
    async with (
        an_intake(tmp_path, writing=False) as running,
        served(tmp_path, running, path),
        calling(path, running) as client,
        client.http.ws_connect("/v1/live") as live,
    ):
        first = await frame(live)
        assert (await frame(live, LONGEST_SILENCE_S + 1)).plant_time > first.plant_time


async def test_live_views_are_told_when_the_agent_stops(tmp_path: Path, path: Path) -> None:
    async with an_intake(tmp_path) as running, calling(path, running) as client:
        async with served(tmp_path, running, path):
            live = await client.http.ws_connect("/v1/live")
            await frame(live)
        async with asyncio.timeout(5):
            while (message := await live.receive()).type is WSMsgType.TEXT:
                pass
        assert (message.type, message.data) == (WSMsgType.CLOSE, WSCloseCode.GOING_AWAY)
        await live.close()
    assert mode(path) is None


@pytest.mark.usefixtures("client")
async def test_the_socket_is_for_its_owner_and_group_alone(path: Path) -> None:
    assert mode(path) == 0o660


def mode(path: Path) -> int | None:
    """Access rights of a file; None where there is none."""
    return stat.S_IMODE(path.stat().st_mode) if path.exists() else None


def leave_behind(path: Path) -> None:
    """The socket of an agent that was killed."""
    path.parent.mkdir()
    with closing(socket.socket(socket.AF_UNIX)) as killed:
        killed.bind(str(path))
        killed.listen()
    assert path.is_socket()


async def test_what_a_killed_agent_left_is_replaced(tmp_path: Path, path: Path) -> None:
    leave_behind(path)
    async with (
        an_intake(tmp_path) as running,
        served(tmp_path, running, path),
        calling(path, running) as client,
    ):
        assert (await client.get("/v1/status"))["agent_id"] == "edge-1"


async def test_a_living_agent_keeps_its_socket(client: Client, path: Path) -> None:
    taken = r"agent\.socket: '.*agent\.sock' is taken by an agent that runs"
    with pytest.raises(ConfigurationError, match=taken), listening(path):
        pass
    assert (await client.get("/v1/status"))["agent_id"] == "edge-1"


def test_a_socket_is_taken_from_the_beginning_and_gone_if_never_served(path: Path) -> None:
    with listening(path), pytest.raises(ConfigurationError, match="is taken by an agent that runs"), listening(path):
        pass
    assert not path.exists()


async def test_who_calls_before_the_agent_serves_is_answered_when_it_does(tmp_path: Path, path: Path) -> None:
    async with an_intake(tmp_path) as running, calling(path, running) as client:
        with listening(path) as listener:
            early = asyncio.create_task(client.get("/v1/status"))
            done, _ = await asyncio.wait([early], timeout=0.1)
            assert not done
            async with serving(an_api(tmp_path, running), listener):
                assert (await early)["agent_id"] == "edge-1"


@pytest.mark.parametrize("name", ["x" * 120, "file/agent.sock", "folder"])
def test_a_socket_that_cannot_be_made_is_a_sentence(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "folder").mkdir()
    sentence = r"agent\.socket: '.*' cannot be made: .*; expected a path in a folder we may write"
    with pytest.raises(ConfigurationError, match=sentence), listening(tmp_path / name):
        pass
