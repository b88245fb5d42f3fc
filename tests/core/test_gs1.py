"""What GS1 and ISO/IEC 15434 codes say by themselves, vector by vector (domain.md F3)."""

from __future__ import annotations

import subprocess
import sys
from datetime import date

import pytest

from agent.core.codes import gs1_values
from agent.core.codes import scanned as scanned_whole
from agent.core.codes.code_settings import CodeSettings
from agent.core.codes.interpret import read
from agent.core.codes.reading import Code, Reading
from agent.core.sentences import Sentence
from tests.core.gs1_vectors import ACCEPTED, DOUBTED, GTIN, OTHER, REFUSED, VISIBLE, Vector, a_lot

SITE = CodeSettings(lot=r"(?:LOT:)?(?P<lot>P-[0-9]+)(?::(?P<item>.+))?")


def scanned(text: str, settings: CodeSettings = SITE) -> Reading:
    return read(text.translate(VISIBLE), settings)


@pytest.mark.parametrize("vector", ACCEPTED.values(), ids=ACCEPTED)
def test_a_code_says(vector: Vector) -> None:
    reading = scanned(vector.text)
    assert (reading.flaw, reading.code, reading.carrier) == (None, vector.code, vector.carrier)
    assert "".join(f"({one.key}){one.value}" for one in reading.elements) == vector.elements
    assert reading.doubts == ()


@pytest.mark.parametrize(("text", "code"), REFUSED.values(), ids=REFUSED)
def test_a_code_is_refused(text: str, code: str) -> None:
    reading = scanned(text)
    assert reading.code is None
    assert reading.flaw is not None
    assert reading.flaw.code == code
    assert isinstance(reading.flaw.words, Sentence)
    assert reading.doubts == ()


def test_what_stands_at_the_site_is_asked_before_what_looks_like_gs1() -> None:
    site = CodeSettings(order="(?P<order>[0-9]{13})")
    assert scanned("9501101530003", site).code == Code("order", "9501101530003", order="9501101530003")
    assert scanned("]E09501101530003", site).code == Code("item", OTHER, gtin=OTHER)


@pytest.mark.parametrize("text", ["010952123454321310P-001", "9501101530003", "400PO-4711␝10P-001"])
def test_a_site_may_take_no_gs1_code_without_its_identifier(text: str) -> None:
    reading = scanned(text, CodeSettings(aim_required=True))
    assert reading.flaw is not None
    assert reading.flaw.code == "AIM_REQUIRED"


@pytest.mark.parametrize(
    "text", ["]d2010952123454321310P-001", f"(01){GTIN}(10)P-001", f"https://id.gs1.org/01/{GTIN}/10/P-001"]
)
def test_what_tells_by_itself_how_it_is_read_needs_no_identifier(text: str) -> None:
    assert scanned(text, CodeSettings(aim_required=True)).code == a_lot("P-001")


def test_a_site_gives_its_own_identifiers_a_meaning() -> None:
    site = CodeSettings(elements={"400": "order", "91": "operation", "8004": "tool", "414": "location"})
    assert scanned("]C1400A1␝9120", site).code == Code("operation", "20", order="A1", operation="20")
    assert scanned("]C180044012345BOX", site).code == Code("tool", "4012345BOX")
    assert scanned("]C14149521234543213", site).code == Code("location", "9521234543213")
    alone = scanned("]C19120", site)
    assert alone.flaw is not None
    assert alone.flaw.code == "MALFORMED"


@pytest.mark.parametrize(("text", "expected"), DOUBTED.values(), ids=DOUBTED)
def test_a_separator_that_seems_to_be_lost_is_in_doubt(text: str, expected: tuple[str, str]) -> None:
    reading = scanned(text)
    assert reading.flaw is None
    doubts = [(one.short, one.rest) for one in reading.doubts]
    assert expected in doubts
    assert all(one.short + one.rest == one.element.value for one in reading.doubts)


@pytest.mark.parametrize("lot", ["AB-123", "P-001", "2101", "ABC123", "20260101", "L-17", "X310", "10", "21"])
def test_a_usual_lot_is_in_no_doubt(lot: str) -> None:
    assert scanned(f"]d2010952123454321310{lot}").doubts == ()


def test_what_would_contradict_the_rest_is_in_no_doubt() -> None:
    assert scanned("]d2010952123454321310AB3724").doubts == ()  # a count is for contents, and this is an item
    assert scanned("]C110AB21X").doubts == ()  # a serial needs its item
    assert scanned("]d2010952123454321310AB21X␝21Y").doubts == ()  # the serial is there


def test_the_check_characters_of_a_model_number_are_right() -> None:
    site = CodeSettings(elements={"8013": "tool"})
    assert scanned("]d280131987654Ad4X4bL5ttr2310c2K", site).code == Code("tool", "1987654Ad4X4bL5ttr2310c2K")


def test_a_year_means_the_same_in_every_year() -> None:
    assert [gs1_values.day(f"{year}0101") for year in ("00", "79", "80", "99")] == [
        date(2000, 1, 1),
        date(2079, 1, 1),
        date(1980, 1, 1),
        date(1999, 1, 1),
    ]


def test_an_agent_that_reads_no_gs1_does_not_pay_for_it() -> None:
    program = (
        "import sys\n"
        "from agent.core.codes.interpret import CodeSettings, read\n"
        "assert read('LOT:P-001:A', CodeSettings()).code\n"
        "assert 'biip' not in sys.modules\n"
        "assert read(']C110P-001', CodeSettings()).code\n"
        "assert 'biip' in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)


@pytest.mark.parametrize("name", ["composite", "composite sent as two"])
def test_a_composite_is_one_code(name: str) -> None:
    text = ACCEPTED[name].text.translate(VISIBLE)
    assert scanned_whole.read(text, SITE) == read(text, SITE)
    assert scanned_whole.read(text + "]e010P-002", SITE).code is None


@pytest.mark.parametrize("key", ["10", "06", "4", "4000", "1T", "k", ""])
def test_no_site_gives_a_meaning_to_what_has_one_or_is_no_identifier(key: str) -> None:
    with pytest.raises(ValueError, match=f"'elements.{key}' is no GS1 application identifier"):
        CodeSettings.model_validate({"elements": {key: "order"}})


def test_a_site_gives_a_data_identifier_a_meaning() -> None:
    site = CodeSettings(elements={"1K": "order", "20L": "location"})
    assert scanned("[)>␞06␝1KA1␞␄", site).code == Code("order", "A1", order="A1")
    assert scanned("[)>␞06␝20LBIN-7␞␄", site).code == Code("location", "BIN-7")
