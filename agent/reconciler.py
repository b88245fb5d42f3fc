"""Makes the digests that the desk wants, and holds the MES's figures against ours, beside everything else.

What was added up goes through the intake like any observation, so facts are made in the core; a kill in between costs
the work and no fact.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Final, Literal

from agent.batch import Stand
from agent.clock import Clock
from agent.core.directories import Figures
from agent.core.errors import JournalError
from agent.core.observations import Reckoned
from agent.core.reconciliation import comparing
from agent.core.reconciliation.reckoning import MOST_ROWS, Scope
from agent.core.reconciliation.wanted import Wanted
from agent.core.times import iso
from agent.intake import Intake
from agent.journal.journal import Journal
from agent.logs.events import Event
from agent.logs.outages import Outage
from agent.logs.telling import tell
from agent.reckoner import Reckoner, Sum, since_day

AGAIN_S: Final = 5.0
"""Real seconds after a journal that could not be read."""
NO_FIGURES: Final[Mapping[tuple[str, str], Figures]] = {}


class Reconciler:
    """The reconciliation of one agent."""

    def __init__(self, journal: Journal, intake: Intake, clock: Clock) -> None:
        self._journal = journal
        self._intake = intake
        self._clock = clock
        self._reckoner = Reckoner(journal)
        self._seen = NO_FIGURES
        """The MES's figures that were looked at."""
        self._outage = Outage(Event.RECKONING_WAITS)
        self._compared: dict[tuple[str, str], str] = {}
        """Their revisions, by work center and shift."""

    async def run(self) -> None:
        """Do what is wanted, for ever."""
        while True:
            await self._intake.until(self._has_work)
            try:
                await self.once()
            except JournalError as error:
                self._outage.failed(f"{error}; what is to be added up is added up later")
                await asyncio.sleep(AGAIN_S)
            else:
                self._outage.over("what was to be added up is")

    async def once(self) -> None:
        """Do what is wanted now.

        Raises:
            JournalError: the journal could not be read or written; it is to be done again.
        """
        while wanted := self._intake.present.desk.state.agenda.wanted:
            await self._make(wanted[0])
        figures = self._intake.present.desk.directories.figures
        for place, one in figures.items():
            if self._compared.get(place) != one.rev:
                await self._compare(*place, one)
                self._compared[place] = one.rev
        self._seen = figures

    def _has_work(self, stand: Stand) -> bool:
        return bool(stand.desk.state.agenda.wanted) or stand.desk.directories.figures is not self._seen

    async def _make(self, wanted: Wanted) -> None:
        if wanted.scope == "shift":
            found = await self._reckoner.stretch(wanted)
        else:
            assert wanted.business_date is not None
            scope = Scope(wanted.shift_id, wanted.business_date)
            found = await self._reckoner.scope(wanted.wc_id, scope, self._since(wanted.business_date))
        await self._submit(wanted.scope, wanted.wc_id, wanted.key, found, wanted=wanted)

    async def _compare(self, wc_id: str, key: str, figures: Figures) -> None:
        record = comparing.RECORDS.key(wc_id, key)
        held = (await self._journal.taken((record,))).get(record)
        if held is not None and comparing.rev_of(held) == figures.rev:
            return
        day, _, shift_id = key.partition("/")
        epoch = None if figures.epoch is None else self._journal.marks.named(figures.epoch)
        until = None
        if epoch is not None and figures.through is not None:
            until = epoch.first_position - 1 + figures.through
        found = await self._reckoner.scope(wc_id, Scope(shift_id, day), self._since(day), until)
        if not found.reaches_back:
            text = "figures of %s, shift %s: facts of that time are past their retention; not compared"
            tell(Event.FIGURES_TOO_OLD, text, wc_id, key, work_center=wc_id)
            return
        await self._submit("figures", wc_id, key, found, rev=figures.rev)

    async def _submit(
        self,
        scope: Literal["shift", "day", "request", "figures"],
        wc_id: str,
        key: str,
        found: Sum,
        *,
        rev: str = "",
        wanted: Wanted | None = None,
    ) -> None:
        reckoning, now = found.reckoning, self._clock.now()
        start = None if wanted is None else wanted.start
        end = None if wanted is None else wanted.end
        await self._intake.submit(
            Reckoned(
                wc_id=None,
                center=wc_id,
                scope=scope,
                key=key,
                rev=rev,
                start=start or reckoning.first_time or iso(now.wall),
                end=end or reckoning.last_time or iso(now.wall),
                ranges=tuple(reckoning.ranges.values()),
                facts=reckoning.chain.facts,
                by_type=dict(sorted(reckoning.types.items())),
                rows=reckoning.rows(comparing.MOST if scope == "figures" else MOST_ROWS),
                ids_chain=reckoning.chain.value,
                complete=found.whole,
                observed=now,
                client_id=f"reckoned-{scope}-{wc_id}-{key}-{rev}",
            )
        )

    def _since(self, day: str) -> str:
        return since_day(day, self._intake.present.desk.plant.zone)
