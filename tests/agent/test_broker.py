from __future__ import annotations

import asyncio
import re
import signal
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest

from agent.broker import Abilities, Limits, Outgoing, Session, connected, peek
from agent.core.errors import TooLargeError, UplinkError
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


async def refusal(mes: MesSettings, abilities: Abilities = Abilities()) -> UplinkError:  # noqa: B008 - frozen
    with pytest.raises(UplinkError) as told:
        async with connected(mes, CLIENT, WILL, abilities):
            pass
    return told.value


async def refused(mes: MesSettings) -> str:
    return str(await refusal(mes))


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


@pytest.mark.parametrize("code", [0, 0x10, 0x80, 0x83, 0x87, 0x90, 0x91, 0x97, 0x99])
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
        stub.hang_up()
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
    # Two of these the settings would refuse.
    said = await refused(settings(tmp_path).mes.model_copy(update={"host": host, "port": 1}))
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


def sized(size: int, expiry_s: int | None = None) -> Outgoing:
    """A message whose whole packet has so many bytes."""
    made = partial(Outgoing, f"{AGENT}/evt/ключ", expiry_s=expiry_s)
    sizes = (made(payload=b"x" * length) for length in range(size - 150, size))
    return next(message for message in sizes if message.packet_size(v5=True, qos=1) == size)


@pytest.mark.parametrize("size", [120, 129, 131, 5_000, 16_386, 16_388, 70_000])
@pytest.mark.parametrize("expiry_s", [None, 60])
async def test_the_size_of_a_packet_is_known_to_the_byte(tmp_path: Path, size: int, expiry_s: int | None) -> None:
    stub = StubBroker()
    async with stub.serving(), connected(to(tmp_path, stub), CLIENT, WILL) as session:
        message = sized(size, expiry_s)
        await answered(session, message)
        assert stub.sizes[-1] == size


async def test_a_message_that_is_too_large_never_leaves(tmp_path: Path) -> None:
    stub = StubBroker(max_packet=300)
    async with stub.serving(), connected(to(tmp_path, stub), CLIENT, WILL) as session:
        with pytest.raises(TooLargeError, match=rf"^301 bytes; the broker 127\.0\.0\.1:{stub.port} takes 300 at most$"):
            session.publish(sized(301))
        assert await answered(session, sized(300)) == 0
        assert stub.sizes[1:] == [300]


@pytest.mark.parametrize(("max_qos", "head"), [(0, 0x31), (1, 0x33), (2, 0x33)])
async def test_qos_is_what_the_broker_has(tmp_path: Path, max_qos: int, head: int) -> None:
    stub = StubBroker(max_qos=max_qos)
    abilities = Abilities(qos=min(max_qos, 1))
    async with stub.serving(), connected(to(tmp_path, stub), CLIENT, WILL, abilities) as session:
        puback = session.publish(WILL)
        assert puback.done() == (max_qos == 0)
        assert await puback == 0
        await eventually(lambda: stub.heads == [head], "it arrives")


async def test_what_cannot_be_retained_is_sent_all_the_same(tmp_path: Path) -> None:
    stub = StubBroker(retain=False)
    async with stub.serving(), connected(to(tmp_path, stub), CLIENT, WILL, Abilities(retain=False)) as session:
        assert await answered(session, WILL) == 0
        assert stub.heads == [0x32]


@pytest.mark.parametrize(("stub", "code"), [(StubBroker(retain=False), 0x9A), (StubBroker(max_qos=0), 0x9B)])
async def test_a_will_that_the_broker_cannot_take_is_refused_with_its_code(
    tmp_path: Path, stub: StubBroker, code: int
) -> None:
    async with stub.serving():
        assert (await refusal(to(tmp_path, stub))).code == code


@pytest.mark.parametrize("code", [0x80, 0x84, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8A, 0x8C, 0x97, 0x9C, 0x9D, 0x9F])
async def test_a_refused_connection_carries_its_code(tmp_path: Path, code: int) -> None:
    stub = StubBroker(refusal=code)
    async with stub.serving():
        assert (await refusal(to(tmp_path, stub))).code == code


@pytest.mark.parametrize("code", [0, 0x80, 0x81, 0x82, 0x8B, 0x8E, 0x93, 0x95, 0x96, 0x97, 0x99])
async def test_being_sent_away_carries_its_code(tmp_path: Path, code: int) -> None:
    stub = StubBroker()
    async with stub.serving(), connected(to(tmp_path, stub), CLIENT, WILL) as session:
        stub.disconnect(code)
        with pytest.raises(UplinkError, match="connection lost") as told:
            await asyncio.wait_for(session.tend(), 5)
        assert told.value.code == code
        assert session.lost.result().code == code


async def test_a_connection_that_just_ends_has_no_code(tmp_path: Path) -> None:
    stub = StubBroker()
    async with stub.serving(), connected(to(tmp_path, stub), CLIENT, WILL) as session:
        stub.hang_up()
        loss = await asyncio.wait_for(session.lost, 5)
        assert (str(loss), loss.code) == ("connection lost (Unspecified error)", None)


async def test_an_answer_that_mqtt_does_not_know_is_a_protocol_error(tmp_path: Path) -> None:
    stub = StubBroker(code=0x95)
    async with stub.serving(), connected(to(tmp_path, stub), CLIENT, WILL) as session:
        puback = session.publish(WILL)
        assert (await asyncio.wait_for(session.lost, 5)).code == 0x82
        assert puback.cancelled()


async def test_the_brokers_keep_alive_is_obeyed(tmp_path: Path) -> None:
    stub = StubBroker(keep_alive_s=1)
    async with stub.serving(), connected(to(tmp_path, stub, keep_alive_s=600), CLIENT, WILL) as session:
        tending = asyncio.create_task(session.tend())
        await eventually(lambda: stub.pings > 0, "a ping", within=5)
        tending.cancel()


async def test_a_refused_subscription_is_told(tmp_path: Path) -> None:
    stub = StubBroker(subscription=0x87)
    async with stub.serving(), connected(to(tmp_path, stub), CLIENT, WILL) as session:
        assert await session.subscribe((f"{AGENT}/ack", f"{AGENT}/cmd/+")) == (0x87, 0x87)
        with pytest.raises(UplinkError, match=rf"does not let us read {AGENT}/status; change its access rules") as told:
            await peek(to(tmp_path, stub), CLIENT, WILL.topic)
        assert told.value.code == 0x87


async def test_who_waits_for_a_subscription_is_told_of_the_end(tmp_path: Path) -> None:
    stub = StubBroker()
    async with stub.serving(), connected(to(tmp_path, stub), CLIENT, WILL) as session:
        granted = session.subscribe((f"{AGENT}/ack",))
        stub.hang_up()
        with pytest.raises(UplinkError, match="is gone"):
            await granted


async def test_a_look_finds_what_is_retained_and_leaves_no_trace(broker: Broker, tmp_path: Path) -> None:
    mes_settings = to(tmp_path, broker)
    assert await peek(mes_settings, CLIENT, WILL.topic) is None
    async with a_mes(broker) as mes:
        async with connected(mes_settings, CLIENT, WILL) as session:
            await answered(session, Outgoing(WILL.topic, b"here", retain=True))
            asking = asyncio.get_running_loop().time()
            assert await peek(mes_settings, CLIENT, WILL.topic) == b"here"
            assert asyncio.get_running_loop().time() - asking < 2
            assert await answered(session, Outgoing(f"{AGENT}/res", b"still here")) == 0
        await eventually(lambda: bool(mes.messages("/res")), "what was said after it")
        assert [message.payload for message in mes.messages("/status")] == [b"here"]


async def test_a_look_is_refused_as_a_connection_is(tmp_path: Path) -> None:
    stub = StubBroker(refusal=0x86)
    async with stub.serving():
        with pytest.raises(UplinkError, match="refuses the connection: Bad user name or password") as told:
            await peek(to(tmp_path, stub), CLIENT, WILL.topic)
    assert told.value.code == 0x86


async def test_a_will_speaks_when_the_agent_is_cut_off_and_the_broker_has_no_5(tmp_path: Path) -> None:
    async with Broker(folder=tmp_path / "broker", kind="embedded") as broker, a_mes(broker) as mes:
        async with connected(to(tmp_path, broker), CLIENT, WILL) as session:
            sock = session._client.socket()
            assert sock is not None
            session._wire._unwatch()
            sock.close()
            await eventually(lambda: bool(mes.messages("/status")), "the Will")
        assert mes.messages("/status")[0].payload == WILL.payload
