"""Machines on a serial line, commissioned over a real pseudo-terminal with slaves behind it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent.clock import Clock
from agent.commissioning.addresses import address
from agent.commissioning.live import Manner, Verdict, look
from agent.commissioning.own_reading import OwnReadings
from agent.core.machine_settings import MachineSettings
from agent.doctor import lines
from agent.doctor.account import service_account
from agent.doctor.finding import Level
from drivers.modbus_lines import Lines
from drivers.modbus_scan import ModbusScanner, Stretch
from tests.agent.test_command_line import lineside
from tests.drivers.servers.rtu_slaves import PtyLine, Slaves, addresses


@pytest.fixture
def line(tmp_path: Path) -> Iterator[PtyLine]:
    with PtyLine(tmp_path / "usb-line", Slaves({3: addresses, 7: addresses})) as line:
        yield line


def machine(line: PtyLine, name: str, unit: int) -> MachineSettings:
    return MachineSettings.model_validate(
        {
            "work_center": name,
            "modbus": {"serial": str(line.link), "unit": unit, "timeout_s": 0.5, "backoff_s": 0.1},
            "signal": [
                {"key": "run", "role": "run", "table": "coil", "address": 1, "type": "bit"},
                {"key": "total", "role": "total", "table": "input", "address": 5},
            ],
        }
    )


async def test_machines_on_one_line_are_asked_over_one_opening_of_it(line: PtyLine) -> None:
    manner = Manner()
    found = await asyncio.gather(*(look(machine(line, f"WC-{unit}", unit), None, manner) for unit in (3, 7)))
    assert [one.problem for one in found] == ["", ""]
    assert [[(value.verdict, value.value) for value in one.values] for one in found] == [
        [(Verdict.RIGHT, True), (Verdict.RIGHT, 5)]
    ] * 2


async def test_on_a_line_a_wrong_unit_is_said_with_the_one_that_answers(line: PtyLine) -> None:
    found = await look(machine(line, "WC-9", 9), None, Manner())
    assert "gave no answer" in found.problem
    assert "those of the line? But unit 3 gives 'run': correct modbus.unit" in found.problem


async def test_a_unit_of_another_machine_is_not_said_to_be_the_one_that_was_meant(line: PtyLine) -> None:
    hall = [machine(line, "WC-3", 3), machine(line, "WC-9", 9)]
    found = await look(hall[1], None, Manner(lines=Lines(hall)))
    assert f"Modbus unit 9 at {line.link} gave no answer" in found.problem
    assert "unit 3" not in found.problem


async def test_without_an_agent_they_are_read_over_one_opening_of_it(line: PtyLine) -> None:
    own = OwnReadings([machine(line, "WC-3", 3), machine(line, "WC-7", 7)], Clock())
    async with own.reading():
        view = await own.once()
    assert [[one.value for one in told.readings] for told in view.machines] == [[True, 5]] * 2


async def test_a_map_is_scanned_over_a_line(line: PtyLine) -> None:
    device = address(f"modbus+rtu:{line.link}:19200:8N1/7")
    assert device is not None
    async with ModbusScanner(device.settings()) as scanner:  # type: ignore[union-attr]  # it is a Modbus address
        found = await scanner.scan(Stretch(count=20, pause_s=0, tables=("holding", "coil")))
    assert found["holding", 19] == 19
    assert found["coil", 3] == 1


async def test_a_line_is_browsed_from_the_command_line(line: PtyLine, tmp_path: Path) -> None:
    found = await lineside(
        "browse", f"modbus+rtu:{line.link}:19200:8N1/3", "-c", tmp_path / "none", "--count", "4", "--widths"
    )
    assert found.status == 0, found.err
    assert "holding 3" in found.out
    assert "holding:2:uint32" in found.out


async def test_a_line_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    seen = lines.at_this_pc("WC-1", tmp_path / "none", 0)
    assert [one.level for one in lines.judge(seen, service_account(None, ()))] == [Level.NOW]
    found = await lineside("browse", f"modbus+rtu:{tmp_path}/none/3", "-c", tmp_path / "none")
    assert (found.status, "there is no such device" in found.err) == (1, True)


async def test_who_holds_a_line_is_known_without_opening_it(line: PtyLine) -> None:
    own = OwnReadings([machine(line, "WC-3", 3)], Clock())
    async with own.reading():
        await own.once()
        found = await lineside("browse", f"modbus+rtu:{line.link}:19200:8N1/3", "-c", "none", "--count", "4")
    assert found.status == 1
    assert "another program has it open" in found.err
