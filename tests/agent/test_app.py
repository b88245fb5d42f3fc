from __future__ import annotations

import asyncio
import json
import signal
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, ExitStack
from pathlib import Path
from typing import Any

import pytest

from agent.journal.reading import read_latest
from simulators.broker import Broker
from tests.agent.mes_peer import Mes, a_mes
from tests.agent.parts import eventually
from tests.agent.processes import AgentProcess, Line, a_free_port, a_line, an_agent, asked, configuration

LONGEST_STOP_S = 6.0


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Line]:
    with a_line(tmp_path_factory.mktemp("line")) as running:
        yield running


@pytest.fixture
def calm_line(tmp_path: Path) -> Iterator[Line]:
    """In its first minutes: its controllers are not yet restarted, and nothing happens but parts."""
    with a_line(tmp_path, speed=2.0) as running:
        yield running


@pytest.fixture
async def mes(broker: Broker) -> AsyncIterator[Mes]:
    """Confirms everything, so that nobody's last words take their time."""
    async with a_mes(broker, acking=True) as running:
        yield running


def types(folder: Path) -> list[str]:
    return [row.type for row in read_latest(folder / "journal", 100_000)]


async def watched(folder: Path) -> None:
    """Both machines were seen."""
    await eventually(lambda: types(folder).count("machine.condition_changed") >= 2, "both machines are seen", 20)


async def stopped_well(agent: AgentProcess) -> float:
    status, took = await agent.stopped()
    assert status == 0, agent.log
    assert took <= LONGEST_STOP_S, agent.log
    assert "Traceback" not in agent.log
    assert types(agent.folder)[-1] == "agent.stopping"
    assert not (agent.folder / "agent.sock").exists()
    return took


async def test_a_whole_run_with_everything_up(line: Line, broker: Broker, mes: Mes, tmp_path: Path) -> None:
    text = configuration(tmp_path, line, broker.port)
    async with an_agent(tmp_path, text, options=("-X", "dev", "-W", "error::ResourceWarning")) as agent:
        await agent.manager.hears("READY=1")
        await agent.manager.hears("WATCHDOG=1")
        await agent.manager.hears("WATCHDOG=1", within=2)
        await watched(tmp_path)
        status, body = await asked(tmp_path / "agent.sock", "GET /v1/status")
        assert status == 200
        view = json.loads(body)
        assert [center["wc_id"] for center in view["work_centers"]] == ["FILL-1", "PRESS-1"]
        await stopped_well(agent)
        await agent.manager.hears("STOPPING=1", within=1)
        assert mes.messages("/status")[-1].payload.startswith(b'{"online":false')
        assert len({event["id"] for event in mes.events()}) == max(mes.sequences())


async def test_it_stops_well_while_the_broker_is_away(line: Line, tmp_path: Path) -> None:
    async with an_agent(tmp_path, configuration(tmp_path, line, a_free_port())) as agent:
        await agent.manager.hears("READY=1")
        await agent.says("facts wait in the journal and it is tried again")
        await watched(tmp_path)
        await stopped_well(agent)
        assert agent.log.count("facts wait in the journal") == 1


async def test_it_stops_well_while_the_broker_swallows_the_connection(line: Line, tmp_path: Path) -> None:
    """No answer at all, as behind a firewall that drops."""
    with ExitStack() as stack:
        port = black_hole(stack)
        async with an_agent(tmp_path, configuration(tmp_path, line, port)) as agent:
            await agent.manager.hears("READY=1")
            await stopped_well(agent)


def black_hole(stack: ExitStack) -> int:
    """A port whose queue of connections is full, so that the kernel drops the next."""
    listener = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
    address = listener.getsockname()
    for _ in range(3):
        waiting = stack.enter_context(socket.socket())
        waiting.setblocking(False)
        waiting.connect_ex(address)
    port: int = address[1]
    return port


async def test_it_stops_well_while_the_broker_is_frozen(line: Line, broker: Broker, tmp_path: Path) -> None:
    async with an_agent(tmp_path, configuration(tmp_path, line, broker.port)) as agent:
        await agent.manager.hears("READY=1")
        await agent.says("connected to the broker")
        assert broker._process is not None
        broker._process.send_signal(signal.SIGSTOP)
        await stopped_well(agent)
        broker._process.send_signal(signal.SIGCONT)


@pytest.mark.usefixtures("mes")
async def test_it_stops_well_while_the_machines_are_away(broker: Broker, tmp_path: Path) -> None:
    async with an_agent(tmp_path, configuration(tmp_path, None, broker.port)) as agent:
        await agent.manager.hears("READY=1")
        await agent.says("the machine of FILL-1")
        await agent.says("the machine of PRESS-1")
        await agent.manager.hears("WATCHDOG=1")
        await agent.manager.hears("WATCHDOG=1")
        await stopped_well(agent)
        assert agent.log.count("the machine of FILL-1") == 1
        assert agent.log.count("the machine of PRESS-1") == 1


@pytest.mark.usefixtures("mes")
async def test_it_stops_well_while_the_machines_are_frozen(line: Line, broker: Broker, tmp_path: Path) -> None:
    async with an_agent(tmp_path, configuration(tmp_path, line, broker.port)) as agent:
        await agent.manager.hears("READY=1")
        await watched(tmp_path)
        with line.frozen():
            await stopped_well(agent)


@pytest.mark.usefixtures("mes")
async def test_it_stops_well_while_a_terminal_is_frozen(broker: Broker, tmp_path: Path) -> None:
    async with an_agent(tmp_path, configuration(tmp_path, None, broker.port)) as agent:
        await agent.manager.hears("READY=1")
        upgrade = "GET /v1/live HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
        async with AsyncExitStack() as stack:
            for _ in range(3):
                reader, writer = await asyncio.open_unix_connection(str(tmp_path / "agent.sock"))
                stack.callback(writer.close)
                writer.write((upgrade + key).encode())
                assert (await reader.readline()).startswith(b"HTTP/1.1 101")
            await stopped_well(agent)


@pytest.mark.parametrize("moment", ["journal", "socket"])
@pytest.mark.usefixtures("mes")
async def test_it_stops_well_during_its_start(broker: Broker, tmp_path: Path, moment: str) -> None:
    appears = {"journal": tmp_path / "journal" / "journal.lock", "socket": tmp_path / "agent.sock"}[moment]
    async with an_agent(tmp_path, configuration(tmp_path, None, broker.port)) as agent:
        await eventually(appears.exists, moment, 20)
        await stopped_well(agent)


async def test_a_second_signal_kills(line: Line, broker: Broker, tmp_path: Path) -> None:
    async with an_agent(tmp_path, configuration(tmp_path, line, broker.port)) as agent:
        await agent.manager.hears("READY=1")
        await agent.says("connected to the broker")
        # Nobody confirms, so the last words take their time.
        agent.process.send_signal(signal.SIGTERM)
        await agent.says("told to stop")
        agent.process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(1):
            assert await agent.process.wait() == -signal.SIGTERM


async def test_a_journal_that_is_older_than_what_was_sent_is_opened_anew_in_the_same_process(
    calm_line: Line, broker: Broker, tmp_path: Path
) -> None:
    socket_path, text = tmp_path / "agent.sock", configuration(tmp_path, calm_line, broker.port)
    async with an_agent(tmp_path, text) as agent:
        await agent.manager.hears("READY=1")
        await stopped_well(agent)
    async with a_mes(broker) as mes, an_agent(tmp_path, text) as agent:
        await agent.manager.hears("READY=1")
        await mes.has(range(1, 4))
        before = await status_of(socket_path)
        mes.ack(1_000_000, epoch=before["epoch"])
        await agent.says("the agent lets go of everything and begins again")
        await agent.manager.hears("READY=1")
        after = await status_of(socket_path)
        assert before["epoch"] != after["epoch"]
        assert before["instance"] != after["instance"]
        await agent.manager.hears("WATCHDOG=1")
        agent.process.terminate()
        await agent.says("told to stop")
        await agent.process.wait()
        assert "Traceback" not in agent.log
    rows = read_latest(tmp_path / "journal", 100_000)
    assert [row.type for row in rows].count("agent.stopping") == 2
    assert [row.type for row in rows].count("agent.started") == 3
    (raised,) = [json.loads(row.data) for row in rows if row.type == "discrepancy.raised"]
    assert raised["code"] == "journal_rewound"


async def status_of(path: Path) -> dict[str, Any]:
    status, body = await asked(path, "GET /v1/status")
    assert status == 200
    found: dict[str, Any] = json.loads(body)
    return found


@pytest.mark.usefixtures("mes")
async def test_a_killed_agent_says_what_it_missed_when_it_is_back(line: Line, broker: Broker, tmp_path: Path) -> None:
    text = configuration(tmp_path, line, broker.port)
    async with an_agent(tmp_path, text) as agent:
        await agent.manager.hears("READY=1")
        await watched(tmp_path)
        agent.process.kill()
        await agent.process.wait()
    assert (tmp_path / "agent.sock").exists()
    async with an_agent(tmp_path, text) as agent:
        await agent.manager.hears("READY=1")
        started = [row for row in read_latest(tmp_path / "journal", 100_000) if row.type == "agent.started"]
        assert [json.loads(row.data)["after"] for row in started] == ["first_start", "crash"]
        await stopped_well(agent)
