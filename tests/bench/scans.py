"""How long a person with a scanner waits: from a code to its answer, durable in between."""

from __future__ import annotations

import asyncio
import os
import random
import time
import tty
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

from agent.core.codes.code_settings import ScannerSettings
from tests.bench.client import Client, client
from tests.bench.configuration import WORK_CENTER, counting, settings
from tests.bench.measurement import Bench, Measurement, at_most, percentile
from tests.bench.processes import agent_process, counter_server

OVER_SOCKET = 400
OVER_PTY = 200
PAUSE_S = 0.02


async def answers(bench: Bench) -> AsyncIterator[Measurement]:
    """Serial numbers at one agent, over its socket and from a reader on a pty."""
    folder = bench.fresh("scans")
    with _reader(folder / "reader") as typing:
        scanner = ScannerSettings(name="hand", work_center=WORK_CENTER, device=folder / "reader")
        async with counter_server(folder, rate=0) as endpoint:
            agent = settings(folder, counting(endpoint), scanners=(scanner,))
            async with agent_process(agent) as process, client(agent.agent.socket) as api:
                await api.recorded("link.restored", process.started)
                assert (await api.scan(WORK_CENTER, "ORD:PO-1"))["accepted"]
                posted = await _post(api)
                typed = await _type(api, typing)
    note = f"POST /v1/scans to its answer; p50 {percentile(posted, 50):.1f} ms, {len(posted)} serials"
    yield at_most("scan over the socket → durable → answered, p99", percentile(posted, 99), "ms", 50, note)
    note = f"code at the pty to its frame on /v1/live; p50 {percentile(typed, 50):.1f} ms, {len(typed)} serials"
    yield at_most("scan over a pty → durable → shown, p99", percentile(typed, 99), "ms", 50, note)


async def _post(api: Client) -> list[float]:
    delays = []
    for number in range(OVER_SOCKET):
        began = time.perf_counter()
        reply = await api.scan(WORK_CENTER, f"SN:P{number:06}")
        delays.append((time.perf_counter() - began) * 1000)
        assert reply["accepted"], reply
        await asyncio.sleep(PAUSE_S)
    return delays


async def _type(api: Client, typing: int) -> list[float]:
    delays = []
    async with api.live() as live:
        for number in range(OVER_PTY):
            code = f"SN:T{number:06}"
            # No pause of the same length as anything in the agent.
            await asyncio.sleep(random.uniform(0.08, 0.25))
            began = time.perf_counter()
            os.write(typing, f"{code}\r".encode())
            async with asyncio.timeout(5):
                while True:
                    [center] = (await live.receive_json())["work_centers"]
                    if center["last_scan"] and center["last_scan"]["text"] == code:
                        break
            delays.append((time.perf_counter() - began) * 1000)
            assert center["last_scan"]["accepted"], center["last_scan"]
    return delays


@contextmanager
def _reader(link: Path) -> Iterator[int]:
    """A reader plugged in at this path; the descriptor to type at."""
    master, slave = os.openpty()
    try:
        tty.setraw(slave)
        link.symlink_to(os.ttyname(slave))
        yield master
    finally:
        os.close(master)
        os.close(slave)


BENCHMARKS = (answers,)
