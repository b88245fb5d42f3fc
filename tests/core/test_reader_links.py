"""Which readers of a work center are connected: each is told for itself."""

from zoneinfo import ZoneInfo

from agent.core.codes.code_settings import CodeSettings
from agent.core.directories import Directories
from agent.core.facts import Keys, LinkLost, LinkRestored
from agent.core.observations import Link
from agent.core.settings import FloorRules
from agent.core.snapshots import packed, unpacked
from agent.core.station import Station
from agent.core.station_view import view
from agent.core.values import replace
from tests.core.build import PROVENANCE, T0, WC, Story, a_machine, a_story, instant, quality, said, started


def a_center(*readers: str | tuple[str, str]) -> Station:
    """One with these readers, and those of other work centers beside it."""
    rules = FloorRules(readers=frozenset(one if isinstance(one, tuple) else (WC, one) for one in readers))
    return Station.new(a_machine(), CodeSettings(), PROVENANCE, None, ZoneInfo("UTC"), rules)


def two_readers() -> Story:
    return a_story(station=a_center("hand", "gate"))


def reader(at: float, name: str, *, up: bool, reason: str = "") -> Link:
    return Link(WC, "scanner", up=up, observed=instant(at), reason=reason, reader=name)


def told(change: type[LinkLost | LinkRestored], name: str, detail: str = "") -> LinkLost | LinkRestored:
    keys = Keys(wc_id=WC)
    return change(keys=keys, quality=quality(origin="rule"), device="scanner", reader=name, detail=detail)


def test_one_of_two_readers_is_lost_and_found_and_the_other_never_concerned() -> None:
    story = two_readers()
    facts = story.hear(
        reader(1.0, "hand", up=True),
        reader(1.0, "gate", up=False, reason="it refuses"),
        reader(2.0, "hand", up=False, reason="unplugged"),
        reader(3.0, "hand", up=True),
        reader(4.0, "gate", up=True),
    )
    assert said(facts) == [
        (1.0, told(LinkLost, "gate", "it refuses")),
        (2.0, told(LinkLost, "hand", "unplugged")),
        (3.0, told(LinkRestored, "hand")),
        (4.0, told(LinkRestored, "gate")),
    ]


def test_what_is_known_of_a_reader_is_not_told_again() -> None:
    story = two_readers()
    story.hear(reader(1.0, "hand", up=False))
    assert story.hear(reader(2.0, "hand", up=False), reader(2.0, "gate", up=True)) == []


def test_the_view_names_the_readers_that_are_not_connected() -> None:
    story = two_readers()
    story.hear(reader(1.0, "hand", up=False), reader(2.0, "gate", up=False), reader(3.0, "hand", up=True))
    assert view(story.station, Directories(), T0 + 4.0).readers_down == ("gate",)


def test_a_reader_that_was_lost_before_a_restart_is_told_as_found_after_it() -> None:
    story = two_readers()
    story.hear(reader(1.0, "hand", up=False))
    story.station = replace(story.station, state=unpacked(packed(story.station.state)))
    facts = story.hear(started(5.0, 2.0), reader(6.0, "hand", up=True))
    assert [data for _, data in said(facts) if isinstance(data, LinkRestored)] == [told(LinkRestored, "hand")]


def test_a_reader_that_is_configured_no_more_is_not_missed() -> None:
    story = two_readers()
    story.hear(reader(1.0, "hand", up=False), reader(1.0, "gate", up=False))
    story.station = replace(a_center("gate"), state=story.station.state)
    story.hear(started(5.0, 2.0))
    assert story.station.state.floor.readers_down == ("gate",)


def test_a_reader_that_is_moved_to_another_work_center_is_not_missed_at_the_former_one() -> None:
    story = two_readers()
    story.hear(reader(1.0, "hand", up=False), reader(1.0, "gate", up=False))
    former = story.station
    after_reload = a_center("gate", ("WC-2", "hand")).taking_over(former)
    assert after_reload.state.floor.readers_down == ("gate",)
    story.station = replace(a_center("gate", ("WC-2", "hand")), state=former.state)
    story.hear(started(5.0, 2.0))
    assert story.station.state.floor.readers_down == ("gate",)
