"""Files of former versions are read as what they meant, and written anew when asked."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path

import pytest

from agent import migrating
from agent.configuration import load, read
from agent.core.errors import ConfigurationError
from agent.migrating import Removed, Renamed, Step, migrate

OLD = """#:schema ./lineside.schema.json
# The press of hall 2.

[agent]
enterprise = "acme"
site = "ala1"
area = "packing"
id = "line-7"

[mes]
address = "mes.plant"      # the broker
retries = 5

[[machine]]
work_center = "PRESS-1"
manual = true

  [machine.stop]
  confirm_s = 8            # slow doors
"""
STEPS = (
    Step("[mes] address is called host.", (Renamed("mes", "address", "host"),)),
    Step(
        "[machine.stop] confirm_s is called stop_confirm_s, and [mes] retries is gone: it tries for ever.",
        (Renamed("machine.stop", "confirm_s", "stop_confirm_s"), Removed("mes", "retries")),
    ),
)


@pytest.fixture
def old(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(migrating, "STEPS", STEPS)
    path = tmp_path / "lineside.toml"
    path.write_text(OLD)
    return path


def test_an_old_file_is_read_as_what_it_meant_with_a_warning_for_each_step(old: Path) -> None:
    found = read(old)
    assert (found.settings.mes.host, found.settings.machine[0].stop.stop_confirm_s) == ("mes.plant", 8.0)
    assert found.warnings == tuple(f"{old}: {step.sentence}" for step in STEPS)


def test_it_is_written_anew_with_its_comments_and_stays_beside(old: Path) -> None:
    old.chmod(0o640)
    before = load(old)
    assert migrate(old) == old.with_name("lineside.toml.version-1")
    assert old.with_name("lineside.toml.version-1").read_text() == OLD
    text = old.read_text()
    assert text == (
        OLD.replace("[agent]", "version = 3\n[agent]")
        .replace("address =", "host =")
        .replace("retries", "# retries")
        .replace("confirm_s", "stop_confirm_s")
    )
    assert old.stat().st_mode & 0o777 == 0o640
    found = read(old)
    assert (found.settings, found.warnings) == (before, ())
    assert migrate(old) is None


def test_it_goes_on_where_it_was_interrupted(old: Path) -> None:
    beside = old.with_name("lineside.toml.version-1")
    os.link(old, beside)
    old.with_name("lineside.toml.making").write_text("hal")
    assert migrate(old) == beside
    assert (beside.read_text(), migrate(old)) == (OLD, None)
    assert sorted(one.name for one in old.parent.iterdir()) == ["lineside.toml", "lineside.toml.version-1"]


def test_what_stands_beside_it_already_is_not_overwritten(old: Path) -> None:
    beside = old.with_name("lineside.toml.version-1")
    beside.write_text("another one")
    with pytest.raises(ConfigurationError, match=f"{beside}: is there already and says something else"):
        migrate(old)
    assert (old.read_text(), beside.read_text()) == (OLD, "another one")


def test_a_link_leads_to_the_new_one(old: Path) -> None:
    (old.parent / "kept").mkdir()
    real = old.rename(old.parent / "kept" / "press.toml")
    old.symlink_to("kept/press.toml")
    assert migrate(old) == real.with_name("press.toml.version-1")
    assert old.is_symlink()
    assert migrate(old) is None


def test_it_is_on_the_disk_before_it_takes_the_place_and_so_is_the_place(
    old: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    happened, fsync, rename = list[str](), os.fsync, Path.rename

    def synced(handle: int) -> None:
        fsync(handle)
        happened.append(os.readlink(f"/proc/self/fd/{handle}"))  # noqa: PTH115 - a text

    def renamed(path: Path, target: Path) -> Path:
        happened.append(f"to {target}")
        return rename(path, target)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(Path, "rename", renamed)
    migrate(old)
    assert happened == [f"{old}.making", f"to {old}", str(old.parent)]


def test_a_file_that_has_some_steps_behind_it_takes_the_others_alone(old: Path) -> None:
    old.write_text("version = 2\n" + OLD.replace("address", "host"))
    assert read(old).warnings == (f"{old}: {STEPS[1].sentence}",)
    assert migrate(old) == old.with_name("lineside.toml.version-2")
    assert tomllib.loads(old.read_text())["version"] == 3


def test_an_included_file_has_a_version_of_its_own(old: Path) -> None:
    host = old.with_name("host.toml")
    host.write_text('version = 3\ninclude = ["lineside.toml"]\n[mes]\nhost = "other.plant"\n')
    found = read(host)
    assert found.settings.mes.host == "other.plant"
    assert len(found.warnings) == 2
    assert found.files == (host, old)


def test_a_file_of_a_newer_version_is_refused_with_a_sentence(old: Path) -> None:
    old.write_text("version = 4\n" + OLD)
    with pytest.raises(ConfigurationError, match="version: 4 is newer than this agent, which knows versions up to 3"):
        load(old)


def test_what_only_a_person_can_change_is_left_as_it_is(old: Path) -> None:
    unusual = OLD.replace("retries = 5", "retries = [\n  5,\n]")
    old.write_text(unusual)
    with pytest.raises(ConfigurationError, match=r"change it by hand: .* Then write version = 3 at its top"):
        migrate(old)
    assert old.read_text() == unusual
    assert os.listdir(old.parent) == [old.name]  # noqa: PTH208 - names alone


SECURE = """
[agent]
enterprise = "acme"
site = "ala1"
area = "packing"
id = "line-7"

[mes]
host = "mes.plant"
tls = {}

[[machine]]
work_center = "PRESS-1"
manual = true

[[machine]]
work_center = "FILL-1"

  [machine.opcua]                  # the filler
  endpoint = "opc.tcp://plc:4840"

  [[machine.signal]]
  key = "run"
  role = "run"
  node = "i=2258"
"""


def securities(path: Path) -> list[str]:
    return [one.opcua.security for one in load(path).machine if one.opcua is not None]


@pytest.fixture
def insecure(tmp_path: Path) -> Path:
    path = tmp_path / "lineside.toml"
    path.write_text(SECURE)
    return path


def test_an_opcua_table_of_version_1_has_no_security_and_one_of_version_2_the_strongest(insecure: Path) -> None:
    found = read(insecure)
    assert securities(insecure) == ["none"]
    [warning] = found.warnings
    assert warning.startswith(f"{insecure}: from version 2 on [machine.opcua] without 'security' means \"strongest\"")
    assert "docs/opcua-security.md" in warning
    insecure.write_text(f"version = 2{SECURE}")
    assert (securities(insecure), read(insecure).warnings) == (["strongest"], ())


def test_it_is_written_out_where_it_was_left_out_and_nowhere_else(insecure: Path) -> None:
    found = read(insecure)
    assert migrate(insecure, found.filled[insecure]) == insecure.with_name("lineside.toml.version-1")
    text = insecure.read_text()
    assert text == SECURE.replace("[agent]", "version = 2\n[agent]").replace(
        "# the filler\n", '# the filler\n  security = "none"\n'
    )
    assert (securities(insecure), read(insecure).warnings) == (["none"], ())
    assert migrate(insecure) is None


def test_one_that_says_its_security_keeps_it(insecure: Path) -> None:
    insecure.write_text(SECURE.replace(':4840"\n', ':4840"\n  security = "Basic256Sha256"\n'))
    found = read(insecure)
    assert (securities(insecure), found.warnings, found.filled) == (["Basic256Sha256"], (), {})
    migrate(insecure)
    assert insecure.read_text().count("security") == 1


def test_a_small_file_that_overrides_one_key_is_not_filled(insecure: Path) -> None:
    host = insecure.with_name("host.toml")
    host.write_text(
        'include = ["lineside.toml"]\n[[machine]]\nwork_center = "FILL-1"\nopcua = { publishing_ms = 50 }\n'
    )
    found = read(host)
    assert securities(host) == ["none"]
    assert list(found.filled) == [insecure]
    migrate(insecure, found.filled[insecure])
    migrate(host)
    assert "security" not in host.read_text()
    assert (securities(host), read(host).warnings) == (["none"], ())


def test_what_another_file_says_is_not_overridden(insecure: Path) -> None:
    insecure.write_text(f'include = ["fleet.toml"]\n{SECURE}')
    fleet = insecure.with_name("fleet.toml")
    fleet.write_text('[[machine]]\nwork_center = "FILL-1"\nopcua = { security = "Basic256Sha256" }\n')
    found = read(insecure)
    assert (securities(insecure), found.filled) == (["Basic256Sha256"], {})
    for file in found.files:
        migrate(file, found.filled.get(file, ()))
    assert securities(insecure) == ["Basic256Sha256"]


def test_beside_a_main_file_of_this_version_a_small_one_that_says_none_weakens_nothing(insecure: Path) -> None:
    main = insecure.with_name("main.toml")
    main.write_text('version = 2\ninclude = ["lineside.toml"]\n')
    assert (securities(main), read(main).warnings) == (["strongest"], ())


def test_a_table_in_one_line_is_for_a_person(insecure: Path) -> None:
    unusual = SECURE.replace(
        '  [machine.opcua]                  # the filler\n  endpoint = "opc.tcp://plc:4840"\n', ""
    ).replace('"FILL-1"\n', '"FILL-1"\nopcua = { endpoint = "opc.tcp://plc:4840" }\n')
    insecure.write_text(unusual)
    found = read(insecure)
    with pytest.raises(ConfigurationError, match=r'change it by hand: .* write security = "none"'):
        migrate(insecure, found.filled[insecure])
    assert insecure.read_text() == unusual
