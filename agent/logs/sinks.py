"""Where lines of the log go: to the systemd journal by its own protocol, or to stderr as text.

See https://systemd.io/JOURNAL_NATIVE_PROTOCOL/. Nothing here waits for the journal or fails with it.
"""

from __future__ import annotations

import errno
import os
import socket
import sys
from collections import deque
from contextlib import suppress
from pathlib import Path
from typing import Final, Protocol

from agent.logs.entries import Entry

JOURNAL: Final = Path("/run/systemd/journal/socket")
MOST_WAITING: Final = 1000
"""Lines that wait for a journal that is slow or gone; further ones are counted."""


class Sink(Protocol):
    """Takes lines."""

    def write(self, entry: Entry) -> None:
        """Take a line; at once, and without failing."""

    def flush(self) -> int:
        """Hand on what waits, as far as that goes at once.

        Returns:
            how many lines were lost before, told once it goes again.
        """

    def close(self) -> None:
        """Take no more."""


class StderrSink:
    """Text for people."""

    def write(self, entry: Entry) -> None:
        """Write a line; one that nobody reads any more is no fault of the agent."""
        with suppress(OSError, ValueError):
            sys.stderr.write(entry.text.encode(errors="backslashreplace").decode())
            sys.stderr.flush()

    def flush(self) -> int:
        """Nothing waits."""
        return 0

    def close(self) -> None:
        """It stays open."""


class JournalSink:
    """The systemd journal."""

    def __init__(self, path: Path = JOURNAL) -> None:
        kind = socket.SOCK_DGRAM | socket.SOCK_CLOEXEC | socket.SOCK_NONBLOCK
        self._socket = socket.socket(socket.AF_UNIX, kind)
        self._path = str(path)
        self._waiting: deque[bytes] = deque()
        self._lost = 0

    def write(self, entry: Entry) -> None:
        """Send a line, after those that wait."""
        if len(self._waiting) >= MOST_WAITING:
            self._lost += 1
        else:
            self._waiting.append(datagram(entry.journal_fields))
        self._send()

    def flush(self) -> int:
        """Send what waits."""
        self._send()
        if self._waiting:
            return 0
        lost, self._lost = self._lost, 0
        return lost

    def close(self) -> None:
        """Let go of the socket."""
        self._socket.close()

    def _send(self) -> None:
        """A journal that is full (EAGAIN) or being restarted (ECONNREFUSED, ENOENT) is tried later."""
        while self._waiting:
            try:
                self._socket.sendto(self._waiting[0], self._path)
            except OSError as error:
                if error.errno != errno.EMSGSIZE:
                    return
                # What can never be sent must not keep what comes after it.
                self._lost += 1
            self._waiting.popleft()


def datagram(fields: dict[str, str]) -> bytes:
    """One entry by the journal's native protocol: a value with line breaks has its length before it."""
    return b"".join(_framed(name, value.encode(errors="backslashreplace")) for name, value in fields.items())


def _framed(name: str, value: bytes) -> bytes:
    if b"\n" not in value:
        return name.encode() + b"=" + value + b"\n"
    return name.encode() + b"\n" + len(value).to_bytes(8, "little") + value + b"\n"


def is_journal(descriptor: int, stream: str | None) -> bool:
    """Whether a file descriptor leads to the journal, as `JOURNAL_STREAM` of systemd.exec(5) tells."""
    try:
        found = os.fstat(descriptor)
    except OSError:
        return False
    return stream == f"{found.st_dev}:{found.st_ino}"
