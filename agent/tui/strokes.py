"""Keystrokes that came without silence between them, and what their pace says of who typed them (domain.md F5)."""

from __future__ import annotations

from itertools import pairwise
from statistics import median
from typing import Final

MEDIAN_GAP_S: Final = 0.035
"""The median gap of a burst at most."""
SHORTEST_BURST: Final = 4
"""Characters. A shorter code can only be told by a prefix."""


class Strokes:
    """Characters in the order of their times, in monotonic seconds."""

    def __init__(self) -> None:
        self.text = ""
        self.is_strange = False
        """Whether a key that is no character came in their midst."""
        self._times: list[float] = []

    def __len__(self) -> int:
        """How many characters."""
        return len(self.text)

    @property
    def first(self) -> float:
        """When the first of them came."""
        return self._times[0]

    @property
    def last(self) -> float:
        """When the last of them came."""
        return self._times[-1]

    def add(self, character: str, time: float) -> None:
        """Takes one more."""
        self.text += character
        self._times.append(time)

    @property
    def are_fast(self) -> bool:
        """Whether half of their gaps are those of a scanner; one stroke alone may be its first."""
        gaps = self._gaps
        return not gaps or median(gaps) <= MEDIAN_GAP_S

    @property
    def are_burst(self) -> bool:
        """Whether a scanner typed all of them, as far as the pace tells."""
        return _is_code(self.text) and self.are_fast

    @property
    def contain_burst(self) -> bool:
        """Whether a scanner typed some of them."""
        runs = [""]
        for character, gap in zip(self.text, [0.0, *self._gaps], strict=True):
            if gap > MEDIAN_GAP_S:
                runs.append("")
            runs[-1] += character
        return any(map(_is_code, runs))

    @property
    def pauses(self) -> list[bool]:
        """Of each gap, whether it is longer than the pace of these strokes explains."""
        gaps = self._gaps
        pause = max(MEDIAN_GAP_S, 2 * median(gaps)) if gaps else 0.0
        return [gap > pause for gap in gaps]

    @property
    def _gaps(self) -> list[float]:
        return [later - earlier for earlier, later in pairwise(self._times)]


def _is_code(text: str) -> bool:
    return len(text) >= SHORTEST_BURST and len(set(text)) > 1
