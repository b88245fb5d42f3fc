"""The register of discrepancies as people are shown it."""

from __future__ import annotations

from typing import Final

from agent.core.discrepancies.register import Register
from agent.core.times import iso
from agent.core.views import DiscrepancyView

SHOWN: Final = 20


def view(register: Register) -> tuple[DiscrepancyView, ...]:
    """The first few to look at."""
    return tuple(
        DiscrepancyView(
            discrepancy_id=one.discrepancy_id,
            code=one.code,
            wc_id=one.keys.wc_id,
            order_id=one.keys.order_id,
            owner_role=one.owner_role,
            due=iso(one.due),
            status=one.status,
            text=one.words,
        )
        for one in register.worst(SHOWN)
    )
