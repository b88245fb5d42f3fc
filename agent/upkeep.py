"""Looks after the journal: tells what it found out, removes what is past its time, inspects the whole of it."""

from __future__ import annotations

import asyncio
import logging

from agent.alarms import Alarms
from agent.clock import Clock
from agent.core.errors import JournalError
from agent.core.observations import Finding
from agent.core.settings import JournalSettings
from agent.intake import Intake
from agent.journal.inspection import Place
from agent.journal.journal import Journal
from agent.logs.events import Event
from agent.logs.outages import Outage
from agent.logs.telling import tell

DAY_S = 24 * 3600.0
RETENTION_EVERY_S = 60.0
"""Plant seconds between two looks for facts past their retention."""
BETWEEN_STEPS_S = 0.1
"""Real seconds between two steps, so that no commit waits for more than one of them."""
FIRST_INSPECTION_S = 60.0
"""Real seconds after the start."""
IDLE_PER_STEP = 24.0
"""So many times as long as a step of the inspection took nothing is done: four percent of a core at most."""
AGAIN_S = 5.0
"""Real seconds after a journal that could not be written."""
DAMAGED = (
    "the journal was damaged: the discrepancy says what was lost; have this PC's disk and memory tested, "
    "and keep the files called damaged beside the journal"
)


class Upkeep:
    """The upkeep of one journal."""

    def __init__(self, journal: Journal, intake: Intake, clock: Clock, alarms: Alarms, keep: JournalSettings) -> None:
        self._journal = journal
        self._intake = intake
        self._clock = clock
        self._alarms = alarms
        self._keep = keep
        self._outage = Outage(Event.RETENTION_WAITS)

    async def run(self) -> None:
        """Do all of it, for ever."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._tell(), name="upkeep.tell")
            tasks.create_task(self._retire(), name="upkeep.retire")
            tasks.create_task(self._inspect(), name="upkeep.inspect")

    async def _tell(self) -> None:
        """Make a fact of each notice; a repeat after a crash finds the first one's answer and makes none."""
        while True:
            await self._journal.noticed.wait()
            self._journal.noticed.clear()
            try:
                for key, discrepancy in await self._journal.notices():
                    finding = Finding(None, key, discrepancy, self._clock.now(), f"notice-{key}")
                    await self._intake.submit(finding)
                    await self._journal.told(key)
                    if discrepancy.code == "journal_damaged":
                        self._alarms.raise_alarm("journal_damaged", DAMAGED)
            except JournalError:
                self._journal.noticed.set()
                await asyncio.sleep(AGAIN_S)

    async def _retire(self) -> None:
        looked_after: int | None = None
        while True:
            removed = 0
            try:
                removed = await self._retire_facts() + await self._retire_claims()
                now, keep = self._clock.now().wall, self._keep
                looked_after = await self._journal.retire_copies(
                    now, keep.history_days * DAY_S, keep.history_revisions, looked_after
                )
            except JournalError as error:
                self._outage.failed(f"{error}; what is past its retention is removed later")
            else:
                self._outage.over("what is past its retention is removed again")
            if removed:
                tell(Event.RETIRED, "%d facts and records past their retention were removed", removed)
            await asyncio.sleep(max(self._clock.real(RETENTION_EVERY_S), BETWEEN_STEPS_S))

    async def _retire_facts(self) -> int:
        removed = 0
        while step := await self._journal.retire(self._clock.now().wall, self._keep.keep_days * DAY_S):
            removed += step
            await asyncio.sleep(BETWEEN_STEPS_S)
        return removed

    async def _retire_claims(self) -> int:
        removed = 0
        while step := await self._journal.retire_claims(self._clock.now().wall, self._keep.records_days * DAY_S):
            removed += step
            await asyncio.sleep(BETWEEN_STEPS_S)
        return removed

    async def _inspect(self) -> None:
        """Look at every row once a day; what is damaged is noticed by the journal."""
        loop = asyncio.get_running_loop()
        await asyncio.sleep(FIRST_INSPECTION_S)
        while True:
            place: Place | None = Place()
            damaged = 0
            try:
                while place is not None:
                    began = loop.time()
                    found = await self._journal.inspect(place)
                    damaged += len(found.damaged)
                    place = found.following
                    await asyncio.sleep(max(BETWEEN_STEPS_S, IDLE_PER_STEP * (loop.time() - began)))
                found_out = f"{damaged} damaged facts" if damaged else "it is sound"
                tell(Event.JOURNAL_INSPECTED, "the whole journal was inspected: %s", found_out)
                if not damaged:
                    self._alarms.clear("journal_damaged")
            except JournalError as error:
                tell(Event.JOURNAL_INSPECTED, "the journal could not be inspected: %s", error, level=logging.WARNING)
            await asyncio.sleep(DAY_S)
