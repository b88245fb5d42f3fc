"""Only what is configured is imported."""

import subprocess
import sys
from pathlib import Path

import pytest

from agent.core.codes.code_settings import ScannerSettings
from drivers.input_device import InputDeviceDriver
from drivers.modbus import ModbusDriver
from drivers.opcua import OpcUaDriver
from drivers.registry import open_machine, open_scanner
from drivers.scanner import SerialScannerDriver
from drivers.tcp_scanner import TcpScannerDriver
from tests.drivers.plants import ModbusPlant, OpcUaPlant, now


async def test_a_machine_gets_the_driver_that_it_is_configured_for() -> None:
    assert isinstance(open_machine(OpcUaPlant().machine, now), OpcUaDriver)
    assert isinstance(open_machine(ModbusPlant().machine, now), ModbusDriver)


async def test_a_reader_gets_the_driver_for_the_way_it_is_connected() -> None:
    serial = ScannerSettings(name="hand", work_center="WC-1", device=Path("/dev/ttyACM0"))
    keyboard = ScannerSettings(name="bench", work_center="WC-1", input=Path("/dev/input/event3"))
    network = ScannerSettings(name="gate", work_center="WC-1", host="10.0.0.7")
    assert isinstance(open_scanner(serial, now), SerialScannerDriver)
    assert isinstance(open_scanner(keyboard, now), InputDeviceDriver)
    assert isinstance(open_scanner(network, now), TcpScannerDriver)


@pytest.mark.parametrize("module", ["drivers.registry", "drivers.modbus", "drivers.scanner"])
def test_who_does_not_speak_opc_ua_does_not_pay_for_it(module: str) -> None:
    program = f"import sys, {module}; print('asyncua' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
