"""When a subscription counts as silent: never for what a sampling missed, always for what is never told."""

from hypothesis import given
from hypothesis import strategies as st

from drivers.opcua_evidence import Evidence, Moment, is_over

LOOKS = st.lists(
    st.tuples(st.booleans(), st.booleans(), st.floats(0.1, 10.0), st.integers(0, 20)), min_size=1, max_size=30
)


def look(evidence: Evidence, moment: Moment, tellings: int = 1) -> bool:
    return evidence.is_silent(0, tellings=tellings, moment=moment, allowance_s=1.0)


def test_two_looks_that_differ_with_nothing_told_between_are_silence() -> None:
    evidence = Evidence()
    assert not look(evidence, Moment(0.0, 10, 0))
    assert look(evidence, Moment(2.0, 12, 0))


def test_a_change_that_may_still_be_on_its_way_is_none() -> None:
    evidence = Evidence()
    assert not look(evidence, Moment(0.0, 10, 0))
    assert not look(evidence, Moment(1.4, 20, 0))


def test_a_value_that_was_told_between_two_looks_is_alive() -> None:
    evidence = Evidence()
    assert not look(evidence, Moment(0.0, 10, 0))
    assert not look(evidence, Moment(5.0, 20, 0), tellings=2)


def test_where_no_publication_came_it_is_not_the_items_silence() -> None:
    evidence = Evidence()
    assert not look(evidence, Moment(0.0, 10, 0))
    assert not look(evidence, Moment(5.0, 11, 0))


def test_what_waits_behind_other_news_is_on_its_way() -> None:
    evidence = Evidence()
    assert not look(evidence, Moment(0.0, 10, 0))
    assert not look(evidence, Moment(5.0, 20, 15))
    assert look(evidence, Moment(10.0, 30, 15))


@given(LOOKS)
def test_silence_needs_two_looks_in_a_row_that_differ(looks: list[tuple[bool, bool, float, int]]) -> None:
    evidence, time, publications, tellings = Evidence(), 0.0, 0, 0
    doubted_since: tuple[float, int, int] | None = None
    for differs, is_told, seconds, came in looks:
        time, publications, tellings = time + seconds, publications + came, tellings + is_told
        if not differs:
            evidence.forget(0)
            doubted_since = None
            continue
        found = look(evidence, Moment(time, publications, 0), tellings)
        if found:
            assert doubted_since is not None
            assert time - doubted_since[0] > 1.0
            assert publications > doubted_since[1]
            assert tellings == doubted_since[2]
        if doubted_since is None or doubted_since[2] != tellings:
            doubted_since = (time, publications, tellings)


@given(st.floats(0, 100), st.integers(0, 100))
def test_what_is_awaited_is_over_only_after_its_time_and_with_publications(seconds: float, came: int) -> None:
    over = is_over(Moment(0.0, 0, 0), Moment(seconds, came, 0), 2.0)
    assert over == (seconds > 2.5 and came >= 2)
