"""The folder of certificates: whose its files are, who can read them, and how much strangers can put there."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from agent.core.errors import ConfigurationError
from agent.pki.folder import LARGEST, MOST_REJECTED, OWN, REJECTED, TRUSTED, Folder

SERVICE = 12_345
"""A user that is not ours."""
AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="gives files to another user, which only root can")


def test_what_is_secret_is_readable_by_its_owner_alone(tmp_path: Path) -> None:
    mask = os.umask(0)
    try:
        path = Folder(tmp_path).write("", OWN, b"key")
        room = Folder(tmp_path).write(TRUSTED, "a.der", b"certificate").parent
    finally:
        os.umask(mask)
    assert [one.stat().st_mode & 0o777 for one in (path, path.parent, room)] == [0o600, 0o700, 0o700]
    assert Folder(tmp_path).own() == b"key"


@AS_ROOT
def test_what_root_makes_is_the_agents_whose_the_data_folder_is(tmp_path: Path) -> None:
    os.chown(tmp_path, SERVICE, SERVICE)
    folder = Folder(tmp_path)
    folder.write("", OWN, b"key")
    folder.write(TRUSTED, "a.der", b"certificate")
    folder.reject("b.der", b"certificate")
    made = [folder.path, *folder.path.rglob("*")]
    assert len(made) == 6
    assert {(one.stat().st_uid, one.stat().st_gid) for one in made} == {(SERVICE, SERVICE)}


@AS_ROOT
def test_root_follows_no_link_that_the_agents_user_put_there(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (tmp_path / "data").mkdir()
    folder = Folder(tmp_path / "data")
    folder.path.symlink_to(elsewhere)
    with pytest.raises(ConfigurationError):
        folder.write(TRUSTED, "a.der", b"certificate")
    assert list(elsewhere.iterdir()) == []


def test_root_makes_no_data_folder_that_would_not_be_the_agents(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    with pytest.raises(ConfigurationError, match="its data folder is not there; start the agent once"):
        Folder(tmp_path / "none").write("", OWN, b"key")


def test_a_file_is_whole_or_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = Folder(tmp_path)
    folder.write("", OWN, b"former")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ConfigurationError, match="No space left on device"):
        folder.write("", OWN, b"another")
    assert folder.own() == b"former"
    assert [one.name for one in folder.path.iterdir()] == [OWN]


def test_strangers_fill_no_disk(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    for number in range(3 * MOST_REJECTED):
        folder.reject(f"{number}.der", b"certificate")
        os.utime(folder.path / REJECTED / f"{number}.der", (number, number))
    folder.reject("huge.der", b"x" * (LARGEST + 1))
    kept = sorted(int(one.path.stem) for one in folder.read(REJECTED))
    assert kept == list(range(2 * MOST_REJECTED, 3 * MOST_REJECTED))


def test_what_is_rejected_again_is_not_written_again(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    folder.reject("a.der", b"certificate")
    before = (folder.path / REJECTED / "a.der").stat()
    folder.reject("a.der", b"certificate")
    assert (folder.path / REJECTED / "a.der").stat() == before


def test_what_is_not_read_yet_or_too_large_is_no_file_of_a_room(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    assert folder.read(TRUSTED) == ()
    folder.write(TRUSTED, "a.der", b"certificate")
    (folder.path / TRUSTED / "large").write_bytes(b"x" * (LARGEST + 1))
    (folder.path / TRUSTED / "room").mkdir()
    assert [one.path.name for one in folder.read(TRUSTED)] == ["a.der"]


def test_a_long_revocation_list_is_read_and_one_that_is_too_long_is_not_passed_over(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    path = folder.write(TRUSTED, "long.crl", b"x" * (LARGEST + 1))
    assert [one.path for one in folder.read(TRUSTED)] == [path]
    folder.write(TRUSTED, "endless.crl", b"x" * (4 * 1024 * 1024 + 1))
    with pytest.raises(ConfigurationError, match=r"endless\.crl is longer than 4 MiB"):
        folder.read(TRUSTED)
