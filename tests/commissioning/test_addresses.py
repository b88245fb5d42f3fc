"""How machines are written in one word."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.commissioning.addresses import address
from agent.commissioning.answers import ModbusAddress


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("modbus://plc", ModbusAddress("plc")),
        ("modbus://plc:1502/7", ModbusAddress("plc", 1502, 7)),
        ("modbus://[2001:db8::1]/0", ModbusAddress("2001:db8::1", unit=0)),
        ("modbus+rtu://moxa:4001/3", ModbusAddress("moxa", 4001, 3, "rtu")),
        ("modbus+rtu:/dev/ttyUSB0/3", ModbusAddress("", unit=3, serial="/dev/ttyUSB0")),
        (
            "modbus+rtu:/dev/serial/by-path/pci-0000:00:14.0-usb-0:2:1.0-port0:9600/3",
            ModbusAddress("", unit=3, serial="/dev/serial/by-path/pci-0000:00:14.0-usb-0:2:1.0-port0", baud=9600),
        ),
        ("modbus:/dev/pts/7/1", ModbusAddress("", unit=1, serial="/dev/pts/7")),
        (
            "modbus+rtu:/dev/serial/by-path/pci-0000:00:14.0-usb-0:1:1.0-port0:9600:8n2/247",
            ModbusAddress(
                "",
                unit=247,
                serial="/dev/serial/by-path/pci-0000:00:14.0-usb-0:1:1.0-port0",
                baud=9600,
                parity="none",
                stop_bits=2,
            ),
        ),
    ],
)
def test_a_modbus_device_is_written_in_one_word(text: str, meant: ModbusAddress) -> None:
    assert address(text) == meant


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("modbus+rtu:/dev/ttyUSB0", "expected opc.tcp://"),
        ("modbus+rtu:/dev/ttyUSB0:9600:8N1/0", "expected 1 to 247"),
        ("modbus+rtu:/dev/ttyUSB0:200:8N1/1", "baud"),
        ("modbus+rtu:/dev/ttyUSB0:9600:8X1/1", "'8X1' in .* is neither a speed nor a form; expected .*8E1, 8O1"),
        ("modbus+rtu:/dev/ttyUSB0:7E1/1", "'7E1' in .* is neither"),
        ("modbus+rtu:/dev/ttyUSB0:8N1:9600/1", "'8N1' in .* is neither"),
        ("modbus+rtu:/dev/ttyUSB0:96/1", "'96' in .* is neither"),
        ("modbus+rtu://moxa:4001/255", "expected 1 to 247"),
        ("modbus://plc:0/1", "port"),
        ("modbus://plc/256", "unit"),
    ],
)
def test_what_is_no_device_is_refused_with_what_was_expected(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        address(text)


@given(
    st.one_of(
        st.builds(
            ModbusAddress,
            st.sampled_from(["plc", "192.0.2.1", "2001:db8::1", "a.b-c"]),
            st.integers(1, 65535),
            st.integers(1, 247),
            st.sampled_from(["tcp", "rtu"]),
        ),
        st.builds(
            ModbusAddress,
            st.just(""),
            unit=st.integers(1, 247),
            serial=st.sampled_from(["/dev/ttyUSB0", "/dev/pts/12", "/dev/serial/by-id/usb-FTDI_USB-RS485_A1-if00"]),
            baud=st.integers(300, 4_000_000),
            parity=st.sampled_from(["even", "odd", "none"]),
            stop_bits=st.sampled_from([1, 2]),
        ),
    )
)
def test_what_is_written_is_read_back_and_is_configuration(device: ModbusAddress) -> None:
    assert address(str(device)) == device
    assert device.settings().unit == device.unit
