"""Siemens S7: addresses, the plan of requests, and values; the driver itself is in the contract suite."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Iterator
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.core.errors import DeviceError
from agent.core.observations import Quality, Signal
from drivers.plugin import check_machine
from drivers.plugin_kind import SettingError
from drivers.registry import open_machine
from drivers.s7_places import GAP, Block, Place, place_of, planned
from tests.drivers.other_plants import S7Plant, machine_of
from tests.drivers.plants import collect, now, told


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("DB1.DBX0.3", Place("DB", 1, 0, 1, "", 3)),
        ("DB1.DBX0.3:BOOL", Place("DB", 1, 0, 1, "", 3)),
        ("DB7.DBB4", Place("DB", 7, 4, 1, ">B")),
        ("DB7.DBB4:SINT", Place("DB", 7, 4, 1, ">b")),
        ("DB1.DBW2", Place("DB", 1, 2, 2, ">H")),
        ("DB1.DBW2:INT", Place("DB", 1, 2, 2, ">h")),
        ("DB1.DBD4:REAL", Place("DB", 1, 4, 4, ">f")),
        ("DB1.DBB8:LREAL", Place("DB", 1, 8, 8, ">d")),
        ("DB5.DBB10:STRING[20]", Place("DB", 5, 10, 22, "STRING")),
        ("M10.2", Place("M", 0, 10, 1, "", 2)),
        ("MW20:INT", Place("M", 0, 20, 2, ">h")),
        ("E0.1", Place("I", 0, 0, 1, "", 1)),
        ("QB3", Place("Q", 0, 3, 1, ">B")),
    ],
)
def test_an_address_says_where_a_value_is_and_what_it_is_made_of(address: str, place: Place) -> None:
    assert place_of(address) == place


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("DB1.DBD4:INT", "'INT' does not stand at an address with D; expected one of DWORD, UDINT, DINT, REAL"),
        ("DB1.DBW4.1", "expected an address such as"),
        ("DB1.DBX4", "expected an address such as"),
        ("DB0.DBW4", "expected a data block from 1"),
        ("DB1.DBW65535", "no octet behind 65535"),
        ("DB1.DBX0.8", "expected an address such as"),
        ("M10", "expected an address such as"),
        ("MX1.1", "expected an address such as"),
        ("DB1.DBB0:STRING", "expected an address such as"),
        ("DB1.DBB0:STRING[255]", "1 to 254 characters"),
        ("DB1.DBW0:STRING[5]", "begins at an octet"),
        ("DB1.DBW2:int", "expected an address such as"),
        ("", "expected an address such as"),
    ],
)
def test_what_is_no_address_is_refused_with_what_is_expected(address: str, said: str) -> None:
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - its text is looked at
        place_of(address)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("address", "octets", "value"),
    [
        ("DB1.DBX0.3", b"\x08", True),
        ("DB1.DBX0.3", b"\xf7", False),
        ("DB1.DBW0:INT", b"\xff\xfe", -2),
        ("DB1.DBD0", b"\x00\x01\x86\xa0", 100_000),
        ("DB1.DBD0:REAL", struct.pack(">f", 1.5), 1.5),
        ("DB1.DBB0:STRING[4]", b"\x04\x02ab??", "ab"),
    ],
)
def test_octets_are_what_the_type_says(address: str, octets: bytes, value: object) -> None:
    assert place_of(address).value(octets) == value


@pytest.mark.parametrize(
    ("address", "octets", "said"),
    [
        ("DB1.DBD0:REAL", struct.pack(">f", float("nan")), "not a number"),
        ("DB1.DBB0:STRING[4]", b"\x04\x05abcd", "claims 5 characters of 4"),
        ("DB1.DBB0:STRING[4]", b"\xfe\x05abcd", "claims 5 characters of 4"),
    ],
)
def test_octets_that_are_nothing_of_the_type_are_no_value(address: str, octets: bytes, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        place_of(address).value(octets)


PLACES = st.builds(
    lambda db, start, size: Place("DB", db, start, size, ">B"),
    st.integers(1, 3),
    st.integers(0, 400),
    st.integers(1, 8),
)


@given(st.lists(PLACES, max_size=30), st.integers(8, 222))
def test_each_value_is_in_one_request_whole_and_no_request_is_too_large(some: list[Place], largest: int) -> None:
    places = {str(number): place for number, place in enumerate(some)}
    blocks = planned(places.items(), largest)
    assert sorted(key for block in blocks for key in block.keys) == sorted(places)
    for block in blocks:
        assert block.size <= largest
        for place in (places[key] for key in block.keys):
            assert (place.area, place.db) == (block.area, block.db)
            assert block.start <= place.start
            assert place.start + place.size <= block.start + block.size


def test_neighbours_are_read_together_as_long_as_the_gap_is_small() -> None:
    places = {"a": place_of("DB1.DBW0"), "b": place_of("DB1.DBW4"), "c": place_of(f"DB1.DBW{7 + GAP}")}
    assert planned(places.items(), 222) == (Block("DB", 1, 0, 6, ("a", "b")), Block("DB", 1, 7 + GAP, 2, ("c",)))


@pytest.mark.parametrize(
    ("options", "at", "said"),
    [
        ({}, "M0.0", "is missing"),
        ({"host": "plc", "rack": 8}, "M0.0", "found '8'"),
        ({"host": "plc"}, "M0.8", "found 'M0.8': expected an address such as"),
    ],
)
def test_what_cannot_be_used_is_refused(options: dict[str, str | int], at: str, said: str) -> None:
    with pytest.raises(SettingError, match=said):
        check_machine(machine_of("s7", options, state=at))


def _answered(request: bytes) -> bytes:
    """By a controller that lets everybody connect and nobody read (RFC 1006, RFC 905, then S7)."""
    if request[5] == 0xE0:
        return bytes.fromhex("0300001611d0") + request[8:10] + bytes.fromhex("000100c0010ac1020100c2020102")
    head = bytes.fromhex("02f080 32030000") + request[11:13]
    if request[17] == 0xF0:
        return bytes.fromhex("0300001b") + head + bytes.fromhex("00080000 0000 f0000001000100f0")
    return bytes.fromhex("03000013") + head + bytes.fromhex("00000000 8104")


async def _refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(asyncio.IncompleteReadError, OSError):
        while True:
            head = await reader.readexactly(4)
            writer.write(_answered(head + await reader.readexactly(int.from_bytes(head[2:], "big") - 4)))
    writer.close()


async def test_a_controller_that_permits_no_reading_is_said_to_refuse_and_why_it_may() -> None:
    server = await asyncio.start_server(_refuse, "127.0.0.1", 0)
    async with server:
        options: dict[str, str | int] = {"host": "127.0.0.1", "port": server.sockets[0].getsockname()[1]}
        driver = open_machine(machine_of("s7", options, state="DB1.DBW0"), now)
        with pytest.raises(DeviceError, match=r"refuses: .*0x81.* Is PUT/GET communication permitted"):
            async with driver as batches:
                await anext(aiter(batches))


@pytest.fixture(scope="module")
def plant() -> Iterator[S7Plant]:
    plant = S7Plant()
    plant.start()
    yield plant
    plant.server.kill()


async def test_a_value_behind_the_end_of_its_block_costs_its_neighbours_nothing(plant: S7Plant) -> None:
    assert plant.machine.driver is not None
    # The data block has 64 octets.
    places = {"state": "DB1.DBW0", "count": "DB1.DBD2:UDINT", "run": "DB1.DBW62", "bad": "DB1.DBW64"}
    machine = machine_of("s7", plant.machine.driver.options, **places)
    async with open_machine(machine, now) as driver:
        seen = await collect(aiter(driver), lambda new: len(told(new)) == 4)
    assert sorted(told(seen)) == [
        ("bad", None, "bad"),
        ("count", 100_000, "good"),
        ("run", 0, "good"),
        ("state", 0, "good"),
    ]
    [bad] = [one for one in seen if isinstance(one, Signal) and one.quality is Quality.BAD]
    assert "(0x05)" in bad.status


async def test_what_speaks_no_s7_is_told_so() -> None:
    other = S7Plant(module="meter")
    other.server.start()
    try:
        with pytest.raises(DeviceError, match=r"S7 controller at|no S7 controller answers"):
            await entered(other)
    finally:
        other.server.kill()


async def entered(plant: S7Plant) -> None:
    async with open_machine(plant.machine, now):
        pass
