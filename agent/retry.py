"""The one back-off policy: exponential with full jitter, starting anew after a success."""

from __future__ import annotations

from typing import Any

from tenacity import RetryCallState, wait_random_exponential


class Backoff:
    """How long to wait before the next try."""

    def __init__(self, first_s: float, longest_s: float) -> None:
        """Make the policy.

        Args:
            first_s: upper end of the first wait, in real seconds; it doubles with each failure.
            longest_s: upper end of any wait.
        """
        self._wait = wait_random_exponential(multiplier=first_s, max=longest_s)
        nothing: Any = None
        self._state = RetryCallState(nothing, None, (), {})
        self._state.attempt_number = 0

    @property
    def failures(self) -> int:
        """Failures in a row."""
        return self._state.attempt_number

    def failed(self) -> float:
        """One more failure; how long to wait now."""
        self._state.attempt_number += 1
        return self._wait(self._state)

    def succeeded(self) -> None:
        """The next failure is the first again."""
        self._state.attempt_number = 0
