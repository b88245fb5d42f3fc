"""`python -m tests.soak.kills --cycles N [--lines L] [--seed S]`: kill the agent N times and see what that cost.

Every run of the agent ends with SIGKILL, at a named point of its code or at a random moment, while machines run, codes
are scanned and stops explained, while brokers die and cables are pulled out. Judged by what truly happened.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

from rich.console import Console
from rich.table import Table

from simulators.demo.checks import Check
from simulators.demo.evidence import Evidence
from simulators.demo.kills import Death
from simulators.demo.plant import Choice
from simulators.demo.play import run
from simulators.demo.progress import Progress
from simulators.demo.records import RANDOM
from simulators.demo.scenario import kills
from simulators.demo.tables import print_verdict
from tests.bench import machine
from tests.soak.migrations import Migrated, migrate_under_fire, migration_checks
from tests.soak.old_facts import refill, seed
from tests.soak.points import POINTS, program

SPEED = 20.0
BROKER_EVERY, CABLES_EVERY = 15, 9
"""Deaths of the agent to one of the broker, and to one pull of the cables."""


@dataclass(frozen=True, slots=True)
class Campaign:
    """What is asked for."""

    folder: Path
    cycles: int
    lines: int
    seed: int

    @property
    def least(self) -> int:
        """Kills that each point must see."""
        return max(2, self.cycles * 30 // 1000)

    @property
    def migrations(self) -> list[str]:
        """The points of the migration, each as often as it must be seen and a little more."""
        return [point for point in POINTS if _migrates(point)] * _a_little_more(self.least, 1.07)

    @property
    def deaths(self) -> list[tuple[Death, ...]]:
        """How the runs of each line end: other points a third more often than they must be seen, the rest at random."""
        dice = random.Random(self.seed)
        often = _a_little_more(self.least, 1.33)
        planned = [_death(point, dice) for point in POINTS if not _migrates(point) for _ in range(often)]
        planned += [Death()] * max(self.lines, self.cycles - len(self.migrations) - len(planned))
        dice.shuffle(planned)
        # The first run is there before a point can be chosen.
        planned.sort(key=lambda death: death != Death())
        firsts, rest = planned[: self.lines], planned[self.lines :]
        dice.shuffle(rest)
        return [_troubled((first, *rest[line :: self.lines])) for line, first in enumerate(firsts)]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it."""

    lines: list[tuple[Evidence, list[Check]]]
    migrated: list[Migrated]
    least: int

    @property
    def histogram(self) -> Mapping[str, int]:
        """Kills by point; a point counts only where the run said that it died there."""
        seen = Counter(point for evidence, _ in self.lines for point in evidence.supervisor.points)
        seen.update(one.point for one in self.migrated)
        return {point: seen[point] for point in (*POINTS, RANDOM)}

    @property
    def checks(self) -> list[Check]:
        """Everything that must be so."""
        checks = [
            replace(check, name=f"{number}: {check.name}")
            for number, (_, found) in enumerate(self.lines, 1)
            for check in found
        ]
        checks += migration_checks(self.migrated)
        seen = self.histogram
        checks += [
            Check(f"kills at {point}", f"{self.least} or more", str(seen[point]), seen[point] >= self.least)
            for point in POINTS
        ]
        return checks


class Headlines(Progress):
    """Everything to a file, and how far it is to the screen."""

    def __init__(self, folder: Path, name: str, total: int) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        super().__init__((folder / "progress.txt").open("a", encoding="utf-8"))
        self._name = name
        self._total = total
        self._deaths = 0

    def __enter__(self) -> Self:
        """Close the file at the end."""
        return self

    def __exit__(self, *_: object) -> None:
        """The file is closed."""
        self.out.close()

    def say(self, text: str) -> None:
        """One line."""
        super().say(text)
        if "killed" in text:
            self._deaths += 1
            if self._deaths % 20 == 0:
                sys.stdout.write(f"{self._name}: {self._deaths} of {self._total}\n")
                sys.stdout.flush()


async def play(campaign: Campaign) -> Outcome:
    """Play a whole campaign, the lines and the migrations side by side.

    Raises:
        BrokerUnavailableError: Mosquitto cannot be started.
        NotStartedError: a process did not get ready.
        TooSlowError: this machine is too busy for a fair run.
    """
    place = campaign.folder / "migrations"
    with Headlines(place, "migrations", len(campaign.migrations)) as told:
        async with asyncio.TaskGroup() as tasks:
            lines = [
                tasks.create_task(_line(campaign, number, deaths), name=f"soak.line.{number}")
                for number, deaths in enumerate(campaign.deaths, 1)
            ]
            migrating = tasks.create_task(migrate_under_fire(campaign.migrations, place, campaign.seed, told))
    return Outcome([line.result() for line in lines], migrating.result(), campaign.least)


async def _line(campaign: Campaign, number: int, deaths: tuple[Death, ...]) -> tuple[Evidence, list[Check]]:
    folder = campaign.folder / f"line-{number}"
    scenario = kills(deaths, speed=SPEED, seed=campaign.seed + number)
    with Headlines(folder, f"line {number}", len(deaths)) as told:
        return await run(scenario, Choice(folder, SPEED, "mosquitto", prepare=seed), told)


def _death(point: str, dice: random.Random) -> Death:
    passes = dice.randint(1, POINTS[point].most)
    return Death(point, program(point, passes), refill if point.startswith("retention.") else None)


def _troubled(deaths: tuple[Death, ...]) -> tuple[Death, ...]:
    def troubled(number: int, death: Death) -> Death:
        if number % BROKER_EVERY == BROKER_EVERY // 2:
            return replace(death, trouble="broker")
        return replace(death, trouble="cables") if number % CABLES_EVERY == CABLES_EVERY - 1 else death

    return tuple(troubled(number, death) for number, death in enumerate(deaths))


def _migrates(point: str) -> bool:
    return point.startswith("migration.")


def _a_little_more(number: int, factor: float) -> int:
    return max(number, round(number * factor))


def _print(outcome: Outcome, console: Console) -> None:
    table = Table(title="Kills by point", title_justify="left")
    table.add_column("Point")
    table.add_column("Kills", justify="right")
    for point, number in outcome.histogram.items():
        table.add_row(point, f"{number:,}")
    table.add_row("all", f"{sum(outcome.histogram.values()):,}", style="bold")
    console.print(table)
    print_verdict(outcome.checks, console)
    console.print(", ".join(f"{name} {value}" for name, value in machine.describe().items()))


def main() -> None:
    """Play a campaign as the command line asks; exit code 1 where a check fails."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak.kills", description=__doc__)
    parser.add_argument("--cycles", type=int, default=1000, help="kills altogether")
    parser.add_argument("--lines", type=int, default=2, help="lines that run side by side")
    parser.add_argument("--seed", type=int, default=1, help="chooses moments and order")
    asked = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="lineside-kills-"))
    outcome = asyncio.run(play(Campaign(folder, asked.cycles, asked.lines, asked.seed)))
    _print(outcome, Console(width=140))
    if not all(check.ok for check in outcome.checks):
        sys.exit(f"not all is as it should be; journals, logs and the MES's store are kept in {folder}")
    shutil.rmtree(folder)


if __name__ == "__main__":
    main()
