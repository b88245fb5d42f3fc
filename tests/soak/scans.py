"""`python -m tests.soak.scans --codes N [--channels pty,tcp,wedge] [--seed S]`: N different codes through each channel.

One agent, no MES, a work center for each channel; all channels are scanned at side by side, code after code without a
pause, 5 ms between characters. Then the journal must hold as many facts as there were codes, accepted or refused, in
the same order and with the same texts.

The delay of a scan begins as the suffix of its code goes out and ends as its answer, which is given after the commit
of its fact, is read from the agent's live view. The `recordedtime` of the fact would flatter: it is taken before the
commit.
"""

from __future__ import annotations

import argparse
import asyncio
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.table import Table

from tests.agent.processes import an_agent
from tests.bench import machine
from tests.bench.measurement import percentile
from tests.soak.scan_channels import (
    BY_PREFIX,
    CHANNELS,
    SOH,
    ChannelName,
    Hand,
    NetworkReader,
    OperatorTerminal,
    SerialReader,
    take_up,
)
from tests.soak.scan_codes import content, different, is_known, is_unknown
from tests.soak.scan_floor import Onlooker, Reader, ScanFact, configuration, looking_on, scan_facts

TARGET_MS: Final = 50.0
"""Of 99 scans in 100 at most (design.md §10)."""
WATCHDOG_S: Final = 60.0
MOST_AHEAD: Final = 10
"""Codes without an answer at which a hand waits; the terminal takes 20 ahead and refuses more."""
TOLD_EVERY: Final = 20
"""How often the progress of a channel is told."""


@dataclass(frozen=True, slots=True)
class Campaign:
    """What is asked for."""

    folder: Path
    codes: int
    channels: tuple[ChannelName, ...] = CHANNELS
    seed: int = 1
    by_timing: bool = False
    """Whether the terminal knows scans by their pace; else by a prefix, as behind tmux it should (domain.md F5)."""
    say: Callable[[str], object] = lambda _: None
    """Tells people how far it is."""


@dataclass(frozen=True, slots=True)
class Result:
    """What came of the codes of one channel."""

    channel: ChannelName
    codes: Sequence[str]
    facts: Sequence[ScanFact]
    delays_ms: Sequence[float]

    @property
    def missing(self) -> list[str]:
        """Codes without a fact."""
        return list((Counter(self.codes) - Counter(self.texts)).elements())

    @property
    def strange(self) -> list[str]:
        """Texts of facts that nobody scanned, or not as often."""
        return list((Counter(self.texts) - Counter(self.codes)).elements())

    @property
    def texts(self) -> list[str]:
        """Of the facts, in order."""
        return [fact.text for fact in self.facts]

    @property
    def misjudged(self) -> list[ScanFact]:
        """Serials that were refused, codes accepted that nobody knows, and GS1 elements that are not the code's."""
        return [fact for fact in self.facts if not _is_right(fact)]

    @property
    def ok(self) -> bool:
        """Whether there is a fact of each code, in order, and each says the right thing."""
        return self.texts == list(self.codes) and not self.misjudged

    @property
    def accepted(self) -> int:
        """How many were accepted."""
        return sum(fact.refusal is None for fact in self.facts)


async def play(campaign: Campaign) -> list[Result]:
    """Scan all codes, and compare.

    Raises:
        AssertionError: an answer does not come, or the terminal shows nothing.
    """
    async with _at_work(campaign) as (hands, onlooker), asyncio.TaskGroup() as tasks:
        scanning = {
            name: tasks.create_task(_stream(campaign, name, hand, onlooker), name=f"soak.{name}")
            for name, hand in hands.items()
        }
    facts = await asyncio.to_thread(scan_facts, campaign.folder)
    results = []
    for name, task in scanning.items():
        codes, delays = task.result()
        found = [fact for fact in facts if fact.center == _center(name)]
        first = next(place for place, fact in enumerate(found) if fact.text == codes[0])
        results.append(Result(name, codes, found[first:], delays))
    return results


@asynccontextmanager
async def _at_work(campaign: Campaign) -> AsyncIterator[tuple[dict[ChannelName, Hand], Onlooker]]:
    """The agent and a hand at each channel."""
    folder, channels = campaign.folder, campaign.channels
    prefix, terminal_settings = ("", "") if campaign.by_timing else (SOH, BY_PREFIX)
    hands: dict[ChannelName, Hand] = {}
    readers: list[Reader] = []
    async with AsyncExitStack() as stack:
        if "pty" in channels:
            serial = stack.enter_context(SerialReader(folder / "reader"))
            readers.append(serial.configured("pty", _center("pty")))
            hands["pty"] = serial.hand("pty", _center("pty"))
        if "tcp" in channels:
            network = await stack.enter_async_context(NetworkReader().listening())
            readers.append(network.configured("tcp", _center("tcp")))
            hands["tcp"] = network.hand("tcp", _center("tcp"))
        text = configuration(folder, map(_center, channels), readers, terminal_settings)
        await stack.enter_async_context(an_agent(folder, text, watchdog_s=WATCHDOG_S))
        onlooker = await stack.enter_async_context(looking_on(folder))
        if "wedge" in channels:
            terminal = OperatorTerminal(folder, _center("wedge"), prefix)
            await stack.enter_async_context(terminal.running())
            hands["wedge"] = terminal.hand
        yield hands, onlooker


async def _stream(
    campaign: Campaign, name: ChannelName, hand: Hand, onlooker: Onlooker
) -> tuple[list[str], list[float]]:
    """All codes of one channel, an order's first so that there is work to do; and the delay of each."""
    order = f"ORD:PO-{name}"
    ended = [await take_up(hand, order, onlooker)]
    seed = campaign.seed + CHANNELS.index(name)
    codes = [order, *different(campaign.codes - 1, seed, cyrillic=name != "wedge")]
    for number, code in enumerate(codes[1:], 2):
        await onlooker.sees_one_of(hand.center, codes[max(number - MOST_AHEAD, 0) : number])
        ended.append(await hand.scan(code))
        if number % max(campaign.codes // TOLD_EVERY, 1) == 0:
            campaign.say(f"{name}: {number:,} of {campaign.codes:,}")
    await onlooker.sees(hand.center, codes[-1])
    return codes, onlooker.delays_ms(hand.center, codes, ended)


def _center(name: ChannelName) -> str:
    return f"{name.upper()}-1"


def _is_right(fact: ScanFact) -> bool:
    if is_known(fact.text):
        return fact.refusal is None
    if is_unknown(fact.text):
        return fact.refusal is not None
    return not fact.elements or fact.elements == content(fact.text)


def _print(results: Sequence[Result], console: Console) -> None:
    table = Table(title="Scans, 5 ms between characters, no pause between codes", title_justify="left")
    for column in (
        "Channel",
        "Codes",
        "Accepted",
        "Refused",
        "Missing",
        "Strange",
        "In order",
        "p50",
        "p99",
        "≤ 50 ms",
    ):
        table.add_column(column, justify="left" if column == "Channel" else "right")
    for one in results:
        counts = (len(one.codes), one.accepted, len(one.facts) - one.accepted, len(one.missing), len(one.strange))
        p50, p99 = percentile(one.delays_ms, 50), percentile(one.delays_ms, 99)
        times = (f"{p50:.1f} ms", f"{p99:.1f} ms", "met" if p99 <= TARGET_MS else "missed")
        order = "yes" if one.texts == list(one.codes) else "no"
        table.add_row(one.channel, *(f"{count:,}" for count in counts), order, *times)
    console.print(table)
    for one in results:
        for what, found in (("missing", one.missing), ("strange", one.strange), ("misjudged", one.misjudged)):
            if found:
                console.print(f"{one.channel}: {what}: {found[:5]!r}", markup=False)


def _described() -> str:
    parts = {**machine.describe(), **{name: version(name) for name in ("textual", "pyserial")}}
    return ", ".join(f"{name} {value}" for name, value in parts.items())


def _channels(text: str) -> tuple[ChannelName, ...]:
    unknown = set(text.split(",")) - set(CHANNELS)
    if unknown:
        raise argparse.ArgumentTypeError(f"no channel {', '.join(sorted(unknown))}; expected {', '.join(CHANNELS)}")
    return tuple(name for name in CHANNELS if name in text.split(","))


def main() -> None:
    """Play a campaign as the command line asks; exit code 1 where a code is lost, doubled, changed or misjudged."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak.scans", description=__doc__)
    parser.add_argument("--codes", type=int, default=10_000, help="codes for each channel")
    parser.add_argument("--channels", type=_channels, default=CHANNELS, help="some of pty,tcp,wedge")
    parser.add_argument("--seed", type=int, default=1, help="chooses the codes")
    parser.add_argument(
        "--timing", action="store_true", help="no prefix at the terminal: scans are known by their pace"
    )
    asked = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="lineside-scans-"))
    console = Console(width=140)
    began, described = time.monotonic(), _described()
    results = asyncio.run(play(Campaign(folder, asked.codes, asked.channels, asked.seed, asked.timing, console.print)))
    _print(results, console)
    console.print(f"{time.monotonic() - began:.0f} s; {described}, at end {machine.load()}", highlight=False)
    if not all(one.ok for one in results):
        sys.exit(f"not every code is a fact of its own; journal and log are kept in {folder}")
    shutil.rmtree(folder)


if __name__ == "__main__":
    main()
