"""`python -m tests.soak.day --hours H --speed S [--seed N]`: one run of the agent through a day full of faults.

H real hours at S plant seconds a second: 24 plant hours in one real hour unless it is said otherwise. Brokers die,
cables are pulled out, clients hang, the configuration is read anew; the agent itself is never restarted. Its memory,
files, threads, tasks and log must not grow, and its facts must be what truly happened.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import re
import shutil
import signal
import socket
import struct
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import takewhile
from pathlib import Path
from typing import Final

import aiohttp
import psutil
from rich.console import Console

from simulators.demo.checks import Check
from simulators.demo.plant import Choice, Plant
from simulators.demo.play import run
from simulators.demo.progress import Progress
from simulators.demo.scenario import Scenario, Step, kills
from simulators.demo.tables import print_verdict
from tests.bench import machine
from tests.soak.growth import Sample, judged

LOOK_S: Final = 15.0
"""Real seconds between two samples."""
CALM_S: Final = 8.0
"""Real seconds after a trouble from which on nothing of it is left."""
PAUSE_S: Final = (15.0, 60.0)
"""Real seconds from one trouble to the next."""
TASKS: Final = re.compile(rb"^lineside_tasks (\d+)", re.MULTILINE)


@dataclass(slots=True)
class Watch:
    """Looks at one agent and breaks what is around it."""

    plant: Plant
    seconds: float
    dice: random.Random
    samples: list[Sample] = field(default_factory=list)
    troubles: Counter[str] = field(default_factory=Counter)
    _calm_from: float = 0.0

    async def run(self) -> None:
        """For so many real seconds."""
        process = psutil.Process(await asyncio.to_thread(pid_of, self.plant.socket))
        log = self.plant.store.with_name("agent.log")
        began, logged = time.monotonic(), log.stat().st_size
        async with asyncio.TaskGroup() as tasks:
            breaking = tasks.create_task(self._break(process), name="soak.day.trouble")
            while (at := time.monotonic() - began) < self.seconds:
                self.samples.append(
                    Sample(
                        at,
                        process.memory_info().rss / 1e6,
                        process.num_fds(),
                        process.num_threads(),
                        await self._tasks(),
                        log.stat().st_size - logged,
                        quiet=time.monotonic() >= self._calm_from,
                    )
                )
                await asyncio.sleep(LOOK_S)
            breaking.cancel()

    async def _tasks(self) -> int:
        connector = aiohttp.UnixConnector(str(self.plant.socket))
        async with aiohttp.ClientSession(connector=connector) as http, http.get("http://agent/metrics") as answer:
            found = TASKS.search(await answer.read())
        assert found is not None, "the agent does not say how many tasks it has"
        return int(found[1])

    async def _break(self, process: psutil.Process) -> None:
        """One trouble after the other; how long each takes is drawn, most are short."""
        while True:
            await asyncio.sleep(self.dice.uniform(*PAUSE_S))
            kind = self.dice.choice(("broker", "cables", "clients", "reload"))
            real_s = min(self.dice.expovariate(1 / 5.0), 30.0)
            self._calm_from = float("inf")
            self.troubles[kind] += 1
            if kind == "broker":
                await self.plant.supervisor.kill_broker(real_s)
            elif kind == "cables":
                await self.plant.pull_cables(real_s)
            elif kind == "clients":
                await self._clients(real_s)
            else:
                process.send_signal(signal.SIGHUP)
            self._calm_from = time.monotonic() + CALM_S

    async def _clients(self, real_s: float) -> None:
        """Clients that connect and say nothing, say half, or never read what they asked for."""
        self.plant.progress.say("clients connect to the agent and hang")
        said = (b"", b"GET /v1/sta", b"POST /v1/entries HTTP/1.1\r\nHost: agent\r\nContent-Length: 900\r\n\r\n{")
        whole = b"GET /v1/status HTTP/1.1\r\nHost: agent\r\n\r\n"
        clients = []
        for words in (*said, whole * 200) * 5:
            _, writer = await asyncio.open_unix_connection(self.plant.socket)
            writer.write(words)
            clients.append(writer)
        await asyncio.sleep(real_s)
        for writer in clients:
            writer.transport.abort()


def pid_of(address: Path) -> int:
    """The process that listens at a Unix socket, by the kernel's word."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as caller:
        caller.connect(str(address))
        pid, _, _ = struct.unpack("3i", caller.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))
    return int(pid)


async def play(folder: Path, hours: float, speed: float, seed: int) -> tuple[Watch, list[Check]]:
    """The whole day; what was seen, and what is to be said of it.

    Raises:
        BrokerUnavailableError: Mosquitto cannot be started.
        NotStartedError: a process did not get ready.
        TooSlowError: this machine is too busy for a fair run.
    """
    watches: list[Watch] = []

    over = asyncio.Event()

    async def beside(plant: Plant) -> None:
        watches.append(Watch(plant, hours * 3600, random.Random(seed)))
        await watches[0].run()
        over.set()

    def work(steps: Iterable[Step]) -> Iterator[Step]:
        """Until the watch is over, however far behind somebody is then."""
        return takewhile(lambda _: not over.is_set(), steps)

    endless = kills((), speed=speed, seed=seed).work
    working: dict[str, Iterable[Step]] = {wc: work(steps) for wc, steps in endless.items()}
    scenario = Scenario(speed, 0.0, working, beside=beside, seed=seed)
    with (folder / "progress.txt").open("w", encoding="utf-8") as file:
        _, checks = await run(scenario, Choice(folder, speed, "mosquitto"), Progress(file))
    return watches[0], [*judged(watches[0].samples, speed), *checks]


def main() -> None:
    """Play a day as the command line asks; exit code 1 where a check fails."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak.day", description=__doc__)
    parser.add_argument("--hours", type=float, default=1.0, help="real hours")
    parser.add_argument("--speed", type=float, default=24.0, help="plant seconds in a real second")
    parser.add_argument("--seed", type=int, default=1, help="chooses troubles and moments")
    asked = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="lineside-day-"))
    watch, checks = asyncio.run(play(folder, asked.hours, asked.speed, asked.seed))
    console = Console(width=140)
    first, last = watch.samples[0], watch.samples[-1]
    console.print(
        f"{asked.hours * asked.speed:.1f} plant hours in {asked.hours:.2f} real ones, {len(watch.samples)} looks; "
        f"memory {first.memory_mb:.1f} MB at first, {last.memory_mb:.1f} MB in the end; log {last.log_bytes} bytes; "
        f"troubles: {', '.join(f'{number} {kind}' for kind, number in sorted(watch.troubles.items()))}"
    )
    print_verdict(checks, console)
    console.print(", ".join(f"{name} {value}" for name, value in machine.describe().items()))
    if not all(check.ok for check in checks):
        sys.exit(f"not all is as it should be; journal, logs and the MES's store are kept in {folder}")
    shutil.rmtree(folder)


if __name__ == "__main__":
    main()
