"""The numbered requirements, and which tests on a whole plant show each: `docs/requirements.md` is made from both.

A mark counts only where the test asserts the sentence through the local API or in the MES's own tables, so only
tests in `tests/floor` carry it.
"""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
FLOOR = ROOT / "tests" / "floor"
_SAID = tomllib.loads((ROOT / "tests" / "contract" / "requirements.toml").read_text(encoding="utf-8"))
CHAPTERS: dict[str, dict[int, str]] = {
    chapter["title"]: {int(number): sentence for number, sentence in chapter["sentences"].items()}
    for chapter in _SAID["chapter"]
}
NOT_YET: dict[int, str] = {int(number): reason for number, reason in _SAID["not_yet"].items()}
"""Why nothing shows it yet."""


def page() -> str:
    """The whole of `docs/requirements.md`."""
    shown = marks()
    lines = [
        "<!-- Made from the marks of the tests by `make generated`; do not edit. -->",
        "# What the agent must be able to do, and what shows it",
        "",
        "Each test drives a whole plant (a real broker, the simulated MES, simulated machines, the agent as a process)",
        "and asserts the sentence through the local API or in the MES's own tables.",
    ]
    for chapter, sentences in CHAPTERS.items():
        lines += ["", f"## {chapter}", "", "| | requirement | tests |", "|---|---|---|"]
        lines += [f"| {number} | {sentence} | {_tests(shown, number)} |" for number, sentence in sentences.items()]
    return "\n".join(lines) + "\n"


def marks() -> dict[int, tuple[str, ...]]:
    """By number, the tests that carry its mark."""
    shown: dict[int, tuple[str, ...]] = {}
    for path in sorted(FLOOR.rglob("test_*.py")):
        for number, test in _marked(path):
            shown[number] = (*shown.get(number, ()), f"{path.relative_to(ROOT)}::{test}")
    return shown


def _marked(path: Path) -> Iterator[tuple[int, str]]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            for decorator in node.decorator_list:
                if isinstance(decorator, ast.Call) and ast.unparse(decorator.func) == "pytest.mark.requirement":
                    yield ast.literal_eval(decorator.args[0]), node.name


def _tests(shown: dict[int, tuple[str, ...]], number: int) -> str:
    if number in shown:
        return "<br>".join(f"`{test.removeprefix('tests/floor/')}`" for test in shown[number])
    return f"not yet: {NOT_YET.get(number, 'no test asserts it')}"
