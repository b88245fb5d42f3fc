"""What a technician carries to a line PC: whole, alone sufficient, and the same whoever made it."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path
from zipfile import ZipFile

import pytest

from agent import VERSION
from tests.packaging import archive as archives
from tests.packaging import bundle, locked, sources
from tests.packaging.target import Target
from tests.packaging.wheels import read

pytestmark = pytest.mark.timeout(900)  # whoever is first downloads every wheel

TOP = {
    "CHANGELOG.md",
    "LICENSE",
    "NOTICE",
    "README.txt",
    "SHA256SUMS",
    "TARGET",
    "config",
    "docs",
    "install.sh",
    "requirements.txt",
    "sbom.cdx.json",
    "systemd",
    "wheels",
}
CODE = ("agent", "drivers", "simulators")
NOT_INSTALLED = {".po"}
"""Suffixes of files in the program's folders that a wheel leaves behind: translators' sources."""


def test_the_sums_are_right_and_of_everything(unpacked: Path) -> None:
    checked = ["/usr/bin/env", "sha256sum", "--check", "--strict", "--quiet", "SHA256SUMS"]
    assert subprocess.run(checked, cwd=unpacked, check=True, capture_output=True).stdout == b""
    summed = {line.split("  ")[1] for line in (unpacked / "SHA256SUMS").read_text().splitlines()}
    there = {str(path.relative_to(unpacked)) for path in unpacked.rglob("*") if path.is_file()}
    assert summed == there - {"SHA256SUMS"}


def test_the_room_that_is_needed_is_what_the_pages_say(unpacked: Path) -> None:
    # install.sh asks for eight times the wheels, and an upgrade for it beside two versions that are smaller than that.
    needed = 8 * sum(path.stat().st_size for path in (unpacked / "wheels").iterdir())
    assert 150e6 < needed <= 200e6
    for page in ("README.txt", "docs/install.md"):
        text = (unpacked / page).read_text(encoding="utf-8")
        assert re.search(r"200 MB (free )?below", text), page
        assert re.search(r"500 MB\s+in\s+all", text), page


def test_a_damaged_file_is_noticed(unpacked: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(unpacked, tmp_path / "copy")
    wheel = next((copy / "wheels").glob("lineside-*"))
    wheel.write_bytes(wheel.read_bytes()[:-1])
    checked = ["/usr/bin/env", "sha256sum", "--check", "--quiet", "SHA256SUMS"]
    done = subprocess.run(checked, cwd=copy, check=False, capture_output=True, text=True)
    assert done.returncode == 1
    assert f"wheels/{wheel.name}: FAILED" in done.stdout


def test_nothing_is_in_it_that_nobody_needs(unpacked: Path) -> None:
    assert unpacked.name == f"lineside-{VERSION}"
    assert {path.name for path in unpacked.iterdir()} == TOP
    assert os.access(unpacked / "install.sh", os.X_OK)
    for folder in ("config", "docs", "systemd"):
        found = {path for path in (unpacked / folder).rglob("*") if path.is_file()}
        tracked = sources.git("ls-files", "--cached", "--others", "--exclude-standard", folder).split()
        wanted = {unpacked / name for name in tracked if not name.startswith("config/packaging/")}
        assert found == wanted


def test_the_wheels_are_what_the_lock_pins_and_the_project(unpacked: Path) -> None:
    pinned = {pin.name: pin for pin in locked.shipped(sources.ROOT, Target())}
    wheels = {wheel.name: wheel for wheel in map(read, (unpacked / "wheels").iterdir())}
    ours = wheels.pop(next(name for name in wheels if name == "lineside"))
    assert ours.version == VERSION
    assert {name: wheel.version for name, wheel in wheels.items()} == {
        name: pin.version for name, pin in pinned.items()
    }
    assert all(f"sha256:{wheel.sha256}" in pinned[name].hashes for name, wheel in wheels.items())


def test_what_is_installed_is_named_with_its_hash_and_no_place_to_load_it_from(unpacked: Path) -> None:
    lines = (unpacked / "requirements.txt").read_text().splitlines()
    assert [line for line in lines if not re.fullmatch(r"[\w.-]+==[\w.]+ --hash=sha256:[0-9a-f]{64}", line)] == []
    installed = {line.partition("==")[0] for line in lines}
    assert installed == {read(wheel).name for wheel in (unpacked / "wheels").iterdir()} - {"pip"}


def test_the_projects_wheel_has_the_present_sources_and_nothing_stale(unpacked: Path) -> None:
    with ZipFile(next((unpacked / "wheels").glob("lineside-*"))) as wheel:
        inside = {name for name in wheel.namelist() if name.startswith(CODE)}
        data = {name.partition("/share/lineside/")[2] for name in wheel.namelist() if "/share/lineside/" in name}
    tracked = sources.git("ls-files", "--cached", "--others", "--exclude-standard", *CODE).split()
    assert inside == {name for name in tracked if Path(name).suffix not in NOT_INSTALLED}
    shipped = [path for folder in ("config", "systemd") for path in (sources.ROOT / folder).iterdir() if path.is_file()]
    assert data == {str(path.relative_to(sources.ROOT)) for path in shipped}


def test_two_builds_are_the_same_byte_for_byte(archive: Path, tmp_path: Path) -> None:
    before = os.umask(0o077)
    try:
        tree = sources.copied(tmp_path / "another tree")
        again = bundle.laid_out(tree, Target(), sources.committed_at(), tmp_path / "again")
        archives.packed(again, tmp_path / "again.tar.gz", sources.committed_at())
    finally:
        os.umask(before)
    digests = [hashlib.sha256(path.read_bytes()).hexdigest() for path in (archive, tmp_path / "again.tar.gz")]
    assert digests[0] == digests[1]


def test_everything_in_it_belongs_to_root_and_has_the_commits_time(archive: Path) -> None:
    with tarfile.open(archive) as tar:
        entries = tar.getmembers()
    assert {(entry.uname, entry.gname, entry.uid, entry.gid) for entry in entries} == {("root", "root", 0, 0)}
    assert {entry.mtime for entry in entries} == {sources.committed_at()}
    assert [entry.name for entry in entries] == sorted(entry.name for entry in entries)
    assert {entry.mode for entry in entries} <= {0o755, 0o644}


def test_what_was_built_of_the_same_sources_is_found_again(archive: Path) -> None:
    assert bundle.build() == archive


def test_sources_are_others_when_a_file_is_or_its_name_or_whether_it_can_be_run(tmp_path: Path) -> None:
    (tmp_path / "one").write_text("1")
    seen = [sources.fingerprint(tmp_path)]
    (tmp_path / "one").write_text("2")
    seen.append(sources.fingerprint(tmp_path))
    (tmp_path / "one").chmod(0o755)
    seen.append(sources.fingerprint(tmp_path))
    (tmp_path / "one").rename(tmp_path / "two")
    seen.append(sources.fingerprint(tmp_path))
    assert len(set(seen)) == len(seen)


def test_it_installs_without_a_network_and_works(tmp_path: Path) -> None:
    target = Target((sys.version_info.major, sys.version_info.minor))
    with tarfile.open(bundle.build(target)) as tar:
        tar.extractall(tmp_path, filter="data")
    unpacked = tmp_path / f"lineside-{VERSION}"
    # The base interpreter, as a line PC has it, and a world in which nothing answers.
    python = Path(sys.base_prefix) / "bin" / f"python{target.version}"
    dead = "http://127.0.0.1:9"
    alone = {"PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "http_proxy": dead, "https_proxy": dead}

    def run(*command: object) -> str:
        words = [str(word) for word in command]
        done = subprocess.run(words, check=False, capture_output=True, text=True, env=alone)
        assert (done.returncode, done.stderr) == (0, "")
        return done.stdout

    run(python, "-m", "venv", "--without-pip", tmp_path / "venv")
    installed = tmp_path / "venv" / "bin" / "python"
    pip = [
        installed,
        next((unpacked / "wheels").glob("pip-*.whl")) / "pip",
        "--isolated",
        "--disable-pip-version-check",
    ]
    offline = ["--no-index", "--find-links", unpacked / "wheels", "--no-compile", "--quiet"]
    run(*pip, "install", *offline, "--require-hashes", "--requirement", unpacked / "requirements.txt")
    assert run(*pip, "check") == "No broken requirements found.\n"
    example = tmp_path / "venv" / "share" / "lineside" / "config" / "lineside.toml"
    assert ": right." in run(tmp_path / "venv" / "bin" / "lineside", "check", "--config", example)


def test_another_target_is_a_matter_of_words() -> None:
    target = Target.parse("3.13-aarch64")
    assert (target.version, target.debian, target.label) == ("3.13", "arm64", "aarch64-python3.13")
    assert target.platforms[0] == "manylinux_2_36_aarch64"
    assert "wait-for2" in {pin.name for pin in locked.shipped(sources.ROOT, Target())}
    # For Python before 3.12, says the lock.
    assert "wait-for2" not in {pin.name for pin in locked.shipped(sources.ROOT, target)}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("x86_64", "expected a target such as 3.11-x86_64"),
        ("3.11-sparc64", "expected one of the processors x86_64, aarch64, got 'sparc64'"),
        ("3.9-x86_64", "the project needs Python 3.11, got 3.9"),
    ],
)
def test_a_target_that_cannot_be_is_refused(text: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=re.escape(sentence)):
        Target.parse(text)


def test_whoever_asks_for_an_impossible_target_is_told_what_is_possible() -> None:
    command = [sys.executable, "-m", "tests.packaging.bundle", "--target", "3.11-sparc64"]
    done = subprocess.run(command, cwd=sources.ROOT, check=False, capture_output=True, text=True)
    assert done.returncode == 2
    assert "expected one of the processors x86_64, aarch64, got 'sparc64'" in done.stderr
