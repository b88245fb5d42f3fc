"""Reading units over Modbus TCP, whatever the server does to a connection."""

from __future__ import annotations

import asyncio
import socket
import struct
from contextlib import AsyncExitStack, suppress

import pytest

from agent.core.errors import DeviceError
from drivers.modbus_client import ModbusClient
from drivers.modbus_lines import Lines
from drivers.modbus_wire import Read, Refusal
from tests.drivers.modbus_servers import Caller, Place, serving
from tests.drivers.plants import eventually, free_port

TWO = Read("holding", 0, 2)
THREE = Read("holding", 7, 3)


def client(place: Place, **others: object) -> ModbusClient:
    return ModbusClient(place.settings(**others), Lines())


async def faithful(caller: Caller) -> None:
    """Each register holds its own address."""
    while True:
        asked = await caller.request()
        await caller.say(asked.registers(*range(asked.address, asked.address + asked.count)))


async def test_units_are_read() -> None:
    async with serving(faithful) as place, client(place, unit=7) as unit:
        assert await unit.read(TWO) == (0, 1)
        assert await unit.read(THREE) == (7, 8, 9)
    assert [(asked.unit, asked.function, asked.address, asked.count) for asked in place.asked] == [
        (7, 3, 0, 2),
        (7, 3, 7, 3),
    ]
    assert place.calls == 1


async def test_an_answer_may_drip_and_several_may_come_in_one_segment() -> None:
    async def serve(caller: Caller) -> None:
        first = await caller.request()
        for octet in first.registers(1, 2):
            await caller.say(bytes([octet]))
            await asyncio.sleep(0)
        second = await caller.request()
        doubled = first.registers(3, 4) + second.registers(5, 6) + second.registers(7, 8)
        await caller.say(doubled)
        third = await caller.request()
        await caller.say(third.registers(9, 10))

    async with serving(serve) as place, client(place) as unit:
        assert [await unit.read(TWO) for _ in range(3)] == [(1, 2), (5, 6), (9, 10)]


async def test_a_late_answer_is_not_taken_for_the_next_one() -> None:
    async def serve(caller: Caller) -> None:
        late = await caller.request()
        asked = await caller.request()
        await caller.say(late.registers(1, 1) + late.registers(1, 1))
        await asyncio.sleep(0)
        await caller.say(asked.registers(2, 2))
        await caller.request()

    async with serving(serve) as place:
        lines = Lines()
        hasty, patient = (ModbusClient(place.settings(unit=1, timeout_s=each), lines) for each in (0.1, 30))
        async with hasty:
            with pytest.raises(DeviceError, match=r"gave no answer within 0\.1 s\."):
                await hasty.read(TWO)
            async with patient:
                assert await patient.read(TWO) == (2, 2)


async def test_whoever_stops_waiting_leaves_nothing_behind() -> None:
    async def serve(caller: Caller) -> None:
        given_up = await caller.request()
        asked = await caller.request()
        await caller.say(given_up.registers(1, 1) + asked.registers(2, 2))

    async with serving(serve) as place, client(place) as unit:
        reading = asyncio.create_task(unit.read(TWO))
        await eventually(lambda: len(place.asked) == 1, within_s=10)
        reading.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reading
        assert await unit.read(TWO) == (2, 2)


async def test_an_answer_that_meets_the_time_out_is_an_answer_or_late_and_never_both() -> None:
    """However near they come: the answer counts, or the next request gets its own."""

    async def serve(caller: Caller) -> None:
        while True:
            asked = await caller.request()
            await asyncio.sleep(0.02 if asked.address % 2 else 0.0195)
            await caller.say(asked.registers(asked.address, asked.address))

    async with serving(serve) as place:
        lines, settings = Lines(), place.settings(timeout_s=0.02)
        for address in range(24):
            # One that was lost on a slow PC is lost; what was answered has to be right.
            with suppress(DeviceError):
                async with ModbusClient(settings, lines) as keeper, ModbusClient(settings, lines) as unit:
                    with suppress(DeviceError):
                        await keeper.read(Read("holding", 1000 + address, 2))
                    assert await unit.read(Read("holding", address, 2)) == (address, address)
    assert place.asked


@pytest.mark.parametrize(
    ("garbage", "found"),
    [
        (b"SSH-2.0-OpenSSH_9.2\r\n", "sent 53 53 48 2d 32 2e"),
        (bytes([0, 1, 0, 0, 3, 0, 1, 3]), "sent a frame of 768 octets, expected 3 to 254"),
    ],
)
async def test_garbage_is_told_at_once_with_what_was_found(garbage: bytes, found: str) -> None:
    async def serve(caller: Caller) -> None:
        await caller.request()
        await caller.say(garbage)
        await caller.reader.read()

    async with serving(serve) as place, client(place, timeout_s=30) as unit:
        with pytest.raises(DeviceError, match=f"{found}.*Is it a Modbus server"):
            await unit.read(TWO)


async def test_an_answer_for_another_unit_or_of_another_size_is_told() -> None:
    async def serve(caller: Caller) -> None:
        await caller.say((await caller.request()).registers(1, 2, unit=9))
        await caller.say((await caller.request()).registers(1))
        await caller.say((await caller.request()).registers(1, 2))

    async with serving(serve) as place, client(place, timeout_s=30) as unit:
        with pytest.raises(DeviceError, match="answered for unit 9 where unit 1 was asked"):
            await unit.read(TWO)
        with pytest.raises(DeviceError, match="answered 1 of 2 values from holding 0"):
            await unit.read(TWO)
        assert await unit.read(TWO) == (1, 2)


async def test_wrong_transaction_ids_are_named_when_no_right_one_came() -> None:
    async def serve(caller: Caller) -> None:
        asked = await caller.request()
        await caller.say(asked.registers(1, 2, transaction=4711))
        await caller.reader.read()

    async with serving(serve) as place, client(place, timeout_s=0.1) as unit:
        with pytest.raises(DeviceError, match=r"gave no answer within 0\.1 s, but answered transaction 4711 where 1"):
            await unit.read(TWO)


async def test_a_reset_in_mid_frame_is_noticed_at_once() -> None:
    async def serve(caller: Caller) -> None:
        asked = await caller.request()
        await caller.say(asked.registers(1, 2)[:8])
        connection: socket.socket = caller.writer.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    async with serving(serve) as place, client(place, timeout_s=30) as unit:
        with pytest.raises(DeviceError, match=r"closed the connection\."):
            await unit.read(TWO)


async def test_whoever_sleeps_hears_of_a_lost_connection() -> None:
    async def serve(caller: Caller) -> None:
        await caller.say((await caller.request()).registers(1, 2))
        connection: socket.socket = caller.writer.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    async with serving(serve) as place, client(place, timeout_s=30) as unit:
        await unit.read(TWO)
        with pytest.raises(DeviceError, match=r"closed the connection\."):
            await unit.sleep_until(asyncio.get_running_loop().time() + 60)


async def test_a_server_that_closes_behind_every_answer_is_called_for_each_request() -> None:
    async def serve(caller: Caller) -> None:
        await caller.say((await caller.request()).registers(caller.number, 0))

    async with serving(serve) as place, client(place, timeout_s=5) as unit:
        for number in range(3):
            assert await unit.read(TWO) == (number, 0)
            # Its closing has to be there: a request that meets it is one without an answer.
            await eventually(lambda: unit._line is not None and unit._line._transport is None, within_s=10)
    assert place.calls == 3


async def test_a_request_that_meets_the_closing_behind_an_answer_is_made_once_more() -> None:
    """As those of one image do, each of which is made as soon as the one before was answered."""

    async def serve(caller: Caller) -> None:
        await caller.say((await caller.request()).registers(caller.number, 0))

    async with serving(serve) as place, client(place, timeout_s=5) as unit:
        for number in range(20):
            assert await unit.read(TWO) == (number, 0)
    assert place.calls == 20


@pytest.mark.parametrize("is_asked", [False, True])
async def test_a_server_that_starts_anew_is_lost_however_fast_it_is_back(*, is_asked: bool) -> None:
    """Its counters may have begun anew: whoever reads it must hear of it, between two requests and within one."""

    async def serve(caller: Caller) -> None:
        for _ in range(2):
            await caller.say((await caller.request()).registers(caller.number, 0))
        if is_asked:
            await caller.request()

    async with serving(serve) as place, client(place, timeout_s=30) as unit:
        for _ in range(2):
            assert await unit.read(TWO) == (0, 0)
        with pytest.raises(DeviceError, match=r"closed the connection\. Did the PLC restart"):
            await (unit.read(TWO) if is_asked else unit.sleep_until(asyncio.get_running_loop().time() + 60))
    assert place.calls == 1


async def test_a_server_that_closed_behind_an_answer_and_is_away_is_lost() -> None:
    async def serve(caller: Caller) -> None:
        await caller.say((await caller.request()).registers(1, 2))

    async with serving(serve) as place, client(place, timeout_s=5) as unit:
        assert await unit.read(TWO) == (1, 2)
        await eventually(lambda: unit._line is not None and unit._line._transport is None, within_s=10)
        place.hang_up()
        with pytest.raises(
            DeviceError, match=f"No Modbus server answers at 127.0.0.1:{place.port}: Connection refused"
        ):
            await unit.read(TWO)


async def test_a_unit_that_is_busy_is_asked_again_a_few_times() -> None:
    async def serve(caller: Caller) -> None:
        for code in (5, 6):
            await caller.say((await caller.request()).refused(code))
        await caller.say((await caller.request()).registers(1, 2))
        while True:
            await caller.say((await caller.request()).refused(6))

    async with serving(serve) as place, client(place) as unit:
        assert await unit.read(TWO) == (1, 2)
        assert await unit.read(TWO) == Refusal(6)
    assert len(place.asked) == 3 + 4


@pytest.mark.parametrize("code", [1, 2, 3, 4, 8])
async def test_other_exceptions_are_answers(code: int) -> None:
    async def serve(caller: Caller) -> None:
        await caller.say((await caller.request()).refused(code))

    async with serving(serve) as place, client(place) as unit:
        assert await unit.read(TWO) == Refusal(code)
    assert len(place.asked) == 1


async def behind_a_gateway(caller: Caller) -> None:
    """Unit 9 is dead; the others answer with their number."""
    while True:
        asked = await caller.request()
        await caller.say(asked.refused(11) if asked.unit == 9 else asked.registers(asked.unit, 0))


async def test_a_unit_that_its_gateway_does_not_find_is_not_there() -> None:
    async with serving(behind_a_gateway) as place, client(place, unit=9) as unit:
        with pytest.raises(DeviceError, match=r"unit 9 at .* is not there: the gateway answers Modbus exception 11"):
            await unit.read(TWO)


async def test_units_at_one_place_share_a_connection_with_one_request_at_a_time() -> None:
    under_way = most = 0

    async def serve(caller: Caller) -> None:
        nonlocal under_way, most
        while True:
            asked = await caller.request()
            under_way += 1
            most = max(most, under_way)
            await asyncio.sleep(0)
            under_way -= 1
            await caller.say(asked.registers(asked.unit, 0))

    async with serving(serve) as place, AsyncExitStack() as stack:
        lines = Lines()
        units = [
            await stack.enter_async_context(ModbusClient(place.settings(unit=unit), lines)) for unit in range(1, 6)
        ]
        answers = await asyncio.gather(*(unit.read(TWO) for unit in units for _ in range(3)))
    assert answers == [(unit, 0) for unit in range(1, 6) for _ in range(3)]
    assert (place.calls, most) == (1, 1)


async def test_a_unit_that_is_not_there_is_left_alone_while_others_are_read() -> None:
    async with serving(behind_a_gateway) as place:
        lines = Lines()
        alive = ModbusClient(place.settings(unit=1), lines)
        dead = ModbusClient(place.settings(unit=9, backoff_s=60), lines)
        async with alive, dead:
            with pytest.raises(DeviceError, match="is not there"):
                await dead.read(TWO)
            waiting = asyncio.create_task(dead.read(TWO))
            for _ in range(20):
                assert await alive.read(TWO) == (1, 0)
            now = asyncio.get_running_loop().time()
            assert not waiting.done()
            assert 30 < dead.turns_by - now < 400, "it says when its time comes"
            waiting.cancel()
            await asyncio.wait([waiting])
    assert [asked.unit for asked in place.asked].count(9) == 1


async def test_the_only_unit_of_a_place_is_asked_again_at_once() -> None:
    async with serving(behind_a_gateway) as place, client(place, unit=9, backoff_s=60) as dead:
        for _ in range(3):
            with pytest.raises(DeviceError, match="is not there"):
                await dead.read(TWO)
    assert len(place.asked) == 3


async def test_a_reading_that_should_have_been_long_ago_is_not_late_already() -> None:
    """A poll may take longer than its period by any time on a line with many."""
    async with serving(faithful) as place, client(place) as unit:
        now = asyncio.get_running_loop().time()
        sleeping = asyncio.create_task(unit.sleep_until(now - 100))
        await asyncio.sleep(0)
        assert unit.turns_by >= now
        await sleeping


async def test_one_lost_connection_is_lost_to_all_and_opened_once() -> None:
    async def serve(caller: Caller) -> None:
        for _ in range(2):
            asked = await caller.request()
            await caller.say(asked.registers(asked.unit, 0))
        await caller.say((await caller.request()).registers(1, 2)[:8])

    async with serving(serve) as place:
        lines = Lines()
        one, other = (ModbusClient(place.settings(unit=unit, timeout_s=30), lines) for unit in (1, 2))
        async with one, other:
            for unit in (one, other):
                await unit.read(TWO)
            resting = asyncio.create_task(other.sleep_until(asyncio.get_running_loop().time() + 60))
            await asyncio.sleep(0)
            for lost in (one.read(TWO), resting, other.read(TWO), one.read(TWO)):
                with pytest.raises(DeviceError, match=r"closed the connection\."):
                    await lost
        async with ModbusClient(place.settings(unit=1), lines) as again:
            await again.read(TWO)
    assert place.calls == 2


async def test_a_place_that_is_silent_twice_is_connected_to_anew_though_others_are_still_there() -> None:
    async def serve(caller: Caller) -> None:
        if caller.number == 0:
            await caller.reader.read()
        await faithful(caller)

    async with serving(serve) as place:
        lines = Lines()
        one, other = (ModbusClient(place.settings(unit=unit, timeout_s=0.05, backoff_s=0.05), lines) for unit in (1, 2))
        patient = ModbusClient(place.settings(unit=3, timeout_s=30), lines)
        async with one, other, patient:
            for unit in (one, other):
                with pytest.raises(DeviceError, match="gave no answer"):
                    await unit.read(TWO)
            assert await patient.read(TWO) == (0, 1)
    assert place.calls == 2


async def test_whoever_is_cancelled_at_any_moment_leaves_the_line_to_the_others() -> None:
    async with serving(faithful) as place:
        lines = Lines()
        async with ModbusClient(place.settings(unit=1), lines) as one:
            for turns in range(12):
                async with ModbusClient(place.settings(unit=2), lines) as other:
                    reading = [asyncio.create_task(each.read(TWO)) for each in (one, other, other)]
                    for _ in range(turns):
                        await asyncio.sleep(0)
                    for task in reading:
                        task.cancel()
                    await asyncio.wait(reading)
                assert await one.read(THREE) == (7, 8, 9)


async def test_a_connection_that_is_under_way_when_its_caller_is_cancelled_is_made_by_the_next() -> None:
    async with serving(faithful) as place:
        lines = Lines()
        first, second = (ModbusClient(place.settings(unit=unit), lines) for unit in (1, 2))
        entering = [asyncio.create_task(each.__aenter__()) for each in (first, second)]
        await asyncio.sleep(0)
        entering[0].cancel()
        await asyncio.wait(entering)
        assert await second.read(TWO) == (0, 1)
        await second.__aexit__(None, None, None)


async def test_who_waits_at_the_door_of_a_place_that_is_away_does_not_try_it_again() -> None:
    lines, port = Lines(), free_port()
    tried: list[str] = []

    async def enter(unit: int) -> None:
        try:
            await ModbusClient(Place(port).settings(unit=unit), lines).__aenter__()
        except DeviceError as error:
            tried.append(str(error))

    await asyncio.gather(*(enter(unit) for unit in range(1, 9)))
    assert len(tried) == 8
    [known] = lines._places.values()
    assert known.line._tries == 1
    assert not known.line.is_used


async def test_the_other_address_is_called_when_one_does_not_answer_and_kept_to() -> None:
    async with serving(faithful, "127.0.0.2") as other:
        lines, settings = Lines(), other.settings(fallback_host="127.0.0.2")
        for _ in range(2):
            async with ModbusClient(settings, lines) as unit:
                assert await unit.read(TWO) == (0, 1)
        async with serving(faithful, "127.0.0.1", other.port) as main:
            async with ModbusClient(settings, lines) as unit:
                assert await unit.read(TWO) == (0, 1)
            assert (main.calls, other.calls) == (0, 3)
            other.hang_up()
            for _ in range(2):
                async with ModbusClient(settings, lines) as unit:
                    assert await unit.read(TWO) == (0, 1)
            assert (main.calls, other.calls) == (2, 3)


async def test_an_address_that_takes_calls_and_answers_nothing_is_left_for_the_other() -> None:
    async def mute(caller: Caller) -> None:
        await caller.reader.read()

    async with serving(mute) as main, serving(faithful, "127.0.0.2", main.port) as other:
        lines, settings = Lines(), main.settings(fallback_host="127.0.0.2", timeout_s=0.1)
        with pytest.raises(DeviceError, match="gave no answer"):
            async with ModbusClient(settings, lines) as unit:
                await unit.read(TWO)
        patient = settings.model_copy(update={"unit": 2, "timeout_s": 30})
        async with ModbusClient(patient, lines) as unit:
            assert await unit.read(TWO) == (0, 1)
    assert (main.calls, other.calls) == (1, 1)


async def test_when_neither_answers_both_are_named() -> None:
    settings = Place(free_port()).settings(fallback_host="127.0.0.2")
    with pytest.raises(DeviceError, match=r"at 127\.0\.0\.1:\d+: Connection refused\. .* at 127\.0\.0\.2:\d+: Conn"):
        async with ModbusClient(settings, Lines()):
            pass
