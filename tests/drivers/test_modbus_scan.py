from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from agent.core.errors import DeviceError
from agent.core.sources.modbus_settings import ModbusSettings
from drivers.modbus_scan import ModbusScanner, Place, Stretch
from simulators.clock import Clock
from simulators.day import Day
from simulators.modbus import ModbusSimulator
from simulators.script import PRESS
from simulators.truth import TruthLog
from tests.drivers.plants import free_port


class Controller:
    """A server that counts requests and has registers in places, as maps of makers do."""

    def __init__(self, places: set[Place], *, says_no_by_closing: bool = False) -> None:
        self.port = 0
        self.codes: list[int] = []
        self._places = places
        self._says_no_by_closing = says_no_by_closing

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[Controller]:
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        async with server:
            yield self

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readexactly(7)
                body = await reader.readexactly(int.from_bytes(head[4:6], "big") - 1)
                answer = self._answer(body)
                if answer is None:
                    break
                writer.write(head[:4] + (len(answer) + 1).to_bytes(2, "big") + head[6:7] + answer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    def _answer(self, body: bytes) -> bytes | None:
        code, address, count = body[0], int.from_bytes(body[1:3], "big"), int.from_bytes(body[3:5], "big")
        self.codes.append(code)
        table = {1: "coil", 2: "discrete", 3: "holding", 4: "input"}[code]
        if code == 1:
            return bytes([code | 0x80, 1])
        if any((table, one) not in self._places for one in range(address, address + count)):
            return None if self._says_no_by_closing else bytes([code | 0x80, 2])
        if code == 2:
            data = bytes((count + 7) // 8)
        else:
            data = b"".join((one % 65536).to_bytes(2, "big") for one in range(address, address + count))
        return bytes([code, len(data)]) + data


def registers(table: str, *ranges: range) -> set[Place]:
    return {(table, address) for one in ranges for address in one}  # type: ignore[misc]  # a table's name


def a_scanner(port: int) -> ModbusScanner:
    return ModbusScanner(ModbusSettings(host="127.0.0.1", port=port, timeout_s=5))


async def scanned(controller: Controller, stretch: Stretch) -> tuple[dict[Place, int], bool]:
    async with controller.serving(), a_scanner(controller.port) as scanner:
        return await scanner.scan(stretch), scanner.is_cut


async def test_a_press_is_found_and_nothing_but_reading_is_asked_for(tmp_path: Path) -> None:
    clock = Clock.starting()
    with TruthLog(tmp_path / "truth.jsonl", clock) as log:
        async with ModbusSimulator(Day(PRESS), clock, log) as server:
            async with a_scanner(server.port) as scanner:
                found = await scanner.scan(Stretch(count=100, pause_s=0))
                again = await scanner.read([("input", 6), ("input", 5), ("discrete", 0)])
            assert server.violations == []
    assert {place for place in found if place[0] == "input"} == registers("input", range(7))
    assert ("discrete", 0) in found
    assert not any(table == "holding" for table, _ in found)
    assert set(again) == {("input", 6), ("input", 5), ("discrete", 0)}
    assert again["input", 6] == 1


@pytest.mark.parametrize(
    "places",
    [
        registers("holding", range(500)),
        registers("holding", range(1, 60)),
        registers("input", range(100, 173)),
        registers("holding", range(7)) | registers("input", range(350, 500)),
    ],
    ids=["everything", "from 1", "in a later block", "two tables"],
)
async def test_what_can_be_read_is_found_wherever_it_begins(places: set[Place]) -> None:
    controller = Controller(places)
    found, is_cut = await scanned(controller, Stretch(pause_s=0))
    assert found == {place: place[1] for place in places}
    assert not is_cut


async def test_a_scan_is_polite() -> None:
    controller = Controller(registers("holding", range(0, 500, 3)))
    _, is_cut = await scanned(controller, Stretch(requests=50, pause_s=0))
    assert (len(controller.codes), is_cut) == (50, True)
    assert set(controller.codes) <= {1, 2, 3, 4}
    assert controller.codes.count(1) == 1, "a function that the server has not is asked for once"


async def test_a_server_that_closes_instead_of_saying_no_is_connected_to_again() -> None:
    controller = Controller(registers("input", range(100)), says_no_by_closing=True)
    with pytest.raises(DeviceError, match="closed the connection"):
        await scanned(controller, Stretch(tables=("input", "holding"), count=100, pause_s=0))
    assert controller.codes[0] == 4
    assert controller.codes[1:] == [3, 3, 3], "it is not asked for ever"


async def test_who_is_not_there_is_told_of_in_a_sentence() -> None:
    with pytest.raises(DeviceError, match=r"No Modbus server answers at .* Is the PLC on"):
        async with a_scanner(free_port()):
            pass
