"""Every numbered requirement has its tests, or an honest word on why not; and every mark means one."""

from __future__ import annotations

from pathlib import Path

from tests.contract.requirements import CHAPTERS, FLOOR, NOT_YET, ROOT, marks

NUMBERS = [number for sentences in CHAPTERS.values() for number in sentences]


def test_the_requirements_are_numbered_without_a_gap() -> None:
    assert list(range(1, 108)) == NUMBERS


def test_each_requirement_has_a_test_or_a_reason_and_never_both() -> None:
    shown = marks()
    assert sorted(shown.keys() | NOT_YET.keys()) == NUMBERS
    assert shown.keys() & NOT_YET.keys() == set()


def test_only_tests_of_a_whole_plant_carry_marks() -> None:
    strangers = [
        path
        for path in Path(ROOT / "tests").rglob("test_*.py")
        if FLOOR not in path.parents
        and "mark.requirement(" in path.read_text(encoding="utf-8")
        and path.parent.name != "contract"
    ]
    assert strangers == []
