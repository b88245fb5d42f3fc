"""Laws of what is asked once, whatever cards, other codes, entries, ticks, restarts and set clocks come between.

Nothing that asks once happens without a confirmation within its time by whoever asked; none acts twice; rights hold.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from agent.core.codes.badges import digest
from agent.core.corrections import undo
from agent.core.directories import Operators
from agent.core.facts import Fact, FactCorrected, OperationCompleted, OutputRecorded, ScrapRecorded
from agent.core.observations import ClockStep, Entry, Scan
from agent.core.people import labor
from agent.core.questions import ANSWER_S
from agent.core.station import StationObservation
from agent.core.station_view import view
from tests.core.build import (
    SITE_KEY,
    T0,
    WC,
    Story,
    a_manual_station,
    a_plan,
    a_story,
    an_order,
    badge,
    entry,
    instant,
    scan,
    started,
    tick,
)

PEOPLE = Operators.model_validate(
    {
        "rev": "1",
        "operators": [
            {"operator_id": "anna", "name": "Anna", "badge_hmac": digest(SITE_KEY, "anna")},
            {
                "operator_id": "boris",
                "name": "Boris",
                "roles": ["supervisor"],
                "badge_hmac": digest(SITE_KEY, "boris"),
            },
        ],
    }
)
RIGHTS: Final = {"rights": {"complete_operation": ("supervisor",), "undo_last": ("operator",)}}
BY_CARD = "DENT"
"""A defect that only cards name."""
ASKING = ("FINISH", f"SCRAP:{BY_CARD}", "QTY:2", "QTY:3", "UNDO")
OTHERS = ("START", "PAUSE", "RESUME", "SETUP", "SETUPEND", "STOP:JAM", "STOPEND", "LOCK")
UNREAD = ("NONSENSE", "%EA%DANCE", "%EA%QTY:x")
BETWEEN = ("", "time", "order", "rejects", "clock", "start", "person")
PEOPLE_IDS = st.sampled_from(["anna", "boris"])
READERS = st.sampled_from(["gun", "terminal"])


@dataclass(frozen=True)
class Waiting:
    """What was asked and not answered."""

    text: str
    actor: str | None
    about: set[str | None]
    """The execution in progress, and the last word of who asked."""
    until: float


def done_once(fact: Fact) -> str | None:
    """The card that a fact needs, if it needs one and its confirmation."""
    match fact.data:
        case OperationCompleted():
            return "FINISH"
        case ScrapRecorded(defect_code=code) if code == BY_CARD:
            return "SCRAP"
        case OutputRecorded():
            return "QTY"
        case FactCorrected():
            return "UNDO"
        case _:
            return None


class Asking(RuleBasedStateMachine):
    """One work center without a machine, where nothing but cards finishes, rejects, reports and takes back."""

    def __init__(self) -> None:
        super().__init__()
        orders = [an_order(f"PO-{number}", priority=number) for number in range(1, 6)]
        plan = replace(a_plan(*orders, reasons=["JAM"]), operators=PEOPLE)
        self.story: Story = a_story(started(0.0), station=a_manual_station(people=RIGHTS), plan=plan)
        self.now = 1.0
        self.waiting: Waiting | None = None
        self.told(entry(self.now, "sign_on", operator_id="anna"))

    @property
    def acting(self) -> str | None:
        return labor.acting(self.story.station.state)

    def told(self, observation: StationObservation, asks: str = "") -> str:
        """The code of its answer; what it brings about has been confirmed if it needs that."""
        acting = self.acting
        outcome = self.story.observe(observation)
        code = "" if outcome.reply is None else outcome.reply.code
        needed = [fact for fact in outcome.facts if done_once(fact) is not None]
        if needed:
            self.must_be_confirmed(observation, needed, acting)
        completed = [fact.data for fact in outcome.facts if isinstance(fact.data, OperationCompleted)]
        assert [data.actor for data in completed] in ([], ["boris"])
        if isinstance(observation, Scan) and code != "ECHO":
            scans = [fact for fact in outcome.facts if fact.data.TYPE.startswith("scan.")]
            assert len(scans) == 1
            assert {fact.causation_id for fact in outcome.facts if fact not in scans} <= {str(scans[0].id)}
        if code == "CONFIRM":
            assert asks
            self.waiting = Waiting(asks, acting, self.about(acting), self.now + ANSWER_S)
        return code

    def about(self, actor: str | None) -> set[str | None]:
        state = self.story.station.state
        own, operation = undo.own_word(state.floor, actor), state.operations.current
        execution = state.operations.none_id if operation is None else operation.op_execution_id
        return {execution, None if own is None else str(own.fact_id)}

    def must_be_confirmed(self, observation: StationObservation, needed: list[Fact], acting: str | None) -> None:
        by_card = isinstance(observation, Scan) and observation.text == "%EA%OK"
        by_entry = isinstance(observation, Entry) and observation.action == "confirm"
        assert by_card or by_entry
        assert self.waiting is not None
        assert self.now < self.waiting.until
        assert (observation.actor if isinstance(observation, Entry) else acting) == self.waiting.actor
        (fact,) = needed
        assert done_once(fact) == self.waiting.text.partition(":")[0]
        done_about = fact.data.target_id if isinstance(fact.data, FactCorrected) else fact.correlation_id
        assert done_about in self.waiting.about
        self.waiting = None

    def read(self, text: str, reader: str) -> str:
        self.now += 0.1
        return self.told(scan(self.now, text, reader), text.removeprefix("%EA%"))

    @rule(text=st.sampled_from(ASKING), reader=READERS)
    def scan_a_card_that_asks(self, text: str, reader: str) -> None:
        before = self.waiting
        if before is not None and before.text.startswith("SCRAP") and text.startswith("QTY") and self.is_waiting:
            self.now += 0.1
            code = self.told(scan(self.now, f"%EA%{text}", reader), before.text)
        else:
            code = self.read(f"%EA%{text}", reader)
        if code not in {"CONFIRM", "ECHO"}:
            self.waiting = None

    @rule(text=st.sampled_from(["%EA%" + one for one in OTHERS] + ["LOT:L-1:CAP", "ORD:PO-3"]), reader=READERS)
    def scan_something_else(self, text: str, reader: str) -> None:
        if self.read(text, reader) != "ECHO":
            self.waiting = None

    @rule(text=st.sampled_from([*UNREAD, "%EA%HELP"]), reader=READERS)
    def scan_what_leaves_a_question(self, text: str, reader: str) -> None:
        self.read(text, reader)

    @rule(reader=READERS)
    def scan_ok(self, reader: str) -> None:
        was_waiting = self.is_waiting
        code = self.read("%EA%OK", reader)
        if code == "ok":
            assert was_waiting
            assert self.waiting is None
        elif not was_waiting:
            assert code in {"NOTHING_TO_CONFIRM", "NO_OPERATOR", "LOCKED", "ECHO"}

    @rule(reader=READERS)
    def scan_cancel(self, reader: str) -> None:
        if self.read("%EA%CANCEL", reader) == "ok":
            self.waiting = None

    @rule(
        text=st.sampled_from(ASKING),
        between=st.sampled_from(BETWEEN),
    )
    def ask_and_confirm(self, text: str, between: str) -> None:
        """What matters most, and chance alone seldom brings together."""
        self.now += 2.0
        self.scan_a_card_that_asks(text, "gun")
        self.now += 2.0
        match between:
            case "time":
                self.time_passes(29.0)
            case "order":
                self.a_script_changes_the_order("PO-4")
            case "rejects":
                self.a_script_reports_rejects("anna")
            case "clock":
                self.the_clock_is_set(3600.0)
            case "start":
                self.the_agent_starts_again(20.0)
            case "person":
                other = "boris" if self.acting == "anna" else "anna"
                self.somebody_signs_off(other)
                self.told(replace(entry(self.now, "sign_on", operator_id=other), actor=other))
        self.scan_ok("gun")

    @rule(actor=PEOPLE_IDS)
    def confirm(self, actor: str) -> None:
        self.now += 0.1
        code = self.told(replace(entry(self.now, "confirm"), actor=actor))
        assert code != "ok" or self.waiting is None

    @rule(actor=PEOPLE_IDS)
    def cancel(self, actor: str) -> None:
        self.now += 0.1
        if self.told(replace(entry(self.now, "cancel"), actor=actor)) == "ok":
            self.waiting = None

    @rule(actor=PEOPLE_IDS)
    def somebody_signs_off(self, actor: str) -> None:
        self.now += 0.1
        self.told(replace(entry(self.now, "sign_off", operator_id=actor), actor=actor))

    @rule(actor=PEOPLE_IDS)
    def somebody_comes_and_acts(self, actor: str) -> None:
        if self.acting == actor and not self.story.station.state.crew.is_locked:
            return
        self.somebody_signs_off(actor)
        self.now += 0.1
        self.told(replace(badge(self.now, actor), reader=f"gun {self.now}"))
        self.waiting = None
        assert self.acting == actor

    @rule(order=st.sampled_from(["PO-1", "PO-2", "PO-3"]))
    def a_script_changes_the_order(self, order: str) -> None:
        self.now += 0.1
        self.told(entry(self.now, "partial_operation"))
        self.told(entry(self.now, "start_operation", order_id=order))

    @rule(actor=PEOPLE_IDS)
    def a_script_reports_rejects(self, actor: str) -> None:
        self.now += 0.1
        self.told(replace(entry(self.now, "report_scrap", qty="1", defect_code="SCRIPT"), actor=actor))

    @rule(by=st.sampled_from([0.5, 2.0, 10.0, 29.0, 31.0]))
    def time_passes(self, by: float) -> None:
        self.now += by
        self.told(tick(self.now))

    @rule(by=st.sampled_from([-3600.0, -5.0, 5.0, 3600.0]))
    def the_clock_is_set(self, by: float) -> None:
        self.now += by
        self.told(ClockStep(WC, by, instant(self.now)))
        if self.waiting is not None:
            self.waiting = replace(self.waiting, until=self.waiting.until + by)

    @rule(off=st.sampled_from([0.2, 20.0]))
    def the_agent_starts_again(self, off: float) -> None:
        before = self.now
        self.story.station = self.story.station.restored(self.story.station.snapshot())
        self.now += off
        self.told(started(self.now, before))

    @property
    def is_waiting(self) -> bool:
        return self.waiting is not None and self.now + 0.1 < self.waiting.until

    @invariant()
    def people_are_shown_what_waits(self) -> None:
        shown = view(self.story.station, self.story.plan, T0 + self.now).asked
        waits = self.waiting is not None and self.now < self.waiting.until
        assert (shown is not None) == waits


Asking.TestCase.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
TestAsking = Asking.TestCase
