"""Ports that stay a simulator's own while it does not listen."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def kept_port(host: str, port: int) -> Iterator[int]:
    """Bind a port without listening: nobody else gets it, and while nobody listens connections are refused."""
    with socket.socket() as kept:
        kept.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        kept.bind((host, port))
        yield int(kept.getsockname()[1])
