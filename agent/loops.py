"""Whether every loop of the agent turns: the watchdog is fed while all do."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Final

from agent.forwarder import Forwarder
from agent.intake import Intake
from agent.journal.journal import Journal
from agent.uplink import Uplink
from agent.watches import Watches

STUCK_S: Final = 30.0
"""Real seconds without a turn after which a loop is stuck."""
DISK_S: Final = 300.0
"""Real seconds that the journal's disk may take for one commit or one read: to be ended by the watchdog makes no disk
faster."""


@dataclass(frozen=True, slots=True)
class Loops:
    """Those that must not hang."""

    journal: Journal
    desk: Intake
    forwarder: Forwarder
    uplink: Uplink
    watches: Watches

    def stuck(self) -> str | None:
        """Which one does not turn any more."""
        now = asyncio.get_running_loop().time()
        waits = self._waits(now)
        hung = next((name for name, seconds in waits.items() if seconds > DISK_S), None)
        if hung is not None:
            return hung
        # Whoever may be waiting for the disk has the time that the disk has.
        limit = DISK_S if waits else STUCK_S
        if now - self.desk.turned_at > limit:
            return "the journal's writer"
        # With a new connection the forwarder begins anew, however long there was none.
        if self.uplink.online and now - max(self.forwarder.turned_at, self.uplink.connected_at) > limit:
            return "the forwarder"
        return self.watches.stuck(now, STUCK_S)

    def unwell(self) -> list[str]:
        """What keeps the agent from its work, in sentences; that a broker is away does not."""
        name = self.stuck()
        waited_s = max(self._waits(asyncio.get_running_loop().time()).values(), default=0.0)
        found = []
        if name is not None:
            found.append(f"{name} does not turn")
        elif waited_s > STUCK_S:
            found.append(f"the journal's disk has not answered for {waited_s:.0f} s")
        if self.desk.failing:
            found.append("the journal cannot be written")
        if self.desk.storage == "reserve":
            found.append("space for facts is at its reserve: scans and entries are refused")
        return found

    def _waits(self, now: float) -> dict[str, float]:
        """Real seconds for which the journal's threads have been at the work in hand, of those that have any."""
        begun = {"the journal's writer": self.journal.writing_since, "the journal's reader": self.journal.reading_since}
        return {name: now - since for name, since in begun.items() if since is not None}
