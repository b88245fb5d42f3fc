"""What is shipped beside the program is found, and a wheel has all of it."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from agent import resources

ROOT = Path(__file__).parents[2]
NO_CODE = {".mo", ".tcss", ".html", ".typed"}
"""What the program needs beside its modules."""


def test_a_shipped_file_is_found_by_its_path_in_the_sources() -> None:
    assert resources.shipped("config/lineside.toml").read_text(encoding="utf-8").count("[[machine]]")


def test_what_an_installation_lacks_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(resources, "INSTALLED", tmp_path / "share")
    monkeypatch.setattr(resources, "SOURCE", tmp_path / "source")
    with pytest.raises(FileNotFoundError, match="install it again"):
        resources.shipped("config/lineside.toml")


def test_a_wheel_has_everything_that_the_program_needs(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", str(ROOT)]
    subprocess.run([*command, "--wheel-dir", str(tmp_path)], check=True, timeout=100)
    (wheel,) = tmp_path.glob("*.whl")
    packed = zipfile.ZipFile(wheel).namelist()
    needed = {
        path.relative_to(ROOT).as_posix()
        for package in ("agent", "drivers", "simulators")
        for path in (ROOT / package).rglob("*")
        if path.suffix in NO_CODE
    }
    files = (path for name in ("config", "systemd") for path in (ROOT / name).iterdir() if path.is_file())
    shipped = {f"{path.parent.name}/{path.name}" for path in files}
    data = {name.split("/share/lineside/")[1] for name in packed if "/share/lineside/" in name}
    assert (needed - set(packed), shipped - data) == (set(), set())
