"""Records of single things among the claims: whatever things are called, none is taken for another."""

from __future__ import annotations

from itertools import combinations

from hypothesis import example, given
from hypothesis import strategies as st

from agent.core.records import Records

THINGS = Records("thing", str)
NAMES = st.lists(st.text(alphabet="AB:%3", max_size=4), min_size=1, max_size=3).map(tuple)


@given(st.lists(NAMES, min_size=2, max_size=6, unique=True))
@example([("PO:1", "10"), ("PO", "1:10")])
@example([("A:",), ("A%3A",)])
def test_two_names_never_share_a_record(names: list[tuple[str, ...]]) -> None:
    assert all(THINGS.key(*one) != THINGS.key(*other) for one, other in combinations(names, 2))
