"""Reduced speed: a machine that runs, and takes longer for a part than its norm says (domain.md R23).

The mean cycle is taken from part to part, so that it does not depend on how parts fall into a span of time. A few marks
of where the count stood are all that is kept. An interval of reduced speed begins and ends at marks between which each
step was slow, not where the mean, which lags behind, said so.
"""

from __future__ import annotations

from dataclasses import dataclass

from agent.core.machine.condition_settings import ConditionSettings
from agent.core.values import replace

STEPS = 10
"""Into which a span is divided by marks: twelve marks at most, one of them older than the span."""
MIN_CYCLES = 10
"""Fewer cycles have no mean."""


@dataclass(frozen=True, slots=True)
class Mark:
    """Where the count stood."""

    at: float
    count: int


@dataclass(frozen=True, slots=True)
class Pace:
    """The last minutes of a run."""

    marks: tuple[Mark, ...] = ()
    """Oldest first."""
    slow_since: float | None = None
    """The mean cycle has been too long since."""
    slow_from: Mark | None = None
    """Where that began."""

    def later(self, by: float) -> Pace:
        """The same by a wall clock that was set by so many seconds."""
        return replace(
            self,
            marks=tuple(replace(mark, at=mark.at + by) for mark in self.marks),
            slow_since=None if self.slow_since is None else self.slow_since + by,
            slow_from=None if self.slow_from is None else replace(self.slow_from, at=self.slow_from.at + by),
        )


NO_PACE = Pace()


@dataclass(frozen=True, slots=True)
class Reduced:
    """An interval of reduced speed."""

    start: float
    end: float
    parts: int


def counted(
    pace: Pace, count: int, at: float, cycle_s: float, settings: ConditionSettings
) -> tuple[Pace, Reduced | None]:
    """A part was counted while the machine runs.

    Args:
        pace: what is known of the run.
        count: where the count stands with it.
        at: when, and never before the part before it.
        cycle_s: the norm, seconds a part.
        settings: what reduced speed is.

    Returns:
        The pace with it, the same value where there is nothing to note; and the interval of reduced speed that is over
        with it, if one is and lasted long enough.
    """
    marks = pace.marks
    if not marks:
        return Pace((Mark(at, count),)), None
    span_s = max(settings.speed_window_s, MIN_CYCLES * cycle_s)
    if at - marks[-1].at >= span_s / STEPS:
        marks = _marked(marks, Mark(at, count), span_s)
        pace = replace(pace, marks=marks)
    base = marks[0]
    if at - base.at < span_s:
        return pace, None
    limit_s = cycle_s * settings.slow_factor_avg
    if at - base.at > limit_s * (count - base.count):
        if pace.slow_since is None:
            pace = replace(pace, slow_since=at, slow_from=_slow_from(marks, Mark(at, count), limit_s))
        return pace, None
    if pace.slow_since is None:
        return pace, None
    ended = _ended(pace, Mark(at, count), limit_s, settings)
    return replace(pace, slow_since=None, slow_from=None), ended


def interrupted(pace: Pace, last: Mark, cycle_s: float, settings: ConditionSettings) -> Reduced | None:
    """The run ends with its last part: the interval of reduced speed that ends with it, if it lasted long enough."""
    if pace.slow_since is None:
        return None
    pace = pace if pace.marks[-1].count == last.count else replace(pace, marks=(*pace.marks, last))
    return _ended(pace, last, cycle_s * settings.slow_factor_avg, settings)


def _marked(marks: tuple[Mark, ...], mark: Mark, span_s: float) -> tuple[Mark, ...]:
    """The marks with one more, and of those older than the span the newest only."""
    marks = (*marks, mark)
    first = 0
    while mark.at - marks[first + 1].at >= span_s:
        first += 1
    return marks[first:]


def _slow_from(marks: tuple[Mark, ...], last: Mark, limit_s: float) -> Mark:
    """Where the slow steps that the last part ends began; the last part where the mean is all that is slow."""
    start = last
    for mark in reversed(marks):
        if mark.count < start.count and start.at - mark.at <= limit_s * (start.count - mark.count):
            break
        start = mark
    return start


def _ended(pace: Pace, last: Mark, limit_s: float, settings: ConditionSettings) -> Reduced | None:
    """The interval up to the last slow step, if the mean was too long for long enough."""
    assert pace.slow_since is not None
    assert pace.slow_from is not None
    if last.at - pace.slow_since < settings.speed_confirm_s:
        return None
    start, end = pace.slow_from, last
    for before, after in zip(reversed(pace.marks[:-1]), reversed(pace.marks), strict=False):
        if after.at - before.at > limit_s * (after.count - before.count):
            end = after
            break
    if end.at - start.at < settings.speed_confirm_s or end.count <= start.count:
        # A few slow steps keep the mean up for as long as they are within its span; and another counter may have been
        # configured meanwhile.
        return None
    return Reduced(start.at, end.at, end.count - start.count)
