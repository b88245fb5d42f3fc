"""The agent's local API as a customer sees it: the present, live, and what is entered."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeAlias

import aiohttp

View: TypeAlias = dict[str, Any]
AGAIN_S = 0.02
ANSWER_S = 2.0
"""Real seconds without an answer after which an entry is sent again."""


class EntryRefusedError(Exception):
    """The agent says that the request itself is wrong."""


class Present:
    """Follows the agent's live view, through all its ends and beginnings. `follow` must run meanwhile."""

    def __init__(self, socket: Path) -> None:
        self._socket = socket
        self._news = asyncio.Condition()
        self._view: View | None = None

    async def __aenter__(self) -> Self:
        """Open; connects when needed."""
        self._http = aiohttp.ClientSession(connector=aiohttp.UnixConnector(str(self._socket)))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Hang up."""
        await self._http.close()

    def forget(self) -> None:
        """The agent ended: what it said last is the past."""
        self._view = None

    async def follow(self) -> None:
        """Take every view that the agent sends, for ever."""
        while True:
            try:
                async with self._http.ws_connect("http://agent/v1/live") as live:
                    async for message in live:
                        await self._take(json.loads(message.data))
            except (aiohttp.ClientError, OSError):
                self.forget()
            # A socket that is not there tells nobody when it is.
            await asyncio.sleep(AGAIN_S)

    async def until(self, met: Callable[[View], bool]) -> View:
        """The first view, from now on, of which this is true."""
        async with self._news:
            while self._view is None or not met(self._view):
                await self._news.wait()
            return self._view

    async def look(self) -> View:
        """The present, asked for now: what was committed before is in it."""
        async with self._http.get("http://agent/v1/status") as response:
            view: View = await response.json()
            return view

    async def enter(self, body: dict[str, Any]) -> dict[str, Any]:
        """Send an entry; see `_send`."""
        return await self._send("entries", body)

    async def scan(self, body: dict[str, Any]) -> dict[str, Any]:
        """Send a scan in a reader's place; see `_send`."""
        return await self._send("scans", body)

    async def _send(self, what: str, body: dict[str, Any]) -> dict[str, Any]:
        """Send it, again and again under its client id until it is answered; the answer and how often again.

        Raises:
            EntryRefusedError: the agent cannot read it.
        """
        repeats = 0
        while True:
            try:
                timeout = aiohttp.ClientTimeout(total=ANSWER_S)
                async with self._http.post(f"http://agent/v1/{what}", json=body, timeout=timeout) as response:
                    reply: dict[str, Any] = await response.json(content_type=None)
            except (aiohttp.ClientError, OSError):  # a timeout is an OSError
                repeats += 1
                await asyncio.sleep(AGAIN_S)
                continue
            if response.status != 200:
                raise EntryRefusedError(f"the agent answered {response.status} to {body}: {reply}")
            return {**reply, "repeats": repeats}

    async def _take(self, view: View) -> None:
        async with self._news:
            self._view = view
            self._news.notify_all()


def center(view: View, wc: str) -> dict[str, Any]:
    """One work center of a view."""
    return next(found for found in view["work_centers"] if found["wc_id"] == wc)
