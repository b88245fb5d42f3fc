"""Damages journals in many places and looks at what becomes of each: nothing false, nothing lost that was not hit."""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeAlias

from agent.journal.salvage import salvage
from tests.journal.damage import DAMAGES, Past, Span, a_fresh_journal, a_past, copied, judge

FACTS = 700
LOGGED = 120
Trial: TypeAlias = Callable[[Path, Past, list[Span]], int]
"""What is done with a damaged copy; the facts that were lost. Raises AssertionError where it is not done well."""


@dataclass(slots=True)
class Tally:
    """What became of the damages in one place."""

    damaged: int = 0
    harmless: int = 0
    kept: int = 0
    lost: int = 0
    most_lost: int = 0
    failures: int = 0


def salvaged(path: Path, past: Past, hits: list[Span]) -> int:
    """The trial of what salvages."""
    with a_fresh_journal() as fresh:
        return judge(past, hits, salvage(path, fresh), fresh)


def pasts(folder: Path) -> dict[str, Past]:
    """One journal whose log is empty, so that all its trees are in the file, and one with much in the log."""
    return {
        "file": a_past(folder / "file", FACTS, logged=0),
        "log": a_past(folder / "log", FACTS, logged=LOGGED),
    }


def campaign(positions: int, seed: int, trial: Trial) -> dict[str, Tally]:
    """Damage so many copies, spread evenly over the places and over the ways to damage them.

    What fails is printed with what makes it happen again.
    """
    dice = random.Random(seed)
    tallies: dict[str, Tally] = {}
    began = time.monotonic()
    with TemporaryDirectory() as folder:
        made = pasts(Path(folder))
        targets = [(name, place) for name, past in made.items() for place in past.where.places]
        # Each turn round the places takes the next way to damage them.
        turns = ((way, *target) for way in cycle(DAMAGES) for target in targets)
        for number, (way, name, place) in enumerate(islice(turns, positions), 1):
            past = made[name]
            tally = tallies.setdefault(f"{name}: {place}", Tally())
            path = copied(past.path, Path(folder) / "copy")
            hit = DAMAGES[way](path, dice.choice(past.where.places[place]), dice)
            try:
                lost = trial(path, past, [hit])
            except AssertionError as error:
                tally.failures += 1
                print(f"position {number} of seed {seed}, {way} in {place} ({hit}): {error}", flush=True)  # noqa: T201
            else:
                _count(tally, lost)
            if number % 200 == 0:
                print(f"{number} of {positions} after {time.monotonic() - began:.0f} s", flush=True)  # noqa: T201
    return tallies


def _count(tally: Tally, lost: int) -> None:
    tally.damaged += 1
    tally.harmless += not lost
    tally.kept += FACTS - lost
    tally.lost += lost
    tally.most_lost = max(tally.most_lost, lost)


def report(tallies: dict[str, Tally]) -> str:
    """The histogram: a line for each place."""
    lines = [f"{'place':<48}{'damaged':>8}{'harmless':>9}{'kept':>9}{'lost':>6}{'most lost':>10}{'failed':>7}"]
    lines += [
        f"{place:<48}{t.damaged:>8}{t.harmless:>9}{t.kept:>9}{t.lost:>6}{t.most_lost:>10}{t.failures:>7}"
        for place, t in sorted(tallies.items())
    ]
    return "\n".join(lines)


def main() -> int:
    """Run the campaign; 1 where anything failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--positions", type=int, default=2_000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    tallies = campaign(arguments.positions, arguments.seed, salvaged)
    failures = sum(tally.failures for tally in tallies.values())
    lost = sum(tally.lost for tally in tallies.values())
    print(report(tallies))  # noqa: T201
    print(f"{arguments.positions} positions of seed {arguments.seed}: {lost} facts lost, {failures} failures")  # noqa: T201
    return min(failures, 1)


if __name__ == "__main__":
    sys.exit(main())
