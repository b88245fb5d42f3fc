"""How facts of a work center are corrected (domain.md R21, requirement 84)."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from pydantic import Field

from agent.core.settings_base import Seconds, Section


class CorrectionSettings(Section):
    """How facts are corrected; until when operators may is `stop.edit_grace_s`."""

    approve_above: dict[str, Annotated[Decimal, Field(ge=0)]] = Field(
        default_factory=lambda: {"output.recorded": Decimal(10), "scrap.recorded": Decimal(10)}
    )
    """By type of fact the greatest quantity that an operator may void, move or change without a supervisor who agrees;
    0: none. A type that is not named needs nobody."""
    undo_s: Seconds = 30.0
    """How long people may take back the last thing that they recorded."""
    late_entry_s: Seconds = 4 * 3600.0
    """What is entered longer after it happened is raised as late, once an hour at most."""
