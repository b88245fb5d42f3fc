from __future__ import annotations

from pathlib import Path

import pytest

from agent.configuration import load
from agent.core.settings import Settings

CONFIGURATION = """
version = 2
[agent]
enterprise = "acme"
site = "ala1"
area = "packing"
id = "line-7"
data = "{data}"
socket = "{data}/agent.sock"
[mes]
host = "mes.plant"
tls = {{}}
[[machine]]
work_center = "FILL-1"
opcua = {{ endpoint = "opc.tcp://plc:4840", user = "lineside" }}
signal = [{{ key = "run", role = "run", node = "i=2258" }}]
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """The configuration of an agent that reads a machine with security; its data folder is there."""
    (tmp_path / "data").mkdir()
    path = tmp_path / "lineside.toml"
    path.write_text(CONFIGURATION.format(data=tmp_path / "data"))
    return path


@pytest.fixture
def settings(config: Path) -> Settings:
    return load(config)
