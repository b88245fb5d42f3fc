"""Threads for what blocks: names that are looked up, PINs that are checked, files that are read."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Final

MOST: Final = 64
"""Each begins when all others are busy. A silent name server holds one for up to a minute at each try of whatever is
called by a name; behind asyncio's own, six on a small PC, PINs and the journal would wait for it."""


def make_room() -> None:
    """Give the running loop so many."""
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(MOST, "aside"))
