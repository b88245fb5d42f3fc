"""Keystrokes with their times, as scanners and people make them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import accumulate
from typing import Protocol

from hypothesis import strategies as st

from agent.tui.meanings import Meaning

FAST = st.floats(0.0, 0.034)
"""Gaps within a burst."""
PERSON = st.floats(0.151, 5.0)
"""Gaps before a person's keys."""
APART = st.floats(0.51, 5.0)
"""Gaps between what a person typed and a code."""
CHARACTERS = st.characters(exclude_characters="\r\t", min_codepoint=0x1C, max_codepoint=0x4FF)
CODES = st.text(CHARACTERS, min_size=4, max_size=60).filter(lambda code: len(set(code)) > 1)


class Collecting(Protocol):
    """What both ways of telling scans from typing have in common."""

    def press(self, character: str, time: float, /) -> tuple[Meaning, ...]: ...


def feed(wedge: Collecting, keys: Sequence[str], gaps: Iterable[float], start: float = 100.0) -> list[Meaning]:
    """Presses the keys with these gaps before them."""
    times = list(accumulate(gaps, initial=start))[1:]
    return [meaning for key, time in zip(keys, times, strict=True) for meaning in wedge.press(key, time)]


def at_once(wedge: Collecting, keys: Sequence[str], start: float = 100.0, gap: float = 0.005) -> list[Meaning]:
    """Presses the keys as fast as a scanner."""
    return feed(wedge, keys, [gap] * len(keys), start)
