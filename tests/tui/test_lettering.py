from __future__ import annotations

import pytest

from agent.core.machine.conditions import Condition
from agent.tui.lettering import big
from agent.tui.panels import condition_word
from agent.tui.texts import LANGUAGES, Language
from agent.tui.wording import Wording
from tests.tui.views import VIEW, zone


def test_letters_are_drawn_with_half_blocks_below_a_blank_half_row() -> None:
    assert big("I:") == ["▄▄▄  ", " █  █", " █  ▄", "▄█▄ ▀"]


def test_double_letters_have_dots_twice_as_wide_and_high() -> None:
    assert big("I", 2) == ["██████", "  ██  ", "  ██  ", "  ██  ", "  ██  ", "  ██  ", "██████"]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("condition", Condition)
def test_every_condition_fits_the_smallest_screen_in_large_letters(condition: Condition, language: Language) -> None:
    lines = big(condition_word(condition, Wording(language, zone(VIEW))))
    assert len(lines) == 4
    assert max(map(len, lines)) <= 80 - 4


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_two_conditions_share_a_word_or_a_symbol(language: Language) -> None:
    words = [condition_word(condition, Wording(language, zone(VIEW))).split(" ", 1) for condition in Condition]
    assert len({symbol for symbol, _ in words}) == len({word for _, word in words}) == len(Condition)
