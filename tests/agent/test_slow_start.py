"""What fails again and again is started less and less, and what a person starts at once."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "systemd/slow-start.sh"


class ServiceManager:
    """As much of one as the script asks; sleeping takes no time and is written down."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.minutes = 0.0
        self._program("sleep", f'echo "$1" >>{folder}/slept')
        (folder / "runtime").mkdir()

    def starts(self, tries: str) -> int:
        """Seconds that a start waits after so many by the service manager itself."""
        (self.folder / "slept").unlink(missing_ok=True)
        self._program("systemctl", f"echo {tries}")
        self._program("date", f"echo {1_000_000 + int(self.minutes * 60)}")
        runtime = str(self.folder / "runtime")
        environment = {"PATH": f"{self.folder}:{os.environ['PATH']}", "RUNTIME_DIRECTORY": runtime}
        subprocess.run(["/bin/sh", str(SCRIPT)], env=environment, check=True, timeout=30, capture_output=True)
        slept = self.folder / "slept"
        return int(slept.read_text()) if slept.exists() else 0

    def _program(self, name: str, line: str) -> None:
        program = self.folder / name
        program.write_text(f"#!/bin/sh\n{line}\n")
        program.chmod(0o755)


@pytest.fixture
def manager(tmp_path: Path) -> ServiceManager:
    return ServiceManager(tmp_path)


def test_the_first_tries_come_at_once_and_then_fewer_and_fewer_but_for_ever(manager: ServiceManager) -> None:
    pauses = [manager.starts(str(tries)) for tries in range(1, 20)]
    assert pauses == [0] * 5 + [5, 10, 15, 20, 25, 30, 35, 40] + [45] * 6


def test_who_starts_it_by_hand_does_not_wait(manager: ServiceManager) -> None:
    for tries in range(1, 20):
        manager.starts(str(tries))
    assert manager.starts("0") == 0


def test_a_failure_now_and_then_over_years_slows_nothing_down(manager: ServiceManager) -> None:
    pauses = []
    for tries in range(1, 40):
        manager.minutes += 15
        pauses.append(manager.starts(str(tries)))
    assert pauses == [0] * 39


def test_where_systemd_does_not_answer_nothing_waits(manager: ServiceManager) -> None:
    assert [manager.starts("") for _ in range(10)] == [0] * 10
