"""The service as systemd knows it."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from agent.doctor.looking import said

NAME: Final = "lineside.service"
BOOTED: Final = Path("/run/systemd/system")
"""There while a systemd runs this PC (sd_booted(3))."""
ASKED: Final = (
    *("LoadState", "UnitFileState", "ActiveState", "SubState", "Result", "NRestarts", "MainPID", "DropInPaths"),
    *("NeedDaemonReload", "User", "SupplementaryGroups", "FragmentPath"),
    *("ActiveEnterTimestampMonotonic", "InactiveExitTimestampMonotonic"),
)
"""Its properties, by systemd's names."""


@dataclass(frozen=True, slots=True)
class Unit:
    """What `systemctl show` says of it."""

    loaded: str = "not-found"
    enabled: str = ""
    active: str = "inactive"
    result: str = "success"
    restarts: int = 0
    """Since it was started by somebody, or the PC booted."""
    main_pid: int = 0
    drop_ins: tuple[str, ...] = ()
    stale: bool = False
    """Its files were changed and systemd was not told."""
    user: str | None = None
    groups: tuple[str, ...] = field(default=())
    path: str = ""
    for_s: float | None = None
    """Seconds for which it has run, or has been starting; None where neither is so."""

    @property
    def is_there(self) -> bool:
        """Whether this PC has such a service at all."""
        return self.loaded != "not-found"


def parsed(text: str, now: float) -> Unit:
    """The unit out of the lines `Name=value` of `systemctl show`, at this time of the monotonic clock."""
    told = dict(line.split("=", 1) for line in text.splitlines() if "=" in line)

    def number(name: str) -> int:
        return int(value) if (value := told.get(name, "")).isdigit() else 0

    active = told.get("ActiveState", "inactive")
    began = number("InactiveExitTimestampMonotonic" if active == "activating" else "ActiveEnterTimestampMonotonic")
    return Unit(
        loaded=told.get("LoadState", "not-found"),
        enabled=told.get("UnitFileState", ""),
        active=active,
        result=told.get("Result", "success"),
        restarts=number("NRestarts"),
        main_pid=number("MainPID"),
        drop_ins=tuple(told.get("DropInPaths", "").split()),
        stale=told.get("NeedDaemonReload") == "yes",
        user=told.get("User") or None,
        groups=tuple(told.get("SupplementaryGroups", "").split()),
        path=told.get("FragmentPath", ""),
        for_s=max(0.0, now - began / 1e6) if began and active in {"active", "reloading", "activating"} else None,
    )


async def look() -> Unit | None:
    """The service of this PC; None where no systemd runs, or it does not answer."""
    if not BOOTED.exists():
        return None
    text = await said("systemctl", "show", NAME, *(f"--property={name}" for name in ASKED))
    return None if not text else parsed(text, time.monotonic())
