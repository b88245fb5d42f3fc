"""How late the loop gets to what is due: what people feel where something keeps it."""

from __future__ import annotations

import asyncio
from collections import deque

EVERY_S = 1.0
LOOKS = 60


class Lag:
    """Of the loop that it runs on, over the last minute."""

    def __init__(self) -> None:
        self._late: deque[float] = deque([0.0], maxlen=LOOKS)

    @property
    def worst_s(self) -> float:
        """The longest delay, in real seconds."""
        return max(self._late)

    async def run(self) -> None:
        """Look for ever."""
        loop = asyncio.get_running_loop()
        while True:
            due = loop.time() + EVERY_S
            await asyncio.sleep(EVERY_S)
            self._late.append(max(loop.time() - due, 0.0))
