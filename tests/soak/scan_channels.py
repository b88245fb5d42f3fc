"""The ways a code comes in, each as real as a test can have it, and a hand that scans at each of them.

- `pty`: a reader on a serial line, which is a pseudo-terminal.
- `tcp`: a reader on the network, which listens; the agent dials out to it.
- `wedge`: a reader that types like a keyboard into `lineside tui`, in tmux, in a pseudo-terminal.
"""

from __future__ import annotations

import asyncio
import fcntl
import json
import os
import struct
import sys
import termios
import time
import tty
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, Self, TypeAlias

from simulators.tether import tethered
from tests.soak.scan_floor import Onlooker, Reader

ChannelName: TypeAlias = Literal["pty", "tcp", "wedge"]
CHANNELS: Final[tuple[ChannelName, ...]] = ("pty", "tcp", "wedge")
KEY_GAP_S: Final = 0.005
SUFFIX: Final = "\r"
ROOT: Final = Path(__file__).parents[2]
ROWS, COLUMNS = 24, 80
PATIENCE_S: Final = 30.0
PATIENT: Final = "silence_ms = 10000\n"
"""A hand may pause within a code, as it shares its PC with all that it scans at."""
STX: Final = "\x02"
SOH: Final = "\x01"
"""Before a code at the terminal; STX is tmux's own key."""
BY_PREFIX: Final = f"""
[terminal]
scan_by = "prefix"
scan_prefix = {json.dumps(SOH)}
"""
TMUX_SETTINGS: Final = "set -g destroy-unattached on\nset -g status off\n"
"""Without its terminal the session ends, and with it everything in it, however the campaign ends."""
Write: TypeAlias = Callable[[bytes], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Hand:
    """Somebody who scans one code after the other."""

    name: str
    """Of the reader in facts."""
    center: str
    """The work center that the codes belong to."""
    write: Write
    """Sends octets as the reader does."""
    prefix: str = ""
    """What the reader sends before each code."""

    async def scan(self, code: str) -> float:
        """Type a code, one character after the other, and its suffix; `time.perf_counter` as that goes out."""
        await self.scan_part(code)
        ended = time.perf_counter()
        await self.write(SUFFIX.encode())
        await asyncio.sleep(KEY_GAP_S)
        return ended

    async def scan_part(self, part: str) -> None:
        """Type the beginning of a code and no more."""
        for character in self.prefix + part:
            await self.write(character.encode())
            await asyncio.sleep(KEY_GAP_S)


async def take_up(hand: Hand, order: str, onlooker: Onlooker) -> float:
    """Scan an order until it is accepted, as what comes right after a line was opened may be the rest of a code.

    Returns:
        `time.perf_counter` at the end of the last of it.
    """
    await onlooker.until(lambda: hand.center in onlooker.answers, hand.center)
    while True:
        before = onlooker.last(hand.center)
        ended = await hand.scan(order)
        if (await onlooker.sees_other(hand.center, before)).accepted:
            return ended


class SerialReader:
    """A reader on a serial line, found at a path. It keeps what nobody reads yet as far as the kernel's buffer goes."""

    def __init__(self, link: Path, prefix: str = "") -> None:
        self.link = link
        self.prefix = prefix
        self.sent = 0
        """Octets so far."""
        self._ends: tuple[int, ...] = ()

    def __enter__(self) -> Self:
        """Plug it in."""
        self.plug_in()
        return self

    def __exit__(self, *_: object) -> None:
        """Unplug it."""
        self.unplug()

    def plug_in(self) -> None:
        """Appear at the path, under whichever name the kernel has for it now."""
        master, slave = os.openpty()
        self._ends = (master, slave)
        tty.setraw(slave)
        os.set_blocking(master, False)
        self.link.symlink_to(os.ttyname(slave))

    def unplug(self) -> None:
        """Be gone, whatever was in the buffer."""
        self.link.unlink(missing_ok=True)
        for end in self._ends:
            os.close(end)
        self._ends = ()

    def configured(self, name: str, center: str) -> Reader:
        """As a configuration says it."""
        return Reader(name, center, f'device = "{self.link}"\nprefix = {json.dumps(self.prefix)}\n{PATIENT}')

    def hand(self, name: str, center: str) -> Hand:
        """Somebody who scans with it."""
        return Hand(name, center, self.write, self.prefix)

    @property
    def taken(self) -> int:
        """Octets of all that were sent that somebody has read; the others wait in the kernel."""
        waiting = fcntl.ioctl(self._ends[1], termios.FIONREAD, bytes(4))
        return self.sent - int.from_bytes(waiting, sys.byteorder)

    async def write(self, data: bytes) -> None:
        """Send octets, waiting for room."""
        await _write(self._ends[0], data)
        self.sent += len(data)


class NetworkReader:
    """A reader on the network that talks to whoever dialed in last, and keeps codes to itself until somebody does."""

    def __init__(self, prefix: str = "") -> None:
        self.prefix = prefix
        self.port = 0
        self._line: asyncio.StreamWriter | None = None
        self._there = asyncio.Condition()

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[Self]:
        """Take calls while open."""
        server = await asyncio.start_server(self._take_call, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()
            self.hang_up()

    def configured(self, name: str, center: str) -> Reader:
        """As a configuration says it."""
        place = f'host = "127.0.0.1"\nport = {self.port}'
        return Reader(name, center, f"{place}\nprefix = {json.dumps(self.prefix)}\n{PATIENT}")

    def hand(self, name: str, center: str) -> Hand:
        """Somebody who scans with it."""
        return Hand(name, center, self.write, self.prefix)

    @property
    def is_called(self) -> bool:
        """Whether somebody is on the line."""
        return self._line is not None

    def hang_up(self) -> None:
        """Drop the line."""
        line, self._line = self._line, None
        if line is not None:
            line.close()

    async def write(self, data: bytes) -> None:
        """Send octets; what goes to one who has just died is gone, as with a real reader."""
        async with self._there:
            await self._there.wait_for(lambda: self._line is not None)
        line = self._line
        assert line is not None
        with suppress(ConnectionError):
            line.write(data)
            await line.drain()

    async def _take_call(self, heard: asyncio.StreamReader, line: asyncio.StreamWriter) -> None:
        self.hang_up()
        async with self._there:
            self._line = line
            self._there.notify_all()
        with suppress(ConnectionError):
            while await heard.read(4096):
                pass
        if self._line is line:
            self.hang_up()


class OperatorTerminal:
    """`lineside tui` in tmux in a pseudo-terminal, whose other end is the keyboard."""

    def __init__(self, folder: Path, center: str, prefix: str = "") -> None:
        """Look at the agent of this folder; with a prefix scans are told from typing by it, else by timing."""
        self.hand = Hand("terminal", center, self.write, prefix)
        """Somebody who scans with a reader that types."""
        self._server = folder / "tmux.sock"
        self._settings = folder / "tmux.conf"
        self._configuration = folder / "lineside.toml"
        self._center = center
        self._keyboard = -1

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Self]:
        """Show the work center while open."""
        self._settings.write_text(TMUX_SETTINGS)
        options = ("-c", str(self._configuration), "--work-center", self._center)
        command = ("new-session", sys.executable, "-m", "agent", "tui", *options)
        self._keyboard, screen = os.openpty()
        os.set_blocking(self._keyboard, False)
        fcntl.ioctl(screen, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        environment = {name: value for name, value in os.environ.items() if name != "TMUX"}
        client = await asyncio.create_subprocess_exec(
            *tethered("/usr/bin/env", *self._tmux("-f", str(self._settings)), *command),
            stdin=screen,
            stdout=screen,
            stderr=screen,
            cwd=ROOT,
            env={**environment, "TERM": "xterm-256color", "LC_ALL": "C.UTF-8", "PYTHONASYNCIODEBUG": ""},
            start_new_session=True,
        )
        os.close(screen)
        loop = asyncio.get_running_loop()
        loop.add_reader(self._keyboard, self._look_away)
        try:
            await self._until(self._is_ready, f"{self._center}, at an agent that answers")
            yield self
        finally:
            await self.tmux("kill-server")
            await client.wait()
            loop.remove_reader(self._keyboard)
            os.close(self._keyboard)

    async def write(self, data: bytes) -> None:
        """Press keys."""
        await _write(self._keyboard, data)

    async def tmux(self, *arguments: str) -> str:
        """What tmux answers to a command."""
        process = await asyncio.create_subprocess_exec(*self._tmux(), *arguments, stdout=PIPE, stderr=DEVNULL)
        output, _ = await process.communicate()
        return output.decode()

    async def shows(self, *parts: str) -> None:
        """Wait until all of this is on the screen.

        Raises:
            AssertionError: it is not within half a minute.
        """
        await self._until(lambda shown: all(part in shown for part in parts), " and ".join(parts))

    async def _until(self, wanted: Callable[[str], bool], what: str) -> None:
        shown = ""
        try:
            async with asyncio.timeout(PATIENCE_S):
                while not wanted(shown):
                    shown = await self.tmux("capture-pane", "-p")
        except TimeoutError:
            raise AssertionError(f"not on the screen: {what}\n{shown}") from None

    def _is_ready(self, shown: str) -> bool:
        return self._center in shown and "Looking for the agent" not in shown

    def _tmux(self, *options: str) -> tuple[str, ...]:
        return ("tmux", "-u", "-S", str(self._server), *options)

    def _look_away(self) -> None:
        with suppress(OSError):
            os.read(self._keyboard, 65_536)


async def _write(end: int, data: bytes) -> None:
    while data:
        with suppress(BlockingIOError):
            data = data[os.write(end, data) :]
            continue
        await asyncio.sleep(KEY_GAP_S)
