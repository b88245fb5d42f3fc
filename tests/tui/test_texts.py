"""The terminal's catalogues are whole: every sentence in every language, and none that nobody says."""

from __future__ import annotations

from string import Formatter

import pytest

from tests.tui.catalogues import TRANSLATED, compiled, read, source, words
from tests.tui.spoken import patterns_of_the_agent, spoken_sentences, strings_of_the_terminal

SENTENCES = sorted(text for context, text in words("ru") if context is None)


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_every_sentence_that_is_spoken_is_in_the_catalogue() -> None:
    assert set(spoken_sentences()) - set(SENTENCES) == set()


def test_every_answer_of_the_agent_is_written_out_where_it_is_said() -> None:
    assert [place for place, text in patterns_of_the_agent() if text is None] == []


def test_every_answer_of_the_agent_is_in_the_catalogue() -> None:
    assert {text for _, text in patterns_of_the_agent()} - set(SENTENCES) == set()


def test_the_catalogue_has_no_sentence_that_nobody_speaks() -> None:
    said = {text for _, text in patterns_of_the_agent()} | set(strings_of_the_terminal())
    assert set(SENTENCES) - said == set()


def test_all_languages_have_the_same_sentences_and_words() -> None:
    assert set(words("ru")) == set(words("kk"))


@pytest.mark.parametrize("language", TRANSLATED)
def test_what_the_terminal_loads_is_what_translators_wrote(language: str) -> None:
    assert source(language).with_suffix(".mo").read_bytes() == compiled(language), "run `make generated`"
    assert [message.id for message in read(language) if message.fuzzy and message.id] == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_translations_keep_the_placeholders(language: str) -> None:
    assert {text: said for (_, text), said in words(language).items() if placeholders(said) != placeholders(text)} == {}


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_sentence_is_translated(language: str) -> None:
    said = {text: said for (context, text), said in words(language).items() if context is None}
    assert [text for text, ours in said.items() if not ours.strip() or ours != ours.strip()] == []
