"""Laws of reading codes: nothing crashes it, nothing is altered, and a lost separator never goes unseen."""

from __future__ import annotations

import random
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from agent.core.codes import gs1, gs1_values
from agent.core.codes.gs1_identifiers import SEPARATOR
from agent.core.codes.gs1_table import ENTRIES
from agent.core.codes.interpret import read
from agent.core.codes.reading import Element
from tests.core.code_laws import SITE, check
from tests.core.gs1_vectors import SEEDS

CSET_82 = "!\"%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"
PIECES = (
    *("]C1", "]d2", "]Q3", "]e0", "]E0", "]I1", "]C0", "]Q1", "\x1d", "\x1e", "\x04", "%", "|", "(", ")", "/", "?"),
    *(
        "[)>\x1e06\x1d",
        "https://id.gs1.org/",
        "01",
        "09521234543213",
        "10",
        "21",
        "17251231",
        "3103001750",
        "400",
        "37",
    ),
    *("9501101530003", "P-001", "%EA%", "LOT:", "8010952123", "8011", "00106141412345678908", "1T", "Q20", "=", "&"),
)
KNOWN = tuple(line.split("-")[0].split()[0] for line in ENTRIES.splitlines())


@st.composite
def messages(draw: st.DrawFn) -> tuple[Element, ...]:
    """An item's elements as they stand on labels, in any order."""
    body = draw(st.text("0123456789", min_size=13, max_size=13))
    item = Element("01", body + gs1_values.check_digit(body))
    text = st.text(CSET_82, min_size=1, max_size=20)
    digits = st.text("0123456789", min_size=1, max_size=8)
    kinds = {
        **dict.fromkeys(("10", "21", "240", "241", "400"), text),
        "30": digits,
        **dict.fromkeys(("11", "15", "17"), st.sampled_from(("251231", "240229", "300100"))),
        "3103": st.text("0123456789", min_size=6, max_size=6),
    }
    chosen = draw(st.lists(st.sampled_from(sorted(kinds)), unique=True, min_size=1, max_size=6))
    return tuple(draw(st.permutations([item, *(Element(ai, draw(kinds[ai])) for ai in chosen)])))


@given(st.one_of(st.text(), st.binary().map(lambda read_as: read_as.decode("latin-1"))))
def test_any_text_is_read_or_refused(text: str) -> None:
    check(text)


@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
def test_any_text_of_what_codes_are_made_of_is_read_or_refused(text: str) -> None:
    check(text)


@given(st.sampled_from(SEEDS), st.randoms(use_true_random=False))
def test_any_damaged_code_is_read_or_refused(text: str, dice: random.Random) -> None:
    check(text)
    place = dice.randrange(len(text) + 1)
    for damaged in (text[:place], text[place:], text[:place] + dice.choice(PIECES) + text[place:], text + text):
        check(damaged)


@given(st.sampled_from(KNOWN), st.text(CSET_82 + "#", max_size=40))
def test_every_identifier_takes_any_value_or_refuses_it(ai: str, value: str) -> None:
    check(f"]d2{ai}{value}")


@given(messages())
def test_a_right_message_is_read_as_it_was_written(elements: tuple[Element, ...]) -> None:
    reading = check("]d2" + gs1.encode(elements))
    assert reading.flaw is None
    assert reading.elements == elements


@given(messages(), st.randoms(use_true_random=False))
def test_the_order_of_elements_says_nothing(elements: tuple[Element, ...], dice: random.Random) -> None:
    other = dice.sample(elements, len(elements))
    assert read("]d2" + gs1.encode(other), SITE).code == read("]d2" + gs1.encode(elements), SITE).code


@given(messages(), st.integers(0, 13), st.integers(1, 9))
def test_one_wrong_digit_of_a_gtin_is_seen(elements: tuple[Element, ...], place: int, change: int) -> None:
    def damaged(value: str) -> str:
        return value[:place] + str((int(value[place]) + change) % 10) + value[place + 1 :]

    wrong = [Element("01", damaged(one.value)) if one.key == "01" else one for one in elements]
    flaw = read("]d2" + gs1.encode(wrong), SITE).flaw
    assert flaw is not None
    assert flaw.code == "CHECK_DIGIT"


@given(messages())
def test_no_lost_separator_goes_unseen(elements: tuple[Element, ...]) -> None:
    for lost in _without_one_separator(elements):
        reading = read("]d2" + lost, SITE)
        assert reading.flaw is not None or reading.doubts


@given(messages())
def test_two_codes_that_ran_together_are_seen(elements: tuple[Element, ...]) -> None:
    code = "]C1" + gs1.encode(elements)
    flaw = read(code + code, SITE).flaw
    assert flaw is not None
    assert flaw.code == "TWO_CODES"


def _without_one_separator(elements: Sequence[Element]) -> list[str]:
    encoded = gs1.encode(elements)
    places = [at for at, sign in enumerate(encoded) if sign == SEPARATOR]
    return [encoded[:at] + encoded[at + 1 :] for at in places]
