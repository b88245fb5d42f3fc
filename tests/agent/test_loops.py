"""Whether every loop turns: what hangs is named, and what waits for a slow disk is not ended for that."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from agent import loops
from agent.journal.telemetry_store import TelemetryStore
from agent.loops import Loops
from agent.telemetry import Telemetry
from agent.watches import Watches
from tests.agent.disks import slow_disk
from tests.agent.mes_peer import Sender, a_sender
from tests.agent.parts import CLOCK, eventually, scan, settings

AT_ONCE = -1.0
"""A limit that everything is beyond."""
NOBODY = 1
"""A port."""


@asynccontextmanager
async def an_agent(folder: Path) -> AsyncIterator[tuple[Loops, Sender]]:
    async with a_sender(folder, NOBODY) as sender:
        desk, configured = sender.running.intake, settings(folder)
        store = TelemetryStore(folder / "journal", 1, "urn:lineside:ala1:edge-1")
        watches = Watches(desk, CLOCK, Telemetry(configured, store, CLOCK, sender.alarms))
        yield Loops(sender.journal, desk, sender.forwarder, sender.uplink, watches), sender


async def test_a_writer_that_waits_for_the_disk_has_more_time_than_one_that_does_not_turn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with an_agent(tmp_path) as (watched, sender):
        assert watched.unwell() == []
        async with slow_disk(sender.journal):
            answer = asyncio.create_task(sender.running.intake.submit(scan("LOT:A:X")))
            await eventually(lambda: sender.journal.writing_since is not None, "the disk is slow")
            monkeypatch.setattr(loops, "STUCK_S", AT_ONCE)
            assert watched.stuck() is None
            sender.uplink.online = True
            assert watched.unwell() == ["the journal's disk has not answered for 0 s"]
            monkeypatch.setattr(loops, "DISK_S", AT_ONCE)
            assert watched.stuck() == "the journal's writer"
            monkeypatch.setattr(loops, "DISK_S", 300.0)
        await answer
        await eventually(lambda: watched.stuck() == "the journal's writer", "a disk that is free is no excuse")


async def test_a_reader_thread_that_hangs_is_stuck_though_nothing_is_sent_and_whoever_read_was_cancelled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    released = threading.Event()
    async with an_agent(tmp_path) as (watched, sender):
        reading = asyncio.create_task(sender.journal.reading(lambda _: released.wait()))
        await eventually(lambda: sender.journal.reading_since is not None, "a read is under way")
        assert watched.stuck() is None
        reading.cancel()
        with suppress(asyncio.CancelledError):
            await reading
        monkeypatch.setattr(loops, "DISK_S", AT_ONCE)
        assert watched.stuck() == "the journal's reader"
        released.set()
        await eventually(lambda: watched.stuck() is None, "the thread is free")


async def test_the_forwarder_is_judged_from_the_connection_on_and_not_by_the_outage_before_it(tmp_path: Path) -> None:
    async with an_agent(tmp_path) as (watched, sender):
        now = asyncio.get_running_loop().time()
        sender.forwarder.turned_at = sender.uplink.connected_at = now - 1000.0
        assert watched.stuck() is None
        sender.uplink.online = True
        assert watched.stuck() == "the forwarder"
        sender.uplink.connected_at = now
        assert watched.stuck() is None
