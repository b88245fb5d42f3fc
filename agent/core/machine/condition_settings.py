"""How a machine's own words become a condition (domain.md R1, R2, R16, R23)."""

from __future__ import annotations

from pydantic import Field

from agent.core.machine.conditions import Condition
from agent.core.settings_base import Seconds, Section


class ConditionSettings(Section):
    """How the machine's own words become a condition (domain.md R1)."""

    setup_modes: frozenset[int] = frozenset()
    """PackML unit modes, 4 and above, that mean setup."""
    states: dict[str, Condition] = Field(default_factory=dict)
    """States of this machine, numbers or texts: all of them for role `state`, else those that differ from the
    standard's (domain.md B4, trap)."""
    transient_max_s: Seconds = 30.0
    """How long a PackML state that a machine only passes through, such as Stopping, leaves the condition as it was."""
    run_speed: float | None = Field(default=None, gt=0, allow_inf_nan=False)
    """For role `speed`: the machine runs at this speed and above."""
    run_speed_hysteresis: float | None = Field(default=None, ge=0, allow_inf_nan=False)
    """How far below `run_speed` a running machine's speed may fall. Without it: a tenth of `run_speed`."""
    contradiction_s: Seconds = 60.0
    """How long the machine's state and its counter may contradict each other before that is told (domain.md R2)."""
    heartbeat_timeout_s: Seconds | None = None
    """How long the heartbeat may stand still; the condition is UNKNOWN then, from its last change on (domain.md R16).
    Without it: `comm_timeout_s`."""
    speed_window_s: Seconds = 60.0
    """Span over which the mean cycle is taken, and at least ten nominal cycles (domain.md R23)."""
    slow_factor_avg: float = Field(default=1.1, gt=1, allow_inf_nan=False)
    """Mean cycle, in nominal cycles, above which the speed is reduced."""
    speed_confirm_s: Seconds = 60.0
    """How long the speed must be reduced to be told."""

    @property
    def hysteresis(self) -> float:
        """How far below `run_speed` a running machine's speed may fall."""
        return 0.1 * (self.run_speed or 0.0) if self.run_speed_hysteresis is None else self.run_speed_hysteresis
