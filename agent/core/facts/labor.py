"""Facts about who worked, on what and how long (requirements 30, 31)."""

from __future__ import annotations

from typing import Literal

from agent.core.facts.blocks import FactData, Number, Timestamp


class LaborSignedOn(FactData):
    """A person begins to work at the work center."""

    TYPE = "labor.signed_on"
    operator_id: str
    role: str
    """As the directory of operators says; `operator` where it does not know the person."""
    activity: Literal["direct", "indirect"]
    auth: Literal["badge", "pin", "entry"]
    op_execution_id: str | None


class LaborSignedOff(FactData):
    """A person ends working at the work center."""

    TYPE = "labor.signed_off"
    operator_id: str
    activity: Literal["direct", "indirect"]
    since: Timestamp
    duration_s: Number
    cause: Literal["operator", "crew", "supervisor", "forgotten"]
    """forgotten: nobody signed off, and the rule of the longest work ended it."""


class LaborRecorded(FactData):
    """A person worked so long on one operation in one shift (requirements 30, 31); `keys` and `shift` say on which."""

    TYPE = "labor.recorded"
    operator_id: str
    crew_id: str | None
    activity: Literal["direct", "indirect"]
    op_execution_id: str | None
    """Null for time without an order."""
    start: Timestamp
    end: Timestamp
    duration_s: Number
