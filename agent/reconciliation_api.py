"""The part of the local API that shows both sides of a reconciliation."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from agent.clock import Clock
from agent.core.reckoning import Scope
from agent.core.reconciliation_view import CenterReconciliation, ReconciliationView, both_sides
from agent.core.times import iso
from agent.intake import Intake
from agent.journal.journal import Journal
from agent.reckoner import Reckoner, since_day

DAYS: Final = 7
"""So far back an order or a lot without a shift is looked for."""
DAY_S: Final = 86_400.0


class ReconciliationApi:
    """Adds up what is asked for; changes nothing."""

    def __init__(self, journal: Journal, intake: Intake, clock: Clock) -> None:
        self._journal = journal
        self._intake = intake
        self._clock = clock
        self._reckoner = Reckoner(journal, idle=1.0)

    def routes(self) -> list[web.RouteDef]:
        """What is served."""
        return [web.get("/v1/reconciliation", self._both_sides)]

    async def _both_sides(self, request: web.Request) -> web.Response:
        query, stations = request.query, self._intake.present.stations
        wanted = query.get("wc")
        if wanted is not None and wanted not in stations:
            expected = ", ".join(stations)
            raise web.HTTPNotFound(text=f"no work center '{wanted}' here; expected one of {expected}")
        asked = query.get("shift"), query.get("order"), query.get("lot")
        centers = [await self.look(wc_id, *asked) for wc_id in (stations if wanted is None else (wanted,))]
        view = ReconciliationView(centers=tuple(centers))
        return web.Response(text=view.model_dump_json(), content_type="application/json")

    async def look(
        self, wc_id: str, shift: str | None, order_id: str | None, lot_id: str | None
    ) -> CenterReconciliation:
        """Both sides of one work center.

        Args:
            wc_id: the work center.
            shift: `{business_date}/{shift_id}`, or a business date alone; None is the last few days.
            order_id: only this order.
            lot_id: only this produced lot.
        """
        scope, since = self._asked(shift, order_id, lot_id)
        confirmed = self._journal.marks.confirmed_position
        found = await self._reckoner.scope(wc_id, scope, since)
        figures = self._intake.present.desk.directories.figures
        rows = found.reckoning.rows()
        return CenterReconciliation(
            wc_id=wc_id,
            rows=rows,
            compared=both_sides(rows, {key: one for (center, key), one in figures.items() if center == wc_id}, scope),
            facts=found.reckoning.chain.facts,
            waiting=found.reckoning.behind(confirmed),
            complete=found.whole,
        )

    def _asked(self, shift: str | None, order_id: str | None, lot_id: str | None) -> tuple[Scope, str]:
        if shift is None:
            since = iso(self._clock.now().wall - DAYS * DAY_S)
            return Scope(order_id=order_id, lot_id=lot_id), since
        day, _, shift_id = shift.partition("/")
        try:
            since = since_day(day, self._intake.present.desk.plant.zone)
        except ValueError:
            raise web.HTTPBadRequest(text="'shift' must be a date and a shift, such as 2026-03-04/1") from None
        return Scope(shift_id or None, day, order_id, lot_id), since
