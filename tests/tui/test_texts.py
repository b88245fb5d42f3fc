from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest

import agent.tui
from agent.tui.texts import LANGUAGES, sentences, translate

SOURCES = sorted(Path(next(iter(agent.tui.__path__))).glob("*.py"))


def strings_of_the_terminal() -> Iterator[str]:
    """Every text constant of the terminal's sources but the catalogue itself."""
    for source in SOURCES:
        if source.name != "texts.py":
            for node in ast.walk(ast.parse(source.read_text("utf-8"))):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    yield node.value


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
    assert set(sentences()) - set(strings_of_the_terminal()) == set()


@pytest.mark.parametrize("sentence", sentences())
def test_translations_keep_the_placeholders(sentence: str) -> None:
    assert [placeholders(translate(language, sentence)) for language in LANGUAGES] == [placeholders(sentence)] * 3


@pytest.mark.parametrize("sentence", sentences())
def test_every_sentence_is_translated(sentence: str) -> None:
    russian, kazakh = translate("ru", sentence), translate("kk", sentence)
    assert sentence not in {russian, kazakh}
    assert russian.strip() == russian != ""
    assert kazakh.strip() == kazakh != ""
