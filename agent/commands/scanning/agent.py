"""What a running agent takes from its readers, and what it answers."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from pathlib import Path
from typing import Any, NoReturn

import orjson

from agent.commands.client import AgentAwayError, get
from agent.commands.scanning.explained import Hand, Heard, Say
from agent.core.views import AgentView, Reply
from agent.core.work_center_view import ScanView
from agent.tui.connection import AgentLostError, Connection

RETRY_S = 0.5
"""Real seconds between two attempts to reach the agent."""


async def follow(socket: Path, hand: Hand, say: Say) -> NoReturn:
    """Hand on what a running agent took and what it answered, for ever."""
    journal = _Scans(socket)
    lost: str | None = ""
    async with Connection(socket) as connection:
        while True:
            try:
                async with aclosing(connection.views()) as views:
                    async for view in views:
                        if lost is not None:
                            say(f"agent {view.agent_id} answers: scans as it took them, without prefix and suffix")
                        lost = None
                        for heard in await journal.new(view):
                            hand(heard)
            except (AgentLostError, AgentAwayError) as error:
                if str(error) != lost:
                    lost = str(error)
                    say(lost)
            await asyncio.sleep(RETRY_S)


class _Scans:
    """The scans of an agent by its facts, since a view shows but the last of each work center."""

    def __init__(self, socket: Path) -> None:
        self._socket = socket
        self._last: dict[str, ScanView | None] | None = None
        self._through = ""

    async def new(self, view: AgentView) -> list[Heard]:
        """Those since the last view, in their order; none at the first."""
        last = {center.wc_id: center.last_scan for center in view.work_centers}
        before, self._last = self._last, last
        if before == last:
            return []
        events = orjson.loads(await asyncio.to_thread(get, self._socket, "/v1/facts?last=1000"))
        scans = [event for event in events if event["sequence"] > self._through and ".scan." in event["type"]]
        self._through = events[-1]["sequence"] if events else ""
        if before is None:
            return []
        told = [one for wc_id, one in last.items() if one is not None and one != before.get(wc_id)]
        shown = {id(event): one for one in told if (event := _newest(scans, one)) is not None}
        heard = [_of_fact(event, shown.get(id(event))) for event in scans]
        # What nothing could be kept of has no fact.
        return heard + [Heard(one.reader, one.text, answer=_reply(one)) for one in told if one.code == "STORAGE_FULL"]


def _newest(scans: list[dict[str, Any]], view: ScanView) -> dict[str, Any] | None:
    """The fact that a view shows: of scans in one millisecond it is the last."""
    same = (one for one in reversed(scans) if (one["data"]["reader"], one["time"]) == (view.reader, view.time))
    return next(same, None)


def _of_fact(event: dict[str, Any], view: ScanView | None) -> Heard:
    data = event["data"]
    if view is not None:
        return Heard(data["reader"], data["text"], answer=_reply(view))
    code = data.get("refusal_code")
    said = "refused" if code else f"taken as {data['meaning']}"
    return Heard(data["reader"], data["text"], answer=Reply(accepted=code is None, code=code or "ok", message=said))


def _reply(one: ScanView) -> Reply:
    return Reply(accepted=one.accepted, code=one.code, message=one.message)
