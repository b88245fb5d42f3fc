"""What does not conform: kept apart, decided, retested; total = good + scrap + rework after every step."""

from __future__ import annotations

from decimal import Decimal

import pytest

from agent.core.directories import CodeList
from agent.core.facts import NcDispositioned, NcRaised
from agent.core.orders.operations import LEDGER_SIZE
from agent.core.station_view import view
from agent.core.units.units import MOST_OPEN
from agent.core.values import replace
from tests.core.build import T0, WC, a_plan, an_order
from tests.core.unit_bench import PLAN, Bench, a_bench

LISTS = {
    name: CodeList.model_validate({"rev": "1", "codes": [{"code": code}]})
    for name, code in (("defects", "BOARD"), ("causes", "SOLDER"))
}


def a_bench_with(*serials: str) -> Bench:
    bench = a_bench()
    for serial in serials:
        bench.scan(f"SN:{serial}")
    return bench


def raised(bench: Bench) -> list[NcRaised]:
    return bench.story.of(NcRaised)


def disposed(bench: Bench) -> list[NcDispositioned]:
    return bench.story.of(NcDispositioned)


def test_what_does_not_conform_is_neither_good_nor_scrap_and_says_why() -> None:
    bench = a_bench_with("1", "2")
    said = {"defect_code": "BOARD", "cause": "SOLDER", "place": "final", "comment": "dark"}
    assert bench.enter("raise_nc", serial="1", **said) == "ok"
    (nc,) = raised(bench)
    assert (nc.serial, nc.qty, nc.defect_code, nc.cause, nc.place) == ("1", Decimal(1), "BOARD", "SOLDER", "final")
    assert (nc.comment, nc.actor, nc.pass_no, nc.keys.order_id, nc.keys.serial) == ("dark", "anna", 1, "PO-1", "1")
    assert bench.quantities() == (1, 0, 1)
    assert bench.enter("raise_nc", serial="1", defect_code="BOARD") == "NC_OPEN"


@pytest.mark.parametrize(
    ("disposition", "quantities", "open_now"),
    [("repair", (1, 0, 1), 1), ("retest", (1, 0, 1), 1), ("write_off", (1, 1, 0), 0), ("use_as_is", (2, 0, 0), 0)],
)
def test_each_disposition_has_its_quantity(disposition: str, quantities: tuple[int, int, int], open_now: int) -> None:
    bench = a_bench_with("1", "2")
    bench.enter("raise_nc", serial="1", defect_code="BOARD")
    said = {"disposition": disposition, "corrective_action": "new board"}
    assert bench.decide("dispose_nc", serial="1", **said) == "ok"
    (decided,) = disposed(bench)
    assert (decided.disposition, decided.decided_by, decided.corrective_action) == (disposition, "boris", "new board")
    assert bench.quantities() == quantities
    assert bench.story.station.state.units.open_count == open_now


@pytest.mark.parametrize("disposition", ["write_off", "use_as_is"])
def test_operators_do_not_write_off(disposition: str) -> None:
    bench = a_bench_with("1")
    bench.enter("raise_nc", serial="1", defect_code="BOARD")
    assert bench.enter("dispose_nc", serial="1", disposition=disposition) == "NEEDS_SUPERVISOR"
    assert bench.quantities() == (0, 0, 1)


def test_who_decides_is_configuration() -> None:
    bench = a_bench(units={"supervisor_decides": ["repair"]})
    bench.scan("SN:1")
    bench.enter("raise_nc", serial="1", defect_code="BOARD")
    assert bench.enter("dispose_nc", serial="1", disposition="repair") == "NEEDS_SUPERVISOR"
    assert bench.enter("dispose_nc", serial="1", disposition="write_off") == "ok"


def test_a_retest_that_fails_raises_the_same_again_and_sends_nothing_to_rework_twice() -> None:
    bench = a_bench_with("1", "2")
    bench.enter("raise_nc", serial="1", defect_code="BOARD")
    bench.enter("dispose_nc", serial="1", disposition="repair")
    bench.restart()
    assert bench.enter("raise_nc", serial="1", defect_code="CABLE") == "ok"
    first, again = raised(bench)
    assert (first.nc_id, first.pass_no, again.pass_no, again.defect_code) == (again.nc_id, 1, 2, "CABLE")
    assert bench.quantities() == (1, 0, 1)
    assert bench.decide("dispose_nc", serial="1", disposition="write_off") == "ok"
    assert bench.quantities() == (1, 1, 0)
    assert bench.read().dispositions == {"1": ["repair", "write_off"]}


def test_a_unit_found_bad_again_after_it_passed_goes_to_rework_again() -> None:
    bench = a_bench_with("1")
    for passes in range(1, 4):
        assert bench.enter("raise_nc", serial="1", defect_code="BOARD") == "ok"
        assert bench.quantities() == (0, 0, 1)
        bench.enter("dispose_nc", serial="1", disposition="repair")
        bench.scan("SN:1")
        assert (bench.quantities(), bench.unit("1").pass_no) == ((1, 0, 0), passes + 1)
    assert bench.read().first_passes == 1


def test_a_unit_that_fails_before_it_was_taken_was_never_good() -> None:
    bench = a_bench_with("1")
    assert bench.enter("raise_nc", serial="2", defect_code="BOARD") == "ok"
    assert bench.quantities() == (1, 0, 1)
    bench.enter("dispose_nc", serial="2", disposition="repair")
    bench.scan("SN:2")
    assert (bench.quantities(), bench.read().first_passes) == ((2, 0, 0), 1)


def test_a_unit_that_was_settled_before_it_was_taken_is_taken_and_not_counted_again() -> None:
    bench = a_bench()
    bench.enter("raise_nc", serial="1", defect_code="BOARD")
    bench.decide("dispose_nc", serial="1", disposition="use_as_is")
    assert [bench.scan("LOT:L1:CAP", "SN:1"), bench.scan("SN:1")] == ["ok", "ALREADY_REPORTED"]
    assert bench.quantities() == (1, 0, 0)
    assert bench.read().lots_of == {"1": {"L1"}}


def test_parts_without_serials_are_settled_piece_by_piece() -> None:
    bench = a_bench(output={})
    bench.enter("report_good", qty="10")
    assert bench.enter("raise_nc", qty="5", defect_code="DENT") == "ok"
    assert bench.quantities() == (10, 0, 5)  # nobody had reported them as good
    (nc,) = raised(bench)
    steps = [("repair", "5"), ("write_off", "2"), ("use_as_is", "1")]
    for disposition, qty in steps:
        said = {"nc_id": nc.nc_id, "disposition": disposition, "qty": qty}
        assert bench.decide("dispose_nc", **said) == "ok"
        bench.restart()
    assert bench.quantities() == (11, 2, 2)
    assert bench.decide("dispose_nc", **{**said, "qty": "3"}) == "NOT_SO_MANY"
    assert bench.enter("pass_retest", nc_id=nc.nc_id) == "NC_OPEN"
    bench.enter("dispose_nc", nc_id=nc.nc_id, disposition="retest")
    assert bench.enter("pass_retest", nc_id=nc.nc_id) == "ok"
    assert bench.quantities() == (13, 2, 0)
    assert bench.enter("pass_retest", nc_id=nc.nc_id) == "NO_NC"
    assert bench.story.station.state.units.open == ()


def test_a_component_lot_that_does_not_conform_is_no_part_of_the_order() -> None:
    bench = a_bench_with("1")
    assert bench.enter("raise_nc", lot_id="L-9", qty="12.5", defect_code="BENT") == "ok"
    (nc,) = raised(bench)
    assert (nc.lot_id, nc.qty) == ("L-9", Decimal("12.5"))
    assert bench.decide("dispose_nc", nc_id=nc.nc_id, disposition="write_off") == "ok"
    assert bench.quantities() == (1, 0, 0)


@pytest.mark.parametrize(
    ("action", "arguments", "code"),
    [
        ("raise_nc", {"serial": "1", "defect_code": "MOOD"}, "UNKNOWN_DEFECT"),
        ("raise_nc", {"serial": "1", "defect_code": "BOARD", "cause": "MOON"}, "UNKNOWN_CAUSE"),
        ("raise_nc", {"serial": "1", "lot_id": "L", "defect_code": "BOARD"}, "SERIAL_OR_LOT"),
        ("raise_nc", {"serial": "1"}, "MISSING_ARGUMENT"),
        ("raise_nc", {"defect_code": "BOARD"}, "NO_QUANTITY"),
        ("raise_nc", {"defect_code": "BOARD", "qty": "2"}, "TOO_MUCH_REWORK"),
        ("report_scrap", {"qty": "1", "defect_code": "MOOD"}, "UNKNOWN_DEFECT"),
        ("report_scrap", {"qty": "1", "defect_code": "BOARD", "disposition": "bin"}, "UNKNOWN_WORD"),
        ("report_scrap", {"qty": "1", "defect_code": "BOARD", "place": "P" * 65}, "TOO_LONG"),
        ("report_scrap", {"qty": "2", "serial": "1", "defect_code": "BOARD"}, "NO_QUANTITY"),
        ("dispose_nc", {"serial": "1", "disposition": "repair"}, "NO_NC"),
        ("dispose_nc", {"serial": "9", "disposition": "repair"}, "UNKNOWN_UNIT"),
        ("dispose_nc", {"nc_id": "nc-9", "disposition": "repair"}, "NO_NC"),
        ("dispose_nc", {"serial": "1", "disposition": "eat"}, "UNKNOWN_WORD"),
        ("pass_retest", {"serial": "1"}, "NO_NC"),
    ],
)
def test_what_cannot_be_understood_changes_nothing(action: str, arguments: dict[str, str], code: str) -> None:
    bench = a_bench(replace(PLAN, lists=LISTS))
    bench.scan("SN:1")
    assert bench.enter(action, **arguments) == code  # the bench itself looks that nothing changed


def test_what_does_not_conform_after_its_order_ended_is_settled_in_that_order() -> None:
    bench = a_bench_with("1", "2")
    bench.enter("complete_operation")
    bench.scan("ORD:PO-2", "SN:3")
    bench.now += 3600.0
    assert bench.enter("raise_nc", serial="1", defect_code="BOARD") == "ok"
    bench.restart()
    assert (bench.quantities("PO-1"), bench.quantities("PO-2")) == ((1, 0, 1), (1, 0, 0))
    assert bench.decide("dispose_nc", serial="1", disposition="write_off") == "ok"
    assert (bench.quantities("PO-1"), bench.quantities("PO-2")) == ((1, 1, 0), (1, 0, 0))
    (nc,) = raised(bench)
    (operation,) = {fact.correlation_id for fact in bench.story.facts if isinstance(fact.data, NcRaised)}
    assert nc.keys.order_id == "PO-1"
    assert operation in {fact.correlation_id for fact in bench.story.facts if fact.data.TYPE == "operation.completed"}


def test_what_ended_too_long_ago_is_not_guessed_at() -> None:
    orders = [an_order(f"PO-{number}") for number in range(1, LEDGER_SIZE + 3)]
    bench = a_bench(a_plan(*orders))
    bench.scan("SN:1")
    for order in orders[1:]:
        bench.enter("complete_operation")
        bench.scan(f"ORD:{order.order_id}")
    assert bench.enter("raise_nc", serial="1", defect_code="BOARD") == "NOT_AT_HAND"


def test_open_nonconformances_are_shown_the_newest_first_and_counted() -> None:
    serials = [f"{number}" for number in range(MOST_OPEN + 3)]
    bench = a_bench_with(*serials)
    for serial in serials:
        bench.enter("raise_nc", serial=serial, defect_code="BOARD")
    units = bench.story.station.state.units
    assert [one.serial for one in units.open] == serials[:2:-1]
    assert units.open_count == len(serials)
    assert bench.enter("dispose_nc", nc_id=units.open[0].nc_id, disposition="repair") == "ok"
    assert bench.unit(serials[-1]).status == "in_rework"
    assert bench.enter("dispose_nc", serial="0", disposition="repair") == "ok"
    assert WC in {fact.data.keys.wc_id for fact in bench.story.facts}


def test_people_are_shown_what_is_open_and_what_is_in_rework() -> None:
    bench = a_bench_with("1", "2")
    bench.enter("raise_nc", serial="1", defect_code="BOARD")
    bench.enter("dispose_nc", serial="1", disposition="repair")
    shown = view(bench.story.station, PLAN, T0 + bench.now)
    (nc,) = shown.nonconforming
    assert (nc.serial, nc.defect_code, nc.disposition, nc.qty) == ("1", "BOARD", "repair", Decimal(1))
    assert (shown.qty_good, shown.qty_rework, shown.open_nc) == (Decimal(1), Decimal(1), 1)
    words = [event.text for event in shown.events]
    assert words[:3] == ["1 repair", "1 EA", "1 BOARD"]
