"""The configuration is read anew while a real agent watches real machines."""

from __future__ import annotations

import asyncio
import json
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from agent.journal.reading import read_latest
from simulators.broker import Broker
from tests.agent.mes_peer import Mes, a_mes, replay
from tests.agent.parts import eventually
from tests.agent.processes import AgentProcess, Line, a_line, an_agent, asked, configuration


@pytest.fixture
def line(tmp_path: Path) -> Iterator[Line]:
    """Its first two minutes, a minute of ours: nothing happens yet but parts."""
    with a_line(tmp_path, speed=2.0) as running:
        yield running


@pytest.fixture
async def mes(broker: Broker) -> AsyncIterator[Mes]:
    async with a_mes(broker, acking=True) as running:
        yield running


def facts(folder: Path, kind: str, wc_id: str | None = None) -> list[dict[str, Any]]:
    """Data of the facts of a type, in order."""
    told = [json.loads(row.data) for row in read_latest(folder / "journal", 100_000) if row.type == kind]
    return [data for data in told if wc_id in {None, data["keys"]["wc_id"]}]


async def counting(folder: Path, *centers: str) -> None:
    """Each of them has told of parts that nobody had told of before."""
    before = {wc_id: len(facts(folder, "output.recorded", wc_id)) for wc_id in centers}
    for wc_id in centers:
        more = f"{wc_id} goes on counting"
        await eventually(lambda w=wc_id: len(facts(folder, "output.recorded", w)) > before[w], more, 30)  # type: ignore[misc]


async def reloaded(agent: AgentProcess, text: str) -> None:
    (agent.folder / "lineside.toml").write_text(text)
    agent.process.send_signal(signal.SIGHUP)
    said = await agent.manager.hears("READY=1")
    assert [one for one in said if one.startswith("RELOADING=1\nMONOTONIC_USEC=")], said


async def begun(agent: AgentProcess) -> None:
    """It says that it reads its configuration."""
    loop, channel = asyncio.get_running_loop(), agent.manager.channel
    async with asyncio.timeout(20):
        while not (await loop.sock_recv(channel, 4096)).startswith(b"RELOADING=1"):
            pass


def rest(agent: AgentProcess) -> list[str]:
    """What it said to the service manager and nobody has heard yet."""
    said = []
    with suppress(BlockingIOError):
        while True:
            said.append(agent.manager.channel.recv(4096).decode())
    return said


async def config_of(folder: Path) -> dict[str, Any]:
    _, body = await asked(folder / "agent.sock", "GET /v1/status")
    view: dict[str, Any] = json.loads(body)
    return {**view["config"], "alarms": [alarm["code"] for alarm in view["alarms"]]}


def unknown(folder: Path, wc_id: str) -> int:
    return sum(data["to_condition"] == "UNKNOWN" for data in facts(folder, "machine.condition_changed", wc_id))


@pytest.mark.usefixtures("mes")
async def test_one_machine_is_read_elsewhere_and_the_other_notices_nothing(
    line: Line, broker: Broker, tmp_path: Path
) -> None:
    text = configuration(tmp_path, line, broker.port)
    async with an_agent(tmp_path, text) as agent:
        await agent.manager.hears("READY=1")
        await counting(tmp_path, "FILL-1", "PRESS-1")
        before = {wc_id: unknown(tmp_path, wc_id) for wc_id in ("FILL-1", "PRESS-1")}
        links = len(facts(tmp_path, "link.restored", "FILL-1"))
        # The press's total is read from the lower of its registers, and the filler only waits longer for a stop.
        changed = text.replace(
            'table = "input", address = 0, type = "uint32"', 'table = "input", address = 1, type = "uint16"'
        ).replace(
            'stop = { comm_timeout_s = 120, skew_max_s = 60 }\nsignal = [\n    { key = "state"',
            'stop = { comm_timeout_s = 120, skew_max_s = 60, stop_confirm_s = 7 }\nsignal = [\n    { key = "state"',
        )
        await reloaded(agent, changed)
        await counting(tmp_path, "FILL-1", "PRESS-1")
        (told,) = facts(tmp_path, "agent.config_changed")
        assert told["cause"] == "sighup"
        assert told["changed"] == ["machine.FILL-1.stop", "machine.PRESS-1.signal"]
        assert told["needs_restart"] == []
        assert (await config_of(tmp_path))["hash"] == told["hash"]
        assert unknown(tmp_path, "FILL-1") == before["FILL-1"]
        assert unknown(tmp_path, "PRESS-1") == before["PRESS-1"] + 1
        assert facts(tmp_path, "link.lost", "FILL-1") == []
        assert len(facts(tmp_path, "link.restored", "FILL-1")) == links
        assert [lost["detail"] for lost in facts(tmp_path, "link.lost", "PRESS-1")] == ["its configuration was changed"]
        assert {raised["code"] for raised in facts(tmp_path, "discrepancy.raised")} <= {"no_order_running"}
        assert "Traceback" not in agent.log


@pytest.mark.usefixtures("mes")
async def test_a_wrong_file_changes_nothing_and_is_said_until_it_is_right(
    line: Line, broker: Broker, tmp_path: Path
) -> None:
    text = configuration(tmp_path, line, broker.port)
    async with an_agent(tmp_path, text) as agent:
        await agent.manager.hears("READY=1")
        before = await config_of(tmp_path)
        assert before["alarms"] == []
        await reloaded(agent, text.replace("comm_timeout_s = 120", 'comm_timeout_s = "soon"'))
        refused = await config_of(tmp_path)
        assert refused == {**before, "alarms": ["config_refused"]}
        await agent.says("machine[1].stop.comm_timeout_s: found 'soon'")
        other = text.replace("reconnect_max_s = 0.5", "reconnect_max_s = 0.7").replace('"edge-1"', '"edge-2"')
        await reloaded(agent, other)
        after = await config_of(tmp_path)
        assert after["alarms"] == []
        assert after["needs_restart"] == ["agent.id", "mes.reconnect_max_s"]
        await agent.says("in force with the next start only: agent.id, mes.reconnect_max_s")
        await eventually(lambda: len(facts(tmp_path, "agent.config_changed")) == 1, "it is told", 10)
        await reloaded(agent, text.replace(f"{tmp_path}/journal", f"{tmp_path}/elsewhere"))
        assert (await config_of(tmp_path))["needs_restart"] == ["agent.data"]
        assert not (tmp_path / "elsewhere").exists(), "nothing is begun there before the restart"
        await reloaded(agent, text)
        assert (await config_of(tmp_path))["needs_restart"] == []
        assert (await config_of(tmp_path))["hash"] == before["hash"]
        await agent.stopped()
    async with an_agent(tmp_path, other) as agent:
        await agent.manager.hears("READY=1")
        await eventually(lambda: len(facts(tmp_path, "agent.config_changed")) == 4, "it is told", 10)
        causes = [(told["cause"], told["needs_restart"]) for told in facts(tmp_path, "agent.config_changed")]
        waiting = ["agent.id", "mes.reconnect_max_s"]
        assert causes == [("sighup", waiting), ("sighup", ["agent.data"]), ("sighup", []), ("start", [])]


async def test_the_mes_asks_for_it_and_is_answered_when_it_is_done(
    line: Line, broker: Broker, mes: Mes, tmp_path: Path
) -> None:
    text = configuration(tmp_path, line, broker.port).replace("[mes]", '[mes]\ncommands = ["reload"]')
    async with an_agent(tmp_path, text) as agent:
        await agent.manager.hears("READY=1")
        await mes.has(range(1, 4))
        config = tmp_path / "lineside.toml"
        commands = [replay(1, 1, command_id=f"reload-0000{number}") for number in range(3)]
        config.write_text(text.replace("comm_timeout_s = 120", 'comm_timeout_s = "soon"'))
        mes.say("cmd/reload", commands[0])
        await eventually(lambda: len(mes.answers()) == 1, "the MES is answered", 20)
        config.write_text(text.replace("comm_timeout_s = 120", "comm_timeout_s = 100"))
        mes.say("cmd/reload", commands[1])
        await eventually(lambda: len(mes.answers()) == 2, "the MES is answered", 20)
        mes.say("cmd/reload", commands[1])
        await eventually(lambda: len(mes.answers()) == 3, "the MES is answered", 20)
        assert [answer["outcome"] for answer in mes.answers()] == ["refused", "done", "done"]
        assert "machine[1].stop.comm_timeout_s: found 'soon'" in mes.answers()[0]["detail"]
        (told,) = facts(tmp_path, "agent.config_changed")
        assert (told["cause"], told["changed"]) == ("command", ["machine.FILL-1.stop", "machine.PRESS-1.stop"])
        ran = [(data["name"], data["outcome"]) for data in facts(tmp_path, "agent.command_run")]
        assert ran == [("reload", "refused"), ("reload", "done")]


OPCUA, MODBUS = "opc.tcp://127.0.0.1", '{ host = "127.0.0.1"'
ODD = {
    "an address without its end": (OPCUA, "opc.tcp://[fe80::1", "machine[1].opcua.endpoint: found 'opc.tcp://[fe80"),
    "a port too long": (OPCUA, "opc.tcp://127.0.0.1:48400000/?", "expected opc.tcp://HOST:PORT/PATH"),
    "a dot too many": (MODBUS, '{ host = "plc..local"', "machine[2].modbus.host: found 'plc..local': expected a host"),
    "a link to itself": ("[agent]", 'include = ["lo*.toml"]\n[agent]', "loop.toml: cannot be read: Symlink loop"),
    "a name too long": ("[agent]", f'include = ["{300 * "a"}"]\n[agent]', "cannot be read: File name too long"),
    "brackets without end": ("[agent]", f"deep = {5000 * '['}{5000 * ']'}\n[agent]", "too deep within each other"),
}
"""Of a mistake: what it changes, and what is said of it."""


@pytest.mark.usefixtures("mes")
async def test_no_mistake_in_a_file_kills_an_agent_that_reads_it_anew(
    line: Line, broker: Broker, tmp_path: Path
) -> None:
    text = configuration(tmp_path, line, broker.port)
    (tmp_path / "loop.toml").symlink_to("loop.toml")
    async with an_agent(tmp_path, text) as agent:
        await agent.manager.hears("READY=1")
        before = await config_of(tmp_path)
        for mistake, (right, wrong, said) in ODD.items():
            assert right in text
            await reloaded(agent, text.replace(right, wrong, 1))
            view = json.loads((await asked(tmp_path / "agent.sock", "GET /v1/status"))[1])
            assert [alarm["code"] for alarm in view["alarms"]] == ["config_refused"], mistake
            assert said in view["alarms"][0]["text"], mistake
        await counting(tmp_path, "FILL-1", "PRESS-1")
        await reloaded(agent, text)
        assert await config_of(tmp_path) == {**before, "loaded_at": (await config_of(tmp_path))["loaded_at"]}
        assert "Traceback" not in agent.log


async def test_a_reading_that_the_mes_asked_for_goes_on_without_its_connection(
    line: Line, broker: Broker, mes: Mes, tmp_path: Path
) -> None:
    text = configuration(tmp_path, line, broker.port).replace("[mes]", '[mes]\ncommands = ["reload"]')
    async with an_agent(tmp_path, text) as agent:
        await agent.manager.hears("READY=1")
        await mes.has(range(1, 4))
        await counting(tmp_path, "FILL-1", "PRESS-1")
        with line.frozen():
            # The machine takes no leave, and so it takes half a second to be let go of.
            (tmp_path / "lineside.toml").write_text(text.replace("publishing_ms = 50", "publishing_ms = 60"))
            mes.say("cmd/reload", replay(1, 1, command_id="reload-00001"))
            await begun(agent)
            await broker.kill()
            await agent.manager.hears("READY=1")
        await eventually(lambda: len(facts(tmp_path, "agent.config_changed")) == 1, "it is told", 10)
        (told,) = facts(tmp_path, "agent.config_changed")
        assert (told["cause"], told["changed"]) == ("command", ["machine.FILL-1.opcua"])
        await counting(tmp_path, "FILL-1", "PRESS-1")


@pytest.mark.usefixtures("mes")
async def test_who_is_told_to_stop_amid_a_reading_is_not_ready_again(
    line: Line, broker: Broker, tmp_path: Path
) -> None:
    text = configuration(tmp_path, line, broker.port)
    async with an_agent(tmp_path, text) as agent:
        await agent.manager.hears("READY=1")
        await counting(tmp_path, "FILL-1")
        with line.frozen():
            (tmp_path / "lineside.toml").write_text(text.replace("publishing_ms = 50", "publishing_ms = 60"))
            agent.process.send_signal(signal.SIGHUP)
            await begun(agent)
            status, _ = await agent.stopped()
        said = rest(agent)
        assert status == 0
        assert "STOPPING=1" in said
        assert "READY=1" not in said
