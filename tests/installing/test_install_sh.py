"""`install.sh` of a bundle, with a real Python, a real pip and a program of two files."""

from __future__ import annotations

import hashlib
import platform
import shutil
import subprocess
import sys
import zipfile
from base64 import urlsafe_b64encode
from pathlib import Path

import pytest

from agent.installing.lock import alone

ROOT = Path(__file__).parents[2]
PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"
WHEEL = "lineside-9.9.9-py3-none-any.whl"
PROGRAM = """\
import fcntl, os, pathlib, sys
print('lineside', *sys.argv[1:])
if sys.argv[1] == "install":
    lock = pathlib.Path(sys.argv[-1], "opt/lineside/.lock")
    assert os.path.samestat(os.fstat(int(os.environ["LINESIDE_LOCK"])), lock.stat())
    try:
        fcntl.flock(lock.open(), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        print("locked")
"""
FILES = {
    "agent/__init__.py": "",
    "agent/__main__.py": PROGRAM,
    "lineside-9.9.9.dist-info/METADATA": "Metadata-Version: 2.1\nName: lineside\nVersion: 9.9.9\n",
    "lineside-9.9.9.dist-info/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    "lineside-9.9.9.dist-info/entry_points.txt": "[console_scripts]\nlineside = agent.__main__:main\n",
    "lineside-9.9.9.data/data/share/lineside/systemd/lineside.service": "[Service]\n",
}


def _wheel(path: Path) -> None:
    record = "lineside-9.9.9.dist-info/RECORD"
    lines = [
        f"{name},sha256={urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).decode().rstrip('=')},{len(text)}"
        for name, text in FILES.items()
    ]
    with zipfile.ZipFile(path, "w") as wheel:
        for name, text in FILES.items():
            wheel.writestr(name, text)
        wheel.writestr(record, "\n".join([*lines, f"{record},,\n"]))


def sums(bundle: Path) -> None:
    files = sorted(path for path in bundle.rglob("*") if path.is_file() and path.name != "SHA256SUMS")
    lines = (f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(bundle)}\n" for path in files)
    (bundle / "SHA256SUMS").write_text("".join(lines))


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    """As it is unpacked from a stick."""
    bundle = tmp_path / "USB stick" / "lineside-9.9.9"
    (bundle / "wheels").mkdir(parents=True)
    shutil.copy(ROOT / "config/packaging/install.sh", bundle)
    bundled = Path(sys.base_prefix) / f"lib/python{PYTHON}/ensurepip/_bundled"
    places = [*bundled.glob("pip-*.whl"), *Path("/usr/share/python-wheels").glob("pip-*.whl")]
    shutil.copy(places[0], bundle / "wheels")
    _wheel(bundle / "wheels" / WHEEL)
    digest = hashlib.sha256((bundle / "wheels" / WHEEL).read_bytes()).hexdigest()
    (bundle / "requirements.txt").write_text(f"lineside==9.9.9 --hash=sha256:{digest}\n")
    (bundle / "TARGET").write_text(f"PYTHON={PYTHON}\nMACHINE={platform.machine()}\n")
    sums(bundle)
    return bundle


def install(bundle: Path, root: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = ["sh", str(bundle / "install.sh"), "--root", str(root), *options]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=100)


def made(root: Path) -> list[str]:
    versions = root / "opt/lineside/versions"
    return sorted(path.name for path in versions.glob("*")) if versions.exists() else []


def assert_refused(answer: subprocess.CompletedProcess[str], root: Path, why: str) -> None:
    assert (answer.returncode, made(root)) == (2, []), answer
    said = answer.stderr.splitlines()[-1]
    assert said.startswith("install.sh: ")
    assert why in said


def test_a_version_is_made_handed_on_to_and_found_again(tmp_path: Path, bundle: Path) -> None:
    root = tmp_path / "an image"
    answer = install(bundle, root)
    assert answer.returncode == 0, answer.stderr
    assert f"lineside install --root {root}" in answer.stdout
    version = root / "opt/lineside/versions/9.9.9"
    assert (version / "share/lineside/systemd/lineside.service").exists()
    scripts = [path for path in (version / "bin").iterdir() if path.is_file() and not path.is_symlink()]
    assert "lineside" in {path.name for path in scripts}
    assert [path for path in scripts if ".making" in path.read_text()] == []
    assert "/opt/lineside/versions/9.9.9/bin/python3" in (version / "bin/lineside").read_text()
    assert list((version / "lib").rglob("agent/__pycache__/*.pyc"))
    assert made(root) == ["9.9.9"]
    assert answer.stdout.endswith("locked\n")

    again = install(bundle, root)
    assert again.returncode == 0
    assert f"version 9.9.9 is in {version} already" in again.stdout
    assert f"lineside install --root {root}" in again.stdout


def test_what_an_interrupted_one_left_is_swept_and_what_is_not_whole_is_replaced(tmp_path: Path, bundle: Path) -> None:
    versions = tmp_path / "root/opt/lineside/versions"
    (versions / ".making-1").mkdir(parents=True)
    (versions / "9.9.9/bin").mkdir(parents=True)
    answer = install(bundle, tmp_path / "root")
    assert answer.returncode == 0, answer.stderr
    assert "was not whole: it is replaced" in answer.stdout
    assert made(tmp_path / "root") == ["9.9.9"]


@pytest.mark.parametrize("name", ["requirements.txt", f"wheels/{WHEEL}", "install.sh"])
def test_a_damaged_bundle_installs_nothing(tmp_path: Path, bundle: Path, name: str) -> None:
    with (bundle / name).open("ab") as file:
        file.write(b"\n# more\n")
    assert_refused(install(bundle, tmp_path / "root"), tmp_path / "root", f"{name}: FAILED")


def test_a_bundle_that_lacks_a_file_installs_nothing(tmp_path: Path, bundle: Path) -> None:
    (bundle / "wheels" / WHEEL).unlink()
    assert_refused(install(bundle, tmp_path / "root"), tmp_path / "root", "are not what was shipped")
    (bundle / "SHA256SUMS").unlink()
    assert_refused(install(bundle, tmp_path / "root"), tmp_path / "root", "unpack the whole archive")


@pytest.mark.parametrize(("line", "why"), [("PYTHON=3.99", "for Python 3.99"), ("MACHINE=pdp11", "is for pdp11")])
def test_a_bundle_for_another_pc_installs_nothing(tmp_path: Path, bundle: Path, line: str, why: str) -> None:
    name = line.partition("=")[0]
    others = [one for one in (bundle / "TARGET").read_text().splitlines() if not one.startswith(name)]
    (bundle / "TARGET").write_text("\n".join([*others, line, ""]))
    sums(bundle)
    assert_refused(install(bundle, tmp_path / "root"), tmp_path / "root", why)


def test_packages_that_do_not_fit_leave_nothing_half(tmp_path: Path, bundle: Path) -> None:
    (bundle / "requirements.txt").write_text(f"lineside==9.9.9 --hash=sha256:{'0' * 64}\n")
    sums(bundle)
    assert_refused(install(bundle, tmp_path / "root"), tmp_path / "root", "do not fit")


def test_an_unknown_option_installs_nothing(tmp_path: Path, bundle: Path) -> None:
    assert_refused(install(bundle, tmp_path / "root", "--force"), tmp_path / "root", "there is no option --force")


@pytest.mark.parametrize("options", [("--root", ""), ("--root=",), ("--root",)])
def test_a_root_that_was_left_empty_is_not_the_pc_itself(bundle: Path, options: tuple[str, ...]) -> None:
    (bundle / "SHA256SUMS").unlink()
    command = ["sh", str(bundle / "install.sh"), *options]
    answer = subprocess.run(command, capture_output=True, text=True, check=False, timeout=100)
    assert (answer.returncode, answer.stderr) == (2, "install.sh: --root needs a folder\n")


def test_one_installation_at_a_time_from_the_script_to_the_end(tmp_path: Path, bundle: Path) -> None:
    with alone(tmp_path / "root/opt/lineside/.lock"):
        assert_refused(install(bundle, tmp_path / "root"), tmp_path / "root", "another installation is at work")
