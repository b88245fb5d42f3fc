"""Whatever goes wrong on the way to another version: an agent runs afterwards, with the journal that has most."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from agent.installing import asked
from agent.installing.layout import InstallationError
from agent.installing.trial import Trial
from agent.journal import backup, store
from agent.journal.opening import FILE_NAME
from tests.agent.happenings import facts
from tests.installing.parts import KNOWN, Pace, Pc, upgraded

CRASHING = '#!/bin/sh\necho "ModuleNotFoundError: No module named x" >&2\nexit 1\n'


@pytest.fixture
def running(tmp_path: Path) -> Pc:
    return upgraded(tmp_path / "pc")


@pytest.fixture
def migrated(tmp_path: Path) -> Pc:
    """0.2.0 runs and has migrated the journal; 0.1.0 has left its own behind, and would not be healthy."""
    pc = upgraded(tmp_path / "pc", KNOWN + 1)
    asked.install(pc.place(), pc.layout.version("0.2.0"))
    pc.record(100)
    (pc.layout.version("0.1.0").folder / "sick").write_text("the writer does not turn")
    return pc


class Doing(Pace):
    """Time in which something happens."""

    def __init__(self, *deeds: Callable[[], object]) -> None:
        super().__init__()
        self._deeds = list(deeds)

    def sleep(self, seconds: float) -> None:
        super().sleep(seconds)
        if self._deeds:
            self._deeds.pop(0)()


def test_a_return_to_an_older_journal_that_fails_gives_the_newer_one_back(migrated: Pc) -> None:
    with pytest.raises(InstallationError, match=r"Version 0\.2\.0 runs again"):
        asked.go_back(migrated.place(), older_journal=True)
    assert (migrated.current, migrated.previous, migrated.manager.runs) == ("0.2.0", "0.1.0", "0.2.0")
    assert migrated.facts == 5 + 2 + 100 + 2
    assert [path.name for path in (migrated.layout.data / "upgrade").iterdir()] == ["left-by-0.1.0"]


def test_what_was_recorded_with_the_older_journal_meanwhile_is_kept_aside(migrated: Pc) -> None:
    place = replace(migrated.place(), pace=Doing(lambda: migrated.record(3)))
    with pytest.raises(InstallationError, match=r"Version 0\.2\.0 runs again"):
        asked.go_back(place, older_journal=True)
    assert migrated.facts == 5 + 2 + 100 + 2
    (aside,) = (migrated.layout.data / "upgrade").glob("aside-*-of-0.1.0")
    assert len((aside / "facts.jsonl").read_bytes().splitlines()) == 3
    assert backup.last_position(aside) == 8


def test_a_former_version_that_cannot_say_what_it_lacks_is_started_with_the_journal_as_it_is(running: Pc) -> None:
    former = running.layout.version("0.1.0").python

    def happens() -> None:
        running.record(50)
        former.write_text(CRASHING)

    (running.layout.version("0.2.0").folder / "sick").write_text("the writer does not turn")
    place = replace(running.place(), pace=Doing(happens))
    with pytest.raises(InstallationError, match=r"Version 0\.1\.0 runs again"):
        asked.install(place, running.layout.version("0.2.0"))
    assert (running.manager.runs, running.facts) == ("0.1.0", 55)
    assert any("No module named x" in line for line in running.said)


def test_a_failed_upgrade_leaves_the_way_back_further_open(migrated: Pc) -> None:
    (migrated.layout.version("0.1.0").folder / "sick").unlink()
    (migrated.version("0.3.0", KNOWN + 1).folder / "sick").write_text("the writer does not turn")
    with pytest.raises(InstallationError, match=r"Version 0\.2\.0 runs again"):
        asked.install(migrated.place(), migrated.layout.version("0.3.0"))
    assert asked.go_back(migrated.place(), older_journal=True).name == "0.1.0"
    assert (migrated.manager.runs, migrated.facts) == ("0.1.0", 5)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_upgrade_that_is_broken_off_is_taken_back(running: Pc, number: signal.Signals) -> None:
    place = replace(running.place(), pace=Doing(lambda: os.kill(os.getpid(), number)))
    with pytest.raises(InstallationError, match=r"it was interrupted\. Version 0\.1\.0 runs again"):
        asked.install(place, running.layout.version("0.2.0"))
    assert (running.current, running.manager.runs) == ("0.1.0", "0.1.0")
    assert not running.layout.record.exists()


def test_a_roll_back_cannot_be_broken_off(running: Pc) -> None:
    interrupt = lambda: os.kill(os.getpid(), signal.SIGINT)  # noqa: E731 - done twice
    place = replace(running.place(), pace=Doing(interrupt, interrupt))
    with pytest.raises(InstallationError, match=r"Version 0\.1\.0 runs again"):
        asked.install(place, running.layout.version("0.2.0"))
    assert running.manager.runs == "0.1.0"
    assert not running.layout.record.exists()


def test_a_lost_connection_stands_in_no_way(running: Pc) -> None:
    place = replace(running.place(), pace=Doing(lambda: os.kill(os.getpid(), signal.SIGHUP)))
    asked.install(place, running.layout.version("0.2.0"))
    assert running.manager.runs == "0.2.0"


@pytest.mark.parametrize("call", ["reload", "start", "standing"])
def test_a_service_manager_that_does_not_do_as_told_is_no_reason_to_leave_the_line_alone(
    running: Pc, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    does = getattr(running.manager, call)

    def refuse() -> object:
        if running.current == "0.2.0":
            raise InstallationError("the manager does not answer")
        return does()

    monkeypatch.setattr(running.manager, call, refuse)
    with pytest.raises(InstallationError, match=r"the manager does not answer\. Version 0\.1\.0 runs again"):
        asked.install(running.place(), running.layout.version("0.2.0"))
    assert (running.current, running.manager.runs) == ("0.1.0", "0.1.0")


def test_an_agent_that_does_not_stop_is_not_left_stopped(running: Pc, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> None:
        (running.manager._folder / "runs").unlink(missing_ok=True)
        raise InstallationError("it was killed")

    monkeypatch.setattr(running.manager, "stop", refuse)
    with pytest.raises(InstallationError, match="it was killed"):
        asked.install(running.place(), running.layout.version("0.2.0"))
    assert running.manager.runs == "0.1.0"


def test_an_agent_that_ran_and_does_not_start_with_the_pc_runs_afterwards(running: Pc) -> None:
    (running.manager._folder / "enabled").unlink()
    asked.install(running.place(), running.layout.version("0.2.0"))
    assert running.manager.runs == "0.2.0"
    assert not running.manager.is_enabled()
    (running.version("0.3.0").folder / "sick").write_text("the writer does not turn")
    with pytest.raises(InstallationError):
        asked.install(running.place(), running.layout.version("0.3.0"))
    assert running.manager.runs == "0.2.0"


def killed_before_the_copy_takes_its_place(trial: Trial, pc: Pc) -> None:
    child = os.fork()
    if child == 0:
        replaces = Path.replace

        def die(path: Path, target: Path) -> Path:
            if path.parent.name.startswith("left-by"):
                os._exit(9)
            return replaces(path, target)

        Path.replace = die  # type: ignore[method-assign,assignment]
        trial.put_back(pc.layout.version("0.1.0"), "X")
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9


def test_what_is_kept_aside_is_whole_though_a_kill_left_facts_in_the_log(running: Pc) -> None:
    trial, data = running.place().trial, running.layout.data
    assert trial is not None
    trial.keep(running.layout.version("0.1.0"))
    child = os.fork()
    if child == 0:
        connection = store.connect(data / FILE_NAME)
        connection.execute("PRAGMA wal_autocheckpoint = 0")
        store.append(connection, facts(6, 45), 6, 1.0)
        os._exit(9)
    os.waitpid(child, 0)
    assert (data / f"{FILE_NAME}-wal").stat().st_size > 0

    killed_before_the_copy_takes_its_place(trial, running)
    assert running.facts == 45
    aside = trial.put_back(running.layout.version("0.1.0"), "X")
    assert (aside.facts, backup.last_position(aside.folder), running.facts) == (40, 45, 5)


def test_the_journal_is_never_readable_by_others(running: Pc) -> None:
    mask = os.umask(0o022)
    try:
        asked.install(running.place(), running.layout.version("0.2.0"))
    finally:
        os.umask(mask)
    room = running.layout.data / "upgrade"
    assert {path for path in (room, *room.rglob("*")) if path.stat().st_mode & 0o077} == set()
