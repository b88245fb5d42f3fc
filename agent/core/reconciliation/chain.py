"""A chain of the ids of a work center's facts: both sides can tell from it whether they hold the same (requirement 99).

Detail is left out, as it may be shed. A chain goes from one shift summary to the next, neither of them in it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from agent.core.facts import Fact


@dataclass(frozen=True, slots=True)
class Chain:
    """Of the facts so far."""

    facts: int = 0
    first_id: str | None = None
    last_id: str | None = None
    value: str = ""
    """SHA-256, hexadecimal, of the chain before it followed by an id; empty before the first fact."""

    def with_fact(self, fact_id: str) -> Chain:
        """With one more."""
        value = sha256((self.value + fact_id).encode()).hexdigest()
        return Chain(self.facts + 1, self.first_id or fact_id, fact_id, value)


NO_FACTS: Final = Chain()


def with_facts(chain: Chain, facts: Iterable[Fact], wc_id: str) -> Chain:
    """With those of these facts that are about this work center and no detail."""
    for fact in facts:
        if fact.data.keys.wc_id == wc_id and not fact.data.DETAIL:
            chain = chain.with_fact(str(fact.id))
    return chain
