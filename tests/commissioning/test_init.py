"""`lineside init`, driven as a person types; what it writes is run by a real agent."""

from __future__ import annotations

import asyncio
import json
import stat
import sys
from asyncio.subprocess import PIPE, STDOUT
from pathlib import Path

import pytest
from typer.testing import CliRunner

from agent.commands.init import next_steps
from agent.commands.main import application
from agent.commands.options import DEFAULT_CONFIG
from agent.configuration import load
from agent.core.errors import ConfigurationError
from agent.core.machine_settings import Role
from agent.journal.reading import read_latest
from simulators.tether import tethered
from tests.agent.parts import eventually
from tests.agent.processes import ROOT, Line, a_free_port, a_line, an_agent
from tests.commissioning.typing import Technician, at_a_terminal


def options(folder: Path, *more: str) -> tuple[str, ...]:
    places = ("--data", str(folder / "journal"), "--socket", str(folder / "agent.sock"))
    return ("init", "-c", str(folder / "lineside.toml"), *places, "--watch", "2", *more)


async def says_who(technician: Technician) -> None:
    await technician.answers("Enterprise", "acme")
    await technician.answers("Plant or site", "ala 1")
    await technician.sees("expected 1 to 64 characters without blanks")
    await technician.answers("Plant or site", "ala1")
    await technician.answers("Area")
    await technician.answers("Name of this PC", "line-a")
    await technician.answers("Time zone", "Asia/Almaty")


async def says_machines(technician: Technician, line: Line) -> None:
    await technician.answers("Work center", "FILL-1")
    await technician.answers("Address of FILL-1's machine", f"opc.tcp://127.0.0.1:{a_free_port()}")
    await technician.sees("Is the PLC on")
    await technician.answers("Address to try now", line.opcua_url)
    await technician.sees("Status.StateCurrent".replace(".", "/"))
    await technician.answers("Role and number", "scrap -")
    await technician.answers("Role and number")
    await technician.answers("Nominal seconds", "2")
    await technician.answers("Another work center", "y")
    await technician.answers("Work center", "PRESS-1")
    await technician.answers("Address of PRESS-1's machine", f"modbus://127.0.0.1:{line.modbus_port}/1")
    await technician.sees("counts, +")
    await technician.answers("Role and number")
    await technician.sees("without it no condition is known")
    await technician.answers("Role and number", "total input:0:uint32")
    await technician.answers("Role and number", "run discrete:0")
    await technician.answers("Role and number")
    await technician.answers("Nominal seconds", "1.5")
    await technician.answers("Another work center")


@pytest.mark.timeout(180)
async def test_from_the_first_question_to_the_first_output(tmp_path: Path) -> None:
    with a_line(tmp_path, speed=1.0) as line:
        async with at_a_terminal(*options(tmp_path, "--reader", "none")) as technician:
            await says_who(technician)
            await technician.answers("Host name", "127.0.0.1")
            await technician.answers("TLS")
            await technician.answers("Port", "99999")
            await technician.sees("expected a number from 1 to 65535")
            await technician.answers("Port", str(a_free_port()))
            await technician.sees("That is no hindrance")
            await technician.answers("User name there", "line-a")
            await technician.answers("Password there", "s3cret, of course")
            await says_machines(technician, line)
            await technician.answers("Write ")
            await technician.sees("Next:")
            assert await technician.ended() == 0
            assert "s3cret" not in technician.shown
        config = tmp_path / "lineside.toml"
        assert "s3cret" not in config.read_text()
        assert stat.S_IMODE(config.stat().st_mode) == 0o640
        password = tmp_path / "broker-password"
        assert (password.read_text(), stat.S_IMODE(password.stat().st_mode)) == ("s3cret, of course", 0o600)
        roles = {machine.work_center: {one.role for one in machine.signal} for machine in load(config).machine}
        assert roles["PRESS-1"] == {Role.RUN, Role.TOTAL}
        assert {Role.PACKML_STATE, Role.MODE, Role.TOTAL, Role.ALARM, Role.STARVED} <= roles["FILL-1"]
        assert Role.SCRAP not in roles["FILL-1"]

        async with an_agent(tmp_path, config.read_text()) as agent:
            await agent.manager.hears("READY=1")
            await eventually(lambda: made(config) >= {"FILL-1", "PRESS-1"}, "output of both machines", within=40)
        truth = [json.loads(row) for row in (tmp_path / "truth.jsonl").read_text().splitlines()]
        assert [row for row in truth if row["event"] == "write_attempt"] == []
        assert any(row["event"] == "client" for row in truth)


def test_an_agent_that_runs_already_takes_what_was_written() -> None:
    assert next_steps(DEFAULT_CONFIG)[0] == "sudo systemctl restart lineside"
    assert next_steps(Path("/x.toml"))[0] == "lineside check -c /x.toml"


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def made(config: Path) -> set[str]:
    """Work centers of which there is an output fact."""
    facts = read_latest(load(config).agent.data, 1000)
    return {fact.subject.partition("/")[0] for fact in facts if fact.type.endswith("output.recorded")}


async def test_an_interrupted_conversation_leaves_nothing(tmp_path: Path) -> None:
    async with at_a_terminal(*options(tmp_path)) as technician:
        await technician.answers("Enterprise", "acme")
        await technician.sees("Plant or site")
        technician.interrupts()
        await technician.sees("Stopped. Nothing was written.")
        assert await technician.ended() == 130
    assert names(tmp_path) == []


async def test_an_interrupted_look_at_a_machine_leaves_nothing(tmp_path: Path) -> None:
    with a_line(tmp_path, speed=1.0) as line:
        written = (*options(tmp_path / "etc", "--yes"), "--work-center", f"FILL-1={line.opcua_url}", "--watch", "600")
        (tmp_path / "etc").mkdir()
        async with at_a_terminal(*written) as technician:
            await technician.sees("watching for 600 s")
            technician.interrupts()
            await technician.sees("Stopped. Nothing was written.")
            assert await technician.ended() == 130
    assert names(tmp_path / "etc") == []


async def test_an_input_that_ends_leaves_nothing(tmp_path: Path) -> None:
    status, said = await run(*options(tmp_path), answers="acme\nala1\n")
    assert (status, said.splitlines()[-1]) == (130, "Stopped. Nothing was written.")
    assert names(tmp_path) == []


async def test_everything_can_be_said_by_options(tmp_path: Path) -> None:
    secret = tmp_path / "handed-over"
    secret.write_text("pass word\n")
    status, said = await run(
        *options(tmp_path, "--yes", "--enterprise", "acme", "--site", "ala1", "--area", "packing", "--name", "line-b"),
        *("--time-zone", "Asia/Almaty", "--broker-host", "mes.example", "--broker-tls", "--broker-port", "8884"),
        *("--broker-user", "line-b", "--broker-password-from", str(secret)),
        *("--work-center", "FILL-1=opc.tcp://192.0.2.10:4840", "--signal", "FILL-1.run=nsu=urn:x;s=Run"),
        *("--work-center", "PRESS-1=modbus://192.0.2.20:503/7", "--signal", "PRESS-1.total=input:4:uint32:little"),
        *("--work-center", "PACK-1=manual", "--cycle", "PRESS-1=1.5"),
        *(
            "--reader",
            "hand=FILL-1:/dev/serial/by-id/usb-Reader",
            "--reader",
            "bench=PACK-1:/dev/input/by-id/x-kbd",
            "--reader",
            "gun=PACK-1:/dev/lineside/reader-0c2e-0b61",
        ),
    )
    assert status == 0, said
    settings = load(tmp_path / "lineside.toml")
    fill, press, pack = settings.machine
    assert (settings.agent.id, settings.agent.area, settings.agent.time_zone) == ("line-b", "packing", "Asia/Almaty")
    assert (settings.mes.host, settings.mes.port, settings.mes.tls is None) == ("mes.example", 8884, False)
    assert settings.mes.password_file is not None
    assert settings.mes.password_file.read_text() == "pass word"
    assert [(one.role, one.node) for one in fill.signal] == [("run", "nsu=urn:x;s=Run")]
    assert press.modbus is not None
    assert (press.modbus.host, press.modbus.port, press.modbus.unit) == ("192.0.2.20", 503, 7)
    [total] = press.signal
    assert (total.table, total.address, total.type, total.word_order) == ("input", 4, "uint32", "little")
    assert press.output.cycle_s == 1.5
    assert pack.manual
    assert [(one.name, one.work_center, one.place) for one in settings.scanner] == [
        ("hand", "FILL-1", "/dev/serial/by-id/usb-Reader"),
        ("bench", "PACK-1", "/dev/input/by-id/x-kbd"),
        ("gun", "PACK-1", "/dev/lineside/reader-0c2e-0b61"),
    ]
    assert [one.input is not None for one in settings.scanner] == [False, True, True]


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        (("--site", "a b"), "--site: 'a b': expected 1 to 64 characters"),
        (("--time-zone", "Almaty"), "--time-zone: 'Almaty': expected a time zone of the IANA database"),
        (("--work-center", "FILL-1=http://x"), "--work-center: 'http://x' is no address of a machine"),
        (
            ("--work-center", "A=modbus://x", "--signal", "A.total=input"),
            "'input' is no value of a Modbus map",
        ),
        (("--work-center", "A=modbus://x", "--signal", "A.scrap=input:1"), "without it no condition is known"),
        (("--signal", "B.total=input:1"), "--signal: there is no --work-center B"),
        (("--reader", "hand=/dev/x"), "expected NAME=WORK_CENTER:/dev/…"),
        (("--broker-user", "me"), "--broker-password-from is needed"),
        (("--broker-user", "me", "--broker-host", "x", "--no-broker-tls"), "needs --broker-plain-password"),
    ],
)
def test_a_wrong_option_is_explained_and_nothing_written(tmp_path: Path, wrong: tuple[str, ...], sentence: str) -> None:
    result = CliRunner().invoke(application("init"), options(tmp_path, "--yes", *wrong))
    assert isinstance(result.exception, ConfigurationError)
    assert sentence in str(result.exception)
    assert names(tmp_path) == []


async def test_a_configuration_that_is_there_stays_unless_forced_and_then_stays_beside(tmp_path: Path) -> None:
    config = tmp_path / "lineside.toml"
    config.write_text("mine")
    status, said = await run(*options(tmp_path, "--yes", "--reader", "none"))
    assert (status, config.read_text()) == (2, "mine")
    assert "exists and stays as it is" in said
    status, said = await run(*options(tmp_path, "--yes", "--reader", "none", "--force"))
    assert status == 0
    [kept] = [name for name in names(tmp_path) if name.startswith("lineside.toml.")]
    assert (tmp_path / kept).read_text() == "mine"
    assert load(config).machine[0].manual


async def run(*arguments: str, answers: str = "") -> tuple[int, str]:
    """Exit code and everything said by a command that nobody sits before."""
    process = await asyncio.create_subprocess_exec(
        *tethered(sys.executable, "-m", "agent", *arguments), stdin=PIPE, stdout=PIPE, stderr=STDOUT, cwd=ROOT
    )
    said, _ = await process.communicate(answers.encode())
    assert process.returncode is not None
    return process.returncode, said.decode()
