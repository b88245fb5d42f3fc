from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from pathlib import Path
from typing import Literal

import psutil
import pytest

from simulators.broker import Broker, BrokerUnavailableError, Kind
from simulators.mes.link import Address, LinkLostError, connected

KINDS: tuple[Kind, ...] = ("mosquitto", "embedded")

ORPHAN = """
import asyncio, sys
from pathlib import Path
from simulators.broker import Broker
async def main():
    async with Broker(folder=Path(sys.argv[1]), kind=sys.argv[2]) as broker:
        print(broker.port, flush=True)
        await asyncio.Event().wait()
asyncio.run(main())
"""


def address(broker: Broker) -> Address:
    return Address(broker.host, broker.port, broker.protocol)


async def heard(broker: Broker, client_id: str, topic: str) -> bytes:
    async with connected(address(broker), client_id) as link, asyncio.timeout(10):
        await link.subscribe([topic])
        (message, *_) = await link.receive()
        link.settle([message])
        return message.payload


async def say(broker: Broker, topic: str, payload: bytes, *, retain: bool = False) -> None:
    async with connected(address(broker), "speaker") as link, asyncio.timeout(10):
        await link.subscribe([topic])
        link.publish(topic, payload, retain=retain)
        await link.receive()


@pytest.mark.parametrize("kind", KINDS)
async def test_it_carries_messages_and_says_what_it_is(tmp_path: Path, kind: Kind) -> None:
    async with Broker(folder=tmp_path, kind=kind) as broker:
        await say(broker, "a/b", b"kept", retain=True)
        assert await heard(broker, "listener", "a/#") == b"kept"
        expected = {"mosquitto": "5", "embedded": "3.1.1"}
        assert (broker.kind, broker.protocol) == (kind, expected[kind])
        assert f"127.0.0.1:{broker.port}, MQTT {broker.protocol}" in broker.describe()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("end", ["stop", "kill"])
async def test_it_comes_back_on_the_same_port(tmp_path: Path, kind: Kind, end: Literal["stop", "kill"]) -> None:
    async with Broker(folder=tmp_path, kind=kind) as broker:
        port = broker.port
        await (broker.stop() if end == "stop" else broker.kill())
        with pytest.raises(LinkLostError, match=rf"no broker at 127\.0\.0\.1:{port}"):
            await heard(broker, "listener", "a")
        await broker.start()
        assert broker.port == port
        await say(broker, "a", b"again")


async def test_mosquitto_keeps_what_it_retains_over_a_stop(tmp_path: Path) -> None:
    async with Broker(folder=tmp_path, kind="mosquitto") as broker:
        await say(broker, "a/b", b"kept", retain=True)
        await broker.stop()
        await broker.start()
        assert await heard(broker, "listener", "a/b") == b"kept"


@pytest.mark.parametrize("kind", KINDS)
async def test_a_session_gets_what_was_said_while_its_client_was_away(tmp_path: Path, kind: Kind) -> None:
    async with Broker(folder=tmp_path, kind=kind) as broker:
        async with connected(address(broker), "listener") as link:
            await link.subscribe(["a/b"])
        await say(broker, "a/b", b"missed")
        async with connected(address(broker), "listener") as link, asyncio.timeout(10):
            assert [message.payload for message in await link.receive()] == [b"missed"]


@pytest.mark.parametrize("kind", KINDS)
async def test_it_dies_with_the_process_that_started_it(tmp_path: Path, kind: Kind) -> None:
    owner = await asyncio.create_subprocess_exec(
        sys.executable, "-c", ORPHAN, str(tmp_path), kind, stdout=asyncio.subprocess.PIPE
    )
    assert owner.stdout is not None
    async with asyncio.timeout(20):
        assert int(await owner.stdout.readline()) > 0
    (broker,) = psutil.Process(owner.pid).children()
    os.kill(owner.pid, signal.SIGKILL)
    await owner.wait()
    assert psutil.wait_procs([broker], timeout=5)[1] == []


async def test_a_port_in_use_is_said_to_be_in_use(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(BrokerUnavailableError, match=rf"cannot have 127.0.0.1:{port} .*choose another port"):
            await Broker(folder=tmp_path, port=port).start()


async def test_a_broker_that_ends_at_once_is_quoted(tmp_path: Path) -> None:
    (tmp_path / "mosquitto.db").write_bytes(b"nothing that Mosquitto ever wrote")
    with pytest.raises(BrokerUnavailableError, match=r"mosquitto broker on .* ended with status .* It said: .*"):
        async with Broker(folder=tmp_path, kind="mosquitto"):
            pass


def test_a_missing_mosquitto_is_named_with_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(BrokerUnavailableError, match=rf"no 'mosquitto' in {tmp_path}\. .*apt install mosquitto"):
        Broker(folder=tmp_path, kind="mosquitto", search_path=str(tmp_path))


def test_auto_makes_do_with_the_embedded_broker(tmp_path: Path) -> None:
    assert Broker(folder=tmp_path, search_path=str(tmp_path)).kind == "embedded"


def test_auto_takes_mosquitto_where_it_is(tmp_path: Path) -> None:
    assert Broker(folder=tmp_path).kind == "mosquitto"
