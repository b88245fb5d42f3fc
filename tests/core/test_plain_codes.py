"""Plain codes are text: never numbers, never stripped, case kept."""

import pytest

from agent.core.codes.code_settings import CodeSettings
from agent.core.codes.plain import read
from agent.core.codes.reading import Code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("ORD:PO-1001", Code("order", "PO-1001", order="PO-1001")),
        ("LOT:PF-7781:PREFORM-05", Code("lot", "PF-7781", "PREFORM-05")),
        ("LOT:PF-7781:A:B", Code("lot", "PF-7781", "A:B")),
        ("SN:000123", Code("serial", "000123")),
        ("SN: 12 ", Code("serial", " 12 ")),
        ("SN:aB", Code("serial", "aB")),
        ("SN:ORD:1", Code("serial", "ORD:1")),
        ("SN:01\x1d17", Code("serial", "01\x1d17")),
        ("ORD:ЗАКАЗ-7", Code("order", "ЗАКАЗ-7", order="ЗАКАЗ-7")),  # noqa: RUF001 - an order as a Russian ERP names it
        ("RSN:NO-MATERIAL", Code("reason", "NO-MATERIAL")),
    ],
)
def test_a_plain_code_says_what_it_names(text: str, code: Code) -> None:
    assert read(text, CodeSettings()) == code


@pytest.mark.parametrize(
    "text", ["", "PO-1001", "ord:PO-1", " ORD:PO-1", "ORD:", "LOT:PF-7781", "LOT::X", "SN:1\n", "XORD:PO-1", "\x00"]
)
def test_a_code_that_no_pattern_matches_whole_means_nothing(text: str) -> None:
    assert read(text, CodeSettings()) is None


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (r"LOT:(?P<lot>.*)", "LOT:"),
        (r"LOT:(?P<lot>[0-9]+)?", "LOT:"),
        (r"LOT:(?P<lot>[0-9]+)|L[0-9]+", "L7"),
        (r"LOT:(?P<lot>.*?)(?::(?P<item>.*))?", "LOT::A"),
    ],
)
def test_a_pattern_that_finds_nothing_for_its_kind_does_not_match(pattern: str, text: str) -> None:
    assert read(text, CodeSettings(lot=pattern)) is None
    assert read("LOT:7", CodeSettings(lot=pattern)) == Code("lot", "7")


def test_the_site_says_what_its_codes_look_like() -> None:
    codes = CodeSettings(serial=r"(?P<serial>\d{8})")
    assert read("00001234", codes) == Code("serial", "00001234")
    assert read("000012345", codes) is None
