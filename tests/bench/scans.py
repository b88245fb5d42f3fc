"""How long a person with a scanner waits: from a code to its answer, durable in between."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator, Callable

from agent.core.codes.code_settings import ScannerSettings
from tests.bench.client import Client, client
from tests.bench.configuration import WORK_CENTER, counting, settings
from tests.bench.measurement import Bench, Measurement, at_most, percentile
from tests.bench.processes import agent_process, counter_server
from tests.soak.scan_channels import SUFFIX, NetworkReader, SerialReader, Write

OVER_SOCKET = 400
BY_READER = 200
PAUSE_S = 0.02
LIMIT_MS = 50


async def answers(bench: Bench) -> AsyncIterator[Measurement]:
    """Codes at one agent: over its socket, and from readers on a serial line and on the network."""
    folder = bench.fresh("scans")
    with SerialReader(folder / "reader") as serial:
        async with NetworkReader().listening() as network, counter_server(folder, rate=0) as endpoint:
            readers = (
                ScannerSettings(name="hand", work_center=WORK_CENTER, device=serial.link),
                ScannerSettings(name="gate", work_center=WORK_CENTER, host="127.0.0.1", port=network.port),
            )
            agent = settings(folder, counting(endpoint), scanners=readers)
            async with agent_process(agent) as process, client(agent.agent.socket) as api:
                await api.recorded("link.restored", process.started)
                assert (await api.scan(WORK_CENTER, "ORD:PO-1"))["accepted"]
                posted = await _post(api)
                typed = await _type(api, serial.write, "SN:T{:06}".format)
                sent = await _type(api, network.write, "SN:N{:06}".format)
                labels = await _type(api, serial.write, _label)
    yield _judged("scan over the socket → durable → answered", posted, "POST /v1/scans to its answer")
    yield _judged("scan over a pty → durable → shown", typed, "code at the pty to its frame on /v1/live")
    yield _judged("scan over TCP → durable → shown", sent, "code on the line to its frame on /v1/live")
    yield _judged("GS1 label over a pty → durable → shown", labels, "GTIN, expiry, lot and serial")


def _judged(name: str, delays: list[float], note: str) -> Measurement:
    said = f"{note}; p50 {percentile(delays, 50):.1f} ms, {len(delays)} codes"
    return at_most(f"{name}, p99", percentile(delays, 99), "ms", LIMIT_MS, said)


def _label(number: int) -> str:
    return f"]d2010952123454321317301231102026-{number:04}\x1d21SN{number:06}"


async def _post(api: Client) -> list[float]:
    delays = []
    for number in range(OVER_SOCKET):
        began = time.perf_counter()
        reply = await api.scan(WORK_CENTER, f"SN:P{number:06}")
        delays.append((time.perf_counter() - began) * 1000)
        assert reply["accepted"], reply
        await asyncio.sleep(PAUSE_S)
    return delays


async def _type(api: Client, write: Write, code_of: Callable[[int], str]) -> list[float]:
    delays = []
    async with api.live() as live:
        for number in range(BY_READER):
            code = code_of(number)
            # No pause of the same length as anything in the agent.
            await asyncio.sleep(random.uniform(0.08, 0.25))
            began = time.perf_counter()
            await write(f"{code}{SUFFIX}".encode())
            async with asyncio.timeout(5):
                while True:
                    [center] = (await live.receive_json())["work_centers"]
                    if center["last_scan"] and center["last_scan"]["text"] == code:
                        break
            delays.append((time.perf_counter() - began) * 1000)
            assert center["last_scan"]["accepted"], center["last_scan"]
    return delays


BENCHMARKS = (answers,)
