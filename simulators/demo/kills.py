"""Ends run after run of the agent with SIGKILL, with a broker that dies and cables that are pulled out in between."""

from __future__ import annotations

import asyncio
import random
from collections import deque
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from simulators.demo.plant import Plant
from simulators.demo.processes import AGENT
from simulators.demo.records import RANDOM

Trouble: TypeAlias = Literal["none", "broker", "cables"]
RESTART_S = 0.1
"""Real seconds that a dead agent stays dead."""
BLIND_S = 20.0
"""Real seconds after which a run is killed though it does not watch both machines."""
PATIENCE_S = 4.0
"""Real seconds, of watching both machines, in which a run must come to its point."""


@dataclass(frozen=True, slots=True)
class Death:
    """How one run of the agent ends."""

    point: str = RANDOM
    """Where it kills itself, by the name that it says then."""
    program: tuple[str, ...] = AGENT
    """What Python runs: the agent itself, or what kills it at the point."""
    prepare: Callable[[Path], None] | None = None
    """Done with the journal's folder before the run begins."""
    trouble: Trouble = "none"
    """What goes wrong besides while it runs."""


async def die_again_and_again(deaths: Iterable[Death], plant: Plant, seed: int) -> None:
    """Let run after run of the agent end so; another one works on afterwards.

    The first death is that of the run that is there already: nothing can be prepared for it. A run that does not come
    to its point is killed all the same, and the point is tried again in the place of a random moment.
    """
    dice = random.Random(seed)  # noqa: S311  # the moment of a death needs no secrecy
    supervisor, waiting = plant.supervisor, deque(deaths)
    await plant.clock.sleep_until(plant.clock.plant_start)
    async with asyncio.TaskGroup() as troubles:
        while waiting:
            death = waiting.popleft()
            if death.trouble != "none":
                troubles.create_task(_trouble(death.trouble, plant, dice), name=f"demo.kills.{death.trouble}")
            await _lived(death, plant, dice)
            if await supervisor.end_agent() != death.point:
                _try_again(death, waiting)
            await asyncio.sleep(RESTART_S)
            following = waiting[0] if waiting else Death()
            if following.prepare is not None:
                await asyncio.to_thread(following.prepare, plant.journal)
            await supervisor.start_agent(following.program)


async def _lived(death: Death, plant: Plant, dice: random.Random) -> None:
    """Until the run has ended itself or is to be killed."""
    ended = asyncio.create_task(plant.supervisor.agent_ended())
    due = asyncio.create_task(_due(death, plant, dice))
    try:
        await asyncio.wait([ended, due], return_when=asyncio.FIRST_COMPLETED)
    finally:
        ended.cancel()
        due.cancel()


async def _due(death: Death, plant: Plant, dice: random.Random) -> None:
    if death.point == RANDOM and dice.random() < 0.2:
        # One in five is killed while it starts.
        await asyncio.sleep(dice.uniform(0.3, 1.5))
        return
    with suppress(TimeoutError):
        async with asyncio.timeout(BLIND_S):
            await plant.present.until(lambda view: all(center["link_up"] for center in view["work_centers"]))
    await asyncio.sleep(dice.uniform(0.3, 1.5) if death.point == RANDOM else PATIENCE_S)


def _try_again(death: Death, waiting: deque[Death]) -> None:
    with suppress(ValueError):
        waiting.remove(Death())
        waiting.append(death)


async def _trouble(kind: Trouble, plant: Plant, dice: random.Random) -> None:
    await asyncio.sleep(dice.uniform(0.0, 2.0))
    if kind == "broker":
        await plant.supervisor.kill_broker(dice.uniform(0.2, 1.5))
    else:
        await plant.pull_cables(dice.uniform(0.3, 1.5))
