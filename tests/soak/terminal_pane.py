"""The operator's terminal as its users have it: `lineside tui` in tmux, with somebody who types, scans and looks."""

from __future__ import annotations

import os
import re
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from agent.tui.hand import HELD_S
from agent.tui.wedge import LATE_SUFFIX_S

ROOT: Final = Path(__file__).parents[2]
PATIENCE_S: Final = 30.0
LOOK_S: Final = 0.02
KEY_GAP_S: Final = "0.005"
PERSON_S: Final = HELD_S + 0.05
"""Between two keys of a person; sooner it would be a key held down."""


class Pane:
    """One terminal; entering starts it, leaving ends it together with tmux."""

    def __init__(self, folder: Path, config: Path) -> None:
        """Says where.

        Args:
            folder: for tmux's socket.
            config: the agent's configuration file.
        """
        self._server = folder / "tmux.sock"
        self._not_before = 0.0
        self.last_words = ""
        self._command = shlex.join([sys.executable, "-m", "agent", "tui", "-c", str(config), "--language", "en"])

    def __enter__(self) -> Self:
        """Start; 80 columns, 24 rows."""
        size = ("-x", "80", "-y", "24", "-c", str(ROOT))
        stay = (";", "set-option", "-g", "remain-on-exit", "on")
        self._tmux("-f", "/dev/null", "new-session", "-d", *size, f"exec {self._command}", *stay)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End tmux and what runs in it."""
        self._tmux("kill-server")

    def kill(self) -> None:
        """End the terminal as a power cut would; `last_words` is what it showed then."""
        self.last_words = self.screen()
        os.kill(self.pid, signal.SIGKILL)
        self._until(
            lambda: self._tmux("display-message", "-p", "#{pane_dead}").strip() == "1", "the terminal has ended"
        )

    def start_again(self) -> None:
        """Start the terminal anew."""
        self._tmux("respawn-pane", "-k", f"exec {self._command}")

    @property
    def pid(self) -> int:
        """Of the terminal."""
        return int(self._tmux("display-message", "-p", "#{pane_pid}"))

    def screen(self) -> str:
        """What is to be read on it."""
        return self._tmux("capture-pane", "-p")

    def sees(self, pattern: str) -> re.Match[str]:
        """Wait until a regular expression is found on the screen.

        Raises:
            AssertionError: it is not within this time.
        """
        found: re.Match[str] | None = None

        def looks() -> bool:
            nonlocal found
            found = re.search(pattern, self.screen())
            return found is not None

        self._until(looks, f"'{pattern}' on the screen")
        assert found is not None
        return found

    def sees_no_more(self, pattern: str) -> None:
        """Wait until it is not on the screen."""
        self._until(lambda: re.search(pattern, self.screen()) is None, f"'{pattern}' gone from the screen")

    def press(self, *keys: str) -> None:
        """Press keys, by tmux's names, no sooner than a person: an Enter right behind a code is the scanner's."""
        time.sleep(max(0.0, self._not_before - time.monotonic()))
        self._tmux("send-keys", *keys)
        self._not_before = time.monotonic() + PERSON_S

    def scan(self, code: str) -> None:
        """Type as a scanner does: one key after the other with its gap, then Enter."""
        keys = [("send-keys", "-l", key, ";", "run-shell", "-d", KEY_GAP_S, ";") for key in code]
        self._tmux(*(word for key in keys for word in key), "send-keys", "Enter")
        self._not_before = time.monotonic() + LATE_SUFFIX_S + LOOK_S

    def _until(self, met: Callable[[], bool], what: str) -> None:
        end = time.monotonic() + PATIENCE_S
        while not met():
            if time.monotonic() > end:
                raise AssertionError(f"not within {PATIENCE_S} s: {what}; the screen shows:\n{self.screen()}")
            time.sleep(LOOK_S)

    def _tmux(self, *arguments: str) -> str:
        command = ("tmux", "-S", str(self._server), *arguments)
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=PATIENCE_S).stdout
