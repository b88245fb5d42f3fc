"""No dependency without a reason, no reason without a dependency, nothing locked that nobody asked for."""

from __future__ import annotations

import re
from importlib.metadata import PackageNotFoundError, requires

import pytest
from packaging.requirements import Requirement
from packaging.utils import NormalizedName, canonicalize_name

from tests.bench.dependencies import IMPORTED
from tests.packaging import locked
from tests.packaging.sources import ROOT

SHIPPED = ("simulation", "browser", "s7", "build", "bundle")
"""Extras in `requirements.lock`; the other lock has `dev` as well."""


def asked_for() -> dict[str, str]:
    """Direct dependencies, each with the extra it is of, or "" for the program itself."""
    extras = locked.project(ROOT)["optional-dependencies"]
    found = {canonicalize_name(one.name): "" for one in locked.direct(ROOT)}
    return found | {
        canonicalize_name(Requirement(line).name): extra for extra, lines in extras.items() for line in lines
    }


def decided() -> dict[str, str]:
    """What the table of dependencies gives a reason for, each with the extra it names."""
    page = (ROOT / "docs" / "decisions.md").read_text(encoding="utf-8")
    table = page.partition("## Dependencies")[2].partition("\n## ")[0]
    found: dict[str, str] = {}
    for line in table.splitlines():
        cell = line.split(" | ")[0].removeprefix("| ")
        if not line.startswith("| ") or cell == "what" or cell.startswith("standard library"):
            continue
        extra = re.search(r" \(extra `(\w+)`\)$", cell)
        names = cell.removesuffix(extra[0] if extra else "").split(", ")
        found |= {canonicalize_name(name): extra[1] if extra else "" for name in names}
    return found


def test_each_direct_dependency_has_its_line_among_the_decisions_and_each_line_its_dependency() -> None:
    assert decided() == asked_for()


def test_each_dependency_of_a_line_pc_is_measured() -> None:
    # pip is not installed there: it installs.
    on_a_line_pc = locked.direct(ROOT, *(set(locked.SHIPPED_EXTRAS) - {"bundle"}))
    assert {canonicalize_name(one.name) for one in on_a_line_pc} == IMPORTED.keys()


def reached(extras: tuple[str, ...]) -> set[NormalizedName]:
    """What the project asks for, and what that asks for, on whatever system."""
    open_ends = list(locked.direct(ROOT, *extras))
    found: dict[NormalizedName, set[str]] = {}
    while open_ends:
        asked = open_ends.pop()
        name, known = canonicalize_name(asked.name), found.get(canonicalize_name(asked.name))
        if known is not None and asked.extras <= known:
            continue
        found[name] = asked.extras | (known or set())
        open_ends += [one for one in _needed(name) if _is_wanted(one, found[name])]
    return set(found)


def _needed(name: str) -> list[Requirement]:
    try:
        return [Requirement(line) for line in requires(name) or []]
    except PackageNotFoundError:
        return []  # For another system than this one: it was asked for, and what it needs is not installed either.


def _is_wanted(asked: Requirement, extras: set[str]) -> bool:
    if asked.marker is None or "extra ==" not in str(asked.marker):
        return True
    return any(asked.marker.evaluate({"extra": extra}) for extra in extras)


@pytest.mark.parametrize(
    ("lock", "extras"), [("requirements.lock", SHIPPED), ("requirements-dev.lock", (*SHIPPED, "dev"))]
)
def test_each_locked_package_is_reached_from_a_direct_one(lock: str, extras: tuple[str, ...]) -> None:
    pinned = {pin.name for pin in locked.pins(ROOT / lock)}
    assert pinned - reached(extras) == set()
    assert {canonicalize_name(one.name) for one in locked.direct(ROOT, *extras)} <= pinned


def test_both_locks_pin_the_same_versions() -> None:
    shipped = {(pin.name, pin.version) for pin in locked.pins(ROOT / "requirements.lock")}
    assert shipped <= {(pin.name, pin.version) for pin in locked.pins(ROOT / "requirements-dev.lock")}


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_a_lock_says_what_and_not_from_where(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    assert "://" not in text
    assert not re.search(r"^\s*--(?!hash=)", text, re.MULTILINE)
