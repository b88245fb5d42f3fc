from __future__ import annotations

from decimal import Decimal

from agent.core.times import epoch
from agent.core.work_center_view import WorkCenterView
from agent.tui.scene import Pace, Picture, Scene
from agent.tui.wording import Wording, duration
from tests.tui.views import CENTER, NEXT, NOON, ORDER, OTHER, UNRELEASED, VIEW, showing, zone

ENGLISH, RUSSIAN = Wording("en", zone(VIEW)), Wording("ru", zone(VIEW))


def counting(good: int, order_id: str = "PO-1001") -> WorkCenterView:
    return CENTER.model_copy(
        update={"order": ORDER.model_copy(update={"qty_good": Decimal(good), "order_id": order_id})}
    )


def scene_of(center: WorkCenterView) -> Scene:
    return Scene(ENGLISH, showing(CENTER, OTHER), center, epoch(NOON), None)


def test_plant_time_runs_on_between_views_at_its_own_speed() -> None:
    view = VIEW.model_copy(update={"speed": 60.0})
    assert Picture(view, received=100.0).plant_time(102.0) == epoch(NOON) + 120


def test_the_pace_is_parts_per_hour_since_the_first_look() -> None:
    pace = Pace()
    pace.observe(0.0, counting(100))
    pace.observe(90.0, counting(105))
    assert (pace.per_hour(59.0), pace.per_hour(90.0)) == (None, Decimal(200))


def test_the_pace_falls_while_nothing_is_made() -> None:
    pace = Pace()
    pace.observe(0.0, counting(100))
    pace.observe(90.0, counting(105))
    assert pace.per_hour(180.0) == 100


def test_the_pace_forgets_what_was_long_ago() -> None:
    pace = Pace()
    for minute in range(60):
        pace.observe(60.0 * minute, counting(100 * minute if minute < 30 else 3000 + minute))
    assert pace.per_hour(59 * 60.0) == 60


def test_another_order_begins_a_new_pace() -> None:
    pace = Pace()
    pace.observe(0.0, counting(100))
    pace.observe(90.0, counting(0, "PO-2"))
    assert pace.per_hour(120.0) is None


def test_the_operation_in_progress_stands_first_and_once() -> None:
    center = CENTER.model_copy(update={"orders": (NEXT, ORDER, UNRELEASED)})
    assert scene_of(center).operations == (ORDER, NEXT, UNRELEASED)


def test_several_work_centers_are_numbered() -> None:
    assert (scene_of(OTHER).place, scene_of(CENTER).place) == ("WC-13 (2/2)", "WC-12 (1/2)")


def test_quantities_are_grouped_and_without_needless_zeros() -> None:
    assert ENGLISH.count(Decimal("1234567.500")) == "1,234,567.5"
    assert RUSSIAN.count(Decimal("1234567.500")) == "1\N{NO-BREAK SPACE}234\N{NO-BREAK SPACE}567,5"
    assert (ENGLISH.count(1200), ENGLISH.count(Decimal("2E+3"))) == ("1,200", "2,000")


def test_times_are_told_in_the_plants_zone() -> None:
    assert (ENGLISH.clock(NOON), ENGLISH.minute(epoch(NOON))) == ("12:00:00", "12:00")


def test_durations_count_hours_on_and_never_below_zero() -> None:
    assert [duration(seconds) for seconds in (-5, 59.9, 3600, 360_000)] == [
        "0:00:00",
        "0:00:59",
        "1:00:00",
        "100:00:00",
    ]


def test_a_reason_without_a_translation_is_told_in_english_and_an_unknown_one_by_its_code() -> None:
    reasons = (VIEW.reasons[0].model_copy(update={"text": {"en": "Jam"}}),)
    assert (RUSSIAN.reason("JAM", reasons), RUSSIAN.reason("OLD", reasons)) == ("Jam", "OLD")
