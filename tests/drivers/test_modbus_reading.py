"""What the driver makes of a device's registers: in few requests, whole, whatever its neighbours are."""

from __future__ import annotations

import struct
import time
from collections.abc import Iterable

from agent.core.machine_settings import MachineSettings, Role, SignalSettings, TelemetrySettings
from agent.core.observations import Link, Quality, Signal
from drivers.modbus import ModbusDriver
from drivers.modbus_guard import PAUSES_S, STATUS
from tests.drivers.modbus_servers import Asked, Caller, Place, serving
from tests.drivers.plants import now, told

ILLEGAL_ADDRESS = 2


class Registers:
    """A device with some holding registers; it refuses a request for any other."""

    def __init__(self, values: dict[int, int]) -> None:
        self.values = values

    async def serve(self, caller: Caller) -> None:
        while True:
            asked = await caller.request()
            await caller.say(self.answer(asked))

    def answer(self, asked: Asked) -> bytes:
        span = range(asked.address, asked.address + asked.count)
        if any(address not in self.values for address in span):
            return asked.refused(ILLEGAL_ADDRESS)
        return asked.registers(*(self.values[address] for address in span))


class Torn(Registers):
    """A counter in two registers that shows these, one after the other, and stays at the last."""

    def __init__(self, *shown: int) -> None:
        super().__init__({2: 1})
        self.asked_at: list[float] = []
        self._shown = list(shown)

    def answer(self, asked: Asked) -> bytes:
        self.asked_at.append(time.monotonic())
        now_shown = self._shown.pop(0) if len(self._shown) > 1 else self._shown[0]
        self.values |= {0: now_shown >> 16, 1: now_shown & 0xFFFF}
        return super().answer(asked)


def machine(place: Place, *readings: SignalSettings | TelemetrySettings, **device: object) -> MachineSettings:
    return MachineSettings(
        work_center="WC-1",
        modbus=place.settings(poll_ms=20, **device),
        signal=tuple(one for one in readings if isinstance(one, SignalSettings)),
        telemetry=tuple(one for one in readings if isinstance(one, TelemetrySettings)),
    )


def value(key: str, address: int, kind: str = "uint16", **more: object) -> TelemetrySettings:
    fields = {"key": key, "table": "holding", "address": address, "type": kind, **more}
    return TelemetrySettings.model_validate(fields)


def run(address: int = 2) -> SignalSettings:
    return SignalSettings(key="run", role=Role.RUN, table="holding", address=address, type="bit", bit=0)


TOTAL = SignalSettings(key="count", role=Role.TOTAL, table="holding", address=0, type="uint32")


async def polls(driver: ModbusDriver, count: int) -> list[list[Signal]]:
    """What each poll with news told; a link tells that there was one."""
    seen: list[list[Signal]] = []
    driver._link_due = 0.0
    while len(seen) < count:
        batch = await anext(driver)
        driver._link_due = 0.0
        assert any(isinstance(one, Link) for one in batch)
        seen.append([one for one in batch if isinstance(one, Signal)])
    return seen


def words(octets: bytes) -> Iterable[int]:
    return struct.unpack(f">{len(octets) // 2}H", octets)


async def test_values_of_all_kinds_come_in_one_request() -> None:
    octets = (
        struct.pack(">Hf", 1, 23.45) + struct.pack(">q", -5) + b"\x12\x34" + b"PUMP 7\0\0" + struct.pack(">H", 0x80)
    )
    device = Registers(dict(enumerate(words(octets))))
    async with serving(device.serve) as place:
        wanted = machine(
            place,
            run(0),
            value("temperature", 1, "float32"),
            value("balance", 3, "int64"),
            value("recipe", 7, "bcd16"),
            value("name", 8, "string", length=4),
            value("alarm", 12, "bit", bit=7),
            value("tenths", 0, "uint16", scale=0.1),
        )
        async with ModbusDriver(wanted, now) as driver:
            [first] = await polls(driver, 1)
        assert len(place.asked) == 1
    assert {key: value for key, value, _ in told(list(first))} == {
        "run": True,
        "temperature": 23.45,
        "balance": -5,
        "recipe": 1234,
        "name": "PUMP 7",
        "alarm": True,
        "tenths": 0.1,
    }


async def test_a_register_that_is_no_number_of_its_type_is_bad_alone() -> None:
    device = Registers(dict(enumerate(words(struct.pack(">HHf", 1, 0x12AF, float("nan"))))))
    async with serving(device.serve) as place:
        wanted = machine(place, run(0), value("recipe", 1, "bcd16"), value("level", 2, "float32"))
        async with ModbusDriver(wanted, now) as driver:
            [first] = await polls(driver, 1)
    assert {one.key: (one.quality, one.status) for one in first} == {
        "run": (Quality.GOOD, ""),
        "recipe": (Quality.BAD, "not BCD: 12AF has a digit above 9"),
        "level": (Quality.BAD, "not a number: 7FC00000 is nan"),
    }


async def test_one_register_that_is_not_there_spoils_no_neighbour_and_is_learned_once() -> None:
    device = Registers({address: 1 for address in range(16) if address != 5})
    async with serving(device.serve) as place:
        wanted = machine(place, run(0), *(value(f"v{address}", address) for address in range(1, 16)))
        async with ModbusDriver(wanted, now) as driver:
            [first, *_] = await polls(driver, 2)
            learned = len(place.asked)
            await polls(driver, 3)
        assert [(one.address, one.count) for one in place.asked[learned:]] == 3 * [(0, 1), (1, 4), (5, 1), (6, 10)]
    assert {one.key for one in first if one.quality is not Quality.GOOD} == {"v5"}


async def test_forbidden_registers_are_never_asked_for() -> None:
    device = Registers(dict.fromkeys(range(16), 1))
    async with serving(device.serve) as place:
        forbidden = [{"table": "holding", "first": 4, "last": 9}]
        wanted = machine(place, run(0), value("a", 3), value("b", 10), forbidden=forbidden, gap=20)
        async with ModbusDriver(wanted, now) as driver:
            await polls(driver, 2)
        asked = {address for one in place.asked for address in range(one.address, one.address + one.count)}
    assert not asked & set(range(4, 10))


async def test_a_torn_counter_is_read_again_in_the_controllers_next_cycle_and_never_told() -> None:
    device = Torn(131_071, 65_536, 131_072)
    async with serving(device.serve) as place:
        async with ModbusDriver(machine(place, TOTAL, run()), now) as driver:
            first, second = await polls(driver, 2)
        assert [one.count for one in place.asked] == [3, 3, 3]
    assert device.asked_at[2] - device.asked_at[1] >= PAUSES_S[0]
    assert told(list(first), "count") == [("count", 131_071, "good")]
    assert told(list(second), "count") == [("count", 131_072, "good")]


async def test_a_counter_that_stays_torn_is_uncertain_and_says_why() -> None:
    device = Torn(131_071, 65_536, 65_537, 65_538, 131_080)
    async with serving(device.serve) as place, ModbusDriver(machine(place, TOTAL, run()), now) as driver:
        _, second, third = await polls(driver, 3)
    [count] = [one for one in second if one.key == "count"]
    assert (count.value, count.quality, count.status) == (None, Quality.UNCERTAIN, STATUS)
    assert told(list(third), "count") == [("count", 131_080, "good")]


async def test_an_empty_image_is_not_asked_for_twice() -> None:
    device = Torn(100_000, 0)
    device.values[2] = 0
    async with serving(device.serve) as place:
        async with ModbusDriver(machine(place, TOTAL, run()), now) as driver:
            await polls(driver, 1)
            seen = [one for one in await anext(driver) if isinstance(one, Signal)]
        assert len(place.asked) == 2
    assert {one.status for one in seen} == {"all-zero image"}


async def test_zeros_of_all_kinds_are_an_empty_image_until_one_register_says_something() -> None:
    device = Registers(dict.fromkeys(range(8), 0))
    async with serving(device.serve) as place:
        wanted = machine(place, TOTAL, run(), value("level", 3, "float32"), value("name", 5, "string", length=3))
        async with ModbusDriver(wanted, now) as driver:
            first = [one for one in await anext(driver) if isinstance(one, Signal)]
            device.values[7] = 0x4100
            second = [one for one in await anext(driver) if isinstance(one, Signal)]
    assert {(one.value, one.status) for one in first} == {(None, "all-zero image")}
    assert told(list(second)) == [
        ("count", 0, "good"),
        ("run", False, "good"),
        ("level", 0.0, "good"),
        ("name", "", "good"),
    ]
