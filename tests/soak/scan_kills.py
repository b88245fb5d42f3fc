"""`python -m tests.soak.scan_kills --kills K [--seed S]`: SIGKILL in the middle of a stream of codes.

Different codes are scanned at a serial reader, one after the other without a pause, while the agent is killed K times
at random moments and started again, half of the times with a reader that sends STX before each code. A code is lost to
a kill only if the agent that was killed had read some of it and had not answered it: the operator saw no answer, and
scans again. What comes while no agent runs is kept by the kernel. Its first code may be the rest of one that was cut,
and is refused as incomplete, unless STX shows that it is whole. Everything else is one fact of its own, in order.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.agent.processes import an_agent
from tests.bench import machine
from tests.soak.scan_channels import STX, SerialReader
from tests.soak.scan_codes import different
from tests.soak.scan_floor import ScanFact, as_shown, configuration, looking_on, scan_facts

CENTER: Final = "PTY-1"
LONGEST_LIFE_S: Final = 0.8
"""From the first answer of a run to its kill at most."""
WATCHDOG_S: Final = 60.0
MOST_CODES: Final = 100_000


@dataclass(frozen=True, slots=True)
class Campaign:
    """What is asked for."""

    folder: Path
    kills: int
    prefix: str = ""
    """What the reader sends before each code."""
    seed: int = 1
    say: Callable[[str], object] = lambda _: None
    """Tells people how far it is."""


@dataclass(frozen=True, slots=True)
class Scanned:
    """One code as it went down the line."""

    text: str
    start: int
    """Octets that had been sent before it."""
    end: int
    """And with its suffix."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it."""

    codes: Sequence[Scanned]
    taken: Sequence[int]
    """Octets that had been read when each run was killed."""
    answered: frozenset[str]
    """Codes whose answer was shown, as views show them."""
    facts: Sequence[ScanFact]
    is_marked: bool
    """Whether the reader showed where a code begins."""

    @property
    def missing(self) -> list[Scanned]:
        """Codes without a fact."""
        there = {fact.text for fact in self.facts}
        return [code for code in self.codes if code.text not in there]

    @property
    def faults(self) -> list[str]:
        """What should not be so; empty as a rule."""
        scanned = [code.text for code in self.codes]
        texts = [fact.text for fact in self.facts if fact.text]
        found = [f"doubled: {text!r}" for text, times in Counter(texts).items() if times > 1]
        found += [f"never scanned: {text!r}" for text in texts if text not in scanned]
        if texts != [text for text in scanned if text in texts]:
            found.append("not in order")
        found += [f"answered and not there: {code.text!r}" for code in self.missing if self._was_answered(code)]
        found += [f"lost without a kill: {code.text!r}" for code in self.missing if not self._may_be_missing(code)]
        if len(self.incomplete) > len(self.taken) + 1:
            found.append(f"{len(self.incomplete)} refused as incomplete")
        return found + [f"half a code was believed: {fact}" for fact in self.incomplete if fact.refusal != "INCOMPLETE"]

    @property
    def incomplete(self) -> list[ScanFact]:
        """Of what was no whole code."""
        return [fact for fact in self.facts if not fact.text]

    def _was_answered(self, code: Scanned) -> bool:
        return as_shown(code.text) in self.answered

    def _may_be_missing(self, code: Scanned) -> bool:
        """Whether a killed run had read of it and left nothing later either, or it was the first that a run found."""
        there = {fact.text for fact in self.facts}
        for taken in (0, *self.taken):
            if code.start < taken:
                return not any(
                    later.text in there for later in self.codes if code.start < later.start and later.end <= taken
                )
            if not self.is_marked and code == next(one for one in self.codes if one.end > taken):
                return True
        return False


async def play(campaign: Campaign) -> Outcome:
    """Scan until every agent but the last has been killed, and compare.

    Raises:
        AssertionError: an answer does not come.
    """
    folder, dice = campaign.folder, random.Random(campaign.seed)
    with SerialReader(folder / "reader", campaign.prefix) as reader:
        text = configuration(folder, (CENTER,), (reader.configured("pty", CENTER),))
        stream = Stream(reader, different(MOST_CODES, campaign.seed))
        async with looking_on(folder) as onlooker, asyncio.TaskGroup() as tasks:
            scanning = tasks.create_task(stream.run(), name="soak.stream")
            taken = []
            for kill in range(1, campaign.kills + 1):
                async with an_agent(folder, text, watchdog_s=WATCHDOG_S) as agent:
                    await onlooker.sees_other(CENTER, onlooker.last(CENTER))
                    await asyncio.sleep(dice.uniform(0, LONGEST_LIFE_S))
                    agent.process.kill()
                    await agent.process.wait()
                    taken.append(reader.taken)
                campaign.say(f"killed {kill} of {campaign.kills}, {len(stream.scanned):,} codes")
            async with an_agent(folder, text, watchdog_s=WATCHDOG_S):
                await onlooker.sees_other(CENTER, onlooker.last(CENTER))
                stream.enough = True
                await scanning
                await onlooker.sees(CENTER, stream.scanned[-1].text)
    answered = frozenset(one.text for one in onlooker.answers[CENTER])
    facts = await asyncio.to_thread(scan_facts, folder)
    return Outcome(stream.scanned, taken, answered, facts, bool(campaign.prefix))


class Stream:
    """One code after the other, an order's first so that there is work to do."""

    def __init__(self, reader: SerialReader, codes: Sequence[str]) -> None:
        self.scanned: list[Scanned] = []
        self.enough = False
        """Whether the code in hand is the last."""
        self._reader = reader
        self._codes = iter(("ORD:PO-1", *codes))

    async def run(self) -> None:
        """Scan until it is enough."""
        hand = self._reader.hand("pty", CENTER)
        while not self.enough:
            text, start = next(self._codes), self._reader.sent
            await hand.scan(text)
            self.scanned.append(Scanned(text, start, self._reader.sent))


def main() -> None:
    """Play a campaign as the command line asks; exit code 1 where anything is as it should not be."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak.scan_kills", description=__doc__)
    parser.add_argument("--kills", type=int, default=100, help="kills altogether, half of them with a prefix")
    parser.add_argument("--seed", type=int, default=1, help="chooses codes and moments")
    asked = parser.parse_args()
    faults = [fault for prefix in ("", STX) for fault in asyncio.run(_play_one(prefix, asked.kills // 2, asked.seed))]
    if faults:
        sys.exit("\n".join(faults))


async def _play_one(prefix: str, kills: int, seed: int) -> list[str]:
    folder = Path(tempfile.mkdtemp(prefix="lineside-scan-kills-"))
    told: Callable[[str], object] = print
    outcome = await play(Campaign(folder, kills, prefix, seed, told))
    told(
        f"{'STX before each code' if prefix else 'no prefix'}: {len(outcome.codes):,} codes, {kills} kills, "
        f"{len(outcome.facts):,} facts, {len(outcome.incomplete)} of them refusals of what was no whole code; "
        f"{len(outcome.missing)} codes without a fact and without an answer; {machine.load()} load"
    )
    if outcome.faults:
        return [*outcome.faults, f"journal and log are kept in {folder}"]
    shutil.rmtree(folder)
    return []


if __name__ == "__main__":
    main()
