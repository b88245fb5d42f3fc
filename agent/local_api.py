"""The local API over a Unix socket: the present, live, and what people and scripts enter."""

from __future__ import annotations

import asyncio
import grp
import logging
import os
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from functools import partial
from operator import is_not
from pathlib import Path

from aiohttp import WSMsgType, web

from agent.batch import Stand
from agent.core.contract.envelope import Envelopes
from agent.core.errors import ConfigurationError
from agent.core.state import LastScan
from agent.directories_api import DirectoriesApi
from agent.intake import Intake
from agent.journal.journal import Journal
from agent.overview import Overview
from agent.parked_api import ParkedApi
from agent.people_api import PeopleApi
from agent.problems import as_documents, json, stamp
from agent.reconciliation_api import ReconciliationApi

LOG = logging.getLogger(__name__)
FRAME_INTERVAL_S = 0.1
"""Real seconds between two frames of a live view; the answer to a scan, for which somebody waits, goes out at once."""
LONGEST_SILENCE_S = 2.0
"""Real seconds: a live view is at most this old, changed or not."""
MOST_FACTS = 1000
GROUP = "lineside"


class LocalApi:
    """Serves one agent to everybody on this PC."""

    def __init__(
        self,
        overview: Overview,
        intake: Intake,
        journal: Journal,
        envelopes: Envelopes,
        people: PeopleApi,
        unwell: Callable[[], list[str]],
    ) -> None:
        self._unwell = unwell
        self._overview = overview
        self._intake = intake
        self._journal = journal
        self._envelopes = envelopes
        self._clock = overview.clock
        self._people = people
        self._sockets: set[web.WebSocketResponse] = set()

    def application(self) -> web.Application:
        """The routes."""
        application = web.Application(middlewares=[as_documents])
        application.on_response_prepare.append(stamp)
        application.add_routes(
            [
                web.get("/v1/status", self._status),
                web.get("/v1/live", self._live),
                web.get("/v1/facts", self._facts),
                web.get("/healthz", self._health),
            ]
        )
        application.add_routes(self._people.routes())
        application.add_routes(ReconciliationApi(self._journal, self._intake, self._clock).routes())
        application.add_routes(ParkedApi(self._journal, self._envelopes, self._clock, self._people.callers).routes())
        application.add_routes(DirectoriesApi(self._journal.copies, self._overview.settings.attribute).routes())
        return application

    async def hang_up(self) -> None:
        """End the live views."""
        for live in list(self._sockets):
            with suppress(ConnectionError):
                await live.close(code=1001, message=b"the agent stops")

    async def _status(self, _request: web.Request) -> web.Response:
        return json(await self._overview.look())

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

    async def _health(self, _request: web.Request) -> web.Response:
        wrong = self._unwell()
        return web.Response(status=503 if wrong else 200, text="\n".join(wrong or ["ok"]) + "\n")


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
