"""What becomes of checks that were not made, and of what failed them."""

from __future__ import annotations

from typing import Literal

from agent.core.settings_base import Id, Section


class QualitySettings(Section):
    """Checks and holds at one work center."""

    undone: Literal["refuse", "skip"] = "refuse"
    """What becomes of completing an operation while mandatory checks are due: refused with CHECKS_DUE, or done, and
    each of them told as skipped with the reason NOT_DONE."""
    hold_failed_lots: bool = True
    """A lot that fails an incoming check is put on hold."""
    unnamed_defect: Id = "CHECK_FAILED"
    """Defect code of what fails a check where nobody gives one; it must stand in the MES's list of defects, if any."""
