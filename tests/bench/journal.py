"""What the journal costs, however much waits in it."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, TypeAlias

from agent.core.facts import Fact
from agent.journal.journal import Journal, open_journal
from agent.journal.opening import FILE_NAME
from agent.journal.store import Commit
from tests.bench.backlog import MILLION, fill
from tests.bench.measurement import Bench, Measurement, at_most
from tests.bench.parts import EPOCH, output_facts

SIZES = (1_000, 100_000, MILLION)
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
    """Each operation in turns on short and long backlogs, so that the disk's moods meet all of them."""
    folder, most = await asyncio.to_thread(waiting, bench)
    size = (folder / FILE_NAME).stat().st_size
    sizes = [one for one in SIZES if one < most]
    folders = {one: bench.fresh(f"waiting-{one}") for one in sizes}
    for one, place in folders.items():
        await asyncio.to_thread(fill, place, one)
    async with AsyncExitStack() as stack:
        now = time.time()
        journals = {
            one: await stack.enter_async_context(open_journal(place, EPOCH, now))
            for one, place in {**folders, most: folder}.items()
        }
        costs = await _in_turns(journals)
    for name in OPERATIONS:
        least, *more = (statistics.median(costs[name, one]) * 1000 for one in journals)
        for one, cost in zip((*sizes[1:], most), more, strict=True):
            note = f"{least:.3f} and {cost:.3f} ms, median of {TURNS}"
            yield at_most(f"{name}, {one:,} waiting ÷ {SIZES[0]:,}", cost / least, "times", 1.2, note)
    yield at_most("disk per fact waiting", size / most, "B", 900, "output.recorded of an order, the file as a whole")


async def _in_turns(journals: dict[int, Journal]) -> dict[tuple[str, int], list[float]]:
    [fact] = output_facts(1)
    costs: dict[tuple[str, int], list[float]] = defaultdict(list)
    order = list(journals)
    for _ in range(TURNS):
        order = [*order[1:], order[0]]
        for name, operation in OPERATIONS.items():
            for one in order:
                began = time.perf_counter()
                await operation(journals[one], fact)
                costs[name, one].append(time.perf_counter() - began)
    return costs


BENCHMARKS = (backlog,)
