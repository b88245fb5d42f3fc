"""The part of the local API that shows the present: once, and live."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from operator import is_not

from aiohttp import WSMsgType, web

from agent.batch import Stand
from agent.core.state import LastScan
from agent.intake import Intake
from agent.overview import Overview
from agent.problems import Handler, json

FRAME_INTERVAL_S = 0.1
"""Real seconds between two frames of a live view; the answer to a scan, for which somebody waits, goes out at once."""
LONGEST_SILENCE_S = 2.0
"""Real seconds: a live view is at most this old, changed or not."""
HEARTBEAT_S = 10.0
"""Real seconds between two looks whether a follower is still there; one that does not answer is hung up on."""
FAREWELL_S = 1.0
"""Real seconds that a stop waits for followers to hear of it."""


class PresentApi:
    """Shows one agent, to each follower as fast as it reads.

    One frame is on its way to it at most. The next one is made when that is off, of what is then: whoever reads slowly
    gets fewer of them, the newest next, and keeps nobody waiting.
    """

    def __init__(self, overview: Overview, intake: Intake) -> None:
        self._overview = overview
        self._intake = intake
        self._followers: set[web.WebSocketResponse] = set()

    def handlers(self) -> Mapping[str, Handler]:
        """By route."""
        return {"status": self._status, "live": self._live, "readings": self._readings}

    async def hang_up(self) -> None:
        """End the live views, those of followers who do not read by force."""
        with suppress(TimeoutError):
            async with asyncio.timeout(FAREWELL_S):
                await asyncio.gather(*(_close(live) for live in list(self._followers)))

    async def _status(self, _request: web.Request) -> web.Response:
        return json(await self._overview.look())

    async def _readings(self, request: web.Request) -> web.Response:
        wanted, centers = request.query.get("wc"), self._intake.present.stations
        if wanted is not None and wanted not in centers:
            raise web.HTTPNotFound(text=f"no work center '{wanted}' here; expected one of {', '.join(centers)}")
        clock = self._overview.clock
        return json(self._intake.readings.view(clock.now(), clock.speed, None if wanted is None else (wanted,)))

    async def _live(self, request: web.Request) -> web.WebSocketResponse:
        live = web.WebSocketResponse(heartbeat=HEARTBEAT_S)
        await live.prepare(request)
        self._followers.add(live)
        sender = asyncio.create_task(self._send_frames(live), name="local_api.live")
        try:
            async for message in live:
                if message.type is WSMsgType.ERROR:
                    break
        finally:
            self._followers.discard(live)
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


async def _close(live: web.WebSocketResponse) -> None:
    with suppress(ConnectionError):
        await live.close(code=1001, message=b"the agent stops")
