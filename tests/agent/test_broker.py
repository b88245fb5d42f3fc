from __future__ import annotations

import asyncio
import re
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from agent.broker import Limits, Outgoing, Session, connected
from agent.core.errors import UplinkError
from agent.core.settings import MesSettings
from simulators.broker import Broker
from tests.agent.mes_peer import a_mes
from tests.agent.parts import AGENT, eventually, settings
from tests.agent.processes import a_free_port
from tests.agent.stub_broker import StubBroker

CLIENT = "lineside-ala1-edge-1"
WILL = Outgoing(f"{AGENT}/status", b'{"online":false}', retain=True)


@pytest.fixture(params=["mosquitto", "embedded"])
async def broker(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Broker]:
    async with Broker(folder=tmp_path / "broker", kind=request.param) as running:
        yield running


@pytest.fixture
async def mosquitto(tmp_path: Path) -> AsyncIterator[Broker]:
    async with Broker(folder=tmp_path / "broker", kind="mosquitto") as running:
        yield running


def to(folder: Path, broker: Broker | StubBroker, **changed: object) -> MesSettings:
    protocol = broker.protocol if isinstance(broker, Broker) else "5"
    return settings(folder, port=broker.port, protocol=protocol, **changed).mes


async def refused(mes: MesSettings) -> str:
    with pytest.raises(UplinkError) as told:
        async with connected(mes, CLIENT, WILL):
            pass
    return str(told.value)


async def answered(session: Session, message: Outgoing) -> int:
    async with asyncio.timeout(5):
        return await session.publish(message)


async def test_a_message_arrives_and_its_answer_comes_back(broker: Broker, tmp_path: Path) -> None:
    async with a_mes(broker) as mes, connected(to(tmp_path, broker), CLIENT, WILL) as session:
        assert await answered(session, Outgoing(f"{AGENT}/res", "схема ✓".encode())) == 0
        await eventually(lambda: bool(mes.messages("/res")), "it arrives")
        assert mes.messages("/res")[0].payload.decode() == "схема ✓"


async def test_what_nobody_reads_is_answered_with_0x10(mosquitto: Broker, tmp_path: Path) -> None:
    async with connected(to(tmp_path, mosquitto), CLIENT, WILL) as session:
        assert session.limits == Limits(receive_maximum=20, session_present=False)
        assert await answered(session, Outgoing(f"{AGENT}/evt", b"[]")) == 0x10


@pytest.mark.parametrize("code", [0, 0x10, 0x87, 0x97, 0x99])
async def test_every_answer_is_handed_on_word_for_word(tmp_path: Path, code: int) -> None:
    stub = StubBroker(code=code, receive_maximum=7, max_packet=9_000)
    async with stub.serving(), connected(to(tmp_path, stub), CLIENT, WILL) as session:
        assert session.limits == Limits(7, 9_000, session_present=False)
        assert await answered(session, Outgoing(f"{AGENT}/evt", b"[]")) == code


async def test_what_arrives_is_the_brokers_until_it_is_done_with(mosquitto: Broker, tmp_path: Path) -> None:
    mes_settings = to(tmp_path, mosquitto)
    async with a_mes(mosquitto) as mes:
        async with connected(mes_settings, CLIENT, WILL) as session:
            session.subscribe((f"{AGENT}/ack",))
            await answered(session, Outgoing(f"{AGENT}/res", b"{}"))
            mes.say("ack", b"first")
            async with asyncio.timeout(5):
                assert (await session.incoming.get()).payload == b"first"
        async with connected(mes_settings, CLIENT, WILL) as session:
            async with asyncio.timeout(5):
                again = await session.incoming.get()
            assert (again.topic, again.payload) == (f"{AGENT}/ack", b"first")
            again.done()
            mes.say("ack", b"second")
            async with asyncio.timeout(5):
                assert (await session.incoming.get()).payload == b"second"


async def test_room_is_what_the_broker_allows(tmp_path: Path) -> None:
    stub = StubBroker(receive_maximum=2, delay_s=0.1)
    async with stub.serving(), connected(to(tmp_path, stub), CLIENT, WILL) as session:
        for _ in range(6):
            await session.room()
            session.publish(WILL)
        await session.room()
        assert stub.most_in_flight == 2


async def test_a_broker_that_goes_is_told_to_everybody_who_waits(tmp_path: Path) -> None:
    stub = StubBroker(delay_s=60, receive_maximum=1)
    async with stub.serving(), connected(to(tmp_path, stub), CLIENT, WILL) as session:
        puback = session.publish(WILL)
        waiting = asyncio.create_task(session.room())
        tending = asyncio.create_task(session.tend())
        await eventually(lambda: bool(stub.published), "it arrives")
        for writer in list(stub._writers):
            writer.close()
        with pytest.raises(UplinkError, match=r"the broker 127\.0\.0\.1:\d+: connection lost"):
            await asyncio.wait_for(tending, 5)
        await asyncio.wait_for(waiting, 5)
        assert puback.cancelled()
        with pytest.raises(UplinkError, match="is gone"):
            session.publish(WILL)


async def test_a_frozen_broker_is_noticed_by_its_silence(mosquitto: Broker, tmp_path: Path) -> None:
    async with connected(to(tmp_path, mosquitto, keep_alive_s=2), CLIENT, WILL) as session:
        assert mosquitto._process is not None
        mosquitto._process.send_signal(signal.SIGSTOP)
        try:
            with pytest.raises(UplinkError, match="connection lost"):
                async with asyncio.timeout(8):
                    await session.tend()
        finally:
            mosquitto._process.send_signal(signal.SIGCONT)


async def test_nobody_there_is_a_sentence(tmp_path: Path) -> None:
    port = a_free_port()
    said = await refused(settings(tmp_path, port=port).mes)
    assert said == f"the broker 127.0.0.1:{port} cannot be reached: Connection refused"


@pytest.mark.parametrize("host", ["mes..example", "x" * 64 + ".example", "no-such-host.invalid"])
async def test_a_host_that_does_not_exist_is_a_sentence(tmp_path: Path, host: str) -> None:
    said = await refused(settings(tmp_path, host=host).mes)
    assert said.startswith(f"the broker {host}:1 cannot be reached: ")


async def test_a_broker_that_closes_at_once_is_a_sentence(tmp_path: Path) -> None:
    async def close(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    async with await asyncio.start_server(close, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        said = await refused(settings(tmp_path, port=port).mes)
    assert re.fullmatch(rf"the broker 127\.0\.0\.1:{port} (closed the connection|cannot be reached).*", said)


async def test_one_that_speaks_no_mqtt_is_a_sentence(tmp_path: Path) -> None:
    async def greet(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"SSH-2.0-OpenSSH_9.2\r\n" * 20)
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(greet, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        assert (await refused(settings(tmp_path, port=port).mes)).startswith(f"the broker 127.0.0.1:{port} ")


async def test_a_missing_password_file_is_a_sentence(mosquitto: Broker, tmp_path: Path) -> None:
    missing = tmp_path / "password"
    said = await refused(to(tmp_path, mosquitto, username="edge", password_file=missing))
    assert said == f"the password file {missing} cannot be read: No such file or directory"


async def test_the_will_is_not_published_when_the_agent_leaves_in_order(mosquitto: Broker, tmp_path: Path) -> None:
    async with a_mes(mosquitto) as mes:
        async with connected(to(tmp_path, mosquitto), CLIENT, WILL) as session:
            await answered(session, Outgoing(WILL.topic, b"bye", retain=True))
        async with connected(to(tmp_path, mosquitto), "another", WILL) as session:
            await answered(session, Outgoing(f"{AGENT}/res", b"later"))
            await eventually(lambda: bool(mes.messages("/res")), "what was said later")
        assert [message.payload for message in mes.messages("/status")] == [b"bye"]
