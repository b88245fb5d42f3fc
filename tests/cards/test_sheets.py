"""Pages are read back as a scanner would: every card's text out of both symbols, with room around them."""

from __future__ import annotations

import re
from collections import Counter
from typing import get_args
from xml.dom import minidom

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.cards import fitting, sheets
from agent.cards.cards import Card, Coded, commands, of_codes
from agent.cards.looks import PICTOGRAMS
from agent.cards.sheets import FRAME, HEIGHT, LEFT, PAGE, TOP, WIDTH
from agent.cards.symbols import NARROWEST_MM, code_128, qr
from agent.cards.words import TEXTS, TITLES, Language
from agent.core.codes import interpret
from agent.core.codes.code_settings import CodeSettings
from agent.core.codes.commands import VERBS
from tests.cards.example import PAGE as EXAMPLE
from tests.cards.example import example
from tests.cards.printing import codes, printed

LANGUAGES = get_args(Language)
PREFIX = "%EA%"
AWKWARD = [
    "JAM",
    "NO-MATERIAL",
    "a b",
    "007",
    "12345678",
    "<&>\"'",
    "FAULT-OF-THE-LABELLER-3",
    "X" * 64,
    "ЗАМЯТИЕ",
    "Ақау-7",
    "ü",
    "故障",
    "Ж" * 64,
]
SYMBOL = re.compile(
    r'translate\(([0-9.]+) ([0-9.]+)\) scale\(([0-9.]+) ([0-9.]+)\)" shape-rendering="crispEdges" d="([^"]+)"'
)


def all_commands(language: Language = "en") -> list[Card]:
    return commands(PREFIX, language, [1, 20, 9_999_999], pauses=True)


def awkward(verb: str = "STOP", text: str = "") -> list[Card]:
    return of_codes(PREFIX, "en", verb, [Coded(code, {"en": text}) for code in AWKWARD])


def both(card: Card) -> Counter[tuple[str, str]]:
    """What a scanner is to find of a card."""
    found = Counter({("QR Code", card.text): 1})
    if sheets._bars_of(card.text)[1] is not None:
        found["Code 128", card.text] += 1
    return found


def told(page: str, element: str) -> list[str]:
    """The texts of all such elements."""
    found = minidom.parseString(page).getElementsByTagName(element)  # noqa: S318 - a page of ours
    return ["".join(str(part.nodeValue) for part in one.childNodes) for one in found]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_card_of_every_page_is_read_out_of_both_symbols(language: Language) -> None:
    cards = all_commands(language)
    assert all(sheets._bars_of(card.text)[1] is not None for card in cards)
    found = sum((codes(printed(page)) for page in sheets.pages(cards, language)), Counter[tuple[str, str]]())
    assert found == sum(map(both, cards), Counter[tuple[str, str]]())


@pytest.mark.parametrize("verb", ["STOP", "SCRAP"])
def test_awkward_codes_are_read_too(verb: str) -> None:
    cards = awkward(verb)
    found = sum((codes(printed(page)) for page in sheets.pages(cards, "kk")), Counter[tuple[str, str]]())
    assert found == sum(map(both, cards), Counter[tuple[str, str]]())
    with_bars = [card.text.partition(":")[2] for card in cards if len(both(card)) == 2]
    assert with_bars == AWKWARD[:7]


@pytest.mark.parametrize("code", AWKWARD)
def test_what_stands_on_a_card_is_what_the_agent_reads(code: str) -> None:
    (card,) = of_codes(PREFIX, "en", "STOP", [Coded(code, {})])
    read = interpret.read(card.text, CodeSettings()).code
    assert read is not None
    assert (read.identity, read.argument) == ("STOP", code)


@pytest.mark.parametrize("card", all_commands())
def test_each_command_card_is_a_command(card: Card) -> None:
    read = interpret.read(card.text, CodeSettings()).code
    assert read is not None
    assert read.identity == card.verb


def test_modules_are_wide_enough_and_the_quiet_zones_are_empty() -> None:
    cards = [*all_commands("ru"), *awkward(text="Reason that is told at some length <&>")]
    bars = {symbol.path: symbol for card in cards if (symbol := code_128(card.text)) is not None}
    squares = {symbol.path: symbol for symbol in (qr(card.text) for card in cards)}
    for page in sheets.pages(cards, "ru"):
        picture = printed(page)
        for *numbers, path in SYMBOL.findall(page):
            x, y, across, down = map(float, numbers)
            symbol, quiet = (squares[path], 4 * across) if path in squares else (bars[path], 10 * across)
            width, height = symbol.width * across, symbol.height * down
            assert (across >= NARROWEST_MM, height >= 12.0) == (True, True)
            edges = [(x, y, quiet, height), (x + width - quiet, y, quiet, height)]
            if path in squares:
                edges += [(x, y, width, quiet), (x, y + height - quiet, width, quiet)]
            assert all(set(picture.part(*edge)) == {255} for edge in edges)


def test_cards_lie_on_the_page_beside_each_other_and_each_of_them_once() -> None:
    cards = [*all_commands(), *awkward()]
    placed = sheets._placed(cards)
    assert [one.card for page in placed for one in page] == cards
    for page in placed:
        cells = [
            (round(one.x + part), round(one.y)) for one in page for part in range(0, round(one.width), round(WIDTH))
        ]
        assert len(set(cells)) == len(cells)
        for one in page:
            assert (one.x + one.width, one.y + HEIGHT) <= (LEFT + 2 * WIDTH, TOP + 5 * HEIGHT)
    assert (LEFT + 2 * WIDTH + LEFT, TOP + 5 * HEIGHT + FRAME) <= PAGE


@pytest.mark.parametrize(
    "text", ["Jam", "Замятие & <бутылки>", "Donaudampfschifffahrtsgesellschaft " * 4, "x" * 300, "故障 " * 40]
)
def test_a_text_is_made_smaller_and_never_cut(text: str) -> None:
    (page,) = sheets.pages(of_codes(PREFIX, "en", "SCRAP", [Coded("D-1", {"en": text})]), "en")
    assert "".join(text.split()) in "".join("".join(told(page, "text")).split())


@pytest.mark.parametrize(
    "text", ["Wwmm MWŪ", "ЩЖШ ЖЫЮФ", "Түзетілмеген ақау", "Illi tilt", "Fault of the labeller, again and again"]
)
def test_letters_end_where_there_is_room_for_them(text: str) -> None:
    room = fitting.fitted(text, 40.0, 20.0, 8.0)
    bold = f'font-family="sans-serif" font-weight="bold" font-size="{room.size}"'
    lines = "".join(
        f'<text x="5" y="{10 + 12 * number}" {bold}>{line}</text>' for number, line in enumerate(room.lines)
    )
    paper = '<rect width="60" height="60" fill="#fff"/>'
    head = '<svg xmlns="http://www.w3.org/2000/svg" width="60mm" height="60mm" viewBox="0 0 60 60">'
    picture = printed(f"{head}{paper}{lines}</svg>", 152.4)
    assert min(picture.part(4.0, 0.0, 41.5, 60.0)) < 64
    assert set(picture.part(45.5, 0.0, 14.0, 60.0)) == {255}


@settings(deadline=None)
@given(st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=64))
def test_a_code_of_any_directory_has_its_place(code: str) -> None:
    (card,) = of_codes(PREFIX, "en", "SCRAP", [Coded(code, {"en": code})])
    (page,) = sheets.pages([card], "en")
    assert told(page, "title") == [card.text]


def test_a_text_in_another_language_or_none_is_told_by_what_there_is() -> None:
    said = [
        Coded("A", {"en": "Jam", "ru": "Замятие"}),
        Coded("B", {"en": "Jam"}),
        Coded("C", {"kk": "Ақау"}),
        Coded("D", {}),
    ]
    assert [card.about for card in of_codes(PREFIX, "ru", "STOP", said)] == ["Замятие", "Jam", "C", "D"]


def test_each_verb_has_its_words_and_its_pictogram() -> None:
    assert set(TITLES) == set(PICTOGRAMS) == set(VERBS)
    alone = {verb for verb, argument in VERBS.items() if argument in {"none", "code?"}}
    assert set(TEXTS) == alone
    assert all(set(texts) == set(LANGUAGES) and all(texts.values()) for texts in (*TITLES.values(), *TEXTS.values()))


def test_a_pause_that_needs_a_reason_has_no_card_of_its_own() -> None:
    assert "PAUSE" not in {card.verb for card in commands(PREFIX, "en", [], pauses=False)}


def test_the_page_in_the_documentation_is_what_is_printed() -> None:
    assert EXAMPLE.read_text(encoding="utf-8") == example(), "write it anew with: python -m tests.cards.example"
