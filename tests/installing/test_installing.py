"""`lineside install` on a PC in a folder: first installation, upgrade, roll back, removal."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from agent.core.errors import ConfigurationError
from agent.installing import accounts, asked, removal
from agent.installing.layout import AGENT, InstallationError, Layout
from agent.installing.lock import HANDED_ON, alone
from agent.installing.manager import NoManager, manager_of
from agent.installing.place import place_of
from agent.installing.switch import KINDS
from agent.journal.opening import FILE_NAME
from tests.agent.processes import ROOT
from tests.installing.parts import KNOWN, Pc, unit, upgraded


@pytest.fixture
def pc(tmp_path: Path) -> Pc:
    """Where nothing was ever installed."""
    pc = Pc(tmp_path / "pc")
    pc.has_users()
    return pc


@pytest.fixture
def running(tmp_path: Path) -> Pc:
    return upgraded(tmp_path / "pc")


@pytest.fixture
def migrating(tmp_path: Path) -> Pc:
    """The version that waits migrates the journal."""
    return upgraded(tmp_path / "pc", KNOWN + 1)


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_a_first_installation_lays_all_out_and_starts_nothing(pc: Pc) -> None:
    assert asked.install(pc.place(), pc.version("0.1.0"))
    layout = pc.layout
    assert pc.current == "0.1.0"
    assert pc.previous is None
    assert layout.command.readlink() == Path("/opt/lineside/current/bin/lineside")
    assert (layout.units / AGENT).read_text() == unit("0.1.0")
    assert (layout.rules / "60-lineside-readers.rules").exists()
    assert (layout.etc / "lineside.toml.example").read_text() == "# example of 0.1.0\n"
    assert (layout.etc / "kiosk.map").exists()
    assert not layout.config.exists()
    assert [mode(folder) for folder in (layout.etc, layout.etc / "conf.d", layout.data)] == [0o750, 0o750, 0o700]
    assert pc.manager.calls == ["reload", "enable", "restart companions"]


def test_called_again_it_changes_nothing_and_says_so(pc: Pc) -> None:
    asked.install(pc.place(), pc.version("0.1.0"))
    before, calls = pc.content(), pc.manager.calls
    assert not asked.install(pc.place(), pc.layout.version("0.1.0"))
    assert pc.content() == before
    assert pc.manager.calls == calls


def test_folders_are_as_the_service_wants_them_too_so_that_neither_changes_what_the_other_laid_out(pc: Pc) -> None:
    asked.install(pc.place(), pc.version("0.1.0"))
    unit_file = (ROOT / "systemd" / AGENT).read_text()
    assert f"StateDirectoryMode=0{mode(pc.layout.data):o}\n" in unit_file
    assert f"ConfigurationDirectoryMode=0{mode(pc.layout.etc):o}\n" in unit_file


def test_every_unit_file_and_rule_that_is_shipped_is_laid_out() -> None:
    laid = {path.name for path in (ROOT / "systemd").iterdir() if path.suffix in {*KINDS, ".rules"}}
    assert {path.name for path in (ROOT / "systemd").iterdir()} - laid == {"kiosk.map", "slow-start.sh"}


def test_called_again_it_lays_out_what_was_changed_by_hand_but_never_the_configuration(running: Pc) -> None:
    (running.layout.units / AGENT).write_text("bent")
    (running.layout.etc / "kiosk.map").write_text("the plant's own keys")
    drop_in = running.layout.units / f"{AGENT}.d/plant.conf"
    drop_in.parent.mkdir()
    drop_in.write_text("the plant's own")
    running.layout.config.write_text(running.layout.config.read_text() + "# ours\n")
    before = running.layout.config.read_bytes()
    assert asked.install(running.place(), running.layout.version("0.1.0"))
    assert (running.layout.units / AGENT).read_text() == unit("0.1.0")
    assert drop_in.read_text() == "the plant's own"
    assert (running.layout.etc / "kiosk.map").read_text() == "the plant's own keys"
    assert running.layout.config.read_bytes() == before


def test_an_installation_before_a_configuration_starts_the_agent(running: Pc) -> None:
    assert running.manager.runs == "0.1.0"
    assert running.manager.calls[-2:] == ["start 0.1.0", "restart companions"]


def test_a_first_version_that_is_not_healthy_is_said(pc: Pc) -> None:
    pc.configure()
    (pc.version("0.1.0").folder / "sick").write_text("the writer does not turn")
    with pytest.raises(InstallationError, match=r"0\.1\.0 is installed, but the agent is not healthy: the writer"):
        asked.install(pc.place(), pc.layout.version("0.1.0"))
    assert pc.current == "0.1.0"
    assert "  its log: a log line" in pc.said


def test_an_upgrade_tries_first_then_stops_copies_switches_and_starts(running: Pc) -> None:
    before = len(running.manager.calls)
    assert asked.install(running.place(), running.layout.version("0.2.0"))
    assert (running.current, running.previous, running.manager.runs) == ("0.2.0", "0.1.0", "0.2.0")
    assert running.manager.calls[before:] == ["stop", "reload", "start 0.2.0", "restart companions"]
    assert running.facts == 5
    assert (running.layout.data / "upgrade/left-by-0.1.0" / FILE_NAME).exists()
    assert not (running.layout.data / "upgrade/rehearsal").exists()
    assert (running.layout.units / "lineside-only-0.2.0.service").exists()
    assert not (running.layout.units / "lineside-only-0.1.0.service").exists()
    assert not running.layout.record.exists()


def test_the_current_and_the_previous_version_are_kept(running: Pc) -> None:
    asked.install(running.place(), running.layout.version("0.2.0"))
    asked.install(running.place(), running.version("0.3.0"))
    assert running.layout.names() == ["0.2.0", "0.3.0"]
    assert [path.name for path in (running.layout.data / "upgrade").iterdir()] == ["left-by-0.2.0"]


def _foreign_command(pc: Pc) -> None:
    pc.layout.command.unlink()
    pc.layout.command.write_text("#!/bin/sh\n")


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (lambda pc: (pc.layout.version("0.2.0").folder / "dislikes-configuration").touch(), "there is no such key"),
        (lambda pc: (pc.layout.version("0.2.0").folder / "schema").write_text("1\n"), "this version knows less"),
        (lambda pc: setattr(pc, "free", 2_000_000), "MB free"),
        (lambda pc: setattr(pc, "free", 20_000_100), "copies of the journal and its reserve need"),
        (_foreign_command, "is another program's"),
        (lambda pc: pc.layout.version("0.2.0").python.unlink(), "cannot be run"),
        (lambda pc: (pc.layout.data / FILE_NAME).write_bytes(b"x" * 9000), "the journal"),
    ],
)
def test_what_cannot_run_here_is_refused_before_anything_is_changed(
    running: Pc, spoil: Callable[[Pc], object], why: str
) -> None:
    if "reserve" in why:
        text = running.layout.config.read_text()
        running.layout.config.write_text(text.replace("reserve_mb = 1", "reserve_mb = 100"))
    spoil(running)
    before, calls = running.content(), running.manager.calls
    with pytest.raises(ConfigurationError, match=why):
        asked.install(running.place(), running.layout.version("0.2.0"))
    assert running.content() == before
    assert running.manager.calls == calls
    assert running.manager.runs == "0.1.0"


@pytest.mark.parametrize("fault", ["sick", "crashes"])
def test_a_version_that_does_not_become_healthy_is_taken_back(running: Pc, fault: str) -> None:
    (running.layout.version("0.2.0").folder / fault).write_text("the writer does not turn")
    with pytest.raises(InstallationError, match=r"0\.2\.0 did not become healthy: .*\. Version 0\.1\.0 runs again"):
        asked.install(running.place(), running.layout.version("0.2.0"))
    assert (running.current, running.previous, running.manager.runs) == ("0.1.0", None, "0.1.0")
    assert (running.layout.units / AGENT).read_text() == unit("0.1.0")
    assert running.facts == 5
    assert "  its log: a log line" in running.said
    assert not running.layout.record.exists()


def test_the_previous_version_of_the_former_one_is_the_previous_one_again(running: Pc) -> None:
    asked.install(running.place(), running.layout.version("0.2.0"))
    (running.version("0.3.0").folder / "crashes").touch()
    with pytest.raises(InstallationError):
        asked.install(running.place(), running.layout.version("0.3.0"))
    assert (running.current, running.previous, running.manager.runs) == ("0.2.0", "0.1.0", "0.2.0")


def test_a_journal_that_the_former_version_cannot_go_on_with_is_kept_aside_with_its_facts(migrating: Pc) -> None:
    (migrating.layout.version("0.2.0").folder / "sick").write_text("the writer does not turn")
    with pytest.raises(InstallationError):
        asked.install(migrating.place(), migrating.layout.version("0.2.0"))
    assert migrating.manager.runs == "0.1.0"
    assert migrating.facts == 5
    (aside,) = (migrating.layout.data / "upgrade").glob("aside-*")
    lines = [json.loads(line) for line in (aside / "facts.jsonl").read_text().splitlines()]
    assert [(line["epoch"], line["sequence"]) for line in lines] == [("e1", 6), ("e1", 7)]
    assert any("NOT in it are 2 facts" in line for line in migrating.said)


def test_back_is_refused_where_it_would_leave_facts_behind_unless_that_is_asked_for(migrating: Pc) -> None:
    asked.install(migrating.place(), migrating.layout.version("0.2.0"))
    with pytest.raises(ConfigurationError, match=r"left behind: --older-journal\. Nothing was changed"):
        asked.go_back(migrating.place(), older_journal=False)
    assert (migrating.manager.runs, migrating.facts) == ("0.2.0", 7)
    assert asked.go_back(migrating.place(), older_journal=True).name == "0.1.0"
    assert (migrating.current, migrating.previous, migrating.manager.runs) == ("0.1.0", "0.2.0", "0.1.0")
    assert migrating.facts == 5


def test_back_and_forth(running: Pc) -> None:
    asked.install(running.place(), running.layout.version("0.2.0"))
    for version, other in (("0.1.0", "0.2.0"), ("0.2.0", "0.1.0")):
        asked.go_back(running.place(), older_journal=False)
        assert (running.current, running.previous, running.manager.runs) == (version, other, version)
    assert running.facts == 5


def test_there_is_no_way_back_from_the_first_version(running: Pc) -> None:
    with pytest.raises(ConfigurationError, match="there is no version before this one"):
        asked.go_back(running.place(), older_journal=False)


def test_without_room_for_a_trial_the_former_version_is_started_with_the_journal_as_it_is(running: Pc) -> None:
    version = running.layout.version("0.2.0")
    place = running.place()

    def fills() -> str:
        running.free = 0
        return "the disk is full"

    running._well = lambda: fills() if running.manager.runs == "0.2.0" else None  # type: ignore[method-assign]
    place = running.place()
    with pytest.raises(InstallationError, match="runs again"):
        asked.install(place, version)
    assert running.manager.runs == "0.1.0"
    assert any("was not tried" in line for line in running.said)
    assert running.facts == 5


def test_a_healthy_version_stays_though_an_older_one_cannot_be_removed(
    running: Pc, monkeypatch: pytest.MonkeyPatch
) -> None:
    rename = Path.rename

    def refuse(path: Path, to: Path) -> Path:
        if path.name == "0.1.0":
            raise OSError(5, "Input/output error")
        return rename(path, to)

    asked.install(running.place(), running.layout.version("0.2.0"))
    monkeypatch.setattr(Path, "rename", refuse)
    asked.install(running.place(), running.version("0.3.0"))
    assert (running.current, running.manager.runs) == ("0.3.0", "0.3.0")
    assert any("an older version could not be removed" in line for line in running.said)


def test_a_journal_in_another_place_that_is_not_there_yet_stands_in_no_way(running: Pc) -> None:
    text = running.layout.config.read_text()
    running.layout.config.write_text(text.replace("/var/lib/lineside", "/srv/line/journal"))
    asked.install(running.place(), running.layout.version("0.2.0"))
    assert running.manager.runs == "0.2.0"


def test_an_agent_that_is_kept_from_starting_is_not_started(running: Pc) -> None:
    running.manager.disable([AGENT])
    asked.install(running.place(), running.layout.version("0.2.0"))
    assert running.manager.runs is None
    assert running.current == "0.2.0"


def test_removal_keeps_configuration_and_journal(running: Pc) -> None:
    config = running.layout.config.read_bytes()
    removal.remove(running.layout, running.manager, running.said.append, with_data=False)
    assert running.layout.config.read_bytes() == config
    assert running.facts == 5
    assert not running.layout.home.exists()
    assert not running.layout.command.is_symlink()
    assert list(running.layout.units.iterdir()) == list(running.layout.rules.iterdir()) == []
    assert running.manager.runs is None
    assert not running.manager.is_enabled()


def test_removal_with_data_says_what_goes_with_it(running: Pc) -> None:
    removal.remove(running.layout, running.manager, running.said.append, with_data=True)
    assert any("goes with 5 facts that the MES has not confirmed" in line for line in running.said)
    assert not running.layout.data.exists()
    assert not running.layout.etc.exists()
    removal.remove(running.layout, running.manager, running.said.append, with_data=True)


def _moved(pc: Pc, to: Path) -> Path:
    """The journal stands there."""
    to.parent.mkdir(parents=True, exist_ok=True)
    return pc.layout.data.replace(to)


def test_removal_with_data_reaches_the_journal_wherever_the_configuration_puts_it(running: Pc) -> None:
    text = running.layout.config.read_text()
    running.layout.config.write_text(text.replace("/var/lib/lineside", "/srv/line/journal"))
    stands = _moved(running, running.root / "srv/line/journal")
    removal.remove(running.layout, running.manager, running.said.append, with_data=True)
    assert any(f"the journal in {stands} goes with 5 facts" in line for line in running.said)
    assert not stands.exists()
    assert stands.parent.exists()


def test_removal_with_data_follows_a_link_to_another_disk(running: Pc) -> None:
    stands = _moved(running, running.root / "disk/lineside")
    running.layout.data.symlink_to(stands)
    removal.remove(running.layout, running.manager, running.said.append, with_data=True)
    assert any("goes with 5 facts" in line for line in running.said)
    assert not running.layout.data.is_symlink()
    assert not stands.exists()
    assert not running.layout.home.exists()


def test_removal_with_data_does_not_guess_where_they_are(running: Pc) -> None:
    running.layout.config.write_text("[agent]\n")
    before = running.content()
    with pytest.raises(ConfigurationError, match="where the journal is that is to be removed"):
        removal.remove(running.layout, running.manager, running.said.append, with_data=True)
    assert running.content() == before
    assert running.manager.runs == "0.1.0"


def test_what_was_removed_is_installed_again_and_goes_on(running: Pc) -> None:
    removal.remove(running.layout, running.manager, running.said.append, with_data=False)
    asked.install(running.place(), running.version("0.1.0"))
    assert (running.manager.runs, running.facts) == ("0.1.0", 5)


def test_one_installation_at_a_time(tmp_path: Path) -> None:
    with (
        alone(tmp_path / "lock"),
        pytest.raises(ConfigurationError, match="another installation is at work"),
        alone(tmp_path / "lock"),
    ):
        pass


def test_the_lock_that_install_sh_holds_is_gone_on_with(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lock = tmp_path / "lock"
    held = os.open(lock, os.O_CREAT | os.O_WRONLY)
    fcntl.flock(held, fcntl.LOCK_EX)
    with pytest.raises(ConfigurationError), alone(lock):
        pass
    monkeypatch.setenv(HANDED_ON, str(held))
    with alone(lock):
        pass


def test_what_somebody_planted_among_the_copies_stands_in_no_way(running: Pc, tmp_path: Path) -> None:
    room = running.layout.data / "upgrade"
    (room / "theirs").mkdir(parents=True)
    (room / "theirs" / f"{FILE_NAME}.making").mkdir()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / f"{FILE_NAME}.making").touch()
    (room / "link").symlink_to(tmp_path / "elsewhere")
    asked.install(running.place(), running.layout.version("0.2.0"))
    assert not running.layout.record.exists()
    assert (tmp_path / "elsewhere" / f"{FILE_NAME}.making").exists()
    assert (room / "link").is_symlink()


def test_under_the_root_of_an_image_users_are_made_and_nothing_is_started(tmp_path: Path) -> None:
    pc = Pc(tmp_path / "image")
    (tmp_path / "image").mkdir()
    version = pc.version("0.1.0")
    place = place_of(pc.layout, pc.said.append)
    assert isinstance(place.manager, NoManager)
    assert asked.install(place, version)
    assert {line.partition(":")[0] for line in (pc.root / "etc/group").read_text().splitlines()} >= set(accounts.NAMES)
    ids = accounts.ids(pc.layout)
    assert (pc.layout.data.stat().st_uid, pc.layout.data.stat().st_gid) == (ids.uid, ids.gid)
    assert (pc.layout.units / "multi-user.target.wants" / AGENT).is_symlink()
    removal.remove(pc.layout, manager_of(pc.layout), pc.said.append, with_data=False)
    assert not (pc.layout.units / "multi-user.target.wants" / AGENT).is_symlink()


def test_this_checkout_is_no_version_that_was_laid_out(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"run \./install\.sh of an unpacked bundle"):
        Layout(tmp_path).our_own()


def test_a_version_that_was_swept_away_is_no_way_back(running: Pc) -> None:
    asked.install(running.place(), running.layout.version("0.2.0"))
    shutil.rmtree(running.layout.version("0.1.0").folder)
    with pytest.raises(ConfigurationError, match="there is no version before this one"):
        asked.go_back(running.place(), older_journal=False)
