"""A follower that does not read keeps neither the agent nor other followers waiting."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from aiohttp import web

from agent import present_api
from agent.core.views import AgentView
from agent.overview import Overview
from agent.present_api import PresentApi
from tests.agent.parts import Running, an_intake, eventually, scan, settings
from tests.agent.test_local_api import an_overview, calling, frame

REQUEST = (
    b"GET /v1/live HTTP/1.1\r\nHost: agent\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
)


@dataclass(frozen=True, slots=True)
class Counted(Overview):
    """The present of a large plant, and how often somebody was shown it."""

    looks: list[AgentView] = field(default_factory=list)

    async def look(self) -> AgentView:
        view = (await Overview.look(self)).model_copy(update={"badge_pattern": "x" * 200_000})
        self.looks.append(view)
        return view


@dataclass(frozen=True, slots=True)
class Shown:
    """One agent that is followed."""

    running: Running
    api: PresentApi
    overview: Counted
    path: Path

    def deaf(self) -> socket.socket:
        """A follower that never reads."""
        follower = socket.socket(socket.AF_UNIX)
        follower.connect(str(self.path))
        follower.sendall(REQUEST)
        return follower

    async def until_full(self) -> None:
        """Until a frame waits that the follower does not take: then nobody looks any more, whatever happens."""
        looks = -1
        while looks < len(self.overview.looks):
            looks = len(self.overview.looks)
            for _ in range(10):
                await self.running.intake.submit(scan(f"LOT:P-{looks}:BOARD"))


@pytest.fixture
async def shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Shown]:
    monkeypatch.setattr(present_api, "FRAME_INTERVAL_S", 0.0)
    path = tmp_path / "agent.sock"
    async with an_intake(tmp_path) as running:
        plain = an_overview(settings(tmp_path), running)
        overview = Counted(plain.configuration, plain.clock, plain.instance, plain.intake, plain.alarms, plain.way)
        api = PresentApi(overview, running.intake)
        async with serving(api, path):
            yield Shown(running, api, overview, path)


@asynccontextmanager
async def serving(api: PresentApi, path: Path) -> AsyncIterator[None]:
    application = web.Application()
    application.add_routes([web.get("/v1/live", api.handlers()["live"])])
    runner = web.AppRunner(application, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.UnixSite(runner, str(path)).start()
        yield
    finally:
        await runner.cleanup()


async def test_nothing_gathers_for_a_follower_that_does_not_read_and_others_see_what_is(shown: Shown) -> None:
    with closing(shown.deaf()):
        await eventually(lambda: bool(shown.overview.looks), "the first frame")
        await shown.until_full()
        looks = len(shown.overview.looks)
        for number in range(50):
            await shown.running.intake.submit(scan(f"LOT:Q-{number}:BOARD"))
        assert len(shown.overview.looks) == looks
        async with (
            calling(shown.path, shown.running) as client,
            client.http.ws_connect("/v1/live", max_msg_size=0) as live,
        ):
            newest = (await frame(live)).work_centers[0].last_scan
            assert newest is not None
            assert newest.text == "LOT:Q-49:BOARD"


async def test_who_reads_again_gets_the_newest_after_what_was_on_its_way(shown: Shown) -> None:
    with closing(shown.deaf()) as follower:
        await eventually(lambda: bool(shown.overview.looks), "the first frame")
        await shown.until_full()
        await shown.running.intake.submit(scan("LOT:LAST:BOARD"))
        follower.setblocking(False)
        loop, octets = asyncio.get_running_loop(), b""
        async with asyncio.timeout(10.0):
            while b"LOT:LAST:BOARD" not in octets:
                octets += await loop.sock_recv(follower, 1 << 20)
        assert octets.count(b"LOT:P-") < 2 * len(shown.overview.looks)


async def test_a_stop_waits_for_no_follower_that_does_not_read(shown: Shown, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(present_api, "FAREWELL_S", 0.05)
    with closing(shown.deaf()):
        await eventually(lambda: bool(shown.overview.looks), "the first frame")
        await shown.until_full()
        async with asyncio.timeout(5.0):
            await shown.api.hang_up()


async def test_a_follower_that_answers_no_ping_is_hung_up_on(shown: Shown, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(present_api, "HEARTBEAT_S", 0.1)
    with closing(shown.deaf()) as follower:
        await eventually(lambda: bool(shown.overview.looks), "the first frame")
        await shown.until_full()
        follower.setblocking(False)
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(10.0):
            while await loop.sock_recv(follower, 1 << 20):
                pass
