from __future__ import annotations

import ast
import shutil
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.soak.mutant_runs import BrokenTestsError, Copy, Judgement, Known, Verdict
from tests.soak.mutants import ROOT, Outcome, judged, killed
from tests.soak.mutations import Mutant, Source, drawn, files, shares

FILE = "agent/core/machine/speed.py"
TEXT = '''"""Speeds."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, TypeAlias

Unit: TypeAlias = Literal["m/s", "km/h"]
LIMIT = 30
NAME = "speed"


@dataclass(frozen=True, slots=True)
class Speed:
    """How fast."""

    value: float = 0.5
    unit: Unit = "m/s"

    @property
    def too_fast(self) -> bool:
        """Whether it is."""
        return self.value > LIMIT


@lru_cache(maxsize=8)
def factor(unit: Unit) -> float:
    """From metres a second."""
    return 1.0 if unit == "m/s" else 3.6


def slowed(value: int) -> int:
    """Down to nothing."""
    if value > 1000:
        raise ValueError("BAD", "that cannot be")
    while value > 0:
        value -= 1
    return value
'''
TESTS = """
from agent.core.machine.speed import Speed, slowed

def test_slowed():
    assert slowed(3) == 0

def test_a_limit():
    assert Speed(31).too_fast
"""
ANY = Mutant(FILE, 1, range(0), "", "")


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A project of one file and its tests."""
    root = tmp_path / "tree"
    for name in ("agent/core/machine", "agent/core", "tests/core", "tests/contract", "tests/soak"):
        (root / name).mkdir(parents=True, exist_ok=True)
        (root / name / "__init__.py").touch()
        (root / name).parent.joinpath("__init__.py").touch()
    shutil.copy(ROOT / "tests/soak/mutant_plugin.py", root / "tests/soak")
    (root / "pyproject.toml").write_text("[tool.pytest.ini_options]\ntimeout = 120\n", encoding="utf-8")
    (root / FILE).write_text(TEXT, encoding="utf-8")
    (root / "tests/core/test_speed.py").write_text(TESTS, encoding="utf-8")
    return root


def all_of(tree: Path) -> list[Mutant]:
    return Source.read(tree, FILE).draw(1000, 1)


def changed(mutant: Mutant, old: str, new: str) -> Mutant:
    return replace(mutant, source=TEXT.replace(old, new))


@given(st.dictionaries(st.text(max_size=3), st.integers(0, 600), min_size=1), st.integers(0, 6000))
def test_mutants_are_shared_out_in_proportion_one_each_at_least(possible: dict[str, int], wanted: int) -> None:
    some = {file: number for file, number in possible.items() if number}
    if wanted < min(len(some), sum(some.values())):
        with pytest.raises(ValueError, match="too few"):
            shares(possible, wanted)
        return
    share = shares(possible, wanted)
    total = sum(some.values())
    assert share.keys() == some.keys()
    assert sum(share.values()) == min(wanted, total)
    assert all(1 <= share[file] <= some[file] for file in some)
    assert all(share[file] <= wanted * some[file] / total + 1 for file in some)


def test_shares_follow_the_number_of_mutants_of_each_file() -> None:
    assert shares({"a": 400, "b": 100, "c": 1, "d": 0}, 100) == {"a": 79, "b": 20, "c": 1}


def test_a_seed_draws_the_same_mutants_in_the_same_order_and_another_seed_others() -> None:
    sources = [Source.read(ROOT, file) for file in files(ROOT, ["stops/stops.py", "contract/strikes.py"])]
    assert drawn(sources, 12, 1) == drawn(sources, 12, 1)
    assert drawn(sources, 12, 1) != drawn(sources, 12, 2)


def test_every_file_of_the_core_is_mutated_but_the_wording_of_the_schemas() -> None:
    there = {path.relative_to(ROOT).as_posix() for path in (ROOT / "agent/core").rglob("*.py")}
    assert there - set(files(ROOT)) == {"agent/core/contract/published.py"}
    with pytest.raises(FileNotFoundError, match=r"nosuch\.py"):
        files(ROOT, ["stops/stops.py", "nosuch.py"])


def test_mutants_are_programs_each_another_one(tree: Path) -> None:
    meanings = [ast.dump(ast.parse(mutant.source)) for mutant in all_of(tree)]
    assert len(set(meanings)) == len(meanings) > 20
    assert ast.dump(ast.parse(TEXT)) not in meanings


def test_what_no_behaviour_can_judge_is_left_alone(tree: Path) -> None:
    lines = Counter(TEXT.splitlines()[mutant.line - 1].strip() for mutant in all_of(tree))
    for said in ('"""How fast."""', 'Unit: TypeAlias = Literal["m/s", "km/h"]', 'NAME = "speed"', 'unit: Unit = "m/s"'):
        assert lines[said] == 0
    assert lines["@dataclass(frozen=True, slots=True)"] == lines["@lru_cache(maxsize=8)"] == 0
    sentences = [mutant for mutant in all_of(tree) if "XXthat cannot beXX" in mutant.source]
    assert sentences == []


def test_constants_defaults_properties_and_codes_of_errors_take_part(tree: Path) -> None:
    diffs = {mutant.diff.partition("\n")[2].strip("+ ") for mutant in all_of(tree)}
    assert {"LIMIT = 31", "value: float = 1.5", "return self.value >= LIMIT"} <= diffs
    assert 'raise ValueError("XXBADXX", "that cannot be")' in diffs


def test_a_mutant_says_where_it_is_and_what_it_changes(tree: Path) -> None:
    [mutant] = [mutant for mutant in all_of(tree) if "value >= 0" in mutant.source]
    line = TEXT.splitlines().index("    while value > 0:") + 1
    assert (mutant.line, mutant.diff) == (line, "-    while value > 0:\n+    while value >= 0:")
    assert mutant.line in mutant.body


def test_what_is_kept_from_one_test_to_the_next_may_concern_any_test(tree: Path) -> None:
    [mutant] = [mutant for mutant in all_of(tree) if "else 4.6" in mutant.source]
    assert mutant.body == range(0)


def test_only_tests_that_execute_what_is_changed_run_its_own_first_and_slow_ones_last() -> None:
    a, b, c, d, e = (
        f"tests/core/test_{name}" for name in ("a.py::t", "speed_more.py::t", "speed.py::u", "d.py::t", "e.py::t")
    )
    seconds = {a: 0.1, b: 0.3, c: 0.2, d: 0.01, e: 9.0}
    known = Known(seconds, {FILE: {7: frozenset({a, b, e}), 8: frozenset({c}), 9: frozenset({""})}})
    assert list(known.order(replace(ANY, body=range(7, 9)))) == [c, b, a, e]
    assert list(known.order(replace(ANY, body=range(20, 30)))) == []
    everything = [c, b, d, a, e]
    assert list(known.order(replace(ANY, body=range(8, 10)))) == everything
    assert list(known.order(ANY)) == everything


def test_a_change_is_killed_by_the_test_that_notices_it_and_survives_where_none_does(
    tree: Path, tmp_path: Path
) -> None:
    copy = Copy.of(tree, tmp_path / "copy")
    known = copy.learn()
    copy.prove(known)
    loop, limit = (next(m for m in all_of(tree) if text in m.source) for text in ("value > 1:", "LIMIT = 31"))
    noticed = copy.judge(loop, known)
    assert (noticed.verdict, noticed.by) == (Verdict.KILLED, "tests/core/test_speed.py::test_slowed")
    assert noticed.tests == 1
    assert copy.judge(limit, known).verdict is Verdict.KILLED
    assert copy.judge(changed(limit, "LIMIT = 30", "LIMIT = 29"), known).verdict is Verdict.SURVIVED
    assert copy.judge(changed(limit, "LIMIT = 30", "LIMIT = nothing"), known).by == "tests/core/test_speed.py"
    [unseen] = [mutant for mutant in all_of(tree) if "value > 1001" in mutant.source]
    assert copy.judge(unseen, known).verdict is Verdict.SURVIVED
    assert (copy.root / FILE).read_text(encoding="utf-8") == (tree / FILE).read_text(encoding="utf-8") == TEXT


def test_an_endless_loop_is_ended(tree: Path, tmp_path: Path) -> None:
    copy = Copy.of(tree, tmp_path / "copy")
    # So quick a test has one second.
    endless = changed(ANY, "value -= 1", "value += 0")
    assert copy.judge(endless, Known({"tests/core/test_speed.py::test_slowed": -0.4}, {})).verdict is Verdict.TIMED_OUT


def test_no_mutant_is_judged_by_tests_that_fail_without_it(tree: Path, tmp_path: Path) -> None:
    (tree / "tests/core/test_speed.py").write_text(TESTS + "    assert False\n", encoding="utf-8")
    with pytest.raises(BrokenTestsError, match="test_a_limit"):
        Copy.of(tree, tmp_path / "copy").learn()


def test_when_the_time_is_up_what_is_left_is_not_judged_and_that_is_a_failure() -> None:
    [judgement] = judged([ANY], [Copy(Path("nowhere"))], Known({}, {}), 0.0)
    assert judgement.verdict is Verdict.LEFT
    assert Outcome({FILE: 1}, [judgement], 1.0, {}).failures[-1] == "1 of 1 mutants were not judged"


def test_less_than_eighty_five_in_a_hundred_killed_is_a_failure() -> None:
    def outcome(dead: int, slow: int, alive: int) -> Outcome:
        verdicts = [Verdict.KILLED] * dead + [Verdict.TIMED_OUT] * slow + [Verdict.SURVIVED] * alive
        return Outcome({FILE: 100}, [Judgement(ANY, verdict) for verdict in verdicts], 1.0, {})

    assert outcome(80, 5, 15).failures == []
    assert outcome(80, 4, 16).failures == ["84.0% of the mutants were killed; expected 85% or more"]
    assert killed(Counter()) == 0.0
