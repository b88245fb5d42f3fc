"""systemctl and journalctl are called with what they understand, and what they say is understood."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent.installing.layout import AGENT, InstallationError
from agent.installing.manager import Standing, Systemctl

SYSTEMCTL = """#!/bin/sh
echo "systemctl $*" >> "{notes}"
case "$1" in
    show) printf 'NRestarts=2\\nActiveState=activating\\nSubState=auto-restart\\n'
          [ -e "{notes}.job" ] && echo Job=812; exit 0 ;;
    is-enabled) echo enabled-runtime ;;
    stop) [ -e "{notes}.stuck" ] && {{ echo "it does not stop" >&2; exit 1; }}; exit 0 ;;
esac
"""
JOURNALCTL = """#!/bin/sh
echo "journalctl $*" >> "{notes}"
case "$*" in
    *_SYSTEMD_UNIT=*) [ -e "{notes}.mute" ] || {{ seq 20; echo "its own words"; }} ;;
    *) echo "the manager's words" ;;
esac
"""
OTHER = '#!/bin/sh\necho "{name} $*" >> "{notes}"\n'


@pytest.fixture
def notes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What was called."""
    notes = tmp_path / "notes"
    for name, text in (("systemctl", SYSTEMCTL), ("journalctl", JOURNALCTL), ("udevadm", OTHER)):
        program = tmp_path / "bin" / name
        program.parent.mkdir(exist_ok=True)
        program.write_text(text.format(notes=notes, name=name))
        program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/usr/bin:/bin")
    return notes


def test_what_is_said_of_the_unit_is_understood(notes: Path) -> None:
    manager = Systemctl()
    assert manager.standing() == Standing("activating", "auto-restart", 2)
    assert manager.is_enabled()
    notes.with_name("notes.job").touch()
    assert manager.standing() == Standing("activating", "auto-restart", 2, has_job=True)
    assert notes.exists()


def test_a_start_is_not_waited_for_and_forgets_former_failures(notes: Path) -> None:
    Systemctl().start()
    assert notes.read_text().splitlines() == [f"systemctl reset-failed {AGENT}", f"systemctl start --no-block {AGENT}"]


def test_new_rules_reach_the_devices_that_are_there(notes: Path) -> None:
    Systemctl().reload()
    assert notes.read_text().splitlines() == [
        "systemctl daemon-reload",
        "udevadm control --reload",
        "udevadm trigger --subsystem-match=input --subsystem-match=tty",
    ]


def test_the_agents_own_words_are_shown_and_the_managers_where_it_said_none(notes: Path) -> None:
    manager = Systemctl()
    manager.start()
    assert manager.last_words() == [*map(str, range(7, 21)), "its own words"]
    notes.with_name("notes.mute").touch()
    assert manager.last_words() == ["the manager's words"]


def test_what_does_not_work_is_said_in_its_words(notes: Path) -> None:
    notes.with_name("notes.stuck").touch()
    with pytest.raises(InstallationError, match=r"`systemctl stop lineside\.service` did not work: it does not stop"):
        Systemctl().stop()
