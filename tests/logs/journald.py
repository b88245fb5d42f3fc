"""A journal for tests: a real datagram socket, and a decoder of its protocol that shares nothing with the sender."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

LONGEST_DATAGRAM = 1 << 20


class Journald:
    """Takes entries."""

    def __init__(self, listener: socket.socket) -> None:
        self._listener = listener

    def entries(self) -> list[dict[str, str]]:
        """All that have come since the last time."""
        found = []
        while True:
            try:
                found.append(decoded(self._listener.recv(LONGEST_DATAGRAM)))
            except BlockingIOError:
                return found


@contextmanager
def journald(path: Path) -> Iterator[Journald]:
    """Listen while open, and leave no socket behind."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK) as listener:
        listener.bind(str(path))
        try:
            yield Journald(listener)
        finally:
            path.unlink()


def decoded(datagram: bytes) -> dict[str, str]:
    """The fields of an entry. See https://systemd.io/JOURNAL_NATIVE_PROTOCOL/."""
    fields: dict[str, str] = {}
    rest = datagram
    while rest:
        line, _, after = rest.partition(b"\n")
        name, equals, value = line.partition(b"=")
        if not equals:
            length = int.from_bytes(after[:8], "little")
            value, after = after[8 : 8 + length], after[8 + length :]
            assert after[:1] == b"\n", "a value with its length before it ends with a line break"
            after = after[1:]
        assert name.decode() not in fields
        fields[name.decode()] = value.decode()
        rest = after
    return fields
