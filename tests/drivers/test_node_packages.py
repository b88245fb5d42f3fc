"""The packages of the foreign servers: pinned by their hashes, brought once, and never by halves."""

from __future__ import annotations

import json
import os
import stat
import subprocess
from pathlib import Path

import pytest

from tests.drivers.foreign import node_packages

HERE = Path(node_packages.__file__).parent


def test_every_package_is_pinned_by_its_hash_and_no_registry_is_named() -> None:
    lock = json.loads((HERE / "package-lock.json").read_text(encoding="utf-8"))
    packages = {name: package for name, package in lock["packages"].items() if name}
    assert len(packages) > 100
    assert [name for name, package in packages.items() if "resolved" in package] == []
    assert [name for name, package in packages.items() if not package["integrity"].startswith("sha512-")] == []


def test_what_is_asked_for_is_an_exact_version() -> None:
    described = json.loads((HERE / "package.json").read_text(encoding="utf-8"))
    lock = json.loads((HERE / "package-lock.json").read_text(encoding="utf-8"))
    assert described["dependencies"] == lock["packages"][""]["dependencies"]
    assert all(version[0].isdigit() for version in described["dependencies"].values())


@pytest.fixture
def npm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stands where npm does, writes down how it was called, and does what it is told to."""
    program = tmp_path / "bin" / "npm"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\necho "$@" >> {tmp_path}/calls\nmkdir node_modules\n. {tmp_path}/does\n', "utf-8")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path


def test_they_are_brought_once(npm: Path) -> None:
    (npm / "does").write_text("true\n", encoding="utf-8")
    node_packages.install()
    node_packages.install()
    assert (npm / "calls").read_text(encoding="utf-8").splitlines() == [
        "ci --ignore-scripts --no-audit --no-fund --loglevel=error"
    ]
    there = node_packages.folder()
    assert there.is_relative_to(npm / "cache")
    assert {path.name for path in there.iterdir()} == {"node_modules", "package.json", "package-lock.json"}


def test_an_installation_that_failed_left_nothing(npm: Path) -> None:
    (npm / "does").write_text("exit 3\n", encoding="utf-8")
    with pytest.raises(subprocess.CalledProcessError):
        node_packages.install()
    assert list(node_packages.folder().parent.iterdir()) == []
