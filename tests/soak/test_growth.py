"""What is said of a long run: growth is found through noise and spikes, and none where there is none."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.soak.growth import MOST_MB_AN_HOUR, Sample, judged, slope

LOOKS = 120


def a_run(
    *,
    grows_mb: float = 0.0,
    noise: Callable[[int], float] = lambda _: 0.0,
    files: Callable[[int], int] = lambda _: 20,
    log: Callable[[int], int] = lambda look: look * 100,
) -> list[Sample]:
    """An hour of samples; memory grows by so many MB over it."""
    return [
        Sample(look * 30.0, 80.0 + grows_mb * look / LOOKS + noise(look), files(look), 4, 30, log(look), quiet=True)
        for look in range(LOOKS + 1)
    ]


def found(samples: list[Sample]) -> dict[str, bool]:
    return {check.name: check.ok for check in judged(samples, 1.0)}


def test_a_run_in_which_nothing_grows_is_well() -> None:
    assert set(found(a_run()).values()) == {True}


@settings(max_examples=15)
@given(grows=st.floats(-20.0, 20.0), dice=st.randoms(use_true_random=False))
def test_growth_of_memory_is_found_through_noise_and_spikes(grows: float, dice: object) -> None:
    noise = [dice.uniform(-0.2, 0.2) + (15.0 if dice.random() < 0.1 else 0.0) for _ in range(LOOKS + 1)]  # type: ignore[attr-defined]
    measured = slope([(one.at / 3600, one.memory_mb) for one in a_run(grows_mb=grows, noise=lambda look: noise[look])])
    assert measured == pytest.approx(grows, abs=0.5)


def test_more_growth_than_the_target_is_no_success() -> None:
    assert not found(a_run(grows_mb=MOST_MB_AN_HOUR + 0.5))["memory after the warm-up"]


def test_growth_is_that_of_an_hour_of_the_plant() -> None:
    (memory, *_) = judged(a_run(grows_mb=12.0), 24.0)
    assert (memory.ok, memory.found.split(",")[0]) == (True, "+0.50 MB a plant hour")


def test_files_that_stay_open_are_found_and_a_connection_under_way_is_none() -> None:
    assert not found(a_run(files=lambda look: 20 + look // 30))["files"]
    assert found(a_run(files=lambda look: 20 + (look % 10 == 0)))["files"]


def test_a_log_that_tells_more_and_more_is_found() -> None:
    assert not found(a_run(log=lambda look: look**3))["log"]


def test_of_a_run_that_was_all_trouble_nothing_is_said() -> None:
    troubled = [Sample(look * 30.0, 80.0, 20, 4, 30, look, quiet=False) for look in range(LOOKS)]
    with pytest.raises(ValueError, match="a longer run"):
        judged(troubled, 1.0)
