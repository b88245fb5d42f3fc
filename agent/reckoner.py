"""Adds up what the journal holds of a work center, a few facts at a time, so that nothing waits for it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import dropwhile
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from agent.core.reconciliation.amendments import TYPES, Amendments
from agent.core.reconciliation.reckoning import EVERYTHING, Beside, Reckoning, Scope
from agent.core.reconciliation.wanted import Wanted, midnight
from agent.core.times import iso
from agent.journal.journal import Journal
from agent.journal.passage import Passage, Stretch

STEP: Final = 500
"""Positions read at once."""
IDLE_PER_STEP: Final = 10.0
"""So many times as long as a step took nothing is done: a tenth of a core at most."""
LOOK_BACK: Final = timedelta(days=1)
"""Before a day begins: a shift's first facts may lie before its date, and clocks are set."""
MARGIN_S: Final = 3600.0
"""Before the first fact of a stretch, by the time in its id."""
SUMMARY: Final = "shift.summary"


@dataclass(frozen=True, slots=True)
class Sum:
    """What a stretch adds up to."""

    reckoning: Reckoning
    whole: bool
    """No fact of it is parked, damaged or gone."""
    reaches_back: bool = True
    """Retention has left all that may be among it."""


class Reckoner:
    """Reads one journal."""

    def __init__(self, journal: Journal, idle: float = IDLE_PER_STEP) -> None:
        """Read this journal.

        Args:
            journal: to be read.
            idle: so many times as long as a step takes nothing is done.
        """
        self._journal = journal
        self._idle = idle

    async def stretch(self, wanted: Wanted) -> Sum:
        """The facts between two shift summaries, by the ids that the second of them carries.

        Raises:
            JournalError: the journal cannot be read.
        """
        if wanted.first_id is None:
            return Sum(Reckoning(Amendments()), whole=True)
        first, summary = UUID(wanted.first_id), UUID(wanted.key)
        begun = (first.int >> 80) / 1000 - MARGIN_S
        after = await self._journal.first_since(iso(begun)) - 1
        found = await self._stretch(wanted.wc_id, after, first, summary)
        if found.reckoning.chain.facts != wanted.facts:
            # The clock was set, or some of it is gone.
            found = await self._stretch(wanted.wc_id, 0, first, summary)
        return Sum(found.reckoning, found.whole and found.reckoning.chain.facts == wanted.facts)

    async def scope(
        self, wc_id: str, scope: Scope, since: str, until: int | None = None, beside: tuple[Beside, ...] = ()
    ) -> Sum:
        """The facts of a scope that were recorded since an instant, up to a position, corrected as far as told by then.

        Args:
            wc_id: the work center.
            scope: which facts are added up.
            since: when the first of them was recorded, or later.
            until: the last position; None is the last one there is.
            beside: they are given all facts of the work center.

        Raises:
            JournalError: the journal cannot be read.
        """
        last = self._journal.marks.last_position
        until = last if until is None else min(until, last)
        first, oldest = await self._journal.first_since(since), await self._journal.first_position()
        after, reaches_back = first - 1, first > oldest or oldest <= 1
        amendments = Amendments()
        async for passage in self._passages(Stretch(wc_id, after, until, TYPES)):
            for row in passage.rows:
                amendments.take(row)
        whole, reckoning = True, Reckoning(amendments, scope, beside)
        async for passage in self._passages(Stretch(wc_id, after, until)):
            whole = whole and passage.whole
            await asyncio.to_thread(reckoning.take, passage.rows)
        return Sum(reckoning, whole and reaches_back, reaches_back)

    async def _stretch(self, wc_id: str, after: int, first: UUID, summary: UUID) -> Sum:
        until, amendments = self._journal.marks.last_position, Amendments()
        async for passage in self._passages(Stretch(wc_id, after, until, (*TYPES, SUMMARY))):
            ended = next((row.position for row in passage.rows if row.id == summary.bytes), None)
            until = until if ended is None else ended - 1
            for row in passage.rows:
                if row.position <= until:
                    amendments.take(row)
        whole, begun, reckoning = True, False, Reckoning(amendments, EVERYTHING)
        async for passage in self._passages(Stretch(wc_id, after, until)):
            rows = passage.rows
            if not begun:
                rows = list(dropwhile(lambda row: row.id != first.bytes, rows))
                begun = bool(rows)
            whole = whole and (passage.whole or not begun)
            await asyncio.to_thread(reckoning.take, rows)
        return Sum(reckoning, whole)

    async def _passages(self, stretch: Stretch) -> AsyncIterator[Passage]:
        while stretch.after < stretch.until:
            began = time.monotonic()
            passage = await self._journal.passage(stretch, STEP)
            yield passage
            stretch = replace(stretch, after=passage.through)
            await asyncio.sleep(self._idle * (time.monotonic() - began))


def since_day(day: str, zone: ZoneInfo) -> str:
    """From where on facts of a business date are looked for, by the time they were recorded."""
    return iso((midnight(day, zone) - LOOK_BACK).timestamp())
