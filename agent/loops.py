"""Whether every loop of the agent turns: the watchdog is fed while all do."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Final

from agent.forwarder import Forwarder
from agent.intake import Intake
from agent.uplink import Uplink
from agent.watches import Watches

STUCK_S: Final = 30.0
"""Real seconds without a turn after which a loop is stuck."""


@dataclass(frozen=True, slots=True)
class Loops:
    """Those that must not hang."""

    desk: Intake
    forwarder: Forwarder
    uplink: Uplink
    watches: Watches

    def stuck(self) -> str | None:
        """Which one does not turn any more."""
        now = asyncio.get_running_loop().time()
        if now - self.desk.turned_at > STUCK_S:
            return "the journal's writer"
        if self.uplink.online and now - self.forwarder.turned_at > STUCK_S:
            return "the forwarder"
        return self.watches.stuck(now, STUCK_S)

    def unwell(self) -> list[str]:
        """What keeps the agent from its work, in sentences; that a broker is away does not."""
        name = self.stuck()
        found = [] if name is None else [f"{name} does not turn"]
        if self.desk.failing:
            found.append("the journal cannot be written")
        if self.desk.storage == "reserve":
            found.append("space for facts is at its reserve: scans and entries are refused")
        return found
