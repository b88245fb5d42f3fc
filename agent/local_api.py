"""The local API over a Unix socket: the present, live, and what people and scripts enter."""

from __future__ import annotations

import grp
import os
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path

from aiohttp import web

from agent.core.contract.envelope import Envelopes
from agent.core.contract.local_routes import ROUTES
from agent.core.errors import ConfigurationError
from agent.directories_api import DirectoriesApi
from agent.facts_api import FactsApi
from agent.health_api import HealthApi
from agent.intake import Intake
from agent.journal.journal import Journal
from agent.overview import Overview
from agent.parked_api import ParkedApi
from agent.people_api import PeopleApi
from agent.present_api import PresentApi
from agent.problems import Handler, as_documents, stamp
from agent.reconciliation_api import ReconciliationApi
from agent.reference_api import ReferenceApi

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
        health: HealthApi,
    ) -> None:
        self.health = health
        self._callers = people.callers
        self._present = PresentApi(overview, intake)
        self._parts = (
            self._present,
            people,
            FactsApi(journal, envelopes),
            ReconciliationApi(journal, intake, overview.clock),
            ParkedApi(journal, envelopes, overview.clock),
            DirectoriesApi(journal.copies, overview.configuration),
            health,
            ReferenceApi(),
        )

    def application(self) -> web.Application:
        """The table of routes, served."""
        application = web.Application(middlewares=[as_documents])
        application.on_response_prepare.append(stamp)
        handlers = {name: handler for part in self._parts for name, handler in part.handlers().items()}
        for route in ROUTES:
            handler = self._for_trusted(handlers[route.name]) if route.who == "trusted" else handlers[route.name]
            application.add_routes([{"get": web.get, "post": web.post}[route.method](route.path, handler)])
        return application

    async def hang_up(self) -> None:
        """End the live views."""
        await self._present.hang_up()

    def _for_trusted(self, handler: Handler) -> Handler:
        async def guarded(request: web.Request) -> web.StreamResponse:
            self._callers.must_be_trusted(request)
            return await handler(request)

        return guarded


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
