"""When a standstill is a stop, how long people may explain it, and how far the machine's clock is followed (C3)."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from agent.core.settings_base import Seconds, Section


class StopSettings(Section):
    """When a standstill becomes a stop, and what becomes of it (domain.md C3)."""

    stop_confirm_s: Seconds = 5.0
    """Shortest standstill that is a stop."""
    slow_factor: float = Field(default=1.7, ge=1, allow_inf_nan=False)
    """Where pulses alone tell that the machine runs: it stands when none came for so many nominal cycles, and for at
    least `stop_confirm_s` (domain.md R4)."""
    run_confirm_s: Seconds = 3.0
    """Shortest run that ends a stop."""
    run_confirm_cycles: int = Field(default=1, ge=0)
    """Parts that must be counted in that run, where there is a counter."""
    minor_stop_max_s: Seconds = 120.0
    """Longest minor stop; beyond it the same stop is a downtime and a reason is asked for."""
    minor_stop_loss: Literal["performance", "availability"] = "performance"
    """What minor stops cost in the indicative figures."""
    alarm_pre_s: float = Field(default=10.0, ge=0, allow_inf_nan=False)
    """An alarm this long before a stop may be its cause."""
    alarm_post_s: float = Field(default=5.0, ge=0, allow_inf_nan=False)
    """An alarm this long after a stop began may be its cause."""
    sticky_run_cycles: int = Field(default=3, ge=1)
    """Parts in one run that end a stop whose reason is sticky, such as a breakdown."""
    inherit_s: float = Field(default=60.0, ge=0, allow_inf_nan=False)
    """A stop so soon after another one with the same first alarm has the same reason until somebody says otherwise."""
    merge_gap_s: float = Field(default=60.0, ge=0, allow_inf_nan=False)
    """Longest run between two stops that a supervisor may make one."""
    split_min_s: Seconds = 60.0
    """Shortest part into which a person may split a stop."""
    break_grace_s: float = Field(default=120.0, ge=0, allow_inf_nan=False)
    """A stop that ends so soon after a break belongs to the break; a longer one is a late return from it."""
    carry_max_s: float = Field(default=48 * 3600.0, ge=0, allow_inf_nan=False)
    """Longest time without a shift over which a reason is carried to the next shift."""
    no_order_grace_s: Seconds = 60.0
    """Running without an order for longer is a discrepancy."""
    edit_grace_s: float = Field(default=24 * 3600.0, ge=0, allow_inf_nan=False)
    """How long after the end of their shift operators may explain and split its stops."""
    comm_timeout_s: Seconds = 10.0
    """Silence of the machine after which its condition is UNKNOWN, from the last good reading on."""
    skew_max_s: Seconds = 5.0
    """Largest difference between the source's clock and ours at which its times are used."""
    reorder_s: float = Field(default=0.25, ge=0, allow_inf_nan=False)
    """How late a reading may come; confirmation by time waits that long."""
