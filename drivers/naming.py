"""Asks for the addresses of a host, each name once at a time.

A question to a silent name server cannot be broken off and keeps a thread until it gives up by itself. Whoever asked
anew at each try would take one thread after the other from everybody.
"""

from __future__ import annotations

import asyncio
import socket
from typing import Final

_asked: Final[dict[tuple[asyncio.AbstractEventLoop, str, int], asyncio.Task[list[str]]]] = {}


async def addresses(host: str, port: int, patience_s: float) -> list[str]:
    """Where a host is, best first.

    Args:
        host: its name or address.
        port: what is asked for there.
        patience_s: seconds for the name server; a question that lasts longer goes on for who asks next.

    Raises:
        OSError: the name is not known, or nobody told in time.
    """
    key = (asyncio.get_running_loop(), host, port)
    question = _asked.get(key)
    if question is None:
        question = _asked[key] = asyncio.create_task(_ask(host, port))
        question.add_done_callback(lambda done: _forget(key, done))
    async with asyncio.timeout(patience_s):
        return await asyncio.shield(question)


async def _ask(host: str, port: int) -> list[str]:
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


def _forget(key: tuple[asyncio.AbstractEventLoop, str, int], done: asyncio.Task[list[str]]) -> None:
    _asked.pop(key, None)
    if not done.cancelled():
        # Nobody may be waiting any more; an error that nobody fetched is logged by asyncio.
        done.exception()
