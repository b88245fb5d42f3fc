"""How long things take on a Modbus line."""

from __future__ import annotations

from typing import Any

import pytest

from agent.core.sources.modbus_settings import ModbusSettings
from drivers.modbus_timing import NETWORK, timing
from drivers.modbus_wire import Read


def line(**settings: Any) -> ModbusSettings:  # noqa: ANN401 - whatever the settings take
    return ModbusSettings.model_validate({"serial": "/dev/ttyUSB0", **settings})


@pytest.mark.parametrize(
    ("settings", "gap_ms"),
    [
        ({"baud": 9600}, 3.5 * 11 / 9.6),
        ({"baud": 9600, "parity": "none"}, 3.5 * 10 / 9.6),
        ({"baud": 9600, "parity": "none", "stop_bits": 2}, 3.5 * 11 / 9.6),
        ({"baud": 115_200}, 1.75),
        ({"baud": 115_200, "frame_gap_ms": 20}, 20),
        ({"baud": 9600, "frame_gap_ms": 0}, 0),
    ],
)
def test_the_silence_before_a_request_is_the_standards_own_or_the_configured(
    settings: dict[str, Any], gap_ms: float
) -> None:
    assert timing(line(**settings)).gap_s * 1000 == pytest.approx(gap_ms)


def test_an_answer_takes_as_long_as_its_octets() -> None:
    slow = timing(line(baud=1200))
    assert slow.answer_s(Read("holding", 0, 125)) == pytest.approx(255 * 11 / 1200)
    assert slow.answer_s(Read("coil", 0, 9)) == pytest.approx(7 * 11 / 1200)
    assert slow.request_s() == pytest.approx(8 * 11 / 1200)


def test_nothing_is_reckoned_on_a_network_but_for_the_line_behind_it() -> None:
    assert timing(ModbusSettings(host="plc")) == NETWORK
    assert timing(ModbusSettings(host="plc", framing="rtu")) == timing(line())
