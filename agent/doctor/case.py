"""What every check may know before it looks: the configuration, what the agent says of itself, who runs it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from agent.core.readings import ReadingsView
from agent.core.settings import Settings
from agent.core.views import AgentView
from agent.doctor.account import Account
from agent.doctor.unit import Unit

Ask: TypeAlias = Callable[[Path, str], bytes]
"""The body of the answer of an agent at a socket to `GET` of a path; it raises LinesideError where none comes."""


@dataclass(frozen=True, slots=True)
class Case:
    """One agent that is looked at."""

    config: Path
    settings: Settings | None
    """None where there is no configuration that can be used, or none that may be read."""
    refusal: str
    """Why; empty where there is one."""
    hidden: bool
    """The configuration may be right: whoever asks may not read it."""
    socket: Path
    view: AgentView | None
    """What the agent says; None where it says nothing."""
    silence: str
    """Why it says nothing; empty where it answers."""
    readings: ReadingsView | None
    """What it says of each value of its machines; None where it says nothing."""
    unit: Unit | None
    """The service as systemd knows it; None where no systemd runs here."""
    account: Account
    """Whom the agent runs as."""
    barred: bool
    """Whoever asks may not use the socket, so that an agent may run all the same."""
    now: float
    """Real time, in seconds since 1970 UTC."""
