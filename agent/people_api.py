"""The part of the local API that takes what people and scripts enter, scan and say of themselves."""

from __future__ import annotations

from collections.abc import Mapping

from aiohttp import web

from agent.callers import Callers
from agent.clock import Clock
from agent.core.observations import TERMINAL, Entry, Scan
from agent.core.people import labor
from agent.core.views import EntryBody, ExplainBody, Reply, ScanBody, SignOnBody
from agent.intake import Intake
from agent.peers import Trusted
from agent.problems import Handler, NotWhoActsError, SessionEndedError, body_of, json
from agent.sessions import Sessions
from agent.sign_ons import SignOns


class PeopleApi:
    """Takes what comes for the work centers of one agent."""

    def __init__(self, intake: Intake, clock: Clock, sign_ons: SignOns, trusted: Trusted) -> None:
        self._intake = intake
        self._clock = clock
        self._sign_ons = sign_ons
        self.callers = Callers(Sessions(lambda: intake.present), trusted)

    def handlers(self) -> Mapping[str, Handler]:
        """By route."""
        return {"entries": self._entry, "scans": self._scan, "explain": self._explain, "sign_ons": self._sign_on}

    async def _entry(self, request: web.Request) -> web.Response:
        body = await body_of(request, EntryBody)
        self._known(body.wc_id)
        try:
            last = labor.acting(self._intake.present.stations[body.wc_id].state)
            who = self.callers.said(request, body, last)
        except (SessionEndedError, NotWhoActsError) as refusal:
            return await self._answered_before(body.client_id, refusal)
        now = self._clock.now()
        entry = Entry(body.wc_id, body.action, body.arguments, now, body.client_id, who.actor, body.role, who.auth)
        return await self._answer(request, body.wc_id, await self._intake.submit(entry))

    async def _scan(self, request: web.Request) -> web.Response:
        body = await body_of(request, ScanBody)
        self._known(body.wc_id)
        try:
            holder = self.callers.holder(request, body.wc_id)
        except SessionEndedError as refusal:
            return await self._answered_before(body.client_id, refusal)
        now = self._clock.now()
        scan = Scan(body.wc_id, body.text, now, TERMINAL, body.manual, body.client_id, actor=holder)
        return await self._answer(request, body.wc_id, await self._intake.submit(scan))

    async def _explain(self, request: web.Request) -> web.Response:
        body = await body_of(request, ExplainBody)
        self._known(body.wc_id)
        return json(await self._intake.explain(Scan(body.wc_id, body.text, self._clock.now(), "nobody")))

    async def _sign_on(self, request: web.Request) -> web.Response:
        body = await body_of(request, SignOnBody)
        self._known(body.wc_id)
        return await self._answer(request, body.wc_id, await self._sign_ons.take(body))

    async def _answer(self, request: web.Request, wc_id: str, reply: Reply | None) -> web.Response:
        assert reply is not None
        if reply.let_in is not None:
            token = await self.callers.begin(request, wc_id, reply.let_in)
            reply = reply.model_copy(update={"session": token})
        return json(reply)

    async def _answered_before(self, client_id: str, refusal: web.HTTPException) -> web.Response:
        """What was answered is answered again, whatever became of the session since; else it is refused."""
        known = await self._intake.answer(client_id)
        if known is None:
            raise refusal
        return json(known)

    def _known(self, wc_id: str) -> None:
        centers = self._intake.present.stations
        if wc_id not in centers:
            raise web.HTTPNotFound(text=f"no work center '{wc_id}' here; expected one of {', '.join(centers)}")
