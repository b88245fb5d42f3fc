"""Who may say who acts: whoever was let in by badge or PIN, for themselves, and trusted callers for anybody."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from aiohttp import web

from agent.core.people.crew import LetIn
from agent.core.views import EntryBody
from agent.peers import Trusted, peer_of
from agent.problems import NotTrustedError, NotWhoActsError, SessionEndedError
from agent.sessions import Sessions

BEARER: Final = "Bearer "


@dataclass(frozen=True, slots=True)
class Said:
    """Who acts, and who says so."""

    actor: str | None
    auth: Literal["entry", "session"]


class Callers:
    """Knows the callers of one agent."""

    def __init__(self, sessions: Sessions, trusted: Trusted) -> None:
        self._sessions = sessions
        self._trusted = trusted

    def must_be_trusted(self, request: web.Request) -> None:
        """Refuse what maintenance does to others.

        Raises:
            NotTrustedError: the caller is not trusted.
        """
        if not self._is_trusted(request):
            raise NotTrustedError

    def holder(self, request: web.Request, wc_id: str) -> str | None:
        """Whose session it comes in; None where it comes in none.

        Raises:
            SessionEndedError: it names a session that does not go on at this work center.
        """
        token = _token(request)
        if token is None:
            return None
        holder = self._sessions.holder(token, wc_id)
        if holder is None:
            raise SessionEndedError
        return holder

    def said(self, request: web.Request, body: EntryBody, last: str | None) -> Said:
        """Who acts by an entry.

        Args:
            request: that it came with.
            body: the entry.
            last: who signed on last at its work center.

        Raises:
            SessionEndedError: as above.
            NotWhoActsError: it names somebody, or a role, and may not.
        """
        holder = self.holder(request, body.wc_id)
        own = {None, holder}
        # To sign somebody on without badge and PIN says who acts from then on; whoever acts may turn to other work.
        named = body.arguments.get("operator_id") if body.action == "sign_on" else None
        proven = body.actor in own and named in {*own, last} and (body.role == "operator" or holder is not None)
        if not proven and not self._is_trusted(request):
            raise NotWhoActsError
        return Said(holder, "session") if holder and body.actor in own else Said(body.actor, "entry")

    async def begin(self, request: web.Request, wc_id: str, let_in: LetIn) -> str | None:
        """The token for who was just let in; whose session the caller had before is not at that terminal any more."""
        token, former = self._sessions.begin(wc_id, let_in, await request.read()), _token(request)
        if former is not None and former != token and self._sessions.holder(former, wc_id) is not None:
            self._sessions.end(former)
        return token

    def _is_trusted(self, request: web.Request) -> bool:
        assert request.transport is not None
        return self._trusted(peer_of(request.transport.get_extra_info("socket")))


def _token(request: web.Request) -> str | None:
    said = request.headers.get("Authorization")
    # What is no token is one of no session.
    return None if said is None else said.removeprefix(BEARER)
