"""Some minutes of five machines: the facts are exactly those that each trace's README and the rules demand."""

from __future__ import annotations

import pytest

from tests.core.traces.playing import NAMES, facts_path, lines, played


@pytest.mark.parametrize("name", NAMES)
def test_a_trace_makes_the_expected_facts(name: str) -> None:
    expected = facts_path(name).read_text(encoding="utf-8").splitlines()
    assert lines(played(name)) == expected


@pytest.mark.parametrize("name", NAMES)
def test_a_station_that_goes_on_from_its_snapshots_makes_the_same_facts(name: str) -> None:
    assert lines(played(name, restart_every=7)) == lines(played(name))
