"""`lineside read` beside a running agent and without one, at real machines."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from agent.commands.read_page import page
from agent.core.readings import ReadingsView
from tests.agent.processes import a_free_port, an_agent, asked
from tests.agent.test_command_line import Answer, lineside
from tests.commissioning.typing import at_a_terminal
from tests.drivers.plants import URI, ModbusPlant, OpcUaPlant

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

[[machine]]
work_center = "FILL-1"
opcua = {{ endpoint = "opc.tcp://127.0.0.1:{opcua}/line", security = "none", timeout_s = 0.6 }}
signal = [
    {{ key = "state", role = "packml_state", node = "nsu={uri};s=state" }},
    {{ key = "count", role = "total", node = "nsu={uri};s=count" }},
]
telemetry = [{{ key = "nothing", node = "nsu={uri};s=no such node" }}]

[[machine]]
work_center = "PRESS-1"
modbus = {{ host = "127.0.0.1", port = {modbus}, timeout_s = 0.6 }}
signal = [
    {{ key = "run", role = "run", table = "coil", address = 3, type = "bit" }},
    {{ key = "count", role = "total", table = "holding", address = 10, type = "uint32" }},
]

[[machine]]
work_center = "HAND-1"
manual = true
"""


class Hall:
    def __init__(self) -> None:
        self.fill, self.press = OpcUaPlant(), ModbusPlant()
        self.fill.start()
        self.press.start()
        self.fill.server.tell(write=[["state", 6, None, None], ["count", 7, None, None]])

    def written(self, folder: Path) -> str:
        text = CONFIGURATION.format(
            folder=folder,
            broker=a_free_port(),
            opcua=self.fill.server.port,
            modbus=self.press.server.port,
            uri=URI,
        )
        (folder / "lineside.toml").write_text(text)
        return text


@pytest.fixture(scope="module")
def hall() -> Iterator[Hall]:
    hall = Hall()
    yield hall
    hall.fill.server.kill()
    hall.press.server.kill()


async def read(folder: Path, *arguments: str) -> Answer:
    return await lineside("read", "-c", folder / "lineside.toml", *arguments)


async def told(folder: Path, *arguments: str) -> dict[str, Any]:
    """By work center and key."""
    answer = await read(folder, *arguments, "--json")
    machines = json.loads(answer.out)["machines"]
    return {one["wc_id"]: {row["key"]: row for row in one["readings"]} | {"": one} for one in machines}


async def test_without_an_agent_it_connects_by_itself_and_hangs_up(tmp_path: Path, hall: Hall) -> None:
    hall.written(tmp_path)
    seen = await told(tmp_path)
    assert set(seen) == {"FILL-1", "PRESS-1"}
    state, nothing, count = seen["FILL-1"]["state"], seen["FILL-1"]["nothing"], seen["PRESS-1"]["count"]
    assert (state["value"], state["quality"], state["role"]) == (6, "good", "packml_state")
    assert 0 <= state["told_s"] <= state["age_s"] + 2
    assert (nothing["value"], nothing["quality"]) == (None, "bad")
    assert nothing["status"].startswith("BadNodeIdUnknown")
    assert (count["value"], count["age_s"]) == (100_000, None)


async def test_one_machine_and_one_key_alone_and_the_exit_code_says_whether_all_is_good(
    tmp_path: Path, hall: Hall
) -> None:
    hall.written(tmp_path)
    good = await read(tmp_path, "PRESS-1", "count")
    assert good.status == 0
    assert "over a connection of its own, as no agent runs" in good.out
    assert "100000  good" in good.out
    assert " run " not in good.out
    assert (await read(tmp_path, "FILL-1")).status == 1


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("WC-9",), "no work center 'WC-9' in the configuration; expected one of FILL-1, PRESS-1, HAND-1"),
        (("HAND-1",), "HAND-1 is manual"),
        (("FILL-1", "speed"), "FILL-1 has no value 'speed'; expected one of state, count, nothing"),
    ],
)
async def test_what_is_not_configured_is_said(
    tmp_path: Path, hall: Hall, arguments: tuple[str, ...], sentence: str
) -> None:
    hall.written(tmp_path)
    answer = await read(tmp_path, *arguments)
    assert answer.status == 2
    assert sentence in answer.err


async def test_a_running_agent_is_asked_and_of_a_lost_machine_nothing_is_shown_as_new(
    tmp_path: Path, hall: Hall
) -> None:
    fill = OpcUaPlant()
    fill.start()
    fill.server.tell(write=[["state", 6, None, None], ["count", 7, None, None]])
    text = hall.written(tmp_path).replace(f":{hall.fill.server.port}/", f":{fill.server.port}/")
    (tmp_path / "lineside.toml").write_text(text)
    async with an_agent(tmp_path, text) as agent:
        await agent.manager.hears("READY=1")
        before = await _until(tmp_path, "good")
        assert before["count"]["value"] == 7
        fill.server.kill()
        lost = await _until(tmp_path, "unknown")
        assert (lost["count"]["value"], lost["count"]["last_value"]) == (None, 7)
        assert lost["count"]["source_time"] == before["count"]["source_time"]
        assert lost["count"]["told_at"] == before["count"]["told_at"]
        assert lost[""]["connection"] == "down"
        shown = await read(tmp_path, "FILL-1")
        assert "as the agent reads them" in shown.out
        assert "FILL-1: NOT CONNECTED for " in shown.out
        assert "was 7, " in shown.out
        told_at = time.time()
        fill.start()
        fill.server.tell(write=[["state", 6, None, 1_700_000_000.0], ["count", 7, None, 1_700_000_000.0]])
        again = await _until(tmp_path, "good")
        assert again["count"]["source_time"] == "2023-11-14T22:13:20.000Z"
        assert again["count"]["age_s"] > told_at - 1_700_000_000.0 - 1
    fill.server.kill()


async def test_watching_goes_on_until_ctrl_c(tmp_path: Path, hall: Hall) -> None:
    hall.written(tmp_path)
    path = str(tmp_path / "lineside.toml")
    async with at_a_terminal("read", "PRESS-1", "-c", path, "--watch", "--every", "0.2") as technician:
        await technician.sees("PRESS-1: connected")
        hall.press.write(count=100_111)
        await technician.sees("100111")
        technician.interrupts()
        await technician.sees("Stopped.")
        assert await technician.ended() == 0
        assert "Traceback" not in technician.shown


async def _until(folder: Path, quality: str) -> dict[str, Any]:
    async with asyncio.timeout(20):
        while True:
            status, body = await asked(folder / "agent.sock", "GET /v1/readings?wc=FILL-1")
            assert status == 200
            [machine] = json.loads(body)["machines"]
            rows = {row["key"]: row for row in machine["readings"]}
            if rows["count"]["quality"] == quality:
                return rows | {"": machine}


VIEW = ReadingsView.model_validate(
    {
        "plant_time": "2026-03-04T05:17:42.000Z",
        "machines": [
            {
                "wc_id": "FILL-1",
                "connection": "down",
                "since": "2026-03-04T05:17:00.000Z",
                "reason": "No OPC UA server answers at opc.tcp://192.0.2.10:4840: connection refused. Is the PLC on?",
                "heard_s": 42.0,
                "readings": [
                    {
                        "key": "recipe",
                        "role": None,
                        "address": "nsu=http://example.org/line;s=Recipe.Name",
                        "value": None,
                        "quality": "unknown",
                        "status": "x",
                        "source_time": None,
                        "age_s": None,
                        "told_at": None,
                        "told_s": None,
                        "last_value": "a\x1b[2Jb",
                        "last_at": "2026-03-04T05:16:42.000Z",
                    }
                ],
            }
        ],
    }
)


@pytest.mark.parametrize("width", [40, 60, 80])
def test_no_line_is_wider_than_the_terminal_and_none_steers_it(width: int) -> None:
    lines = list(page(VIEW, width))
    assert max(map(len, lines)) <= width
    assert all(line.isprintable() for line in lines)


@pytest.mark.parametrize("width", [60, 80])
def test_of_a_node_id_that_is_too_long_the_end_is_seen(width: int) -> None:
    [machine] = VIEW.machines
    [recipe] = machine.readings
    good = {"quality": "good", "status": "", "value": 7, "age_s": 1.0, "told_s": 1.0}
    place = f"nsu=http://example.org/{'line/' * 30};s=Status.StateCurrent"
    readings = (recipe.model_copy(update={**good, "address": place}),)
    told = machine.model_copy(update={"connection": "up", "readings": readings})
    last = list(page(VIEW.model_copy(update={"machines": (told,)}), width))[-1]
    assert len(last) == width
    assert last.endswith("StateCurrent")


def test_why_there_is_no_connection_is_readable_to_its_end() -> None:
    shown = " ".join(line.strip() for line in page(VIEW, 60))
    assert "No OPC UA server answers at opc.tcp://192.0.2.10:4840: connection refused. Is the PLC on?" in shown


def test_where_there_is_no_terminal_nothing_is_cut() -> None:
    assert "was a?[2Jb, 1 min 0 s ago" in "\n".join(page(VIEW))


def test_what_a_machine_says_of_its_absence_steers_no_terminal() -> None:
    [machine] = VIEW.machines
    for connection in ("down", "not_yet"):
        told = machine.model_copy(update={"connection": connection, "reason": "BadIt\x1b[2J\nup"})
        assert all(line.isprintable() for line in page(VIEW.model_copy(update={"machines": (told,)})))
