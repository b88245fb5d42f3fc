"""The part of the local API that shows the last facts."""

from __future__ import annotations

from collections.abc import Mapping

from aiohttp import web

from agent.core.contract.envelope import Envelopes
from agent.core.contract.local_routes import MOST_FACTS
from agent.journal.journal import Journal
from agent.problems import Handler


class FactsApi:
    """Shows what one journal holds."""

    def __init__(self, journal: Journal, envelopes: Envelopes) -> None:
        self._journal = journal
        self._envelopes = envelopes

    def handlers(self) -> Mapping[str, Handler]:
        """By route."""
        return {"facts": self._facts}

    async def _facts(self, request: web.Request) -> web.Response:
        try:
            limit = min(int(request.query.get("last", "20")), MOST_FACTS)
        except ValueError:
            raise web.HTTPBadRequest(text="'last' must be a whole number") from None
        rows = await self._journal.latest(max(limit, 1))
        body = b"".join((b"[", b",".join(self._envelopes.wrap(row) for row in rows), b"]"))
        return web.Response(body=body, content_type="application/json")
