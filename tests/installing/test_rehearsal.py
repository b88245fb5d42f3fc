"""Whether a version can go on with a journal is tried on a copy, and said in a sentence."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner

from agent import rehearsal
from agent.batch import DESK
from agent.commands.main import application
from agent.configuration import load
from agent.core.errors import ConfigurationError, JournalError, NotUnderstoodError
from agent.core.settings import Settings
from agent.journal import backup, schema
from agent.journal.journal import open_journal
from agent.journal.opening import FILE_NAME
from agent.journal.store import Commit
from tests.agent.happenings import facts
from tests.agent.processes import configuration
from tests.agent.test_command_line import lineside
from tests.journal import old_schema
from tests.soak.old_facts import Past, make_version_1

FORMER = range(1, schema.SCHEMA_VERSION)


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "lineside.toml"
    path.write_text(configuration(tmp_path, None, 1883))
    return path


@pytest.fixture
def settings(config: Path) -> Settings:
    return load(config)


async def _keep(folder: Path, *commits: Commit) -> None:
    async with open_journal(folder, "e1", 0.0) as journal:
        for commit in commits:
            await journal.commit(commit, 1.0)


def journal(folder: Path, *commits: Commit) -> Path:
    asyncio.run(_keep(folder, *commits))
    return folder


def content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_a_journal_of_this_version_is_gone_on_with(tmp_path: Path, settings: Settings) -> None:
    found = rehearsal.rehearse(settings, journal(tmp_path / "copy", facts(1, 7)))
    assert found == rehearsal.Rehearsed(7, (), ("FILL-1", "PRESS-1"))


@pytest.mark.parametrize("version", FORMER)
def test_a_journal_of_a_former_schema_is_migrated_for_the_trial(
    tmp_path: Path, settings: Settings, version: int
) -> None:
    folder = tmp_path / "copy"
    folder.mkdir()
    with closing(sqlite3.connect(old_schema.make(folder, 9, version))) as connection:
        connection.execute("DELETE FROM snapshots")
        connection.commit()
    assert backup.is_of_another_schema(folder)
    assert rehearsal.rehearse(settings, folder).facts_waiting == 6
    assert not backup.is_of_another_schema(folder)


def test_the_journal_that_version_0_1_0_left_behind_is_gone_on_with(tmp_path: Path, settings: Settings) -> None:
    folder = tmp_path / "copy"
    make_version_1(folder, Past("past0001", 30, 5))
    assert rehearsal.rehearse(settings, folder).facts_waiting == 30


def test_a_journal_of_a_newer_schema_is_refused(tmp_path: Path, settings: Settings) -> None:
    folder = journal(tmp_path / "copy", facts(1, 3))
    with closing(sqlite3.connect(folder / FILE_NAME)) as connection:
        connection.executescript(
            f"CREATE TABLE invented (one TEXT) STRICT; PRAGMA user_version = {schema.SCHEMA_VERSION + 1};"
        )
    with pytest.raises(NotUnderstoodError, match=r"schema \d+, this version knows \d+ at most; install"):
        rehearsal.rehearse(settings, folder)


def test_a_damaged_journal_is_refused_rather_than_salvaged(tmp_path: Path, settings: Settings) -> None:
    folder = journal(tmp_path / "copy", facts(1, 300, text="x" * 200))
    file = folder / FILE_NAME
    octets = bytearray(file.read_bytes())
    octets[4096:20480] = bytes(16384)
    file.write_bytes(octets)
    with pytest.raises(JournalError, match="is damaged: see what `lineside recover` says") as caught:
        rehearsal.rehearse(settings, folder)
    assert not isinstance(caught.value, NotUnderstoodError)


def test_a_snapshot_that_nobody_understands_is_refused(tmp_path: Path, settings: Settings) -> None:
    for name in ("FILL-1", DESK):
        folder = journal(tmp_path / f"copy{name}", Commit(snapshots=[(name, b"from another world")]))
        with pytest.raises(NotUnderstoodError, match="go on with the version that wrote it"):
            rehearsal.rehearse(settings, folder)


def test_a_folder_without_a_journal_is_no_copy(tmp_path: Path, settings: Settings) -> None:
    with pytest.raises(JournalError, match=r"there is no journal\.sqlite in"):
        rehearsal.rehearse(settings, tmp_path)


def test_the_command_says_what_would_become_of_it(tmp_path: Path, config: Path) -> None:
    folder = journal(tmp_path / "copy", facts(1, 7))
    answer = CliRunner().invoke(application("check"), ["check", "-c", str(config), "--rehearse", str(folder)])
    assert answer.exit_code == 0, answer.output
    assert "can go on with this journal; 7 facts wait for the MES." in answer.output
    assert "work center FILL-1: begins anew" in answer.output


def test_the_command_ends_with_the_sentence(tmp_path: Path, config: Path) -> None:
    answer = CliRunner().invoke(application("check"), ["check", "-c", str(config), "--rehearse", str(tmp_path)])
    assert isinstance(answer.exception, JournalError)
    (tmp_path / "none.toml").write_text("[agent]\n")
    answer = CliRunner().invoke(application("check"), ["check", "-c", str(tmp_path / "none.toml"), "--rehearse", "."])
    assert isinstance(answer.exception, ConfigurationError)


async def test_the_exit_code_tells_a_journal_that_is_not_understood_from_one_that_cannot_be_tried(
    tmp_path: Path, config: Path
) -> None:
    folder = tmp_path / "copy"
    await _keep(folder, facts(1, 3))
    with closing(sqlite3.connect(folder / FILE_NAME)) as connection:
        connection.executescript(
            f"CREATE TABLE invented (one TEXT); PRAGMA user_version = {schema.SCHEMA_VERSION + 1};"
        )
    refused = await lineside("check", "-c", config, "--rehearse", folder)
    assert (refused.status, refused.err.count("\n")) == (3, 1), refused.err
    assert (await lineside("check", "-c", config, "--rehearse", tmp_path)).status == 1


async def test_a_copy_is_made_beside_a_working_agent(tmp_path: Path) -> None:
    async with open_journal(tmp_path / "data", "e1", 0.0) as working:
        await working.commit(facts(1, 5), 1.0)
        await asyncio.to_thread(backup.copy, tmp_path / "data", tmp_path / "copy")
        await working.commit(facts(6, 9), 2.0)
        assert backup.last_position(tmp_path / "copy") == 5
        with pytest.raises(JournalError, match="in use by another agent"):
            backup.put_back(tmp_path / "copy", tmp_path / "data")
    assert backup.last_position(tmp_path / "data") == 9


def test_a_copy_put_back_brings_no_log_of_the_one_before(tmp_path: Path) -> None:
    data = journal(tmp_path / "data", facts(1, 5))
    backup.copy(data, tmp_path / "copy")
    with closing(sqlite3.connect(data / FILE_NAME)) as left_open:
        left_open.execute("PRAGMA wal_autocheckpoint = 0")
        left_open.execute("CREATE TABLE later (one TEXT)")
        killed = content(data)
    for name, octets in killed.items():
        (data / name).write_bytes(octets)
    backup.put_back(tmp_path / "copy", data)
    with closing(sqlite3.connect(data / FILE_NAME)) as connection:
        assert connection.execute("SELECT name FROM sqlite_master WHERE name = 'later'").fetchall() == []
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert backup.last_position(data) == 5


def test_where_there_was_no_journal_none_is_put_back(tmp_path: Path) -> None:
    data = journal(tmp_path / "data", facts(1, 5))
    backup.put_back(tmp_path / "copy", data)
    assert not (data / FILE_NAME).exists()


def test_a_copy_that_finds_no_room_leaves_nothing(tmp_path: Path) -> None:
    data = journal(tmp_path / "data", facts(1, 5))
    (tmp_path / "copy").write_text("a file where the folder should be")
    with pytest.raises(JournalError, match="cannot be copied"):
        backup.copy(data, tmp_path / "copy")
