"""The PC itself: memory, load, heat."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from agent.doctor.case import Case
from agent.doctor.finding import Finding, Level, Who, well
from agent.doctor.looking import aside, line_of

SUBJECT: Final = "PC"
LEAST_FREE: Final = 0.05
"""Of the memory; below it the kernel begins to look for somebody to kill."""
MOST_SWAPPED: Final = 0.5
BUSY: Final = 2.0
"""Programs that wait for each processor, over a quarter of an hour."""
HOT_C: Final = 85.0


@dataclass(frozen=True, slots=True)
class Computer:
    """How it is off."""

    memory: int
    """Bytes."""
    free: int
    swap: int
    swap_used: int
    load: float
    """Of the last 15 minutes."""
    processors: int
    hottest_c: float | None = None
    """None where it has no thermometer."""


def judge(seen: Computer) -> Iterator[Finding]:
    """What the PC needs."""
    problems = list(_problems(seen))
    yield from problems
    if not problems:
        heat = "" if seen.hottest_c is None else f", {seen.hottest_c:.0f} °C"
        yield well(
            SUBJECT, f"{seen.free / 1e6:,.0f} of {seen.memory / 1e6:,.0f} MB memory free, load {seen.load:.1f}{heat}"
        )


def _problems(seen: Computer) -> Iterator[Finding]:
    see = "see what takes it: ps aux --sort=-rss | head"
    if seen.free < LEAST_FREE * seen.memory:
        found = f"{seen.free / 1e6:,.0f} of {seen.memory / 1e6:,.0f} MB memory are free"
        yield Finding(Level.SOON, SUBJECT, found, "a twentieth or more", see, Who.MAINTENANCE)
    if seen.swap_used > MOST_SWAPPED * seen.swap:
        found = f"{seen.swap_used / 1e6:,.0f} of {seen.swap / 1e6:,.0f} MB swap are used: everything is slow"
        yield Finding(Level.SOON, SUBJECT, found, "half at most", see, Who.MAINTENANCE)
    if seen.load > BUSY * seen.processors:
        found = f"{seen.load:.1f} programs wait for {seen.processors} processors, over the last 15 minutes"
        expected = f"{BUSY * seen.processors:.0f} at most"
        yield Finding(Level.SOON, SUBJECT, found, expected, "see which: top", Who.MAINTENANCE)
    if seen.hottest_c is not None and seen.hottest_c >= HOT_C:
        action = "see to its fan, its filter and the cabinet's cooling"
        yield Finding(
            Level.SOON, SUBJECT, f"it is {seen.hottest_c:.0f} °C hot", f"below {HOT_C:.0f} °C", action, Who.MAINTENANCE
        )


def _hottest() -> float | None:
    told = [line_of(zone / "temp") for zone in Path("/sys/class/thermal").glob("thermal_zone*")]
    # A thermometer that is not there says 0 or less; what one says above 150 °C is no temperature.
    degrees = [int(one) / 1000 for one in told if one and one.lstrip("-").isdigit()]
    return max((one for one in degrees if 0 < one < 150), default=None)


def _measured() -> Computer:
    lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
    kib = {name: int(rest.split()[0]) * 1024 for name, _, rest in (line.partition(":") for line in lines)}
    swap = kib["SwapTotal"]
    processors = os.cpu_count() or 1
    load = os.getloadavg()[2]
    free = kib["MemAvailable"]
    return Computer(kib["MemTotal"], free, swap, swap - kib["SwapFree"], load, processors, _hottest())


async def look(_case: Case) -> Sequence[Finding]:
    """This PC."""
    return list(judge(await aside(_measured)))
