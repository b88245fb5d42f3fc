"""Modbus units on one RS-485 line, behind a pty or a TCP port: each with registers, a mood, and a memory of requests.

They have a decoder of their own, and what they send is written out octet by octet. A request is told from the next one
by its length, as all reads have eight octets.
"""

from __future__ import annotations

import os
import select
import socket
import threading
import time
import tty
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self


def crc(data: bytes) -> bytes:
    remainder = 0xFFFF
    for octet in data:
        remainder ^= octet
        for _ in range(8):
            remainder = (remainder >> 1) ^ 0xA001 if remainder & 1 else remainder >> 1
    return bytes([remainder & 0xFF, remainder >> 8])


def whole(frame: bytes) -> bytes:
    return frame + crc(frame)


@dataclass(frozen=True, slots=True)
class Request:
    unit: int
    function: int
    address: int
    count: int
    at: float = 0.0

    def values(self, *values: int) -> bytes:
        """An answer with these registers."""
        data = b"".join(value.to_bytes(2, "big") for value in values)
        return whole(bytes([self.unit, self.function, len(data)]) + data)

    def refused(self, code: int) -> bytes:
        return whole(bytes([self.unit, self.function | 0x80, code]))


Answer = Callable[[Request], bytes | None]
"""What a unit sends back; it may sleep. None for nothing."""


def addresses(request: Request) -> bytes:
    """Registers that hold their own addresses; bits that are the lowest of theirs."""
    numbers = range(request.address, request.address + request.count)
    if request.function < 3:
        bits = sum((number & 1) << at for at, number in enumerate(numbers))
        data = bits.to_bytes((request.count + 7) // 8, "little")
        return whole(bytes([request.unit, request.function, len(data)]) + data)
    return request.values(*numbers)


@dataclass
class Slaves:
    """The far end of a line. Units without an answer are not there."""

    answers: dict[int, Answer] = field(default_factory=dict)
    echoes: bool = False
    """Whether what is received is sent back first, as some adapters for two wires do."""
    gap_s: float = 0.0
    requests: list[Request] = field(default_factory=list)
    bad: list[bytes] = field(default_factory=list)
    """What came and was no read."""

    def serve(self, received: bytes, send: Callable[[bytes], None]) -> bytes:
        """Answer whatever is whole; what is not is given back."""
        while len(received) >= 8:
            frame, received = received[:8], received[8:]
            if self.echoes:
                send(frame)
            if crc(frame[:6]) != frame[6:] or frame[1] not in {1, 2, 3, 4}:
                self.bad.append(frame)
                continue
            address, count = int.from_bytes(frame[2:4], "big"), int.from_bytes(frame[4:6], "big")
            request = Request(frame[0], frame[1], address, count, time.monotonic())
            self.requests.append(request)
            answer = self.answers.get(request.unit)
            said = None if answer is None else answer(request)
            if said is not None:
                send(said)
        return received


class PtyLine:
    """The line as a serial device under a name of its own, which can be unplugged."""

    def __init__(self, link: Path, slaves: Slaves) -> None:
        self.link = link
        self.slaves = slaves
        self._far = self._near = -1
        self._thread: threading.Thread | None = None
        self._stop = -1

    def __enter__(self) -> Self:
        self.plug_in()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.unplug()

    @property
    def device(self) -> str:
        """The device's own name, such as `/dev/pts/3`."""
        return str(self.link.readlink())

    def plug_in(self) -> None:
        self._far, near = os.openpty()
        tty.setraw(near)
        name = os.ttyname(near)
        # Kept open until somebody else has it: a pty whose near end is closed says so at its far end.
        self._near = near
        watched, self._stop = os.pipe()
        self._thread = threading.Thread(target=self._run, args=(self._far, watched), daemon=True)
        self._thread.start()
        fresh = self.link.with_suffix(".new")
        fresh.symlink_to(name)
        fresh.replace(self.link)

    def unplug(self) -> None:
        """Its name goes, and whoever has it open reads an error."""
        if self._thread is None:
            return
        self.link.unlink()
        os.close(self._stop)
        self._thread.join()
        self._thread = None
        os.close(self._far)
        os.close(self._near)

    def send(self, data: bytes) -> None:
        """Something that no unit was asked for."""
        os.write(self._far, data)

    def _run(self, far: int, stop: int) -> None:
        received = b""
        while True:
            ready, _, _ = select.select([far, stop], [], [])
            if stop in ready:
                break
            received = self.slaves.serve(received + os.read(far, 4096), lambda data: self._sent(far, data))
        os.close(stop)

    @staticmethod
    def _sent(far: int, data: bytes) -> None:
        while data:
            data = data[os.write(far, data) :]


class TcpLine:
    """The same line behind a plain serial device server: what comes over TCP goes onto it as it is, and back."""

    def __init__(self, slaves: Slaves) -> None:
        self.slaves = slaves
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._server.getsockname()[1]
        self.calls = 0
        self._connection: socket.socket | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        if self._connection is not None:
            self._connection.close()

    def send(self, data: bytes) -> None:
        assert self._connection is not None
        self._connection.sendall(data)

    def _run(self) -> None:
        while True:
            try:
                self._connection, _ = self._server.accept()
            except OSError:
                return
            self.calls += 1
            received = b""
            with self._connection as connection:
                try:
                    while data := connection.recv(4096):
                        received = self.slaves.serve(received + data, connection.sendall)
                except OSError:
                    pass
