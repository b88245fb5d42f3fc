"""How fast a backlog gets to the broker, and whether the present waits behind it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from itertools import pairwise
from typing import Any

from agent.core.times import epoch
from simulators.broker import Broker
from tests.bench.backlog import MILLION, fill
from tests.bench.configuration import counting, settings
from tests.bench.measurement import Bench, Measurement, at_least, at_most
from tests.bench.processes import Mes, agent_process, counter_server, mes_process

WAITING = 300_000


async def backlog(bench: Bench) -> AsyncIterator[Measurement]:
    """A real agent with facts waiting meets a broker and an MES, while its line goes on counting."""
    folder, waiting = bench.fresh("drain"), MILLION if bench.large else WAITING
    await asyncio.to_thread(fill, folder, waiting)
    async with (
        Broker(folder=folder / "broker", kind="mosquitto") as broker,
        mes_process(folder, broker.port) as mes,
        counter_server(folder, rate=10.0) as endpoint,
        agent_process(settings(folder, counting(endpoint), broker=broker.port)) as agent,
    ):
        await mes.until(lambda _: _confirmed(mes, waiting) is not None, within_s=240)
        done = _confirmed(mes, waiting)
        assert done is not None
        seconds = done["at"] - done["began"]
        memory = agent.memory_mb
        cores = agent.cpu_s / (done["at"] - agent.started)
    twice = done["received"] - done["through"]
    note = f"{waiting:,} facts in {seconds:.1f} s, {twice} sent twice, agent {cores:.2f} cores since its start"
    yield at_least("backlog drain to a local Mosquitto, confirmed", waiting / seconds, "facts/s", 50_000, note)
    age, looks = _oldest_view(mes, done["began"], done["at"])
    yield at_most("age of the queue's view during the drain", age, "s", 1, f"the oldest it got, {looks} views")
    yield at_most("memory after the drain", memory, "MB RSS", 100, f"{waiting:,} facts, OPC UA")


def _confirmed(mes: Mes, waiting: int) -> dict[str, Any] | None:
    return next((line for line in mes.said if line["kind"] == "confirmed" and line["through"] >= waiting), None)


def _oldest_view(mes: Mes, began: float, ended: float) -> tuple[float, int]:
    """The greatest age that a view reached before the next one replaced it."""
    views = [line for line in mes.said if line["kind"] == "queue" and began <= line["arrived"] <= ended]
    ages = [later["arrived"] - epoch(view["observed"]) for view, later in pairwise(views)]
    last = views[-1]["observed"] if views else None
    ages.append(ended - (began if last is None else epoch(last)))
    return max(ages), len(views)


BENCHMARKS = (backlog,)
