"""The terminal in a browser: over a real HTTP server and its WebSocket, with a terminal process behind it."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import socket as sockets
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import psutil
import pytest
import textual_serve

from agent.commands.tui import tui
from agent.core.errors import ConfigurationError
from agent.tui import browser
from agent.tui.browser import Pages
from tests.tui.fake_agent import FakeAgent
from tests.tui.operating import eventually
from tests.tui.views import STOPPED, showing

ROOT = Path(__file__).parents[2]
STATIC = Path(textual_serve.__file__).parent / "static"


@dataclass(frozen=True, slots=True)
class Served:
    """A server that runs."""

    process: Process
    port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def terminals(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children()


def free_port() -> int:
    with sockets.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


@asynccontextmanager
async def serving(socket: Path, *options: str) -> AsyncIterator[Served]:
    port = free_port()
    command = ["-m", "agent", "tui", "--socket", str(socket), "--serve", f"127.0.0.1:{port}", *options]
    environment = {**os.environ, "LINESIDE_CONFIG": "/nowhere/lineside.toml"}
    process = await asyncio.create_subprocess_exec(sys.executable, *command, stdout=PIPE, cwd=ROOT, env=environment)
    assert process.stdout is not None
    try:
        said = await asyncio.wait_for(process.stdout.readline(), 30)
        assert said.decode() == f"The terminal is at http://127.0.0.1:{port}; Ctrl+C ends it.\n"
        yield Served(process, port)
    finally:
        if process.returncode is None:
            process.terminate()
        await asyncio.wait_for(process.wait(), 30)


class Tablet:
    """A page that is open."""

    def __init__(self, live: aiohttp.ClientWebSocketResponse) -> None:
        self.live = live
        self.drawn = ""

    async def types(self, text: str) -> None:
        await self.live.send_str(json.dumps(["stdin", text]))

    async def sees(self, text: str) -> None:
        """Text that was drawn at any time, without its styles."""
        async with asyncio.timeout(30):
            while text not in re.sub("\x1b\\[[0-9;?]*[A-Za-z]", "", self.drawn):
                message = await self.live.receive()
                assert message.type is aiohttp.WSMsgType.BINARY, f"{message} instead of '{text}'"
                self.drawn += message.data.decode()


@asynccontextmanager
async def opened(served: Served, origin: str | None = None) -> AsyncIterator[Tablet]:
    url = f"{served.url}/ws?width=100&height=30"
    async with aiohttp.ClientSession() as http, http.ws_connect(url, origin=origin or served.url) as live:
        yield Tablet(live)


async def test_a_page_shows_the_work_takes_scans_and_ends_with_its_terminal(socket: Path) -> None:
    agent = FakeAgent(showing(STOPPED))
    async with agent.serving(socket), serving(socket, "--language", "ru") as served:
        async with opened(served) as tablet:
            await tablet.sees("Почему? Нажмите цифру")
            await tablet.types("LOT:P-001:BOARD\r")
            await tablet.sees("√ ПРИНЯТО")
            assert len(served.terminals()) == 1
            await tablet.types("\x11")
            async with asyncio.timeout(20):
                while (await tablet.live.receive()).type is aiohttp.WSMsgType.BINARY:
                    pass
            assert tablet.live.closed
        await eventually(lambda: served.terminals() == [], "the terminal is gone", within=20)


async def test_each_page_has_a_terminal_of_its_own_and_one_that_is_closed_leaves_none(socket: Path) -> None:
    agent = FakeAgent(showing(STOPPED))
    async with agent.serving(socket), serving(socket) as served:
        async with opened(served) as one, opened(served) as other:
            await one.sees("Why?")
            await other.sees("Why?")
            assert len(served.terminals()) == 2
            await one.types("\x1b[21~")
            await eventually(lambda: len(agent.received) == 1, "the entry of one of them", within=20)
        await eventually(lambda: served.terminals() == [] and agent.followers == 0, "both are gone", within=20)


async def test_a_terminal_that_dies_ends_its_page(socket: Path) -> None:
    agent = FakeAgent(showing(STOPPED))
    async with agent.serving(socket), serving(socket) as served, opened(served) as tablet:
        await tablet.sees("Why?")
        served.terminals()[0].kill()
        async with asyncio.timeout(20):
            while (await tablet.live.receive()).type is aiohttp.WSMsgType.BINARY:
                pass
        assert tablet.live.closed


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
async def test_a_server_that_ends_takes_its_terminals_with_it(number: signal.Signals, socket: Path) -> None:
    agent = FakeAgent(showing(STOPPED))
    async with agent.serving(socket), serving(socket) as served, opened(served) as tablet:
        await tablet.sees("Why?")
        [terminal] = served.terminals()
        served.process.send_signal(number)
        await served.process.wait()
        await eventually(lambda: not terminal.is_running() or terminal.status() == "zombie", "it is gone", within=20)


async def test_a_page_of_another_site_gets_no_terminal_and_the_plants_proxy_does(socket: Path) -> None:
    agent = FakeAgent(showing(STOPPED))
    async with agent.serving(socket), serving(socket, "--behind", "https://Line-1.plant") as served:
        async with aiohttp.ClientSession() as http:
            for origin in ("https://evil.example", f"http://evil.example:{served.port}", "null", None):
                with pytest.raises(aiohttp.WSServerHandshakeError, match="403"):
                    await http.ws_connect(f"{served.url}/ws", origin=origin)
        assert served.terminals() == []
        async with opened(served, "https://line-1.plant") as tablet:
            await tablet.sees("Why?")


async def test_arguments_are_no_business_of_a_shell(socket: Path, tmp_path: Path) -> None:
    agent = FakeAgent(showing(STOPPED))
    bad = f"WC-1; touch {tmp_path}/done $(touch {tmp_path}/done)"
    async with agent.serving(socket), serving(socket, "--work-center", bad) as served, opened(served) as tablet:
        await tablet.sees("WC-1; touch")
        assert f"--work-center={bad}" in served.terminals()[0].cmdline()
    assert not (tmp_path / "done").exists()


async def test_the_page_and_all_that_it_loads_come_from_here(socket: Path) -> None:
    async with serving(socket) as served, aiohttp.ClientSession(served.url) as http:
        async with http.get("/") as answer:
            page = await answer.text()
            assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
        assert "//" not in re.sub("(?m)^ *//.*$", "", page)
        wanted = re.findall(r'(?:href|src)="([^":]+)"', page) + re.findall(r'url\("([^"]+)"\)', page)
        assert len(wanted) == 3
        for name in wanted:
            async with http.get(f"/{name}") as answer:
                assert answer.status == 200, name
    script = (STATIC / "js" / "textual.js").read_text(encoding="utf-8")
    assert re.findall(r"https?://[a-z]", script) == []
    assert re.findall(r"url\(|@import", (STATIC / "css" / "xterm.css").read_text(encoding="utf-8")) == []


async def test_no_more_pages_are_opened_than_this_pc_has_room_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(browser, "MOST_PAGES", 1)
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    serving = asyncio.create_task(Pages(f"127.0.0.1:{port}", ["cat"], None).run())
    async with aiohttp.ClientSession() as http:
        live = await connected(http, url)
        with pytest.raises(aiohttp.WSServerHandshakeError, match="503"):
            await http.ws_connect(f"{url}/ws", origin=url)
        await live.close()
        await (await connected(http, url)).close()
    serving.cancel()
    await asyncio.gather(serving, return_exceptions=True)


async def connected(http: aiohttp.ClientSession, url: str) -> aiohttp.ClientWebSocketResponse:
    """As soon as somebody listens and has room."""
    async with asyncio.timeout(20):
        while True:
            try:
                return await http.ws_connect(f"{url}/ws", origin=url)
            except (aiohttp.ClientConnectorError, aiohttp.WSServerHandshakeError):
                await asyncio.sleep(0.01)


@pytest.mark.parametrize("address", ["0.0.0.0:8090", "192.168.1.10:8090", "line-1.plant:80", "[::]:8090", "10.0.0.1:1"])
def test_an_address_that_others_can_reach_is_refused(address: str) -> None:
    with pytest.raises(ConfigurationError, match="the plant's own proxy"):
        Pages(address, ["true"], None)


@pytest.mark.parametrize("address", ["", "8090", "127.0.0.1", "127.0.0.1:", "127.0.0.1:0", "127.0.0.1:70000", ":8090"])
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(ConfigurationError, match="expected host:port"):
        Pages(address, ["true"], None)


@pytest.mark.parametrize("address", ["127.0.0.1:8090", "localhost:8090", "[::1]:8090", "127.1.2.3:1"])
def test_this_pc_alone_may_be_served(address: str) -> None:
    Pages(address, ["true"], None)


def test_a_proxy_is_named_where_something_is_served() -> None:
    with pytest.raises(ConfigurationError, match="--behind says"):
        tui(behind="https://line-1.plant")


@pytest.mark.parametrize("behind", ["line-1.plant", "https://line-1.plant/", "ftp://line-1.plant"])
def test_a_proxy_is_named_as_browsers_name_it(behind: str) -> None:
    with pytest.raises(ConfigurationError, match="--behind is"):
        Pages("127.0.0.1:8090", ["true"], behind)
