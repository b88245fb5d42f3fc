"""What people attempt and is refused leaves nothing behind, nor does what is only tried."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from agent.core.draft import Draft
from agent.core.errors import EntryRefusedError
from agent.core.turn import Turn


@contextmanager
def attempt(turn: Turn) -> Iterator[None]:
    """The turn is as it was before, but for the ids used, if what is done in it is refused."""
    restore = _restorer(turn)
    try:
        yield
    except EntryRefusedError:
        restore()
        raise


@contextmanager
def rehearsal(turn: Turn) -> Iterator[None]:
    """The turn is as it was before, but for the ids used, whether or not what is done in it is refused."""
    restore = _restorer(turn)
    try:
        yield
    finally:
        restore()


def _restorer(turn: Turn) -> Callable[[], None]:
    draft = turn.draft
    parts = {name: getattr(turn, name) for name in Turn.__slots__}
    drafted = {name: getattr(draft, name) for name in Draft.__slots__}
    claims, facts = len(turn.claims), len(draft.facts)

    def restore() -> None:
        for name, part in parts.items():
            setattr(turn, name, part)
        for name, part in drafted.items():
            setattr(draft, name, part)
        del turn.claims[claims:], draft.facts[facts:]

    return restore
