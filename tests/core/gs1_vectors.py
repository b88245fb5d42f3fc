"""Codes and what they say (domain.md F3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from agent.core.codes.interpret import LONGEST
from agent.core.codes.reading import Carrier, Code
from tests.core.gs1_engine_vectors import DIGITAL_LINKS, ELEMENT_STRINGS

GTIN = "09521234543213"
OTHER = "09501101530003"
VISIBLE = str.maketrans({"␝": "\x1d", "␞": "\x1e", "␄": "\x04"})


@dataclass(frozen=True)
class Vector:
    text: str
    code: Code
    elements: str = ""
    """As people read them."""
    carrier: Carrier = "gs1"


def a_lot(identity: str, **said: object) -> Code:
    return Code("lot", identity, **{"gtin": GTIN, **said})  # type: ignore[arg-type]


def a_unit(identity: str, **said: object) -> Code:
    return Code("serial", identity, **{"gtin": GTIN, **said})  # type: ignore[arg-type]


ACCEPTED = {
    "GS1-128 with expiry and lot": Vector(
        "]C101095011015300031715011910AB-123",
        a_lot("AB-123", gtin=OTHER, expires=date(2015, 1, 19)),
        f"(01){OTHER}(17)150119(10)AB-123",
    ),
    "DataMatrix with lot and serial": Vector(
        "]d2010952123454321310P-001␝21SN000123",
        a_unit("SN000123", lot="P-001"),
        f"(01){GTIN}(10)P-001(21)SN000123",
    ),
    "day 00 is the last of the month": Vector(
        "]d2010952123454321317251200",
        Code("item", GTIN, gtin=GTIN, expires=date(2025, 12, 31)),
        f"(01){GTIN}(17)251200",
    ),
    "day 00 in a leap year": Vector(
        "]d2010952123454321317240200",
        Code("item", GTIN, gtin=GTIN, expires=date(2024, 2, 29)),
        f"(01){GTIN}(17)240200",
    ),
    "net weight with three decimals": Vector(
        "]d20109521234543213310300175010P-001",
        a_lot("P-001", qty=Decimal("1.750"), uom="KGM"),
        f"(01){GTIN}(3103)001750(10)P-001",
    ),
    "a pack says what it holds": Vector(
        "]C102095212345432133724␝10P-001", a_lot("P-001", qty=Decimal(24)), f"(02){GTIN}(37)24(10)P-001"
    ),
    "pieces of a lot": Vector(
        "]d2010952123454321310P-001␝3012", a_lot("P-001", qty=Decimal(12)), f"(01){GTIN}(10)P-001(30)12"
    ),
    "SSCC": Vector("]C100106141412345678908", Code("lpn", "106141412345678908"), "(00)106141412345678908"),
    "order and lot": Vector("]C1400PO-4711␝10P-001", Code("lot", "P-001", order="PO-4711"), "(400)PO-4711(10)P-001"),
    "order alone": Vector("]C1400PO-4711", Code("order", "PO-4711", order="PO-4711"), "(400)PO-4711"),
    "component and its serial": Vector(
        "]d28010952123HOUSING01␝80111234",
        Code("serial", "1234", item="952123HOUSING01"),
        "(8010)952123HOUSING01(8011)1234",
    ),
    "official vector of the GS1 syntax engine": Vector(
        "]e0011231231231233310ABC123␝99XYZ",
        a_lot("ABC123", gtin="12312312312333"),
        "(01)12312312312333(10)ABC123(99)XYZ",
    ),
    "trailing separator": Vector("]d2010952123454321310ABC123␝", a_lot("ABC123"), f"(01){GTIN}(10)ABC123"),
    "leading separator": Vector("]d2␝010952123454321310ABC123", a_lot("ABC123"), f"(01){GTIN}(10)ABC123"),
    "separator behind a fixed length": Vector("]d20109521234543213␝10ABC123", a_lot("ABC123"), f"(01){GTIN}(10)ABC123"),
    "the same element twice": Vector("]d2010952123454321310A␝10A", a_lot("A"), f"(01){GTIN}(10)A(10)A"),
    "leading zeros and small letters are kept": Vector(
        "]d2010952123454321310001aB␝21007", a_unit("007", lot="001aB"), f"(01){GTIN}(10)001aB(21)007"
    ),
    "without AIM identifier, by its GTIN": Vector("010952123454321310P-001", a_lot("P-001"), f"(01){GTIN}(10)P-001"),
    "without AIM identifier, by a separator": Vector(
        "400PO-4711␝10P-001", Code("lot", "P-001", order="PO-4711"), "(400)PO-4711(10)P-001"
    ),
    "a piece of an item of two": Vector("]d28006095212345432130102␝21SN1", a_unit("SN1"), f"(8006){GTIN}0102(21)SN1"),
    "EAN-13": Vector("]E09501101530003", Code("item", OTHER, gtin=OTHER), f"(01){OTHER}"),
    "UPC-A as 12 digits": Vector(
        "]E0012345678905", Code("item", "00012345678905", gtin="00012345678905"), "(01)00012345678905"
    ),
    "EAN-8": Vector("]E495050003", Code("item", "00000095050003", gtin="00000095050003"), "(01)00000095050003"),
    "ITF-14": Vector("]I109501101530003", Code("item", OTHER, gtin=OTHER), f"(01){OTHER}"),
    "13 digits without identifier are a GTIN rather than (95)": Vector(
        "9501101530003", Code("item", OTHER, gtin=OTHER), f"(01){OTHER}"
    ),
    "Digital Link": Vector(
        "https://id.gs1.org/01/09521234543213/10/P-001/21/1",
        a_unit("1", lot="P-001"),
        f"(01){GTIN}(10)P-001(21)1",
        "digital_link",
    ),
    "Digital Link in a plain QR code": Vector(
        "]Q1https://id.gs1.org/01/09521234543213/10/P-001/21/1",
        a_unit("1", lot="P-001"),
        f"(01){GTIN}(10)P-001(21)1",
        "digital_link",
    ),
    "Digital Link in a plain DataMatrix, of another host, with attributes and a stranger's parameters": Vector(
        "]d1HTTPS://example.com/some/path/01/9521234543213/10/A%2FB?17=251200&linkType=all#top",
        a_lot("A/B", expires=date(2025, 12, 31)),
        f"(01){GTIN}(10)A/B(17)251200",
        "digital_link",
    ),
    "text for human readers": Vector(
        "(01)09521234543213(10)AB-123(21)12/45",
        a_unit("12/45", lot="AB-123"),
        f"(01){GTIN}(10)AB-123(21)12/45",
        "hri",
    ),
    "Code 128": Vector("]C0P-001", Code("lot", "P-001"), "", "plain"),
    "Code 39": Vector("]A0P-001", Code("lot", "P-001"), "", "plain"),
    "no identifier": Vector("P-001", Code("lot", "P-001"), "", "plain"),
    "ISO/IEC 15434 format 06": Vector(
        "[)>␞06␝1PHOUSING-01␝1TP-001␝SSN0001␝Q20␞␄",
        Code("serial", "SN0001", item="HOUSING-01", lot="P-001", qty=Decimal(20)),
        "(1P)HOUSING-01(1T)P-001(S)SN0001(Q)20",
        "iso15434",
    ),
    "format 06 with our item, weight and expiry": Vector(
        "]d1[)>␞06␝PH-1␝1PTHEIRS␝1TP-001␝Q1.5␝3QKG␝14D20270131␝KPO-4711␞␄",
        Code("lot", "P-001", item="H-1", order="PO-4711", qty=Decimal("1.5"), uom="KGM", expires=date(2027, 1, 31)),
        "(P)H-1(1P)THEIRS(1T)P-001(Q)1.5(3Q)KG(14D)20270131(K)PO-4711",
        "iso15434",
    ),
    "license plate in format 06": Vector(
        "[)>␞06␝1JUN049362724B0234␞␄", Code("lpn", "UN049362724B0234"), "(1J)UN049362724B0234", "iso15434"
    ),
    "composite": Vector(
        "]E09501101530003|]e010P-001␝98XYZ", a_lot("P-001", gtin=OTHER), f"(01){OTHER}(10)P-001(98)XYZ"
    ),
    "composite sent as two": Vector(
        "]E09501101530003]e099COMPOSITE␝98XYZ",
        Code("item", OTHER, gtin=OTHER),
        f"(01){OTHER}(99)COMPOSITE(98)XYZ",
    ),
    "GS1 QR code whose separator comes as %": Vector(
        "]Q38010952123HOUSING01%80111234",
        Code("serial", "1234", item="952123HOUSING01"),
        "(8010)952123HOUSING01(8011)1234",
    ),
}

REFUSED = {
    "check digit of an SSCC": ("]C100106141412345678909", "CHECK_DIGIT"),
    "check digit of a GTIN": ("]d2010952123454321410L1", "CHECK_DIGIT"),
    "check digit of an EAN-13": ("]E09501101530004", "CHECK_DIGIT"),
    "check digit of an ITF-14": ("]I109501101530004", "CHECK_DIGIT"),
    "check digit in a Digital Link": ("https://id.gs1.org/01/09521234543214/10/P-001", "CHECK_DIGIT"),
    "check digit without identifier": ("010952123454321410L1", "CHECK_DIGIT"),
    "check characters of a model number": ("]d280131987654Ad4X4bL5ttr2310c2L", "CHECK_DIGIT"),
    "two lots": ("]d2010952123454321310A␝10B", "AI_CONFLICT"),
    "item and content": ("]d201095212345432130209521234543213375", "AI_CONFLICT"),
    "two net weights": ("]d2010952123454321331030017503102000175", "AI_CONFLICT"),
    "content without count": ("]d20209521234543213", "AI_CONFLICT"),
    "serial without item": ("]d221SN1", "AI_CONFLICT"),
    "component's serial without component": ("]d280111234", "AI_CONFLICT"),
    "secondary serial without serial": ("]d20109521234543213250X", "AI_CONFLICT"),
    "blank": ("]d210ABC 123", "MALFORMED"),
    "blank at the end": ("]d210ABC ", "MALFORMED"),
    "letter of another alphabet": ("]d210\u0410", "MALFORMED"),
    "digits of another alphabet": ("]d201\u0660\u0669000000000000", "MALFORMED"),
    "21 characters of lot": ("]d210ABCDEFGHIJKLMNOPQRSTU", "MALFORMED"),
    "20 characters of lot and no separator": ("]d20109521234543213" + "10" + "A" * 20 + "21SN1", "MALFORMED"),
    "month 00": ("]d217000000", "MALFORMED"),
    "30 February": ("]d217990231", "MALFORMED"),
    "a GTIN cut off": ("]d20109521234543", "MALFORMED"),
    "an empty lot": ("]d2010952123454321310␝21A", "MALFORMED"),
    "two separators in a row": ("]d2010952123454321310A␝␝21B", "MALFORMED"),
    "what our dictionary takes and biip does not": ("]d24307zg", "MALFORMED"),
    "piece 3 of 2": ("]d28006095212345432130302", "MALFORMED"),
    "year 0": ("]d2725000000101", "MALFORMED"),
    "unknown identifier": ("]d2010952123454321306A", "MALFORMED"),
    "nothing behind the identifier": ("]C1", "MALFORMED"),
    "EAN with a letter": ("]E0950110153000A", "MALFORMED"),
    "two GS1 codes in one": ("]C1010950110153000310A]C1010950110153000310B", "TWO_CODES"),
    "two plain codes in one": ("]C0LOT:P-001:A]C0LOT:P-002:A", "TWO_CODES"),
    "composite above another code": ("]C0P-001|]e010A", "TWO_CODES"),
    "text for human readers with a blank": ("(01)09521234543213(10)AB 123", "MALFORMED"),
    "text for human readers that goes on otherwise": ("(01)09521234543213(10)AB(xy)CD", "MALFORMED"),
    "text for human readers with an unknown identifier": ("(06)1", "MALFORMED"),
    "Digital Link with a control character": ("https://id.gs1.org/01/09521234543213/10/AB\tC", "MALFORMED"),
    "Digital Link that says something twice": ("https://id.gs1.org/01/09521234543213?10=A&10=B", "MALFORMED"),
    "Digital Link with an empty attribute": ("https://id.gs1.org/01/09521234543213?10=", "MALFORMED"),
    "Digital Link with an unknown identifier": ("https://id.gs1.org/01/09521234543213?06=A", "MALFORMED"),
    "Digital Link with qualifiers in disorder": ("https://id.gs1.org/01/09521234543213/21/1/10/A", "MALFORMED"),
    "format 05": ("[)>␞05␝01…␞␄", "MALFORMED"),
    "format 06 without its end": ("[)>␞06␝1PHOUSING-01␝1TP-0", "MALFORMED"),
    "format 06 with two lots": ("[)>␞06␝1TA␝1TB␞␄", "AI_CONFLICT"),
    "format 06 without elements": ("[)>␞06␝␞␄", "MALFORMED"),
    "format 06 with a blank at the end": ("[)>␞06␝1TP-001 ␞␄", "MALFORMED"),
    "format 06 with no number of pieces": ("[)>␞06␝1TP-001␝Q20PCS␞␄", "MALFORMED"),
    "format 06 with a short day": ("[)>␞06␝1TP-001␝14D270131␞␄", "MALFORMED"),
    "format 06 with no day": ("[)>␞06␝1TP-001␝14D20270230␞␄", "MALFORMED"),
    "more than any symbol carries": ("P-" + "1" * LONGEST, "MALFORMED"),
    "may be anything": ("10ABC123", "UNKNOWN_CODE"),
    "GS1 that means nothing here": ("]C191ANYTHING", "UNKNOWN_CODE"),
    "an address that is no Digital Link": ("https://example.com/index.html", "UNKNOWN_CODE"),
}

DOUBTED = {
    "serial behind a lot": ("]d2010952123454321310ABC1232112345", ("ABC123", "2112345")),
    "expiry behind a lot": ("]d2010952123454321310ABC17251231", ("ABC", "17251231")),
    "expiry and serial behind a lot": ("]d2010952123454321310ABC1725123121X", ("ABC", "1725123121X")),
    "lot behind a serial": ("]d2010952123454321321SN10L", ("SN", "10L")),
    "lot behind a count": ("]d201095212345432133024101234", ("24", "101234")),
    "order behind a lot": ("]C110AB400PO-4711", ("AB", "400PO-4711")),
    "weight behind a lot, before a separator": ("]d2010952123454321310AB3103001750␝21X", ("AB", "3103001750")),
    "a whole other code behind a lot": ("]d2010952123454321310A0109501101530003", ("A", "0109501101530003")),
    "the separator of a GS1 QR code as %": ("]Q3010952123454321310P-001%21SN1", ("P-001", "%21SN1")),
}

SEEDS = tuple(
    text.translate(VISIBLE)
    for text in (
        *(vector.text for vector in ACCEPTED.values()),
        *(text for text, _ in (*REFUSED.values(), *DOUBTED.values())),
        *(f"]d2{data}" for data, _ in ELEMENT_STRINGS),
        *(address for address, _ in DIGITAL_LINKS),
    )
)
"""Where fuzzing begins."""
