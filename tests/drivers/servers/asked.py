"""How the harness of faults speaks with a process of its own: one JSON object a line, answered by one."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Any

from tests.drivers.faults.stalls import Stalls


@dataclass(slots=True)
class Asked:
    """What is asked, and what is answered when the next one is read."""

    what: dict[str, Any]
    answer: dict[str, Any]


async def asked(**ready: Any) -> AsyncGenerator[Asked]:  # noqa: ANN401 - whatever JSON can say
    """Say that the process is ready, then hand out each request; its answer goes out when it was carried out.

    Each answer says how long the machine stood still of late, too, as this process saw it.
    """
    stalls = Stalls()
    metering = asyncio.create_task(stalls.run(), name="stalls")
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    _say(ready)
    try:
        while line := await reader.readline():
            request = Asked(json.loads(line), {})
            yield request
            _say({**request.answer, "stalled_s": stalls.recent_s})
    finally:
        metering.cancel()


def _say(what: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()
