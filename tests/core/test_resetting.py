"""Another configuration is in force: what a station has in hand goes on."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from agent.core.facts import Counter, DiscrepancyRaised, LinkLost, OutputRecorded
from agent.core.machine_settings import Role
from agent.core.observations import Resetting
from agent.core.station import Station
from tests.core.build import EXECUTE, IDLE, WC, Story, alive, down, instant, read, started, tick, types, up
from tests.core.histories import a_running_machine


def another(station: Station, **changed: Any) -> Station:  # noqa: ANN401 - settings of a machine
    """A station of the same work center with other settings, that has seen nothing."""
    machine = station.setup.machine.model_copy(update=changed)
    return Station.new(machine, station.setup.codes, station.setup.provenance)


def elsewhere(station: Station, role: Role) -> Station:
    """The signal of this role is read from another place."""
    signals = [
        signal.model_copy(update={"node": "nsu=urn:x;s=elsewhere"}) if signal.role is role else signal
        for signal in station.setup.machine.signal
    ]
    return another(station, signal=tuple(signals))


def go_by(story: Story, new: Station, at: float, *, read_anew: bool = False) -> None:
    """As `Intake.go_by` tells it."""
    story.hear(Resetting(WC, instant(at)))
    if read_anew:
        story.hear(down(at))
    story.station = new.taking_over(story.station)
    if read_anew:
        story.hear(started(at))


def test_what_was_counted_by_the_former_settings_becomes_a_fact_first() -> None:
    story = a_running_machine()
    story.hear(read(20.2, total=101), read(20.4, total=103))
    facts = story.hear(Resetting(WC, instant(20.5)))
    told = [data for fact in facts if isinstance(data := fact.data, OutputRecorded)]
    assert [(data.qty_good, data.counter) for data in told] == [
        (Decimal(2), Counter(name="total", counter_run=1, raw_from=101, raw_to=103))
    ]


def test_a_counter_that_is_read_from_another_place_begins_with_its_next_reading() -> None:
    """What two places differ by nobody has made."""
    story = a_running_machine()
    go_by(story, elsewhere(story.station, Role.TOTAL), 21.0, read_anew=True)
    before = story.station.state.output.cum_good
    story.hear(read(22.0, packml_state=EXECUTE, total=70_000), up(22.0), *alive(22.0, 25.0))
    assert story.station.state.output.cum_good == before
    story.hear(read(26.0, total=70_002), *alive(26.0, 29.0))
    assert story.station.state.output.cum_good == before + 2
    assert story.of(DiscrepancyRaised) == []


def test_a_counter_that_is_read_as_before_is_caught_up_with_though_its_machine_was_let_go_of() -> None:
    story = a_running_machine()
    go_by(story, elsewhere(story.station, Role.PACKML_STATE), 21.0, read_anew=True)
    before = story.station.state.output.cum_good
    story.hear(read(22.0, packml_state=EXECUTE, total=102), up(22.0), *alive(22.0, 25.0))
    assert story.station.state.output.cum_good == before + 2


def test_an_open_stop_goes_on_by_the_new_thresholds_and_no_gap_is_told() -> None:
    story = a_running_machine()
    story.hear(read(21.0, packml_state=IDLE), *alive(21.0, 40.0))
    opened = story.station.state.stops.open
    assert opened is not None
    stop = story.station.setup.machine.stop.model_copy(update={"minor_stop_max_s": 25.0})
    go_by(story, another(story.station, stop=stop), 40.0)
    assert story.station.state.stops.open == opened
    facts = story.hear(*alive(40.0, 48.0), tick(48.0))
    assert "stop.upgraded" in types(facts)
    assert story.of(LinkLost) == []
