"""A real MQTT broker as a child process on loopback, for demonstrations and tests.

It never outlives the process that started it, however that one ends.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import socket
import sys
from asyncio.subprocess import DEVNULL, Process
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType
from typing import Literal, Self, TypeAlias

from simulators.mosquitto import Security, configured
from simulators.tether import tethered

Kind: TypeAlias = Literal["mosquitto", "embedded"]
Protocol: TypeAlias = Literal["5", "3.1.1"]

HOST = "127.0.0.1"
_START_S = 10.0
_STOP_S = 5.0
_CONNECT = b"\x10\x0c\x00\x04MQTT\x04\x02\x00\x05\x00\x00"
_CONNACK_ACCEPTED = b"\x20\x02\x00\x00"
_DISCONNECT = b"\xe0\x00"


class BrokerUnavailableError(Exception):
    """No broker can be started; the message says what to install or to free."""


class Broker:
    """One broker: entering starts it, leaving stops it; between, it may be stopped, killed and started again.

    `port` 0 takes a free one and keeps it over restarts. `kind` "auto" takes Mosquitto where it is installed. With
    `persistence` Mosquitto's sessions and retained messages survive `stop()`, as in a plant; after `kill()` they are as
    old as its last save. The embedded broker forgets everything in either case. With `security` it is always Mosquitto,
    which locks `port` and opens another, `inside`, to everybody. Mosquitto is looked for in the folders of
    `search_path`, by default those of PATH and /usr/sbin.
    """

    def __init__(
        self,
        *,
        folder: Path,
        port: int = 0,
        kind: Literal["auto", "mosquitto", "embedded"] = "auto",
        persistence: bool = True,
        security: Security | None = None,
        search_path: str | None = None,
    ) -> None:
        # Debian puts Mosquitto where only root's PATH looks.
        folders = search_path or f"{os.environ.get('PATH', os.defpath)}{os.pathsep}/usr/sbin"
        mosquitto = shutil.which("mosquitto", path=folders)
        asked = kind == "mosquitto" or security is not None
        if asked and mosquitto is None:
            raise BrokerUnavailableError(
                f"Mosquitto was asked for, but there is no 'mosquitto' in {folders}. "
                "Install it (Debian: apt install mosquitto) or ask for the kind 'embedded'."
            )
        self._mosquitto = mosquitto if asked or kind == "auto" else None
        if self._mosquitto is None and find_spec("amqtt") is None:
            raise BrokerUnavailableError(
                f"There is no broker to start: no 'mosquitto' in {folders}, and the Python package amqtt is not "
                "installed. Install one of them (Debian: apt install mosquitto; or pip install 'lineside[simulation]')."
            )
        self.kind: Kind = "mosquitto" if self._mosquitto else "embedded"
        self.protocol: Protocol = "5" if self._mosquitto else "3.1.1"
        self.host = HOST
        self.port = port
        self.inside = 0
        """Port open to everybody: another than `port` with `security`, else the same."""
        self._security = security
        self._folder = folder
        self._persistence = persistence
        self._process: Process | None = None

    async def __aenter__(self) -> Self:
        """Start; see `start`."""
        await self.start()
        return self

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Stop; see `stop`."""
        await self.stop()

    def describe(self) -> str:
        """One sentence for people."""
        if self._mosquitto is not None:
            return f"Mosquitto ({self._mosquitto}) at {self.host}:{self.port}, MQTT 5."
        return f"Embedded broker (amqtt) at {self.host}:{self.port}, MQTT 3.1.1, without a disk."

    async def start(self) -> None:
        """Start, and return once a client was accepted. A broker that runs already is left alone.

        Raises:
            BrokerUnavailableError: the port is taken, it ended at once, or accepted nobody within ten seconds.
        """
        if self._process is not None:
            return
        self.port = claim(self.port)
        self.inside = self.port if self._security is None else claim(self.inside)
        command = self._prepare()
        log = os.open(self._log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        try:
            # A session of its own keeps Ctrl+C from ending it before those who still need it.
            self._process = await asyncio.create_subprocess_exec(
                *tethered(*command), stdin=DEVNULL, stdout=log, stderr=log, start_new_session=True
            )
        finally:
            os.close(log)
        try:
            async with asyncio.timeout(_START_S):
                await self._accepting(self._process)
        except BaseException as failure:
            await self.kill()
            if isinstance(failure, TimeoutError):
                raise BrokerUnavailableError(self._failure("accepted nobody within ten seconds")) from None
            raise

    async def stop(self) -> None:
        """Ask it to end and wait until it has; one that does not within five seconds is killed."""
        if self._process is None:
            return
        _send(self._process, signal.SIGTERM)
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(_STOP_S):
                    await self._process.wait()
        finally:
            await self.kill()

    async def kill(self) -> None:
        """End it as a power cut would."""
        process, self._process = self._process, None
        if process is not None:
            _send(process, signal.SIGKILL)
            await process.wait()

    @property
    def _log(self) -> Path:
        return self._folder / f"{self.kind}.log"

    def _prepare(self) -> tuple[str, ...]:
        self._folder.mkdir(parents=True, exist_ok=True)
        if self._mosquitto is None:
            # -P: the folder of that file is this package, whose modules must not stand in for others.
            return (sys.executable, "-P", str(Path(__file__).with_name("embedded_broker.py")), str(self.port))
        conf = configured(self._folder, self.port, self.inside, security=self._security, persistence=self._persistence)
        return (self._mosquitto, "-c", str(conf))

    async def _accepting(self, process: Process) -> None:
        while not await accepts(self.inside):
            if process.returncode is not None:
                raise BrokerUnavailableError(self._failure(f"ended with status {process.returncode}"))
            await asyncio.sleep(0.01)

    def _failure(self, what: str) -> str:
        last_words = self._log.read_text(errors="replace").strip().splitlines()[-3:]
        said = " / ".join(last_words) or "nothing"
        return f"The {self.kind} broker on {self.host}:{self.port} {what}. It said: {said}. Look into {self._log}."


def _send(process: Process, number: signal.Signals) -> None:
    if process.returncode is None:
        process.send_signal(number)


async def accepts(port: int) -> bool:
    """Whether somebody there speaks MQTT and lets a client in; an open port alone does not say so."""
    try:
        reader, writer = await asyncio.open_connection(HOST, port)
    except OSError:
        return False
    try:
        writer.write(_CONNECT)
        answer = await reader.readexactly(len(_CONNACK_ACCEPTED))
        writer.write(_DISCONNECT)
        await writer.drain()
    except (OSError, asyncio.IncompleteReadError):
        return False
    finally:
        writer.close()
    return answer == _CONNACK_ACCEPTED


def claim(port: int) -> int:
    """The port, or a free one for 0. Asked before the start, lest somebody else's broker there be taken for ours."""
    try:
        with socket.create_server((HOST, port)) as listener:
            free: int = listener.getsockname()[1]
            return free
    except OSError as error:
        raise BrokerUnavailableError(
            f"The broker cannot have {HOST}:{port} ({error.strerror}). Stop what listens there or choose another port."
        ) from error
