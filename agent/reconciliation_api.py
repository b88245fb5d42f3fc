"""The part of the local API that shows both sides of a reconciliation."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from aiohttp import web

from agent.clock import Clock
from agent.core.orders import plan
from agent.core.reconciliation.deviation_report import PlanAgainstFact
from agent.core.reconciliation.lot_trace import LotHistory
from agent.core.reconciliation.reckoning import Beside, Scope
from agent.core.reconciliation.reconciliation_view import CenterReconciliation, ReconciliationView, both_sides
from agent.core.times import iso
from agent.intake import Intake
from agent.journal.journal import Journal
from agent.problems import Handler, json
from agent.reckoner import Reckoner, since_day

DAYS: Final = 7
"""So far back an order or a lot without a shift is looked for, where nobody says how far."""
MOST_DAYS: Final = 366
DAY_S: Final = 86_400.0


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody wants to see; None is all of it."""

    shift: str | None = None
    """`{business_date}/{shift_id}`, or a business date alone."""
    order_id: str | None = None
    lot_id: str | None = None
    """That was made, or used up."""
    days: int = DAYS
    """So far back, where no shift is asked for."""


class ReconciliationApi:
    """Adds up what is asked for; changes nothing."""

    def __init__(self, journal: Journal, intake: Intake, clock: Clock) -> None:
        self._journal = journal
        self._intake = intake
        self._clock = clock
        self._reckoner = Reckoner(journal, idle=1.0)

    def handlers(self) -> Mapping[str, Handler]:
        """By route."""
        return {"reconciliation": self._both_sides}

    async def _both_sides(self, request: web.Request) -> web.Response:
        query, stations = request.query, self._intake.present.stations
        wanted = query.get("wc")
        if wanted is not None and wanted not in stations:
            expected = ", ".join(stations)
            raise web.HTTPNotFound(text=f"no work center '{wanted}' here; expected one of {expected}")
        asked = Asked(query.get("shift"), query.get("order"), query.get("lot"), _days(query.get("days")))
        centers = [await self.look(wc_id, asked) for wc_id in (stations if wanted is None else (wanted,))]
        return json(ReconciliationView(centers=tuple(centers)))

    async def look(self, wc_id: str, asked: Asked) -> CenterReconciliation:
        """Both sides of one work center."""
        scope, since = self._scope(asked)
        confirmed, desk = self._journal.marks.confirmed_position, self._intake.present.desk
        lot = None if asked.lot_id is None else LotHistory(asked.lot_id)
        order = None
        if asked.order_id is not None and asked.shift is None and asked.lot_id is None:
            order = PlanAgainstFact(asked.order_id)
        beside: tuple[Beside, ...] = tuple(one for one in (lot, order) if one is not None)
        found = await self._reckoner.scope(wc_id, scope, since, beside=beside)
        reckoning, directories = found.reckoning, desk.directories
        figures = {shift: one for (center, shift), one in directories.figures.items() if center == wc_id}
        positions = {*reckoning.positions, *(() if lot is None else lot.positions)}
        report = None
        if order is not None:
            planned = plan.published(directories, wc_id, order.order_id)
            report = order.report(reckoning.rows(sys.maxsize), directories, planned, since)
        rows = reckoning.rows()
        return CenterReconciliation(
            wc_id=wc_id,
            rows=rows,
            compared=both_sides(rows, figures, scope),
            facts=len(positions),
            waiting=sum(position > confirmed for position in positions),
            complete=found.whole,
            lot=None if lot is None else lot.trace(asked.order_id, asked.shift),
            deviations=report,
        )

    def _scope(self, asked: Asked) -> tuple[Scope, str]:
        if asked.shift is None:
            since = iso(self._clock.now().wall - asked.days * DAY_S)
            return Scope(order_id=asked.order_id, lot_id=asked.lot_id), since
        day, _, shift_id = asked.shift.partition("/")
        try:
            since = since_day(day, self._intake.present.desk.plant.zone)
        except ValueError:
            raise web.HTTPBadRequest(text="'shift' must be a date and a shift, such as 2026-03-04/1") from None
        return Scope(shift_id or None, day, asked.order_id, asked.lot_id), since


def _days(text: str | None) -> int:
    if text is None:
        return DAYS
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= MOST_DAYS:
        raise web.HTTPBadRequest(text=f"'days' must be a number from 1 to {MOST_DAYS}")
    return int(text)
