"""A station against a machine whose truth is known: whatever happens in whatever order, the facts add up."""

from __future__ import annotations

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from agent.core.machine.conditions import PackMLState
from agent.core.machine_settings import Role
from agent.core.observations import Image
from agent.core.station import Station, StationObservation
from tests.core.build import (
    ABORTED,
    EXECUTE,
    IDLE,
    Story,
    a_plan,
    a_station,
    an_order,
    bad,
    down,
    entry,
    image,
    scan,
    signal,
    started,
    tick,
    up,
)
from tests.core.ledger import Ledger

MODULUS = 1024
SURVIVABLE_S = 150.0
"""At three parts a second, so long a gap stays well below half a turn of the counter."""
COUNTING = (Role.TOTAL, Role.SCRAP, Role.BOOT)
COUNTER = {"modulus": MODULUS, "decrement_tolerance": 3}
NEW = a_station(Role.PACKML_STATE, *COUNTING, counter=COUNTER)
PULSING = a_station(*COUNTING, counter=COUNTER, output={"cycle_s": 2.0})
"""Nothing but its counter says whether it runs."""
BEATING = a_station(Role.PACKML_STATE, Role.HEARTBEAT, *COUNTING, counter=COUNTER, output={"cycle_s": 1.0})
"""Its heartbeat is read with each image, and so stands still in between."""
EXAMPLES = settings(
    max_examples=40,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
STATES = st.sampled_from([EXECUTE, IDLE, ABORTED, PackMLState.STOPPING])


class Watched(RuleBasedStateMachine):
    """A machine that counts all parts and its rejects, with the agent before it."""

    station = NEW

    def __init__(self) -> None:
        super().__init__()
        self.story = Story(self.station, a_plan(an_order("PO-1"), an_order("PO-2", norm_cycle_s="0.9")))
        self.ledger = Ledger()
        self.now = 0.0
        self.state = EXECUTE
        self.made = self.rejected = 0
        self.total_from = self.scrap_from = 0
        self.boots = 1
        self.beats = 0
        self.linked = False
        self.dark_since: float | None = None
        self.survivable = True
        self.last_image: Image | None = None
        self.shown_at = 0.0

    # The machine.

    def current(self) -> Image:
        self.beats += 1
        values = {
            Role.PACKML_STATE: self.state,
            Role.TOTAL: (self.made - self.total_from) % MODULUS,
            Role.SCRAP: (self.rejected - self.scrap_from) % MODULUS,
            Role.BOOT: self.boots,
            Role.HEARTBEAT: self.beats,
        }
        return image(self.now, *(signal(role.value, value, self.now) for role, value in values.items()))

    @initialize(raw=st.integers(0, MODULUS - 1))
    def the_agent_finds_it(self, raw: int) -> None:
        self.total_from = -raw
        self.see(started(self.now))
        self.come_back()

    @rule(parts=st.integers(1, 8), pace=st.floats(0.4, 3.0))
    def it_makes_parts(self, parts: int, pace: float) -> None:
        self.state = EXECUTE
        for _ in range(parts):
            self.live(pace)
            self.made += 1
            self.show()

    @precondition(lambda self: self.rejected < self.made)
    @rule()
    def it_rejects_a_part_made_before(self) -> None:
        # Not even unwatched are rejects thrown out all at one instant: that would be a spike.
        self.live(0.5)
        self.rejected += 1
        self.show()

    @rule()
    def it_counts_a_reject_before_its_part(self) -> None:
        self.live(1.0)
        self.rejected += 1
        self.show()
        self.live(0.3)
        self.made += 1
        self.show()

    @precondition(lambda self: self.dark_since is None and self.made - self.rejected > 2)
    @rule(counts=st.integers(1, 3))
    def its_counter_is_set_back(self, counts: int) -> None:
        self.live(1.0)
        self.made -= min(counts, self.made - self.rejected)
        self.show()

    @precondition(lambda self: self.dark_since is None and self.rejected > 0)
    @rule()
    def a_reject_is_taken_back(self) -> None:
        self.live(1.0)
        self.rejected -= 1
        self.show()

    @precondition(lambda self: Role.HEARTBEAT in self.station.setup.names)
    @rule()
    def its_registers_are_empty_for_a_moment(self) -> None:
        if self.dark_since is None:
            self.live(0.3)
            roles = (Role.TOTAL, Role.SCRAP, Role.HEARTBEAT)
            self.see(image(self.now, *(signal(role.value, 0, self.now) for role in roles)))
            self.live(0.3)
            self.show()

    @rule(state=STATES)
    def its_state_changes(self, state: int) -> None:
        self.live(0.2)
        self.state = state
        self.show()

    @rule(seconds=st.sampled_from([0.5, 2.0, 6.0, 130.0]))
    def time_passes(self, seconds: float) -> None:
        self.live(seconds)

    @rule(keeps=st.booleans())
    def its_controller_starts_anew(self, keeps: bool) -> None:  # noqa: FBT001 - a case
        self.live(0.1)
        self.boots += 1
        # Little on the counter before and after: kept and cleared look alike, and parts unseen may be lost.
        self.survivable = self.survivable and keeps and self.dark_since is None
        if not keeps:
            self.total_from, self.scrap_from = self.made, self.rejected
        self.show()

    # The watching.

    @precondition(lambda self: self.linked)
    @rule()
    def the_link_is_lost(self) -> None:
        self.see(down(self.now))
        self.linked = False
        self.dark_since = self.now if self.dark_since is None else self.dark_since

    @precondition(lambda self: self.dark_since is None)
    @rule()
    def it_falls_silent(self) -> None:
        self.dark_since = self.now

    @rule(down_s=st.floats(0.0, 100.0))
    def the_agent_crashes(self, down_s: float) -> None:
        self.story.station = self.restored()
        self.dark_since = self.now if self.dark_since is None else self.dark_since
        self.now += down_s
        self.see(started(self.now, self.now - down_s))
        self.linked = False

    @precondition(lambda self: self.dark_since is not None)
    @rule(seconds=st.sampled_from([1.0, 30.0, 400.0]), parts=st.integers(0, 300), state=STATES)
    def it_goes_on_unwatched(self, seconds: float, parts: int, state: int) -> None:
        self.now += seconds
        self.made += min(parts, int(seconds))
        self.state = state
        self.see(tick(self.now))

    @precondition(lambda self: self.dark_since is not None)
    @rule()
    def come_back(self) -> None:
        if self.dark_since is not None and self.now - self.dark_since > SURVIVABLE_S:
            self.survivable = False
        self.dark_since = None
        self.show()
        self.see(up(self.now))
        self.linked = True

    @rule()
    def a_word_is_bad_for_a_while(self) -> None:
        if self.dark_since is None:
            self.see(image(self.now, bad("packml_state", self.now)))
            self.live(1.0)
            self.show()

    @rule()
    def a_counter_is_bad_for_a_while(self) -> None:
        if self.dark_since is None:
            self.see(image(self.now, bad("total", self.now)))
            for _ in range(60):
                self.live(1.0)
                self.made += 1
            self.show()

    @precondition(lambda self: self.last_image is not None)
    @rule()
    def a_sample_comes_twice(self) -> None:
        if self.dark_since is None and self.last_image is not None:
            self.see(self.last_image)

    # The people.

    @rule(text=st.sampled_from(["ORD:PO-1", "ORD:PO-2", "ORD:PO-9", "LOT:L1:X", "SN:1", "SN:2", "RSN:A", "?"]))
    def somebody_scans(self, text: str) -> None:
        self.live(0.6)
        self.see(scan(self.now, text))

    @rule()
    def somebody_finishes_the_order(self) -> None:
        self.see(entry(self.now, "complete_operation"))

    @rule(qty=st.integers(1, 5))
    def somebody_finds_scrap(self, qty: int) -> None:
        self.see(entry(self.now, "report_scrap", qty=str(qty), defect_code="DENT"))

    @rule(category=st.sampled_from(["good", "scrap"]), delta=st.integers(-3, 3))
    def somebody_puts_a_quantity_right(self, category: str, delta: int) -> None:
        self.see(entry(self.now, "adjust_quantity", category=category, delta=str(delta), reason="COUNTED"))

    # How it is told.

    def live(self, seconds: float) -> None:
        """Time passes, a sign of life and a tick each second while the machine is watched."""
        until = self.now + seconds
        while self.now < until:
            self.now = min(self.now + 1.0, until)
            if self.dark_since is None:
                self.see(up(self.now))
                self.see(tick(self.now))

    def show(self) -> None:
        if self.dark_since is None:
            if Role.HEARTBEAT in self.station.setup.names and self.now - self.shown_at > SURVIVABLE_S:
                # Its heartbeat stood still meanwhile: nobody watched.
                self.survivable = False
            self.shown_at = self.now
            self.last_image = self.current()
            self.see(self.last_image)

    def restored(self) -> Station:
        snapshot = self.story.station.snapshot()
        assert len(snapshot) <= 16_384
        return self.station.restored(snapshot)

    def see(self, observation: StationObservation) -> None:
        story = self.story
        ids, context = story.next_ids(), story.context(observation)
        outcome = story.station.observe(observation, ids, context)
        assert story.station.observe(observation, ids, context) == outcome, "the same again made something else"
        assert self.restored().observe(observation, ids, context) == outcome, "the snapshot forgot something"
        story.take(outcome)
        for fact in outcome.facts:
            self.ledger.take(fact)

    @rule()
    def the_mes_adds_up(self) -> None:
        if self.dark_since is None:
            self.live(2.5)
            if any(counter.zero_at is not None for counter in self.story.station.state.counters.values()):
                # A zero is not believed, and so not told, before its heartbeat moves (domain.md K7).
                self.show()
            self.what_was_told_is_the_truth_or_less_and_says_so()

    def teardown(self) -> None:
        if self.dark_since is not None:
            self.come_back()
        self.the_mes_adds_up()

    def what_was_told_is_the_truth_or_less_and_says_so(self) -> None:
        output, ledger = self.story.station.state.output, self.ledger
        # What was taken off where there was nothing yet is owed by what is counted next, and so is a reject's part.
        owed = {role: -min(tally.parts, 0) for role, tally in output.tallies.items()}
        scrap = ledger.scrap - ledger.entered.scrap - owed.get(Role.SCRAP, 0)
        counted = ledger.good - ledger.entered.good - output.early_rejects - owed.get(Role.TOTAL, 0)
        counted += ledger.scrap - ledger.entered.scrap
        assert counted <= self.made
        assert scrap <= self.rejected
        if self.survivable:
            assert (int(counted), int(scrap)) == (self.made, self.rejected)
        assert self.made - counted <= self.ledger.in_doubt


class Pulsing(Watched):
    """Nothing but its counter says whether it runs (domain.md R4)."""

    station = PULSING


class Beating(Watched):
    """Its heartbeat stands still at times (domain.md R16)."""

    station = BEATING


Watched.TestCase.settings = EXAMPLES
Pulsing.TestCase.settings = EXAMPLES
Beating.TestCase.settings = EXAMPLES
TestWatched = Watched.TestCase
TestPulsing = Pulsing.TestCase
TestBeating = Beating.TestCase
