"""How far the forwarder may send: everything, or up to the last fact that goes online, or all that a batch takes."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from agent.clock import Clock
from agent.core.contract.envelope import Row
from agent.core.contract.exchange import ExchangeSettings, batches_around, goes_online
from agent.core.times import epoch
from agent.journal.journal import Journal

READ_ROWS = 400


class Gate:
    """Looks at each waiting fact once and keeps nothing that a restart would have to know."""

    def __init__(self, journal: Journal, settings: ExchangeSettings, clock: Clock, zone: ZoneInfo) -> None:
        self._journal = journal
        self._settings = settings
        self._clock = clock
        self._zone = zone
        self._looked = 0
        """Position up to which facts were looked at."""
        self._open = 0
        """Position up to which they may be sent."""
        self._batch: float | None = None
        """When the batch was due that was let through last."""

    @property
    def next_batch(self) -> float | None:
        """When everything that waits is sent, in seconds since 1970 UTC; None where nothing waits for a batch."""
        if self._settings.is_immediate:
            return None
        return batches_around(self._settings, self._clock.now().wall, self._zone)[1]

    @property
    def holds(self) -> int:
        """How many facts wait for a batch."""
        return 0 if self._settings.is_immediate else max(self._journal.marks.last_position - self._open, 0)

    async def opened(self) -> int:
        """Position up to which facts may be sent now.

        Raises:
            JournalError: what waits cannot be read.
        """
        last = self._journal.marks.last_position
        if self._settings.is_immediate:
            return last
        due, _ = batches_around(self._settings, self._clock.now().wall, self._zone)
        if self._batch is not None and due is not None and due > self._batch:
            # All that stands there now was recorded before, or so shortly after that nobody minds.
            self._looked = self._open = last
        self._batch = due
        self._looked = max(self._looked, self._journal.marks.confirmed_position)
        self._open = max(self._open, self._journal.marks.confirmed_position)
        while self._looked < last:
            page = await self._journal.read(self._looked, READ_ROWS)
            if not page.rows:
                break
            self._open = max([self._open, *(row.position for row in page.rows if self._goes(row, due))])
            self._looked = page.rows[-1].position
        return self._open

    def _goes(self, row: Row, due: float | None) -> bool:
        return goes_online(self._settings, row.type) or (due is not None and epoch(row.recordedtime) <= due)
