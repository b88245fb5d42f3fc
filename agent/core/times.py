"""Instants as the contract writes them: RFC 3339, UTC, milliseconds."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache


@lru_cache(maxsize=64)
def _to_the_second(second: int) -> str:
    return datetime.fromtimestamp(second, UTC).strftime("%Y-%m-%dT%H:%M:%S")


def milliseconds(epoch_s: float) -> int:
    """Milliseconds since 1970 UTC, rounded as they are written."""
    return round(epoch_s * 1000)


def iso(epoch_s: float) -> str:
    """`1772601462.12` → `2026-03-04T05:17:42.120Z`."""
    seconds, rest = divmod(milliseconds(epoch_s), 1000)
    return f"{_to_the_second(seconds)}.{rest:03d}Z"


def epoch(text: str) -> float:
    """Seconds since 1970 UTC of an RFC 3339 instant.

    Raises:
        ValueError: not an instant with a zone.
    """
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise ValueError(f"'{text}' has no time zone")
    return instant.timestamp()
