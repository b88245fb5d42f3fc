"""The doctor before real parts: an agent, a broker, machines, disks, and users without rights."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import sys
import tempfile
import time
from asyncio.subprocess import PIPE
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent.broker import Outgoing, connected
from agent.core.readings import MachineReadings, ReadingsView
from agent.core.settings import Settings
from agent.doctor.case import Case
from agent.doctor.checks import case_of
from agent.doctor.finding import ROOT, Level, Who
from simulators.broker import Broker
from simulators.mosquitto import Security
from tests.agent.disks import small_disk
from tests.agent.parts import AGENT, document, eventually
from tests.agent.processes import a_free_port, a_line, an_agent, configuration
from tests.agent.test_command_line import lineside, python, written
from tests.brokers.certificates import Authority
from tests.brokers.kinds import AGENT_ID, a_broker
from tests.doctor.cases import a_case, asked, looked, of, settings, worst
from tests.drivers.plants import ModbusPlant, OpcUaPlant
from tests.tui.views import VIEW


async def test_a_running_agent_with_all_that_is_around_it(tmp_path: Path, broker: Broker) -> None:
    with a_line(tmp_path) as line:
        text = configuration(tmp_path, line, broker.port)
        async with an_agent(tmp_path, text) as agent:
            await agent.manager.hears("READY=1")

            def watching() -> bool:
                status = json.loads(asked(tmp_path / "agent.sock", "/v1/status"))
                known = all(one["condition"] != "UNKNOWN" for one in status["work_centers"])
                return known and status["uplink"]["state"] != "offline"

            await eventually(watching, "the machines are read and the broker is there", within=30)
            case = await case_of(tmp_path / "lineside.toml", asked)
            found = await looked(case, "service", "configuration", "machines", "broker", "permissions", "delivery")
    assert "write_attempt" not in (tmp_path / "truth.jsonl").read_text()
    # Nobody plays the MES here.
    assert [one for one in of(found, Level.NOW) if not one.startswith("delivery: ")] == []
    well = of(found, Level.WELL)
    for words in ("broker: the broker 127.0.0.1", "FILL-1: the agent is connected", "PRESS-1: the agent is connected"):
        assert any(words in one for one in well), well
    assert "FILL-1: the agent reads all 2 values" in well
    assert "PRESS-1: the agent reads all 3 values" in well
    # A gateway may take one connection only, and a small controller few sessions.
    assert not any("gives all" in one for one in well), well


async def test_no_agent_no_broker_no_machine(tmp_path: Path) -> None:
    path = written(tmp_path, configuration(tmp_path, None, a_free_port()))
    answer = await lineside("doctor", "-c", path)
    assert answer.status == 1, answer.err
    assert answer.err == ""
    first, second, *_ = answer.out.splitlines()
    assert " at 2" in first
    assert "to be done now" in second
    assert answer.out.index("TO BE DONE NOW") < answer.out.index("WELL")
    said = " ".join(answer.out.split())
    assert f"no agent answers at {tmp_path}/agent.sock" in said
    assert "broker: the broker 127.0.0.1" in said
    assert "but nothing listens at that port" in said
    assert all(f"{center}: the " in said for center in ("FILL-1", "PRESS-1"))
    assert "delivery: there is no journal" in said


async def test_the_page_for_programs(tmp_path: Path) -> None:
    path = written(tmp_path, configuration(tmp_path, None, a_free_port()))
    answer = await lineside("doctor", "-c", path, "--json")
    told = json.loads(answer.out)
    assert (answer.status, told["well"]) == (1, False)
    service = next(one for one in told["findings"] if one["subject"] == "service")
    assert (service["level"], service["who"]) == ("now", "maintenance")
    assert service["expected"] == "a running agent"


async def test_a_silent_unit_of_a_connection_that_the_agent_has_is_one_thing_to_do(tmp_path: Path) -> None:
    [press] = document(tmp_path)["machine"]
    units = [press, {**press, "work_center": "PRESS-3", "modbus": {**press["modbus"], "unit": 3}}]
    up, gone = ({"wc_id": one["work_center"], "link_up": one is press, "link_reason": "no answer"} for one in units)
    centers = tuple(VIEW.work_centers[0].model_copy(update=one) for one in (up, gone))
    heard = MachineReadings(wc_id="PRESS-1", connection="up", since=None, reason="", heard_s=0.1, readings=())
    case = a_case(
        tmp_path,
        settings(tmp_path, machine=units),
        view=VIEW.model_copy(update={"work_centers": centers}),
        readings=ReadingsView(plant_time=VIEW.plant_time, machines=(heard,)),
    )
    [found] = [one for one in await looked(case, "machines") if one.subject == "PRESS-3"]
    assert "no answer" in found.found
    assert "see that this unit has power and this number; else stop the agent and look again" in found.action


@pytest.mark.parametrize(
    ("text", "words"),
    [("[agent]\nid = 7\n", "cannot be used"), ("[[[", "is no TOML"), (None, "sudo lineside init")],
)
async def test_a_configuration_that_cannot_be_used_is_a_finding_and_the_rest_is_looked_at(
    tmp_path: Path, text: str | None, words: str
) -> None:
    path = tmp_path / "lineside.toml"
    if text is not None:
        path.write_text(text)
    answer = await lineside("doctor", "-c", path)
    assert answer.status == 1
    assert words in " ".join(answer.out.split())
    assert "versions: " in answer.out


async def test_a_wrong_password_is_the_mes_teams(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong"
    wrong.write_text("guessed")
    async with a_broker("mosquitto-password", tmp_path / "broker") as locked:
        right = a_case(tmp_path, settings(tmp_path, mes={**locked.mes}))
        found = worst(await looked(right, "broker"))
        assert (found.level, found.subject) == (Level.WELL, "broker")
        case = a_case(tmp_path, settings(tmp_path, mes={**locked.mes, "password_file": wrong}))
        found = worst(await looked(case, "broker"))
    assert (found.level, found.who) == (Level.NOW, Who.MES)
    assert "refuses the connection" in found.found
    assert "mes.password_file" in found.action


async def test_a_password_that_only_root_can_take_from_the_credential_store_is_unseen_and_not_refused(
    tmp_path: Path, broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    mes = {"host": "127.0.0.1", "port": broker.port, "username": "edge-1"}
    monkeypatch.setattr("agent.doctor.broker.hidden_store", lambda: [Path("/etc/credstore")])
    [found] = await looked(a_case(tmp_path, settings(tmp_path, mes=mes)), "broker")
    assert (found.level, found.action) == (Level.UNSEEN, ROOT)
    assert found.found.endswith("cannot be seen without /etc/credstore")


@pytest.mark.parametrize("state", ["online", "offline", None])
async def test_a_password_that_only_the_service_has_is_not_taken_for_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, state: str | None
) -> None:
    monkeypatch.setattr("agent.credentials.STORE", tmp_path / "credstore")
    uplink = VIEW.uplink.model_copy(update={"state": state})
    view = None if state is None else VIEW.model_copy(update={"uplink": uplink})
    async with a_broker("mosquitto-password", tmp_path / "broker") as locked:
        mes = {key: value for key, value in locked.mes.items() if key != "password_file"}
        case = a_case(tmp_path, settings(tmp_path, mes=mes), view=view)
        [found] = await looked(case, "broker")
    if state == "online":
        assert (found.level, found.found[:25]) == (Level.WELL, "the agent is connected to")
    else:
        assert (found.level, "lineside-mes-password" in found.found) == (Level.UNSEEN, True)


async def test_the_session_of_the_agent_outlives_a_look(tmp_path: Path, broker: Broker) -> None:
    configured = settings(tmp_path, mes={"host": "127.0.0.1", "port": broker.port})
    will = Outgoing(f"{AGENT}/status", b"{}", retain=True)
    async with connected(configured.mes, f"lineside-ala1-{AGENT_ID}", will) as session:
        assert worst(await looked(a_case(tmp_path, configured), "broker")).level is Level.WELL
        assert await session.publish(will) in {0x00, 0x10}
        assert not session.lost.done()


def tls_settings(folder: Path, **files: Path) -> Settings:
    return settings(folder, mes={"host": "127.0.0.1", "port": 1, "tls": files})


async def test_certificates_in_files(tmp_path: Path) -> None:
    plant = Authority(tmp_path)
    old, short, other = plant.issue("old", days=-1), plant.issue("short", days=10), plant.issue("other")
    ended = tls_settings(tmp_path, cert_file=old.cert_file, key_file=old.key_file)
    ends = tls_settings(tmp_path, cert_file=short.cert_file, key_file=short.key_file)
    mixed = tls_settings(tmp_path, cert_file=short.cert_file, key_file=other.key_file)
    found = [worst(await looked(_at_present(tmp_path, one), "certificates")) for one in (ended, ends, mixed)]
    assert [(one.level, one.who) for one in found] == [
        (Level.NOW, Who.IT),
        (Level.SOON, Who.IT),
        (Level.NOW, Who.IT),
    ]
    assert "KEY_VALUES_MISMATCH" in found[2].found


def _at_present(folder: Path, configured: Settings) -> Case:
    return a_case(folder, configured, now=time.time())


async def test_a_broker_whose_certificate_has_ended(tmp_path: Path) -> None:
    plant = Authority(tmp_path)
    server = plant.issue("broker", days=-1)
    security = Security(cert_file=server.cert_file, key_file=server.key_file)
    async with Broker(folder=tmp_path, security=security) as locked:
        tls = {"ca_file": plant.ca_file}
        case = _at_present(tmp_path, settings(tmp_path, mes={"host": "127.0.0.1", "port": locked.port, "tls": tls}))
        found = await looked(case, "broker", "certificates")
    now = of(found, Level.NOW)
    assert any("certificates: the broker's certificate 'CN=broker' of 'CN=Plant CA' ended on " in one for one in now), (
        now
    )
    assert any("broker: the broker 127.0.0.1" in one and "certificate has expired" in one for one in now), now


@pytest.mark.parametrize("plant", [OpcUaPlant(), ModbusPlant()], ids=["opcua", "modbus"])
async def test_a_value_that_the_machine_does_not_have_is_named(tmp_path: Path, plant: OpcUaPlant | ModbusPlant) -> None:
    configured = settings(tmp_path, machine=[plant.machine])
    [away] = await looked(a_case(tmp_path, configured), "machines")
    assert (away.level, away.who) == (Level.NOW, Who.MACHINE)
    assert "nothing listens at that port" in away.found
    plant.start()
    try:
        found = await looked(a_case(tmp_path, configured), "machines")
    finally:
        plant.server.kill()
    [bad] = [one for one in found if one.level is Level.NOW]
    assert bad.found.startswith("'bad' cannot be read at ")
    assert bad.found.endswith(plant.bad_status)
    assert bad.who is Who.MACHINE


async def test_a_machine_that_says_nothing_is_given_up(tmp_path: Path) -> None:
    plant = OpcUaPlant()
    plant.start()
    plant.server.freeze()
    try:
        [found] = await looked(a_case(tmp_path, settings(tmp_path, machine=[plant.machine])), "machines")
    finally:
        plant.server.kill()
    assert (found.level, found.who) == (Level.NOW, Who.MACHINE)
    assert "cannot be read" in found.found


async def test_a_disk_that_is_full_and_in_memory(tmp_path: Path) -> None:
    with small_disk(tmp_path / "journal") as small:
        found = of(await looked(a_case(tmp_path, settings(tmp_path)), "disk"), Level.NOW)
        if small.mounted:
            assert any("is in memory (tmpfs)" in one for one in found), found
            assert any("scans and entries are refused" in one for one in found), found
        else:
            assert found == []


async def test_a_reader_that_is_there_and_held_by_another_program(tmp_path: Path) -> None:
    master, slave = os.openpty()
    try:
        device = Path(os.ttyname(slave))
        scanner = {"name": "hand", "work_center": "PRESS-1", "device": device}
        case = a_case(tmp_path, settings(tmp_path, scanner=[scanner]))
        assert "may be opened" in worst(await looked(case, "readers")).found
        hold = (sys.executable, "-c", f"f = open('{device}'); print('held', flush=True); input()")
        holder = await asyncio.create_subprocess_exec(*hold, stdin=PIPE, stdout=PIPE)
        assert holder.stdout is not None
        assert await holder.stdout.readline() == b"held\n"
        found = worst(await looked(case, "readers"))
        await holder.communicate(b"\n")
        assert f"{device} is held by " in found.found
        assert f"(process {holder.pid})" in found.found
    finally:
        os.close(master)
        os.close(slave)
    [gone] = await looked(case, "readers")
    assert "is not there" in gone.found


AS_NOBODY = """
import encodings.ascii, encodings.idna, os, sys
from agent.commands import doctor, main
from agent.doctor import archive, checks, page
os.setgroups([]); os.setgid(65534); os.setuid(65534)
sys.argv = ["lineside", "doctor", "-c", sys.argv[1], "--json"]
main.main()
"""


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """One that others may enter, which pytest's own are not."""
    folder = Path(tempfile.mkdtemp(prefix="doctor-", dir="/tmp"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody without rights")
async def test_whoever_has_no_rights_is_told_what_could_not_be_seen_and_never_that_it_is_well(
    open_folder: Path,
) -> None:
    path = written(open_folder, configuration(open_folder, None, a_free_port()))
    path.chmod(0o640)
    hidden = await _as_nobody(path)
    assert hidden["configuration"]["level"] == "unseen"
    assert hidden["configuration"]["action"] == ROOT
    path.chmod(0o644)
    (open_folder / "journal").mkdir(mode=0o750)
    (open_folder / "journal" / "journal.sqlite").touch()
    hidden = await _as_nobody(path)
    assert hidden["delivery"]["level"] == "unseen"
    assert hidden["permissions"]["level"] == "unseen"


async def _as_nobody(path: Path) -> dict[str, dict[str, str]]:
    answer = await python("-c", AS_NOBODY, path)
    assert answer.status == 1, answer.err
    return {one["subject"]: one for one in json.loads(answer.out)["findings"]}
