"""What happens in a run, as data, and the few lines that let it happen."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import count, cycle
from typing import Any, Literal, TypeAlias

from simulators.clock import Clock
from simulators.day import Day
from simulators.demo.configuration import FILL, PRESS
from simulators.demo.kills import Death, die_again_and_again
from simulators.demo.operator import Operator
from simulators.demo.plant import Plant
from simulators.mes.demo_plan import FILL_LEVEL, FILLER_BADGE, PALLET, PREFORM, boxes_label, lot_label, unit_label
from simulators.script import FILLER
from simulators.script import PRESS as PRESS_SCRIPT

Verb: TypeAlias = Literal["sign_on", "scan", "start", "check", "finish", "explain", "kill", "no_broker"]
SETTLING_S = 0.5
"""Real seconds from the moment at which both machines stand until everything of it has been seen."""
ONLINE_WITHIN_S = 120.0
"""Real seconds that the agent may take to deliver what waits in the end."""
MOST_LOTS = 40
"""So many a work center takes, and nothing unloads them yet."""
LEAVING_S = 0.4
"""Real seconds in which the agent lets go of the machines when told to stop."""


@dataclass(frozen=True, slots=True)
class Step:
    """Somebody does something at a minute of the day, or as soon after it as what comes before is done."""

    minute: float
    verb: Verb
    what: str = ""
    """Code, order, reason, or a check and its value; real seconds for what is killed or stopped."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """A whole run."""

    speed: float
    """Plant seconds per real second."""
    minutes: float
    """It ends the first time after so many minutes, and after all deaths, at which both machines stand."""
    work: dict[str, Iterable[Step]]
    """What the operator of each work center does; what has no end ends with the last death."""
    trouble: tuple[Step, ...] = ()
    """What goes wrong."""
    deaths: tuple[Death, ...] = ()
    """How run after run of the agent ends besides."""
    beside: Callable[[Plant], Coroutine[Any, Any, None]] | None = None
    """What else happens in the plant meanwhile; the run lasts at least as long."""
    seed: int = 1


_UNITS = (2.4, 8.0, 9.2, 11.4, 13.6, 19.0, 21.5, 26.5, 29.4, 37.0, 43.0, 47.0, 60.0, 70.8)
"""Minutes at which a finished unit is scanned, in the filler's first order."""


def _sorted(*steps: Step) -> tuple[Step, ...]:
    return tuple(sorted(steps, key=lambda step: step.minute))


FILLER_WORK = _sorted(
    Step(-1.0, "start", "PO-1001"),
    Step(-0.9, "scan", f"BDG:{FILLER_BADGE}"),
    Step(-0.8, "scan", "LOT:PF-7781:PREFORM-05"),
    Step(-0.6, "scan", boxes_label(10, "CP-2209")),
    *(Step(minute, "scan", f"SN:B{number:05}") for number, minute in enumerate(_UNITS, 1)),
    Step(4.5, "explain", "CHANGEOVER"),
    Step(6.0, "check", f"{FILL_LEVEL}=501"),
    Step(16.0, "explain", "RSN:NO_MATERIAL"),
    Step(22.0, "scan", "SN:B00007"),
    Step(24.0, "explain", "%EA%STOP:JAM"),
    Step(37.5, "explain", "WAIT_TECH"),
    Step(71.4, "finish"),
    Step(71.8, "scan", "ORD:PO-1002"),
    Step(72.0, "scan", lot_label(PREFORM, "PF-7782")),
    Step(72.2, "scan", f"]C100{PALLET}"),
    *(Step(minute, "scan", unit_label(f"B{number:05}")) for number, minute in enumerate((73.0, 78.5, 81.5, 83.0), 101)),
    Step(85.0, "explain", "NO_OPERATOR"),
)
PRESS_WORK = _sorted(
    Step(-1.0, "start", "PO-2001"),
    Step(-0.9, "sign_on"),
    Step(4.0, "explain", "CHANGEOVER"),
    Step(21.5, "explain", "NO_MATERIAL"),
    Step(56.0, "explain", "TOOL"),
    Step(75.0, "explain", "WAIT_TECH"),
)
DEMO = Scenario(
    speed=60.0,
    minutes=84.0,
    work={FILL: FILLER_WORK, PRESS: PRESS_WORK},
    trouble=(
        Step(12.0, "kill", "1"),
        Step(34.0, "no_broker", "12"),
        Step(40.0, "kill", "1"),
    ),
)
"""Ninety minutes in ninety seconds: both kinds of death while running, one of them in a stop and without a broker."""


BROKER_AWAY = Scenario(
    speed=60.0,
    minutes=16.0,
    work={FILL: FILLER_WORK[:10], PRESS: PRESS_WORK[:3]},
    trouble=(Step(7.5, "no_broker", "6"),),
)
"""Nothing dies; only the broker is away for a while, and back long before the end."""


async def perform(scenario: Scenario, plant: Plant) -> None:
    """Let it happen; returns when both machines stand for good, and everything of that has been seen."""
    over = asyncio.Event()
    async with asyncio.TaskGroup() as tasks:
        for wc, steps in scenario.work.items():
            tasks.create_task(_work(steps, plant.operators[wc], plant.clock, over), name=f"demo.operator.{wc}")
        for step in scenario.trouble:
            tasks.create_task(_trouble(step, plant), name=f"demo.trouble.{step.verb}")
        tasks.create_task(_deaths(scenario, plant, over), name="demo.deaths")
        if scenario.beside is not None:
            tasks.create_task(scenario.beside(plant), name="demo.beside")
        tasks.create_task(plant.clock.sleep_until(plant.clock.plant(scenario.minutes * 60)), name="demo.minutes")
    # An agent that never gets there is the verdict's business.
    with suppress(TimeoutError):
        async with asyncio.timeout(ONLINE_WITHIN_S):
            await plant.present.until(lambda view: view["uplink"]["state"] == "online")
    end = _standstill(plant.clock)
    plant.progress.say(f"both machines will stand at minute {end / 60:.1f}; the run ends there")
    await plant.clock.sleep_until(plant.clock.plant(end))


async def _work(steps: Iterable[Step], operator: Operator, clock: Clock, over: asyncio.Event) -> None:
    for step in steps:
        await clock.sleep_until(clock.plant(step.minute * 60))
        if over.is_set():
            return
        match step.verb:
            case "scan":
                await operator.scan(step.what)
            case "start":
                await operator.orders_shown(step.what)
                await operator.enter("start_operation", step.what)
            case "sign_on":
                await operator.sign_on()
            case "check":
                await operator.check(step.what)
            case "finish":
                await operator.enter("complete_operation", step.what)
            case _:
                await operator.explain(step.what)


async def _trouble(step: Step, plant: Plant) -> None:
    await plant.clock.sleep_until(plant.clock.plant(step.minute * 60))
    if step.verb == "kill":
        await plant.supervisor.kill_agent(float(step.what))
    else:
        await plant.supervisor.stop_broker(float(step.what))


async def _deaths(scenario: Scenario, plant: Plant, over: asyncio.Event) -> None:
    if scenario.deaths:
        await die_again_and_again(scenario.deaths, plant, scenario.seed)
        over.set()


def _standstill(clock: Clock) -> float:
    """The next instant of the day at which both machines have stood for a while and go on standing for a while."""
    before, after = SETTLING_S * clock.speed, LEAVING_S * clock.speed
    standstills = [list(_standstills(Day(script))) for script in (FILLER, PRESS_SCRIPT)]
    return next(
        start + before
        for first in standstills[0]
        for second in standstills[1]
        if (start := max(first[0], second[0])) + before > clock.elapsed()
        and start + before + after < min(first[1], second[1])
    )


def _standstills(day: Day) -> Iterator[tuple[float, float]]:
    start = 0.0
    for one in day.happenings(0.0):
        if one.event == "stop_started":
            start = one.at
        elif one.event == "stop_ended":
            yield start, one.at


def kills(deaths: tuple[Death, ...], *, speed: float, seed: int) -> Scenario:
    """A run in which the agent is killed again and again, while both operators go on working."""
    return Scenario(speed, 0.0, {FILL: _endless_filling(), PRESS: _endless_pressing()}, deaths=deaths, seed=seed)


def _endless_filling() -> Iterator[Step]:
    """A scan every half minute, most of them units; now and then a stop is explained."""
    yield Step(-1.0, "start", "PO-1001")
    for number in count(1):
        minute = number / 2
        if number % 9 == 2 and number < 9 * MOST_LOTS:
            yield Step(minute, "scan", f"LOT:PF-{number:05}:PREFORM-05")
        elif number % 27 == 9:
            yield Step(minute, "explain", "JAM")
        else:
            yield Step(minute, "scan", f"SN:K{number:05}")


def _endless_pressing() -> Iterator[Step]:
    """Every stop that is shown is explained."""
    yield Step(-1.0, "start", "PO-2001")
    for minute, reason in zip(count(1), cycle(("NO_MATERIAL", "TOOL", "WAIT_TECH")), strict=False):
        yield Step(float(minute), "explain", reason)
