"""Instants as the contract writes them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.core.times import epoch, iso


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.0, "1970-01-01T00:00:00.000Z"),
        (1772601462.12, "2026-03-04T05:17:42.120Z"),
        (1772601462.9996, "2026-03-04T05:17:43.000Z"),
        (1772601462.9994, "2026-03-04T05:17:42.999Z"),
        (-0.25, "1969-12-31T23:59:59.750Z"),
        (1709164800.0, "2024-02-29T00:00:00.000Z"),
    ],
)
def test_an_instant_is_written_in_utc_to_the_millisecond(seconds: float, text: str) -> None:
    assert iso(seconds) == text


@pytest.mark.parametrize("text", ["2026-03-04T05:17:42.120Z", "2026-03-04T10:17:42.120+05:00"])
def test_an_instant_is_read_in_any_zone(text: str) -> None:
    assert epoch(text) == 1772601462.12


@pytest.mark.parametrize("text", ["2026-03-04T05:17:42.120", "yesterday", "1772601462"])
def test_what_names_no_instant_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=text):
        epoch(text)


@given(st.integers(0, 4_000_000_000_000))
def test_milliseconds_survive_writing_and_reading(milliseconds: int) -> None:
    assert iso(epoch(iso(milliseconds / 1000))) == iso(milliseconds / 1000)


@given(st.floats(0, 4e9), st.floats(0, 4e9))
def test_written_instants_sort_as_the_instants_do(one: float, other: float) -> None:
    assert (iso(one) <= iso(other)) or one > other
