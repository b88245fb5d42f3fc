"""The key of the site: read with its secret kept, or made once."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent import site_key
from agent.core.errors import ConfigurationError
from agent.core.settings import Settings
from agent.credentials import SITE_KEY
from tests.agent.parts import document

KEY = b"0123456789abcdef"


def with_key_file(folder: Path, key_file: Path | None) -> Settings:
    return Settings.model_validate({**document(folder), "people": {"key_file": key_file}})


def a_key(folder: Path, octets: bytes = KEY, mode: int = 0o640) -> Path:
    path = folder / "key"
    path.write_bytes(octets)
    path.chmod(mode)
    return path


@pytest.mark.parametrize(
    ("octets", "key"), [(KEY, KEY), (KEY + b"\n", KEY), (KEY + b"\n\n", KEY + b"\n"), (b"\x00" * 20, b"\x00" * 20)]
)
def test_the_key_is_all_bytes_of_its_file_but_for_one_newline_at_its_end(
    tmp_path: Path, octets: bytes, key: bytes
) -> None:
    settings = with_key_file(tmp_path, a_key(tmp_path, octets))
    assert site_key.read(settings) == key
    assert site_key.check(settings) == tmp_path / "key"


@pytest.mark.parametrize(
    ("octets", "mode", "found"),
    [
        (b"", 0o600, "has 0 bytes; expected at least 16"),
        (KEY[:15] + b"\n", 0o600, "has 15 bytes; expected at least 16"),
        (KEY, 0o644, "everybody can open"),
        (KEY, 0o602, "everybody can open"),
    ],
)
def test_a_key_that_is_none_or_no_secret_is_refused(tmp_path: Path, octets: bytes, mode: int, found: str) -> None:
    settings = with_key_file(tmp_path, a_key(tmp_path, octets, mode))
    for used in (site_key.read, site_key.check):
        with pytest.raises(ConfigurationError, match=found) as caught:
            used(settings)
        assert KEY.decode() not in str(caught.value)


def test_a_key_file_that_is_not_there_is_refused_and_not_made(tmp_path: Path) -> None:
    settings = with_key_file(tmp_path, tmp_path / "key")
    with pytest.raises(ConfigurationError, match="cannot be read: No such file or directory"):
        site_key.read(settings)
    assert not (tmp_path / "key").exists()


def test_a_credential_of_systemd_is_the_key_where_no_file_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / SITE_KEY).write_bytes(KEY * 2)
    (tmp_path / SITE_KEY).chmod(0o400)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    assert site_key.read(with_key_file(tmp_path, None)) == KEY * 2
    assert site_key.read(with_key_file(tmp_path, a_key(tmp_path))) == KEY


def test_without_one_a_key_is_made_once_and_only_the_agent_reads_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    settings = with_key_file(tmp_path, None)
    own = site_key.check(settings)
    assert not own.exists()
    key = site_key.read(settings)
    assert (len(key), site_key.read(settings), site_key.check(settings)) == (64, key, own)
    assert own.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in own.parent.iterdir()] == [own.name]
    assert str(own) in caplog.text
    assert key.decode() not in caplog.text


def test_what_a_kill_left_of_a_key_that_was_being_made_is_no_key(tmp_path: Path) -> None:
    settings = with_key_file(tmp_path, None)
    own = site_key.check(settings)
    own.parent.mkdir()
    own.with_name("site-key.making").write_bytes(b"")
    assert len(site_key.read(settings)) == 64


def test_a_folder_in_which_no_key_can_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "journal").write_bytes(b"")
    with pytest.raises(ConfigurationError, match="cannot be made"):
        site_key.read(with_key_file(tmp_path, None))
