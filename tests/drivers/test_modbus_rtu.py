"""Units on lines with RTU: real ptys and sockets, with slaves that decode by themselves behind them."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from agent.core.errors import DeviceError
from agent.core.sources.modbus_settings import ModbusSettings
from drivers.modbus_client import ModbusClient
from drivers.modbus_lines import Lines
from drivers.modbus_rtu import RtuDialogue
from drivers.modbus_wire import Answer as Answered
from drivers.modbus_wire import Read, Refusal
from tests.drivers.plants import eventually
from tests.drivers.servers.rtu_slaves import Answer, PtyLine, Request, Slaves, TcpLine, addresses, whole

TWO = Read("holding", 0, 2)
OTHER_TWO = Read("holding", 300, 2)
MIRRORED = Read("coil", 0x0301, 20)
"""Its answer has three octets of data. If they are 01 00 14, it is the request to the octet."""
TIMEOUT_S = 0.15
Wire = PtyLine | TcpLine


@pytest.fixture
def slaves() -> Slaves:
    return Slaves({1: addresses, 2: addresses, 247: addresses})


@pytest.fixture(params=["pty", "tcp"])
def wire(request: pytest.FixtureRequest, slaves: Slaves, tmp_path: Path) -> Iterator[Wire]:
    line: Wire = PtyLine(tmp_path / "usb-line", slaves) if request.param == "pty" else TcpLine(slaves)
    with line:
        yield line


@pytest.fixture
def port(slaves: Slaves, tmp_path: Path) -> Iterator[PtyLine]:
    with PtyLine(tmp_path / "usb-line", slaves) as line:
        yield line


def settings(line: Wire, **others: Any) -> ModbusSettings:  # noqa: ANN401 - whatever the settings take
    where = {"serial": str(line.link)} if isinstance(line, PtyLine) else {"host": "127.0.0.1", "port": line.port}
    return ModbusSettings.model_validate({"framing": "rtu", "timeout_s": TIMEOUT_S, **where, **others})


async def answer_of(unit: ModbusClient, read: Read) -> Answered:
    """However slow this PC is: a unit that has no answer in time is asked again."""
    for _ in range(20):
        try:
            return await unit.read(read)
        except DeviceError as error:
            if "gave no answer" not in str(error):
                raise
    raise AssertionError("it never answers")


async def test_all_tables_are_read_and_nothing_else_is_asked(wire: Wire) -> None:
    async with ModbusClient(settings(wire, unit=247, timeout_s=5), Lines()) as unit:
        assert await unit.read(Read("holding", 65410, 125)) == tuple(range(65410, 65535))
        assert await unit.read(Read("input", 0, 1)) == (0,)
        assert await unit.read(Read("coil", 3, 20)) == tuple(number & 1 for number in range(3, 23))
        assert await unit.read(Read("discrete", 0, 2000)) == (0, 1) * 1000
    assert [(one.unit, one.function) for one in wire.slaves.requests] == [(247, 3), (247, 4), (247, 1), (247, 2)]
    assert wire.slaves.bad == []


async def test_exceptions_are_answers(wire: Wire) -> None:
    wire.slaves.answers[1] = lambda request: request.refused(2)
    async with ModbusClient(settings(wire, timeout_s=5), Lines()) as unit:
        assert await unit.read(TWO) == Refusal(2)


@pytest.mark.parametrize("pieces", [1, 3])
async def test_an_answer_is_whole_however_it_comes(port: PtyLine, pieces: int) -> None:
    def torn(request: Request) -> None:
        answer = addresses(request)
        for at in range(0, len(answer), pieces):
            port.send(answer[at : at + pieces])
            time.sleep(0.003)

    port.slaves.answers[1] = torn
    async with ModbusClient(settings(port, timeout_s=5), Lines()) as unit:
        assert await unit.read(TWO) == (0, 1)


class Late:
    """Answers the first of its requests when it is let, and tells by its values which one it answers."""

    def __init__(self) -> None:
        self.let = threading.Event()
        self.asked: list[Request] = []

    def __call__(self, request: Request) -> bytes:
        self.asked.append(request)
        if len(self.asked) == 1:
            assert self.let.wait(10)
        return request.values(*[len(self.asked)] * request.count)


async def test_a_late_answer_is_never_that_to_the_next_request(wire: Wire) -> None:
    late = Late()
    wire.slaves.answers[1] = late
    async with ModbusClient(settings(wire), Lines()) as unit:
        with pytest.raises(DeviceError, match=r"gave no answer within 0\.15 s\."):
            await unit.read(TWO)
        # Nothing is asked while it may still come, and what is asked then has another shape.
        assert len(wire.slaves.requests) == 1
        reading = asyncio.create_task(answer_of(unit, OTHER_TWO))
        await asyncio.sleep(0)
        late.let.set()
        assert await reading == (len(late.asked),) * 2
    asked = [(one.address, one.count) for one in late.asked]
    assert asked[:1] == [(0, 2)]
    assert asked[1] in {(300, 1), (300, 2)}


async def test_what_a_unit_owes_is_remembered_when_the_line_was_closed(wire: Wire) -> None:
    late = Late()
    wire.slaves.answers[1] = late
    lines = Lines()
    with pytest.raises(DeviceError, match="gave no answer"):
        async with ModbusClient(settings(wire), lines) as unit:
            await unit.read(TWO)
    async with ModbusClient(settings(wire), lines) as unit:
        with pytest.raises(DeviceError, match="gave no answer"):
            await unit.read(OTHER_TWO)
        assert [one.count for one in wire.slaves.requests] == [2]
        late.let.set()
        assert await answer_of(unit, OTHER_TWO) == (len(late.asked),) * 2


async def test_a_unit_that_is_slower_than_its_time_out_is_told_of(wire: Wire) -> None:
    late = Late()
    wire.slaves.answers[1] = late
    async with ModbusClient(settings(wire, unit=1), Lines()) as unit:
        with pytest.raises(DeviceError, match=r"within 0\.15 s\. Is the PLC on"):
            await unit.read(TWO)
        late.let.set()
        assert await answer_of(unit, OTHER_TWO) == (len(late.asked),) * 2
        wire.slaves.answers[1] = lambda _: None
        with pytest.raises(
            DeviceError, match=r"Lately one took 0\.\d s: a longer 'timeout_s' would have waited for it"
        ):
            await unit.read(TWO)


async def test_one_that_was_cut_off_owes_its_answer_too(port: PtyLine) -> None:
    late = Late()
    port.slaves.answers[1] = late
    async with ModbusClient(settings(port, timeout_s=0.3), Lines()) as unit:
        reading = asyncio.create_task(unit.read(TWO))
        await eventually(lambda: len(late.asked) == 1, within_s=10)
        reading.cancel()
        await asyncio.wait([reading])
        late.let.set()
        assert await answer_of(unit, OTHER_TWO) == (len(late.asked),) * 2


async def test_others_are_read_while_a_unit_may_still_answer(wire: Wire) -> None:
    """As each answer says which unit it is from, and one that waits for nothing more is dropped."""
    owing: list[Request] = []

    def ask_first(request: Request) -> None:
        owing.append(request)

    def both(request: Request) -> bytes:
        return owing[0].values(4711, 4711) + addresses(request)

    wire.slaves.answers.update({1: ask_first, 2: both})
    lines = Lines()
    slow = settings(wire, unit=2, timeout_s=5)
    async with ModbusClient(settings(wire), lines) as one, ModbusClient(slow, lines) as other:
        with pytest.raises(DeviceError, match="gave no answer"):
            await one.read(TWO)
        assert await other.read(OTHER_TWO) == (300, 301)
    assert len(wire.slaves.requests) == 2


@pytest.mark.parametrize("address", [0, 0x0200, 0x0300])
async def test_an_echo_of_the_request_is_dropped(wire: Wire, address: int) -> None:
    wire.slaves.echoes = True
    async with ModbusClient(settings(wire, timeout_s=5), Lines()) as unit:
        assert await unit.read(Read("holding", address, 2)) == (address, address + 1)
        assert await unit.read(Read("coil", address, 20)) == tuple(
            number & 1 for number in range(address, address + 20)
        )


async def test_an_echo_that_could_be_an_answer_is_none_though_nothing_else_is_asked(wire: Wire) -> None:
    wire.slaves.echoes = True
    async with ModbusClient(settings(wire, timeout_s=5), Lines()) as unit:
        for _ in range(3):
            assert await unit.read(MIRRORED) == tuple(number & 1 for number in range(0x0301, 0x0301 + 20))


def mirrored(request: Request) -> bytes:
    words = request.address.to_bytes(2, "big") + request.count.to_bytes(2, "big")
    return whole(bytes([request.unit, request.function]) + words)


async def test_an_answer_that_looks_like_its_request_is_no_echo(port: PtyLine) -> None:
    port.slaves.answers[1] = lambda request: mirrored(request) if request.function == 1 else addresses(request)
    async with ModbusClient(settings(port), Lines()) as unit:
        await answer_of(unit, TWO)
        bits = await answer_of(unit, MIRRORED)
        assert not isinstance(bits, Refusal)
        assert sum(bit << at for at, bit in enumerate(bits)) == 0x140001 & 0xFFFFF


async def test_before_a_line_is_known_what_may_be_an_echo_is_no_answer(port: PtyLine) -> None:
    """It costs one time-out; what is asked to settle that tells whether the line echoes."""
    port.slaves.answers[1] = lambda request: mirrored(request) if request.count == 20 else addresses(request)
    async with ModbusClient(settings(port), Lines()) as unit:
        with pytest.raises(DeviceError, match="gave no answer"):
            await unit.read(MIRRORED)
        bits = await answer_of(unit, MIRRORED)
        assert not isinstance(bits, Refusal)
        assert sum(bit << at for at, bit in enumerate(bits)) == 0x140001 & 0xFFFFF


async def test_another_adapter_may_echo_where_the_one_before_did_not(port: PtyLine) -> None:
    lines = Lines()
    async with ModbusClient(settings(port, timeout_s=5), lines) as unit:
        await unit.read(TWO)
        device = port.device
        port.unplug()
    port.slaves.echoes = True
    port.plug_in()
    if port.device != device:
        # The kernel numbers ptys as it likes; this is about one device.
        lines._places = {(port.device, *key[1:]): place for key, place in lines._places.items()}
    async with ModbusClient(settings(port, timeout_s=5), lines) as unit:
        assert await unit.read(MIRRORED) == tuple(number & 1 for number in range(0x0301, 0x0301 + 20))


@pytest.mark.parametrize("cut", range(1, 18))
def test_an_echo_behind_noise_is_dropped_however_it_comes(cut: int) -> None:
    """At this address it begins like the answer, which would then seem to be there, with a wrong check."""
    dialogue, read = RtuDialogue(), Read("holding", 0x0400, 2)
    for number in range(3):
        echo = dialogue.ask(1, read, number)
        answer = Request(1, 3, 0x0400, 2).values(number, 4711)
        octets = (b"\0" if number else b"") + echo + answer
        heard = [dialogue.hear(part, number) for part in (octets[:cut], octets[cut:])]
        assert [one for one in heard if one is not None] == [(number, 4711)]
        dialogue.give_up(number, 1)


def test_a_line_whose_first_echo_was_damaged_has_echoes() -> None:
    dialogue, high = RtuDialogue(), Request(1, 3, 0x1000, 2)
    mirror = Request(1, 1, MIRRORED.address, MIRRORED.count)
    for echo, asked in ((b"\1\3", high), (None, high), (None, mirror)):
        read = MIRRORED if asked is mirror else Read("holding", asked.address, asked.count)
        octets = dialogue.ask(1, read, 0)
        heard = dialogue.hear((octets if echo is None else echo) + addresses(asked), 0)
        assert heard == tuple(
            number & 1 if asked is mirror else number for number in range(read.address, read.address + read.count)
        )
        dialogue.give_up(0, 1)


def test_what_stands_in_the_data_of_a_damaged_answer_is_no_answer() -> None:
    """Asked for at once though its answer is still to come, the next request would get that to this one."""
    dialogue = RtuDialogue()
    dialogue.ask(2, Read("holding", 0, 8), 0)
    dialogue.give_up(1, 1)
    dialogue.ask(1, TWO, 1)
    late = Request(2, 3, 0, 8).values(0x0103, 0x0400, 0, 0, 0, 0, 0, 0)
    assert dialogue.hear(late[:-1] + bytes([late[-1] ^ 1]), 1) is None
    assert dialogue.hear(addresses(Request(1, 3, 0, 2)), 1) == (0, 1)


@pytest.mark.parametrize("noise", [b"\0", b"\xff\xff\xff", b"\1\3", b"\1\3\4", b"\1\3\xfa\1\3"])
async def test_noise_before_an_answer_does_not_hide_it(wire: Wire, noise: bytes) -> None:
    wire.slaves.answers[1] = lambda request: noise + addresses(request)
    async with ModbusClient(settings(wire), Lines()) as unit:
        assert await answer_of(unit, TWO) == (0, 1)


async def test_a_damaged_answer_is_asked_for_once_more_and_told_then(wire: Wire) -> None:
    damaged = 1

    def noisy(request: Request) -> bytes:
        nonlocal damaged
        damaged -= 1
        answer = addresses(request)
        return answer[:-3] + bytes([answer[-3] ^ 0x10]) + answer[-2:] if damaged >= 0 else answer

    wire.slaves.answers[1] = noisy
    async with ModbusClient(settings(wire, timeout_s=30), Lines()) as unit:
        assert await unit.read(OTHER_TWO) == (300, 301)
        damaged = 2
        with pytest.raises(DeviceError, match=r"unit 1 at .* sent an answer with a wrong check, twice[^?.]*\. Is it"):
            await unit.read(OTHER_TWO)
        assert await unit.read(OTHER_TWO) == (300, 301)
    assert len(wire.slaves.requests) == 2 + 2 + 1


async def test_what_came_instead_of_an_answer_is_told(wire: Wire) -> None:
    wire.slaves.answers[1] = lambda _: b"\xfe\x00\xfe"
    async with ModbusClient(settings(wire), Lines()) as unit:
        with pytest.raises(DeviceError, match=r"but sent fe 00 fe, in which no answer is[^?.]*\. Is the PLC on"):
            await unit.read(TWO)


async def test_one_dead_unit_costs_the_others_one_time_out(wire: Wire) -> None:
    lines = Lines()
    clients = [ModbusClient(settings(wire, unit=unit, timeout_s=5), lines) for unit in (1, 2)]
    clients.append(ModbusClient(settings(wire, unit=9, backoff_s=60), lines))
    async with clients[0], clients[1], clients[2]:
        with pytest.raises(DeviceError, match="unit 9 at"):
            await clients[2].read(TWO)
        dead = asyncio.create_task(clients[2].read(TWO))
        for _ in range(5):
            answers = await asyncio.gather(*(unit.read(TWO) for unit in clients[:2]))
            assert answers == [(0, 1), (0, 1)]
        assert not dead.done()
        dead.cancel()
        await asyncio.wait([dead])
    assert [one.unit for one in wire.slaves.requests].count(9) == 1


async def test_many_dead_units_let_those_that_answer_in_between() -> None:
    """A line of nothing but back-offs that are over: between two silences is an answer, if one is waited for."""
    slaves = Slaves({1: addresses})
    with TcpLine(slaves) as line:
        lines = Lines()
        async with AsyncExitStack() as stack:
            alive = await stack.enter_async_context(ModbusClient(settings(line, timeout_s=5), lines))
            quick = {"timeout_s": 0.03, "backoff_s": 0.01}
            dead = [
                await stack.enter_async_context(ModbusClient(settings(line, unit=unit, **quick), lines))
                for unit in range(10, 16)
            ]

            async def fail(unit: ModbusClient) -> None:
                for _ in range(3):
                    with pytest.raises(DeviceError, match="gave no answer"):
                        await unit.read(TWO)

            failing = [asyncio.create_task(fail(unit)) for unit in dead]
            reads = 0
            while not all(task.done() for task in failing):
                assert await alive.read(TWO) == (0, 1)
                reads += 1
            await asyncio.gather(*failing)
    units = [one.unit for one in slaves.requests]
    first_round = units.index(15)
    assert [pair for pair in pairwise(units[first_round + 1 :]) if 1 not in pair] == []


async def test_a_line_that_is_unplugged_is_lost_to_all_and_is_back_with_its_name(port: PtyLine) -> None:
    lines = Lines()
    async with AsyncExitStack() as stack:
        units = [
            await stack.enter_async_context(ModbusClient(settings(port, unit=unit, timeout_s=30), lines))
            for unit in (1, 2)
        ]
        for unit in units:
            await unit.read(TWO)
        resting = asyncio.create_task(units[1].sleep_until(asyncio.get_running_loop().time() + 60))
        await asyncio.sleep(0)
        port.unplug()
        with pytest.raises(DeviceError, match=r"serial line .*usb-line was lost: .* Is the adapter still plugged in"):
            await resting
        with pytest.raises(DeviceError, match="was lost"):
            await units[0].read(TWO)
    with pytest.raises(DeviceError, match="usb-line cannot be opened: there is no such device"):
        async with ModbusClient(settings(port), lines):
            pass
    port.plug_in()
    async with ModbusClient(settings(port, timeout_s=30), lines) as unit:
        assert await unit.read(TWO) == (0, 1)


async def test_two_names_of_one_device_are_one_line(port: PtyLine) -> None:
    lines = Lines()
    by_device = settings(port, unit=2, timeout_s=30).model_copy(update={"serial": port.device})
    async with ModbusClient(settings(port, timeout_s=30), lines) as one, ModbusClient(by_device, lines) as other:
        assert await one.read(TWO) == (0, 1)
        assert await other.read(TWO) == (0, 1)
    contrary = by_device.model_copy(update={"baud": 9600})
    async with ModbusClient(settings(port, timeout_s=30), lines):
        with pytest.raises(DeviceError, match=r"in use as .*usb-line, and 'baud' is 19200 at one of them and 9600 at"):
            async with ModbusClient(contrary, lines):
                pass
    async with ModbusClient(contrary, lines) as alone:
        assert await alone.read(TWO) == (0, 1)


async def test_a_unit_whose_settings_were_changed_joins_those_that_still_read(port: PtyLine) -> None:
    lines = Lines()
    async with ModbusClient(settings(port), lines), ModbusClient(settings(port, unit=2, timeout_s=30), lines) as other:
        async with ModbusClient(settings(port, timeout_s=5, max_registers=16), lines) as changed:
            assert await changed.read(TWO) == (0, 1)
        assert await other.read(TWO) == (0, 1)


async def test_a_device_that_another_program_has_is_told(port: PtyLine) -> None:
    async with ModbusClient(settings(port), Lines()):
        with pytest.raises(DeviceError, match="another program has it open"):
            async with ModbusClient(settings(port), Lines()):
                pass


async def test_leaving_closes_the_device_with_the_last_one(port: PtyLine) -> None:
    lines = Lines()
    async with ModbusClient(settings(port, timeout_s=30), lines) as one:
        async with ModbusClient(settings(port, unit=2), lines):
            pass
        assert await one.read(TWO) == (0, 1)
    async with ModbusClient(settings(port, timeout_s=30), Lines()) as again:
        assert await again.read(TWO) == (0, 1)


async def test_requests_keep_their_distance(port: PtyLine) -> None:
    async with ModbusClient(settings(port, frame_gap_ms=20, timeout_s=30), Lines()) as unit:
        for _ in range(4):
            await unit.read(TWO)
    times = [one.at for one in port.slaves.requests]
    assert min(later - earlier for earlier, later in pairwise(times)) >= 0.019


async def test_a_slow_line_has_the_time_that_its_octets_take(port: PtyLine) -> None:
    """125 registers take 2.3 s at 1,200 baud, however short the time-out for a unit to begin is."""

    def slow(request: Request) -> None:
        answer = addresses(request)
        port.send(answer[:20])
        time.sleep(2 * TIMEOUT_S)
        port.send(answer[20:])

    port.slaves.answers[1] = slow
    async with ModbusClient(settings(port, baud=1200), Lines()) as unit:
        assert await answer_of(unit, Read("holding", 0, 125)) == tuple(range(125))


def test_the_answers_of_a_test_are_answers() -> None:
    answer: Answer = addresses
    assert answer(Request(1, 3, 5, 1)) == bytes([1, 3, 2, 0, 5, 0x78, 0x47])
