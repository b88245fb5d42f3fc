"""All that a line PC without internet needs, in one archive: `python -m tests.packaging.bundle`, or `make bundle`.

    lineside-<version>/
        install.sh          what a technician runs
        README.txt          what a technician reads
        SHA256SUMS          of every other file here
        TARGET              which Python and processor the wheels are for
        requirements.txt    what is installed, each with its hash
        wheels/             the project, its locked packages, and the pip that installs them
        sbom.cdx.json       the same as a CycloneDX bill of materials
        config/ systemd/    examples, JSON Schema, units and rules, to be read before the first installation
        docs/               the guides

Two builds of one commit are the same, byte for byte: everything in them bears the commit's time.
"""

from __future__ import annotations

import fcntl
import hashlib
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from tests.packaging import archive, locked, sbom, sources, wheels
from tests.packaging.asked import asked
from tests.packaging.target import Target

CACHE: Final = sources.ROOT / "build" / "bundle"
"""Bundles by what went into them, and the wheels that were downloaded."""
KEPT: Final = 8
"""Bundles in the cache; a test of upgrades has three at once."""
INSTALLER: Final = "pip"
"""In the bundle, as what installs; on the line PC it is not installed."""
READ_BY_PEOPLE: Final = ("config", "systemd", "docs", "LICENSE", "NOTICE", "CHANGELOG.md")


def build(target: Target = Target(), tree: Path | None = None) -> Path:  # noqa: B008 - frozen
    """Make the bundle of a source tree, or find the one that was made of the very same tree before.

    Without a tree it is the checkout's, as it stands. `sources.copied` gives one that may be changed first.
    """
    with tempfile.TemporaryDirectory() as folder, _alone():
        tree = tree or sources.copied(Path(folder) / "tree")
        epoch = sources.committed_at()
        key = hashlib.sha256(f"{target} {epoch} {sources.fingerprint(tree)}".encode()).hexdigest()[:20]
        into = CACHE / key
        if not (found := list(into.glob("*.tar.gz"))):
            found = [_made(tree, target, epoch, into)]
        into.touch()
        _forget_old_ones()
        return found[0]


def _forget_old_ones() -> None:
    """Keep the bundles that were asked for last."""
    bundles = {made.parent for made in CACHE.glob("*/*.tar.gz")}
    for folder in sorted(bundles, key=lambda one: one.stat().st_mtime)[:-KEPT]:
        shutil.rmtree(folder)


def _made(tree: Path, target: Target, epoch: int, into: Path) -> Path:
    with tempfile.TemporaryDirectory() as scratch:
        folder = laid_out(tree, target, epoch, Path(scratch))
        made = Path(scratch) / f"{folder.name}-{target.label}.tar.gz"
        archive.packed(folder, made, epoch)
        into.mkdir(parents=True, exist_ok=True)
        # Under its name only when it is whole.
        partial = shutil.copyfile(made, into / "partial")
        return partial.rename(into / made.name)


def laid_out(tree: Path, target: Target, epoch: int, into: Path) -> Path:
    """Lay out what is packed, in a folder named after the version."""
    folder = into / f"lineside-{locked.project(tree)['version']}"
    (folder / "wheels").mkdir(parents=True)
    for name in READ_BY_PEOPLE:
        _copied(tree / name, folder / name)
    for path in sorted((folder / "config" / "packaging").iterdir()):
        if path.is_file():
            path.rename(folder / path.name)
    # What is left there makes the Debian package, and is of no use to a technician.
    shutil.rmtree(folder / "config" / "packaging")
    (folder / "TARGET").write_text(f"PYTHON={target.version}\nMACHINE={target.machine}\n", encoding="utf-8")
    ours = wheels.read(sources.wheel(tree, folder / "wheels", epoch))
    locks = hashlib.sha256((tree / "requirements.lock").read_bytes()).hexdigest()[:20]
    others = wheels.fetched(locked.shipped(tree, target), target, CACHE / f"wheels-{target}-{locks}")
    for wheel in others:
        shutil.copy(wheel.path, folder / "wheels")
    installed = [ours, *(wheel for wheel in others if wheel.name != INSTALLER)]
    (folder / "requirements.txt").write_text("".join(wheel.line for wheel in installed), encoding="utf-8")
    (folder / "sbom.cdx.json").write_text(sbom.document(ours, others, target, epoch), encoding="utf-8")
    (folder / "SHA256SUMS").write_text(_sums(folder), encoding="utf-8")
    return folder


def _copied(source: Path, copy: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, copy)
    else:
        shutil.copy(source, copy)


def _sums(folder: Path) -> str:
    """As `sha256sum --check` reads them."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    lines = (f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(folder)}\n" for path in files)
    return "".join(lines)


@contextmanager
def _alone() -> Iterator[None]:
    """One process fills the cache at a time; another then finds what it wants there."""
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def main() -> None:
    """Build for a target, into `dist/`."""
    wanted = asked("tests.packaging.bundle", "All that a line PC without internet needs, in one archive.")
    made = Path(shutil.copy(build(wanted.target), wanted.into))
    print(f"{made}: {made.stat().st_size / 1e6:.1f} MB, for {wanted.target}")


if __name__ == "__main__":
    main()
