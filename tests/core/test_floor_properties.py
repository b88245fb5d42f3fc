"""Whatever happens to a plant in whatever order: its facts add up, and stations, desk and records are what they say."""

from __future__ import annotations

import json
import os
from functools import cache

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from agent.core.facts import ShiftSummary
from agent.core.observations import ClockStep, Directive, Entry, EntryRole, Image, Link, Quality, Scan, ScanFlaw, Signal
from tests.core import floor_plan as plan
from tests.core.build import ABORTED, EXECUTE, IDLE, clock
from tests.core.floor_checks import check_everything
from tests.core.floor_commands import command_of, reconcile
from tests.core.floor_entries import arguments_of, role_of
from tests.core.floor_oracle import Oracle
from tests.core.floor_plan import BENCH, CENTERS, LINE
from tests.core.floor_sums import check_summary
from tests.core.floor_world import World

EXAMPLES = settings(
    max_examples=int(os.environ.get("EXPLORE_EXAMPLES", "40")),
    stateful_step_count=50,
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
)
WC = st.sampled_from(CENTERS)
LABELS = (
    f"]d201{plan.GTINS['CAP'][0]}10CAP-1",
    f"]C102{plan.GTINS['CAP'][0]}372\x1d10CAP-2",
    f"]d201{plan.GTINS['GLUE'][0]}310300150010GLUE-1",
    f"]d201{plan.GTINS['CAP'][0]}10CAP-12112345",
    f"]d201{plan.GTINS['CAP'][0]}1726030110CAP-2",
    f"]d201{plan.GTINS['BOTTLE'][0]}21S1",
    f"]d201{plan.GTINS['PUMP'][0]}211",
    f"]E0{plan.GTINS['GLUE'][0][1:]}",
    f"]C100{plan.PLATE}",
    "]C100106141412345678939",
)
CODES = st.one_of(
    st.sampled_from(LABELS),
    st.sampled_from(["LOC:RACK-1", "LOC:RACK-2", "TOOL:M-1"]),
    st.sampled_from(["SN:1SN:1", "SN:1SN:2", "BDG:oneBDG:one", "SN:1BDG:one", "ЩЗЖЩЖЩ"]),
    st.sampled_from(["ORD:PO-1", "ORD:PO-2", "ORD:PO-3", "ORD:PO-9"]),
    st.sampled_from([f"LOT:{lot}:{item}" for lot, item in plan.LOTS.items()]),
    st.sampled_from(["SN:1", "SN:2", "SN:3", "SN:M001"]),
    st.sampled_from(["BDG:one", "BDG:two", "BDG:nobody", "RSN:JAM", "RSN:NONE", "LOT:CAP-1:LID", "nonsense", ""]),
)
PACES = st.sampled_from([0.5, 1.0, 2.5])


@cache
def a_morning() -> World:
    """The agent has begun, and heard from the MES."""
    world = World(plan.a_site())
    world.start(None)
    for wc_id, name, payload in plan.everything():
        world.tell(Directive(wc_id, name, payload, world.instant))
    return world


class Floor(RuleBasedStateMachine):
    """Two work centers, their people, and the MES."""

    def __init__(self) -> None:
        super().__init__()
        self.world = a_morning().copy()
        self.oracle = Oracle()
        self.made = self.rejected = 0
        self.state = EXECUTE
        self.mode = 1
        self.linked = False
        self.revisions = self.entries = 0

    @initialize(at_once=st.sampled_from([1, 1, 3]), orders=st.booleans(), signed_on=st.booleans())
    def everybody_begins(self, at_once: int, orders: bool, signed_on: bool) -> None:  # noqa: FBT001 - cases
        self.it_comes_back()
        for wc_id in CENTERS:
            if signed_on:
                self.enter(wc_id, "sign_on", {"operator_id": "OP-2"}, ("OP-2", "supervisor"))
            if orders:
                self.enter(wc_id, "start_operation", {"order_id": plan.ORDERS[wc_id][0]}, ("OP-2", "supervisor"))
        self.world.commit()
        self.world.at_once = at_once

    # Time.

    def live(self, seconds: float) -> None:
        """Time passes; the machine gives signs of life while it is watched."""
        until = self.world.now + seconds
        while self.world.now < until:
            left = until - self.world.now
            step = 5.0 if left < 60.0 else 30.0 if left < 1000.0 else 300.0
            self.world.pass_time(min(step, until - self.world.now))
            if self.linked:
                self.world.tell(Link(LINE, "plc", up=True, observed=self.world.instant))
            self.world.tick()

    @rule(seconds=st.sampled_from([0.5, 3.0, 20.0, 130.0, 900.0]))
    def time_passes(self, seconds: float) -> None:
        self.live(seconds)

    @rule(hours=st.sampled_from([1, 3, 7]))
    def hours_pass(self, hours: int) -> None:
        self.live(3600.0 * hours)

    @rule(by=st.sampled_from([-4000.0, -30.0, 30.0, 4000.0]))
    def the_clock_is_set(self, by: float) -> None:
        self.world.now += by
        for wc_id in (None, *CENTERS):
            self.world.tell(ClockStep(wc_id, by, self.world.instant))

    # The machine.

    def show(self) -> None:
        if not self.linked:
            return
        now = self.world.instant
        values = {"packml_state": self.state, "mode": self.mode, "total": self.made, "scrap": self.rejected}
        read = [Signal(LINE, key, value, Quality.GOOD, now.wall, now) for key, value in values.items()]
        self.world.seen = self.made, self.rejected
        self.world.tell(Image(LINE, tuple(read), now))

    @rule(parts=st.integers(1, 6), rejects=st.integers(0, 2), pace=PACES)
    def it_makes_parts(self, parts: int, rejects: int, pace: float) -> None:
        self.state = EXECUTE
        for number in range(parts):
            self.live(pace)
            self.made += 1
            self.rejected += number < rejects
            self.show()

    @rule(parts=st.sampled_from([500, 2000]))
    def its_counter_jumps(self, parts: int) -> None:
        """Further than it can have counted: held back until somebody decides."""
        self.live(1.0)
        self.made += parts
        self.world.in_doubt = True
        self.show()

    @rule(state=st.sampled_from([EXECUTE, IDLE, ABORTED]), mode=st.sampled_from([1, 1, 4]))
    def its_state_changes(self, state: int, mode: int) -> None:
        self.live(0.5)
        self.state, self.mode = state, mode
        self.show()

    @precondition(lambda self: self.linked)
    @rule()
    def the_link_is_lost(self) -> None:
        self.linked = False
        self.world.tell(Link(LINE, "plc", up=False, observed=self.world.instant, reason="cable"))

    @precondition(lambda self: not self.linked)
    @rule(parts=st.integers(0, 4))
    def it_comes_back(self, parts: int = 0) -> None:
        self.live(10.0)
        self.linked = True
        self.made += parts
        self.show()
        self.world.tell(Link(LINE, "plc", up=True, observed=self.world.instant))

    # The people.

    @rule(wc_id=WC, texts=st.lists(CODES, min_size=1, max_size=4))
    def somebody_scans(self, wc_id: str, texts: list[str]) -> None:
        for text in texts:
            self.live(2.0)
            self.world.tell(Scan(wc_id, text, self.world.instant, "gun"))

    @rule(wc_id=WC, flaw=st.sampled_from(["incomplete", "too_long", "overrun"]), times=st.integers(1, 2))
    def a_reader_sends_half_a_code(self, wc_id: str, flaw: ScanFlaw, times: int) -> None:
        for _ in range(times):
            self.live(0.2)
            reply = self.world.tell(Scan(wc_id, "", self.world.instant, "gun", flaw=flaw))
            assert reply is not None
            assert reply.code == flaw.upper()

    @rule(first=st.integers(1, 3), number=st.integers(1, 3))
    def units_are_made(self, first: int, number: int) -> None:
        for serial in range(first, first + number):
            self.live(2.0)
            self.world.tell(Scan(BENCH, f"SN:{serial}", self.world.instant, "gun"))

    def people_enter(self, data: st.DataObject, group: str) -> None:
        """Somebody has something in mind, and comes to it after some attempts."""
        wc_id = data.draw(WC)
        for _ in range(data.draw(st.integers(1, 4))):
            self.live(data.draw(st.sampled_from([0.2, 1.0])))
            action, arguments = data.draw(arguments_of(self.world, self.oracle, group, wc_id))
            self.enter(wc_id, action, arguments, data.draw(role_of(action)))
            self.read()

    @rule(data=st.data())
    def about_operations(self, data: st.DataObject) -> None:
        self.people_enter(data, "operations")

    @rule(data=st.data())
    def about_stops(self, data: st.DataObject) -> None:
        self.people_enter(data, "stops")

    @rule(data=st.data())
    def about_material(self, data: st.DataObject) -> None:
        self.people_enter(data, "material")

    @rule(data=st.data())
    def about_quantities(self, data: st.DataObject) -> None:
        self.people_enter(data, "quantities")

    @rule(data=st.data())
    def about_quality(self, data: st.DataObject) -> None:
        self.people_enter(data, "quality")

    @rule(data=st.data())
    def about_people(self, data: st.DataObject) -> None:
        self.people_enter(data, "people")

    @rule(data=st.data())
    def about_units(self, data: st.DataObject) -> None:
        self.people_enter(data, "units")

    @rule(data=st.data())
    def about_what_hangs_there(self, data: st.DataObject) -> None:
        self.people_enter(data, "board")

    @rule(data=st.data())
    def about_corrections(self, data: st.DataObject) -> None:
        self.people_enter(data, "corrections")

    @rule(data=st.data())
    def about_contradictions(self, data: st.DataObject) -> None:
        self.people_enter(data, "contradictions")

    def enter(self, wc_id: str, action: str, arguments: dict[str, str], who: tuple[str | None, EntryRole]) -> None:
        self.entries += 1
        actor, role = who
        client_id = f"client-{self.entries:05}"
        said = Entry(wc_id, action, arguments, self.world.instant, client_id, actor, role)
        self.world.tell(said)

    @rule(data=st.data(), wc_id=WC)
    def an_order_begins(self, data: st.DataObject, wc_id: str) -> None:
        self.live(1.0)
        current = self.world.tentative.stations[wc_id].state.operations.current
        if current is not None:
            self.enter(wc_id, "partial_operation", {}, ("OP-2", "supervisor"))
        order_id = data.draw(st.sampled_from(plan.ORDERS[wc_id]))
        known = self.world.tentative.stations[wc_id].state.operations.noted(order_id, "10")
        action = "start_operation" if known is None else "resume_operation"
        self.enter(wc_id, action, {"order_id": order_id}, ("OP-2", "supervisor"))

    # The MES.

    def hear(self, wc_id: str | None, name: str, payload: bytes) -> None:
        self.world.tell(Directive(wc_id, name, payload, self.world.instant))

    def revision(self) -> str:
        self.revisions += 1
        return f"R{self.revisions}"

    @rule(wc_id=WC, data=st.data(), status=st.sampled_from(["released", "released", "planned", "closed", "withdrawn"]))
    def an_order_changes(self, wc_id: str, data: st.DataObject, status: str) -> None:
        order_id = data.draw(st.sampled_from([*plan.ORDERS[wc_id], "PO-9"]))
        changes = {"release_status": status, "qty_planned": data.draw(st.sampled_from(["2", "20"]))}
        withdrawn = status == "withdrawn"
        self.hear(
            wc_id, f"orders/{order_id}", b"" if withdrawn else plan.an_order(order_id, self.revision(), **changes)
        )

    @rule(lot_id=st.sampled_from(list(plan.LOTS)), status=st.sampled_from(["restricted", "unrestricted", "withdrawn"]))
    def a_lot_changes(self, lot_id: str, status: str) -> None:
        payload = b"" if status == "withdrawn" else plan.a_lot(lot_id, self.revision(), status=status)
        self.hear(None, f"lots/{lot_id}", payload)

    @rule(name=st.sampled_from(["B2", "B3"]), later=st.sampled_from([-60.0, 5.0, 1000.0]))
    def the_bill_of_materials_changes(self, name: str, later: float) -> None:
        self.hear(None, "boms/BOTTLE", plan.boms((name, clock(self.world.now + later))))

    @rule(data=st.data(), name=st.sampled_from(["resolve", "settle", "correct", "reconcile", "message", "unknown"]))
    def a_command_comes(self, data: st.DataObject, name: str) -> None:
        command = data.draw(command_of(self.world, self.oracle, name))
        head = {"command_id": f"command-{self.revision()}", "issued_at": clock(self.world.now), "actor": "planner"}
        self.hear(None, f"cmd/{name}", json.dumps({**head, "reason": "TYPO", **command}).encode())

    @rule(agrees=st.booleans())
    def both_sides_reconcile(self, agrees: bool) -> None:  # noqa: FBT001 - a case
        """What is wanted of the journal is added up; the MES sends its figures of a shift."""
        reconcile(self.world, self.oracle, self.revision(), agrees=agrees)

    # The agent.

    @rule(down_s=st.sampled_from([0.0, 5.0, 700.0, -20.0]))
    def it_is_killed(self, down_s: float) -> None:
        before = self.world.now
        self.world.now += down_s
        self.world.steady += max(down_s, 0.0)
        self.linked = False
        self.world.start(before)

    @rule(data=st.data(), wc_id=WC)
    def the_configuration_is_read_anew(self, data: st.DataObject, wc_id: str) -> None:
        """Thresholds of a work center are others now, and nobody notices but by them."""
        stop = {"stop_confirm_s": st.sampled_from([2.0, 5.0, 30.0]), "minor_stop_max_s": st.sampled_from([60.0, 600.0])}
        output = {"flush_s": st.sampled_from([0.5, 20.0]), "tail_s": st.sampled_from([0.0, 5.0])}
        thresholds = {
            "stop": data.draw(st.fixed_dictionaries(stop)),
            "output": data.draw(st.fixed_dictionaries(output)),
        }
        read = plan.a_site(wc_id, thresholds)
        before = {one: station.state.stops.open for one, station in self.world.tentative.stations.items()}
        self.world.go_by(read)
        assert {one: station.state.stops.open for one, station in self.world.tentative.stations.items()} == before

    @rule()
    def a_commit_fails(self) -> None:
        self.world.fail()

    # What holds.

    @invariant()
    def it_all_fits(self) -> None:
        self.read()
        check_everything(self.world, self.oracle)

    def read(self) -> None:
        for fact in self.world.facts[len(self.oracle.told) :]:
            self.oracle.take(fact)
            if isinstance(fact.data, ShiftSummary) and not self.oracle.clock_set:
                check_summary(self.oracle, self.oracle.told[-1][1])


Floor.TestCase.settings = EXAMPLES
TestFloor = pytest.mark.timeout(900)(Floor.TestCase)  # a limit that ends the shrinking of a failure hides what failed
