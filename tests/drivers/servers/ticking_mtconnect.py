"""An MTConnect agent whose every observation says which signal it is and when it was made.

Arguments: how many signals, and the instant of tick 0 by `time.monotonic` and by the wall clock. Signal n is the data
item `s<n>`. Requests, each answered by `lost`, how many answers told somebody of it: `{"lose": "restart"}`: it has a
new instance, counts from 1 and knows nothing of its machine at first; `{"lose": "reborn"}`: a new instance that has
counted as far as the former; `{"lose": "overrun"}`: its buffer is full of what nobody asked for, all at once.
"""

from __future__ import annotations

import asyncio
import re
import sys
import time
from asyncio import StreamReader, StreamWriter
from collections import deque
from contextlib import aclosing, suppress
from datetime import UTC, datetime

from simulators.background import Background
from tests.drivers.faults.ticks import SPAN, Clocks
from tests.drivers.servers.asked import asked

TICK_S = 0.05
BUFFER = 512
WAITS_S = 3.0
_REQUEST = re.compile(r"GET /(?P<what>current|sample)(\?from=(?P<first>\d+)&count=(?P<count>\d+))? HTTP/1\.1\r\n")
_UNAVAILABLE = "UNAVAILABLE"


class Agent:
    """What it observed."""

    def __init__(self, signals: int, clocks: Clocks) -> None:
        self.told = 0
        """Answers that told somebody of another instance, or of observations that are gone."""
        self._signals = [(number, f"s{number}") for number in range(1, signals + 1)]
        self._clocks = clocks
        self._instance = time.time_ns() // 1_000_000
        self._begin(1)

    def _begin(self, first: int) -> None:
        self._instance += 1
        self._next = first
        self._seen: deque[str] = deque(maxlen=BUFFER)
        self._latest: dict[str, str] = {}
        self._shown: set[int] = set()
        for _, item in self._signals:
            self._observe(item, _UNAVAILABLE)

    def restart(self) -> None:
        self._begin(1)

    def reborn(self) -> None:
        self._begin(max(self._next - len(self._signals), 1))

    def overrun(self) -> None:
        for number in range(BUFFER + 1):
            self._observe("noise", str(number))

    async def tick(self) -> None:
        """Until cancelled."""
        while True:
            await asyncio.sleep(TICK_S)
            tick = self._clocks.tick(time.monotonic())
            for number, item in self._signals:
                self._observe(item, str(number * SPAN + tick), tick)

    def _observe(self, item: str, text: str, tick: int = 0) -> None:
        at = datetime.fromtimestamp(self._clocks.wall + tick / 1000, UTC).isoformat().replace("+00:00", "Z")
        xml = f'<X dataItemId="{item}" sequence="{self._next}" timestamp="{at}">{text}</X>'
        self._next += 1
        self._seen.append(xml)
        self._latest[item] = xml

    def current(self) -> str:
        return self._streams(list(self._latest.values()), self._next)

    def sample(self, first: int, count: int) -> str:
        oldest = self._next - len(self._seen)
        if self._instance not in self._shown or not oldest <= first <= self._next:
            self._shown.add(self._instance)
            self.told += 1
        if not oldest <= first <= self._next:
            error = '<Errors><Error errorCode="OUT_OF_RANGE">as asked</Error></Errors>'
            return f'<MTConnectError><Header instanceId="{self._instance}"/>{error}</MTConnectError>'
        some = list(self._seen)[first - oldest :][:count]
        return self._streams(some, first + len(some))

    def _streams(self, some: list[str], following: int) -> str:
        head = f'<Header instanceId="{self._instance}" nextSequence="{following}" lastSequence="{self._next - 1}"/>'
        body = (
            f"<Streams><DeviceStream><ComponentStream><Events>{''.join(some)}</Events></ComponentStream></DeviceStream>"
        )
        return f"<MTConnectStreams>{head}{body}</Streams></MTConnectStreams>"

    async def serve(self, reader: StreamReader, writer: StreamWriter) -> None:
        """One connection, as long as what comes are requests."""
        with suppress(OSError, ValueError):
            while found := _REQUEST.fullmatch((await reader.readline()).decode("latin-1")):
                while (await reader.readline()).strip():
                    pass
                body = (
                    self.current() if found["first"] is None else self.sample(int(found["first"]), int(found["count"]))
                )
                head = f"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nContent-Length: {len(body)}\r\n\r\n"
                writer.write((head + body).encode())
        writer.close()


async def main(signals: int, clocks: Clocks) -> None:
    agent = Agent(signals, clocks)
    own = {"restart": agent.restart, "reborn": agent.reborn, "overrun": agent.overrun}
    server = await asyncio.start_server(agent.serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server, Background({"ticking": agent.tick()}), aclosing(asked(port=port)) as requests:
        async for request in requests:
            if "lose" in request.what:
                told = agent.told
                own[request.what["lose"]]()
                request.answer["lost"] = await more_told(agent, told)


async def more_told(agent: Agent, before: int) -> int:
    with suppress(TimeoutError):
        async with asyncio.timeout(WAITS_S):
            while agent.told == before:  # noqa: ASYNC110 - whoever asks is another process
                await asyncio.sleep(0.01)
    return agent.told - before


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), Clocks(float(sys.argv[2]), float(sys.argv[3]))))
