"""`python -m tests.soak.drivers --faults N [--kinds KIND ...] [--seed S]`: N random faults for each kind of driver.

Each driver is watched as the agent watches it, in this process, with nothing else of the agent in it; its server and
the relay before it are processes of their own. One fault after the other, of the line or of the server, drawn by lot;
one that hit nothing does not count. After each the driver must be back within three seconds from when a stranger was
answered again, whatever it said must have been so, and nothing may grow.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import random
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import psutil
from rich.console import Console
from rich.table import Table

from simulators.demo.checks import Check
from simulators.demo.tables import print_verdict
from simulators.faults.kinds import Fault
from simulators.faults.script import drawn
from tests.bench import machine
from tests.bench.measurement import percentile
from tests.drivers.faults.held import Held, nothing_more
from tests.drivers.faults.plant import FaultyPlant
from tests.drivers.faults.plants import PLANTS
from tests.drivers.faults.trial import BACK_S, Outcome, Trial
from tests.drivers.faults.watching import WATCHING
from tests.soak.growth import Sample, judged

SECONDS: Final = (0.05, 1.5)
"""How long a fault lasts; one that must be noticed lasts until it is."""
OWN_SHARE: Final = 0.3
"""Share of faults that are the server's own."""
HOUR: Final = 100
"""Faults that count as an hour where growth is judged: a plant has far fewer."""
THREADS: Final = 4
"""In which servers are waited for, and drivers look up names."""
TOLD: Final = 10
"""Problems of which each is told."""


@dataclass(slots=True)
class Campaign:
    """What became of one kind of driver."""

    kind: str
    outcomes: list[Outcome] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    samples: list[Sample] = field(default_factory=list)
    told: int = 0
    missed: int = 0
    """Faults that hit nothing."""

    @property
    def back(self) -> list[float]:
        """Seconds to be back, of those that came back."""
        return [one.back_s for one in self.outcomes if one.back_s is not None]


class LogSize(logging.Handler):
    """Counts what is logged, and prints nothing."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.octets = 0

    def emit(self, record: logging.LogRecord) -> None:
        self.octets += len(record.getMessage())


async def play(kind: str, faults: int, seed: int, console: Console) -> Campaign:
    """So many faults that hit something."""
    campaign, dice, log = Campaign(kind), random.Random(f"{seed} {kind}"), LogSize()
    logging.getLogger().addHandler(log)
    plant = PLANTS[kind](seed)
    try:
        await _all_threads_started()
        plant.start()
        before, trial = Held.now(), Trial(plant)
        async with trial.watched():
            if not await trial.settled():
                raise RuntimeError(f"{kind}: the driver does not read its machine even without a fault")
            await _faults(campaign, trial, faults, dice, log)
        campaign.problems += [f"left behind in the end: {what}" for what in await nothing_more(before)]
        campaign.told = trial.truth.told
    finally:
        plant.stop()
        logging.getLogger().removeHandler(log)
    console.print(f"{kind}: {len(campaign.outcomes)} faults, {campaign.told} values told")
    return campaign


async def _faults(campaign: Campaign, trial: Trial, faults: int, dice: random.Random, log: LogSize) -> None:
    settled, process = Held.now(), psutil.Process()
    while len(campaign.outcomes) < faults and campaign.missed < faults:
        fault = _drawn(trial.plant, dice)
        outcome = await trial.suffer(fault, dice.uniform(*SECONDS))
        if not outcome.struck:
            campaign.missed += 1
        else:
            campaign.outcomes.append(outcome)
            campaign.problems += [f"after {len(campaign.outcomes)}, {fault}: {what}" for what in outcome.problems]
        campaign.problems += [f"during {fault}: {what}" for what in trial.truth.violations]
        trial.truth.violations.clear()
        if not await trial.settled():
            campaign.problems.append(
                f"after {fault}: it does not settle, and the campaign ends; it waits in {_waits_in()}"
            )
            return
        campaign.problems += [f"left behind by {fault}: {what}" for what in await nothing_more(settled)]
        campaign.samples.append(
            Sample(
                len(campaign.outcomes) / HOUR * 3600,
                process.memory_info().rss / 1e6,
                process.num_fds(),
                threading.active_count(),
                len(asyncio.all_tasks()),
                log.octets,
                quiet=True,
            )
        )


def _waits_in() -> str:
    """Where the watching of the driver stands, from the outside in."""
    places: list[str] = []
    awaited: Any = next((task.get_coro() for task in asyncio.all_tasks() if task.get_name() == WATCHING), None)
    while awaited is not None:
        frame = getattr(awaited, "cr_frame", None) or getattr(awaited, "ag_frame", None)
        if frame is not None:
            places.append(f"{Path(frame.f_code.co_filename).name}:{frame.f_lineno}")
        awaited = getattr(awaited, "cr_await", None) or getattr(awaited, "ag_await", None)
    return " → ".join(places) or "nothing: it has ended"


async def _all_threads_started() -> None:
    """Threads are kept once they are started; that they are there already leaves only those that a driver adds."""
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(THREADS, "faults"))
    meet = threading.Barrier(THREADS)
    await asyncio.gather(*(asyncio.to_thread(meet.wait) for _ in range(THREADS)))


def _drawn(plant: FaultyPlant, dice: random.Random) -> Fault | str:
    if dice.random() < OWN_SHARE:
        return dice.choice(plant.own_faults)
    return drawn(plant.line_faults, dice, SECONDS)


def checks(campaign: Campaign, faults: int) -> list[Check]:
    """What must be so of a campaign."""
    back, name = campaign.back, campaign.kind
    longest = max(back, default=0.0)
    late = len(campaign.outcomes) - len(back)
    bad = len(campaign.problems)
    return [
        Check(
            f"{name}: faults that hit something",
            f"{faults}",
            f"{len(campaign.outcomes)}",
            len(campaign.outcomes) == faults,
        ),
        Check(f"{name}: back within {BACK_S:g} s", f"{faults}", f"{len(back)}, the longest {longest:.2f} s", not late),
        Check(f"{name}: untrue, left behind or unnoticed", "0", f"{bad} of {campaign.told} values", not bad),
        *(_named(name, check) for check in judged(campaign.samples, 1.0)),
    ]


def _named(name: str, check: Check) -> Check:
    return Check(f"{name}: {check.name}", check.expected, check.found, check.ok)


def print_times(campaigns: Sequence[Campaign], console: Console) -> None:
    """How soon each was back, by fault."""
    table = Table(
        title=f"Back after a fault, in seconds; an hour is {HOUR} faults where growth is judged", title_justify="left"
    )
    for column in ("driver", "fault", "times", "noticed", "median", "p99", "longest"):
        table.add_column(column, justify="left" if column in {"driver", "fault"} else "right")
    for campaign in campaigns:
        by_fault: dict[str, list[Outcome]] = defaultdict(list)
        for outcome in campaign.outcomes:
            by_fault[outcome.fault].append(outcome)
        for fault, outcomes in [*sorted(by_fault.items()), ("all of them", campaign.outcomes)]:
            back = [one.back_s for one in outcomes if one.back_s is not None] or [float("nan")]
            noticed = sum(one.noticed for one in outcomes)
            times = (f"{percentile(back, share):.2f}" for share in (50, 99, 100))
            table.add_row(campaign.kind, fault, str(len(outcomes)), str(noticed), *times)
    console.print(table)


def main() -> None:
    """Play a campaign as the command line asks; exit code 1 where a check fails."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak.drivers", description=__doc__)
    parser.add_argument("--faults", type=int, default=500, help="faults of each kind of driver")
    parser.add_argument("--kinds", nargs="+", choices=PLANTS, default=list(PLANTS), help="kinds of drivers")
    parser.add_argument("--seed", type=int, default=1, help="chooses the faults")
    asked = parser.parse_args()
    console, began = Console(width=140), time.monotonic()
    campaigns = [asyncio.run(play(kind, asked.faults, asked.seed, console)) for kind in asked.kinds]
    print_times(campaigns, console)
    verdict = [check for campaign in campaigns for check in checks(campaign, asked.faults)]
    print_verdict(verdict, console, "every driver came back, and said nothing that was not so")
    for campaign in campaigns:
        for problem in campaign.problems[:TOLD]:
            console.print(f"{campaign.kind}: {problem}", highlight=False)
    console.print(
        f"seed {asked.seed}, {time.monotonic() - began:.0f} s; "
        + ", ".join(f"{k} {v}" for k, v in machine.describe().items())
    )
    if not all(check.ok for check in verdict):
        sys.exit("not all is as it should be")


if __name__ == "__main__":
    main()
