"""Whether something grows: samples of a process over hours, and what is to be said of them."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from simulators.demo.checks import Check

SETTLES: float = 0.25
"""Share of the run after which caches are full and nothing may grow any more."""
MOST_MB_AN_HOUR = 1.0
"""Growth of memory in an hour of production, after the warm-up."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One look at the agent's process."""

    at: float
    """Real seconds since the watch began."""
    memory_mb: float
    files: int
    threads: int
    tasks: int
    log_bytes: int
    """Since the watch began."""
    quiet: bool
    """Nothing was broken at this moment, nor a while before."""


def slope(points: Sequence[tuple[float, float]]) -> float:
    """How much the second value grows with the first, by Theil and Sen: the median of all slopes between two points.

    A single spike changes it little, which a fit by least squares would follow.
    """
    slopes = [
        (later - earlier) / (end - start)
        for number, (start, earlier) in enumerate(points)
        for end, later in points[number + 1 :]
        if end > start
    ]
    return statistics.median(slopes) if slopes else 0.0


def judged(samples: Sequence[Sample], speed: float) -> list[Check]:
    """What must be so of a run, which is longer than its warm-up.

    Args:
        samples: the oldest first.
        speed: plant seconds in a real second: what grows does so with what happens in the plant.

    Raises:
        ValueError: too few samples to say anything.
    """
    last = samples[-1].at
    settled = [one for one in samples if one.at >= last * SETTLES]
    calm = [one for one in settled if one.quiet]
    if len(calm) < 8:
        raise ValueError(f"only {len(calm)} samples without trouble; expected 8 or more, so a longer run")
    grown = slope([(one.at * speed / 3600, one.memory_mb) for one in settled])
    half = len(calm) // 2
    return [
        Check(
            "memory after the warm-up",
            f"at most {MOST_MB_AN_HOUR:+g} MB a plant hour",
            f"{grown:+.2f} MB a plant hour, {samples[-1].memory_mb:.1f} MB in the end",
            grown <= MOST_MB_AN_HOUR,
        ),
        *(_no_more(name, [getattr(one, name) for one in calm], half) for name in ("files", "threads", "tasks")),
        _log(settled),
    ]


def _no_more(name: str, counts: list[int], half: int) -> Check:
    """Where nothing is broken there are as many later as earlier; a connection may be under way at one moment."""
    earlier, later = statistics.median(counts[:half]), statistics.median(counts[half:])
    return Check(name, f"{earlier:g} in the second half, as in the first", f"{later:g}", later <= earlier)


def _log(settled: Sequence[Sample]) -> Check:
    """A log that tells more the longer the agent runs fills the disk; that it tells of troubles is its work."""
    half = len(settled) // 2
    first = settled[half].log_bytes - settled[0].log_bytes
    second = settled[-1].log_bytes - settled[half].log_bytes
    return Check("log", f"not much more than {first} bytes in the second half", f"{second} bytes", second <= 2 * first)
