"""The part of the local API that shows parked facts and has them sent again."""

from __future__ import annotations

from collections.abc import Mapping

from aiohttp import web
from pydantic import JsonValue, TypeAdapter

from agent.clock import Clock
from agent.core.contract.envelope import Envelopes
from agent.core.parked_views import ParkedList, ParkedView, RetryBody, RetryReply
from agent.core.times import iso
from agent.journal.journal import Journal
from agent.journal.standins import Parked
from agent.problems import Handler, body_of, json

MOST = 100
"""Parked facts in one answer."""
_EVENT = TypeAdapter(dict[str, JsonValue])


class ParkedApi:
    """Shows the parked facts of one journal."""

    def __init__(self, journal: Journal, envelopes: Envelopes, clock: Clock) -> None:
        self._journal = journal
        self._envelopes = envelopes
        self._clock = clock

    def handlers(self) -> Mapping[str, Handler]:
        """By route."""
        return {"parked": self._list, "retry_parked": self._retry}

    async def _list(self, request: web.Request) -> web.Response:
        try:
            after = int(request.query.get("after", "0"))
        except ValueError:
            raise web.HTTPBadRequest(text="'after' must be a whole number") from None
        rows = [row for row in await self._journal.parking.rows() if row.position > after][:MOST]
        events = {
            row.position: _EVENT.validate_json(self._envelopes.wrap(row))
            for row in await self._journal.originals([row.position for row in rows])
        }
        found = ParkedList(parked=tuple(self._view(row, events.get(row.position)) for row in rows))
        return json(found)

    async def _retry(self, request: web.Request) -> web.Response:
        body = await body_of(request, RetryBody)
        parked = {row.position for row in await self._journal.parking.rows()}
        wanted = parked if body.positions is None else set(body.positions)
        if unknown := wanted - parked:
            raise web.HTTPNotFound(text=f"not parked: positions {', '.join(map(str, sorted(unknown)))}")
        await self._journal.parking.ask_again(sorted(wanted), self._clock.now().wall)
        return json(RetryReply(asked=len(wanted)))

    def _view(self, row: Parked, event: dict[str, JsonValue] | None) -> ParkedView:
        epoch = self._journal.marks.at(row.position)
        return ParkedView(
            position=row.position,
            epoch=epoch.name,
            sequence=epoch.sequence(row.position),
            reason=row.reason,
            detail=row.detail,
            since=row.since,
            withheld=row.withheld,
            retry_at=None if row.retry_at is None else iso(row.retry_at),
            event=event,
        )
