"""An installation that is killed at any step is gone on with, or taken back, and loses nothing."""

from __future__ import annotations

import os
import shutil
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from agent.core.errors import ConfigurationError
from agent.installing import asked
from agent.installing.layout import AGENT, InstallationError
from tests.installing.parts import KNOWN, Pc, unit, upgraded

STEPS = {
    *("open", "os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.symlink", "os.chmod", "os.chown", "os.truncate"),
    *("subprocess.Popen", "sqlite3.connect", "shutil.rmtree"),
}
"""Audit events: whatever changes a disk or starts something."""
WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT
EVERY = int(os.environ.get("EVERY", "9"))
"""Of so many steps one is killed at; `make soak-installs` kills at each."""


def upgrade(pc: Pc) -> None:
    asked.install(pc.place(), pc.layout.version("0.2.0"))


def back(pc: Pc) -> None:
    asked.go_back(pc.place(), older_journal=True)


def first(pc: Pc) -> None:
    asked.install(pc.place(), pc.layout.version("0.1.0"))


def killed_at(step: int, work: Callable[[], None]) -> bool:
    """Do it in a process that is killed before the step of this number; whether there was such a step."""
    child = os.fork()
    if child == 0:
        left = step

        def count(event: str, arguments: tuple[object, ...]) -> None:
            nonlocal left
            if event in STEPS and (event != "open" or (isinstance(arguments[2], int) and arguments[2] & WRITES)):
                if left == 0:
                    os.kill(os.getpid(), signal.SIGKILL)
                left -= 1

        sys.addaudithook(count)
        with suppress(BaseException):
            work()
        os._exit(0)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


def steps(tmp_path: Path, template: Pc, work: Callable[[Pc], None]) -> list[Pc]:
    """A PC for each step at which it was killed."""
    found: list[Pc] = []
    step = 0
    while True:
        copy = tmp_path / f"killed{step}"
        for ending in ("", ".manager"):
            shutil.copytree(f"{template.root}{ending}", f"{copy}{ending}", symlinks=True)
        pc = Pc(copy)
        if not killed_at(step, lambda pc=pc: work(pc)):  # type: ignore[misc]
            return found
        found.append(pc)
        step += EVERY


def assert_sound(pc: Pc, runs: str, facts: int) -> None:
    assert (pc.current, pc.manager.runs) == (runs, runs), pc.said
    assert (pc.layout.units / AGENT).read_text() == unit(runs)
    assert pc.facts == facts
    assert not pc.layout.record.exists()
    assert [path for path in pc.root.rglob("*") if "making" in path.name or path.name == "rehearsal"] == []


def rebooted(pc: Pc, number: int) -> None:
    """Half of them go dark and come back before anybody looks."""
    if number % 2:
        pc.manager.boot()


def test_a_first_installation_is_gone_on_with(tmp_path: Path) -> None:
    template = Pc(tmp_path / "pc")
    template.has_users()
    template.configure()
    template.work()
    template.version("0.1.0")
    found = steps(tmp_path, template, first)
    assert len(found) > 50 // EVERY
    for number, pc in enumerate(found):
        rebooted(pc, number)
        first(pc)
        assert_sound(pc, "0.1.0", 5)
        assert pc.manager.is_enabled()


@pytest.mark.parametrize("knows", [KNOWN, KNOWN + 1])
def test_an_upgrade_is_gone_on_with(tmp_path: Path, knows: int) -> None:
    found = steps(tmp_path, upgraded(tmp_path / "pc", knows), upgrade)
    assert len(found) > 50 // EVERY
    for number, pc in enumerate(found):
        rebooted(pc, number)
        upgrade(pc)
        assert_sound(pc, "0.2.0", pc.facts if knows > KNOWN else 5)
        assert pc.previous == "0.1.0"
        assert (pc.layout.data / "upgrade/left-by-0.1.0/journal.sqlite").exists()


@pytest.mark.parametrize("knows", [KNOWN, KNOWN + 1])
def test_an_upgrade_is_taken_back(tmp_path: Path, knows: int) -> None:
    for number, pc in enumerate(steps(tmp_path, upgraded(tmp_path / "pc", knows), upgrade)):
        rebooted(pc, number)
        was_under_way = pc.layout.record.exists()
        has_more = pc.facts > 5
        if was_under_way and has_more:
            with pytest.raises(ConfigurationError, match="--older-journal"):
                asked.go_back(pc.place(), older_journal=False)
            assert pc.current == "0.2.0"
        with suppress(ConfigurationError):
            asked.go_back(pc.place(), older_journal=was_under_way and has_more)
        if was_under_way:
            assert_sound(pc, "0.1.0", 5)
        else:
            assert pc.manager.runs == pc.current


@pytest.mark.parametrize("knows", [KNOWN, KNOWN + 1])
def test_a_roll_back_is_gone_on_with(tmp_path: Path, knows: int) -> None:
    template = upgraded(tmp_path / "pc", knows)
    (template.layout.version("0.2.0").folder / "sick").write_text("the writer does not turn")
    for number, pc in enumerate(steps(tmp_path, template, upgrade)):
        rebooted(pc, number)
        with pytest.raises(InstallationError) as caught:
            upgrade(pc)
        if "was not put back" in str(caught.value):
            assert (pc.current, pc.manager.runs) == ("0.2.0", "0.2.0")
            assert pc.facts >= 7
            back(pc)
        assert_sound(pc, "0.1.0", 5)


def test_a_return_to_an_older_journal_is_gone_on_with(tmp_path: Path) -> None:
    template = upgraded(tmp_path / "pc", KNOWN + 1)
    upgrade(template)
    for number, pc in enumerate(steps(tmp_path, template, back)):
        rebooted(pc, number)
        if pc.current == "0.2.0" or pc.layout.record.exists():
            # What was asked for is remembered.
            asked.go_back(pc.place(), older_journal=not pc.layout.record.exists())
        assert_sound(pc, "0.1.0", 5)
        kept = sum(len((aside / "facts.jsonl").read_bytes().splitlines()) for aside in _asides(pc))
        assert kept >= 2


def test_another_version_takes_the_place_of_one_that_was_never_healthy(tmp_path: Path) -> None:
    template = upgraded(tmp_path / "pc", KNOWN + 1)
    (template.version("0.3.0", KNOWN + 1).folder / "sick").write_text("the writer does not turn")
    for number, pc in enumerate(steps(tmp_path, template, upgrade)):
        rebooted(pc, number)
        if not pc.layout.version("0.3.0").folder.exists():
            continue  # it was swept away as neither the current nor the previous one
        was_done = (pc.current, pc.manager.runs) == ("0.2.0", "0.2.0")
        with pytest.raises(InstallationError, match=r"runs again"):
            asked.install(pc.place(), pc.layout.version("0.3.0"))
        former = "0.2.0" if was_done else "0.1.0"
        assert_sound(pc, former, pc.facts if was_done else 5)


def _asides(pc: Pc) -> list[Path]:
    return [path for path in (pc.layout.data / "upgrade").glob("aside-*") if (path / "facts.jsonl").exists()]
