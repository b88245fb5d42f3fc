"""What is true of the reading of any text whatever: looked at by Hypothesis and by the fuzzer of `make soak-scans`."""

from __future__ import annotations

from agent.core.codes import aim, gs1, scanned
from agent.core.codes.code_settings import CodeSettings
from agent.core.codes.gs1_identifiers import SEPARATOR, leading
from agent.core.codes.interpret import read
from agent.core.codes.reading import Doubt, Element, Reading
from agent.core.sentences import Sentence

SITE = CodeSettings(elements={"400": "order", "91": "operation", "8004": "tool"})
REFUSALS = {"MALFORMED", "CHECK_DIGIT", "AI_CONFLICT", "AIM_REQUIRED", "TWO_CODES", "UNKNOWN_CODE", "UNKNOWN_COMMAND"}


def check(text: str) -> Reading:
    """Assert whatever holds of each text, and what it says."""
    reading = read(text, SITE)
    whole = scanned.read(text, SITE)
    assert whole == reading or whole.flaw is not None
    assert reading.text == text
    assert (reading.code is None) == (reading.flaw is not None)
    if reading.flaw is not None:
        assert reading.flaw.code in REFUSALS
        assert isinstance(reading.flaw.words, Sentence)
        assert reading.doubts == ()
    else:
        _says_what_stands_there(reading)
    for doubt in reading.doubts:
        _is_a_doubt(reading, doubt)
    if reading.flaw is None and reading.carrier in ("gs1", "digital_link", "hri"):
        _says_the_same_in_every_carrier(reading)
    if reading.flaw is None and reading.carrier == "iso15434":
        assert _content(read(_format_06(reading.elements), SITE)) == _content(reading)
    return reading


def _says_what_stands_there(reading: Reading) -> None:
    """No value is made up: a GTIN may have been filled up with zeros, and a web address writes some signs as %XX."""
    assert reading.code is not None
    assert reading.code.identity
    if reading.carrier == "digital_link":
        return
    for element in reading.elements:
        assert element.value in reading.text or (element.key == "01" and element.value.lstrip("0") in reading.text)


def _is_a_doubt(reading: Reading, doubt: Doubt) -> None:
    assert doubt.element in reading.elements
    assert doubt.short
    assert doubt.short + doubt.rest == doubt.element.value
    assert leading(doubt.rest.removeprefix("%")) is not None


def _says_the_same_in_every_carrier(reading: Reading) -> None:
    encoded = gs1.encode(reading.elements)
    for symbology in aim.GS1:
        assert _content(read(f"]{symbology}{encoded}", SITE)) == _content(reading)
    assert _content(read(f"]d2{SEPARATOR}{encoded}{SEPARATOR}", SITE)) == _content(reading)
    if not any(sign in one.value for one in reading.elements for sign in "()"):
        hri = "".join(f"({one.key}){one.value}" for one in reading.elements)
        assert _content(read(hri, SITE)) == _content(reading)
    if reading.carrier == "gs1" and reading.symbology in aim.GS1 - {"Q3"}:
        _, data = aim.split(reading.text)
        assert data.replace(SEPARATOR, "") == encoded.replace(SEPARATOR, "")


def _format_06(elements: tuple[Element, ...]) -> str:
    return "[)>\x1e06\x1d" + "\x1d".join(f"{one.key}{one.value}" for one in elements) + "\x1e\x04"


def _content(reading: Reading) -> object:
    return reading.elements, reading.code
