"""Histories of machines that say what they do in different words: R1, R2, R16."""

import pytest

from agent.core.machine.conditions import Condition, PackMLState
from agent.core.machine_settings import Role
from agent.core.station import Station
from tests.core.build import (
    ABORTED,
    EXECUTE,
    IDLE,
    Story,
    a_station,
    a_story,
    alive,
    bad,
    down,
    image,
    moved,
    read,
    said,
    started,
    stop_ids,
    up,
    watched,
)
from tests.core.histories import RUNNING, STANDING, UNKNOWN, changes

STOPPING, RESETTING, CLEARING, COMPLETING = (
    PackMLState.STOPPING,
    PackMLState.RESETTING,
    PackMLState.CLEARING,
    PackMLState.COMPLETING,
)


def a_packml_machine(state: int = EXECUTE, **tables: object) -> Story:
    """It says its PackML state, and nothing else."""
    station = a_station(Role.PACKML_STATE, condition=tables)
    return a_story(*watched(packml_state=state), *alive(0.0, 10.0), station=station)


# States that are only passed through.


def test_a_state_passed_through_leaves_the_condition_as_it_was() -> None:  # R1
    story = a_packml_machine()
    story.hear(read(10.0, packml_state=STOPPING), *alive(10.0, 38.0), read(39.0, packml_state=EXECUTE))
    assert changes(story.facts)[1:] == []


def test_the_state_after_it_is_told_from_where_it_began() -> None:  # R1
    story = a_packml_machine()
    story.hear(read(10.0, packml_state=STOPPING), *alive(10.0, 12.0), read(13.0, packml_state=PackMLState.STOPPED))
    assert changes(story.facts)[1:] == [(13.0, RUNNING, STANDING)]


def test_a_state_passed_through_for_too_long_is_its_own_from_its_start() -> None:  # R1
    story = a_packml_machine()
    story.hear(read(10.0, packml_state=STOPPING), *alive(10.0, 40.0))
    assert changes(story.facts)[1:] == []
    facts = story.hear(*alive(40.0, 41.0))
    assert changes(facts) == [(10.0, RUNNING, STANDING)]
    assert said(facts)[1][0] == 10.0, "the stop began there too"
    assert changes(story.hear(*alive(41.0, 100.0))) == []


def test_it_is_its_own_before_a_later_reading_is_taken() -> None:  # R1
    story = a_packml_machine()
    facts = story.hear(read(10.0, packml_state=STOPPING), up(60.0), read(60.0, packml_state=EXECUTE))
    assert changes(facts) == [(10.0, RUNNING, STANDING), (60.0, STANDING, RUNNING)]


def test_how_long_is_too_long_is_configured() -> None:
    story = a_packml_machine(transient_max_s=5.0)
    story.hear(read(10.0, packml_state=STOPPING), *alive(10.0, 16.0))
    assert changes(story.facts)[1:] == [(10.0, RUNNING, STANDING)]


def test_each_state_passed_through_has_its_own_time() -> None:
    story = a_packml_machine(ABORTED)
    story.hear(read(10.0, packml_state=CLEARING), *alive(10.0, 30.0), read(30.0, packml_state=RESETTING))
    story.hear(*alive(30.0, 60.0))
    assert changes(story.facts)[1:] == []
    assert changes(story.hear(*alive(60.0, 61.0))) == [(30.0, Condition.FAULTED, STANDING)]


def test_a_state_with_a_meaning_of_its_own_is_told_at_once() -> None:
    story = a_packml_machine(states={"7": "HELD"})
    story.hear(read(10.0, packml_state=STOPPING))
    assert changes(story.facts)[1:] == [(10.0, RUNNING, Condition.HELD)]


def test_after_a_gap_there_is_nothing_to_stay_at() -> None:  # R15
    story = a_packml_machine()
    story.hear(down(11.0), read(20.0, packml_state=STOPPING), up(20.0))
    assert changes(story.facts)[1:] == [(10.0, RUNNING, UNKNOWN), (20.0, UNKNOWN, STANDING)]


def test_a_run_that_may_turn_out_to_be_over_ends_no_stop() -> None:  # R3
    story = a_packml_machine()
    story.hear(read(10.0, packml_state=IDLE), *alive(10.0, 20.0), read(20.0, packml_state=EXECUTE))
    story.hear(read(21.0, packml_state=STOPPING), *alive(21.0, 60.0))
    assert len(set(stop_ids(story.facts))) == 1
    assert story.station.state.stops.open is not None
    assert changes(story.facts)[-2:] == [(20.0, STANDING, RUNNING), (21.0, RUNNING, STANDING)]


def test_a_mode_that_changes_meanwhile_bounds_how_far_back_it_is_dated() -> None:
    station = a_station(Role.PACKML_STATE, Role.MODE)
    story = a_story(*watched(packml_state=EXECUTE, mode=1), *alive(0.0, 10.0), station=station)
    story.hear(read(10.0, packml_state=STOPPING), read(15.0, mode=2), *alive(15.0, 45.0))
    assert changes(story.facts)[1:] == [(15.0, RUNNING, RUNNING), (15.0, RUNNING, STANDING)]


def test_completing_goes_on_running_whatever_it_takes() -> None:
    story = a_packml_machine()
    story.hear(read(10.0, packml_state=COMPLETING), *alive(10.0, 100.0))
    assert changes(story.facts)[1:] == []


# Other words.


def test_the_states_of_opc_40001_are_heard() -> None:  # R1, B5
    station = a_station(Role.MACHINERY_STATE, Role.MACHINERY_MODE, Role.BLOCKED)
    story = a_story(*watched(machinery_state=3, machinery_mode=3, blocked=False), station=station)
    story.hear(read(1.0, machinery_state=2), read(2.0, blocked=True), read(3.0, machinery_state=1))
    story.hear(read(4.0, machinery_state=0, machinery_mode=1))
    reached = [after for _, _, after in changes(story.facts)]
    assert reached == [RUNNING, STANDING, Condition.BLOCKED, Condition.FAULTED, Condition.OFF]


@pytest.mark.parametrize("values", [("AUTO", "stopped "), (1, 2), (1.0, 2.0), (True, 2)])
def test_a_machines_own_states_are_numbers_or_texts(values: tuple[str | float, str | float]) -> None:  # R1
    own = {"AUTO": "RUNNING", "stopped": "IDLE", "1": "RUNNING", "2": "IDLE"}
    story = a_story(*watched(state=values[0]), station=a_station(Role.STATE, condition={"states": own}))
    story.hear(read(1.0, state=values[1]))
    assert changes(story.facts) == [(0.0, UNKNOWN, RUNNING), (1.0, RUNNING, STANDING)]


def test_a_state_of_its_own_that_nobody_has_mapped_is_unknown() -> None:  # R1
    station = a_station(Role.STATE, condition={"states": {"AUTO": "RUNNING"}})
    story = a_story(*watched(state="AUTO"), *alive(0.0, 5.0), read(6.0, state="?"), station=station)
    assert changes(story.facts)[1:] == [(5.0, RUNNING, UNKNOWN)]


def by_speed() -> Station:
    return a_station(Role.SPEED, condition={"run_speed": 20.0})


def test_a_speed_tells_running_from_standing_without_flicker() -> None:  # R1
    story = a_story(*watched(speed=25.0), station=by_speed())
    story.hear(read(1.0, speed=19.0), read(2.0, speed=17.9), read(3.0, speed=19.0), read(4.0, speed=20.0))
    assert changes(story.facts)[1:] == [(2.0, RUNNING, STANDING), (4.0, STANDING, RUNNING)]


def test_a_speed_that_cannot_be_read_is_unknown() -> None:  # K10
    story = a_story(*watched(speed=25.0), *alive(0.0, 5.0), image(6.0, bad("speed", 6.0)), station=by_speed())
    assert changes(story.facts)[1:] == [(5.0, RUNNING, UNKNOWN)]


def test_a_speed_is_not_heard_where_something_believed_before_it_speaks() -> None:  # R2
    station = a_station(Role.RUN, Role.SPEED, condition={"run_speed": 20.0})
    story = a_story(*watched(run=True, speed=0.0), read(1.0, speed=-1.0), station=station)
    story.hear(image(2.0, bad("speed", 2.0)), *alive(2.0, 20.0))
    assert changes(story.facts) == [(0.0, UNKNOWN, RUNNING)]


def test_pulses_are_not_believed_where_a_run_bit_speaks() -> None:  # R2
    story = a_story(*watched(run=False, total=0), read(1.0, total=1), station=a_station(Role.RUN, Role.TOTAL))
    assert changes(story.facts) == [(0.0, UNKNOWN, STANDING)]


# The heartbeat.


def a_beating_machine(state: int = EXECUTE, **tables: object) -> Story:
    """Its heartbeat grows each second, last to 20 at 20."""
    station = a_station(Role.PACKML_STATE, Role.HEARTBEAT, condition={"states": {"9": "OFF"}, **tables})
    story = a_story(*watched(packml_state=state, heartbeat=0), station=station)
    beat(story, 0.0, 20.0)
    return story


def beat(story: Story, since: float, until: float) -> None:
    for second in range(int(since) + 1, int(until) + 1):
        story.hear(read(float(second), heartbeat=second), *alive(second - 1.0, float(second)))


def test_a_frozen_heartbeat_makes_the_condition_unknown_from_its_last_change_on() -> None:  # R16
    story = a_beating_machine()
    assert story.hear(*alive(20.0, 30.0)) == []
    assert said(story.hear(*alive(30.0, 31.0))) == [(20.0, moved(RUNNING, UNKNOWN, cause="frozen"))]
    assert story.hear(*alive(31.0, 90.0)) == [], "answers of a dead controller say nothing"


def test_it_is_known_again_when_the_heartbeat_moves() -> None:  # R16
    story = a_beating_machine()
    story.hear(*alive(20.0, 60.0))
    assert changes(story.hear(read(60.5, packml_state=IDLE))) == []
    assert changes(story.hear(read(61.0, heartbeat=61), up(61.0))) == [(61.0, UNKNOWN, STANDING)]


def test_what_the_machine_said_after_its_last_beat_is_not_dated_back() -> None:
    story = a_beating_machine()
    story.hear(read(25.0, packml_state=IDLE), *alive(25.0, 40.0))
    assert changes(story.facts)[1:] == [(25.0, RUNNING, STANDING), (25.0, STANDING, UNKNOWN)]


def test_how_long_a_heartbeat_may_stand_still_is_configured() -> None:
    story = a_beating_machine(heartbeat_timeout_s=3.0)
    assert changes(story.hear(*alive(20.0, 24.0))) == [(20.0, RUNNING, UNKNOWN)]


def test_a_heartbeat_that_never_beat_is_frozen_from_its_first_reading_on() -> None:  # R16
    station = a_station(Role.PACKML_STATE, Role.HEARTBEAT)
    story = a_story(*watched(packml_state=EXECUTE, heartbeat=0), *alive(0.0, 10.0), station=station)
    assert changes(story.facts) == [(0.0, UNKNOWN, RUNNING)]
    assert changes(story.hear(*alive(10.0, 11.0))) == [(0.0, RUNNING, UNKNOWN)]


def test_off_is_believed_of_a_living_controller_only() -> None:  # R16
    station = a_station(Role.PACKML_STATE, Role.HEARTBEAT, condition={"states": {"9": "OFF"}})
    story = a_story(*watched(packml_state=ABORTED, heartbeat=0), *alive(0.0, 3.0), station=station)
    assert changes(story.facts) == []
    story.hear(read(4.0, heartbeat=1))
    assert changes(story.facts) == [(4.0, UNKNOWN, Condition.OFF)]


def test_off_needs_no_heartbeat_where_there_is_none() -> None:  # R16
    station = a_station(Role.MACHINERY_STATE)
    assert changes(a_story(*watched(machinery_state=0), station=station).facts) == [(0.0, UNKNOWN, Condition.OFF)]


def test_a_heartbeat_that_cannot_be_read_does_not_beat() -> None:  # K10
    story = a_beating_machine()
    for second in range(21, 32):
        story.hear(image(float(second), bad("heartbeat", float(second))), *alive(second - 1.0, float(second)))
    assert changes(story.facts)[1:] == [(20.0, RUNNING, UNKNOWN)]


def test_after_a_lost_link_the_heartbeat_is_given_its_time_again() -> None:
    story = a_beating_machine()
    story.hear(down(21.0), read(100.0, packml_state=EXECUTE, heartbeat=20), up(100.0), *alive(100.0, 105.0))
    assert changes(story.facts)[1:] == [(20.0, RUNNING, UNKNOWN), (100.0, UNKNOWN, RUNNING)]


def test_a_lost_link_does_not_revive_a_frozen_heartbeat() -> None:  # R16
    story = a_beating_machine()
    story.hear(*alive(20.0, 31.0), down(40.0), read(50.0, packml_state=EXECUTE, heartbeat=20), up(50.0))
    story.hear(*alive(50.0, 55.0))
    assert changes(story.facts)[1:] == [(20.0, RUNNING, UNKNOWN)]
    story.hear(read(56.0, heartbeat=21))
    assert changes(story.facts)[2:] == [(56.0, UNKNOWN, RUNNING)]


def test_silence_ends_when_the_heartbeat_moves_too() -> None:
    story = a_beating_machine()
    story.hear(*alive(60.0, 61.0))
    assert changes(story.facts)[1:] == [(20.0, RUNNING, UNKNOWN)]
    story.hear(read(62.0, heartbeat=62))
    assert changes(story.facts)[2:] == [(62.0, UNKNOWN, RUNNING)]


def test_a_heartbeat_taken_out_of_the_configuration_freezes_nothing() -> None:
    story = a_beating_machine()
    story.hear(*alive(20.0, 31.0))
    story.station = a_station(Role.PACKML_STATE).restored(story.station.snapshot())
    story.hear(started(40.0, 31.0), read(41.0, packml_state=EXECUTE), up(41.0))
    assert changes(story.facts)[-1] == (41.0, UNKNOWN, RUNNING)
