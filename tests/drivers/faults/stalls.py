"""How long the machine stood still of late, as one process saw it: nobody can be quicker than the machine is."""

from __future__ import annotations

import asyncio
import time
from typing import Final

STANDS_STILL_S: Final = 0.2
"""A turn of the loop that comes so late is the machine's doing."""
WINDOW_S: Final = 4.0
LOOK_S: Final = 0.01


class Stalls:
    """Meters the loop that it runs in."""

    def __init__(self) -> None:
        self._stalls: list[tuple[float, float]] = []

    @property
    def recent_s(self) -> float:
        """Of the last seconds."""
        since = time.monotonic() - WINDOW_S
        return sum(length for at, length in self._stalls if at > since)

    async def run(self) -> None:
        """Until cancelled."""
        before = time.monotonic()
        while True:
            await asyncio.sleep(LOOK_S)
            now = time.monotonic()
            if now - before > STANDS_STILL_S:
                since = now - WINDOW_S
                self._stalls = [*(one for one in self._stalls if one[0] > since), (now, now - before)]
            before = now
