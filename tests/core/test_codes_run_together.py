"""Codes that came as one, or through another keyboard layout: laws that hold for all of them (domain.md E4, F6)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.core.codes import beginnings, doubles, interpret, layouts, scanned
from agent.core.codes.code_settings import CodeSettings

SITE = CodeSettings()
STRICT = CodeSettings(
    badge=r"(?P<badge>B[0-9]{6})",
    order=r"PO\-(?P<order>[0-9]{4})",
    lot=r"LOT/(?P<lot>[A-Z0-9]{6})",
    serial=r"(?P<serial>[0-9]{8})",
)
GTIN = "0109521234543213"
NAMES = st.text("ABCX0129-_/. ", min_size=1, max_size=12)
CODES = st.one_of(
    st.builds("ORD:{}".format, NAMES),
    st.builds("OP:{}:{}".format, NAMES, NAMES),
    st.builds("LOT:{}:{}".format, NAMES, NAMES),
    st.builds("SN:{}".format, NAMES),
    st.builds("RSN:{}".format, NAMES),
    st.builds("LOC:{}".format, NAMES),
    st.builds("TOOL:{}".format, NAMES),
    st.sampled_from(["%EA%PAUSE", "%EA%SCRAP:DENT"]),
    st.builds(("]d2" + GTIN + "10{}").format, st.text("ABC019-", min_size=1, max_size=20)),
)
PLAIN = CODES.filter(lambda code: not code.startswith("]"))


def flaw_of(text: str, settings: CodeSettings = SITE, *, typed: bool = False) -> str | None:
    flaw = scanned.read(text, settings, typed=typed).flaw
    return None if flaw is None else flaw.code


@given(CODES)
def test_one_code_is_read_as_it_is(code: str) -> None:
    assert doubles.flaw(code, SITE, typed=False) is None
    assert scanned.read(code, SITE) == interpret.read(code, SITE)


@given(CODES)
def test_a_code_twice_is_never_taken(code: str) -> None:
    assert flaw_of(code + code) == "DOUBLED"


@given(CODES, CODES)
def test_two_codes_in_one_are_never_taken(first: str, second: str) -> None:
    assert flaw_of(first + second) == ("DOUBLED" if first == second else "TWO_CODES")


@given(st.lists(CODES, min_size=3, max_size=4))
def test_more_of_them_are_never_taken_either(codes: list[str]) -> None:
    assert scanned.read("".join(codes), SITE).code is None


@given(st.text(max_size=40))
def test_what_is_typed_is_refused_as_a_double_by_nothing(text: str) -> None:
    assert flaw_of(text + text, typed=True) != "DOUBLED"


@pytest.mark.parametrize(
    ("text", "flaw"),
    [
        ("1234567812345678", "DOUBLED"),
        ("12345678", None),
        ("12341234", None),
        ("PO-1234PO-5678", "TWO_CODES"),
        ("B001234PO-5678", "TWO_CODES"),
        ("12345678LOT/ABC123", "TWO_CODES"),
        ("123456788765432", "UNKNOWN_CODE"),
        (GTIN + GTIN, "DOUBLED"),
        ("https://id.gs1.org/01/09521234543213/10/Ahttps://id.gs1.org/01/09521234543213/10/B", "TWO_CODES"),
        ("]E09501101530003|]e099COMPOSITE\x1d98XYZ", "ITEM"),
    ],
)
def test_where_patterns_are_strict_the_same_is_found(text: str, flaw: str | None) -> None:
    reading = scanned.read(text, STRICT)
    if flaw == "ITEM":
        assert reading.flaw is None
        assert reading.code is not None
        assert reading.code.kind == "item"
    else:
        assert (None if reading.flaw is None else reading.flaw.code) == flaw


def test_what_is_said_of_two_codes_shows_neither() -> None:
    for text in ("SN:SECRETSN:SECRET", "SN:SECRETORD:SECRET"):
        flaw = doubles.flaw(text, SITE, typed=False)
        assert flaw is not None
        assert "SECRET" not in flaw.words


@pytest.mark.parametrize(
    ("pattern", "beginning"),
    [
        (r"BDG:(?P<badge>.+)", "BDG:"),
        (r"\$EA\$(?P<x>.)", "$EA$"),
        (r"ABC?(?P<x>.)", "AB"),
        (r"AB+(?P<x>.)", "A"),
        (r"AB{2}(?P<x>.)", "A"),
        (r"A\dB(?P<x>.)", "A"),
        (r"(?i)ABC(?P<x>.)", ""),
        (r"ABC|(?P<x>.)", ""),
        (r"ABC(?P<x>A|B)", "ABC"),
        (r"ABC(?P<x>[^(])|D", ""),
        (r"ABC(?P<x>[|)])\|\(", "ABC"),
        (r"[A]BC(?P<x>.)", ""),
        (r"^ABC(?P<x>.)", ""),
    ],
)
def test_a_pattern_tells_what_its_codes_begin_with(pattern: str, beginning: str) -> None:
    assert beginnings.beginning(pattern) == beginning


@pytest.mark.parametrize("layout", [layouts.RUSSIAN, layouts.KAZAKH], ids=["Russian", "Kazakh"])
@given(PLAIN)
def test_any_code_through_another_layout_is_refused_for_it(layout: dict[int, int], code: str) -> None:
    typed = code.translate({to: key for key, to in layout.items()})
    assert code in layouts.in_english(typed)
    assert flaw_of(typed) == "WRONG_LAYOUT"


@given(st.text())
def test_no_text_is_changed_by_looking_at_it(text: str) -> None:
    assert scanned.read(text, SITE).text == text
