"""A whole agent, a server that remembers, and a cable that is pulled: what the MES has in the end is what was."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from simulators.broker import Broker
from simulators.faults.relay import Relay
from simulators.mes.facts import StoredFact
from simulators.mes.folding.machine import timeline
from simulators.mes.folding.stops import stops
from tests.agent.mes_peer import Mes, a_mes
from tests.agent.parts import eventually
from tests.agent.processes import AgentProcess, an_agent
from tests.drivers.plants import URI, ServerProcess
from tests.drivers.test_opcua_security import GOOD

RUNS, STANDS = 6, 9
CONFIGURATION = """
[agent]
enterprise = "acme"
site = "ala1"
area = "hall-1"
id = "edge-1"
data = "{folder}/journal"
socket = "{folder}/agent.sock"

[mes]
host = "127.0.0.1"
port = {broker}
reconnect_max_s = 0.5

[[machine]]
work_center = "FILL-1"
opcua = {{ endpoint = "opc.tcp://127.0.0.1:{plc}/line", {security}, publishing_ms = 50, history = true }}
stop = {{ stop_confirm_s = 1, minor_stop_max_s = 2 }}
orders = false
signal = [
    {{ key = "state", role = "packml_state", node = "nsu={uri};s=state" }},
    {{ key = "count", role = "total", node = "nsu={uri};s=count" }},
]
"""


@dataclass(frozen=True, slots=True)
class Plc:
    """A server that remembers, and how it is spoken to."""

    server: ServerProcess
    security: str


@pytest.fixture(params=["without security", "with security"])
def plc(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Plc]:
    server, files = ServerProcess("opcua_remembering_server"), [tmp_path / "plc.der", tmp_path / "plc.pem"]
    if request.param == "with security":
        for file, content in zip(files, (GOOD.der, GOOD.pem), strict=True):
            file.write_bytes(content)
        server.start(URI, *map(str, files))
        yield Plc(server, f'security = "strongest", server_certificate = "{files[0]}"')
    else:
        server.start(URI)
        yield Plc(server, 'security = "none"')
    server.kill()


def stored(mes: Mes) -> list[StoredFact]:
    """What the MES has, each once, in order."""
    events = {int(event["sequence"]): event for event in mes.events()}
    return [
        StoredFact(
            event["type"].removeprefix("io.lineside.edge.").removesuffix(".v1"),
            datetime.fromisoformat(event["time"]),
            event["data"],
            event["id"],
            event["source"],
            number,
            event.get("correlationid"),
        )
        for number, event in sorted(events.items())
    ]


async def has(mes: Mes, fact_type: str, agent: AgentProcess, times: int = 1) -> None:
    def there() -> bool:
        return sum(fact.type == fact_type for fact in stored(mes)) >= times

    try:
        await eventually(there, fact_type, 40.0)
    except AssertionError:
        raise AssertionError(f"the MES has no {fact_type}; the log:\n{agent.log}") from None


async def test_a_stop_behind_a_pulled_cable_is_told_when_it_is_put_back(
    tmp_path: Path, broker: Broker, plc: Plc
) -> None:
    server = plc.server
    async with Relay(server.port) as cable, a_mes(broker, acking=True) as mes:
        text = CONFIGURATION.format(folder=tmp_path, broker=broker.port, plc=cable.port, security=plc.security, uri=URI)
        async with an_agent(tmp_path, text) as agent:
            await has(mes, "link.restored", agent)
            server.tell(show=[["state", RUNS, time.time()], ["count", 1, time.time()]])
            await has(mes, "output.recorded", agent)
            await cable.cut()
            await has(mes, "link.lost", agent)
            pulled = time.time()
            stood, ran = pulled + 1.0, pulled + 3.5
            await eventually(lambda: time.time() > pulled + 5.0, "the machine has stood and runs")
            server.tell(show=[["state", STANDS, stood], ["state", RUNS, ran], ["count", 2, ran + 0.5]])
            await cable.mend()
            await has(mes, "machine.condition_corrected", agent)
            facts = stored(mes)
    _check(facts, stood, ran)


def _check(facts: list[StoredFact], stood: float, ran: float) -> None:
    began, end = (datetime.fromtimestamp(at, UTC) for at in (stood - 0.9, ran + 1.4))
    told = [(one.condition, one.inferred) for one in timeline(facts, (began, end))]
    assert told == [("RUNNING", False), ("FAULTED", False), ("RUNNING", False)]
    (stop,) = stops(facts)
    assert stop.start is not None
    assert stop.end is not None
    assert abs(stop.start.timestamp() - stood) < 0.01
    assert abs(stop.end.timestamp() - ran) < 0.01
    assert stop.stop_class == "down"
    parts: list[Any] = [fact.data["qty_good"] for fact in facts if fact.type == "output.recorded"]
    assert sum(map(int, parts)) == 2
