"""The pictures of the shift, as characters."""

from __future__ import annotations

from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as some
from textual.content import Content

from agent.core.shifts.shift_view import LossView, StripView
from agent.core.shifts.strip import LETTERS, PLANNED, SETUP
from agent.core.times import epoch
from agent.tui.pictures import pareto as of_losses
from agent.tui.pictures.pace import LEVELS, PLAN, rates_of, sparkline
from agent.tui.pictures.pareto import pareto
from agent.tui.pictures.strip import AHEAD, LOOKS, strip
from agent.tui.texts import LANGUAGES, Language
from agent.tui.wording import Wording
from tests.tui.views import LOSSES, REASONS, STRIP

EN = Wording("en", ZoneInfo("Asia/Almaty"))
SEVEN = STRIP.since
WIDTHS = some.integers(20, 200)
WORDS = some.builds(
    Wording,
    some.sampled_from(list(LANGUAGES)),
    some.sampled_from([ZoneInfo("Asia/Almaty"), ZoneInfo("Asia/Kathmandu"), ZoneInfo("UTC")]),
)
STRIPS = some.builds(
    StripView,
    since=some.sampled_from([SEVEN, "2026-03-04T02:17:31.000Z"]),
    cell_s=some.just(180.0),
    cells=some.text(alphabet="RIFHSBOUPC", max_size=240),
    good_s=some.just(900.0),
    good=some.lists(some.integers(0, 5000).map(Decimal), max_size=48).map(tuple),
)
SHARES = some.lists(
    some.builds(
        LossView,
        reason_code=some.sampled_from(["JAM", "TOOL", "UNCODED", "*", "X" * 40]),
        count=some.integers(0, 9999),
        seconds=some.floats(0, 50_000),
    ),
    max_size=9,
)


def cells(letters: str) -> StripView:
    """Three minutes of each."""
    return StripView(since=SEVEN, cell_s=180.0, cells=letters, good_s=900.0, good=())


def rows(drawn: Content) -> list[str]:
    return [line.rstrip() for line in drawn.plain.split("\n")]


def colors_of(drawn: Content) -> list[tuple[str, str]]:
    return [(drawn.plain[span.start : span.end], str(span.style)) for span in drawn.spans]


def test_a_shift_reaches_from_its_beginning_to_its_end_under_a_clock() -> None:
    drawn = strip(cells("C" * 10 + "R" * 30 + "F" * 20), epoch(SEVEN) + 6 * 3600, EN, 60)
    assert rows(drawn) == [
        "C▓▓▓▓" + "█" * 15 + "F" + "▒" * 9 + "·" * 30,
        "│07:00    │08:00    │09:00    │10:00    │11:00    │12:00",
    ]


def test_every_condition_is_told_by_its_signs_alone() -> None:
    drawn = strip(cells("".join(letter * 2 for letter in LOOKS)), None, EN, 20)
    assert rows(drawn)[0] == "F▒I▄H=S>B<O-??C▓──██"


def test_every_letter_of_the_agent_has_a_look() -> None:
    assert set(LOOKS) == {*LETTERS.values(), PLANNED, SETUP}


@pytest.mark.parametrize(("language", "signs"), [("ru", "А▒С▄П=Н>В<О-??Л▓──██"), ("kk", "А▒Т▄К=Б>Ш<Ө-??П▓──██")])
def test_letters_are_those_of_the_operators_words(language: Language, signs: str) -> None:
    words = Wording(language, ZoneInfo("UTC"))
    assert rows(strip(cells("".join(letter * 2 for letter in LOOKS)), None, words, 20))[0] == signs


def test_of_what_lasted_equally_long_in_a_column_the_worse_is_drawn() -> None:
    assert rows(strip(cells("RFRRRR"), None, EN, 3))[0] == "F██"


def test_what_is_drawn_is_named_where_there_is_room() -> None:
    legend = rows(strip(cells("RRFFPPUU"), None, EN, 60, legend=True))[2]
    assert legend == "F▒ fault   ?? unknown   ── planned   ██ running"


def test_a_clock_that_has_no_room_for_each_hour_shows_some() -> None:
    drawn = strip(cells("R" * 160), epoch(SEVEN) + 12 * 3600, EN, 24)
    assert rows(drawn)[1] == "  │08:00  │12:00  │16:00"


def test_a_shift_of_which_nothing_is_known_yet_is_all_ahead() -> None:
    assert rows(strip(cells(""), epoch(SEVEN) + 8 * 3600, EN, 30))[0] == AHEAD * 30


@given(seen=STRIPS, ends_after=some.none() | some.integers(1, 100_000), words=WORDS, width=WIDTHS)
def test_a_strip_is_as_wide_as_it_is_told_and_nothing_on_it_wider(
    seen: StripView, ends_after: int | None, words: Wording, width: int
) -> None:
    end = None if ends_after is None else epoch(seen.since) + ends_after
    bar, clock, legend = strip(seen, end, words, width, legend=True).plain.split("\n")
    assert len(bar) == width
    assert max(len(clock), len(legend)) <= width


@given(seen=STRIPS, width=WIDTHS)
def test_a_strip_shows_no_condition_that_there_was_not(seen: StripView, width: int) -> None:
    bar = strip(seen, None, EN, width).plain.split("\n")[0]
    signs = {sign for letter in seen.cells for sign in (LOOKS[letter].letter, LOOKS[letter].pattern) if sign}
    assert set(bar) - {AHEAD} <= signs


def test_bars_below_the_plan_show_its_line_and_others_cover_it() -> None:
    seen = StripView(since=SEVEN, cell_s=180.0, cells="", good_s=900.0, good=tuple(map(Decimal, (25, 100, 125, 0))))
    drawn = sparkline(seen, epoch(SEVEN) + 3600, Decimal(400), 8)
    assert rows(drawn) == ["─▅█─────", "▃██"]
    assert {style for text, style in colors_of(drawn) if text == "▅"} == {"$bar"}
    assert {style for text, style in colors_of(drawn) if text == "▃"} == {"$text"}


def test_a_bar_that_is_not_finished_counts_for_the_time_it_has_lasted() -> None:
    seen = StripView(since=SEVEN, cell_s=180.0, cells="", good_s=900.0, good=(Decimal(100), Decimal(20)))
    assert rates_of(seen, epoch(SEVEN) + 900 + 180) == [400.0, 400.0]


def test_the_first_seconds_of_a_bar_say_nothing() -> None:
    seen = StripView(since=SEVEN, cell_s=180.0, cells="", good_s=900.0, good=(Decimal(100), Decimal(20)))
    assert rates_of(seen, epoch(SEVEN) + 900 + 59) == [400.0]


@given(
    seen=STRIPS,
    lasted=some.integers(0, 50_000),
    norm=some.none() | some.integers(0, 9000).map(Decimal),
    width=WIDTHS,
    high=some.integers(1, 6),
)
def test_a_sparkline_keeps_to_its_width_and_height(
    seen: StripView, lasted: int, norm: Decimal | None, width: int, high: int
) -> None:
    lines = sparkline(seen, epoch(seen.since) + lasted, norm, width, high).plain.split("\n")
    assert len(lines) == high
    assert max(map(len, lines)) <= width
    assert set("".join(lines)) <= {*LEVELS, PLAN}


def test_stops_stand_with_the_dearest_first_and_add_up_to_the_whole() -> None:
    assert rows(pareto(LOSSES, REASONS, EN, 66)) == [
        "Jam in the feeder    █████████████████████████  0:45:11  7 ×  48 %",
        "Tool worn or broken  █████████████████▌         0:31:40  1 ×  34 %",
        "Not explained        █████▌                     0:10:00  2 ×  11 %",
        "No material          ████                       0:07:00  1 ×   7 %",
    ]


def test_what_is_not_listed_has_a_name() -> None:
    others = LossView(reason_code=of_losses.OTHERS, count=3, seconds=40.0)
    assert rows(pareto((others,), REASONS, EN, 50))[0].startswith("All others  █")


def test_where_there_is_no_room_the_bar_goes_first_and_then_the_end_of_the_name() -> None:
    assert rows(pareto(LOSSES[:1], REASONS, EN, 40)) == ["Jam in the feeder    0:45:11  7 ×  100 %"]
    assert rows(pareto(LOSSES[:1], REASONS, EN, 30)) == ["Jam in t…  0:45:11  7 ×  100 %"]


@given(losses=SHARES, words=WORDS, width=WIDTHS)
def test_a_pareto_has_a_line_for_each_loss_and_none_is_wider_than_it_is_told(
    losses: list[LossView], words: Wording, width: int
) -> None:
    drawn = pareto(losses, REASONS, words, width).plain
    lines = drawn.split("\n") if drawn else []
    assert len(lines) == len(losses)
    assert max(map(len, lines), default=0) <= width
