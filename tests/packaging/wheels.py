"""The locked packages as wheels for a target: downloaded once, verified against the lock each time."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from email.message import Message
from email.parser import Parser
from pathlib import Path
from zipfile import ZipFile

from packaging.utils import NormalizedName, canonicalize_name, parse_wheel_filename

from tests.packaging.locked import Pin
from tests.packaging.sources import run_pip
from tests.packaging.target import Target


@dataclass(frozen=True, slots=True)
class Wheel:
    """One wheel in a bundle."""

    path: Path
    name: NormalizedName
    version: str
    sha256: str
    metadata: Message
    """Its `METADATA`: licence, home page and what it requires."""

    @property
    def line(self) -> str:
        """As a file of requirements has it."""
        return f"{self.name}=={self.version} --hash=sha256:{self.sha256}\n"


def read(path: Path) -> Wheel:
    """Look into a wheel."""
    name, version, _, _ = parse_wheel_filename(path.name)
    with ZipFile(path) as archive:
        (inside,) = [one for one in archive.namelist() if one.endswith(".dist-info/METADATA") and one.count("/") == 1]
        metadata = Parser().parsestr(archive.read(inside).decode())
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return Wheel(path, canonicalize_name(name), str(version), digest, metadata)


def fetched(pins: Iterable[Pin], target: Target, store: Path) -> tuple[Wheel, ...]:
    """The wheels of these packages out of a store, which is filled by pip where one is missing.

    Raises:
        SystemExit: a package has no wheel for this target, or there is no way to get it.
        ValueError: a wheel in the store is none of those that the lock allows.
    """
    wanted = {pin.name: pin for pin in pins}
    store.mkdir(parents=True, exist_ok=True)
    if _named(store).keys() != wanted.keys():
        shutil.rmtree(store)
        _download(wanted.values(), target, store)
    wheels = tuple(read(path) for _, path in sorted(_named(store).items()))
    for wheel in wheels:
        if f"sha256:{wheel.sha256}" not in wanted[wheel.name].hashes:
            raise ValueError(f"{wheel.path} is not what the lock pins: remove {store} and build again")
    return wheels


def _named(store: Path) -> Mapping[NormalizedName, Path]:
    return {canonicalize_name(parse_wheel_filename(path.name)[0]): path for path in sorted(store.glob("*.whl"))}


def _download(pins: Iterable[Pin], target: Target, store: Path) -> None:
    # Markers are settled here: pip would ask this machine's Python instead of the target's.
    partial = store.with_name(f"{store.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    wanted = partial / "requirements.txt"
    lines = (f"{pin.name}=={pin.version} {' '.join(f'--hash={one}' for one in pin.hashes)}\n" for pin in pins)
    wanted.write_text("".join(lines), encoding="utf-8")
    platforms = [argument for tag in target.platforms for argument in ("--platform", tag)]
    python = ["--implementation", "cp", "--python-version", target.version]
    checked = ["--no-deps", "--only-binary", ":all:", "--require-hashes", "--requirement", str(wanted)]
    run_pip("download", *python, *platforms, *checked, "--dest", str(partial))
    wanted.unlink()
    partial.rename(store)
