"""Configuration of reconciliation: who looks after which discrepancy, and when a day is added up."""

from __future__ import annotations

from agent.core.reconciliation.wanted import DEFAULT_DAILY_AT
from agent.core.settings_base import Id, Seconds, Section
from agent.core.shifts.calendar_settings import Clock


class CareSettings(Section):
    """Who looks after discrepancies of one code, and how soon."""

    owner: Id | None = None
    """Role of who must look. What is a planner's or the MES administrator's is settled in the MES alone."""
    due_h: Seconds | None = None
    """Hours after which it is expired where nobody has resolved it."""


class ReconciliationSettings(Section):
    """The digests from which both sides can tell whether they hold the same."""

    daily_at: Clock = DEFAULT_DAILY_AT
    """When the digest of the business day before is made, `HH:MM` on the plant's clock: after its last shift ended."""
