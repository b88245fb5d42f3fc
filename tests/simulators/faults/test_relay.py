"""The relay between real sockets: faithful without a fault, and with one what it says."""

from __future__ import annotations

import asyncio
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from random import Random

import pytest

from simulators.faults.kinds import Fault, Kind, Way
from simulators.faults.relay import Relay

PATIENCE_S = 20.0
A_WHILE_S = 0.15


class Far:
    """A server that hands its connections to the test."""

    def __init__(self) -> None:
        self.port = 0
        self.callers: asyncio.Queue[tuple[StreamReader, StreamWriter]] = asyncio.Queue()

    async def called(self) -> tuple[StreamReader, StreamWriter]:
        async with asyncio.timeout(PATIENCE_S):
            return await self.callers.get()


@asynccontextmanager
async def serving() -> AsyncIterator[Far]:
    far, writers = Far(), []

    async def take(reader: StreamReader, writer: StreamWriter) -> None:
        writers.append(writer)
        await far.callers.put((reader, writer))

    server = await asyncio.start_server(take, "127.0.0.1", 0)
    far.port = server.sockets[0].getsockname()[1]
    try:
        yield far
    finally:
        server.close()
        for writer in writers:
            writer.transport.abort()


@asynccontextmanager
async def dialled(port: int) -> AsyncIterator[tuple[StreamReader, StreamWriter]]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        yield reader, writer
    finally:
        writer.transport.abort()


async def exactly(reader: StreamReader, count: int) -> bytes:
    async with asyncio.timeout(PATIENCE_S):
        return await reader.readexactly(count)


async def nothing_comes(reader: StreamReader) -> bool:
    try:
        async with asyncio.timeout(A_WHILE_S):
            await reader.read(1)
    except TimeoutError:
        return True
    return False


async def test_a_million_bytes_each_way_come_whole_in_their_order_and_end_with_the_sender() -> None:
    sent = Random(1).randbytes(1_000_000)

    async def send(writer: StreamWriter) -> None:
        dice, place = Random(2), 0
        while place < len(sent):
            size = dice.randint(1, 60_000)
            writer.write(sent[place : place + size])
            await writer.drain()
            place += size
        # Hangs up at once behind the last byte: none of those under way may be lost.
        writer.write_eof()

    async with serving() as far, Relay(far.port, "modbus") as relay, dialled(relay.port) as (reader, writer):
        far_reader, far_writer = await far.called()
        async with asyncio.timeout(PATIENCE_S), asyncio.TaskGroup() as all_of_it:
            for each in (writer, far_writer):
                all_of_it.create_task(send(each))
            got = [all_of_it.create_task(each.read(-1)) for each in (reader, far_reader)]
        assert [task.result() == sent for task in got] == [True, True]


async def test_one_end_may_hang_up_and_still_be_told_the_rest() -> None:
    async with serving() as far, Relay(far.port) as relay, dialled(relay.port) as (reader, writer):
        far_reader, far_writer = await far.called()
        writer.write(b"the last word?")
        writer.write_eof()
        assert await far_reader.read(-1) == b"the last word?"
        far_writer.write(b"yes")
        far_writer.close()
        async with asyncio.timeout(PATIENCE_S):
            assert await reader.read(-1) == b"yes"


async def test_what_comes_after_latency_does_not_overtake_what_came_in_it() -> None:
    async with serving() as far, Relay(far.port) as relay, dialled(relay.port) as (reader, _):
        _, far_writer = await far.called()
        fault = Fault(Kind.LATENCY, delay_s=0.2)
        async with relay.suffering(fault) as strikes:
            began = asyncio.get_running_loop().time()
            far_writer.write(b"late")
            async with asyncio.timeout(PATIENCE_S):
                await strikes.first.wait()
        far_writer.write(b" then on time")
        assert await exactly(reader, 17) == b"late then on time"
        assert asyncio.get_running_loop().time() - began >= 0.2


async def test_a_line_that_dripped_is_quick_again_when_it_is_over() -> None:
    frame = bytes(range(200)) * 10
    async with serving() as far, Relay(far.port) as relay, dialled(relay.port) as (reader, _):
        _, far_writer = await far.called()
        async with relay.suffering(Fault(Kind.DRIP, delay_s=60.0)) as strikes:
            far_writer.write(frame)
            assert await exactly(reader, 1) == frame[:1]
            assert strikes.count >= 1
        far_writer.write(b"and on")
        assert await exactly(reader, len(frame) + 5) == frame[1:] + b"and on"


async def test_of_two_ways_only_the_one_suffers_that_the_fault_names() -> None:
    fault = Fault(Kind.GARBAGE, way=Way.ANSWERS)
    async with serving() as far, Relay(far.port) as relay, dialled(relay.port) as (reader, writer):
        far_reader, far_writer = await far.called()
        async with relay.suffering(fault) as strikes:
            writer.write(b"ask")
            assert await exactly(far_reader, 3) == b"ask"
            assert strikes.count == 0
            far_writer.write(b"answer")
            far_writer.write_eof()
            answer = await reader.read(-1)
    assert answer.endswith(b"answer")
    assert len(answer) > 6
    assert strikes.count == 1


async def test_what_is_stalled_comes_when_it_is_over() -> None:
    async with serving() as far, Relay(far.port) as relay, dialled(relay.port) as (reader, _):
        _, far_writer = await far.called()
        async with relay.suffering(Fault(Kind.STALL)) as strikes:
            far_writer.write(b"one")
            assert await nothing_comes(reader)
            assert strikes.count == 1
            far_writer.write(b"two")
        assert await exactly(reader, 6) == b"onetwo"


async def test_a_half_open_connection_is_mute_for_ever_and_a_new_one_is_not() -> None:
    async with serving() as far, Relay(far.port) as relay, dialled(relay.port) as (reader, writer):
        far_reader, far_writer = await far.called()
        async with relay.suffering(Fault(Kind.HALF_OPEN)) as strikes:
            far_writer.write(b"nobody hears this")
            async with asyncio.timeout(PATIENCE_S):
                await strikes.first.wait()
        far_writer.write(b"nor this")
        writer.write(b"nor that")
        far_writer.write_eof()
        assert await nothing_comes(reader)
        assert await nothing_comes(far_reader)
        async with dialled(relay.port) as (new, _):
            _, far_writer = await far.called()
            far_writer.write(b"hello")
            assert await exactly(new, 5) == b"hello"
        # The machine gets to know that its old client is gone, once it can.
        writer.close()
        async with asyncio.timeout(PATIENCE_S):
            with suppress(ConnectionError):
                assert await far_reader.read(-1) == b""


async def test_a_reset_comes_behind_half_a_frame() -> None:
    async with serving() as far, Relay(far.port) as relay, dialled(relay.port) as (reader, _):
        _, far_writer = await far.called()
        async with relay.suffering(Fault(Kind.RESET)):
            far_writer.write(b"12345678")
            assert await exactly(reader, 4) == b"1234"
            async with asyncio.timeout(PATIENCE_S):
                with pytest.raises(ConnectionResetError):
                    await reader.read(1)


async def test_a_cut_ends_connections_refuses_new_ones_and_leaves_the_port_its_own(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with serving() as far, Relay(far.port) as relay, dialled(relay.port) as (reader, _):
        await far.called()
        port = relay.port
        async with relay.suffering(Fault(Kind.CUT)) as strikes:
            with suppress(ConnectionError):
                assert await reader.read(1) == b""
            with pytest.raises(ConnectionRefusedError):
                await asyncio.open_connection("127.0.0.1", port)
            assert strikes.count == 1
        assert relay.port == port
        async with dialled(port):
            await far.called()
    assert [one.getMessage() for one in caplog.records] == []


async def test_frames_that_are_late_are_overtaken() -> None:
    one, two = b"\x00\x01\x00\x00\x00\x02\x01\x03", b"\x00\x02\x00\x00\x00\x02\x01\x03"
    async with serving() as far, Relay(far.port, "modbus") as relay, dialled(relay.port) as (reader, _):
        _, far_writer = await far.called()
        async with relay.suffering(Fault(Kind.LATE, delay_s=0.2)) as strikes:
            far_writer.write(one)
            async with asyncio.timeout(PATIENCE_S):
                await strikes.first.wait()
        far_writer.write(two)
        assert await exactly(reader, 16) == two + one


async def test_there_is_one_fault_at_a_time() -> None:
    async with Relay(1) as relay, relay.suffering(Fault(Kind.LATENCY)):
        with pytest.raises(RuntimeError, match="everything comes late"):
            async with relay.suffering(Fault(Kind.DRIP)):
                pass


async def test_a_client_of_a_server_that_is_away_is_let_go_of() -> None:
    async with Relay(1) as relay, dialled(relay.port) as (reader, _), asyncio.timeout(PATIENCE_S):
        with suppress(ConnectionError):
            assert await reader.read(1) == b""


async def test_leaving_leaves_no_task() -> None:
    tasks = asyncio.all_tasks()
    async with serving() as far, Relay(far.port) as relay, dialled(relay.port) as (_, writer):
        await far.called()
        writer.write(b"x")
        async with relay.suffering(Fault(Kind.HALF_OPEN)):
            pass
    assert {task for task in asyncio.all_tasks() - tasks if (task.get_name() or "").startswith("faults")} == set()
