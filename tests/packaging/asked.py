"""What the commands that build are asked for."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

from tests.packaging.sources import ROOT
from tests.packaging.target import Target


@dataclass(frozen=True, slots=True)
class Asked:
    """A target, and the folder for what is made."""

    target: Target
    into: Path


def asked(module: str, description: str) -> Asked:
    """Read a command line; says what was expected, and ends, where it cannot."""
    parser = argparse.ArgumentParser(prog=f"python -m {module}", description=description)
    parser.add_argument("--target", type=_target, default=Target(), help="such as 3.11-x86_64 or 3.13-aarch64")
    parser.add_argument("--into", type=Path, default=ROOT / "dist", help="a folder; dist/ of the checkout otherwise")
    found = parser.parse_args()
    found.into.mkdir(parents=True, exist_ok=True)
    return Asked(found.target, found.into)


def _target(text: str) -> Target:
    try:
        return Target.parse(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error
