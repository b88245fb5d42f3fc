"""The agent as a whole on a disk that takes nothing: it starts, and it stops."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest

from agent.app import LAST_WORDS_S, delivering
from agent.clock import Clock
from agent.journal.journal import open_journal
from tests.agent.disks import broken, mended
from tests.agent.parts import settings

PATIENCE_S = 2 * LAST_WORDS_S + 4.0


async def test_a_disk_that_takes_nothing_keeps_the_agent_neither_from_starting_nor_from_stopping(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    configured = settings(tmp_path)
    async with open_journal(configured.agent.data, "e1") as journal:
        broken(journal)
        began = time.monotonic()
        async with asyncio.timeout(PATIENCE_S), delivering(configured, journal, Clock(), "i1"):
            assert time.monotonic() - began < PATIENCE_S
        assert "what was seen since and never answered ends with this stop" in caplog.text
        assert journal.marks.last_sequence == 0
        mended(journal)


async def test_a_disk_that_fails_later_loses_no_start_and_takes_everything_once_it_can(tmp_path: Path) -> None:
    configured = settings(tmp_path)
    async with open_journal(configured.agent.data, "e1") as journal:
        broken(journal)
        async with delivering(configured, journal, Clock(), "i1"):
            mended(journal)
        assert [row.type for row in await journal.latest(10)] == ["agent.started", "agent.stopping"]
