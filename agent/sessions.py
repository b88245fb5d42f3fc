"""Who stands at a terminal: what comes with the token of a session is done by whoever was let in.

Tokens are in memory alone and end with this run of the agent; an answer that is kept holds none, and who was let in by
a former run has none. Whether a session goes on is said by the work
center: it ends when the person signs off or is let in anew elsewhere, when the work center is locked, and when a badge
is read by a reader of the agent's own.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import blake2b

from agent.batch import Stand
from agent.core.people.crew import LetIn
from agent.core.values import replace

TOKEN_BYTES = 32


@dataclass(frozen=True, slots=True)
class _Session:
    wc_id: str
    let_in: LetIn
    proof: bytes
    """Digest of what showed who it is."""
    over: bool = False
    """Somebody else stands at that terminal. Who was let in is signed on still, and gets no other token for it."""


class Sessions:
    """The sessions of one run of the agent."""

    def __init__(self, present: Callable[[], Stand]) -> None:
        self._present = present
        self._key = secrets.token_bytes(TOKEN_BYTES)
        self._before = {wc_id: station.state.crew.let_in for wc_id, station in present().stations.items()}
        self._open: dict[str, _Session] = {}

    def begin(self, wc_id: str, let_in: LetIn, shown: bytes) -> str | None:
        """The token of the session of who was let in, the same again for a repeat.

        Args:
            wc_id: the work center that the request is about.
            let_in: of the answer, which may be an old one, and one of another work center.
            shown: the badge or PIN, and all that came with it. Who repeats an answer's id without them gets no token.

        Returns:
            None where there is no such session any more.
        """
        self._open = {token: one for token, one in self._open.items() if self._goes_on(one)}
        session = _Session(wc_id, let_in, blake2b(shown, key=self._key).digest())
        if let_in.wc_id != wc_id or let_in.number <= self._before[wc_id] or not self._goes_on(session):
            return None
        for token, one in self._open.items():
            if one.let_in == let_in:
                return token if one == session else None
        token = secrets.token_urlsafe(TOKEN_BYTES)
        self._open[token] = session
        return token

    def holder(self, token: str, wc_id: str) -> str | None:
        """Who acts with this token at this work center; None where no session of it goes on."""
        session = self._open.get(token)
        if session is None or session.over or session.wc_id != wc_id or not self._goes_on(session):
            return None
        return session.let_in.operator_id

    def end(self, token: str) -> None:
        """Somebody else stands at this terminal."""
        self._open[token] = replace(self._open[token], over=True)

    def _goes_on(self, session: _Session) -> bool:
        crew = self._present().stations[session.wc_id].state.crew
        person = crew.find(session.let_in.operator_id)
        return person is not None and person.let_in == session.let_in.number
