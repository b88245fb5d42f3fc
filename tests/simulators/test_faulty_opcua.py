"""What the simulated OPC UA server does to its clients when it is told to, seen by a client of the library."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from asyncua import ua
from asyncua.client.client import Client
from asyncua.ua.uaerrors import UaError

from simulators.clock import Clock
from simulators.day import Day
from simulators.faults.kinds import Fault, Kind
from simulators.faulty_opcua import FaultyOpcUa
from simulators.opcua import NAMESPACE, OTHER, OpcUaSimulator
from simulators.script import FILLER
from simulators.tether import tethered
from simulators.truth import TruthLog

ROOT = Path(__file__).parents[2]
CURRENT_TIME = ua.NodeId(ua.Int32(2258))


@asynccontextmanager
async def faulty(folder: Path) -> AsyncIterator[FaultyOpcUa]:
    clock = Clock(datetime.now(UTC), datetime(2026, 3, 4, 6, 0, tzinfo=UTC))
    with TruthLog(folder / "truth.jsonl", clock) as log:
        async with FaultyOpcUa(OpcUaSimulator([Day(FILLER)], clock, log)) as server:
            yield server


class Told:
    """Says that something was told."""

    def __init__(self) -> None:
        self.something = asyncio.Event()

    def datachange_notification(self, *_: object) -> None:
        self.something.set()


async def is_told(told: Told, within_s: float) -> bool:
    told.something.clear()
    try:
        async with asyncio.timeout(within_s):
            await told.something.wait()
    except TimeoutError:
        return False
    return True


async def test_a_session_that_is_lost_answers_no_more_and_its_connection_stays(tmp_path: Path) -> None:
    async with faulty(tmp_path) as server, Client(server.simulator.url) as client:
        node = client.get_node(CURRENT_TIME)
        await node.read_value()
        async with server.suffering(Fault(Kind.SESSIONS)) as strikes:
            pass
        assert strikes.count == 1
        with pytest.raises(UaError):
            await node.read_value()
        async with Client(server.simulator.url) as another:
            await another.get_node(CURRENT_TIME).read_value()


@pytest.mark.parametrize("kind", [Kind.SUBSCRIPTIONS, Kind.SILENCE])
async def test_a_subscription_that_is_lost_tells_no_more_and_its_session_stays(kind: Kind, tmp_path: Path) -> None:
    told = Told()
    async with faulty(tmp_path) as server, Client(server.simulator.url) as client:
        index = await client.get_namespace_index(NAMESPACE)
        beat = client.get_node(f"ns={index};s=FILL-1.Admin.Heartbeat")
        subscription = await client.create_subscription(50, told)
        await subscription.subscribe_data_change(beat)
        assert await is_told(told, 20.0)
        async with server.suffering(Fault(kind)) as strikes:
            pass
        assert strikes.count == 1
        assert not await is_told(told, 2.5)
        await beat.read_value()


async def test_a_clock_that_is_set_shows_it_and_is_right_again(tmp_path: Path) -> None:
    async with faulty(tmp_path) as server, Client(server.simulator.url) as client:
        now = client.get_node(CURRENT_TIME)

        async def shows(year: int) -> None:
            async with asyncio.timeout(20):
                while (await now.read_value()).year != year:  # noqa: ASYNC110 - the server tells it when it is asked
                    await asyncio.sleep(0.05)

        this = datetime.now(UTC).year
        await shows(this)
        async with server.suffering(Fault(Kind.CLOCK)):
            await shows(2000)
            index = await client.get_namespace_index(NAMESPACE)
            beat = client.get_node(f"ns={index};s=FILL-1.Admin.Heartbeat")
            async with asyncio.timeout(20):
                while True:
                    at = (await beat.read_data_value()).SourceTimestamp
                    if at is not None and datetime(2026, 3, 4, tzinfo=UTC) - at > timedelta(days=9000):
                        break
                    await asyncio.sleep(0.05)
        await shows(this)


async def test_after_a_restart_the_namespaces_have_other_indexes_at_the_same_port(tmp_path: Path) -> None:
    async with faulty(tmp_path) as server:
        url = server.simulator.url
        async with Client(url) as client:
            before = await client.get_namespace_array()
        async with server.suffering(Fault(Kind.RESTART)):
            with pytest.raises(OSError, match=r".*"):
                async with Client(url):
                    pass
        async with Client(url) as client:
            after = await client.get_namespace_array()
    assert [uri for uri in after if uri != OTHER] == before
    assert after.index(NAMESPACE) == before.index(NAMESPACE) + 1


async def test_a_fault_of_a_line_is_none_of_a_server(tmp_path: Path) -> None:
    async with faulty(tmp_path) as server:
        with pytest.raises(ValueError, match="an OPC UA server does not do 'drip'; expected sessions, "):
            async with server.suffering(Fault(Kind.DRIP)):
                pass


def test_it_plays_its_script_in_plain_words_and_goes_on(tmp_path: Path) -> None:
    script = tmp_path / "faults.toml"
    script.write_text('[[fault]]\nat_s = 0.1\nkind = "clock"\nseconds = 0.1\n', encoding="utf-8")
    truth = tmp_path / "truth.jsonl"
    arguments = ("--port", "0", "--faults", str(script), "--truth", str(truth))
    process = subprocess.Popen(
        tethered(sys.executable, "-m", "agent", "simulate", "opcua", *arguments),
        cwd=ROOT,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    try:
        assert process.stdout is not None
        assert json.loads(process.stdout.readline())["ready"] is True
        assert process.stdout.readline() == "    0.10 s  the server's clock shows the year 2000 (clock, 0.1 s)\n"
        assert process.stdout.readline().endswith(" s  over; it hit 1\n")
        assert process.poll() is None
        process.terminate()
        assert process.wait(30) == 0
    finally:
        process.kill()
        process.communicate()
