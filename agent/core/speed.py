"""Reduced speed: a machine that runs, and takes longer for a part than its norm says (domain.md R23).

The mean cycle is taken from part to part, so that it does not depend on how parts fall into a span of time. A few marks
of where the count stood are all that is kept. An interval of reduced speed begins and ends at marks between which each
step was slow, not where the mean, which lags behind, said so.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

STEPS = 10
"""Into which a span is divided by marks: twelve marks at most, one of them older than the span."""
MIN_CYCLES = 10
"""Fewer cycles have no mean."""


@dataclass(frozen=True, slots=True)
class Mark:
    """Where the count stood."""

    at: float
    parts: int


@dataclass(frozen=True, slots=True)
class Pace:
    """The last minutes of a run."""

    marks: tuple[Mark, ...] = ()
    """Oldest first."""
    last: Mark | None = None
    """The last part."""
    slow_since: float | None = None
    """The mean cycle has been too long since."""
    slow_from: Mark | None = None
    """Where that began."""

    def later(self, by: float) -> Pace:
        """The same by a wall clock that was set by so many seconds."""
        return replace(
            self,
            marks=tuple(replace(mark, at=mark.at + by) for mark in self.marks),
            last=None if self.last is None else replace(self.last, at=self.last.at + by),
            slow_since=None if self.slow_since is None else self.slow_since + by,
            slow_from=None if self.slow_from is None else replace(self.slow_from, at=self.slow_from.at + by),
        )


NO_PACE = Pace()


@dataclass(frozen=True, slots=True)
class SpeedRules:
    """What reduced speed is."""

    cycle_s: float
    """The norm: seconds a part."""
    window_s: float
    factor: float
    confirm_s: float

    @property
    def limit_s(self) -> float:
        """Mean seconds a part above which the speed is reduced."""
        return self.cycle_s * self.factor

    @property
    def span_s(self) -> float:
        """Span over which the mean is taken."""
        return max(self.window_s, MIN_CYCLES * self.cycle_s)


@dataclass(frozen=True, slots=True)
class Reduced:
    """An interval of reduced speed."""

    start: float
    end: float
    parts: int


def counted(pace: Pace, parts: int, at: float, rules: SpeedRules) -> tuple[Pace, Reduced | None]:
    """Parts were counted while the machine runs.

    Args:
        pace: what is known of the run.
        parts: how many.
        at: when.
        rules: what reduced speed is.

    Returns:
        The pace after them, and the interval of reduced speed that they ended, if it lasted long enough.
    """
    if pace.last is None:
        first = Mark(at, 0)
        return Pace((first,), first), None
    mark = Mark(max(at, pace.last.at), pace.last.parts + parts)
    pace = replace(pace, last=mark, marks=_marked(pace.marks, mark, rules.span_s))
    base = pace.marks[0]
    if mark.at - base.at < rules.span_s:
        return pace, None
    if mark.at - base.at > rules.limit_s * (mark.parts - base.parts):
        if pace.slow_since is None:
            pace = replace(pace, slow_since=mark.at, slow_from=_slow_from(pace.marks, mark, rules.limit_s))
        return pace, None
    if pace.slow_since is None:
        return pace, None
    ended = _ended(pace, pace.marks, rules)
    return replace(pace, slow_since=None, slow_from=None), ended


def interrupted(pace: Pace, rules: SpeedRules) -> Reduced | None:
    """The run ends with its last part: the interval of reduced speed that ends with it, if it lasted long enough."""
    if pace.last is None or pace.slow_since is None:
        return None
    marks = pace.marks if pace.marks[-1] == pace.last else (*pace.marks, pace.last)
    return _ended(pace, marks, rules)


def _marked(marks: tuple[Mark, ...], mark: Mark, span_s: float) -> tuple[Mark, ...]:
    """The marks with one more if it is far enough from the last, and of those older than the span the newest only."""
    if mark.at - marks[-1].at >= span_s / STEPS:
        marks = (*marks, mark)
    while len(marks) > 1 and mark.at - marks[1].at >= span_s:
        marks = marks[1:]
    return marks


def _slow_from(marks: tuple[Mark, ...], last: Mark, limit_s: float) -> Mark:
    """Where the slow steps that the last part ends began; the last mark where the mean is all that is slow."""
    start = last
    for mark in reversed(marks):
        if mark.parts < start.parts and start.at - mark.at <= limit_s * (start.parts - mark.parts):
            break
        start = mark
    return start


def _ended(pace: Pace, marks: tuple[Mark, ...], rules: SpeedRules) -> Reduced | None:
    """The interval up to the last slow step, if the mean was too long for long enough."""
    assert pace.last is not None
    assert pace.slow_since is not None
    assert pace.slow_from is not None
    if pace.last.at - pace.slow_since < rules.confirm_s:
        return None
    end = pace.last
    for before, after in zip(reversed(marks[:-1]), reversed(marks), strict=False):
        if after.at - before.at > rules.limit_s * (after.parts - before.parts):
            end = after
            break
    start = pace.slow_from
    if end.at - start.at < rules.confirm_s:
        # A few slow steps keep the mean up for as long as they are within its span.
        return None
    return Reduced(start.at, end.at, end.parts - start.parts)
