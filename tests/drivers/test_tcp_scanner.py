"""A reader on the network: a real socket. What all readers promise is in test_reader.py."""

import asyncio
import math
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import pytest

from agent.core.codes.code_settings import ScannerSettings
from agent.core.errors import DeviceError
from drivers import tcp_scanner
from drivers.registry import open_scanner
from drivers.tcp_scanner import TcpScannerDriver
from tests.drivers.plants import free_port, now
from tests.drivers.readers import NetworkReader, is_up, scans


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[NetworkReader]:
    reader = NetworkReader(tmp_path)
    yield reader
    reader.close()


async def refusal(host: str, port: int) -> str:
    # What a configuration refuses besides.
    scanner = ScannerSettings(name="gate", work_center="WC-1", host="gate", port=port).model_copy(update={"host": host})
    with pytest.raises(DeviceError) as caught:
        async with open_scanner(scanner, now):
            pass
    return str(caught.value)


@pytest.mark.parametrize("host", ["a" * 70, "gate..local"])
async def test_a_name_that_no_host_can_have_is_a_reader_that_cannot_be_opened(host: str) -> None:
    assert f"The reader 'gate' cannot be opened at {host}:9004: " in await refusal(host, 9004)


async def test_a_name_is_asked_for_once_at_a_time_however_long_that_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    asked, answered = threading.Event(), threading.Event()

    def nobody(*_: object, **__: object) -> NoReturn:
        asked.set()
        answered.wait(10.0)
        raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")

    monkeypatch.setattr(tcp_scanner, "CONNECT_S", 0.01)
    monkeypatch.setattr(socket, "getaddrinfo", nobody)
    driver = TcpScannerDriver(ScannerSettings(name="gate", work_center="WC-1", host="gate", port=9004), now)
    calling = asyncio.create_task(driver.__aenter__())
    await asyncio.to_thread(asked.wait)
    assert await asyncio.wait({calling}, timeout=0.2) == (set(), {calling})
    # A name server that is silent is no fault of the agent, and no reason for the watchdog to end it.
    assert driver.turns_by == math.inf
    answered.set()
    with pytest.raises(DeviceError, match=r"its name is not known \(Temporary failure in name resolution\)"):
        await calling


async def test_a_reader_that_is_off_refuses() -> None:
    port = free_port()
    assert await refusal("127.0.0.1", port) == (
        f"The reader 'gate' cannot be opened at 127.0.0.1:{port}: it refuses. Is its TCP server on and the port right, "
        "and does no other program hold its line? It is tried again."
    )


async def test_a_name_with_two_addresses_that_both_refuse_is_refused_in_the_same_words() -> None:
    assert "it refuses. Is its TCP server on" in await refusal("localhost", free_port())


async def test_a_name_that_nobody_knows_is_told_as_that() -> None:
    assert "its name is not known" in await refusal("no-such-reader.invalid", 9004)


async def test_a_known_name_is_dialled_within_a_promised_time(monkeypatch: pytest.MonkeyPatch) -> None:
    driver = TcpScannerDriver(ScannerSettings(name="gate", work_center="WC-1", host="localhost", port=9004), now)
    promised: list[float] = []

    async def dial(*_: object) -> NoReturn:
        promised.append(driver.turns_by - asyncio.get_running_loop().time())
        raise ConnectionRefusedError

    monkeypatch.setattr(driver, "_dial", dial)
    with pytest.raises(DeviceError):
        await driver.__aenter__()
    assert 0 < promised[0] <= tcp_scanner.CONNECT_S


async def test_a_reader_that_does_not_answer_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tcp_scanner, "CONNECT_S", 0.2)
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        port = full.getsockname()[1]
        # The queue of a server that admits nobody takes one or two calls.
        calls = [socket.socket() for _ in range(4)]
        for call in calls:
            call.setblocking(False)
            call.connect_ex(("127.0.0.1", port))
        assert "no answer within 0.2 s. Is the reader on, and the address right?" in await refusal("127.0.0.1", port)
        for call in calls:
            call.close()


async def test_a_reader_that_closes_the_connection_and_one_that_breaks_it_off_are_told_apart(
    reader: NetworkReader,
) -> None:
    for harm, words in ((reader.unplug, "it closed the connection"), (reader.reset, "Connection reset by peer")):
        async with reader.open() as driver:
            batches = aiter(driver)
            await is_up(batches)
            reader.send(b"A\r")
            await anext(batches)
            harm()
            with pytest.raises(DeviceError, match=words):
                async with asyncio.timeout(1.0):
                    await anext(batches)
        reader.plug_in()


async def test_a_network_reader_is_trusted_only_where_the_configuration_says_so(reader: NetworkReader) -> None:
    settings = reader.settings().model_copy(update={"trusted": False})
    async with open_scanner(settings, now) as driver:
        batches = aiter(driver)
        await is_up(batches)
        reader.send(b"BDG:7\r")
        assert [scan.trusted for scan in scans([*await anext(batches)])] == [False]


async def test_a_dead_reader_is_noticed_by_the_kernel_within_ten_seconds(reader: NetworkReader) -> None:
    driver = TcpScannerDriver(reader.settings(), now)
    async with driver:
        assert driver._line is not None
        sock = driver._line.transport.get_extra_info("socket")
        assert sock.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1
        options = (socket.TCP_KEEPIDLE, socket.TCP_KEEPINTVL, socket.TCP_KEEPCNT)
        idle, interval, count = (sock.getsockopt(socket.IPPROTO_TCP, option) for option in options)
        assert idle + interval * count <= 10
