"""How a test tells its server in another process what to do: one JSON object a line, answered by one line."""

import asyncio
import json
import sys
from collections.abc import AsyncGenerator
from typing import Any


async def commands() -> AsyncGenerator[Any, None]:
    """Say that the server is ready, then each command; the next one is read when this one was carried out."""
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    _answer("ready")
    while line := await reader.readline():
        yield json.loads(line)
        _answer("done")


def _answer(word: str) -> None:
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()
