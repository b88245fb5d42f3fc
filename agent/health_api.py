"""The part of the local API that programs watch the agent by; over loopback TCP too where that is configured."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager

from aiohttp import web

from agent.core.contract.local_routes import METRICS_TYPE
from agent.core.errors import ConfigurationError
from agent.core.views import HealthView
from agent.exposition import text
from agent.metrics import METRICS, Gauges
from agent.overview import Overview
from agent.problems import Handler, as_documents, json

LOOPBACK = "127.0.0.1"
"""Of no other address: what is told here is nobody's business who is not on this PC."""


class HealthApi:
    """Says whether one agent does its work, and its numbers."""

    def __init__(self, overview: Overview, gauges: Gauges, unwell: Callable[[], list[str]]) -> None:
        self.overview = overview
        self.gauges = gauges
        self._unwell = unwell

    def handlers(self) -> Mapping[str, Handler]:
        """By route."""
        return {"health": self._health, "metrics": self._metrics}

    def application(self) -> web.Application:
        """These routes alone, for whoever comes over TCP."""
        application = web.Application(middlewares=[as_documents])
        application.add_routes([web.get("/healthz", self._health), web.get("/metrics", self._metrics)])
        return application

    async def _health(self, request: web.Request) -> web.Response:
        wrong = self._unwell()
        if "application/json" in request.headers.get("Accept", ""):
            answer = json(HealthView(well=not wrong, reasons=tuple(wrong)))
        else:
            answer = web.Response(text="\n".join(wrong or ["ok"]) + "\n")
        answer.set_status(503 if wrong else 200)
        return answer

    async def _metrics(self, _request: web.Request) -> web.Response:
        said = text(METRICS, self.gauges.samples(await self.overview.look()))
        return web.Response(body=said.encode(), headers={"Content-Type": f"{METRICS_TYPE}; charset=utf-8"})


@contextmanager
def listening(port: int | None) -> Iterator[socket.socket | None]:
    """The port, to be taken before anything is started; None where there is none.

    Raises:
        ConfigurationError: it is in use.
    """
    if port is None:
        yield None
        return
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((LOOPBACK, port))
        except OSError as error:
            found = f"port {port} of {LOOPBACK} cannot be taken: {error.strerror or error}"
            raise ConfigurationError(f"agent.health_port: {found}; expected a free one") from error
        listener.listen()
        yield listener


@asynccontextmanager
async def serving(api: HealthApi, listener: socket.socket | None) -> AsyncIterator[None]:
    """Serve at this port while open; nothing where there is none."""
    if listener is None:
        yield
        return
    runner = web.AppRunner(api.application(), access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    try:
        await web.SockSite(runner, listener.dup()).start()
        yield
    finally:
        await runner.cleanup()
