"""What a controller says of its start and of its clock: restart told from connection loss (K8), skew (R24)."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from agent.core.facts import ConditionChanged, DiscrepancyRaised
from agent.core.machine.runs import DRIFT, JITTER_S, Run, is_another
from agent.core.machine_settings import Role
from agent.core.observations import Controller
from agent.core.recordings.recorded import Seen, decode, encode
from agent.core.snapshots import packed, unpacked
from tests.core.build import (
    EXECUTE,
    FIRST_ID,
    IDLE,
    T0,
    WC,
    Story,
    a_station,
    a_story,
    alive,
    down,
    instant,
    read,
    up,
    watched,
)

MILLENNIUM = 946_684_800.0
seconds = st.floats(0.0, 1e7)
jitter = st.floats(-JITTER_S / 3, JITTER_S / 3)


def says(at: float, started: float | None, ahead_s: float | None = 0.0) -> Controller:
    return Controller(WC, instant(at), started, ahead_s)


def run(started: float, now: float, at: float) -> Run:
    """Of a controller whose clock shows `now` when ours shows `at`."""
    return Run(started, now - started, at)


@given(up_s=seconds, away_s=seconds, ahead=st.floats(-1e9, 1e9), shaken=jitter)
def test_a_controller_that_ran_on_is_the_same_one_however_its_start_trembles(
    up_s: float, away_s: float, ahead: float, shaken: float
) -> None:
    before = run(ahead, up_s + ahead, up_s)
    after = run(ahead + shaken, up_s + away_s + ahead, up_s + away_s)
    assert not is_another(before, after)


@given(up_s=seconds, away_s=seconds, set_by=st.floats(-1e9, 1e9), shaken=jitter)
def test_a_clock_that_was_set_is_no_start_where_the_start_is_reckoned_from_the_uptime(
    up_s: float, away_s: float, set_by: float, shaken: float
) -> None:
    before = run(0.0, up_s, up_s)
    after = run(set_by + shaken, up_s + away_s + set_by, up_s + away_s)
    assert not is_another(before, after)


@given(up_s=seconds, away_s=seconds, set_by=st.floats(-1e9, 1e9))
def test_a_clock_that_was_set_is_no_start_where_the_start_is_remembered(
    up_s: float, away_s: float, set_by: float
) -> None:
    # But for a clock that was set back to the very start: then nobody can tell.
    assume(not -JITTER_S < up_s + set_by < away_s + 2 * JITTER_S)
    before, after = run(0.0, up_s, up_s), run(0.0, up_s + away_s + set_by, up_s + away_s)
    assert not is_another(before, after)


@given(up_s=st.floats(10.0, 1e7), off_s=seconds, on_s=seconds, ahead=st.floats(-1e9, 1e9))
def test_a_controller_that_started_meanwhile_is_another_run(
    up_s: float, off_s: float, on_s: float, ahead: float
) -> None:
    assume(up_s + off_s > 2 * (JITTER_S + DRIFT * (off_s + on_s)))
    before = run(ahead, up_s + ahead, up_s)
    after = run(up_s + off_s + ahead, up_s + off_s + on_s + ahead, up_s + off_s + on_s)
    assert is_another(before, after)


@given(up_s=st.floats(10.0, 1e7), off_s=seconds, on_s=seconds)
def test_a_clock_that_begins_in_the_year_2000_each_time_hides_no_start(up_s: float, off_s: float, on_s: float) -> None:
    assume(on_s < up_s - JITTER_S - 1)
    before = run(MILLENNIUM, MILLENNIUM + up_s, up_s)
    after = run(MILLENNIUM, MILLENNIUM + on_s, up_s + off_s + on_s)
    assert is_another(before, after)


def test_where_no_clock_is_told_the_start_alone_decides() -> None:
    assert is_another(Run(0.0, None, 0.0), Run(10.0, None, 100.0))
    assert not is_another(Run(0.0, None, 0.0), Run(1.0, 5.0, 100.0))


def counted_after(*between: object, roles: tuple[Role, ...] = ()) -> Story:
    """A counter that never resets by itself falls over a lost connection."""
    station = a_station(Role.PACKML_STATE, Role.TOTAL, *roles, counter={"reset": "never"})
    story = a_story(station=station)
    story.hear(says(0.0, T0 - 600.0), *watched(packml_state=EXECUTE, total=1000, **{one.value: 1 for one in roles}))
    story.hear(*alive(0.0, 10.0), down(10.0))
    story.hear(*between)  # type: ignore[arg-type]  # whatever a station takes
    story.hear(read(70.0, packml_state=EXECUTE, total=30), up(70.0))
    return story


def runs(story: Story) -> int:
    return story.station.state.counters[Role.TOTAL].run


def test_a_counter_that_fell_with_a_restart_began_anew() -> None:
    story = counted_after(says(70.0, T0 + 40.0))
    assert runs(story) == 2


@pytest.mark.parametrize("after", [says(70.0, T0 - 600.0), says(70.0, T0 - 598.5), says(70.0, None), None])
def test_a_counter_that_fell_while_its_controller_ran_on_is_doubted(after: Controller | None) -> None:
    story = counted_after(*([] if after is None else [after]))
    assert runs(story) == 1


def test_where_the_controller_has_a_word_for_its_start_that_alone_is_believed() -> None:
    story = counted_after(says(70.0, T0 + 40.0), roles=(Role.BOOT,))
    assert runs(story) == 1


def test_a_start_that_moves_under_a_connection_that_holds_is_none() -> None:
    station = a_station(Role.PACKML_STATE, Role.TOTAL, counter={"reset": "never"})
    story = a_story(says(0.0, T0 - 600.0), *watched(packml_state=EXECUTE, total=1000), station=station)
    story.hear(says(5.0, T0 + 4.0), read(6.0, total=30))
    assert runs(story) == 1


def test_what_a_controller_said_survives_a_restart_of_the_agent() -> None:
    story = counted_after()
    again = unpacked(packed(story.station.state))
    assert again.watch.run == Run(T0 - 600.0, 600.0, T0)


def test_a_clock_that_a_server_says_is_wrong_is_raised_once_and_facts_are_uncertain() -> None:
    station = a_station(Role.PACKML_STATE, Role.TOTAL)
    story = a_story(says(0.0, MILLENNIUM, MILLENNIUM - T0), *watched(packml_state=EXECUTE, total=0), station=station)
    story.hear(says(5.0, MILLENNIUM, MILLENNIUM - T0), read(6.0, packml_state=IDLE))
    (raised,) = story.of(DiscrepancyRaised)
    assert isinstance(raised, DiscrepancyRaised)
    assert (raised.code, raised.evidence) == ("clock_skew", {"source_ahead_s": f"{MILLENNIUM - T0:.3f}"})
    assert [fact.quality.time_quality for fact in story.of(ConditionChanged)][-1] == "uncertain"
    story.hear(says(7.0, MILLENNIUM, 0.5), read(8.0, packml_state=EXECUTE))
    assert [fact.quality.time_quality for fact in story.of(ConditionChanged)][-1] == "good"
    assert len(story.of(DiscrepancyRaised)) == 1


def test_a_server_whose_clock_is_right_does_not_speak_for_a_controller_with_a_heartbeat() -> None:
    station = a_station(Role.PACKML_STATE, Role.TOTAL, Role.HEARTBEAT)
    story = a_story(says(0.0, None, 3600.0), *watched(packml_state=EXECUTE, total=0, heartbeat=1), station=station)
    assert story.of(DiscrepancyRaised) == []
    assert story.station.state.watch.clocks_agree


def test_what_a_controller_says_is_recorded_word_for_word() -> None:
    seen = Seen(FIRST_ID, {}, says(1.25, T0 - 0.1, -0.3))
    assert decode(encode(seen)) == seen
