"""The Debian package carries the very bundle, and hands over to its installer."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from agent import VERSION
from tests.packaging import debian
from tests.packaging.target import Target

pytestmark = pytest.mark.timeout(900)  # whoever is first downloads every wheel


@pytest.fixture(scope="module")
def deb(archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return debian.package(Target(), tmp_path_factory.mktemp("deb"), archive)


def asked(*arguments: object) -> str:
    done = subprocess.run(
        ["/usr/bin/env", "dpkg-deb", *map(str, arguments)], check=True, capture_output=True, text=True
    )
    return done.stdout


def test_it_says_what_it_is_and_which_python_it_needs(deb: Path) -> None:
    assert deb.name == f"lineside_{VERSION}_amd64.deb"
    assert asked("--field", deb, "Package", "Version", "Architecture").split() == [
        *("Package:", "lineside", "Version:", VERSION, "Architecture:", "amd64")
    ]
    assert asked("--field", deb, "Depends").strip().startswith("python3 (>= 3.11), python3 (<< 3.12~), ")
    assert int(asked("--field", deb, "Installed-Size")) > 20_000
    assert "@" not in asked("--field", deb).replace("lineside@example.com", "")


def test_it_carries_the_bundle_as_it_is_and_all_of_it_belongs_to_root(
    deb: Path, unpacked: Path, tmp_path: Path
) -> None:
    asked("--extract", deb, tmp_path)
    carried = tmp_path / "usr" / "share" / "lineside" / "bundle"
    compared = ["/usr/bin/env", "diff", "--recursive", str(unpacked), str(carried)]
    assert subprocess.run(compared, check=True, capture_output=True).stdout == b""
    assert {line.split()[1] for line in asked("--contents", deb).splitlines()} == {"root/root"}
    assert {path.name for path in (tmp_path / "usr" / "share" / "doc" / "lineside").iterdir()} == {
        *("README.md", "changelog.gz", "copyright")
    }


@pytest.mark.parametrize("name", debian.SCRIPTS)
def test_its_scripts_are_sound_shell_and_can_be_run(deb: Path, name: str, tmp_path: Path) -> None:
    asked("--control", deb, tmp_path)
    assert (tmp_path / name).stat().st_mode & 0o777 == 0o755
    subprocess.run(["/bin/sh", "-n", tmp_path / name], check=True)


def test_purging_before_anything_was_installed_is_no_error(deb: Path, tmp_path: Path) -> None:
    asked("--control", deb, tmp_path)
    for event in ("upgrade", "abort-install", "failed-upgrade"):
        subprocess.run(["/bin/sh", tmp_path / "postrm", event], check=True)
    for event in ("upgrade", "failed-upgrade"):
        subprocess.run(["/bin/sh", tmp_path / "prerm", event], check=True)


def test_two_packages_of_one_bundle_are_the_same(deb: Path, archive: Path, tmp_path: Path) -> None:
    assert debian.package(Target(), tmp_path, archive).read_bytes() == deb.read_bytes()
    shutil.rmtree(tmp_path)
