"""Sentences keep what they were made of, so that they can be said in other languages."""

import re
from string import Formatter

from agent.core import sentences
from agent.core.sentences import say, together
from tests.core.sentences import patterns


def test_a_sentence_reads_as_text_and_keeps_pattern_and_values() -> None:
    said = say("Lot {lot_id} has {qty}.", lot_id="L{1}", qty=3)
    assert said == "Lot L{1} has 3."
    assert sentences.parts(said) == ("Lot {lot_id} has {qty}.", {"lot_id": "L{1}", "qty": "3"})


def test_sentences_of_one_answer_keep_a_line_each() -> None:
    said = together(say("Lot {lot_id} loaded.", lot_id="L2"), say("Lot {older} is older.", older="L1"))
    assert said == "Lot L2 loaded. Lot L1 is older."
    assert sentences.parts(said) == ("Lot {lot_id} loaded.\nLot {older} is older.", {"lot_id": "L2", "older": "L1"})


def test_a_plain_text_has_no_pattern() -> None:
    assert sentences.parts("Done.") == ("", {})


def test_every_sentence_ends_as_one_and_names_its_values() -> None:
    assert len(patterns()) > 100
    for pattern in patterns():
        assert re.search(r"[.?!]$", pattern), pattern
        assert "\n" not in pattern, pattern
        assert all(name is None or re.fullmatch("[a-z_]+", name) for _, name, _, _ in Formatter().parse(pattern)), (
            pattern
        )
