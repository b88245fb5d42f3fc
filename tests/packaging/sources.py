"""The source tree that a bundle is made of, and the project's own wheel."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
EXECUTABLE: Final = 0o111
SHOWN_LINES: Final = 15


def git(*arguments: str) -> str:
    """Ask the repository.

    Raises:
        SystemExit: these sources are in none.
    """
    asked = ["/usr/bin/env", "git", "-C", str(ROOT), *arguments]
    done = subprocess.run(asked, check=False, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(
            f"a bundle is made out of a git checkout, as git knows what belongs to it: {done.stderr.strip()}"
        )
    return done.stdout


def committed_at() -> int:
    """When the present commit was made, in seconds since 1970: the time of everything in a bundle."""
    return int(git("log", "-1", "--format=%ct"))


def copied(into: Path) -> Path:
    """Copy what git tracks, or would, as it stands in the working tree: nothing ignored, no stale `build/`.

    Modes are made the same on every machine, whatever umask a checkout was made under.
    """
    for name in git("ls-files", "-z", "--cached", "--others", "--exclude-standard").split("\0"):
        source, copy = ROOT / name, into / name
        if not name or not source.is_file():
            continue
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, copy)
        copy.chmod(0o755 if source.stat().st_mode & EXECUTABLE else 0o644)
    return into


def fingerprint(tree: Path) -> str:
    """A hash over every file of a tree, its name and whether it can be run."""
    total = hashlib.sha256()
    for path in sorted(tree.rglob("*")):
        if path.is_file():
            runs = bool(path.stat().st_mode & EXECUTABLE)
            total.update(f"{path.relative_to(tree)}\0{runs}\0{_digest(path)}\n".encode())
    return total.hexdigest()


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def wheel(tree: Path, into: Path, epoch: int) -> Path:
    """Build the project's wheel from a tree, offline, by the locked setuptools of this environment."""
    run_pip("wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(into), str(tree), epoch=epoch)
    (made,) = into.glob("lineside-*.whl")
    return made


def run_pip(*arguments: str, epoch: int = 0) -> None:
    """Run the pip of this environment.

    Raises:
        SystemExit: it failed; the end of what it said is in the message.
    """
    settled = {"SOURCE_DATE_EPOCH": str(epoch), "PYTHONHASHSEED": "0", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    asked = [sys.executable, "-m", "pip", *arguments]
    done = subprocess.run(
        asked, check=False, capture_output=True, text=True, env={**os.environ, **settled}, umask=0o022
    )
    if done.returncode:
        said = "\n".join((done.stdout + done.stderr).splitlines()[-SHOWN_LINES:])
        raise SystemExit(f"{said}\npip {arguments[0]} failed; the end of what it said stands above")
