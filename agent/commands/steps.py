"""Says on stderr what goes on meanwhile, where nobody can know how much there is to do."""

from __future__ import annotations

import os
import sys
import time
from types import TracebackType
from typing import Final, Self

EVERY_S: Final = 0.3
_EVERY_LINE_S: Final = 3.0


class Steps:
    """One line that changes; on a terminal that cannot, a new line now and then. Programs are told nothing."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._is_terminal = sys.stderr.isatty()
        self._can_change = self._is_terminal and os.environ.get("TERM", "dumb") != "dumb"
        self._due = 0.0
        self._is_open = False

    def __enter__(self) -> Self:
        """Say what begins."""
        self.say("…")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave a whole line behind."""
        if self._is_open:
            sys.stderr.write("\n")
            sys.stderr.flush()

    def say(self, text: str, *, always: bool = False) -> None:
        """Where it is now; not too often, unless it is said always."""
        if not self._is_terminal or (time.monotonic() < self._due and not always):
            return
        self._due = time.monotonic() + (EVERY_S if self._can_change else _EVERY_LINE_S)
        self._write(text)

    def done(self, text: str) -> None:
        """Say this last."""
        if self._is_terminal:
            self._write(text)

    def _write(self, text: str) -> None:
        if self._can_change:
            sys.stderr.write(f"\r{self._what}: {text}\x1b[K")
            self._is_open = True
        else:
            sys.stderr.write(f"{self._what}: {text}\n")
        sys.stderr.flush()
