"""What happens to a machine in a day, as data, and the two machines that are shipped. `day.py` plays it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """Why a machine stands."""

    SETUP = "setup"
    """It is made ready for an order: Stopped, unit mode 4."""
    MICRO = "micro"
    """A small jam that somebody clears at once: Held without an alarm."""
    BREAKDOWN = "breakdown"
    """Aborted with an alarm; at the end it is Idle for a moment before it runs."""
    STARVED = "starved"
    """Nothing comes from upstream: Suspended."""
    BLOCKED = "blocked"
    """Nothing goes downstream: Suspended."""
    HELD = "held"
    """Held with an alarm."""
    REBOOT = "reboot"
    """Stopped, then without a controller, then Idle with counters from 0."""
    IDLE = "idle"
    """Nothing to do: Idle."""


@dataclass(frozen=True, slots=True)
class Episode:
    """One standstill. All times are plant seconds."""

    kind: Kind
    start_s: float
    """Since the day began."""
    duration_s: float
    """At least 10: a standstill in a script is never a matter of taste."""
    alarm: int = 0
    """Code that the controller shows meanwhile; 0 is none."""
    every_s: float | None = None
    """It happens again after so long; None is once a day."""


@dataclass(frozen=True, slots=True)
class Counter:
    """A counter of the controller, which forgets it in a reboot."""

    start: int
    """Raw value when the day begins."""
    modulus: int
    """Raw value that is shown as 0 again."""


@dataclass(frozen=True, slots=True)
class Script:
    """One machine-day. The same script always gives the same day."""

    wc_id: str
    """Work center."""
    seed: int
    """Chooses the micro-stops and the rejects."""
    cycle_s: float
    """Plant seconds from part to part; half of it must be whole milliseconds."""
    scrap_share: float
    """Share of the parts that are rejects."""
    total: Counter
    """Counts every part."""
    scrap: Counter
    """Counts a reject, half a cycle after `total` counted it."""
    episodes: tuple[Episode, ...]
    """One that would begin within `min_run_s` of another is left out."""
    micro_every_s: float = 480.0
    """Mean time between micro-stops."""
    micro_s: tuple[float, float] = (10.0, 90.0)
    """Shortest and longest micro-stop."""
    min_run_s: float = 30.0
    """Shortest run between two standstills."""
    length_s: float = 86_400.0
    """Afterwards the machine is Idle for good."""


def _min(minutes: float) -> float:
    return minutes * 60.0


FILLER = Script(
    wc_id="FILL-1",
    seed=1,
    cycle_s=2.0,
    scrap_share=0.02,
    total=Counter(start=2**31 - 400, modulus=2**31),
    scrap=Counter(start=2**31 - 6, modulus=2**31),
    episodes=(
        Episode(Kind.SETUP, _min(3), _min(4), every_s=_min(240)),
        Episode(Kind.STARVED, _min(15), _min(3), every_s=_min(95)),
        Episode(Kind.HELD, _min(23), _min(2.5), alarm=204, every_s=_min(170)),
        Episode(Kind.BREAKDOWN, _min(30), _min(40), alarm=117, every_s=_min(480)),
        Episode(Kind.BLOCKED, _min(76), 45.0, every_s=_min(125)),
        Episode(Kind.IDLE, _min(84), _min(3), every_s=_min(310)),
    ),
)
"""A filling machine read over OPC UA; its Int32 counters wrap early in the day, a 40-minute breakdown follows."""

PRESS = Script(
    wc_id="PRESS-1",
    seed=2,
    cycle_s=1.5,
    scrap_share=0.045,
    total=Counter(start=2**32 - 1_200, modulus=2**32),
    scrap=Counter(start=2**16 - 40, modulus=2**16),
    episodes=(
        Episode(Kind.SETUP, _min(2), _min(5), every_s=_min(200)),
        Episode(Kind.BLOCKED, _min(20), _min(3), every_s=_min(85)),
        Episode(Kind.REBOOT, _min(48), 100.0),
        Episode(Kind.HELD, _min(55), _min(2.5), alarm=31, every_s=_min(140)),
        Episode(Kind.STARVED, _min(64), 50.0, every_s=_min(110)),
        Episode(Kind.BREAKDOWN, _min(72), _min(8), alarm=9, every_s=_min(360)),
        Episode(Kind.IDLE, _min(86), _min(3), every_s=_min(280)),
    ),
)
"""A press read over Modbus; both counters wrap, then its controller reboots at minute 48."""

TRIAL_FILLER = Script(
    wc_id="FILL-1",
    seed=3,
    cycle_s=2.0,
    scrap_share=0.04,
    total=Counter(start=0, modulus=2**31),
    scrap=Counter(start=0, modulus=2**31),
    episodes=(
        Episode(Kind.HELD, _min(1), _min(1.5), alarm=204, every_s=_min(15)),
        Episode(Kind.STARVED, _min(5), 40.0, every_s=_min(15)),
        Episode(Kind.BREAKDOWN, _min(8), _min(2), alarm=117, every_s=_min(15)),
        Episode(Kind.BLOCKED, _min(12), 40.0, every_s=_min(15)),
    ),
    micro_every_s=180.0,
    micro_s=(10.0, 25.0),
)
"""The filler for people who try the terminal in real time: something happens every two minutes, a stop after one."""

TRIAL_PRESS = Script(
    wc_id="PRESS-1",
    seed=4,
    cycle_s=1.5,
    scrap_share=0.05,
    total=Counter(start=0, modulus=2**32),
    scrap=Counter(start=0, modulus=2**16),
    episodes=(
        Episode(Kind.SETUP, _min(2), _min(2), every_s=_min(30)),
        Episode(Kind.HELD, _min(7), _min(1), alarm=31, every_s=_min(12)),
        Episode(Kind.STARVED, _min(10), 40.0, every_s=_min(12)),
    ),
    micro_every_s=240.0,
    micro_s=(10.0, 25.0),
)
"""The press beside it, which also has a setup."""
