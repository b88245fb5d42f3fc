from __future__ import annotations

import asyncio
import json
import re
import socket
import sys
from asyncio.subprocess import PIPE
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import pytest

from agent.core.views import AgentView
from agent.journal.journal import open_journal
from tests.agent.happenings import facts
from tests.agent.processes import ROOT, a_free_port, an_agent, configuration
from tests.agent.test_configuration import WRONG, wrong

HEAVY = ("asyncua", "pymodbus", "paho", "aiohttp", "textual", "biip", "cryptography", "segno", "barcode")
COMMANDS: tuple[str, ...] = ("run", "tui", "demo", "check", "status", "facts", "directories", "parked", "export")
COMMANDS += ("recover", "retune", "scan", "simulate", "cards", "doctor", "pki", "read", "browse", "init")
IMPORTED = "import sys; from agent.commands import main; print(*(n for n in sys.argv[1:] if n in sys.modules))"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command said."""

    status: int
    out: str
    err: str


DRIVEN = """
[[machine]]
work_center = "WC-9"
driver = { kind = "profidrive" }
signal = [{ key = "run", role = "run", at = "1" }]
"""


async def lineside(*arguments: str | Path) -> Answer:
    return await python("-m", "agent", *arguments)


async def python(*arguments: str | Path) -> Answer:
    process = await asyncio.create_subprocess_exec(
        sys.executable, *map(str, arguments), stdout=PIPE, stderr=PIPE, cwd=ROOT
    )
    async with asyncio.timeout(30):
        out, err = await process.communicate()
    assert process.returncode is not None
    return Answer(process.returncode, out.decode(), err.decode())


def written(folder: Path, text: str) -> Path:
    path = folder / "lineside.toml"
    path.write_text(text)
    return path


def names(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir())


def assert_refused(answer: Answer, *parts: str) -> None:
    """One sentence, exit code 2."""
    assert answer.status == 2, answer.err
    assert answer.out == ""
    assert answer.err.startswith("lineside: ")
    assert answer.err.count("\n") == 1
    assert all(part in answer.err for part in parts), answer.err


@pytest.mark.parametrize("name", ["unknown key", "wrong type", "malformed node id", "two signals on one key"])
async def test_a_wrong_configuration_starts_nothing(tmp_path: Path, name: str) -> None:
    path = written(tmp_path, wrong(tmp_path, name))
    for command in ("run", "check"):
        answer = await lineside(command, "-c", path)
        assert_refused(answer, str(path), WRONG[name][2].partition(":")[0].replace("\\", ""))
    assert names(tmp_path) == ["lineside.toml"]


async def test_a_driver_that_is_not_installed_starts_nothing(tmp_path: Path) -> None:
    text = configuration(tmp_path, None, a_free_port())
    path = written(tmp_path, text + DRIVEN)
    for command in ("run", "check"):
        answer = await lineside(command, "-c", path)
        assert_refused(answer, f"{path}: machine[3].driver.kind: the driver 'profidrive' is not installed; there are ")
    assert names(tmp_path) == ["lineside.toml"]


async def test_a_missing_file_starts_nothing(tmp_path: Path) -> None:
    answer = await lineside("run", "-c", tmp_path / "none.toml")
    assert_refused(answer, "none.toml: cannot be read: No such file or directory; expected a configuration file")
    assert names(tmp_path) == []


async def test_a_taken_socket_starts_nothing(tmp_path: Path) -> None:
    path = written(tmp_path, configuration(tmp_path, None, a_free_port()))
    with closing(socket.socket(socket.AF_UNIX)) as other:
        other.bind(str(tmp_path / "agent.sock"))
        other.listen()
        answer = await lineside("run", "-c", path)
    assert_refused(
        answer, f"agent.socket: '{tmp_path}/agent.sock' is taken by an agent that runs; expected a free path"
    )
    assert names(tmp_path) == ["agent.sock", "lineside.toml"]


async def test_a_socket_that_cannot_be_made_starts_nothing(tmp_path: Path) -> None:
    text = configuration(tmp_path, None, a_free_port()).replace("agent.sock", "lineside.toml/agent.sock")
    answer = await lineside("run", "-c", written(tmp_path, text))
    assert_refused(answer, "agent.socket: '", "cannot be made: File exists; expected a path in a folder we may write")
    assert names(tmp_path) == ["lineside.toml"]


async def test_a_journal_in_use_is_one_sentence_and_leaves_no_socket(tmp_path: Path) -> None:
    path = written(tmp_path, configuration(tmp_path, None, a_free_port()))
    async with open_journal(tmp_path / "journal", "e1", 0.0):
        answer = await lineside("run", "-c", path)
    assert (answer.status, answer.err.count("\n")) == (1, 1)
    assert "is in use by another agent; stop that one first" in answer.err
    assert not (tmp_path / "agent.sock").exists()


async def test_check_says_what_it_understood(tmp_path: Path) -> None:
    path = written(tmp_path, configuration(tmp_path, None, 1883))
    answer = await lineside("check", "-c", path)
    assert (answer.status, answer.err) == (0, "")
    told = answer.out.splitlines()
    assert told[0] == f"{path}: right."
    assert f"agent edge-1 of acme/ala1/hall-1, journal in {tmp_path}/journal" in told[1]
    assert "MES through 127.0.0.1:1883, MQTT 5, delivered when the mes says so" in told[2]
    centers = [line for line in told if line.startswith("  work center ")]
    assert "work center FILL-1: OPC UA opc.tcp://127.0.0.1:" in centers[0]
    assert centers[1].endswith("unit 1; run, total, heartbeat")
    assert any(line.startswith("    counter total: exact after gaps of up to ") for line in told)
    assert names(tmp_path) == ["lineside.toml"]


READERS = """
[[scanner]]
name = "hand"
work_center = "FILL-1"
device = "/dev/serial/by-id/usb-hand"

[[scanner]]
name = "bench"
work_center = "FILL-1"
input = "/dev/input/by-id/usb-bench-event-kbd"
suffix = ""

[[scanner]]
name = "gate"
work_center = "PRESS-1"
host = "gate"
prefix = "\\u0002"
"""


async def test_check_says_how_it_understood_each_kind_of_reader(tmp_path: Path) -> None:
    path = written(tmp_path, configuration(tmp_path, None, 1883) + READERS)
    answer = await lineside("check", "-c", path)
    assert [line for line in answer.out.splitlines() if line.startswith("  reader ")] == [
        "  reader hand of FILL-1: serial line /dev/serial/by-id/usb-hand, 9600 baud; codes end with '\\r'",
        "  reader bench of FILL-1: input device /dev/input/by-id/usb-bench-event-kbd; codes end with 150 ms of silence",
        (
            "  reader gate of PRESS-1: network reader gate:9004, badges and command cards from it are refused; "
            "codes begin with '\\x02' and end with '\\r'"
        ),
    ]


async def test_check_says_to_programs_what_a_configuration_cannot_see(tmp_path: Path) -> None:  # K5, R25
    # Sixty plant seconds a second: a poll of 50 ms takes three of them.
    text = configuration(tmp_path, None, 1883).replace("comm_timeout_s", "stop_confirm_s = 1, comm_timeout_s")
    path = written(tmp_path, text)
    answer = await lineside("check", "-c", path, "--json")
    machines = json.loads(answer.out)["machines"]
    assert [machine["work_center"] for machine in machines] == ["FILL-1", "PRESS-1"]
    assert all(counter["survivable_s"] > 0 for machine in machines for counter in machine["counters"])
    assert "shorter stops are not seen" in machines[1]["warnings"][0]


async def test_check_says_that_a_modbus_line_is_too_slow(tmp_path: Path) -> None:
    text = configuration(tmp_path, None, 1883)
    place = re.search(r'modbus = \{ host = "[^"]*", port = \d+', text)
    assert place is not None
    path = written(tmp_path, text.replace(place[0], 'modbus = { serial = "/dev/ttyS9", baud = 300'))
    answer = await lineside("check", "-c", path)
    assert (answer.status, "  warning: the Modbus line at /dev/ttyS9 is too slow: " in answer.out) == (0, True)
    warnings = json.loads((await lineside("check", "-c", path, "--json")).out)["warnings"]
    assert len(warnings) == 1
    assert "/dev/ttyS9" in warnings[0]


async def test_the_shipped_example_is_right() -> None:
    assert (await lineside("check", "-c", ROOT / "config" / "lineside.toml")).status == 0


async def test_facts_lists_the_last_ones_beside_an_agent_and_without(tmp_path: Path) -> None:
    path = written(tmp_path, configuration(tmp_path, None, a_free_port()))
    assert "there is no journal at" in (await lineside("facts", "-c", path)).err
    async with open_journal(tmp_path / "journal", "e1", 0.0) as journal:
        await journal.commit(facts(1, 5, wc_id="FILL-1"), 1.0)
        answer = await lineside("facts", "-c", path, "-n", "2")
        assert [line.split() for line in answer.out.splitlines()] == [
            ["4", "1970-01-01T00:00:04.000Z", "agent.stopping", "FILL-1/-/-", str(UUID(int=4))],
            ["5", "1970-01-01T00:00:05.000Z", "agent.stopping", "FILL-1/-/-", str(UUID(int=5))],
        ]
    answer = await lineside("facts", "-c", path, "--json")
    listed = [json.loads(line) for line in answer.out.splitlines()]
    assert [fact["sequence"] for fact in listed] == [1, 2, 3, 4, 5]
    assert listed[0] == {
        "epoch": "e1",
        "sequence": 1,
        "id": str(UUID(int=1)),
        "type": "agent.stopping",
        "time": "1970-01-01T00:00:01.000Z",
        "subject": "FILL-1/-/-",
        "dedupkey": "test:1",
        "data": json.loads(facts(1, 1, wc_id="FILL-1").facts[0].data.model_dump_json()),
    }


async def test_status_shows_the_present_and_says_when_nobody_answers(tmp_path: Path) -> None:
    async with an_agent(tmp_path, configuration(tmp_path, None, a_free_port())) as agent:
        await agent.manager.hears("READY=1")
        await agent.says("facts wait in the journal")
        path = tmp_path / "lineside.toml"
        plain, structured = await asyncio.gather(
            lineside("status", "-c", path), lineside("status", "-c", path, "--json")
        )
        assert (plain.status, plain.err) == (0, "")
        told = plain.out.splitlines()
        assert told[0].startswith("agent edge-1 0.")
        assert told[0].endswith(", SIMULATION")
        assert told[1].startswith("MES: OFFLINE for ")
        assert told[2].startswith("  last confirmation never; the broker 127.0.0.1:")
        centers = [line for line in told[3:] if not line.startswith(" ")]
        assert centers[0].startswith("FILL-1: UNKNOWN for ")
        assert max(map(len, told)) <= 80
        view = AgentView.model_validate_json(structured.out)
        assert [center.wc_id for center in view.work_centers] == ["FILL-1", "PRESS-1"]
        assert (await agent.stopped())[0] == 0
    answer = await lineside("status", "-c", path)
    assert (answer.status, answer.out) == (1, "")
    assert answer.err == (
        f"lineside: no agent answers at {tmp_path}/agent.sock (No such file or directory); start it, or see its log\n"
    )


async def test_help_lists_the_commands_and_imports_nothing_heavy() -> None:
    answer = await lineside("--help")
    assert answer.status == 0
    assert all(name in answer.out for name in COMMANDS)
    imported = await python("-c", IMPORTED, *HEAVY)
    assert (imported.err, imported.out.split()) == ("", [])


WITHOUT_PYMODBUS = """
import sys
sys.modules["pymodbus"] = None
from agent.commands.main import main
main()
"""


@pytest.mark.parametrize("command", ["demo --headless", "simulate line", "simulate modbus", "tui --demo"])
async def test_a_simulated_machine_without_its_package_says_what_brings_it(command: str) -> None:
    answer = await python("-c", WITHOUT_PYMODBUS, *command.split())
    assert_refused(answer, "needs the package pymodbus: pip install 'lineside[simulation]'")


async def test_a_simulated_reader_needs_no_package_of_other_machines() -> None:
    answer = await python("-c", WITHOUT_PYMODBUS, "simulate", "scanner")
    assert "pymodbus" not in answer.err
