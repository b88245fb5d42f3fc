"""A server with security, commissioned from the command line by the agent's own keys."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from agent.core.settings import Settings
from agent.doctor.finding import Level
from tests.agent.parts import document
from tests.agent.test_command_line import Answer, lineside
from tests.doctor.cases import a_case, looked
from tests.drivers.test_opcua_security import GOOD, Plant

STRONGEST = "Aes256_Sha256_RsaPss SignAndEncrypt"


@pytest.fixture(scope="module")
def plant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Plant]:
    plant = Plant(tmp_path_factory.mktemp("plant"))
    plant.shows()
    yield plant
    plant.server.kill()


def written(folder: Path, plant: Plant, **more: Any) -> tuple[Path, Settings]:  # noqa: ANN401 - of the server
    said = {"endpoint": f"opc.tcp://127.0.0.1:{plant.server.port}/line", "timeout_s": 5.0, **more}
    table = document(folder)
    (folder / "journal").mkdir(exist_ok=True)
    table["machine"] = [
        {"work_center": "FILL-1", "opcua": said, "signal": [{"key": "run", "role": "run", "node": "i=2259"}]}
    ]
    text = "version = 2\n" + "".join(
        f"[{name}]\n" + "".join(f"{key} = {_toml(value)}\n" for key, value in table[name].items())
        for name in ("agent", "mes", "codes")
    )
    text += '[[machine]]\nwork_center = "FILL-1"\nsignal = [{ key = "run", role = "run", node = "i=2259" }]\n'
    text += "[machine.opcua]\n" + "".join(f"{key} = {_toml(value)}\n" for key, value in said.items())
    path = folder / "lineside.toml"
    path.write_text(text)
    return path, Settings.model_validate(table)


def _toml(value: object) -> str:
    return json.dumps(str(value) if isinstance(value, Path) else value)


async def live(path: Path) -> tuple[Answer, dict[str, Any]]:
    answer = await lineside("check", "--live", "--json", "-c", path)
    [machine] = json.loads(answer.out)["machines"]
    return answer, machine


async def test_a_certificate_that_nobody_trusts_is_said_with_the_command_that_trusts_it_and_then_all_is_right(
    tmp_path: Path, plant: Plant
) -> None:
    path, configured = written(tmp_path, plant)
    answer, machine = await live(path)
    assert answer.status == 1
    assert "is refused: it is not among the trusted ones" in machine["problem"]
    assert "tried again" not in machine["problem"]
    [found] = [one for one in await looked(a_case(tmp_path, configured), "machines") if one.level is Level.NOW]
    assert "stage security" in found.found
    assert "lineside pki trust" in found.found
    fingerprint = machine["problem"].split("pki trust ")[1].split()[0].rstrip("`.,;")
    trusted = await lineside("pki", "trust", fingerprint, "-c", path)
    assert trusted.status == 0, trusted.err
    answer, machine = await live(path)
    assert (answer.status, machine["way"], machine["problem"]) == (0, STRONGEST, "")
    browsed = await lineside("browse", "--machine", "FILL-1", "--all", "--under", "i=2256", "--depth", "1", "-c", path)
    assert browsed.status == 0, browsed.err
    assert "i=2259" in browsed.out
    read = await lineside("read", "-c", path)
    assert read.status == 0, read.out + read.err


async def test_a_server_that_offers_no_security_is_said_with_what_is_configured(tmp_path: Path, plant: Plant) -> None:
    _, configured = written(tmp_path, plant)
    plant.shows(policies=["NoSecurity"])
    try:
        found = [one for one in await looked(a_case(tmp_path, configured), "machines") if one.level is Level.NOW]
    finally:
        plant.shows()
    assert ["stage security" in one.found for one in found] == [True]
    assert "It offers only no security, anonymous" in found[0].found
    assert "configured is any policy SignAndEncrypt" in found[0].found
    assert found[0].found.count("offers") == 2, "what it offers is said once, and what to do"


async def test_a_server_with_security_alone_is_looked_at_without_and_says_what_it_offers(
    tmp_path: Path, plant: Plant
) -> None:
    plant.shows(policies=["Basic256Sha256_SignAndEncrypt"])
    try:
        address = f"opc.tcp://127.0.0.1:{plant.server.port}/line"
        answer = await lineside("browse", address, "-c", tmp_path / "none")
    finally:
        plant.shows()
    assert answer.status == 1
    assert "it lets nobody in without security. " in answer.err
    assert "It offers: Basic256Sha256 SignAndEncrypt, " in answer.err
    assert f"`lineside browse {address} --security strongest`" in answer.err


async def test_an_address_is_looked_at_with_security_by_the_agents_own_keys(tmp_path: Path, plant: Plant) -> None:
    path, _ = written(tmp_path, plant)
    address = f"opc.tcp://127.0.0.1:{plant.server.port}/line"
    asked = ("browse", address, "--security", "strongest", "--all", "--under", "i=2256", "--depth", "1", "-c", path)
    refused = await lineside(*asked)
    assert refused.status == 1
    assert "`lineside browse" not in refused.err
    fingerprint = refused.err.split("pki trust ")[1].split()[0].rstrip("`.,;")
    assert (await lineside("pki", "trust", fingerprint, "-c", path)).status == 0
    found = await lineside(*asked)
    assert found.status == 0, found.err
    assert "i=2259" in found.out


async def test_a_user_who_may_not_come_is_told_of_as_such(tmp_path: Path, plant: Plant) -> None:
    (tmp_path / "password").write_text("wrong")
    (tmp_path / "password").chmod(0o600)
    (tmp_path / "server.der").write_bytes(GOOD.der)
    more = {
        "user": "lineside",
        "password_file": str(tmp_path / "password"),
        "server_certificate": str(tmp_path / "server.der"),
    }
    _, configured = written(tmp_path, plant, **more)
    found = [one for one in await looked(a_case(tmp_path, configured), "machines") if one.level is Level.NOW]
    assert ["stage user" in one.found for one in found] == [True], found
    assert "wrong" not in found[0].found
