"""A machine of which nothing but its counter tells whether it runs (domain.md R4).

It runs while pulses come. It stands from its last pulse and one nominal cycle on, for that cycle counts as running;
but that is known only when no pulse came for longer than a slow cycle takes.
"""

from __future__ import annotations

from agent.core.stops.stop_settings import StopSettings


def patience_s(cycle_s: float, settings: StopSettings) -> float:
    """Longest time without a pulse that is no standstill.

    Args:
        cycle_s: nominal seconds a part.
        settings: `stop_confirm_s` and `slow_factor`.
    """
    return max(settings.stop_confirm_s, settings.slow_factor * cycle_s)


def confirm_s(pulse: float | None, cycle_s: float, settings: StopSettings) -> float:
    """Shortest standstill that is a stop.

    Args:
        pulse: the last pulse, where the standstill was concluded from it: what was waited then counts.
        cycle_s: nominal seconds a part.
        settings: `stop_confirm_s` and `slow_factor`.
    """
    patience = patience_s(cycle_s, settings)
    return patience if pulse is None else patience - cycle_s


def standing_since(pulse: float, until: float, cycle_s: float, settings: StopSettings) -> float | None:
    """Where a machine that was running began to stand; None while it may still run.

    Args:
        pulse: its last pulse.
        until: the instant up to which every pulse has arrived.
        cycle_s: nominal seconds a part.
        settings: `stop_confirm_s` and `slow_factor`.
    """
    since = pulse + cycle_s
    return since if until - since > confirm_s(pulse, cycle_s, settings) else None
