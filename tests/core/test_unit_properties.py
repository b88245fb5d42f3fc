"""Units in any order of scans, components, nonconformances, decisions, retests and restarts.

After every step: total = good + scrap + rework by the facts and by the station, each unit of an order is counted once,
as what its record says, and what went into what is a forest whose every edge both records know.
"""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from pydantic import TypeAdapter

from agent.core.units.unit_records import UNITS, Unit
from tests.core.build import WC, a_plan, an_order
from tests.core.unit_bench import Bench, a_bench
from tests.core.units_ledger import assert_a_forest

ORDERS = ("PO-1", "PO-2", "PO-3")
ORDER = st.sampled_from(ORDERS)
SERIALS = st.sampled_from(["1", "2", "3", "4"])
DISPOSITIONS = st.sampled_from(["repair", "retest", "write_off", "use_as_is"])
COUNTED = {"made": "good", "nonconforming": "rework", "in_rework": "rework", "scrapped": "scrap"}
"""By status of a record what the facts say of a unit."""
FORM = TypeAdapter(Unit)


class Units(RuleBasedStateMachine):
    """One bench, three orders, four serials."""

    bench: Bench

    @initialize(retest=st.sampled_from(["scan", "check"]))
    def begin(self, retest: str) -> None:
        self.bench = a_bench(a_plan(*(an_order(one) for one in ORDERS)), units={"retest": retest})
        self.total = dict.fromkeys(ORDERS, 0)

    @rule(serial=SERIALS)
    def scan_unit(self, serial: str) -> None:
        self.bench.scan(f"SN:{serial}")

    @rule(lot=st.sampled_from(["A", "B"]))
    def load(self, lot: str) -> None:
        self.bench.scan(f"LOT:{lot}:CAP")

    @rule(serial=SERIALS)
    def raise_nc(self, serial: str) -> None:
        self.bench.enter("raise_nc", serial=serial, defect_code="BENT")

    @rule(serial=SERIALS, disposition=DISPOSITIONS)
    def decide(self, serial: str, disposition: str) -> None:
        self.bench.decide("dispose_nc", serial=serial, disposition=disposition)

    @rule(serial=SERIALS)
    def pass_retest(self, serial: str) -> None:
        self.bench.enter("pass_retest", serial=serial)

    @rule(serial=SERIALS)
    def scrap(self, serial: str) -> None:
        self.bench.enter("report_scrap", serial=serial, defect_code="BENT")

    @rule(parent=SERIALS, child=SERIALS)
    def put_in(self, parent: str, child: str) -> None:
        self.bench.enter("link_component", parent_serial=parent, child_serial=child)

    @rule(parent=SERIALS, child=SERIALS)
    def take_out(self, parent: str, child: str) -> None:
        self.bench.enter("remove_component", parent_serial=parent, child_serial=child)

    @rule(ending=st.sampled_from(["partial_operation", "partial_operation", "complete_operation"]), order=ORDER)
    def change_order(self, ending: str, order: str) -> None:
        self.bench.enter(ending)
        self.bench.scan(f"ORD:{order}")

    @rule()
    def restart(self) -> None:
        self.bench.restart()

    @invariant()
    def quantities_balance(self) -> None:
        if not hasattr(self, "bench"):
            return
        for order in ORDERS:
            total = sum(self.bench.quantities(order)) if (order, "10") in self.bench.read().of else 0
            assert total >= self.total[order], "parts that were made are gone"
            self.total[order] = total

    @invariant()
    def every_unit_is_counted_once_and_as_what_it_is(self) -> None:
        if not hasattr(self, "bench"):
            return
        read = self.bench.read()
        for (order, op_no), units in read.units.items():
            sums = read.of[order, op_no].whole
            assert sums == tuple(list(units.values()).count(word) for word in ("good", "scrap", "rework"))
        for serial, unit in self.records().items():
            if unit.status in COUNTED and unit.order_id is not None:
                assert read.units[unit.order_id, unit.op_no].get(serial) == COUNTED[unit.status]

    @invariant()
    def what_went_into_what_is_a_forest(self) -> None:
        if not hasattr(self, "bench"):
            return
        read, records = self.bench.read(), self.records()
        told = read.parent_of
        assert told == {serial: unit.parent for serial, unit in records.items() if unit.parent is not None}
        for child, parent in told.items():
            assert child in records[parent].serials_in_it
            assert_a_forest(read, child)
        for parent, unit in records.items():
            assert all(told.get(child) == parent for child in unit.serials_in_it)

    def records(self) -> dict[str, Unit]:
        prefix = UNITS.key(WC, "")
        held = self.bench.story.claims.items()
        return {key.removeprefix(prefix): FORM.validate_json(value) for key, value in held if key.startswith(prefix)}


TestUnits = Units.TestCase
TestUnits.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
