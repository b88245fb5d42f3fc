"""Times that a source gives: late ones, and clocks that do not agree: R24."""

import pytest

from agent.core.facts import ConditionChanged, DiscrepancyRaised, StopData
from agent.core.machine_settings import Role
from agent.core.observations import Image, Signal
from tests.core.build import (
    EXECUTE,
    IDLE,
    a_station,
    a_story,
    alive,
    image,
    read,
    signal,
    watched,
)
from tests.core.histories import RUNNING, STANDING, a_running_machine, changes

ROLES = (Role.PACKML_STATE, Role.TOTAL, Role.HEARTBEAT)


def off(at: float, ahead: float, **values: int) -> Image:
    """Readings whose source is so far ahead of our clock."""
    signals: tuple[Signal, ...] = tuple(signal(key, value, at + ahead, seen=at) for key, value in values.items())
    return image(at, *signals)


def test_a_late_reading_of_a_word_does_not_bring_back_what_was_before() -> None:
    story = a_running_machine()
    story.hear(read(21.0, packml_state=IDLE))
    story.hear(image(21.1, signal("packml_state", EXECUTE, 20.9, seen=21.1)), *alive(21.1, 30.0))
    assert changes(story.facts)[1:] == [(21.0, RUNNING, STANDING)]
    assert story.station.state.stops.open is not None


def test_a_source_whose_clock_was_set_back_is_heard_all_the_same() -> None:
    story = a_running_machine()
    story.hear(read(21.0, packml_state=IDLE))
    story.hear(image(22.0, signal("packml_state", EXECUTE, 19.0, seen=22.0)))
    assert changes(story.facts)[-1] == (21.0, STANDING, RUNNING)


@pytest.mark.parametrize("ahead", [3600.0, -3600.0])
def test_a_clock_that_does_not_agree_is_raised_once_and_its_times_are_not_used(ahead: float) -> None:
    story = a_story(*watched(packml_state=EXECUTE, total=0, heartbeat=1), station=a_station(*ROLES))
    for number in range(1, 10):
        story.hear(off(number, ahead, heartbeat=number + 1))
    story.hear(off(10.0, ahead, packml_state=IDLE, heartbeat=11))
    story.hear(*[off(float(at), ahead, heartbeat=at + 1) for at in range(11, 18)], *alive(17.0, 18.0))
    (raised,) = story.of(DiscrepancyRaised)
    assert isinstance(raised, DiscrepancyRaised)
    assert (raised.code, raised.evidence["source_ahead_s"]) == ("clock_skew", f"{ahead:.3f}")
    (stop,) = story.of(StopData)
    assert isinstance(stop, StopData)
    assert (stop.start, stop.quality.time_quality) == ("2026-03-04T05:00:10.000Z", "uncertain")


def test_clocks_that_agree_again_are_trusted_again_and_raised_anew_when_they_part() -> None:
    story = a_story(*watched(packml_state=EXECUTE, total=0, heartbeat=1), station=a_station(*ROLES))
    story.hear(off(1.0, 60.0, heartbeat=2), off(2.0, 0.0, heartbeat=3), read(3.0, packml_state=IDLE))
    assert [fact.quality.time_quality for fact in story.of(ConditionChanged)][-1] == "good"
    story.hear(off(4.0, 60.0, heartbeat=5))
    assert len(story.of(DiscrepancyRaised)) == 2


def test_a_value_that_has_not_changed_for_days_is_no_sign_of_a_wrong_clock() -> None:
    story = a_story(station=a_station(*ROLES))
    story.hear(*watched(packml_state=EXECUTE, total=0, heartbeat=1))
    story.hear(image(5.0, signal("packml_state", IDLE, -90_000.0, seen=5.0)))
    assert story.of(DiscrepancyRaised) == []
