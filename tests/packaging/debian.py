"""The same bundle as a Debian package: `python -m tests.packaging.debian`, or `make deb`."""

from __future__ import annotations

import gzip
import os
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path

from tests.packaging import bundle, locked, sources
from tests.packaging.asked import asked
from tests.packaging.target import Target

CONTROL = sources.ROOT / "config" / "packaging" / "debian"
SCRIPTS = ("postinst", "prerm", "postrm")
BLOCK = 1024
"""Debian counts the room that is needed in KiB."""


def package(target: Target, into: Path, made: Path | None = None) -> Path:
    """Make a package of a bundle; without one, of the checkout's.

    Raises:
        SystemExit: `dpkg-deb` would not.
    """
    version = locked.project(sources.ROOT)["version"]
    with tempfile.TemporaryDirectory() as scratch:
        root = Path(scratch) / "root"
        _unpacked(made or bundle.build(target), root / "usr" / "share" / "lineside" / "bundle", version)
        _documents(root)
        _control(root, target, version)
        into.mkdir(parents=True, exist_ok=True)
        deb = into / f"lineside_{version}_{target.debian}.deb"
        _build(root, deb)
    return deb


def _unpacked(archive: Path, folder: Path, version: str) -> None:
    with tarfile.open(archive) as tar:
        tar.extractall(folder.parent, filter="tar")
    (folder.parent / f"lineside-{version}").rename(folder)


def _documents(root: Path) -> None:
    folder = root / "usr" / "share" / "doc" / "lineside"
    folder.mkdir(parents=True)
    shutil.copy(CONTROL / "copyright", folder)
    shutil.copy(sources.ROOT / "README.md", folder)
    changes = gzip.compress((sources.ROOT / "CHANGELOG.md").read_bytes(), mtime=0)
    (folder / "changelog.gz").write_bytes(changes)


def _control(root: Path, target: Target, version: str) -> None:
    folder = root / "DEBIAN"
    kib = sum(path.stat().st_size for path in root.rglob("*") if path.is_file()) // BLOCK
    folder.mkdir()
    text = (CONTROL / "control").read_text(encoding="utf-8")
    major, minor = target.python
    for name, value in {
        "VERSION": version,
        "ARCHITECTURE": target.debian,
        "PYTHON": target.version,
        "NEXT_PYTHON": f"{major}.{minor + 1}",
        "INSTALLED_KIB": str(kib),
    }.items():
        text = text.replace(f"@{name}@", value)
    (folder / "control").write_text(text, encoding="utf-8")
    for name in SCRIPTS:
        shutil.copyfile(CONTROL / name, folder / name)


def _build(root: Path, deb: Path) -> None:
    for path in [root, *root.rglob("*")]:
        runs = path.is_dir() or path.stat().st_mode & 0o111 or path.name in SCRIPTS
        path.chmod(0o755 if runs else 0o644)
    environment = {**os.environ, "SOURCE_DATE_EPOCH": str(sources.committed_at())}
    # The wheels are compressed already: the quickest level makes it as small as any other.
    command = ["/usr/bin/env", "dpkg-deb", "--root-owner-group", "-Zgzip", "-z1", "--build", str(root), str(deb)]
    done = subprocess.run(command, check=False, capture_output=True, text=True, env=environment)
    if done.returncode:
        raise SystemExit(f"dpkg-deb could not make {deb.name}: {done.stderr.strip()}")


def main() -> None:
    """Build for a target, into `dist/`."""
    wanted = asked("tests.packaging.debian", "The bundle as a Debian package.")
    made = package(wanted.target, wanted.into)
    print(f"{made}: {made.stat().st_size / 1e6:.1f} MB, for {wanted.target}")


if __name__ == "__main__":
    main()
