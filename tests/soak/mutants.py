"""`python -m tests.soak.mutants --mutants N [--seed S] [--jobs J] [--only FILE]`: do the tests notice a changed core?

Mutants of agent/core are drawn by lot, each file in proportion to how many it has, and each meets the tests in
tests/core and tests/contract that execute what it changes. A survivor is a change that nobody would notice.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from rich.console import Console
from rich.table import Table

from tests.bench import machine
from tests.soak.mutant_runs import Copy, Judgement, Known, Verdict
from tests.soak.mutations import Mutant, Source, drawn, files

ROOT = Path(__file__).parents[2]
TARGET = 0.85
LIBRARIES = ("mutmut", "libcst", "pytest", "hypothesis", "coverage")
DEAD = (Verdict.KILLED, Verdict.TIMED_OUT)


@dataclass(frozen=True, slots=True)
class Campaign:
    """What is asked for."""

    mutants: int
    seed: int
    jobs: int
    minutes: float
    only: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it."""

    possible: Mapping[str, int]
    """Mutants that each file has."""
    judgements: Sequence[Judgement]
    seconds: float
    machine: Mapping[str, str]
    """What it was made on, and the versions that it hangs on."""

    def of(self, file: str) -> Counter[Verdict]:
        """Verdicts on the mutants of one file."""
        return Counter(one.verdict for one in self.judgements if one.mutant.file == file)

    @property
    def verdicts(self) -> Counter[Verdict]:
        """All verdicts."""
        return Counter(one.verdict for one in self.judgements)

    @property
    def failures(self) -> list[str]:
        """Why this is not good enough, if so."""
        found = []
        if (share := killed(self.verdicts)) < TARGET:
            found.append(f"{share:.1%} of the mutants were killed; expected {TARGET:.0%} or more")
        if unjudged := self.verdicts[Verdict.UNJUDGED] + self.verdicts[Verdict.LEFT]:
            found.append(f"{unjudged} of {len(self.judgements)} mutants were not judged")
        return found


def killed(verdicts: Counter[Verdict]) -> float:
    """Share of the judged mutants that did not survive."""
    dead = sum(verdicts[verdict] for verdict in DEAD)
    return dead / max(dead + verdicts[Verdict.SURVIVED], 1)


def play(campaign: Campaign, folder: Path, say: Callable[[str], None]) -> Outcome:
    """Play a whole campaign on copies of this tree in a folder.

    Raises:
        BrokenTestsError: the tests fail without any mutant.
        FileNotFoundError: there is no such file to mutate.
        ValueError: there are fewer mutants asked for than files.
    """
    began = time.monotonic()
    described = {**machine.describe(), **{name: version(name) for name in LIBRARIES}}
    sources = [Source.read(ROOT, file) for file in files(ROOT, campaign.only)]
    mutants = drawn(sources, campaign.mutants, campaign.seed)
    copies = [Copy.of(ROOT, folder / str(number)) for number in range(campaign.jobs)]
    known = copies[0].learn()
    with ThreadPoolExecutor(campaign.jobs) as jobs:
        list(jobs.map(lambda copy: copy.prove(known), copies))
    possible = {source.file: len(source.mutations) for source in sources if source.mutations}
    say(f"{len(mutants)} of {sum(possible.values()):,} mutants, {len(known.seconds)} tests")
    judgements = []
    for judgement in judged(mutants, copies, known, began + 60 * campaign.minutes):
        judgements.append(judgement)
        if len(judgements) % 20 == 0:
            share = killed(Counter(one.verdict for one in judgements))
            minutes = (time.monotonic() - began) / 60
            say(f"{len(judgements)} of {len(mutants)}: {share:.1%} killed, {minutes:.1f} minutes")
    judgements.sort(key=lambda one: (one.mutant.file, one.mutant.line, one.mutant.diff))
    return Outcome(possible, judgements, time.monotonic() - began, described)


def judged(mutants: Sequence[Mutant], copies: Sequence[Copy], known: Known, until: float) -> Iterator[Judgement]:
    """Judge mutants side by side, one in each copy at a time; none is begun after an instant of the monotonic clock."""
    free: SimpleQueue[Copy] = SimpleQueue()
    for copy in copies:
        free.put(copy)

    def judge(mutant: Mutant) -> Judgement:
        if time.monotonic() >= until:
            return Judgement(mutant, Verdict.LEFT)
        copy = free.get()
        try:
            return copy.judge(mutant, known)
        finally:
            free.put(copy)

    with ThreadPoolExecutor(len(copies)) as jobs:
        try:
            for future in as_completed([jobs.submit(judge, mutant) for mutant in mutants]):
                yield future.result()
        finally:
            jobs.shutdown(cancel_futures=True)


def report(outcome: Outcome, campaign: Campaign) -> dict[str, Any]:
    """Everything, for other programs."""
    return {
        "machine": dict(outcome.machine),
        "seed": campaign.seed,
        "seconds": round(outcome.seconds, 1),
        "killed": round(killed(outcome.verdicts), 4),
        "possible": dict(outcome.possible),
        "mutants": [
            {
                "file": one.mutant.file,
                "line": one.mutant.line,
                "diff": one.mutant.diff,
                "verdict": one.verdict.value,
                "by": one.by,
                "tests": one.tests,
                "seconds": round(one.seconds, 2),
            }
            for one in outcome.judgements
        ],
    }


def _print(outcome: Outcome, console: Console) -> None:
    for one in outcome.judgements:
        if one.verdict in {Verdict.SURVIVED, Verdict.UNJUDGED}:
            why = f" ({one.by})" if one.by else ""
            console.print(f"{one.mutant.file}:{one.mutant.line}: {one.verdict.value}{why}", markup=False)
            console.print(one.mutant.diff, markup=False, highlight=False)
    table = Table(title="Mutants by file", title_justify="left")
    table.add_column("File")
    for name in ("possible", "drawn", *(verdict.value for verdict in Verdict), "% killed"):
        table.add_column(name, justify="right")
    for file, possible in outcome.possible.items():
        _add(table, file, possible, outcome.of(file))
    _add(table, "all", sum(outcome.possible.values()), outcome.verdicts)
    console.print(table)
    console.print(
        f"{outcome.seconds / 60:.1f} minutes; "
        + ", ".join(f"{name} {value}" for name, value in outcome.machine.items())
    )


def _add(table: Table, name: str, possible: int, verdicts: Counter[Verdict]) -> None:
    figures = (possible, verdicts.total(), *(verdicts[verdict] for verdict in Verdict))
    share = f"{killed(verdicts):.1%}"
    table.add_row(name, *(f"{figure:,}" for figure in figures), share, style="bold" if name == "all" else None)


def main() -> None:
    """Play a campaign as the command line asks; exit code 1 where too many survive or some were not judged."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak.mutants", description=__doc__)
    parser.add_argument("--mutants", type=int, default=600, help="mutants altogether")
    parser.add_argument("--seed", type=int, default=1, help="chooses them")
    parser.add_argument("--jobs", type=int, default=2, help="mutants judged side by side")
    parser.add_argument("--minutes", type=float, default=60, help="after which no further mutant is judged")
    parser.add_argument(
        "--only", action="append", default=[], metavar="FILE", help="only of this file, such as stops/stops.py"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every verdict there too")
    asked = parser.parse_args()
    campaign = Campaign(asked.mutants, asked.seed, asked.jobs, asked.minutes, tuple(asked.only))
    with tempfile.TemporaryDirectory(prefix="lineside-mutants-") as folder:
        outcome = play(campaign, Path(folder), lambda text: print(text, flush=True))  # noqa: T201 - progress
    _print(outcome, Console(width=140))
    if asked.json is not None:
        asked.json.write_text(json.dumps(report(outcome, campaign), indent=1), encoding="utf-8")
    if outcome.failures:
        sys.exit("; ".join(outcome.failures))


if __name__ == "__main__":
    main()
