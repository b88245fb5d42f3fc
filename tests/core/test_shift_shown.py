"""What people are shown of a shift: what it lost, what is given most, how fast it should go, until when."""

from __future__ import annotations

from decimal import Decimal

from agent.core.directories import Norms, Operators
from agent.core.machine_settings import Role
from agent.core.shifts.shift_view import LossView
from agent.core.station_view import view
from agent.core.values import replace
from agent.core.work_center_view import UndoView, WorkCenterView
from tests.core.build import (
    EXECUTE,
    IDLE,
    T0,
    Story,
    a_manual_station,
    a_pattern,
    a_plan,
    a_shift,
    a_station,
    a_story,
    an_order,
    by_supervisor,
    clock,
    down,
    entry,
    quiet,
    read,
    scan,
    started,
    up,
    wall,
    watched,
)

ROLES = (Role.PACKML_STATE, Role.TOTAL)
DAY = a_pattern(
    a_shift("early", "05:00", "05:30", ("05:20", "05:22")),
    a_shift("late", "05:30", "06:00"),
    a_shift("night", "06:00", "07:00"),
)
PLAN = a_plan(an_order("PO-1"), reasons=["JAM", "WEAR", "CLEAN", "FOIL", "CAP"])
NEW = a_station(*ROLES, pattern=DAY, stop={"inherit_s": 0})
PEOPLE = Operators.model_validate(
    {
        "rev": "1",
        "operators": [
            {"operator_id": "anna", "name": "Anna", "language": "kk"},
            {"operator_id": "boris", "name": "Boris", "roles": ["operator", "supervisor"], "language": "ru"},
        ],
    }
)


def running() -> Story:
    """A machine that runs since 05:00."""
    return a_story(*watched(packml_state=EXECUTE, total=0), station=NEW, plan=PLAN)


def stops(story: Story, at: float, seconds: float, *codes: str) -> None:
    """The machine runs up to there, stops for so long, the reason given if there is one, and runs again."""
    last = story.station.state.watch.last_good
    assert last is not None
    middle = at + seconds / 2
    story.hear(*quiet(last - T0, at), read(at, packml_state=IDLE), *quiet(at, middle))
    story.hear(*(entry(middle, "set_reason", code=code) for code in codes), *quiet(middle, at + seconds))
    story.hear(read(at + seconds, packml_state=EXECUTE, total=int(at)), *quiet(at + seconds, at + seconds + 10.0))


def shown(story: Story, at: float) -> WorkCenterView:
    return view(story.station, story.plan, T0 + at)


def lost(story: Story, at: float) -> list[tuple[str, int, float]]:
    return [(one.reason_code, one.count, one.seconds) for one in shown(story, at).losses]


# Losses


def test_losses_are_shown_by_reason_the_dearest_first_with_the_open_stop_up_to_now() -> None:
    story = running()
    stops(story, 100.0, 150.0, "JAM")
    stops(story, 300.0, 60.0)
    stops(story, 400.0, 200.0)
    story.hear(*quiet(610.0, 700.0), read(700.0, packml_state=IDLE), *quiet(700.0, 730.0))
    story.hear(entry(730.0, "set_reason", code="JAM"))
    assert lost(story, 760.0) == [("JAM", 1, 210.0), ("UNCODED", 1, 200.0), ("MINOR_STOP", 1, 60.0)]
    assert lost(story, 900.0)[0] == ("JAM", 1, 350.0)


def test_an_open_stop_costs_nothing_while_nobody_watches_it_nor_in_a_break() -> None:
    story = running()
    story.hear(*quiet(0.0, wall("05:19")), read(wall("05:19"), packml_state=IDLE), *quiet(wall("05:19"), wall("05:25")))
    story.hear(entry(wall("05:25"), "set_reason", code="JAM"))
    assert lost(story, wall("05:25:30")) == [("JAM", 0, 210.0), ("UNCODED", 0, 60.0)]
    story.hear(down(wall("05:25:30")))
    assert lost(story, wall("05:29")) == [("JAM", 0, 180.0), ("UNCODED", 0, 60.0)]


def test_what_nobody_watched_is_a_loss_of_the_shift_that_began_meanwhile() -> None:
    story = running()
    story.hear(*quiet(0.0, wall("05:27")), started(wall("05:35"), wall("05:27")))
    story.hear(read(wall("05:36"), packml_state=EXECUTE, total=0), up(wall("05:36")))
    assert lost(story, wall("05:37")) == [("UNCODED", 1, 360.0)]
    assert shown(story, wall("05:37")).uncoded == 1


def test_a_reason_that_is_set_late_moves_its_loss_and_one_of_the_former_shift_changes_nothing() -> None:
    story = running()
    stops(story, 100.0, 150.0)
    stops(story, wall("05:29"), 160.0)
    (early, late) = [one.unexplained or "" for one in reversed(shown(story, wall("05:33")).closed_stops)]
    assert lost(story, wall("05:33")) == [("UNCODED", 1, 100.0)]
    story.hear(entry(wall("05:33"), "set_reason", code="WEAR", segment_id=early))
    assert lost(story, wall("05:33")) == [("UNCODED", 1, 100.0)]
    story.hear(entry(wall("05:33"), "set_reason", code="JAM", segment_id=late.replace(".1", ".2")))
    assert lost(story, wall("05:33")) == [("JAM", 1, 100.0)]


def test_more_than_nine_reasons_are_shown_as_eight_and_the_rest() -> None:
    codes = [f"R{number}" for number in range(14)]
    story = a_story(started(0.0), station=a_manual_station(), plan=a_plan(reasons=codes))
    for number, code in enumerate(codes):
        at = 1000.0 * (number + 1)
        story.hear(entry(at, "start_stop", code=code), entry(at + 200.0 + number, "end_stop"))
    losses = shown(story, 15_000.0).losses
    assert [one.reason_code for one in losses] == [f"R{number}" for number in range(13, 5, -1)] + ["*"]
    assert losses[-1] == LossView(reason_code="*", count=6, seconds=200.0 * 6 + 15.0)


def test_losses_come_back_from_a_snapshot() -> None:
    story = running()
    stops(story, 100.0, 150.0, "JAM")
    assert NEW.restored(story.station.snapshot()) == story.station


# Favourites


def test_favourites_are_what_people_gave_most_in_this_shift_and_the_one_before() -> None:
    story = running()
    for number, code in enumerate(["WEAR", "WEAR", "WEAR", "JAM", "CAP"]):
        stops(story, 100.0 + 200.0 * number, 130.0, code)
    stops(story, wall("05:31"), 130.0, "JAM")
    stops(story, wall("05:35"), 130.0, "JAM")
    stops(story, wall("05:39"), 130.0, "JAM")
    stops(story, wall("05:43"), 130.0)
    assert shown(story, wall("05:46")).favourites == ("JAM", "WEAR", "CAP")
    stops(story, wall("06:01"), 130.0, "FOIL")
    assert shown(story, wall("06:05")).favourites == ("JAM", "FOIL")


def test_what_is_no_reason_in_force_any_more_is_no_favourite() -> None:
    story = running()
    stops(story, 100.0, 130.0, "JAM")
    stops(story, 300.0, 130.0, "WEAR")
    assert shown(story, 500.0).favourites == ("JAM", "WEAR")
    story.plan = a_plan(reasons=["WEAR", "OTHER"])
    assert shown(story, 500.0).favourites == ("WEAR",)


# Norm and end


def test_the_norm_is_that_of_the_operation_in_progress() -> None:
    norm = {"effective_from": "2026-01-01T00:00:00Z", "norm_version": "N1", "op_no": "10", "cycle_s": "2.5"}
    norms = {"BOTTLE": Norms.model_validate({"rev": "1", "item_id": "BOTTLE", "versions": [norm]})}
    story = a_story(
        started(0.0), station=a_manual_station(orders=True), plan=replace(a_plan(an_order("PO-1")), norms=norms)
    )
    assert shown(story, 1.0).norm_per_hour is None
    story.hear(scan(1.0, "ORD:PO-1"))
    assert shown(story, 2.0).norm_per_hour == Decimal(1440)
    story.hear(entry(3.0, "pause_operation", reason="MEAL"))
    assert shown(story, 4.0).norm_per_hour is None


def test_a_shift_ends_when_the_calendar_says_and_not_with_the_next_break() -> None:
    assert shown(running(), 10.0).shift_end == clock(wall("05:30"))
    assert shown(a_story(*watched(packml_state=IDLE)), 10.0).shift_end is None


# Taking back


def test_what_whoever_acts_may_take_back_is_shown_until_it_may_not() -> None:
    scrap = entry(10.0, "report_scrap", qty="2", defect_code="DENT")
    story = a_story(started(0.0), replace(scrap, actor=None), station=a_manual_station(), plan=PLAN)
    expected = UndoView(actor=None, type="scrap.recorded", text="2 EA DENT", until=clock(40.0))
    assert shown(story, 40.0).undo == expected
    assert shown(story, 40.1).undo is None
    story.hear(entry(41.0, "undo_last"))
    assert shown(story, 41.0).undo is None


def test_what_somebody_else_recorded_is_not_shown_as_ones_own() -> None:
    plan = replace(PLAN, operators=PEOPLE)
    story = a_story(started(0.0), entry(1.0, "sign_on", operator_id="anna"), station=a_manual_station(), plan=plan)
    story.hear(by_supervisor(entry(5.0, "report_good", qty="3")))
    assert shown(story, 6.0).undo is None
    story.hear(entry(7.0, "report_good", qty="4"))
    shown_now = shown(story, 8.0).undo
    assert shown_now is not None
    assert (shown_now.actor, shown_now.type) == ("anna", "output.recorded")
    story.hear(entry(9.0, "undo_last"))
    assert shown(story, 9.0).undo is None


# People and rights


def test_people_are_shown_with_roles_and_language() -> None:
    story = a_story(
        started(0.0), station=a_manual_station(people={"unknown": "allow"}), plan=replace(PLAN, operators=PEOPLE)
    )
    story.hear(*(entry(1.0, "sign_on", operator_id=who) for who in ("boris", "ghost")))
    boris, ghost = shown(story, 2.0).crew
    assert (boris.name, boris.roles, boris.language) == ("Boris", ("operator", "supervisor"), "ru")
    assert (ghost.name, ghost.roles, ghost.language) == ("ghost", (), None)


def test_an_action_is_barred_exactly_where_it_would_be_refused_for_want_of_a_role() -> None:
    station = a_manual_station(people={"rights": {"start_stop": ["supervisor"]}})
    story = a_story(started(0.0), station=station, plan=replace(PLAN, operators=PEOPLE))
    for who, refused in ((None, True), ("anna", True), ("boris", False)):
        if who is not None:
            story.hear(entry(1.0, "sign_on", operator_id=who))
        barred = shown(story, 2.0).barred
        for action in ("start_stop", "release_quarantine"):
            tried = replace(entry(3.0, action, discrepancy_id="d", decision="post"), actor=None)
            reply = story.observe(tried).reply
            assert reply is not None
            assert (action in barred, reply.code == "NEEDS_SUPERVISOR") == (refused, refused)
        assert "set_reason" not in barred


def test_nothing_is_barred_where_no_directory_of_operators_is_known() -> None:
    assert shown(a_story(started(0.0), station=a_manual_station(), plan=PLAN), 1.0).barred == ()
