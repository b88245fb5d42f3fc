"""One line on stderr that says how far long work has come."""

from __future__ import annotations

import sys
import time

EVERY_S = 0.5


class Progress:
    """Shown on a terminal only; a log would fill with it."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._shown_at = time.monotonic()
        self._is_shown = False

    def say(self, share: float, words: str) -> None:
        """So much of the whole is done, 0 to 1."""
        if not sys.stderr.isatty() or time.monotonic() - self._shown_at < EVERY_S:
            return
        self._shown_at, self._is_shown = time.monotonic(), True
        sys.stderr.write(f"\r{self._what}: {share:4.0%}, {words}\x1b[K")
        sys.stderr.flush()

    def clear(self) -> None:
        """Leave nothing behind, where what comes next says it all."""
        if self._is_shown:
            sys.stderr.write("\r\x1b[K")

    def done(self, words: str) -> None:
        """Say this last."""
        sys.stderr.write(f"{chr(13) + chr(27) + '[K' if self._is_shown else ''}{self._what}: {words}\n")
