"""Copies of the tree, and what the tests say of a mutant in one of them."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import TypeAlias

from coverage import CoverageData

from tests.soak.mutant_plugin import ORDER, SECONDS, TO_START_S, limit
from tests.soak.mutations import CORE, Mutant

TESTS = ("tests/core", "tests/contract")
"""Tests that need nothing but the core."""
SLOW_S = 0.4
"""Tests that take longer come last: Hypothesis and its state machines."""
PYTEST = ("-m", "pytest", "-p", "tests.soak.mutant_plugin", "-p", "no:cacheprovider", "-o", "timeout=0")
SAME_EVERYWHERE = {"PYTHONHASHSEED": "0", "TZ": "<+05>-5"}
"""Where a machine's clock shows UTC, nobody would notice that local time is taken for it."""
FAILURE = re.compile(r"^(?:FAILED|ERROR) (\S+)", re.MULTILINE)

Lines: TypeAlias = Mapping[int, frozenset[str]]


class Verdict(Enum):
    """What became of a mutant."""

    KILLED = "killed"
    TIMED_OUT = "timed out"
    SURVIVED = "survived"
    UNJUDGED = "not judged"
    """The tests could not run."""
    LEFT = "left"
    """The time was up before its turn."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """A mutant judged."""

    mutant: Mutant
    verdict: Verdict
    by: str = ""
    """The test that killed it, or what came in between."""
    tests: int = 0
    """How many tests had a chance to."""
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Known:
    """What the tests do without a mutant."""

    seconds: Mapping[str, float]
    """How long each test takes."""
    lines: Mapping[str, Lines]
    """The tests that execute a line of a file; "" among them where it is executed outside of any test."""

    def order(self, mutant: Mutant) -> dict[str, float]:
        """Tests that concern a mutant, and their seconds: those of its own file first, the quick before the slow.

        What is executed on import, or outside functions, may concern any test.
        """
        lines = self.lines.get(mutant.file, {})
        tests = frozenset[str]().union(*(lines.get(line, frozenset()) for line in mutant.body))
        if not mutant.body or "" in tests:
            tests = frozenset(self.seconds)
        own = f"test_{Path(mutant.file).stem}"

        def rank(test: str) -> tuple[bool, bool, float, str]:
            is_own = Path(test.partition("::")[0]).name.startswith(own)
            return self.seconds[test] > SLOW_S, not is_own, self.seconds[test], test

        return {test: self.seconds[test] for test in sorted(tests, key=rank)}


class BrokenTestsError(Exception):
    """The tests fail without any mutant."""


@dataclass(frozen=True, slots=True)
class Copy:
    """A copy of the tree, in which one mutant at a time is judged."""

    root: Path

    @classmethod
    def of(cls, tree: Path, root: Path) -> Copy:
        """Copy a tree, without what was made in it."""
        shutil.copytree(tree, root, ignore=shutil.ignore_patterns(".*", "__pycache__", "build", "dist", "*.egg-info"))
        return cls(root)

    def learn(self) -> Known:
        """Run every test once, watched.

        Raises:
            BrokenTestsError: one fails.
        """
        seconds, measured = self.root / "seconds.json", self.root / "measured"
        watched = ("-m", "coverage", "run", f"--source={CORE}", f"--data-file={measured}")
        ran = self._python((*watched, *PYTEST, "-q", "--tb=short", *TESTS), {SECONDS: str(seconds)})
        if ran.returncode:
            raise BrokenTestsError(ran.stdout[-4000:] + ran.stderr[-4000:])
        data = CoverageData(str(measured))
        data.read()
        lines = {
            Path(file).relative_to(self.root.resolve()).as_posix(): {
                line: frozenset(tests) for line, tests in data.contexts_by_lineno(file).items()
            }
            for file in data.measured_files()
        }
        return Known(json.loads(seconds.read_text(encoding="utf-8")), lines)

    def prove(self, known: Known) -> None:
        """Run every test as a mutant is judged, without one, so that what fails later fails because of a mutant.

        Raises:
            BrokenTestsError: one fails so.
        """
        verdict, by = self._run(known.order(Mutant("", 0, range(0), "", "")), {})
        if verdict is not Verdict.SURVIVED:
            raise BrokenTestsError(f"{verdict.value}: {by}")

    def judge(self, mutant: Mutant, known: Known) -> Judgement:
        """Run the tests that concern a mutant until one fails."""
        order = known.order(mutant)
        if not order:
            return Judgement(mutant, Verdict.SURVIVED, "no test runs it")
        path = self.root / mutant.file
        original = path.read_bytes()
        began = time.monotonic()
        path.write_text(mutant.source, encoding="utf-8")
        # Python would believe compiled code of the same second and size.
        for compiled in (path.parent / "__pycache__").glob(f"{path.stem}.*.pyc"):
            compiled.unlink()
        try:
            verdict, by = self._run(order, {"PYTHONDONTWRITEBYTECODE": "1"})
        finally:
            path.write_bytes(original)
        return Judgement(mutant, verdict, by, len(order), time.monotonic() - began)

    def _run(self, order: Mapping[str, float], more: Mapping[str, str]) -> tuple[Verdict, str]:
        named = self.root / "order.json"
        named.write_text(json.dumps(order), encoding="utf-8")
        tests = dict.fromkeys(test.partition("::")[0] for test in order)
        patience = TO_START_S + sum(limit(seconds) for seconds in order.values())
        try:
            ran = self._python((*PYTEST, "-x", "-q", "--tb=no", *tests), {ORDER: str(named), **more}, patience)
        except subprocess.TimeoutExpired:
            return Verdict.TIMED_OUT, f"{patience:.0f} s"
        if ran.returncode == 0:
            return Verdict.SURVIVED, ""
        if ran.returncode == -signal.SIGALRM:
            return Verdict.TIMED_OUT, "alarm"
        if ran.returncode < 0:
            return Verdict.KILLED, f"signal {-ran.returncode}"
        failed = FAILURE.search(ran.stdout)
        if ran.returncode in {1, 2} and failed is not None:
            return Verdict.KILLED, failed[1]
        return Verdict.UNJUDGED, (ran.stdout + ran.stderr)[-2000:]

    def _python(
        self, arguments: tuple[str, ...], more: Mapping[str, str], patience: float | None = None
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, *arguments],
            cwd=self.root,
            env={**os.environ, **SAME_EVERYWHERE, **more},
            capture_output=True,
            text=True,
            timeout=patience,
            check=False,
        )
