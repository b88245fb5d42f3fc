"""Whatever is done to orders while a machine counts: the laws that executions of operations keep."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from pydantic import TypeAdapter

from agent.core.facts import OperationAttached, OperationChanged, OutputRecorded, ScrapRecorded
from agent.core.machine_settings import Role
from agent.core.observations import Entry
from agent.core.orders.executions import MADE, Made
from agent.core.orders.operations import TRANSITIONS
from agent.core.station import Station, StationObservation
from tests.core.build import (
    EXECUTE,
    WC,
    Story,
    a_plan,
    a_station,
    an_order,
    by_supervisor,
    down,
    entry,
    image,
    read,
    signal,
    started,
    tick,
    up,
)

ORDERS = st.sampled_from(["PO-1", "PO-2", "PO-9"])
LEAVING = st.sampled_from(["partial_operation", "stop_operation", "complete_operation", "abort_operation"])
PLAN = replace(
    a_plan(),
    orders={
        (WC, "PO-1/5"): an_order("PO-1", op_no="5"),
        (WC, "PO-1/10"): an_order("PO-1", op_no="10", norm_cycle_s="3"),
        (WC, "PO-2"): an_order("PO-2", op_no="7", qty_planned="5"),
    },
)
MADE_FORM = TypeAdapter(Made)


def a_line() -> Station:
    return a_station(Role.PACKML_STATE, Role.TOTAL, Role.SCRAP, counter={"max_rate": 1000})


class Executions(RuleBasedStateMachine):
    """People begin, pause, go on with and end operations at a machine that counts, is lost from sight and restarted."""

    def __init__(self) -> None:
        super().__init__()
        self.story = Story(a_line(), PLAN)
        self.now = 0.0
        self.total = self.scrap = 0
        self.linked = True
        self.heard = 0
        self.status: dict[str, str] = {}
        self.numbers: dict[str, int] = {}
        self.names: dict[str, tuple[str | None, ...]] = {}
        self.books: dict[str, list[int]] = defaultdict(lambda: [0, 0])

    # What happens.

    @initialize()
    def the_agent_starts(self) -> None:
        self.see(started(0.0))
        self.look()

    @rule(parts=st.integers(1, 5), late_s=st.sampled_from([0.0, 0.4, 0.9]))
    def it_makes_parts(self, parts: int, late_s: float) -> None:
        self.pass_by(1.0)
        self.total += parts
        if self.linked:
            self.see(image(self.now, signal("total", self.total, self.now - late_s, seen=self.now)))

    @rule()
    def it_rejects_a_part(self) -> None:
        self.pass_by(1.0)
        if self.scrap < self.total:
            self.scrap += 1
            if self.linked:
                self.see(read(self.now, scrap=self.scrap))

    @rule(order_id=ORDERS, word=st.sampled_from(["start_operation", "resume_operation"]))
    def somebody_begins_or_goes_on(self, order_id: str, word: str) -> None:
        self.tap(entry(self.now, word, order_id=order_id))

    @rule()
    def somebody_pauses(self) -> None:
        self.tap(entry(self.now, "pause_operation", reason="LUNCH"))

    @rule()
    def somebody_goes_on(self) -> None:
        self.tap(entry(self.now, "resume_operation"))

    @rule(word=LEAVING)
    def somebody_leaves_it(self, word: str) -> None:
        self.tap(entry(self.now, word, reason="TOOL"))

    @rule(back=st.integers(0, 3), order_id=ORDERS)
    def a_supervisor_gives_away_what_had_no_order(self, back: int, order_id: str) -> None:
        operations = self.story.station.state.operations
        runs = [operations.none_id, *(one.execution_id for one in reversed(operations.runs))]
        given = {"execution_id": runs[min(back, len(runs) - 1)], "order_id": order_id, "reason": "FORGOTTEN"}
        self.tap(entry(self.now, "attach_run", **given))

    @rule(wait_s=st.sampled_from([0.2, 3.0, 30.0]))
    def time_passes(self, wait_s: float) -> None:
        self.pass_by(wait_s)

    @rule()
    def the_machine_is_lost_from_sight(self) -> None:
        if self.linked:
            self.linked = False
            self.see(down(self.now))

    @rule()
    def the_machine_is_seen_again(self) -> None:
        self.pass_by(5.0)
        self.look()

    @rule()
    def the_agent_is_restarted(self) -> None:
        before = self.now
        self.story.station = a_line().restored(self.story.station.snapshot())
        self.now += 3.0
        self.see(started(self.now, before))
        self.look()

    # What must hold.

    @invariant()
    def the_laws_hold(self) -> None:
        for fact in self.story.facts[self.heard :]:
            match fact.data:
                case OperationChanged():
                    self.check_change(fact.data)
                case OutputRecorded():
                    self.count(fact.correlation_id, fact.data.qty_good, 0)
                case ScrapRecorded():
                    self.count(fact.correlation_id, -fact.data.qty_from_good, fact.data.qty_scrap)
                case OperationAttached():
                    self.check_attached(fact.data)
        self.heard = len(self.story.facts)
        keys = [fact.natural_key for fact in self.story.facts]
        assert len(keys) == len(set(keys))

    def check_change(self, data: OperationChanged) -> None:
        known = data.op_execution_id
        assert data.from_status == self.status.get(known, "waiting")
        assert data.to_status in TRANSITIONS[data.from_status]
        assert data.transition_no == self.numbers.get(known, 0) + 1
        assert [int(data.qty_good), int(data.qty_scrap)] == self.books[known]
        self.status[known], self.numbers[known] = data.to_status, data.transition_no
        self.name(known, (data.keys.order_id, data.keys.op_no))

    def check_attached(self, data: OperationAttached) -> None:
        free, mine = self.books.pop(data.execution_id, [0, 0]), self.books[data.op_execution_id]
        assert [int(data.qty_good), int(data.qty_scrap)] == free
        self.books[data.op_execution_id] = [mine[0] + free[0], mine[1] + free[1]]
        self.name(data.op_execution_id, (data.keys.order_id, data.keys.op_no))

    def teardown(self) -> None:
        if not self.story.facts:
            return
        self.look()
        self.pass_by(5.0)
        self.the_laws_hold()
        output, operations = self.story.station.state.output, self.story.station.state.operations
        counted = sum(good + scrap for good, scrap in self.books.values())
        # A reject whose part went to another order is owed by the next part (K12).
        assert counted - output.early_rejects == self.total
        current = operations.current
        here = operations.none_id if current is None else current.op_execution_id
        assert [output.cums.good, output.cums.scrap] == self.books[here]
        for known, book in self.books.items():
            if known != here and book != [0, 0]:
                names = self.names.get(known, (known,))
                kept = MADE_FORM.validate_json(self.story.claims[MADE.key(WC, *(name or "" for name in names))])
                assert [kept.cums.good, kept.cums.scrap] == book

    # How it is done.

    def name(self, known: str, names: tuple[str | None, ...]) -> None:
        assert self.names.setdefault(known, names) == names
        assert [one for one, other in self.names.items() if other == names] == [known]

    def count(self, known: str | None, good: object, scrap: object) -> None:
        assert known is not None
        book = self.books[known]
        book[0] += int(str(good))
        book[1] += int(str(scrap))

    def tap(self, said: Entry) -> None:
        """Somebody taps, and taps again: the second one makes no fact."""
        self.pass_by(0.1)
        self.see(by_supervisor(replace(said, observed=tick(self.now).observed)))
        facts = len(self.story.facts)
        reply = self.story.observe(by_supervisor(replace(said, observed=tick(self.now).observed))).reply
        assert reply is not None
        assert len(self.story.facts) == facts

    def look(self) -> None:
        self.linked = True
        self.see(read(self.now, packml_state=EXECUTE, total=self.total, scrap=self.scrap), up(self.now))

    def pass_by(self, wait_s: float) -> None:
        self.now += wait_s
        self.see(*([up(self.now)] if self.linked else []), tick(self.now))

    def see(self, *observations: StationObservation) -> None:
        self.story.hear(*observations)


Executions.TestCase.settings = settings(
    max_examples=60,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
TestExecutions = Executions.TestCase
