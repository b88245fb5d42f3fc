"""Lots that are split: no more than there is, into lots that are new, each knowing where it comes from."""

from __future__ import annotations

from decimal import Decimal

import pytest
from pydantic import TypeAdapter

from agent.core.directories import Lot
from agent.core.facts import LotPart, LotSplit
from agent.core.materials.lot_records import LOTS
from agent.core.materials.materials import LotRecord
from agent.core.values import replace
from tests.core.build import WC
from tests.core.unit_bench import PLAN, Bench, a_bench


def a_bench_with_a_lot(qty: str | None = "10", status: str = "unrestricted") -> Bench:
    fields = {"rev": "1", "lot_id": "L", "item_id": "CAP", "qty": qty, "uom": "EA", "status": status}
    return a_bench(replace(PLAN, lots={"L": Lot.model_validate(fields)}))


def record(bench: Bench, lot_id: str) -> LotRecord:
    return TypeAdapter(LotRecord).validate_json(bench.story.claims[LOTS.key(WC, lot_id)])


def split(bench: Bench, **arguments: str) -> str:
    return bench.enter("split_lot", **{"lot_id": "L", **arguments})


def test_the_parts_know_their_origin_and_the_lot_has_less() -> None:
    bench = a_bench_with_a_lot()
    assert split(bench, lot_1="L-1", qty_1="4", lot_2="L-2", qty_2="5.5") == "ok"
    (told,) = bench.story.of(LotSplit)
    assert isinstance(told, LotSplit)
    parts = (LotPart(lot_id="L-1", qty=Decimal(4)), LotPart(lot_id="L-2", qty=Decimal("5.5")))
    assert (told.keys.lot_id, told.keys.item_id, told.into, told.uom, told.actor) == ("L", "CAP", parts, "EA", "anna")
    first = record(bench, "L-1")
    assert (first.item_id, first.qty, first.uom, first.split_from) == ("CAP", Decimal(4), "EA", "L")
    assert record(bench, "L").qty == Decimal("0.5")
    bench.restart()
    assert split(bench, lot_1="L-3", qty_1="1") == "NOT_SO_MUCH"
    assert split(bench, lot_1="L-3", qty_1="0.5") == "ok"


def test_a_part_is_loaded_with_its_quantity_and_keeps_its_origin() -> None:
    bench = a_bench_with_a_lot()
    split(bench, lot_1="L-1", qty_1="4")
    bench.scan("LOT:L-1:CAP")
    (lot,) = bench.story.station.state.materials.loaded
    assert (lot.left, lot.split_from) == (Decimal(4), "L")
    bench.enter("unload_lot", lot_id="L-1")
    assert record(bench, "L-1").split_from == "L"


def test_a_lot_that_is_loaded_can_be_split_too() -> None:
    bench = a_bench_with_a_lot()
    bench.scan("LOT:L:CAP")
    assert split(bench, lot_1="L-1", qty_1="11") == "NOT_SO_MUCH"
    assert split(bench, lot_1="L-1", qty_1="10") == "ok"
    assert bench.story.station.state.materials.loaded[0].left == 0


def test_of_a_lot_of_which_nobody_knows_how_much_there_is_any_part_is_taken() -> None:
    bench = a_bench_with_a_lot(None)
    assert split(bench, lot_1="L-1", qty_1="1000") == "ok"
    assert record(bench, "L-1").qty == Decimal(1000)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({}, "MISSING_ARGUMENT"),
        ({"lot_1": "L-1"}, "NO_QUANTITY"),
        ({"lot_1": "L-1", "qty_1": "0"}, "NO_QUANTITY"),
        ({"lot_1": "L", "qty_1": "1"}, "LOT_EXISTS"),
        ({"lot_1": "A", "qty_1": "1", "lot_2": "A", "qty_2": "1"}, "NAMED_TWICE"),
        ({"lot_1": "A", "qty_1": "6", "lot_2": "B", "qty_2": "5"}, "NOT_SO_MUCH"),
        ({"lot_1": "A", "qty_1": "1", "uom": "KGM"}, "WRONG_UOM"),
        ({"lot_1": "A" * 65, "qty_1": "1"}, "TOO_LONG"),
    ],
)
def test_a_split_that_cannot_be_changes_nothing(arguments: dict[str, str], code: str) -> None:
    assert split(a_bench_with_a_lot(), **arguments) == code


def test_a_name_is_given_to_one_lot_only() -> None:
    bench = a_bench_with_a_lot()
    assert split(bench, lot_1="L-1", qty_1="1") == "ok"
    assert split(bench, lot_1="L-1", qty_1="1") == "LOT_EXISTS"
    bench.scan("LOT:M:CAP")
    assert split(bench, lot_1="M", qty_1="1") == "LOT_EXISTS"


def test_parts_do_not_escape_a_hold() -> None:
    assert split(a_bench_with_a_lot(status="restricted"), lot_1="L-1", qty_1="1") == "LOT_ON_HOLD"
