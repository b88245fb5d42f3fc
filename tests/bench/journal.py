"""What the journal costs, however much waits in it."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Coroutine
from pathlib import Path
from typing import Any, TypeAlias

from agent.core.facts import Fact
from agent.journal.journal import Journal, open_journal
from agent.journal.opening import FILE_NAME
from agent.journal.store import Commit
from tests.bench.backlog import MILLION, fill
from tests.bench.measurement import Bench, Measurement, at_most
from tests.bench.parts import EPOCH, output_facts

FEW = 1_000
TURNS = 400
READ = 400
Operation: TypeAlias = Callable[[Journal, Fact], Coroutine[Any, Any, object]]


async def _append(journal: Journal, fact: Fact) -> None:
    await journal.commit(Commit([fact]), time.time())


async def _read(journal: Journal, _fact: Fact) -> object:
    return await journal.read(journal.marks.confirmed_position, READ)


async def _acknowledge(journal: Journal, _fact: Fact) -> None:
    await journal.confirm(EPOCH, journal.marks.current.confirmed_through + 1, time.time())


OPERATIONS: dict[str, Operation] = {
    "append one": _append,
    f"read the next {READ}": _read,
    "acknowledge one": _acknowledge,
}


def waiting(bench: Bench) -> tuple[Path, int]:
    """The folder of a journal with very many facts waiting, made once for all benchmarks, and how many."""
    count = 5 * MILLION if bench.large else MILLION
    folder = bench.folder / "waiting"
    if not folder.exists():
        bench.say(f"filling a journal with {count:,} facts")
        fill(folder, count)
    return folder, count


async def backlog(bench: Bench) -> AsyncIterator[Measurement]:
    """Each operation in turns on a short and on a long backlog, so that the disk's moods meet both."""
    folder, count = await asyncio.to_thread(waiting, bench)
    size = (folder / FILE_NAME).stat().st_size
    few = bench.fresh("few")
    await asyncio.to_thread(fill, few, FEW)
    now = time.time()
    async with open_journal(few, EPOCH, now) as short, open_journal(folder, EPOCH, now) as long:
        costs = await _in_turns(short, long)
    for name in OPERATIONS:
        lower, upper = (statistics.median(costs[name, which]) * 1000 for which in ("short", "long"))
        note = f"{lower:.2f} and {upper:.2f} ms, median of {TURNS}"
        yield at_most(f"{name}, {count:,} waiting ÷ {FEW:,}", upper / lower, "times", 1.2, note)
    yield at_most("disk per fact waiting", size / count, "B", 900, "output.recorded of an order, the file as a whole")


async def _in_turns(short: Journal, long: Journal) -> dict[tuple[str, str], list[float]]:
    [fact] = output_facts(1)
    costs: dict[tuple[str, str], list[float]] = defaultdict(list)
    both = [("short", short), ("long", long)]
    for _ in range(TURNS):
        both.reverse()
        for name, operation in OPERATIONS.items():
            for which, journal in both:
                began = time.perf_counter()
                await operation(journal, fact)
                costs[name, which].append(time.perf_counter() - began)
    return costs


BENCHMARKS = (backlog,)
