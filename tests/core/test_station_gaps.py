"""Histories with spans that nobody watched: R15, R17."""

from decimal import Decimal

from agent.core.facts import (
    LinkLost,
    LinkRestored,
    OutputRecorded,
    StopClosed,
    StopOpened,
)
from tests.core.build import (
    ABORTED,
    EXECUTE,
    IDLE,
    a_station,
    alive,
    bad,
    down,
    image,
    moved,
    quality,
    read,
    said,
    started,
    stop,
    stop_ids,
    tick,
    up,
)
from tests.core.histories import RUNNING, STANDING, UNKNOWN, a_running_machine, a_stopped_machine, changes, link, output


def test_a_lost_link_makes_the_condition_unknown_from_the_last_good_reading() -> None:  # R15
    facts = a_running_machine().hear(tick(21.0), down(22.5), tick(60.0), down(70.0), tick(80.0))
    assert said(facts) == [
        (20.0, moved(RUNNING, UNKNOWN, cause="link_lost")),
        (22.5, link(LinkLost, "cable")),
    ]


def test_silence_makes_the_condition_unknown_without_a_lost_link() -> None:  # R15
    facts = a_running_machine().hear(tick(29.0), tick(30.0), tick(30.5), tick(31.0))
    assert said(facts) == [(20.0, moved(RUNNING, UNKNOWN, cause="silence"))]


def test_silence_that_turns_into_a_lost_link_is_one_gap() -> None:
    story = a_running_machine()
    story.hear(tick(31.0), down(40.0, "timeout"), read(50.0, packml_state=EXECUTE, total=100), up(50.0), up(51.0))
    assert said(story.facts)[2:] == [
        (20.0, moved(RUNNING, UNKNOWN, cause="silence")),
        (40.0, link(LinkLost, "timeout")),
        (50.0, link(LinkRestored)),
        (50.0, moved(UNKNOWN, RUNNING)),
    ]


def test_a_gap_is_closed_once() -> None:
    story = a_running_machine()
    story.hear(down(21.0), read(50.0, packml_state=EXECUTE, total=100), up(50.0))
    assert story.hear(read(50.0, packml_state=EXECUTE, total=100), up(50.0), up(51.0), tick(52.0)) == []


def test_parts_made_in_a_gap_are_one_fact_of_uncertain_time_and_an_inferred_run() -> None:  # R15, K11
    story = a_running_machine()
    facts = story.hear(down(21.0), read(80.0, packml_state=EXECUTE, total=112), up(80.0))
    uncertain = quality(time_quality="uncertain")
    assert said(facts)[2:] == [
        (80.0, output(12, 12, (100, 112), (10.0, 80.0), quality=uncertain)),
        (80.0, link(LinkRestored)),
        (68.0, moved(UNKNOWN, RUNNING, inferred=True, cause="link_lost")),
        (80.0, moved(RUNNING, RUNNING)),
    ]


def test_more_parts_than_fit_into_a_gap_are_all_counted_and_the_run_fills_it() -> None:  # R15
    story = a_running_machine()
    facts = story.hear(down(21.0), read(40.0, packml_state=EXECUTE, total=150), up(40.0))
    assert changes(facts) == [(20.0, RUNNING, UNKNOWN), (20.0, UNKNOWN, RUNNING), (40.0, RUNNING, RUNNING)]


def test_a_stop_goes_on_through_a_gap_in_which_nothing_was_made() -> None:  # R15
    story = a_stopped_machine()
    story.hear(down(21.0), read(80.0, packml_state=ABORTED, total=100), up(80.0), *alive(80.0, 85.0))
    story.hear(read(86.0, packml_state=EXECUTE), read(87.0, total=101), *alive(87.0, 90.0))
    (stop_id,) = set(stop_ids(story.facts))
    assert story.of(StopOpened, StopClosed) == [
        stop(StopOpened, stop_id, 10.0),
        stop(StopClosed, stop_id, 10.0, 86.0, bridged=True),
    ]


def test_a_stop_ends_uncertain_before_a_gap_in_which_parts_were_made() -> None:  # R15
    story = a_stopped_machine()
    facts = story.hear(down(21.0), read(80.0, packml_state=IDLE, total=103), up(80.0), *alive(80.0, 86.0))
    first, second = dict.fromkeys(stop_ids(story.facts))
    assert [data for _, data in said(facts) if isinstance(data, StopClosed | StopOpened)] == [
        stop(StopClosed, first, 10.0, 20.0, end_uncertain=True),
        stop(StopOpened, second, 80.0),
    ]


def test_a_stop_survives_a_crash_of_the_agent() -> None:  # R17
    story = a_stopped_machine()
    story.station = a_station().restored(story.station.snapshot())
    facts = story.hear(started(60.0, 20.0), read(61.0, packml_state=IDLE, total=100), up(61.0), *alive(61.0, 64.0))
    assert said(facts) == [
        (20.0, moved(STANDING, UNKNOWN, cause="agent_down")),
        (61.0, link(LinkRestored)),
        (61.0, moved(UNKNOWN, STANDING)),
    ]
    assert story.station.state.stops.open is not None
    assert story.station.state.stops.open.bridged


def test_parts_made_while_the_agent_was_down_are_counted_from_the_persisted_reading() -> None:  # K2, R17
    story = a_running_machine()
    facts = story.hear(started(600.0, 20.0), read(600.0, packml_state=EXECUTE, total=400), up(600.0))
    assert [fact.data.qty_good for fact in facts if isinstance(fact.data, OutputRecorded)] == [Decimal(300)]


def test_bad_quality_is_unknown_and_never_a_stop_and_running_goes_on_after_it() -> None:  # K10, R15
    story = a_running_machine()
    story.hear(image(21.0, bad("packml_state", 21.0)), *alive(21.0, 60.0), read(61.0, packml_state=EXECUTE))
    story.hear(*alive(61.0, 70.0))
    assert said(story.facts)[2:] == [
        (20.0, moved(RUNNING, UNKNOWN, cause="bad_quality")),
        (61.0, moved(UNKNOWN, RUNNING)),
    ]
