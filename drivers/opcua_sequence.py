"""The numbers of publications, which show what went missing between two of them (OPC 10000-4, 5.14.1.1). Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

_LARGEST: Final = 2**32 - 1
MOST_MISSING: Final = 1_000
"""More than that nobody keeps for us."""


class MissingError(Exception):
    """Publications went missing and nobody has them any more."""


@dataclass(slots=True)
class Numbers:
    """Where the numbers of one subscription are. They count from 1, and after the largest UInt32 from 1 again."""

    due: int = 1
    """The number of the next publication with news."""

    def missing(self, number: int, available: Sequence[int]) -> list[int]:
        """What lies before this publication and never came, in order; each of it can be asked for once more.

        Args:
            number: of a publication with news.
            available: the numbers that the server still has; empty where it does not say.

        Raises:
            MissingError: the server has it no more, or the numbers go backwards.
        """
        missing: list[int] = []
        following = self.due
        while following != number:
            if len(missing) == MOST_MISSING or (available and following not in available):
                raise MissingError
            missing.append(following)
            following = after(following)
        return missing

    def kept(self, number: int, available: Sequence[int]) -> list[int]:
        """What never came and the server says that it has, in order, as far as a sign of life can tell.

        Args:
            number: of the sign of life: that of the next news, though some servers have none there, or the last one's.
            available: the numbers that the server still has.
        """
        kept: list[int] = []
        following = self.due
        while following != number and following in available and len(kept) < MOST_MISSING:
            kept.append(following)
            following = after(following)
        return kept

    def is_told_again(self, number: int) -> bool:
        """Whether this is the publication that came last."""
        return after(number) == self.due

    def took(self, number: int) -> None:
        """This one has come."""
        self.due = after(number)


def after(number: int) -> int:
    """The number that follows."""
    return 1 if number >= _LARGEST else number + 1
