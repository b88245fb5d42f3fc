"""Whole agents under streams of codes, without an MES all the while: each code is one fact, whatever happens beside."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import pytest

from agent.intake import STORAGE_FULL
from agent.journal.reading import read_latest
from tests.agent.disks import small_disk
from tests.agent.parts import eventually
from tests.agent.processes import AgentProcess, an_agent
from tests.soak import scan_kills, scans
from tests.soak.scan_channels import BY_PREFIX, SOH, STX, Hand, NetworkReader, OperatorTerminal, SerialReader, take_up
from tests.soak.scan_codes import different
from tests.soak.scan_floor import Onlooker, Reader, ScanFact, configuration, looking_on, scan_facts

CENTER = "WC-1"
CODES = 300
ORDER = "ORD:PO-1"
INCOMPLETE = "INCOMPLETE"
WATCHDOG_S = 60.0
HELP = ("\x1bOP", "Scan at any time")
ORDERS = ("\x1b[18~", "Enter: Finish")
QUESTION = ("\r", "Finish PO-1 / -?")
"""Pages of the terminal: the key that opens each, F1, F7 and Enter, and what it shows."""


@dataclass(frozen=True, slots=True)
class Bench:
    """A work center with a serial reader, and somebody who scans with it."""

    folder: Path
    reader: SerialReader
    onlooker: Onlooker
    text: str

    @property
    def hand(self) -> Hand:
        return self.reader.hand("pty", CENTER)

    @asynccontextmanager
    async def agent(self) -> AsyncIterator[AgentProcess]:
        async with an_agent(self.folder, self.text, watchdog_s=WATCHDOG_S) as agent:
            yield agent

    @asynccontextmanager
    async def at_work(self) -> AsyncIterator[AgentProcess]:
        """With an order in progress."""
        async with self.agent() as agent:
            await take_up(self.hand, ORDER, self.onlooker)
            yield agent

    @asynccontextmanager
    async def terminal(self) -> AsyncIterator[OperatorTerminal]:
        async with OperatorTerminal(self.folder, CENTER, SOH).running() as terminal:
            yield terminal

    async def answers(self, code: str) -> None:
        await self.onlooker.sees(CENTER, code)

    def facts(self, reader: str | None = None) -> list[ScanFact]:
        """Of what was scanned since the order was accepted."""
        found = scan_facts(self.folder)
        begun = next(place for place, fact in enumerate(found) if fact.text == ORDER)
        return [fact for fact in found[begun + 1 :] if reader in {None, fact.reader}]

    def texts(self, reader: str | None = None) -> list[str]:
        return [fact.text for fact in self.facts(reader)]


@asynccontextmanager
async def a_bench(folder: Path, *further: Reader, prefix: str = "", beside: str = "") -> AsyncIterator[Bench]:
    with SerialReader(folder / "reader", prefix) as reader:
        readers = (reader.configured("pty", CENTER), *further)
        async with looking_on(folder) as onlooker:
            yield Bench(folder, reader, onlooker, configuration(folder, (CENTER,), readers, BY_PREFIX + beside))


async def all_scanned(hand: Hand, codes: list[str]) -> None:
    for code in codes:
        await hand.scan(code)


@pytest.mark.timeout(240)
async def test_of_hundreds_of_codes_at_scanner_speed_each_is_one_fact_in_order_on_every_channel(tmp_path: Path) -> None:
    results = await scans.play(scans.Campaign(tmp_path, CODES))
    assert [one.channel for one in results] == ["pty", "tcp", "wedge"]
    for one in results:
        assert (one.missing, one.strange, one.misjudged) == ([], [], [])
        assert one.texts == list(one.codes)
        assert len(one.delays_ms) == CODES


@pytest.mark.timeout(240)
@pytest.mark.parametrize("prefix", ["", STX])
async def test_killed_in_a_stream_of_codes_it_loses_only_what_it_had_read_and_not_answered(
    tmp_path: Path, prefix: str
) -> None:
    outcome = await scan_kills.play(scan_kills.Campaign(tmp_path, 3, prefix))
    assert outcome.faults == []
    assert len(outcome.taken) == 3


@pytest.mark.timeout(240)
async def test_two_readers_and_a_terminal_at_one_work_center_at_once_mix_nothing(tmp_path: Path) -> None:
    codes = different(450, 3, cyrillic=False)
    parts = [codes[:150], codes[150:300], codes[300:]]
    with SerialReader(tmp_path / "second") as second:
        further = second.configured("second", CENTER)
        async with a_bench(tmp_path, further) as bench, bench.at_work(), bench.terminal() as terminal:
            hands = [bench.hand, second.hand("second", CENTER), terminal.hand]
            await asyncio.gather(*(all_scanned(hand, part) for hand, part in zip(hands, parts, strict=True)))
            await eventually(lambda: len(bench.texts()) >= len(codes), "all scans")
            for hand, part in zip(hands, parts, strict=True):
                assert bench.texts(hand.name) == part
            assert len(bench.texts()) == len(codes)


async def test_a_reader_that_sends_a_code_again_at_once_is_heard_once(tmp_path: Path) -> None:
    async with a_bench(tmp_path, beside="[codes]\nrescan_ms = 60000\n") as bench, bench.at_work():
        await all_scanned(bench.hand, ["SN:1", "SN:1", "SN:1", "SN:2"])
        await bench.answers("SN:2")
        assert bench.texts() == ["SN:1", "SN:2"]


@pytest.mark.parametrize("stop", ["kill", "stop"])
async def test_what_is_scanned_while_the_agent_is_away_is_there_once_when_it_is_back(tmp_path: Path, stop: str) -> None:
    typed, pressed = ["SN:01", "LOT:L-1:CAP", "?0001"], ["SN:02", "LOT:L-2:CAP", "?0002"]
    async with a_bench(tmp_path, prefix=STX) as bench, bench.at_work() as agent, bench.terminal() as terminal:
        await ended(agent, stop)
        await all_scanned(bench.hand, typed)
        await all_scanned(terminal.hand, pressed)
        await terminal.shows("AGENT NOT REACHABLE")
        async with bench.agent():
            await bench.answers(typed[-1])
            await bench.answers(pressed[-1])
            assert bench.texts("pty") == typed
            assert bench.texts("terminal") == pressed


async def ended(agent: AgentProcess, how: str) -> None:
    if how == "kill":
        agent.process.kill()
        await agent.process.wait()
    else:
        await agent.stopped()


async def test_the_first_code_that_waited_is_refused_aloud_where_no_prefix_shows_that_it_is_whole(
    tmp_path: Path,
) -> None:
    async with a_bench(tmp_path) as bench:
        async with bench.at_work() as agent:
            await bench.hand.scan_part("SN:0")
            await ended(agent, "kill")
        await all_scanned(bench.hand, ["001", "SN:0002"])
        async with bench.agent():
            await bench.answers("SN:0002")
            assert [(fact.text, fact.refusal) for fact in bench.facts()] == [("", INCOMPLETE), ("SN:0002", None)]


async def test_unplugged_within_a_code_and_plugged_in_under_another_name_half_a_code_is_refused_and_the_next_is_read(
    tmp_path: Path,
) -> None:
    with SerialReader(tmp_path / "other name") as replugged:
        async with a_bench(tmp_path) as bench, bench.at_work():
            await bench.hand.scan_part("SN:00")
            bench.reader.unplug()
            await bench.answers("")
            bench.reader.link.symlink_to(replugged.link.readlink())
            await take_up(replugged.hand("pty", CENTER), "SN:0001", bench.onlooker)
            whole = [fact.text for fact in bench.facts() if fact.refusal != INCOMPLETE]
            assert (bench.facts()[0].refusal, whole) == (INCOMPLETE, ["SN:0001"])


async def test_a_network_reader_is_heard_again_after_a_restart_and_half_a_code_is_refused(tmp_path: Path) -> None:
    async with NetworkReader(STX).listening() as network:
        hand = network.hand("tcp", CENTER)
        async with a_bench(tmp_path, network.configured("tcp", CENTER)) as bench:
            async with bench.at_work() as agent:
                await take_up(hand, "SN:0001", bench.onlooker)
                await hand.scan_part("SN:00")
                await ended(agent, "kill")
            await eventually(lambda: not network.is_called, "nobody is on the line")
            async with bench.agent():
                await network.write(b"02\r")
                await hand.scan("SN:0003")
                await bench.answers("SN:0003")
                assert bench.texts("tcp")[-2:] == ["", "SN:0003"]


async def test_a_scan_is_taken_whatever_stands_open_in_the_terminal_and_answers_no_question(tmp_path: Path) -> None:
    async with a_bench(tmp_path) as bench, bench.at_work(), bench.terminal() as terminal:
        await terminal.shows("PO-1")
        pages = {"question": (ORDERS, QUESTION), "orders": (ORDERS,), "help": (HELP,)}
        for name, keys in pages.items():
            for key, title in keys:
                await terminal.write(key.encode())
                await terminal.shows(title)
            await all_scanned(terminal.hand, [f"SN:{name}", f"?{name}"])
            await bench.answers(f"?{name}")
            await terminal.shows(title, "REFUSED")
        assert bench.texts("terminal") == [f"{kind}{name}" for name in pages for kind in ("SN:", "?")]
        assert "operation.completed" not in {row.type for row in read_latest(tmp_path / "journal", 100)}


@pytest.mark.skipif(os.geteuid() != 0, reason="a small disk is mounted for it, which only root may do")
async def test_a_full_disk_refuses_scans_aloud_on_every_channel_and_takes_them_again_once_there_is_room(
    tmp_path: Path,
) -> None:
    serials = (f"SN:{number:04}" for number in count())
    with small_disk(tmp_path / "journal", size_mb=16) as disk:
        beside = "[journal]\nreserve_mb = 1\n"
        async with a_bench(tmp_path, beside=beside) as bench, bench.at_work(), bench.terminal() as terminal:
            full = disk.folder / "ballast"
            await asyncio.to_thread(fill, full)
            taken = await scanned_until(bench, bench.hand, serials, STORAGE_FULL.code)
            assert await scanned_until(bench, terminal.hand, serials, STORAGE_FULL.code) == []
            await terminal.shows("storage is full")
            await asyncio.to_thread(full.unlink)
            taken += await scanned_until(bench, bench.hand, serials, "ok")
            taken += await scanned_until(bench, terminal.hand, serials, "ok")
            assert bench.texts() == taken


def fill(ballast: Path) -> None:
    with ballast.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(bytes(4096))


async def scanned_until(bench: Bench, hand: Hand, codes: Iterator[str], wanted: str) -> list[str]:
    """One after the other, each answered, until the answer is this; those that were taken."""
    taken = []
    for code in codes:
        await hand.scan(code)
        answer = await bench.onlooker.sees(CENTER, code)
        if answer.accepted:
            taken.append(code)
        if answer.code == wanted:
            break
    return taken
