"""Damages journals in many places and looks at what becomes of each: nothing false, nothing lost that was not hit.

`python -m tests.soak.damage --positions N`: each damaged copy is salvaged as it stands, and another copy of it is
worked with as the agent does: opened, sent from, inspected, written to, opened anew where it asks for that.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import shutil
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeAlias

from agent.core.contract.envelope import Row
from agent.core.errors import JournalError
from agent.core.facts import FactWithheld
from agent.journal.inspection import Place
from agent.journal.journal import Journal, open_journal
from agent.journal.salvage import salvage
from agent.journal.witness import Testimony, Witness
from tests.journal.damage import (
    DAMAGES,
    Past,
    Span,
    a_commit,
    a_fresh_journal,
    a_past,
    all_gone,
    copied,
    judge,
)

FACTS = 700
LOGGED = 120
MOST_OPENINGS = 3
"""A damaged file is opened, given up for a salvaged one, and that is worked with: one more than that is a loop."""
PAGE_ROWS = 400
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


def both(path: Path, past: Past, hits: list[Span]) -> int:
    """Both trials, each on a copy of its own."""
    worked_with(copied(path, path.parent / "worked"), past, hits)
    return salvaged(path, past, hits)


def worked_with(path: Path, past: Past, hits: list[Span]) -> int:
    """The trial of the journal in the agent's hands."""
    facts = {key[1]: values for key, values in past.rows.items() if key[0] == "facts"}
    Witness(path.parent).write(Testimony("e1", 1, len(facts), 0))
    # What the trial itself wrote may be sent too, after another opening.
    sent = [row for row in asyncio.run(_worked_with(path, hits)) if row.position in facts]
    themselves = [row for row in sent if row.type != FactWithheld.TYPE]
    false = [row for row in themselves if row[3:] != facts[row.position][1:-1]]
    assert false == [], f"facts that nobody wrote are sent: {false[:2]} after {hits}"
    lost = facts.keys() - {row.position for row in themselves}
    given_up = {row.position for row in sent if row.type == FactWithheld.TYPE}
    gone = all_gone(past, hits)
    wrong = [
        position
        for position in lost | given_up
        if not any(span.meets(hit) for span in past.where.homes["facts", position] for hit in gone)
    ]
    assert wrong == [], f"facts that stand where nothing was hit are given up: {sorted(wrong)[:5]} after {hits}"
    return len(lost)


async def _worked_with(path: Path, hits: list[Span]) -> list[Row]:
    """All that is sent, opening after opening."""
    sent: list[Row] = []
    for number in range(MOST_OPENINGS):
        async with open_journal(path.parent, f"new{number}", 2000.0) as journal:
            with suppress(JournalError):
                await _send(journal, sent)
                await _inspect(journal)
                await _work_with(journal)
            if not journal.done_with.done():
                return sent
    raise AssertionError(f"it was opened {MOST_OPENINGS} times and is still not sound, after {hits}")


async def _send(journal: Journal, sent: list[Row]) -> None:
    """As if nothing had been confirmed."""
    after = journal.marks.epochs[0].first_position - 1
    while after < journal.marks.last_position:
        page = await journal.read(after, PAGE_ROWS)
        assert [row.position for row in page.rows] == list(range(after + 1, after + 1 + len(page.rows)))
        sent += page.rows
        after = page.rows[-1].position


async def _work_with(journal: Journal) -> None:
    """Everything else that an agent does with it."""
    for key, _ in await journal.notices():
        await journal.told(key)
    parked = await journal.parking.rows()
    await journal.originals([row.position for row in parked])
    await journal.parking.ask_again([row.position for row in parked], 2000.0)
    for row in parked:
        await journal.parking.remove(row.position)
    assert await journal.sessions.begin("another") > 0
    await journal.sessions.knows("instance1")
    await journal.taken(("serial:FILL-1:S007919", "answer:1"))
    await journal.oldest_waiting()
    last = journal.marks.last_position
    await journal.commit(a_commit(last + 1, last + 5), 2001.0)
    await journal.confirm(journal.marks.epoch, journal.marks.last_sequence, 2002.0)
    await journal.retire(1e9, 0.0)


async def _inspect(journal: Journal) -> None:
    place: Place | None = Place()
    while place is not None:
        place = (await journal.inspect(place)).following


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
            path = copied(past.path, Path(folder) / f"copy{number}")
            hit = DAMAGES[way](path, dice.choice(past.where.places[place]), dice)
            try:
                lost = trial(path, past, [hit])
            except Exception as error:  # noqa: BLE001 - whatever the agent would die of
                tally.failures += 1
                print(f"position {number} of seed {seed}, {way} in {place} ({hit}): {error!r}", flush=True)  # noqa: T201
            else:
                _count(tally, lost)
                shutil.rmtree(path.parent)
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
    tallies = campaign(arguments.positions, arguments.seed, both)
    failures = sum(tally.failures for tally in tallies.values())
    lost = sum(tally.lost for tally in tallies.values())
    print(report(tallies))  # noqa: T201
    print(f"{arguments.positions} positions of seed {arguments.seed}: {lost} facts lost, {failures} failures")  # noqa: T201
    return min(failures, 1)


if __name__ == "__main__":
    sys.exit(main())
