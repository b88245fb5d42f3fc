"""The plant's wall clock as instants, through every change of its time zone (domain.md R24).

One rule for starts and ends alike, so that what follows one another on the wall clock still does in UTC:
a wall time that comes twice is its first coming; one that never comes is the instant of the jump over it.
"""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo


def instant_of(wall: datetime, zone: ZoneInfo) -> float:
    """Seconds since 1970 UTC at which the plant's clock shows `wall`, a date-time without an offset."""
    first, second = wall.replace(tzinfo=zone, fold=0), wall.replace(tzinfo=zone, fold=1)
    before, after = first.utcoffset(), second.utcoffset()
    assert before is not None
    assert after is not None
    if before >= after:
        return first.timestamp()
    return _jump(int(second.timestamp()), int(first.timestamp()), zone)


def local(at: float, zone: ZoneInfo) -> datetime:
    """What the plant's calendar and clock show at an instant."""
    return datetime.fromtimestamp(at, zone)


def _jump(earlier: int, later: int, zone: ZoneInfo) -> float:
    """The second after `earlier`, at the latest `later`, from which on the offset of `later` is in force."""
    after = local(later, zone).utcoffset()
    while later - earlier > 1:
        middle = (earlier + later) // 2
        if local(middle, zone).utcoffset() == after:
            later = middle
        else:
            earlier = middle
    return float(later)
