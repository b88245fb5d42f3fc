"""Machines that share a Modbus line have the same settings of the line, and of a unit that they share."""

from __future__ import annotations

from typing import Any

import pytest

from agent.core.settings import Settings
from agent.core.sources.modbus_lines import check_lines
from agent.core.sources.modbus_settings import ModbusSettings

PORT = "/dev/serial/by-id/usb-line"


def serial(**others: Any) -> ModbusSettings:  # noqa: ANN401 - whatever the settings take
    return ModbusSettings.model_validate({"serial": PORT, **others})


def network(**others: Any) -> ModbusSettings:  # noqa: ANN401 - as above
    return ModbusSettings.model_validate({"host": "gateway", **others})


def refusal(*machines: ModbusSettings) -> str:
    with pytest.raises(ValueError, match="expected the same at both") as caught:
        check_lines([(f"WC-{number}", one) for number, one in enumerate(machines, 1)])
    return str(caught.value)


@pytest.mark.parametrize(
    ("other", "said"),
    [
        (serial(unit=2, baud=9600), "'baud' is 19200 at one of them and 9600 at the other"),
        (serial(unit=2, parity="none"), "'parity' is 'even' at one of them and 'none' at the other"),
        (serial(unit=2, stop_bits=2), "'stop_bits' is 1 at one of them and 2 at the other"),
        (serial(unit=2, frame_gap_ms=5), "'frame_gap_ms' is not set at one of them and 5.0 at the other"),
    ],
)
def test_one_line_has_one_of_each_setting(other: ModbusSettings, said: str) -> None:
    assert refusal(serial(), other) == (
        f"work centers 'WC-1' and 'WC-2' are read over one line at {PORT}, and {said}: expected the same at both"
    )


def test_one_place_of_a_network_has_one_framing_and_one_other_address() -> None:
    assert "'framing' is 'tcp' at one of them and 'rtu'" in refusal(network(), network(unit=2, framing="rtu"))
    assert "'fallback_host' is not set" in refusal(network(), network(unit=2, fallback_host="other"))


def test_one_unit_has_one_of_each_setting_though_others_stand_between() -> None:
    said = refusal(serial(timeout_s=1), serial(unit=2), serial(timeout_s=2))
    assert said == (
        f"work centers 'WC-1' and 'WC-3' are read over the same unit at {PORT}, and "
        "'timeout_s' is 1.0 at one of them and 2.0 at the other: expected the same at both"
    )
    assert "'max_registers'" in refusal(serial(), serial(max_registers=16))
    assert "'forbidden' is not set" in refusal(serial(), serial(forbidden=[{"table": "input", "first": 1, "last": 2}]))


def test_several_work_centers_may_read_one_unit_and_each_unit_is_as_slow_as_it_is() -> None:
    check_lines(
        [
            ("A", serial(poll_ms=100, gap=2)),
            ("B", serial(poll_ms=500)),
            ("C", serial(unit=2, timeout_s=3, framing="rtu", max_bits=8)),
            ("D", network()),
            ("E", network(port=503, framing="rtu")),
            ("F", network(unit=2, timeout_s=3)),
        ]
    )


def test_a_serial_device_has_a_line_or_a_reader_and_not_both() -> None:
    signal = {"key": "run", "role": "run", "table": "coil", "address": 0, "type": "bit"}
    machines = [
        {"work_center": name, "modbus": {"serial": PORT, "unit": unit}, "signal": [signal]}
        for name, unit in (("WC-1", 1), ("WC-2", 2))
    ]
    agent = {"enterprise": "acme", "site": "almaty", "area": "filling", "id": "pc-7"}
    settings = {"agent": agent, "mes": {"host": "127.0.0.1"}, "machine": machines}
    Settings.model_validate(settings)
    reader = {"name": "gun", "work_center": "WC-1", "device": PORT}
    with pytest.raises(ValueError, match=f"device '{PORT}' is used twice"):
        Settings.model_validate({**settings, "scanner": [reader]})
