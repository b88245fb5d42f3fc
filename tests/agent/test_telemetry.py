from __future__ import annotations

import asyncio
import json
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from agent.core.machine_settings import TelemetrySettings
from agent.core.observations import Instant, Link, Quality, Signal
from agent.journal.telemetry_store import ASIDE, FILE_NAME, MB
from agent.telemetry import MOST_IN_MEMORY
from drivers.registry import open_machine
from simulators.broker import Broker
from tests.agent.keeping import (
    AGENT,
    FLUSH_S,
    TOPIC,
    a_keeper,
    dropped,
    flushed,
    heard,
    once,
    uploading,
    values,
    waiting,
)
from tests.agent.mes_peer import a_mes
from tests.agent.parts import eventually, now
from tests.agent.processes import an_agent
from tests.agent.stub_broker import StubBroker
from tests.drivers import plants
from tests.drivers.plants import URI, ModbusPlant, OpcUaPlant, Plant, collect, told


@pytest.mark.parametrize(
    ("kind", "place"),
    [(OpcUaPlant, {"node": f"nsu={URI};s=nothing"}), (ModbusPlant, {"table": "holding", "address": 16})],
)
async def test_telemetry_that_a_machine_does_not_have_spoils_no_signal(
    kind: type[Plant], place: dict[str, Any]
) -> None:
    plant = kind()
    telemetry = (TelemetrySettings(key="nothing", **place),)
    try:
        await asyncio.to_thread(plant.start)
        async with open_machine(plant.machine.model_copy(update={"telemetry": telemetry}), plants.now) as driver:
            seen = await collect(aiter(driver), lambda new: any(isinstance(each, Link) for each in new))
    finally:
        await asyncio.to_thread(plant.server.kill)
    assert sorted(told(seen)) == [
        ("bad", None, "bad"),
        ("count", 100_000, "good"),
        ("nothing", None, "bad"),
        ("run", True, "good"),
        ("state", 6, "good"),
    ]


async def test_values_arrive_as_published_and_nothing_is_left_behind(broker: Broker, tmp_path: Path) -> None:
    async with a_mes(broker) as mes, a_keeper(tmp_path) as keeper, uploading(keeper, broker.port):
        at = Instant(1_700_000_000.0, 5.0)
        keeper.telemetry.aside([Signal("PRESS-1", "temp", 20.5, Quality.GOOD, None, at)])
        keeper.telemetry.aside([Link("PRESS-1", "plc", up=False, observed=Instant(1_700_000_001.0, 6.0))])
        await eventually(lambda: len(values(heard(mes))) == 2, "both")
        [message] = heard(mes)
        assert mes.messages("/tel/")[0].topic == TOPIC
        assert message.pop("source").startswith("urn:lineside:ala1:edge-1:")
        assert message == {
            "wc_id": "PRESS-1",
            "signal": "temp",
            "batch": 1,
            "uom": "Cel",
            "dropped": 0,
            "values": [["2023-11-14T22:13:20.000Z", 20.5, "good"], ["2023-11-14T22:13:21.000Z", None, "bad"]],
        }
        await eventually(lambda: not waiting(tmp_path), "what has arrived is deleted")


async def test_only_telemetry_goes_aside(tmp_path: Path) -> None:
    async with a_keeper(tmp_path) as keeper:
        at = now()
        run = Signal("PRESS-1", "run", True, Quality.GOOD, None, at)
        temp = Signal("PRESS-1", "temp", 1, Quality.GOOD, None, at)
        link = Link("PRESS-1", "plc", up=True, observed=at)
        assert keeper.telemetry.aside([run, temp, link]) == [run, link]
        other = [Signal("PRESS-2", "temp", 1, Quality.GOOD, None, at)]
        assert keeper.telemetry.aside(other) is other
        assert keeper.telemetry.aside([]) == []


async def test_an_outage_costs_nothing_and_doubles_nothing(broker: Broker, tmp_path: Path) -> None:
    async with a_keeper(tmp_path) as keeper, uploading(keeper, broker.port):
        async with a_mes(broker) as mes:
            keeper.read(*range(200))
            await eventually(lambda: len(values(heard(mes))) == 200, "the first have arrived")
            await broker.kill()
            before = [message.payload for message in mes.messages("/tel/temp")]
        for number in range(200, 2000, 300):
            keeper.read(*range(number, number + 300))
            await keeper.telemetry.flush()
        await broker.start()
        async with a_mes(broker, "back") as mes:

            def everything() -> list[Any]:
                return values(once(before + [message.payload for message in mes.messages("/tel/temp")]))

            await eventually(lambda: len(everything()) >= 2000, "all have arrived", 20)
            assert everything() == list(range(2000))
            await eventually(lambda: not waiting(tmp_path), "all is deleted", 20)


async def test_who_listens_a_moment_too_late_misses_nothing(broker: Broker, tmp_path: Path) -> None:
    async with a_keeper(tmp_path) as keeper, uploading(keeper, broker.port):
        await eventually(lambda: keeper.online == 1, "online")
        keeper.read(1, 2, 3)
        await flushed(keeper, 3)
        await asyncio.sleep(3 * FLUSH_S)
        async with a_mes(broker) as mes:
            await eventually(lambda: values(heard(mes)) == [1, 2, 3], "all of it")


async def test_beyond_its_budget_the_oldest_is_dropped_and_counted(broker: Broker, tmp_path: Path) -> None:
    total = 0
    async with a_keeper(tmp_path, keep_mb=1) as keeper:
        for _ in range(6):
            keeper.read(*range(total, total + 10_000))
            total += 10_000
            await keeper.telemetry.flush()
        assert [alarm.code for alarm in keeper.alarms.current] == ["telemetry_dropped"]
        assert sum(path.stat().st_size for path in (tmp_path / "journal").glob(f"{FILE_NAME}*")) < 7 * MB
    async with a_keeper(tmp_path, keep_mb=1) as keeper, a_mes(broker) as mes, uploading(keeper, broker.port):
        await eventually(lambda: total - 1 in values(heard(mes)), "the newest has arrived")
        keeper.read(total)
        await eventually(lambda: total in values(heard(mes)), "what tells of the last that were dropped")
        arrived = values(heard(mes))
        assert arrived == list(range(total + 1 - len(arrived), total + 1))
        assert 10_000 < len(arrived) < 30_000
        assert len(arrived) + dropped(heard(mes)) == total + 1
        assert keeper.alarms.current == ()


async def test_what_the_broker_never_takes_is_dropped_counted_and_in_nobodys_way(tmp_path: Path) -> None:
    stub = StubBroker(max_packet=2000)
    async with stub.serving(), a_keeper(tmp_path) as keeper:
        keeper.read(*range(100))
        keeper.read(1, key="flow")
        await keeper.telemetry.flush()
        async with uploading(keeper, stub.port):
            await eventually(lambda: bool(stub.published), "flow has arrived")
            keeper.read(1000)
            await eventually(lambda: len(stub.published) == 2, "the next has arrived")
    found = once([payload for _, payload in stub.published])
    assert [(message["signal"], message["dropped"]) for message in found] == [("flow", 0), ("temp", 100)]


@pytest.mark.parametrize(("receive_maximum", "busy", "most"), [(20, False, 5), (100, False, 8), (20, True, 1)])
async def test_most_of_the_way_is_left_to_facts(tmp_path: Path, receive_maximum: int, busy: bool, most: int) -> None:  # noqa: FBT001 - a table
    stub = StubBroker(receive_maximum=receive_maximum, delay_s=0.02)
    async with stub.serving(), a_keeper(tmp_path) as keeper:
        keeper.busy[:] = [True] * busy
        keeper.read(*range(4000))
        await keeper.telemetry.flush()
        async with uploading(keeper, stub.port):
            await eventually(lambda: len(once([payload for _, payload in stub.published])) >= 8, "some have arrived")
    assert stub.most_in_flight == most
    if busy:
        pauses = [later - earlier for earlier, later in zip(stub.at, stub.at[1:], strict=False)]
        assert min(pauses) >= 0.09


async def test_a_broker_that_cannot_now_is_asked_less_and_less_often(tmp_path: Path) -> None:
    stub = StubBroker(code=0x97)
    async with stub.serving(), a_keeper(tmp_path) as keeper, uploading(keeper, stub.port):
        keeper.read(*range(4000))
        await eventually(lambda: len(stub.published) > 6, "probed")
        stub.code = 0
        await eventually(lambda: not waiting(tmp_path), "all is taken in the end", 20)
    assert values(once([payload for _, payload in stub.published])) == list(range(4000))


async def test_a_broker_whose_rules_forbid_it_is_left_alone_and_somebody_is_told(tmp_path: Path) -> None:
    stub = StubBroker(code=0x87)
    async with stub.serving(), a_keeper(tmp_path) as keeper, uploading(keeper, stub.port):
        keeper.read(*range(4000))
        await eventually(lambda: bool(keeper.alarms.current), "told")
        keeper.read(*range(4000, 8000))
        await flushed(keeper, 8000)
        assert [alarm.code for alarm in keeper.alarms.current] == ["broker_refuses_telemetry"]
        assert len(stub.published) <= 5


async def test_a_batch_that_costs_connection_after_connection_is_given_up(tmp_path: Path) -> None:
    stub = StubBroker(delay_s=60)

    def hang_up() -> None:
        for writer in list(stub._writers):
            writer.close()

    async with stub.serving(), a_keeper(tmp_path) as keeper, uploading(keeper, stub.port):
        keeper.read(1)
        for connection in range(1, 4):
            await eventually(lambda sent=connection: len(stub.published) == sent, "sent")  # type: ignore[misc]
            hang_up()
        await eventually(lambda: not waiting(tmp_path), "it is dropped")
        stub.delay_s = 0
        keeper.read(2)
        await eventually(lambda: len(stub.published) == 4, "the next one is sent")
        assert [message["dropped"] for message in once([payload for _, payload in stub.published])] == [0, 1]


async def test_a_file_that_is_none_is_set_aside_and_another_one_begun(tmp_path: Path) -> None:
    path = tmp_path / "journal" / FILE_NAME
    path.parent.mkdir()
    path.write_bytes(b"no database at all, but long enough to be taken for one" * 100)
    async with a_keeper(tmp_path) as keeper:
        keeper.read(1, 2)
        await eventually(lambda: path.with_name(ASIDE).exists(), "the file is set aside")
        await flushed(keeper, 2)
    assert path.with_name(ASIDE).read_bytes().startswith(b"no database")


async def test_a_file_damaged_while_it_is_worked_with_costs_what_is_in_it_and_no_more(tmp_path: Path) -> None:
    path = tmp_path / "journal" / FILE_NAME
    async with a_keeper(tmp_path) as keeper:
        keeper.read(*range(5000))
        await flushed(keeper, 5000)
    pages = bytearray(path.read_bytes())
    pages[4096:] = os.urandom(len(pages) - 4096)
    path.write_bytes(pages)
    async with a_keeper(tmp_path) as keeper:
        keeper.read(6000)
        await eventually(lambda: path.with_name(ASIDE).exists(), "the damaged one is set aside")
        await flushed(keeper, 1)
        keeper.read(6001)
        await flushed(keeper, 2)


async def test_what_cannot_be_written_waits_in_memory_and_somebody_is_told(tmp_path: Path) -> None:
    folder = tmp_path / "journal"
    folder.write_bytes(b"a file where a folder should be")
    async with a_keeper(tmp_path) as keeper:
        keeper.read(1, 2)
        await eventually(lambda: bool(keeper.alarms.current), "told")
        assert [alarm.code for alarm in keeper.alarms.current] == ["telemetry_not_kept"]
        keeper.read(3)
        folder.unlink()
        await flushed(keeper, 3)
        assert values(waiting(tmp_path)) == [1, 2, 3]
        await eventually(lambda: keeper.alarms.current == (), "it is well again")


async def test_without_space_only_the_present_is_kept_and_the_rest_is_counted(tmp_path: Path) -> None:
    path = tmp_path / "journal" / FILE_NAME
    async with a_keeper(tmp_path) as keeper:
        keeper.read(*range(20_000))
        await flushed(keeper, 20_000)
        keeper.read(20_000)
        keeper.telemetry.shed()
        await eventually(lambda: path.stat().st_size < 100_000, "the space is given back")
        await flushed(keeper, 0)
        keeper.read(20_001, 20_002)
        await keeper.telemetry.flush()
        await flushed(keeper, 0)
        keeper.telemetry.resume()
        await flushed(keeper, 1)
        [message] = waiting(tmp_path)
        assert (values([message]), message["dropped"]) == ([20_002], 20_002)


async def test_memory_is_bounded_while_the_disk_stands_still(tmp_path: Path) -> None:
    async with a_keeper(tmp_path) as keeper:
        keeper.read(*range(MOST_IN_MEMORY + 10))
        await flushed(keeper, MOST_IN_MEMORY)
        found = waiting(tmp_path)
        assert (values(found), dropped(found)) == (list(range(10, MOST_IN_MEMORY + 10)), 10)


async def test_a_kill_costs_the_last_second_and_facts_are_as_ever(broker: Broker, tmp_path: Path) -> None:
    """A whole agent with a real controller; the broker is away, and back after the kill."""
    plant = ModbusPlant()
    await asyncio.to_thread(plant.start)
    written: dict[int, float] = {}

    async def count_until(enough: Callable[[], bool]) -> None:
        async with asyncio.timeout(20):
            while not enough():
                number = 100_001 + len(written)
                await asyncio.to_thread(plant.write, count=number)
                written[number] = time.monotonic()
                await asyncio.sleep(0.03)

    try:
        await broker.stop()
        text = AGENT.format(folder=tmp_path, port=broker.port, modbus_port=plant.server.port)
        async with an_agent(tmp_path, text) as agent:
            await count_until(lambda: len(values(waiting(tmp_path))) > 50)
            agent.process.send_signal(signal.SIGKILL)
            killed = time.monotonic()
            await agent.process.wait()
        kept = values([message for message in waiting(tmp_path) if message["signal"] == "temp"])
        lost = [number for number in written if number > kept[-1]]
        assert all(killed - written[number] < 1.1 for number in lost)
        await broker.start()
        async with a_mes(broker, acking=True) as mes, an_agent(tmp_path, text):
            await eventually(lambda: values(heard(mes))[: len(kept)] == kept, "all that was kept has arrived", 20)
            await eventually(lambda: set(values(heard(mes, "nowhere"))) == {None}, "what is nowhere is unknown", 20)
            await eventually(lambda: any("condition_changed" in e["type"] for e in mes.events()), "facts", 20)
            assert not any('"temp"' in json.dumps(event) for event in mes.events())
    finally:
        await asyncio.to_thread(plant.server.kill)
