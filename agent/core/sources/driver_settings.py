"""The configuration of a machine that a driver of another kind reads: one of the extras, or a plant's own."""

from __future__ import annotations

from typing import TypeAlias

from pydantic import Field

from agent.core.settings_base import Id, Seconds, Section

Option: TypeAlias = bool | int | float | str


class DriverSettings(Section):
    """A machine read by a driver that is installed beside the agent; see docs/drivers.md."""

    kind: Id
    """The driver's name in the entry point group `lineside.drivers` of what is installed beside the agent."""
    timeout_s: Seconds = 2.0
    """Real seconds without an answer after which the connection is given up."""
    poll_ms: int = Field(default=500, ge=5, le=1_000)
    """Real milliseconds between two readings, where the driver polls."""
    options: dict[str, Option] = Field(default_factory=dict)
    """What this kind of driver has to know beside that; the driver says what it expects. Never a secret."""
