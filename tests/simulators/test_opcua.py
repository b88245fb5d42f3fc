from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from asyncua import ua
from asyncua.client.client import Client
from asyncua.common.node import Node
from asyncua.common.subscription import DataChangeNotif
from asyncua.ua.status_codes import StatusCodes
from asyncua.ua.uaerrors import BadUserAccessDenied

from simulators.clock import Clock
from simulators.day import Day, Image
from simulators.opcua import NAMESPACE, OpcUaSimulator
from simulators.script import FILLER, PRESS, Episode, Kind, Script
from simulators.truth import TruthLog, read_truth

START = datetime(2026, 3, 4, 6, 0, tzinfo=UTC)
REBOOTING = replace(
    FILLER, wc_id="R-1", episodes=(Episode(Kind.REBOOT, 100.5, 100.0, every_s=200.0),), micro_every_s=80_000.0
)

Seen = tuple[datetime, object, int]


class Watcher:
    """Keeps what a subscription tells, by node, as (source time, value, status code)."""

    def __init__(self) -> None:
        self.seen: dict[str, list[Seen]] = {}
        self.told = asyncio.Event()

    def datachange_notification(self, node: Node, _: object, data: DataChangeNotif) -> None:
        one = data.monitored_item.Value
        assert one.SourceTimestamp is not None
        status = 0 if one.StatusCode is None else int(one.StatusCode.value)
        value = one.Value.Value if one.Value is not None else None
        self.seen.setdefault(str(node.nodeid.Identifier), []).append((one.SourceTimestamp, value, status))
        self.told.set()

    async def until(self, enough: Callable[[], bool]) -> None:
        async with asyncio.timeout(20):
            while not enough():
                self.told.clear()
                await self.told.wait()


def clock_at(seconds: float, speed: float) -> Clock:
    return Clock(datetime.now(UTC) - timedelta(seconds=seconds / speed), START, speed)


@asynccontextmanager
async def served(script: Script, clock: Clock, truth: Path) -> AsyncIterator[tuple[OpcUaSimulator, Client]]:
    with TruthLog(truth, clock) as log:
        async with OpcUaSimulator([Day(script)], clock, log) as simulator, Client(simulator.url) as client:
            yield simulator, client


async def nodes(client: Client, wc: str, *paths: str) -> list[Node]:
    index = await client.get_namespace_index(NAMESPACE)
    return [client.get_node(f"ns={index};s={wc}.{path}") for path in paths]


def edges(day: Day, clock: Clock, after: datetime, until: datetime, read: Callable[[Image], object]) -> Iterator[Seen]:
    """What a node must tell from its value at `after` on."""
    begin = day.at(clock.seconds(after))
    last = read(begin) if begin.powered else None
    for seconds, image in day.changes(clock.seconds(after), clock.seconds(until)):
        value = read(image) if image.powered else None
        if value != last:
            yield clock.plant(seconds), value, 0 if image.powered else StatusCodes.BadNoCommunication
            last = value


async def assert_exact(
    script: Script, clock: Clock, truth: Path, reads: dict[str, Callable[[Image], object]], least: int
) -> dict[str, list[Seen]]:
    """Watch nodes until each has told so many values, and hold what was told against the day."""
    watcher, day = Watcher(), Day(script)
    async with served(script, clock, truth) as (simulator, client):
        subscription = await client.create_subscription(20, watcher)
        await subscription.subscribe_data_change(await nodes(client, script.wc_id, *reads), queuesize=1000)
        await watcher.until(lambda: sum(len(told) >= least for told in watcher.seen.values()) == len(reads))
        assert simulator.violations == []
    for path, read in reads.items():
        (first, *_), *rest = told = watcher.seen[f"{script.wc_id}.{path}"]
        assert rest == list(edges(day, clock, first, told[-1][0], read))
    return watcher.seen


@pytest.fixture
def truth(tmp_path: Path) -> Path:
    return tmp_path / "truth.jsonl"


async def test_every_edge_is_told_once_with_its_exact_source_time(truth: Path) -> None:
    await assert_exact(
        FILLER,
        clock_at(100, 20.0),
        truth,
        {
            "Status.StateCurrent": lambda image: image.state,
            "Status.UnitModeCurrent": lambda image: image.mode,
            "Admin.ProdProcessedCount.AccCount": lambda image: image.total,
            "Admin.Heartbeat": lambda image: image.heartbeat,
        },
        least=2,
    )


async def test_a_controller_that_is_away_makes_every_value_bad_until_it_is_back(truth: Path) -> None:
    seen = await assert_exact(
        REBOOTING,
        clock_at(0, 60.0),
        truth,
        {
            "Status.StateCurrent": lambda image: image.state,
            "Status.EquipmentStarved": lambda image: image.starved,
            "Admin.BootId": lambda image: image.boot,
        },
        least=4,
    )
    for one, (at, value, status) in pairwise(seen["R-1.Admin.BootId"][1:]):
        if one[2] == StatusCodes.BadNoCommunication:
            assert (at - one[0], status) == (timedelta(seconds=75), 0)
            assert value == Day(REBOOTING).at((at - START).total_seconds()).boot


async def test_whatever_is_more_than_reading_is_refused_and_recorded(truth: Path) -> None:
    clock = clock_at(10, 1.0)
    async with served(FILLER, clock, truth) as (simulator, client):
        [alarm] = await nodes(client, "FILL-1", "Admin.AlarmCode")
        attempts: list[Callable[[], Awaitable[object]]] = [
            lambda: alarm.write_value(ua.Variant(1, ua.VariantType.Int32)),
            lambda: client.nodes.server.call_method("0:GetMonitoredItems", ua.Variant(1, ua.VariantType.UInt32)),
            lambda: client.delete_nodes([alarm]),
            lambda: client.nodes.objects.add_variable(2, "mine", 1),
        ]
        for attempt in attempts:
            with pytest.raises(BadUserAccessDenied):
                await attempt()
        assert await alarm.read_value() == 0
        services = ["WriteRequest", "CallRequest", "DeleteNodesRequest", "AddNodesRequest"]
        assert simulator.violations == services
    told = [one.detail["what"] for one in read_truth(truth) if one.event == "write_attempt" and one.wc == "FILL-1"]
    assert told == services


async def test_nodes_can_be_browsed_have_their_types_and_are_read_only(truth: Path) -> None:
    async with served(FILLER, clock_at(10, 1.0), truth) as (simulator, client):
        index = await client.get_namespace_index(NAMESPACE)
        found = {}
        for folder in ("Status", "Admin", "Admin/ProdProcessedCount", "Admin/ProdDefectiveCount"):
            path = [f"{index}:{name}" for name in ("FILL-1", *folder.split("/"))]
            parent = await client.nodes.objects.get_child(path)
            for node in await parent.get_variables():
                assert await node.get_access_level() == {ua.AccessLevel.CurrentRead}
                found[node.nodeid.Identifier] = await node.read_data_type_as_variant_type()
        assert simulator.violations == []
    kinds = ua.VariantType
    assert found == {
        "FILL-1.Status.StateCurrent": kinds.Int32,
        "FILL-1.Status.UnitModeCurrent": kinds.Int32,
        "FILL-1.Status.CurMachSpeed": kinds.Float,
        "FILL-1.Status.EquipmentStarved": kinds.Boolean,
        "FILL-1.Status.EquipmentBlocked": kinds.Boolean,
        "FILL-1.Admin.ProdProcessedCount.AccCount": kinds.Int32,
        "FILL-1.Admin.ProdDefectiveCount.AccCount": kinds.Int32,
        "FILL-1.Admin.AlarmCode": kinds.Int32,
        "FILL-1.Admin.Heartbeat": kinds.UInt32,
        "FILL-1.Admin.BootId": kinds.UInt32,
    }
    assert [(one.wc, one.event) for one in read_truth(truth)] == [("FILL-1", "serving"), ("FILL-1", "client")]


def test_a_counter_that_does_not_fit_int32_is_refused(truth: Path) -> None:
    clock = Clock.starting()
    with pytest.raises(ValueError, match="PRESS-1 do not fit Int32"):
        OpcUaSimulator([Day(PRESS)], clock, TruthLog(truth, clock))
