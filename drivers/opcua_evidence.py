"""Whether a subscription fell silent though values move: two looks that differ, with nothing told between. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

_SLACK_S: Final = 0.5
_SIGNS_OF_LIFE: Final = 2


@dataclass(frozen=True, slots=True)
class Moment:
    """Where a subscription is at the time of a look."""

    time: float
    """In seconds."""
    publications: int
    """How many have come."""
    behind: int
    """The last of them after which the server said that more waits."""


@dataclass(frozen=True, slots=True)
class _Doubt:
    """A look found another value than was told."""

    since: Moment
    tellings: int


class Evidence:
    """What speaks against the items of one subscription.

    A value that the last sampling missed, that is on its way, or that moved within its deadband is no evidence: what
    was read must be another than what was told, in two looks at least, for longer than a change takes to be told,
    while publications came and nothing of it was among them.
    """

    def __init__(self) -> None:
        self._doubts: dict[int, _Doubt] = {}

    def is_silent(self, index: int, *, tellings: int, moment: Moment, allowance_s: float) -> bool:
        """Take a look that found another value than was told.

        Args:
            index: names the item.
            tellings: how often it was told.
            moment: of the look, or before it.
            allowance_s: seconds after which a change must have been told.
        """
        doubt = self._doubts.get(index)
        if doubt is None or doubt.tellings != tellings or moment.behind > doubt.since.publications:
            self._doubts[index] = _Doubt(moment, tellings)
            return False
        return is_over(doubt.since, moment, allowance_s)

    def forget(self, index: int) -> None:
        """A look found what was told, or the item is another one now."""
        self._doubts.pop(index, None)


def is_over(since: Moment, now: Moment, allowance_s: float) -> bool:
    """Whether what was to be told by `since` should have come by now."""
    lasted = now.time - since.time > allowance_s + _SLACK_S
    return lasted and now.publications - since.publications >= _SIGNS_OF_LIFE and now.behind <= since.publications
