"""The terminal's screens in a browser: each page that is opened gets a terminal process of its own.

It listens on this PC alone. Who may come from further away, by which name and certificate, is for the plant's own proxy
to say. A page of another site that is open on this PC could connect here as well, so that a connection is taken only
from pages of an address that is known. Nothing is fetched from the internet.
"""

from __future__ import annotations

import asyncio
import re
import shlex
import signal
import sys
from collections.abc import Sequence
from functools import partial
from ipaddress import ip_address
from pathlib import Path
from typing import Final

from aiohttp import web
from textual_serve.app_service import AppService
from textual_serve.server import Server, to_int

from agent.core.errors import ConfigurationError

HEARTBEAT_S: Final = 15.0
"""A tablet that went out of reach is noticed within this and half of it."""
LEAVE_S: Final = 5.0
MOST_PAGES: Final = 8
"""Pages open at a time; each is a process of some 40 MB."""
_TIED: Final = ("setpriv", "--pdeathsig", "KILL")
"""Of util-linux, which every Debian has."""
_ADDRESS: Final = re.compile(r"(?P<host>\[[0-9a-f:]+\]|[^\[\]:]+):(?P<port>[0-9]{1,5})", re.IGNORECASE)
_ORIGIN: Final = re.compile(r"https?://[^/?#\s]+")
_POLICY: Final = (
    "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; "
    "connect-src 'self' ws: wss:; img-src 'self' data:; frame-ancestors 'none'"
)


class Pages(Server):
    """Serves pages, and terminals behind them."""

    def __init__(self, address: str, command: Sequence[str], behind: str | None) -> None:
        """Listens at nothing yet.

        Args:
            address: `host:port` on this PC.
            command: what runs for each page.
            behind: where people see it through the plant's proxy, such as `https://line-1.plant`.

        Raises:
            ConfigurationError: an address that others could reach, or none.
        """
        host, port = _checked(address)
        # No shell stays between, and the kernel ends what this process can no more.
        super().__init__("exec " + shlex.join((*_TIED, *command)), host.strip("[]"), port, "Lineside")
        self._page = Path(__file__).with_name("browser.html").read_text(encoding="utf-8")
        self._origins = {f"http://{name}:{port}" for name in (host, "localhost", "127.0.0.1")}
        if behind is not None:
            if not _ORIGIN.fullmatch(behind):
                raise ConfigurationError(f"--behind is '{behind}'; expected an address such as https://line-1.plant")
            # As browsers write it.
            self._origins.add(behind.lower())
        self._pages: set[web.WebSocketResponse] = set()

    async def run(self) -> None:
        """Serve until SIGTERM or SIGINT.

        Raises:
            OSError: the port is somebody else's.
        """
        ending = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, ending.set)
        runner = web.AppRunner(await self._make_app(), access_log=None, shutdown_timeout=LEAVE_S)
        await runner.setup()
        try:
            await web.TCPSite(runner, self.host, self.port).start()
            sys.stdout.write(f"The terminal is at {self.public_url}; Ctrl+C ends it.\n")
            sys.stdout.flush()
            await ending.wait()
        finally:
            await runner.cleanup()

    async def on_startup(self, app: web.Application) -> None:
        """Nothing to say yet: it does not listen."""

    async def on_shutdown(self, app: web.Application) -> None:
        """Pages whose terminals end with this process are told so."""
        del app
        for page in tuple(self._pages):
            await page.close()

    async def handle_index(self, request: web.Request) -> web.Response:
        """The page, the same for everybody."""
        del request
        headers = {"Content-Security-Policy": _POLICY, "Cache-Control": "no-store"}
        return web.Response(text=self._page, content_type="text/html", headers=headers)

    async def handle_websocket(self, request: web.Request) -> web.WebSocketResponse:
        """Opens a terminal, for a page of ours."""
        origin = request.headers.get("Origin", "")
        if origin not in self._origins:
            raise web.HTTPForbidden(text=f"No terminal for a page of '{origin}'; see --behind.\n")
        if len(self._pages) >= MOST_PAGES:
            raise web.HTTPServiceUnavailable(text=f"{MOST_PAGES} terminals are open; close one.\n")
        page = web.WebSocketResponse(heartbeat=HEARTBEAT_S)
        self._pages.add(page)
        try:
            await page.prepare(request)
            await self._operate(page, request)
        finally:
            self._pages.remove(page)
        return page

    async def _operate(self, page: web.WebSocketResponse, request: web.Request) -> None:
        terminal = _Terminal(
            self.command,
            write_bytes=page.send_bytes,
            write_str=page.send_str,
            close=partial(_close, page),
            download_manager=self.download_manager,
        )
        size = (to_int(request.query.get(name, ""), usual) for name, usual in (("width", 80), ("height", 24)))
        await terminal.start(*size)
        try:
            await self._process_messages(page, terminal)
        finally:
            await terminal.end()


class _Terminal(AppService):
    """The terminal of one page."""

    async def run(self) -> None:
        """Run it, and have the page say that it has ended, however it did."""
        await super().run()
        await self.remote_close()

    async def end(self) -> None:
        """Ask it to leave; one that does not is killed."""
        try:
            async with asyncio.timeout(LEAVE_S):
                await self.stop()
        except TimeoutError:
            if self._process is not None and self._process.returncode is None:
                self._process.kill()


async def _close(page: web.WebSocketResponse) -> None:
    await page.close()


def _checked(address: str) -> tuple[str, int]:
    found = _ADDRESS.fullmatch(address)
    if found is None or not 0 < int(found["port"]) < 2**16:
        raise ConfigurationError(f"--serve is '{address}'; expected host:port, such as 127.0.0.1:8090")
    host = found["host"]
    try:
        loopback = host == "localhost" or ip_address(host.strip("[]")).is_loopback
    except ValueError:
        loopback = False
    if not loopback:
        raise ConfigurationError(
            f"--serve is '{address}', which others could reach without a certificate. Serve at 127.0.0.1 and let the "
            "plant's own proxy stand before it; --behind says its address"
        )
    return host, int(found["port"])
