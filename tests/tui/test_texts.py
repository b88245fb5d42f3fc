from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest

import agent
import agent.tui
from agent.tui.texts import ANSWERS, LANGUAGES, sentences, translate

TERMINAL = next(iter(agent.tui.__path__))
AGENT = next(iter(agent.__path__))
SAYS = re.compile(r"^from agent\.core\.sentences import .*\bsay\b", re.MULTILINE)
SOURCES = sorted(path for path in Path(TERMINAL).rglob("*.py") if path.parent.name != "texts")


def strings_of_the_terminal() -> Iterator[str]:
    """Every text constant of the terminal's sources but the catalogue itself."""
    for source in SOURCES:
        for node in ast.walk(ast.parse(source.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value


def patterns_of_the_agent() -> Iterator[tuple[str, str | None]]:
    """Where the agent says something to people, and what; None where that is not written out."""
    for source in sorted(Path(AGENT).rglob("*.py")):
        text = source.read_text("utf-8")
        if SAYS.search(text) and not source.is_relative_to(TERMINAL):
            for node in ast.walk(ast.parse(text)):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "say":
                    yield from ((f"{source}:{node.lineno}", text) for text in written_out(node.args[0]))


def written_out(node: ast.expr) -> list[str | None]:
    if isinstance(node, ast.IfExp):
        return [*written_out(node.body), *written_out(node.orelse)]
    return [node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None]


def spoken_sentences() -> Iterator[str]:
    """What is passed to `say` word for word."""
    for source in SOURCES:
        for node in ast.walk(ast.parse(source.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "say":
                first = node.args[0]
                if isinstance(first, ast.Constant) and isinstance(first.value, str) and first.value:
                    yield first.value


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_every_sentence_that_is_spoken_is_in_the_catalogue() -> None:
    assert set(spoken_sentences()) - set(sentences()) == set()


def test_the_catalogue_has_no_sentence_that_nobody_speaks() -> None:
    assert set(sentences()) - set(ANSWERS) - set(strings_of_the_terminal()) == set()


def test_every_answer_of_the_agent_is_written_out_where_it_is_said() -> None:
    assert [place for place, text in patterns_of_the_agent() if text is None] == []


def test_every_answer_of_the_agent_is_in_the_catalogue_and_no_other() -> None:
    said = {text for _, text in patterns_of_the_agent()}
    assert (said - set(ANSWERS), set(ANSWERS) - said) == (set(), set())


@pytest.mark.parametrize("sentence", sentences())
def test_translations_keep_the_placeholders(sentence: str) -> None:
    assert [placeholders(translate(language, sentence)) for language in LANGUAGES] == [placeholders(sentence)] * 3


@pytest.mark.parametrize("sentence", sentences())
def test_every_sentence_is_translated(sentence: str) -> None:
    russian, kazakh = translate("ru", sentence), translate("kk", sentence)
    assert sentence not in {russian, kazakh}
    assert russian.strip() == russian != ""
    assert kazakh.strip() == kazakh != ""
