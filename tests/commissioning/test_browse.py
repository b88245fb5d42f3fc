"""`lineside browse` at the simulated line: what it shows, and that what it prints can be pasted."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from simulators.opcua import NAMESPACE
from tests.agent.processes import ROOT, Line, a_free_port, a_line
from tests.commissioning.typing import at_a_terminal

STATE = f"nsu={NAMESPACE};s=FILL-1.Status.StateCurrent"


@pytest.fixture(scope="module")
def truth(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("line")


@pytest.fixture(scope="module")
def line(truth: Path) -> Iterator[Line]:
    with a_line(truth, speed=1.0) as line:
        yield line


def browsed(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = (sys.executable, "-m", "agent", "browse", *arguments)
    return subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)


def modbus(line: Line) -> str:
    return f"modbus://127.0.0.1:{line.modbus_port}"


def test_a_server_is_shown_with_values_and_node_ids(line: Line) -> None:
    shown = browsed(line.opcua_url, "--search", "STATECURRENT")
    [row] = shown.stdout.splitlines()
    assert row.split() == ["FILL-1/Status/StateCurrent", "Int32", "6", "read", STATE]


def test_what_is_printed_for_pasting_is_configuration(line: Line) -> None:
    pasted = tomllib.loads("[[machine]]\n" + browsed(line.opcua_url, "--toml").stdout)
    signals = {signal["role"]: signal for signal in pasted["machine"][0]["signal"]}
    assert signals["packml_state"]["node"] == STATE
    assert signals["total"]["counter"] == {"modulus": 2**31}


def test_the_remarks_between_are_configuration_once_they_are_taken_in(line: Line) -> None:
    printed = browsed(modbus(line), "--count", "16", "--toml").stdout
    taken_in = "\n".join(row.strip().removeprefix("# ") for row in printed.splitlines() if "showed" not in row)
    signals = tomllib.loads("[[machine]]\n" + taken_in)["machine"][0]["signal"]
    assert {"key": "", "role": "", "table": "input", "address": 1, "type": "uint16"} in signals


def test_programs_are_told_in_json(line: Line) -> None:
    told = json.loads(browsed(modbus(line), "--count", "16", "--watch", "3", "--json").stdout)
    assert told["machine"] == f"{modbus(line)}/1"
    seen = {one["place"]: one for one in told["values"]}
    assert seen["input:0:uint32"]["seen"].startswith("counts, +")
    assert seen["input:5:uint16"]["seen"].startswith("counts, +")
    assert seen["discrete:0:bit"]["value"] in {True, False}


def test_more_than_was_looked_at_is_told(line: Line) -> None:
    assert "There is more than was looked at" in browsed(line.opcua_url, "--limit", "3").stderr


@pytest.mark.parametrize(
    ("arguments", "status", "sentence"),
    [
        (("http://x",), 2, "is no address of a machine"),
        (("manual",), 2, "has no machine to look at"),
        ((f"opc.tcp://127.0.0.1:{a_free_port()}",), 1, "No OPC UA server answers"),
        ((f"modbus://127.0.0.1:{a_free_port()}",), 1, "No Modbus server answers"),
    ],
)
def test_what_cannot_be_looked_at_is_said_in_one_sentence(
    arguments: tuple[str, ...], status: int, sentence: str
) -> None:
    ended = browsed(*arguments)
    assert (ended.returncode, ended.stdout) == (status, "")
    assert sentence in ended.stderr
    assert len(ended.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("where", "arguments", "sentence"),
    [
        ("opcua", ("--search", "*No.Such*"), "No value has '*no.such*' in its name, id or description: leave --search"),
        (
            "opcua",
            ("--search", "current*"),
            "No name, id or description is like 'current*' from end to end: '*current*' is wider",
        ),
        ("opcua", ("--under", STATE), f"Below {STATE} the server shows no variable within 12 levels."),
        ("modbus", ("--from", "9000", "--count", "4"), "No register or bit from 9000 to 9003 can be read"),
    ],
)
def test_where_nothing_is_found_it_says_what_to_do_and_is_no_success(
    line: Line, where: str, arguments: tuple[str, ...], sentence: str
) -> None:
    ended = browsed(line.opcua_url if where == "opcua" else modbus(line), *arguments, "--json")
    assert ended.returncode == 1
    assert json.loads(ended.stdout)["values"] == []
    assert f"Nothing was found. {sentence}" in ended.stderr


async def test_ctrl_c_leaves_cleanly(line: Line) -> None:
    async with at_a_terminal("browse", line.opcua_url, "--watch", "600") as technician:
        await technician.sees("watching for 600 s")
        technician.interrupts()
        await technician.sees("Stopped.")
        assert await technician.ended() == 130
        assert "Traceback" not in technician.shown


def test_nothing_was_written_to_the_machines(line: Line, truth: Path) -> None:
    browsed(line.opcua_url, "--all")
    browsed(modbus(line), "--count", "16")
    told = [json.loads(row)["event"] for row in (truth / "truth.jsonl").read_text().splitlines()]
    assert "client" in told
    assert "write_attempt" not in told
