"""Whatever people report and correct, in any order and with restarts: facts stay, chains are linear, sums agree."""

from __future__ import annotations

import json

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from agent.core.machine_settings import Role
from agent.core.observations import Entry
from agent.core.orders.executions import MADE
from agent.core.station import Station
from agent.core.views import Reply
from tests.core.build import (
    EXECUTE,
    WC,
    Story,
    a_manual_station,
    a_pattern,
    a_plan,
    a_shift,
    a_station,
    an_order,
    by_supervisor,
    entry,
    read,
    started,
    tick,
    up,
)
from tests.core.folded_corrections import quantities

EXAMPLES = settings(
    max_examples=40,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
NAMES = [f"PO-{number}" for number in range(1, 7)]
ORDERS = st.sampled_from(NAMES)
PLAN = a_plan(*(an_order(name) for name in NAMES))
PATTERN = a_pattern(a_shift("early", "05:00", "13:00"), a_shift("late", "13:00", "21:00"))
OPEN: dict[str, object] = {"approve_above": {}}
BY_HAND = a_manual_station(PATTERN, correction=OPEN)
COUNTING = a_station(Role.PACKML_STATE, Role.TOTAL, Role.SCRAP, pattern=PATTERN, correction=OPEN)
QUANTITIES = {"output.recorded": "qty_good", "scrap.recorded": "qty_scrap", "rework.recorded": "qty_rework"}
SMALL = st.integers(0, 9)


class Corrected(RuleBasedStateMachine):
    """People at a work center who report, and find out later that it was otherwise."""

    station: Station = BY_HAND

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0
        self.story = Story(self.station, PLAN)
        self.story.hear(started(0.0))
        self.told: list[str] = []
        self.left: set[str] = set()
        """Orders that were begun and are not in progress."""
        self.current: str | None = None
        self.prepare()

    def prepare(self) -> None:
        """Whatever the machine needs."""

    def say(self, said: Entry) -> Reply:
        reply = self.story.observe(said).reply
        assert reply is not None
        return reply

    def entry(self, action: str, **arguments: str) -> Entry:
        self.now += 7.0
        return entry(self.now, action, **arguments)

    @rule(qty=st.integers(1, 20))
    def report_good(self, qty: int) -> None:
        self.say(self.entry("report_good", qty=str(qty)))

    @rule(qty=st.integers(1, 9))
    def report_scrap(self, qty: int) -> None:
        self.say(self.entry("report_scrap", qty=str(qty), defect_code="DENT"))

    @rule(delta=st.integers(-5, 5).filter(bool), category=st.sampled_from(["good", "scrap", "rework"]))
    def adjust(self, delta: int, category: str) -> None:
        reply = self.say(self.entry("adjust_quantity", category=category, delta=str(delta), reason="X"))
        assert reply.accepted or reply.code == "BELOW_ZERO"

    @precondition(lambda self: self.current is None)
    @rule(order=ORDERS)
    def begin(self, order: str) -> None:
        action = "resume_operation" if order in self.left else "start_operation"
        if self.say(self.entry(action, order_id=order)).accepted:
            self.current = order

    @precondition(lambda self: self.current is not None)
    @rule(action=st.sampled_from(["complete_operation", "partial_operation", "stop_operation"]))
    def leave(self, action: str) -> None:
        assert self.current is not None
        assert self.say(self.entry(action, reason="X")).accepted
        self.left.add(self.current)
        self.current = None

    def facts_made(self) -> list[int]:
        return [number for number, fact in enumerate(self.story.facts) if fact.data.TYPE in QUANTITIES]

    def about(self, number: int, action: str, **more: str) -> Entry:
        fact = self.story.facts[number]
        target = {"target_id": str(fact.id), "target_sequence": str(number + 1), "reason": "TYPO"}
        return by_supervisor(self.entry(f"{action}_fact", **target, **more))

    @precondition(lambda self: self.facts_made())
    @rule(data=st.data())
    def void(self, data: st.DataObject) -> None:
        self.say(self.about(data.draw(st.sampled_from(self.facts_made())), "void"))

    @precondition(lambda self: self.facts_made())
    @rule(data=st.data(), qty=SMALL)
    def replace_quantity(self, data: st.DataObject, qty: int) -> None:
        number = data.draw(st.sampled_from(self.facts_made()))
        fields = {QUANTITIES[self.story.facts[number].data.TYPE]: str(qty)}
        self.say(self.about(number, "replace", set=json.dumps(fields)))

    @precondition(lambda self: self.facts_made())
    @rule(data=st.data(), order=ORDERS)
    def move_to_order(self, data: st.DataObject, order: str) -> None:
        number = data.draw(st.sampled_from(self.facts_made()))
        if order not in {self.current, *self.left}:
            return
        self.say(self.about(number, "replace", set=json.dumps({"keys.order_id": order})))

    @precondition(lambda self: self.facts_made())
    @rule(data=st.data())
    def bring_back(self, data: st.DataObject) -> None:
        self.say(self.about(data.draw(st.sampled_from(self.facts_made())), "replace", set="{}"))

    @rule()
    def undo(self) -> None:
        self.say(self.entry("undo_last"))

    @rule()
    def restart(self) -> None:
        self.story.station = self.station.restored(self.story.station.snapshot())

    @rule()
    def next_shift(self) -> None:
        self.now += 4 * 3600.0
        self.story.hear(tick(self.now))

    @invariant()
    def no_fact_was_changed(self) -> None:
        self.told += [fact.data.model_dump_json() for fact in self.story.facts[len(self.told) :]]
        assert [fact.data.model_dump_json() for fact in self.story.facts] == self.told

    @invariant()
    def sums_agree_and_none_is_below_zero(self) -> None:
        sums = quantities(self.story.facts)
        for order in {*self.left, self.current} - {None}:
            kept = MADE.among(self.story.claims, WC, order or "", "10")
            cums = self.story.station.state.output.cums if order == self.current or kept is None else kept.cums
            assert (cums.good, cums.scrap, cums.rework) == sums.get(order, (0, 0, 0)), order
        for order, made in sums.items():
            assert min(made) >= 0, f"{order} came to {made}"


class CorrectedAtAMachine(Corrected):
    """The same where a machine counts parts and rejects, and people code them."""

    station = COUNTING
    total = scrap = 0

    def prepare(self) -> None:
        self.story.hear(read(0.0, packml_state=EXECUTE, total=0, scrap=0), up(0.0))

    @rule(parts=SMALL, rejects=st.integers(0, 3))
    def count(self, parts: int, rejects: int) -> None:
        self.now += 20.0
        self.total += parts
        self.scrap += min(parts, rejects)
        self.story.hear(read(self.now, total=self.total, scrap=self.scrap), up(self.now + 3.0), tick(self.now + 3.0))
        self.now += 3.0


TestCorrected = Corrected.TestCase
TestCorrected.settings = EXAMPLES
TestCorrectedAtAMachine = CorrectedAtAMachine.TestCase
TestCorrectedAtAMachine.settings = EXAMPLES
