"""Progress in plain lines, each with the time of the plant."""

from __future__ import annotations

from typing import TextIO

from simulators.clock import Clock


class Progress:
    """Writes what happens to a stream or a file, line by line."""

    def __init__(self, out: TextIO) -> None:
        self.out = out
        self._clock: Clock | None = None

    def begin(self, clock: Clock | None) -> None:
        """From here on lines carry the time of this plant, or none."""
        self._clock = clock

    def say(self, text: str) -> None:
        """One line."""
        when = ""
        if self._clock is not None:
            when = f"{self._clock.now():%H:%M:%S}  min {self._clock.elapsed() / 60:5.1f}  "
        self.out.write(f"{when}{text}\n")
        self.out.flush()
