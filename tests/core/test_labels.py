"""What GS1 labels and license plates come to: item, quantity, last day, lost separators (domain.md F2, F3, F6)."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from agent.core.codes.code_settings import CodeSettings
from agent.core.directories import Directories, Item, LicensePlate
from agent.core.directories.taking import received
from agent.core.errors import InvalidMessageError
from agent.core.facts import (
    DiscrepancyRaised,
    GenealogyLinked,
    LotLoaded,
    LotUnloaded,
    ScanAccepted,
    ScanElement,
    ScanRefused,
)
from agent.core.materials.material_settings import MaterialSettings
from agent.core.values import replace as changed
from tests.core.build import instant, scan
from tests.core.floor import Floor, a_floor, a_line, a_lot, after

GTIN, CASE, BOTTLE = "09521234543213", "19521234543210", "09501101530003"
BOARD, CABLE = a_line("10", "BOARD"), a_line("20", "CABLE", uom="KG")
SSCC = "106141412345678908"


def an_item(item_id: str, uom: str = "EA", **more: object) -> Item:
    return Item.model_validate({"rev": "1", "item_id": item_id, "uom": uom, **more})


ITEMS = (
    an_item("BOARD", gtins=[{"gtin": GTIN}, {"gtin": CASE, "holds": "24"}]),
    an_item("CABLE", "KG", gtins=[{"gtin": "00012345678905"}]),
    an_item("BOTTLE", gtins=[{"gtin": BOTTLE}], serial_pattern="[0-9]{6}"),
)
PLATE = LicensePlate.model_validate(
    {"rev": "1", "lpn": SSCC, "item_id": "BOARD", "lot_id": "L1", "qty": "40", "uom": "EA"}
)


def a_plan(*items: Item, lots: tuple[object, ...] = (), **more: object) -> Directories:
    plan = a_floor(BOARD, CABLE, lots=lots)  # type: ignore[arg-type]
    return replace(plan, items={item.item_id: item for item in items or ITEMS}, **more)  # type: ignore[arg-type]


def a_place(
    plan: Directories | None = None, rules: MaterialSettings | None = None, codes: CodeSettings | None = None
) -> Floor:
    floor = Floor(plan or a_plan(), rules)
    setup = changed(floor.story.station.setup, codes=codes or CodeSettings())
    floor.story.station = changed(floor.story.station, setup=setup)
    floor.start()
    return floor


def loaded(floor: Floor) -> tuple[str | None, str | None, str | None, str | None]:
    """Lot, item, quantity and unit of the last lot loaded."""
    fact = floor.story.of(LotLoaded)[-1]
    return fact.keys.lot_id, fact.keys.item_id, None if fact.qty is None else f"{fact.qty:f}", fact.uom


def loaded_by(text: str) -> tuple[str | None, str | None, str | None, str | None]:
    """What one label comes to."""
    floor = a_place()
    assert floor.scan(text).accepted
    return loaded(floor)


def refusal(floor: Floor) -> str:
    return floor.story.of(ScanRefused)[-1].refusal_code


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        (f"]d201{GTIN}10L1", ("L1", "BOARD", None, "EA")),
        (f"]d201{CASE}10L1", ("L1", "BOARD", "24", "EA")),
        (f"]C102{GTIN}3724\x1d10L1", ("L1", "BOARD", "24", "EA")),
        (f"]C102{CASE}373\x1d10L1", ("L1", "BOARD", "72", "EA")),
        (f"]d201{GTIN}3012\x1d10L1", ("L1", "BOARD", "12", "EA")),
        ("]C102000123456789053" + "73\x1d10K1", ("K1", "CABLE", None, "KG")),
        ("]d201000123456789053103001750" + "10K1", ("K1", "CABLE", "1.750", "KG")),
        (f"]Q1https://id.gs1.org/01/{GTIN}/10/L1", ("L1", "BOARD", None, "EA")),
        (f"(01){GTIN}(10)L1", ("L1", "BOARD", None, "EA")),
        ("[)>\x1e06\x1dPBOARD\x1d1TL1\x1dQ20\x1e\x04", ("L1", "BOARD", "20", "EA")),
    ],
)
def test_a_label_names_item_lot_and_quantity_in_the_words_of_the_site(label: str, expected: tuple[str, ...]) -> None:
    floor = a_place()
    reply = floor.scan(label)
    assert (reply.message, loaded(floor)) == (f"Lot {expected[0]} loaded.", expected)


def test_a_scan_keeps_its_text_and_says_its_elements() -> None:
    floor = a_place()
    text = f"]C102{GTIN}3724\x1d10L1"
    floor.scan(text)
    (told,) = floor.story.of(ScanAccepted)
    assert (told.text, told.symbology, told.meaning) == (text, "C1", "lot")
    assert told.elements == (
        ScanElement(key="02", value=GTIN),
        ScanElement(key="37", value="24"),
        ScanElement(key="10", value="L1"),
    )


def test_a_gtin_of_no_item_is_refused_where_items_have_gtins() -> None:
    floor = a_place()
    reply = floor.scan("]d20106141411234562" + "10L1")
    assert (reply.code, "06141411234562" in reply.message) == ("UNKNOWN_ITEM", True)
    nobody_has = a_place(a_plan(an_item("BOARD")))
    assert nobody_has.scan(f"]d201{GTIN}10L1").accepted
    assert loaded(nobody_has)[:2] == ("L1", None)


def test_an_item_alone_asks_for_its_lot_or_serial() -> None:
    floor = a_place()
    reply = floor.scan(f"]E0{GTIN[1:]}")
    assert (reply.code, reply.message) == ("ITEM_ALONE", "This is item BOARD. Scan its lot or serial.")
    assert a_place(a_plan(an_item("BOARD"))).scan(f"]E0{GTIN[1:]}").message.startswith(f"This is item {GTIN}.")


def test_the_label_of_an_item_that_is_another_one_for_the_mes_is_refused() -> None:
    floor = a_place(a_plan(lots=(a_lot("L1", "CABLE"),)))
    assert floor.scan(f"]d201{GTIN}10L1").code == "WRONG_ITEM"


def test_a_measure_in_another_unit_than_the_items_is_refused() -> None:
    floor = a_place(a_plan(an_item("CABLE", "M", gtins=[{"gtin": "00012345678905"}])))
    assert floor.scan("]d20100012345678905310300175010K1").code == "WRONG_UOM"


def test_what_is_left_of_a_lot_here_counts_more_than_its_label() -> None:
    floor = a_place()
    label = f"]d201{CASE}10L1"
    floor.scan(label)
    floor.say("unload_lot", lot_id="L1", qty_left="7", uom="EA")
    floor.restart()
    floor.scan(label)
    assert loaded(floor)[2] == "7"
    floor.say("unload_lot", lot_id="L1", qty_left="0", uom="EA")
    floor.scan(label)
    assert loaded(floor)[2] == "24"


def test_a_label_never_says_more_than_the_mes_has_of_the_lot() -> None:
    floor = a_place(a_plan(lots=(a_lot("L1", "BOARD", qty="5"),)))
    floor.scan(f"]d201{CASE}10L1")
    assert loaded(floor)[2] == "5"


@pytest.mark.parametrize(
    ("last_day", "code"), [("260303", "LOT_EXPIRED"), ("260304", "ok"), ("260300", "ok"), ("260200", "LOT_EXPIRED")]
)
def test_a_lot_is_used_up_to_the_last_day_of_its_label(last_day: str, code: str) -> None:
    assert a_place().scan(f"]d201{GTIN}17{last_day}10L1").code == code


def test_a_label_that_contradicts_the_mes_is_warned_of_and_can_block() -> None:
    plan = a_plan(lots=(a_lot("L1", "BOARD", expires="2026-06-01T00:00:00Z"), a_lot("L2", "BOARD", expires=after(-1))))
    floor = a_place(plan)
    reply = floor.scan(f"]d201{GTIN}1726053110L1")
    assert reply.message == "Lot L1 loaded."
    floor.say("unload_lot", lot_id="L1")
    reply = floor.scan(f"]d201{GTIN}1726053010L1")
    assert "says use by 2026-05-30, the MES 2026-06-01" in reply.message
    assert floor.story.of(LotLoaded)[-1].check_result == "EXPIRY_DIFFERS"
    assert floor.scan(f"]d201{GTIN}1726053010L2").code == "LOT_EXPIRED"
    strict = a_place(plan, MaterialSettings(expiry_differs="block"))
    assert strict.scan(f"]d201{GTIN}1726053010L1").code == "EXPIRY_DIFFERS"


@pytest.mark.parametrize("by", ["mes", "configuration"])
def test_a_lot_that_does_not_look_like_one_of_its_item_is_refused(by: str) -> None:
    pattern = "P-[0-9]{3}"
    item = an_item("BOARD", gtins=[{"gtin": GTIN}], **({"lot_pattern": pattern} if by == "mes" else {}))
    codes = CodeSettings() if by == "mes" else CodeSettings(lot_patterns={"BOARD": pattern})
    floor = a_place(a_plan(item), codes=codes)
    assert floor.scan(f"]d201{GTIN}10P-001").accepted
    assert floor.scan(f"]d201{GTIN}10P-01").code == "MALFORMED"
    assert floor.scan("LOT:P-01:BOARD").code == "MALFORMED"
    known = a_place(a_plan(item, lots=(a_lot("P-01", "BOARD"),)), codes=codes)
    assert known.scan(f"]d201{GTIN}10P-01").accepted


LOST = f"]d201{GTIN}10ABC1232112345"
"""Lot ABC123 and serial 12345, whose separator was lost."""


def test_a_lot_in_which_a_separator_seems_lost_is_refused_unless_something_tells() -> None:
    floor = a_place()
    reply = floor.scan(LOST)
    assert (reply.code, "ABC123" in reply.message, floor.story.of(LotLoaded)) == ("GS_LOST", True, [])
    assert a_place(codes=CodeSettings(lost_separator="off")).scan(LOST).accepted


@pytest.mark.parametrize(
    ("lots", "pattern", "code"),
    [
        (("ABC1232112345",), None, "ok"),
        (("ABC123",), None, "GS_LOST"),
        (("OTHER",), ".{13}", "ok"),
        (("OTHER",), "[A-Z]{3}[0-9]{3}", "GS_LOST"),
        (("ABC123",), ".{13}", "GS_LOST"),
        (("ABC1232112345",), "[A-Z]{3}[0-9]{3}", "ok"),
    ],
)
def test_the_lots_of_the_mes_tell_before_the_pattern_of_the_item(
    lots: tuple[str, ...], pattern: str | None, code: str
) -> None:
    item = an_item("BOARD", gtins=[{"gtin": GTIN}], lot_pattern=pattern)
    floor = a_place(a_plan(item, lots=tuple(a_lot(lot_id, "BOARD") for lot_id in lots)))
    assert floor.scan(LOST).code == code


def test_a_reader_that_has_sent_a_separator_loses_none() -> None:
    floor = a_place()
    assert floor.scan(f"]d201{GTIN}21B00101").code == "GS_LOST"
    assert floor.scan(f"]d201{GTIN}10L1\x1d21B00102").code != "GS_LOST"
    floor.restart()
    assert floor.scan(LOST).code == "ok"
    # Without the AIM identifiers that it sent before, it was reset since.
    assert floor.scan(LOST.removeprefix("]d2") + "9").code == "GS_LOST"


def test_what_another_reader_sends_or_a_person_types_says_nothing_of_a_reader() -> None:
    floor = a_place()
    with_separator = scan(40.0, f"]d201{GTIN}10L1\x1d217", reader="other")
    floor.story.hear(with_separator, replace(with_separator, reader="gun", manual=True, observed=instant(45.0)))
    assert floor.scan(LOST).code == "GS_LOST"


def test_a_separator_that_is_data_of_another_standard_says_nothing_of_a_reader() -> None:
    floor = a_place()
    assert floor.scan("[)>\x1e06\x1dPBOARD\x1d1TL1\x1dQ20\x1e\x04").accepted
    assert floor.scan(LOST).code == "GS_LOST"


def test_terminals_have_one_name_and_each_its_own_scanner() -> None:
    floor = a_place()
    floor.story.hear(scan(40.0, f"]d201{GTIN}10L1\x1d217", reader="terminal"))
    (fact,) = floor.story.hear(scan(45.0, LOST, reader="terminal"))
    assert isinstance(fact.data, ScanRefused)
    assert fact.data.refusal_code == "GS_LOST"


def test_a_lot_that_lies_here_is_known_whole() -> None:
    floor = a_place()
    floor.say("load_lot", lot_id="ABC1232112345", item_id="BOARD")
    floor.say("unload_lot", lot_id="ABC1232112345")
    assert floor.scan(LOST).accepted


def test_a_serial_with_a_gtin_is_a_unit_of_what_is_made_or_a_package_of_a_component() -> None:
    floor = a_place()
    assert floor.scan(f"]d201{BOTTLE}21000042").message == "Unit 000042 taken."
    assert floor.scan(f"]d201{BOTTLE}2142").code == "MALFORMED"
    assert floor.scan(f"]d201{GTIN}10L1\x1d217").message == "Lot L1 loaded."
    assert floor.scan(f"]d201{GTIN}217").code == "WRONG_ITEM"
    assert len(floor.story.of(GenealogyLinked)) == 1
    assert floor.scan(f"]d201{BOTTLE}21000042").code == "ALREADY_REPORTED"


@pytest.mark.parametrize("text", [f"]C100{SSCC}", f"[)>\x1e06\x1d1J{SSCC}\x1e\x04"])
def test_a_plate_loads_the_lot_that_the_mes_says_is_on_it(text: str) -> None:
    floor = a_place(a_plan(lots=(a_lot("L1", "BOARD", qty="5000"),), lpns={SSCC: PLATE}))
    assert floor.scan(text).message == "Lot L1 loaded."
    assert loaded(floor) == ("L1", "BOARD", "40", "EA")


def test_an_unknown_plate_is_taken_and_raised_once() -> None:
    floor = a_place()
    assert floor.scan(f"]C100{SSCC}").accepted
    floor.restart()
    assert floor.scan(f"]C100{SSCC}").accepted
    (raised,) = floor.story.of(DiscrepancyRaised)
    assert (raised.code, raised.owner_role, raised.evidence) == ("lpn_unresolved", "mes_administrator", {"lpn": SSCC})
    assert len(floor.story.of(ScanAccepted)) == 2
    assert floor.story.of(LotLoaded) == []


def test_two_items_never_have_one_gtin() -> None:
    known = received(Directories(), None, "items/BOARD", ITEMS[0].model_dump_json().encode(), 0.0).directories
    other = an_item("BOARD-2", gtins=[{"gtin": CASE}]).model_dump_json().encode()
    with pytest.raises(InvalidMessageError, match=f"GTIN {CASE} is that of item 'BOARD'"):
        received(known, None, "items/BOARD-2", other, 0.0)
    again = an_item("BOARD", rev="2", gtins=[{"gtin": CASE, "holds": "12"}]).model_dump_json().encode()
    assert received(known, None, "items/BOARD", again, 0.0).kept is not None


def test_a_gtin_is_whose_the_last_message_says_and_before_that_whose_it_was() -> None:
    before = received(Directories(), None, "items/BOARD", ITEMS[0].model_dump_json().encode(), 0.0).directories
    bare = an_item("BOARD", rev="2").model_dump_json().encode()
    after = received(before, None, "items/BOARD", bare, 0.0).directories
    assert [one.item_of(CASE) is not None for one in (before, after, before)] == [True, False, True]
    assert [one.knows_gtins for one in (before, after, before)] == [True, False, True]


@pytest.mark.parametrize("gtin", ["09521234543214", "9521234543213", "0952123454321X"])
def test_a_gtin_that_no_label_can_have_is_refused_with_its_item(gtin: str) -> None:
    payload = b'{"rev": "1", "item_id": "BOARD", "uom": "EA", "gtins": [{"gtin": "%s"}]}' % gtin.encode()
    with pytest.raises(InvalidMessageError, match="gtins"):
        received(Directories(), None, "items/BOARD", payload, 0.0)


def test_a_weight_on_the_carton_of_what_is_counted_says_nothing_of_its_pieces() -> None:
    assert loaded_by(f"]d201{GTIN}310300175010L1") == ("L1", "BOARD", None, "EA")
    assert loaded_by(f"]d201{CASE}310300175010L1") == ("L1", "BOARD", "24", "EA")


def test_a_weight_is_that_of_an_item_in_kilograms_whatever_the_plant_calls_them() -> None:
    plan = a_plan(an_item("CABLE", "кг", gtins=[{"gtin": "00012345678905"}]))
    floor = a_place(plan)
    assert floor.scan("]d20100012345678905310300175010K1").accepted
    assert loaded(floor) == ("K1", "CABLE", "1.750", "кг")


def test_a_further_package_of_a_loaded_lot_is_not_added_and_says_so_and_is_loaded_once_that_is_used_up() -> None:
    floor = a_place()
    package = f"]d201{GTIN}10L1\x1d3010"
    assert floor.scan(package).message == "Lot L1 loaded."
    again = floor.scan(package)
    assert (again.code, again.message) == (
        "ALREADY_LOADED",
        "Lot L1 is loaded here already; 10 EA of this label are not added to it.",
    )
    assert floor.say("consume", lot_id="L1", qty="10", reason="REPAIR").accepted
    assert floor.scan(package).message == "Lot L1 loaded."
    assert [fact.qty for fact in floor.story.of(LotLoaded)] == [10, 10]
    (gone,) = floor.story.of(LotUnloaded)
    assert (gone.cause, gone.qty_left) == ("empty", Decimal(0))
