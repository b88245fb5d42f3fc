"""How long things take on a Modbus line."""

from __future__ import annotations

from typing import Any

import pytest

from agent.core.machine_settings import MachineSettings
from agent.core.sources.modbus_settings import ModbusSettings
from drivers.modbus_timing import NETWORK, slow_lines, timing
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


def slave(unit: int, **settings: Any) -> MachineSettings:  # noqa: ANN401 - whatever the settings take
    """Sixteen registers in one request: 27.8 ms on a line with 19,200 baud, 55.6 ms with 9,600."""
    places = [("state", "packml_state", 0, {}), ("total", "total", 14, {"type": "uint32"})]
    signals = [{"key": key, "role": role, "table": "holding", "address": at, **more} for key, role, at, more in places]
    modbus = {"serial": "/dev/ttyUSB0", "unit": unit, "gap": 20, **settings}
    return MachineSettings.model_validate({"work_center": f"WC-{unit}", "modbus": modbus, "signal": signals})


@pytest.mark.parametrize(
    ("slaves", "settings", "said"),
    [
        (30, {"poll_ms": 1000}, ""),
        (30, {"poll_ms": 500}, "takes 834 ms at 19200 baud, or more, and poll_ms asks for 1.7 times"),
        (30, {"poll_ms": 1000, "baud": 9600}, "poll_ms of 1700 or more"),
        (30, {"poll_ms": 600, "gap": 0}, "takes 670 ms"),
        (30, {"poll_ms": 1000, "frame_gap_ms": 20}, "poll_ms of 1400 or more"),
        (7, {"poll_ms": 200}, ""),
        (8, {"poll_ms": 200}, "the Modbus line at /dev/ttyUSB0 is too slow"),
        (8, {"poll_ms": 200, "serial": None, "host": "gate", "framing": "rtu"}, "the Modbus line at gate:502 is too"),
        (200, {"poll_ms": 5, "serial": None, "host": "gate"}, ""),
    ],
)
def test_a_line_that_cannot_carry_what_its_machines_ask_for_is_told(
    slaves: int, settings: dict[str, Any], said: str
) -> None:
    found = slow_lines([slave(unit, **settings) for unit in range(1, slaves + 1)])
    assert len(found) == bool(said)
    assert said in "".join(found)


def test_each_line_is_reckoned_by_itself_and_each_machine_by_its_own_poll() -> None:
    slow = [slave(unit, poll_ms=200) for unit in range(1, 9)]
    spread = [slave(unit, poll_ms=100 if unit == 1 else 1000, serial="/dev/ttyUSB1") for unit in range(1, 9)]
    assert len(slow_lines([*slow, *spread])) == 1
    assert slow_lines([*slow[:4], *spread[4:]]) == []
