from __future__ import annotations

import grp
import os
import pwd
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from agent.commissioning import placing
from agent.commissioning.answers import Answers, BrokerAnswer, CenterAnswer
from agent.commissioning.placing import must_be_free, password_file, place
from agent.commissioning.template import written
from agent.core.errors import ConfigurationError

NOW = datetime(2026, 3, 4, 6, 0, 1, tzinfo=UTC)
RIGHT = written(Answers("a", "b", "c", "d", "UTC", BrokerAnswer("127.0.0.1"), (CenterAnswer("WC-1"),)), Path("/x"))


def contents(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in folder.iterdir()}


def test_what_is_no_configuration_is_never_written(tmp_path: Path) -> None:
    config = tmp_path / "lineside.toml"
    config.write_text("mine")
    with pytest.raises(ConfigurationError, match=r"lineside\.toml: agent: is missing"):
        place(config, "[mes]\nhost = 'x'\n", "s3cret", NOW)
    assert contents(tmp_path) == {"lineside.toml": "mine"}


def test_the_former_files_stay_beside_the_new_ones(tmp_path: Path) -> None:
    config = tmp_path / "lineside.toml"
    config.write_text("mine")
    password_file(config).write_text("old")
    placed = place(config, RIGHT, "new", NOW)
    assert contents(tmp_path) == {
        "lineside.toml": RIGHT,
        "lineside.toml.2026-03-04T06-00-01": "mine",
        "broker-password": "new",
        "broker-password.2026-03-04T06-00-01": "old",
    }
    assert placed.former == tmp_path / "lineside.toml.2026-03-04T06-00-01"


def test_a_disk_that_fails_in_the_middle_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = tmp_path / "lineside.toml"
    config.write_text("mine")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ConfigurationError, match=r"No space left on device\. Nothing was changed"):
        place(config, RIGHT, "s3cret", NOW)
    assert contents(tmp_path) == {"lineside.toml": "mine"}


@pytest.mark.parametrize(
    ("former", "steps"),
    [({}, 5), ({"lineside.toml": "mine"}, 6), ({"lineside.toml": "mine", "broker-password": "old"}, 7)],
)
def test_whichever_step_fails_nothing_was_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, former: dict[str, str], steps: int
) -> None:
    taken, fails_at = 0, 0

    def failing(call: Callable[..., object]) -> Callable[..., object]:
        def one(*arguments: object, **named: object) -> object:
            nonlocal taken
            taken += 1
            if taken == fails_at:
                raise OSError(28, "No space left on device")
            return call(*arguments, **named)

        return one

    for name, text in former.items():
        (tmp_path / name).write_text(text)
    for owner, name in ((os, "fsync"), (os, "link"), (Path, "replace")):
        monkeypatch.setattr(owner, name, failing(getattr(owner, name)))
    for step in range(1, steps + 1):
        taken, fails_at = 0, step
        with pytest.raises(ConfigurationError, match=r"No space left on device\. Nothing was changed"):
            place(tmp_path / "lineside.toml", RIGHT, "s3cret", NOW)
        assert contents(tmp_path) == former
    taken, fails_at = 0, 0
    place(tmp_path / "lineside.toml", RIGHT, "s3cret", NOW)
    assert taken == steps


def test_written_by_root_the_files_belong_to_the_service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given: dict[str, tuple[int, int]] = {}
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(os, "chown", lambda path, user, group: given.update({path.name.split(".")[1]: (user, group)}))
    monkeypatch.setattr(placing, "SERVICE", "nobody-of-this-name")
    place(tmp_path / "lineside.toml", RIGHT, "s3cret", NOW)
    assert given == {"lineside": (0, 0), "broker-password": (0, 0)}
    monkeypatch.setattr(placing, "SERVICE", "daemon")
    place(tmp_path / "lineside.toml", RIGHT, "s3cret", NOW)
    user, group = pwd.getpwnam("daemon").pw_uid, grp.getgrnam("daemon").gr_gid
    assert given == {"lineside": (0, group), "broker-password": (user, group)}


def test_it_is_seen_beforehand_that_there_is_no_place(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="is no folder"):
        must_be_free(tmp_path / "absent" / "lineside.toml", force=False)
