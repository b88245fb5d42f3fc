"""A whole agent and a server that it does not know: refused in words, trusted by a command, read without a restart."""

from __future__ import annotations

import asyncio
import sys
from asyncio.subprocess import PIPE, STDOUT
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from agent.commands.client import AgentAwayError, get
from agent.pki.contents import certificate
from tests.agent.parts import eventually
from tests.agent.processes import ROOT, an_agent
from tests.drivers.certificates import Made
from tests.drivers.plants import ServerProcess, free_port

CANARY = "canary-7"
CONFIGURATION = """
version = 2
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
orders = false
opcua = {{ endpoint = "opc.tcp://127.0.0.1:{plc}/line", user = "lineside", password_file = "{folder}/password" }}
signal = [{{ key = "total", role = "total", node = "i=2994" }}]
"""
SHOWN = certificate(Made().der)
assert SHOWN is not None
FINGERPRINT = SHOWN.fingerprint


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ServerProcess]:
    (tmp_path / "server.der").write_bytes(Made().der)
    (tmp_path / "server.pem").write_bytes(Made().pem)
    server = ServerProcess("opcua_secure")
    server.start(str(tmp_path / "server.der"), str(tmp_path / "server.pem"))
    yield server
    server.kill()


async def test_an_unknown_server_is_refused_trusted_and_read_and_no_secret_is_told(
    server: ServerProcess, tmp_path: Path
) -> None:
    (tmp_path / "password").write_text(CANARY)
    text = CONFIGURATION.format(folder=tmp_path, plc=server.port, broker=free_port())

    def center() -> dict[str, Any]:
        try:
            [shown] = orjson.loads(get(tmp_path / "agent.sock", "/v1/status"))["work_centers"]
        except AgentAwayError:
            return {}
        found: dict[str, Any] = shown
        return found

    async def ran(*arguments: str) -> str:
        line = (sys.executable, "-m", "agent", *arguments, "-c", str(tmp_path / "lineside.toml"))
        process = await asyncio.create_subprocess_exec(*line, cwd=ROOT, stdout=PIPE, stderr=STDOUT)
        return (await process.communicate())[0].decode()

    async with an_agent(tmp_path, text) as agent:
        await eventually(lambda: FINGERPRINT in center().get("link_reason", ""), "it is told", 60)
        assert f"`sudo lineside pki trust {FINGERPRINT}`" in center()["link_reason"]
        assert (await ran("pki", "trust", FINGERPRINT)).startswith("trusted: ")
        await eventually(lambda: bool(center().get("link_up")), "it is read", 60)
        told = [await ran("status", "--json"), await ran("pki", "list")]
    key = (tmp_path / "journal" / "pki" / "own.pem").read_text().splitlines()[3]
    told.append(agent.log)
    for secret in (CANARY, key):
        assert [one for one in told if secret in one] == []
    assert "one was made in" in agent.log
