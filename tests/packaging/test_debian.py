"""The Debian package carries the very bundle, and hands over to its installer."""

from __future__ import annotations

import os
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


INSTALL_SH = """#!/bin/sh
echo "$@" > "$0.called"
exit $(cat "$0.status")
"""


@pytest.fixture
def pc(tmp_path: Path) -> Path:
    """Version 0.1.0 is the current one; a package has been unpacked whose installer ends as it is told."""
    pc = tmp_path / "pc"
    _program(pc / "usr/share/lineside/bundle/install.sh", INSTALL_SH)
    python = pc / "opt/lineside/versions/0.1.0/bin/python3"
    _program(python, '#!/bin/sh\necho "$@" >> "$0.called"\n')
    (pc / "opt/lineside/current").symlink_to("versions/0.1.0")
    (pc / "usr/local/bin").mkdir(parents=True)
    (pc / "usr/local/bin/lineside").symlink_to("/opt/lineside/current/bin/lineside")
    for name in (
        "systemd/system/lineside.service",
        "systemd/system/other.service",
        "udev/rules.d/60-lineside-readers.rules",
    ):
        (pc / "etc" / name).parent.mkdir(parents=True, exist_ok=True)
        (pc / "etc" / name).touch()
    return pc


def _program(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True)
    path.write_text(text)
    path.chmod(0o755)


def _maintained(pc: Path, script: str, event: str) -> subprocess.CompletedProcess[str]:
    command = ["/bin/sh", str(debian.CONTROL / script), event]
    return subprocess.run(
        command, env={**os.environ, "DPKG_ROOT": str(pc)}, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize(
    ("ends", "is_under_way", "status"),
    [(0, False, 0), (1, False, 0), (1, True, 1), (2, False, 2)],
)
def test_an_upgrade_that_was_taken_back_is_not_repeated_by_each_later_call_of_apt(
    pc: Path, ends: int, status: int, *, is_under_way: bool
) -> None:
    (pc / "usr/share/lineside/bundle/install.sh.status").write_text(str(ends))
    if is_under_way:
        (pc / "opt/lineside/change.json").touch()
    answer = _maintained(pc, "postinst", "configure")
    assert answer.returncode == status, answer
    assert ("the current version is 0.1.0" in answer.stderr) == (ends == 1 and not is_under_way)
    assert (pc / "usr/share/lineside/bundle/install.sh.called").read_text() == f"--root {pc}\n"


def test_the_program_removes_itself(pc: Path) -> None:
    assert _maintained(pc, "prerm", "remove").returncode == 0
    called = (pc / "opt/lineside/current/bin/python3.called").read_text().splitlines()
    assert called[-1] == f"-I -m agent install --remove --root {pc}"


def test_a_program_without_its_python_is_removed_all_the_same(pc: Path) -> None:
    python = pc / "opt/lineside/versions/0.1.0/bin/python3"
    python.unlink()
    python.symlink_to("/usr/bin/python3.99")
    assert _maintained(pc, "prerm", "remove").returncode == 0
    assert [path.name for path in (pc / "etc").rglob("*.*") if path.is_file()] == ["other.service"]
    assert not (pc / "opt/lineside").exists()
    assert not (pc / "usr/local/bin/lineside").is_symlink()
    assert _maintained(pc, "prerm", "remove").returncode == 0


def test_two_packages_of_one_bundle_are_the_same(deb: Path, archive: Path, tmp_path: Path) -> None:
    assert debian.package(Target(), tmp_path, archive).read_bytes() == deb.read_bytes()
    shutil.rmtree(tmp_path)
