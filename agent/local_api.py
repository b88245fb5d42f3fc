"""The local API over a Unix socket: the present, live, and what people and scripts enter."""

from __future__ import annotations

import asyncio
import grp
import logging
import os
import re
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from functools import partial
from operator import is_not
from pathlib import Path
from typing import TypeVar

from aiohttp import WSMsgType, web
from pydantic import BaseModel, ValidationError

from agent.batch import Stand
from agent.core.contract.envelope import Envelopes
from agent.core.errors import ConfigurationError, JournalError
from agent.core.observations import TERMINAL, Entry, Scan
from agent.core.state import LastScan
from agent.core.views import API_VERSION, EntryBody, ExplainBody, Problem, Reply, ScanBody, SignOnBody
from agent.directories_api import DirectoriesApi
from agent.intake import Intake
from agent.journal.journal import Journal
from agent.overview import Overview
from agent.parked_api import ParkedApi
from agent.reconciliation_api import ReconciliationApi
from agent.sign_ons import SignOns

LOG = logging.getLogger(__name__)
VERSION_HEADER = "Lineside-Api"
FRAME_INTERVAL_S = 0.1
"""Real seconds between two frames of a live view; the answer to a scan, for which somebody waits, goes out at once."""
LONGEST_SILENCE_S = 2.0
"""Real seconds: a live view is at most this old, changed or not."""
MOST_FACTS = 1000
GROUP = "lineside"
_NAME = re.compile(r"[a-z_]{1,40}|[0-9]{1,4}")
"""What a field is called."""
Body = TypeVar("Body", bound=BaseModel)
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class LocalApi:
    """Serves one agent to everybody on this PC."""

    def __init__(
        self,
        overview: Overview,
        intake: Intake,
        journal: Journal,
        envelopes: Envelopes,
        sign_ons: SignOns,
        unwell: Callable[[], list[str]],
    ) -> None:
        self._unwell = unwell
        self._overview = overview
        self._intake = intake
        self._journal = journal
        self._envelopes = envelopes
        self._clock = overview.clock
        self._sign_ons = sign_ons
        self._sockets: set[web.WebSocketResponse] = set()

    def application(self) -> web.Application:
        """The routes."""
        application = web.Application(middlewares=[_problems])
        application.on_response_prepare.append(_stamp)
        application.add_routes(
            [
                web.get("/v1/status", self._status),
                web.get("/v1/live", self._live),
                web.get("/v1/facts", self._facts),
                web.post("/v1/entries", self._entry),
                web.post("/v1/scans", self._scan),
                web.post("/v1/explain", self._explain),
                web.post("/v1/sign-ons", self._sign_on),
                web.get("/healthz", self._health),
            ]
        )
        application.add_routes(ReconciliationApi(self._journal, self._intake, self._clock).routes())
        application.add_routes(ParkedApi(self._journal, self._envelopes, self._clock).routes())
        application.add_routes(DirectoriesApi(self._journal.copies, self._overview.settings.attribute).routes())
        return application

    async def hang_up(self) -> None:
        """End the live views."""
        for live in list(self._sockets):
            with suppress(ConnectionError):
                await live.close(code=1001, message=b"the agent stops")

    async def _status(self, _request: web.Request) -> web.Response:
        return _json(await self._overview.look())

    async def _live(self, request: web.Request) -> web.WebSocketResponse:
        live = web.WebSocketResponse(heartbeat=10.0)
        await live.prepare(request)
        self._sockets.add(live)
        sender = asyncio.create_task(self._send_frames(live), name="local_api.live")
        try:
            async for message in live:
                if message.type is WSMsgType.ERROR:
                    break
        finally:
            self._sockets.discard(live)
            sender.cancel()
            with suppress(asyncio.CancelledError, ConnectionError):
                await sender
        return live

    async def _send_frames(self, live: web.WebSocketResponse) -> None:
        while not live.closed:
            shown, told = self._intake.present, self._last_scans()
            await live.send_str((await self._overview.look()).model_dump_json())
            with suppress(TimeoutError):
                async with asyncio.timeout(FRAME_INTERVAL_S):
                    await self._intake.until(partial(self._tells_other_than, told))
            with suppress(TimeoutError):
                async with asyncio.timeout(LONGEST_SILENCE_S):
                    await self._intake.until(partial(is_not, shown))

    def _last_scans(self) -> list[LastScan | None]:
        kept = [station.state.floor.last_scan for station in self._intake.present.stations.values()]
        return [*kept, *self._intake.refused.values()]

    def _tells_other_than(self, told: list[LastScan | None], _present: Stand) -> bool:
        return self._last_scans() != told

    async def _facts(self, request: web.Request) -> web.Response:
        try:
            limit = min(int(request.query.get("last", "20")), MOST_FACTS)
        except ValueError:
            raise web.HTTPBadRequest(text="'last' must be a whole number") from None
        rows = await self._journal.latest(max(limit, 1))
        body = b"".join((b"[", b",".join(self._envelopes.wrap(row) for row in rows), b"]"))
        return web.Response(body=body, content_type="application/json")

    async def _entry(self, request: web.Request) -> web.Response:
        body = await _body(request, EntryBody)
        self._known(body.wc_id)
        now = self._clock.now()
        entry = Entry(body.wc_id, body.action, body.arguments, now, body.client_id, body.actor, body.role)
        return _answer(await self._intake.submit(entry))

    async def _scan(self, request: web.Request) -> web.Response:
        body = await _body(request, ScanBody)
        self._known(body.wc_id)
        scan = Scan(body.wc_id, body.text, self._clock.now(), TERMINAL, body.manual, body.client_id)
        return _answer(await self._intake.submit(scan))

    async def _explain(self, request: web.Request) -> web.Response:
        body = await _body(request, ExplainBody)
        self._known(body.wc_id)
        return _answer(await self._intake.explain(Scan(body.wc_id, body.text, self._clock.now(), "nobody")))

    async def _sign_on(self, request: web.Request) -> web.Response:
        body = await _body(request, SignOnBody)
        self._known(body.wc_id)
        return _answer(await self._sign_ons.take(body))

    async def _health(self, _request: web.Request) -> web.Response:
        wrong = self._unwell()
        return web.Response(status=503 if wrong else 200, text="\n".join(wrong or ["ok"]) + "\n")

    def _known(self, wc_id: str) -> None:
        centers = self._intake.present.stations
        if wc_id not in centers:
            raise web.HTTPNotFound(text=f"no work center '{wc_id}' here; expected one of {', '.join(centers)}")


@contextmanager
def listening(path: Path) -> Iterator[socket.socket]:
    """The agent's socket, to be taken before anything is started; who calls early is answered when it is served.

    Raises:
        ConfigurationError: it is in use or cannot be made.
    """
    listener = _listen(path)
    try:
        yield listener
    finally:
        listener.close()
        path.unlink(missing_ok=True)


@asynccontextmanager
async def serving(api: LocalApi, listener: socket.socket) -> AsyncIterator[None]:
    """Serve at this socket while open; who calls afterwards is answered when it is served again."""
    runner = web.AppRunner(api.application(), access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    try:
        await web.SockSite(runner, listener.dup()).start()
        yield
    finally:
        await api.hang_up()
        await runner.cleanup()


def _listen(path: Path) -> socket.socket:
    """Make the socket, in place of what a killed agent left but never of a living one's."""
    if path.is_socket() and _answers(path):
        raise ConfigurationError(f"agent.socket: '{path}' is taken by an agent that runs; expected a free path")
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.is_socket():
            path.unlink()
        listener.bind(str(path))
        path.chmod(0o660)
        listener.listen()
    except OSError as error:
        listener.close()
        found = f"'{path}' cannot be made: {error.strerror or error}"
        raise ConfigurationError(f"agent.socket: {found}; expected a path in a folder we may write") from error
    with suppress(KeyError, PermissionError):
        os.chown(path, -1, grp.getgrnam(GROUP).gr_gid)
    return listener


def _answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        return probe.connect_ex(str(path)) == 0


async def _body(request: web.Request, model: type[Body]) -> Body:
    try:
        return model.model_validate_json(await request.read())
    except ValidationError as error:
        # What was sent may hold a badge or a PIN: neither the answer nor the error that is kept repeats it.
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"] if _NAME.fullmatch(str(part))) or "the body"
        raise web.HTTPBadRequest(text=f"{where}: {first['msg']}") from None


def _json(model: BaseModel) -> web.Response:
    return web.Response(text=model.model_dump_json(), content_type="application/json")


def _answer(reply: Reply | None) -> web.Response:
    assert reply is not None
    return _json(reply)


@web.middleware
async def _problems(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except web.HTTPException as error:
        problem = Problem(title=error.reason, status=error.status, detail=error.text or error.reason)
    except JournalError as error:
        problem = Problem(title="Service Unavailable", status=503, detail=str(error))
    return web.Response(status=problem.status, text=problem.model_dump_json(), content_type="application/problem+json")


async def _stamp(_request: web.Request, response: web.StreamResponse) -> None:
    response.headers[VERSION_HEADER] = str(API_VERSION)
