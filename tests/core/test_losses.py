"""What stops cost a shift, by reason: a few reasons told apart, nothing lost or counted twice."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from agent.core.facts import Reason
from agent.core.shifts.losses import MOST_REASONS, OTHERS, Loss, recounted
from agent.core.stops.segments import Segment

CODES = st.sampled_from([f"R{number}" for number in range(MOST_REASONS + 6)])


def a_segment(code: str | None, seconds: float, start: float = 0.0, **more: Any) -> Segment:  # noqa: ANN401 - fields
    reason = None if code is None else Reason(code=code, dir="reasons", rev="1")
    segment = Segment(1, "down", start, start + seconds, None, None, None, reason)
    return replace(segment, **more)


def totals(losses: dict[str, Loss]) -> tuple[int, float]:
    return sum(one.count for one in losses.values()), round(sum(one.seconds for one in losses.values()), 6)


def test_segments_add_up_by_reason_and_an_edit_moves_them_to_another() -> None:
    jam, other_jam, wear = a_segment("JAM", 60.0), a_segment("JAM", 30.0), a_segment("WEAR", 30.0)
    losses = recounted({}, (), (jam, other_jam))
    assert losses == {"JAM": Loss(2, 90.0, 2)}
    assert recounted(losses, (other_jam,), (wear,)) == {"JAM": Loss(1, 60.0, 1), "WEAR": Loss(1, 30.0, 1)}
    assert recounted(losses, (jam, other_jam), ()) == {}


def test_planned_time_is_no_loss_and_what_a_rule_said_nobody_gave() -> None:
    by_rule, carried = a_segment("JAM", 5.0, rule_id="R12"), a_segment("JAM", 5.0, inherited="shift")
    losses = recounted({}, (), (a_segment("BREAK", 300.0, segment_class="planned"), by_rule, carried))
    assert losses == {"JAM": Loss(2, 10.0, 0)}
    assert recounted({}, (), (a_segment(None, 7.0), a_segment("UNCODED", 3.0))) == {"UNCODED": Loss(2, 10.0, 0)}


def test_of_very_many_reasons_the_cheapest_are_told_together() -> None:
    segments = [a_segment(f"R{number}", 100.0 + number) for number in range(MOST_REASONS + 3)]
    losses = recounted({}, (), segments)
    assert set(losses) == {OTHERS, *(f"R{number}" for number in range(3, MOST_REASONS + 3))}
    assert losses[OTHERS] == Loss(3, 303.0, 3)
    assert recounted(losses, segments[:1], ())[OTHERS] == Loss(2, 203.0, 2)


def test_of_long_codes_fewer_are_told_apart() -> None:
    segments = [a_segment(f"{number:0>60}", 100.0 + number) for number in range(9)]
    losses = recounted({}, (), segments)
    assert set(losses) == {OTHERS, *(f"{number:0>60}" for number in range(6, 9))}
    assert sum(one.count for one in losses.values()) == 9


def test_what_was_never_counted_takes_nothing_away() -> None:
    losses = recounted({}, (), [a_segment("JAM", 60.0)])
    assert recounted(losses, [a_segment("WEAR", 30.0)], ()) == losses


@given(st.lists(st.tuples(CODES, st.integers(1, 900), st.integers(0, 9))))
def test_whatever_is_counted_and_edited_the_whole_is_exact_and_small(edits: list[tuple[str, int, int]]) -> None:
    losses: dict[str, Loss] = {}
    held: list[Segment] = []
    for code, seconds, what in edits:
        if what < 4 and held:
            gone = held.pop(what * len(held) // 4)
            come = a_segment(code, seconds) if what % 2 else None
        else:
            gone, come = None, a_segment(code, seconds)
        held += [] if come is None else [come]
        losses = recounted(losses, () if gone is None else (gone,), () if come is None else (come,))
        assert len(losses) <= MOST_REASONS + 1
        assert totals(losses) == (len(held), sum((one.end or 0.0) - one.start for one in held))


@given(st.lists(st.tuples(st.sampled_from(["JAM", "WEAR", None]), st.integers(1, 900)), min_size=1), st.data())
def test_of_few_reasons_each_is_what_its_segments_are(told: list[tuple[str | None, int]], data: st.DataObject) -> None:
    segments = [a_segment(code, seconds) for code, seconds in told]
    gone = data.draw(st.sets(st.sampled_from(range(len(segments)))))
    kept = [one for number, one in enumerate(segments) if number not in gone]
    losses = recounted(recounted({}, (), segments), [segments[number] for number in gone], ())
    assert losses == recounted({}, (), kept)
