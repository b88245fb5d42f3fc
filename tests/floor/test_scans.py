"""Scans of real labels on a whole plant, and what of them the MES has in its own tables."""

from __future__ import annotations

import os
import tty
from collections.abc import Iterator

import pytest

from simulators.mes.credentials import badge_hmac, read_key
from tests.floor.plant import Document, Floor, Made, a_floor
from tests.floor.scenes import an_order, versions

WC = "BENCH-1"
LID, CASE, BOX, CUP = "09521234543213", "19521234543210", "09501101530003", "00012345678905"
"""GTINs: of a lid and of a case of 24, of the box that is made, and of a cup that no order needs."""
SSCC = "106141412345678908"
BADGE = "7731905"
LINE: Document = {"line": "10", "item_id": "LID", "qty_per": "1", "uom": "EA"}


class Reader:
    """A reader on a serial line of the plant, until the test is over."""

    def __init__(self, line: int) -> None:
        self._line = line

    def read(self, code: str) -> None:
        os.write(self._line, code.encode() + b"\r")


@pytest.fixture(scope="module")
def reader() -> Iterator[tuple[Reader, str]]:
    """The reader, and where the plant finds it."""
    far, near = os.openpty()
    tty.setraw(near)
    yield Reader(far), os.ttyname(near)
    os.close(far)
    os.close(near)


@pytest.fixture(scope="module")
def plant(tmp_path_factory: pytest.TempPathFactory, reader: tuple[Reader, str]) -> Iterator[Floor]:
    scanner = {"name": "hand", "work_center": WC, "device": reader[1]}
    made = Made(machines=({"work_center": WC, "manual": True},), beside={"scanner": [scanner]}, speed=60.0)
    with a_floor(made, tmp_path_factory.mktemp("scans")) as floor:
        floor.publish("boms/BOX", {"item_id": "BOX", "versions": versions("bom_version", "3", lines=[LINE])})
        packages = [{"gtin": LID}, {"gtin": CASE, "holds": "24"}]
        floor.publish("items/LID", {"item_id": "LID", "uom": "EA", "gtins": packages})
        floor.publish("items/BOX", {"item_id": "BOX", "uom": "EA", "gtins": [{"gtin": BOX}]})
        floor.publish("items/CUP", {"item_id": "CUP", "uom": "EA", "gtins": [{"gtin": CUP}]})
        for lot_id, item_id, status in (
            ("L-1", "LID", "unrestricted"),
            ("L-2", "LID", "restricted"),
            ("L-3", "LID", "unrestricted"),
            ("C-1", "CUP", "unrestricted"),
        ):
            lot = {"lot_id": lot_id, "item_id": item_id, "status": status, "qty": "100", "uom": "EA"}
            floor.publish(f"lots/{lot_id}", lot)
        floor.publish(f"lpns/{SSCC}", {"lpn": SSCC, "item_id": "LID", "lot_id": "L-3", "qty": "40", "uom": "EA"})
        floor.publish("orders/PO-4711", an_order("PO-4711"), wc=WC)
        scanned = floor.scan(WC, "]C1400PO-4711")
        assert scanned["accepted"], scanned
        yield floor


def told(plant: Floor, text: str, kind: str = "scan.accepted") -> Document:
    """The only fact of this kind about this text."""

    def found() -> list[Document]:
        return [one for one in plant.mes(kind) if one["text"] == text]

    plant.wait(lambda: bool(found()), f"{kind} of {text!r} at the MES")
    [fact] = found()
    return fact


def elements(fact: Document) -> list[tuple[str, str]]:
    return [(one["key"], one["value"]) for one in fact["elements"]]


@pytest.mark.requirement(46)
def test_an_order_is_started_by_its_number_in_a_gs1_code(plant: Floor) -> None:
    started = plant.one("operation.started", order_id="PO-4711")
    assert started["keys"]["wc_id"] == WC
    fact = told(plant, "]C1400PO-4711")
    assert (fact["symbology"], fact["meaning"], elements(fact)) == ("C1", "order", [("400", "PO-4711")])


@pytest.mark.requirement(40)
@pytest.mark.requirement(48)
@pytest.mark.requirement(50)
def test_a_lot_is_loaded_by_its_gs1_label_with_item_quantity_and_all_elements_at_the_mes(
    plant: Floor, reader: tuple[Reader, str]
) -> None:
    label = f"]d202{CASE}372\x1d17270131" + "10L-1"
    reader[0].read(label)
    fact = told(plant, label)
    assert (fact["reader"], fact["symbology"], fact["meaning"]) == ("hand", "d2", "lot")
    assert elements(fact) == [("02", CASE), ("37", "2"), ("17", "270131"), ("10", "L-1")]
    loaded = plant.one("lot.loaded", lot_id="L-1")
    assert (loaded["keys"]["item_id"], loaded["qty"], loaded["uom"], loaded["bom_line"]) == ("LID", "48", "EA", "10")
    assert (loaded["keys"]["order_id"], loaded["scan_text"]) == ("PO-4711", label)


@pytest.mark.requirement(39)
@pytest.mark.requirement(51)
def test_a_unit_is_taken_by_its_gs1_serial_and_linked_to_the_lots_that_went_into_it(plant: Floor) -> None:
    label = f"]d201{BOX}10B-7\x1d21000123"
    assert plant.scan(WC, label)["accepted"]
    linked = plant.one("genealogy.linked", serial="000123")
    assert linked["keys"]["item_id"] == "BOX"
    assert (told(plant, label)["meaning"], elements(told(plant, label))[-1]) == ("serial", ("21", "000123"))


@pytest.mark.parametrize(
    ("label", "code"),
    [
        (f"]d201{LID}10L-2", "LOT_ON_HOLD"),
        (f"]d201{CUP}10C-1", "NOT_IN_BOM"),
        (f"]d201{LID}10C-1", "WRONG_ITEM"),
        ("]d20109521234543214" + "10L-1", "CHECK_DIGIT"),
        (f"]d201{LID}10L-1\x1d10L-2", "AI_CONFLICT"),
        ("]d20100012345678912" + "10L-1", "UNKNOWN_ITEM"),
    ],
)
@pytest.mark.requirement(40)
def test_a_wrong_lot_is_refused_with_its_code_and_loads_nothing(plant: Floor, label: str, code: str) -> None:
    before = len(plant.mes("lot.loaded"))
    answer = plant.scan(WC, label)
    assert (answer["accepted"], answer["code"]) == (False, code), answer
    assert told(plant, label, "scan.refused")["refusal_code"] == code
    assert len(plant.mes("lot.loaded")) == before


@pytest.mark.requirement(40)
def test_a_license_plate_loads_the_lot_that_the_mes_says_is_on_it(plant: Floor) -> None:
    assert plant.scan(WC, f"]C100{SSCC}")["accepted"]
    loaded = plant.one("lot.loaded", lot_id="L-3")
    assert (loaded["keys"]["item_id"], loaded["qty"], loaded["uom"]) == ("LID", "40", "EA")
    assert told(plant, f"]C100{SSCC}")["meaning"] == "lpn"


def test_a_badge_signs_on_by_its_digest_under_the_sites_key_and_its_text_is_nowhere(
    plant: Floor, reader: tuple[Reader, str]
) -> None:
    key = read_key(plant.folder / "journal" / "site-key")
    person = {"operator_id": "OP-9", "name": "Aigerim S.", "badge_hmac": badge_hmac(key, BADGE)}
    plant.publish("operators", {"operators": [person]})
    reader[0].read(f"]C0BDG:{BADGE}")
    signed_on = plant.one("labor.signed_on")
    assert (signed_on["operator_id"], signed_on["keys"]["wc_id"]) == ("OP-9", WC)
    assert told(plant, "(badge)")["meaning"] == "badge"
    plant.delivered()
    assert BADGE not in str(plant.events())
    assert [one for one in plant.folder.rglob("*") if one.is_file() and BADGE.encode() in one.read_bytes()] == []
