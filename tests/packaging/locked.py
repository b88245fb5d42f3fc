"""`requirements.lock` as data, and what `pyproject.toml` asks for directly."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import NormalizedName, canonicalize_name

from tests.packaging.target import Target

SHIPPED_EXTRAS = ("simulation", "browser", "s7", "bundle")
"""Extras in a bundle: `lineside demo` with its own broker, the terminal in a browser, S7, and what installs it all."""


@dataclass(frozen=True, slots=True)
class Pin:
    """One locked package."""

    name: NormalizedName
    version: str
    requirement: Requirement
    """With the marker that says where it is needed."""
    hashes: tuple[str, ...]
    """`sha256:…` of every file that it may come as."""

    def needed_on(self, target: Target) -> bool:
        """Whether it belongs there."""
        marker = self.requirement.marker
        return marker is None or marker.evaluate(target.environment)


def pins(lock: Path) -> tuple[Pin, ...]:
    """Everything that a lock file names, in its order."""
    lines = lock.read_text(encoding="utf-8").replace("\\\n", " ").splitlines()
    return tuple(_pin(line) for line in lines if line.strip() and not line.startswith("#"))


def _pin(line: str) -> Pin:
    wanted, *hashes = re.split(r"\s+--hash=", line.strip())
    requirement = Requirement(wanted)
    (exactly,) = requirement.specifier
    if exactly.operator != "==" or not hashes:
        raise ValueError(f"expected an exact version with hashes in the lock, got {wanted!r}")
    return Pin(canonicalize_name(requirement.name), exactly.version, requirement, tuple(hashes))


def project(tree: Path) -> dict[str, Any]:
    """The table `[project]` of a source tree."""
    found: dict[str, Any] = tomllib.loads((tree / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return found


def direct(tree: Path, *extras: str) -> tuple[Requirement, ...]:
    """What the project itself asks for, with these extras."""
    asked = project(tree)
    optional: dict[str, list[str]] = asked["optional-dependencies"]
    lines: Iterable[str] = [*asked["dependencies"], *(line for extra in extras for line in optional[extra])]
    return tuple(map(Requirement, lines))


def shipped(tree: Path, target: Target) -> tuple[Pin, ...]:
    """What a bundle of that tree holds: all that is locked for a line PC, without what only builds the project."""
    builders = {canonicalize_name(Requirement(line).name) for line in project(tree)["optional-dependencies"]["build"]}
    return tuple(pin for pin in pins(tree / "requirements.lock") if pin.name not in builders and pin.needed_on(target))
