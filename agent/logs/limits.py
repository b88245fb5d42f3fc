"""Bounds the log whatever happens: a bucket of tokens for each event and work center."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

MOST: Final = 10
"""Lines of one kind in a row, and a minute in the long run. In no minute there are more than twice as many."""
REFILL_S: Final = 60.0
"""Real seconds in which an empty bucket is full again."""
Key = TypeVar("Key", bound=Hashable)


@dataclass(slots=True)
class _Bucket:
    tokens: float
    at: float
    left_out: int = 0


class Limits(Generic[Key]):
    """Who may say something now. Once something was left out, nothing more is said until the bucket is full."""

    def __init__(self) -> None:
        self._buckets: dict[Key, _Bucket] = {}

    def admits(self, key: Key, now: float) -> bool:
        """Whether this line is told; it is counted where it is left out.

        Args:
            key: its kind.
            now: real seconds of a clock that nobody sets.
        """
        bucket = self._refilled(key, now)
        if bucket.left_out or bucket.tokens < 1:
            bucket.left_out += 1
            return False
        bucket.tokens -= 1
        return True

    def due(self, now: float) -> list[tuple[Key, int]]:
        """What is to be told of: kinds whose bucket is full again, and how many of them were left out."""
        found: list[tuple[Key, int]] = []
        for key in list(self._buckets):
            bucket = self._refilled(key, now)
            if bucket.tokens < MOST:
                continue
            if bucket.left_out:
                found.append((key, bucket.left_out))
                bucket.left_out = 0
                bucket.tokens -= 1
            else:
                del self._buckets[key]
        return found

    def rest(self) -> list[tuple[Key, int]]:
        """All that was left out and not told of, where nothing more is said."""
        found = [(key, bucket.left_out) for key, bucket in self._buckets.items() if bucket.left_out]
        self._buckets.clear()
        return found

    def _refilled(self, key: Key, now: float) -> _Bucket:
        bucket = self._buckets.setdefault(key, _Bucket(MOST, now))
        bucket.tokens = min(MOST, bucket.tokens + max(now - bucket.at, 0.0) * MOST / REFILL_S)
        bucket.at = now
        return bucket
