from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.core.codes.beginnings import beginning
from agent.core.codes.code_settings import CodeSettings
from agent.tui.masking import masked

BADGE = CodeSettings().badge


@pytest.mark.parametrize(
    ("pattern", "start"),
    [
        (BADGE, "BDG:"),
        (r"E\.(?P<badge>\d+)", "E."),
        (r"ID-?(?P<badge>\d+)", "ID"),
        (r"X{2}(?P<badge>.+)", ""),
        (r"(?P<badge>\d{8})", ""),
        (r"\d(?P<badge>.+)", ""),
        (r"A|(?P<badge>B.+)", ""),
    ],
)
def test_the_start_that_every_badge_has_is_what_the_pattern_writes_out(pattern: str, start: str) -> None:
    assert beginning(pattern) == start


@pytest.mark.parametrize(
    ("line", "shown"),
    [("B", "B"), ("BDG", "BDG"), ("BDG:", "BDG:"), ("BDG:4", "BDG:•"), ("BDG:4711", "BDG:••••"), ("LOT:4", "LOT:4")],
)
def test_a_badge_that_is_typed_is_hidden_from_its_first_character_on(line: str, shown: str) -> None:
    assert masked(line, BADGE) == shown


def test_without_a_written_start_a_badge_is_hidden_when_it_is_one() -> None:
    assert masked("1234567", r"(?P<badge>\d{8})") == "1234567"
    assert masked("12345678", r"(?P<badge>\d{8})") == "••••••••"


def test_without_a_pattern_nothing_is_hidden() -> None:
    assert masked("BDG:4711", None) == "BDG:4711"


@given(secret=st.text(st.characters(exclude_characters="•:BDG"), min_size=1))
def test_nothing_of_a_badge_shows(secret: str) -> None:
    assert set(masked("BDG:" + secret, BADGE)) <= set("BDG:•")
