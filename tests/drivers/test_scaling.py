from __future__ import annotations

import pytest

from agent.core.observations import SignalValue
from agent.core.sources.address import AddressSettings
from drivers.scaling import scaled


@pytest.mark.parametrize(
    ("scale", "offset", "value", "expected"),
    [
        (0.1, 0.0, 235, 23.5),
        (0.1, -40.0, 235, -16.5),
        (1.0, 273.15, 20, 293.15),
        (0.1, 0.0, True, True),
        (0.1, 0.0, "on", "on"),
        (0.1, 0.0, None, None),
        (1e308, 0.0, 1e10, None),
        (1.0, 0.0, 7, 7),
    ],
)
def test_numbers_are_scaled_and_truths_and_texts_never(
    scale: float, offset: float, value: SignalValue, expected: SignalValue
) -> None:
    result = scaled(value, AddressSettings(key="x", scale=scale, offset=offset))
    assert (result, type(result)) == (expected, type(expected))
