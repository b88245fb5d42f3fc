"""Facts that are told apart by a number. Imports little, for processes that are started often."""

from __future__ import annotations

from uuid import UUID

from agent.core.facts import AgentStopping, Fact, FactQuality, Keys
from agent.journal.store import Commit

QUALITY = FactQuality(origin="rule", execution_mode="production")


def fact(number: int, *, text: str = "", wc_id: str | None = None) -> Fact:
    """A fact that is told apart by its number."""
    data = AgentStopping(keys=Keys(wc_id=wc_id), quality=QUALITY, instance=f"{number}{text}")
    return Fact(UUID(int=number), data, number, number, f"test:{number}")


def facts(first: int, last: int, *, text: str = "", wc_id: str | None = None) -> Commit:
    return Commit(facts=[fact(number, text=text, wc_id=wc_id) for number in range(first, last + 1)])
