"""An agent that says what it is told to say, over the real interface: HTTP and a WebSocket on a Unix socket."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from aiohttp import WSCloseCode, WSMsgType, web

from agent.core.views import API_VERSION, AgentView, EntryBody, Problem, Reply, ScanBody, SignOnBody
from agent.tui.connection import Body

SPEAKS_S = 1.0
"""As an agent does: one that says nothing for long is taken for lost."""
DONE = Reply(accepted=True, code="ok", message="done", fact_ids=("f-1",))


@dataclass
class FakeAgent:
    """What it shows, what it answers, what it was sent."""

    view: AgentView
    reply: Reply = DONE
    version: str = str(API_VERSION)
    lose_answers: int = 0
    """So many of the next answers get lost after the entry was taken."""
    silent: bool = False
    """Accepts connections and says nothing."""
    received: list[Body] = field(default_factory=list)
    tokens: list[str | None] = field(default_factory=list)
    """The session that each of them came in."""
    ended: set[str] = field(default_factory=set)
    """Sessions that go on no more."""
    _listeners: set[asyncio.Queue[AgentView]] = field(default_factory=set)

    @property
    def followers(self) -> int:
        return len(self._listeners)

    def show(self, view: AgentView) -> None:
        self.view = view
        for listener in self._listeners:
            listener.put_nowait(view)

    async def _status(self, _: web.Request) -> web.Response:
        if self.silent:
            await asyncio.Event().wait()
        return self._json(self.view.model_dump_json())

    async def _live(self, request: web.Request) -> web.WebSocketResponse:
        response = web.WebSocketResponse()
        response.headers["Lineside-Api"] = self.version
        await response.prepare(request)
        queue: asyncio.Queue[AgentView] = asyncio.Queue()
        queue.put_nowait(self.view)
        self._listeners.add(queue)
        speaking = asyncio.create_task(self._speak(response, queue), name="speak")
        try:
            while (await response.receive()).type is WSMsgType.TEXT:
                pass
        finally:
            self._listeners.discard(queue)
            speaking.cancel()
            await asyncio.gather(speaking, return_exceptions=True)
        return response

    async def _speak(self, response: web.WebSocketResponse, queue: asyncio.Queue[AgentView]) -> None:
        view = await queue.get()
        while True:
            await response.send_str(view.model_dump_json())
            with suppress(TimeoutError):
                async with asyncio.timeout(SPEAKS_S):
                    view = await queue.get()

    async def _entries(self, request: web.Request) -> web.Response:
        return self._answer(request, EntryBody.model_validate_json(await request.read()))

    async def _scans(self, request: web.Request) -> web.Response:
        return self._answer(request, ScanBody.model_validate_json(await request.read()))

    async def _sign_ons(self, request: web.Request) -> web.Response:
        return self._answer(request, SignOnBody.model_validate_json(await request.read()))

    def _answer(self, request: web.Request, body: Body) -> web.Response:
        said = request.headers.get("Authorization")
        token = None if said is None else said.removeprefix("Bearer ")
        self.received.append(body)
        self.tokens.append(token)
        if token in self.ended:
            problem = Problem(title="Unauthorized", status=401, detail="ended", code="SESSION_ENDED")
            return self._json(problem.model_dump_json(), status=401)
        if self.lose_answers:
            self.lose_answers -= 1
            assert request.transport is not None
            request.transport.abort()
        return self._json(self.reply.model_dump_json())

    def _json(self, text: str, status: int = 200) -> web.Response:
        headers = {"Lineside-Api": self.version}
        return web.Response(text=text, status=status, content_type="application/json", headers=headers)

    @asynccontextmanager
    async def serving(self, socket: Path) -> AsyncIterator[None]:
        """Listens for as long as the block lasts; afterwards the socket is gone, as after the agent's end."""
        application = web.Application()
        application.add_routes(
            [
                web.get("/v1/status", self._status),
                web.get("/v1/live", self._live),
                web.post("/v1/entries", self._entries),
                web.post("/v1/scans", self._scans),
                web.post("/v1/sign-ons", self._sign_ons),
            ]
        )
        responses: set[web.WebSocketResponse] = set()

        async def remember(_: web.Request, response: web.StreamResponse) -> None:
            if isinstance(response, web.WebSocketResponse):
                responses.add(response)

        async def hang_up(_: web.Application) -> None:
            for response in responses:
                await response.close(code=WSCloseCode.GOING_AWAY)

        application.on_response_prepare.append(remember)
        application.on_shutdown.append(hang_up)
        runner = web.AppRunner(application, shutdown_timeout=0.1)
        await runner.setup()
        await web.UnixSite(runner, str(socket)).start()
        try:
            yield
        finally:
            await runner.cleanup()
            await asyncio.to_thread(socket.unlink, missing_ok=True)
