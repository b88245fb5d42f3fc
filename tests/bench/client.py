"""A client of a running agent's local API."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from aiohttp import ClientConnectionError, ClientSession, ClientWebSocketResponse, UnixConnector

from agent.core.times import epoch

LOOK_S = 0.05


class Client:
    """Speaks to one agent."""

    def __init__(self, session: ClientSession) -> None:
        self._session = session

    async def scan(self, wc_id: str, text: str) -> dict[str, Any]:
        """Hand in a code; the agent's reply."""
        body = {"client_id": f"bench-{text}", "wc_id": wc_id, "text": text}
        async with self._session.post("/v1/scans", json=body) as response:
            reply: dict[str, Any] = await response.json()
            return reply

    @asynccontextmanager
    async def live(self) -> AsyncIterator[ClientWebSocketResponse]:
        """The live view."""
        async with self._session.ws_connect("/v1/live") as view:
            yield view

    async def recorded(self, fact_type: str, since: float, within_s: float = 30.0) -> float:
        """When the first fact of this type since then became durable; waits for an agent that is not up yet."""
        async with asyncio.timeout(within_s):
            while True:
                for fact in await self._facts():
                    if fact_type in fact["type"] and (at := epoch(fact["recordedtime"])) >= since:
                        return at
                # Nobody tells that a socket is there; the time is the fact's own, so looking seldom blurs nothing.
                await asyncio.sleep(LOOK_S)

    async def _facts(self) -> list[dict[str, Any]]:
        try:
            async with self._session.get("/v1/facts", params={"last": 30}) as response:
                facts: list[dict[str, Any]] = await response.json()
                return facts
        except ClientConnectionError:
            return []


@asynccontextmanager
async def client(socket: Path) -> AsyncIterator[Client]:
    """A client of the agent at this socket, which need not be there yet."""
    async with ClientSession("http://agent", connector=UnixConnector(str(socket))) as session:
        yield Client(session)
