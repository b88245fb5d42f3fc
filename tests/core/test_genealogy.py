"""What went into what: components with serials and lots, put in and taken out, never twice and never in themselves."""

from __future__ import annotations

from decimal import Decimal

import pytest

from agent.core.facts import Child, GenealogyLinked
from agent.core.units.unit_records import MOST_COMPONENTS
from tests.core.unit_bench import Bench, a_bench

DISPOSE = {"write_off": "scrapped", "repair": "in rework"}


def a_bench_with(*serials: str) -> Bench:
    bench = a_bench()
    for serial in serials:
        bench.scan(f"SN:{serial}")
    return bench


def put(bench: Bench, child: str, parent: str) -> str:
    return bench.enter("link_component", parent_serial=parent, child_serial=child)


def take_out(bench: Bench, child: str, parent: str) -> str:
    return bench.enter("remove_component", parent_serial=parent, child_serial=child)


def test_lots_loaded_are_what_a_unit_is_made_of() -> None:
    bench = a_bench_with()
    bench.scan("LOT:L1:BOARD", "SN:1", "LOT:L2:CABLE", "SN:2")
    assert bench.read().lots_of == {"1": {"L1"}, "2": {"L1", "L2"}}


def test_a_component_with_a_serial_is_linked_and_taken_out_again() -> None:
    bench = a_bench_with("U1", "U2")
    said = {"parent_serial": "U1", "child_serial": "B1", "item_id": "BOARD", "qty": "1", "bom_line": "20"}
    assert bench.enter("link_component", **said) == "ok"
    bench.restart()
    assert put(bench, "B1", "U2") == "COMPONENT_IN_USE"
    assert put(bench, "B1", "U1") == "COMPONENT_IN_USE"
    assert take_out(bench, "B1", "U2") == "NOT_A_COMPONENT"
    assert take_out(bench, "B1", "U1") == "ok"
    assert put(bench, "B1", "U2") == "ok"
    told = bench.story.of(GenealogyLinked)[2:]
    board = Child(item_id="BOARD", lot_id=None, serial="B1", qty=Decimal(1), uom=None, bom_line="20")
    assert [(data.parent_serial, data.children, data.removed) for data in told[:2]] == [
        ("U1", (board,), ()),
        ("U1", (), (board,)),
    ]
    assert told[2].children[0].item_id == "BOARD"
    assert bench.read().parent_of == {"B1": "U2"}


def test_a_lot_is_linked_to_one_unit_and_taken_out_of_it() -> None:
    bench = a_bench_with("U1")
    said = {"parent_serial": "U1", "lot_id": "C-7", "item_id": "CABLE", "qty": "0.5"}
    assert bench.enter("link_component", **said) == "ok"
    assert bench.enter("remove_component", parent_serial="U1", lot_id="C-7") == "ok"
    assert bench.enter("remove_component", parent_serial="U1", lot_id="C-7") == "NOT_A_COMPONENT"


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({"parent_serial": "X", "child_serial": "B"}, "UNKNOWN_UNIT"),
        ({"parent_serial": "U1"}, "MISSING_ARGUMENT"),
        ({"child_serial": "B"}, "MISSING_ARGUMENT"),
        ({"parent_serial": "U1", "child_serial": "U1"}, "IN_ITSELF"),
        ({"parent_serial": "U1", "lot_id": "L", "qty": "0"}, "NO_QUANTITY"),
    ],
)
def test_what_cannot_be_a_component_is_refused(arguments: dict[str, str], code: str) -> None:
    assert a_bench_with("U1").enter("link_component", **arguments) == code


def test_nothing_comes_to_be_in_itself() -> None:
    bench = a_bench_with("A", "B", "C")
    assert [put(bench, "B", "A"), put(bench, "C", "B")] == ["ok", "ok"]
    assert put(bench, "A", "C") == "IN_ITSELF"
    assert put(bench, "A", "B") == "IN_ITSELF"
    assert put(bench, "D", "C") == "ok"  # a component without components goes in anywhere
    assert take_out(bench, "B", "A") == "ok"
    assert take_out(bench, "C", "B") == "ok"
    assert put(bench, "A", "C") == "ok"
    assert bench.read().parent_of == {"D": "C", "A": "C"}


@pytest.mark.parametrize("disposition", DISPOSE)
def test_a_component_that_does_not_conform_is_not_built_in(disposition: str) -> None:
    bench = a_bench_with("U1", "B1")
    bench.enter("raise_nc", serial="B1", defect_code="BENT")
    assert put(bench, "B1", "U1") == "COMPONENT_REJECTED"
    bench.decide("dispose_nc", serial="B1", disposition=disposition)
    assert put(bench, "B1", "U1") == "COMPONENT_REJECTED"


def test_a_component_that_was_no_unit_here_can_be_nonconforming_and_is_no_part() -> None:
    bench = a_bench_with("U1")
    put(bench, "B1", "U1")
    assert bench.enter("raise_nc", serial="B1", defect_code="BENT") == "ok"
    assert bench.quantities() == (1, 0, 0)
    assert bench.decide("dispose_nc", serial="B1", disposition="use_as_is") == "ok"
    assert bench.unit("B1").status == "component"
    assert bench.enter("report_scrap", serial="B1", defect_code="BENT") == "NOT_A_PART"


def test_nothing_goes_into_a_unit_that_was_written_off() -> None:
    bench = a_bench_with("U1")
    bench.enter("report_scrap", serial="U1", defect_code="DENT")
    assert put(bench, "B1", "U1") == "UNIT_SCRAPPED"


def test_a_unit_has_only_so_many_components() -> None:
    bench = a_bench_with("U1")
    codes = {put(bench, f"B{number}", "U1") for number in range(MOST_COMPONENTS)}
    assert codes == {"ok"}
    assert put(bench, "B", "U1") == "TOO_MANY_COMPONENTS"
