"""The operator's terminal: how soon it is there, how soon it answers a key, and what it takes of the PC."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Final

from simulators.broker import Broker
from tests.bench import machine
from tests.bench.configuration import filler, settings
from tests.bench.measurement import Bench, Measurement, at_most, percentile
from tests.bench.processes import READY_S, agent_process, child, mes_process
from tests.bench.pty_terminal import pty_terminal

STARTS: Final = 7
KEYS: Final = 300
KEY_GAP_S: Final = 0.15
WARM_S: Final = 5.0
IDLE_S: Final = 20.0
READY: Final = "ONLINE"
PAGES: Final = ((b"\x1b[19~", "Call whom?"), (b"\x1b[20~", "Add a note"))
"""F8 and F9, and what stands on their pages."""


@asynccontextmanager
async def _line(folder: Path) -> AsyncIterator[Path]:
    """An agent on the simulated line at the speed of real time, broker and MES; its configuration."""
    async with AsyncExitStack() as stack:
        simulate = ("-m", "agent", "simulate", "line", "--opcua-port", "0", "--modbus-port", "0")
        plant = await stack.enter_async_context(
            child(folder / "line.log", *simulate, "--truth", str(folder / "truth.jsonl"))
        )
        async with asyncio.timeout(READY_S):
            ready = await plant.line()
        broker = await stack.enter_async_context(Broker(folder=folder / "broker", kind="mosquitto"))
        await stack.enter_async_context(mes_process(folder, broker.port))
        agent = settings(folder, filler(ready["opcua_url"]), broker=broker.port)
        await stack.enter_async_context(agent_process(agent))
        yield folder / "lineside.toml"


async def at_work(bench: Bench) -> AsyncIterator[Measurement]:
    """Before a line that runs: its counts change the screen all the while."""
    async with _line(bench.fresh("terminal")) as config:
        async with pty_terminal(config) as first:
            await first.draws(READY)
        starts = []
        for _ in range(STARTS):
            async with pty_terminal(config) as terminal:
                starts.append(await terminal.draws(READY) - terminal.started)
        note = f"median of {STARTS}, worst {max(starts):.2f} s; process asked for → line drawn; {machine.load()} load"
        yield at_most("terminal, cold start to usable", statistics.median(starts), "s", 1.5, note)
        async with pty_terminal(config) as terminal:
            await terminal.draws(READY)
            await asyncio.sleep(WARM_S)
            process = terminal.seen
            used, began = process.cpu_times(), time.perf_counter()
            await asyncio.sleep(IDLE_S)
            took, now = time.perf_counter() - began, process.cpu_times()
            idle = 100 * (now.user + now.system - used.user - used.system) / took
            delays = []
            for number in range(KEYS):
                key, text = PAGES[number % len(PAGES)]
                at = terminal.press(key)
                delays.append((await terminal.draws(text) - at) * 1000)
                await asyncio.sleep(KEY_GAP_S)
            memory = process.memory_info().rss / 1e6
        note = f"{KEYS} keys, each opens a page; a live line behind it, 80 by 24, through a pty; {machine.load()} load"
        yield Measurement("terminal, key to repaint, p50", percentile(delays, 50), "ms", note=note)
        yield at_most("terminal, key to repaint, p99", percentile(delays, 99), "ms", 50, note)
        yield at_most("terminal, memory", memory, "MB RSS", 80, f"after {KEYS} keys")
        yield at_most(
            "terminal, idle processor", idle, "% of a core", 2, f"{IDLE_S:g} s of the line at speed 1, no key"
        )


async def a_shift(bench: Bench) -> AsyncIterator[Measurement]:
    """Eight hours of a work center, told without waiting: a view each 15 seconds, two pages every five minutes."""
    folder = bench.fresh("terminal-shift")
    async with child(folder / "shift.log", "-m", "tests.bench.servers.terminal_shift") as process:
        hours = [await asyncio.wait_for(process.line(), 600) for _ in range(HOURS)]
    first, last = hours[1], hours[-1]
    note = "from the second hour's end to the eighth's; 1,920 views, 192 pages"
    grown = (last["rss"] - first["rss"]) / 1e6
    yield at_most("terminal, memory grown in eight simulated hours", grown, "MB RSS", 2, note)
    for what in ("tasks", "files"):
        yield at_most(f"terminal, {what} more after eight simulated hours", last[what] - first[what], "", 0, note)


HOURS: Final = 8
BENCHMARKS = (at_work, a_shift)
