"""A work center that is locked takes badges and nothing else (domain.md E2, E3): the lock gates the router of scans."""

from __future__ import annotations

from agent.core.codes.reading import Code
from agent.core.errors import EntryRefusedError
from agent.core.sentences import say
from agent.core.turn import Turn


def must_be_open(turn: Turn, code: Code) -> None:
    """Refuse a code at a locked work center, unless it is a badge.

    Raises:
        EntryRefusedError: LOCKED.
    """
    if code.kind != "badge" and turn.setup.machine.people.sign_on == "required" and not turn.crew.people:
        raise EntryRefusedError("LOCKED", say("Nobody is signed on here. Scan your badge first."))
