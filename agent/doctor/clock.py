"""The PC's clock: facts carry its time."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from agent import kernel_clock
from agent.doctor.case import Case
from agent.doctor.finding import Finding, Level, Who, note, well
from agent.doctor.looking import aside, said

SUBJECT: Final = "clock"
EARLIEST: Final = datetime(2026, 11, 1, tzinfo=UTC).timestamp()
"""No release of this program is older: a clock that shows less is wrong."""
SERVICES: Final = ("systemd-timesyncd", "chrony", "chronyd", "ntpsec", "ntp", "openntpd", "ptp4l", "phc2sys")
"""What keeps a clock right on Debian."""


@dataclass(frozen=True, slots=True)
class Clockwork:
    """What is known about the clock."""

    now: float
    """Seconds since 1970 UTC."""
    synchronised: bool | None
    """What the kernel was told by whoever keeps it; None where it cannot be asked."""
    services: tuple[str, ...] | None
    """Of those that keep a clock, what runs; None where it cannot be asked."""


def judge(seen: Clockwork) -> Iterator[Finding]:
    """What the clock needs."""
    shown = datetime.fromtimestamp(seen.now, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    if seen.now < EARLIEST:
        yield Finding(
            Level.NOW,
            SUBJECT,
            f"it shows {shown}, which is before this program was made",
            "the present time",
            "set it (sudo timedatectl set-time), replace the PC's battery, and see why no time server is reached",
            Who.MAINTENANCE,
        )
        return
    by = f" by {', '.join(seen.services)}" if seen.services else ""
    if seen.synchronised is None:
        yield note(SUBJECT, f"{shown}; whether a time server keeps it right cannot be seen here")
    elif seen.synchronised:
        yield well(SUBJECT, f"{shown}, kept right{by}")
    elif seen.services:
        yield _unkept(
            f"no time server has set it ({', '.join(seen.services)} runs)", "allow NTP (UDP 123) to it", Who.IT
        )
    else:
        yield _unkept("nothing keeps it right", "sudo timedatectl set-ntp true", Who.MAINTENANCE)


def _unkept(found: str, action: str, who: Who) -> Finding:
    return Finding(Level.SOON, SUBJECT, found, "a clock that a time server of the plant keeps right", action, who)


async def look(_case: Case) -> Sequence[Finding]:
    """The clock of this PC."""
    synchronised = await aside(kernel_clock.known)
    states = await said("systemctl", "is-active", *SERVICES)
    told = None if not states else states.split()
    services = None
    if told is not None and len(told) == len(SERVICES):
        services = tuple(name for name, state in zip(SERVICES, told, strict=True) if state == "active")
    return list(judge(Clockwork(time.time(), synchronised, services)))
