"""The process that is recorded: `python -m tests.powercut.writer FOLDER SEED FIRST LAST [--leave] [--lax]`.

It opens the journal, lives the steps from FIRST to LAST of a story, and notes each one that the journal acknowledged in
a file of the same folder, so that acknowledgements and the disk's syncs are in one order.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
from pathlib import Path

from agent.journal.journal import open_journal
from tests.powercut.adapter import EPOCH, perform
from tests.powercut.story import at, told

ACKNOWLEDGED = "acknowledged"
CHECKPOINT_PAGES = 60
"""SQLite's 1,000 would make a short story see one checkpoint; the way it is made is the same."""


async def live(folder: Path, seed: int, first: int, last: int, *, leave: bool, lax: bool) -> None:
    """Make the steps; `leave` ends it without a goodbye, `lax` has SQLite sync nothing."""
    steps = told(seed, last).steps
    notes = os.open(folder / ACKNOWLEDGED, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    async with open_journal(folder, EPOCH if first == 0 else "unwanted", at(first)) as journal:
        await journal.writing(lambda connection: connection.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}"))
        if lax:
            await journal.writing(lambda connection: connection.execute("PRAGMA synchronous = OFF"))
        os.write(notes, b"%d\n" % first)
        for index in range(first, last):
            await perform(journal, steps[index], index)
            os.write(notes, b"%d\n" % (index + 1))
        if leave:
            os.kill(os.getpid(), signal.SIGKILL)


def main() -> None:
    """Read the arguments and live."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("seed", type=int)
    parser.add_argument("first", type=int)
    parser.add_argument("last", type=int)
    parser.add_argument("--leave", action="store_true")
    parser.add_argument("--lax", action="store_true")
    chosen = parser.parse_args()
    asyncio.run(live(chosen.folder, chosen.seed, chosen.first, chosen.last, leave=chosen.leave, lax=chosen.lax))


if __name__ == "__main__":
    main()
