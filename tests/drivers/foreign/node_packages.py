"""`python3 tests/drivers/foreign/node_packages.py`: the servers' npm packages, brought once for each lock.

They are installed outside of the work tree, so that one installation serves every checkout of this machine and a clean
one: as `package-lock.json` says, by its hashes, from whatever registry npm is set up for, and without running what
packages bring to be run. Needs nothing but the standard library, node and npm (`make parts`).
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

_HERE: Final = Path(__file__).parent
_DESCRIBED_BY: Final = ("package.json", "package-lock.json")


def folder() -> Path:
    """Where the packages are, or will be."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    lock = hashlib.sha256((_HERE / "package-lock.json").read_bytes()).hexdigest()
    return cache / "lineside" / f"foreign-{lock[:16]}"


def install() -> None:
    """Bring them, if they are not there.

    Raises:
        subprocess.CalledProcessError: npm cannot; it has said why.
    """
    there = folder()
    if there.exists():
        return
    sys.stdout.write("Installing the drivers' foreign servers with npm: about a quarter of a minute, once.\n")
    sys.stdout.flush()
    there.parent.mkdir(parents=True, exist_ok=True)
    coming = Path(tempfile.mkdtemp(prefix=f"{there.name}.", dir=there.parent))
    try:
        for name in _DESCRIBED_BY:
            shutil.copy(_HERE / name, coming / name)
        command = ("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
        subprocess.run(command, cwd=coming, check=True, stdin=subprocess.DEVNULL)
        # Only what is whole has the name that is looked for; somebody else may have been quicker.
        if not there.exists():
            coming.rename(there)
    finally:
        shutil.rmtree(coming, ignore_errors=True)


if __name__ == "__main__":
    install()
